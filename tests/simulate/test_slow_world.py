"""The slow world: what is published by when, and how its numbers fit together."""

import time
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from feeds.calendars import contracts, last_trading_day, newest_due, periods, release_ms
from feeds.series import TABLE, Series, series
from feeds.simulate.market import Market
from feeds.simulate.scenes import named
from feeds.simulate.slow import SLOW_SCENES, SlowWorld, scene
from tests.simulate.rules import Clock, at, world

NOW = "2026-11-21T06:20"  # a Saturday, 01:20 in New York
FRIDAY = date(2026, 11, 20)
FEWER = {"MOVE", "CPIAUCSL", "CPILFESL", "UNRATE", "LNS14024887"}
"""Series with holes."""


@pytest.fixture(scope="module")
def calm() -> SlowWorld:
    return world("calm", NOW)


def row_of(id_: str) -> Series:
    row = series(id_)
    assert row is not None
    return row


def test_the_same_seed_and_time_give_the_same_world() -> None:
    names = ("SOFR", "BTC", "CLF27", "ETF.TOTAL", "MOVE", "WRBWFRBL")
    first, second, other = world("blockade", NOW, 4), world("blockade", NOW, 4), world("blockade", NOW, 5)
    assert [first.points(name) for name in reversed(names)] == [second.points(name) for name in names][::-1]
    assert all(first.points(name) != other.points(name) for name in names)


def test_every_row_of_the_table_has_values_in_its_bounds_in_every_scene() -> None:
    for name in SLOW_SCENES:
        slow = world(name, NOW)
        listed = slow.series()
        assert set(TABLE) <= set(listed)
        for id_ in listed:
            row, points = row_of(id_), slow.points(id_)
            assert points, id_
            assert all(row.low <= value <= row.high for _, value in points), (name, id_)
            assert all(isinstance(value, float) for _, value in points)


def test_periods_are_those_of_the_calendar_without_a_gap(calm: SlowWorld) -> None:
    for id_ in calm.series():
        days = [day for day, _ in calm.points(id_)]
        due = list(periods(row_of(id_).release, days[0], days[-1]))
        assert days == due if id_ not in FEWER else set(days) < set(due), id_


def test_the_newest_period_is_the_one_that_is_due(calm: SlowWorld) -> None:
    expired = {"CLV26", "CLX26", "BTCQ26", "BTCU26", "BTCV26"}
    for id_ in set(calm.series()) - expired:
        assert calm.points(id_)[-1][0] == newest_due(row_of(id_).release, at(NOW)), id_


def test_a_series_that_nobody_has_is_empty(calm: SlowWorld) -> None:
    for id_ in ("NOTHING", "ETF.NONE", "CLZ19", "BTCZ19", "COT.133741.NOBODY", "OI.MARS"):
        assert calm.points(id_) == []
        assert id_ not in calm.series()


def test_a_value_due_tomorrow_is_absent_today_and_there_tomorrow() -> None:
    clock = Clock("2026-11-19T18:00")  # 13:00 in New York on a Thursday
    slow = SlowWorld(scene("calm"), 1, clock)
    known = slow.points("SOFR")
    assert known[-1][0] == date(2026, 11, 18)
    clock.ahead(hours=19)  # 08:00
    assert slow.points("SOFR")[:-1] == known
    assert slow.points("SOFR")[-1][0] == date(2026, 11, 19)


def test_a_release_of_later_today_is_absent_until_its_minute() -> None:
    clock = Clock("2026-11-19T21:29")  # a minute before the Fed's weekly statement
    slow = SlowWorld(scene("calm"), 1, clock)
    assert slow.points("WALCL")[-1][0] == date(2026, 11, 11)
    clock.ahead(hours=1 / 60)
    assert slow.points("WALCL")[-1][0] == date(2026, 11, 18)


def test_what_was_published_does_not_change_as_time_goes_on() -> None:
    clock = Clock(NOW)
    slow = SlowWorld(scene("empire"), 1, clock)
    before = {id_: slow.points(id_) for id_ in slow.series()}
    clock.ahead(hours=24 * 20)
    after = {id_: slow.points(id_) for id_ in before}
    served = {"BAMLH0A0HYM2", "BAMLC0A0CM"}  # which forget what is older than three years
    assert all(after[id_][: len(points)] == points for id_, points in before.items() if id_ not in served)
    assert len(after["SOFR"]) == len(before["SOFR"]) + 13
    assert len(after["WALCL"]) == len(before["WALCL"]) + 3
    assert slow.today() == date(2026, 12, 11)


