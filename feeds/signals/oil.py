"""The oil curve: its spread, which leg moved, and whether that is a shock, as readings and as a page."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from feeds.signals._reading import Used, reading
from feeds.signals.oil_legs import MEANINGS, SHOCK_LABEL, SHOCK_WINDOW, Move, leg, move, moves, shocks
from feeds.signals.oil_strip import AGO, Board, dollars, roll, roll_words
from feeds.signals.thresholds import OilRule
from feeds.topics.base import Reading
from feeds.topics.oil import Leg, Oil, Shock, SpreadDay
from feeds.vintages import Known

WINDOWS = (1, SHOCK_WINDOW)
IMPORTED_FRONT, IMPORTED_BACK = "CL1", "CL6"
FRONT = "CL=F"
NOTHING = "no close of any WTI contract is stored"


def oil(known: Known, rule: OilRule, session: date) -> Oil:
    """The page of the oil curve with the closes until `session`, a day in New York, and all readings of it."""
    board = Board(known, rule, session)
    both = board.both()
    by_window = {window: moves(board, window, rule) for window in WINDOWS}
    long = by_window[SHOCK_WINDOW]
    newest = both[-1] if both else None
    legs = {w: leg(found, w, rule) for w, found in by_window.items() if found and found[-1].end == newest}
    past = shocks(long, newest, rule)
    stored = [_day(board, day, {one.end: one.label for one in long}) for day in both]
    older = _imported(known, stored[0].day if stored else None, session)
    return Oil(
        board.days[-1] if board.days else None,
        (
            _leg_close(known, board, rule, "oil.cl1", 1),
            _leg_close(known, board, rule, "oil.cl6", 6),
            *_spread(known, board, both, rule),
            *(_leg(known, board, newest, window, legs.get(window), rule) for window in WINDOWS),
            _shock(known, board, newest, long, past, rule),
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
    (front, cl1), (back, cl6) = _ends(board, day)
    a, b = dollars(cl1.point), dollars(cl6.point)
    return SpreadDay(day, front, back, a, b, round(b - a, 2), labels.get(day, ""))


def _ends(board: Board, day: date) -> list[tuple[str, Used]]:
    """CL1 and CL6 of a day on which both closed."""
    found = [(contract, board.close(contract, day)) for contract in board.legs(day)]
    return [(contract, Used(contract, point)) for contract, point in found if point]


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
        return reading(name, None, "$/bbl", known, words=(why,), missing=("CL*",))
    day, contract, point = found
    words = [f"{contract} of {day}"]
    newest = board.days[-1]
    if day < newest:
        words.append(f"{board.on(newest)[n - 1]} has no close of {newest}")
    now = board.on(board.session)[n - 1]
    if now != board.on(newest)[n - 1]:
        words.append(f"since the roll after {newest} CL{n} is {now}, which has no close as that yet")
    return reading(
        name,
        dollars(point),
        "$/bbl",
        known,
        [Used(contract, point)],
        words=[*words, *roll_words(roll(board.session, rule))],
        formula=f"close of the contract that is CL{n} on that day",
    )


def _spread(known: Known, board: Board, both: Sequence[date], rule: OilRule) -> tuple[Reading, Reading]:
    """CL6 less CL1, and CL6 to CL1, on the last day that has both."""
    if not both:
        lacking, words = _lacking(board)
        none = [
            reading(name, None, unit, known, words=words, missing=lacking)
            for name, unit in (("oil.spread", "$/bbl"), ("oil.ratio", ""))
        ]
        return none[0], none[1]
    day = both[-1]
    (front, cl1), (back, cl6) = _ends(board, day)
    a, b = dollars(cl1.point), dollars(cl6.point)
    value = round(b - a, 2)
    band = "backwardation" if value < 0 else "contango" if value else "flat"
    said = [f"{front} {a:.2f}, {back} {b:.2f} of {day}: {f'{band} of ${abs(value):.2f}' if value else 'flat'}"]
    lost = _lost(board, day)
    spread = reading(
        "oil.spread",
        value,
        "$/bbl",
        known,
        (cl1, cl6),
        band=band,
        words=[*said, *lost, *roll_words(roll(board.session, rule))],
        formula="CL6 - CL1, closes of the same day",
    )
    why = [] if a > 0 else [f"{front} closed at {a:.2f}: a ratio to it says nothing"]
    ratio = reading(
        "oil.ratio",
        b / a if a > 0 else None,
        "",
        known,
        (cl1, cl6),
        words=[*why, *said, *lost],
        formula="CL6 / CL1, closes of the same day",
    )
    return spread, ratio


def _lacking(board: Board) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is missing where CL1 and CL6 never closed on the same day, and that in words."""
    if not board.days:
        return ("CL*",), (NOTHING,)
    day = board.days[-1]
    lacking = tuple(contract for contract in board.legs(day) if board.close(contract, day) is None)
    return lacking, (f"no day has closes of both CL1 and CL6; of {day} lacks {', '.join(lacking)}",)


