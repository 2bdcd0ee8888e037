"""Open interest of four exchanges, one number a day in bitcoin, each pair of long and short counted once.

Binance and Bybit tell how it stood at 00:00 UTC of past days; what is further back than they tell at once is read
later, of Bybit to August 2020, and of Binance out of its daily files, of those days alone of which the CFTC reports.
OKX and Deribit tell how it stands now only: theirs is what was seen when that day was first asked for, which is minutes
after 00:00 UTC where the program runs by then, and any hour where it was started later. What each number covers is said
at its page, and is not the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources import _metrics
from feeds.sources._rows import believed, due
from feeds.text import plain
from feeds.venue import Http, Reject, optional, positive
from feeds.venues._common import Number, Time, ms

NAME = "interest"
DAY_MS = 86_400_000
BINANCE = "https://fapi.binance.com/futures/data/openInterestHist?symbol=BTCUSDT&period=1d&limit=30"
BYBIT = "https://api.bybit.com/v5/market/open-interest?category=linear&symbol=BTCUSDT&intervalTime=1d&limit=200"
BYBIT_DAYS = 200
BYBIT_BEGAN = date(2020, 8, 1)
# Its history (`rubik/stat/contracts/open-interest-volume`) is in dollars, and the days of the one in coins end at
# 16:00 UTC. All swaps in one answer, for two answers would have to be added.
OKX = "https://www.okx.com/api/v5/public/open-interest?instType=SWAP"
DERIBIT = "https://www.deribit.com/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=future"

SWAPS = ("BTC-USDT-SWAP", "BTC-USD-SWAP")
MORE_SWAPS = ("BTC-USDC-SWAP", "BTC-USD_UM-SWAP")
"""Those that count where they are listed."""
PERPETUAL = "BTC-PERPETUAL"
_INVERSE = re.compile(r"BTC-(?:PERPETUAL|([0-9]{1,2})([A-Z]{3})([0-9]{2}))")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_EXPIRY = time(8, tzinfo=UTC)


class _Refusal(Struct):
    msg: str = ""


class _Binance(Struct, rename="camel"):
    symbol: str
    sum_open_interest: Number
    timestamp: Time


class _BybitAnswer(Struct, rename="camel"):
    ret_code: int
    ret_msg: str = ""
    result: msgspec.Raw = msgspec.Raw()


class _BybitResult(Struct):
    list: list[object]
    symbol: str = "BTCUSDT"
    category: str = "linear"


class _Bybit(Struct, rename="camel"):
    """`open_interest` counts longs and shorts, `single_open_interest` (June 2026) each pair once."""

    timestamp: Time
    open_interest: Number = None
    single_open_interest: Number = None


class _OkxAnswer(Struct):
    code: str | int
    msg: str = ""
    data: list[object] = []


class _Okx(Struct):
    oiCcy: Number
    ts: Time


class _DeribitError(Struct):
    message: str = ""


class _DeribitAnswer(Struct):
    result: list[object] | None = None
    error: _DeribitError | None = None


class _Deribit(Struct):
    """`open_interest` is in dollars."""

    creation_timestamp: Time
    open_interest: Number = None
    mark_price: Number = None


def _binance(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    text = due(http.body, "JSON")
    if text.lstrip().startswith("{"):
        raise Reject(f"Binance refuses: {_why(msgspec.json.decode(text, type=_Refusal).msg)}")

    def read(fields: object) -> Iterator[Observation]:
        row = msgspec.convert(fields, _Binance)
        if row.symbol != "BTCUSDT":
            raise Reject(f"{plain(row.symbol, 20)!r} was not asked for")
        value = positive(row.sum_open_interest, "sumOpenInterest")
        yield Observation("OI.BINANCE", _midnight(row.timestamp), value, recv_ms, NAME)

    return believed(f"{NAME}.binance", recv_ms, msgspec.json.decode(text, type=list[object]), read)


def _bybit(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_BybitAnswer)
    if answer.ret_code != 0:
        raise Reject(f"Bybit refuses: {_why(answer.ret_msg)}")
    result = msgspec.json.decode(answer.result, type=_BybitResult)
    if (result.category, result.symbol) != ("linear", "BTCUSDT"):  # an inverse contract counts in dollars
        raise Reject(f"{plain(result.category, 10)} {plain(result.symbol, 20)} was not asked for")

    def read(fields: object) -> Iterator[Observation]:
        row = msgspec.convert(fields, _Bybit)
        value = optional(row.single_open_interest, "singleOpenInterest")
        if value is None:
            value = positive(row.open_interest, "openInterest") / 2
        yield Observation("OI.BYBIT", _midnight(row.timestamp), value, recv_ms, NAME)

    return believed(f"{NAME}.bybit", recv_ms, result.list, read)


def _okx(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Sum the swaps. One that is missing or garbled cannot be left out of a sum."""
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_OkxAnswer)
    if str(answer.code) != "0":
        raise Reject(f"OKX refuses: {_why(answer.msg)}")
    parts: dict[str, tuple[float, int]] = {}
    for name, fields in _named(answer.data, "instId"):
        if name in SWAPS + MORE_SWAPS:
            row = msgspec.convert(fields, _Okx)
            size = optional(row.oiCcy, f"oiCcy of {name}") if name in MORE_SWAPS else positive(row.oiCcy, name)
            parts[name] = (size or 0.0, ms(row.ts, "ts"))
    return _snapshot("okx", SWAPS, parts, recv_ms)