def test_nothing_is_published_before_its_time(calm: SlowWorld) -> None:
    for id_ in calm.series():
        assert release_ms(row_of(id_).release, calm.points(id_)[-1][0]) <= at(NOW)


def test_eight_years_of_sofr_take_less_than_a_blink() -> None:
    world("calm", NOW).points("SOFR")  # the calendar is worked out once for all worlds
    slow = world("calm", NOW, 2)
    began = time.perf_counter()
    assert len(slow.points("SOFR")) > 2100
    assert time.perf_counter() - began < 0.2


def test_holidays_have_no_rate_and_no_close(calm: SlowWorld) -> None:
    sofr, spy, btc = dict(calm.points("SOFR")), dict(calm.points("SPY")), dict(calm.points("BTC"))
    thanksgiving, good_friday, veterans = date(2025, 11, 27), date(2026, 4, 3), date(2025, 11, 11)
    assert not {thanksgiving, good_friday, veterans} & sofr.keys()
    assert not {thanksgiving, good_friday} & spy.keys()
    assert veterans in spy
    assert {thanksgiving, good_friday, veterans} <= btc.keys()


def test_percentiles_are_in_order_on_every_day(calm: SlowWorld) -> None:
    for name in ("SOFR", "TGCR", "BGCR", "EFFR", "OBFR"):
        fan = [dict(calm.points(f"{name}{p}")) for p in ("1", "25", "", "75", "99")]
        for day in fan[0]:
            values = [column[day] for column in fan]
            assert values == sorted(values), (name, day)
        assert min(fan[0].values()) >= 0


def test_the_breaks_of_the_past_are_in_it(calm: SlowWorld) -> None:
    sofr, lent = dict(calm.points("SOFR")), dict(calm.points("SRF"))
    day = date(2019, 9, 17)
    assert [dict(calm.points(f"SOFR{p}"))[day] for p in ("1", "25", "", "75", "99")] == [2.25, 5.00, 5.25, 5.85, 9.00]
    assert [sofr[date(2019, 9, d)] for d in (16, 18, 19, 20)] == [2.43, 2.55, 1.95, 1.86]
    assert (lent[day], lent[date(2019, 9, 18)]) == (53.15e9, 75e9)
    assert (lent[date(2025, 10, 31)], lent[date(2025, 12, 31)]) == (50.35e9, 74.6e9)
    reserves = dict(calm.points("IORB"))
    assert (reserves[day], reserves[date(2019, 9, 19)], reserves[FRIDAY]) == (2.10, 1.80, 3.65)
    assert sofr[date(2020, 3, 17)] - reserves[date(2020, 3, 17)] > 0.3
    assert sofr[date(2025, 10, 31)] - reserves[date(2025, 10, 31)] > 0.2
    assert dict(calm.points("WLCFLPCL"))[date(2023, 3, 15)] > 130_000
    assert max(value for when, value in calm.points("MOVE") if when.year == 2023) > 170


def test_ends_of_quarters_stand_out(calm: SlowWorld) -> None:
    points = calm.points("SOFR")
    over = dict(zip((day for day, _ in points), (0.0, *(b - a for (_, a), (_, b) in pairwise(points))), strict=True))
    for end in (date(2018, 12, 31), date(2019, 6, 28), date(2024, 9, 30), date(2025, 6, 30)):
        assert over[end] >= 0.04, end


@pytest.mark.parametrize(
    ("day", "trillions"),
    [
        (date(2015, 6, 3), 4.5),
        (date(2017, 6, 7), 4.5),
        (date(2019, 8, 28), 3.76),
        (date(2020, 6, 10), 7.2),
        (date(2022, 4, 13), 8.96),
        (date(2025, 10, 29), 6.58),
        (date(2026, 7, 1), 6.72),
    ],
)
def test_the_feds_assets_have_the_shape_of_the_years(calm: SlowWorld, day: date, trillions: float) -> None:
    assert dict(calm.points("WALCL"))[day] / 1e6 == pytest.approx(trillions, abs=0.06)


