"""HTX linear swaps: the BTC-USDT perpetual, bitcoin liquidations, and the dated contracts.

Two sockets, market data and notifications, each with pings of its own to be answered to the letter; every frame is
gzip. Trades and open interest count both sides and are halved here, liquidations are not. Formats: HTX's USDT-M
documentation (November 2025), captures of 2020 to 2022 in public recorders, and a measured feed of September 2026.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Raw, Struct
from msgspec.json import Decoder, encode

from feeds.facts import Funding, Instrument, Kind, Liquidation, OpenInterest, Position, Quote, Side, Trade
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
from feeds.venues._common import Number, Time, asked, each_row, ms, numbered
from feeds.venues._contract import Contract

NAME = "htx"
SYMBOL = "BTC-USDT"
REST = "https://api.hbdm.com"
API = "/linear-swap-api/v1"
MISSED = "/linear-swap-api/v3/swap_liquidation_orders"
MARK = "/index/market/history/linear_swap_mark_price_kline"
PRICES = "/linear-swap-ex/market/detail/batch_merged"
LARGEST = 2 * 1024 * 1024
"""No message is of more bytes than this once unpacked; a kilobyte of gzip can hold a megabyte of nothing."""

WINDOW_MS, LONGEST_MS = 7_200_000, 86_400_000
"""Liquidations are listed for two hours at a time (HTX docs); what is older than a day is in no total."""

DEFAULT = Contract(0.001, inverse=False)
LISTED = 1
DUPLICATE = "2014"
"""The subscription is there already."""

_TRADES = f"market.{SYMBOL}.trade.detail"
_OURS = re.compile(r"BTC-USDT(-[0-9]{6})?")
_SIDES: dict[str | None, Side] = {"buy": "buy", "sell": "sell"}
_KINDS: dict[str, Kind] = {"swap": "perpetual", "futures": "future"}

# The direction is that of the order that closes the position: selling closes a long. (The documentation's words,
# "long or short", are not what is sent.)
_POSITIONS: dict[str | None, Position] = {"sell": "long", "buy": "short"}


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


class _Named(Struct, gc=False):
    contract_code: str = ""


class _Liquidation(Struct, gc=False):
    """`volume` is in contracts, `amount` in bitcoin, `trade_turnover` in dollars, `price` that of bankruptcy."""

    contract_code: str
    direction: str | None
    volume: Number
    price: Number
    created_at: Time
    amount: Number = None
    trade_turnover: Number = None


class _Funding(Struct, gc=False):
    """`settlement_time` is when this rate is paid; `funding_time` only when it was worked out."""

    contract_code: str
    funding_rate: Number
    settlement_time: Time = None


class _Answer(Struct, gc=False):
    """An answer of any of the interfaces: they say `status` or `code`, and `data` or `ticks`."""

    status: str = ""
    code: int | str = 0
    err_code: int | str = ""
    err_msg: str | None = None
    msg: str | None = None
    ts: Time = None
    data: Raw = Raw(b"[]")
    ticks: Raw = Raw()


class _Contract(Struct, gc=False):
    contract_code: str
    contract_size: Number
    contract_status: int
    business_type: str = "swap"
    delivery_time: Time = None


class _Elements(Struct, gc=False):
    contract_code: str
    settle_period: Number = None


class _OpenInterest(Struct, gc=False):
    contract_code: str
    amount: Number


class _Index(Struct, gc=False):
    contract_code: str
    index_price: Number
    index_ts: Time


class _Kline(Struct, gc=False):
    close: Number


class _Merged(Struct, gc=False):
    """`bid` and `ask` are each a price and a size; null where that side of the book is empty."""

    contract_code: str
    ts: Time
    close: Number = None
    bid: tuple[Number, Number] | None = None
    ask: tuple[Number, Number] | None = None


_FRAME = Decoder(_Frame)
_TICKS = Decoder(_Ticks)
_TRADE = Decoder(_Trade)
_NAMED = Decoder(_Named)
_LIQUIDATION = Decoder(_Liquidation)
_FUNDING = Decoder(_Funding)
_ANSWER = Decoder(_Answer)
_CONTRACT = Decoder(_Contract)
_ELEMENTS = Decoder(_Elements)
_OPEN_INTEREST = Decoder(_OpenInterest)
_INDEX = Decoder(_Index)
_KLINE = Decoder(_Kline)
_MERGED = Decoder(_Merged)


class Parser:
    """Holds contract sizes, expiries and the funding interval, and when the market connection began."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract] = {}
        self._expiries: dict[str, int] = {}
        self._interval_h: float | None = None
        self._beginning = Beginning((_TRADES,))
        self._answers: dict[str, Callable[[Raw, _Answer, int], Sequence[Out]]] = {
            f"{API}/swap_contract_info": self._contract,
            f"{API}/swap_query_elements": self._elements,
            f"{API}/swap_open_interest": _open_interest,
            f"{API}/swap_index": _index,
            MARK: _mark,
            PRICES: self._merged,
        }

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
        path, query = asked(http)
        if path.endswith(MISSED):
            return self._liquidations(feed, _answered(http).data, recv_ms)
        read = next((read for name, read in self._answers.items() if path.endswith(name)), None)
        if read is None or query.get("contract_code", SYMBOL) != SYMBOL:
            raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")
        answer = _answered(http)
        return each_row(
            feed, recv_ms, _json.ROWS.decode(answer.ticks or answer.data), lambda raw: read(raw, answer, recv_ms)
        )

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
            both = self._size(SYMBOL).btc_usd(positive(row.amount, "amount"), price)[0]
        return (Trade(NAME, SYMBOL, ts_ms, recv_ms, price, both / 2, side, str(row.id)),)

    def _size(self, symbol: str) -> Contract:
        return self._contracts.get(symbol, DEFAULT)

    def _liquidations(self, feed: str, data: Raw, recv_ms: int) -> Sequence[Out]:
        """Rows of a notification or of the list behind it, which are the same."""
        read = partial(self._liquidation, recv_ms, {})
        return each_row(feed, recv_ms, _json.ROWS.decode(data), read)

    def _liquidation(self, recv_ms: int, seen: dict[str, int], raw: Raw) -> Sequence[Out]:
        symbol = _NAMED.decode(raw).contract_code
        if not _OURS.fullmatch(symbol):
            return ()
        row = _LIQUIDATION.decode(raw)
        position = _POSITIONS.get(row.direction)
        if position is None:
            raise Reject(f"direction is neither buy nor sell: {str(row.direction)[:20]!r}")
        ts_ms, price = ms(row.created_at, "created_at"), positive(row.price, "price")
        contracts = positive(row.volume, "volume")
        btc, usd = self._size(symbol).btc_usd(contracts, price)
        btc = optional(row.amount, "amount") or btc
        usd = optional(row.trade_turnover, "trade_turnover") or positive(btc * price, "size in dollars")
        id = numbered(f"{ts_ms}:{symbol}:{row.direction}:{contracts}:{price}", seen)
        return (Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, id),)

    def _funding(self, raw: Raw, ts_ms: int, recv_ms: int) -> Sequence[Out]:
        if _NAMED.decode(raw).contract_code != SYMBOL:
            return ()
        row = _FUNDING.decode(raw)
        rate = number(row.funding_rate, "funding_rate")
        next_ms = None if row.settlement_time in (None, "") else ms(row.settlement_time, "settlement_time")
        return (Funding(NAME, SYMBOL, ts_ms, recv_ms, rate, self._interval_h, next_ms),)

    def _contract(self, raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
        """Learn of a contract; one that cannot be believed leaves what was known of it standing."""
        symbol = _NAMED.decode(raw).contract_code
        if not _OURS.fullmatch(symbol):
            return ()
        row = _CONTRACT.decode(raw)
        kind = _KINDS.get(row.business_type)
        if kind is None or (kind == "perpetual") is not (symbol == SYMBOL):
            raise Reject(f"{symbol} as a contract of type {row.business_type[:20]!r}")
        value = positive(row.contract_size, "contract_size")
        expiry_ms = ms(row.delivery_time, "delivery_time") if kind == "future" else None
        self._contracts[symbol] = Contract(value, inverse=False)
        if expiry_ms is not None:
            self._expiries[symbol] = expiry_ms
        if row.contract_status != LISTED or (expiry_ms is not None and expiry_ms <= recv_ms):
            self._expiries.pop(symbol, None)
            return ()
        return (Instrument(NAME, symbol, kind, "USDT", False, value, expiry_ms),)

    def _elements(self, raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
        """Learn every how many hours funding is paid."""
        if _NAMED.decode(raw).contract_code == SYMBOL:
            self._interval_h = optional(_ELEMENTS.decode(raw).settle_period, "settle_period")
        return ()

    def _merged(self, raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
        """Quote a dated contract that is listed and has not expired. No list gives their mark or index."""
        symbol = _NAMED.decode(raw).contract_code
        if self._expiries.get(symbol, 0) <= recv_ms:
            return ()
        row = _MERGED.decode(raw)
        last = optional(row.close, "close")
        bid, ask = (optional(side[0], "price") if side else None for side in (row.bid, row.ask))
        if last is bid is ask is None:
            return ()
        return (Quote(NAME, symbol, ms(row.ts, "ts"), recv_ms, last, bid, ask),)


def _open_interest(raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
    """Halve it: HTX counts longs and shorts."""
    symbol = _NAMED.decode(raw).contract_code
    if not _OURS.fullmatch(symbol):
        return ()
    both = optional(_OPEN_INTEREST.decode(raw).amount, "amount")
    if both is None:  # a contract that nobody holds
        return ()
    return (OpenInterest(NAME, symbol, ms(answer.ts, "ts"), recv_ms, both / 2),)


def _index(raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
    if _NAMED.decode(raw).contract_code != SYMBOL:
        return ()
    row = _INDEX.decode(raw)
    index = positive(row.index_price, "index_price")
    return (Quote(NAME, SYMBOL, ms(row.index_ts, "index_ts"), recv_ms, index=index),)


def _mark(raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
    """Read the running candle of the mark price; its close is the price now."""
    mark = positive(_KLINE.decode(raw).close, "close")
    return (Quote(NAME, SYMBOL, ms(answer.ts, "ts"), recv_ms, mark=mark),)


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


def _answered(http: Http) -> _Answer:
    answer = _ANSWER.decode(_json.answer(http))
    if answer.status != "ok" and str(answer.code) != "200":
        raise Reject(f"refused: {_said(answer.err_code or answer.code, answer.err_msg or answer.msg)}")
    return answer


def _said(code: int | str, text: str | None) -> str:
    return plain(f"{code}: {text or 'without a text'}")


def _missed(from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Addresses of two hours each, newest first, for no more than a day."""
    starts = range(max(from_ms, to_ms - LONGEST_MS), to_ms, WINDOW_MS)
    return tuple(
        f"{REST}{MISSED}?contract={SYMBOL}&trade_type=0&start_time={start}&end_time={min(start + WINDOW_MS, to_ms)}"
        for start in reversed(starts)
    )


VENUE = Venue(
    name=NAME,
    title="HTX",
    streams=(
        Stream(
            name="market",
            url="wss://api.hbdm.com/linear-swap-ws",
            hello=(f'{{"sub":"{_TRADES}","id":"1"}}',),
            limit_s=60.0,  # about forty trades a minute (September 2026), and nothing else that would prove anything
            life_s=5.0,
        ),
        Stream(
            name="notification",
            url="wss://api.hbdm.com/linear-swap-notification",
            hello=(
                f'{{"op":"sub","cid":"1","topic":"public.{SYMBOL}.funding_rate"}}',
                # Of all contracts, because the dated ones' names change.
                '{"op":"sub","cid":"2","topic":"public.*.liquidation_orders"}',
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
        Poll(f"{REST}{API}/swap_open_interest?contract_code={SYMBOL}", 60.0),
        Poll(f"{REST}{API}/swap_index?contract_code={SYMBOL}", 30.0),
        Poll(f"{REST}{MARK}?contract_code={SYMBOL}&period=1min&size=1", 30.0),
        Poll(f"{REST}{PRICES}?business_type=futures", 30.0),
    ),
    missed=_missed,
    every_s={"mark": 30.0, "index": 30.0},  # both are asked over REST
    note="claims to publish every liquidation, priced at bankruptcy; few come",
)
