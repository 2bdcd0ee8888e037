"""Coinbase Exchange feed. Formats: the exchange's websocket documentation and captures of 2019 to 2022."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, dump, iso
from feeds.simulate.events import Beat, Day, Event, Sweep, Ticker, Trade
from feeds.simulate.listings import of

_CHANNELS = ("ticker", "matches", "heartbeat")
_LISTING = of("coinbase")[0]
_PATIENCE_MS = 5000  # a connection that has not subscribed by then is dropped


class _Channel(Struct):
    name: str
    product_ids: list[str] = []


class _Request(Struct):
    type: str
    product_ids: list[str] = []
    channels: list[str | _Channel] = []

    def wanted(self) -> list[tuple[str, str]]:
        """Channels with their products; a bare channel is of the request's products."""
        result = []
        for channel in self.channels:
            if isinstance(channel, str):
                result += [(channel, product) for product in self.product_ids]
            else:
                result += [(channel.name, product) for product in channel.product_ids or self.product_ids]
        return result


class _Session(Session):
    def __init__(self, desk: "Coinbase", now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk
        self._subscribed = False

    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [_error("Malformed JSON", "")]
        wanted = request.wanted()
        for channel, product in wanted:
            if channel not in _CHANNELS:
                return [_error("Failed to subscribe", f"{channel} is not a valid channel")]
            if product != _LISTING.symbol:
                return [_error("Failed to subscribe", f"{product} is not a valid product")]
        match request.type:
            case "subscribe" if wanted:
                new = {channel for channel, _ in wanted} - self.channels
                self.channels |= new
                self._subscribed = True
                return [self._subscriptions(), *self._desk.first(new)]
            case "unsubscribe":
                self.channels -= {channel for channel, _ in wanted}
                return [self._subscriptions()]
            case "subscribe":
                return [_error("Failed to subscribe", "no channels or products provided")]
            case _:
                return [_error("Invalid message", f"{request.type} is not a valid type")]

    def overdue(self, now_ms: int) -> bool:
        return not self._subscribed and now_ms - self.opened_ms > _PATIENCE_MS

    def _subscriptions(self) -> str:
        """List all that is subscribed, not only what was asked now."""
        rows = [
            {"name": name, "product_ids": [_LISTING.symbol], "account_ids": None}
            for name in _CHANNELS
            if name in self.channels
        ]
        return dump({"type": "subscriptions", "channels": rows})


class Coinbase:
    """BTC-USD."""

    def __init__(self) -> None:
        self._sequence = 90_000_000_000
        self._day: Day | None = None
        self._last: Sweep | None = None

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(self, now_ms) if path in ("", "/") else None

    def first(self, channels: set[str]) -> list[str]:
        """What a new subscriber of these channels gets at once: the last match, which is history, and the ticker."""
        if self._last is None or self._day is None:
            return []
        trade = self._last.trades[-1]
        result = [self._match("last_match", trade)] if "matches" in channels else []
        return [*result, self._price(trade, self._last, self._day)] if "ticker" in channels else result

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is _LISTING:
                self._last = event
                return [message for trade in event.trades for message in self._trade(trade, event)]
            case Ticker(listing=listing) if listing is _LISTING:
                self._day = event.day
            case Beat(ts_ms=ts_ms, count=count) if count % 10 == 0:
                return [Message("heartbeat", self._heartbeat(ts_ms))]
        return []

    def _trade(self, trade: Trade, sweep: Sweep) -> list[Message]:
        self._sequence += 3  # orders, which are not subscribed here, count too
        result = [Message("matches", self._match("match", trade))]
        if self._day:
            result.append(Message("ticker", self._price(trade, sweep, self._day)))
        return result

    def _heartbeat(self, ts_ms: int) -> str:
        return dump(
            {
                "type": "heartbeat",
                "sequence": self._sequence,
                "last_trade_id": self._last.trades[-1].id if self._last else 0,
                "product_id": _LISTING.symbol,
                "time": iso(ts_ms),
            }
        )

    def _match(self, kind: str, trade: Trade) -> str:
        return dump(
            {
                "type": kind,
                "trade_id": trade.id,
                "maker_order_id": f"00000000-0000-4000-8000-{trade.id:012x}",
                "taker_order_id": f"00000000-0000-4000-9000-{trade.id:012x}",
                "side": "sell" if trade.side == "buy" else "buy",  # the maker's
                "size": _LISTING.quantity_text(trade.quantity),
                "price": _LISTING.price_text(trade.price),
                "product_id": _LISTING.symbol,
                "sequence": self._sequence,
                "time": iso(trade.ts_ms),
            }
        )

    def _price(self, trade: Trade, sweep: Sweep, day: Day) -> str:
        """Make a ticker of the last trade; here the side is the taker's."""
        price = _LISTING.price_text
        size = _LISTING.quantity_text(_LISTING.mean_btc * 10)
        return dump(
            {
                "type": "ticker",
                "sequence": self._sequence,
                "product_id": _LISTING.symbol,
                "price": price(trade.price),
                "open_24h": price(day.open),
                "volume_24h": f"{day.btc:.8f}",
                "low_24h": price(day.low),
                "high_24h": price(day.high),
                "volume_30d": f"{day.btc * 30:.8f}",
                "best_bid": price(sweep.bid),
                "best_bid_size": size,
                "best_ask": price(sweep.ask),
                "best_ask_size": size,
                "side": trade.side,
                "time": iso(trade.ts_ms),
                "trade_id": trade.id,
                "last_size": _LISTING.quantity_text(trade.quantity),
            }
        )


def _error(message: str, reason: str) -> str:
    return dump({"type": "error", "message": message, **({"reason": reason} if reason else {})})
