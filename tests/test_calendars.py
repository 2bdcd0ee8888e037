import subprocess
import sys
from bisect import bisect_right
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from feeds.calendars import (
    CalendarName,
    Release,
    business_day,
    contracts,
    day_end_ms,
    last_day_if_open,
    last_trading_day,
    new_york_day,
    new_york_ms,
    newest_due,
    next_due,
    periods,
    release_ms,
    shift,
    wti,
)
from feeds.series import BUDGET, CLAIMS, COT, FAMILIES, H8, H41, OPERATION, REPO, TABLE, UNSECURED, UTC_DAY, YIELDS

RULES = sorted({row.release for row in (*TABLE.values(), *FAMILIES.values())}, key=repr)
DAY_MS = 86_400_000


def day(text: str) -> date:
    return date.fromisoformat(text)


def utc(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)


def closed(calendar: CalendarName, year: int) -> list[str]:
    """The weekdays of a year that are no business days."""
    days = (date(year, 1, 1) + timedelta(n) for n in range(366))
    return [
        f"{one:%m-%d}" for one in days if one.year == year and one.weekday() < 5 and not business_day(calendar, one)
    ]


# Who is closed when


@pytest.mark.parametrize(
    ("calendar", "year", "days"),
    [
        ("federal", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
        ("fed", 2026, "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25"),
        ("federal", 2021, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        ("fed", 2021, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25"),
        ("sifma", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
        ("repo", 2026, "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
        ("sifma", 2025, "01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
        ("repo", 2025, "01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
        ("cme", 2024, "01-01 03-29 07-04 11-28 12-25"),
        ("nymex", 2025, "01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25"),
        ("nyse", 2025, "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25"),
        ("london", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        ("weekdays", 2026, ""),
        ("all", 2026, ""),
        # orders of the President close offices, and neither the Fed's banks nor a market
        ("federal", 2018, "01-01 01-15 02-19 05-28 07-04 09-03 10-08 11-12 11-22 12-05 12-24 12-25"),
        ("federal", 2019, "01-01 01-21 02-18 05-27 07-04 09-02 10-14 11-11 11-28 12-24 12-25"),
        ("federal", 2020, "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-24 12-25"),
        ("federal", 2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-24 12-25"),
        ("federal", 2025, "01-01 01-09 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-24 12-25 12-26"),
        ("statute", 2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
        ("district", 2026, "01-01 01-19 02-16 04-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
        ("fed", 2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
        # in 2027 the Fed's banks work on Good Friday and on three Fridays before a holiday, the bond market on one
        ("federal", 2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        ("fed", 2027, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25"),
        ("sifma", 2027, "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24"),
        ("repo", 2027, "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24"),
        ("nyse", 2026, "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25"),
        ("nyse", 2027, "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24"),
        ("nymex", 2027, "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24"),
        ("london", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
        ("target", 2026, "01-01 04-03 04-06 05-01 12-25"),
        ("target", 2027, "01-01 03-26 03-29"),
    ],
)
def test_a_calendar_is_closed_on_exactly_these_weekdays(calendar: CalendarName, year: int, days: str) -> None:
    assert closed(calendar, year) == days.split()


def test_every_calendar_but_that_of_all_days_rests_at_weekends() -> None:
    saturday, sunday = day("2026-08-22"), day("2026-08-23")
    resting: tuple[CalendarName, ...] = (
        "federal",
        "statute",
        "district",
        "fed",
        "sifma",
        "repo",
        "cme",
        "nymex",
        "nyse",
        "london",
        "target",
        "weekdays",
    )
    for calendar in resting:
        assert not business_day(calendar, saturday)
        assert not business_day(calendar, sunday)
    assert business_day("all", saturday)
    assert business_day("all", sunday)


GOOD_FRIDAYS = (
    "2015-04-03 2016-03-25 2017-04-14 2018-03-30 2019-04-19 2020-04-10 2021-04-02 2022-04-15 "
    "2023-04-07 2024-03-29 2025-04-18 2026-04-03 2027-03-26 2028-04-14 2029-03-30 2030-04-19 "
    "2031-04-11 2032-03-26 2033-04-15 2034-04-07 2035-03-23 2036-04-11 2037-04-03 "
)


@pytest.mark.parametrize("good_friday", GOOD_FRIDAYS.split())
def test_nymex_keeps_ten_holidays_and_no_other(good_friday: str) -> None:
    year = int(good_friday[:4])

    def monday(month: int, n: int) -> date:
        """The n-th Monday of a month; the 0th is the last of the month before."""
        first = date(year, month, 1)
        return first + timedelta((0 - first.weekday()) % 7 + 7 * (n - 1))

    def observed(month: int, dom: int) -> date:
        one = date(year, month, dom)
        return one + timedelta({5: -1, 6: 1}.get(one.weekday(), 0))

    new_year = date(year, 1, 1)
    november = date(year, 11, 1)
    kept = {
        new_year + timedelta(new_year.weekday() == 6),
        monday(1, 3),
        monday(2, 3),
        day(good_friday),
        monday(6, 0),
        observed(7, 4),
        monday(9, 1),
        november + timedelta((3 - november.weekday()) % 7 + 21),
        observed(12, 25),
    } | ({observed(6, 19)} if year >= 2022 else set())
    assert closed("nymex", year) == [f"{one:%m-%d}" for one in sorted(kept) if one.weekday() < 5]


def test_good_friday_is_known_whatever_language_the_user_speaks() -> None:
    code = (
        "from datetime import date; from feeds.calendars import business_day as b; print(b('repo', date(2026, 4, 3)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env={"LANGUAGE": "th", "LANG": "th_TH.UTF-8"}, capture_output=True, text=True
    )
    assert (told.stdout, told.stderr) == ("False\n", "")


def test_who_asks_for_no_date_does_not_wait_for_the_holidays() -> None:
    code = "import sys, feeds.calendars, feeds.series; print('holidays' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (told.stdout, told.stderr) == ("False\n", "")


# Counting days


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-04-02", 0, "2026-04-02"),
        ("2026-04-03", 0, "2026-04-06"),
        ("2026-04-04", 0, "2026-04-06"),
        ("2026-04-02", 1, "2026-04-06"),
        ("2026-04-04", 1, "2026-04-06"),
        ("2026-04-04", -1, "2026-04-02"),
        ("2026-04-06", -1, "2026-04-02"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2026-12-31", 5, "2027-01-08"),
        ("2027-01-04", -3, "2026-12-29"),
    ],
)
def test_business_days_are_counted_past_weekends_holidays_and_years(start: str, days: int, end: str) -> None:
    assert shift("nymex", day(start), days) == day(end)


def test_every_day_counts_where_all_do() -> None:
    assert shift("all", day("2026-12-25"), 8) == day("2027-01-02")


# When it is in New York


@pytest.mark.parametrize(
    ("one", "ends", "hours"),
    [
        ("2026-03-07", "2026-03-08T04:59:59.999", 24),
        ("2026-03-08", "2026-03-09T03:59:59.999", 23),
        ("2026-03-09", "2026-03-10T03:59:59.999", 24),
        ("2026-11-01", "2026-11-02T04:59:59.999", 25),
        ("2026-11-02", "2026-11-03T04:59:59.999", 24),
    ],
)
def test_a_day_ends_at_midnight_in_new_york_when_the_clocks_change_too(one: str, ends: str, hours: int) -> None:
    assert day_end_ms(day(one)) == utc(ends)
    assert day_end_ms(day(one)) - day_end_ms(day(one) - timedelta(1)) == hours * 3_600_000
    assert new_york_day(utc(ends)) == day(one)
    assert new_york_day(utc(ends) + 1) == day(one) + timedelta(1)


def test_a_time_of_day_that_comes_twice_is_the_first() -> None:
    assert new_york_ms(day("2026-11-01"), "01:30") == utc("2026-11-01T05:30")
    assert new_york_ms(day("2026-11-01"), "02:00") == utc("2026-11-01T07:00")


# When it comes out

MONTHLY_5, MONTHLY_12 = Release("month", "08:30", lag=5), Release("month", "08:30", lag=12)
SURVEY = Release("month", "08:30", lag=-15)
GDP, NOWCAST = Release("quarter", "08:30", lag=28), Release("quarter", "08:30", lag=-60)
SLOW_DAY = Release("day", "16:15", lag=6)


@pytest.mark.parametrize(
    ("rule", "period", "out"),
    [
        # SOFR: the next business day at 08:00, on either side of both changes of the clocks
        (REPO, "2026-03-05", "2026-03-06T13:00"),
        (REPO, "2026-03-06", "2026-03-09T12:00"),
        (REPO, "2026-10-29", "2026-10-30T12:00"),
        (REPO, "2026-10-30", "2026-11-02T13:00"),
        # around Good Friday 2026, on which the Fed works and the repo market does not
        (REPO, "2026-04-02", "2026-04-06T12:00"),
        (UNSECURED, "2026-04-02", "2026-04-03T13:00"),
        (YIELDS, "2026-04-03", "2026-04-03T22:00"),
        # around the Friday before a Saturday holiday
        (UNSECURED, "2026-07-02", "2026-07-03T13:00"),
        (UNSECURED, "2026-07-03", "2026-07-06T13:00"),
        (REPO, "2026-07-02", "2026-07-06T12:00"),
        (UNSECURED, "2027-06-17", "2027-06-18T13:00"),
        (UNSECURED, "2027-06-18", "2027-06-21T13:00"),
        (REPO, "2027-06-17", "2027-06-21T12:00"),
        (UNSECURED, "2027-12-23", "2027-12-24T14:00"),
        (UNSECURED, "2027-12-24", "2027-12-27T14:00"),
        (REPO, "2027-12-23", "2027-12-27T13:00"),
        (UNSECURED, "2027-03-25", "2027-03-26T13:00"),
        (REPO, "2027-03-25", "2027-03-29T12:00"),
        (YIELDS, "2027-12-31", "2027-12-31T23:00"),  # the offices are shut, the bond market closes early
        # on the same day, and days on which the clocks change
        (OPERATION, "2026-08-05", "2026-08-05T18:00"),
        (UTC_DAY, "2026-03-07", "2026-03-08T01:00"),
        (UTC_DAY, "2026-03-08", "2026-03-09T00:00"),
        (UTC_DAY, "2026-10-31", "2026-11-01T00:00"),
        (UTC_DAY, "2026-11-01", "2026-11-02T01:00"),
        # a value dated on a day that should have none
        (REPO, "2026-08-22", "2026-08-24T12:00"),
        (OPERATION, "2026-08-22", "2026-08-24T18:00"),
        # six business days over Thanksgiving
        (SLOW_DAY, "2026-11-20", "2026-12-01T21:15"),
        # H.4.1: Thursday, and Friday where Thursday is Thanksgiving
        (H41, "2026-08-19", "2026-08-20T20:30"),
        (H41, "2026-11-25", "2026-11-27T21:30"),
        (H41, "2027-11-10", "2027-11-12T21:30"),
        (H41, "2027-11-24", "2027-11-26T21:30"),
        # and a Thursday of mourning, or Christmas before a Friday off
        (H41, "2025-01-08", "2025-01-10T21:30"),
        (H41, "2025-12-24", "2025-12-29T21:30"),
        # H.8: Friday; before a Friday holiday on Thursday, but after a Friday that was taken off by order on Monday
        (H8, "2026-07-22", "2026-07-31T20:15"),
        (H8, "2026-12-16", "2026-12-24T21:15"),
        (H8, "2026-06-10", "2026-06-18T20:15"),
        (H8, "2027-12-15", "2027-12-23T21:15"),
        (H8, "2025-12-17", "2025-12-29T21:15"),
        # claims: Thursday; before a holiday on Wednesday, of mourning or of thanks, at the usual hour
        (CLAIMS, "2026-11-14", "2026-11-19T13:30"),
        (CLAIMS, "2026-11-21", "2026-11-25T13:30"),
        (CLAIMS, "2026-11-28", "2026-12-03T13:30"),
        (CLAIMS, "2027-11-06", "2027-11-10T13:30"),
        (CLAIMS, "2027-11-20", "2027-11-24T13:30"),
        (CLAIMS, "2025-01-04", "2025-01-08T13:30"),
        (CLAIMS, "2025-12-20", "2025-12-24T13:30"),  # a Wednesday on which offices were shut as well
        (CLAIMS, "2025-06-14", "2025-06-18T12:30"),
        # the CFTC's own schedules for 2024 to 2026: the third business day after Tuesday
        (COT, "2024-06-11", "2024-06-14T19:30"),
        (COT, "2024-06-18", "2024-06-24T19:30"),
        (COT, "2024-07-02", "2024-07-08T19:30"),
        (COT, "2024-11-12", "2024-11-15T20:30"),
        (COT, "2024-11-26", "2024-12-02T20:30"),
        (COT, "2024-12-24", "2024-12-30T20:30"),
        (COT, "2025-12-30", "2026-01-05T20:30"),
        # positions of a Monday, because Tuesday was Veterans Day, came out on the week's usual day
        (COT, "2025-11-10", "2025-11-14T20:30"),
        # the Fed's banks bring out their weeklies on days on which offices are shut by order
        (TABLE["NFCI"].release, "2025-12-19", "2025-12-24T13:30"),
        (TABLE["STLFSI4"].release, "2025-12-19", "2025-12-26T15:00"),
        # the eighth business day of the month after
        (BUDGET, "2026-10-01", "2026-11-12T19:00"),
        (BUDGET, "2026-11-01", "2026-12-10T19:00"),
        # months and quarters: from their last day, moved on past a weekend and Labor Day
        (MONTHLY_12, "2026-07-01", "2026-08-12T12:30"),
        (MONTHLY_5, "2026-08-01", "2026-09-08T12:30"),
        (MONTHLY_12, "2025-12-01", "2026-01-12T13:30"),
        (GDP, "2026-04-01", "2026-07-28T12:30"),
        (GDP, "2025-10-01", "2026-01-28T13:30"),
        # before the period is over
        (SURVEY, "2026-09-01", "2026-09-15T12:30"),
        (NOWCAST, "2026-07-01", "2026-08-03T12:30"),
    ],
)
def test_a_period_comes_out_at_this_time(rule: Release, period: str, out: str) -> None:
    assert release_ms(rule, day(period)) == utc(out)


def test_a_week_whose_lag_is_of_plain_days_is_moved_on_once() -> None:
    positions = Release("week", "15:30", lag=3, weekday=1)
    assert release_ms(positions, day("2026-08-17")) == release_ms(positions, day("2026-08-18"))
    assert release_ms(positions, day("2024-11-26")) == utc("2024-11-29T20:30")
    assert release_ms(positions, day("2026-06-30")) == utc("2026-07-06T19:30")


def test_what_is_due_changes_at_the_very_time_of_release() -> None:
    at = utc("2026-08-04T12:00")
    assert newest_due(REPO, at - 1) == day("2026-07-31")
    assert next_due(REPO, at - 1) == (day("2026-08-03"), at)
    assert newest_due(REPO, at) == day("2026-08-03")
    assert next_due(REPO, at) == (day("2026-08-04"), at + DAY_MS)


def test_over_a_weekend_fridays_rate_is_still_to_come() -> None:
    sunday = utc("2026-08-23T15:00")
    assert newest_due(REPO, sunday) == day("2026-08-20")
    assert next_due(REPO, sunday) == (day("2026-08-21"), utc("2026-08-24T12:00"))


def test_what_comes_out_before_its_period_is_over_is_due_within_it() -> None:
    now = utc("2026-09-15T12:30")
    assert newest_due(SURVEY, now) == day("2026-09-01")
    assert next_due(SURVEY, now) == (day("2026-10-01"), utc("2026-10-16T12:30"))


LONG = [
    Release("day", "16:15", lag=60),
    Release("week", "16:15", lag=100),
    Release("month", "08:30", lag=200),
    Release("month", "08:30", lag=-200),
    Release("quarter", "08:30", lag=500),
]


@pytest.mark.parametrize("rule", RULES + LONG, ids=lambda rule: f"{rule.every} {rule.days} {rule.lag} {rule.at}")
def test_what_is_due_next_follows_what_was_due_last_by_every_rule(rule: Release) -> None:
    named = list(periods(rule, day("2022-01-01"), day("2029-01-01")))
    releases = [release_ms(rule, period) for period in named]
    assert all(one < other for one, other in pairwise(releases))
    start, end = utc("2024-01-01T00:00"), utc("2028-01-01T00:00")
    edges = [out + around for out in releases if start <= out < end for around in (-1, 0, 1)]
    for now in (*edges, *range(start, end, DAY_MS)):
        n = bisect_right(releases, now)
        assert newest_due(rule, now) == named[n - 1]
        assert next_due(rule, now) == (named[n], releases[n])


def test_rules_of_every_kind_are_in_the_table() -> None:
    assert {rule.every for rule in RULES} == {"day", "week", "month", "quarter"}
    assert {rule.lag < 0 for rule in RULES if rule.every in ("month", "quarter")} == {True, False}


# Periods


@pytest.mark.parametrize(
    ("rule", "first", "last", "named"),
    [
        (REPO, "2026-04-01", "2026-04-07", "2026-04-01 2026-04-02 2026-04-06 2026-04-07"),
        (UTC_DAY, "2026-02-28", "2026-03-02", "2026-02-28 2026-03-01 2026-03-02"),
        (H41, "2026-08-12", "2026-08-26", "2026-08-12 2026-08-19 2026-08-26"),
        (H41, "2026-08-13", "2026-08-25", "2026-08-19"),
        (MONTHLY_5, "2026-11-01", "2027-01-01", "2026-11-01 2026-12-01 2027-01-01"),
        (MONTHLY_5, "2026-11-02", "2026-12-31", "2026-12-01"),
        (GDP, "2026-07-01", "2027-01-01", "2026-07-01 2026-10-01 2027-01-01"),
        (GDP, "2026-07-02", "2026-12-31", "2026-10-01"),
        (REPO, "2026-04-03", "2026-04-05", ""),
        (REPO, "2026-04-07", "2026-04-01", ""),
    ],
)
def test_periods_are_named_with_both_ends_included(rule: Release, first: str, last: str, named: str) -> None:
    assert [period.isoformat() for period in periods(rule, day(first), day(last))] == named.split()


# Contracts


@pytest.mark.parametrize(
    ("contract", "last"),
    [
        ("CLK20", "2020-04-21"),
        ("CLH26", "2026-02-20"),
        ("CLK26", "2026-04-21"),
        ("CLZ26", "2026-11-20"),
        ("CLZ21", "2021-11-19"),
        ("CLX24", "2024-10-22"),
        ("CLZ25", "2025-11-20"),
        ("CLF27", "2026-12-21"),
        ("CLG27", "2027-01-20"),
        ("CLH27", "2027-02-22"),
        ("CLJ27", "2027-03-22"),
        ("CLK27", "2027-04-20"),
        ("CLM27", "2027-05-20"),
        ("CLN27", "2027-06-22"),
        ("CLQ27", "2027-07-20"),
        ("CLU27", "2027-08-20"),
        ("CLV27", "2027-09-21"),
        ("CLX27", "2027-10-20"),
        ("CLZ27", "2027-11-19"),
        ("CLF28", "2027-12-20"),
        ("CLG28", "2028-01-20"),
        ("CLF29", "2028-12-19"),
        ("CLM30", "2030-05-21"),
        ("CLZ31", "2031-11-20"),
        ("CLV34", "2034-09-20"),
        ("CLG37", "2037-01-20"),
        ("CLZ99", "1999-11-19"),
    ],
)
def test_a_wti_contract_is_last_traded_three_business_days_before_the_25th(contract: str, last: str) -> None:
    assert last_trading_day(contract) == day(last)


@pytest.mark.parametrize(
    ("contract", "last"),
    [
        ("BTCF26", "2026-01-30"),
        ("BTCG26", "2026-02-27"),
        ("BTCN26", "2026-07-31"),
        ("BTCX23", "2023-11-24"),  # the day after Thanksgiving
        ("BTCZ21", "2021-12-31"),  # New Year is a Saturday
        ("BTCZ25", "2025-12-26"),  # Boxing Day is London's alone: CME's calendar says the 26th
        ("BTCH24", "2024-03-28"),  # Good Friday
        ("BTCH27", "2027-03-25"),
        ("BTCZ20", "2020-12-24"),  # Christmas
        ("BTCZ26", "2026-12-24"),
        ("BTCF27", "2027-01-29"),
        ("BTCG27", "2027-02-26"),
        ("BTCJ27", "2027-04-30"),
        ("BTCK27", "2027-05-28"),
        ("BTCM27", "2027-06-25"),
        ("BTCN27", "2027-07-30"),
        ("BTCQ27", "2027-08-27"),
        ("BTCU27", "2027-09-24"),
        ("BTCV27", "2027-10-29"),
        ("BTCX27", "2027-11-26"),
        ("BTCZ27", "2027-12-31"),  # New Year is a Saturday, whose eve is a day off in offices alone
    ],
)
def test_a_bitcoin_future_is_last_traded_on_a_friday_on_which_london_or_the_us_works(contract: str, last: str) -> None:
    assert last_trading_day(contract) == day(last)


def test_only_a_bitcoin_future_that_ends_on_good_friday_may_end_a_day_later() -> None:
    months = [f"{letter}{year}" for year in (24, 25, 26, 27, 28) for letter in "FGHJKMNQUVXZ"]
    doubtful = {name: late for month in months if (late := last_day_if_open(name := f"BTC{month}"))}
    assert doubtful == {"BTCH27": day("2027-03-26")}  # that of March 2024 is told by what happened
    assert last_day_if_open("CLH27") is None


@pytest.mark.parametrize("name", ["", "CL=F", "CLA26", "CLZ6", "CLZ2026", "clz26", "NGZ26", "CLZ26.NYM", "CLZ٢٦"])
def test_what_is_no_contract_has_no_last_day(name: str) -> None:
    for asked in (last_trading_day, last_day_if_open):
        with pytest.raises(ValueError, match="no contract of WTI or of bitcoin"):
            asked(name)


@pytest.mark.parametrize(
    ("n", "session", "early", "contract"),
    [
        (1, "2026-04-21", 0, "CLK26"),
        (1, "2026-04-22", 0, "CLM26"),
        (6, "2026-04-21", 0, "CLV26"),
        (6, "2026-04-22", 0, "CLX26"),
        (1, "2026-04-14", 5, "CLK26"),
        (1, "2026-04-15", 5, "CLM26"),
        (6, "2026-04-15", 5, "CLX26"),
        (1, "2026-04-19", 0, "CLK26"),  # a Sunday
        (1, "2026-11-20", 0, "CLZ26"),
        (1, "2026-11-21", 0, "CLF27"),
        (2, "2026-12-21", 0, "CLG27"),
        (12, "2026-02-11", 0, "CLG27"),
        (1, "2026-04-07", 30, "CLM26"),
        (1, "2026-04-08", 30, "CLN26"),
    ],
)
def test_the_nth_contract_counts_to_its_last_trading_day(n: int, session: str, early: int, contract: str) -> None:
    assert wti(n, day(session), early) == contract


def test_contracts_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1, not 0"):
        wti(0, day("2026-04-21"))


def test_contracts_follow_one_another_over_the_year() -> None:
    assert contracts(day("2026-10-21"), 4) == ["CLZ26", "CLF27", "CLG27", "CLH27"]
    assert contracts(day("2026-10-20"), 1) == ["CLX26"]
    assert contracts(day("2026-10-20"), 0) == []
