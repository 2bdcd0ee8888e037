"""BitMEX: the XBTUSD (inverse) and XBTUSDT (linear) perpetuals, every bitcoin liquidation order, and dated contracts.

Tables come as their present state (`partial`), then as changes to it. Numbers are JSON numbers, sizes are contracts.
Formats: captures of 2020 to 2024 in public parsers and recorders, and the API's explorer. A contract's value is its
multiplier over that of the currency it settles in; XBTUSD's is one dollar, XBTUSDT's a millionth of a bitcoin.

BitMEX closed on 2026-09-23 at 04:00 UTC (its own blog of 2026-07-23). It is not listened to any more; recordings and
history from before are read as ever.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType
from msgspec.json import Decoder

from feeds.facts import Funding, Instrument, Kind, Liquidation, OpenInterest, Position, Quote, Side, Trade
from feeds.life import life
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Poll, Refused, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._common import Number, asked, each_row, iso_ms
from feeds.venues._contract import Contract

NAME = "bitmex"
INVERSE, LINEAR = "XBTUSD", "XBTUSDT"
PERPETUALS = (INVERSE, LINEAR)
REST = "https://www.bitmex.com"
ACTIVE = "/api/v1/instrument/active"

_OURS = re.compile(r"XBT(USDT?|(USDT)?[FGHJKMNQUVXZ][0-9]{2})")
"""Bitcoin against dollars: the perpetuals, and dated ones by month and year. Not XBT_USDT, which is spot."""

_KINDS: dict[str, Kind] = {"FFWCSX": "perpetual", "FFCCSX": "future"}
_SIDES: dict[str | None, Side] = {"Buy": "buy", "Sell": "sell"}

# The side is that of the order that closes the position: selling closes a long.
_POSITIONS: dict[str | None, Position] = {"Sell": "long", "Buy": "short"}

_DEFAULTS = {True: Contract(1e-6, inverse=False), False: Contract(1.0, inverse=True)}
"""Until the venue has said it: by whether the contract is linear."""

_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
"""Durations are written as times since here: eight hours are 2000-01-01T08:00:00.000Z."""


class _Frame(Struct, gc=False):
    """A message of a table, or what answers a request."""

    table: str = ""
    action: str = ""
    data: Raw = Raw()
    info: str | None = None
    success: bool | None = None
    error: str | None = None
    request: Raw = Raw()


class _Named(Struct, gc=False):
    symbol: str


class _Trade(Struct, gc=False):
    """`homeNotional` is in BTC. A settlement has no side."""

    timestamp: str
    size: Number
    price: Number
    trdMatchID: str
    side: str | None = None
    homeNotional: Number = None
    trdType: str | None = None


class _Change(Struct, gc=False):
    """What a message says of an instrument: absent is unchanged, null is not known."""

    timestamp: str | None = None
    lastPrice: Number | UnsetType = UNSET
    bidPrice: Number | UnsetType = UNSET
    askPrice: Number | UnsetType = UNSET
    markPrice: Number | UnsetType = UNSET
    indicativeSettlePrice: Number | UnsetType = UNSET
    fundingRate: Number | UnsetType = UNSET
    fundingTimestamp: str | UnsetType | None = UNSET
    fundingInterval: str | UnsetType | None = UNSET
    openInterest: Number | UnsetType = UNSET


class _Ticker(Struct, gc=False):
    """What is known of an instrument that changes."""

    lastPrice: float | None = None
    bidPrice: float | None = None
    askPrice: float | None = None
    markPrice: float | None = None
    indicativeSettlePrice: float | None = None
    rate: float | None = None
    next_ms: int | None = None
    interval_h: float | None = None


class _Order(Struct, gc=False):
    """A liquidation order: what is left of it, at a limit near bankruptcy. It carries no time."""

    orderID: str
    side: str | None
    price: Number
    leavesQty: Number


class _Listed(Struct, gc=False):
    symbol: str
    typ: str
    state: str
    quoteCurrency: str
    isInverse: bool
    isQuanto: bool
    multiplier: Number = None
    underlyingToSettleMultiplier: Number = None
    quoteToSettleMultiplier: Number = None
    expiry: str | None = None


_FRAME = Decoder(_Frame)
_NAMED = Decoder(_Named)
_TRADE = Decoder(_Trade)
_CHANGE = Decoder(_Change)
_ORDER = Decoder(_Order)
_LISTED = Decoder(_Listed)
_ALIVE = Alive()
_PRICES = ("lastPrice", "bidPrice", "askPrice", "markPrice", "indicativeSettlePrice")


class Parser:
    """Holds contract sizes, which outlive a connection, and what a table said of itself, which does not."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract] = {}
        self._expiries: dict[str, int] = {}
        self._tickers: dict[str, _Ticker] = {}
        self._awaiting_orders = False  # a recording may start in the middle, where no state comes any more

    def opened(self, feed: str, recv_ms: int) -> None:
        """The first message of each table will be its present state."""
        self._tickers.clear()
        self._awaiting_orders = True

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """See `feeds.venue.Parser`."""
        data = _json.text(data)
        if data == "pong":
            return (_ALIVE,)
        frame = _FRAME.decode(data)
        match frame.table:
            case "trade" if frame.action == "insert":  # its first state is the last trades: history
                return each_row(feed, recv_ms, _json.ROWS.decode(frame.data), lambda raw: self._trade(raw, recv_ms))
            case "instrument" if frame.action in ("partial", "update"):
                whole = frame.action == "partial"
                rows = _json.ROWS.decode(frame.data)
                return each_row(feed, recv_ms, rows, lambda raw: self._ticker(raw, whole, recv_ms))
            case "liquidation":
                return self._orders(feed, frame, recv_ms)
            case "":
                return _reply(frame)
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Contracts, and the prices of the dated ones."""
        path, _ = asked(http)
        if not path.endswith(ACTIVE):
            raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")
        rows = _json.ROWS.decode(_json.answer(http))
        listed = each_row(feed, recv_ms, rows, lambda raw: self._listed(raw, recv_ms))
        return listed + each_row(feed, recv_ms, rows, lambda raw: self._dated(raw, recv_ms))

    def _contract(self, symbol: str) -> Contract:
        return self._contracts.get(symbol) or _DEFAULTS[symbol.startswith(LINEAR)]

    def _trade(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        symbol = _NAMED.decode(raw).symbol
        if symbol not in PERPETUALS:
            return ()
        row = _TRADE.decode(raw)
        if row.trdType not in (None, "Regular"):  # settlements and the like make no price
            return ()
        side = _SIDES.get(row.side)
        if side is None:
            raise Reject(f"side is neither Buy nor Sell: {str(row.side)[:20]!r}")
        ts_ms = iso_ms(row.timestamp, "timestamp")
        price, size = positive(row.price, "price"), positive(row.size, "size")
        btc = optional(row.homeNotional, "homeNotional") or self._contract(symbol).btc_usd(size, price)[0]
        return (Trade(NAME, symbol, ts_ms, recv_ms, price, btc, side, row.trdMatchID),)

    def _orders(self, feed: str, frame: _Frame, recv_ms: int) -> Sequence[Out]:
        """Count an order when it is put in: an update is what is left of it, a deletion that nothing is."""
        if frame.action == "partial":
            self._awaiting_orders = False  # the orders of the moment, whose beginnings were told to others
        if frame.action != "insert" or self._awaiting_orders:
            return ()
        return each_row(feed, recv_ms, _json.ROWS.decode(frame.data), lambda raw: self._liquidation(raw, recv_ms))

    def _liquidation(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        symbol = _NAMED.decode(raw).symbol
        if not _OURS.fullmatch(symbol):
            return ()
        row = _ORDER.decode(raw)
        position = _POSITIONS.get(row.side)
        if position is None:
            raise Reject(f"side is neither Buy nor Sell: {str(row.side)[:20]!r}")
        if not row.orderID:
            raise Reject("an order without an id")
        price, left = positive(row.price, "price"), positive(row.leavesQty, "leavesQty")
        btc, usd = self._contract(symbol).btc_usd(left, price)
        return (Liquidation(NAME, symbol, recv_ms, recv_ms, position, btc, usd, price, row.orderID),)

    def _ticker(self, raw: Raw, whole: bool, recv_ms: int) -> Sequence[Out]:
        symbol = _NAMED.decode(raw).symbol
        if symbol not in PERPETUALS or not (whole or symbol in self._tickers):
            return ()  # a change before the state that it changes is to be dropped (BitMEX, websocket API)
        ticker = _Ticker() if whole else self._tickers[symbol]
        try:
            change = _CHANGE.decode(raw)
            _learn(ticker, change)
            facts = _facts(symbol, ticker, change, self._contract(symbol), recv_ms)
        except (Reject, MsgspecError):
            # What this message changed cannot be told. Nothing known is better than what is no longer so, and each
            # part is known again when it next changes.
            self._tickers[symbol] = _Ticker()
            raise
        self._tickers[symbol] = ticker
        return facts

    def _listed(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Learn of a contract; one that cannot be believed leaves what was known of it standing."""
        if not _OURS.fullmatch(_NAMED.decode(raw).symbol):
            return ()
        row = _LISTED.decode(raw)
        kind = _KINDS.get(row.typ)
        if kind is None or row.state != "Open":  # what expired within a day is listed too
            self._expiries.pop(row.symbol, None)
            return ()
        if row.isQuanto or row.quoteCurrency not in ("USD", "USDT"):
            raise Reject(f"{row.symbol} is no contract of bitcoin against dollars")
        value = _value(row)
        expiry_ms = iso_ms(row.expiry, "expiry") if kind == "future" else None
        self._contracts[row.symbol] = Contract(value, row.isInverse)
        if expiry_ms is not None:
            self._expiries[row.symbol] = expiry_ms
            if expiry_ms <= recv_ms:
                return ()
        return (Instrument(NAME, row.symbol, kind, row.quoteCurrency, row.isInverse, value, expiry_ms),)

    def _dated(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Prices and open interest of a dated contract that has not expired; the perpetuals' are streamed."""
        symbol = _NAMED.decode(raw).symbol
        if self._expiries.get(symbol, 0) <= recv_ms:
            return ()
        ticker, change = _Ticker(), _CHANGE.decode(raw)
        _learn(ticker, change)
        return _facts(symbol, ticker, change, self._contract(symbol), recv_ms)


def _learn(ticker: _Ticker, change: _Change) -> None:
    for part in _PRICES:
        value = getattr(change, part)
        if value is not UNSET:
            setattr(ticker, part, optional(value, part))
    if change.fundingRate is not UNSET:
        known = change.fundingRate not in (None, "")
        ticker.rate = number(change.fundingRate, "fundingRate") if known else None
    if change.fundingTimestamp is not UNSET:
        ticker.next_ms = iso_ms(change.fundingTimestamp, "fundingTimestamp") if change.fundingTimestamp else None
    if change.fundingInterval is not UNSET:
        ticker.interval_h = _hours(change.fundingInterval) if change.fundingInterval else None


def _facts(symbol: str, ticker: _Ticker, change: _Change, contract: Contract, recv_ms: int) -> list[Out]:
    """A quote of all that is known, funding and open interest; each where this message carries some of it.

    The funding rate is the one that is paid at `fundingTimestamp`; the indicative one is that of the time after.
    """
    ts_ms = iso_ms(change.timestamp, "timestamp") if change.timestamp else recv_ms
    mark, last, index = ticker.markPrice, ticker.lastPrice, change.indicativeSettlePrice
    facts: list[Out] = []
    if not (change.markPrice is change.lastPrice is change.bidPrice is change.askPrice is index is UNSET):
        bid, ask, index = ticker.bidPrice, ticker.askPrice, ticker.indicativeSettlePrice
        facts.append(Quote(NAME, symbol, ts_ms, recv_ms, last, bid, ask, mark, index))
    if ticker.rate is not None and not (change.fundingRate is change.fundingTimestamp is UNSET):
        facts.append(Funding(NAME, symbol, ts_ms, recv_ms, ticker.rate, ticker.interval_h, ticker.next_ms))
    contracts = None if change.openInterest is UNSET else optional(change.openInterest, "openInterest")
    price = mark or last
    if contracts and price:
        facts.append(OpenInterest(NAME, symbol, ts_ms, recv_ms, contract.btc_usd(contracts, price)[0]))
    return facts


@lru_cache(maxsize=16)
def _hours(interval: str) -> float:
    """How long a funding interval is; see `_MIDNIGHT`."""
    try:
        hours = (datetime.fromisoformat(interval) - _MIDNIGHT).total_seconds() / 3600
    except (ValueError, TypeError):  # TypeError: it has no zone
        raise Reject(f"fundingInterval is no time: {plain(interval, 40)}") from None
    return positive(hours, "fundingInterval")


def _value(row: _Listed) -> float:
    """Dollars (inverse) or BTC (linear) per contract: 1 = -1e8 / -1e8 for XBTUSD, 1e-6 = 1 / 1e6 for XBTUSDT."""
    settle = row.underlyingToSettleMultiplier
    per = number(row.quoteToSettleMultiplier if settle is None else settle, "settle multiplier")
    if not per:
        raise Reject("settle multiplier is zero")
    multiplier = number(row.multiplier, "multiplier")
    if (multiplier < 0) is not row.isInverse:  # a dollar taken for a bitcoin would be the worst of mistakes
        raise Reject(f"isInverse contradicts a multiplier of {multiplier:g}")
    return positive(multiplier / per, "multiplier")


def _reply(frame: _Frame) -> Sequence[Out]:
    """Read what answers a request of ours, or welcomes us. The acknowledgement of a subscription proves nothing."""
    if frame.error is not None or frame.success is False:
        about_orders = b'"liquidation' in bytes(frame.request)
        return (Refused(plain(frame.error or "") or "a request was refused without a text", liquidations=about_orders),)
    if frame.info is None and frame.success is None:
        raise Reject("neither a table nor an answer")
    return ()


def _subscribe(*topics: str) -> str:
    listed = ",".join(f'"{topic}"' for topic in topics)
    return f'{{"op":"subscribe","args":[{listed}]}}'


VENUE = Venue(
    name=NAME,
    title="BitMEX",
    streams=(
        Stream(
            name="",
            url="wss://ws.bitmex.com/realtime",
            hello=(
                _subscribe(*(f"{table}:{symbol}" for table in ("trade", "instrument") for symbol in PERPETUALS)),
                _subscribe("liquidation"),  # of all symbols, for the names of the dated ones change
            ),
            ping="ping",
            ping_s=20.0,
            life_s=2.5,
            limit_s=15.0,  # the instruments change every second or so; a pong alone does not do
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=PERPETUALS,
    spot=None,
    quote="USD",
    liquidations="all",
    http=REST,
    polls=(Poll(f"{REST}{ACTIVE}", 60.0),),  # contract sizes, names and dated prices are all in this one answer
    note="every liquidation order, as it was put in: priced near bankruptcy and timed by its arrival",
    life=life(NAME),
)
