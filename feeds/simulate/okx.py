"""OKX v5 public channels. Formats: the API guide of 2026-07 and captures of 2026-08 and 2026-09."""

from collections.abc import Callable, Collection, Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker
from feeds.simulate.listings import Listing, of

_INSTRUMENTS = {row.symbol: row for row in of("okx")}
_INDICES = {"BTC-USDT", "BTC-USD"}
_SWAPS = [symbol for symbol, row in _INSTRUMENTS.items() if row.kind == "perpetual"]
_KNOWN: dict[str, Collection[str]] = {
    "trades": set(_INSTRUMENTS),
    "tickers": set(_INSTRUMENTS),
    "mark-price": _SWAPS,
    "funding-rate": _SWAPS,
    "open-interest": _SWAPS,
    "index-tickers": _INDICES,
    "liquidation-orders": {"SWAP", "FUTURES"},
}
"""Channels, and what each can be asked for. Liquidations come by type, for all coins at once."""

_FUNDING_MS = 28_800_000
_BATCH = 5  # tenths of a second between liquidation pushes
_OTHER_COIN = 130  # tenths of a second between liquidations of another coin, which a reader has to skip
_EVERY = {"open-interest": 30, "funding-rate": 600}  # tenths of a second between pushes
_STALE_MS = 2_820_000


class _Arg(Struct, omit_defaults=True):
    channel: str = ""
    instId: str = ""
    instType: str = ""
    instFamily: str = ""

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.instId or self.instType}"


class _Request(Struct):
    op: str
    args: list[_Arg]


