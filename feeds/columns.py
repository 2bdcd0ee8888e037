"""Liquidations as columns of numbers: 34 bytes each, where an object of each would take some hundreds."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from feeds.facts import Liquidation, Position

_POSITIONS: tuple[Position, Position] = ("short", "long")


class Entry(NamedTuple):
    """What counts of a liquidation that happened at `t_ms` on our clock; every number as it was told."""

    t_ms: int
    venue: str
    position: Position
    usd: float
    btc: float
    price: float


class Columns:
    """Liquidations in the order in which they were put here."""

    __slots__ = ("_btc", "_kinds", "_numbers", "_prices", "_usd", "_venues", "times")

    def __init__(self) -> None:
        self.times = array("q")
        self._kinds = array("H")  # twice the venue's number, and one for a long
        self._usd, self._btc, self._prices = array("d"), array("d"), array("d")
        self._venues: list[str] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, at: int) -> Entry:
        venue, is_long = divmod(self._kinds[at], 2)
        position = _POSITIONS[is_long]
        return Entry(self.times[at], self._venues[venue], position, self._usd[at], self._btc[at], self._prices[at])

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(len(self)))

    def since(self, t_ms: int) -> Iterator[Entry]:
        """Entries after `t_ms`, oldest first, where all are in the order of their times."""
        return map(self.__getitem__, range(bisect_right(self.times, t_ms), len(self)))

    def insert(self, at: int, event: Liquidation, t_ms: int) -> None:
        number = self._numbers.get(event.venue)
        if number is None:
            number = self._numbers[event.venue] = len(self._venues)
            self._venues.append(event.venue)
        self.times.insert(at, t_ms)
        self._kinds.insert(at, 2 * number + (event.position == "long"))
        self._usd.insert(at, event.usd)
        self._btc.insert(at, event.btc)
        self._prices.insert(at, event.price)

    def last(self, event: Liquidation) -> int | None:
        """Where the newest entry stands that tells the same of it; `None` where none does."""
        told = (event.venue, event.position, event.usd, event.btc, event.price)
        return next((at for at in range(len(self) - 1, -1, -1) if self[at][1:] == told), None)

    def reprice(self, at: int, usd: float, price: float) -> None:
        """Put other dollars and another price in an entry."""
        self._usd[at], self._prices[at] = usd, price

    def drop(self, count: int) -> None:
        """Let go of the first ones."""
        for column in (self.times, self._kinds, self._usd, self._btc, self._prices):
            del column[:count]
