"""Yahoo's charts, which nobody documents: closes of funds, indices, futures and a currency, day by day.

`close` is stored. It is adjusted for splits and not for dividends, which `adjclose` is: what a fund paid out is not in
these numbers. `CL=F` is the front contract without any adjustment and jumps at each roll. Expired contracts vanish, so
that the curve has no past but what was stored while it was listed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count, islice
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from feeds.calendars import business_day, contracts, last_trading_day
from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due
from feeds.text import plain
from feeds.venue import Http, Reject, number, positive
from feeds.venues._common import asked, ms

NAME = "yahoo"
CHART = "https://query1.finance.yahoo.com/v8/finance/chart"
# To the names that programs give themselves this address answers 429, whatever they ask and however seldom.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 "
    "Safari/537.36"
}
EVERY_S = 900.0

SHARES = {"IGV": "igv", "QQQ": "qqq", "SPY": "spy", "RSP": "rsp", "NVDA": "nvda", "SMH": "smh", "GLD": "gld"}
"""Pages by symbol, which is the series' id too."""
OTHERS = {
    "^MOVE": ("move", "MOVE"),
    "DX-Y.NYB": ("dxy", "DXY"),
    "GC=F": ("gold", "GOLD"),
    "HKD=X": ("hkd", "HKD"),
    "CL=F": ("front", "CL=F"),
}
"""Page and series' id by symbol. None of these keeps the hours of the stock exchange."""
CURVE, MONTHS = 14, 6
"""Contracts asked for: of WTI two more than the strip shows, and of bitcoin those that are listed month by month."""

_LETTERS = "FGHJKMNQUVXZ"
_CONTRACT = re.compile(rf"(CL[{_LETTERS}][0-9]{{2}})\.NYM|(BTC[{_LETTERS}][0-9]{{2}})\.CME")
_NEW_YORK = ZoneInfo("America/New_York")
_EVE = timedelta(hours=6)
"""From 18:00 in New York a future trades for the next day, which a quote of that hour belongs to."""
_DELAY = timedelta(minutes=15)
"""By which Yahoo may be behind the exchange: for so long after its end a session's last price may be missing."""
_SHARES_END, _WEEK_END = time(16), time(17)
_FRIDAY = 4


class _Error(Struct):
    code: str | None = None
    description: str | None = None


class _Hours(Struct):
    start: int
    end: int


class _Sessions(Struct):
    regular: _Hours | None = None


class _Meta(Struct, rename="camel"):
    symbol: str
    exchange_timezone_name: str = "America/New_York"
    data_granularity: str = "1d"
    current_trading_period: _Sessions | None = None


class _Prices(Struct):
    close: list[str | float | None] = []


class _Indicators(Struct):
    quote: list[_Prices]


class _Result(Struct):
    meta: _Meta
    indicators: _Indicators
    timestamp: list[int] = []


class _Chart(Struct):
    result: list[_Result] | None = None
    error: _Error | None = None


class _Answer(Struct):
    chart: _Chart


class _Bar(Struct, frozen=True):
    """A close and its session. `live`: it stood beside another close of the same day, and they differ."""

    day: date
    close: str | float
    live: bool = False


class _Clock:
    """To which day a price belongs, and when a day's close is one. Raises `Reject` for a zone that nobody knows."""

    def __init__(self, symbol: str, meta: _Meta) -> None:
        self._share = symbol in SHARES
        self._future = symbol.endswith("=F") or _CONTRACT.fullmatch(symbol) is not None
        try:
            self._zone = _NEW_YORK if self._future else ZoneInfo(meta.exchange_timezone_name)
        except (ValueError, KeyError, OSError):
            raise Reject(f"a time zone that nobody knows: {plain(meta.exchange_timezone_name, 40)!r}") from None
        hours = meta.current_trading_period and meta.current_trading_period.regular
        self._current = hours and (self.day(hours.start), _time(hours.end))

    def day(self, seconds: int) -> date:
        """The day of a price of that time."""
        at = _time(seconds).astimezone(self._zone)
        return (at + _EVE if self._future else at).date()

    def closed(self, day: date, recv_ms: int) -> bool:
        """Whether the last price of that day was its close by then.

        By the end of the session where the answer has it, which for all but shares is midnight. But on a Friday all
        markets have closed by 17:00 in New York, and what came then stays until Monday.
        """
        if self._current and self._current[0] == day:
            end = self._current[1]
        elif self._share:
            end = datetime.combine(day, _SHARES_END, _NEW_YORK)
        else:
            end = datetime.combine(day + timedelta(days=1), time(), _NEW_YORK)
        if day.weekday() == _FRIDAY and not self._share:
            end = min(end, datetime.combine(day, _WEEK_END, _NEW_YORK))
        return recv_ms >= (end + _DELAY).timestamp() * 1000


def ask(symbols: Callable[[date], Iterable[str]], span: Span, key: str | None) -> tuple[Ask, ...]:
    """One request for each of the symbols of the span's last day, of which Yahoo wants the end excluded."""
    first, end = (int(datetime.combine(day, time(), UTC).timestamp()) for day in (span.first, span.last + timedelta(1)))
    query = f"period1={first}&period2={end}&interval=1d"
    return tuple(Ask(f"{CHART}/{quote(symbol, safe='')}?{query}", BROWSER) for symbol in symbols(span.last))


