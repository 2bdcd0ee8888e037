"""Net liquidity and the quantity and price of money, with the units of their publishers: $M, $bn, EUR M, JPY 100M."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.liquidity import liquidity, net, net_liquidity
from feeds.signals.money import custody, money
from feeds.signals.thresholds import DriversRule
from feeds.topics.base import Reading
from feeds.topics.regime import Driver, Money
from feeds.vintages import Known, Vintages, given

RULE = DriversRule()
Values = Mapping[str, Sequence[tuple[str, float]]]
NOW, BEFORE = "2026-07-01", "2026-04-01"
"""Two Wednesdays 13 weeks apart."""
WHOLE: Values = {
    "WALCL": [(BEFORE, 6_600_000), (NOW, 6_724_564)],
    "WDTGAL": [(BEFORE, 900_000), (NOW, 912_345)],
    "RRPONTSYD": [(BEFORE, 10.0), (NOW, 2.175), ("2026-07-02", 3.0)],
}


def at(values: Values, until: str = "2026-07-02") -> Known:
    return given(values, day_end_ms(date.fromisoformat(until)))


def one(driver: Driver, name: str) -> Reading:
    return next(reading for reading in driver.values if reading.name == name)


def quadrant(values: Values, until: str = "2026-07-10") -> Money:
    return money(at(values, until), RULE)


def test_net_liquidity_is_in_billions_of_which_two_parts_come_in_millions() -> None:
    level, moved = net_liquidity(at(WHOLE))
    assert (level.value, level.unit, level.period, level.quality) == (5810.044, "$bn", date(2026, 7, 1), "exact")
    assert level.words == ("Fed assets 6,724.6 - Treasury 912.3 - reverse repo 2.2, Wednesday 2026-07-01",)
    assert moved.value == pytest.approx((5810.044 / 5690 - 1) * 100, abs=1e-9)
    assert (moved.unit, moved.state) == ("%", "fresh")
    assert moved.words == ("5,690.0 to 5,810.0 $bn, 2026-04-01 to 2026-07-01",)
    driver = liquidity(at(WHOLE), RULE)
    assert (driver.push.value, driver.direction) == (1.0, "rising")


@pytest.mark.parametrize(
    ("assets", "push", "direction"),
    [
        (5_050_000, 1.0, "rising"),
        (5_049_000, 0.0, "flat"),
        (4_951_000, 0.0, "flat"),
        (4_950_000, -1.0, "falling"),
    ],
)
def test_one_percent_in_13_weeks_is_a_push(assets: float, push: float, direction: str) -> None:
    none = [(BEFORE, 0.0), (NOW, 0.0)]
    driver = liquidity(at({"WALCL": [(BEFORE, 5e6), (NOW, assets)], "WDTGAL": none, "RRPONTSYD": none}), RULE)
    assert (driver.push.value, driver.direction) == (push, direction)


def test_a_wednesday_that_lacks_a_part_leaves_the_last_whole_one_and_says_so() -> None:
    values = {
        **WHOLE,
        "WALCL": [*WHOLE["WALCL"], ("2026-07-08", 6_700_000)],
        "RRPONTSYD": [*WHOLE["RRPONTSYD"], ("2026-07-08", 1.0)],
    }
    level, _ = net_liquidity(at(values, "2026-07-09"))
    assert (level.value, level.period) == (5810.044, date(2026, 7, 1))
    assert level.words[1] == "WDTGAL of 2026-07-08 is not known yet"
    assert level.state == "late"


def test_without_the_wednesday_13_weeks_before_there_is_no_change_and_no_push() -> None:
    values = {**WHOLE, "WDTGAL": [("2026-04-08", 900_000), (NOW, 912_345)]}
    driver = liquidity(at(values), RULE)
    assert one(driver, "netliq.level").value == 5810.044
    moved = one(driver, "netliq.13w")
    assert (moved.value, moved.missing) == (None, ("WDTGAL",))
    assert moved.words == ("no change over 13 weeks: WDTGAL of 2026-04-01 is not known",)
    assert (driver.push.value, driver.direction) == (None, "")


def test_a_part_that_was_never_known_is_named() -> None:
    level, moved = net_liquidity(at({name: WHOLE[name] for name in ("WALCL", "RRPONTSYD")}))
    assert (level.value, level.missing, level.words) == (None, ("WDTGAL",), ("not known: WDTGAL",))
    assert moved.value is None


def test_on_a_holiday_reverse_repo_is_of_the_business_day_before_and_that_is_said() -> None:
    christmas = {
        "WALCL": [("2024-12-25", 6_886_000)],
        "WDTGAL": [("2024-12-25", 736_000)],
        "RRPONTSYD": [("2024-12-23", 150.0), ("2024-12-24", 138.0), ("2024-12-26", 160.0)],
    }
    level, _ = net_liquidity(at(christmas, "2024-12-27"))
    assert level.value == 6886 - 736 - 138
    assert level.words[1] == "reverse repo of 2024-12-24: 2024-12-25 was a holiday"


def test_on_a_business_day_no_other_day_stands_for_reverse_repo() -> None:
    values = {**WHOLE, "RRPONTSYD": [("2026-06-30", 2.0), ("2026-07-02", 2.0)]}
    assert net(at(values), date(2026, 7, 1)) is None


def test_a_revision_of_fed_assets_changes_the_level_from_when_it_was_known() -> None:
    rows = [Observation(name, day, value, 1_000, "fred") for name, points in WHOLE.items() for day, value in points]
    late = day_end_ms(date(2026, 7, 3))
    vintages = Vintages([*rows, Observation("WALCL", NOW, 6_725_564, late, "fred")])
    assert net_liquidity(vintages.known(late - 1))[0].value == 5810.044
    assert net_liquidity(vintages.known(late))[0].value == 5811.044


def test_other_central_banks_are_in_billions_of_dollars() -> None:
    driver = liquidity(
        at(
            {
                "ECBASSETSW": [("2026-06-26", 6_200_000)],
                "DEXUSEU": [("2026-06-25", 1.10), ("2026-06-26", 1.16)],
                "JPNASSETS": [("2026-05-01", 7_000_000)],
                "DEXJPUS": [("2026-04-30", 140.0), ("2026-05-29", 150.0), ("2026-06-01", 160.0)],
            }
        ),
        RULE,
    )
    assert one(driver, "liquidity.ecb").value == pytest.approx(7192.0)
    boj = one(driver, "liquidity.boj")
    assert boj.value == pytest.approx(4666.666667)
    assert boj.words == ("Bank of Japan assets of 2026-05-31 at 150", "2026-05-29 stands for 2026-05-31")
    assert boj.unit == "$bn"


def test_assets_abroad_without_their_currency_are_not_known() -> None:
    ecb = one(liquidity(at({"ECBASSETSW": [("2026-06-26", 6_200_000)]}), RULE), "liquidity.ecb")
    assert (ecb.value, ecb.missing) == (None, ("DEXUSEU",))
    assert ecb.words == ("ECB assets: DEXUSEU of 2026-06-26 is not known",)


def test_reserves_are_a_wednesday_and_money_and_credit_are_years_apart_by_date() -> None:
    driver = liquidity(
        at(
            {
                "WRBWFRBL": [(NOW, 2_901_004)],
                "WRESBAL": [(NOW, 2_935_287)],
                "M2SL": [("2025-05-01", 21_900.0), ("2026-05-01", 22_557.0)],
                "TOTBKCR": [("2025-06-18", 18_000.0), ("2026-06-17", 18_900.0)],
            }
        ),
        RULE,
    )
    assert one(driver, "liquidity.reserves").value == 2901.004
    assert one(driver, "liquidity.m2.yoy").value == pytest.approx(3.0)
    assert one(driver, "liquidity.bank_credit.yoy").value == pytest.approx(5.0)


# ---- quantity and price


def corner(rates: float, assets_m: float, credit_bn: float) -> dict[str, list[tuple[str, float]]]:
    """A change of the 2-year yield, of Fed assets in $M and of bank credit in $bn over 13 weeks."""
    return {
        "DGS2": [(BEFORE, 4.00), (NOW, 4.00 + rates)],
        "WALCL": [(BEFORE, 6_700_000), (NOW, 6_700_000 + assets_m)],
        "TOTBKCR": [(BEFORE, 18_300.0), (NOW, 18_300.0 + credit_bn)],
    }


@pytest.mark.parametrize(
    ("rates", "assets_m", "credit_bn", "name"),
    [
        (0.25, 50_000, 200.0, "hiking while printing"),
        (0.25, -50_000, -1.0, "hiking while shrinking"),
        (-0.25, 50_000, 200.0, "cutting while printing"),
        (-0.25, -50_000, 20.0, "cutting while shrinking"),
        (0.0, 50_000, 200.0, "on the line"),
    ],
)
def test_the_corner_goes_by_the_signs_of_both_changes(
    rates: float, assets_m: float, credit_bn: float, name: str
) -> None:
    found = quadrant(corner(rates, assets_m, credit_bn)).reading
    assert (found.name, found.value, found.band, found.period) == ("money.quadrant", name, name, date(2026, 7, 1))


def test_fed_assets_in_millions_and_bank_credit_in_billions_make_one_quantity() -> None:
    found = quadrant(corner(0.25, 50_000, 200.0))
    week = found.trail[-1]
    assert (week.day, week.rates, week.quantity_bn) == (date(2026, 7, 1), 0.25, 250.0)
    assert week.quantity == pytest.approx(1.0)
    assert found.reading.words[1] == "Fed assets and bank credit +1.00 %, +250 $bn"


def test_both_axes_are_of_the_newest_wednesday_that_has_all_numbers() -> None:
    values = corner(0.25, 50_000, 200.0)
    newer = {**values, "WALCL": [*values["WALCL"], ("2026-07-08", 9e6)], "DGS2": [*values["DGS2"], ("2026-07-08", 1.0)]}
    found = quadrant(newer)
    assert (found.reading.value, found.reading.period) == ("hiking while printing", date(2026, 7, 1))
    assert len(found.trail) == 1


def test_the_trail_is_of_52_weeks_and_leaves_out_what_lacks_a_number() -> None:
    days = [date.fromordinal(date(2026, 7, 1).toordinal() - 7 * n) for n in range(80)]
    values = {name: [(str(day), 4.0 + n / 100) for n, day in enumerate(reversed(days))] for name in ("DGS2", "TOTBKCR")}
    values["WALCL"] = [(str(day), 6.7e6) for day in days]
    found = quadrant(values)
    assert len(found.trail) == 52
    assert (found.trail[0].day, found.trail[-1].day) == (date(2025, 7, 9), date(2026, 7, 1))
    values["WALCL"] = [(day, value) for day, value in values["WALCL"] if day != "2026-06-24"]
    assert date(2026, 6, 24) not in {week.day for week in quadrant(values).trail}


def test_without_a_number_there_is_no_corner() -> None:
    values = corner(0.25, 50_000, 200.0)
    del values["TOTBKCR"]
    found = quadrant(values).reading
    assert (found.value, found.missing, found.words) == (None, ("TOTBKCR",), ("not known: TOTBKCR",))


# ---- custody


def test_custody_is_counted_from_a_chosen_wednesday() -> None:
    known = at({"WSEFINTL1": [("2026-02-18", 2_990_000), ("2026-02-25", 3_000_000), (NOW, 2_941_500)]})
    found = custody(known, RULE)
    assert (found.name, found.value, found.unit, found.period) == ("custody.change", -58.5, "$bn", date(2026, 7, 1))
    assert found.words == ("3,000.0 to 2,941.5 $bn, 2026-02-25 to 2026-07-01",)
    assert custody(known, DriversRule(custody_since=date(2026, 2, 20))).value == -48.5


def test_custody_without_its_start_is_not_known() -> None:
    found = custody(at({"WSEFINTL1": [(NOW, 2_941_500)]}), RULE)
    assert (found.value, found.words) == (None, ("custody of 2026-02-25 is not known",))
