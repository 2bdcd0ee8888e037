"""What the simulated market really said, and when: the ledger, kept whole so that it can be asked for any time."""

import time
from bisect import bisect_right
from collections import defaultdict
from itertools import islice

from feeds.facts import Position
from feeds.simulate.events import Liquidated, Sweep
from feeds.simulate.ledger import Ledger
from feeds.simulate.listings import LISTINGS, of
from feeds.venues import VENUES

SPOT = tuple((name, venue.spot) for name, venue in VENUES.items() if venue.spot)
"""The instruments from which a reference price may be made."""


Key = tuple[str, str]
"""A venue and one of its instruments."""


class Truth(Ledger):
    """A ledger that forgets nothing. Times are those of this machine's clock, in ms, but for `ts_ms` of an event.

    `tape`: time and price of each trade of an instrument. `printed`: at which places of it a price stands.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tape: dict[Key, list[tuple[int, float]]] = defaultdict(list)
        self.printed: dict[Key, dict[float, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.spot: list[tuple[int, float]] = []
        self.told: dict[tuple[str, Position], list[tuple[int, Liquidated]]] = defaultdict(list)

    def tell(self, event: Liquidated) -> None:
        super().tell(event)
        self.told[event.listing.venue, event.position].append((now_ms(), event))

    def trade(self, event: Sweep) -> None:
        super().trade(event)
        key = event.listing.key
        tape = self.tape[key]
        for trade in event.trades:
            self.printed[key][trade.price].append(len(tape))
            tape.append((trade.ts_ms, trade.price))
            if key in SPOT:
                self.spot.append((trade.ts_ms, trade.price))

    def mid(self) -> float:
        """What bitcoin costs just now, at the venue that trades most."""
        return self.last.get(of("binance")[0].key, 64_000.0)

    def printed_ms(self, key: Key, price: float, until_ms: int) -> int | None:
        """When an instrument was last traded at a price; `None` if it never was until then."""
        place = self._place(key, price, until_ms)
        return None if place is None else self.tape[key][place][0]

    def stood_ms(self, key: Key, price: float, until_ms: int) -> int | None:
        """Until when a price was the last one, which is until another was traded; `None` if it never was."""
        place = self._place(key, price, until_ms)
        if place is None:
            return None
        later = islice(self.tape[key], place + 1, None)
        return min(until_ms, next((ts_ms for ts_ms, other in later if other != price), until_ms))

    def _place(self, key: Key, price: float, until_ms: int) -> int | None:
        places, tape = self.printed[key].get(price, []), self.tape[key]
        at = bisect_right(places, until_ms, key=lambda place: tape[place][0])
        return places[at - 1] if at else None

    def band(self, from_ms: int, to_ms: int) -> tuple[float, float] | None:
        """The lowest and the highest spot trade between two times; `None` if there was none."""
        left = bisect_right(self.spot, (from_ms, 0.0))
        right = bisect_right(self.spot, (to_ms, float("inf")))
        prices = [price for _, price in self.spot[left:right]]
        return (min(prices), max(prices)) if prices else None

    def told_until(self, venue: str, position: Position, until_ms: int) -> tuple[int, float]:
        """How many liquidations a venue had told of, and of how many dollars."""
        rows = [event for at_ms, event in self.told[venue, position] if at_ms <= until_ms]
        return len(rows), sum(event.usd for event in rows)


def tells(venue: str) -> bool:
    """Whether this venue tells of liquidations at all."""
    return any(row.share for row in LISTINGS if row.venue == venue)


def now_ms() -> int:
    """This machine's clock."""
    return time.time_ns() // 1_000_000
