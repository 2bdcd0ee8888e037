"""Bitcoin day by day in UTC: close and low of Coinbase's BTC-USD, its candles of a day.

Format: docs.cdp.coinbase.com/exchange, products/candles: `[time in s, low, high, open, close, volume]`, newest first,
at most 300 in one answer. A day without a trade has none.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due
from feeds.text import plain
from feeds.venue import Http, Reject
from feeds.venues._common import candle
from feeds.venues.coinbase import CANDLES, REST, SYMBOL

DAY_MS = 86_400_000
MOST = timedelta(days=299)
"""From the first candle of an answer to its last, of the 300 that it may hold."""

Number = str | float | None


class _Candle(Struct, array_like=True):
    time: int
    low: Number
    high: Number
    open: Number
    close: Number
    volume: Number


class _Error(Struct):
    message: str = ""


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """As many requests as it takes. Each begins with the day that the one before ends with.

    So that it does not matter whether the end is included. One day more than the span: where it is evening in New
    York, the day in UTC is the next.
    """
    asks, first, end = [], span.first, span.last + timedelta(days=1)
    while first < end:
        last = min(first + MOST, end)
        asks.append(Ask(f"{REST}{CANDLES}?granularity=86400&start={first}T00:00:00Z&end={last}T00:00:00Z"))
        first = last
    return tuple(asks)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Close and low of each day; provisional until it has ended."""
    text = due(http.body, "JSON")
    if text.lstrip().startswith("{"):
        error = msgspec.json.decode(text, type=_Error)
        raise Reject(f"Coinbase refuses: {plain(error.message) or 'it does not say why'}")

    def read(row: object) -> Iterator[Observation]:
        one = msgspec.convert(row, _Candle)
        bar = candle("coinbase", SYMBOL, "1d", one.time, (one.open, one.high, one.low, one.close), one.volume)
        if bar.open_ms % DAY_MS:
            raise Reject(f"a candle that does not open at 00:00 in UTC: {one.time}")
        day = datetime.fromtimestamp(bar.open_ms / 1000, UTC).date().isoformat()
        open_still = recv_ms < bar.open_ms + DAY_MS
        yield Observation("BTC", day, bar.close, recv_ms, "btcusd", open_still)
        yield Observation("BTC.LOW", day, bar.low, recv_ms, "btcusd", open_still)

    return believed("btcusd.daily", recv_ms, msgspec.json.decode(text, type=list[object]), read)


SOURCE = Source(
    name="btcusd",
    title="Coinbase, bitcoin day by day",
    address="https://exchange.coinbase.com/",
    terms="public market data, for own use",
    pages=(
        Page("daily", ("BTC", "BTC.LOW"), ask, parse, first=date(2015, 7, 20), overlap=3, endpoint="coinbase.http"),
    ),
)
