"""Bybit v5: the BTCUSDT (linear) and BTCUSD (inverse) perpetuals, dated contracts, and every liquidation of bitcoin.

Formats: bybit-exchange/docs, v5, July 2026; that `allLiquidation` takes BTCPERP, which is settled in USDC, was verified
live by public clients in 2026. Linear sizes are in BTC, inverse ones in dollars; the symbol tells which.
"""

import re
from collections.abc import Callable, Sequence

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType
from msgspec.json import Decoder
from msgspec.structs import asdict

from feeds.facts import (
    Funding,
    Liquidation,
    OpenInterest,
    Position,
    Quote,
    Side,
    Trade,
)
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Poll, Refused, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._bybit_rest import (
    DATED,
    INSTRUMENTS,
    INTERVALS,
    INVERSE,
    KLINES,
    LINEAR,
    NAME,
    REST,
    STREAMS,
    TICKERS,
    Rest,
    past,
)
from feeds.venues._common import Number, Time, each_row, ms, numbered
from feeds.venues._naming import Names

USDC = "BTCPERP"
_LIQUIDATIONS_ID = "2"
_FURTHER_ID = "3"
"""Liquidations of further contracts: where one is refused, those of the perpetuals still come."""
_INVERSE = re.compile(r"BTCUSD([FGHJKMNQUVXZ][0-9]{2})?")


def _is_liquidated(symbol: str) -> bool:
    """Bitcoin against dollars, perpetual or dated."""
    return symbol in (*STREAMS, USDC) or DATED.fullmatch(symbol) is not None


_SIDES: dict[str | None, Side] = {"Buy": "buy", "Sell": "sell"}

# S is the side of the position, not of the order that closed it: "when you receive a Buy update, this means that a
# long position has been liquidated" (Bybit docs, allLiquidation). Most other venues give the order's side.
_POSITIONS: dict[str | None, Position] = {"Buy": "long", "Sell": "short"}


class _Message(Struct, gc=False):
    """A message of a topic, or the answer to a request."""

    topic: str | None = None
    type: str | None = None
    ts: Time = None
    data: Raw = Raw()
    success: bool | None = None
    ret_msg: str | None = None
    op: str | None = None
    req_id: str | None = None


class _Trade(Struct, gc=False):
    """`S` is the taker's side; `BT` marks a block trade, agreed on elsewhere."""

    T: Time
    s: str
    S: str | None
    v: Number
    p: Number
    i: str
    BT: bool | None = None


class _Liquidation(Struct, gc=False):
    """`p` is the bankruptcy price: dollars are a little below what was traded for a long, above for a short."""

    T: Time
    s: str
    S: str | None
    v: Number
    p: Number


class _Ticker(Struct, gc=False, rename="camel"):
    """A ticker, or what changed of it: absent is unchanged, "" and null are not known."""

    symbol: str | UnsetType = UNSET
    last_price: Number | UnsetType = UNSET
    bid1_price: Number | UnsetType = UNSET
    ask1_price: Number | UnsetType = UNSET
    mark_price: Number | UnsetType = UNSET
    index_price: Number | UnsetType = UNSET
    funding_rate: Number | UnsetType = UNSET
    funding_interval_hour: Number | UnsetType = UNSET
    next_funding_time: Time | UnsetType = UNSET
    open_interest: Number | UnsetType = UNSET
    single_open_interest: Number | UnsetType = UNSET


_MESSAGE = Decoder(_Message)
_TRADE = Decoder(_Trade)
_LIQUIDATION = Decoder(_Liquidation)
_TICKER = Decoder(_Ticker)


