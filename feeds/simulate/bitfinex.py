"""Bitfinex websocket v2: channels by number, arrays without names. Formats: docs.bitfinex.com, captures of 2020.

A liquidated position is told as it is triggered, without a price; then as it is acquired, with one; and again by each
execution (a live run of 2024-01-28 in ccxt/ccxt#20989). Its amount has the position's sign.
"""

from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, Text, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker, Trade
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import of
from feeds.simulate.standing import Standing

_INSTRUMENTS = {row.symbol: row for row in of("bitfinex")}
_PERPETUAL = "tBTCF0:USTF0"
_LIQUIDATIONS = "status:liq:global"
_DERIVATIVE = f"status:deriv:{_PERPETUAL}"
_CHANNELS = {
    *(f"{channel}:{symbol}" for channel in ("trades", "ticker") for symbol in _INSTRUMENTS),
    _LIQUIDATIONS,
    _DERIVATIVE,
}
_TIMESTAMP, _SEQUENCE = 32_768, 65_536
_RECENT = 30
_HEARTBEAT_MS = 15_000
_OTHER_COIN = 210  # tenths of a second between liquidations of another coin
_STALE_MS = 43_200_000
_LONGEST = 500

Row = list[object]


class _Request(Struct):
    event: str
    channel: str = ""
    symbol: str = ""
    key: str = ""
    flags: int = 0
    chanId: int = 0
    cid: int | None = None


