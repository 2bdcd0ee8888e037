"""Liquidations of the last 24 hours: exact totals by window, venue and side, and the tape."""

from collections import deque
from collections.abc import Iterable

from msgspec.structs import replace

from feeds.facts import Liquidation, Repriced
from feeds.topics import WINDOW_MS, Total

MOST_EVENTS = 100_000
"""Events kept for the totals. A day with more loses its oldest, and `whole_from_ms` says from when it is whole."""
IDS_MS = WINDOW_MS["24h"]
MOST_IDS = 50_000
"""An event is known again for at least a day, for as long as it counts, or until at least so many have followed."""
TAPE = 200
SPARK_BUCKETS, SPARK_MS = 30, 10_000

_MICRO = 1_000_000  # dollars are summed in whole millionths, bitcoin in whole satoshi: what goes in comes out exactly
_SATOSHI = 100_000_000

CELL_USD = 10.0
"""Width of the finest price cell; the ladder on screen is folded from these."""
SATURATION_S = 60

_Entry = tuple[int, str, bool, int, int, int]  # time, venue, is a long, micro-dollars, satoshi, price cell


def _worth(event: Liquidation) -> tuple[int, int, int]:
    """Micro-dollars, satoshi and price cell."""
    return round(event.usd * _MICRO), round(event.btc * _SATOSHI), int(event.price // CELL_USD)


class _Sums:
    """Totals of one window, by venue and side."""

    __slots__ = ("cells", "length", "prices", "start")

    def __init__(self, length: int) -> None:
        self.length = length
        self.start = 0  # the first entry that is inside the window
        self.cells: dict[tuple[str, bool], list[int]] = {}
        self.prices: dict[tuple[int, bool], int] = {}

    def add(self, entry: _Entry, sign: int) -> None:
        cell = self.cells.setdefault((entry[1], entry[2]), [0, 0, 0])
        cell[0] += sign * entry[3]
        cell[1] += sign * entry[4]
        cell[2] += sign
        place = (entry[5], entry[2])
        left = self.prices.get(place, 0) + sign * entry[3]
        if left:
            self.prices[place] = left
        else:
            self.prices.pop(place, None)

    def side(self, venues: Iterable[str], is_long: bool) -> tuple[float, float, int]:
        cells = [cell for venue in venues if (cell := self.cells.get((venue, is_long)))]
        return sum(c[0] for c in cells) / _MICRO, sum(c[1] for c in cells) / _SATOSHI, sum(c[2] for c in cells)


class Book:
    """Every liquidation once, whichever way and however often it came. Bounded."""

    def __init__(self) -> None:
        self.revision = 0
        self.last_ms: int | None = None
        self.whole_from_ms = 0
        self.tape: deque[tuple[Liquidation, bool]] = deque(maxlen=TAPE)
        self._entries: list[_Entry] = []
        self._ids: set[tuple[str, str]] = set()
        self._earlier_ids: set[tuple[str, str]] = set()
        self._ids_from_ms = 0
        self._windows = {name: _Sums(length) for name, length in WINDOW_MS.items()}
        self._now = 0

    def add(self, event: Liquidation, t_ms: int, *, cached: bool = False) -> bool:
        """Take an event that happened at `t_ms` on our clock; `False` if it was known already."""
        key = (event.venue, event.id)
        if key in self._ids or key in self._earlier_ids:
            return False
        self._ids.add(key)
        if len(self._ids) >= MOST_IDS:
            self._forget_ids()
        self._insert((t_ms, event.venue, event.position == "long", *_worth(event)))
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
        is_long, old, new = event.position == "long", _worth(event), _worth(priced)
        entry = next((e for e in reversed(self._entries) if e[1:] == (event.venue, is_long, *old)), None)
        if entry is None:
            return False
        place = self._entries.index(entry)
        for window in self._windows.values():
            if place >= window.start:
                window.add(entry, -1)
                window.add((*entry[:3], *new), 1)
        self._entries[place] = (*entry[:3], *new)
        self.tape[at] = (priced, cached)
        self.revision += 1
        return True

    def advance(self, now_ms: int) -> None:
        """Let what has left a window leave its totals. Time only goes forward here."""
        self._now = max(self._now, now_ms)
        entries = self._entries
        for window in self._windows.values():
            edge = self._now - window.length
            while window.start < len(entries) and entries[window.start][0] <= edge:
                window.add(entries[window.start], -1)
                window.start += 1
                self.revision += 1
        if self._now - self._ids_from_ms >= IDS_MS:
            self._forget_ids()
        self._trim()

    def total(self, window: str, venues: Iterable[str]) -> Total:
        """Totals of `venues` over a window, as of the last `advance`."""
        sums, names = self._windows[window], tuple(venues)
        long_usd, long_btc, longs = sums.side(names, True)
        short_usd, short_btc, shorts = sums.side(names, False)
        return Total(long_usd, short_usd, long_btc, short_btc, longs, shorts)

    def prices(self, window: str, step: float) -> dict[float, tuple[float, float]]:
        """Dollars of longs and of shorts by price over a window; a key is the lower edge of a step."""
        folded: dict[float, list[int]] = {}
        for (cell, is_long), usd in self._windows[window].prices.items():
            edge = cell * CELL_USD // step * step
            folded.setdefault(edge, [0, 0])[0 if is_long else 1] += usd
        return {edge: (longs / _MICRO, shorts / _MICRO) for edge, (longs, shorts) in folded.items()}

    def saturations(self, now_ms: int) -> dict[str, float]:
        """Share of the last 60 s in which each venue had an event: a feed that publishes one a second is full at 1."""
        seconds: dict[str, set[int]] = {}
        for t_ms, venue, *_ in reversed(self._entries):
            if t_ms <= now_ms - SATURATION_S * 1000:
                break
            seconds.setdefault(venue, set()).add(t_ms // 1000)
        return {venue: min(1.0, len(found) / SATURATION_S) for venue, found in seconds.items()}

    def spark(self, now_ms: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Dollars per ten seconds over the last five minutes, oldest first: longs, shorts. The last one is running."""
        first = (now_ms // SPARK_MS - SPARK_BUCKETS + 1) * SPARK_MS
        sides = ([0] * SPARK_BUCKETS, [0] * SPARK_BUCKETS)
        for t_ms, _, is_long, usd, *_ in reversed(self._entries):
            if t_ms < first:
                break
            at = (t_ms - first) // SPARK_MS
            if at < SPARK_BUCKETS:
                sides[0 if is_long else 1][at] += usd
        return tuple(v / _MICRO for v in sides[0]), tuple(v / _MICRO for v in sides[1])

    def _insert(self, entry: _Entry) -> None:
        entries = self._entries
        at = len(entries)
        while at and entries[at - 1][0] > entry[0]:
            at -= 1  # events come nearly in order, so this is a step or two
        entries.insert(at, entry)
        for window in self._windows.values():
            # A window's start may lag behind the clock until the next `advance`; what it will drop, it must have had.
            if at < window.start:
                window.start += 1
            else:
                window.add(entry, 1)

    def _forget_ids(self) -> None:
        self._earlier_ids, self._ids = self._ids, set()
        self._ids_from_ms = self._now

    def _trim(self) -> None:
        gone = min(window.start for window in self._windows.values())
        over = len(self._entries) - MOST_EVENTS
        if over > 0:
            self.whole_from_ms = self._entries[over - 1][0]
            for window in self._windows.values():
                for entry in self._entries[window.start : over]:
                    window.add(entry, -1)
                window.start = max(window.start, over)
            gone = max(gone, over)
        if gone > 1_000 or over > 0:
            del self._entries[:gone]
            for window in self._windows.values():
                window.start -= gone
