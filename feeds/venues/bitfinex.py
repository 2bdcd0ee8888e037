"""Bitfinex: trades of BTC/USD and of the bitcoin perpetual, its derivative status, and every liquidation.

Formats: docs.bitfinex.com, websocket and REST v2, 2025-11, and captures of 2020 to 2026. Messages are arrays that may
grow at their end. Sizes are in bitcoin, on margin and on the perpetual alike.

One liquidated position is told several times: as it is triggered, without a price; some milliseconds later with the
price at which it was acquired, and the same amount; and by each of the executions that close it (a live run of
2024-01-28 in ccxt/ccxt#20989; captures in tardis-dev/tardis-node, 2020). The first is counted, the others give a price.
"""

from collections.abc import Iterable, Sequence

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder, encode

from feeds.facts import Funding, Liquidation, OpenInterest, Position, Quote, Repriced, Trade
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Reconnect, Refused, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._beginning import Beginning
from feeds.venues._common import Number, Time, asked, each_row, ms
from feeds.venues._lists import asking, onward, query_of

NAME = "bitfinex"
SPOT, PERPETUAL = "tBTCUSD", "tBTCF0:USTF0"
LIQUIDATED = frozenset({SPOT, "tBTCUST", PERPETUAL})
"""Bitcoin against dollars, on margin and as a perpetual. Liquidations of every pair come."""
REST = "https://api-pub.bitfinex.com"
HISTORY = "/v2/liquidations/hist"
LONGEST = 500
REMEMBERED = 1000

TIMESTAMPS = 32768
"""The flag that puts the venue's time at the end of each message; a ticker has none otherwise."""
FUNDING_H = 8.0
RESTART, MAINTENANCE, RESUMED = 20051, 20060, 20061
_LIQUIDATIONS = "liq:global"
_DERIVATIVE = f"deriv:{PERPETUAL}"

CHANNELS = (
    ("status", "key", _LIQUIDATIONS),  # first, so that what is refused before it is acknowledged may be this
    ("ticker", "symbol", SPOT),
    ("trades", "symbol", SPOT),
    ("trades", "symbol", PERPETUAL),
    ("status", "key", _DERIVATIVE),
)
_WANTED = frozenset((channel, name) for channel, _, name in CHANNELS)


class _Platform(Struct, gc=False):
    status: int | None = None


class _Event(Struct, gc=False):
    event: str
    channel: str = ""
    chanId: int | None = None
    symbol: str = ""
    key: str = ""
    code: int | str | None = None
    msg: str = ""
    platform: _Platform | None = None


class _Trade(Struct, array_like=True, gc=False):
    id: int | str
    mts: Time
    amount: Number
    price: Number


class _Ticker(Struct, array_like=True, gc=False):
    bid: Number
    bid_size: Raw
    ask: Number
    ask_size: Raw
    change: Raw
    change_relative: Raw
    last: Number


class _Derivative(Struct, array_like=True, gc=False):
    mts: Time
    empty_1: Raw
    last: Number
    spot: Number
    empty_4: Raw
    insurance_fund: Raw
    empty_6: Raw
    next_funding: Time
    accrued: Raw
    step: Raw
    empty_10: Raw
    funding: Number
    empty_12: Raw
    empty_13: Raw
    mark: Number
    empty_15: Raw
    empty_16: Raw
    open_interest: Number


class _Head(Struct, array_like=True, gc=False):
    """The beginning of a liquidation, as far as it tells whether the rest is ours to read."""

    kind: str
    position_id: Raw
    mts: Raw
    empty_3: Raw
    symbol: str


class _Timed(Struct, array_like=True, gc=False):
    kind: str
    position_id: Raw
    mts: Time


