"""Perpetuals and dated futures: the newest of what each venue tells, and open interest by the minute."""

from collections import deque

from feeds.facts import Funding, Instrument, OpenInterest, Quote

MINUTE_MS = 60_000
KEEP_MINUTES = 24 * 60 + 5
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

    def take(self, fact: Instrument | Quote | Funding | OpenInterest) -> None:
        """Take a fact. Parts of a quote that were not told stay as they were; a funding interval likewise."""
        key = (fact.venue, fact.symbol)
        match fact:
            case Instrument():
                self.instruments[key] = fact
            case Quote():
                self.quotes[key] = _merged(self.quotes.get(key), fact)
            case Funding():
                old = self.funding.get(key)
                if fact.interval_h is None and old and old.interval_h is not None:
                    fact = Funding(*(*key, fact.ts_ms, fact.recv_ms, fact.rate), old.interval_h, fact.next_ms)
                self.funding[key] = fact
            case OpenInterest():
                self.interest[key] = fact
                self._keep_minute(key, fact)

    def expire(self, now_ms: int) -> None:
        """Forget dated contracts that have expired."""
        for key in [key for key, listed in self.instruments.items() if listed.expiry_ms and listed.expiry_ms <= now_ms]:
            for table in (self.instruments, self.quotes, self.funding, self.interest, self._minutes):
                table.pop(key, None)

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


def _merged(old: Quote | None, new: Quote) -> Quote:
    if old is None or (new.mark is not None and new.index is not None and new.last is not None):
        return new
    return Quote(
        new.venue,
        new.symbol,
        new.ts_ms,
        new.recv_ms,
        old.last if new.last is None else new.last,
        old.bid if new.bid is None else new.bid,
        old.ask if new.ask is None else new.ask,
        old.mark if new.mark is None else new.mark,
        old.index if new.index is None else new.index,
    )
