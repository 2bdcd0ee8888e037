"""The engine's clock, with both of the system's clocks in the test's hand."""

import pytest

from feeds.clock import Clock


class Hands:
    wall = 1_700_000_000_000
    steady = 5_000

    def pass_ms(self, ms: int) -> None:
        self.wall += ms
        self.steady += ms


def clock() -> tuple[Clock, Hands]:
    hands = Hands()
    return Clock(lambda: hands.wall, lambda: hands.steady), hands


def test_it_follows_the_system() -> None:
    c, hands = clock()
    hands.pass_ms(1_234)
    assert c.now_ms() == 1_700_000_001_234
    hands.wall += 300  # a slow correction
    hands.pass_ms(100)
    assert c.now_ms() == hands.wall
    assert c.notice == ""


@pytest.mark.parametrize("back_ms", [1_100, 1_900, 30_000, 199_000])
def test_set_back_by_little_it_goes_on_as_well(back_ms: int) -> None:
    c, hands = clock()
    before = c.now_ms()
    hands.wall -= back_ms
    hands.pass_ms(1_000)
    assert c.now_ms() == before + 1_000
    assert c.notice == f"the system clock was set back by {back_ms / 1000:.0f} s; ages go on, times are as before"


def test_a_step_is_told_before_the_time_that_has_it() -> None:
    c, hands = clock()
    told: list[tuple[int, int, int]] = []
    c.stepped = lambda now_ms, step_ms, held_ms: told.append((now_ms, step_ms, held_ms))
    hands.wall += 900  # slewed, or rounded
    first = c.now_ms()
    assert told == []
    hands.wall += 1_001
    assert told == [] and c.now_ms() == first + 1_001
    hands.wall -= 5_000
    c.now_ms()
    assert told == [(first + 1_001, 1_001, 0), (first + 1_001, -5_000, 5_000)]


def test_a_clock_set_back_an_hour_does_not_freeze_ages() -> None:
    c, hands = clock()
    before = c.now_ms()
    hands.wall -= 3_600_000
    hands.pass_ms(1_000)
    assert c.now_ms() == before + 1_000
    hands.pass_ms(5_000)
    assert c.now_ms() == before + 6_000
    assert "set back by 3600 s" in c.notice


def test_after_sleep_the_time_slept_counts_as_age() -> None:
    c, hands = clock()
    before = c.now_ms()
    hands.wall += 8 * 3_600_000
    assert c.now_ms() == before + 8 * 3_600_000
    assert "jumped ahead by 28800 s" in c.notice


def test_it_never_runs_backwards() -> None:
    c, hands = clock()
    before = c.now_ms()
    hands.wall -= 1_000
    assert c.now_ms() == before
