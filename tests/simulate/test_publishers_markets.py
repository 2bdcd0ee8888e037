"""The simulated publishers of prices, and what venues tell of past days."""

import json
from typing import Any

import httpx
import pytest

from feeds import simulate
from feeds.simulate.http import Answer
from feeds.simulate.publishers import exchanges
from tests.simulate.small import Asked, Small

CHART = "/v8/finance/chart/"


def chart(world: Small, symbol: str, query: str = "range=1mo&interval=1d") -> Any:
    answer = Asked(world).json("yahoo", f"{CHART}{symbol}?{query}")
    assert answer["chart"]["error"] is None
    return answer["chart"]["result"][0]


QQQ = {"QQQ": [("2026-11-18", 600.0), ("2026-11-19", 610.5)]}


def test_a_running_session_is_the_last_element_at_the_time_of_its_quote() -> None:
    result = chart(Small(QQQ, "2026-11-20", clock="15:07:30"), "QQQ")
    assert result["timestamp"] == [1795012200, 1795098600, 1795186800]  # 14:30, 14:30, and 15:00 in UTC
    assert result["indicators"]["quote"][0]["close"] == [600.0, 610.5, 611.11]
    assert result["indicators"]["adjclose"] == [{"adjclose": [588.0, 598.29, 598.8878]}]
    meta = result["meta"]
    assert (meta["symbol"], meta["currency"], meta["dataGranularity"]) == ("QQQ", "USD", "1d")
    assert (meta["regularMarketPrice"], meta["regularMarketTime"]) == (611.11, 1795186800)
    assert (meta["exchangeTimezoneName"], meta["timezone"], meta["gmtoffset"]) == ("America/New_York", "EST", -18_000)
    session = {"timezone": "EST", "start": 1795185000, "end": 1795208400, "gmtoffset": -18_000}
    assert meta["currentTradingPeriod"]["regular"] == session


@pytest.mark.parametrize(
    ("today", "clock"),
    [("2026-11-20", "14:15:00"), ("2026-11-20", "21:00:00"), ("2026-11-21", "15:00:00"), ("2026-11-26", "15:00:00")],
    ids=["before", "after", "on a Saturday", "on Thanksgiving"],
)
def test_outside_of_the_session_the_last_close_is_the_last_element(today: str, clock: str) -> None:
    result = chart(Small(QQQ, today, clock=clock), "QQQ")
    assert result["indicators"]["quote"][0]["close"] == [600.0, 610.5]
    assert result["meta"]["regularMarketTime"] == 1795122000  # 21:00 in UTC, when that session closed


def test_holidays_of_a_market_that_keeps_others_are_null_and_those_of_a_fund_are_left_out() -> None:
    days = [("2026-11-16", 90.0), ("2026-11-18", 91.0)]
    world = Small({"MOVE": days, "GOLD": days, "HKD": days, "QQQ": days}, "2026-11-18", clock="23:30:00")
    assert chart(world, "%5EMOVE")["indicators"]["quote"][0]["close"] == [90.0, 91.0]
    assert chart(world, "QQQ")["indicators"]["quote"][0]["close"] == [90.0, 91.0]
    gold = chart(world, "GC%3DF")
    assert (
        gold["indicators"]["quote"][0]["close"] == gold["indicators"]["adjclose"][0]["adjclose"] == [90.0, None, 91.0]
    )
    assert gold["indicators"]["quote"][0]["volume"] == [1000, None, 1000]
    assert gold["timestamp"][0] == 1794805200  # midnight in New York
    hkd = chart(world, "HKD=X")
    assert (hkd["timestamp"][0], hkd["meta"]["currency"]) == (1794787200, "HKD")  # midnight in London


def test_the_front_contract_says_which_month_it_is() -> None:
    world = Small({"CL=F": [("2026-11-18", 60.0)]}, "2026-11-18")
    assert chart(world, "CL=F")["meta"]["shortName"] == "Crude Oil Dec 26"


def test_a_span_of_seconds_does_not_include_its_end_and_may_be_empty() -> None:
    world = Small(QQQ, "2026-11-20", clock="23:30:00")
    one = chart(world, "QQQ", "period1=1794960000&period2=1795046400&interval=1d")  # 2026-11-18 in UTC
    assert one["indicators"]["quote"][0]["close"] == [600.0]
    none = chart(world, "QQQ", "period1=1700000000&period2=1700086400&interval=1d")
    assert "timestamp" not in none
    assert none["indicators"] == {"quote": [{}], "adjclose": [{}]}


@pytest.mark.parametrize("symbol", ["CLF27.NYM", "CLX26.NYM", "XYZ"], ids=["no price", "expired", "unknown"])
def test_what_is_not_listed_is_404_in_json(symbol: str) -> None:
    answer = Asked(Small({"CLX26": [("2026-10-19", 60.0)], "CLZ26": [("2026-11-18", 61.0)]}))("yahoo", CHART + symbol)
    assert (answer.status, answer.body) == (
        404,
        '{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}',
    )


