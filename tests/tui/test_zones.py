import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tui.zones import Local, clock, cycle, zone_of

WINTER = 1_767_225_600_000  # 2026-01-01 00:00:00 UTC
SUMMER = 1_782_864_000_000  # 2026-07-01 00:00:00 UTC
FOLD = 1_792_890_000_000  # 2026-10-25 01:00:00 UTC: Berlin turns 3 o'clock back to 2


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_local_times_are_right_on_both_sides_of_a_change_of_the_clocks():
    assert clock(WINTER, Local()) == "01:00:00 CET"
    assert clock(SUMMER, Local()) == "02:00:00 CEST"
    assert clock(FOLD - 1_800_000, Local()) == "02:30:00 CEST"
    assert clock(FOLD + 1_800_000, Local()) == "02:30:00 CET"


@pytest.mark.usefixtures("berlin")
def test_the_offset_of_a_local_time_follows_the_season():
    for ms, hours in ((WINTER, 1), (SUMMER, 2)):
        at = datetime.fromtimestamp(ms / 1000, Local())
        assert at.utcoffset().total_seconds() == hours * 3600
        assert at.astimezone(UTC).timestamp() * 1000 == ms


def test_a_clock_can_tell_the_day():
    assert clock(WINTER + 5_000, zone_of("UTC"), date=True) == "1 Jan 2026 00:00:05 UTC"
    assert clock(WINTER, zone_of("America/New_York"), date=True) == "31 Dec 2025 19:00:00 EST"


def test_the_key_begins_with_the_zone_that_is_set_and_names_none_twice():
    assert cycle("local") == ["local", "UTC", "America/New_York"]
    assert cycle("UTC") == ["UTC", "local", "America/New_York"]
    assert cycle("Europe/Berlin") == ["Europe/Berlin", "local", "UTC", "America/New_York"]
    assert cycle("Nowhere/Land") == ["local", "UTC", "America/New_York"]
