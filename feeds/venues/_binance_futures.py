"""What Binance's two futures markets share: frames, lists and answers. They differ in names and in what is counted.

Formats: the official connector's documentation, August 2026. Since 2026-06-30 the markets are one: streams and lists
of all symbols carry both, on either host. A symbol belongs to one of them, and its name tells which.
"""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Funding, Instrument, Kind, Liquidation, OpenInterest, Position, Quote, Trade
from feeds.text import plain
from feeds.venue import Http, Out, Reconnect, Reject, number, optional, positive
from feeds.venues import _json
from feeds.venues._common import Number, Time, asked, each_row, ms, numbered
from feeds.venues._contract import Contract
from feeds.venues._naming import Names
from feeds.venues._numbers import Numbers
from feeds.venues._past_interest import Row, coins, past_interest
from feeds.venues.binance import EVENT, AggTrade, answered, counted, is_array, klines

# S is the side of the order that closed the position: selling closes a long (Binance docs, Liquidation Order Streams).
_POSITIONS: dict[str | None, Position] = {"SELL": "long", "BUY": "short"}
_KINDS: dict[str, Kind] = {"PERPETUAL": "perpetual", "CURRENT_QUARTER": "future", "NEXT_QUARTER": "future"}

PAST = "/futures/data/openInterestHist"
"""Every five minutes of thirty days. Of coin-margined contracts `sumOpenInterestValue` is in bitcoin."""
MARK_MS = 60_000
"""A mark price older than this no longer turns contracts into bitcoin."""


class Market(Struct, frozen=True):
    """One of the two markets. `ours` are the names of its bitcoin contracts, of which all but the perpetual are dated.

    `contract` is what is traded in, until the venue has said otherwise. `other_st` is the number of the other market.
    `liquidated` are further names whose liquidations are counted alike.
    """

    venue: str
    perpetual: str
    ours: re.Pattern[str]
    quote: Literal["USD", "USDT"]
    margin: str
    contract: Contract
    api: str
    other_st: str | None = None
    liquidated: tuple[str, ...] = ()


class _MarkPrice(Struct, gc=False):
    """`r` is "" and `T` 0 on a contract without funding."""

    E: Time
    p: Number
    i: Number = None
    r: Number = None
    T: Time = None


class _ForceOrder(Struct, gc=False):
    o: Raw
    st: int | str | None = None


class _Named(Struct, gc=False):
    s: str | None = None


class _Order(Struct, gc=False):
    """`z` is what was filled and `ap` at which average; `l` may exceed `q`, and `p` is the limit near bankruptcy."""

    s: str
    S: str | None
    z: Number
    T: Time
    X: str | None
    ap: Number = None
    p: Number = None


class _Answer(Struct, gc=False):
    symbols: Raw = Raw()
    symbol: str | None = None
    msg: str = ""


class _Listed(Struct, gc=False):
    symbol: str = ""
    marginAsset: str | None = None


class _Row(Struct, gc=False):
    """A contract of the list. COIN-M says `contractStatus` and `contractSize`, USD-M `status` and no size."""

    symbol: str
    contractType: str
    deliveryDate: Time = None
    status: str | None = None
    contractStatus: str | None = None
    contractSize: Number = None


class _Premium(Struct, gc=False):
    markPrice: Number
    time: Time
    indexPrice: Number = None


class _OpenInterest(Struct, gc=False):
    symbol: str
    openInterest: Number
    time: Time


class _Past(Struct, gc=False):
    """USD-M names the `symbol`, COIN-M the `pair` and the kind of contract."""

    sumOpenInterest: Number
    timestamp: Time
    sumOpenInterestValue: Number = None
    symbol: str | None = None
    pair: str | None = None
    contractType: str | None = None


_PAST = Decoder(_Past)
_MARK_PRICE = Decoder(_MarkPrice)
_FORCE_ORDER = Decoder(_ForceOrder)
_NAMED = Decoder(_Named)
_ORDER = Decoder(_Order)
_ANSWER = Decoder(_Answer)
_LISTED = Decoder(_Listed)
_ROW = Decoder(_Row)
_PREMIUM = Decoder(_Premium)
_OPEN_INTEREST = Decoder(_OpenInterest)


