"""The venues' candles and contracts over real HTTP: rows, units, order and limits."""

import asyncio
import time
from itertools import pairwise
from typing import Any

import httpx
import pytest

from feeds import simulate
from feeds.simulate import SimulatedMarket

KLINES = "/api/v3/klines?symbol=BTCUSDT&interval=1m"
BYBIT = "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=60&limit=10"


async def get(market: SimulatedMarket, venue: str, address: str, status: int = 200) -> Any:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(market.endpoints[f"{venue}.http"] + address)
    assert answer.status_code == status
    return answer.json()


def newest_first(times: list[int], step: int) -> bool:
    return all(a - b == step for a, b in pairwise(times))


@pytest.mark.parametrize(
    ("venue", "address"), [("binance", KLINES), ("binance_usdm", "/fapi/v1/klines?symbol=BTCUSDT&interval=1m")]
)
async def test_binance_s_rows_are_oldest_first_with_prices_as_text(venue: str, address: str) -> None:
    async with simulate.serve(seed=7) as market:
        rows = await get(market, venue, f"{address}&limit=1000")
        assert len(rows) == 1000
        assert newest_first([row[0] for row in reversed(rows)], 60_000)
        assert abs(rows[-1][0] - time.time() * 1000) < 61_000
        for row in rows:
            assert [type(part) for part in row] == [int, str, str, str, str, str, int, str, int, str, str, str]
            assert row[6] == row[0] + 59_999
            opened, high, low, close = map(float, row[1:5])
            assert low <= min(opened, close) <= max(opened, close) <= high
            assert float(row[9]) <= float(row[5])
            assert float(row[7]) == pytest.approx(float(row[5]) * close, rel=0.02)


async def test_binance_takes_a_beginning_and_an_end() -> None:
    async with simulate.serve(seed=7) as market:
        assert len(await get(market, "binance", KLINES)) == 500
        rows = await get(market, "binance", f"{KLINES}&limit=20")
        some = await get(market, "binance", f"{KLINES}&startTime={rows[5][0]}&endTime={rows[9][0]}")
        assert some == rows[5:10]
        assert await get(market, "binance", f"{KLINES}&startTime={rows[5][0]}&limit=2") == rows[5:7]


async def test_bybit_s_rows_are_newest_first_and_inverse_volume_is_in_dollars() -> None:
    async with simulate.serve(seed=7) as market:
        linear = await get(market, "bybit", BYBIT)
        inverse = await get(market, "bybit", BYBIT.replace("linear", "inverse").replace("USDT", "USD"))
        assert (linear["retCode"], linear["retMsg"]) == (0, "OK")
        assert (linear["result"]["category"], linear["result"]["symbol"]) == ("linear", "BTCUSDT")
        rows = linear["result"]["list"]
        assert len(rows) == 10
        assert newest_first([int(row[0]) for row in rows], 3_600_000)
        assert all(isinstance(part, str) for row in rows for part in row)
        assert float(rows[1][6]) == pytest.approx(float(rows[1][5]) * float(rows[1][4]), rel=0.02)
        row = inverse["result"]["list"][1]
        assert float(row[5]) == pytest.approx(float(row[6]) * float(row[4]), rel=0.02)


async def test_okx_s_rows_are_newest_first_with_volume_in_contracts_and_the_running_one_marked() -> None:
    async with simulate.serve(seed=7) as market:
        answer = await get(market, "okx", "/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=15m&limit=300")
        assert (answer["code"], answer["msg"], len(answer["data"])) == ("0", "", 300)
        assert newest_first([int(row[0]) for row in answer["data"]], 900_000)
        assert [row[8] for row in answer["data"][:3]] == ["0", "1", "1"]
        row = answer["data"][1]
        assert len(row) == 9
        assert float(row[5]) == pytest.approx(100 * float(row[6]), rel=1e-4)
        assert float(row[7]) == pytest.approx(float(row[6]) * float(row[4]), rel=0.02)


@pytest.mark.parametrize(("bar", "hour"), [("1D", 16), ("1Dutc", 0)])
async def test_okx_s_plain_day_opens_at_midnight_in_hong_kong(bar: str, hour: int) -> None:
    async with simulate.serve(seed=7) as market:
        answer = await get(market, "okx", f"/api/v5/market/candles?instId=BTC-USDT&bar={bar}")
        assert len(answer["data"]) == 100
        assert {int(row[0]) % 86_400_000 for row in answer["data"]} == {hour * 3_600_000}