class _Liquidation(Struct, array_like=True, gc=False):
    """`entry` is what the user had paid, and says nothing of the liquidation; `price` is null on most triggers."""

    kind: str
    position_id: int | str
    mts: Time
    empty_3: Raw
    symbol: str
    amount: Number
    entry: Raw
    empty_7: Raw
    is_match: int | None
    is_market_sold: Raw = Raw()
    empty_10: Raw = Raw()
    price: Number = None


_EVENT = Decoder(_Event)
_TRADE = Decoder(_Trade)
_TICKER = Decoder(_Ticker)
_DERIV = Decoder(_Derivative)
_HEAD = Decoder(_Head)
_TIMED = Decoder(_Timed)
_LIQUIDATION = Decoder(_Liquidation)
_CHANNEL = Decoder(int)
_ALIVE = Alive()


class Parser:
    """Remembers which channel carries what, the last prices traded, those of liquidations, and when it all began."""

    def __init__(self) -> None:
        self._channels: dict[int, tuple[str, str]] = {}
        self._last: dict[str, float] = {}
        self._prices: dict[str, float] = {}  # of positions that are being liquidated
        self._unpriced: dict[str, float] = {}  # liquidations that were told without a price, and their bitcoin
        self._beginning = Beginning((_LIQUIDATIONS,))

    def opened(self, feed: str, recv_ms: int) -> None:
        """Channels are numbered anew, prices are old, and the first liquidations may be an old record."""
        self._channels.clear()
        self._last.clear()
        self._beginning.opened(recv_ms)

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Messages of the channels, and events that set them up."""
        data = _json.text(data)
        if data.lstrip()[:1] == "{":
            return self._event(_EVENT.decode(data), recv_ms)
        parts = _json.ROWS.decode(data)
        if len(parts) < 2:
            raise Reject("a message without content")
        channel, name = self._channels.get(_CHANNEL.decode(parts[0]), ("", ""))
        if not channel:
            raise Reject("a message of a channel that was not subscribed to")
        body = bytes(parts[1])
        if body == b'"hb"':
            return (_ALIVE,)
        sent_ms = _sent_ms(parts)
        if sent_ms is not None:
            self._beginning.heard(sent_ms)
        match channel:
            case "trades":
                return self._trades(name, body, parts, recv_ms)
            case "ticker":
                return (_quote(name, body, sent_ms, recv_ms),)
            case "status" if name == _LIQUIDATIONS:
                oldest_ms = self._beginning.oldest_news_ms(_LIQUIDATIONS)
                return self._liquidations(feed, _json.ROWS.decode(body), oldest_ms, recv_ms)
        return _derivative(body, recv_ms)

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Liquidations of a gap, each wrapped in a list of its own."""
        path, _ = asked(http)
        if not path.endswith(HISTORY):
            raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")
        wrapped = _json.ROWS.decode(_json.answer(http))
        rows = [row for outer in wrapped for row in (_json.ROWS.decode(outer) if _is_wrapped(outer) else (outer,))]
        outs = self._liquidations(feed, rows, 0, recv_ms)
        if len(wrapped) < LONGEST:
            return outs
        reached_ms = min((time for raw in rows for time in _time(raw)), default=None)
        start_ms, end_ms = (ms(query_of(http, name), name) for name in ("start", "end"))
        return [*outs, *onward(reached_ms, start_ms, end_ms, asking(http, end=reached_ms))]

    def _event(self, event: _Event, recv_ms: int) -> Sequence[Out]:
        name = event.symbol or event.key
        match event.event:
            case "subscribed" if event.chanId is not None and (event.channel, name) in _WANTED:
                target = (event.channel, name)
                self._channels = {id: other for id, other in self._channels.items() if other != target}
                self._channels[event.chanId] = target
                if name == _LIQUIDATIONS:
                    self._beginning.subscribed(name, recv_ms)
            case "error":
                acknowledged = ("status", _LIQUIDATIONS) in self._channels.values()
                ours = name == _LIQUIDATIONS or (not name and not acknowledged)
                return (Refused(plain(f"{event.code}: {event.msg}"), liquidations=ours),)
            case "info":
                return _info(event)
        return ()

    def _trades(self, symbol: str, body: bytes, parts: list[Raw], recv_ms: int) -> Sequence[Out]:
        """Read an execution (`te`), which `tu` repeats a little later; of a snapshot, remember the newest price."""
        if body == b'"te"' and len(parts) > 2:
            row = _TRADE.decode(parts[2])
            ts_ms, price, amount = ms(row.mts, "MTS"), positive(row.price, "PRICE"), number(row.amount, "AMOUNT")
            btc = positive(abs(amount), "AMOUNT")
            self._last[symbol] = price
            self._beginning.heard(ts_ms)
            return (Trade(NAME, symbol, ts_ms, recv_ms, price, btc, "buy" if amount > 0 else "sell", str(row.id)),)
        if body[:1] == b"[":
            trades = [_TRADE.decode(raw) for raw in _json.ROWS.decode(body)]
            newest = max(trades, key=lambda row: ms(row.mts, "MTS"), default=None)
            if newest:
                self._last[symbol] = positive(newest.price, "PRICE")
        return ()

    def _liquidations(self, feed: str, rows: list[Raw], oldest_ms: int, recv_ms: int) -> list[Out]:
        self._prices.update(_priced(rows))
        here: set[str] = set()

        def read(raw: Raw) -> Sequence[Out]:
            if not _is_ours(raw):
                return ()
            row = _LIQUIDATION.decode(raw)
            if row.is_match not in (0, 1):
                raise Reject(f"IS_MATCH is neither 0 nor 1: {row.is_match}")
            ts_ms, price = ms(row.mts, "MTS"), optional(row.price, "PRICE_ACQUIRED")
            if row.is_match == 1 or ts_ms < oldest_ms:
                return self._repriced(str(row.position_id), price)
            amount = number(row.amount, "AMOUNT")
            btc = positive(abs(amount), "AMOUNT")
            # Trigger and acquisition share position and amount, but no time.
            id = f"{row.position_id}:{amount}"
            if id in here or (price and id in self._unpriced):
                return self._repriced(str(row.position_id), price)
            here.add(id)
            known = price or self._prices.get(str(row.position_id))
            price = known or self._price(row.symbol)
            # The amount is the position's: above zero, a long was closed.
            position: Position = "long" if amount > 0 else "short"
            usd = positive(btc * price, "size in dollars")
            if known is None:
                self._unpriced[id] = btc
            return (Liquidation(NAME, row.symbol, ts_ms, recv_ms, position, btc, usd, price, id),)

        outs = each_row(feed, recv_ms, rows, read)
        for memory in (self._prices, self._unpriced):
            while len(memory) > REMEMBERED:
                del memory[next(iter(memory))]
        return outs

    def _repriced(self, position: str, price: float | None) -> Sequence[Out]:
        """Give what was told of a position without a price the first one that is."""
        ids = [id for id in self._unpriced if id.rpartition(":")[0] == position] if price else []
        return [Repriced(self._unpriced.pop(id) * price, price, NAME, id) for id in ids] if price else ()

    def _price(self, symbol: str) -> float:
        """Price of the last trade: of this pair, else of another one of bitcoin against dollars."""
        price = self._last.get(symbol) or next(iter(self._last.values()), None)
        if price is None:
            raise Reject("a liquidation without a price, before any trade")
        return price


