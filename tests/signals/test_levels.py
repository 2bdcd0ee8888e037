"""Level tests, from hand-made days: what is a test, what holds, what fails, and what cannot be told."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.levels import levels
from feeds.signals.thresholds import LevelRule
from feeds.topics.base import Reading
from feeds.topics.regime import Level, LevelDay
from feeds.vintages import Known, Vintages

FIRST = date(2026, 1, 1)
Day = tuple[float | None, float | None]
"""A day's low and close, in $1,000; `None` where it is not known."""
AWAY: Day = (65.0, 66.0)
"""A close exactly a tenth above 60,000."""


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def look(*days: Day, rule: LevelRule | None = None, running: Day | None = None) -> Level:
    """The level of 60,000 after these days; `running` is a day that has not ended."""
    rows = []
    for n, numbers in enumerate([*days, *([running] if running else [])]):
        for name, value in zip(("BTC.LOW", "BTC"), numbers, strict=True):
            if value is not None:
                at = day_end_ms(day(n))
                rows.append(Observation(name, day(n).isoformat(), value * 1000, at, "btcusd", n == len(days)))
    (found,) = levels(Vintages(rows).known(day_end_ms(day(len(days) + 1))), rule or LevelRule())
    return found


def outcomes(found: Level) -> list[tuple[date, date, str]]:
    return [(test.first, test.last, test.outcome) for test in found.tests]


def one(found: Level, what: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == f"level.60000.{what}")


def closes(*values: float) -> Sequence[Day]:
    return [(value, value) for value in values]


def test_a_low_within_two_percent_after_a_close_ten_percent_above_is_a_test() -> None:
    found = look(AWAY, (61.2, 63.0))
    assert outcomes(found) == [(day(1), day(1), "open")]
    (test,) = found.tests
    assert (test.low, test.touched_under, test.closed_under, test.run) == (61_200.0, False, 0, 1)
    assert test.days == (LevelDay(day(1), 61_200.0, 63_000.0),)
    assert (one(found, "tests").value, one(found, "held").value) == (1.0, 0.0)


def test_a_low_a_little_higher_is_none_and_neither_is_one_without_the_close_above() -> None:
    assert look(AWAY, (61.21, 63.0)).tests == ()
    assert look((65.0, 65.99), (61.2, 63.0)).tests == ()
    assert look((61.0, 66.0)).tests == (), "the low of a day comes before its close"


def test_it_holds_on_the_fifth_close_in_a_row_at_the_level_or_over_it() -> None:
    assert look(AWAY, (59.5, 60.0), *closes(60.0, 61.0, 62.0)).tests[0].outcome == "open"
    found = look(AWAY, (59.5, 60.0), *closes(60.0, 61.0, 62.0, 60.0))
    assert outcomes(found) == [(day(1), day(5), "held")]
    assert found.tests[0].known_ms == day_end_ms(day(5))
    assert one(found, "held").value == 1.0


def test_a_close_under_the_level_begins_the_row_anew_and_does_not_fail_it() -> None:
    found = look(AWAY, (59.5, 60.5), *closes(61, 61, 61, 59.9, 61, 61, 61, 61))
    assert (found.tests[0].outcome, found.tests[0].run, found.tests[0].closed_under) == ("open", 4, 1)
    assert look(AWAY, (59.5, 60.5), *closes(61, 61, 61, 59.9, 61, 61, 61, 61, 61)).tests[0].outcome == "held"


def test_it_fails_on_a_close_more_than_two_percent_under() -> None:
    assert look(AWAY, (57.0, 58.8)).tests[0].outcome == "open"
    assert outcomes(look(AWAY, (57.0, 58.79))) == [(day(1), day(1), "failed")]
    assert outcomes(look(AWAY, (61.0, 61.0), (58.0, 58.5), (60.0, 65.0))) == [(day(1), day(2), "failed")]


def test_touched_in_the_day_is_said_apart_from_closed_under() -> None:
    told = [
        (AWAY, (60.1, 62.0)),
        (AWAY, (59.2, 62.0)),
        (AWAY, (59.2, 59.5)),
        (AWAY, (59.2, 59.5), (59.1, 59.8)),
    ]
    assert [one(look(*days), "tests").words[0] for days in told] == [
        "test of 2026-01-02: low $60,100, never under it, open, 1 close in a row at or over it",
        "test of 2026-01-02: low $59,200, traded under it, never closed under, open, 1 close in a row at or over it",
        "test of 2026-01-02: low $59,200, closed under it on 1 day, open, 0 closes in a row at or over it",
        "test of 2026-01-02: low $59,100, closed under it on 2 days, open, 0 closes in a row at or over it",
    ]


