"""Kraken Futures, websocket v1: the PF_XBTUSD (linear) and PI_XBTUSD (inverse) perpetuals, and dated contracts' prices.

Liquidations come among the trades. Sizes are BTC on PF_ and FF_, dollars on PI_ and FI_. Formats: docs.kraken.com,
futures websocket and REST, 2026, and captures of 2020 to 2026-09 in public parsers.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Funding, Instrument, Kind, Liquidation, OpenInterest, PastInterest, Position, Quote, Side, Trade
from feeds.text import plain
from feeds.venue import Http, More, Out, Poll, Refused, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._common import Number, Time, asked, each_row, iso_ms, ms
from feeds.venues._contract import Contract
from feeds.venues._lists import asking, onward, query_of, since, wanted_ms
from feeds.venues._numbers import Numbers
from feeds.venues._past_interest import STEP_MS, past_interest

NAME = "kraken_futures"
LINEAR, INVERSE = "PF_XBTUSD", "PI_XBTUSD"
PERPETUALS = (LINEAR, INVERSE)
REST = "https://futures.kraken.com"
API = f"{REST}/derivatives/api/v3"
INTEREST = f"/api/charts/v1/analytics/{LINEAR}/open-interest"
"""Market analytics: times in seconds, and of each the open interest when it began, its high, low and last."""

_OURS = re.compile(r"P[FI]_XBTUSD|F[FI]_XBTUSD_[0-9]{6}")

# The side is the taker's, and the taker of a liquidation closes the position: selling closes a long.
_POSITIONS: dict[str | None, Position] = {"sell": "long", "buy": "short"}

MISSED_MS, MOST_MISSED_MS = 30_000, 300_000
"""What was missed is asked for half a minute at a time, for an answer holds no more than the hundred trades before a
time; and not at all after a gap so long that the questions would be too many."""
LONGEST = 100


class _Frame(Struct, gc=False):
    """A message of a feed about a product, or an event: an answer to a request, or a greeting.

    `seq` counts the trades of a product.
    """

    feed: str = ""
    seq: int | None = None
    product_id: str = ""
    event: str = ""
    message: str = ""
    product_ids: list[str] = []


class _Trade(Struct, gc=False):
    uid: str
    side: Side
    type: str
    time: Time
    qty: Number
    price: Number


class _Ticker(Struct, gc=False):
    """`relative_funding_rate` is a fraction per hour; `funding_rate` is dollars per contract, and is no rate."""

    time: Time
    last: Number = None
    bid: Number = None
    ask: Number = None
    markPrice: Number = None
    index: Number = None
    relative_funding_rate: Number = None
    next_funding_rate_time: Time = None
    openInterest: Number = None


class _Answer(Struct, gc=False):
    result: str = ""
    error: str | None = None
    errors: Raw = Raw()
    serverTime: str | None = None
    instruments: Raw = Raw()
    tickers: Raw = Raw()
    history: Raw = Raw()


class _Named(Struct, gc=False):
    symbol: str


class _Listed(Struct, gc=False):
    contractSize: Number = None
    tradeable: bool = False
    lastTradingTime: str | None = None


class _RestTicker(Struct, gc=False):
    last: Number = None
    bid: Number = None
    ask: Number = None
    markPrice: Number = None
    indexPrice: Number = None
    openInterest: Number = None
    suspended: bool = False


class _Past(Struct, gc=False):
    """A trade of the history, whose `uid` is that of the stream."""

    time: str
    type: str = ""
    uid: str = ""
    side: str | None = None
    size: Number = None
    price: Number = None


class _Analytics(Struct, gc=False):
    result: Raw = Raw(b"{}")
    errors: list[Raw] = []


class _Series(Struct, gc=False):
    timestamp: list[Raw]
    data: list[Raw]
    more: bool = False


_ANALYTICS = Decoder(_Analytics)
_SERIES = Decoder(_Series)
_TIMED = Decoder(tuple[Time, tuple[Number, Number, Number, Number]])
_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_TICKER = Decoder(_Ticker)
_ANSWER = Decoder(_Answer)
_NAMED = Decoder(_Named)
_LISTED = Decoder(_Listed)
_REST_TICKER = Decoder(_RestTicker)
_PAST = Decoder(_Past)


class Parser:
    """Holds contract sizes and expiries, which outlive a connection, and whose trades this one was granted."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract] = {}
        self._expiries: dict[str, int] = {}
        self._granted: set[str] = set()
        self._numbers = Numbers()

    def opened(self, feed: str, recv_ms: int) -> None:
        """Nothing is granted yet, and trades are counted anew."""
        self._granted.clear()
        self._numbers.opened()

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """See `feeds.venue.Parser`."""
        data = _json.text(data)
        frame = _FRAME.decode(data)
        if frame.event:
            return self._event(frame)
        match frame.feed:
            case "trade" if symbol := _ours(frame.product_id):
                text = data
                return self._numbers.around(
                    feed, symbol, frame.seq, recv_ms, text, lambda: self._trade(symbol, _TRADE.decode(text), recv_ms)
                )
            case "ticker" if symbol := _ours(frame.product_id):
                return self._ticker(symbol, _TICKER.decode(data), recv_ms)
            case "":
                raise Reject("neither a feed nor an event")
        return ()  # `trade_snapshot` among it: the last trades before the subscription are history

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Contracts, prices of the dated ones, and liquidations that were missed."""
        path, query = asked(http)
        if path.endswith(INTEREST):
            return _past(feed, http, recv_ms)
        page = path.rpartition("/")[2]
        if page not in ("instruments", "tickers", "history"):
            raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")
        answer = _answered(http)
        match page:
            case "instruments":
                rows = _json.ROWS.decode(answer.instruments)
                return each_row(feed, recv_ms, rows, lambda raw: self._listed(raw, recv_ms))
            case "tickers":
                ts_ms, rows = iso_ms(answer.serverTime, "serverTime"), _json.ROWS.decode(answer.tickers)
                return each_row(feed, recv_ms, rows, lambda raw: self._dated(raw, ts_ms, recv_ms))
        symbol = _ours(query.get("symbol", ""))
        if not symbol:
            raise Reject("trades that nobody asked for")
        to_ms, rows = iso_ms(query.get("lastTime"), "lastTime"), _json.ROWS.decode(answer.history)
        return self._missed(feed, http, symbol, rows, (wanted_ms(http, to_ms - MISSED_MS), to_ms), recv_ms)

    def _event(self, frame: _Frame) -> Sequence[Out]:
        about_trades = frame.feed == "trade"
        match frame.event:
            case "subscribed" if about_trades:
                self._granted.update(name.upper() for name in frame.product_ids)
            case "alert" | "error" | "subscribed_failed":
                # An alert names no feed. It can be about the trades, and the liquidations among them, until both
                # products' are granted.
                unclear = not frame.feed and not self._granted.issuperset(PERPETUALS)
                said = plain(frame.message) or f"{frame.event} without a text"
                return (Refused(said, liquidations=about_trades or unclear),)
        return ()

    def _contract(self, symbol: str) -> Contract:
        return self._contracts.get(symbol) or _DEFAULTS[symbol[1]]

    def _trade(self, symbol: str, row: _Trade, recv_ms: int) -> Sequence[Out]:
        if row.type not in ("fill", "liquidation"):  # assignments, terminations and blocks make no price
            return ()
        ts_ms, price, qty = ms(row.time, "time"), positive(row.price, "price"), positive(row.qty, "qty")
        btc, usd = self._contract(symbol).btc_usd(qty, price)
        trade = Trade(NAME, symbol, ts_ms, recv_ms, price, btc, row.side, row.uid)
        if row.type == "fill":
            return (trade,)
        closed = _POSITIONS[row.side]
        return trade, Liquidation(NAME, symbol, ts_ms, recv_ms, closed, btc, usd, price, _id(row.uid))

    def _ticker(self, symbol: str, row: _Ticker, recv_ms: int) -> Sequence[Out]:
        ts_ms = ms(row.time, "time")
        last, bid, ask = optional(row.last, "last"), optional(row.bid, "bid"), optional(row.ask, "ask")
        mark, index = optional(row.markPrice, "markPrice"), optional(row.index, "index")
        facts: list[Out] = [Quote(NAME, symbol, ts_ms, recv_ms, last, bid, ask, mark, index)]
        if symbol in PERPETUALS and row.relative_funding_rate not in (None, ""):
            rate = number(row.relative_funding_rate, "relative_funding_rate")
            due = row.next_funding_rate_time
            next_ms = None if due in (None, "", 0) else ms(due, "next_funding_rate_time")
            facts.append(Funding(NAME, symbol, ts_ms, recv_ms, rate, 1.0, next_ms))
        return facts + self._open_interest(symbol, row.openInterest, mark or last, ts_ms, recv_ms)

    def _open_interest(
        self, symbol: str, size: Number, price: float | None, ts_ms: int, recv_ms: int
    ) -> list[OpenInterest]:
        """Open interest in BTC, if it is known; what counts in dollars needs a price for it."""
        known = optional(size, "openInterest")
        if not known or not price:
            return []
        return [OpenInterest(NAME, symbol, ts_ms, recv_ms, self._contract(symbol).btc_usd(known, price)[0])]

    def _listed(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Learn of a contract; one that cannot be believed leaves what was known of it standing."""
        symbol = _ours(_NAMED.decode(raw).symbol)
        if not symbol:
            return ()
        row = _LISTED.decode(raw)
        if not row.tradeable:
            self._expiries.pop(symbol, None)
            return ()
        # The name tells inverse from linear; the documentation's sample has a `type` that contradicts it.
        value, inverse = positive(row.contractSize, "contractSize"), symbol[1] == "I"
        expiry_ms = None if symbol in PERPETUALS else iso_ms(row.lastTradingTime, "lastTradingTime")
        self._contracts[symbol] = Contract(value, inverse)
        if expiry_ms is not None:
            self._expiries[symbol] = expiry_ms
            if expiry_ms <= recv_ms:
                return ()
        kind: Kind = "perpetual" if expiry_ms is None else "future"
        return (Instrument(NAME, symbol, kind, "USD", inverse, value, expiry_ms),)

    def _dated(self, raw: Raw, ts_ms: int, recv_ms: int) -> Sequence[Out]:
        """Prices and open interest of a dated contract that has not expired; the perpetuals' are streamed."""
        symbol = _ours(_NAMED.decode(raw).symbol)
        if self._expiries.get(symbol, 0) <= recv_ms:
            return ()
        row = _REST_TICKER.decode(raw)
        if row.suspended:
            return ()
        last, bid, ask = optional(row.last, "last"), optional(row.bid, "bid"), optional(row.ask, "ask")
        mark, index = optional(row.markPrice, "markPrice"), optional(row.indexPrice, "indexPrice")
        quote = Quote(NAME, symbol, ts_ms, recv_ms, last, bid, ask, mark, index)
        return quote, *self._open_interest(symbol, row.openInterest, mark or last, ts_ms, recv_ms)

    def _missed(
        self, feed: str, http: Http, symbol: str, rows: list[Raw], span: tuple[int, int], recv_ms: int
    ) -> Sequence[Out]:
        """Read the liquidations of a span; other trades come too late to be news, older ones come with others."""
        from_ms, to_ms = span
        reached_ms = to_ms

        def read(raw: Raw) -> Sequence[Out]:
            nonlocal reached_ms
            past = _PAST.decode(raw)
            ts_ms = iso_ms(past.time, "time")
            reached_ms = min(reached_ms, ts_ms)
            if past.type != "liquidation" or ts_ms < from_ms:
                return ()
            price, size = positive(past.price, "price"), positive(past.size, "size")
            btc, usd = self._contract(symbol).btc_usd(size, price)
            position = _POSITIONS.get(past.side)
            if position is None:
                raise Reject(f"side is neither sell nor buy: {str(past.side)[:20]!r}")
            return (Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, _id(past.uid)),)

        outs = each_row(feed, recv_ms, rows, read)
        if len(rows) < LONGEST:
            return outs
        return [*outs, *onward(reached_ms, from_ms, to_ms, since(asking(http, lastTime=_utc(reached_ms)), from_ms))]


