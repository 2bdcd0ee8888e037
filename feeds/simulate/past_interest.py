"""Open interest of the past day, every five minutes, each venue in its own rows, units and order.

It is made up backwards from where a contract stands now: a day ago it held a fiftieth less. Formats: as in
`feeds.venues`.
"""

from collections.abc import Mapping
from typing import TypeVar

from feeds.simulate.desk import dump
from feeds.simulate.events import Ticker
from feeds.simulate.http import Answer, Page
from feeds.simulate.standing import Standing

_STEP_MS, _DAY_MS = 300_000, 86_400_000
_KEPT = 30 * 288
_A_DAY = 0.02
T = TypeVar("T")
Points = list[tuple[int, float]]


def pages(standings: Mapping[str, Standing]) -> dict[tuple[str, str], Page]:
    """Pages by venue and path."""

    def at(venue: str, symbol: str) -> tuple[Points, Ticker | None]:
        standing = standings[venue]
        ticker = standing.tickers.get(symbol)
        return (past(ticker.oi_btc, standing.now_ms()), ticker) if ticker else ([], None)

    def usdm(query: dict[str, str]) -> Answer:
        points, ticker = at("binance_usdm", query.get("symbol", ""))
        if ticker is None or query.get("period") != "5m":
            return _INVALID
        rows = [
            {
                "symbol": ticker.listing.symbol,
                "sumOpenInterest": f"{btc:.8f}",
                "sumOpenInterestValue": f"{btc * ticker.mark:.8f}",
                "timestamp": ts_ms,
            }
            for ts_ms, btc in points
        ]
        return Answer(200, dump(_newest(rows, query, "30", 500)))

    def coinm(query: dict[str, str]) -> Answer:
        points, ticker = at("binance_coinm", f"{query.get('pair')}_PERP")
        if ticker is None or (query.get("period"), query.get("contractType")) != ("5m", "PERPETUAL"):
            return _INVALID
        rows = [
            {
                "pair": "BTCUSD",
                "contractType": "PERPETUAL",
                "sumOpenInterest": f"{btc * ticker.mark / ticker.listing.contract:.0f}",
                "sumOpenInterestValue": f"{btc:.8f}",
                "timestamp": ts_ms,
            }
            for ts_ms, btc in points
        ]
        return Answer(200, dump(_newest(rows, query, "30", 500)))

    def bybit(query: dict[str, str]) -> Answer:
        points, ticker = at("bybit", query.get("symbol", ""))
        asked = query.get("category"), query.get("intervalTime")
        if ticker is None or ticker.listing.inverse or asked != ("linear", "5min"):
            return Answer(200, dump({"retCode": 10001, "retMsg": "params error: Symbol Is Invalid", "result": {}}))
        first, last = int(query.get("startTime", "0")), int(query.get("endTime", "9" * 13))
        rows = [
            {"openInterest": f"{2 * btc:.8f}", "singleOpenInterest": f"{btc:.8f}", "timestamp": str(ts_ms)}
            for ts_ms, btc in points
            if first <= ts_ms <= last
        ]
        newest = _newest(rows, query, "50", 200)[::-1]
        result = {"symbol": "BTCUSDT", "category": "linear", "list": newest, "nextPageCursor": ""}
        return Answer(200, dump({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}}))

    def okx(query: dict[str, str]) -> Answer:
        points, ticker = at("okx", query.get("instId", ""))
        if ticker is None or query.get("period", "5m") != "5m":
            return Answer(200, dump({"code": "51000", "data": [], "msg": "Parameter instId error"}))
        first, last = int(query.get("begin", "0")), int(query.get("end", "9" * 13))
        contract, inverse = ticker.listing.contract, ticker.listing.inverse
        rows = [
            [
                str(ts_ms),
                f"{btc * (ticker.mark if inverse else 1) / contract:.2f}",
                f"{btc:.4f}",
                f"{btc * ticker.mark:.4f}",
            ]
            for ts_ms, btc in points
            if first < ts_ms < last
        ]
        return Answer(200, dump({"code": "0", "data": _newest(rows, query, "100", 100)[::-1], "msg": ""}))

    def gate(query: dict[str, str]) -> Answer:
        points, ticker = at("gate", query.get("contract", ""))
        if ticker is None or query.get("interval", "5m") != "5m":
            return Answer(400, dump({"label": "INVALID_PARAM_VALUE", "message": "contract"}))
        rows = [
            {"time": ts_ms // 1000, "open_interest": round(btc / ticker.listing.contract), "mark_price": ticker.mark}
            for ts_ms, btc in points
            if ts_ms >= int(query.get("from", "0")) * 1000
        ]
        return Answer(200, dump(rows[: int(query.get("limit", "30"))]))

    def kraken(query: dict[str, str]) -> Answer:
        points, _ = at("kraken_futures", "PF_XBTUSD")
        if query.get("interval") != "300" or not query.get("since", "").isdecimal():
            return Answer(400, dump({"errors": [{"severity": "error", "error_class": "Validation"}]}))
        kept = [(ts_ms // 1000, f"{btc:.4f}") for ts_ms, btc in points if ts_ms >= int(query["since"]) * 1000]
        result = {"timestamp": [at for at, _ in kept], "data": [[btc] * 4 for _, btc in kept], "more": False}
        return Answer(200, dump({"result": result, "errors": []}))

    return {
        ("binance_usdm", "/futures/data/openInterestHist"): usdm,
        ("binance_coinm", "/futures/data/openInterestHist"): coinm,
        ("bybit", "/v5/market/open-interest"): bybit,
        ("okx", "/api/v5/rubik/stat/contracts/open-interest-history"): okx,
        ("gate", "/api/v4/futures/usdt/contract_stats"): gate,
        ("kraken_futures", "/api/charts/v1/analytics/PF_XBTUSD/open-interest"): kraken,
    }


def past(btc: float, now_ms: int) -> Points:
    """Open interest of thirty days, oldest first, of a contract that holds `btc` now."""
    newest = now_ms // _STEP_MS * _STEP_MS
    times = range(newest - _KEPT * _STEP_MS, newest + 1, _STEP_MS)
    return [(at, btc * (1 - _A_DAY * (now_ms - at) / _DAY_MS)) for at in times]


def _newest(rows: list[T], query: dict[str, str], usual: str, most: int) -> list[T]:
    return rows[-min(int(query.get("limit", usual)), most) :]


_INVALID = Answer(400, dump({"code": -1121, "msg": "Invalid symbol."}))
