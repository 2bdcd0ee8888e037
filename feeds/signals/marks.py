"""Days on which repo rates jump for reasons of the calendar: ends of months, and days on which taxes are due."""

from datetime import date, timedelta
from functools import cache

from feeds.calendars import shift

TAX_MONTHS = (1, 4, 6, 9, 12)
"""Estimated taxes are due on the 15th: persons in January, April, June and September, corporations in April, June,
September and December (IRS publications 505 and 542)."""
POSTPONED = {date(2020, 4, 15): date(2020, 7, 15), date(2020, 6, 15): date(2020, 7, 15)}
"""Instalments that were due on another day than the rule says (IRS notice 2020-23)."""


def marks(day: date) -> tuple[str, ...]:
    """What is special about a day: "year-end", "quarter-end" or "month-end", whichever is most, and "tax date"."""
    found = []
    if day == _last_day(day.year, day.month):
        found.append("year-end" if day.month == 12 else "month-end" if day.month % 3 else "quarter-end")
    if day in _tax_days(day.year):
        found.append("tax date")
    return tuple(found)


@cache
def _last_day(year: int, month: int) -> date:
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return shift("repo", first_of_next, -1)


@cache
def _tax_days(year: int) -> frozenset[date]:
    """A 15th on which offices in Washington rest moves to their next day, and the repo market may be closed on that."""
    due = (shift("district", date(year, month, 15), 0) for month in TAX_MONTHS)
    return frozenset(shift("repo", POSTPONED.get(day, day), 0) for day in due)


def next_mark(day: date) -> tuple[date, tuple[str, ...]]:
    """The first day after `day` that has marks, and which."""
    later = day + timedelta(days=1)
    while not marks(later):
        later += timedelta(days=1)
    return later, marks(later)
