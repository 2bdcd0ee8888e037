"""ETF flows from hand-made tables: sums, runs, what has arrived, and what the average holder paid."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.flows import flows
from feeds.signals.knowledge import holds
from feeds.signals.thresholds import FlowsRule
from feeds.topics.base import Reading
from feeds.topics.flows import FlowPoint, FlowRevision, Flows
from feeds.vintages import Known, Vintages

RULE = FlowsRule()
Row = Mapping[str, float]
LATE = ("2026-07-14", "2026-07-15", "2026-07-16", "2026-07-17", "2026-07-20", "2026-07-21", "2026-07-22")


def rows(
    table: Mapping[str, Row], closes: Mapping[str, float] | None = None, provisional: Iterable[str] = ()
) -> list[Observation]:
    """Observations of a table of funds by day. The total is the funds' sum, as the publisher writes it."""
    unfinished = set(provisional)
    found = [
        Observation(f"ETF.{name}", day, value, 0, "farside", day in unfinished and value == 0)
        for day, funds in table.items()
        for name, value in {**funds, "TOTAL": sum(funds.values())}.items()
        if name != "TOTAL"
    ]
    found += [
        Observation("ETF.TOTAL", day, sum(funds.values()), 0, "farside", day in unfinished)
        for day, funds in table.items()
    ]
    closing = closes if closes is not None else dict.fromkeys(table, 100_000.0)
    return found + [Observation("BTC", day, value, 0, "btcusd") for day, value in closing.items()]


def page(
    table: Mapping[str, Row],
    closes: Mapping[str, float] | None = None,
    provisional: Iterable[str] = (),
    until: str = "2026-07-23",
    spot: float | None = None,
    rule: FlowsRule = RULE,
) -> Flows:
    known = Vintages(rows(table, closes, provisional)).known(day_end_ms(date.fromisoformat(until)))
    return flows(known, rule, spot)