class _Session(Session):
    """Numbers its channels. A message's body is what follows the number, without brackets."""

    def __init__(self, desk: "Bitfinex", now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk
        self._flags = 0
        self._sent = 0
        self._numbers: dict[str, int] = {}
        self._spoke_ms: dict[str, int] = {}
        self._next = 386_841

    def on_open(self, now_ms: int) -> list[str]:
        ids = {"serverId": "00000000-0000-4000-8000-000000000000", "platform": {"status": 1}}
        return [dump({"event": "info", "version": 2, **ids})]

    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [_error("event: invalid", 10000)]
        match request.event:
            case "ping":
                return [dump({"event": "pong", "ts": now_ms, "cid": request.cid})]
            case "conf":
                self._flags = request.flags
                return [dump({"event": "conf", "status": "OK", "flags": request.flags})]
            case "subscribe":
                return self._subscribe(request, now_ms)
            case "unsubscribe":
                names = [name for name, number in self._numbers.items() if number == request.chanId]
                for name in names:
                    del self._numbers[name]
                return [dump({"event": "unsubscribed", "status": "OK", "chanId": request.chanId})]
            case _:
                return [_error("event: invalid", 10000)]

    def take(self, message: Message, now_ms: int) -> Text | None:
        name, body = message.channel, message.body
        if name == "heartbeat":  # of one channel at a time, that was silent for long enough
            silent = (name for name, ms in self._spoke_ms.items() if now_ms - ms >= _HEARTBEAT_MS)
            name, body = next((name for name in silent if name in self._numbers), ""), '"hb"'
        return self._frame(name, body, now_ms) if name in self._numbers else None

    def _subscribe(self, request: _Request, now_ms: int) -> list[str]:
        about = request.symbol or request.key
        name = f"{request.channel}:{about}"
        which = {"symbol": about} if request.symbol else {"key": about}
        if name not in _CHANNELS:
            return [_error("symbol: invalid", 10300, channel=request.channel, **which)]
        if name in self._numbers:
            return [_error("subscribe: dup", 10301, channel=request.channel, **which)]
        number = self._numbers[name] = self._next
        self._next += 7
        pair = {"pair": about[1:]} if request.symbol else {}
        ack = dump({"event": "subscribed", "channel": request.channel, "chanId": number, **which, **pair})
        return [ack, self._frame(name, self._desk.first(name, now_ms), now_ms)]

    def _frame(self, name: str, body: str, now_ms: int) -> str:
        self._spoke_ms[name] = now_ms
        self._sent += 1
        tail = f",{self._sent}" if self._flags & _SEQUENCE else ""
        tail += f",{now_ms}" if self._flags & _TIMESTAMP else ""
        return f"[{self._numbers[name]},{body}{tail}]"


class Bitfinex:
    """Bitcoin against dollars and as a perpetual, and the liquidations of every pair."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[Row]] = {name: deque(maxlen=_RECENT) for name in _INSTRUMENTS}
        self._tickers: dict[str, Ticker] = {}
        self._latest: list[Row] | None = None

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(self, now_ms) if path == "/ws/2" else None

    def first(self, name: str, now_ms: int) -> str:
        """What a channel begins with: where things stand, the latest trades, or the latest liquidation, however old."""
        channel, _, about = name.partition(":")
        match channel:
            case "trades":
                return dump([*reversed(self._recent[about])])
            case "ticker":
                return dump(_state(self._tickers[about]) if about in self._tickers else [])
        if name == _LIQUIDATIONS:
            old: list[Row] = [_position(143_679_001, now_ms - _STALE_MS, _PERPETUAL, 0.25, 63_000.0, False)]
            return dump(self._latest or old)
        return dump(_derivative(self._tickers[_PERPETUAL]) if _PERPETUAL in self._tickers else [])

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing.venue == "bitfinex":
                return self._trades(event)
            case Ticker(listing=listing) if listing.venue == "bitfinex":
                self._tickers[listing.symbol] = event
                return _states(event) if event.ts_ms % 1000 < 500 else []  # once a second
            case Liquidated(listing=listing) if listing.venue == "bitfinex":
                trigger, *rest = _positions(event)
                self._latest = [rest[-1]]
                return [
                    Message(_LIQUIDATIONS, dump([trigger]), (event,)),
                    *(Message(_LIQUIDATIONS, dump([row])) for row in rest),
                ]
            case Beat(ts_ms=ts_ms, count=count) if count % 10 == 0:
                other: list[Row] = [_position(143_679_087, ts_ms, "tETHF0:USTF0", -4.567, 2_410.5, False)]
                news = [Message(_LIQUIDATIONS, dump(other))] if count % _OTHER_COIN == 0 else []
                return [*news, Message("heartbeat", "")]
        return []

    def _trades(self, sweep: Sweep) -> list[Message]:
        """Each fill twice: as it is executed, and once more when it is booked."""
        name = f"trades:{sweep.listing.symbol}"
        rows = [_trade(trade) for trade in sweep.trades]
        self._recent[sweep.listing.symbol].extend(rows)
        return [Message(name, f'"{kind}",{dump(row)}') for kind in ("te", "tu") for row in rows]


def _error(said: str, code: int, **about: str) -> str:
    return dump({"event": "error", "msg": said, "code": code, **about})


def _trade(trade: Trade) -> Row:
    return [trade.id, trade.ts_ms, trade.btc if trade.side == "buy" else -trade.btc, trade.price]


def _states(ticker: Ticker) -> list[Message]:
    messages = [Message(f"ticker:{ticker.listing.symbol}", dump(_state(ticker)))]
    if ticker.listing.symbol == _PERPETUAL:
        messages.append(Message(_DERIVATIVE, dump(_derivative(ticker))))
    return messages


def _state(ticker: Ticker) -> Row:
    day = ticker.day
    change = ticker.last - day.open
    book = [ticker.bid, 12.4, ticker.ask, 9.7]
    return [*book, round(change, 1), round(change / day.open, 6), ticker.last, round(day.btc, 4), day.high, day.low]


def _derivative(ticker: Ticker) -> Row:
    """Numbered from 0: 0 time, 2 price, 3 spot, 7 next funding, 11 funding, 14 mark, 17 open interest; null between."""
    row: Row = [None] * 23
    known = {
        0: ticker.ts_ms,
        2: ticker.last,
        3: ticker.index,
        5: 12_345_678.9,
        7: ticker.next_funding_ms,
        8: round(ticker.funding * 0.7, 8),
        9: 340,
        11: ticker.funding,
        14: ticker.mark,
        17: round(ticker.oi_btc, 8),
    }
    for place, value in known.items():
        row[place] = value
    return row


def _position(
    number: int, ts_ms: int, symbol: str, amount: float, price: float | None, match: bool, entry: float = 60_000.0
) -> Row:
    return ["pos", number, ts_ms, None, symbol, amount, entry, None, int(match), 1, None, price]


def _positions(event: Liquidated) -> list[Row]:
    """The position as it was triggered, as it was acquired a moment later, and the execution that closed it.

    What the user once paid is neither the price of it nor near.
    """
    symbol, number = event.listing.symbol, 143_700_000 + event.id
    amount = event.btc if event.position == "long" else -event.btc
    entry = round(event.price * (1.08 if event.position == "long" else 0.92), 1)
    return [
        _position(number, event.ts_ms, symbol, amount, None, False, entry),
        _position(number, event.ts_ms + 1, symbol, amount, event.price, False, entry),
        _position(number, event.ts_ms + 5, symbol, amount, event.price, True, entry),
    ]


def pages(standing: Standing) -> dict[str, Page]:
    """Past liquidations, each row in a list of its own."""

    def past(query: dict[str, str]) -> Answer:
        first, last = int(query.get("start") or 0), int(query.get("end") or 1 << 60)
        told = standing.told(*_INSTRUMENTS, from_ms=first, to_ms=last)
        rows = [[row] for event in told for row in reversed(_positions(event))]
        if query.get("sort") == "1":
            rows.reverse()
        return Answer(200, dump(rows[: min(int(query.get("limit", "120")), _LONGEST)]))

    return {"/v2/liquidations/hist": past}
