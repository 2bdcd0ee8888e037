"""Bitstamp websocket v2. Formats: bitstamp.net/websocket/v2 and captures of 2019."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, dump
from feeds.simulate.events import Event, Sweep, Trade
from feeds.simulate.listings import of

_LISTING = of("bitstamp")[0]
_CHANNEL = f"live_trades_{_LISTING.symbol}"


class _Data(Struct, frozen=True):
    channel: str = ""


class _Request(Struct):
    event: str
    data: _Data = _Data()


class _Session(Session):
    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [_error("Incorrect JSON format.")]
        channel = request.data.channel
        match request.event:
            case "bts:heartbeat":
                return [dump({"event": "bts:heartbeat", "channel": "", "data": {"status": "success"}})]
            case "bts:subscribe" | "bts:unsubscribe" if channel != _CHANNEL:
                return [_error("Bad subscription string.")]
            case "bts:subscribe":
                self.channels.add(channel)
                return [dump({"event": "bts:subscription_succeeded", "channel": channel, "data": {}})]
            case "bts:unsubscribe":
                self.channels.discard(channel)
                return [dump({"event": "bts:unsubscription_succeeded", "channel": channel, "data": {}})]
            case _:
                return [_error("Unknown event.")]


class Bitstamp:
    """BTC/USD trades; the venue has no ticker on its websocket."""

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(now_ms) if path in ("", "/") else None

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is _LISTING:
                return [Message(_CHANNEL, _trade(trade)) for trade in event.trades]
        return []


def _trade(trade: Trade) -> str:
    """Numbers come twice. Ids count all pairs of the venue, so this pair's are not consecutive."""
    data = {
        "id": trade.id * 7,
        "timestamp": str(trade.ts_ms // 1000),
        "amount": trade.quantity,
        "amount_str": _LISTING.quantity_text(trade.quantity),
        "price": trade.price,
        "price_str": _LISTING.price_text(trade.price),
        "type": 0 if trade.side == "buy" else 1,
        "microtimestamp": str(trade.ts_ms * 1000),
        "buy_order_id": trade.id * 14,
        "sell_order_id": trade.id * 14 + 1,
    }
    return dump({"data": data, "channel": _CHANNEL, "event": "trade"})


def _error(said: str) -> str:
    return dump({"event": "bts:error", "channel": "", "data": {"code": None, "message": said}})
