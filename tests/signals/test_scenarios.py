"""The scenario board, from hand-made numbers: what each piece of evidence says of each scenario, and the counts."""

from collections.abc import Mapping
from datetime import date

import pytest
from msgspec.structs import asdict, replace

from feeds.calendars import day_end_ms
from feeds.signals.oil import oil
from feeds.signals.scenario_evidence import OilNow, oil_now
from feeds.signals.scenario_table import SCENARIOS, TABLE
from feeds.signals.scenarios import scenarios
from feeds.signals.thresholds import OilRule, ScenarioRule
from feeds.topics.base import Reading, noted
from feeds.topics.oil import SpreadDay
from feeds.topics.scenarios import Scenarios
from feeds.vintages import given

Points = list[tuple[str, float]]
DAY = date(2026, 8, 5)
AGO = "2026-07-08"
"""Twenty days of the New York Stock Exchange before that day."""
WEEKS_AGO = "2026-05-06"
ORDER = ("normal", "tollbooth", "blockade", "empire")


def curve(label: str | None, spread: float | None, ratio: float | None, ratio_before: float | None) -> OilNow:
    """What the oil curve says, fresh of the day; `None` for what is not known."""

    def one(name: str, value: float | str | None) -> Reading:
        if value is None:
            return Reading(name, None, "", missing=("CL*",), notes=noted(("not known",), "why"))
        return Reading(name, value, "", DAY, day_end_ms(DAY), "fresh", notes=noted((name,)))

    before = SpreadDay(date(2026, 7, 8), "CLQ26", "CLF27", 100.0, ratio_before * 100, 0.0) if ratio_before else None
    return OilNow(one("oil.leg.5d", label), one("oil.spread", spread), one("oil.ratio", ratio), before)


NO_OIL = curve(None, None, None, None)


def board(
    values: Mapping[str, Points] | None = None, oil: OilNow = NO_OIL, rule: ScenarioRule | None = None
) -> Scenarios:
    return scenarios(given(values or {}, day_end_ms(DAY)), rule or ScenarioRule(), oil)


def row(found: Scenarios, name: str) -> tuple[str, ...]:
    """What one row says of each scenario, in a letter each: + - ? and . for nothing."""
    evidence = next(one for one in found.evidence if one.name == name)
    assert tuple(cell.scenario for cell in evidence.cells) == ORDER
    signs = {"supports": "+", "contradicts": "-", "unknown": "?", "says nothing": "."}
    return tuple(signs[cell.says] for cell in evidence.cells)


def counts(found: Scenarios, scenario: str) -> tuple[float | str | None, ...]:
    by_name = {one.name: one.value for one in found.readings}
    return tuple(by_name[f"scenario.{scenario}.{word}"] for word in ("for", "against", "unknown"))


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("front-led easing", "+.--"),
        ("front-led squeeze", "-.+-"),
        ("back-led catch-up", "-.-+"),
        ("back-led slide", "-.--"),
        ("quiet", "-.--"),
        (None, "?.??"),
    ],
)
def test_the_oil_label_speaks_for_one_scenario_at_most(label: str | None, expected: str) -> None:
    assert "".join(row(board(oil=curve(label, None, None, None)), "oil_label")) == expected


