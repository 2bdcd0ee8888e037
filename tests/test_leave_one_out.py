"""Leaving out any one series never makes the verdict another one that it has not earned.

The worlds are those of the scenes in which the verdict has something to say, the last months of them.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import pytest

from feeds.calendars import day_end_ms, new_york_ms
from feeds.facts import Observation
from feeds.signals.rules import Rules
from feeds.signals.verdict_events import NEEDS
from feeds.topics.regime import Verdict
from feeds.views.pages import ALL_READ, MAKES, Work
from feeds.vintages import Vintages
from tests.test_slow_scenes_verdict import NOW, published

DAY_MS = 86_400_000
TODAY = date(2026, 11, 19)
SCENES = ("quarter-end", "repo-2019", "empire", "release")


@cache
def world(scene: str) -> tuple[Observation, ...]:
    return tuple(row for row in published(scene) if row.period >= "2025-08-01")


def verdict(rows: Iterable[Observation], as_of_ms: int) -> Verdict:
    found = MAKES["verdict"].page(Work(Vintages(rows), as_of_ms, Rules(), None, ALL_READ))
    assert isinstance(found, Verdict)
    return found


@cache
def whole(scene: str, as_of_ms: int) -> Verdict:
    return verdict(world(scene), as_of_ms)


def is_of(row: Observation, id_: str) -> bool:
    return row.series.startswith(id_[:-1]) if id_.endswith("*") else row.series == id_


def earned(found: Verdict, full: Verdict, id_: str) -> bool:
    """Whether it is the word of the whole, or none, or a no-trade zone that names what it has not seen."""
    if found.state.value in (full.state.value, None):
        return True
    named = found.state.quality == "partial" and id_ in found.state.missing and found.state.said("lacks")
    return found.state.value == "NO-TRADE" and bool(named)


@pytest.mark.parametrize("days_ago", [0, 10])
@pytest.mark.parametrize("scene", SCENES)
def test_without_any_one_series_the_verdict_is_the_same_or_none_or_names_it(scene: str, days_ago: int) -> None:
    as_of_ms = NOW - days_ago * DAY_MS
    for id_ in NEEDS:
        found = verdict((row for row in world(scene) if not is_of(row, id_)), as_of_ms)
        assert earned(found, whole(scene, as_of_ms), id_), (id_, found.state)


def test_a_series_that_no_trigger_looks_at_changes_nothing() -> None:
    for id_ in ("BTC", "RRPONTSYD", "WRESBAL", "DGS10"):
        found = verdict((row for row in world("release") if row.series != id_), NOW)
        assert found == whole("release", NOW), id_


@pytest.mark.parametrize("scene", SCENES)
def test_a_series_that_went_silent_a_month_ago_leaves_the_word_as_it_was_then_and_makes_it_stale(scene: str) -> None:
    """Nothing new is said by what is lost; where it decides, the word is stale."""
    then = NOW - 30 * DAY_MS
    for id_ in NEEDS:
        rows = [row for row in world(scene) if not (is_of(row, id_) and row.known_ms > then)]
        found, full = verdict(rows, NOW), whole(scene, NOW)
        same = (found.state.value, found.state.state) == (full.state.value, full.state.state)
        before = found.state.value == whole(scene, then).state.value
        assert same or found.state.value is None or found.state.state == "stale" or before, (id_, found.state)


def test_before_the_last_of_its_morning_s_numbers_has_come_the_verdict_stays_as_it_was() -> None:
    """SOFR comes at 8:00 and the effective rate at 9:00: the hour between arms nothing."""
    last = date(2026, 9, 30)
    for day in (last - timedelta(1), last, last + timedelta(1)):
        evening = whole("quarter-end", day_end_ms(day))
        between = verdict(world("quarter-end"), new_york_ms(day, "08:30"))
        after = verdict(world("quarter-end"), new_york_ms(day, "09:30"))
        assert between.state.value == after.state.value == evening.state.value == "NO-TRADE", day


def test_a_reserve_rate_that_comes_as_a_fraction_is_not_used_and_the_one_before_it_holds() -> None:
    day = max(row.period for row in world("calm") if row.series == "SOFR")
    low = [
        Observation("IORB", day, 0.0365, row.known_ms, row.source, row.provisional)
        if (row.series, row.period) == ("IORB", day)
        else row
        for row in world("calm")
    ]
    found, full = (
        next(one for one in of.triggers if one.name == "stress") for of in (verdict(low, NOW), whole("calm", NOW))
    )
    assert (found.on, found.reading.value) == (False, full.reading.value)
    assert {one.value for one in found.reading.inputs if one.series == "IORB"} == {3.65}
