"""What the readings of the oil curve have in common: the last day with both ends, its age, and what later days lack."""

from datetime import date

from msgspec.structs import replace

from feeds.series import series
from feeds.signals._reading import Used
from feeds.signals.knowledge import DECIDES
from feeds.signals.oil_strip import Board
from feeds.timeliness import state_of
from feeds.topics.base import Note, Reading, State, worst
from feeds.vintages import Known

ALL = "CL*"
NOTHING = "no close of any WTI contract is stored"


def ends(board: Board, day: date) -> list[tuple[str, Used]]:
    """CL1 and CL6 of a day on which both closed."""
    found = [(contract, board.close(contract, day)) for contract in board.legs(day)]
    return [(contract, Used(contract, point)) for contract, point in found if point]


def state_on(known: Known, day: date | None) -> State:
    """How timely the closes of a day are, whatever newer closes there are of one of its contracts alone."""
    row = series(ALL)
    assert row, ALL
    return state_of(row, day, known.as_of_ms)


def aged(known: Known, one: Reading) -> Reading:
    """A reading with the state of its own day; without a band where that is too old."""
    if one.value is None:
        return one
    state = worst([one.state, state_on(known, one.period)])
    return replace(one, state=state, band=one.band if state in DECIDES else "")


def lacking(board: Board) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is missing where CL1 and CL6 never closed on the same day, and that in words."""
    if not board.days:
        return (ALL,), (NOTHING,)
    day = board.days[-1]
    without = tuple(contract for contract in board.legs(day) if board.close(contract, day) is None)
    return without, (f"no day has closes of both CL1 and CL6; of {day} lacks {', '.join(without)}",)


def lost(board: Board, day: date) -> list[Note]:
    """What the sessions after the last one with both legs lack."""
    newest = board.days[-1]
    if day == newest:
        return []
    without = [contract for contract in board.legs(newest) if board.close(contract, newest) is None]
    return [Note("older", f"the last day with both: {', '.join(without)} has no close of {newest}")]