def one(found: Flows, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def week(*totals: float) -> dict[str, Row]:
    """The last days, with one fund."""
    return {day: {"IBIT": total} for day, total in zip(LATE[-len(totals) :], totals, strict=True)}


def test_a_day_is_the_sum_of_its_funds_and_turns_to_coins_at_its_close() -> None:
    found = page({"2026-07-22": {"IBIT": -44.5, "FBTC": 12.0, "GBTC": 0.0}}, {"2026-07-22": 65_000.0})
    reading = one(found, "etf.flow.1d")
    assert (reading.value, reading.unit, reading.period) == (-32.5, "$M", date(2026, 7, 22))
    assert (reading.state, reading.quality) == ("fresh", "exact")
    assert found.funds == ("IBIT", "FBTC", "GBTC")
    assert found.rows[0].funds == (-44.5, 12.0, 0.0)
    assert found.rows[0].coins == pytest.approx(-500.0)
    assert {row.series for row in reading.inputs} == {"ETF.TOTAL", "ETF.IBIT", "ETF.FBTC", "ETF.GBTC"}


def test_sums_are_over_days_on_which_the_funds_traded() -> None:
    found = page(week(1, 2, 4, 8, 16, 32, 64))
    assert one(found, "etf.flow.5d").value == 124.0
    assert one(found, "etf.flow.5d").words == ("2026-07-16 to 2026-07-22",)
    assert one(found, "etf.flow.5d").quality == "exact", "a weekend is no hole"
    assert one(found, "etf.flow.20d").value is None
    assert one(found, "etf.flow.20d").words == ("only 7 of 20 days are known",)
    assert found.history[-1] == FlowPoint(date(2026, 7, 22), 64.0, 127.0, 100_000.0, 100_000.0)


def test_a_cumulative_sum_that_does_not_begin_with_the_funds_says_since_when() -> None:
    cut = one(page(week(1, 2, 4)), "etf.flow.cum")
    assert (cut.value, cut.quality) == (7.0, "partial")
    assert cut.words[0] == "only since 2026-07-20: the funds began 2024-01-11"
    whole = page(
        {"2024-01-11": {"IBIT": 111.7, "GBTC": -95.1}, "2024-01-12": {"IBIT": 386.0, "GBTC": 0.0}}, until="2024-01-16"
    )
    assert one(whole, "etf.flow.cum").value == pytest.approx(402.6)
    assert one(whole, "etf.flow.cum").words == ("2024-01-11 to 2024-01-12",)


def test_a_day_of_trading_that_is_not_in_the_table_is_a_hole() -> None:
    table = week(1, 2, 4, 8, 16, 32, 64)
    del table["2026-07-20"]
    found = page(table)
    assert found.holes == (date(2026, 7, 20),)
    reading = one(found, "etf.flow.5d")
    assert (reading.value, reading.quality) == (4.0 + 8 + 32 + 64, "partial"), "it is one of the five days"
    assert (reading.least, reading.most) == (108.0 - 5_000, 108.0 + 5_000)
    assert reading.said("lacks") == ("without a day of trading, 2026-07-20",)
    assert holds(reading, "<", 0) is None


def test_a_holiday_is_no_hole() -> None:
    found = page({"2026-07-02": {"IBIT": 1.0}, "2026-07-06": {"IBIT": 1.0}}, until="2026-07-07")
    assert found.holes == (), "2026-07-03 is a holiday of the exchange"


def test_the_last_row_is_provisional_while_a_fund_has_not_reported() -> None:
    table = {"2026-07-21": {"IBIT": 10.0, "FBTC": -5.0, "GBTC": -1.0}, "2026-07-22": {"IBIT": 46.6, "FBTC": 0.0}}
    found = page(table, provisional=["2026-07-22"])
    reading = one(found, "etf.flow.1d")
    assert (reading.value, reading.quality) == (46.6, "provisional")
    assert reading.words[0] == "2026-07-22 is provisional: 1 of 3 funds"
    assert (found.arrived, found.expected) == (1, 3), "a zero in an unfinished row is no report"
    assert (found.rows[0].provisional, found.rows[0].missing, found.rows[0].unsure) == (True, ("GBTC",), ("FBTC",))
    assert found.rows[0].funds == (46.6, 0.0, None)
    assert found.rows[1].provisional is False
    assert one(found, "etf.flow.cum").words[0] == "2026-07-22 is provisional: 1 of 3 funds"


def test_without_a_published_total_a_missing_fund_leaves_the_last_row_provisional() -> None:
    table = {"2026-07-21": {"IBIT": 10.0, "GBTC": -1.0}, "2026-07-22": {"IBIT": 46.6}}
    own = [row for row in rows(table) if row.series != "ETF.TOTAL"]
    found = flows(Vintages(own).known(day_end_ms(date(2026, 7, 23))), RULE)
    assert one(found, "etf.flow.1d").value == 46.6
    assert one(found, "etf.flow.1d").quality == "provisional"


def test_a_fund_that_comes_to_the_table_is_not_missing_before_and_is_named() -> None:
    table = {day: {"IBIT": 1.0} for day in LATE[:4]} | {day: {"IBIT": 1.0, "MSBT": 2.0} for day in LATE[4:]}
    found = page(table)
    assert found.new == (("MSBT", date(2026, 7, 20)),)
    assert {row.missing for row in found.rows} == {()}
    assert one(found, "etf.flow.5d").value == 5.0 + 6.0
    assert one(found, "etf.flow.5d").quality == "exact"


def test_a_fund_that_leaves_the_table_is_missing_for_a_while_and_then_gone() -> None:
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(50)]
    traded = [day.isoformat() for day in days if day.weekday() < 5 and day not in (date(2026, 6, 19), date(2026, 7, 3))]
    table: dict[str, Row] = {day: {"IBIT": 1.0, "BTCW": 0.5} for day in traded[:10]}
    table |= {day: {"IBIT": 1.0} for day in traded[10:13]}
    soon = page(table, until=traded[13])
    assert (soon.gone, soon.rows[0].missing) == ((), ("BTCW",))
    reading = one(soon, "etf.flow.1d")
    assert (reading.value, reading.quality) == (1.0, "partial")
    assert reading.words[0] == f"BTCW not in the table of {traded[12]}"
    table |= {day: {"IBIT": 1.0} for day in traded[13:20]}
    later = page(table, until=traded[20])
    assert later.gone == (("BTCW", date.fromisoformat(traded[9])),)
    assert one(later, "etf.flow.1d").quality == "exact"
    assert {row.missing for row in later.rows} == {()}


