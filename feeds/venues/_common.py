"""What every venue needs: times in milliseconds, names for rows that have none, batches, and candles over HTTP."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite
from urllib.parse import parse_qsl, urlsplit

from msgspec import MsgspecError, Raw

from feeds.facts import Bar, Rejected, Timeframe
from feeds.text import plain
from feeds.venue import Http, Out, Reject, number, positive

EARLIEST_MS = 1_262_304_000_000  # 2010-01-01
LATEST_MS = 4_102_444_800_000  # 2100-01-01
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Number = str | float | None
"""How a number may come: as text on most venues, as a number on some; "" or null where the venue knows none."""
Time = int | float | str | None
"""How a time may come. Where JSON numbers are sent, one may have a fraction (Bitfinex's own sample of `liq:global`)."""
_PRICES = ("open", "high", "low", "close")


def ms(value: Time, what: str) -> int:
    """A time in milliseconds, from a count of s, ms, µs or ns; which one shows by its size, for 2010 to 2100.

    What is finer than a millisecond is cut off.
    """
    if type(value) is int and EARLIEST_MS <= value < LATEST_MS:
        return value
    if value is None or value == "" or isinstance(value, bool):
        raise Reject(f"{what} is missing")
    if isinstance(value, float):
        if not isfinite(value):
            raise Reject(f"{what} is {value}")
        return ms(int(value * 1000 if value < LATEST_MS / 1000 else value), what)
    if isinstance(value, str) and not (len(value) <= 19 and value.isascii() and value.isdecimal()):
        raise Reject(f"{what} is no time: {value[:40]!r}")
    count = int(value)
    for scaled in (count, count * 1000, count // 1000, count // 1_000_000):
        if EARLIEST_MS <= scaled < LATEST_MS:
            return scaled
    raise Reject(f"{what} is not between 2010 and 2100: {str(value)[:40]}")


def iso_ms(value: str | None, what: str) -> int:
    """Milliseconds of an ISO-8601 time with its zone; what is finer than a millisecond is cut off."""
    if not value:
        raise Reject(f"{what} is missing")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise Reject(f"{what} is no time: {value[:40]!r}") from None
    if time.tzinfo is None:
        raise Reject(f"{what} has no zone: {value[:40]!r}")
    return ms((time - _EPOCH) // _MILLISECOND, what)


def numbered(key: str, seen: dict[str, int]) -> str:
    """`key`, or `key#2`, `key#3`, ... where the rows of one frame repeat it. `seen` lives as long as the frame."""
    count = seen[key] = seen.get(key, 0) + 1
    return key if count == 1 else f"{key}#{count}"


def each_row(feed: str, recv_ms: int, rows: Iterable[Raw], read: Callable[[Raw], Sequence[Out]]) -> list[Out]:
    """Facts of the rows of one frame; a row that cannot be believed is a `Rejected` beside the facts of the others."""
    outs: list[Out] = []
    for row in rows:
        try:
            outs.extend(read(row))
        except (Reject, MsgspecError) as error:
            sample = bytes(row)[:400].decode("utf-8", "replace")
            outs.append(Rejected(feed, recv_ms, plain(str(error)), plain(sample, 160)))
    return outs


def asked(http: Http) -> tuple[str, dict[str, str]]:
    """Path and query of what was asked."""
    try:
        parts = urlsplit(http.url)
    except ValueError:
        raise Reject("the address asked cannot be read") from None
    return parts.path, dict(parse_qsl(parts.query))


def body(http: Http) -> str:
    """The body of a good answer; of another, `Reject` with its status and its beginning."""
    if http.status != 200:
        raise Reject(f"HTTP {http.status}: {plain(http.body, 120)}")
    return http.body


def candle(venue: str, symbol: str, timeframe: Timeframe, open_ms: Time, prices: Sequence[Number], btc: Number) -> Bar:
    """A candle from `prices` (open, high, low, close) and its volume in BTC, which alone may be zero."""
    first, high, low, last = (positive(price, what) for price, what in zip(prices, _PRICES, strict=True))
    if not low <= min(first, last) <= max(first, last) <= high:
        raise Reject(f"the candle's {low:g} to {high:g} does not hold its {first:g} and {last:g}")
    volume = number(btc, "volume")
    if volume < 0:
        raise Reject(f"volume is below zero: {volume:g}")
    return Bar(venue, symbol, timeframe, ms(open_ms, "opening time"), first, high, low, last, volume)
