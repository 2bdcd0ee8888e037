"""Binance spot and its futures. Formats: binance-spot-api-docs of 2026-07, futures connectors of 2026-08."""

from collections.abc import Sequence
from urllib.parse import parse_qs, unquote

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker
from feeds.simulate.listings import Listing, of

_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_GROUPS = {"binance": ("",), "binance_usdm": ("market/", "public/", ""), "binance_coinm": ("market/", "public/", "")}
"""USD-M streams are split by path since 2026-04; a connection gets only its part. COIN-M takes any path for all."""


class _Request(Struct):
    method: str
    params: list[str | bool] = []
    id: int | str | None = None


class _Session(Session):
    """`group` is the part of the path before /ws or /stream, and begins the names of its channels.

    `deaf`: the path of before the split. It takes connections and subscriptions and delivers nothing.
    """

    def __init__(self, group: str, *, wrapped: bool, deaf: bool, streams: list[str], now_ms: int) -> None:
        super().__init__(now_ms)
        self._group, self._wrapped, self._deaf = group, wrapped, deaf
        self._streams = dict.fromkeys(streams)
        self._listen()

    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.ValidationError as problem:
            return [dump({"code": 2, "msg": f"Invalid request: {problem}"})]
        except msgspec.DecodeError:
            return [dump({"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"})]
        if request.method not in _METHODS:
            expected = ", ".join(f"`{method}`" for method in _METHODS)
            said = f"Invalid request: unknown variant `{request.method}`, expected one of {expected}"
            return [dump({"code": 2, "msg": said})]
        return [dump({"result": self._do(request), "id": request.id})]

    def take(self, message: Message, now_ms: int) -> str | None:
        if message.channel not in self.channels:
            return None
        if not self._wrapped:
            return message.body
        return f'{{"stream":"{message.channel.removeprefix(self._group)}","data":{message.body}}}'

    def _do(self, request: _Request) -> list[str] | bool | None:
        streams = [name for name in request.params if isinstance(name, str)]
        match request.method:
            case "SUBSCRIBE":  # any well-formed name is taken; of what does not exist, nothing comes
                self._streams |= dict.fromkeys(streams)
            case "UNSUBSCRIBE":
                self._streams = {name: None for name in self._streams if name not in streams}
            case "LIST_SUBSCRIPTIONS":
                return list(self._streams)
            case "SET_PROPERTY":
                self._wrapped = request.params[-1:] == [True]
            case _:
                return self._wrapped
        self._listen()
        return None

    def _listen(self) -> None:
        self.channels = set() if self._deaf else {self._group + name for name in self._streams}


