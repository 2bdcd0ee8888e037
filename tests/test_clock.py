"""The engine's clock, with both of the system's clocks in the test's hand."""

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
