"""What the simulated market really said, and when: the ledger, kept whole so that it can be asked for any time."""

import time
from bisect import bisect_right
from collections import defaultdict

from feeds.facts import Position
from feeds.simulate.events import Liquidated, Sweep
from feeds.simulate.ledger import Ledger
from feeds.simulate.listings import LISTINGS, of
from feeds.venues import VENUES

SPOT = tuple((name, venue.spot) for name, venue in VENUES.items() if venue.spot)
"""The instruments from which a reference price may be made."""


class Truth(Ledger):
    """A ledger that forgets nothing. Times are those of this machine's clock, in ms, but for `ts_ms` of an event."""

    def __init__(self) -> None:
        super().__init__()
        self.printed: dict[str, dict[float, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.spot: list[tuple[int, float]] = []
        self.told: dict[tuple[str, Position], list[tuple[int, Liquidated]]] = defaultdict(list)

    def tell(self, event: Liquidated) -> None:
        super().tell(event)
        self.told[event.listing.venue, event.position].append((now_ms(), event))

    def trade(self, event: Sweep) -> None:
        super().trade(event)
        venue = event.listing.venue
        for trade in event.trades:
            self.printed[venue][trade.price].append(trade.ts_ms)
            if event.listing.key in SPOT:
                self.spot.append((trade.ts_ms, trade.price))

    def mid(self) -> float:
        """What bitcoin costs just now, at the venue that trades most."""
        return self.last.get(of("binance")[0].key, 64_000.0)

    def printed_ms(self, venue: str, price: float, until_ms: int) -> int | None:
        """When a venue last traded at a price; `None` if it never did until then."""
        times = self.printed[venue].get(price, [])
        at = bisect_right(times, until_ms)
        return times[at - 1] if at else None

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
