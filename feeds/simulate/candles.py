"""Candles over REST, each venue in its own rows, units, order and limits.

Formats: the venues' REST documentation of 2025 and 2026. All are made of the same `History`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from feeds.simulate.desk import dump
from feeds.simulate.history import Candle, History
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import LISTINGS, Listing, of

_MINUTE = 60_000
_HOUR = 3_600_000
_DAY = 86_400_000
_BINANCE = {"1m": _MINUTE, "5m": 5 * _MINUTE, "15m": 15 * _MINUTE, "1h": _HOUR, "4h": 4 * _HOUR, "1d": _DAY}
_BYBIT = {"1": _MINUTE, "5": 5 * _MINUTE, "15": 15 * _MINUTE, "60": _HOUR, "240": 4 * _HOUR, "D": _DAY}
_OKX = {"1m": _MINUTE, "5m": 5 * _MINUTE, "15m": 15 * _MINUTE, "1H": _HOUR, "4H": 4 * _HOUR, "1D": _DAY, "1Dutc": _DAY}
_COINBASE = {"60": _MINUTE, "300": 5 * _MINUTE, "900": 15 * _MINUTE, "3600": _HOUR, "21600": 6 * _HOUR, "86400": _DAY}
_KRAKEN = {"1": _MINUTE, "5": 5 * _MINUTE, "15": 15 * _MINUTE, "60": _HOUR, "240": 4 * _HOUR, "1440": _DAY}
_BITSTAMP = {"60": _MINUTE, "300": 5 * _MINUTE, "900": 15 * _MINUTE, "3600": _HOUR, "14400": 4 * _HOUR, "86400": _DAY}
_HONG_KONG_MS = 16 * _HOUR  # midnight there: where OKX's plain `1D` opens


class Candles:
    """Pages by venue and path. `now_ms` is the market's time."""

    def __init__(self, history: History, now_ms: Callable[[], int]) -> None:
        self._history, self._now_ms = history, now_ms
        self.pages: dict[tuple[str, str], Page] = {
            ("binance", "/api/v3/klines"): partial(self._binance, of("binance")[0]),
            ("binance_usdm", "/fapi/v1/klines"): partial(self._binance, of("binance_usdm")[0]),
            ("bybit", "/v5/market/kline"): self._bybit,
            ("okx", "/api/v5/market/candles"): self._okx,
            ("coinbase", "/products/BTC-USD/candles"): self._coinbase,
            ("kraken", "/0/public/OHLC"): self._kraken,
            ("bitstamp", "/api/v2/ohlc/btcusd/"): self._bitstamp,
        }

    def _rows(self, listing: Listing, step_ms: int, offset_ms: int = 0) -> list[Candle]:
        return self._history.candles(listing, step_ms, offset_ms)

    def _binance(self, listing: Listing, query: dict[str, str]) -> Answer:
        step_ms = _BINANCE.get(query.get("interval", ""))
        if query.get("symbol") != listing.symbol:
            return Answer(400, dump({"code": -1121, "msg": "Invalid symbol."}))
        if step_ms is None:
            return Answer(400, dump({"code": -1120, "msg": "Invalid interval."}))
        limit = min(int(query.get("limit", "500")), 1000 if listing.kind == "spot" else 1500)
        rows = _between(self._rows(listing, step_ms), query.get("startTime"), query.get("endTime"))
        kept = rows[:limit] if "startTime" in query else rows[-limit:]
        return Answer(200, dump([_binance_row(listing, row, step_ms) for row in kept]))

    def _bybit(self, query: dict[str, str]) -> Answer:
        inverse = query.get("category", "linear") == "inverse"
        listing = _named("bybit", query.get("symbol"), inverse=inverse)
        step_ms = _BYBIT.get(query.get("interval", ""))
        if listing is None or step_ms is None:
            wrong = "Symbol Is Invalid" if listing is None else "Invalid period!"
            said = {"retCode": 10001, "retMsg": f"params error: {wrong}", "result": {}, "retExtInfo": {}}
            return Answer(200, dump({**said, "time": self._now_ms()}))
        rows = _between(self._rows(listing, step_ms), query.get("start"), query.get("end"))
        kept = rows[-min(int(query.get("limit", "200")), 1000) :]
        listed = [
            [str(row.open_ms), *_prices(listing, row), *_volumes(listing, row)]
            for row in reversed(kept)  # newest first
        ]
        result = {"category": query.get("category", "linear"), "symbol": listing.symbol, "list": listed}
        envelope = {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": self._now_ms()}
        return Answer(200, dump(envelope))

    def _okx(self, query: dict[str, str]) -> Answer:
        bar = query.get("bar", "1m")
        listing, step_ms = _named("okx", query.get("instId")), _OKX.get(bar)
        if listing is None or step_ms is None:
            wrong = ("51001", "Instrument ID doesn't exist") if listing is None else ("51000", "Parameter bar error")
            return Answer(200, dump({"code": wrong[0], "data": [], "msg": wrong[1]}))
        rows = self._rows(listing, step_ms, _HONG_KONG_MS if bar == "1D" else 0)
        after, before = int(query.get("after") or 0), int(query.get("before") or 0)
        rows = [row for row in rows if (not after or row.open_ms < after) and row.open_ms > before]
        kept = rows[-min(int(query.get("limit", "100")), 300) :]
        now_ms = self._now_ms()
        listed = [_okx_row(listing, row, closed=row.open_ms + step_ms <= now_ms) for row in reversed(kept)]
        return Answer(200, dump({"code": "0", "msg": "", "data": listed}))

    def _coinbase(self, query: dict[str, str]) -> Answer:
        step_ms = _COINBASE.get(query.get("granularity", "60"))
        if step_ms is None:
            return Answer(400, dump({"message": "Unsupported granularity"}))
        start, end = _instant(query.get("start")), _instant(query.get("end"))
        if start and end and (int(end) - int(start)) / step_ms > 300:
            return Answer(400, dump({"message": "granularity too small for the requested time range"}))
        listing = of("coinbase")[0]
        kept = _between(self._rows(listing, step_ms), start, end)[-300:]
        listed = [
            [row.open_ms // 1000, row.low, row.high, row.open, row.close, round(row.btc, 8)] for row in reversed(kept)
        ]
        return Answer(200, dump(listed))

    def _kraken(self, query: dict[str, str]) -> Answer:
        if query.get("pair") not in ("XBTUSD", "XXBTZUSD", "XBT/USD", "BTC/USD"):
            return Answer(200, dump({"error": ["EQuery:Unknown asset pair"]}))
        step_ms = _KRAKEN.get(query.get("interval", "1"))
        if step_ms is None:
            return Answer(200, dump({"error": ["EGeneral:Invalid arguments"]}))
        listing, since_ms = of("kraken")[0], int(query.get("since") or 0) * 1000
        kept = [row for row in self._rows(listing, step_ms) if row.open_ms > since_ms][-720:]
        listed = [
            [
                row.open_ms // 1000,
                *_prices(listing, row),
                f"{row.usd / row.btc:.1f}",
                f"{row.btc:.8f}",
                row.count,
            ]
            for row in kept
        ]
        last = kept[-2].open_ms // 1000 if len(kept) > 1 else since_ms // 1000  # of the last that is closed
        return Answer(200, dump({"error": [], "result": {"XXBTZUSD": listed, "last": last}}))

    def _bitstamp(self, query: dict[str, str]) -> Answer:
        step_ms, limit = _BITSTAMP.get(query.get("step", "")), query.get("limit", "")
        if step_ms is None or not limit.isdecimal() or not 1 <= int(limit) <= 1000:
            return Answer(400, dump({"code": "400.002", "errors": [{"field": "step", "message": "Invalid value."}]}))
        listing = of("bitstamp")[0]
        start, end = (f"{query[name]}000" if name in query else None for name in ("start", "end"))
        rows = _between(self._rows(listing, step_ms), start, end)
        kept = rows[: int(limit)] if start else rows[-int(limit) :]
        names = ("open", "high", "low", "close")
        listed = [
            {
                "timestamp": str(row.open_ms // 1000),
                **dict(zip(names, _prices(listing, row), strict=True)),
                "volume": f"{row.btc:.8f}",
            }
            for row in kept
        ]
        return Answer(200, dump({"data": {"pair": "BTC/USD", "ohlc": listed}}))


def _named(venue: str, symbol: str | None, *, inverse: bool | None = None) -> Listing | None:
    rows = (row for row in LISTINGS if row.key == (venue, symbol) and inverse in (None, row.inverse))
    return next(rows, None)


def _between(rows: Sequence[Candle], from_ms: str | None, to_ms: str | None) -> list[Candle]:
    first, last = int(from_ms or 0), int(to_ms or 1 << 60)
    return [row for row in rows if first <= row.open_ms <= last]


def _instant(text: str | None) -> str | None:
    """A time as Coinbase takes it, ISO-8601 or seconds, in milliseconds."""
    if not text:
        return None
    seconds = float(text) if text.isdecimal() else datetime.fromisoformat(text).timestamp()
    return str(int(seconds * 1000))


def _prices(listing: Listing, row: Candle) -> list[str]:
    return [listing.price_text(price) for price in (row.open, row.high, row.low, row.close)]


def _volumes(listing: Listing, row: Candle) -> tuple[str, str]:
    """Bybit's volume and turnover: BTC and dollars, and the other way round where the contract is inverse."""
    btc, usd = f"{row.btc:.8f}", f"{row.usd:.4f}"
    return (f"{row.usd:.0f}", btc) if listing.inverse else (btc, usd)


def _binance_row(listing: Listing, row: Candle, step_ms: int) -> list[int | str]:
    average = row.usd / row.btc
    return [
        row.open_ms,
        *_prices(listing, row),
        listing.quantity_text(row.btc),
        row.open_ms + step_ms - 1,
        f"{row.usd:.2f}",
        row.count,
        listing.quantity_text(row.buy_btc),
        f"{row.buy_btc * average:.2f}",
        "0",
    ]


def _okx_row(listing: Listing, row: Candle, *, closed: bool) -> list[str]:
    contracts = (row.usd if listing.inverse else row.btc) / listing.contract
    volumes = (f"{contracts:.4f}", f"{row.btc:.4f}", f"{row.usd:.4f}")
    return [str(row.open_ms), *_prices(listing, row), *volumes, "1" if closed else "0"]
