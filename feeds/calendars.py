"""Business days, release times and contract expiries. New York time; dates are plain dates, times are ms UTC."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count as count_up
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

CalendarName = Literal[
    "federal", "statute", "district", "fed", "sifma", "repo", "cme", "nymex", "nyse", "london", "target", "weekdays",
    "all",
]  # fmt: skip
"""Whose days they are.

`federal`: US federal offices, which close on the Friday before a holiday that falls on a Saturday, and when the
President orders it. `statute`: the same by the law alone (5 USC 6103), without those orders. `district`: the same
with the days that the District of Columbia keeps besides, Emancipation Day above all, which move taxes (26 USC 7503).
`fed`: the Federal Reserve banks, which keep neither those Fridays nor the orders: EFFR was published for 2021-12-24,
2023-11-10 and 2026-07-03, and will be for 2027-06-18 and 2027-12-24, on which the bond market is closed.
`sifma`: the US bond market. On some Good Fridays it closes at noon only (2021, 2023, 2026) and yields are published.
`repo`: the same without any Good Friday, on which there is neither SOFR nor an operation of the New York Fed.
`cme`: days on which CME did not open at all before its bitcoin was traded round the clock, which it is since
2026-05-29, 16:00 in Chicago. `nymex`: days on which WTI does not settle, which are more, and nor does bitcoin at CME:
what is traded there from Friday evening to Sunday and on holidays is of the next business day, and so are settlement
and open interest.
`nyse`; `london` (England's bank holidays); `target` (the ECB's); `weekdays`, Monday to Friday; `all`, every day.
SIFMA is known from 1996 and CME from 2000; before, only their weekends are.
"""


class Release(Struct, frozen=True):
    """The rule by which a publisher brings out a series.

    `every`: what one period is. A day is one of calendar `days`; a week is named by its day `weekday` (0 is Monday),
    a month and a quarter by their first. `at`: New York time of day, "16:30". `lag`: for a day, business days of
    `days` from the period to the release; for a week, days from the period to the release, moved on to the next
    business day; for a month or quarter, days from its last day to the release, moved on likewise.
    `working`: the `lag` of a week or a month counts business days too.
    `eve`: a week that would come out on a holiday of that calendar comes out the day before, and is not moved on.
    `usual`: the day is a habit and not a rule: a countdown says "about". `grace_h`: hours after which what was due is
    late.
    """

    every: Literal["day", "week", "month", "quarter"]
    at: str
    days: CalendarName = "federal"
    lag: int = 1
    weekday: int = 2
    working: bool = False
    eve: CalendarName | None = None
    usual: bool = False
    grace_h: float = 2.0


_NEW_YORK = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)
_FRIDAY, _SATURDAY = 4, 5
ORDERED = frozenset(
    (
        *(date(year, 12, 24) for year in (2018, 2019, 2020, 2024, 2025)),
        *(date(2018, 12, 5), date(2025, 1, 9), date(2025, 12, 26)),
    )
)
"""Days since 2018 on which federal offices were closed by executive order: eves of Christmas, a day after it, and days
of mourning. An order comes out a week or two before its day, so that this list ends with what is past."""


@lru_cache(maxsize=1024)
def _holidays(calendar: CalendarName, year: int) -> frozenset[date]:
    """Days of that year on which the calendar is closed; weekends may or may not be among them."""
    import holidays  # 45 ms, which a program that asks for no date need not pay

    match calendar:
        case "federal":
            return _holidays("statute", year) | ORDERED
        case "statute":
            return frozenset(holidays.country_holidays("US", years=year))
        case "district":
            return frozenset(holidays.country_holidays("US", subdiv="DC", years=year))
        case "fed":
            this = _holidays("statute", year)
            moved = {day for day in this if day.weekday() == _FRIDAY and day + _DAY in this | {date(year + 1, 1, 1)}}
            return this - moved
        case "sifma":
            return frozenset(holidays.financial_holidays("XSIF", years=year))
        case "repo":
            return _holidays("sifma", year) | {_good_friday(year)}
        case "cme":
            return frozenset(holidays.financial_holidays("XCME", years=year))
        case "nymex":
            # The New York Stock Exchange's, without its days of mourning, on which energy is traded.
            return _holidays("nyse", year) & (_holidays("statute", year) | {_good_friday(year)})
        case "nyse":
            return frozenset(holidays.financial_holidays("XNYS", years=year))
        case "london":
            return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
        case "target":
            return frozenset(holidays.financial_holidays("XECB", years=year))
        case "weekdays" | "all":
            return frozenset()


def _good_friday(year: int) -> date:
    import holidays

    return holidays.country_holidays("GB", subdiv="ENG", years=year, language="en_GB").get_named("Good Friday")[0]


def business_day(calendar: CalendarName, day: date) -> bool:
    """Whether that day is one."""
    if calendar == "all":
        return True
    return day.weekday() < _SATURDAY and day not in _holidays(calendar, day.year)


def shift(calendar: CalendarName, day: date, days: int) -> date:
    """So many business days later, or earlier where negative; 0 gives the day itself if it is one, else the next."""
    if days == 0:
        while not business_day(calendar, day):
            day += _DAY
        return day
    step, left = (_DAY, days) if days > 0 else (-_DAY, -days)
    while left:
        day += step
        left -= business_day(calendar, day)
    return day


def new_york_ms(day: date, at: str) -> int:
    """When clocks in New York show that time of day, "16:30"; the first time where they show it twice."""
    return int(datetime.combine(day, time.fromisoformat(at), _NEW_YORK).timestamp()) * 1000


def _next_first(first: date, months: int) -> date:
    """The first of the month so many months after that of `first`."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def release_ms(rule: Release, period: date) -> int:
    """When the value of a period is due.

    A period of a weekly series that is dated before its weekday (positions of a Monday when Tuesday is a holiday)
    comes out with its week; one of a daily series that is no business day, as if it were the next one's eve.
    """
    match rule.every:
        case "day":
            day = shift(rule.days, period, rule.lag)
        case "week":
            named = period + timedelta(days=(rule.weekday - period.weekday()) % 7)
            day = _of_week(rule, named)
        case "month" if rule.working:
            day = shift(rule.days, _next_first(period, 1) - _DAY, rule.lag)
        case "month":
            day = shift(rule.days, _next_first(period, 1) + timedelta(days=rule.lag - 1), 0)
        case "quarter":
            day = shift(rule.days, _next_first(period, 3) + timedelta(days=rule.lag - 1), 0)
    return new_york_ms(day, rule.at)


