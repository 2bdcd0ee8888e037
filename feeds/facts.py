"""The frozen facts that parsers produce and the state is built from.

Times are integer milliseconds UTC: `ts_ms` is the venue's clock, `recv_ms` ours. Sizes are in bitcoin,
prices in dollars (or the venue's dollar token). Floats, not decimals: the numbers are shown, not settled.
A part that is not known is `None`; `None` is never 0.
"""

from typing import Literal

from msgspec import Struct

Side = Literal["buy", "sell"]
Position = Literal["long", "short"]
Kind = Literal["spot", "perpetual", "future"]
Phase = Literal["connecting", "open", "closed", "blocked"]
Timeframe = Literal["1m", "5m", "15m", "1h", "4h", "1d"]

TIMEFRAME_MS: dict[Timeframe, int] = {
    "1m": 60_000,
    "5m": 300_000,
    "15m": 900_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "1d": 86_400_000,
}


class Instrument(Struct, frozen=True, gc=False):
    """A listed instrument. `contract` is BTC per contract if linear, dollars per contract if inverse."""

    venue: str
    symbol: str
    kind: Kind
    quote: str
    inverse: bool
    contract: float
    expiry_ms: int | None = None


class Trade(Struct, frozen=True, gc=False):
    """One print. `side` is the taker's, `btc` the size in bitcoin whatever the venue counts in.

    `id` is the venue's trade id and is unique per symbol; "" where the venue gives none.
    """

    venue: str
    symbol: str
    ts_ms: int
    recv_ms: int
    price: float
    btc: float
    side: Side
    id: str


class Quote(Struct, frozen=True, gc=False):
    """A ticker. Parts that this message did not carry are `None`."""

    venue: str
    symbol: str
    ts_ms: int
    recv_ms: int
    last: float | None = None
    bid: float | None = None
    ask: float | None = None
    mark: float | None = None
    index: float | None = None


class Liquidation(Struct, frozen=True, gc=False):
    """One forced closing. `position` is the position that was closed, never the side of the order that closed it.

    `id` names the event within its venue, so that one seen twice counts once. A parser that finds equal rows
    within one frame numbers them apart; equal rows of different frames share an id.
    """

    venue: str
    symbol: str
    ts_ms: int
    recv_ms: int
    position: Position
    btc: float
    usd: float
    price: float
    id: str


class Repriced(Struct, frozen=True, gc=False):
    """The price of a liquidation that was told before without one. Of an event that is not known it says nothing."""

    usd: float
    price: float
    venue: str
    id: str


class Funding(Struct, frozen=True, gc=False):
    """The funding rate of the running interval, as a fraction (0.0001 = 1 bp per interval)."""

    venue: str
    symbol: str
    ts_ms: int
    recv_ms: int
    rate: float
    interval_h: float | None
    next_ms: int | None


class OpenInterest(Struct, frozen=True, gc=False):
    """Open interest in bitcoin, counted once for each pair of long and short.

    `estimated` says why that is not certain; "" where it is.
    """

    venue: str
    symbol: str
    ts_ms: int
    recv_ms: int
    btc: float
    estimated: str = ""


class PastInterest(Struct, frozen=True, gc=False):
    """Open interest at `ts_ms`, some time ago, as the venue's own history tells it: in bitcoin, each pair once."""

    venue: str
    symbol: str
    ts_ms: int
    recv_ms: int
    btc: float


class Bar(Struct, frozen=True, gc=False):
    """A candle. `btc` is volume. Not `complete`: the feed was cut, or came up, while it was open."""

    venue: str
    symbol: str
    timeframe: Timeframe
    open_ms: int
    open: float
    high: float
    low: float
    close: float
    btc: float
    complete: bool = True


class Observation(Struct, frozen=True, gc=False):
    """One value of a slow series for one period, as known at one time. A revision is another row.

    `period` is an ISO date: the day, the weekly date the publisher gives, or the first day of the month or quarter.
    `value` is in the unit of the series' row. `source` is the publisher. `provisional`: the publisher says, or its
    page shows, that this number is not yet whole. `read_ms`: when it was read, if that was so long after it was due
    that the publisher may have revised it in between; 0 where it was read in time.
    """

    series: str
    period: str
    value: float
    known_ms: int
    source: str
    provisional: bool = False
    read_ms: int = 0


class FeedStatus(Struct, frozen=True, gc=False):
    """What the driver knows of a feed's connection. `reason` is text from outside: show it as plain text only."""

    feed: str
    recv_ms: int
    phase: Phase
    reason: str = ""


class Rejected(Struct, frozen=True, gc=False):
    """A frame, or one row of a frame, that could not be believed. `sample` is its beginning, for `doctor`."""

    feed: str
    recv_ms: int
    reason: str
    sample: str = ""


class Gap(Struct, frozen=True, gc=False):
    """A time in which a feed was not heard. `to_ms` is `None` while it lasts.

    `filled`: the venue was asked afterwards for the liquidations of that time, and told them.
    """

    feed: str
    from_ms: int
    to_ms: int | None
    reason: str
    filled: bool = False


Fact = (
    Instrument
    | Trade
    | Quote
    | Liquidation
    | Repriced
    | Funding
    | OpenInterest
    | PastInterest
    | Bar
    | Observation
    | FeedStatus
    | Rejected
    | Gap
)
