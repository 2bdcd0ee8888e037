"""HTX linear swaps: the BTC-USDT perpetual, bitcoin liquidations against USDT, and the dated contracts.

Two sockets, market data and notifications, each with pings of its own to be answered to the letter; every frame is
gzip. Trades and open interest count both sides and are halved here, liquidations are not. Formats: HTX's USDT-M
documentation (November 2025), captures of 2020 to 2022 in public recorders, and a measured feed of September 2026.
What is asked over REST, and of which generation: `_htx_rest`.
"""

import zlib
from collections.abc import Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder, encode

from feeds.facts import Funding, Quote, Side, Trade
from feeds.text import plain
from feeds.venue import (
    Alive,
    Http,
    Out,
    Poll,
    Reconnect,
    Refused,
    Reject,
    Send,
    Stream,
    Venue,
    number,
    optional,
    positive,
)
from feeds.venues import _json
from feeds.venues._beginning import Beginning
from feeds.venues._common import Number, Time, each_row, ms
from feeds.venues._htx_rest import API, INTEREST, MARK, PRICES, REST, Rest, also, between
from feeds.venues._htx_rows import NAME, SYMBOL, Named, liquidation

LARGEST = 2 * 1024 * 1024
"""No message is of more bytes than this once unpacked; a kilobyte of gzip can hold a megabyte of nothing."""

DUPLICATE = "2014"
"""The subscription is there already."""

_TRADES = f"market.{SYMBOL}.trade.detail"
_SIDES: dict[str | None, Side] = {"buy": "buy", "sell": "sell"}


class _Frame(Struct, gc=False, rename={"err_code": "err-code", "err_msg": "err-msg"}):
    """A frame of either socket. `op` is on notifications only; there `ts` is text in a ping and a number elsewhere."""

    ping: Time = None
    op: str = ""
    topic: str = ""
    ch: str = ""
    ts: Time = None
    tick: Raw = Raw()
    data: Raw = Raw()
    status: str = ""
    subbed: str = ""
    err_code: int | str = 0
    err_msg: str | None = None


class _Ticks(Struct, gc=False):
    data: Raw


class _Trade(Struct, gc=False):
    """`quantity` is in bitcoin and counts both sides; `amount` is the same in contracts."""

    id: int
    ts: Time
    price: Number
    direction: str | None = None
    quantity: Number = None
    amount: Number = None


class _Funding(Struct, gc=False):
    """`settlement_time` is when this rate is paid; `funding_time` only when it was worked out."""

    contract_code: str
    funding_rate: Number
    settlement_time: Time = None


_FRAME = Decoder(_Frame)
_TICKS = Decoder(_Ticks)
_TRADE = Decoder(_Trade)
_NAMED = Decoder(Named)
_FUNDING = Decoder(_Funding)


class Parser:
    """Holds what was read over REST, and when the market connection began."""

    def __init__(self) -> None:
        self._rest = Rest()
        self._beginning = Beginning((_TRADES,))

    def opened(self, feed: str, recv_ms: int) -> None:
        """The first trades of a new market connection may be old ones."""
        if not feed.endswith(".notification"):
            self._beginning.opened(recv_ms)

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades of the perpetual, its funding, liquidations, and answers to pings."""
        frame = _FRAME.decode(_unpacked(data))
        if frame.ch:
            return self._trades(feed, frame, recv_ms) if frame.ch == _TRADES else ()
        if frame.op:
            return self._notified(feed, frame, recv_ms)
        if frame.ping is not None:
            return (Send(f'{{"pong":{encode(frame.ping).decode()}}}'),)  # proves that a front end lives, no more
        if frame.subbed == _TRADES and frame.status == "ok":
            self._beginning.subscribed(_TRADES, recv_ms)
            self._beginning.heard(ms(frame.ts, "time of the acknowledgement"))
        elif frame.status == "error":
            return (Refused(_said(frame.err_code, frame.err_msg)),)
        elif not frame.status:
            raise Reject("neither a channel, a notification nor an answer")
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Contracts, prices, open interest, and liquidations that a gap cost."""
        return self._rest.answer(feed, http, recv_ms)

    def _notified(self, feed: str, frame: _Frame, recv_ms: int) -> Sequence[Out]:
        match frame.op:
            case "ping":  # the time comes as text here, and goes back as it came
                return Send(f'{{"op":"pong","ts":{encode(frame.ts).decode()}}}'), Alive()
            case "notify" if frame.topic.endswith(".liquidation_orders"):
                return self._liquidations(feed, frame.data, recv_ms)
            case "notify" if frame.topic.endswith(".funding_rate"):
                ts_ms = ms(frame.ts, "ts")
                rows = _json.ROWS.decode(frame.data)
                return each_row(feed, recv_ms, rows, lambda raw: self._funding(raw, ts_ms, recv_ms))
            case "close":
                return (Reconnect("HTX closes the connection"),)
            case "sub" | "error" if str(frame.err_code) not in ("0", DUPLICATE) or frame.op == "error":
                said = _said(frame.err_code, frame.err_msg)
                return (Refused(said, liquidations="liquidation" in frame.topic),)
        return ()

    def _trades(self, feed: str, frame: _Frame, recv_ms: int) -> Sequence[Out]:
        oldest_ms = self._beginning.oldest_news_ms(_TRADES)
        rows = _json.ROWS.decode(_TICKS.decode(frame.tick).data)
        return each_row(feed, recv_ms, rows, lambda raw: self._trade(raw, oldest_ms, recv_ms))

    def _trade(self, raw: Raw, oldest_ms: int, recv_ms: int) -> Sequence[Out]:
        row = _TRADE.decode(raw)
        ts_ms, price = ms(row.ts, "ts"), positive(row.price, "price")
        if ts_ms < oldest_ms:
            return ()
        self._beginning.heard(ts_ms)
        if row.direction == "":  # so sent in October 2022: a price, but nobody's who is known to have taken it
            return (Quote(NAME, SYMBOL, ts_ms, recv_ms, last=price),)
        side = _SIDES.get(row.direction)
        if side is None:
            raise Reject(f"direction is neither buy nor sell: {str(row.direction)[:20]!r}")
        both = optional(row.quantity, "quantity")
        if both is None:
            both = self._rest.size(SYMBOL).btc_usd(positive(row.amount, "amount"), price)[0]
        return (Trade(NAME, SYMBOL, ts_ms, recv_ms, price, both / 2, side, str(row.id)),)

    def _liquidations(self, feed: str, data: Raw, recv_ms: int) -> Sequence[Out]:
        seen: dict[str, int] = {}
        rows = _json.ROWS.decode(data)
        return each_row(feed, recv_ms, rows, lambda raw: liquidation(raw, self._rest.size, recv_ms, seen))

    def _funding(self, raw: Raw, ts_ms: int, recv_ms: int) -> Sequence[Out]:
        if _NAMED.decode(raw).contract_code != SYMBOL:
            return ()
        row = _FUNDING.decode(raw)
        rate = number(row.funding_rate, "funding_rate")
        next_ms = None if row.settlement_time in (None, "") else ms(row.settlement_time, "settlement_time")
        return (Funding(NAME, SYMBOL, ts_ms, recv_ms, rate, self._rest.interval_h, next_ms),)


