"""Hyperliquid websocket, which tells of no liquidations. Formats: its documentation of 2025, captures of 2024."""

from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, dump
from feeds.simulate.events import Event, Sweep, Ticker, Trade
from feeds.simulate.listings import of

_LISTING = of("hyperliquid")[0]
_TYPES = ("trades", "activeAssetCtx")
_RECENT = 10
_IDLE_MS = 60_000


class _Subscription(Struct, frozen=True):
    type: str = ""
    coin: str = ""


class _Request(Struct):
    method: str
    subscription: _Subscription = _Subscription()


class _Session(Session):
    def __init__(self, desk: "Hyperliquid", now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk

    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [_frame("error", f"Error parsing JSON into valid websocket request: {text[:80]}")]
        if request.method == "ping":
            return [dump({"channel": "pong"})]
        about = request.subscription
        if request.method not in ("subscribe", "unsubscribe") or about.type not in _TYPES:
            return [_frame("error", f"Invalid subscription {text[:80]}")]
        if about.coin != _LISTING.symbol:
            return [_frame("error", f"Invalid subscription: no coin {about.coin}")]
        ack = _frame("subscriptionResponse", {"method": request.method, "subscription": about})
        if request.method == "unsubscribe":
            self.channels.discard(about.type)
            return [ack]
        self.channels.add(about.type)
        return [ack, *self._desk.first(about.type)]

    def overdue(self, now_ms: int) -> bool:
        """It closes what was idle for a minute."""
        return now_ms - max(self.heard_ms, self.sent_ms) > _IDLE_MS


class Hyperliquid:
    """One perpetual."""

    def __init__(self) -> None:
        self._recent: deque[dict[str, object]] = deque(maxlen=_RECENT)
        self._ticker: Ticker | None = None

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(self, now_ms) if path == "/ws" else None

    def first(self, kind: str) -> list[str]:
        """What a subscription begins with: the latest trades, or the state."""
        if kind == "trades":
            return [_frame("trades", [*self._recent])]
        return [_context(self._ticker)] if self._ticker else []

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is _LISTING:
                rows = [_trade(trade) for trade in event.trades]
                self._recent.extend(rows)
                return [Message("trades", _frame("trades", rows))]
            case Ticker(listing=listing) if listing is _LISTING:
                self._ticker = event
                if event.ts_ms % 1000 < 500:  # once a second
                    return [Message("activeAssetCtx", _context(event))]
        return []


def _frame(channel: str, data: object) -> str:
    return dump({"channel": channel, "data": data})


def _trade(trade: Trade) -> dict[str, object]:
    """`tid` is no counter."""
    return {
        "coin": _LISTING.symbol,
        "side": "B" if trade.side == "buy" else "A",
        "px": _LISTING.price_text(trade.price),
        "sz": _LISTING.quantity_text(trade.quantity),
        "time": trade.ts_ms,
        "hash": f"0x{trade.id:064x}",
        "tid": trade.id * 2_654_435_761 % 2**50,
        "users": [f"0x{trade.id:040x}", f"0x{trade.id + 1:040x}"],
    }


def _context(ticker: Ticker) -> str:
    """Funding is for one hour."""
    day = ticker.day
    state = {
        "funding": f"{ticker.funding / 8:.10f}",
        "openInterest": f"{ticker.oi_btc:.5f}",
        "prevDayPx": _LISTING.price_text(day.open),
        "dayNtlVlm": f"{day.usd:.4f}",
        "premium": f"{ticker.mark / ticker.index - 1:.8f}",
        "oraclePx": f"{ticker.index:.2f}",
        "markPx": f"{ticker.mark:.2f}",
        "midPx": f"{(ticker.bid + ticker.ask) / 2:.1f}",
        "impactPxs": [f"{ticker.bid:.1f}", f"{ticker.ask:.1f}"],
        "dayBaseVlm": f"{day.btc:.5f}",
    }
    return _frame("activeAssetCtx", {"coin": _LISTING.symbol, "ctx": state})
