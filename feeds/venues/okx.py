"""OKX v5: trades, tickers, mark and index, funding, open interest and liquidations of bitcoin, and candles of BTC-USDT.

Source: OKX API guide v5 (2026-07), real liquidation frames of 2026-09, and a capture of 2022-05. Numbers and times
(ms) are text throughout. Swaps and futures are counted in contracts, spot in bitcoin.

What is asked over REST: `_okx_rest`.
"""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Funding, OpenInterest, Quote, Side, Timeframe, Trade
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Poll, Reconnect, Refused, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._beginning import Beginning
from feeds.venues._candles import Row, candles, timeframe
from feeds.venues._common import Number, asked, each_row, ms
from feeds.venues._okx_rest import (
    INSTRUMENTS,
    INTEREST,
    LIQUIDATED,
    MISSED,
    NAME,
    OTHER,
    REST,
    SWAPS,
    UNDERLYINGS,
    Contracts,
    answered,
    between,
    interest,
    liquidations,
    missed,
    past,
)

SPOT = "BTC-USDT"
FAMILIES = ("BTC-USDT", "BTC-USD", "BTC-USDC", "BTC-USD_UM")
CANDLES = "/api/v5/market/candles"
MARKS = "/api/v5/public/mark-price"
INDICES = {"BTC-USDT": "BTC-USDT", "BTC-USD": "BTC-USD", "BTC-USD_UM": "BTC-USD"}
"""The index by family, of those that are subscribed to."""

TOGETHER_MS = 2_000
"""A mark and an index no further apart than this are of one moment."""

BAR: dict[Timeframe, str] = {"1m": "1m", "5m": "5m", "15m": "15m", "1h": "1H", "4h": "4H", "1d": "1Dutc"}
"""Plain `1D` opens at midnight in Hong Kong (UTC+8); `4H` opens at the same hours there as in UTC."""


class _Arg(Struct, gc=False):
    channel: str = ""
    instId: str = ""
    instType: str = ""


class _Frame(Struct, gc=False):
    arg: _Arg | None = None
    data: Raw = Raw()
    event: str = ""
    code: str | int = ""
    msg: str = ""


class _Trade(Struct, gc=False):
    tradeId: str
    px: Number
    sz: Number
    side: Side
    ts: str


class _Ticker(Struct, gc=False):
    last: Number
    ts: str
    bidPx: Number = None
    askPx: Number = None


class _Mark(Struct, gc=False):
    markPx: Number
    ts: str


class _Index(Struct, gc=False):
    idxPx: Number
    ts: str


class _Named(Struct, gc=False):
    instId: str = ""


class _Funding(Struct, gc=False):
    fundingRate: Number
    ts: str
    fundingTime: str = ""
    nextFundingTime: str = ""


class _OpenInterest(Struct, gc=False):
    oiCcy: Number
    ts: str


class _Candle(Struct, gc=False, array_like=True):
    ts: str
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_TICKER = Decoder(_Ticker)
_MARK = Decoder(_Mark)
_INDEX = Decoder(_Index)
_NAMED = Decoder(_Named)
_FUNDING = Decoder(_Funding)
_OPEN_INTEREST = Decoder(_OpenInterest)
_CANDLE = Decoder(_Candle)
_ALIVE = Alive()