def _is_ours(raw: Raw) -> bool:
    head = _HEAD.decode(raw)
    return head.kind == "pos" and head.symbol in LIQUIDATED


def _priced(rows: Iterable[Raw]) -> dict[str, float]:
    """Prices among these rows, by position. Rows that cannot be read are not judged here."""
    prices: dict[str, float] = {}
    for raw in rows:
        try:
            if _is_ours(raw):
                row = _LIQUIDATION.decode(raw)
                price = optional(row.price, "PRICE_ACQUIRED")
                if price is not None:
                    prices[str(row.position_id)] = price
        except (Reject, MsgspecError):
            continue  # it is rejected where it is read for itself
    return prices


def _time(raw: Raw) -> Sequence[int]:
    """The time of a row of any pair; none where it cannot be read, which is judged elsewhere."""
    try:
        return (ms(_TIMED.decode(raw).mts, "MTS"),)
    except (Reject, MsgspecError):
        return ()


def _is_wrapped(raw: Raw) -> bool:
    return bytes(raw)[:2] == b"[["


def _sent_ms(parts: list[Raw]) -> int | None:
    """The venue's time at the end of a message; words may follow it, and its place is not certain."""
    for part in reversed(parts[2:]):
        text = bytes(part)
        if len(text) == 13 and text.isdigit():
            return ms(int(text), "time of sending")
    return None


