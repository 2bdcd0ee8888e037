"""What the value lines of the drivers are made of: a level, its change, and its growth, each with its dates."""

from collections.abc import Sequence

from msgspec.structs import replace

from feeds.signals._reading import Used, last_used, reading
from feeds.signals.by_date import PLACES, WEEKS_13, growth_pct, month, months_before, near, older, why_missing
from feeds.topics.base import Note, Reading
from feeds.vintages import Known, Point


def unknown(
    known: Known, name: str, unit: str, ids: Sequence[str], *words: str | Note, used: Sequence[Used] = ()
) -> Reading:
    """A reading without a value. Without words: that its series are not known."""
    said = words or (f"not known: {', '.join(ids)}",)
    return reading(name, None, unit, known, used, words=said, missing=ids)


def level(known: Known, name: str, id_: str, label: str, unit: str, per: float = 1.0) -> Reading:
    """The newest value of a series of which `per` make one `unit`."""
    used = last_used(known, id_)
    if not used:
        return unknown(known, name, unit, [id_], f"{label}: not known")
    point = used[0].point
    formula = id_ if per == 1 else f"{id_} / {per:,.0f}"
    return reading(name, point.value / per, unit, known, used, words=[f"{label}, {point.period}"], formula=formula)


def over_months(known: Known, name: str, id_: str, label: str, months: int) -> Reading:
    """Growth in percent a year over exactly so many months. Of a month without a base there is none, and it is said.

    So that the October after one that was never published is no number, and no older one under its name.
    """
    point = known.last(id_)
    if point is None:
        return unknown(known, name, "%", [id_], f"{label}: not known")
    span = "over the year" if months == 12 else f"over {months} months, annualised"
    value, before = _growth(known, id_, point, months)
    used = [Used(id_, point), *([Used(id_, before)] if before else [])]
    if value is None:
        words = [f"{why_missing(id_, months_before(point.period, months))}: no {label} of {month(point.period)} {span}"]
        for earlier in reversed(known.points(id_)[:-1]):
            last = _growth(known, id_, earlier, months)[0]
            if last is not None:
                words.append(f"{last:+.2f} % in {month(earlier.period)}, the last that can be told")
                break
        return reading(name, None, "%", known, used, words=words, missing=[id_])
    times = "" if months == 12 else f" ^ {12 // months}"
    return reading(
        name,
        value,
        "%",
        known,
        used,
        period=point.period,
        words=[f"{label} {value:+.2f} % {span}, {month(point.period)}"],
        formula=f"({id_} / {id_} {months} months before){times} - 1",
    )


def _growth(known: Known, id_: str, point: Point, months: int) -> tuple[float | None, Point | None]:
    before = known.on(id_, months_before(point.period, months))
    return (growth_pct(point.value, before.value, 12 / months) if before else None), before


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
    words = [f"{label} {value:+.{places}f} {unit}, {pair[0].period}"]
    newest = max(known.points(id_)[-1].period for id_ in ids)
    if newest > pair[0].period:
        words.append(f"of {newest} there is only one of the two")
    factor = f" x {times:g}" if times != 1 else ""
    formula = f"({first} - {second}){factor}, both of the same day"
    return reading(
        name, value, unit, known, [Used(first, pair[0]), Used(second, pair[1])], words=words, formula=formula
    )


def change(known: Known, name: str, id_: str, label: str, unit: str, days: int) -> Reading:
    """How far a daily series has come in 13 weeks, from a value at most `days` older than that."""
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


def high_is_good(value: float | None, low: float, high: float) -> int | None:
    """The push of a number that lifts bitcoin from `high` on, and weighs on it from `low` down."""
    return None if value is None else 1 if value >= high else -1 if value <= low else 0


def low_is_good(value: float | None, low: float, high: float) -> int | None:
    """The push of a number that lifts bitcoin from `low` down, and weighs on it from `high` on."""
    return None if value is None else 1 if value <= low else -1 if value >= high else 0


def push(driver: str, of: Reading, at: int | None, words: tuple[str, str, str], formula: str) -> Reading:
    """A driver's push from the reading that decides it.

    `words`: the direction at -1, 0 and +1, which becomes the band. Unknown stays unknown, with its reason.
    """
    value, band = (None, "") if at is None else (float(at), words[at + 1])
    return replace(of, name=f"driver.{driver}.push", value=value, unit="", band=band, formula=formula)