def _of_week(rule: Release, named: date) -> date:
    """The day on which a week comes out."""
    if rule.working:
        return shift(rule.days, named, rule.lag)
    usual = named + timedelta(days=rule.lag)
    if rule.eve and not business_day(rule.eve, usual):
        return usual - _DAY  # whether offices are closed on it too or not: claims came out on 2025-12-24
    return shift(rule.days, usual, 0)


_SPAN_MS = 32 * 86_400_000
_REACH = {"day": 30, "week": 30, "month": 100, "quarter": 300}
"""Days to look beyond a span so that, the lag apart, a release lies on either side of it."""


@lru_cache(maxsize=512)
def _schedule(rule: Release, span: int) -> tuple[tuple[int, ...], tuple[date, ...]]:
    """Releases, oldest first, and their periods, around the span of 32 days with that number since 1970."""
    reach = timedelta(days=_REACH[rule.every] + 2 * abs(rule.lag))
    first, last = new_york_day(span * _SPAN_MS) - reach, new_york_day((span + 1) * _SPAN_MS) + reach
    named = tuple(periods(rule, first, last))
    return tuple(release_ms(rule, period) for period in named), named


def newest_due(rule: Release, now_ms: int) -> date:
    """The newest period whose release is at or before `now_ms`."""
    releases, named = _schedule(rule, now_ms // _SPAN_MS)
    return named[bisect_right(releases, now_ms) - 1]


def next_due(rule: Release, now_ms: int) -> tuple[date, int]:
    """The next period to come out after `now_ms`, and when."""
    releases, named = _schedule(rule, now_ms // _SPAN_MS)
    n = bisect_right(releases, now_ms)
    return named[n], releases[n]


def periods(rule: Release, first: date, last: date) -> Iterator[date]:
    """The periods from `first` to `last`, both included, oldest first."""
    match rule.every:
        case "day":
            day = first
            while day <= last:
                if business_day(rule.days, day):
                    yield day
                day += _DAY
        case "week":
            day = first + timedelta(days=(rule.weekday - first.weekday()) % 7)
            while day <= last:
                yield day
                day += timedelta(days=7)
        case "month" | "quarter":
            months = 1 if rule.every == "month" else 3
            day = date(first.year, (first.month - 1) // months * months + 1, 1)
            while day <= last:
                if day >= first:
                    yield day
                day = _next_first(day, months)


Beside = Literal["", "holidays", "month ends"]
"""Days on which a publisher brings out values beside those of its calendar: on the holidays that fall on weekdays, and
on the last of a month even where that is a Saturday or Sunday (ICE's indices of bonds)."""
_NEAR = 3
"""Days before its weekday that a week may be dated where its weekday is a holiday: the positions of CFTC."""


def off_calendar(rule: Release, period: date, beside: Beside = "") -> str:
    """Why a period is none of a series with that rule, in words; "" where it is one."""
    named = f"{period:%A} {period}"
    match rule.every:
        case "day":
            if business_day(rule.days, period) or (beside and period.weekday() < _SATURDAY):
                return ""
            if beside == "month ends" and (period + _DAY).day == 1:
                return ""
            return f"{named} is a day off"
        case "week":
            early = (rule.weekday - period.weekday()) % 7
            return "" if early <= (_NEAR if rule.working else 0) else f"{named} is not its day of the week"
        case "month":
            return "" if period.day == 1 else f"{period} is not the first of a month"
        case "quarter":
            return "" if period.day == 1 and period.month % 3 == 1 else f"{period} is not the first of a quarter"


_ENDS: dict[CalendarName, str] = {"nyse": "16:00", "nymex": "14:30", "weekdays": "17:00", "sifma": "15:30"}
"""When a day has ended of which the close comes out on the day itself."""


def running(rule: Release, period: date, now_ms: int) -> bool:
    """Whether a day has not ended of which a close is published on the day itself, so that there is none yet."""
    if rule.every != "day" or rule.lag:
        return False
    if rule.days == "all":
        return now_ms < (period.toordinal() + 1 - date(1970, 1, 1).toordinal()) * 86_400_000
    return rule.days in _ENDS and now_ms < new_york_ms(period, _ENDS[rule.days])


def day_end_ms(day: date) -> int:
    """The last millisecond of that day in New York."""
    return new_york_ms(day + _DAY, "00:00") - 1


def new_york_day(t_ms: int) -> date:
    """The day it is in New York at that time."""
    return datetime.fromtimestamp(t_ms // 1000, _NEW_YORK).date()


_CONTRACT = re.compile(r"(CL|BTC)([FGHJKMNQUVXZ])([0-9]{2})")
_MONTHS = "FGHJKMNQUVXZ"
_LAST_CENTURY = 80


@lru_cache(maxsize=2048)
def last_trading_day(contract: str) -> date:
    """Of a WTI contract as Yahoo names it, "CLZ26", or a CME bitcoin future, "BTCZ26". `ValueError`: neither.

    WTI: three business days before the 25th of the month before delivery, or before the business day that precedes
    the 25th where that is none (NYMEX rulebook, chapter 200). Bitcoin: the month's last Friday, or the next day before
    it on which London or the US works, where neither does (CME rulebook 35002.F since October 2021; older texts want
    both at work, which made no difference to any contract then listed). Good Friday counts as a day off in both, as it
    did in March 2024; see `last_day_if_open`. Years 80 to 99 are the last century's.
    """
    product, first = _delivery(contract)
    if product == "CL":
        day = _next_first(first, -1).replace(day=25)
        return shift("nymex", day if business_day("nymex", day) else shift("nymex", day, -1), -3)
    day = _last_friday(first)
    while not (business_day("cme", day) or business_day("london", day)):
        day -= _DAY
    return day


def last_day_if_open(contract: str) -> date | None:
    """Good Friday, where a bitcoin contract of CME would be last traded then if the US counts as at work on it.

    It is no federal holiday, and CME trades bitcoin round the clock by now: for BTCH27 the rule can be read both ways
    until CME says. `None` where the last day is in no doubt.
    """
    product, first = _delivery(contract)
    friday = _last_friday(first)
    doubtful = product == "BTC" and friday >= ROUND_THE_CLOCK and friday == _good_friday(friday.year)
    return friday if doubtful else None


ROUND_THE_CLOCK = date(2026, 5, 29)
"""The day on which CME began to trade bitcoin without a pause at night, at weekends or on holidays."""


def _delivery(contract: str) -> tuple[str, date]:
    """The product of a contract, "CL" or "BTC", and the first of its month."""
    named = _CONTRACT.fullmatch(contract)
    if named is None:
        raise ValueError(f"{contract!r} is no contract of WTI or of bitcoin at CME, like CLZ26 or BTCZ26")
    month, year = _MONTHS.index(named[2]) + 1, int(named[3])
    return named[1], date(year + (1900 if year >= _LAST_CENTURY else 2000), month, 1)


def _last_friday(first: date) -> date:
    """Of the month that begins with `first`."""
    day = _next_first(first, 1) - _DAY
    return day - timedelta(days=(day.weekday() - _FRIDAY) % 7)


def _from_front(session: date, early: int) -> Iterator[str]:
    """WTI contracts that still count on that session, the front one first."""
    for months in count_up():
        delivery = _next_first(session, months)
        code = f"CL{_MONTHS[delivery.month - 1]}{delivery.year % 100:02d}"
        last = last_trading_day(code)
        if (shift("nymex", last, -early) if early else last) >= session:
            yield code


def contracts(session: date, count: int) -> list[str]:
    """The first `count` WTI contracts on a session date, the front one first."""
    return list(islice(_from_front(session, 0), count))


def wti(n: int, session: date, early: int = 0) -> str:
    """The n-th contract on a session date: those count whose last trading day is on or after it.

    `early`: business days before the last trading day on which one rolls.
    """
    if n < 1:
        raise ValueError(f"contracts are counted from 1, not {n}")
    return next(islice(_from_front(session, early), n - 1, None))