HOLDS: Sequence[Day] = [AWAY, (59.5, 61.0), *closes(62, 62, 62, 62)]


def test_another_test_needs_another_close_ten_percent_above() -> None:
    assert len(look(*HOLDS, (60.5, 62.0)).tests) == 1
    assert len(look(*HOLDS, (65.0, 65.9), (60.5, 62.0)).tests) == 1
    assert len(look(*HOLDS, AWAY, (60.5, 62.0)).tests) == 2


def test_a_touch_while_a_test_is_open_belongs_to_it() -> None:
    found = look(AWAY, (60.5, 66.5), (59.0, 61.0), *closes(62, 62, 62))
    assert outcomes(found) == [(day(1), day(5), "held")]
    assert (found.tests[0].low, found.ready) == (59_000.0, False)
    assert look(AWAY, (60.5, 62.0), *closes(66.5, 63, 63, 63)).ready, "a close above since the touch"


def test_the_second_test_that_held_is_the_one_that_counts() -> None:
    once = look(*HOLDS)
    assert once.counts is None
    assert one(once, "held_in_row").words[0] == "1 held since 2026-01-01: the second is the one that counts"
    twice = look(*HOLDS, *HOLDS)
    assert (one(twice, "tests").value, one(twice, "held").value, twice.counts) == (2.0, 2.0, day(11))
    assert one(twice, "held_in_row").words[0] == "2 held since 2026-01-01: the second counts, and is there"


def test_a_level_that_failed_begins_its_count_anew() -> None:
    fails: Sequence[Day] = [AWAY, (57.0, 58.0)]
    found = look(*HOLDS, *fails, *HOLDS)
    assert [test.outcome for test in found.tests] == ["held", "failed", "held"]
    assert [one(found, what).value for what in ("tests", "held", "held_in_row")] == [3.0, 2.0, 1.0]
    assert found.counts is None
    assert one(found, "held").words[:2] == (
        "2 of 3 held since 2026-01-01, which is not the count of the rule",
        "1 held since it failed on 2026-01-08: the second is the one that counts",
    )
    assert one(found, "held_in_row").words[0] == one(found, "held").words[1]
    assert one(found, "held_in_row").formula == "tests that held since one failed: the count of the rule"
    assert look(*HOLDS, *fails, *HOLDS, *HOLDS).counts == day(19)


def test_a_day_that_has_not_ended_can_touch_and_cannot_close() -> None:
    found = look(AWAY, running=(60.9, 57.0))
    assert (found.tests[0].outcome, found.tests[0].run, found.tests[0].days[0].close) == ("open", 0, None)
    held = look(*HOLDS[:-1], running=(62.0, 62.0))
    assert (held.tests[0].outcome, held.tests[0].run) == ("open", 0)
    assert one(found, "tests").quality == "provisional"


def test_a_missing_close_breaks_the_row() -> None:
    found = look(AWAY, (59.5, 61.0), *closes(62, 62), (None, None), *closes(62, 62))
    assert (found.tests[0].outcome, found.tests[0].run) == ("open", 2)
    found = look(AWAY, (59.5, 61.0), *closes(62, 62), (61.5, None), *closes(62, 62))
    assert (found.tests[0].outcome, found.tests[0].run) == ("open", 2)


def test_without_lows_a_close_near_the_level_is_a_test_and_the_count_a_floor() -> None:
    found = look((None, 66.0), (None, 63.0), (None, 61.0))
    assert outcomes(found) == [(day(2), day(2), "open")]
    tests = one(found, "tests")
    assert (tests.value, tests.quality, tests.missing) == (1.0, "floor", ("BTC.LOW",))
    assert tests.said("lacks") == ("the low or the close of 1 day is not known: a test may have been missed",)


def test_a_low_that_is_missing_far_from_any_test_does_no_harm() -> None:
    found = look((None, 40.0), (39.0, 41.0))
    assert (one(found, "tests").value, one(found, "tests").quality) == (0.0, "exact")


def test_a_day_of_which_nothing_is_known_may_hide_a_test_and_a_failure() -> None:
    found = look(*HOLDS, (None, None), *closes(62, 63))
    assert [one(found, what).value for what in ("tests", "held", "held_in_row")] == [1.0, 1.0, 0.0]
    assert {one(found, what).quality for what in ("tests", "held", "held_in_row")} == {"floor"}
    lost = day(len(HOLDS))
    assert one(found, "held_in_row").words[0] == (
        f"0 held since {lost}, of which the close is not known: the second is the one that counts"
    )
    assert one(found, "tests").said("lacks") == (
        "the low or the close of 1 day is not known: a test may have been missed",
        f"the close of {lost} is not known: it may have failed then",
    )