def test_a_run_has_the_sign_of_its_days_and_a_zero_ends_it() -> None:
    assert one(page(week(5, -1, -2, -3)), "etf.run").value == -3
    assert one(page(week(5, -1, -2, -3)), "etf.run").words == ("3 days in a row of outflows",)
    assert one(page(week(-1, 2, 3)), "etf.run").value == 2
    assert one(page(week(1, 0, 3)), "etf.run").value == 1
    assert one(page(week(1, 3, 0)), "etf.run").value == 0


def test_a_run_is_told_up_to_the_last_whole_day() -> None:
    unfinished = one(page(week(4, -1, -2, 3), provisional=["2026-07-22"]), "etf.run")
    assert (unfinished.value, unfinished.quality, unfinished.period) == (-2, "provisional", date(2026, 7, 21))
    assert unfinished.said("older") == ("2026-07-22 is not whole and not counted",)
    alone = one(page(week(3), provisional=["2026-07-22"]), "etf.run")
    assert (alone.value, alone.words) == (None, ("2026-07-22 is not whole yet",))


def test_a_run_is_at_least_so_long_where_a_day_within_it_or_before_it_is_not_known() -> None:
    days = {day: row for day, row in week(5, -1, -2, -3, -4, -5).items() if day != "2026-07-20"}
    reading = one(page(days), "etf.run")
    assert (reading.value, reading.quality, reading.least, reading.most) == (-2, "partial", None, -2)
    assert reading.words == ("at least 2 days in a row of outflows", "2026-07-20 is not in the table")
    before = {day: row for day, row in week(5, -1, -2, -3, -4, -5).items() if day != "2026-07-16"}
    assert one(page(before), "etf.run").words == (
        "at least 4 days in a row of outflows",
        "2026-07-16 is not in the table",
    )
    first = one(page(week(1, 2, 3)), "etf.run")
    assert (first.value, first.least, first.most) == (3, 3, None)
    assert first.words == ("at least 3 days in a row of inflows", "nothing is known before 2026-07-20")
    begin = {"2024-01-11": {"IBIT": 1.0}, "2024-01-12": {"IBIT": 1.0}}
    assert one(page(begin, until="2024-01-16"), "etf.run").words == ("2 days in a row of inflows",)
    lacking = {day: {"IBIT": -1.0, "GBTC": -1.0} for day in LATE} | {LATE[4]: {"IBIT": -1.0}}
    assert one(page(lacking), "etf.run").words == (
        "at least 2 days in a row of outflows", "2026-07-20 is not whole",
    )  # fmt: skip


def test_z_is_against_the_days_before_and_needs_enough_of_them() -> None:
    rule = FlowsRule(z_days=4, z_least_days=4)
    found = page(week(1000, 10, -10, 10, -10, 20), rule=rule)
    assert found.z == pytest.approx(20 / (400 / 3) ** 0.5)
    assert one(found, "etf.flow.1d").words[0] == "+1.7 standard deviations from the days before"
    assert page(week(10, -10, 10, 20), rule=rule).z is None
    assert page(week(10, 10, 10, 10, 20), rule=rule).z is None, "days all alike have no deviation"


def test_the_cost_basis_is_net_dollars_over_net_coins() -> None:
    table = {"2026-07-20": {"IBIT": 100.0, "GBTC": -40.0}, "2026-07-21": {"IBIT": 90.0}, "2026-07-22": {"IBIT": -30.0}}
    closes = {"2026-07-20": 60_000.0, "2026-07-21": 90_000.0, "2026-07-22": 75_000.0}
    reading = one(page(table, closes), "etf.cost.net")
    coins = 1000 + 1000 - 400
    assert (reading.value, reading.unit) == (pytest.approx(120e6 / coins), "$")
    assert reading.value == pytest.approx(75_000.0)
    assert reading.quality == "partial", "these are not all days since the funds began"


