"""Intervals and comparisons with three answers: what is not known decides nothing."""

from datetime import date
from itertools import product
from math import inf

import pytest

from feeds.signals._reading import derived
from feeds.signals.knowledge import (
    Bounds,
    bounds,
    compare,
    every,
    exactly,
    holds,
    interval,
    mean,
    some,
    told,
    word,
)
from feeds.topics.base import Input, Note, Reading, poorest

DAY = date(2026, 8, 5)
BANDS = ((25.0, "calm"), (50.0, "watch"), (75.0, "tight"))


def reading(name: str, value: float | str | None, **more: object) -> Reading:
    made: dict[str, object] = {"period": DAY, "known_ms": 1_000, "state": "none" if value is None else "fresh"}
    return Reading(name, value, "", **(made | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "sign", "threshold", "answer"),
    [
        (Bounds(64.4, 84.4), ">=", 75.0, None),
        (Bounds(76.0, 84.4), ">=", 75.0, True),
        (Bounds(64.4, 74.9), ">=", 75.0, False),
        (Bounds(7.5e6, inf), ">", 5e6, True),
        (Bounds(3e6, inf), "<", 5e6, None),
        (Bounds(-inf, 40.0), "<=", 40.0, True),
        (exactly(75.0), ">=", 75.0, True),
        (exactly(75.0), ">", 75.0, False),
        (exactly(75.0), "<=", 75.0, True),
        (exactly(75.0), "<", 75.0, False),
        (None, ">=", 0.0, None),
    ],
)
def test_a_comparison_is_yes_or_no_only_whatever_the_number_is_between_its_bounds(known, sign, threshold, answer):
    assert compare(known, sign, threshold) is answer


def test_a_wider_interval_never_answers_what_a_narrower_one_denies():
    for low, high, sign in product(range(0, 100, 10), range(0, 100, 10), (">=", ">", "<=", "<")):
        if low <= high:
            narrow, wide = (compare(Bounds(low - grow, high + grow), sign, 50.0) for grow in (0, 15))
            assert wide is None or wide is narrow


def test_what_is_stale_doubted_or_missing_decides_nothing_and_what_is_late_does():
    assert [holds(reading("x", 80.0, state=state), ">=", 75.0) for state in ("fresh", "late", "stale", "down")] == [
        True,
        True,
        None,
        None,
    ]
    assert holds(reading("x", 80.0, quality="doubted"), ">=", 75.0) is None
    assert holds(reading("x", None), ">=", 75.0) is None
    assert told(reading("x", "shock")) == "shock"
    assert told(reading("x", "shock", state="stale")) is None


def test_a_floor_has_no_most_and_an_interval_stays_one_however_old_it_is():
    assert bounds(reading("x", 3.0, quality="floor")) == Bounds(3.0, inf)
    assert bounds(reading("x", 64.4, least=64.4, most=84.4)) == Bounds(64.4, 84.4)
    assert bounds(reading("x", 40.0, most=40.0)) == Bounds(-inf, 40.0)
    assert interval(reading("x", 64.4, least=64.4, most=84.4, state="stale")) == Bounds(64.4, 84.4)
    assert (exactly(3.0).ends(), Bounds(1.0, inf).ends(), Bounds(1.0, 2.0).ends()) == (
        (None, None),
        (1.0, None),
        (1.0, 2.0),
    )


def test_a_mean_lies_between_the_means_of_the_ends_and_a_label_needs_both_of_them():
    parts = [exactly(80.5)] * 4
    whole = mean([*parts, Bounds(0.0, 100.0)])
    assert whole == pytest.approx((64.4, 84.4))
    assert word(whole, BANDS, "stress") is None
    assert word(mean(parts), BANDS, "stress") == "stress"
    assert word(Bounds(50.0, 74.9), BANDS, "stress") == "tight"
    assert word(None, BANDS, "stress") is None


def test_all_and_any_know_when_the_missing_answer_does_not_matter():
    assert (every([True, None]), every([False, None]), every([True, True])) == (None, False, True)
    assert (some([True, None]), some([False, None]), some([False, False])) == (True, None, False)


def test_a_reading_of_readings_is_as_old_and_as_doubtful_as_its_worst_part():
    given = Input("SOFR", DAY, 3.64, 500, "nyfed")
    old = reading("a", 1.0, state="late", period=date(2026, 7, 1), known_ms=500, inputs=(given,))
    new = reading("b", 2.0, quality="estimated", known_ms=2_000, inputs=(given,))
    lost = reading("c", None, notes=(Note("why", "not known"),), missing=("WALCL", "WALCL"))
    found = derived("x", 3.0, "", [old, new, lost])
    assert (found.state, found.period, found.known_ms) == ("late", date(2026, 7, 1), 2_000)
    assert (found.quality, found.missing, found.inputs) == ("estimated", ("WALCL",), (given,))
    assert derived("x", 3.0, "", [old, lost]).quality == "partial"
    none = derived("x", None, "", [old, lost], words=["not known"])
    assert (none.state, none.quality, none.notes) == ("none", None, (Note("why", "not known"),))


def test_a_quality_that_is_not_known_here_is_the_worst():
    assert poorest(["exact", "floor", "invented later"]) == "invented later"
    assert poorest([None, "revised"]) == "revised"
    assert poorest([]) == "exact"