def _unpacked(data: str | bytes) -> str | bytes:
    """A frame's JSON. Raises `Reject` where it is no whole gzip, or unpacks to more than any message has."""
    if isinstance(data, str):
        return data
    unpacker = zlib.decompressobj(31)
    try:
        text = unpacker.decompress(data, LARGEST)
    except zlib.error as error:
        raise Reject(f"no gzip: {plain(str(error), 60)}") from None
    if unpacker.unconsumed_tail:
        raise Reject(f"a frame that unpacks to more than {LARGEST:,} bytes")
    if not unpacker.eof:
        raise Reject("gzip that is cut off")
    return text


def _said(code: int | str, text: str | None) -> str:
    return plain(f"{code}: {text or 'without a text'}")


VENUE = Venue(
    name=NAME,
    title="HTX",
    streams=(
        Stream(
            name="market",
            url="wss://api.hbdm.com/linear-swap-ws",
            fallbacks=("wss://api.hbdm.vn/linear-swap-ws",),
            hello=(f'{{"sub":"{_TRADES}","id":"1"}}',),
            limit_s=60.0,  # about forty trades a minute (September 2026), and nothing else that would prove anything
            life_s=5.0,
        ),
        Stream(
            name="notification",
            url="wss://api.hbdm.com/linear-swap-notification",
            fallbacks=("wss://api.hbdm.vn/linear-swap-notification",),
            hello=(
                f'{{"op":"sub","cid":"1","topic":"public.{SYMBOL}.funding_rate"}}',
                # Of all contracts, because the dated ones' names change; and of all types, or only swaps come.
                '{"op":"sub","cid":"2","topic":"public.*.liquidation_orders","business_type":"all"}',
            ),
            limit_s=60.0,
            life_s=10.0,  # only its pings, where nobody is liquidated
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=None,
    quote="USDT",
    liquidations="all",
    http=REST,
    setup=(
        f"{REST}{API}/swap_contract_info?contract_code={SYMBOL}",
        f"{REST}{API}/swap_contract_info?pair={SYMBOL}&business_type=futures",
        f"{REST}{API}/swap_query_elements?contract_code={SYMBOL}",
    ),
    polls=(
        Poll(f"{REST}{INTEREST}?contract_code={SYMBOL}", 60.0),
        Poll(f"{REST}{API}/swap_index?contract_code={SYMBOL}", 30.0),
        Poll(f"{REST}{MARK}?contract_code={SYMBOL}&period=1min&size=1", 30.0),
        Poll(f"{REST}{PRICES}?business_type=futures", 30.0),
    ),
    missed=between,
    also=also,
    note="USDT contracts: claims to publish every liquidation, priced at bankruptcy; coin-margined ones are not read",
    every_s={"mark": 30.0, "index": 30.0},  # both are asked over REST
)
