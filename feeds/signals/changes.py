"""How far a number has come since a date: looked up by date, of one series or of the ratio of two."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from feeds.calendars import shift
from feeds.signals._reading import Used, reading, unread
from feeds.signals.by_date import PLACES, growth_pct, months_before, older
from feeds.signals.lines import as_of, unknown
from feeds.topics.base import Note, Reading
from feeds.vintages import Known

NEAREST_DAYS = 4
"""A daily number that is missing on a date is replaced by one so many days older at most: a holiday and a weekend."""


class At(NamedTuple):
    """A number on a day, and the points that it is made of."""

    day: date
    value: float
    used: tuple[Used, ...]


class Line(NamedTuple):
    """Something to look up by date: `find` gives its newest number, or the newest on or before a day."""

    ids: tuple[str, ...]
    label: str
    unit: str
    find: Callable[[date | None], At | None]


class Ago(NamedTuple):
    """From when on a change is counted, given the day up to which it is; and that in words."""

    words: str
    start: Callable[[date], date]
    nearest_days: int = 0


def trading_days(count: int) -> Ago:
    """So many days of the New York Stock Exchange."""
    return Ago(f"over {count} trading days", lambda day: shift("nyse", day, -count), NEAREST_DAYS)


def weeks(count: int, nearest_days: int = NEAREST_DAYS) -> Ago:
    """So many weeks, of a daily series; 0 for `nearest_days` asks for exactly that day."""
    return Ago(f"over {count} weeks", lambda day: day - timedelta(weeks=count), nearest_days)


def months(count: int, words: str = "over the year") -> Ago:
    """So many months, of a series whose periods are months or quarters."""
    return Ago(words, lambda day: months_before(day, count))


def a_year() -> Ago:
    """The same date of the year before, of a daily series; of a 29th of February the 28th."""
    return Ago("over the year", _year_before, NEAREST_DAYS)


def since(anchor: date, nearest_days: int) -> Ago:
    """From one fixed date on."""
    return Ago(f"since {anchor}", lambda _: anchor, nearest_days)


def _year_before(day: date) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def line(known: Known, id_: str, label: str, unit: str, *, per: float = 1.0, whole: bool = False) -> Line:
    """A series of which `per` make one `unit`. `whole`: without periods that have not ended, sums of which are less."""

    def find(day: date | None) -> At | None:
        point = known.last(id_, day)
        if whole and point and point.provisional:
            point = next((one for one in reversed(known.points(id_, until=day)) if not one.provisional), None)
        return At(point.period, point.value / per, (Used(id_, point),)) if point else None

    return Line((id_,), label, unit, find)


def ratio(known: Known, over: str, under: str, label: str) -> Line:
    """One series over another, on days that have both."""
    below = {point.period: point for point in known.points(under) if point.value > 0}
    both = [(point, below[point.period]) for point in known.points(over) if point.period in below]

    def find(day: date | None) -> At | None:
        for a, b in reversed(both):
            if day is None or a.period <= day:
                return At(a.period, a.value / b.value, (Used(over, a), Used(under, b)))
        return None

    return Line((over, under), label, "", find)


def now(known: Known, name: str, of: Line, words: tuple[str | Note, ...] = ()) -> Reading:
    """The newest number of a line."""
    at = of.find(None)
    if at is None:
        return _missing(known, name, of.unit, of)
    said = (f"{of.label}, {at.day}", *words)
    found = reading(name, round(at.value, PLACES), of.unit, known, at.used, words=said, formula=" / ".join(of.ids))
    return as_of(found, known, of.ids, at.day)


def change(
    known: Known, name: str, of: Line, ago: Ago, *, percent: bool, until: date | None = None, places: int = 2
) -> Reading:
    """How far a line has come, in percent or in its own unit, up to its newest day or the newest until `until`."""
    unit = "%" if percent else of.unit
    if wait := unread(known, of.ids):
        return unknown(known, name, unit, (), *wait)
    at = of.find(until)
    if at is None:
        return _missing(known, name, unit, of)
    start = ago.start(at.day)
    before = of.find(start)
    if before is None or (start - before.day).days > ago.nearest_days or start > at.day:
        why = f"{of.label} of {start} is not known: no change {ago.words}"
        return unknown(known, name, unit, of.ids, why, used=at.used)
    value = growth_pct(at.value, before.value) if percent else round(at.value - before.value, PLACES)
    if value is None:
        why = f"{of.label} of {before.day} was not above 0: no change in percent"
        return unknown(known, name, unit, of.ids, why, used=(*at.used, *before.used))
    words: list[str | Note] = [
        f"{of.label} {value:+,.2f} {unit}".rstrip() + f" {ago.words}",
        Note("span", f"{before.value:,.{places}f} to {at.value:,.{places}f}, {before.day} to {at.day}"),
        *older(before.used[0].point, start),
    ]
    less = "against" if percent else "less"
    found = reading(
        name,
        value,
        unit,
        known,
        (*at.used, *before.used),
        period=at.day,
        words=words,
        formula=f"{' / '.join(of.ids)} {less} that of {start}",
    )
    return as_of(found, known, of.ids, at.day)


def _missing(known: Known, name: str, unit: str, of: Line) -> Reading:
    lacking = [id_ for id_ in of.ids if known.last(id_) is None]
    why = f"not known: {', '.join(lacking)}" if lacking else f"no day has both {' and '.join(of.ids)}"
    return unknown(known, name, unit, lacking or of.ids, f"{of.label}: {why}")
