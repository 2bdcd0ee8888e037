"""Bybit over REST: listed contracts, prices of the dated ones, and candles of BTCUSDT."""

import re
from collections.abc import Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Instrument, Kind, Quote, Rejected, Timeframe
from feeds.text import plain
from feeds.venue import Http, Out, Reject, optional, positive
from feeds.venues import _json
from feeds.venues._candles import Row, candles, timeframe
from feeds.venues._common import Number, Time, asked, each_row, iso_ms, ms
from feeds.venues._naming import Names
from feeds.venues._past_interest import Row as Held
from feeds.venues._past_interest import earlier, past_interest

NAME = "bybit"
LINEAR, INVERSE = "BTCUSDT", "BTCUSD"
STREAMS = {LINEAR: "linear", INVERSE: "inverse"}
REST = "https://api.bybit.com"
INSTRUMENTS, TICKERS, KLINES = "/v5/market/instruments-info", "/v5/market/tickers", "/v5/market/kline"
INTEREST = "/v5/market/open-interest"
LONGEST = 200
"""Rows of open interest in one answer."""

DATED = re.compile(r"BTC(USDT)?-[0-9]{1,2}[A-Z]{3}[0-9]{2}|BTCUSD[FGHJKMNQUVXZ][0-9]{2}")
"""Dated contracts against dollars: linear in USDT, linear in USDC (`BTC-26DEC25`; with more parts it is an option),
inverse."""

_CONTRACTS: dict[str, tuple[Kind, bool]] = {
    "LinearPerpetual": ("perpetual", False),
    "LinearFutures": ("future", False),
    "InversePerpetual": ("perpetual", True),
    "InverseFutures": ("future", True),
}
"""What a contract type says: the kind, and whether it is inverse."""

_QUOTES = ("USDT", "USDC", "USD")

INTERVALS: dict[Timeframe, str] = {"1m": "1", "5m": "5", "15m": "15", "1h": "60", "4h": "240", "1d": "D"}


class _Kline(Struct, array_like=True, gc=False):
    open_ms: Time
    open: Number
    high: Number
    low: Number
    close: Number
    btc: Number


class _Held(Struct, gc=False):
    """`openInterest` counts longs and shorts, `singleOpenInterest` each pair once; older rows may lack it."""

    timestamp: Time
    openInterest: Number = None
    singleOpenInterest: Number = None


class _Named(Struct, gc=False):
    symbol: str = ""


class _Instrument(Struct, gc=False):
    """`fundingInterval` is in minutes. `deliveryTime` of a perpetual is "0", or when it will be delisted."""

    symbol: str
    contractType: str
    status: str = ""
    quoteCoin: str = ""
    deliveryTime: Time = None
    fundingInterval: Number = None


class _Dated(Struct, gc=False):
    """`deliveryTime` is ISO on the streams and milliseconds over REST; both are read."""

    symbol: str
    deliveryTime: Time
    lastPrice: Number = None
    bid1Price: Number = None
    ask1Price: Number = None
    markPrice: Number = None
    indexPrice: Number = None


class _Answer(Struct, gc=False):
    retCode: int
    retMsg: str = ""
    result: Raw = Raw()
    time: Time = None


class _Page(Struct, gc=False):
    list: Raw
    nextPageCursor: str | None = None


_HELD = Decoder(_Held)
_KLINE = Decoder(_Kline)
_ANSWER = Decoder(_Answer)
_PAGE = Decoder(_Page)
_NAMED = Decoder(_Named)
_INSTRUMENT = Decoder(_Instrument)
_DATED_TICKER = Decoder(_Dated)


