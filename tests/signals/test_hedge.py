"""Hedge or high beta, from hand-made closes, and held against the standard library."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import exp, log
from random import Random
from statistics import correlation, linear_regression

import pytest

from feeds.calendars import business_day, day_end_ms
from feeds.facts import Observation
from feeds.signals.hedge import hedge, label
from feeds.signals.rolling import Fit, common, rolling
from feeds.signals.thresholds import HedgeRule
from feeds.topics.base import Reading
from feeds.topics.hedge import Hedge
from feeds.vintages import Known, Vintages, given

RULE = HedgeRule()
LAST = date(2026, 8, 5)


def sessions(count: int) -> list[str]:
    """So many days of the exchange up to the last, oldest first."""
    day, found = LAST, list[str]()
    while len(found) < count:
        if business_day("nyse", day):
            found.append(day.isoformat())
        day -= timedelta(1)
    return found[::-1]


def closes(returns: Sequence[float], days: Sequence[str] | None = None) -> list[tuple[str, float]]:
    """Closes from 100 on, one more than there are log returns."""
    level, found = 100.0, [100.0]
    for step in returns:
        level *= exp(step)
        found.append(level)
    return list(zip(days or sessions(len(found)), found, strict=True))


def page(values: Mapping[str, Sequence[tuple[str, float]]], rule: HedgeRule = RULE) -> Hedge:
    return hedge(given(values, day_end_ms(LAST)), rule)


def one(found: Hedge, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


STOCKS = [0.01, -0.02, 0.03, 0.00, -0.01]
BITCOIN = [0.02, -0.03, 0.05, 0.01, -0.02]


def test_a_window_of_four_worked_out_by_hand() -> None:
    """Of the last four: means 0.0 and 0.0025; products sum to 0.0023, squares to 0.0014 and 0.003875 about them."""
    assert rolling(BITCOIN, STOCKS, 4)[-1] == Fit(
        pytest.approx(0.0023 / 0.0014), pytest.approx(0.0023 / 0.0014**0.5 / 0.003875**0.5)
    )
    assert rolling(BITCOIN, STOCKS, 5)[0].beta == pytest.approx((0.0025 - 0.01 * 0.03 / 5) / (0.0015 - 0.01**2 / 5))
    assert rolling(BITCOIN, STOCKS, 6) == []


def test_ten_years_of_windows_are_as_the_standard_library_has_them() -> None:
    draw = Random(7)
    theirs = [draw.gauss(0, 0.01) for _ in range(2_500)]
    ours = [1.5 * a + draw.gauss(0, 0.03) for a in theirs]
    ours[1_000] = -0.5
    fits = rolling(ours, theirs, 90)
    assert len(fits) == 2_500 - 89
    for at in range(0, len(fits), 61):
        a, b = theirs[at : at + 90], ours[at : at + 90]
        assert fits[at].corr == pytest.approx(correlation(a, b), abs=1e-10)
        assert fits[at].beta == pytest.approx(linear_regression(a, b).slope, abs=1e-10)


def test_what_has_not_moved_has_neither_beta_nor_correlation_even_after_a_crash_has_left_the_window() -> None:
    flat = [-0.4, *[0.0] * 6]
    moving = [0.01, -0.01, 0.02, -0.01, 0.01, 0.03, -0.02]
    assert rolling(moving, flat, 5)[-1] == Fit(None, None)
    assert rolling(flat, moving, 5)[-1] == Fit(pytest.approx(0.0, abs=1e-9), None)


def test_only_days_that_have_a_close_of_both_count_and_a_return_spans_what_lies_between() -> None:
    bitcoin = [
        ("2026-07-30", 100.0),
        ("2026-07-31", 110.0),
        ("2026-08-01", 150.0),
        ("2026-08-02", 90.0),
        ("2026-08-03", 121.0),
    ]
    known = given({"BTC": bitcoin, "QQQ": [("2026-07-30", 500.0), ("2026-07-31", 505.0), ("2026-08-03", 515.1)]})
    found = common(known, "BTC", "QQQ")
    assert found.days == (date(2026, 7, 30), date(2026, 7, 31), date(2026, 8, 3))
    assert found.ours == pytest.approx([log(1.1), log(1.1)])
    assert found.theirs == pytest.approx([log(1.01), log(1.02)])


def test_a_day_that_is_still_running_has_no_close() -> None:
    rows = [
        Observation(id_, day, 100.0, 0, "x", day == "2026-08-05")
        for id_ in ("BTC", "QQQ")
        for day in ("2026-08-04", "2026-08-05")
    ]
    found = common(Vintages(rows).known(day_end_ms(LAST)), "BTC", "QQQ")
    assert found.days == (date(2026, 8, 4),)


def wave(count: int, scale: float, shift: int = 0) -> list[float]:
    """Returns that repeat every six days and sum to zero; shifted by three they are the opposite."""
    base = [0.01, 0.02, 0.005, -0.01, -0.02, -0.005]
    return [scale * base[(at + shift) % 6] for at in range(count)]


def test_twice_the_moves_of_stocks_is_a_beta_of_two_over_both_windows() -> None:
    found = page({"BTC": closes(wave(90, 2)), "QQQ": closes(wave(90, 1)), "GLD": closes(wave(90, 1, 3))})
    for days in (30, 90):
        assert one(found, f"hedge.beta.qqq.{days}d").value == pytest.approx(2.0)
        assert one(found, f"hedge.corr.qqq.{days}d").value == pytest.approx(1.0)
        assert one(found, f"hedge.corr.gld.{days}d").value == pytest.approx(-1.0)
    reading = one(found, "hedge.beta.qqq.30d")
    assert (reading.period, reading.state, reading.quality, reading.unit) == (LAST, "fresh", "exact", "")
    assert reading.words == ("beta to Nasdaq 100 +2.00", f"30 returns, {sessions(31)[0]} to 2026-08-05")
    assert [row.series for row in reading.inputs] == ["BTC", "BTC", "QQQ", "QQQ"]
    named = one(found, "hedge.label")
    assert (named.value, named.band, named.words[-1]) == ("high beta", "high beta", "over 30 days: high beta")


def test_against_stocks_and_with_gold_it_is_a_hedge() -> None:
    found = page({"BTC": closes(wave(90, 2)), "QQQ": closes(wave(90, 1, 3)), "GLD": closes(wave(90, 1))})
    assert one(found, "hedge.label").value == "hedge"
    assert [window.history[-1].label for window in found.windows] == ["hedge", "hedge"]


@pytest.mark.parametrize(
    ("beta", "qqq", "gld", "expected"),
    [
        (1.0, 0.4, None, "high beta"),
        (1.0, 0.39, None, "its own"),
        (0.99, 0.9, None, "its own"),
        (-0.1, 0.0, 0.3, "hedge"),
        (-0.1, 0.0, 0.29, "its own"),
        (0.1, 0.01, 0.9, "its own"),
        (-0.1, -0.2, None, None),
        (None, None, 0.5, None),
    ],
)
def test_the_label_by_its_thresholds(
    beta: float | None, qqq: float | None, gld: float | None, expected: str | None
) -> None:
    assert label(beta, qqq, gld, RULE) == expected


def test_with_a_close_too_few_there_is_no_number_and_it_says_how_many_there_are() -> None:
    found = page({"BTC": closes(wave(89, 2)), "QQQ": closes(wave(89, 1))})
    assert one(found, "hedge.beta.qqq.30d").value == pytest.approx(2.0)
    lacking = one(found, "hedge.beta.qqq.90d")
    assert (lacking.value, lacking.state, lacking.words) == (None, "none", ("90 closes in common, of 91 needed",))
    assert one(found, "hedge.corr.gld.30d").words == ("not known: GLD",)
    named = one(found, "hedge.label")
    assert (named.value, named.state) == (None, "none")
    assert named.words[0] == "90 closes in common, of 91 needed"
    assert found.windows[1].history == ()
    by_month = one(
        page({"BTC": closes(wave(89, 2)), "QQQ": closes(wave(89, 1))}, HedgeRule(label_days=30)), "hedge.label"
    )
    assert by_month.value == "high beta"


def test_where_gold_would_decide_and_is_not_known_there_is_no_label() -> None:
    found = page({"BTC": closes(wave(90, 2)), "QQQ": closes(wave(90, 1, 3))})
    named = one(found, "hedge.label")
    assert (named.value, named.missing, named.words) == (None, ("GLD",), ("not known: GLD",))
    assert found.windows[1].history[-1].qqq == pytest.approx(-1.0)


def test_a_hole_in_the_closes_makes_the_window_partial_and_is_told() -> None:
    days = sessions(36)
    days = days[:10] + days[15:]
    values = closes(wave(30, 1), days)
    reading = one(page({"BTC": values, "QQQ": values}), "hedge.beta.qqq.30d")
    assert (reading.value, reading.quality) == (pytest.approx(1.0), "partial")
    assert reading.words[-1] == f"no close in common from {days[9]} to {days[10]}"


def test_a_window_with_a_hole_has_numbers_and_no_label() -> None:
    days = sessions(96)
    days = days[:10] + days[15:]
    found = page({"BTC": closes(wave(90, 2), days), "QQQ": closes(wave(90, 1), days), "GLD": closes(wave(90, 1), days)})
    assert one(found, "hedge.beta.qqq.90d").value == pytest.approx(2.0)
    named = one(found, "hedge.label")
    assert (named.value, named.words[0]) == (None, f"no close in common from {days[9]} to {days[10]}")
    assert [window.history[-1].label for window in found.windows] == ["high beta", None]


def test_a_window_without_many_single_closes_says_so_and_has_no_label() -> None:
    days = [day for n, day in enumerate(sessions(104)) if n % 15]
    assert len(days) == 97
    found = page({"BTC": closes(wave(96, 2), days), "QQQ": closes(wave(96, 1), days)})
    assert one(found, "hedge.beta.qqq.90d").said("lacks") == (
        "no close in common on more than 5 % of the trading days",
    )
    assert (one(found, "hedge.beta.qqq.90d").quality, one(found, "hedge.label").value) == ("partial", None)
    few = [day for n, day in enumerate(sessions(99)) if n % 30]
    found = page({"BTC": closes(wave(94, 2), few), "QQQ": closes(wave(94, 1), few)})
    assert one(found, "hedge.label").value == "high beta"


def test_where_stocks_alone_decide_old_gold_takes_nothing_from_the_label() -> None:
    values = {"BTC": closes(wave(90, 2)), "QQQ": closes(wave(90, 1)), "GLD": closes(wave(90, 1))[:-20]}
    named = one(page(values), "hedge.label")
    assert (named.value, named.state) == ("high beta", "fresh")
    assert {given.series for given in named.inputs} == {"BTC", "QQQ"}


def test_old_stocks_make_the_label_old() -> None:
    values = {"BTC": closes(wave(110, 2)), "QQQ": closes(wave(110, 1))[:-20], "GLD": closes(wave(110, 1))}
    named = one(page(values), "hedge.label")
    assert (named.value, named.state) == ("high beta", "stale")


def test_while_the_past_is_read_there_is_no_number_and_no_label() -> None:
    known = given({"BTC": closes(wave(90, 2)), "QQQ": closes(wave(90, 1))}, day_end_ms(LAST))
    found = hedge(Known(known.as_of_ms, known.points, known.series, {"QQQ"}, (38, 91)), RULE)
    assert len(found.readings) == 17
    assert {(reading.value, reading.words) for reading in found.readings} == {
        (None, ("reading the past, 38 of 91 pages",))
    }


def test_history_has_a_row_for_each_day_with_a_whole_window() -> None:
    found = page({"BTC": closes(wave(93, 2)), "QQQ": closes(wave(93, 1)), "DXY": closes(wave(93, 1, 3))})
    assert [(window.days, len(window.history)) for window in found.windows] == [(30, 64), (90, 4)]
    last = found.windows[1].history[-1]
    assert (last.day, last.label, last.gld, last.igv) == (LAST, "high beta", None, None)
    assert (last.beta, last.qqq, last.dxy) == (pytest.approx(2.0), pytest.approx(1.0), pytest.approx(-1.0))


def test_with_nothing_known_every_number_is_missing_with_a_reason() -> None:
    found = page({})
    assert len(found.readings) == 17
    assert {reading.value for reading in found.readings} == {None}
    assert all(reading.words and reading.missing and reading.state == "none" for reading in found.readings)
    assert [window.history for window in found.windows] == [(), ()]
