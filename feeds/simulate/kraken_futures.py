"""Kraken Futures, websocket v1 and REST. Formats: docs.kraken.com of 2026 and captures of 2020 and 2025.

Liquidations are trades of their own type. PF_ counts bitcoin, PI_ dollars.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import Message, Session, dump, iso
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import Listing, of
from feeds.simulate.standing import Standing

_INSTRUMENTS = {row.symbol: row for row in of("kraken_futures")}
_FEEDS = ("trade", "ticker")
_RECENT = 100
_LONDON = ZoneInfo("Europe/London")
_HOUR_MS = 3_600_000  # funding is hourly, an eighth of what others charge for eight


class _Request(Struct):
    event: str
    feed: str = ""
    product_ids: list[str] = []


class _Session(Session):
    def __init__(self, desk: "KrakenFutures", now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk

    def on_open(self, now_ms: int) -> list[str]:
        return [dump({"event": "info", "version": 1})]

    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [_said("alert", "Failed to parse JSON")]
        if request.event not in ("subscribe", "unsubscribe"):
            return [_said("alert", "Bad request")]
        if request.feed == "heartbeat":
            self._set("heartbeat", on=request.event == "subscribe")
            return [dump({"event": f"{request.event}d", "feed": "heartbeat"})]
        if request.feed not in _FEEDS:
            return [_said("alert", "Invalid feed")]
        return [answer for product in request.product_ids for answer in self._one(request, product)]

    def _one(self, request: _Request, product: str) -> list[str]:
        """Each product has an acknowledgement of its own."""
        feed = request.feed
        if product not in _INSTRUMENTS:
            return [_said("error", f"Invalid product id: {product}")]
        self._set(f"{feed}:{product}", on=request.event == "subscribe")
        ack = dump({"event": f"{request.event}d", "feed": feed, "product_ids": [product]})
        return [ack, *(self._desk.first(feed, product) if request.event == "subscribe" else [])]

    def _set(self, channel: str, *, on: bool) -> None:
        if on:
            self.channels.add(channel)
        else:
            self.channels.discard(channel)


class KrakenFutures:
    """Both perpetuals of bitcoin."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[dict[str, object]]] = {name: deque(maxlen=_RECENT) for name in _INSTRUMENTS}
        self._tickers: dict[str, Ticker] = {}

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(self, now_ms) if path == "/ws/v1" else None

    def first(self, feed: str, product: str) -> list[str]:
        """What a new subscriber gets at once: the ticker, or the latest trades, newest first."""
        if feed == "ticker":
            return [dump(_state(self._tickers[product]))] if product in self._tickers else []
        trades = [*reversed(self._recent[product])]
        return [dump({"feed": "trade_snapshot", "product_id": product, "trades": trades})]

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing.venue == "kraken_futures":
                return self._trades(event)
            case Ticker(listing=listing) if listing.venue == "kraken_futures":
                self._tickers[listing.symbol] = event
                if event.ts_ms % 1000 < 500:  # once a second
                    return [Message(f"ticker:{listing.symbol}", dump(_state(event)))]
            case Beat(ts_ms=ts_ms, count=count) if count % 10 == 0:
                return [Message("heartbeat", dump({"feed": "heartbeat", "time": ts_ms}))]
        return []

    def _trades(self, sweep: Sweep) -> list[Message]:
        """One frame for each fill."""
        listing = sweep.listing
        told = {row.id: row for row in sweep.liquidated}
        result = []
        for trade in sweep.trades:
            row: dict[str, object] = {
                "feed": "trade",
                "product_id": listing.symbol,
                "uid": _uid(listing, trade.id),
                "side": trade.side,
                "type": "liquidation" if trade.id in told else "fill",
                "seq": trade.id,
                "time": trade.ts_ms,
                "qty": trade.quantity,
                "price": trade.price,
            }
            self._recent[listing.symbol].append(row)
            liquidations = (told[trade.id],) if trade.id in told else ()
            result.append(Message(f"trade:{listing.symbol}", dump(row), liquidations))
        return result


def _said(event: str, text: str) -> str:
    return dump({"event": event, "message": text})


def _uid(listing: Listing, number: int) -> str:
    return f"{int(listing.inverse):08x}-0000-4000-8000-{number:012x}"


def _open_interest(ticker: Ticker) -> float:
    listing = ticker.listing
    return listing.quantity(ticker.oi_btc, ticker.mark)


