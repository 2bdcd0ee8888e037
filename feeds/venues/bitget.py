"""Bitget UTA v3: the BTCUSDT perpetual, and liquidations of bitcoin contracts in USDT and USDC.

In what the liquidations of coin-margined contracts are counted is documented nowhere, so they are not read.

Numbers and times (ms) are text. Formats: Bitget's UTA documentation and a maintained client of July 2026, captures of
April 2026. Liquidations come up to twenty seconds late; whether all of them come is told in two ways.
"""

import re
from collections.abc import Sequence
from functools import partial

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Funding, Instrument, Liquidation, OpenInterest, Position, Quote, Side, Trade
from feeds.text import plain
from feeds.venue import Alive, Http, More, Out, Refused, Reject, Short, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._common import Number, Time, asked, each_row, ms, numbered
from feeds.venues._lists import asking, since, wanted_ms

NAME = "bitget"
SYMBOL = "BTCUSDT"
MARKET, USDC_MARKET = "usdt-futures", "usdc-futures"
LISTS = {"USDT-FUTURES": SYMBOL, "USDC-FUTURES": "BTCPERP"}
"""The perpetual of each category whose liquidations are read over REST."""
LONGEST = 100
REST = "https://api.bitget.com"
INSTRUMENTS = "/api/v3/market/instruments"
MISSED = "/api/v3/market/liquidations"
LOT = 0.0001
"""The smallest step of a size, in BTC, until the venue has said otherwise."""

_OURS = re.compile(r"BTCUSDT([FGHJKMNQUVXZ][0-9]{2})?|BTCPERP")
_SIDES: dict[str | None, Side] = {"buy": "buy", "sell": "sell"}

# The side of a liquidation is that of the position: buy is a long that was closed (Bitget docs, UTA, liquidation).
_POSITIONS: dict[str | None, Position] = {"buy": "long", "sell": "short"}


class _Arg(Struct, gc=False):
    instType: str = ""
    topic: str = ""
    symbol: str = ""


class _Frame(Struct, gc=False):
    arg: _Arg | None = None
    action: str = ""
    data: Raw = Raw()
    ts: Time = None
    event: str = ""
    code: str | int | None = None
    msg: str | None = None


class _Trade(Struct, gc=False):
    """`S` is the taker's side, `v` is in bitcoin."""

    i: str
    p: Number
    v: Number
    S: str | None
    T: Time


class _Ticker(Struct, gc=False):
    """`openInterest` is in bitcoin and counts each pair once."""

    lastPrice: Number = None
    bid1Price: Number = None
    ask1Price: Number = None
    markPrice: Number = None
    indexPrice: Number = None
    fundingRate: Number = None
    nextFundingTime: Time = None
    openInterest: Number = None


class _Named(Struct, gc=False):
    symbol: str = ""


class _Liquidation(Struct, gc=False):
    """`amount` is in dollars: in every captured row, it over the price is a whole number of lots."""

    symbol: str
    side: str | None
    price: Number
    amount: Number
    ts: Time


class _Timed(Struct, gc=False):
    ts: Time


class _Instrument(Struct, gc=False):
    symbol: str
    type: str = ""
    status: str = ""
    quantityMultiplier: Number = None
    fundInterval: Number = None


class _Answer(Struct, gc=False):
    code: str | int
    msg: str | None = None
    data: Raw = Raw()


class _Page(Struct, gc=False):
    """`cursor` is where the next page begins; "" or null after the last."""

    list: Raw
    cursor: str | None = None


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_TICKERS = Decoder(list[_Ticker])
_NAMED = Decoder(_Named)
_LIQUIDATION = Decoder(_Liquidation)
_TIMED = Decoder(_Timed)
_INSTRUMENT = Decoder(_Instrument)
_ANSWER = Decoder(_Answer)
_PAGE = Decoder(_Page)
_ALIVE = Alive()