def test_the_history_has_the_close_of_each_day_and_what_the_coins_had_cost_by_then() -> None:
    table = {"2026-07-17": {"IBIT": -60.0}, "2026-07-20": {"IBIT": 120.0}, "2026-07-21": {"IBIT": 500.0}, **week(90)}
    closes = {"2026-07-17": 60_000.0, "2026-07-20": 80_000.0, "2026-07-22": 90_000.0}
    found = page(table, closes)
    assert [point.close for point in found.history] == [60_000.0, 80_000.0, None, 90_000.0]
    costs = [point.cost for point in found.history]
    assert costs[0] is None, "nothing is held"
    assert costs[1:3] == [pytest.approx(60e6 / 500)] * 2, "a day without a close is in neither sum"
    assert costs[3] == pytest.approx(150e6 / 1500) == one(found, "etf.cost.net").value


def test_the_average_cost_is_without_gbtc_and_selling_does_not_change_it() -> None:
    table = {"2026-07-20": {"IBIT": 100.0, "GBTC": -40.0}, "2026-07-21": {"IBIT": 90.0}, "2026-07-22": {"IBIT": -30.0}}
    closes = {"2026-07-20": 60_000.0, "2026-07-21": 90_000.0, "2026-07-22": 75_000.0}
    found = page(table, closes)
    reading = one(found, "etf.cost.average")
    bought = 100e6 / 60_000 + 1000
    assert reading.value == pytest.approx(190e6 / bought)
    assert reading.value == pytest.approx(71_250.0)
    assert reading.words[-1] == "5.0 % under net cost of $75,000"
    assert reading.words[-2] == f"${71_250 * (bought - 400) / 1e9:,.2f} bn over {bought - 400:,.0f} BTC"
    assert one(found, "etf.cost.net").words[-1] == "5.3 % over average cost of $71,250"


def test_a_day_without_a_close_has_no_coins_and_is_left_out_of_the_cost_and_counted() -> None:
    table = {"2026-07-20": {"IBIT": 60.0}, "2026-07-21": {"IBIT": 500.0}, "2026-07-22": {"IBIT": 90.0}}
    found = page(table, {"2026-07-20": 60_000.0, "2026-07-22": 90_000.0})
    assert [row.coins for row in found.rows] == [pytest.approx(1000.0), None, pytest.approx(1000.0)]
    for name in ("etf.cost.net", "etf.cost.average"):
        reading = one(found, name)
        assert reading.value == pytest.approx(75_000.0), name
        assert (reading.quality, reading.missing) == ("partial", ("BTC",))
        assert reading.words[0] == "a day without a close of bitcoin is left out"
    assert one(found, "etf.flow.cum").value == 650.0


def test_without_any_close_or_with_nothing_left_there_is_no_cost() -> None:
    none = page(week(10, 20), closes={})
    assert one(none, "etf.cost.net").value is None
    assert one(none, "etf.cost.net").said("why") == ("no close of bitcoin",)
    assert one(none, "etf.vs_cost").words == ("the price of bitcoin is not known",)
    sold = page(week(10, -20))
    assert one(sold, "etf.cost.net").value is None
    assert one(sold, "etf.cost.net").said("why") == ("no coins are left to divide by",)
    assert one(sold, "etf.cost.average").value is None, "a pool cannot sell more than it holds"
    assert one(sold, "etf.vs_cost").value is None


BEGUN: dict[str, Row] = {"2024-01-11": {"IBIT": 60.0}, "2024-01-12": {"IBIT": 90.0}}
BEGUN_CLOSES = {"2024-01-11": 60_000.0, "2024-01-12": 90_000.0}


def test_the_distance_of_the_price_names_the_cost_that_it_is_a_distance_to() -> None:
    live = one(page(BEGUN, BEGUN_CLOSES, spot=60_000.0, until="2024-01-16"), "etf.vs_cost")
    assert (live.value, live.unit, live.quality) == (pytest.approx(-20.0), "%", "exact")
    assert live.said("says") == (
        "the price is 20.0 % under the net cost of the funds' coins",
        "$60,000 against a net cost of $75,000",
        "20.0 % under the average cost without GBTC, $75,000",
    )
    assert (live.inputs[-1].series, live.inputs[-1].value) == ("btc.price", 60_000.0)
    closed = one(page(BEGUN, BEGUN_CLOSES, until="2024-01-16"), "etf.vs_cost")
    assert closed.value == pytest.approx(20.0)
    assert closed.words[0] == "the price is 20.0 % over the net cost of the funds' coins"
    assert closed.said("older") == ("bitcoin as of the close of 2024-01-12",)