_DEFAULTS = {"F": Contract(1.0, inverse=False), "I": Contract(1.0, inverse=True)}
"""Until the venue has said it: by the second letter of the name."""


@lru_cache(maxsize=1024)
def _ours(symbol: str) -> str:
    """The name in capitals, as older answers do not have it; "" where it is no bitcoin contract."""
    name = symbol.upper()
    return name if _OURS.fullmatch(name) else ""


def _id(uid: str) -> str:
    if not uid:
        raise Reject("a liquidation without an id")
    return uid


def _answered(http: Http) -> _Answer:
    answer = _ANSWER.decode(_json.answer(http))
    if answer.result != "success":
        said = answer.error or bytes(answer.errors).decode("utf-8", "replace") or "an answer without success"
        raise Reject(plain(said, 120))
    return answer


def _past(feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
    """Read open interest of the linear perpetual, oldest first, and where more of it is."""
    answer = _ANALYTICS.decode(_json.answer(http))
    if answer.errors:
        raise Reject(plain(bytes(answer.errors[0]).decode("utf-8", "replace"), 120))
    told = _SERIES.decode(answer.result)
    if len(told.timestamp) != len(told.data):
        raise Reject(f"{len(told.timestamp)} times of {len(told.data)} numbers")
    rows = [Raw(b"[%b,%b]" % (bytes(at), bytes(row))) for at, row in zip(told.timestamp, told.data, strict=True)]
    outs = past_interest((NAME, LINEAR), feed, recv_ms, rows, _held)
    newest_ms = max((out.ts_ms for out in outs if isinstance(out, PastInterest)), default=0)
    if told.more and newest_ms > ms(query_of(http, "since"), "since"):
        outs.append(More(asking(http, since=(newest_ms + STEP_MS) // 1000)))
    return outs


def _held(raw: Raw) -> tuple[int, float]:
    at, (opened, *_) = _TIMED.decode(raw)
    return ms(at, "timestamp"), positive(opened, "open interest")


def _between(from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Addresses of the trades of a gap, newest first; none for one that is too long."""
    if to_ms - from_ms > MOST_MISSED_MS:
        return ()
    times = [_utc(end) for end in range(to_ms, from_ms, -MISSED_MS)]
    return tuple(f"{API}/history?symbol={symbol}&lastTime={time}" for time in times for symbol in PERPETUALS)


def _utc(ts_ms: int) -> str:
    time = datetime.fromtimestamp(ts_ms / 1000, UTC)
    return f"{time.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def _subscribe(feed: str) -> str:
    listed = ",".join(f'"{symbol}"' for symbol in PERPETUALS)
    return f'{{"event":"subscribe","feed":"{feed}","product_ids":[{listed}]}}'


VENUE = Venue(
    name=NAME,
    title="Kraken Futures",
    streams=(
        Stream(
            name="",
            url="wss://futures.kraken.com/ws/v1",
            hello=(_subscribe("trade"), _subscribe("ticker")),
            limit_s=15.0,  # the tickers come every second
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=PERPETUALS,
    spot=None,
    quote="USD",
    liquidations="all",
    http=REST,
    setup=(f"{API}/instruments",),
    polls=(Poll(f"{API}/tickers", 60.0),),
    missed=_between,
    interest=lambda from_ms, to_ms: (f"{REST}{INTEREST}?since={from_ms // 1000}&interval=300",),
    note="every liquidation fill of the two perpetuals, at its own price",
)
