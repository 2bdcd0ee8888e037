"""Changes between two dates: both are looked up by date, never by counting rows back."""

from datetime import date, timedelta

from feeds.calendars import business_day, shift
from feeds.series import series
from feeds.topics.base import Note
from feeds.vintages import Known, Point

WEEKS_13 = timedelta(weeks=13)
YEAR_OF_WEEKS = timedelta(weeks=52)
PLACES = 9
"""To which what is computed is rounded: 1.80 - 2.00 is -0.2, and not a little more."""


def values_by_day(known: Known, id_: str) -> dict[date, float]:
    """The values of a series by their day, oldest first."""
    return {point.period: point.value for point in known.points(id_)}


def months_before(month: date, months: int) -> date:
    """The first of the month so many months before."""
    year, left = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(year, left + 1, 1)


def month(first: date) -> str:
    """A month by its name: "October 2025"."""
    return f"{first:%B %Y}"


def never_published(id_: str, day: date) -> bool:
    """Whether a series is known to have no value of that month or day, for its publisher never made one."""
    row = series(id_)
    return row is not None and day.isoformat() in row.absent


def why_missing(id_: str, day: date) -> str:
    """Why a series has no value of that month or day, as far as that can be told."""
    row = series(id_)
    assert row, id_
    named = month(day) if row.release.every == "month" else f"{row.label} of {day}"
    return f"{named} was never published" if never_published(id_, day) else f"{named} is not known"


def near(known: Known, id_: str, day: date, days: int) -> Point | None:
    """The point of that day, or the newest at most so many days before it."""
    point = known.last(id_, day)
    return point if point and (day - point.period).days <= days else None


def older(point: Point, day: date) -> list[Note]:
    """What is said of a point that stands for a later day; nothing where it is of that day."""
    return [Note("older", f"{point.period} stands for {day}")] if point.period != day else []


def on_business_day(known: Known, id_: str, day: date) -> Point | None:
    """The point of that day; where it is a holiday and has none, of the last business day before it."""
    point = known.on(id_, day)
    if point is not None or business_day("repo", day):
        return point
    return known.on(id_, shift("repo", day, -1))


def growth_pct(now: float, before: float, times_a_year: float = 1.0) -> float | None:
    """The change in percent, annualised where it is made so many times a year; `None` from zero, or below it."""
    if before <= 0 or now < 0:
        return None
    ratio: float = (now / before) ** times_a_year
    return round((ratio - 1) * 100, PLACES)
