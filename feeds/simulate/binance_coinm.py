"""Binance COIN-M over REST. Its streams are those of `binance.py`. Formats: the connector's documentation of 2026-08.

Everything is counted in contracts of 100 dollars.
"""

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import dump
from feeds.simulate.events import Ticker
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import of
from feeds.simulate.standing import Standing

_LISTING = of("binance_coinm")[0]
_PAIR = "BTCUSD"
_PERPETUAL_MS = 4_133_404_800_000  # Binance's delivery date of what is never delivered
_INVALID = Answer(400, dump({"code": -1121, "msg": "Invalid symbol."}))


def pages(standing: Standing) -> dict[str, Page]:
    """Contracts, their marks, and open interest."""

    def listed(_: dict[str, str]) -> Answer:
        now_ms = standing.now_ms()
        near, far = quarters(now_ms)
        rows = [
            _contract(_LISTING.symbol, "PERPETUAL", _PERPETUAL_MS, 100),
            _contract("ETHUSD_PERP", "PERPETUAL", _PERPETUAL_MS, 10),
            _contract(f"{_PAIR}_{dated(near)}", "CURRENT_QUARTER", near, 100),
            _contract(f"{_PAIR}_{dated(far)}", "NEXT_QUARTER", far, 100),
        ]
        return Answer(200, dump({"timezone": "UTC", "serverTime": now_ms, "rateLimits": [], "symbols": rows}))

    def premium(query: dict[str, str]) -> Answer:
        """Tell of all symbols of a pair, or of the one that is asked for; a list either way."""
        ticker = standing.tickers.get(_LISTING.symbol)
        rows = _premiums(ticker) if ticker and query.get("pair", _PAIR) == _PAIR else []
        kept = [row for row in rows if row["symbol"] == query.get("symbol", row["symbol"])]
        return Answer(200, dump(kept)) if kept else _INVALID

    def open_interest(query: dict[str, str]) -> Answer:
        ticker = standing.tickers.get(_LISTING.symbol)
        if ticker is None or query.get("symbol") != _LISTING.symbol:
            return _INVALID
        row = {
            "symbol": _LISTING.symbol,
            "pair": _PAIR,
            "openInterest": _LISTING.quantity_text(_LISTING.quantity(ticker.oi_btc, ticker.mark)),
            "contractType": "PERPETUAL",
            "time": ticker.ts_ms,
        }
        return Answer(200, dump(row))

    return {
        "/dapi/v1/exchangeInfo": listed,
        "/dapi/v1/premiumIndex": premium,
        "/dapi/v1/openInterest": open_interest,
    }


def _contract(symbol: str, kind: str, delivery_ms: int, size: int) -> dict[str, object]:
    coin = symbol[:3]
    return {
        "symbol": symbol,
        "pair": f"{coin}USD",
        "contractType": kind,
        "deliveryDate": delivery_ms,
        "contractStatus": "TRADING",
        "contractSize": size,
        "marginAsset": coin,
        "baseAsset": coin,
        "quoteAsset": "USD",
    }


def _premiums(ticker: Ticker) -> list[dict[str, object]]:
    """A dated contract has no funding: its rate is "" and the time of the next 0."""
    rate = f"{ticker.funding:.8f}"
    return [
        _premium(ticker, _LISTING.symbol, ticker.mark, rate, ticker.next_funding_ms),
        *(_premium(ticker, f"{_PAIR}_{dated(ms)}", mark(ticker, ms), "", 0) for ms in quarters(ticker.ts_ms)),
    ]


def _premium(ticker: Ticker, symbol: str, price: float, rate: str, next_ms: int) -> dict[str, object]:
    return {
        "symbol": symbol,
        "pair": _PAIR,
        "markPrice": f"{price:.8f}",
        "indexPrice": f"{ticker.index:.8f}",
        "estimatedSettlePrice": f"{ticker.index:.8f}",
        "lastFundingRate": rate,
        "interestRate": "0.00010000" if rate else "",
        "nextFundingTime": next_ms,
        "time": ticker.ts_ms,
    }
