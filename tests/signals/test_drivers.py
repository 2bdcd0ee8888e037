"""The five drivers from hand-made series: values by date, directions, pushes, and what a missing part does."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean, pstdev

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.drivers import drivers
from feeds.signals.knowledge import Bounds, exactly
from feeds.signals.lines import high_is_good, low_is_good
from feeds.signals.thresholds import DriversRule
from feeds.topics.base import Reading
from feeds.topics.regime import Driver, RiskPart
from feeds.vintages import Known, Vintages, given

RULE = DriversRule()
Values = Mapping[str, Sequence[tuple[str, float]]]
FEARS = ("VIXCLS", "MOVE", "BAMLH0A0HYM2", "BAMLC0A0CM", "NFCI")


def chain(values: Values, until: str = "2026-08-20", rule: DriversRule = RULE) -> dict[str, Driver]:
    found, _ = drivers(given(values, day_end_ms(date.fromisoformat(until))), rule)
    return {driver.name: driver for driver in found}


def parts(values: Values, until: str, rule: DriversRule = RULE) -> dict[str, RiskPart]:
    _, found = drivers(given(values, day_end_ms(date.fromisoformat(until))), rule)
    return {part.series: part for part in found}


def one(driver: Driver, name: str) -> Reading:
    return next(reading for reading in driver.values if reading.name == name)


def months(first: str, *values: float | None) -> list[tuple[str, float]]:
    """One value a month from `first` on; `None` where it was not published."""
    year, month = int(first[:4]), int(first[5:7]) - 1
    dates = [f"{year + (month + n) // 12}-{(month + n) % 12 + 1:02}-01" for n in range(len(values))]
    return [(day, value) for day, value in zip(dates, values, strict=True) if value is not None]


def weekly(values: Sequence[float], last: str) -> list[tuple[str, float]]:
    end = date.fromisoformat(last)
    return [(str(end - timedelta(weeks=len(values) - 1 - n)), value) for n, value in enumerate(values)]


def test_with_nothing_known_every_push_is_missing_and_none_is_zero() -> None:
    found = chain({})
    assert list(found) == ["inflation", "rates", "growth", "liquidity", "risk"]
    for name, driver in found.items():
        assert (driver.push.name, driver.push.value, driver.push.state) == (f"driver.{name}.push", None, "none")
        assert driver.direction == ""
        assert driver.push.words
        assert driver.push.missing
        assert {reading.value for reading in driver.values} == {None}
        assert all(reading.words and reading.missing for reading in driver.values)


# ---- inflation

CORE = months("2025-07", 320.0, *[322.0] * 8, 328.0, 328.8, 329.2, 329.6)
"""July 2025 to July 2026: +3 % over the year, and from 328.0 in April."""


def test_core_prices_are_annualised_over_three_months_and_held_against_the_year() -> None:
    inflation = chain({"CPILFESL": CORE})["inflation"]
    assert one(inflation, "inflation.core.yoy").value == pytest.approx(3.0)
    lately = one(inflation, "inflation.core.3m")
    assert lately.value == pytest.approx(((329.6 / 328.0) ** 4 - 1) * 100)
    assert lately.value == pytest.approx(1.965543, abs=1e-6)
    assert lately.words == ("core CPI +1.97 % over 3 months, annualised, July 2026",)
    assert [(row.period, row.value) for row in lately.inputs] == [(date(2026, 7, 1), 329.6), (date(2026, 4, 1), 328.0)]
    assert (inflation.push.value, inflation.direction, inflation.push.period) == (1.0, "cooling", date(2026, 7, 1))
    assert inflation.push.words[0] == "1.03 points under the year"


def test_faster_than_over_the_year_weighs_and_little_difference_does_nothing() -> None:
    heating = months("2025-07", 320.0, *[322.0] * 8, 326.0, 327.0, 328.0, 329.6)
    assert (chain({"CPILFESL": heating})["inflation"].push.value, ((329.6 / 326) ** 4 - 1) * 100 > 3.3) == (-1.0, True)
    steady = months("2025-07", 320.0, *[322.0] * 8, 327.2, 328.0, 328.8, 329.6)
    assert chain({"CPILFESL": steady})["inflation"].push.value == 0.0


def test_a_year_on_a_month_that_was_never_published_is_an_estimate_between_its_neighbours() -> None:
    prices = months("2025-07", 320.0, 321.0, 322.0, None, 323.0, *[325.0] * 9, 329.0, 330.0)
    assert prices[-1] == ("2026-10-01", 330.0)
    inflation = chain({"CPILFESL": prices, "CPIAUCSL": prices}, "2026-11-20")["inflation"]
    for name, label in (("inflation.cpi.yoy", "CPI"), ("inflation.core.yoy", "core CPI")):
        reading = one(inflation, name)
        base = 322 * (323 / 322) ** (30 / 61)  # 30 of the 61 days from September to November
        assert reading.value == pytest.approx((330 / base - 1) * 100, abs=1e-9)
        assert (reading.least, reading.most) == (
            pytest.approx((330 / 323 - 1) * 100, abs=1e-9),
            pytest.approx((330 / 322 - 1) * 100, abs=1e-9),
        )
        assert (reading.quality, reading.state, reading.period) == ("estimated", "fresh", date(2026, 10, 1))
        assert reading.words == (
            f"{label} +2.33 % over the year, October 2026, between +2.17 and +2.48 %",
            "October 2025 was never published: taken to lie between 322.000 of September 2025 and 323.000 of November "
            "2025",
        )
        assert reading.said("lacks") == reading.words[1:]
        assert [row.period for row in reading.inputs] == [date(2026, 10, 1), date(2025, 9, 1), date(2025, 11, 1)]
    lately = one(inflation, "inflation.core.3m")
    assert lately.value == pytest.approx(((330 / 325) ** 4 - 1) * 100)
    assert (inflation.push.value, inflation.direction, inflation.push.quality) == (-1.0, "heating", "estimated")


def test_the_push_uses_such_an_estimate_only_if_both_of_its_ends_say_the_same() -> None:
    prices = months("2025-07", 316.0, 317.0, 318.0, None, 326.0, *[327.0] * 7, 328.37, 329.0, 329.5, 330.0)
    inflation = chain({"CPILFESL": prices}, "2026-11-20")["inflation"]
    assert one(inflation, "inflation.core.3m").value == pytest.approx(2.0, abs=0.01)
    year = one(inflation, "inflation.core.yoy")
    assert year.value == pytest.approx(2.51, abs=0.01), "by which core prices would be cooling"
    assert (year.least, year.most) == (pytest.approx(1.23, abs=0.01), pytest.approx(3.77, abs=0.01))
    assert (inflation.push.value, inflation.direction) == (None, "")
    assert inflation.push.words[0] == "the push cannot be told: inflation.core.gap lies between -1.77 and +0.77"


def test_three_months_on_a_month_that_was_never_published_are_an_estimate_too() -> None:
    prices = months("2025-01", *[310.0] * 9, None, 311.0, 312.0, 313.0)
    inflation = chain({"CPILFESL": prices}, "2026-02-20")["inflation"]
    lately = one(inflation, "inflation.core.3m")
    assert (lately.least, lately.most) == (
        pytest.approx(((313 / 311) ** 4 - 1) * 100, abs=1e-9),
        pytest.approx(((313 / 310) ** 4 - 1) * 100, abs=1e-9),
    )
    assert lately.quality == "estimated"
    assert one(inflation, "inflation.core.yoy").value == pytest.approx(3 / 310 * 100)
    assert (inflation.push.value, inflation.push.quality) == (-1.0, "estimated")


def test_without_a_neighbour_a_month_that_was_never_published_is_no_estimate() -> None:
    prices = months("2025-08", 310.0, None, None, 311.0, 312.0, 313.0)
    lately = one(chain({"CPILFESL": prices}, "2026-02-20")["inflation"], "inflation.core.3m")
    assert (lately.value, lately.quality) == (None, None)
    assert lately.words[0] == "October 2025 was never published: no core CPI of January 2026 over 3 months, annualised"


def test_a_month_that_has_not_come_is_not_called_unpublished() -> None:
    prices = months("2026-03", 327.0, None, 328.0, 329.0, 330.0)
    lately = one(chain({"CPILFESL": prices})["inflation"], "inflation.core.3m")
    assert lately.words[0] == "April 2026 is not known: no core CPI of July 2026 over 3 months, annualised"


def test_a_revision_of_prices_counts_from_when_it_was_known() -> None:
    rows = [Observation("CPILFESL", day, value, 1_000, "fred") for day, value in CORE]
    revised = day_end_ms(date(2026, 8, 15))
    rows.append(Observation("CPILFESL", "2026-04-01", 326.0, revised, "fred"))
    vintages = Vintages(rows)
    before, _ = drivers(vintages.known(revised - 1), RULE)
    after, _ = drivers(vintages.known(revised), RULE)
    assert (before[0].push.value, after[0].push.value) == (1.0, -1.0)
    assert after[0].push.known_ms == revised


# ---- rates

WEDNESDAY = "2026-08-19"
"""A Wednesday; 13 weeks before it is 2026-05-20."""


@pytest.mark.parametrize(
    ("now", "push", "direction"),
    [(1.80, 1.0, "easing"), (1.81, 0.0, "steady"), (2.19, 0.0, "steady"), (2.20, -1.0, "tightening")],
)
def test_the_real_yield_pushes_from_exactly_a_fifth_of_a_point_on(now: float, push: float, direction: str) -> None:
    rates = chain({"DFII10": [("2026-05-20", 2.00), (WEDNESDAY, now)]})["rates"]
    assert (rates.push.value, rates.direction) == (push, direction)
    assert one(rates, "rates.real_10y").value == now
    assert one(rates, "rates.real_10y.13w").value == pytest.approx(now - 2)


def test_a_holiday_13_weeks_ago_is_stood_for_by_the_day_before_it_and_that_is_said() -> None:
    rates = chain({"DFII10": [("2026-05-19", 2.00), (WEDNESDAY, 1.70)]})["rates"]
    assert rates.push.value == 1.0
    assert rates.push.words == (
        "real 10-year yield 2.00 to 1.70, 2026-05-20 to 2026-08-19",
        "2026-05-19 stands for 2026-05-20",
    )
    hole = chain({"DFII10": [("2026-05-15", 2.00), (WEDNESDAY, 1.70)]})["rates"]
    assert hole.push.value is None
    assert "2026-05-20 is not known" in hole.push.words[0]


def test_two_years_over_the_rate_of_today_says_what_is_priced() -> None:
    rates = chain(
        {"DGS2": [("2026-08-18", 4.13), (WEDNESDAY, 4.20)], "EFFR": [("2026-08-18", 3.63)], "DGS10": [(WEDNESDAY, 4.7)]}
    )
    priced = one(rates["rates"], "rates.2y_effr")
    assert (priced.value, priced.unit, priced.period, priced.band) == (50.0, "bp", date(2026, 8, 18), "hikes priced")
    assert priced.words == (
        "2 years less EFFR +50 bp, 2026-08-18",
        "of 2026-08-19 there is only one of the two",
    )
    assert one(rates["rates"], "rates.curve").value == 50.0
    cuts = one(chain({"DGS2": [(WEDNESDAY, 3.40)], "EFFR": [(WEDNESDAY, 3.63)]})["rates"], "rates.2y_effr")
    assert (cuts.value, cuts.band) == (-23.0, "cuts priced")


# ---- growth


@pytest.mark.parametrize(
    ("values", "push", "direction"),
    [
        ((0.2, 0.2, 0.2), 1.0, "above trend"),
        ((0.19, 0.20, 0.20), 0.0, "near trend"),
        ((-0.34, -0.35, -0.35), 0.0, "near trend"),
        ((-0.35, -0.35, -0.35), -1.0, "below trend"),
    ],
)
def test_growth_goes_by_the_mean_of_three_months(values: Sequence[float], push: float, direction: str) -> None:
    growth = chain({"CFNAI": months("2026-05", *values)})["growth"]
    assert (growth.push.value, growth.direction) == (push, direction)
    assert one(growth, "growth.cfnai.3m").value == pytest.approx(fmean(values))


def test_a_mean_of_three_months_needs_all_three() -> None:
    growth = chain({"CFNAI": months("2026-04", 0.5, 0.5, None, 0.5)})["growth"]
    assert growth.push.value is None
    assert growth.push.words == ("June 2026 is not known: no 3-month mean of July 2026",)


def test_substitutes_for_the_purchasing_managers_are_labelled_and_payrolls_are_a_change() -> None:
    growth = chain(
        {
            "GACDISA066MSFRBNY": months("2026-08", 11.9),
            "GACDFSA066MSFRBPHI": months("2026-08", -3.2),
            "PAYEMS": months("2026-06", 158_700.0, 158_858.0),
            "ICSA": [("2026-08-15", 206_000.0)],
        }
    )["growth"]
    assert one(growth, "growth.new_york").words == ("New York Fed, a substitute for PMI, 2026-08-01",)
    assert one(growth, "growth.philadelphia").value == -3.2
    assert (one(growth, "growth.payrolls").value, one(growth, "growth.payrolls").unit) == (158.0, "thousand")
    assert one(growth, "growth.claims").value == 206.0


# ---- risk appetite


def fears(last: float, until: str = "2026-08-19", without: Sequence[str] = ()) -> dict[str, list[tuple[str, float]]]:
    """Each measure a year of weeks, 10 and 30 in turn, and `last`; on Wednesdays, NFCI as well."""
    return {name: weekly([10.0, 30.0] * 26 + [last], until) for name in FEARS if name not in without}


def z(last: float) -> float:
    values = [10.0, 30.0] * 26 + [last]
    return (last - fmean(values)) / pstdev(values)


@pytest.mark.parametrize(
    ("last", "push", "direction"), [(31.0, -1.0, "fear"), (20.0, 0.0, "neutral"), (17.0, 1.0, "calm")]
)
def test_risk_appetite_is_the_mean_of_five_z_of_which_high_is_fear(last: float, push: float, direction: str) -> None:
    risk = chain(fears(last))["risk"]
    mean = one(risk, "risk.z")
    assert mean.value == pytest.approx(z(last), abs=1e-9)
    assert (mean.quality, mean.missing, mean.period) == ("exact", (), date(2026, 8, 19))
    assert (risk.push.value, risk.direction) == (push, direction)


def test_without_a_part_the_composite_says_so_and_is_partial() -> None:
    risk = chain(fears(60.0, without=("MOVE",)))["risk"]
    assert risk.push.value == -1.0
    assert (risk.push.quality, risk.push.missing) == ("partial", ("MOVE",))
    mean = one(risk, "risk.z")
    assert (mean.value, mean.least, mean.most) == (
        pytest.approx(z(60.0)),
        pytest.approx(z(60.0) - 0.4),
        pytest.approx(z(60.0) + 0.4),
    )
    assert mean.words[:2] == ("between +3.07 and +3.87, 4 of 5 parts", "without MOVE: not known")
    assert mean.said("lacks") == ("without MOVE: not known",)


def test_a_mean_that_may_lie_on_either_side_of_an_edge_pushes_nowhere() -> None:
    whole, without = chain(fears(31.0))["risk"], chain(fears(31.0, without=("MOVE",)))["risk"]
    assert (whole.push.value, without.push.value, without.direction) == (-1.0, None, "")
    mean = one(without, "risk.z")
    assert (mean.value, mean.least) == (pytest.approx(z(31.0)), pytest.approx(z(31.0) - 0.4))
    assert without.push.words[0] == "the push cannot be told: risk.z lies between +0.68 and +1.48"
    assert (without.push.state, without.push.quality) == ("none", None)


def test_an_old_part_is_left_out_and_not_mixed_with_new_ones() -> None:
    old = fears(60.0) | {"MOVE": fears(31.0, "2026-08-05")["MOVE"]}
    risk = chain(old)["risk"]
    assert (risk.push.quality, risk.push.missing, risk.push.state) == ("partial", ("MOVE",), "fresh")
    assert risk.push.words[1] == "without MOVE: none since 2026-08-05"
    assert parts(old, "2026-08-20")["MOVE"] == RiskPart(
        "MOVE", "MOVE", 31.0, None, date(2026, 8, 5), 0, "none since 2026-08-05"
    )


def test_too_few_parts_are_no_composite() -> None:
    risk = chain(fears(31.0, without=("MOVE", "NFCI", "BAMLC0A0CM")))["risk"]
    assert (risk.push.value, risk.push.state) == (None, "none")
    assert risk.push.words[0] == "2 of 5 parts: fewer than 3 are no composite"
    assert (
        chain(fears(80.0, without=("MOVE", "NFCI", "BAMLC0A0CM")), rule=DriversRule(risk_least_parts=2))[
            "risk"
        ].push.value
        == -1.0
    )


def test_a_part_with_a_short_past_or_none_that_moves_has_no_z() -> None:
    values = fears(31.0) | {
        "VIXCLS": weekly([10.0, 30.0] * 13, "2026-08-19"),
        "NFCI": weekly([-0.4] * 60, "2026-08-19"),
    }
    found = parts(values, "2026-08-20")
    assert (found["VIXCLS"].z, found["VIXCLS"].days) == (None, 175)
    assert found["VIXCLS"].note == "only 175 days to measure it against"
    assert (found["NFCI"].z, found["NFCI"].note) == (None, "it has not moved")


def test_the_mean_reaches_back_three_years_and_no_further() -> None:
    early = weekly([1_000.0] * 20, "2023-08-16")
    values = {name: [*early, *points] for name, points in fears(31.0).items()}
    assert one(chain(values)["risk"], "risk.z").value == pytest.approx(z(31.0), abs=1e-9)


def test_pushes_begin_at_their_edges() -> None:
    assert [low_is_good(exactly(value), -0.25, 1.0) for value in (-0.25, -0.249, 0.999, 1.0)] == [1, 0, 0, -1]
    assert [high_is_good(exactly(value), -1.0, 1.0) for value in (-1.0, -0.999, 0.999, 1.0)] == [-1, 0, 0, 1]
    assert (low_is_good(None, -0.25, 1.0), high_is_good(None, -1.0, 1.0)) == (None, None)
    assert high_is_good(Bounds(0.5, 1.5), -1.0, 1.0) is None
    assert high_is_good(Bounds(1.0, 1.5), -1.0, 1.0) == 1


def test_late_numbers_make_a_push_late_and_old_ones_none() -> None:
    values = {"DFII10": [("2026-05-20", 2.00), (WEDNESDAY, 1.80)]}
    pushes = [chain(values, day)["rates"].push for day in ("2026-08-19", "2026-08-21", "2026-08-28")]
    assert [(push.value, push.state) for push in pushes] == [(1.0, "fresh"), (1.0, "late"), (None, "none")]
    assert pushes[2].words[0] == "the push cannot be told: rates.real_10y.13w is stale"
    assert one(chain(values, "2026-08-28")["rates"], "rates.real_10y.13w").state == "stale", "it is shown as that"


def test_what_looks_back_waits_until_the_past_is_read() -> None:
    known = given({"CPILFESL": CORE, **fears(31.0)}, day_end_ms(date(2026, 8, 20)))
    waiting = Known(known.as_of_ms, known.points, known.series, {"CPILFESL"}, (38, 91))
    found, _ = drivers(waiting, RULE)
    inflation, risk = found[0], found[-1]
    assert {one(inflation, name).value for name in ("inflation.core.yoy", "inflation.core.3m")} == {None}
    assert (inflation.push.value, inflation.push.said("reading")) == (None, ("reading the past, 38 of 91 pages",))
    assert risk.push.value == -1.0, "it does not look back on prices"
    waiting = Known(known.as_of_ms, known.points, known.series, {"VIXCLS"}, (38, 91))
    assert drivers(waiting, RULE)[0][-1].push.value is None


def test_rules_that_push_both_ways_are_refused() -> None:
    with pytest.raises(ValueError, match="cfnai_down is to be below cfnai_up"):
        DriversRule(cfnai_up=-0.5)
    with pytest.raises(ValueError, match="above 0"):
        DriversRule(netliq_pct=0)