def test_a_distance_to_the_cost_of_a_part_of_the_days_says_so_and_decides_nothing() -> None:
    table = {"2026-07-21": {"IBIT": 60.0}, "2026-07-22": {"IBIT": 90.0}}
    cut = one(page(table, {"2026-07-21": 60_000.0, "2026-07-22": 90_000.0}, spot=60_000.0), "etf.vs_cost")
    assert cut.words[0] == "by the flows since 2026-07-21 the price is 20.0 % under the net cost of the funds' coins"
    assert (cut.quality, holds(cut, "<", 0)) == ("partial", None)


def test_a_net_cost_lies_between_what_the_days_that_are_not_known_can_make_of_it() -> None:
    traded = [date(2024, 1, day).isoformat() for day in (11, 12, 16, 17)]
    table: dict[str, Row] = {day: {"IBIT": 2_000.0} for day in traded}
    closes = dict(zip(traded, (40_000.0, 50_000.0, 50_000.0, 40_000.0), strict=True))
    whole = one(page(table, closes, until="2024-01-18"), "etf.cost.net")
    assert (whole.value, whole.least, whole.most) == (pytest.approx(44_444.44, abs=0.01), None, None)
    unfinished = page(table, closes, provisional=[traded[-1]], until="2024-01-18")
    cost = one(unfinished, "etf.cost.net")
    low, high = 5e9 / 40_000, 6e9 / (50_000 + 40_000 + 40_000)
    assert cost.quality == "provisional"
    assert cost.most == pytest.approx((6e9 - 5e9) / (130_000 - low))
    assert cost.least == pytest.approx((6e9 + 5e9) / (130_000 + low))
    assert cost.least < high < cost.most
    assert (one(unfinished, "etf.cost.average").least, one(unfinished, "etf.cost.average").most) == (0.0, None)


def test_a_day_that_is_not_over_has_no_close_yet_and_its_coins_are_provisional() -> None:
    history = rows({"2024-01-11": {"IBIT": 60.0}, "2024-01-12": {"IBIT": 90.0}}, {"2024-01-11": 60_000.0})
    history.append(Observation("BTC", "2024-01-12", 90_000.0, 0, "btcusd", provisional=True))
    found = flows(Vintages(history).known(day_end_ms(date(2024, 1, 12))), RULE)
    assert one(found, "etf.cost.net").value == pytest.approx(75_000.0)
    assert one(found, "etf.cost.net").quality == "provisional"
    assert one(found, "etf.flow.cum").quality == "exact"
    assert one(found, "etf.vs_cost").quality == "provisional"
    assert "bitcoin so far on 2024-01-12" in one(found, "etf.vs_cost").words


def test_a_number_that_was_published_anew_is_kept_with_the_time_it_was_seen() -> None:
    first = Observation("ETF.IBIT", "2026-07-21", 10.0, 1_000, "farside")
    history = [
        first,
        Observation("ETF.FBTC", "2026-07-21", 0.0, 1_000, "farside", provisional=True),
        Observation("ETF.FBTC", "2026-07-21", 0.0, 2_000, "farside"),
        Observation("ETF.IBIT", "2026-07-21", 12.5, 3_000, "farside"),
        Observation("ETF.IBIT", "2026-07-21", 12.0, 5_000, "farside"),
        Observation("ETF.TOTAL", "2026-07-21", 10.0, 1_000, "farside"),
        Observation("ETF.TOTAL", "2026-07-21", 12.0, 5_000, "farside"),
    ]
    known = Vintages(history).known(4_000)
    found = flows(known, RULE, rows=history)
    assert found.revisions == (FlowRevision(date(2026, 7, 21), "IBIT", 10.0, 12.5, 3_000),)
    later = flows(Vintages(history).known(5_000), RULE, rows=history)
    assert [(one.was, one.now) for one in later.revisions] == [(12.5, 12.0), (10.0, 12.5)]