def test_a_wednesday_is_not_its_week(calm: SlowWorld) -> None:
    daily = dict(calm.points("TGA"))
    level, average = dict(calm.points("WDTGAL")), dict(calm.points("WTREGEN"))
    wednesday = date(2026, 11, 18)
    week = [daily[wednesday - timedelta(days=back)] for back in (0, 1, 2, 5, 6)]
    friday = daily[date(2026, 11, 13)]  # which stands for the weekend too
    assert level[wednesday] == daily[wednesday]
    assert average[wednesday] == round((sum(week) + 2 * friday) / 7)
    assert all(level[day] != average[day] for day in list(average)[-20:])
    reserves = dict(calm.points("WRBWFRBL"))
    for day, mean in calm.points("WRESBAL"):
        ends = reserves[day - timedelta(days=7)], reserves[day]
        assert min(ends) - 1 <= mean <= max(ends) + 1


def test_parts_add_up(calm: SlowWorld) -> None:
    parts = [dict(calm.points(name)) for name in ("WMTSECL1", "WFASECL1", "WSEFINOL")]
    assert all(value == sum(part[day] for part in parts) for day, value in calm.points("WSEFINTL1"))
    ten, two = dict(calm.points("DGS10")), dict(calm.points("DGS2"))
    assert all(value == round(ten[day] - two[day], 2) for day, value in calm.points("T10Y2Y"))
    real = dict(calm.points("DFII10"))
    assert all(value == pytest.approx(ten[day] - real[day]) for day, value in calm.points("T10YIE"))


def test_funds_sum_to_the_total_exactly(calm: SlowWorld) -> None:
    assert calm.funds() == (
        *("IBIT", "FBTC", "BITB", "ARKB", "BTCO", "EZBC", "BRRR", "HODL", "BTCW", "MSBT", "GBTC", "BTC"),
    )
    sums: Counter[date] = Counter()
    for ticker in calm.funds():
        for day, value in calm.points(f"ETF.{ticker}"):
            assert value == round(value, 1)
            sums[day] += round(value * 10)
    total = calm.points("ETF.TOTAL")
    assert total == [(day, sums[day] / 10) for day, _ in total]
    assert calm.points("ETF.MSBT")[0][0] == date(2026, 4, 8)
    assert any(value == 0 for _, value in calm.points("ETF.BTCW"))
    assert 40_000 < sum(value for _, value in total) < 70_000
    assert dict(calm.points("COINGLASS.FLOW"))[FRIDAY - timedelta(days=1)] == pytest.approx(total[-1][1] * 1e6)


def test_a_fund_holds_what_was_bought_for_it_a_day_late(calm: SlowWorld) -> None:
    shares, value, coins = (dict(calm.points(f"IBIT.{name}")) for name in ("SHARES", "NAV", "BTC"))
    flow, price = dict(calm.points("ETF.IBIT")), dict(calm.points("BTC"))
    for day, after in pairwise(list(flow)[-40:]):
        assert (shares[after] - shares[day]) * value[day] == pytest.approx(flow[day] * 1e6, abs=2e6)
        assert coins[day] * price[day] == pytest.approx(shares[day] * value[day], rel=1e-3)


def test_bitcoin_ends_where_the_simulated_market_opens() -> None:
    for seed in (1, 2):
        slow = world("calm", NOW, seed)
        market = Market(named("quiet"), seed, at(NOW))
        assert slow.points("BTC")[-1][1] == pytest.approx(market.start_price, rel=0.04)


def test_a_days_low_is_not_above_its_close(calm: SlowWorld) -> None:
    low, close = calm.points("BTC.LOW"), calm.points("BTC")
    assert [day for day, _ in low] == [day for day, _ in close]
    assert all(bottom <= end for (_, bottom), (_, end) in zip(low, close, strict=True))
    assert all(bottom <= start for (_, bottom), (_, start) in zip(low[1:], close, strict=False))


def test_october_2025_has_neither_prices_nor_unemployment(calm: SlowWorld) -> None:
    month = date(2025, 10, 1)
    for id_ in ("CPIAUCSL", "CPILFESL", "UNRATE", "LNS14024887"):
        days = {day for day, _ in calm.points(id_)}
        assert month not in days
        assert {date(2025, 9, 1), date(2025, 11, 1)} <= days
    assert month in dict(calm.points("PAYEMS"))


def test_spreads_of_ice_reach_back_three_years(calm: SlowWorld) -> None:
    for id_ in ("BAMLH0A0HYM2", "BAMLC0A0CM"):
        assert calm.points(id_)[0][0] == date(2023, 11, 22)


