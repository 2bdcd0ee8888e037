"""The oil curve: its spread, which leg moved, and whether that is a shock, as readings and as a page."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from feeds.signals._reading import Used, reading
from feeds.signals.knowledge import DECIDES
from feeds.signals.oil_days import ALL, NOTHING, aged, ends, lacking, lost, state_on
from feeds.signals.oil_legs import SHOCK_WINDOW, leg, moves, shocks
from feeds.signals.oil_moves import leg_reading, shock_reading
from feeds.signals.oil_strip import AGO, Board, dollars, roll, roll_notes
from feeds.signals.thresholds import OilRule
from feeds.topics.base import Note, Reading
from feeds.topics.oil import Oil, SpreadDay
from feeds.vintages import Known

WINDOWS = (1, SHOCK_WINDOW)
IMPORTED_FRONT, IMPORTED_BACK = "CL1", "CL6"
FRONT = "CL=F"


def oil(known: Known, rule: OilRule, session: date) -> Oil:
    """The page of the oil curve with the closes until `session`, a day in New York, and all readings of it."""
    board = Board(known, rule, session)
    both = board.both()
    by_window = {window: moves(board, window, rule) for window in WINDOWS}
    long = by_window[SHOCK_WINDOW]
    newest = both[-1] if both else None
    legs = {w: leg(found, w) for w, found in by_window.items() if found and found[-1].end == newest}
    past = shocks(long, newest, rule)
    if past and past[-1].on and state_on(known, newest) not in DECIDES:
        past[-1] = replace(past[-1], on=None)
    stored = [_day(board, day, {one.end: one.label for one in long}) for day in both]
    older = _imported(known, stored[0].day if stored else None, session)
    return Oil(
        board.days[-1] if board.days else None,
        (
            _leg_close(known, board, rule, "oil.cl1", 1),
            _leg_close(known, board, rule, "oil.cl6", 6),
            *_spread(known, board, both, rule),
            *(leg_reading(known, board, newest, window, legs.get(window), rule) for window in WINDOWS),
            shock_reading(known, board, newest, long, past, rule),
        ),
        tuple(strip for ago in AGO if (strip := board.strip(ago))),
        (*older, *stored),
        stored[0].day if stored else None,
        tuple(legs.values()),
        tuple(past),
        roll(session, rule),
        tuple((point.period, dollars(point)) for point in known.points(FRONT, until=session)),
        _notes(stored, older),
    )


def _day(board: Board, day: date, labels: dict[date, str]) -> SpreadDay:
    (front, cl1), (back, cl6) = ends(board, day)
    a, b = dollars(cl1.point), dollars(cl6.point)
    return SpreadDay(day, front, back, a, b, round(b - a, 2), labels.get(day, ""))


def _imported(known: Known, before: date | None, session: date) -> list[SpreadDay]:
    """The user's own history where it is older than what is stored."""
    backs = {point.period: dollars(point) for point in known.points(IMPORTED_BACK, until=session)}
    return [
        SpreadDay(day, IMPORTED_FRONT, IMPORTED_BACK, front, backs[day], round(backs[day] - front, 2), imported=True)
        for point in known.points(IMPORTED_FRONT, until=session)
        if (day := point.period) in backs and (before is None or day < before)
        for front in [dollars(point)]
    ]


def _notes(stored: Sequence[SpreadDay], older: Sequence[SpreadDay]) -> tuple[str, ...]:
    since = f"is stored since {stored[0].day}" if stored else "is not stored yet"
    notes = [f"the spread {since}: expired contracts vanish from the source, so no past CL6 can be had"]
    if older:
        notes.append(f"until {older[-1].day} from your own series CL1 and CL6, in which rolls cannot be told apart")
    return tuple(notes)


def _leg_close(known: Known, board: Board, rule: OilRule, name: str, n: int) -> Reading:
    """The newest close of the contract that was the n-th on the day of it."""
    named = [(day, board.on(day)[n - 1]) for day in reversed(board.days)]
    found = next(((day, code, point) for day, code in named if (point := board.close(code, day))), None)
    if found is None:
        why = f"{board.on(board.days[-1])[n - 1]} has no close of {board.days[-1]}" if board.days else NOTHING
        return reading(name, None, "$/bbl", known, words=(why,), missing=(ALL,))
    day, contract, point = found
    notes = [Note("span", f"{contract} of {day}")]
    newest = board.days[-1]
    if day < newest:
        notes.append(Note("older", f"{board.on(newest)[n - 1]} has no close of {newest}"))
    now = board.on(board.session)[n - 1]
    if now != board.on(newest)[n - 1]:
        said = f"since the roll after {newest} CL{n} is {now}, which has no close as that yet"
        notes.append(Note("older", said))
    return aged(
        known,
        reading(
            name,
            dollars(point),
            "$/bbl",
            known,
            [Used(contract, point)],
            words=[*notes, *roll_notes(roll(board.session, rule))],
            formula=f"close of the contract that is CL{n} on that day",
        ),
    )


def _spread(known: Known, board: Board, both: Sequence[date], rule: OilRule) -> tuple[Reading, Reading]:
    """CL6 less CL1, and CL6 to CL1, on the last day that has both."""
    if not both:
        without, words = lacking(board)
        none = [
            reading(name, None, unit, known, words=words, missing=without)
            for name, unit in (("oil.spread", "$/bbl"), ("oil.ratio", ""))
        ]
        return none[0], none[1]
    day = both[-1]
    (front, cl1), (back, cl6) = ends(board, day)
    a, b = dollars(cl1.point), dollars(cl6.point)
    value = round(b - a, 2)
    band = "backwardation" if value < 0 else "contango" if value else "flat"
    said = f"{front} {a:.2f}, {back} {b:.2f} of {day}: {f'{band} of ${abs(value):.2f}' if value else 'flat'}"
    since = lost(board, day)
    spread = reading(
        "oil.spread",
        value,
        "$/bbl",
        known,
        (cl1, cl6),
        band=band,
        words=[said, *since, *roll_notes(roll(board.session, rule))],
        formula="CL6 - CL1, closes of the same day",
    )
    why = [] if a > 0 else [f"{front} closed at {a:.2f}: a ratio to it says nothing"]
    ratio = reading(
        "oil.ratio",
        b / a if a > 0 else None,
        "",
        known,
        (cl1, cl6),
        words=[*why, Note("says", said), *since],
        formula="CL6 / CL1, closes of the same day",
    )
    return aged(known, spread), aged(known, ratio)
