"""Coinbase Exchange: trades and ticker of BTC-USD, and its candles.

Source: docs.cdp.coinbase.com/exchange, websocket channels and REST (2025-11), and captures of 2019 to 2022.
"""

from collections.abc import Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Quote, Side, Timeframe, Trade
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Refused, Stream, Venue, optional, positive
from feeds.venues import _json
from feeds.venues._candles import Row, candles, timeframe
from feeds.venues._common import Number, iso_ms
from feeds.venues._numbers import Numbers

NAME = "coinbase"
SYMBOL = "BTC-USD"
REST = "https://api.exchange.coinbase.com"
CANDLES = f"/products/{SYMBOL}/candles"
GRANULARITY: dict[Timeframe, str] = {"1m": "60", "5m": "300", "15m": "900", "1h": "3600", "1d": "86400"}
"""Seconds; four hours are not offered."""

TAKER: dict[Side, Side] = {"buy": "sell", "sell": "buy"}
"""By the side of a match, which is the maker's. (A ticker's side is the taker's.)"""


class _Frame(Struct, gc=False):
    """`trade_id` counts the trades of a product."""

    type: str
    product_id: str = ""
    trade_id: int | None = None


class _Match(Struct, gc=False):
    trade_id: int
    side: Side
    size: Number
    price: Number
    time: str


class _Ticker(Struct, gc=False):
    price: Number
    time: str
    best_bid: Number = None
    best_ask: Number = None


class _Error(Struct, gc=False):
    message: str = ""
    reason: str = ""


class _Candle(Struct, gc=False, array_like=True):
    time: int
    low: Number
    high: Number
    open: Number
    close: Number
    volume: Number


_FRAME = Decoder(_Frame)
_MATCH = Decoder(_Match)
_TICKER = Decoder(_Ticker)
_ERROR = Decoder(_Error)
_CANDLE = Decoder(_Candle)
_ALIVE = Alive()


class Parser:
    """Remembers the last trade's number, so that a lost one shows."""

    def __init__(self) -> None:
        self._numbers = Numbers()

    def opened(self, feed: str, recv_ms: int) -> None:
        """Trades are counted anew."""
        self._numbers.opened()

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """See `feeds.venue.Parser`."""
        data = _json.text(data)
        frame = _FRAME.decode(data)
        match frame.type:
            case "heartbeat":
                return (_ALIVE,)  # one a second, whatever the market does
            case "error":
                error = _ERROR.decode(data)
                return (Refused(plain(": ".join(part for part in (error.message, error.reason) if part))),)
            case "match" | "last_match" | "ticker" if frame.product_id == SYMBOL:
                if frame.type == "ticker":
                    return (_quote(data, recv_ms),)
                if frame.type == "last_match":
                    return (_last(data, recv_ms),)
                text = data
                return self._numbers.around(
                    feed, SYMBOL, frame.trade_id, recv_ms, text, lambda: (_trade(text, recv_ms),)
                )
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Candles, which come newest first as `[time in s, low, high, open, close, volume]`."""
        frame = timeframe(http, CANDLES, "granularity", GRANULARITY)
        return candles((NAME, SYMBOL), frame, feed, recv_ms, _json.ROWS.decode(_json.answer(http)), _candle)


def _candle(raw: Raw) -> Row:
    row = _CANDLE.decode(raw)
    return row.time, (row.open, row.high, row.low, row.close), row.volume


def _trade(data: str, recv_ms: int) -> Trade:
    row = _MATCH.decode(data)
    price, btc = positive(row.price, "price"), positive(row.size, "size")
    return Trade(NAME, SYMBOL, iso_ms(row.time, "time"), recv_ms, price, btc, TAKER[row.side], str(row.trade_id))


def _last(data: str, recv_ms: int) -> Quote:
    """Make a quote of a match from before the subscription: it says where the price stood, but is no news."""
    row = _MATCH.decode(data)
    return Quote(NAME, SYMBOL, iso_ms(row.time, "time"), recv_ms, last=positive(row.price, "price"))


def _quote(data: str, recv_ms: int) -> Quote:
    row = _TICKER.decode(data)
    last = positive(row.price, "price")
    bid, ask = optional(row.best_bid, "best_bid"), optional(row.best_ask, "best_ask")
    return Quote(NAME, SYMBOL, iso_ms(row.time, "time"), recv_ms, last, bid, ask)


def _bars(frame: Timeframe) -> str | None:
    seconds = GRANULARITY.get(frame)
    return f"{REST}{CANDLES}?granularity={seconds}" if seconds else None


VENUE = Venue(
    name=NAME,
    title="Coinbase",
    streams=(
        Stream(
            name="",
            url="wss://ws-feed.exchange.coinbase.com",
            hello=(f'{{"type":"subscribe","product_ids":["{SYMBOL}"],"channels":["matches","ticker","heartbeat"]}}',),
            limit_s=10.0,
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=SYMBOL,
    quote="USD",
    liquidations="none",
    http=REST,
    bars=_bars,
    note="spot only: no liquidations",
)
