"""Deribit: trades and liquidations of all bitcoin futures, the perpetuals' tickers, and the curve of dated futures.

Formats: Deribit API v2 (JSON-RPC), 2025-11 to 2026-07, and captures. Amounts are in dollars on inverse instruments
(`BTC-...`) and in bitcoin on linear ones (`BTC_USDC-...`), never in contracts; the instrument's name tells which.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder, encode

from feeds.facts import (
    Fact,
    Funding,
    Instrument,
    Kind,
    Liquidation,
    OpenInterest,
    Position,
    Quote,
    Side,
    Trade,
)
from feeds.text import plain
from feeds.venue import Http, More, Out, Poll, Refused, Reject, Send, Short, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._common import Number, Time, asked, each_row, ms
from feeds.venues._lists import asking, query_of
from feeds.venues._numbers import Numbers

NAME = "deribit"
REST = "https://www.deribit.com"
API = "/api/v2/public/"
INSTRUMENTS, CURVE, TRADES = "get_instruments", "get_book_summary_by_currency", "get_last_trades_by_currency_and_time"
PERPETUALS = ("BTC-PERPETUAL", "BTC_USDC-PERPETUAL")
CURRENCIES = ("BTC", "USDC")
"""Those in which bitcoin futures settle. Futures of other coins settle in USDC too, and are skipped."""

CHANNELS = {
    2: ("trades.future.BTC.100ms",),
    3: ("trades.future.USDC.100ms",),
    4: ("ticker.BTC-PERPETUAL.100ms", "ticker.BTC_USDC-PERPETUAL.agg2"),
}
"""By the id of the request. Apart, so that a refusal of one does not cost the others."""
LIQUIDATIONS = (2, 3)
NONE = (None, "", "none")
"""How it is said that a trade is no liquidation."""

FUNDING_H = 8.0
SLICE_MS = 300_000
MOST_MISSED_MS = 2 * 3_600_000
"""One answer holds a thousand trades, of which liquidations are few: a long gap would take too many."""

_OURS = re.compile(r"BTC(_USDC)?-(PERPETUAL|[0-9]{1,2}[A-Z]{3}[0-9]{2})")
_SOLD: dict[Side, Position] = {"sell": "long", "buy": "short"}
_BOUGHT: dict[Side, Position] = {"sell": "short", "buy": "long"}

# `direction` is the taker's. T: the taker was liquidated; M: the maker, who traded the other way; MT: both, counted
# once, as the taker.
_CLOSED = {"T": _SOLD, "M": _BOUGHT, "MT": _SOLD}


class _Error(Struct, gc=False):
    code: int | str = ""
    message: str = ""


class _Params(Struct, gc=False):
    channel: str = ""
    data: Raw = Raw()
    type: str = ""


class _Frame(Struct, gc=False):
    method: str = ""
    params: _Params | None = None
    id: int | str | None = None
    result: Raw = Raw()
    error: _Error | None = None


class _Named(Struct, gc=False):
    """`trade_seq` counts the trades of an instrument."""

    instrument_name: str
    trade_seq: int | None = None


class _Trade(Struct, gc=False):
    """`block_trade_id` marks what was agreed on elsewhere, `combo_id` the leg of a spread, priced beside the mark."""

    trade_id: str | int
    timestamp: Time
    price: Number
    amount: Number
    direction: Side
    liquidation: str | None = None
    block_trade_id: str | int | None = None
    combo_id: str | None = None


class _Timed(Struct, gc=False):
    timestamp: Time


class _Ticker(Struct, gc=False):
    instrument_name: str
    timestamp: Time
    last_price: Number = None
    best_bid_price: Number = None
    best_ask_price: Number = None
    mark_price: Number = None
    index_price: Number = None
    open_interest: Number = None
    funding_8h: Number = None


class _Summary(Struct, gc=False):
    """`estimated_delivery_price` is the index, but for an instrument's last half hour, when it is the index's mean."""

    instrument_name: str
    creation_timestamp: Time
    last: Number = None
    bid_price: Number = None
    ask_price: Number = None
    mark_price: Number = None
    estimated_delivery_price: Number = None
    open_interest: Number = None


class _Instrument(Struct, gc=False):
    """`future_type` is what `instrument_type` was called before."""

    instrument_name: str
    contract_size: Number = None
    expiration_timestamp: Time = None
    settlement_period: str | None = None
    instrument_type: str | None = None
    future_type: str | None = None


class _Answer(Struct, gc=False):
    result: Raw = Raw()
    error: _Error | None = None


class _Trades(Struct, gc=False):
    trades: Raw
    has_more: bool = False


_FRAME = Decoder(_Frame)
_NAMED = Decoder(_Named)
_TRADE = Decoder(_Trade)
_TIMED = Decoder(_Timed)
_TICKER = Decoder(_Ticker)
_SUMMARY = Decoder(_Summary)
_INSTRUMENT = Decoder(_Instrument)
_ANSWER = Decoder(_Answer)
_TRADES = Decoder(_Trades)
_ACCEPTED = Decoder(list[str])


class Parser:
    """Remembers the last trade's number of each instrument, so that a lost one shows, and when instruments expire."""

    def __init__(self) -> None:
        self._numbers = Numbers()
        self._expiry_ms: dict[str, int] = {}

    def opened(self, feed: str, recv_ms: int) -> None:
        """Trades are counted anew."""
        self._numbers.opened()

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades with the liquidations among them, tickers, and what keeps the connection."""
        frame = _FRAME.decode(_json.text(data))
        if frame.method == "subscription" and frame.params is not None:
            channel, _, name = frame.params.channel.partition(".")
            if channel == "trades":
                return self._trades(feed, frame.params.data, recv_ms)
            if channel == "ticker" and name.partition(".")[0] in PERPETUALS:
                return _ticker(_TICKER.decode(frame.params.data), recv_ms)
            return ()
        if frame.method == "heartbeat":
            # Its heartbeats are the front end's; the tickers, which never rest, are the proof of life.
            return (_TEST,) if frame.params is not None and frame.params.type == "test_request" else ()
        return _reply(frame)

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Listed futures, the curve, or trades of a gap."""
        path, _ = asked(http)
        if path.endswith(API + INSTRUMENTS):
            rows = _json.ROWS.decode(_result(http))
            return each_row(feed, recv_ms, rows, lambda raw: self._instrument(raw, recv_ms))
        if path.endswith(API + CURVE):
            rows = _json.ROWS.decode(_result(http))
            return each_row(feed, recv_ms, rows, lambda raw: self._summary(raw, recv_ms))
        if path.endswith(API + TRADES):
            return _missed(feed, http, recv_ms)
        raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")

    def _trades(self, feed: str, data: Raw, recv_ms: int) -> Sequence[Out]:
        lost: list[Out] = []

        def read(raw: Raw) -> Sequence[Out]:
            named = _NAMED.decode(raw)
            if not _ours(named.instrument_name):
                return ()
            lost.extend(self._numbers.seen(feed, named.instrument_name, named.trade_seq, recv_ms))
            return _trade(named.instrument_name, _TRADE.decode(raw), recv_ms)

        return [*each_row(feed, recv_ms, _json.ROWS.decode(data), read), *lost]

    def _instrument(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        if not _ours(_NAMED.decode(raw).instrument_name):
            return ()
        row = _INSTRUMENT.decode(raw)
        symbol = row.instrument_name
        listed = row.instrument_type or row.future_type
        if (listed, _inverse(symbol)) not in (("reversed", True), ("linear", False)):
            raise Reject(f"{symbol} is listed as {plain(str(listed), 20)}")
        contract = positive(row.contract_size, "contract_size")
        dated = not symbol.endswith("-PERPETUAL") and row.settlement_period != "perpetual"
        # A perpetual is listed with an expiry too, in the year 3000.
        expiry_ms = ms(row.expiration_timestamp, "expiration_timestamp") if dated else None
        if expiry_ms is not None:
            self._expiry_ms[symbol] = expiry_ms
            if expiry_ms <= recv_ms:
                return ()
        kind: Kind = "future" if dated else "perpetual"
        quote = "USD" if _inverse(symbol) else "USDC"
        return (Instrument(NAME, symbol, kind, quote, _inverse(symbol), contract, expiry_ms),)

    def _summary(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Read a dated future of the curve. The perpetuals' own tickers are newer."""
        symbol = _NAMED.decode(raw).instrument_name
        if not _ours(symbol) or symbol in PERPETUALS or self._expiry_ms.get(symbol, recv_ms + 1) <= recv_ms:
            return ()
        row = _SUMMARY.decode(raw)
        ts_ms, last = ms(row.creation_timestamp, "creation_timestamp"), optional(row.last, "last")
        bid, ask = optional(row.bid_price, "bid_price"), optional(row.ask_price, "ask_price")
        mark = optional(row.mark_price, "mark_price")
        index = optional(row.estimated_delivery_price, "estimated_delivery_price")
        quote = Quote(NAME, symbol, ts_ms, recv_ms, last, bid, ask, mark, index)
        return quote, *_open_interest(symbol, row.open_interest, mark, ts_ms, recv_ms)


@lru_cache(maxsize=1024)
def _ours(symbol: str) -> bool:
    """Perpetuals and dated futures of bitcoin; not options, nor combinations of futures (`BTC-FS-...`)."""
    return _OURS.fullmatch(symbol) is not None


def _inverse(symbol: str) -> bool:
    return symbol.startswith("BTC-")


def _btc_usd(symbol: str, amount: float, price: float) -> tuple[float, float]:
    """Bitcoin and dollars of an amount. Raises `Reject` where they are too many or too few for a number."""
    if _inverse(symbol):
        return positive(amount / price, "size in BTC"), amount
    return amount, positive(amount * price, "size in dollars")


def _trade(symbol: str, row: _Trade, recv_ms: int) -> list[Out]:
    """Read a trade, and the liquidation that it may be a fill of."""
    ts_ms, price = ms(row.timestamp, "timestamp"), positive(row.price, "price")
    btc, usd = _btc_usd(symbol, positive(row.amount, "amount"), price)
    id = str(row.trade_id)
    facts: list[Out] = []
    if row.block_trade_id is None and not row.combo_id:  # the prices of these are not the market's
        facts.append(Trade(NAME, symbol, ts_ms, recv_ms, price, btc, row.direction, id))
    if row.liquidation not in NONE:
        closed = _CLOSED.get(row.liquidation)
        if closed is None:
            raise Reject(f"liquidation is neither T, M nor MT: {plain(row.liquidation, 20)}")
        position = closed[row.direction]
        facts.append(Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, f"{symbol}:{id}"))
    return facts


def _missed(feed: str, http: Http, recv_ms: int) -> list[Out]:
    """Liquidations among the trades of a gap; the trades themselves are no news any more."""
    answer = _TRADES.decode(_result(http))

    def read(raw: Raw) -> list[Out]:
        symbol = _NAMED.decode(raw).instrument_name
        facts = _trade(symbol, _TRADE.decode(raw), recv_ms) if _ours(symbol) else []
        return [fact for fact in facts if isinstance(fact, Liquidation)]

    rows = _json.ROWS.decode(answer.trades)
    outs = each_row(feed, recv_ms, rows, read)
    if not answer.has_more:
        return outs
    # Oldest first: the next page begins where this one ends, and repeats what is of the same millisecond.
    start_ms, reached_ms = ms(query_of(http, "start_timestamp"), "start"), max(_times(rows), default=0)
    if reached_ms <= start_ms:
        return [*outs, Short("the list does not go on as far as the gap")]
    return [*outs, More(asking(http, start_timestamp=reached_ms))]


def _times(rows: list[Raw]) -> Iterator[int]:
    """Times of the trades; what cannot be read is rejected elsewhere."""
    for raw in rows:
        with suppress(Reject, MsgspecError):
            yield ms(_TIMED.decode(raw).timestamp, "timestamp")


def _ticker(row: _Ticker, recv_ms: int) -> list[Out]:
    symbol, ts_ms = row.instrument_name, ms(row.timestamp, "timestamp")
    if symbol not in PERPETUALS:
        raise Reject(f"a ticker of {plain(symbol, 40)} in the channel of a perpetual")
    last, mark = optional(row.last_price, "last_price"), optional(row.mark_price, "mark_price")
    bid, ask = optional(row.best_bid_price, "best_bid_price"), optional(row.best_ask_price, "best_ask_price")
    index = optional(row.index_price, "index_price")
    facts: list[Out] = [Quote(NAME, symbol, ts_ms, recv_ms, last, bid, ask, mark, index)]
    if row.funding_8h not in (None, ""):
        # Funding is paid all the time, so there is no next one. `current_funding` is the rate of this instant, which
        # is zero within a dead band; what the last eight hours cost compares with other venues' intervals.
        facts.append(Funding(NAME, symbol, ts_ms, recv_ms, number(row.funding_8h, "funding_8h"), FUNDING_H, None))
    facts += _open_interest(symbol, row.open_interest, mark, ts_ms, recv_ms)
    return facts


def _open_interest(symbol: str, size: Number, mark: float | None, ts_ms: int, recv_ms: int) -> Sequence[Fact]:
    """Open interest, which comes in dollars on inverse instruments; nothing where it is zero or there is no price."""
    amount = optional(size, "open_interest")
    if amount is None or mark is None:
        return ()
    return (OpenInterest(NAME, symbol, ts_ms, recv_ms, _btc_usd(symbol, amount, mark)[0]),)


def _reply(frame: _Frame) -> Sequence[Out]:
    """Read what answers a request. A subscription names the channels that were accepted, and drops others silently."""
    liquidations = frame.id in LIQUIDATIONS
    if frame.error is not None:
        return (Refused(plain(f"{frame.error.code}: {frame.error.message}"), liquidations=liquidations),)
    if frame.id is None:
        raise Reject("neither an answer nor a subscription")
    wanted = CHANNELS.get(frame.id) if isinstance(frame.id, int) else None
    if wanted is None:
        return ()
    accepted = _ACCEPTED.decode(frame.result)
    missing = [channel for channel in wanted if channel not in accepted]
    return (Refused(f"not subscribed: {', '.join(missing)}", liquidations=liquidations),) if missing else ()


def _result(http: Http) -> Raw:
    answer = _ANSWER.decode(_json.answer(http))
    if answer.error is not None:
        raise Reject(plain(f"refused: {answer.error.code}: {answer.error.message}"))
    return answer.result


def _request(id: int, method: str, **params: object) -> str:
    return encode({"jsonrpc": "2.0", "id": id, "method": f"public/{method}", "params": params}).decode()


_TEST = Send(_request(9, "test"))


def _between(from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Addresses of the trades of a gap, in slices; none for a gap so long that they would be too many."""
    if to_ms - from_ms > MOST_MISSED_MS:
        return ()
    return tuple(
        f"{REST}{API}{TRADES}?currency={currency}&kind=future&count=1000&sorting=asc"
        f"&start_timestamp={start}&end_timestamp={min(start + SLICE_MS, to_ms)}"
        for currency in CURRENCIES
        for start in range(from_ms, to_ms, SLICE_MS)
    )


VENUE = Venue(
    name=NAME,
    title="Deribit",
    streams=(
        Stream(
            name="",
            url="wss://www.deribit.com/ws/api/v2",
            hello=(
                _request(1, "set_heartbeat", interval=30),
                *(_request(id, "subscribe", channels=channels) for id, channels in CHANNELS.items()),
            ),
            limit_s=15.0,
            liquidations=True,
            fallbacks=("wss://streams.deribit.com/ws/api/v2",),
        ),
    ),
    parser=Parser,
    prices=PERPETUALS,
    spot=None,
    quote="USD",
    liquidations="all",
    http=REST,
    setup=tuple(f"{REST}{API}{INSTRUMENTS}?currency={coin}&kind=future&expired=false" for coin in CURRENCIES),
    polls=tuple(Poll(f"{REST}{API}{CURVE}?currency={coin}&kind=future", 30.0) for coin in CURRENCIES),
    missed=_between,
    note="every fill of a liquidation; may refuse addresses of some countries",
)