def test_what_was_not_yet_known_does_not_count() -> None:
    history = [
        Observation("ETF.TOTAL", "2026-07-21", 46.6, 1_000, "farside", provisional=True),
        Observation("ETF.TOTAL", "2026-07-21", 265.7, 9_000, "farside"),
    ]
    early = one(flows(Vintages(history).known(8_999), RULE), "etf.flow.1d")
    assert (early.value, early.quality, early.known_ms) == (46.6, "provisional", 1_000)
    late = one(flows(Vintages(history).known(9_000), RULE), "etf.flow.1d")
    assert (late.value, late.quality, late.known_ms) == (265.7, "exact", 9_000)


def test_flows_that_did_not_come_are_late_and_then_stale() -> None:
    states = [
        one(page(week(1, 2), until=day), "etf.flow.1d").state for day in ("2026-07-23", "2026-07-24", "2026-07-28")
    ]
    assert states == ["fresh", "late", "stale"]


def test_with_nothing_known_every_number_is_missing_and_none_is_zero() -> None:
    found = page({})
    assert [reading.value for reading in found.readings] == [None] * 11
    assert all(reading.words and reading.missing for reading in found.readings)
    assert (found.rows, found.z, found.expected) == ((), None, 0)


# ---- other counters, the realised price, and the largest fund


def counted(days: Mapping[str, float], series: str = "COINGLASS.FLOW") -> list[Observation]:
    """Totals in $M by another counter, who tells them in dollars."""
    return [Observation(series, day, total * 1e6, 0, "another") for day, total in days.items()]


def with_counters(table: Mapping[str, Row], *more: Observation, until: str = "2026-07-23") -> Flows:
    closes = dict.fromkeys(LATE, 100_000.0)
    return flows(Vintages([*rows(table, closes), *more]).known(day_end_ms(date.fromisoformat(until))), RULE)


def test_where_farside_is_silent_another_counters_total_stands_in_named_and_marked() -> None:
    found = with_counters(week(1, 2, 4, 8, 16, 32, 64), until="2026-07-23")
    silent = {day: row for day, row in week(1, 2, 4, 8, 16, 32, 64).items() if day < "2026-07-21"}
    both = with_counters(silent, *counted({"2026-07-21": 32, "2026-07-22": 64}))
    day = one(both, "etf.flow.1d")
    assert (day.value, day.state, day.quality) == (64.0, "fresh", "estimated")
    assert day.said("lacks") == ("total by CoinGlass, Farside is silent since 2026-07-21",)
    assert [one_.series for one_ in day.inputs] == ["COINGLASS.FLOW"]
    assert (both.rows[0].by, both.rows[0].funds, both.rows[0].missing) == ("CoinGlass", (None,), ())
    assert (one(both, "etf.flow.5d").value, one(both, "etf.flow.5d").quality) == (124.0, "estimated")
    assert one(both, "etf.flow.5d").state == "fresh", "what is older than the newest day is not late for that"
    assert (one(both, "etf.run").value, one(both, "etf.run").quality) == (7, "estimated")
    assert one(both, "etf.run").said("lacks")[-1] == "total by CoinGlass, Farside is silent since 2026-07-21"
    assert one(both, "etf.cost.net").value == one(found, "etf.cost.net").value
    assert one(both, "etf.cost.net").quality == "estimated"
    assert "2 days without their funds are left out" in one(both, "etf.cost.average").said("lacks")


def test_where_farside_was_never_read_the_flows_are_the_other_counters() -> None:
    found = with_counters({}, *counted(dict.fromkeys(LATE, -10.0)))
    assert (one(found, "etf.flow.5d").value, one(found, "etf.flow.5d").quality) == (-50.0, "estimated")
    assert (one(found, "etf.run").value, one(found, "etf.run").most) == (-7, -7)
    assert one(found, "etf.cost.average").value is None, "nothing is known of the funds"


def test_the_first_counter_that_has_a_day_stands_in_for_it() -> None:
    soso = counted({"2026-07-21": 30.0, "2026-07-22": 60.0}, "SOSO.FLOW")
    found = with_counters({}, *counted({"2026-07-21": 32.0}), *soso)
    assert [(row.day.day, row.total, row.by) for row in found.rows] == [
        (22, 60.0, "SoSoValue"),
        (21, 32.0, "CoinGlass"),
    ]