@pytest.mark.parametrize(
    ("spread", "ratio", "before", "expected"),
    [
        (-2.99, 0.96, 0.97, "+---"),
        (-3.00, 0.96, 0.95, "---+"),
        (-5.00, 0.93, 0.93, "----"),
        (-5.01, 0.93, 0.92, "-+-+"),
        (-8.00, 0.90, 0.95, "-+--"),
        (-8.01, 0.90, 0.95, "-++-"),
        (1.50, 1.02, 0.99, "+---"),
        (-4.00, 0.95, None, "---?"),
        (None, None, None, "????"),
    ],
)
def test_backwardation_in_dollars_and_the_ratio_that_rises_toward_one(
    spread: float | None, ratio: float | None, before: float | None, expected: str
) -> None:
    assert "".join(row(board(oil=curve(None, spread, ratio, before)), "backwardation")) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (99.9, 99.0, "+++-"),
        (100.0, 101.0, "----"),
        (130.0, 130.0, "----"),
        (130.1, 120.0, "-+++"),
        (131.0, 140.0, "---+"),
        (99.0, None, "+??-"),
    ],
)
def test_move_by_its_level_and_by_its_way_of_twenty_days(now: float, before: float | None, expected: str) -> None:
    points = [(DAY.isoformat(), now)]
    if before is not None:
        points.insert(0, (AGO, before))
    assert "".join(row(board({"MOVE": points}), "move")) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [(0, "+---"), (1_000, "+---"), (-1, "--++"), (-39_999, "--++"), (-40_000, "-+++")],
)
def test_custody_is_in_millions_and_judged_in_billions(change: float, expected: str) -> None:
    points = [(WEEKS_AGO, 3_000_000.0), (DAY.isoformat(), 3_000_000.0 + change)]
    assert "".join(row(board({"WSEFINTL1": points}), "custody")) == expected


@pytest.mark.parametrize(
    ("gold", "dollar", "expected"),
    [
        (4_100.0, 97.0, ".+++"),
        (4_100.0, 98.0, ".-++"),
        (4_100.0, 99.0, ".--+"),
        (4_000.0, 97.0, ".-+-"),
        (None, 97.0, ".?+?"),
        (4_100.0, None, ".??+"),
        (3_900.0, None, ".??-"),
    ],
)
def test_gold_and_the_dollar_over_thirteen_weeks(gold: float | None, dollar: float | None, expected: str) -> None:
    values: dict[str, Points] = {"DTWEXBGS": [(WEEKS_AGO, 120.0), (DAY.isoformat(), 110.0)]}
    if gold:
        values["GOLD"] = [(WEEKS_AGO, 4_000.0), (DAY.isoformat(), gold)]
    if dollar:
        values["DXY"] = [(WEEKS_AGO, 98.0), (DAY.isoformat(), dollar)]
    assert "".join(row(board(values), "gold_dollar")) == expected


@pytest.mark.parametrize(
    ("exports", "cips", "expected"),
    [
        (1.6e9, 110.0, ".+.."),
        (1.5e9, 110.0, ".-.."),
        (1.6e9, 100.0, ".-.."),
        (1.6e9, None, ".?.."),
        (0.1e9, None, ".?.."),
    ],
)
def test_gold_exports_and_cips_count_together_or_not_at_all(exports: float, cips: float | None, expected: str) -> None:
    values: dict[str, Points] = {"GOLD.EXPORTS": [("2025-06-01", 1e9), ("2026-06-01", exports)]}
    if cips:
        values["CIPS.VALUE"] = [("2025-06-01", 100.0), ("2026-06-01", cips)]
    assert "".join(row(board(values), "exports_cips")) == expected


@pytest.mark.parametrize(
    ("yields", "stocks", "expected"),
    [(4.31, 690.0, "-+++"), (4.31, 700.0, "+---"), (4.30, 690.0, "+---"), (4.20, 710.0, "+---")],
)
def test_dearer_money_and_falling_stocks_speak_against_normal_alone(
    yields: float, stocks: float, expected: str
) -> None:
    values = {"DGS10": [(AGO, 4.30), (DAY.isoformat(), yields)], "SPY": [(AGO, 700.0), (DAY.isoformat(), stocks)]}
    assert "".join(row(board(values), "yield_stocks")) == expected


def test_yields_and_stocks_are_taken_on_the_same_days() -> None:
    """Stocks of the 5th are not known yet: both are judged up to the 4th, where both had moved so."""
    values = {
        "DGS10": [("2026-07-07", 4.30), (AGO, 4.50), ("2026-08-04", 4.40), (DAY.isoformat(), 4.10)],
        "SPY": [("2026-07-07", 700.0), (AGO, 600.0), ("2026-08-04", 690.0)],
    }
    found = board(values)
    assert "".join(row(found, "yield_stocks")) == "-+++"
    parts = next(one for one in found.evidence if one.name == "yield_stocks").parts
    assert [(part.value, part.period) for part in parts] == [
        (0.1, date(2026, 8, 4)),
        (pytest.approx(-10 / 7), date(2026, 8, 4)),
    ]