class Parser:
    """Frames of both streams to facts. Remembers each perpetual's ticker, which comes as changes to a snapshot.

    Funding intervals come over REST, and outlive a connection.
    """

    def __init__(self) -> None:
        self._tickers: dict[str, _Ticker] = {}
        self._names = Names(_further)
        self._rest = Rest(self._names)

    def opened(self, feed: str, recv_ms: int) -> None:
        """Forget the ticker of the stream that came up anew; of both where the feed names none."""
        self._names.opened(feed)
        _, _, stream = feed.partition(".")
        for symbol, name in STREAMS.items():
            if stream in ("", name):
                self._tickers.pop(symbol, None)

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades, tickers with funding and open interest, liquidations, and what answers a request."""
        outs = self._read(feed, data, recv_ms)
        due = self._names.due(feed)
        return [*outs, *due] if due else outs

    def _read(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        message = _MESSAGE.decode(_json.text(data))
        if message.topic is None:
            return _reply(message)
        channel, _, symbol = message.topic.partition(".")
        match channel:
            case "publicTrade" if symbol in STREAMS:
                return each_row(feed, recv_ms, _json.ROWS.decode(message.data), _trades(symbol, recv_ms))
            case "tickers" if symbol in STREAMS:
                return self._ticker(symbol, message, recv_ms)
            case "allLiquidation" if _is_liquidated(symbol):
                return each_row(feed, recv_ms, _json.ROWS.decode(message.data), _liquidations(symbol, recv_ms))
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Listed contracts, prices of the dated ones, or candles of the linear perpetual."""
        return self._rest.answer(feed, http, recv_ms)

    def _ticker(self, symbol: str, message: _Message, recv_ms: int) -> Sequence[Out]:
        known = self._tickers.get(symbol)
        if message.type not in ("snapshot", "delta"):
            raise Reject(f"a ticker that is neither snapshot nor delta: {plain(str(message.type), 20)}")
        if message.type == "delta" and known is None:
            raise Reject("a ticker's change before its snapshot")
        try:
            ticker = change = _TICKER.decode(message.data)
            if change.symbol is not UNSET:
                _agree(symbol, change.symbol)
            if message.type == "delta" and known is not None:
                ticker = _merged(known, change)
            interval_h = self._rest.interval_h.get(symbol)
            facts = _ticker_facts(symbol, ticker, change, interval_h, ms(message.ts, "ticker time"), recv_ms)
        except (Reject, MsgspecError):
            # What this message changed cannot be told. Nothing known is better than what is no longer so, and each
            # part is known again when it next changes.
            self._tickers[symbol] = _Ticker()
            raise
        self._tickers[symbol] = ticker
        return facts


def _merged(known: _Ticker, change: _Ticker) -> _Ticker:
    return _Ticker(**{**asdict(known), **{name: new for name, new in asdict(change).items() if new is not UNSET}})


def _part(value: Number | UnsetType, what: str) -> float | None:
    return None if value is UNSET else optional(value, what)


def _ticker_facts(
    symbol: str, ticker: _Ticker, change: _Ticker, interval_h: float | None, ts_ms: int, recv_ms: int
) -> list[Out]:
    """A quote of all that is known; funding and open interest where this message carries them.

    `interval_h` is what the list of contracts said, for tickers that say nothing of it.
    """
    last, mark = _part(ticker.last_price, "last price"), _part(ticker.mark_price, "mark price")
    bid, ask = _part(ticker.bid1_price, "bid"), _part(ticker.ask1_price, "ask")
    index = _part(ticker.index_price, "index price")
    facts: list[Out] = [Quote(NAME, symbol, ts_ms, recv_ms, last, bid, ask, mark, index)]
    rate, open_interest = _rate(ticker), _open_interest(symbol, ticker, mark or last)
    if rate is not None and not (change.funding_rate is UNSET and change.next_funding_time is UNSET):
        interval_h = _part(ticker.funding_interval_hour, "funding interval") or interval_h
        facts.append(Funding(NAME, symbol, ts_ms, recv_ms, rate, interval_h, _next_ms(ticker)))
    if open_interest is not None and not (change.open_interest is UNSET and change.single_open_interest is UNSET):
        facts.append(OpenInterest(NAME, symbol, ts_ms, recv_ms, open_interest))
    return facts


def _rate(ticker: _Ticker) -> float | None:
    """The funding rate; `None` for a contract without one, which says "". Zero is a rate."""
    rate = ticker.funding_rate
    return None if rate is UNSET or rate in (None, "") else number(rate, "funding rate")


def _next_ms(ticker: _Ticker) -> int | None:
    time = ticker.next_funding_time
    return None if time is UNSET or time in (None, "", 0, "0") else ms(time, "funding time")


def _open_interest(symbol: str, ticker: _Ticker, price: float | None) -> float | None:
    """Open interest in BTC. `openInterest` counts longs and shorts, `singleOpenInterest` (June 2026) each pair once."""
    single = _part(ticker.single_open_interest, "open interest")
    if single is None:
        both = _part(ticker.open_interest, "open interest")
        single = both and both / 2
    return _btc_usd(symbol, single, price)[0] if single and price else None


def _btc_usd(symbol: str, size: float, price: float) -> tuple[float, float]:
    """Sizes are in BTC on linear contracts and in dollars on inverse ones."""
    if not _INVERSE.fullmatch(symbol):
        return size, positive(size * price, "size in dollars")  # what overflows is refused too
    return positive(size / price, "size in BTC"), size