def test_a_day_that_farside_never_had_is_another_counters_within_the_table() -> None:
    table = {day: row for day, row in week(1, 2, 4, 8, 16, 32, 64).items() if day != "2026-07-20"}
    found = with_counters(table, *counted({"2026-07-20": 16.0}))
    assert found.holes == ()
    assert one(found, "etf.flow.5d").value == 124.0
    assert one(found, "etf.flow.5d").said("lacks") == ("total by CoinGlass, not in Farside's table: 2026-07-20",)


def test_neither_a_total_of_nothing_nor_one_of_a_day_without_trading_stands_in() -> None:
    found = with_counters(week(1), *counted({"2026-07-21": 0.0, "2026-07-19": 5.0}))
    assert [row.day.day for row in found.rows] == [22]


def test_where_both_speak_the_difference_is_said_and_farside_counts() -> None:
    table = {"2025-02-25": {"IBIT": -1_113.7}}
    more = [*counted({"2025-02-25": -937.9}, "SOSO.FLOW"), *counted({"2025-02-25": -1_113.7})]
    found = flows(Vintages([*rows(table), *more]).known(day_end_ms(date(2025, 2, 26))), RULE)
    day = one(found, "etf.flow.1d")
    assert (day.value, day.quality) == (-1_113.7, "exact")
    assert day.said("part") == ("SoSoValue counts -937.9: +175.8",)
    assert found.rows[0].others == (("CoinGlass", -1_113.7), ("SoSoValue", -937.9))


def test_while_the_past_of_the_flows_is_read_nobody_stands_in_and_nothing_looks_back() -> None:
    stored = Vintages([*rows(week(-1, 2, 3)), *counted({"2026-07-16": 5.0})])
    at_ms = day_end_ms(date(2026, 7, 23))
    found = flows(Known(at_ms, lambda id_: stored.points(id_, at_ms), stored.series, {"ETF.*"}, (38, 91)), RULE)
    for name in ("etf.flow.cum", "etf.run", "etf.cost.net", "etf.cost.average", "etf.vs_cost"):
        assert (one(found, name).value, one(found, name).said("reading")) == (
            None, ("reading the past, 38 of 91 pages",),
        ), name  # fmt: skip
    assert one(found, "etf.flow.1d").value == 3.0
    assert len(found.rows) == 3
    assert ({point.cost for point in found.history}, found.z) == ({None}, None)


def test_the_realised_price_is_the_close_over_the_ratio_of_the_same_day() -> None:
    history = [
        Observation("BTC", "2026-06-29", 60_175.46, 0, "coinmetrics"),
        Observation("BTC.MVRV", "2026-06-29", 1.132284, 0, "coinmetrics"),
        Observation("BTC.MVRV", "2026-06-30", 1.2, 0, "coinmetrics"),
    ]
    found = one(flows(Vintages(history).known(day_end_ms(date(2026, 6, 30))), RULE), "btc.realised")
    assert (round(found.value) if isinstance(found.value, float) else None, found.unit) == (53_145, "$")
    assert (found.period, found.said("older")) == (date(2026, 6, 29), ("there is no close of 2026-06-30",))
    assert {one_.series for one_ in found.inputs} == {"BTC", "BTC.MVRV"}
    none = one(flows(Vintages(history[1:]).known(day_end_ms(date(2026, 6, 30))), RULE), "btc.realised")
    assert (none.value, none.words, none.missing) == (None, ("BTC is not known",), ("BTC",))


def test_what_the_largest_fund_holds_is_told_with_its_shares_and_what_a_share_is_worth() -> None:
    history = [
        Observation(f"IBIT.{what}", "2026-09-28", value, 0, "ishares")
        for what, value in (("BTC", 796_000.5), ("SHARES", 1_412_720_000.0), ("NAV", 47.253082))
    ]
    found = flows(Vintages(history).known(day_end_ms(date(2026, 9, 29))), RULE)
    held, share = one(found, "etf.ibit.btc"), one(found, "etf.ibit.share")
    assert (held.value, held.words) == (796_000.5, ("1,412,720,000 shares", "holdings of 2026-09-28"))
    assert (share.value, share.words[0]) == (47.253082, "computed, for the file does not tell it")
    without = flows(Vintages(history[:1]).known(day_end_ms(date(2026, 9, 29))), RULE)
    assert one(without, "etf.ibit.btc").said("lacks") == ("how many shares there are is not in the file",)
    assert one(without, "etf.ibit.share").value is None
