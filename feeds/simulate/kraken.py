"""Kraken spot, websocket v2. Formats: docs.kraken.com of 2026 and frames of 2024."""

from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds.simulate.desk import Message, Session, Text, dump, iso
from feeds.simulate.events import Beat, Event, Sweep, Ticker, Trade
from feeds.simulate.listings import of

_LISTING = of("kraken")[0]
_RECENT = 50
_IDLE_MS = 900  # a heartbeat comes about once a second while nothing else does
_DEFAULT_SNAPSHOT = {"ticker": True, "trade": False}


class _Params(Struct, frozen=True):
    channel: str = ""
    symbol: list[str] = []
    event_trigger: str = "trades"
    snapshot: bool | None = None


class _Request(Struct):
    method: str
    params: _Params = _Params()
    req_id: int | None = None


class _Session(Session):
    def __init__(self, desk: "Kraken", number: int, now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk, self._number = desk, number

    def on_open(self, now_ms: int) -> list[str]:
        row = {"version": "2.0.10", "system": "online", "api_version": "v2", "connection_id": self._number}
        return [dump({"channel": "status", "type": "update", "data": [row]})]

    def on_message(self, text: str, now_ms: int) -> list[str]:
        times = {"time_in": iso(now_ms), "time_out": iso(now_ms)}
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [dump({"error": "Malformed request", "success": False, **times})]
        if request.req_id is not None:
            times = {"req_id": request.req_id, **times}  # type: ignore[dict-item]
        match request.method:
            case "ping":
                return [dump({"method": "pong", **times})]
            case "subscribe" | "unsubscribe":
                return [answer for symbol in request.params.symbol for answer in self._one(request, symbol, times)]
            case _:
                return [dump({"error": "Unknown method", "method": request.method, "success": False, **times})]

    def take(self, message: Message, now_ms: int) -> Text | None:
        if message.channel == "heartbeat":
            return message.body if self.channels and now_ms - self.sent_ms >= _IDLE_MS else None
        return super().take(message, now_ms)

    def _one(self, request: _Request, symbol: str, times: dict[str, str]) -> list[str]:
        """One symbol of a request: each has an answer of its own."""
        params, method = request.params, request.method
        problem = None
        if params.channel not in _DEFAULT_SNAPSHOT:
            problem = "Subscription name invalid"
        elif symbol != _LISTING.symbol:
            problem = f"Currency pair not supported {symbol}"
        if problem:
            return [dump({"error": problem, "method": method, "success": False, "symbol": symbol, **times})]
        wanted = f"{params.channel}:{params.event_trigger}" if params.channel == "ticker" else params.channel
        if method == "unsubscribe":
            self.channels.discard(wanted)
            result = {"channel": params.channel, "symbol": symbol}
            return [dump({"method": method, "result": result, "success": True, **times})]
        self.channels.add(wanted)
        snapshot = _DEFAULT_SNAPSHOT[params.channel] if params.snapshot is None else params.snapshot
        trigger = {"event_trigger": params.event_trigger} if params.channel == "ticker" else {}
        result = {"channel": params.channel, **trigger, "snapshot": snapshot, "symbol": symbol}  # type: ignore[dict-item]
        answer = dump({"method": method, "result": result, "success": True, **times})
        return [answer, *(self._desk.snapshot(params.channel) if snapshot else [])]


class Kraken:
    """BTC/USD. Prices and quantities are JSON numbers here."""

    def __init__(self) -> None:
        self._recent: deque[Trade] = deque(maxlen=_RECENT)
        self._ticker: Ticker | None = None
        self._sessions = 0

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        if path != "/v2":
            return None
        self._sessions += 1
        return _Session(self, self._sessions, now_ms)

    def snapshot(self, channel: str) -> list[str]:
        """Where things stand; of trades the latest, which are history."""
        if channel == "trade":
            return [_trades("snapshot", list(self._recent))]
        return [_state("snapshot", self._ticker)] if self._ticker else []

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is _LISTING:
                self._recent.extend(event.trades)
                result = [Message("trade", _trades("update", event.trades))]
                if self._ticker:
                    last = event.trades[-1]
                    self._ticker = replace(
                        self._ticker, ts_ms=last.ts_ms, last=last.price, bid=event.bid, ask=event.ask
                    )
                    result.append(Message("ticker:trades", _state("update", self._ticker)))
                return result
            case Ticker(listing=listing) if listing is _LISTING:
                self._ticker = event
                return [Message("ticker:bbo", _state("update", event))]
            case Beat(count=count) if count % 10 == 0:
                return [Message("heartbeat", dump({"channel": "heartbeat"}))]
        return []


def _state(kind: str, ticker: Ticker) -> str:
    day = ticker.day
    row = {
        "symbol": _LISTING.symbol,
        "bid": ticker.bid,
        "bid_qty": round(_LISTING.mean_btc * 20, 8),
        "ask": ticker.ask,
        "ask_qty": round(_LISTING.mean_btc * 20, 8),
        "last": ticker.last,
        "volume": round(day.btc, 8),
        "vwap": round(day.usd / day.btc, 1),
        "low": day.low,
        "high": day.high,
        "change": round(ticker.last - day.open, 1),
        "change_pct": round(100 * (ticker.last / day.open - 1), 2),
        "timestamp": iso(ticker.ts_ms),
    }
    return dump({"channel": "ticker", "type": kind, "data": [row]})


def _trades(kind: str, trades: Sequence[Trade]) -> str:
    rows = [
        {
            "symbol": _LISTING.symbol,
            "side": trade.side,
            "price": trade.price,
            "qty": trade.quantity,
            "ord_type": "market",
            "trade_id": trade.id,
            "timestamp": iso(trade.ts_ms),
        }
        for trade in trades
    ]
    return dump({"channel": "trade", "type": kind, "data": rows})