def _state(ticker: Ticker) -> dict[str, object]:
    listing, day = ticker.listing, ticker.day
    relative = ticker.funding / 8
    return {
        "time": ticker.ts_ms,
        "feed": "ticker",
        "product_id": listing.symbol,
        "bid": ticker.bid,
        "ask": ticker.ask,
        "bid_size": listing.quantity(1.5, ticker.bid),
        "ask_size": listing.quantity(1.1, ticker.ask),
        "volume": round(day.quantity, 4),
        "dtm": 0,
        "leverage": "50x",
        "index": ticker.index,
        "premium": round(100 * (ticker.mark / ticker.index - 1), 2),
        "last": ticker.last,
        "change": round(100 * (ticker.last / day.open - 1), 2),
        "funding_rate": relative / ticker.index if listing.inverse else relative * ticker.index,
        "relative_funding_rate": relative,
        "next_funding_rate_time": ticker.ts_ms - ticker.ts_ms % _HOUR_MS + _HOUR_MS,
        "openInterest": _open_interest(ticker),
        "markPrice": ticker.mark,
        "maturityTime": 0,
        "tag": "perpetual",
        "suspended": False,
        "post_only": False,
        "volumeQuote": round(day.usd, 2),
    }


def pages(standing: Standing) -> dict[str, Page]:
    """What is listed, where it stands, and the liquidations of the past. (Other fills of the past are left out.)"""

    def instruments(_: dict[str, str]) -> Answer:
        listed = [
            *(_listed(row.symbol, None) for row in of("kraken_futures")),
            *(_listed(symbol, ms) for symbol, ms in _futures(standing.now_ms())),
        ]
        return _answer(standing, instruments=listed)

    def tickers(_: dict[str, str]) -> Answer:
        inverse = standing.tickers.get("PI_XBTUSD")
        dated_ones = _futures(inverse.ts_ms) if inverse else []
        rows = [
            *(_ticker(ticker, ticker.listing.symbol, ticker.mark, "perpetual") for ticker in standing.tickers.values()),
            *(_ticker(inverse, symbol, round(mark(inverse, ms), 1), "quarter") for symbol, ms in dated_ones if inverse),
        ]
        return _answer(standing, tickers=rows)

    def history(query: dict[str, str]) -> Answer:
        """Up to a hundred fills before a time, newest first."""
        last = query.get("lastTime")
        to_ms = int(datetime.fromisoformat(last).timestamp() * 1000) if last else 1 << 60
        told = standing.told(query.get("symbol", ""), to_ms=to_ms)
        return _answer(standing, history=[_past(row) for row in told[:_RECENT]])

    return {
        "/derivatives/api/v3/instruments": instruments,
        "/derivatives/api/v3/tickers": tickers,
        "/derivatives/api/v3/history": history,
    }


def _answer(standing: Standing, **result: object) -> Answer:
    return Answer(200, dump({"result": "success", **result, "serverTime": iso(standing.now_ms(), 3)}))


def _futures(now_ms: int) -> list[tuple[str, int]]:
    """Name and expiry of the dated ones, which end at 16:00 in London."""
    near, far = quarters(now_ms, 16, _LONDON)
    return [
        (f"FI_XBTUSD_{dated(near)}", near),
        (f"FI_XBTUSD_{dated(far)}", far),
        (f"FF_XBTUSD_{dated(far)}", far),
    ]


def _listed(symbol: str, expiry_ms: int | None) -> dict[str, object]:
    inverse = symbol[1] == "I"
    expiry = {} if expiry_ms is None else {"lastTradingTime": iso(expiry_ms, 3)}
    return {
        "symbol": symbol,
        "type": "futures_inverse" if inverse else "flexible_futures",
        "tickSize": 0.5 if inverse else 1,
        "contractSize": 1,
        "tradeable": True,
        "base": "BTC",
        "quote": "USD",
        **expiry,
    }


def _ticker(ticker: Ticker, symbol: str, price: float, tag: str) -> dict[str, object]:
    share = 1.0 if tag == "perpetual" else 0.1
    linear_btc = round(ticker.oi_btc * share, 4)
    return {
        "tag": tag,
        "pair": "XBT:USD",
        "symbol": symbol,
        "markPrice": price,
        "indexPrice": ticker.index,
        "last": round(price),
        "lastTime": iso(ticker.ts_ms, 3),
        "bid": round(price) - 5,
        "ask": round(price) + 5,
        "openInterest": round(linear_btc * price) if symbol[1] == "I" else linear_btc,
        "suspended": False,
        "postOnly": False,
    }


def _past(row: Liquidated) -> dict[str, object]:
    return {
        "time": iso(row.ts_ms, 3),
        "trade_id": row.id,
        "uid": _uid(row.listing, row.id),
        "price": row.price,
        "size": row.quantity,
        "side": "sell" if row.position == "long" else "buy",
        "type": "liquidation",
    }
