"""What happened in the simulated market and what its venues told of it, so that a test can be exact."""

from collections import Counter, defaultdict, deque

from msgspec import Struct

from feeds.facts import Position
from feeds.simulate.events import Liquidated, Sweep

_KEPT = 10_000


class Total(Struct):
    """Liquidations of one venue and position."""

    count: int = 0
    usd: float = 0.0
    btc: float = 0.0

    def add(self, event: Liquidated) -> None:
        """Count one more."""
        self.count += 1
        self.usd += event.usd
        self.btc += event.btc


Totals = defaultdict[tuple[str, Position], Total]


class Ledger:
    """`happened` is the market's, `published` what a venue that was up sent to its channels, heard or not.

    `last` is the last published trade price and `trades` the number of them, both by (venue, symbol).
    `liquidations` are the latest published, oldest first.
    """

    def __init__(self) -> None:
        self.happened: Totals = defaultdict(Total)
        self.published: Totals = defaultdict(Total)
        self.liquidations: deque[Liquidated] = deque(maxlen=_KEPT)
        self.last: dict[tuple[str, str], float] = {}
        self.trades: Counter[tuple[str, str]] = Counter()

    def happen(self, event: Liquidated) -> None:
        """A liquidation took place, published or not."""
        self.happened[event.listing.venue, event.position].add(event)

    def tell(self, event: Liquidated) -> None:
        """A venue published a liquidation."""
        self.published[event.listing.venue, event.position].add(event)
        self.liquidations.append(event)

    def trade(self, event: Sweep) -> None:
        """A venue published trades."""
        self.last[event.listing.key] = event.trades[-1].price
        self.trades[event.listing.key] += len(event.trades)
