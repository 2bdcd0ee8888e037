"""Business days, release times and contract expiries. New York time; dates are plain dates, times are ms UTC."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

CalendarName = Literal["federal", "sifma", "cme", "nymex", "nyse", "london", "weekdays", "all"]
"""US federal holidays; SIFMA (US government securities); CME and NYMEX; NYSE; England; Monday to Friday; every day."""


class Release(Struct, frozen=True):
    """The rule by which a publisher brings out a series.

    `every`: what one period is. A day is one of calendar `days`; a week is named by its day `weekday` (0 is Monday),
    a month and a quarter by their first. `at`: New York time of day, "16:30". `lag`: for a day, business days of
    `days` from the period to the release; for a week, days from the period to the release, moved on to the next
    business day; for a month or quarter, days from its last day to the release, moved on likewise.
    `usual`: the day is a habit and not a rule: a countdown says "about". `grace_h`: hours after which what was due is
    late.
    """

    every: Literal["day", "week", "month", "quarter"]
    at: str
    days: CalendarName = "federal"
    lag: int = 1
    weekday: int = 2
    usual: bool = False
    grace_h: float = 2.0


def business_day(calendar: CalendarName, day: date) -> bool:
    """Whether that day is one."""
    raise NotImplementedError


def shift(calendar: CalendarName, day: date, days: int) -> date:
    """So many business days later, or earlier where negative; 0 gives the day itself if it is one, else the next."""
    raise NotImplementedError


def release_ms(rule: Release, period: date) -> int:
    """When the value of a period is due."""
    raise NotImplementedError


def newest_due(rule: Release, now_ms: int) -> date:
    """The newest period whose release is at or before `now_ms`."""
    raise NotImplementedError


def next_due(rule: Release, now_ms: int) -> tuple[date, int]:
    """The next period to come out after `now_ms`, and when."""
    raise NotImplementedError


def periods(rule: Release, first: date, last: date) -> Iterator[date]:
    """The periods from `first` to `last`, both included, oldest first."""
    raise NotImplementedError


def day_end_ms(day: date) -> int:
    """The last millisecond of that day in New York."""
    raise NotImplementedError


def new_york_day(t_ms: int) -> date:
    """The day it is in New York at that time."""
    raise NotImplementedError


def last_trading_day(contract: str) -> date:
    """Of a WTI contract as Yahoo names it, "CLZ26", or a CME bitcoin future, "BTCZ26". `ValueError`: neither."""
    raise NotImplementedError


def wti(n: int, session: date, early: int = 0) -> str:
    """The n-th contract on a session date: those count whose last trading day is on or after it.

    `early`: business days before the last trading day on which one rolls.
    """
    raise NotImplementedError
