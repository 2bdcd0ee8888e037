"""Perpetuals and dated futures: the newest of what each venue tells, and open interest by the minute."""

from collections import deque
from collections.abc import Collection, MutableMapping
from typing import Literal, NamedTuple, cast

from feeds.facts import Funding, Instrument, OpenInterest, PastInterest, Quote

MINUTE_MS = 60_000
KEEP_MINUTES = 24 * 60 + 5
OLDEST_MINUTES = 5
"""What was told so many minutes before a time may stand for it."""
MOST_MOVED = 3.0
"""Open interest does not become so many times as much, or as little, within a day: such a past counts otherwise."""
PART_MS = 180_000
"""A part of a quote that was not told for so long is not known any more; some are polled by the minute."""
Part = tuple[float, int]
"""A part of a quote, and when it was told, on our clock."""
Key = tuple[str, str]
"""Venue and symbol."""
NEVER: Part = (0.0, 0)


class Before(NamedTuple):
    """Open interest of a minute in the past: `heard` then, or told of it afterwards by the venue's own history."""

    minute: int
    btc: float
    heard: bool


class Positions:
    """What is known of derivatives, by venue and symbol. Bounded by the instruments the venues list."""

    def __init__(self, changes: Collection[str] = ()) -> None:
        """`changes`: venues whose tickers tell changes only, so that a part repeated is no older and no younger."""
        self._changes = frozenset(changes)
        self.instruments: dict[Key, Instrument] = {}
        self.parts: dict[Key, dict[str, Part]] = {}
        self.funding: dict[Key, Funding] = {}
        self.interest: dict[Key, OpenInterest] = {}
        self._minutes: dict[Key, deque[tuple[int, float]]] = {}
        self._told: dict[Key, dict[int, float]] = {}
        """By minute, open interest of before we listened and of cuts, as the venue's own history tells it."""

    def take(
        self, fact: Instrument | Quote | Funding | OpenInterest | PastInterest, as_of_ms: int | None = None
    ) -> None:
        """Take a fact. Parts of a quote that were not told stay, at their age; a funding interval likewise.

        `as_of_ms`: of when a quote is, on our clock; `None` is when it was received.
        """
        key = (fact.venue, fact.symbol)
        match fact:
            case Instrument():
                self.instruments[key] = fact
            case Quote():
                self._quote(key, fact, fact.recv_ms if as_of_ms is None else as_of_ms)
            case Funding():
                old = self.funding.get(key)
                if fact.interval_h is None and old and old.interval_h is not None:
                    fact = Funding(*(*key, fact.ts_ms, fact.recv_ms, fact.rate), old.interval_h, fact.next_ms)
                self.funding[key] = fact
            case OpenInterest():
                self.interest[key] = fact
                self._keep_minute(key, fact)
            case PastInterest():
                self._keep_told(key, fact)

    def _quote(self, key: Key, fact: Quote, as_of_ms: int) -> None:
        told = self.parts.setdefault(key, {})
        for name, value in (("mark", fact.mark), ("index", fact.index)):
            before, before_ms = told.get(name, NEVER)
            if value is not None and as_of_ms >= before_ms and not (value == before and key[0] in self._changes):
                told[name] = (value, as_of_ms)

    def part(self, key: Key, name: Literal["mark", "index"]) -> Part | None:
        """A part of an instrument's quote; `None` once the other has been told without it for `PART_MS`."""
        told = self.parts.get(key, {})
        found = told.get(name)
        newest = max((as_of_ms for _, as_of_ms in told.values()), default=0)
        return found if found and newest - found[1] <= PART_MS else None

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
        tables = (self.instruments, self.parts, self.funding, self.interest, self._minutes, self._told)
        return cast(tuple[MutableMapping[Key, object], ...], tables)

    def interest_of(self, venue: str, symbol: str) -> float | None:
        """Open interest of all of a venue's contracts that tell it; `None` where that one does not."""
        if not self.interest.get((venue, symbol)):
            return None
        return sum(fact.btc for (name, _), fact in self.interest.items() if name == venue) or None

    def interest_before(self, key: Key, t_ms: int) -> Before | None:
        """Open interest at `t_ms`: the last one told by then, at most five minutes before; else `None`."""
        minute = t_ms // MINUTE_MS
        since = minute - OLDEST_MINUTES
        heard = None
        for at, btc in self._minutes.get(key, ()):
            if at > minute:
                break
            heard = Before(at, btc, heard=True)
        past = self._told.get(key, {})
        told = (Before(at, past[at], heard=False) for at in range(minute, since - 1, -1) if at in past)
        found = [heard] if heard and heard.minute >= since else []
        found += [one for one in told if self._is_like(key, one.btc)][:1]
        return max(found, key=lambda one: (one.minute, one.heard), default=None)

    def _is_like(self, key: Key, btc: float) -> bool:
        """Whether a number of the past is of the size of the newest; not, where that is not known yet."""
        now = self.interest.get(key)
        return now is not None and now.btc <= btc * MOST_MOVED and btc <= now.btc * MOST_MOVED

    def _keep_minute(self, key: Key, fact: OpenInterest) -> None:
        minutes = self._minutes.setdefault(key, deque(maxlen=KEEP_MINUTES))
        minute = fact.recv_ms // MINUTE_MS
        if minutes and minutes[-1][0] == minute:
            minutes[-1] = (minute, fact.btc)
        else:
            minutes.append((minute, fact.btc))

    def _keep_told(self, key: Key, fact: PastInterest) -> None:
        """Keep it for a day. What is yet to come is none of the past."""
        now, minute = fact.recv_ms // MINUTE_MS, fact.ts_ms // MINUTE_MS
        if now - KEEP_MINUTES < minute <= now:
            told = self._told.setdefault(key, {})
            told[minute] = fact.btc
            if len(told) > KEEP_MINUTES:
                self._told[key] = {at: btc for at, btc in told.items() if at > now - KEEP_MINUTES}
