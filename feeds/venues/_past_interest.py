"""Open interest of the past day, every five minutes, as venues tell it over REST: what they share in reading it."""

from collections.abc import Callable, Sequence

from msgspec import Raw

from feeds.facts import PastInterest
from feeds.venue import Http, More, Out, Reject
from feeds.venues._common import each_row, ms
from feeds.venues._lists import asking, query_of

STEP_MS = 300_000
PRICES = (1_000.0, 10_000_000.0)
"""Dollars of a bitcoin: what dollars and bitcoin of one number may be apart by."""

Row = tuple[int, float]
"""A time, and the bitcoin that were held then, each pair of long and short once."""


def past_interest(
    key: tuple[str, str], feed: str, recv_ms: int, rows: Sequence[Raw], read: Callable[[Raw], Row]
) -> list[Out]:
    """Open interest of `key` (venue and symbol), row by row; a row that cannot be believed is rejected by itself."""

    def fact(raw: Raw) -> Sequence[Out]:
        ts_ms, btc = read(raw)
        if ts_ms > recv_ms + STEP_MS:
            raise Reject(f"open interest of a time to come: {ts_ms}")
        return (PastInterest(*key, ts_ms, recv_ms, btc),)

    return each_row(feed, recv_ms, rows, fact)


def earlier(http: Http, outs: list[Out], rows: int, longest: int, begin: str, end: str) -> list[Out]:
    """`outs` of a page that is listed from the newest on, and where the one before it is, if this one is full.

    `begin` and `end` name the parts of the query that say from when to when, both in milliseconds.
    """
    reached_ms = min((out.ts_ms for out in outs if isinstance(out, PastInterest)), default=None)
    from_ms, to_ms = ms(query_of(http, begin), begin), ms(query_of(http, end), end)
    if rows < longest or reached_ms is None or not from_ms < reached_ms < to_ms:
        return outs
    return [*outs, More(asking(http, **{end: reached_ms - 1}))]


def coins(dollars: float, btc: float) -> float:
    """Bitcoin that a venue tells beside the dollars of the same. Raises `Reject` where no price is between them."""
    low, high = PRICES
    if not low <= dollars / btc <= high:
        raise Reject(f"{dollars:,.0f} dollars as {btc:,.4f} BTC")
    return btc
