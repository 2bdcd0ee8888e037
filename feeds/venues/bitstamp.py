"""Bitstamp: trades of BTC/USD, and its candles over REST.

Source: bitstamp.net/websocket/v2 and bitstamp.net/api (2025), and captures of 2019.
"""

from collections.abc import Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import TIMEFRAME_MS, Side, Timeframe, Trade
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Reconnect, Refused, Reject, Stream, Venue, positive
from feeds.venues import _json
from feeds.venues._candles import Row, candles, timeframe
from feeds.venues._common import Number, ms

NAME = "bitstamp"
SYMBOL = "btcusd"
REST = "https://www.bitstamp.net"
CANDLES = f"/api/v2/ohlc/{SYMBOL}/"
STEP: dict[Timeframe, str] = {frame: str(length // 1000) for frame, length in TIMEFRAME_MS.items()}
"""Seconds; all six are offered."""

CHANNEL = f"live_trades_{SYMBOL}"
HEARTBEAT = '{"event":"bts:heartbeat"}'
TAKER: dict[int, Side] = {0: "buy", 1: "sell"}


class _Frame(Struct, gc=False):
    event: str
    channel: str = ""
    data: Raw = Raw()


class _Trade(Struct, gc=False):
    """The numbers come twice; as text they are whole. `timestamp` is in s, `microtimestamp` in µs, both as text."""

    id: int
    price_str: str
    amount_str: str
    microtimestamp: str
    type: int


class _Error(Struct, gc=False):
    message: str = ""


class _Beat(Struct, gc=False):
    status: str = ""


class _Candle(Struct, gc=False):
    timestamp: str
    open: Number
    high: Number
    low: Number
    close: Number
    volume: Number


class _Ohlc(Struct, gc=False):
    ohlc: Raw


class _Answer(Struct, gc=False):
    data: _Ohlc


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_ERROR = Decoder(_Error)
_BEAT = Decoder(_Beat)
_ANSWER = Decoder(_Answer)
_CANDLE = Decoder(_Candle)


class Parser:
    """Nothing of a connection has to be remembered."""

    def opened(self, feed: str, recv_ms: int) -> None:
        """Nothing to forget."""

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """See `feeds.venue.Parser`."""
        frame = _FRAME.decode(_json.text(data))
        match frame.event:
            case "trade" if frame.channel == CHANNEL:
                return (_trade(frame.data, recv_ms),)
            case "bts:heartbeat":
                status = _BEAT.decode(frame.data).status
                return (Alive() if status == "success" else Refused(plain(f"heartbeat: {status}")),)
            case "bts:request_reconnect":
                return (Reconnect("the venue asked for it"),)
            case "bts:error":
                return (Refused(plain(_ERROR.decode(frame.data).message or "an error without a word")),)
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Candles, oldest first."""
        frame = timeframe(http, CANDLES, "step", STEP)
        rows = _json.ROWS.decode(_ANSWER.decode(_json.answer(http)).data.ohlc)
        return candles((NAME, SYMBOL), frame, feed, recv_ms, rows, _candle)


def _candle(raw: Raw) -> Row:
    row = _CANDLE.decode(raw)
    return row.timestamp, (row.open, row.high, row.low, row.close), row.volume


def _trade(data: Raw, recv_ms: int) -> Trade:
    row = _TRADE.decode(data)
    side = TAKER.get(row.type)
    if side is None:
        raise Reject(f"type is neither 0 (buy) nor 1 (sell): {row.type}")
    price, btc = positive(row.price_str, "price_str"), positive(row.amount_str, "amount_str")
    return Trade(NAME, SYMBOL, ms(row.microtimestamp, "microtimestamp"), recv_ms, price, btc, side, str(row.id))


def _bars(frame: Timeframe) -> str:
    return f"{REST}{CANDLES}?step={STEP[frame]}&limit=500"


VENUE = Venue(
    name=NAME,
    title="Bitstamp",
    streams=(
        Stream(
            name="",
            url="wss://ws.bitstamp.net",
            hello=(f'{{"event":"bts:subscribe","data":{{"channel":"{CHANNEL}"}}}}',),
            ping=HEARTBEAT,
            ping_s=2.0,
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
