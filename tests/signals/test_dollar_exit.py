"""Who leaves the dollar, from hand-made numbers."""

from collections.abc import Mapping
from datetime import date

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.dollar_exit import dollar_exit
from feeds.signals.thresholds import DollarRule, DriversRule
from feeds.topics.base import Reading
from feeds.topics.dollar import CustodyWeek, DollarExit
from feeds.vintages import Vintages, given

Points = list[tuple[str, float]]


def page(values: Mapping[str, Points], until: str = "2026-08-06") -> DollarExit:
    return dollar_exit(given(values, day_end_ms(date.fromisoformat(until))), DollarRule(), DriversRule())


def one(found: DollarExit, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def test_custody_and_each_of_its_parts_are_counted_in_billions_from_the_anchor() -> None:
    found = page(
        {
            "WSEFINTL1": [("2026-02-18", 3_000_000), ("2026-02-25", 3_010_500), ("2026-08-05", 2_965_250)],
            "WMTSECL1": [("2026-02-25", 2_700_000), ("2026-08-05", 2_640_000)],
            "WFASECL1": [("2026-02-25", 230_000), ("2026-08-05", 240_250)],
        }
    )
    assert (one(found, "custody.change").value, one(found, "custody.change").unit) == (-45.25, "$bn")
    treasuries = one(found, "custody.change.treasuries")
    assert (treasuries.value, treasuries.unit, treasuries.period) == (-60.0, "$bn", date(2026, 8, 5))
    assert treasuries.words == (
        "Treasuries in custody -60.00 $bn since 2026-02-25",
        "2,700.00 to 2,640.00, 2026-02-25 to 2026-08-05",
    )
    assert one(found, "custody.change.agencies").value == 10.25
    other = one(found, "custody.change.other")
    assert (other.value, other.state, other.missing) == (None, "none", ("WSEFINOL",))
    assert found.custody == (
        CustodyWeek(date(2026, 2, 25), 3010.5, 2700.0, 230.0, None),
        CustodyWeek(date(2026, 8, 5), 2965.25, 2640.0, 240.25, None),
    )


def test_a_part_that_ends_before_the_anchor_has_not_changed_by_zero_since() -> None:
    reading = one(page({"WFASECL1": [("2026-02-18", 230_000)]}, "2026-02-19"), "custody.change.agencies")
    assert reading.value is None


def test_thirteen_weeks_of_custody_are_counted_to_exactly_that_wednesday() -> None:
    rows = [("2026-04-29", 3_000_000.0), ("2026-05-06", 2_990_000.0), ("2026-08-05", 2_950_000.0)]
    assert one(page({"WSEFINTL1": rows}), "custody.13w").value == -40.0
    lacking = one(page({"WSEFINTL1": [rows[0], rows[2]]}), "custody.13w")
    assert lacking.value is None
    assert lacking.words == ("custody for foreign officials of 2026-05-06 is not known: no change over 13 weeks",)


def test_a_year_of_gold_exports_and_of_cips_goes_by_the_month_and_not_by_rows() -> None:
    found = page(
        {
            "GOLD.EXPORTS": [("2025-06-01", 2e9), ("2025-08-01", 1e9), ("2026-06-01", 3.5e9)],
            "CIPS.VALUE": [("2025-05-01", 16_000.0), ("2026-06-01", 18_000.0)],
            "CIPS.COUNT": [("2025-06-01", 600_000.0), ("2026-06-01", 660_000.0)],
        }
    )
    assert one(found, "gold.exports.yoy").value == 75.0
    assert (one(found, "gold.exports").value, one(found, "gold.exports").unit) == (3.5, "$bn")
    assert one(found, "cips.value.yoy").value is None, "June of the year before is not known, and May is no June"
    assert one(found, "cips.count.yoy").value == 10.0


def test_a_month_that_is_still_running_is_not_held_against_a_whole_one() -> None:
    rows = [
        Observation("CIPS.VALUE", period, value, 0, "cips", period == "2026-08-01")
        for period, value in (("2025-07-01", 10_000.0), ("2025-08-01", 10_000.0), ("2026-07-01", 12_000.0))
    ]
    rows.append(Observation("CIPS.VALUE", "2026-08-01", 1_500.0, 0, "cips", True))
    known = Vintages(rows).known(day_end_ms(date(2026, 8, 6)))
    reading = one(dollar_exit(known, DollarRule(), DriversRule()), "cips.value.yoy")
    assert (reading.value, reading.period, reading.quality) == (20.0, date(2026, 7, 1), "exact")


def test_the_two_dollar_indices_each_have_their_own_change_and_never_stand_for_one_another() -> None:
    found = page({"DTWEXBGS": [("2026-05-01", 120.0), ("2026-07-31", 117.0)]})
    assert (one(found, "dollar.broad").value, one(found, "dollar.broad.13w").value) == (117.0, -2.5)
    assert (one(found, "dxy.level").value, one(found, "dxy.13w").value) == (None, None)
    both = page({"DTWEXBGS": [("2026-07-31", 117.0)], "DXY": [("2026-05-07", 100.0), ("2026-08-06", 98.0)]})
    assert one(both, "dxy.13w").value == -2.0
    assert one(both, "dollar.broad.13w").value is None


def test_a_holiday_at_the_start_of_a_change_is_replaced_by_the_day_before_and_that_is_said() -> None:
    reading = one(page({"DXY": [("2026-05-05", 100.0), ("2026-08-06", 103.0)]}), "dxy.13w")
    assert reading.value == 3.0
    assert reading.words[-1] == "2026-05-05 stands for 2026-05-07"
    assert one(page({"DXY": [("2026-05-02", 100.0), ("2026-08-06", 103.0)]}), "dxy.13w").value is None


@pytest.mark.parametrize(
    ("rate", "pips", "percent", "words"),
    [
        (7.8, 500.0, 0.64516129, "500 pips from the strong side, 500 from the weak one"),
        (7.75, 0.0, 0.0, "0 pips from the strong side, 1,000 from the weak one"),
        (7.7488, -12.0, -0.015483871, "12 pips stronger than the band"),
        (7.8503, 1003.0, 1.294193548, "3 pips weaker than the band"),
    ],
)
def test_the_hong_kong_dollar_is_so_far_from_the_strong_side(
    rate: float, pips: float, percent: float, words: str
) -> None:
    found = page({"HKD": [("2026-08-06", rate)]})
    assert (one(found, "usdhkd.strong_side").value, one(found, "usdhkd.strong_side").unit) == (percent, "%")
    assert (one(found, "usdhkd.strong_side.pips").value, one(found, "usdhkd.strong_side.pips").unit) == (pips, "pips")
    assert one(found, "usdhkd.strong_side").words == (f"{rate:.4f} HKD, 2026-08-06: {words}",)


def test_the_feds_rate_stands_in_where_it_is_newer_and_is_named() -> None:
    both = {"HKD": [("2026-08-06", 7.81)], "DEXHKUS": [("2026-07-31", 7.83)]}
    assert [one_.series for one_ in one(page(both), "usdhkd.strong_side").inputs] == ["HKD"]
    reading = one(page({"HKD": [("2026-07-20", 7.81)], "DEXHKUS": [("2026-07-31", 7.83)]}), "usdhkd.strong_side.pips")
    assert (reading.value, [one_.series for one_ in reading.inputs]) == (800.0, ["DEXHKUS"])
    assert reading.words[1] == "the Fed's rate at noon in New York, which comes out once a week"


MONTHS = [f"2025-{month:02}-01" for month in range(8, 13)] + [f"2026-{month:02}-01" for month in range(1, 8)]


def test_the_deficit_is_of_twelve_months_in_a_row_with_surpluses_taken_off() -> None:
    rows = [(day, 200e9) for day in MONTHS]
    rows[8] = ("2026-04-01", -258.5e9)
    reading = one(page({"DEFICIT": [("2025-07-01", 999e9), *rows]}, "2026-08-13"), "deficit.12m")
    assert (reading.value, reading.unit, reading.period) == (11 * 200 - 258.5, "$bn", date(2026, 7, 1))
    assert reading.words == ("August 2025 to July 2026", "$200.0 bn in the last of them")


def test_a_month_that_is_missing_is_no_zero_in_the_deficit() -> None:
    rows = [(day, 200e9) for day in MONTHS if day != "2026-01-01"]
    reading = one(page({"DEFICIT": [("2025-07-01", 999e9), *rows]}, "2026-08-13"), "deficit.12m")
    assert reading.value is None
    assert reading.words == ("January 2026 is not known: no sum of twelve months to July 2026",)


def test_revaluing_the_gold_gives_so_many_billions() -> None:
    reading = one(page({"GOLD": [("2026-08-06", 4_000.0)]}), "gold.revaluation")
    ounces = 8_133 * 32_150.7466
    assert round(ounces) == 261_482_022
    assert reading.value == pytest.approx(ounces * 3_957.78 / 1e9)
    assert isinstance(reading.value, float)
    assert (round(reading.value, 1), reading.unit) == (1034.9, "$bn")


def test_with_nothing_known_every_number_is_missing_with_a_reason_and_none_is_zero() -> None:
    found = page({})
    assert {reading.value for reading in found.readings} == {None}
    assert all(reading.words and reading.missing and reading.state == "none" for reading in found.readings)
    assert len({reading.name for reading in found.readings}) == len(found.readings) == 21
    assert found.custody == ()


def test_what_the_fed_lends_abroad_is_in_billions_of_a_wednesday() -> None:
    found = page({"SWPT": [("2026-08-05", 12_500.0)], "H41RESPPALGTRFNWW": [("2026-08-05", 31_000.0)]})
    swaps, fima = one(found, "dollar.swaps"), one(found, "dollar.fima")
    assert (swaps.value, swaps.unit, swaps.period) == (12.5, "$bn", date(2026, 8, 5))
    assert swaps.words == ("drawn by other central banks on swap lines, Wednesday, 2026-08-05",)
    assert (fima.value, fima.words) == (31.0, ("lent to foreign officials (FIMA), Wednesday, 2026-08-05",))


def test_gold_that_leaves_is_told_less_the_gold_that_comes_of_the_same_month() -> None:
    values = {"GOLD.EXPORTS": [("2026-05-01", 6.7e9), ("2026-06-01", 7.0e9)], "GOLD.IMPORTS": [("2026-05-01", 2.2e9)]}
    net = one(page(values), "gold.net_exports")
    assert (net.value, net.unit, net.period) == (4.5, "$bn", date(2026, 5, 1))
    assert net.words[0] == "gold, exports less imports, +4.5 $bn, 2026-05-01"
    assert net.said("older") == ("of 2026-06-01 there is only one of the two",)