def parse(page: str, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Closes of the symbol that was asked for; what may still change is provisional. A symbol without any is empty."""
    symbol = unquote(asked(http)[0].rpartition("/")[2])
    contract = _CONTRACT.fullmatch(symbol)
    id_ = contract.expand(r"\1\2") if contract else symbol if symbol in SHARES else OTHERS.get(symbol, ("", ""))[1]
    if not id_:
        raise Reject(f"{plain(symbol, 20)!r} was not asked for")
    result = _result(http.body)
    if result.meta.symbol != symbol:
        raise Reject(f"{plain(result.meta.symbol, 20)!r} in answer to {symbol!r}")
    if result.meta.data_granularity != "1d":
        raise Reject(f"prices by {plain(result.meta.data_granularity, 10)!r}, not by the day")
    clock = _Clock(symbol, result.meta)
    # WTI has been below zero: -37.63 on 2020-04-20.
    believe = number if symbol.startswith("CL") else positive
    # Round the clock since 2026-05-29; what is traded at weekends and on holidays is of the next business day at CME,
    # whose settlement it is not.
    settled = contract is not None and contract[2] is not None

    def read(bar: _Bar) -> Iterator[Observation]:
        if settled and not business_day("nymex", bar.day):
            return
        value = believe(bar.close, "close")
        yield Observation(
            id_, bar.day.isoformat(), value, recv_ms, NAME, bar.live or not clock.closed(bar.day, recv_ms)
        )

    return believed(f"{NAME}.{page}", recv_ms, _bars(result, clock), read)


def _result(body: str) -> _Result:
    chart = msgspec.json.decode(due(body, "JSON"), type=_Answer).chart
    if chart.error:
        raise Reject(f"Yahoo refuses: {plain(chart.error.description or chart.error.code or 'it does not say why')}")
    if not chart.result:
        raise Reject("an answer without a chart")
    return chart.result[0]


def _bars(result: _Result, clock: _Clock) -> list[_Bar]:
    """One for each price. While a market is open, a quote of the moment may follow today's price: it alone counts."""
    closes = result.indicators.quote[0].close if result.indicators.quote else []
    if len(closes) != len(result.timestamp):
        raise Reject(f"{len(closes)} closes for {len(result.timestamp)} days")
    pairs = zip(result.timestamp, closes, strict=True)
    bars = [_Bar(clock.day(seconds), close) for seconds, close in pairs if close is not None]
    if len(bars) > 1 and bars[-1].day == bars[-2].day:
        before, last = bars[-2:]
        bars[-2:] = [_Bar(last.day, last.close, live=last.close != before.close)]
    return bars


EXPIRED_DAYS = 5


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(ms(seconds, "timestamp") / 1000, UTC)


def _oil(session: date) -> Iterator[str]:
    """The listed contracts, and before them one that expired within a few days: its last close is still wanted."""
    codes = dict.fromkeys((*contracts(session - timedelta(EXPIRED_DAYS), 1), *contracts(session, CURVE)))
    return (f"{code}.NYM" for code in codes)


def _bitcoin(session: date) -> Iterator[str]:
    """CME's next monthly contracts; those that have had their last trading day are gone."""
    months = (divmod(session.year * 12 + session.month - 1 + n, 12) for n in count())
    codes = (f"BTC{_LETTERS[month]}{year % 100:02d}" for year, month in months)
    return (f"{code}.CME" for code in islice((c for c in codes if last_trading_day(c) >= session), MONTHS))


def _page(
    name: str,
    series: str,
    symbols: Callable[[date], Iterable[str]],
    first: date = date(2013, 1, 1),
    overlap: int = 10,
    quiet: tuple[int, ...] = (),
) -> Page:
    return Page(
        name=name,
        series=(series,),
        ask=partial(ask, symbols),
        parse=partial(parse, name),
        first=first,
        overlap=overlap,
        every_s=EVERY_S,
        quiet=quiet,
    )


def _one(symbol: str) -> Callable[[date], tuple[str]]:
    return lambda session: (symbol,)


SOURCE = Source(
    name=NAME,
    title="Yahoo Finance",
    address="https://finance.yahoo.com/",
    terms="for personal use only, by an address that Yahoo does not document; prices of futures are 10 minutes old.",
    pages=(
        *(_page(page, id_, _one(symbol)) for symbol, (page, id_) in OTHERS.items()),
        # A split divides the whole past: more than a year of it is asked for again, so that no return spans the seam.
        *(_page(page, symbol, _one(symbol), overlap=400) for symbol, page in SHARES.items()),
        # What a contract cost while it was far away is of use for the change over weeks only. One that is not (or no
        # longer) listed is a 404.
        _page("wti", "CL*", _oil, first=date(2025, 1, 1), quiet=(404,)),
        _page("btc", "BTC*", _bitcoin, first=date(2025, 1, 1), quiet=(404,)),
    ),
    opt_in=True,
    spacing_s=2.0,
)
