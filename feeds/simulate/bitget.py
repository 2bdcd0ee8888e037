"""Bitget, unified account v3, USDT futures. Formats: Bitget's documentation and captures of 2026.

Liquidations come every 20 s, of all coins together. Their side is the position's and their amount is in dollars.
"""

from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker, Trade
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import of
from feeds.simulate.standing import Standing

_LISTING = of("bitget")[0]
_TYPE = "usdt-futures"
_TOPICS = {"publicTrade", "ticker"}
_RECENT = 30
_BATCH = 200  # tenths of a second between pushes of liquidations
_SILENCE_MS = 120_000


class _Arg(Struct, omit_defaults=True):
    instType: str = ""
    topic: str = ""
    symbol: str = ""


class _Request(Struct):
    op: str
    args: list[_Arg] = []


class _Session(Session):
    def __init__(self, desk: "Bitget", number: int, now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk
        self._id = f"{number:08x}-0000-4000-8000-000000000000"

    def on_message(self, text: str, now_ms: int) -> list[str]:
        if text == "ping":
            return ["pong"]
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [self._error(_Arg(), "30003", "Param error")]
        if request.op not in ("subscribe", "unsubscribe"):
            return [self._error(_Arg(), "30002", f"Illegal request, op: {request.op}")]
        return [answer for arg in request.args for answer in self._one(request.op, arg, now_ms)]

    def overdue(self, now_ms: int) -> bool:
        return now_ms - self.heard_ms > _SILENCE_MS

    def _one(self, op: str, arg: _Arg, now_ms: int) -> list[str]:
        if (arg.instType, arg.topic, arg.symbol) == ("usdc-futures", "liquidation", ""):  # of which nobody is ever told
            return [dump({"event": op, "arg": arg, "connId": self._id})]
        of_one = arg.topic in _TOPICS and arg.symbol == _LISTING.symbol
        if arg.instType != _TYPE or not (of_one or (arg.topic == "liquidation" and not arg.symbol)):
            return [self._error(arg, "30001", f"topic {arg.topic}, symbol {arg.symbol} doesn't exist")]
        ack = dump({"event": op, "arg": arg, "connId": self._id})
        if op == "unsubscribe":
            self.channels.discard(arg.topic)
            return [ack]
        self.channels.add(arg.topic)
        return [ack, *self._desk.snapshot(arg.topic, now_ms)]

    def _error(self, arg: _Arg, code: str, said: str) -> str:
        return dump({"event": "error", "arg": arg, "code": code, "msg": said, "connId": self._id})


class Bitget:
    """One perpetual, and the liquidations of everything."""

    def __init__(self) -> None:
        self._recent: deque[dict[str, str]] = deque(maxlen=_RECENT)
        self._ticker: Ticker | None = None
        self._waiting: list[Liquidated] = []
        self._sessions = 0

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        if path != "/v3/ws/public":
            return None
        self._sessions += 1
        return _Session(self, self._sessions, now_ms)

    def snapshot(self, topic: str, now_ms: int) -> list[str]:
        """The ticker, or the latest trades, which are history; of liquidations nothing."""
        if topic == "ticker" and self._ticker:
            return [_frame("ticker", "snapshot", [_state(self._ticker)], now_ms)]
        if topic == "publicTrade":
            return [_frame("publicTrade", "snapshot", [*reversed(self._recent)], now_ms)]
        return []

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is _LISTING:
                rows = [_trade(trade) for trade in event.trades]
                self._recent.extend(rows)
                return [Message("publicTrade", _frame("publicTrade", "update", rows, event.trades[-1].ts_ms + 1))]
            case Ticker(listing=listing) if listing is _LISTING:
                self._ticker = event
                if event.ts_ms % 1000 < 500:  # once a second
                    return [Message("ticker", _frame("ticker", "update", [_state(event)], event.ts_ms))]
            case Liquidated(listing=listing) if listing is _LISTING:
                self._waiting.append(event)
            case Beat(ts_ms=ts_ms, count=count) if count % _BATCH == 0:
                return self._liquidations(ts_ms)
        return []

    def _liquidations(self, now_ms: int) -> list[Message]:
        told, self._waiting = tuple(self._waiting), []
        other = {"symbol": "APEUSDT", "side": "buy", "price": "0.1649", "amount": "13.70319", "ts": str(now_ms - 9000)}
        rows = [*(_liquidated(row) for row in told), other]
        return [Message("liquidation", _frame("liquidation", "update", rows, now_ms), told)]


def _frame(topic: str, action: str, rows: object, ts_ms: int) -> str:
    arg = _Arg(_TYPE, topic, "" if topic == "liquidation" else _LISTING.symbol)
    return dump({"action": action, "arg": arg, "data": rows, "ts": ts_ms})


def _trade(trade: Trade) -> dict[str, str]:
    return {
        "i": str(1_432_912_492_000_000_000 + trade.id),
        "p": _LISTING.price_text(trade.price),
        "v": _LISTING.quantity_text(trade.quantity),
        "S": trade.side,
        "T": str(trade.ts_ms),
        "L": str(1_432_912_492_000_000_000 + 2 * trade.id),
        "isRPI": "no",
    }


def _state(ticker: Ticker) -> dict[str, str]:
    day, price, size = ticker.day, _LISTING.price_text, _LISTING.quantity_text
    return {
        "symbol": _LISTING.symbol,
        "lastPrice": price(ticker.last),
        "openPrice24h": price(day.open),
        "highPrice24h": price(day.high),
        "lowPrice24h": price(day.low),
        "bid1Price": price(ticker.bid),
        "bid1Size": size(_LISTING.mean_btc * 30),
        "ask1Price": price(ticker.ask),
        "ask1Size": size(_LISTING.mean_btc * 30),
        "volume24h": size(day.btc),
        "turnover24h": f"{day.usd:.4f}",
        "indexPrice": f"{ticker.index:.2f}",
        "markPrice": f"{ticker.mark:.2f}",
        "fundingRate": f"{ticker.funding:.8f}",
        "nextFundingTime": str(ticker.next_funding_ms),
        "openInterest": size(ticker.oi_btc),
        "deliveryTime": "",
    }


def _liquidated(row: Liquidated) -> dict[str, str]:
    return {
        "symbol": row.listing.symbol,
        "side": "buy" if row.position == "long" else "sell",  # of the position, not of the order
        "price": row.listing.price_text(row.price),
        "amount": f"{row.usd:.5f}",
        "ts": str(row.ts_ms),
    }


def pages(standing: Standing) -> dict[str, Page]:
    """The instrument, and past liquidations, newest first."""

    def instruments(query: dict[str, str]) -> Answer:
        rows = [_instrument("BTCUSDT", "perpetual"), _instrument("ETHUSDT", "perpetual")]
        kept = [row for row in rows if row["symbol"] == query.get("symbol", row["symbol"])]
        return _answer(standing, kept if query.get("category") == "USDT-FUTURES" else [])

    def liquidations(query: dict[str, str]) -> Answer:
        told = standing.told(query.get("symbol", _LISTING.symbol))
        kept = told[: min(int(query.get("limit", "100")), 100)]
        return _answer(standing, {"list": [_liquidated(row) for row in kept], "cursor": ""})

    return {"/api/v3/market/instruments": instruments, "/api/v3/market/liquidations": liquidations}


def _answer(standing: Standing, data: object) -> Answer:
    return Answer(200, dump({"code": "00000", "msg": "success", "requestTime": standing.now_ms(), "data": data}))


def _instrument(symbol: str, kind: str) -> dict[str, str]:
    return {
        "symbol": symbol,
        "category": "USDT-FUTURES",
        "baseCoin": symbol.removesuffix("USDT"),
        "quoteCoin": "USDT",
        "quantityMultiplier": "0.0001",
        "priceMultiplier": "0.1",
        "type": kind,
        "fundInterval": "8",
        "deliveryTime": "",
        "status": "online",
    }
