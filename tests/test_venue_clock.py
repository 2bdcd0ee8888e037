"""A venue's clock against ours, by the messages of one connection."""

import pytest

from feeds.facts import FeedStatus
from feeds.health import Feed, Limits
from feeds.our_clock import OurClock
from feeds.venue_clock import VenueClock

T0 = 1_700_000_000_000


def feed() -> Feed:
    return Feed("bybit.linear", Limits(), T0)


def usual(f: Feed, ahead_ms: int, *, begin_ms: int = T0, seconds: int = 30, lag_ms: int = 100) -> int:
    """A message a second, dated `ahead_ms` after the true time; return when the last came."""
    for second in range(seconds):
        f.as_of(begin_ms + second * 1_000 + ahead_ms - lag_ms, begin_ms + second * 1_000)
    return begin_ms + (seconds - 1) * 1_000


@pytest.mark.parametrize("ahead_ms", [30_000, 59_900, 61_000, 3_600_000])
def test_a_backlog_behind_a_clock_that_is_slow_shows_its_age(ahead_ms: int) -> None:
    f = feed()
    r = usual(f, ahead_ms) + 25_000
    assert f.as_of(r - 25_000 + ahead_ms, r) == r - 24_900  # the usual 100 ms may be of the clocks or of the line


def test_thirty_messages_at_once_tell_as_much() -> None:
    f = feed()
    for _ in range(30):
        f.as_of(T0 + 30_000, T0 + 100)
    r = T0 + 60_000
    assert f.as_of(r - 25_000 + 30_000, r) == r - 25_100 + 200


def test_one_message_of_the_future_is_counted_and_leaves_the_others_alone() -> None:
    f = feed()
    assert f.as_of(T0, T0 + 100) == T0
    assert f.as_of(T0 + 3_600_000, T0 + 1_000) == T0 + 900  # as old as the one before
    assert f.as_of(T0 + 120_000, T0 + 120_100) == T0 + 120_000
    row = f.row(T0 + 121_000)
    assert (row.odd, row.error, row.error_ms) == (1, "dated 3,599 s after its receipt (1 in a row)", T0 + 120_100)
    assert (row.lag_p50, row.lag_p95) == (100, 100)


@pytest.mark.parametrize("odd_ms", [65_000, 3_600_000])
def test_three_in_a_row_make_nothing_stale(odd_ms: int) -> None:
    f = feed()
    r = usual(f, 0)
    for _ in range(3):
        f.as_of(r + odd_ms, r + 10)
    assert f.as_of(r + 1_000, r + 1_100) == r + 1_000
    assert f.row(r + 1_200).odd == 3


@pytest.mark.parametrize("every_ms", [20, 200, 1_000])
def test_after_eight_seconds_dated_an_hour_ahead_ages_are_right_in_a_few_seconds(every_ms: int) -> None:
    f = feed()
    r = usual(f, 0)
    odd = usual_every(f, r, 3_600_000, 8_000, every_ms)
    usual_every(f, odd, 0, 4_000, every_ms)
    assert f.as_of(odd + 5_000 - 100, odd + 5_000) == pytest.approx(odd + 5_000 - 100, abs=every_ms + 100)


def usual_every(f: Feed, begin_ms: int, ahead_ms: int, for_ms: int, every_ms: int) -> int:
    for t_ms in range(begin_ms + every_ms, begin_ms + for_ms + 1, every_ms):
        f.as_of(t_ms - 100 + ahead_ms, t_ms)
    return begin_ms + for_ms


def test_a_queue_that_grows_by_a_second_a_second_is_never_taken_for_a_clock() -> None:
    f = feed()
    r = usual(f, 30_000)
    for second in range(1, 601):
        t_ms = r + second * 1_000
        assert f.as_of(r + 30_000, t_ms) == r + 100


def test_a_queue_of_minutes_is_age_and_a_constant_lag_of_many_minutes_is_none() -> None:
    f = feed()
    assert f.as_of(T0 - 599_000, T0) == T0 - 599_000
    r = usual(f, -599_000 + 100, seconds=60)
    assert f.as_of(r - 599_000, r) == r - 599_000
    f = feed()
    assert f.as_of(T0 - 3_600_000, T0) == T0 - 3_600_000  # one alone may well be old
    r = usual(f, -3_600_000, seconds=10)
    assert f.as_of(r + 1_000 - 3_600_000, r + 1_000) == r + 1_000
    assert f.as_of(r + 2_000 - 3_600_000, r + 10_000) == r + 2_000  # what grows beyond it is a queue


