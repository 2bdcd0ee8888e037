"""The days on which the Federal Open Market Committee decides: a table that is asked of nobody.

Every regular meeting lasts two days; the statement comes out on the second at 14:00 in New York, and what it decides
is in force from the day after. Dates are the Board's (https://www.federalreserve.gov/monetarypolicy/fomccalendars.htm
and, for 2026 and 2027, its releases of 2024-08-09 and 2025-09-05); those ahead are tentative until the meeting before
has confirmed them. The Board has named no date after the last of this table.
"""

from bisect import bisect_right
from datetime import date, timedelta

from msgspec import Struct

from feeds.calendars import new_york_ms

_DAY = timedelta(days=1)
_PROJECTIONS = (3, 6, 9, 12)


class Decision(Struct, frozen=True):
    """One decision. `first` is the meeting's first day and `day` that of the statement, at `at` in New York.

    `scheduled` is false of the two of March 2020, which were called within days; the second stood in for the regular
    one of that month. `projections`: the members' are published with the statement.
    """

    first: date
    day: date
    at: str = "14:00"
    scheduled: bool = True

    @property
    def ms(self) -> int:
        """When the statement is published."""
        return new_york_ms(self.day, self.at)

    @property
    def effective(self) -> date:
        """The first day on which a rate that it sets is in force, be it a weekday or not."""
        return self.day + _DAY

    @property
    def projections(self) -> bool:
        """In the last month of each quarter, at a regular meeting."""
        return self.scheduled and self.day.month in _PROJECTIONS


_STATEMENTS = """
2018-01-31 2018-03-21 2018-05-02 2018-06-13 2018-08-01 2018-09-26 2018-11-08 2018-12-19
2019-01-30 2019-03-20 2019-05-01 2019-06-19 2019-07-31 2019-09-18 2019-10-30 2019-12-11
2020-01-29 2020-04-29 2020-06-10 2020-07-29 2020-09-16 2020-11-05 2020-12-16
2021-01-27 2021-03-17 2021-04-28 2021-06-16 2021-07-28 2021-09-22 2021-11-03 2021-12-15
2022-01-26 2022-03-16 2022-05-04 2022-06-15 2022-07-27 2022-09-21 2022-11-02 2022-12-14
2023-02-01 2023-03-22 2023-05-03 2023-06-14 2023-07-26 2023-09-20 2023-11-01 2023-12-13
2024-01-31 2024-03-20 2024-05-01 2024-06-12 2024-07-31 2024-09-18 2024-11-07 2024-12-18
2025-01-29 2025-03-19 2025-05-07 2025-06-18 2025-07-30 2025-09-17 2025-10-29 2025-12-10
2026-01-28 2026-03-18 2026-04-29 2026-06-17 2026-07-29 2026-09-16 2026-10-28 2026-12-09
2027-01-27 2027-03-17 2027-04-28 2027-06-09 2027-07-28 2027-09-15 2027-10-27 2027-12-08
2028-01-26
"""

_UNSCHEDULED = (
    Decision(date(2020, 3, 3), date(2020, 3, 3), "10:00", False),
    Decision(date(2020, 3, 15), date(2020, 3, 15), "17:00", False),
)

DECISIONS: tuple[Decision, ...] = tuple(
    sorted(
        (
            *(Decision(day - _DAY, day) for day in map(date.fromisoformat, _STATEMENTS.split())),
            *_UNSCHEDULED,
        ),
        key=lambda one: one.day,
    )
)
"""Oldest first."""

_DAYS = [one.day for one in DECISIONS]
_EFFECTIVE = [one.effective for one in DECISIONS]


def decisions(first: date, last: date) -> tuple[Decision, ...]:
    """Those whose statement is of `first` to `last`, both included, oldest first; the table knows no others."""
    return DECISIONS[bisect_right(_DAYS, first - _DAY) : bisect_right(_DAYS, last)]


def next_decision(day: date) -> Decision | None:
    """The first whose statement comes on `day` or later; `None` where the table has ended."""
    return next(iter(decisions(day, _DAYS[-1])), None)


def decision_between(first: date, last: date) -> bool:
    """Whether a new rate may have come into force after `first` and up to `last`, both of them days of New York.

    A decision's rate is in force from the day after its statement, so one that was published in the afternoon of
    `last` does not count yet. Days before the table begins or after it ends have decisions that it does not know:
    a span that touches them cannot be cleared, and the answer is yes.
    """
    if first >= last:
        return False
    if first < _DAYS[0] or last > _EFFECTIVE[-1]:
        return True
    return bisect_right(_EFFECTIVE, last) > bisect_right(_EFFECTIVE, first)