class Parser:
    """Holds contract sizes and expiries, which outlive a connection, the indices, and when the connection began."""

    def __init__(self) -> None:
        self._contracts = Contracts()
        self._indices: dict[str, tuple[float, int]] = {}  # and the venue's time of each
        self._beginning = Beginning(LIQUIDATED)
        self._channels = {
            "trades": self._trade,
            "tickers": self._ticker,
            "mark-price": self._mark,
            "funding-rate": self._funding,
            "open-interest": self._open_interest,
        }

    def opened(self, feed: str, recv_ms: int) -> None:
        """The first message of each liquidation channel may now be an old record."""
        self._beginning.opened(recv_ms)

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """See `feeds.venue.Parser`."""
        data = _json.text(data)
        if data == "pong":
            return (_ALIVE,)
        frame = _FRAME.decode(data)
        if frame.event:
            return self._event(frame, recv_ms)
        if frame.arg is None:
            raise Reject("neither an event nor a channel")
        channel, symbol = frame.arg.channel, frame.arg.instId
        if channel == "liquidation-orders":
            return self._pushed(feed, frame.arg.instType, frame.data, recv_ms)
        if channel == "index-tickers" and symbol in INDICES.values():
            return each_row(feed, recv_ms, _json.ROWS.decode(frame.data), lambda raw: self._index(symbol, raw))
        read = self._channels.get(channel)
        if read is None or not _ours(symbol):
            return ()
        return each_row(feed, recv_ms, _json.ROWS.decode(frame.data), lambda raw: (read(symbol, raw, recv_ms),))

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Contracts, mark prices of the dated ones, liquidations and open interest of the past, or candles."""
        path, query = asked(http)
        if path.endswith(INSTRUMENTS):
            return each_row(feed, recv_ms, answered(http), lambda raw: self._contracts.learn(raw, recv_ms))
        if path.endswith(MARKS):
            return each_row(feed, recv_ms, answered(http), lambda raw: self._dated(raw, recv_ms))
        if path.endswith(MISSED):
            return missed(feed, http, self._contracts.size, recv_ms)
        if path.endswith(INTEREST):
            return interest(feed, http, recv_ms)
        frame = timeframe(http, CANDLES, "bar", BAR)
        if query.get("instId") != SPOT:
            raise Reject("candles that nobody asked for")  # those of a swap count volume in contracts
        return candles((NAME, SPOT), frame, feed, recv_ms, answered(http), _candle)

    def _event(self, frame: _Frame, recv_ms: int) -> Sequence[Out]:
        said = plain(f"{frame.code}: {frame.msg}")
        match frame.event:
            case "notice":  # 64008: the service will be upgraded, and closes within 60 s
                return (Reconnect(said),)
            case "error":
                return (Refused(said, liquidations="liquidation-orders" in said),)
            case "subscribe" if frame.arg and frame.arg.channel == "liquidation-orders":
                self._beginning.subscribed(frame.arg.instType, recv_ms)
        return ()

    def _trade(self, symbol: str, raw: Raw, recv_ms: int) -> Out:
        row = _TRADE.decode(raw)
        ts_ms, price, size = ms(row.ts, "ts"), positive(row.px, "px"), positive(row.sz, "sz")
        btc = size if symbol == SPOT else self._contracts.size(symbol).btc_usd(size, price)[0]
        return Trade(NAME, symbol, self._beginning.heard(ts_ms), recv_ms, price, btc, row.side, row.tradeId)

    def _ticker(self, symbol: str, raw: Raw, recv_ms: int) -> Out:
        row = _TICKER.decode(raw)
        last, bid, ask = positive(row.last, "last"), optional(row.bidPx, "bidPx"), optional(row.askPx, "askPx")
        return Quote(NAME, symbol, self._beginning.heard(ms(row.ts, "ts")), recv_ms, last, bid, ask)

    def _mark(self, symbol: str, raw: Raw, recv_ms: int) -> Out:
        quote = self._marked(symbol, raw, recv_ms)
        self._beginning.heard(quote.ts_ms)
        return quote

    def _marked(self, symbol: str, raw: Raw, recv_ms: int) -> Quote:
        """Read a mark price, with the index of its moment where that is known: OKX sends them apart."""
        row = _MARK.decode(raw)
        mark, ts_ms = positive(row.markPx, "markPx"), ms(row.ts, "ts")
        index, index_ms = self._indices.get(INDICES.get(symbol.rpartition("-")[0], ""), (None, 0))
        together = abs(ts_ms - index_ms) <= TOGETHER_MS
        return Quote(NAME, symbol, ts_ms, recv_ms, mark=mark, index=index if together else None)

    def _index(self, symbol: str, raw: Raw) -> Sequence[Out]:
        row = _INDEX.decode(raw)
        self._indices[symbol] = (positive(row.idxPx, "idxPx"), self._beginning.heard(ms(row.ts, "ts")))
        return ()

    def _dated(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Quote a dated contract that is listed and has not expired; the swaps' prices are streamed."""
        symbol = _NAMED.decode(raw).instId
        if self._contracts.expiries.get(symbol, 0) <= recv_ms:
            return ()
        return (self._marked(symbol, raw, recv_ms),)

    def _funding(self, symbol: str, raw: Raw, recv_ms: int) -> Out:
        """Read the rate that is settled at `fundingTime`; `nextFundingTime` is the settlement after that."""
        row = _FUNDING.decode(raw)
        rate, next_ms = number(row.fundingRate, "fundingRate"), _optional_ms(row.fundingTime, "fundingTime")
        after_ms = _optional_ms(row.nextFundingTime, "nextFundingTime")
        hours = (after_ms - next_ms) / 3_600_000 if next_ms and after_ms and after_ms > next_ms else None
        return Funding(NAME, symbol, ms(row.ts, "ts"), recv_ms, rate, hours, next_ms)

    def _open_interest(self, symbol: str, raw: Raw, recv_ms: int) -> Out:
        row = _OPEN_INTEREST.decode(raw)
        return OpenInterest(NAME, symbol, ms(row.ts, "ts"), recv_ms, positive(row.oiCcy, "oiCcy"))

    def _pushed(self, feed: str, inst_type: str, data: Raw, recv_ms: int) -> Sequence[Out]:
        if inst_type not in LIQUIDATED:
            return ()
        oldest_ms = self._beginning.oldest_news_ms(inst_type)
        return liquidations(feed, _json.ROWS.decode(data), oldest_ms, self._contracts.size, recv_ms)