def _quote(symbol: str, body: bytes, sent_ms: int | None, recv_ms: int) -> Quote:
    """Read a ticker. Of unknown time it gives no last price, for nothing would tell how old that is."""
    row = _TICKER.decode(body)
    bid, ask, last = optional(row.bid, "BID"), optional(row.ask, "ASK"), optional(row.last, "LAST_PRICE")
    if sent_ms is None:
        return Quote(NAME, symbol, recv_ms, recv_ms, None, bid, ask)
    return Quote(NAME, symbol, sent_ms, recv_ms, last, bid, ask)


def _derivative(body: bytes, recv_ms: int) -> Sequence[Out]:
    """Read the perpetual's status. The accrued rate is of the next interval, `funding` of the running one."""
    row = _DERIV.decode(body)
    ts_ms, last = ms(row.mts, "MTS"), optional(row.last, "DERIV_PRICE")
    mark, index = optional(row.mark, "MARK_PRICE"), optional(row.spot, "SPOT_PRICE")
    facts: list[Out] = [Quote(NAME, PERPETUAL, ts_ms, recv_ms, last, mark=mark, index=index)]
    if row.funding not in (None, ""):
        next_ms = ms(row.next_funding, "NEXT_FUNDING") if row.next_funding else None
        rate = number(row.funding, "CURRENT_FUNDING")
        facts.append(Funding(NAME, PERPETUAL, ts_ms, recv_ms, rate, FUNDING_H, next_ms))
    size = optional(row.open_interest, "OPEN_INTEREST")
    if size is not None:
        facts.append(OpenInterest(NAME, PERPETUAL, ts_ms, recv_ms, size))
    return facts


def _info(event: _Event) -> Sequence[Out]:
    """Read what the platform says of itself: after a restart or a pause all channels must be asked for anew."""
    said = plain(f"{event.code}: {event.msg}")
    if event.code in (RESTART, RESUMED):
        return (Reconnect(said),)
    if event.code == MAINTENANCE:
        return (Refused(said),)
    if event.platform is not None and event.platform.status == 0:
        return (Refused("the platform is in maintenance"),)
    return ()


def _between(from_ms: int, to_ms: int) -> tuple[str, ...]:
    return (f"{REST}{HISTORY}?start={from_ms}&end={to_ms}&limit={LONGEST}&sort=-1",)


VENUE = Venue(
    name=NAME,
    title="Bitfinex",
    streams=(
        Stream(
            name="",
            url="wss://api-pub.bitfinex.com/ws/2",
            hello=(
                encode({"event": "conf", "flags": TIMESTAMPS}).decode(),
                *(
                    encode({"event": "subscribe", "channel": channel, key: name}).decode()
                    for channel, key, name in CHANNELS
                ),
            ),
            life_s=5.0,
            limit_s=35.0,  # two heartbeats of a quiet channel, which come every 15 s
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=(SPOT, PERPETUAL),
    spot=None,
    quote="USD",
    liquidations="all",
    http=REST,
    missed=_between,
    note="each liquidated position once, margin and perpetual; until its price is told, dollars are of the last trade",
)
