"""Decisions of the Federal Open Market Committee: when they are published, and from when they hold."""

from datetime import date, datetime, timedelta

import pytest

from feeds.fomc import DECISIONS, decision_between, decisions, next_decision
from feeds.sources.steps import IORB_STEPS


def day(text: str) -> date:
    return date.fromisoformat(text)


def utc(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)


@pytest.mark.parametrize(
    ("statement", "out", "projections"),
    [
        ("2026-01-28", "2026-01-28T19:00", False),
        ("2026-03-18", "2026-03-18T18:00", True),
        ("2026-04-29", "2026-04-29T18:00", False),
        ("2026-06-17", "2026-06-17T18:00", True),
        ("2026-07-29", "2026-07-29T18:00", False),
        ("2026-09-16", "2026-09-16T18:00", True),
        ("2026-10-28", "2026-10-28T18:00", False),
        ("2026-12-09", "2026-12-09T19:00", True),
        ("2027-01-27", "2027-01-27T19:00", False),
        ("2027-03-17", "2027-03-17T18:00", True),
        ("2027-04-28", "2027-04-28T18:00", False),
        ("2027-06-09", "2027-06-09T18:00", True),
        ("2027-07-28", "2027-07-28T18:00", False),
        ("2027-09-15", "2027-09-15T18:00", True),
        ("2027-10-27", "2027-10-27T18:00", False),
        ("2027-12-08", "2027-12-08T19:00", True),
        ("2028-01-26", "2028-01-26T19:00", False),
    ],
)
def test_a_statement_comes_out_at_two_in_new_york(statement: str, out: str, projections: bool) -> None:
    found = next_decision(day(statement))
    assert found is not None
    assert (found.day, found.ms, found.projections) == (day(statement), utc(out), projections)
    assert (found.first, found.effective) == (day(statement) - timedelta(1), day(statement) + timedelta(1))


def test_there_are_eight_a_year_and_the_two_of_march_2020_in_place_of_one() -> None:
    held = {year: decisions(date(year, 1, 1), date(year, 12, 31)) for year in range(2018, 2028)}
    assert {year: len(one) for year, one in held.items()} == dict.fromkeys(range(2018, 2028), 8) | {2020: 9}
    assert [(one.day, one.at) for one in DECISIONS if not one.scheduled] == [
        (day("2020-03-03"), "10:00"),
        (day("2020-03-15"), "17:00"),
    ]
    assert not any(one.projections for one in decisions(day("2020-03-01"), day("2020-03-31")))


def test_every_rate_on_reserves_came_into_force_the_day_after_a_decision() -> None:
    in_force = {one.effective for one in DECISIONS}
    changed = [day(first) for first, _ in IORB_STEPS]
    assert [one for one in changed if one.year >= 2018 and one not in in_force] == []


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2026-09-16", "2026-09-17", True),  # in force on the last day
        ("2026-09-15", "2026-09-16", False),  # published that afternoon, in force tomorrow
        ("2026-09-17", "2026-10-28", False),  # what was in force on the first day is known on it
        ("2026-09-17", "2026-10-29", True),
        ("2026-10-29", "2026-12-09", False),
        ("2026-10-29", "2026-12-10", True),
        ("2025-12-11", "2026-11-30", True),
        ("2020-03-02", "2020-03-04", True),
        ("2020-03-04", "2020-03-15", False),
        ("2020-03-15", "2020-03-16", True),  # a Monday, after the statement of a Sunday
        ("2026-10-29", "2026-10-29", False),
        ("2026-12-10", "2026-10-28", False),
        ("2018-01-31", "2018-02-01", True),
        ("2018-02-01", "2018-03-21", False),
        ("2027-12-09", "2028-01-26", False),
    ],
)
def test_a_rate_may_have_changed_where_a_decision_came_into_force_between(first: str, last: str, told: bool) -> None:
    assert decision_between(day(first), day(last)) is told


@pytest.mark.parametrize(("first", "last"), [("2028-01-27", "2028-01-28"), ("2017-12-13", "2017-12-15")])
def test_what_the_table_does_not_reach_is_never_cleared(first: str, last: str) -> None:
    assert decision_between(day(first), day(last))


def test_after_the_last_date_that_the_board_has_named_the_next_is_not_known() -> None:
    assert next_decision(day("2028-01-27")) is None
    assert decisions(day("2028-01-27"), day("2028-12-31")) == ()


def test_decisions_are_named_with_both_ends_included() -> None:
    found = decisions(day("2026-10-28"), day("2026-12-09"))
    assert [one.day for one in found] == [day("2026-10-28"), day("2026-12-09")]