class Binance:
    """All three venues; they differ in paths, streams, units and the fields of the same name."""

    def __init__(self, venue: str) -> None:
        self._venue = venue
        self._listing = of(venue)[0]
        self._name = self._listing.symbol.lower()
        self._is_split = venue == "binance_usdm"
        self._ticker: Ticker | None = None
        self._waiting: Liquidated | None = None

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        groups = _GROUPS[self._venue]
        group = next(group for group in groups if path.startswith(f"/{group}"))
        end, _, rest = path.removeprefix(f"/{group}").partition("/")
        if end not in ("ws", "stream") or (end == "stream" and rest):
            return None
        listed = unquote(rest) if end == "ws" else parse_qs(query).get("streams", [""])[0]
        return _Session(
            group if self._is_split else "",
            wrapped=end == "stream",
            deaf=self._is_split and not group,
            streams=[name for name in listed.split("/") if name],
            now_ms=now_ms,
        )

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is self._listing:
                return self._trades(event)
            case Ticker(listing=listing) if listing is self._listing:
                self._ticker = event
                return [self._book(event)]
            case Liquidated(listing=listing) if listing is self._listing:
                self._waiting = event  # only the latest of each second is published (docs, forceOrder)
            case Beat(ts_ms=ts_ms, count=count) if count % 10 == 0:
                return self._second(ts_ms, count // 10)
        return []

    def _message(
        self, stream: str, body: dict[str, object], group: str = "market/", told: tuple[Liquidated, ...] = ()
    ) -> Message:
        prefix = group if self._is_split else ""
        return Message(f"{prefix}{stream}", dump(body), told)

    def _trades(self, sweep: Sweep) -> list[Message]:
        listing, result = sweep.listing, []
        for trade in sweep.trades:
            price, quantity = listing.price_text(trade.price), listing.quantity_text(trade.quantity)
            maker = {"T": trade.ts_ms, "m": trade.side == "sell"}
            head = {"e": "aggTrade", "E": trade.ts_ms, "s": listing.symbol, "a": trade.id, "p": price, "q": quantity}
            ids = {"f": trade.id, "l": trade.id}
            if listing.kind == "spot":
                result.append(self._message(f"{self._name}@aggTrade", {**head, **ids, **maker, "M": True}))
                head = {"e": "trade", "E": trade.ts_ms, "s": listing.symbol, "t": trade.id, "p": price, "q": quantity}
                result.append(self._message(f"{self._name}@trade", {**head, **maker, "M": True}))
            else:
                regular = {"nq": quantity} if self._is_split else {}
                market = {"st": 1 if self._is_split else 2}
                result.append(self._message(f"{self._name}@aggTrade", {**head, **regular, **ids, **maker, **market}))
        return result

    def _book(self, ticker: Ticker) -> Message:
        listing = ticker.listing
        times = {"e": "bookTicker", "E": ticker.ts_ms, "T": ticker.ts_ms} if listing.kind == "perpetual" else {}
        bid, ask = listing.price_text(ticker.bid), listing.price_text(ticker.ask)
        size = listing.quantity_text(listing.quantity(listing.mean_btc * 30, ticker.last))
        body = {**times, "u": ticker.ts_ms, "s": listing.symbol, "b": bid, "B": size, "a": ask, "A": size}
        return self._message(f"{self._name}@bookTicker", body, "public/")

    def _second(self, ts_ms: int, count: int) -> list[Message]:
        if self._ticker is None:
            return []
        result = [self._mini(self._ticker, ts_ms)]
        if self._listing.kind == "perpetual":
            mark = self._mark(self._ticker, ts_ms)
            result.append(self._message(f"{self._name}@markPrice@1s", mark))
            if count % 3 == 0:
                result.append(self._message(f"{self._name}@markPrice", mark))
        if self._waiting:
            result += self._forced(self._waiting, ts_ms)
            self._waiting = None
        return result

    def _mini(self, ticker: Ticker, ts_ms: int) -> Message:
        listing, day = ticker.listing, ticker.day
        prices = dict(zip("cohl", map(listing.price_text, (ticker.last, day.open, day.high, day.low)), strict=True))
        volume = {"v": listing.quantity_text(day.quantity), "q": f"{day.btc if listing.inverse else day.usd:.2f}"}
        body = {"e": "24hrMiniTicker", "E": ts_ms, "s": listing.symbol, **prices, **volume}
        return self._message(f"{self._name}@miniTicker", body)

    def _mark(self, ticker: Ticker, ts_ms: int) -> dict[str, object]:
        return {
            "e": "markPriceUpdate",
            "E": ts_ms,
            "s": ticker.listing.symbol,
            "p": f"{ticker.mark:.8f}",
            "P": f"{ticker.index:.8f}",
            "i": f"{ticker.index:.8f}",
            "r": f"{ticker.funding:.8f}",
            "T": ticker.next_funding_ms,
        }

    def _forced(self, event: Liquidated, now_ms: int) -> list[Message]:
        """One liquidation order, on the symbol's stream and on that of all symbols."""
        listing = event.listing
        quantity = listing.quantity_text(event.quantity)
        pair = {"ps": listing.symbol.partition("_")[0]}
        order = {
            "s": listing.symbol,
            **({} if self._is_split else pair),
            "S": "SELL" if event.position == "long" else "BUY",  # the side of the order, not of the position
            "o": "LIMIT",
            "f": "IOC",
            "q": quantity,
            "p": listing.price_text(_limit(listing, event)),
            "ap": listing.price_text(event.price),
            "X": "FILLED",
            "l": quantity,
            "z": quantity,
            "T": event.ts_ms,
        }
        body: dict[str, object] = {"e": "forceOrder", "E": now_ms, "o": order}
        return [
            self._message(f"{self._name}@forceOrder", body, told=(event,)),
            self._message("!forceOrder@arr", {**body, "st": 1 if self._is_split else 2, **pair}),
        ]


def _limit(listing: Listing, event: Liquidated) -> float:
    """The order's limit, beyond the average price it got."""
    return listing.price(event.price * (0.996 if event.position == "long" else 1.004))