async def test_okx_pages_backward_with_after_and_forward_with_before() -> None:
    address = "/api/v5/market/candles?instId=BTC-USDT&bar=1H&limit=10"
    async with simulate.serve(seed=7) as market:
        rows = (await get(market, "okx", address))["data"]
        older = (await get(market, "okx", f"{address}&after={rows[-1][0]}"))["data"]
        assert int(older[0][0]) == int(rows[-1][0]) - 3_600_000
        newer = (await get(market, "okx", f"{address}&before={rows[3][0]}"))["data"]
        assert [row[0] for row in newer] == [row[0] for row in rows[:3]]


async def test_coinbase_s_rows_are_numbers_newest_first_low_before_high_before_open() -> None:
    async with simulate.serve(seed=7) as market:
        rows = await get(market, "coinbase", "/products/BTC-USD/candles?granularity=300")
        assert len(rows) == 300
        assert newest_first([row[0] for row in rows], 300)
        for _, low, high, opened, close, volume in rows:
            assert low <= min(opened, close) <= max(opened, close) <= high
            assert volume > 0
        start, end = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
        refused = await get(
            market, "coinbase", f"/products/BTC-USD/candles?granularity=60&start={start}&end={end}", status=400
        )
        assert refused == {"message": "granularity too small for the requested time range"}


async def test_coinbase_has_no_four_hours() -> None:
    async with simulate.serve(seed=7) as market:
        assert await get(market, "coinbase", "/products/BTC-USD/candles?granularity=14400", status=400) == {
            "message": "Unsupported granularity"
        }


async def test_kraken_s_rows_are_oldest_first_under_the_pair_s_old_name() -> None:
    async with simulate.serve(seed=7) as market:
        answer = await get(market, "kraken", "/0/public/OHLC?pair=XBTUSD&interval=1")
        rows = answer["result"]["XXBTZUSD"]
        assert (answer["error"], len(rows)) == ([], 720)
        assert newest_first([row[0] for row in reversed(rows)], 60)
        assert answer["result"]["last"] == rows[-2][0]
        assert [type(part) for part in rows[0]] == [int, str, str, str, str, str, str, int]
        opened, high, low, close, vwap = map(float, rows[0][1:6])
        assert low <= min(opened, close, vwap) <= max(opened, close, vwap) <= high
        since = await get(market, "kraken", f"/0/public/OHLC?pair=XBTUSD&interval=1&since={rows[-3][0]}")
        assert [row[0] for row in since["result"]["XXBTZUSD"]][:2] == [rows[-2][0], rows[-1][0]]


async def test_bitstamp_s_rows_are_oldest_first_as_text_in_seconds() -> None:
    async with simulate.serve(seed=7) as market:
        answer = await get(market, "bitstamp", "/api/v2/ohlc/btcusd/?step=14400&limit=1000")
        rows = answer["data"]["ohlc"]
        assert (answer["data"]["pair"], len(rows)) == ("BTC/USD", 1000)
        assert newest_first([int(row["timestamp"]) for row in reversed(rows)], 14_400)
        assert list(rows[0]) == ["timestamp", "open", "high", "low", "close", "volume"]
        assert all(isinstance(text, str) for text in rows[0].values())


async def test_the_running_candle_ends_at_the_last_trade() -> None:
    async with simulate.serve(seed=7, rate=10) as market:
        before = market.ledger.trades["coinbase", "BTC-USD"]
        async with asyncio.timeout(60):
            while market.ledger.trades["coinbase", "BTC-USD"] < before + 5:
                await asyncio.sleep(0.01)
        async with httpx.AsyncClient(trust_env=False) as client:
            address = market.endpoints["coinbase.http"] + "/products/BTC-USD/candles?granularity=86400"
            seen = [market.ledger.last["coinbase", "BTC-USD"]]
            task = asyncio.create_task(client.get(address))
            while not task.done():
                await asyncio.sleep(0)
                seen.append(market.ledger.last["coinbase", "BTC-USD"])
        running = task.result().json()[0]
        assert running[4] in seen
        assert running[1] <= running[4] <= running[2]


