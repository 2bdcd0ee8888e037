"""Perpetuals and dated futures: the newest of what each venue tells, and open interest by the minute."""

from collections import deque
from collections.abc import MutableMapping
from typing import cast

from feeds.facts import Funding, Instrument, OpenInterest, Quote

MINUTE_MS = 60_000
KEEP_MINUTES = 24 * 60 + 5
PART_MS = 180_000
"""A part of a quote that was not told for so long is not known any more; some are polled by the minute."""
PARTS = ("last", "bid", "ask", "mark", "index")
Key = tuple[str, str]
"""Venue and symbol."""


class Positions:
    """What is known of derivatives, by venue and symbol. Bounded by the instruments the venues list."""

    def __init__(self) -> None:
        self.instruments: dict[Key, Instrument] = {}
        self.quotes: dict[Key, Quote] = {}
        self.funding: dict[Key, Funding] = {}
        self.interest: dict[Key, OpenInterest] = {}
        self._minutes: dict[Key, deque[tuple[int, float]]] = {}
        self._told: dict[Key, dict[str, int]] = {}

    def take(self, fact: Instrument | Quote | Funding | OpenInterest) -> None:
        """Take a fact. Parts of a quote that were not told stay as they were; a funding interval likewise."""
        key = (fact.venue, fact.symbol)
        match fact:
            case Instrument():
                self.instruments[key] = fact
            case Quote():
                self._quote(key, fact)
            case Funding():
                old = self.funding.get(key)
                if fact.interval_h is None and old and old.interval_h is not None:
                    fact = Funding(*(*key, fact.ts_ms, fact.recv_ms, fact.rate), old.interval_h, fact.next_ms)
                self.funding[key] = fact
            case OpenInterest():
                self.interest[key] = fact
                self._keep_minute(key, fact)

    def _quote(self, key: Key, fact: Quote) -> None:
        """Join a quote to what was told before, for a while: some venues tell mark and last apart."""
        told = self._told.setdefault(key, {})
        told.update((name, fact.recv_ms) for name in PARTS if getattr(fact, name) is not None)
        old = self.quotes.get(key)
        parts = [getattr(fact, name) for name in PARTS]
        if old is not None:
            for at, name in enumerate(PARTS):
                if parts[at] is None and fact.recv_ms - told.get(name, 0) <= PART_MS:
                    parts[at] = getattr(old, name)
        self.quotes[key] = Quote(*key, fact.ts_ms, fact.recv_ms, *parts)

    def expire(self, now_ms: int) -> None:
        """Forget dated contracts that have expired."""
        for key in [key for key, listed in self.instruments.items() if listed.expiry_ms and listed.expiry_ms <= now_ms]:
            for table in self._tables():
                table.pop(key, None)

    def forget(self, venue: str) -> None:
        """Forget all contracts of a venue that has closed."""
        for table in self._tables():
            for key in [key for key in table if key[0] == venue]:
                del table[key]

    def _tables(self) -> tuple[MutableMapping[Key, object], ...]:
        tables = (self.instruments, self.quotes, self.funding, self.interest, self._minutes, self._told)
        return cast(tuple[MutableMapping[Key, object], ...], tables)

    def interest_before(self, key: Key, t_ms: int) -> float | None:
        """Open interest at `t_ms`: the last one told by then, at most five minutes before; else `None`."""
        minute = t_ms // MINUTE_MS
        found = None
        for at, btc in self._minutes.get(key, ()):
            if at > minute:
                break
            found = (at, btc)
        return found[1] if found and minute - found[0] <= 5 else None

    def _keep_minute(self, key: Key, fact: OpenInterest) -> None:
        minutes = self._minutes.setdefault(key, deque(maxlen=KEEP_MINUTES))
        minute = fact.recv_ms // MINUTE_MS
        if minutes and minutes[-1][0] == minute:
            minutes[-1] = (minute, fact.btc)
        else:
            minutes.append((minute, fact.btc))
