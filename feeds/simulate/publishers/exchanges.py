"""What venues tell of past days: Coinbase's candles since 2015, open interest of Binance, Bybit and OKX.

For the venues' own sites, which know only the last days themselves. Formats: those of the venues' REST documentation
of 2025 and 2026.
"""

from datetime import UTC, date, datetime

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Page
from feeds.simulate.publishers import btcusd
from feeds.simulate.publishers.world import World, written

_CANDLES = ("coinbase", "/products/BTC-USD/candles")
_BINANCE = ("binance_usdm", "/futures/data/openInterestHist")
_BYBIT = ("bybit", "/v5/market/open-interest")
_KEPT = 30  # days that Binance tells of


def pages(world: World, live: dict[tuple[str, str], Page]) -> dict[tuple[str, str], Page]:
    """Pages by venue and path, over the `live` ones: what asks for no days is theirs."""
    now = live[_CANDLES]
    binance_now, bybit_now = live.get(_BINANCE), live.get(_BYBIT)

    def candles(query: dict[str, str]) -> Answer:
        dated = query.get("granularity") == "86400" and "start" in query
        return btcusd.candles(world, query) if dated else now(query)

    def binance(query: dict[str, str]) -> Answer:
        if binance_now and query.get("period") == "5m":
            return binance_now(query)
        if (query.get("symbol"), query.get("period")) != ("BTCUSDT", "1d"):
            return Answer(400, dump({"code": -1121, "msg": "Invalid symbol."}))
        rows = [
            {
                "symbol": "BTCUSDT",
                "sumOpenInterest": written(btc, 8),
                "sumOpenInterestValue": f"{btc * 90_000:.8f}",
                "timestamp": _midnight(day),
            }
            for day, btc in world.points("OI.BINANCE")[-_KEPT:]
        ]
        return Answer(200, dump(rows[-int(query.get("limit", "30")) :]))

    def bybit(query: dict[str, str]) -> Answer:
        if bybit_now and query.get("intervalTime") == "5min":
            return bybit_now(query)
        asked = query.get("category"), query.get("symbol"), query.get("intervalTime")
        if asked != ("linear", "BTCUSDT", "1d"):
            return Answer(200, dump({"retCode": 10001, "retMsg": "params error: Symbol Is Invalid", "result": {}}))
        rows = [
            {
                "openInterest": written(btc * 2, 8),
                "singleOpenInterest": written(btc, 8),
                "timestamp": str(_midnight(day)),
            }
            for day, btc in world.points("OI.BYBIT")
            if int(query.get("startTime", "0")) <= _midnight(day) <= int(query.get("endTime", "9" * 13))
        ]
        newest = rows[::-1][: min(int(query.get("limit", "50")), 200)]
        result = {"symbol": "BTCUSDT", "category": "linear", "list": newest, "nextPageCursor": ""}
        return Answer(200, dump({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}}))

    def okx(query: dict[str, str]) -> Answer:
        points = world.points("OI.OKX")
        if query.get("instType") != "SWAP" or not points:
            return Answer(200, dump({"code": "51000", "data": [], "msg": "Parameter instType error"}))
        day, btc = points[-1]
        linear = float(int(btc * 3 / 4))  # a whole number, so that the parts add up to the digit
        rows = [
            _swap("BTC-USDT-SWAP", linear, linear / 0.01, day),
            _swap("BTC-USD-SWAP", btc - linear, (btc - linear) * 90_000 / 100, day),
            _swap("ETH-USDT-SWAP", 1e6, 1e7, day),
        ]
        return Answer(200, dump({"code": "0", "data": rows, "msg": ""}))

    return {
        _CANDLES: candles,
        _BINANCE: binance,
        _BYBIT: bybit,
        ("okx", "/api/v5/public/open-interest"): okx,
    }


def _swap(name: str, coins: float, units: float, day: date) -> dict[str, str]:
    return {
        "instId": name,
        "instType": "SWAP",
        "oi": f"{units:.2f}",
        "oiCcy": written(coins, 4),
        "oiUsd": f"{coins * 90_000:.4f}",
        "ts": str(_midnight(day)),
    }


def _midnight(day: date) -> int:
    """The day's beginning in UTC, in milliseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
