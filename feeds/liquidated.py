"""Liquidations of the last 24 hours: exact totals by window, venue and side, and the tape."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable

from msgspec.structs import replace

from feeds.columns import Columns, Entry
from feeds.facts import Liquidation, Position, Repriced
from feeds.seen import Seen
from feeds.topics import WINDOW_MS, Total

MOST_EVENTS = 100_000
"""Events kept for the totals. A day with more loses its oldest, and `whole_from_ms` says from when it is whole."""
KNOWN = 65_536
"""An event is known again until so many others have followed; a power of two."""
TAPE = 200
SPARK_BUCKETS, SPARK_MS = 30, 10_000

_MICRO = 1_000_000  # dollars are summed in whole millionths, bitcoin in whole satoshi: what goes in comes out exactly
_SATOSHI = 100_000_000

CELL_USD = 10.0
"""Width of the finest price cell; the ladder on screen is folded from these."""
SATURATION_S = 60


_Counted = tuple[tuple[str, Position], int, int, int]
"""Venue and position, micro-dollars, satoshi, and twice the price cell, with one added for a long."""


def _counted(entry: Entry | Liquidation) -> _Counted:
    is_long = entry.position == "long"
    place = 2 * int(entry.price // CELL_USD) + is_long
    return (entry.venue, entry.position), round(entry.usd * _MICRO), round(entry.btc * _SATOSHI), place


class _Sums:
    """Totals of one window, by venue and position; what was added with 1 is taken away with -1."""

    __slots__ = ("cells", "length", "prices", "start")

    def __init__(self, length: int) -> None:
        self.length = length
        self.start = 0  # the first entry that is inside the window
        self.cells: dict[tuple[str, Position], list[int]] = {}
        self.prices: dict[int, int] = {}  # by place

    def add(self, counted: _Counted, sign: int) -> None:
        party, usd, btc, place = counted
        cell = self.cells.setdefault(party, [0, 0, 0])
        cell[0] += sign * usd
        cell[1] += sign * btc
        cell[2] += sign
        left = self.prices.get(place, 0) + sign * usd
        if left:
            self.prices[place] = left
        else:
            self.prices.pop(place, None)

    def side(self, venues: Iterable[str], position: Position) -> tuple[float, float, int]:
        cells = [cell for venue in venues if (cell := self.cells.get((venue, position)))]
        return sum(c[0] for c in cells) / _MICRO, sum(c[1] for c in cells) / _SATOSHI, sum(c[2] for c in cells)


class Book:
    """Every liquidation once, whichever way and however often it came. Bounded."""

    def __init__(self) -> None:
        self.revision = 0
        self.last_ms: int | None = None
        self.whole_from_ms = 0
        self.tape: deque[tuple[Liquidation, bool]] = deque(maxlen=TAPE)
        self._entries = Columns()  # in the order of their times
        self._known = Seen(KNOWN)
        self._windows = {name: _Sums(length) for name, length in WINDOW_MS.items()}
        self._now = 0

    def add(self, event: Liquidation, t_ms: int, *, cached: bool = False) -> bool:
        """Take an event that happened at `t_ms` on our clock; `False` if it was known already."""
        if self._known.again((event.venue, event.id)):
            return False
        self._insert(event, t_ms)
        self.tape.append((event, cached))
        self.last_ms = max(self.last_ms or 0, t_ms)
        self.revision += 1
        return True

    def reprice(self, news: Repriced) -> bool:
        """Take the price of an event that was told without one; `False` where that is not on the tape any more."""
        at = next((n for n, (e, _) in enumerate(self.tape) if (e.venue, e.id) == (news.venue, news.id)), None)
        if at is None:
            return False
        event, cached = self.tape[at]
        priced = replace(event, usd=news.usd, price=news.price)
        place = self._entries.last(event)
        if place is None:
            return False
        for window in self._windows.values():
            if place >= window.start:
                window.add(_counted(event), -1)
                window.add(_counted(priced), 1)
        self._entries.reprice(place, news.usd, news.price)
        self.tape[at] = (priced, cached)
        self.revision += 1
        return True

    def advance(self, now_ms: int) -> None:
        """Let what has left a window leave its totals. Time only goes forward here."""
        self._now = max(self._now, now_ms)
        for window in self._windows.values():
            end = bisect_right(self._entries.times, self._now - window.length, lo=window.start)
            self.revision += end - window.start
            self._leave(window, end)
        self._trim()

    def total(self, window: str, venues: Iterable[str]) -> Total:
        """Totals of `venues` over a window, as of the last `advance`."""
        sums, names = self._windows[window], tuple(venues)
        long_usd, long_btc, longs = sums.side(names, "long")
        short_usd, short_btc, shorts = sums.side(names, "short")
        return Total(long_usd, short_usd, long_btc, short_btc, longs, shorts)

    def prices(self, window: str, step: float) -> dict[float, tuple[float, float]]:
        """Dollars of longs and of shorts by price over a window; a key is the lower edge of a step."""
        folded: dict[float, list[int]] = {}
        for place, usd in self._windows[window].prices.items():
            cell, is_long = divmod(place, 2)
            edge = cell * CELL_USD // step * step
            folded.setdefault(edge, [0, 0])[0 if is_long else 1] += usd
        return {edge: (longs / _MICRO, shorts / _MICRO) for edge, (longs, shorts) in folded.items()}

    def saturations(self, now_ms: int) -> dict[str, float]:
        """Share of the last 60 s in which each venue had an event: a feed that publishes one a second is full at 1."""
        seconds: dict[str, set[int]] = {}
        for entry in self._entries.since(now_ms - SATURATION_S * 1000):
            seconds.setdefault(entry.venue, set()).add(entry.t_ms // 1000)
        return {venue: min(1.0, len(found) / SATURATION_S) for venue, found in seconds.items()}

    def spark(self, now_ms: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Dollars per ten seconds over the last five minutes, oldest first: longs, shorts. The last one is running."""
        first = (now_ms // SPARK_MS - SPARK_BUCKETS + 1) * SPARK_MS
        sides = ([0] * SPARK_BUCKETS, [0] * SPARK_BUCKETS)
        for entry in self._entries.since(first - 1):
            at = (entry.t_ms - first) // SPARK_MS
            if at < SPARK_BUCKETS:
                sides[0 if entry.position == "long" else 1][at] += round(entry.usd * _MICRO)
        return tuple(v / _MICRO for v in sides[0]), tuple(v / _MICRO for v in sides[1])

    def _insert(self, event: Liquidation, t_ms: int) -> None:
        times = self._entries.times
        at = bisect_right(times, t_ms) if times and times[-1] > t_ms else len(times)
        self._entries.insert(at, event, t_ms)
        counted = _counted(event)
        for window in self._windows.values():
            # A window's start may lag behind the clock until the next `advance`; what it will drop, it must have had.
            if at < window.start:
                window.start += 1
            else:
                window.add(counted, 1)

    def _leave(self, window: _Sums, end: int) -> None:
        """Let a window begin no earlier than with the entry at `end`."""
        for at in range(window.start, end):
            window.add(_counted(self._entries[at]), -1)
        window.start = max(window.start, end)

    def _trim(self) -> None:
        gone = min(window.start for window in self._windows.values())
        over = len(self._entries) - MOST_EVENTS
        if over > 0:
            self.whole_from_ms = self._entries.times[over - 1]
            for window in self._windows.values():
                self._leave(window, over)
            gone = max(gone, over)
        if gone > 1_000 or over > 0:
            self._entries.drop(gone)
            for window in self._windows.values():
                window.start -= gone