class Parser:
    """Holds the perpetual's lot and funding interval, which outlive a connection."""

    def __init__(self) -> None:
        self._lot = LOT
        self._interval_h: float | None = None

    def opened(self, feed: str, recv_ms: int) -> None:
        """Nothing to forget: what is history says so itself."""

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades, tickers with funding and open interest, liquidations."""
        data = _json.text(data)
        if data == "pong":
            return (_ALIVE,)
        frame = _FRAME.decode(data)
        if frame.event:
            return _event(frame)
        if frame.arg is None:
            raise Reject("neither an event nor a topic")
        topic, symbol = frame.arg.topic, frame.arg.symbol
        if frame.arg.instType != MARKET and (frame.arg.instType, topic) != (USDC_MARKET, "liquidation"):
            return ()
        if topic == "ticker":
            if symbol != SYMBOL:
                return ()
            ts_ms = ms(frame.ts, "ts")  # always one row, so that one bad row is one bad frame
            return [out for row in _TICKERS.decode(frame.data) for out in self._ticker(row, ts_ms, recv_ms)]
        if frame.action != "update":  # a snapshot of what was traded or liquidated is history
            return ()
        if topic == "publicTrade" and symbol == SYMBOL:
            return each_row(feed, recv_ms, _json.ROWS.decode(frame.data), partial(_trade, recv_ms))
        if topic == "liquidation":
            return each_row(feed, recv_ms, _json.ROWS.decode(frame.data), partial(_liquidation, recv_ms, {}, None))
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """The perpetual's lot and funding interval, and liquidations that a gap cost."""
        path, query = asked(http)
        if LISTS.get(query.get("category", "")) != query.get("symbol", ""):
            raise Reject("an answer about another symbol")
        if path.endswith(INSTRUMENTS):
            return each_row(feed, recv_ms, _json.ROWS.decode(_answered(http)), self._instrument)
        if path.endswith(MISSED):
            page = _PAGE.decode(_answered(http))
            rows = _json.ROWS.decode(page.list)
            outs = each_row(feed, recv_ms, rows, partial(_liquidation, recv_ms, {}, self._lot))
            return [*outs, *_onward(http, rows, page.cursor or "")]
        raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")

    def _ticker(self, row: _Ticker, ts_ms: int, recv_ms: int) -> list[Out]:
        last, mark = optional(row.lastPrice, "lastPrice"), optional(row.markPrice, "markPrice")
        bid, ask = optional(row.bid1Price, "bid1Price"), optional(row.ask1Price, "ask1Price")
        index = optional(row.indexPrice, "indexPrice")
        facts: list[Out] = [Quote(NAME, SYMBOL, ts_ms, recv_ms, last, bid, ask, mark, index)]
        if row.fundingRate not in (None, ""):
            rate = number(row.fundingRate, "fundingRate")
            known = row.nextFundingTime not in (None, "", "0", 0)
            next_ms = ms(row.nextFundingTime, "nextFundingTime") if known else None
            facts.append(Funding(NAME, SYMBOL, ts_ms, recv_ms, rate, self._interval_h, next_ms))
        open_interest = optional(row.openInterest, "openInterest")
        if open_interest is not None:
            facts.append(OpenInterest(NAME, SYMBOL, ts_ms, recv_ms, open_interest))
        return facts

    def _instrument(self, raw: Raw) -> Sequence[Out]:
        """Learn of the perpetual; what cannot be believed leaves what was known of it standing."""
        if _NAMED.decode(raw).symbol != SYMBOL:
            return ()
        row = _INSTRUMENT.decode(raw)
        if row.type != "perpetual":
            raise Reject(f"{SYMBOL} as a contract of type {plain(row.type, 20)!r}")
        lot, interval_h = positive(row.quantityMultiplier, "quantityMultiplier"), optional(row.fundInterval, "interval")
        self._lot, self._interval_h = lot, interval_h
        # A size is in bitcoin, so that a contract is one of them.
        return (Instrument(NAME, SYMBOL, "perpetual", "USDT", False, 1.0),) if row.status == "online" else ()


