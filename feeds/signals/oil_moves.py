"""The readings of which leg of the oil curve moved, for how long that has been so, and whether it is a shock."""

from collections.abc import Sequence
from datetime import date

from feeds.signals._reading import Used, reading, unread
from feeds.signals.knowledge import DECIDES
from feeds.signals.oil_days import ALL, aged, ends, lacking, lost, state_on
from feeds.signals.oil_legs import MEANINGS, SHOCK_LABEL, SHOCK_WINDOW, Move, move
from feeds.signals.oil_strip import Board
from feeds.signals.thresholds import OilRule
from feeds.topics.base import Note, Quality, Reading
from feeds.topics.oil import Leg, Shock
from feeds.vintages import Known


def leg_reading(known: Known, board: Board, day: date | None, window: int, found: Leg | None, rule: OilRule) -> Reading:
    """Which leg moved up to the last day that has both, and since when that has been the label."""
    name = f"oil.leg.{window}d"
    formula = f"changes over {_sessions(window)} of the two contracts that are CL1 and CL6 on the last day"
    moved = _moved(known, board, day, window, rule)
    if day is None or not isinstance(moved, Move) or found is None:
        return _unknown(known, board, name, day, moved, formula)
    notes = [
        Note("says", f"{_legs(moved, window)}: {moved.label}"),
        *([Note("says", MEANINGS[moved.label])] if MEANINGS[moved.label] else []),
        *_held(found.sessions, found.since, at_least=found.at_least),
        Note("span", f"{moved.front} and {moved.back}, {moved.end} against {moved.start}"),
        *lost(board, day),
    ]
    return aged(
        known,
        reading(
            name,
            moved.label,
            "",
            known,
            _used(moved),
            period=day,
            quality=_worth(board, day),
            words=notes,
            formula=formula,
        ),
    )


def shock_reading(
    known: Known, board: Board, day: date | None, long: Sequence[Move], past: Sequence[Shock], rule: OilRule
) -> Reading:
    """Whether the back of the curve says that the shock will last: "on" or "off"; of an old strip, neither."""
    name = "oil.shock"
    formula = f"{SHOCK_LABEL} over {SHOCK_WINDOW} sessions with the back up {rule.shock_back_usd:.2f} or more"
    moved = _moved(known, board, day, SHOCK_WINDOW, rule)
    if day is None or not isinstance(moved, Move):
        return _unknown(known, board, name, day, moved, formula)
    said = Note("says", f"{_legs(moved, SHOCK_WINDOW)}: {moved.label}")
    last = past[-1] if past else None
    if state_on(known, day) not in DECIDES:
        why = f"the last session with both closes is {day}: too old to tell"
        return _unknown(known, board, name, day, [why, said, *_course(last, long[0].end)], formula)
    on = last is not None and last.on is True
    notes = [said, *_course(last, long[0].end)]
    notes += [Note("span", f"{moved.front} and {moved.back}, {moved.end} against {moved.start}"), *lost(board, day)]
    answer = reading(
        name,
        "on" if on else "off",
        "",
        known,
        _used(moved),
        period=day,
        quality=_worth(board, day),
        band="shock" if on else "",
        words=notes,
        formula=formula,
    )
    return aged(known, answer)


def _moved(known: Known, board: Board, day: date | None, window: int, rule: OilRule) -> Move | Sequence[str | Note]:
    """What moved up to the last day that has both closes; else why that is not known."""
    if reading_in := unread(known, (ALL, *(board.legs(day) if day else ()))):
        return reading_in
    if day is None:
        return lacking(board)[1]
    moved = move(board, day, window, rule)
    return (moved,) if isinstance(moved, str) else moved


def _unknown(
    known: Known, board: Board, name: str, day: date | None, why: Move | Sequence[str | Note], formula: str
) -> Reading:
    words = () if isinstance(why, Move) else why
    if day is None:
        return reading(name, None, "", known, words=words, missing=lacking(board)[0], formula=formula)
    used = [one for _, one in ends(board, day)]
    return reading(name, None, "", known, used, period=day, words=[*words, *lost(board, day)], formula=formula)


def _worth(board: Board, day: date) -> Quality | None:
    """A label of a day after which there is a session with closes, but without both ends, lacks that session."""
    return None if day == board.days[-1] else "partial"


def _legs(moved: Move, window: int) -> str:
    return f"front {_signed(moved.front_move)}, back {_signed(moved.back_move)} in {_sessions(window)}"


def _held(sessions: int, since: date, *, at_least: bool) -> list[Note]:
    """For how long a label has held, apart from the window of its move; nothing of one that is new."""
    if sessions == 1 and not at_least:
        return []
    least = "at least " if at_least else ""
    notes = [Note("since", f"for {least}{_sessions(sessions)}{' running' if sessions > 1 else ''}")]
    return [*notes, Note("since", f"since {since}")] if sessions > 1 else notes


def _course(last: Shock | None, begin: date) -> list[Note]:
    """Since when there has been a shock, or when the last one was; and what is not known of it."""
    if last is None:
        return [Note("since", f"none since {begin}, where the record of this begins")]
    if last.on:
        record = ", where the record of this begins" if last.first == begin else ""
        notes = [Note("since", f"since {last.first}{record}"), Note("since", f"for {_sessions(last.sessions)}")]
    elif last.on is None:
        notes = [Note("since", f"since {last.first}, last seen on {last.last}")]
    else:
        notes = [Note("since", f"the last one: {last.first} to {last.last}")]
    if last.unknown:
        notes.append(Note("lacks", f"{_sessions(last.unknown)} of it not known"))
    return notes


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"


def _used(moved: Move) -> list[Used]:
    return [Used(contract, point) for contract, point in moved.used]


def _signed(value: float) -> str:
    return f"{value:+.2f}" if value else "0.00"