def _deribit(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Sum the inverse futures, each at its own mark price. One that is garbled cannot be left out of a sum."""
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_DeribitAnswer)
    if answer.result is None:
        raise Reject(f"Deribit refuses: {_why(answer.error.message if answer.error else '')}")
    parts: dict[str, tuple[float, int]] = {}
    for name, fields in _named(answer.result, "instrument_name"):
        found = _INVERSE.fullmatch(name)
        if not found:  # linear futures are counted in bitcoin; combinations are no positions of their own
            continue
        row = msgspec.convert(fields, _Deribit)
        t_ms = ms(row.creation_timestamp, "creation_timestamp")
        dollars = optional(row.open_interest, f"open_interest of {name}")
        if dollars is not None and not _expired(found.groups(), t_ms):
            parts[name] = (dollars / positive(row.mark_price, f"mark_price of {name}"), t_ms)
    return _snapshot("deribit", (PERPETUAL,), parts, recv_ms)


def _snapshot(
    page: str, needed: tuple[str, ...], parts: Mapping[str, tuple[float, int]], recv_ms: int
) -> Iterable[Observation | Rejected]:
    """One day's number out of its parts, bitcoin and time each, without which of `needed` it would be too small."""
    lacking = [name for name in needed if name not in parts]
    if lacking:
        raise Reject(f"no open interest of {' and '.join(lacking)}")
    days = {_day(t_ms) for _, t_ms in parts.values()}
    if len(days) > 1:
        raise Reject(f"its parts are of {len(days)} days")
    whole = Observation(f"OI.{page.upper()}", days.pop(), sum(btc for btc, _ in parts.values()), recv_ms, NAME)
    return believed(f"{NAME}.{page}", recv_ms, (whole,), lambda one: (one,))


def _named(rows: Iterable[object], key: str) -> Iterator[tuple[str, object]]:
    return ((str(row.get(key)), row) for row in rows if isinstance(row, dict))


def _expired(date_of: tuple[str | None, ...], t_ms: int) -> bool:
    """Whether the dated future has expired, which is at 08:00 UTC of the day in its name."""
    day, month, year = date_of
    if day is None or month is None or year is None:
        return False
    try:
        expiry = datetime.combine(date(2000 + int(year), _MONTHS.index(month) + 1, int(day)), _EXPIRY)
    except ValueError:
        raise Reject(f"no day of the calendar: {day}{month}{year}") from None
    return expiry.timestamp() * 1000 <= t_ms


def _midnight(value: Time) -> str:
    """The day that begins at that time. Raises `Reject` for any other time."""
    t_ms = ms(value, "timestamp")
    if t_ms % DAY_MS:
        raise Reject(f"not at 00:00 in UTC: {t_ms}")
    return _day(t_ms)


def _day(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, UTC).date().isoformat()


def _why(words: str) -> str:
    return plain(words) or "it does not say why"


def _page(name: str, url: str, parse: Callable[[Http, int], Iterable[Observation | Rejected]], endpoint: str) -> Page:
    """All of these answer with what they have, whatever the span."""

    def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
        return (Ask(url),)

    return Page(name, (f"OI.{name.upper()}",), ask, parse, first=date(2020, 1, 1), endpoint=f"{endpoint}.http")


def _bybit_past(span: Span, key: str | None) -> tuple[Ask, ...]:
    """The days before those that the usual answer holds, each two hundred by their first and last, oldest first."""
    asks = []
    last = span.last - timedelta(BYBIT_DAYS - 1)
    while last >= span.first:
        first = max(span.first, last - timedelta(BYBIT_DAYS - 1))
        asks.append(Ask(f"{BYBIT}&startTime={_ms(first)}&endTime={_ms(last)}"))
        last = first - timedelta(1)
    return tuple(reversed(asks))


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1000


SOURCE = Source(
    name=NAME,
    title="Open interest of exchanges",
    address="https://www.binance.com/en/futures/funding-history/perpetual/trading-data",
    terms="public market data, for own use; Binance and Bybit: the BTCUSDT perpetual; OKX: bitcoin perpetuals; "
    "Deribit: inverse bitcoin futures",
    pages=(
        # The perpetual against USDT: no coin-margined, no dated, no USDC contract. Thirty days back.
        _page("binance", BINANCE, _binance, "binance_usdm"),
        # The same contract of Bybit. Two hundred days back.
        _page("bybit", BYBIT, _bybit, "bybit"),
        # All perpetuals of bitcoin, against USDT and coin-margined; no dated futures. No past.
        _page("okx", OKX, _okx, "okx"),
        # The inverse perpetual and all inverse dated futures; not those that settle in USDC. No past.
        _page("deribit", DERIBIT, _deribit, "deribit"),
        # The same of Bybit, back to August 2020.
        Page(
            "bybit_past",
            ("OI.BYBIT",),
            _bybit_past,
            _bybit,
            first=BYBIT_BEGAN,
            endpoint="bybit.http",
            patience_min=180,
            late=True,
        ),
        # The same of Binance: how it stood after each Tuesday.
        *_metrics.pages(NAME),
    ),
)