class _Session(Session):
    def __init__(self, desk: "Okx", number: int, now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk
        self._id = f"{number:08x}"

    def on_message(self, text: str, now_ms: int) -> list[str]:
        if text == "ping":
            return ["pong"]
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [self._error("60012", f"Invalid request: {text[:200]}")]
        match request.op:
            case "subscribe":
                return [answer for arg in request.args for answer in self._subscribe(arg, now_ms)]
            case "unsubscribe":
                self.channels -= {arg.key for arg in request.args}
                return [self._event("unsubscribe", arg) for arg in request.args]
            case _:
                return [self._error("60012", f"Invalid request: {text[:200]}")]

    def overdue(self, now_ms: int) -> bool:
        """OKX closes after 30 s without a word in either direction."""
        return now_ms - max(self.heard_ms, self.sent_ms) > 30_000

    def _subscribe(self, arg: _Arg, now_ms: int) -> list[str]:
        if (arg.instId or arg.instType) not in _KNOWN.get(arg.channel, ()):
            what = f"channel:{arg.channel},instId:{arg.instId}" if arg.instId else f"channel:{arg.channel}"
            advice = "Please use the correct URL, channel and parameters referring to API document."
            return [self._error("60018", f"Subscribe failed, wrong URL or {what} doesn't exist. {advice}")]
        self.channels.add(arg.key)
        return [self._event("subscribe", arg), *self._desk.first(arg.key, now_ms)]

    def _event(self, name: str, arg: _Arg) -> str:
        return dump({"event": name, "arg": arg, "connId": self._id})

    def _error(self, code: str, said: str) -> str:
        return dump({"event": "error", "code": code, "msg": said, "connId": self._id})


class Okx:
    """Spot, swaps, and the liquidations of everything."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._tickers: dict[str, Ticker] = {}
        self._waiting: dict[str, list[Liquidated]] = {}
        self._sessions = 0

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        if path != "/ws/v5/public":
            return None
        self._sessions += 1
        return _Session(self, self._sessions, now_ms)

    def first(self, key: str, now_ms: int) -> list[str]:
        """What a new subscriber gets at once: the state, and of liquidations the latest record, however old."""
        channel, _, about = key.partition(":")
        if channel in _SLOW and about in self._tickers:
            return [_SLOW[channel](self._tickers[about], now_ms).body]
        known = self._last.get(key)
        if known is None and key == "liquidation-orders:SWAP":
            old = _detail("sell", "63500", "0.05", now_ms - _STALE_MS)
            known = _liquidation_frame("BTC-USDT-SWAP", [old])
        return [known] if known else []

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing.venue == "okx":
                return _trades(event)
            case Ticker(listing=listing) if listing.venue == "okx":
                self._tickers[listing.symbol] = event
                states = _states(event)
                self._last |= {message.channel: message.body for message in states}
                return states
            case Liquidated(listing=listing) if listing.venue == "okx":
                self._waiting.setdefault(listing.symbol, []).append(event)
            case Beat():
                return self._beat(event)
        return []

    def _beat(self, beat: Beat) -> list[Message]:
        result: list[Message] = []
        if beat.count % _BATCH == 0:
            batches, self._waiting = self._waiting, {}
            result += [self._liquidations(symbol, rows) for symbol, rows in batches.items()]
        if beat.count % _OTHER_COIN == _OTHER_COIN - 1 and self._tickers:
            price = next(iter(self._tickers.values())).last / 27
            other = _detail("buy", f"{price:.2f}", "12.5", beat.ts_ms)
            result.append(Message("liquidation-orders:SWAP", _liquidation_frame("ETH-USDT-SWAP", [other])))
        for channel, make in _SLOW.items():
            if beat.count % _EVERY[channel] == 0:
                result += [make(self._tickers[symbol], beat.ts_ms) for symbol in _SWAPS if symbol in self._tickers]
        return result

    def _liquidations(self, symbol: str, rows: list[Liquidated]) -> Message:
        key = "liquidation-orders:SWAP"
        details = [
            _detail(
                "sell" if row.position == "long" else "buy",  # the side of the order that closed it
                row.listing.price_text(row.price),
                _size(row.listing, row.quantity),
                row.ts_ms,
            )
            for row in rows
        ]
        self._last[key] = _liquidation_frame(symbol, details[-1:])
        return Message(key, _liquidation_frame(symbol, details), tuple(rows))


def _size(listing: Listing, quantity: float) -> str:
    """A quantity without needless zeros, as OKX writes it: `3.56`, `5`."""
    text = listing.quantity_text(quantity)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _frame(channel: str, symbol: str, *rows: dict[str, str]) -> Message:
    body = dump({"arg": {"channel": channel, "instId": symbol}, "data": rows})
    return Message(f"{channel}:{symbol}", body)


def _trades(sweep: Sweep) -> list[Message]:
    """One frame for each price of a taker's order."""
    listing = sweep.listing
    return [
        _frame(
            "trades",
            listing.symbol,
            {
                "instId": listing.symbol,
                "tradeId": str(trade.id),
                "px": listing.price_text(trade.price),
                "sz": _size(listing, trade.quantity),
                "side": trade.side,
                "ts": str(trade.ts_ms),
                "count": "1",
                "source": "0",
            },
        )
        for trade in sweep.trades
    ]


def _states(ticker: Ticker) -> list[Message]:
    """What follows the price: the ticker, and the mark of a swap or the index of its pair."""
    listing, day = ticker.listing, ticker.day
    price, ts = listing.price_text, str(ticker.ts_ms)
    size = _size(listing, listing.quantity(listing.mean_btc * 40, ticker.last))
    kind = "SPOT" if listing.kind == "spot" else "SWAP"
    volume = day.usd if listing.kind == "spot" else day.btc
    state = {
        "instType": kind,
        "instId": listing.symbol,
        "last": price(ticker.last),
        "lastSz": _size(listing, listing.quantity(listing.mean_btc, ticker.last)),
        "askPx": price(ticker.ask),
        "askSz": size,
        "bidPx": price(ticker.bid),
        "bidSz": size,
        "open24h": price(day.open),
        "high24h": price(day.high),
        "low24h": price(day.low),
        "volCcy24h": f"{volume:.4f}",
        "vol24h": f"{day.quantity:.4f}",
        "ts": ts,
    }
    result = [_frame("tickers", listing.symbol, state)]
    if kind == "SWAP":
        mark = {"instType": kind, "instId": listing.symbol, "markPx": f"{ticker.mark:.1f}", "ts": ts}
        result.append(_frame("mark-price", listing.symbol, mark))
        index = listing.symbol.removesuffix("-SWAP")
        result.append(_frame("index-tickers", index, {"instId": index, "idxPx": f"{ticker.index:.1f}", "ts": ts}))
    return result


def _open_interest(ticker: Ticker, now_ms: int) -> Message:
    listing = ticker.listing
    row = {
        "instType": "SWAP",
        "instId": listing.symbol,
        "oi": f"{listing.quantity(ticker.oi_btc, ticker.mark):.2f}",
        "oiCcy": f"{ticker.oi_btc:.4f}",
        "oiUsd": f"{ticker.oi_btc * ticker.mark:.2f}",
        "ts": str(now_ms),
    }
    return _frame("open-interest", listing.symbol, row)


def _funding(ticker: Ticker, now_ms: int) -> Message:
    """`fundingTime` is when the running rate is settled, `nextFundingTime` the settlement after."""
    row = {
        "formulaType": "withRate",
        "fundingRate": f"{ticker.funding:.10f}",
        "fundingTime": str(ticker.next_funding_ms),
        "instId": ticker.listing.symbol,
        "instType": "SWAP",
        "method": "current_period",
        "nextFundingRate": "",
        "nextFundingTime": str(ticker.next_funding_ms + _FUNDING_MS),
        "settFundingRate": "0.0001000000",
        "settState": "settled",
        "ts": str(now_ms),
    }
    return _frame("funding-rate", ticker.listing.symbol, row)


_SLOW: dict[str, Callable[[Ticker, int], Message]] = {"open-interest": _open_interest, "funding-rate": _funding}
"""States that are pushed now and then, and to a new subscriber at once."""


def _detail(side: str, price: str, size: str, ts_ms: int) -> dict[str, str]:
    position = "long" if side == "sell" else "short"
    return {
        "bkLoss": "0",
        "bkPx": price,
        "ccy": "",
        "posSide": position,
        "side": side,
        "sz": size,
        "ts": str(ts_ms),
    }


def _liquidation_frame(symbol: str, details: list[dict[str, str]]) -> str:
    family = symbol.removesuffix("-SWAP")
    row = {"details": details, "instFamily": family, "instId": symbol, "instType": "SWAP", "uly": family}
    return dump({"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": [row]})
