"""Candles of a REST answer."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Raw

from feeds.facts import TIMEFRAME_MS, Bar, Timeframe
from feeds.text import plain
from feeds.venue import Http, Out, Reject
from feeds.venues._common import Number, Time, asked, candle, each_row

Row = tuple[Time, Sequence[Number], Number]
"""Opening time; open, high, low, close; volume in BTC."""


def timeframe(http: Http, path: str, key: str, names: dict[Timeframe, str]) -> Timeframe:
    """The time frame that was asked for at `path`, by the venue's own name for it in the query's `key`.

    The user may have put another scheme, host and prefix before the path, so that only its end counts.
    """
    asked_path, query = asked(http)
    if not asked_path.endswith(path):
        raise Reject(f"an answer that nobody asked for: {plain(asked_path, 60)}")
    for frame, name in names.items():
        if query.get(key) == name:
            return frame
    raise Reject(f"candles of an unknown time frame: {plain(query.get(key, ''), 20)!r}")


def candles(
    symbol: tuple[str, str], frame: Timeframe, feed: str, recv_ms: int, rows: Iterable[Raw], read: Callable[[Raw], Row]
) -> list[Out]:
    """Candles of `symbol` (venue and symbol), oldest first however they are listed; before them what was rejected.

    Every time frame opens on a multiple of itself in UTC. A candle that does not is a day of another time zone.
    """

    def fact(raw: Raw) -> tuple[Bar]:
        open_ms, prices, btc = read(raw)
        bar = candle(*symbol, frame, open_ms, prices, btc)
        if bar.open_ms % TIMEFRAME_MS[frame]:
            raise Reject(f"a {frame} candle that does not open on a whole {frame} in UTC: {bar.open_ms}")
        return (bar,)

    outs = each_row(feed, recv_ms, rows, fact)
    return sorted(outs, key=lambda out: out.open_ms if isinstance(out, Bar) else 0)
