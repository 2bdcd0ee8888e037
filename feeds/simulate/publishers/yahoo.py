"""Yahoo Finance's chart, version 8, by the day. Nobody documents it; format: bodies of 2025 and 2026.

The last element of a day that has not closed is where it stands. Holidays of a futures market are there as `null`.
A contract that has expired is gone.
"""

import re
from calendar import month_abbr
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from msgspec import Struct

from feeds.calendars import business_day, last_trading_day, wti
from feeds.series import series
from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import DAY, Point, World, not_found, weekdays

_PATH = re.compile(r"/v8/finance/chart/([^/]+)")
_CONTRACT = re.compile(r"(CL[FGHJKMNQUVXZ]\d\d)\.NYM|(BTC[FGHJKMNQUVXZ]\d\d)\.CME")
_RANGES = {"1d": 1, "5d": 7, "1mo": 31, "3mo": 92, "6mo": 183, "1y": 366, "2y": 731, "5y": 1827, "10y": 3653}
_MONTHS = dict(zip("FGHJKMNQUVXZ", month_abbr[1:], strict=True))
_NEW_YORK = ZoneInfo("America/New_York")


class _Market(Struct, frozen=True):
    """Where a symbol is traded. `opens` and `closes` are times of `zone`, and what Yahoo says; `ends`: New York's."""

    exchange: str
    kind: str
    zone: str
    opens: time
    closes: time
    ends: time


_MIDNIGHT, _NIGHT = time(0), time(23, 59)
_NYSE = _Market("PCX", "ETF", "America/New_York", time(9, 30), time(16), time(16))
_NYMEX = _Market("NYM", "FUTURE", "America/New_York", _MIDNIGHT, _NIGHT, time(17))
_CME = _Market("CME", "FUTURE", "America/New_York", _MIDNIGHT, _NIGHT, time(17))
_FOREX = _Market("CCY", "CURRENCY", "Europe/London", _MIDNIGHT, _NIGHT, time(17))
_SYMBOLS: dict[str, tuple[str, _Market]] = {
    "^MOVE": ("MOVE", _Market("NYS", "INDEX", "America/New_York", time(9, 30), time(16), time(16))),
    "DX-Y.NYB": ("DXY", _Market("NYB", "INDEX", "America/New_York", _MIDNIGHT, time(17), time(17))),
    "GC=F": ("GOLD", _Market("CMX", "FUTURE", "America/New_York", _MIDNIGHT, _NIGHT, time(17))),
    "CL=F": ("CL=F", _NYMEX),
    "HKD=X": ("HKD", _FOREX),
    **{fund: (fund, _NYSE) for fund in ("QQQ", "SPY", "RSP", "IGV", "NVDA", "SMH", "GLD")},
}


LINGERS = timedelta(7)
"""For so long an expired contract can still be read."""


def site(world: World) -> Site:
    """One symbol a request, from the series' points."""

    def answer(request: Request) -> Answer:
        found = _PATH.fullmatch(unquote(request.path))
        if not found:
            return not_found()
        query = request.query
        if query.get("interval", "1d") != "1d":
            return _error(422, "Unprocessable Entity", "Invalid input - interval is not supported.")
        listed = _listed(found[1], world.today())
        points = world.points(listed[0]) if listed else []
        if not listed or not points:
            return _error(404, "Not Found", "No data found, symbol may be delisted")
        return Answer(200, dump(_chart(found[1], listed, points, world, query)))

    return answer


def _listed(symbol: str, today: date) -> tuple[str, _Market] | None:
    """The series of a symbol, if the symbol is still there."""
    contract = _CONTRACT.fullmatch(symbol)
    if not contract:
        return _SYMBOLS.get(symbol)
    name = contract[1] or contract[2]
    gone = last_trading_day(name) + LINGERS < today
    return None if gone else (name, _NYMEX if contract[1] else _CME)