def _lost(board: Board, day: date) -> list[str]:
    """What the sessions after the last one with both legs lack."""
    newest = board.days[-1]
    if day == newest:
        return []
    without = [contract for contract in board.legs(newest) if board.close(contract, newest) is None]
    return [f"the last day with both: {', '.join(without)} has no close of {newest}"]


def _leg(known: Known, board: Board, day: date | None, window: int, found: Leg | None, rule: OilRule) -> Reading:
    """Which leg moved up to the last day that has both, and since when that has been the label."""
    name = f"oil.leg.{window}d"
    formula = "changes of the two contracts that are CL1 and CL6 on the last day"
    if day is None:
        lacking, why = _lacking(board)
        return reading(name, None, "", known, words=why, missing=lacking, formula=formula)
    moved = move(board, day, window, rule)
    if isinstance(moved, str) or found is None:
        return _unknown(known, board, name, day, str(moved), formula)
    held = f"{found.sessions} day{'s'[: found.sessions > 1]}"
    words = [
        f"front {_signed(moved.front_move)}, back {_signed(moved.back_move)}: {moved.label}, {held}",
        *([MEANINGS[moved.label]] if MEANINGS[moved.label] else []),
        _dates(moved),
        *([f"since {found.since}"] if found.sessions > 1 else []),
        *_lost(board, day),
    ]
    return reading(name, moved.label, "", known, _used(moved), period=day, words=words, formula=formula)


def _unknown(known: Known, board: Board, name: str, day: date, why: str, formula: str) -> Reading:
    used = [one for _, one in _ends(board, day)]
    return reading(name, None, "", known, used, period=day, words=[why, *_lost(board, day)], formula=formula)


def _dates(moved: Move) -> str:
    return f"{moved.front} and {moved.back}, {moved.end} against {moved.start}"


def _used(moved: Move) -> list[Used]:
    return [Used(contract, point) for contract, point in moved.used]


def _signed(value: float) -> str:
    return f"{value:+.2f}" if value else "0.00"


def _shock(
    known: Known, board: Board, day: date | None, long: Sequence[Move], past: Sequence[Shock], rule: OilRule
) -> Reading:
    """Whether the back of the curve says that the shock will last: "on" or "off"."""
    name = "oil.shock"
    formula = f"{SHOCK_LABEL} over {SHOCK_WINDOW} d with the back up {rule.shock_back_usd:.2f} or more"
    if day is None:
        return replace(_leg(known, board, day, SHOCK_WINDOW, None, rule), name=name, formula=formula)
    moved = move(board, day, SHOCK_WINDOW, rule)
    if isinstance(moved, str):
        return _unknown(known, board, name, day, moved, formula)
    last = past[-1] if past else None
    on = last is not None and last.on
    said = f"front {_signed(moved.front_move)}, back {_signed(moved.back_move)} over {SHOCK_WINDOW} d: {moved.label}"
    if last is None:
        words = [said, f"none since {long[0].end}, where the record of this begins"]
    elif on:
        words = [f"since {last.first}, {last.sessions} day{'s'[: last.sessions > 1]}", said]
    else:
        words = [said, f"the last one: {last.first} to {last.last}"]
    return reading(
        name,
        "on" if on else "off",
        "",
        known,
        _used(moved),
        period=day,
        band="shock" if on else "",
        words=[*words, _dates(moved), *_lost(board, day)],
        formula=formula,
    )
