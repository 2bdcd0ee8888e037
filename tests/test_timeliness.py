"""On time, late, stale: by the calendar of the series, in New York time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from feeds.series import Series, series
from feeds.timeliness import due, late_since_ms, missed, state_of

NEW_YORK = ZoneInfo("America/New_York")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp() * 1000)


def named(id_: str) -> Series:
    found = series(id_)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("id_", "now", "newest"),
    [
        ("SOFR", "2026-11-20T07:59", date(2026, 11, 18)),
        ("SOFR", "2026-11-20T08:00", date(2026, 11, 19)),
        ("SOFR", "2026-11-23T07:00", date(2026, 11, 19)),  # a weekend brings nothing
        ("SOFR", "2026-11-27T08:00", date(2026, 11, 25)),  # Thanksgiving is the 26th
        ("WALCL", "2026-11-19T16:29", date(2026, 11, 11)),
        ("WALCL", "2026-11-19T16:30", date(2026, 11, 18)),
        ("WALCL", "2026-11-27T16:29", date(2026, 11, 18)),  # a day later in the week of Thanksgiving
        ("WALCL", "2026-11-27T16:30", date(2026, 11, 25)),
    ],
)
def test_the_newest_period_that_was_due(id_: str, now: str, newest: date) -> None:
    assert due(named(id_), ms(now)) == newest


def test_consumer_prices_of_october_2025_are_never_due() -> None:
    assert due(named("CPIAUCSL"), ms("2025-11-25T12:00")) == date(2025, 9, 1)
    assert state_of(named("CPIAUCSL"), date(2025, 9, 1), ms("2025-11-25T12:00")) == "fresh"


def test_a_rate_is_late_only_after_the_hours_of_grace() -> None:
    had = date(2026, 11, 18)
    assert state_of(named("SOFR"), had, ms("2026-11-20T09:59")) == "fresh"
    assert state_of(named("SOFR"), had, ms("2026-11-20T10:00")) == "late"
    assert late_since_ms(named("SOFR"), had, ms("2026-11-20T10:00")) == ms("2026-11-20T08:00")
    assert late_since_ms(named("SOFR"), date(2026, 11, 19), ms("2026-11-20T10:00")) is None


def test_what_nobody_brought_for_a_week_is_stale() -> None:
    assert state_of(named("SOFR"), date(2026, 11, 10), ms("2026-11-20T10:00")) == "stale"


def test_what_was_never_seen_has_no_state() -> None:
    assert state_of(named("SOFR"), None, ms("2026-11-20T10:00")) == "none"
    assert late_since_ms(named("SOFR"), None, ms("2026-11-20T10:00")) == ms("2026-11-20T08:00")


def test_positions_of_a_monday_are_those_of_its_week() -> None:
    row = named("COT.133741.OI")
    assert state_of(row, date(2025, 11, 10), ms("2025-11-15T12:00")) == "fresh"


def test_a_month_is_counted_from_its_end() -> None:
    row = named("M2SL")
    assert state_of(row, date(2026, 9, 1), ms("2026-11-21T12:00")) == "fresh"
    assert state_of(row, date(2026, 7, 1), ms("2026-11-21T12:00")) == "stale"


@pytest.mark.parametrize(
    ("id_", "period", "now", "state"),
    [
        ("SOFR", "2027-11-19", "2026-11-20T09:00", "stale"),  # a year too far
        ("SOFR", "2026-11-22", "2026-11-20T09:00", "stale"),
        ("WALCL", "2026-12-02", "2026-11-20T09:00", "stale"),
        ("CPIAUCSL", "2026-12-01", "2026-11-20T09:00", "stale"),
        ("CPIAUCSL", "2026-11-01", "2026-11-20T09:00", "fresh"),  # a month is named by its first day
        ("OI.BYBIT", "2026-11-21", "2026-11-20T20:30", "fresh"),  # a day of UTC begins in the evening
        ("OI.BYBIT", "2026-11-22", "2026-11-20T20:30", "stale"),
        ("CLF27", "2026-11-20", "2026-11-19T18:30", "fresh"),  # as does a session of futures
        ("IORB", "2026-12-10", "2026-12-09T14:05", "fresh"),  # announced on the eve
        ("IORB", "2026-11-30", "2026-11-25T16:00", "fresh"),  # or before Thanksgiving for the Monday after
        ("IORB", "2026-12-01", "2026-11-25T16:00", "stale"),
    ],
)
def test_a_value_of_a_day_to_come_is_no_fresh_one(id_: str, period: str, now: str, state: str) -> None:
    assert state_of(named(id_), date.fromisoformat(period), ms(now)) == state


def test_what_was_due_is_missed_though_a_later_period_stands_there() -> None:
    ahead, now = date(2027, 11, 19), ms("2026-11-20T10:00")
    assert missed(named("SOFR"), ahead, now) == date(2026, 11, 19)
    assert late_since_ms(named("SOFR"), ahead, now) == ms("2026-11-20T08:00")


def test_a_series_of_a_clock_that_was_set_back_is_stale_until_it_is_right_again() -> None:
    had = date(2026, 11, 19)
    assert state_of(named("SOFR"), had, ms("2026-11-10T10:00")) == "stale"
    assert state_of(named("SOFR"), had, ms("2026-11-20T10:00")) == "fresh"
    assert state_of(named("SOFR"), had, ms("2027-11-20T10:00")) == "stale"


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-11-29T12:00", "fresh"),  # a Sunday: bitcoin is traded at CME, and Friday's settlement is the newest
        ("2026-11-30T17:59", "fresh"),
        ("2026-11-30T23:59", "fresh"),
        ("2026-12-01T00:00", "late"),  # six hours after Monday's was due
    ],
)
def test_a_close_of_bitcoin_at_cme_is_due_on_days_of_settlement_alone(now: str, state: str) -> None:
    assert state_of(named("BTCZ26"), date(2026, 11, 27), ms(now)) == state


def test_thanksgiving_brings_no_settlement_of_bitcoin_at_cme() -> None:
    assert due(named("BTCZ26"), ms("2026-11-27T17:59")) == date(2026, 11, 25)
    assert due(named("BTCZ26"), ms("2026-11-27T18:00")) == date(2026, 11, 27)


def test_claims_before_thanksgiving_are_late_from_the_wednesday_on() -> None:
    had = date(2026, 11, 14)
    assert late_since_ms(named("ICSA"), had, ms("2026-11-25T10:29")) is None
    assert late_since_ms(named("ICSA"), had, ms("2026-11-25T10:30")) == ms("2026-11-25T08:30")
    assert state_of(named("ICSA"), date(2026, 11, 21), ms("2026-11-26T23:00")) == "fresh"