class FuturesParser:
    """Frames and answers of one market to facts. Holds contract sizes, expiries, and the mark price of the moment."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._contracts: dict[str, Contract] = {}
        self._expiries: dict[str, int] = {}
        self._mark: tuple[float, int] | None = None  # and when it came
        self._numbers = Numbers()
        self._names = Names(_forced)

    def opened(self, feed: str, recv_ms: int) -> None:
        """Trades are counted anew. Contracts outlive a connection, and a mark price ages by itself."""
        self._numbers.opened()
        self._names.opened(feed)

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades, mark and index price with funding, liquidations."""
        outs = self._parse(feed, _json.text(data), recv_ms, {})
        due = self._names.due(feed)
        return [*outs, *due] if due else outs

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Contracts, their mark prices, open interest now and of the past, candles."""
        path, _ = asked(http)
        api = self._market.api
        if path.endswith(f"{api}/exchangeInfo"):
            rows = _ANSWER.decode(_json.answer(http))
            if not rows.symbols:
                raise Reject(plain(rows.msg) or "an answer without contracts")
            return each_row(feed, recv_ms, _json.ROWS.decode(rows.symbols), lambda raw: self._listed(raw, recv_ms))
        if path.endswith(f"{api}/premiumIndex"):
            return each_row(feed, recv_ms, _rows(http), lambda raw: self._premium(raw, recv_ms))
        if path.endswith(f"{api}/openInterest"):
            return each_row(feed, recv_ms, _rows(http), lambda raw: self._open_interest(raw, recv_ms))
        if path.endswith(PAST):
            key = (self._market.venue, self._market.perpetual)
            return past_interest(key, feed, recv_ms, _rows(http), self._past)
        return klines(self._market.venue, f"{api}/klines", feed, http, recv_ms)

    def _parse(self, feed: str, data: str | Raw, recv_ms: int, seen: dict[str, int]) -> Sequence[Out]:
        if is_array(data):
            rows = _json.ROWS.decode(data)
            return each_row(feed, recv_ms, rows, lambda row: self._parse(feed, row, recv_ms, seen))
        event = EVENT.decode(data)
        if event.stream is not None:
            return self._parse(feed, event.data, recv_ms, seen)
        if event.e is None:
            return answered(event)
        match event.e:
            case "aggTrade" if event.s == self._market.perpetual:
                symbol = self._market.perpetual
                return counted(self._numbers, feed, symbol, data, recv_ms, lambda row: self._trade(row, recv_ms))
            case "markPriceUpdate" if event.s == self._market.perpetual:
                return self._mark_price(_MARK_PRICE.decode(data), recv_ms)
            case "forceOrder":
                return self._liquidation(_FORCE_ORDER.decode(data), recv_ms, seen)
            case "serverShutdown":
                return (Reconnect("Binance announced a restart"),)
        return ()

    def _contract(self, symbol: str) -> Contract:
        return self._contracts.get(symbol, self._market.contract)

    def _trade(self, row: AggTrade, recv_ms: int) -> Sequence[Out]:
        # What is no MARKET trade is a transfer to the insurance fund, a deleveraging or the like: no price.
        if row.X not in (None, "MARKET"):
            return ()
        symbol = self._market.perpetual
        ts_ms, price, size = ms(row.T, "trade time"), positive(row.p, "price"), positive(row.q, "quantity")
        btc, _ = self._contract(symbol).btc_usd(size, price)
        side: Literal["sell", "buy"] = "sell" if row.m else "buy"
        return (Trade(self._market.venue, symbol, ts_ms, recv_ms, price, btc, side, str(row.id)),)

    def _mark_price(self, row: _MarkPrice, recv_ms: int) -> Sequence[Out]:
        venue, symbol = self._market.venue, self._market.perpetual
        ts_ms = ms(row.E, "event time")
        mark, index = positive(row.p, "mark price"), optional(row.i, "index price")
        self._mark = (mark, recv_ms)
        quote = Quote(venue, symbol, ts_ms, recv_ms, mark=mark, index=index)
        if row.r in (None, "") or row.T in (None, "", 0, "0"):
            return (quote,)
        rate, next_ms = number(row.r, "funding rate"), ms(row.T, "funding time")
        return quote, Funding(venue, symbol, ts_ms, recv_ms, rate, None, next_ms)

    def _liquidation(self, force: _ForceOrder, recv_ms: int, seen: dict[str, int]) -> Sequence[Out]:
        # `!forceOrder@arr` carries both markets: 2304 contracts of 100 dollars are no 2304 BTC, and count in one only.
        market = self._market
        symbol = _NAMED.decode(force.o).s or ""
        if str(force.st) == market.other_st or not (market.ours.fullmatch(symbol) or symbol in market.liquidated):
            return ()
        order = _ORDER.decode(force.o)
        if order.X != "FILLED":
            return ()
        position = _POSITIONS.get(order.S)
        if position is None:
            raise Reject(f"side is neither SELL nor BUY: {str(order.S)[:20]!r}")
        ts_ms, size = ms(order.T, "order time"), positive(order.z, "filled quantity")
        price = optional(order.ap, "average price") or positive(order.p, "price")
        btc, usd = self._contract(order.s).btc_usd(size, price)
        id = numbered(f"{ts_ms}:{order.s}:{order.S}:{size}:{price}", seen)
        return (Liquidation(market.venue, order.s, ts_ms, recv_ms, position, btc, usd, price, id),)

    def _listed(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Learn of a contract; one that cannot be believed leaves what was known of it standing."""
        market, named = self._market, _LISTED.decode(raw)
        if not market.ours.fullmatch(named.symbol) or named.marginAsset != market.margin:
            return ()
        row = _ROW.decode(raw)
        kind = _KINDS.get(row.contractType)
        if kind is None or "TRADING" not in (row.status, row.contractStatus):
            self._expiries.pop(row.symbol, None)
            self._names.drop(row.symbol)
            return ()
        inverse = market.contract.inverse
        value = positive(row.contractSize, "contract size") if inverse else market.contract.value
        expiry_ms = ms(row.deliveryDate, "delivery date") if kind == "future" else None
        self._contracts[row.symbol] = Contract(value, inverse)
        if expiry_ms is not None:
            self._expiries[row.symbol] = expiry_ms
            if expiry_ms <= recv_ms:
                self._names.drop(row.symbol)
                return ()
            self._names.list(row.symbol, market.venue)
        return (Instrument(market.venue, row.symbol, kind, market.quote, inverse, value, expiry_ms),)

    def _premium(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Quote a dated contract that is listed and has not expired; the perpetual's prices are streamed."""
        symbol = _LISTED.decode(raw).symbol
        if self._expiries.get(symbol, 0) <= recv_ms:
            return ()
        row = _PREMIUM.decode(raw)
        mark, index = positive(row.markPrice, "mark price"), optional(row.indexPrice, "index price")
        return (Quote(self._market.venue, symbol, ms(row.time, "time"), recv_ms, mark=mark, index=index),)

    def _open_interest(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Read contracts, each pair of long and short once. What counts in dollars needs a price to be bitcoin."""
        row = _OPEN_INTEREST.decode(raw)
        if row.symbol != self._market.perpetual:
            raise Reject(f"open interest of another symbol than {self._market.perpetual}")
        ts_ms, size = ms(row.time, "time"), positive(row.openInterest, "open interest")
        contract = self._contract(row.symbol)
        if not contract.inverse:
            return (
                OpenInterest(self._market.venue, row.symbol, ts_ms, recv_ms, positive(size * contract.value, "size")),
            )
        if self._mark is None or recv_ms - self._mark[1] > MARK_MS:
            return ()
        btc, _ = contract.btc_usd(size, self._mark[0])
        return (OpenInterest(self._market.venue, row.symbol, ts_ms, recv_ms, btc),)

    def _past(self, raw: Raw) -> Row:
        row, perpetual = _PAST.decode(raw), self._market.perpetual
        told = row.symbol or f"{row.pair}_{'PERP' if row.contractType == 'PERPETUAL' else row.contractType}"
        if told != perpetual:
            raise Reject(f"open interest of {plain(told, 30)} where {perpetual} was asked for")
        contract, size = self._contract(perpetual), positive(row.sumOpenInterest, "sumOpenInterest")
        amount = positive(size * contract.value, "size")
        if contract.inverse:
            amount = coins(amount, positive(row.sumOpenInterestValue, "sumOpenInterestValue"))
        return ms(row.timestamp, "timestamp"), amount


def _forced(symbols: list[str]) -> str:
    """Make a request of the liquidations of dated contracts, whose names change."""
    listed = ",".join(f'"{symbol.lower()}@forceOrder"' for symbol in symbols)
    return f'{{"method":"SUBSCRIBE","params":[{listed}],"id":1}}'


def _rows(http: Http) -> list[Raw]:
    """Rows of an answer that is a list or, of one symbol, may be a row by itself."""
    text = _json.answer(http)
    if text.lstrip().startswith("["):
        return _json.ROWS.decode(text)
    error = _ANSWER.decode(text)
    if error.symbol is None:
        raise Reject(plain(error.msg) or "an answer without a symbol")
    return [Raw(text.encode())]
