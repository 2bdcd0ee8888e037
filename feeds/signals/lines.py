"""What the value lines of the drivers are made of: a level, and its change, each with its dates; and the pushes."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from feeds.signals._reading import Used, last_used, reading, state_of, unread
from feeds.signals.by_date import PLACES, WEEKS_13, near, older, why_missing
from feeds.signals.knowledge import Bounds, bounds, compare
from feeds.topics.base import STATES, Note, Reading, worst
from feeds.vintages import Known, Point


def unknown(
    known: Known, name: str, unit: str, ids: Sequence[str], *words: str | Note, used: Sequence[Used] = ()
) -> Reading:
    """A reading without a value. Without words: that its series are not known."""
    said = words or (f"not known: {', '.join(ids)}",)
    return reading(name, None, unit, known, used, words=said, missing=ids)


def as_of(of: Reading, known: Known, ids: Sequence[str], day: date) -> Reading:
    """A reading of the newest day that has all of these series: no more timely than that day is for the slowest.

    Each series may be on time while a day that has them all is long past.
    """
    if of.value is None:
        return of
    states = [state_of(id_, Point(day, 0.0, known.as_of_ms, ""), known.as_of_ms) for id_ in ids]
    return replace(of, state=worst([of.state, min(states, key=STATES.index, default="none")]))


def level(known: Known, name: str, id_: str, label: str, unit: str, per: float = 1.0) -> Reading:
    """The newest value of a series of which `per` make one `unit`."""
    used = last_used(known, id_)
    if not used:
        return unknown(known, name, unit, [id_], f"{label}: not known")
    point = used[0].point
    formula = id_ if per == 1 else f"{id_} / {per:,.0f}"
    return reading(name, point.value / per, unit, known, used, words=[f"{label}, {point.period}"], formula=formula)


def difference(
    known: Known, name: str, ids: tuple[str, str], label: str, unit: str, *, times: float = 1.0, places: int = 0
) -> Reading:
    """One series less another on the newest day that has both, `times` so much in `unit`."""
    first, second = ids
    seconds = {point.period: point for point in known.points(second)}
    pair = next(((p, seconds[p.period]) for p in reversed(known.points(first)) if p.period in seconds), None)
    if pair is None:
        lacking = [id_ for id_ in ids if known.last(id_) is None] or list(ids)
        return unknown(known, name, unit, lacking, f"{label}: no day has both {first} and {second}")
    value = round((pair[0].value - pair[1].value) * times, PLACES)
    words: list[str | Note] = [f"{label} {value:+.{places}f} {unit}, {pair[0].period}"]
    newest = max(known.points(id_)[-1].period for id_ in ids)
    if newest > pair[0].period:
        words.append(Note("older", f"of {newest} there is only one of the two"))
    factor = f" x {times:g}" if times != 1 else ""
    formula = f"({first} - {second}){factor}, both of the same day"
    used = [Used(first, pair[0]), Used(second, pair[1])]
    found = reading(name, value, unit, known, used, words=words, formula=formula)
    return as_of(found, known, ids, pair[0].period)


def change(known: Known, name: str, id_: str, label: str, unit: str, days: int) -> Reading:
    """How far a daily series has come in 13 weeks, from a value at most `days` older than that."""
    if wait := unread(known, [id_]):
        return unknown(known, name, unit, (), *wait)
    point = known.last(id_)
    if point is None:
        return unknown(known, name, unit, [id_], f"{label}: not known")
    start = point.period - WEEKS_13
    before = near(known, id_, start, days)
    if before is None:
        words = f"{why_missing(id_, start)}: no change of {label} over 13 weeks"
        return unknown(known, name, unit, [id_], words, used=[Used(id_, point)])
    value = round(point.value - before.value, PLACES)
    return reading(
        name,
        value,
        unit,
        known,
        [Used(id_, point), Used(id_, before)],
        period=point.period,
        words=[f"{label} {before.value:.2f} to {point.value:.2f}, {start} to {point.period}", *older(before, start)],
        formula=f"{id_} less that of 13 weeks before",
    )


def risen_bn(known: Known, name: str, id_: str, ends: tuple[Point, Point], formula: str) -> Reading:
    """How far a series of millions rose between two of its points, in $bn."""
    start, end = ends
    return reading(
        name,
        round((end.value - start.value) / 1000, PLACES),
        "$bn",
        known,
        [Used(id_, end), Used(id_, start)],
        period=end.period,
        words=[f"{start.value / 1000:,.1f} to {end.value / 1000:,.1f} $bn, {start.period} to {end.period}"],
        formula=formula,
    )


def number(of: Reading) -> float | None:
    """The value of a reading that has a number."""
    return of.value if isinstance(of.value, float) else None


def less(minuend: Bounds, subtrahend: Bounds) -> Bounds:
    """What a difference can be, of which both parts lie between bounds."""
    return Bounds(minuend.least - subtrahend.most, minuend.most - subtrahend.least)


def ends_of(of: Reading, value: float) -> Bounds:
    """Between what a reading lies, however old it is; of one without bounds `value`, which is its own."""
    return Bounds(value if of.least is None else of.least, value if of.most is None else of.most)


def side(of: Bounds | None, low: float, high: float) -> int | None:
    """On which side of a band a number is: 1 from `high` on, -1 from `low` down, 0 between; `None`: cannot be told."""
    over, under = compare(of, ">=", high), compare(of, "<=", low)
    if over is None or under is None:
        return None
    return 1 if over else -1 if under else 0


def high_is_good(of: Bounds | None, low: float, high: float) -> int | None:
    """The push of a number that lifts bitcoin from `high` on, and weighs on it from `low` down."""
    return side(of, low, high)


def low_is_good(of: Bounds | None, low: float, high: float) -> int | None:
    """The push of a number that lifts bitcoin from `low` down, and weighs on it from `high` on."""
    found = side(of, low, high)
    return None if found is None else -found


def push(driver: str, of: Reading, at: int | None, words: tuple[str, str, str], formula: str) -> Reading:
    """A driver's push from the reading that decides it.

    `words`: the direction at -1, 0 and +1, which becomes the band. Unknown stays unknown, with its reason.
    """
    name = f"driver.{driver}.push"
    if at is not None:
        ends = {"least": None, "most": None}
        return replace(of, name=name, value=float(at), unit="", band=words[at + 1], formula=formula, **ends)
    notes = of.notes
    if of.value is not None:
        why = f"{of.name} is {of.state}" if bounds(of) is None and of.state != "fresh" else _spans(of)
        notes = (Note("why", f"the push cannot be told: {why}"), *of.notes)
    ends = {"least": None, "most": None}
    return replace(of, name=name, value=None, unit="", band="", formula=formula, state="none", notes=notes, **ends)


def _spans(of: Reading) -> str:
    if of.quality == "doubted":
        return f"{of.name} is doubted"
    return f"{of.name} lies between {_end(of.least)} and {_end(of.most)}"


def _end(bound: float | None) -> str:
    return "no bound" if bound is None else f"{bound:+.2f}"