def _trades(symbol: str, recv_ms: int) -> Callable[[Raw], Sequence[Out]]:
    def read(raw: Raw) -> Sequence[Out]:
        row = _TRADE.decode(raw)
        _agree(symbol, row.s)
        if row.BT:  # a block trade, agreed on elsewhere: its price is not the market's
            return ()
        side = _SIDES.get(row.S)
        if side is None:
            raise Reject(f"side is neither Buy nor Sell: {str(row.S)[:20]!r}")
        ts_ms, price, size = ms(row.T, "trade time"), positive(row.p, "price"), positive(row.v, "size")
        btc, _ = _btc_usd(symbol, size, price)
        return (Trade(NAME, symbol, ts_ms, recv_ms, price, btc, side, row.i),)

    return read


def _liquidations(symbol: str, recv_ms: int) -> Callable[[Raw], Sequence[Out]]:
    seen: dict[str, int] = {}

    def read(raw: Raw) -> Sequence[Out]:
        row = _LIQUIDATION.decode(raw)
        _agree(symbol, row.s)
        position = _POSITIONS.get(row.S)
        if position is None:
            raise Reject(f"side is neither Buy nor Sell: {str(row.S)[:20]!r}")
        ts_ms, price, size = ms(row.T, "time"), positive(row.p, "price"), positive(row.v, "size")
        btc, usd = _btc_usd(symbol, size, price)
        id = numbered(f"{ts_ms}:{symbol}:{row.S}:{size}:{price}", seen)
        return (Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, id),)

    return read


def _agree(symbol: str, row_symbol: str) -> None:
    """Refuse a row of another symbol than its topic's: nothing would tell in what its size is counted."""
    if row_symbol != symbol:
        raise Reject(f"a row of {plain(row_symbol, 20)} in a topic of {symbol}")


def _reply(message: _Message) -> Sequence[Out]:
    """Answers to what was sent. The acknowledgement of a subscription proves nothing, a pong does."""
    if message.success is False:
        said = plain(message.ret_msg or "") or "a request was refused without a text"
        deaf = message.req_id == _LIQUIDATIONS_ID or ("iquidation" in said and message.req_id != _FURTHER_ID)
        return (Refused(said, liquidations=deaf),)
    return (Alive(),) if "pong" in (message.op, message.ret_msg) else ()


def _further(symbols: list[str]) -> str:
    """Make a request of the liquidations of contracts that are none of the two perpetuals."""
    listed = ",".join(f'"allLiquidation.{symbol}"' for symbol in symbols)
    return f'{{"req_id":"{_FURTHER_ID}","op":"subscribe","args":[{listed}]}}'


def _stream(symbol: str, name: str, *further: str) -> Stream:
    # One bad topic can fail a whole request, so liquidations, renamed once already, are asked for in their own.
    return Stream(
        name=name,
        url=f"wss://stream.bybit.com/v5/public/{name}",
        hello=(
            f'{{"req_id":"1","op":"subscribe","args":["publicTrade.{symbol}","tickers.{symbol}"]}}',
            f'{{"req_id":"{_LIQUIDATIONS_ID}","op":"subscribe","args":["allLiquidation.{symbol}"]}}',
            *(_further([other]) for other in further),
        ),
        ping='{"op":"ping"}',
        ping_s=20.0,
        limit_s=30.0,  # longer than from ping to ping, so that a pong alone will do in a quiet market
        liquidations=True,
    )


VENUE = Venue(
    name=NAME,
    title="Bybit",
    streams=(_stream(LINEAR, "linear", USDC), _stream(INVERSE, "inverse")),
    parser=Parser,
    prices=(LINEAR, INVERSE),
    spot=None,
    quote="USDT",
    liquidations="all",
    http=REST,
    # Asked by coin, a category holds a few dozen contracts, which is no second page.
    setup=tuple(f"{REST}{INSTRUMENTS}?category={name}&baseCoin=BTC&limit=1000" for name in STREAMS.values()),
    polls=tuple(Poll(f"{REST}{TICKERS}?category={name}", 60.0) for name in STREAMS.values()),
    bars=lambda frame: f"{REST}{KLINES}?category=linear&symbol={LINEAR}&interval={INTERVALS[frame]}&limit=500",
    interest=past,
    note="every liquidation, perpetual and dated, in USDT, USDC and coin, priced at bankruptcy; refuses US addresses",
    every_s={"mark": 5.0, "index": 5.0},  # every 100 ms, but no part that stands still
    changes=True,
)
