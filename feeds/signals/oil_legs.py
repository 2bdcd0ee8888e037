"""Which leg of the oil spread moved: the two ends of the curve mean opposite things, so the leg decides.

A move is over exactly so many sessions of the exchange. Where a close at either end is missing it is not known, and a
run of labels goes back only as far as every session has one.
"""

from datetime import date

from msgspec import Struct

from feeds.calendars import shift
from feeds.signals.oil_strip import Board, dollars, sessions_after
from feeds.signals.thresholds import OilRule
from feeds.topics.oil import Leg, Shock
from feeds.vintages import Point

SHOCK_LABEL = "back-led catch-up"
SHOCK_WINDOW = 5
MEANINGS = {
    "quiet": "",
    "parallel": "level moved, shape did not",
    "closing from both sides": "mixed",
    "opening to both sides": "mixed",
    "front-led easing": "the market bets that the strait reopens",
    "front-led squeeze": "prompt barrels short, the back does not believe it lasts",
    SHOCK_LABEL: "the shock is being priced as lasting",
    "back-led slide": "demand doubted",
}


def label(front: float, back: float, rule: OilRule) -> str:
    """The label of a change of the front and one of the back, $/bbl: the first case that fits.

    A leg that has not moved at all goes with the other: it is of neither sign. Two equal moves are `parallel`.
    """
    if max(abs(front), abs(back)) < rule.quiet_usd:
        return "quiet"
    if abs(_cents(back - front)) < rule.parallel_usd:
        return "parallel"
    if front < 0 < back:
        return "closing from both sides"
    if back < 0 < front:
        return "opening to both sides"
    if abs(front) > abs(back):
        return "front-led easing" if front < 0 else "front-led squeeze"
    return SHOCK_LABEL if back > 0 else "back-led slide"


def _cents(value: float) -> float:
    return round(value, 2)


class Move(Struct, frozen=True):
    """What the same two contracts did between two sessions, $/bbl. `used`: contract and close, front then back."""

    front: str
    back: str
    start: date
    end: date
    front_move: float
    back_move: float
    label: str
    used: tuple[tuple[str, Point], ...]


def move(board: Board, end: date, window: int, rule: OilRule) -> Move | str:
    """What moved over so many sessions up to `end`, a session on which both closed; else why that is not known."""
    start = shift("nymex", end, -window)
    if start < board.days[0]:
        return f"too few sessions: {sessions_after(board.days[0], end)} before {end}, of {window} needed"
    front, back = board.legs(end)
    lacking = [contract for contract in (front, back) if board.close(contract, start) is None]
    if lacking:
        return f"no close of {' and '.join(lacking)} on {start}"
    used = tuple(
        (contract, point) for contract in (front, back) for day in (start, end) if (point := board.close(contract, day))
    )
    front_move, back_move = (_cents(dollars(now) - dollars(was)) for (_, was), (_, now) in (used[:2], used[2:]))
    return Move(front, back, start, end, front_move, back_move, label(front_move, back_move, rule), used)


def moves(board: Board, window: int, rule: OilRule) -> list[Move]:
    """The moves up to each session of which one is known, oldest first."""
    found = (move(board, day, window, rule) for day in board.both())
    return [one for one in found if isinstance(one, Move)]


def leg(known: list[Move], window: int) -> Leg:
    """The newest of the moves, and since when its label has held, as far as every session has one."""
    newest = known[-1]
    held = [newest]
    at_least = True
    for one in reversed(known[:-1]):
        if shift("nymex", held[-1].end, -1) != one.end:
            break
        if one.label != newest.label:
            at_least = False
            break
        held.append(one)
    return Leg(
        window,
        newest.label,
        MEANINGS[newest.label],
        newest.front,
        newest.back,
        newest.start,
        newest.end,
        newest.front_move,
        newest.back_move,
        held[-1].end,
        len(held),
        at_least,
    )


def _apart(before: Move, after: Move, rule: OilRule) -> bool:
    return sessions_after(before.end, after.end) - 1 > rule.gap_days


def shocks(known: list[Move], newest: date | None, rule: OilRule) -> list[Shock]:
    """All runs of sessions on which the curve was in shock, oldest first; `newest` is the last with both closes.

    A session without a label ends none, and is counted; more than `gap_days` of them in a row do. One after whose last
    session no label is known has neither ended nor gone on.
    """
    runs: list[list[Move]] = []
    before: Move | None = None
    for one in known:
        if one.label == SHOCK_LABEL and one.back_move >= rule.shock_back_usd:
            if before and runs and runs[-1][-1] is before and not _apart(before, one, rule):
                runs[-1].append(one)
            else:
                runs.append([one])
        before = one
    return [
        Shock(
            run[0].end,
            run[-1].end,
            len(run),
            max(one.back_move for one in run),
            True if run[-1].end == newest else None if run[-1] is known[-1] else False,
            sessions_after(run[0].end, run[-1].end) + 1 - len(run),
        )
        for run in runs
    ]