def test_move_has_holes_but_not_in_the_last_days(calm: SlowWorld) -> None:
    days = {day for day, _ in calm.points("MOVE")}
    missing = [day for day, _ in calm.points("VIXCLS") if day not in days]
    assert 50 < len(missing) < 300
    assert max(missing) < FRIDAY - timedelta(days=8)


def test_the_listed_oil_contracts_have_sixty_closes_and_the_expired_end(calm: SlowWorld) -> None:
    listed = [id_ for id_ in calm.series("CL") if id_ != "CL=F"]
    assert set(contracts(FRIDAY, 14)) <= set(listed)
    for code in contracts(FRIDAY, 14):
        assert 58 <= len(calm.points(code)) <= 66
        assert calm.points(code)[-1][0] == FRIDAY
    gone = sorted((code for code in listed if last_trading_day(code) < FRIDAY), key=last_trading_day)
    assert gone == ["CLV26", "CLX26"]
    assert [calm.points(code)[-1][0] for code in gone] == [last_trading_day(code) for code in gone]


def test_the_front_of_oil_is_the_front_contract_and_jumps_at_a_roll() -> None:
    slow = world("tollbooth", NOW)
    front = slow.points("CL=F")[-55:]
    assert all(value == dict(slow.points(contracts(day, 1)[0]))[day] for day, value in front)
    steps = {day: abs(b - a) for (_, a), (day, b) in pairwise(front)}
    assert steps[date(2026, 10, 21)] > 1  # CLX26 ended on the 20th
    assert dict(slow.points("CL=F"))[date(2020, 4, 20)] == -37.63


def test_bitcoin_futures_meet_spot_at_their_end(calm: SlowWorld) -> None:
    assert [id_ for id_ in calm.series("BTC") if len(id_) == 6] == [
        *("BTCF27", "BTCG27", "BTCH27", "BTCJ27", "BTCK27", "BTCQ26", "BTCU26", "BTCV26", "BTCX26", "BTCZ26", "BTCZ27"),
    ]
    spot = dict(calm.points("BTC"))
    day, price = calm.points("BTCV26")[-1]
    assert day == date(2026, 10, 30)
    assert price == pytest.approx(spot[day], abs=5)
    assert calm.points("BTCZ27")[-1][1] / spot[FRIDAY] - 1 == pytest.approx(0.05 * 406 / 365, rel=0.02)


def test_cme_passed_binance_in_november_2023_and_is_near_it_now(calm: SlowWorld) -> None:
    five, tenth = dict(calm.points("COT.133741.OI")), dict(calm.points("COT.133742.OI"))
    binance = dict(calm.points("OI.BINANCE"))
    ratio = {day: (5 * five[day] + 0.1 * tenth[day]) / binance[day] for day in five if day in binance}
    assert all(value < 1 for day, value in ratio.items() if day < date(2023, 10, 1))
    assert all(value > 1 for day, value in ratio.items() if date(2023, 11, 20) < day < date(2025, 6, 1))
    assert 0.75 < list(ratio.values())[-1] < 1.25
    assert calm.points("COT.133742.OI")[0][0] == date(2021, 5, 4)


def test_positions_are_smaller_than_the_open_interest(calm: SlowWorld) -> None:
    for code in ("133741", "133742"):
        whole = dict(calm.points(f"COT.{code}.OI"))
        for side in ("LONG", "SHORT"):
            kinds = [dict(calm.points(f"COT.{code}.{kind}.{side}")) for kind in ("LEV", "AM", "DEALER")]
            assert all(sum(kind[day] for kind in kinds) < whole[day] for day in whole)


def test_the_hong_kong_dollar_stays_in_its_band(calm: SlowWorld) -> None:
    for id_ in ("HKD", "DEXHKUS"):
        assert all(7.75 <= value <= 7.85 for _, value in calm.points(id_))


def test_prices_rise_by_the_years_inflation(calm: SlowWorld) -> None:
    index = dict(calm.points("CPIAUCSL"))
    yearly = {year: 100 * (index[date(year, 6, 1)] / index[date(year - 1, 6, 1)] - 1) for year in range(2014, 2027)}
    assert 7 < yearly[2022] < 10
    assert 2 < yearly[2026] < 3.5