class Rest:
    """Reads answers. `interval_h` is how often funding is paid, by symbol; `names` are told of dated contracts."""

    def __init__(self, names: Names) -> None:
        self.interval_h: dict[str, float] = {}
        self._names = names

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Listed contracts, prices of the dated ones, open interest of the past, or candles of the linear perpetual."""
        path, query = asked(http)
        if path.endswith(INSTRUMENTS):
            _, page = _answered(http)
            outs = each_row(feed, recv_ms, _json.ROWS.decode(page.list), lambda raw: self._listed(raw, recv_ms))
            if page.nextPageCursor:
                outs.append(Rejected(feed, recv_ms, "the list of contracts goes on on another page"))
            return outs
        if path.endswith(TICKERS):
            answer, page = _answered(http)
            ts_ms = ms(answer.time, "time of the answer")
            return each_row(feed, recv_ms, _json.ROWS.decode(page.list), lambda raw: _dated(raw, ts_ms, recv_ms))
        if path.endswith(INTEREST):
            return _interest(feed, http, query, recv_ms)
        frame = timeframe(http, KLINES, "interval", INTERVALS)
        if (query.get("category"), query.get("symbol")) != ("linear", LINEAR):
            raise Reject(f"candles of another symbol than {LINEAR}")
        _, page = _answered(http)
        return candles((NAME, LINEAR), frame, feed, recv_ms, _json.ROWS.decode(page.list), _kline)

    def _listed(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Learn of a contract; what cannot be believed leaves what was known of it standing."""
        symbol = _NAMED.decode(raw).symbol
        if not (symbol in STREAMS or DATED.fullmatch(symbol)):
            return ()
        row = _INSTRUMENT.decode(raw)
        if row.contractType not in _CONTRACTS or row.quoteCoin not in _QUOTES:
            raise Reject(f"{symbol} as {plain(row.contractType, 20)!r} against {plain(row.quoteCoin, 10)!r}")
        kind, inverse = _CONTRACTS[row.contractType]
        if (kind == "perpetual") is not (symbol in STREAMS):
            raise Reject(f"{symbol} as {row.contractType}")
        expiry_ms = None
        if kind == "future":
            expiry_ms = _delivery_ms(row.deliveryTime)
            if expiry_ms <= recv_ms or row.status != "Trading":
                self._names.drop(symbol)
                return ()
            self._names.list(symbol, f"{NAME}.{'inverse' if inverse else 'linear'}")
        else:
            minutes = optional(row.fundingInterval, "fundingInterval")
            if minutes is not None:
                self.interval_h[symbol] = minutes / 60
        if row.status != "Trading":
            return ()
        return (Instrument(NAME, symbol, kind, row.quoteCoin, inverse, 1.0, expiry_ms),)


def _dated(raw: Raw, ts_ms: int, recv_ms: int) -> Sequence[Out]:
    """Quote a dated contract that has not expired; the perpetuals' prices are streamed."""
    symbol = _NAMED.decode(raw).symbol
    if not DATED.fullmatch(symbol):
        return ()
    row = _DATED_TICKER.decode(raw)
    if _delivery_ms(row.deliveryTime) <= recv_ms:
        return ()
    mark, index = positive(row.markPrice, "mark price"), optional(row.indexPrice, "index price")
    last = optional(row.lastPrice, "last price")
    bid, ask = optional(row.bid1Price, "bid"), optional(row.ask1Price, "ask")
    return (Quote(NAME, symbol, ts_ms, recv_ms, last, bid, ask, mark, index),)


def past(from_ms: int, to_ms: int) -> tuple[str, ...]:
    """The address of open interest of the linear perpetual. The inverse one's is in dollars, without a price."""
    span = f"startTime={from_ms}&endTime={to_ms}&limit={LONGEST}"
    return (f"{REST}{INTEREST}?category=linear&symbol={LINEAR}&intervalTime=5min&{span}",)


def _interest(feed: str, http: Http, query: dict[str, str], recv_ms: int) -> Sequence[Out]:
    if (query.get("category"), query.get("symbol"), query.get("intervalTime")) != ("linear", LINEAR, "5min"):
        raise Reject("open interest that nobody asked for")
    rows = _json.ROWS.decode(_answered(http)[1].list)
    outs = past_interest((NAME, LINEAR), feed, recv_ms, rows, _held)
    return earlier(http, outs, len(rows), LONGEST, "startTime", "endTime")


def _held(raw: Raw) -> Held:
    row = _HELD.decode(raw)
    btc = optional(row.singleOpenInterest, "singleOpenInterest")
    return ms(row.timestamp, "timestamp"), btc or positive(row.openInterest, "openInterest") / 2


def _delivery_ms(time: Time) -> int:
    return iso_ms(time, "delivery time") if isinstance(time, str) and "T" in time else ms(time, "delivery time")


def _answered(http: Http) -> tuple[_Answer, _Page]:
    answer = _ANSWER.decode(_json.answer(http))
    if answer.retCode != 0:
        raise Reject(f"{plain(answer.retMsg, 120) or 'refused'} (code {answer.retCode})")
    return answer, _PAGE.decode(answer.result)


def _kline(raw: Raw) -> Row:
    row = _KLINE.decode(raw)
    return row.open_ms, (row.open, row.high, row.low, row.close), row.btc
