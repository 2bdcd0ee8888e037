"""The rate on reserves by its announcements."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from feeds.facts import Observation
from feeds.sources.steps import IORB_STEPS, SOURCE, observations


def ms(*parts: int) -> int:
    year, month, day, hour = parts
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1000


def test_a_rate_is_known_from_two_in_the_afternoon_of_the_day_before_it_begins() -> None:
    *_, winter = observations(date(2025, 12, 31))
    assert winter == Observation("IORB", "2025-12-11", 3.65, ms(2025, 12, 10, 19), "steps")
    *_, summer = observations(date(2023, 7, 27))
    assert summer == Observation("IORB", "2023-07-27", 5.40, ms(2023, 7, 26, 18), "steps")


def test_the_moves_of_march_2020_are_known_from_their_unscheduled_announcements() -> None:
    *_, third, fifteenth = observations(date(2020, 3, 16))
    assert third == Observation("IORB", "2020-03-04", 1.10, ms(2020, 3, 3, 15), "steps")
    assert fifteenth == Observation("IORB", "2020-03-16", 0.10, ms(2020, 3, 15, 21), "steps")


@pytest.mark.parametrize(
    ("day", "percent"),
    [("2018-06-20", 1.95), ("2019-09-17", 2.10), ("2021-07-28", 0.15), ("2024-10-01", 4.90), ("2026-08-05", 3.65)],
)
def test_the_rate_of_a_day_is_the_last_step_before_it(day: str, percent: float) -> None:
    *_, last = observations(date.fromisoformat(day))
    assert last.value == percent


def test_a_step_counts_from_its_first_day_and_not_before() -> None:
    assert [one.value for one in observations(date(2016, 12, 14))] == [0.50]
    assert [one.value for one in observations(date(2016, 12, 15))] == [0.50, 0.75]
    assert list(observations(date(2015, 12, 16))) == []


def test_the_steps_are_in_order_and_each_changes_the_rate() -> None:
    days, rates = zip(*IORB_STEPS, strict=True)
    assert list(days) == sorted(set(days))
    assert all(one != other for one, other in pairwise(rates))


def test_the_table_is_asked_of_nobody() -> None:
    assert SOURCE.name == "steps"
    assert SOURCE.pages == ()
