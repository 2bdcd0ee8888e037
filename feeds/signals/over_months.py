"""Growth of monthly numbers over a year or over three months, by date; with an estimate for a month never published."""

from datetime import date
from typing import NamedTuple

from feeds.signals._reading import Used, reading, unread
from feeds.signals.by_date import growth_pct, month, months_before, never_published, why_missing
from feeds.signals.knowledge import Bounds
from feeds.signals.lines import unknown
from feeds.topics.base import Note, Reading
from feeds.vintages import Known, Point


class Base(NamedTuple):
    """What a month is held against: its value and the bounds of it, and the points that say so.

    Of a month that was never published the value is between those of its neighbours, and `words` say so.
    """

    value: float
    least: float
    most: float
    points: tuple[Point, ...]
    words: str = ""


def base_of(known: Known, id_: str, first: date) -> Base | None:
    """The value of that month, or an estimate where it was never published; `None` where it is not known.

    A month that has only not come yet is no estimate.
    """
    point = known.on(id_, first)
    if point is not None:
        return Base(point.value, point.value, point.value, (point,))
    if not never_published(id_, first):
        return None
    ends = [_neighbour(known, id_, first, step) for step in (1, -1)]
    before, after = ends
    if before is None or after is None or min(before.value, after.value) <= 0:
        return None
    share = (first - before.period).days / (after.period - before.period).days
    value = before.value * (after.value / before.value) ** share
    words = (
        f"{why_missing(id_, first)}: taken to lie between {before.value:,.3f} of {month(before.period)} "
        f"and {after.value:,.3f} of {month(after.period)}"
    )
    least, most = sorted((before.value, after.value))
    return Base(value, least, most, (before, after), words)


def _neighbour(known: Known, id_: str, first: date, step: int) -> Point | None:
    """The nearest month before (1) or after (-1) that was published; `None` where that one is not known."""
    day = months_before(first, step)
    while never_published(id_, day):
        day = months_before(day, step)
    return known.on(id_, day)


def over_months(known: Known, name: str, id_: str, label: str, months: int) -> Reading:
    """Growth in percent a year over exactly so many months. Of a month without a base there is none, and it is said.

    So that the October after one that was never published is no number of another month under its name: it is an
    estimate between bounds, by the months beside the missing one.
    """
    if wait := unread(known, [id_]):
        return unknown(known, name, "%", (), *wait)
    point = known.last(id_)
    if point is None:
        return unknown(known, name, "%", [id_], f"{label}: not known")
    span = "over the year" if months == 12 else f"over {months} months, annualised"
    start = months_before(point.period, months)
    base = base_of(known, id_, start)
    value = _growth(point, base, months)
    if base is None or value is None:
        words = [f"{why_missing(id_, start)}: no {label} of {month(point.period)} {span}"]
        return reading(
            name,
            None,
            "%",
            known,
            [Used(id_, point)],
            words=[*words, *_last_told(known, id_, months)],
            missing=[id_],
        )
    times = "" if months == 12 else f" ^ {12 // months}"
    ends = [growth_pct(point.value, end, 12 / months) for end in (base.most, base.least)]
    least, most = (value if end is None else end for end in ends)
    within = f", between {least:+.2f} and {most:+.2f} %" if base.words else ""
    return reading(
        name,
        value,
        "%",
        known,
        [Used(id_, point), *(Used(id_, one) for one in base.points)],
        period=point.period,
        quality="estimated" if base.words else None,
        words=[
            f"{label} {value:+.2f} % {span}, {month(point.period)}{within}",
            *([Note("lacks", base.words)] if base.words else []),
        ],
        formula=f"({id_} / {id_} {months} months before){times} - 1",
        bounds=Bounds(least, most),
    )


def _growth(point: Point, base: Base | None, months: int) -> float | None:
    return growth_pct(point.value, base.value, 12 / months) if base else None


def _last_told(known: Known, id_: str, months: int) -> list[Note]:
    """The newest growth before, where the newest month has none."""
    for point in reversed(known.points(id_)[:-1]):
        value = _growth(point, base_of(known, id_, months_before(point.period, months)), months)
        if value is not None:
            return [Note("older", f"{value:+.2f} % in {month(point.period)}, the last that can be told")]
    return []