def test_a_contract_is_there_until_a_week_after_its_last_trading_day() -> None:
    points = {"CLZ26": [("2026-11-18", 61.0)], "BTCX26": [("2026-11-18", 91_000.0)]}
    assert chart(Small(points, "2026-11-20"), "CLZ26.NYM")["indicators"]["quote"][0]["close"][0] == 61.0
    assert chart(Small(points, "2026-11-20"), "BTCX26.CME")["meta"]["exchangeName"] == "CME"
    assert Asked(Small(points, "2026-11-27"))("yahoo", f"{CHART}CLZ26.NYM").status == 200
    assert Asked(Small(points, "2026-11-28"))("yahoo", f"{CHART}CLZ26.NYM").status == 404


def test_cboe_s_file_opens_where_the_day_before_closed() -> None:
    world = Small({"VIXCLS": [("2026-11-18", 17.24), ("2026-11-19", 16.5)]})
    assert Asked(world).text("cboe", "/api/global/us_indices/daily_prices/VIX_History.csv") == (
        "DATE,OPEN,HIGH,LOW,CLOSE\n"
        "11/18/2026,17.240000,17.240000,17.240000,17.240000\n"
        "11/19/2026,17.240000,17.240000,16.500000,16.500000\n"
    )


METRICS = "/v4/timeseries/asset-metrics?assets=btc&metrics=CapMVRVCur,PriceUSD&frequency=1d"
BITCOIN = Small(
    {
        "BTC": [("2026-08-14", 62_000.0), ("2026-08-15", 62_500.0), ("2026-08-16", 62_900.0)],
        "BTC.LOW": [("2026-08-15", 61_000.0), ("2026-08-16", 62_700.0)],
        "BTC.MVRV": [("2026-08-14", 1.18), ("2026-08-15", 1.193)],
    }
)


def test_coin_metrics_writes_numbers_as_text_and_leaves_out_what_it_has_not() -> None:
    assert Asked(BITCOIN).json("coinmetrics", f"{METRICS}&start_time=2026-08-15&end_time=2026-08-16") == {
        "data": [
            {"asset": "btc", "time": "2026-08-15T00:00:00.000000000Z", "CapMVRVCur": "1.193", "PriceUSD": "62500.00"},
            {"asset": "btc", "time": "2026-08-16T00:00:00.000000000Z", "PriceUSD": "62900.00"},
        ]
    }


def test_coin_metrics_pages_from_the_end_unless_told_otherwise() -> None:
    asked = Asked(BITCOIN)

    def days(query: str) -> tuple[list[str], str | None]:
        answer = asked.json("coinmetrics", query)
        return [row["time"][8:10] for row in answer["data"]], answer.get("next_page_url")

    newest, older = days(f"{METRICS}&page_size=2")
    assert newest == ["15", "16"]
    assert older is not None
    assert days(older) == (["14"], None)
    oldest, newer = days(f"{METRICS}&page_size=2&paging_from=start")
    assert oldest == ["14", "15"]
    assert newer is not None
    assert days(newer) == (["16"], None)


def test_coin_metrics_refuses_what_it_does_not_know() -> None:
    answer = Asked(BITCOIN)("coinmetrics", "/v4/timeseries/asset-metrics?assets=btc&metrics=SOPR")
    assert (answer.status, json.loads(answer.data)["error"]["type"]) == (400, "bad_parameter")


CANDLES = "/products/BTC-USD/candles?granularity=86400"


def test_candles_are_newest_first_and_the_day_after_the_last_is_on_its_way() -> None:
    rows = Asked(BITCOIN).json("btcusd", f"{CANDLES}&start=2026-08-15T00:00:00Z&end=2026-08-17T00:00:00Z")
    assert rows == [
        [1786924800, 62_900.0, 63_592.53, 62_900.0, 62_962.9, 8000.0],
        [1786838400, 62_700.0, 63_529.0, 62_700.0, 62_900.0, 8000.0],  # its low is above the close before
        [1786752000, 61_000.0, 63_125.0, 62_000.0, 62_500.0, 8000.0],
    ]
    seconds = Asked(BITCOIN).json("btcusd", f"{CANDLES}&start=1786752000&end=1786752000")
    assert seconds == rows[2:]


def test_too_many_candles_are_refused() -> None:
    answer = Asked(BITCOIN)("btcusd", f"{CANDLES}&start=2025-01-01&end=2026-01-01")
    assert (answer.status, answer.body) == (400, '{"message":"granularity too small for the requested time range"}')
    assert Asked(BITCOIN)("btcusd", CANDLES.replace("86400", "14400")).status == 400


def live(query: dict[str, str]) -> Answer:
    return Answer(200, "live")


INTEREST = Small(
    {
        "BTC": [("2026-08-16", 62_900.0)],
        "OI.BINANCE": [("2026-08-14", 111_000.0), ("2026-08-15", 112_000.5)],
        "OI.BYBIT": [("2026-08-14", 53_000.0), ("2026-08-15", 54_000.25)],
        "OI.OKX": [("2026-08-15", 38_000.1)],
    }
)


