"""What the venues list, and states that no stream carries: OKX's instruments, Binance's futures and open interest.

Formats: the OKX API guide of 2026-07, binance/binance-connector-python of 2026-08.
"""

from collections.abc import Callable

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import dump
from feeds.simulate.events import Ticker
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import of

_PERPETUAL_MS = 4_133_404_800_000  # Binance's delivery date of what is never delivered
_FUTURE = of("binance_usdm")[0]


class Contracts:
    """Pages by venue and path. `now_ms` is the market's time."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._ticker: Ticker | None = None
        self.pages: dict[tuple[str, str], Page] = {
            ("okx", "/api/v5/public/instruments"): self._instruments,
            ("binance_usdm", "/fapi/v1/exchangeInfo"): self._exchange,
            ("binance_usdm", "/fapi/v1/premiumIndex"): self._premium,
            ("binance_usdm", "/fapi/v1/openInterest"): self._open_interest,
        }

    def note(self, ticker: Ticker) -> None:
        """Take note of where an instrument stands. (One assignment: the server's threads read it.)"""
        if ticker.listing is _FUTURE:
            self._ticker = ticker

    def _instruments(self, query: dict[str, str]) -> Answer:
        kind, family = query.get("instType", ""), query.get("instFamily") or query.get("uly")
        rows = [
            row
            for row in _okx(self._now_ms())
            if row["instType"] == kind
            and (not family or family in (row["instFamily"], row["uly"]))
            and query.get("instId", row["instId"]) == row["instId"]
        ]
        return Answer(200, dump({"code": "0", "data": rows, "msg": ""}))

    def _exchange(self, query: dict[str, str]) -> Answer:
        now_ms = self._now_ms()
        near, far = quarters(now_ms)
        rows = [
            _future("BTCUSDT", "BTC", "PERPETUAL", _PERPETUAL_MS),
            _future("ETHUSDT", "ETH", "PERPETUAL", _PERPETUAL_MS),
            _future(f"BTCUSDT_{dated(near)}", "BTC", "CURRENT_QUARTER", near),
            _future(f"BTCUSDT_{dated(far)}", "BTC", "NEXT_QUARTER", far),
        ]
        return Answer(
            200, dump({"timezone": "UTC", "serverTime": now_ms, "futuresType": "U_MARGINED", "symbols": rows})
        )

    def _premium(self, query: dict[str, str]) -> Answer:
        """All symbols, or the one that is asked for."""
        ticker = self._ticker
        rows = (
            [] if ticker is None else [_perpetual(ticker), *(_delivered(ticker, ms) for ms in quarters(ticker.ts_ms))]
        )
        if "symbol" not in query:
            return Answer(200, dump(rows))
        one = next((row for row in rows if row["symbol"] == query["symbol"]), None)
        return Answer(200, dump(one)) if one else _INVALID

    def _open_interest(self, query: dict[str, str]) -> Answer:
        ticker = self._ticker
        if ticker is None or query.get("symbol") != _FUTURE.symbol:
            return _INVALID
        amount = _FUTURE.quantity_text(ticker.oi_btc)
        return Answer(200, dump({"symbol": _FUTURE.symbol, "openInterest": amount, "time": ticker.ts_ms}))


_INVALID = Answer(400, dump({"code": -1121, "msg": "Invalid symbol."}))


def _future(symbol: str, coin: str, kind: str, delivery_ms: int) -> dict[str, object]:
    return {
        "symbol": symbol,
        "pair": f"{coin}USDT",
        "contractType": kind,
        "deliveryDate": delivery_ms,
        "status": "TRADING",
        "baseAsset": coin,
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
    }


def _perpetual(ticker: Ticker) -> dict[str, object]:
    rate = f"{ticker.funding:.8f}"
    return _mark(ticker, _FUTURE.symbol, ticker.mark, rate, ticker.next_funding_ms)


def _delivered(ticker: Ticker, expiry_ms: int) -> dict[str, object]:
    """A dated contract has no funding: its rate is "" and the time of the next 0."""
    return _mark(ticker, f"{_FUTURE.symbol}_{dated(expiry_ms)}", mark(ticker, expiry_ms), "", 0)


def _mark(ticker: Ticker, symbol: str, price: float, rate: str, next_ms: int) -> dict[str, object]:
    return {
        "symbol": symbol,
        "markPrice": f"{price:.8f}",
        "indexPrice": f"{ticker.index:.8f}",
        "estimatedSettlePrice": f"{ticker.index:.8f}",
        "lastFundingRate": rate,
        "interestRate": "0.00010000" if rate else "",
        "nextFundingTime": next_ms,
        "time": ticker.ts_ms,
    }


def _okx(now_ms: int) -> list[dict[str, str]]:
    """Swaps, a quarterly, and an X-Perp, which is listed among futures and is none."""
    expiry_ms = quarters(now_ms)[1]
    return [
        _contract("SWAP", "BTC-USDT-SWAP", "BTC-USDT", "linear", "0.01"),
        _contract("SWAP", "BTC-USD-SWAP", "BTC-USD", "inverse", "100"),
        _contract("SWAP", "BTC-USDC-SWAP", "BTC-USDC", "linear", "0.0001"),
        _contract("SWAP", "ETH-USDT-SWAP", "ETH-USDT", "linear", "0.1"),
        _contract("FUTURES", f"BTC-USD-{dated(expiry_ms)}", "BTC-USD", "inverse", "100", str(expiry_ms)),
        _contract("FUTURES", "BTC-USD_UM_XPERP-310404", "BTC-USD_UM", "linear", "0.01", "1933056000000"),
    ]


def _contract(kind: str, symbol: str, family: str, flavour: str, size: str, expiry: str = "") -> dict[str, str]:
    coin, quote = family.split("-")
    return {
        "instType": kind,
        "instId": symbol,
        "instFamily": family,
        "uly": family.removesuffix("_UM"),
        "ctType": flavour,
        "ctVal": size,
        "ctMult": "1",
        "ctValCcy": coin if flavour == "linear" else "USD",
        "settleCcy": quote.removesuffix("_UM") if flavour == "linear" else coin,
        "expTime": expiry,
        "state": "live",
    }