@lru_cache(maxsize=1024)
def _ours(symbol: str) -> bool:
    """Bitcoin against dollars: the spot pair, perpetuals, dated futures. Not other pairs, options or X-Perps."""
    family, _, last = symbol.rpartition("-")
    return symbol == SPOT or (family in FAMILIES and (last == "SWAP" or (len(last) == 6 and last.isdecimal())))


def _optional_ms(value: str, what: str) -> int | None:
    return ms(value, what) if value else None


def _candle(raw: Raw) -> Row:
    """Read `[ts, open, high, low, close, volume, ...]`; the volume of a spot pair is in its coin."""
    row = _CANDLE.decode(raw)
    return row.ts, (row.open, row.high, row.low, row.close), row.volume


def _subscribe(*args: tuple[str, str, str]) -> str:
    """Make a request of channels, each with the name and value of what it is about."""
    listed = ",".join(f'{{"channel":"{channel}","{key}":"{value}"}}' for channel, key, value in args)
    return f'{{"op":"subscribe","args":[{listed}]}}'


def _bars(frame: Timeframe) -> str:
    return f"{REST}{CANDLES}?instId={SPOT}&bar={BAR[frame]}&limit=300"


_MARKET = _subscribe(
    *((channel, "instId", symbol) for symbol in (*SWAPS, SPOT) for channel in ("trades", "tickers")),
    *((channel, "instId", symbol) for symbol in SWAPS for channel in ("mark-price", "funding-rate", "open-interest")),
    *(("index-tickers", "instId", index) for index in sorted(set(INDICES.values()))),
)
_LIQUIDATIONS = _subscribe(*(("liquidation-orders", "instType", kind) for kind in LIQUIDATED))

VENUE = Venue(
    name=NAME,
    title="OKX",
    streams=(
        Stream(
            name="",
            url="wss://ws.okx.com:8443/ws/v5/public",
            hello=(_MARKET, _LIQUIDATIONS),  # apart, so that a refusal of one does not cost the other
            ping="ping",
            ping_s=20.0,
            limit_s=15.0,
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=("BTC-USDT-SWAP", SPOT, "BTC-USD-SWAP"),
    spot=SPOT,
    quote="USDT",
    liquidations="sampled",
    http=REST,
    setup=tuple(f"{REST}{INSTRUMENTS}?instType={kind}&uly={uly}" for kind in LIQUIDATED for uly in UNDERLYINGS),
    polls=(Poll(f"{REST}{MARKS}?instType=FUTURES", 30.0),),
    bars=_bars,
    missed=between,
    interest=past,
    also=lambda url: (url.replace(REST, OTHER),),
    # The mark at least every 10 s; an index every 100 ms while it moves (docs, "mark-price", "index-tickers").
    every_s={"mark": 10.0, "index": 1.0},
    note="liquidations: OKX says that its feed does not hold all of them",
)