def venue(name: str, path: str, **query: str) -> Answer:
    pages = exchanges.pages(INTEREST, {("coinbase", "/products/BTC-USD/candles"): live})
    return pages[name, path](query)


def test_coinbase_s_dated_days_are_the_slow_world_s_and_its_other_candles_the_market_s() -> None:
    path = "/products/BTC-USD/candles"
    assert venue("coinbase", path, granularity="86400").body == "live"
    assert venue("coinbase", path, granularity="3600", start="2026-08-16T00:00:00Z").body == "live"
    days = venue("coinbase", path, granularity="86400", start="2026-08-16", end="2026-08-16")
    assert json.loads(days.data)[0][:1] == [1786838400]


def test_binance_tells_of_thirty_days_oldest_first() -> None:
    path = "/futures/data/openInterestHist"
    rows = json.loads(venue("binance_usdm", path, symbol="BTCUSDT", period="1d", limit="1").data)
    assert rows == [
        {
            "symbol": "BTCUSDT",
            "sumOpenInterest": "112000.50000000",
            "sumOpenInterestValue": "10080045000.00000000",
            "timestamp": 1786752000000,
        }
    ]
    assert len(json.loads(venue("binance_usdm", path, symbol="BTCUSDT", period="1d").data)) == 2
    assert venue("binance_usdm", path, symbol="X", period="1d").status == 400


def test_bybit_s_interest_is_of_both_sides_newest_first_with_the_single_one_beside_it() -> None:
    path = "/v5/market/open-interest"
    answer = json.loads(venue("bybit", path, category="linear", symbol="BTCUSDT", intervalTime="1d").data)
    assert answer["result"]["list"] == [
        {"openInterest": "108000.50000000", "singleOpenInterest": "54000.25000000", "timestamp": "1786752000000"},
        {"openInterest": "106000.00000000", "singleOpenInterest": "53000.00000000", "timestamp": "1786665600000"},
    ]
    assert json.loads(venue("bybit", path, category="inverse").data)["retCode"] == 10001


def test_okx_s_swaps_add_up_to_the_newest_day() -> None:
    rows = json.loads(venue("okx", "/api/v5/public/open-interest", instType="SWAP").data)["data"]
    assert [(row["instId"], row["oi"], row["oiCcy"], row["ts"]) for row in rows] == [
        ("BTC-USDT-SWAP", "2850000.00", "28500.0000", "1786752000000"),
        ("BTC-USD-SWAP", "8550090.00", "9500.099999999999", "1786752000000"),
        ("ETH-USDT-SWAP", "10000000.00", "1000000.0000", "1786752000000"),
    ]
    assert json.loads(venue("okx", "/api/v5/public/open-interest", instType="FUTURES").data)["code"] == "51000"


async def test_the_market_s_venues_tell_of_past_days_over_http() -> None:
    async with simulate.serve() as market, httpx.AsyncClient(trust_env=False) as client:

        async def get(name: str, path: str) -> Any:
            answer = await client.get(market.endpoints[f"{name}.http"] + path)
            assert answer.status_code == 200, answer.text
            return answer.json()

        days = await get("coinbase", f"{CANDLES}&start=2015-07-20T00:00:00Z&end=2016-05-14T00:00:00Z")
        assert (len(days), days[-1][0], days[0][0]) == (300, 1437350400, 1463184000)
        assert len(await get("coinbase", "/products/BTC-USD/candles?granularity=3600")) == 300
        interest = await get("binance_usdm", "/futures/data/openInterestHist?symbol=BTCUSDT&period=1d&limit=30")
        assert len(interest) == 30


def test_overdrafts_are_columns_of_text_newest_quarter_first() -> None:
    world = Small({"DLOD": [("2023-07-01", 0.99), ("2023-10-01", 1234.5)], "DLOD.PEAK": [("2023-10-01", 12.5)]})
    lines = Asked(world).text("board", "/paymentsystems/files/psr_dlodavgqtr.txt").splitlines()
    assert lines[:2] == ["Average Daylight Overdrafts - Quarterly Data [1]", "(in billions of dollars)"]
    assert [line.split() for line in lines[6:8]] == [
        ["2023:Q4", "$1,234.50", "$1,172.77", "$61.73", "$1,111.05", "90%"],
        ["2023:Q3", "$0.99", "$0.94", "$0.05", "$0.89", "90%"],
    ]
    assert (
        Asked(world).text("board", "/paymentsystems/files/psr_dlodpeakqtr.txt").startswith("Peak Daylight Overdrafts")
    )


def test_cips_is_nested_twice_and_names_its_unit() -> None:
    world = Small({"CIPS.VALUE": [("2025-03-01", 15_910.44)], "CIPS.COUNT": [("2025-03-01", 677_460.0)]})
    assert Asked(world).text("cips", "/api/v2/data/china-cips-payment-system-monthly") == (
        '{"success":true,"data":{"data":[{"date":"2025-03","transaction_volume":677460.0,"amount_100m_rmb":15910.44}]}}'
    )
