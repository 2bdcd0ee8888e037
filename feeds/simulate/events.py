"""What happens in the simulated market: the events from which each venue makes its own messages.

Quantities are in the venue's unit (see `Listing`), times in milliseconds UTC.
"""

from msgspec import Struct

from feeds.facts import Position, Side
from feeds.simulate.listings import Listing


class Trade(Struct, frozen=True, gc=False):
    """One fill. `id` is consecutive within an instrument; `side` is the taker's."""

    id: int
    ts_ms: int
    price: float
    quantity: float
    btc: float
    side: Side


class Liquidated(Struct, frozen=True):
    """A forced closing; `position` is the one that was closed, `price` the one the venue publishes.

    `id` numbers it within its instrument. Where a listing tells of them as fills, it is one fill, with that one's id,
    and `maker` is whether the position's order was in the book, and was not the taker's.
    """

    listing: Listing
    ts_ms: int
    position: Position
    price: float
    quantity: float
    btc: float
    usd: float
    id: int = 0
    maker: bool = False


class Sweep(Struct, frozen=True):
    """The fills of one taker's order, first to last, and the best prices after it.

    `liquidated`: each of them as a forced closing, where this is one and the venue tells of it among its trades.
    """

    listing: Listing
    trades: tuple[Trade, ...]
    bid: float
    ask: float
    liquidated: tuple[Liquidated, ...] = ()


class Day(Struct, frozen=True):
    """An instrument's 24 hours before the start, and all since. `quantity` is the volume in the venue's unit."""

    open: float
    high: float
    low: float
    btc: float
    usd: float
    quantity: float


class Ticker(Struct, frozen=True):
    """An instrument at one time. Funding and open interest (BTC, one-sided) are 0 on spot."""

    listing: Listing
    ts_ms: int
    last: float
    bid: float
    ask: float
    mark: float
    index: float
    funding: float
    next_funding_ms: int
    oi_btc: float
    day: Day


class Beat(Struct, frozen=True):
    """A tenth of a second has passed; `count` numbers them from 0."""

    ts_ms: int
    count: int


class Outage(Struct, frozen=True):
    """A venue goes down, or is back."""

    venue: str
    down: bool


Event = Sweep | Liquidated | Ticker | Beat | Outage