@pytest.mark.parametrize(
    ("venue", "address", "status", "said"),
    [
        ("binance", "/api/v3/klines?symbol=X&interval=1m", 400, {"code": -1121, "msg": "Invalid symbol."}),
        ("binance", "/api/v3/klines?symbol=BTCUSDT&interval=7m", 400, {"code": -1120, "msg": "Invalid interval."}),
        ("okx", "/api/v5/market/candles?instId=X", 200, {"code": "51001"}),
        ("okx", "/api/v5/market/candles?instId=BTC-USDT&bar=7m", 200, {"code": "51000"}),
        ("bybit", BYBIT.replace("BTCUSDT", "X"), 200, {"retCode": 10001, "retMsg": "params error: Symbol Is Invalid"}),
        ("bybit", BYBIT.replace("=60", "=7"), 200, {"retCode": 10001, "retMsg": "params error: Invalid period!"}),
        ("kraken", "/0/public/OHLC?pair=X", 200, {"error": ["EQuery:Unknown asset pair"]}),
        ("kraken", "/0/public/OHLC?pair=XBTUSD&interval=7", 200, {"error": ["EGeneral:Invalid arguments"]}),
        ("bitstamp", "/api/v2/ohlc/btcusd/?step=7&limit=10", 400, {"code": "400.002"}),
        ("bitstamp", "/api/v2/ohlc/btcusd/?step=60", 400, {"code": "400.002"}),
        ("coinbase", "/products/X-USD/candles", 404, {"message": "NotFound"}),
    ],
)
async def test_a_wrong_question_gets_the_venue_s_own_error(
    venue: str, address: str, status: int, said: dict[str, object]
) -> None:
    async with simulate.serve(seed=7) as market:
        assert said.items() <= (await get(market, venue, address, status)).items()


async def test_okx_lists_its_contracts_by_type_and_underlying() -> None:
    async with simulate.serve(seed=7) as market:
        swaps = await get(market, "okx", "/api/v5/public/instruments?instType=SWAP")
        assert [(row["instId"], row["ctVal"], row["ctType"], row["ctValCcy"]) for row in swaps["data"]] == [
            ("BTC-USDT-SWAP", "0.01", "linear", "BTC"),
            ("BTC-USD-SWAP", "100", "inverse", "USD"),
            ("BTC-USDC-SWAP", "0.0001", "linear", "BTC"),
            ("ETH-USDT-SWAP", "0.1", "linear", "ETH"),
        ]
        one = await get(market, "okx", "/api/v5/public/instruments?instType=SWAP&uly=BTC-USD")
        assert [row["instId"] for row in one["data"]] == ["BTC-USD-SWAP"]
        futures = await get(market, "okx", "/api/v5/public/instruments?instType=FUTURES&uly=BTC-USD")
        dated, perpetual = futures["data"]
        assert dated["instId"] == time.strftime("BTC-USD-%y%m%d", time.gmtime(int(dated["expTime"]) / 1000))
        assert int(dated["expTime"]) % 86_400_000 == 8 * 3_600_000
        assert perpetual["instId"] == "BTC-USD_UM_XPERP-310404"


async def test_binance_s_premium_index_is_of_all_futures_or_of_one() -> None:
    async with simulate.serve(seed=7) as market:
        rows = await get(market, "binance_usdm", "/fapi/v1/premiumIndex")
        assert [len(row["symbol"]) for row in rows] == [7, 14, 14]
        assert [(row["lastFundingRate"] == "", row["nextFundingTime"] == 0) for row in rows[1:]] == [(True, True)] * 2
        one = await get(market, "binance_usdm", "/fapi/v1/premiumIndex?symbol=BTCUSDT")
        assert one.keys() == rows[0].keys()
        assert (one["symbol"], float(one["markPrice"])) == (
            "BTCUSDT",
            pytest.approx(float(rows[0]["markPrice"]), rel=0.01),
        )
        nobody = await get(market, "binance_usdm", "/fapi/v1/openInterest?symbol=X", status=400)
        assert nobody == {"code": -1121, "msg": "Invalid symbol."}


async def test_the_same_seed_has_the_same_past() -> None:
    async with simulate.serve(seed=7) as first, simulate.serve(seed=7) as second, simulate.serve(seed=8) as other:
        address = "/products/BTC-USD/candles?granularity=86400"
        a, b, c = [[row[1:4] for row in (await get(m, "coinbase", address))[2:]] for m in (first, second, other)]
        assert a != c
        assert len(a) == len(b) == 298