def _chart(
    symbol: str, listed: tuple[str, _Market], points: Sequence[Point], world: World, query: dict[str, str]
) -> dict[str, object]:
    id_, market = listed
    bars = [(_moment(day, market.opens, market), close) for day, close in _days(id_, points)]
    day, last = points[-1]
    price, at = last, _moment(day, market.closes, market)
    quote_at = _quoted(id_, market, world.now_ms())
    if quote_at and day < quote_at.date():
        day, price, at = quote_at.date(), round(last * 1.001, 2), quote_at
        bars.append((at, price))
    first, end = _span(query, at)
    bars = [bar for bar in bars if first <= bar[0] < end]
    closes = [close for _, close in bars]
    quote = {
        **dict.fromkeys(("open", "high", "low", "close"), closes),
        "volume": [None if close is None else 1000 for close in closes],
    }
    # What the fund has paid out since is taken off.
    adjusted = [None if close is None else round(close * 0.98, 6) for close in closes] if market is _NYSE else closes
    quoted = {"regularMarketPrice": price, "chartPreviousClose": last, "range": query.get("range", "")}
    meta = {**_meta(symbol, id_, market, day, at), "shortName": _name(id_, world.today()), **quoted}
    times = {"timestamp": [_seconds(moment) for moment, _ in bars]} if bars else {}
    indicators = {"quote": [quote if bars else {}], "adjclose": [{"adjclose": adjusted} if bars else {}]}
    return {"chart": {"result": [{"meta": meta, **times, "indicators": indicators}], "error": None}}


def _meta(symbol: str, id_: str, market: _Market, day: date, at: datetime) -> dict[str, object]:
    """What is said of a symbol whose newest price is of the session of `day`, at that moment."""
    zone, offset = at.tzname(), at.utcoffset() or timedelta()
    session = {
        "timezone": zone,
        "start": _seconds(_moment(day, market.opens, market)),
        "end": _seconds(_moment(day, market.closes, market)),
        "gmtoffset": int(offset.total_seconds()),
    }
    return {
        "currency": "HKD" if id_ == "HKD" else "USD",
        "symbol": symbol,
        "exchangeName": market.exchange,
        "instrumentType": market.kind,
        "regularMarketTime": _seconds(at),
        "gmtoffset": session["gmtoffset"],
        "timezone": zone,
        "exchangeTimezoneName": market.zone,
        "priceHint": 2,
        "currentTradingPeriod": {"pre": session, "regular": session, "post": session},
        "dataGranularity": "1d",
        "validRanges": list(_RANGES),
    }


def _quoted(id_: str, market: _Market, now_ms: int) -> datetime | None:
    """When the running session was last quoted, to the quarter of an hour; `None`: none is running."""
    row = series(id_)
    assert row is not None
    now = datetime.fromtimestamp(now_ms // 900_000 * 900, _NEW_YORK)
    begun = now.astimezone(ZoneInfo(market.zone))
    running = begun.time() >= market.opens and now.time() < market.ends
    return begun if running and business_day(row.release.days, begun.date()) else None


def _days(id_: str, points: Sequence[Point]) -> list[tuple[date, float | None]]:
    """The days of a market; of one that trades on other holidays than the exchange, those are there without a price."""
    row = series(id_)
    assert row is not None
    found: dict[date, float | None] = {}
    if row.release.days != "nyse":
        found = dict.fromkeys(weekdays(points[0][0], points[-1][0]))
    return sorted((found | dict(points)).items())


def _span(query: dict[str, str], now: datetime) -> tuple[datetime, datetime]:
    """From when to when, the end not included."""
    if "period1" in query:
        first, end = (datetime.fromtimestamp(int(query[name]), now.tzinfo) for name in ("period1", "period2"))
        return first, end
    return now - timedelta(days=_RANGES[query.get("range", "1mo")]), now + DAY


def _moment(day: date, at: time, market: _Market) -> datetime:
    return datetime.combine(day, at, ZoneInfo(market.zone))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _name(id_: str, today: date) -> str:
    """What a person reads; of the front contract, which month it is."""
    if id_ != "CL=F":
        return id_
    front = wti(1, today)
    return f"Crude Oil {_MONTHS[front[2]]} {front[3:]}"


def _error(status: int, code: str, said: str) -> Answer:
    return Answer(status, dump({"chart": {"result": None, "error": {"code": code, "description": said}}}))