@pytest.mark.parametrize(("rate", "expected"), [(3.11, "+..."), (3.10, "-..."), (3.00, "-...")])
def test_card_debt_speaks_of_a_return_to_normal_only(rate: float, expected: str) -> None:
    values = {"DRCCLACBS": [("2025-01-01", 3.10), ("2026-01-01", rate)]}
    assert "".join(row(board(values), "cards")) == expected


@pytest.mark.parametrize(
    ("btc", "igv", "band", "change"),
    [
        (110.0, 95.0, "decoupling", 15.789473684),
        (95.0, 90.0, "going together", 5.555555556),
        (100.0, 90.0, "going together", 11.111111111),
    ],
)
def test_bitcoin_against_software_is_shown_and_counts_for_nobody(
    btc: float, igv: float, band: str, change: float
) -> None:
    found = board({"BTC": [(AGO, 100.0), (DAY.isoformat(), btc)], "IGV": [(AGO, 100.0), (DAY.isoformat(), igv)]})
    assert "".join(row(found, "btc_igv")) == "...."
    reading = next(one for one in found.evidence if one.name == "btc_igv").parts[0]
    assert (reading.name, reading.value, reading.unit, reading.band) == ("btc_igv.20d", change, "%", band)
    assert reading.words[0] == f"BTC {btc - 100:+.2f} %, IGV {igv - 100:+.2f} %"


def test_with_nothing_known_all_is_unknown_and_no_count_is_a_zero() -> None:
    found = board()
    for name in ORDER:
        assert counts(found, name) == (None, None, 6.0), name
    none = next(one for one in found.readings if one.name == "scenario.normal.for")
    assert (none.state, none.words) == ("none", ("supports: none", "0 of 6 rows are known"))
    unknown = next(one for one in found.readings if one.name == "scenario.normal.unknown")
    assert (unknown.state, unknown.quality) == ("none", "partial")
    assert set(unknown.missing) == {"CL*", "MOVE", "WSEFINTL1", "DGS10", "SPY", "DRCCLACBS"}


def test_counts_are_of_rows_and_say_which_and_how_many_are_known() -> None:
    found = board(
        {"MOVE": [(AGO, 90.0), (DAY.isoformat(), 95.0)], "WSEFINTL1": [(WEEKS_AGO, 3e6), (DAY.isoformat(), 2.9e6)]},
        curve("front-led easing", -2.0, 0.97, 0.98),
    )
    assert counts(found, "normal") == (3.0, 1.0, 2.0)
    assert counts(found, "tollbooth") == (2.0, 1.0, 3.0)
    assert counts(found, "blockade") == (2.0, 2.0, 2.0)
    assert counts(found, "empire") == (1.0, 3.0, 2.0)
    by_name = {one.name: one for one in found.readings}
    supports = by_name["scenario.normal.for"]
    assert supports.words[:2] == (
        "supports: oil, 5 d label + backwardation (CL1 - CL6) + MOVE",
        "4 of 6 rows are known",
    )
    assert (supports.quality, supports.missing) == ("partial", ("DGS10", "SPY", "DRCCLACBS"))
    assert by_name["scenario.normal.against"].words[0] == "contradicts: Fed custody for foreign officials, 13 weeks"
    assert [one.label for one in found.scenarios] == list(SCENARIOS.values())
    assert found.scenarios[0].supports is supports