def test_a_lag_of_a_day_is_a_clock_at_once_until_a_message_says_that_it_was_none() -> None:
    f = feed()
    assert f.as_of(T0 - 86_400_000, T0) == T0
    assert f.as_of(T0 - 86_400_000, T0 + 1_500) == T0
    assert f.as_of(T0 + 1_900, T0 + 2_000) == T0 + 1_900
    assert f.as_of(T0 - 86_400_000, T0 + 2_100) == T0 - 86_400_000
    assert feed().as_of(T0 - 86_399_999, T0) == T0 - 86_399_999


def test_the_smallest_lag_counts_and_not_the_first() -> None:
    f = feed()
    usual(f, 30_000, lag_ms=5_000)
    r = usual(f, 30_000, begin_ms=T0 + 30_000)
    assert f.as_of(r + 1_000 - 5_000 + 30_000, r + 1_000) == r + 1_000 - 4_900


def test_a_slightly_smaller_lag_counts_at_once() -> None:
    f = feed()
    r = usual(f, 30_000, lag_ms=600)
    assert f.as_of(r + 1_000 - 50 + 30_000, r + 1_000) == r + 1_000
    assert f.as_of(r + 2_000 - 5_050 + 30_000, r + 2_000) == r + 2_000 - 5_000


def test_what_is_further_off_than_the_rest_is_not_learnt_with_them() -> None:
    f = feed()
    for at, ahead_ms in enumerate((30_000, 30_000, 3_600_000, 30_000, 30_000)):
        f.as_of(T0 + at * 1_000 + ahead_ms, T0 + at * 1_000)
    assert f.as_of(T0 + 5_000 - 700 + 30_000, T0 + 5_000) == T0 + 5_000 - 700
    assert f.row(T0 + 5_000).error == "", "a slow clock of ours is no fault of the feed"


def test_a_new_connection_begins_anew() -> None:
    f = feed()
    f.status(FeedStatus(f.name, T0, "open"))
    r = usual(f, 30_000)
    assert f.as_of(r + 100, r + 200) == r + 200 - 30_000  # so it is aged on the connection that told so
    f.status(FeedStatus(f.name, r + 300, "open"))
    assert f.as_of(r + 900, r + 1_000) == r + 900


def test_what_was_usual_is_forgotten_after_two_minutes_if_a_pong_says_that_no_queue_hides_it() -> None:
    for took_ms, offset_ms in ((50, -20_000), (20_000, -30_000)):
        c = VenueClock()
        for second in range(300):
            t_ms = T0 + second * 1_000
            creeping = max(-30_000, -30_000 + (second - 30) * 500) if second < 50 else -20_000
            c.pong(took_ms, t_ms)
            c.age(t_ms - creeping, t_ms)
        assert c.offset_ms == offset_ms


def test_nothing_is_younger_than_the_queue_of_its_connection() -> None:
    f = feed()
    r = usual(f, 0)
    f.clock.pong(12_000, r)
    assert f.as_of(r, r + 100) == r + 100 - 12_000
    assert f.as_of(r + 100, r + 200) == r + 200 - 12_000, "nor what comes after it"
    assert f.as_of(r + 30_000, r + 30_001) == r + 30_000, "a pong of long ago tells nothing"
    f.clock.pong(300, r + 31_000)
    assert f.as_of(r + 31_000, r + 31_050) == r + 31_000, "a journey is no queue"


def test_an_answer_over_rest_is_dated_by_what_is_explained_of_the_clocks() -> None:
    f = feed()
    assert f.dated(T0 - 5_000, T0) == T0 - 5_000
    r = usual(f, 30_000)
    assert f.dated(r + 30_000 - 5_000, r) == r - 5_000 - 100 + 200
    assert f.dated(r + 60_000, r) == r


def test_how_late_the_quickest_is_looks_at_the_last_ten_seconds() -> None:
    f = feed()
    assert f.late(T0) is None
    r = usual(f, -7_000)
    assert f.late(r) == 7_100
    assert f.late(r + 10_000) == 7_100
    assert f.late(r + 10_001) is None


def test_what_is_known_of_our_clock_is_taken_off_and_no_more() -> None:
    ours = OurClock()
    f = Feed("bybit.linear", Limits(), T0, ours)
    assert f.as_of(T0 - 20_100, T0) == T0 - 20_100
    ours.base_ms = 19_500
    assert f.as_of(T0 + 1_000 - 20_100, T0 + 1_000) == T0 + 1_000 - 600