def _event(frame: _Frame) -> Sequence[Out]:
    if frame.event != "error":
        return ()
    said = plain(f"{frame.code}: {frame.msg or 'without a text'}")
    about = frame.arg.topic if frame.arg else frame.msg or ""
    further = frame.arg is not None and frame.arg.instType == USDC_MARKET  # without these, those in USDT still come
    return (Refused(said, liquidations="liquidation" in about and not further),)


def _trade(recv_ms: int, raw: Raw) -> Sequence[Out]:
    row = _TRADE.decode(raw)
    side = _SIDES.get(row.S)
    if side is None:
        raise Reject(f"side is neither buy nor sell: {str(row.S)[:20]!r}")
    ts_ms, price, btc = ms(row.T, "T"), positive(row.p, "p"), positive(row.v, "v")
    return (Trade(NAME, SYMBOL, ts_ms, recv_ms, price, btc, side, row.i),)


def _liquidation(recv_ms: int, seen: dict[str, int], lot: float | None, raw: Raw) -> Sequence[Out]:
    """Read a liquidation. With `lot`, refuse an amount that is not the price of a whole number of lots."""
    symbol = _NAMED.decode(raw).symbol
    if not _OURS.fullmatch(symbol):
        return ()
    row = _LIQUIDATION.decode(raw)
    position = _POSITIONS.get(row.side)
    if position is None:
        raise Reject(f"side is neither buy nor sell: {str(row.side)[:20]!r}")
    ts_ms, price, usd = ms(row.ts, "ts"), positive(row.price, "price"), positive(row.amount, "amount")
    btc = positive(usd / price, "size in BTC")
    # What the list over REST counts in is documented nowhere, and some read bitcoin: those would be no whole lots.
    if lot is not None and (btc < lot / 2 or abs(btc / lot - round(btc / lot)) > 0.001):
        raise Reject(f"an amount of {usd:g} at {price:g} is no whole number of lots, so it may not be in dollars")
    id = numbered(f"{ts_ms}:{symbol}:{row.side}:{usd}:{price}", seen)
    return (Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, id),)


def _onward(http: Http, rows: list[Raw], cursor: str) -> Sequence[Out]:
    """The next page of a list that takes no times, where this one is full and does not reach back."""
    if len(rows) < LONGEST:
        return ()
    times = [ms(row.ts, "ts") for row in map(_TIMED.decode, rows)]
    if min(times) <= wanted_ms(http, min(times)):
        return ()
    return (More(asking(http, cursor=cursor)),) if cursor else (Short("the list does not go back as far as the gap"),)


def _answered(http: Http) -> Raw:
    answer = _ANSWER.decode(_json.answer(http))
    if str(answer.code) != "00000":
        raise Reject(plain(f"refused: {answer.code}: {answer.msg or 'without a text'}"))
    return answer.data


def _subscribe(*topics: str, market: str = MARKET) -> str:
    listed = ",".join(f'{{"instType":"{market}",{topic}}}' for topic in topics)
    return f'{{"op":"subscribe","args":[{listed}]}}'


VENUE = Venue(
    name=NAME,
    title="Bitget",
    streams=(
        Stream(
            name="",
            url="wss://ws.bitget.com/v3/ws/public",
            hello=(  # apart, so that a refusal of one does not cost the other
                _subscribe(f'"topic":"publicTrade","symbol":"{SYMBOL}"', f'"topic":"ticker","symbol":"{SYMBOL}"'),
                _subscribe('"topic":"liquidation"'),  # takes no symbol
                _subscribe('"topic":"liquidation"', market=USDC_MARKET),
            ),
            ping="ping",
            ping_s=30.0,
            limit_s=20.0,
            life_s=2.5,
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=None,
    quote="USDT",
    liquidations="sampled",
    http=REST,
    setup=(f"{REST}{INSTRUMENTS}?category={MARKET.upper()}&symbol={SYMBOL}",),
    # The lists go back three days and take no times.
    missed=lambda from_ms, to_ms: tuple(
        since(f"{REST}{MISSED}?category={category}&symbol={symbol}&limit={LONGEST}", from_ms)
        for category, symbol in LISTS.items()
    ),
    note="liquidations of USDT and USDC contracts, up to 20 s late; whether these are all of them is not clear",
)
