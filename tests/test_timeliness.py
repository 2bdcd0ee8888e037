"""On time, late, stale: by the calendar of the series, in New York time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from feeds.series import Series, series
from feeds.timeliness import due, late_since_ms, state_of

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