def test_a_test_in_which_a_failure_may_have_been_missed_is_not_counted_as_held() -> None:
    found = look(AWAY, (59.5, 61.0), (58.0, None), *closes(61, 61, 61, 61, 61))
    assert found.tests[0].outcome == "held"
    assert [one(found, what).value for what in ("tests", "held", "held_in_row")] == [1.0, 0.0, 0.0]
    harmless = look(AWAY, (59.5, 61.0), (59.0, None), *closes(61, 61, 61, 61, 61))
    assert [one(harmless, what).value for what in ("tests", "held", "held_in_row")] == [1.0, 1.0, 1.0]
    assert one(harmless, "held").quality == "floor", "whoever closed so high may have been touched again"


def test_once_the_level_was_left_behind_tests_that_hold_are_counted_again() -> None:
    lost = [AWAY, (None, None), *closes(61, 61, 61, 61, 61), AWAY]
    found = look(*lost, *HOLDS[1:])
    assert [one(found, what).value for what in ("held", "held_in_row")] == [1.0, 1.0]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_missing_day_was_there_are_no_fewer_tests_than_are_counted(seed: int) -> None:
    random, price, days = Random(seed), 64.0, []
    for _ in range(120):
        price = min(max(price + random.uniform(-3, 3), 54.0), 70.0)
        days.append((price - random.uniform(0, 2), price))
    whole = look(*days)
    for at in range(1, len(days) - 1):
        lost = [*days[:at], random.choice(((None, None), (None, days[at][1]), (days[at][0], None))), *days[at + 1 :]]
        partly = look(*lost)
        for what in ("tests", "held", "held_in_row"):
            full, part = one(whole, what).value, one(partly, what)
            assert part.value == full or (part.value < full and part.quality == "floor"), (at, what)  # type: ignore[operator]


def test_while_the_past_is_read_there_is_no_count() -> None:
    vintages = Vintages([Observation("BTC", "2026-01-01", 66_000.0, 0, "x")])
    at = day_end_ms(FIRST)
    (found,) = levels(Known(at, vintages.known(at).points, vintages.series, {"BTC.LOW"}, (38, 91)), LevelRule())
    assert {(one_.value, one_.words) for one_ in found.readings} == {(None, ("reading the past, 38 of 91 pages",))}
    assert (found.tests, found.counts) == ((), None)


def test_a_revised_close_counts_from_when_it_was_known() -> None:
    rows = []
    for n, (low, close) in enumerate([AWAY, (59.5, 61.0)]):
        for name, value in (("BTC.LOW", low), ("BTC", close)):
            assert value is not None
            rows.append(Observation(name, day(n).isoformat(), value * 1000, day_end_ms(day(n)), "btcusd"))
    at = day_end_ms(day(3))
    vintages = Vintages([*rows, Observation("BTC", day(1).isoformat(), 58_000.0, at, "btcusd")])
    before, after = (levels(vintages.known(t_ms), LevelRule())[0].tests[0] for t_ms in (at - 1, at))
    assert (before.outcome, after.outcome, after.known_ms) == ("open", "failed", at)


def test_several_levels_are_told_apart_by_name() -> None:
    rows = [Observation("BTC", "2026-01-01", 66_000.0, 0, "x"), Observation("BTC.LOW", "2026-01-01", 65_000.0, 0, "x")]
    rule = LevelRule(levels_usd=(60_000.0, 1_000_000.0, 0.5))
    found = levels(Vintages(rows).known(day_end_ms(FIRST)), rule)
    assert [one_.readings[0].name for one_ in found] == [
        "level.60000.tests",
        "level.1000000.tests",
        "level.0.5.tests",
    ]


def test_with_nothing_known_there_is_no_count() -> None:
    (found,) = levels(Vintages().known(day_end_ms(FIRST)), LevelRule())
    assert {(reading.value, reading.state) for reading in found.readings} == {(None, "none")}
    assert (found.tests, found.ready, found.counts) == ((), False, None)


def test_rules_that_cannot_be_tested_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        LevelRule(levels_usd=(0.0,))
    with pytest.raises(ValueError, match="touch_pct"):
        LevelRule(touch_pct=10.0)
