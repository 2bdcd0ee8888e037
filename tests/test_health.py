"""How a feed is: silence, lag, gaps, clocks that disagree."""

import pytest

from feeds.facts import FeedStatus, Gap, Rejected
from feeds.health import Feed, Limits

T0 = 1_700_000_000_000
LIMITS = Limits(late_ms=4_000, stale_ms=15_000, down_ms=45_000)


def feed() -> Feed:
    return Feed("bybit.linear", LIMITS, T0)


@pytest.mark.parametrize(
    ("silent_ms", "state"),
    [(0, "live"), (3_999, "live"), (4_000, "late"), (14_999, "late"), (15_000, "stale"), (45_000, "down")],
)
def test_silence_makes_a_feed_late_then_stale_then_down(silent_ms: int, state: str) -> None:
    f = feed()
    f.alive(T0)
    assert f.state(T0 + silent_ms) == state


def test_a_feed_never_heard_is_connecting_and_then_down() -> None:
    f = feed()
    assert f.state(T0 + 44_999) == "connecting"
    assert f.state(T0 + 45_000) == "down"


def test_blocked_stays_blocked_while_it_knocks_again_and_ends_with_data() -> None:
    f = feed()
    f.status(FeedStatus(f.name, T0, "blocked", "HTTP 451"))
    f.status(FeedStatus(f.name, T0 + 1, "connecting"))
    assert f.state(T0 + 2) == "blocked"
    assert f.error == "HTTP 451"
    f.alive(T0 + 3)
    assert f.state(T0 + 3) == "live"


def test_a_cut_is_a_gap_from_the_last_sign_to_the_next() -> None:
    f = feed()
    assert f.status(FeedStatus(f.name, T0, "open")) is None
    f.alive(T0 + 100)
    assert f.status(FeedStatus(f.name, T0 + 200, "closed", "reset")) == Gap(f.name, T0 + 100, None, "reset")
    assert f.status(FeedStatus(f.name, T0 + 900, "closed", "refused")) is None
    assert f.status(FeedStatus(f.name, T0 + 30_000, "open")) is None
    assert f.alive(T0 + 30_100) == Gap(f.name, T0 + 100, T0 + 30_100, "reset")
    row = f.row(T0 + 31_000)
    assert (row.gaps, row.gap_ms, row.reconnects, row.error) == (1, 30_000, 1, "refused")


def test_lag_is_receipt_minus_venue_time_over_a_minute() -> None:
    f = feed()
    for i in range(100):
        f.as_of(T0 + i - (i + 1), T0 + i)
    assert f.lags(T0 + 100) == pytest.approx((50.5, 95.05))
    assert f.lags(T0 + 99 + 60_001) == (None, None)


def test_times_are_the_venues_own_while_clocks_agree() -> None:
    f = feed()
    assert f.as_of(T0 - 300, T0) == T0 - 300
    assert f.as_of(T0 + 200, T0) == T0


@pytest.mark.parametrize("skew_ms", [3_600_000, -3_600_000, 4 * 365 * 86_400_000])
def test_a_clock_an_hour_off_neither_ages_nor_hides_what_just_came(skew_ms: int) -> None:
    f = feed()
    for second in range(-5, 1):
        f.as_of(T0 + second * 1_000 - skew_ms, T0 + second * 1_000)
    assert f.as_of(T0 - skew_ms, T0) == T0
    assert f.as_of(T0 + 1_000 - skew_ms, T0 + 1_000) == T0 + 1_000
    # A backlog of eight seconds on top of the skew still shows.
    assert f.as_of(T0 + 2_000 - skew_ms, T0 + 10_000) == T0 + 2_000


def test_the_last_five_rejected_frames_are_kept_and_all_are_counted() -> None:
    f = feed()
    for i in range(7):
        f.reject(Rejected(f.name, T0 + i, f"bad {i}", "sample"))
    assert f.rejected == 7
    assert [r.reason for r in f.rejects] == ["bad 2", "bad 3", "bad 4", "bad 5", "bad 6"]
    assert (f.error, f.error_ms) == ("bad 6", T0 + 6)


def test_what_a_venue_says_reaches_the_row_without_escapes() -> None:
    f = feed()
    f.fault("\x1b[31mred\x1b]0;title\x07 [bold]x[/bold]\r\n", T0)
    assert f.row(T0).error == "red [bold]x[/bold]"


def test_the_rate_is_of_the_last_ten_whole_seconds() -> None:
    f = feed()
    for i in range(300):
        f.frame(T0 + i * 100)
    assert f.rate(T0 + 30_000) == 10.0
    assert f.rate(T0 + 35_500) == 5.0


def test_time_before_the_first_sign_was_not_heard_in_any_later_run_either() -> None:
    first = feed()
    waited = first.expect(T0)
    assert waited == Gap(first.name, T0, None, "not heard yet")
    second = feed()
    assert second.away(T0, T0 + 60_000, [waited]) == waited
    assert second.heard_from_ms is None
    assert second.alive(T0 + 90_000) == Gap(first.name, T0, T0 + 90_000, "not heard yet")
    assert list(second.gaps) == []
    third = feed()
    closed = Gap(first.name, T0, T0 + 90_000, "not heard yet")
    cut = Gap(first.name, T0 + 100_000, T0 + 110_000, "reset")
    off = third.away(T0, T0 + 200_000, [closed, cut])
    assert off == Gap(first.name, T0 + 200_000, None, "the engine was off")
    assert third.heard_from_ms == T0 + 90_000
    assert list(third.gaps) == [cut, off]


def test_a_gap_that_was_open_when_the_engine_ended_goes_on() -> None:
    f = feed()
    cut = Gap(f.name, T0 + 50_000, None, "reset")
    assert f.away(T0, T0 + 60_000, [cut]) == Gap(f.name, T0 + 50_000, None, "the engine was off")
    assert (f.heard_from_ms, f.seen_ms) == (T0, T0 + 50_000)


def test_where_liquidations_are_polled_the_gap_begins_with_the_last_reading_though_the_first_sign_came_after_it() -> (
    None
):
    f = feed()
    waited = Gap(f.name, T0, T0 + 500, "not heard yet")
    off = Gap(f.name, T0 + 400, T0 + 9_000, "the engine was off")
    assert f.away(T0, T0 + 12_000, [waited, off]) == Gap(f.name, T0 + 12_000, None, "the engine was off")
    assert f.heard_from_ms == T0 + 500
    assert off in f.gaps  # and may still be read afterwards


def test_a_feed_whose_signs_are_far_apart_is_given_time() -> None:
    assert LIMITS.for_life(0) == LIMITS
    assert LIMITS.for_life(10_000) == Limits(late_ms=20_000, stale_ms=40_000, down_ms=80_000)
    assert LIMITS.for_life(5_000) == Limits(late_ms=10_000, stale_ms=20_000, down_ms=45_000)