def test_a_number_that_is_stale_is_shown_and_counts_for_nobody() -> None:
    values = {"WSEFINTL1": [(WEEKS_AGO, 3e6), (DAY.isoformat(), 2.9e6)]}
    found = board(values | {"MOVE": [("2026-06-01", 95.0)]})
    assert "".join(row(found, "move")) == "????"
    assert next(one for one in found.evidence if one.name == "move").parts[0].value == 95.0
    reading = next(one for one in found.readings if one.name == "scenario.normal.for")
    assert (reading.value, reading.most, reading.state, reading.period) == (0.0, 5.0, "fresh", DAY)
    assert reading.said("lacks") == ("1 of 6 rows are known", "move.level is stale")
    assert counts(found, "normal") == (0.0, 1.0, 5.0)


def test_a_number_that_is_doubted_or_between_two_ends_is_unknown() -> None:
    oil_ = curve("front-led easing", -2.0, None, None)
    doubted = OilNow(replace(oil_.leg, quality="doubted"), replace(oil_.spread, least=-4.0), oil_.ratio, None)
    found = board(oil=doubted)
    assert "".join(row(found, "oil_label")) == "?.??"
    assert "".join(row(found, "backwardation")) == "?--?", "from 2 to 4: under 3 cannot be told, over 5 it is not"


def test_a_count_is_of_at_least_so_many_and_at_most_with_all_that_are_unknown() -> None:
    found = board({"MOVE": [(AGO, 90.0), (DAY.isoformat(), 95.0)]})
    by_name = {one.name: one for one in found.readings}
    supports = by_name["scenario.normal.for"]
    assert (supports.value, supports.least, supports.most) == (1.0, 1.0, 6.0)
    unknown = by_name["scenario.normal.unknown"]
    assert (unknown.value, unknown.least, unknown.most) == (5.0, None, None)


def test_the_yield_of_a_day_long_past_is_as_old_as_the_close_that_it_waits_for() -> None:
    yields = [("2026-05-05", 4.0), ("2026-06-03", 4.2), (AGO, 4.1), (DAY.isoformat(), 4.5)]
    found = board({"DGS10": yields, "SPY": [("2026-05-05", 700.0), ("2026-06-03", 690.0)]})
    parts = next(one for one in found.evidence if one.name == "yield_stocks").parts
    assert [(part.period, part.state) for part in parts] == [(date(2026, 6, 3), "stale")] * 2
    assert "".join(row(found, "yield_stocks")) == "????"


def test_a_threshold_that_is_set_moves_the_cell_and_its_words() -> None:
    values = {"MOVE": [(DAY.isoformat(), 105.0)]}
    found = board(values, rule=ScenarioRule(normal_move=110.0))
    evidence = next(one for one in found.evidence if one.name == "move")
    assert (evidence.cells[0].says, evidence.cells[0].rule) == ("supports", "under 110")
    assert board(values).evidence[2].cells[0].says == "contradicts"


def test_every_threshold_of_the_rule_is_used_and_every_condition_has_its_reading() -> None:
    conditions = [one for line in TABLE for claim in line.claims.values() for one in claim.conditions]
    assert {one.limit for one in conditions if one.sign != "is"} == set(asdict(ScenarioRule()))
    assert all(
        one.reading in line.readings for line in TABLE for claim in line.claims.values() for one in claim.conditions
    )


def test_the_oil_page_gives_the_ratio_of_twenty_sessions_before() -> None:
    closes = {
        "CLU26": [("2026-08-05", 80.0)],
        "CLG27": [("2026-08-05", 76.0)],
        "CLQ26": [(AGO, 90.0)],
        "CLF27": [(AGO, 81.0)],
    }
    page = oil(given(closes, day_end_ms(DAY)), OilRule(), DAY)
    found = board(oil=oil_now(page))
    by_name = {one.name: one for one in found.readings}
    assert (by_name["oil.backwardation"].value, by_name["oil.backwardation"].band) == (4.0, "backwardation")
    assert by_name["oil.ratio.20d"].value == pytest.approx(0.05)
    assert by_name["oil.ratio.20d"].words == (
        "CL6/CL1 +0.0500 over 20 trading days: 0.9000 to 0.9500, 2026-07-08 to 2026-08-05",
    )
    assert "".join(row(found, "backwardation")) == "---+"
    assert "".join(row(found, "oil_label")) == "?.??"
