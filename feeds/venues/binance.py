"""Binance spot: BTCUSDT trades and the ticker of every second, from the host that serves market data only.

Formats: "WebSocket Streams for Binance" and "Public REST API", binance-spot-api-docs, July 2026.
Events come raw, wrapped by a combined stream as `{"stream", "data"}`, or many in an array, on the futures too.
"""

from collections.abc import Callable, Sequence

from msgspec import MsgspecError, Raw, Struct, ValidationError, field
from msgspec.json import Decoder

from feeds.facts import TIMEFRAME_MS, Quote, Timeframe, Trade
from feeds.text import plain
from feeds.venue import Http, Out, Reconnect, Refused, Reject, Stream, Venue, positive
from feeds.venues import _json
from feeds.venues._candles import Row, candles, timeframe
from feeds.venues._common import Number, Time, asked, each_row, ms
from feeds.venues._numbers import Numbers

SYMBOL = "BTCUSDT"
_INTERVALS: dict[Timeframe, str] = {frame: frame for frame in TIMEFRAME_MS}


class Event(Struct, gc=False):
    """What tells Binance's frames apart: an event (`e` of symbol `s`), a wrapped one, or an answer to a request."""

    e: str | None = None
    s: str | None = None
    stream: str | None = None
    data: Raw = Raw()
    msg: str | None = None
    code: int | str | None = None
    error: Raw = Raw()


class AggTrade(Struct, gc=False):
    """`m`: the buyer was the maker, so the taker sold."""

    p: Number
    q: Number
    T: Time
    m: bool
    id: int = field(name="a")
    X: str | None = None


class _PlainTrade(Struct, gc=False):
    p: Number
    q: Number
    T: Time
    m: bool
    id: int = field(name="t")  # `a` was an order id here


class _MiniTicker(Struct, gc=False):
    E: Time
    c: Number


class _Kline(Struct, array_like=True, gc=False):
    open_ms: Time
    open: Number
    high: Number
    low: Number
    close: Number
    btc: Number


class _Error(Struct, gc=False):
    msg: str = ""
    code: int | str | None = None


class _Numbered(Struct, gc=False):
    a: int | None = None


EVENT = Decoder(Event)
_NUMBERED = Decoder(_Numbered)
AGG_TRADE = Decoder(AggTrade)
_PLAIN_TRADE = Decoder(_PlainTrade)
_MINI_TICKER = Decoder(_MiniTicker)
_KLINE = Decoder(_Kline)
_ERROR = Decoder(_Error)


def is_array(data: str | Raw) -> bool:
    """Tell whether many events come at once."""
    return data.startswith("[") if isinstance(data, str) else bytes(memoryview(data)[:1]) == b"["


def counted(
    numbers: Numbers, feed: str, symbol: str, data: str | Raw, recv_ms: int, read: Callable[[AggTrade], Sequence[Out]]
) -> Sequence[Out]:
    """Read an aggregate trade. `a` counts them; a lost one shows, and one that cannot be believed was not lost."""
    try:
        row = AGG_TRADE.decode(data)
    except MsgspecError:
        numbers.seen(feed, symbol, _NUMBERED.decode(data).a, recv_ms)
        raise
    return numbers.around(feed, symbol, row.id, recv_ms, data, lambda: read(row))


def trade(venue: str, row: AggTrade | _PlainTrade, recv_ms: int) -> Trade:
    """A trade of BTCUSDT, sized in BTC on spot as on futures."""
    return Trade(
        venue,
        SYMBOL,
        ms(row.T, "trade time"),
        recv_ms,
        positive(row.p, "price"),
        positive(row.q, "quantity"),
        "sell" if row.m else "buy",
        str(row.id),
    )


def answered(event: Event) -> Sequence[Out]:
    """Nothing of an acknowledgement, which proves nothing; an error is flat, or nested on some futures hosts."""
    msg, code = event.msg, event.code
    if event.error:
        try:
            error = _ERROR.decode(event.error)
            msg, code = error.msg, error.code
        except ValidationError:
            msg = bytes(event.error).decode("utf-8", "replace")
    if msg is None and code is None:
        return ()
    reason = plain(msg or "") or "an error without a text"
    return (Refused(reason if code is None else f"{reason} (code {plain(str(code), 20)})"),)


def klines(venue: str, path: str, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
    """Candles of a klines answer, oldest first; the last is still running."""
    frame = timeframe(http, path, "interval", _INTERVALS)
    if asked(http)[1].get("symbol") != SYMBOL:
        raise Reject(f"candles of another symbol than {SYMBOL}")
    text = _json.answer(http)
    if text.lstrip().startswith("{"):
        raise Reject(plain(_ERROR.decode(text).msg) or "an answer without candles")
    return candles((venue, SYMBOL), frame, feed, recv_ms, _json.ROWS.decode(text), _kline)


def _kline(raw: Raw) -> Row:
    row = _KLINE.decode(raw)
    return row.open_ms, (row.open, row.high, row.low, row.close), row.btc


class Parser:
    """Spot frames to facts. Remembers the last trade's number, so that a lost one shows."""

    def __init__(self) -> None:
        self._numbers = Numbers()

    def opened(self, feed: str, recv_ms: int) -> None:
        """Trades are counted anew."""
        self._numbers.opened()

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades, and the last price of the ticker."""
        return self._parse(feed, _json.text(data), recv_ms)

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Candles."""
        return klines("binance", "/api/v3/klines", feed, http, recv_ms)

    def _parse(self, feed: str, data: str | Raw, recv_ms: int) -> Sequence[Out]:
        if is_array(data):
            return each_row(feed, recv_ms, _json.ROWS.decode(data), lambda row: self._parse(feed, row, recv_ms))
        event = EVENT.decode(data)
        if event.stream is not None:
            return self._parse(feed, event.data, recv_ms)
        if event.e is None:
            return answered(event)
        if event.e == "serverShutdown":
            return (Reconnect("Binance announced a restart"),)
        if event.s != SYMBOL:
            return ()
        match event.e:
            case "aggTrade":
                return counted(
                    self._numbers, feed, SYMBOL, data, recv_ms, lambda row: (trade("binance", row, recv_ms),)
                )
            case "trade":
                return (trade("binance", _PLAIN_TRADE.decode(data), recv_ms),)
            case "24hrMiniTicker":
                row = _MINI_TICKER.decode(data)
                return (Quote("binance", SYMBOL, ms(row.E, "event time"), recv_ms, last=positive(row.c, "last price")),)
        return ()


VENUE = Venue(
    name="binance",
    title="Binance",
    streams=(
        Stream(
            name="",
            url="wss://data-stream.binance.vision/stream?streams=btcusdt@aggTrade/btcusdt@miniTicker",
            hello=(),
            limit_s=10.0,  # the ticker comes every second
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=SYMBOL,
    quote="USDT",
    liquidations="none",
    http="https://data-api.binance.vision",
    bars=lambda timeframe: (
        f"https://data-api.binance.vision/api/v3/klines?symbol={SYMBOL}&interval={timeframe}&limit=500"
    ),
)
