"""What Bybit and OKX list of dated futures, and where those stand, over HTTP.

Formats: bybit-exchange/docs of 2026-07 (market/instrument, market/tickers), the OKX API guide of 2026-07 (mark-price).
"""

from collections.abc import Callable

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import dump
from feeds.simulate.events import Ticker
from feeds.simulate.http import Answer, Page

_PERPETUALS = {"linear": ("bybit", "BTCUSDT"), "inverse": ("bybit", "BTCUSD")}
_OKX = ("okx", "BTC-USD-SWAP")
_MONTHS = {"03": "H", "06": "M", "09": "U", "12": "Z"}


class Dated:
    """Pages by venue and path. `now_ms` is the market's time."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._tickers: dict[tuple[str, str], Ticker] = {}
        self.pages: dict[tuple[str, str], Page] = {
            ("bybit", "/v5/market/instruments-info"): self._instruments,
            ("bybit", "/v5/market/tickers"): self._quotes,
            ("okx", "/api/v5/public/mark-price"): self._marks,
        }

    def note(self, ticker: Ticker) -> None:
        """Take note of where an instrument stands. (One assignment: the server's threads read it.)"""
        self._tickers[ticker.listing.key] = ticker

    def _instruments(self, query: dict[str, str]) -> Answer:
        category = query.get("category", "")
        if category not in _PERPETUALS:
            return _refused(category)
        name = category.capitalize()
        rows = [_listed(_PERPETUALS[category][1], f"{name}Perpetual", 0)]
        rows += [_listed(_symbol(category, ms), f"{name}Futures", ms) for ms in quarters(self._now_ms())]
        return self._page(category, rows)

    def _quotes(self, query: dict[str, str]) -> Answer:
        category = query.get("category", "")
        ticker = self._tickers.get(_PERPETUALS.get(category, ("", "")))
        if ticker is None:
            return _refused(category)
        rows = [_quote(_PERPETUALS[category][1], ticker, ticker.mark, 0)]
        rows += [_quote(_symbol(category, ms), ticker, mark(ticker, ms), ms) for ms in quarters(ticker.ts_ms)]
        return self._page(category, rows)

    def _page(self, category: str, rows: list[dict[str, object]]) -> Answer:
        result = {"category": category, "list": rows, "nextPageCursor": ""}
        return Answer(200, dump({"retCode": 0, "retMsg": "OK", "result": result, "time": self._now_ms()}))

    def _marks(self, query: dict[str, str]) -> Answer:
        ticker = self._tickers.get(_OKX)
        if query.get("instType") != "FUTURES" or ticker is None:
            return Answer(200, dump({"code": "51000", "msg": "Parameter instType error", "data": []}))
        expiry_ms = quarters(ticker.ts_ms)[1]
        price = f"{mark(ticker, expiry_ms):.1f}"
        row = {"instType": "FUTURES", "instId": f"BTC-USD-{dated(expiry_ms)}", "markPx": price, "ts": str(ticker.ts_ms)}
        return Answer(200, dump({"code": "0", "msg": "", "data": [row]}))


def _refused(category: str) -> Answer:
    return Answer(200, dump({"retCode": 10001, "retMsg": f"params error: category {category}", "result": {}}))


def _symbol(category: str, expiry_ms: int) -> str:
    if category == "linear":
        return f"BTCUSDT-{dated(expiry_ms, '%d%b%y').upper()}"
    return f"BTCUSD{_MONTHS[dated(expiry_ms, '%m')]}{dated(expiry_ms, '%y')}"


def _listed(symbol: str, kind: str, expiry_ms: int) -> dict[str, object]:
    return {
        "symbol": symbol,
        "contractType": kind,
        "status": "Trading",
        "baseCoin": "BTC",
        "quoteCoin": "USD" if kind.startswith("Inverse") else "USDT",
        "launchTime": "1584230400000",
        "deliveryTime": str(expiry_ms),
        "fundingInterval": 0 if expiry_ms else 480,
    }


def _quote(symbol: str, ticker: Ticker, price: float, expiry_ms: int) -> dict[str, object]:
    return {
        "symbol": symbol,
        "lastPrice": f"{price:.1f}",
        "markPrice": f"{price:.2f}",
        "indexPrice": f"{ticker.index:.2f}",
        "fundingRate": "" if expiry_ms else f"{ticker.funding:.8f}",
        "deliveryTime": str(expiry_ms),
    }
