"""Binance USD-M futures: the BTCUSDT perpetual's trades, mark price and funding, and a sample of its liquidations.

Formats: the official connector's documentation, August 2026. Since April 2026 the old addresses (`/ws`, `/stream`)
connect, acknowledge and answer pings, but say nothing: only facts prove life, and the mark price comes every second.
"""

import re
from collections.abc import Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Funding, Liquidation, Position, Quote
from feeds.venue import Http, Out, Reconnect, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._common import Number, Time, each_row, ms, numbered
from feeds.venues.binance import AGG_TRADE, EVENT, SYMBOL, answered, is_array, klines, trade

_LINEAR_BTC = re.compile(r"BTCUSDT(_[0-9]{6})?")
"""The perpetual and the dated contracts, all counted in BTC; COIN-M's (`BTCUSD_...`) are counted in dollars."""

# S is the side of the order that closed the position: selling closes a long (Binance docs, Liquidation Order Streams).
_POSITIONS: dict[str | None, Position] = {"SELL": "long", "BUY": "short"}


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


class _Listed(Struct, gc=False):
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


_MARK_PRICE = Decoder(_MarkPrice)
_FORCE_ORDER = Decoder(_ForceOrder)
_LISTED = Decoder(_Listed)
_ORDER = Decoder(_Order)


class Parser:
    """Futures frames to facts. Nothing is remembered from one frame to the next."""

    def opened(self, feed: str, recv_ms: int) -> None:
        """Nothing to forget."""

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades, mark and index price with funding, liquidations."""
        return _parse(feed, _json.text(data), recv_ms, {})

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Candles."""
        return klines("binance_usdm", "/fapi/v1/klines", feed, http, recv_ms)


def _parse(feed: str, data: str | Raw, recv_ms: int, seen: dict[str, int]) -> Sequence[Out]:
    if is_array(data):
        return each_row(feed, recv_ms, _json.ROWS.decode(data), lambda row: _parse(feed, row, recv_ms, seen))
    event = EVENT.decode(data)
    if event.stream is not None:
        return _parse(feed, event.data, recv_ms, seen)
    if event.e is None:
        return answered(event)
    match event.e:
        case "aggTrade" if event.s == SYMBOL:
            row = AGG_TRADE.decode(data)
            # What is no MARKET trade is a transfer to the insurance fund, a deleveraging or the like: no price.
            return (trade("binance_usdm", row, recv_ms),) if row.X in (None, "MARKET") else ()
        case "markPriceUpdate" if event.s == SYMBOL:
            return _mark_price(_MARK_PRICE.decode(data), recv_ms)
        case "forceOrder":
            return _liquidation(_FORCE_ORDER.decode(data), recv_ms, seen)
        case "serverShutdown":
            return (Reconnect("Binance announced a restart"),)
    return ()


def _mark_price(row: _MarkPrice, recv_ms: int) -> Sequence[Out]:
    ts_ms = ms(row.E, "event time")
    mark, index = positive(row.p, "mark price"), optional(row.i, "index price")
    quote = Quote("binance_usdm", SYMBOL, ts_ms, recv_ms, mark=mark, index=index)
    if row.r in (None, "") or row.T in (None, "", 0, "0"):
        return (quote,)
    rate, next_ms = number(row.r, "funding rate"), ms(row.T, "funding time")
    return quote, Funding("binance_usdm", SYMBOL, ts_ms, recv_ms, rate, None, next_ms)


def _liquidation(force: _ForceOrder, recv_ms: int, seen: dict[str, int]) -> Sequence[Out]:
    # Since 2026-06-30 `!forceOrder@arr` carries COIN-M too, in contracts of 100 dollars: 2304 of them are no 2304 BTC.
    if str(force.st) == "2" or not _LINEAR_BTC.fullmatch(_LISTED.decode(force.o).s or ""):
        return ()
    order = _ORDER.decode(force.o)
    if order.X != "FILLED":
        return ()
    position = _POSITIONS.get(order.S)
    if position is None:
        raise Reject(f"side is neither SELL nor BUY: {str(order.S)[:20]!r}")
    ts_ms, btc = ms(order.T, "order time"), positive(order.z, "filled quantity")
    price = optional(order.ap, "average price") or positive(order.p, "price")
    usd = positive(btc * price, "size in dollars")  # what overflows is refused too
    id = numbered(f"{ts_ms}:{order.s}:{order.S}:{btc}:{price}", seen)
    return (Liquidation("binance_usdm", order.s, ts_ms, recv_ms, position, btc, usd, price, id),)


VENUE = Venue(
    name="binance_usdm",
    title="Binance USD-M",
    streams=(
        Stream(
            name="",
            url="wss://fstream.binance.com/market/stream"
            "?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/btcusdt@forceOrder",
            hello=(),
            limit_s=10.0,
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=None,
    quote="USDT",
    liquidations="sampled",
    http="https://fapi.binance.com",
    bars=lambda timeframe: f"https://fapi.binance.com/fapi/v1/klines?symbol={SYMBOL}&interval={timeframe}&limit=500",
    note="at most one liquidation a second is published, so totals are a floor; refuses US addresses",
)
