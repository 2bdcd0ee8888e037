"""Coinbase's daily candles since 2015: rows of numbers, newest first, 300 at most. Format: docs.cdp.coinbase.com."""

from datetime import UTC, date, datetime

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Site
from feeds.simulate.publishers.world import DAY, Span, World, routed

Candle = tuple[int, float, float, float, float, float]
"""When it opened in seconds, low, high, open, close, volume."""

_MOST = 300
_VOLUME = 8000.0


def site(world: World) -> Site:
    """Days only. Coinbase's own site has more of them, but not so far back."""
    return routed({"/products/BTC-USD/candles": lambda request: candles(world, request.query)})


def candles(world: World, query: dict[str, str]) -> Answer:
    """Days from start to end, both included. The one after the last is there as far as it has come."""
    if query.get("granularity") != "86400":
        return _refused("Unsupported granularity")
    span = Span(_day(query["start"]), _day(query["end"]))
    if (span.last - span.first).days > _MOST:
        return _refused("granularity too small for the requested time range")
    return Answer(200, dump(_candles(world, span)[::-1][:_MOST]))


def _candles(world: World, span: Span) -> list[Candle]:
    lows = dict(world.points("BTC.LOW"))
    rows: list[Candle] = []
    before: float | None = None
    day = None
    for day, close in world.points("BTC"):
        if day in span:
            rows.append(_candle(day, close if before is None else before, lows.get(day), close))
        before = close
    if day and before and day + DAY in span:
        rows.append(_candle(day + DAY, before, None, round(before * 1.001, 2)))
    return rows


def _candle(day: date, opened: float, low: float | None, close: float) -> Candle:
    """It opens where the day before closed, unless that is below its low."""
    bottom = min(opened, close) if low is None else low
    first = max(opened, bottom)
    seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return seconds, bottom, round(max(first, close) * 1.01, 2), first, close, _VOLUME


def _day(text: str) -> str:
    """The day of a moment, which is ISO-8601 or seconds."""
    moment = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
    return str(moment.date())


def _refused(why: str) -> Answer:
    return Answer(400, dump({"message": why}))
