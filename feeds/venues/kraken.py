"""Kraken spot, websocket v2: trades and ticker of BTC/USD, and its candles over REST.

Source: docs.kraken.com, Spot WebSocket v2 (trade, ticker) and REST OHLC, 2026.
"""

from collections.abc import Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Quote, Side, Timeframe, Trade
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Refused, Reject, Stream, Venue, optional, positive
from feeds.venues import _json
from feeds.venues._candles import Row, candles, timeframe
from feeds.venues._common import Number, each_row, iso_ms
from feeds.venues._numbers import Numbers

NAME = "kraken"
SYMBOL = "BTC/USD"
REST = "https://api.kraken.com"
CANDLES = "/0/public/OHLC"
INTERVAL: dict[Timeframe, str] = {"1m": "1", "5m": "5", "15m": "15", "1h": "60", "4h": "240", "1d": "1440"}
"""Minutes."""


class _Frame(Struct, gc=False):
    channel: str = ""
    type: str = ""
    data: Raw = Raw()
    method: str = ""
    success: bool | None = None
    error: str | None = None


class _Row(Struct, gc=False):
    """`trade_id` counts the trades of a pair."""

    symbol: str
    trade_id: int | None = None


class _Trade(Struct, gc=False):
    side: Side
    price: Number
    qty: Number
    trade_id: int
    timestamp: str


class _Ticker(Struct, gc=False):
    last: Number
    bid: Number = None
    ask: Number = None
    timestamp: str | None = None


class _Answer(Struct, gc=False):
    error: list[str] = []
    result: dict[str, Raw] = {}


class _Candle(Struct, gc=False, array_like=True):
    time: int
    open: Number
    high: Number
    low: Number
    close: Number
    vwap: Number
    volume: Number


_FRAME = Decoder(_Frame)
_ROW = Decoder(_Row)
_TRADE = Decoder(_Trade)
_TICKER = Decoder(_Ticker)
_ANSWER = Decoder(_Answer)
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
        frame = _FRAME.decode(_json.text(data))
        match frame.channel:
            case "trade":
                # A snapshot holds the last trades before the subscription: history.
                return [] if frame.type == "snapshot" else self._trades(feed, frame.data, recv_ms)
            case "ticker":
                return _quotes(feed, frame.data, recv_ms)
            case "heartbeat":
                return (_ALIVE,)  # one a second where nothing else is sent
            case "":
                return _reply(frame)
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Candles, oldest first; the pair comes back under another name (`XXBTZUSD`), beside `last`."""
        frame = timeframe(http, CANDLES, "interval", INTERVAL)
        answer = _ANSWER.decode(_json.answer(http))
        if answer.error:
            raise Reject(plain("refused: " + ", ".join(answer.error)))
        rows = [raw for key, raw in answer.result.items() if key != "last"]
        if len(rows) != 1:
            raise Reject(f"candles of {len(rows)} pairs where one was asked for")
        return candles((NAME, SYMBOL), frame, feed, recv_ms, _json.ROWS.decode(rows[0]), _candle)

    def _trades(self, feed: str, data: Raw, recv_ms: int) -> list[Out]:
        lost: list[Out] = []

        def facts(raw: Raw) -> Sequence[Out]:
            head = _ROW.decode(raw)
            if head.symbol != SYMBOL:
                return ()
            lost.extend(self._numbers.seen(feed, SYMBOL, head.trade_id, recv_ms))
            row = _TRADE.decode(raw)
            ts_ms, price, btc = (
                iso_ms(row.timestamp, "timestamp"),
                positive(row.price, "price"),
                positive(row.qty, "qty"),
            )
            return (Trade(NAME, SYMBOL, ts_ms, recv_ms, price, btc, row.side, str(row.trade_id)),)

        return [*each_row(feed, recv_ms, _json.ROWS.decode(data), facts), *lost]


def _candle(raw: Raw) -> Row:
    row = _CANDLE.decode(raw)
    return row.time, (row.open, row.high, row.low, row.close), row.volume


def _quotes(feed: str, data: Raw, recv_ms: int) -> list[Out]:
    def facts(raw: Raw) -> Sequence[Out]:
        if _ROW.decode(raw).symbol != SYMBOL:
            return ()
        row = _TICKER.decode(raw)
        # Tickers carry a time since 2025 only; one without it is as old as its arrival.
        ts_ms = recv_ms if row.timestamp is None else iso_ms(row.timestamp, "timestamp")
        last, bid, ask = positive(row.last, "last"), optional(row.bid, "bid"), optional(row.ask, "ask")
        return (Quote(NAME, SYMBOL, ts_ms, recv_ms, last, bid, ask),)

    return each_row(feed, recv_ms, _json.ROWS.decode(data), facts)


def _reply(frame: _Frame) -> Sequence[Out]:
    """Read the answer to a request of ours."""
    if not frame.method:
        raise Reject("neither a channel nor an answer")
    if frame.success is False:
        return (Refused(plain(frame.error or f"{frame.method} failed")),)
    return (_ALIVE,) if frame.method == "pong" else ()


def _bars(frame: Timeframe) -> str:
    return f"{REST}{CANDLES}?pair=XBTUSD&interval={INTERVAL[frame]}"


VENUE = Venue(
    name=NAME,
    title="Kraken",
    streams=(
        Stream(
            name="",
            url="wss://ws.kraken.com/v2",
            hello=(
                f'{{"method":"subscribe","params":{{"channel":"trade","symbol":["{SYMBOL}"],"snapshot":false}}}}',
                f'{{"method":"subscribe","params":{{"channel":"ticker","symbol":["{SYMBOL}"],"event_trigger":"trades"}}}}',
            ),
            limit_s=15.0,
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
