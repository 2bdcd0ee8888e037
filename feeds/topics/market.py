"""Topics of the market as it moves: price, candles, liquidations, derivatives, feeds."""

from typing import Literal

from msgspec import Struct

from feeds.topics.base import FeedState, LiqLevel, Metric, Note, Quality, State


class VenuePrice(Struct, frozen=True):
    """The last price of a venue. `premium_bp` is against the reference price.

    It is `None` where either is not fresh, or is doubted.
    """

    venue: str
    symbol: str
    quote: str
    spot: bool
    price: Metric
    premium_bp: float | None


class Price(Struct, frozen=True):
    """The reference price and what surrounds it. `changes` by window (1h, 24h, 7d) in percent."""

    reference: Metric
    changes: dict[str, Metric]
    premium_coinbase: Metric
    venues: tuple[VenuePrice, ...]


class BarRow(Struct, frozen=True, array_like=True):
    """A candle as a short array: opening time in ms, open, high, low, close, volume in BTC, complete."""

    t: int
    o: float
    h: float
    l: float  # noqa: E741  the field's standard short name
    c: float
    v: float
    complete: bool


class Bars(Struct, frozen=True):
    """Closed candles of one time frame, oldest first, of the venue that draws the chart.

    `cached`: kept from an earlier run and not yet joined by live trades.
    """

    venue: str
    symbol: str
    timeframe: str
    rows: tuple[BarRow, ...]
    cached: bool = False


class LiveBar(Struct, frozen=True):
    """The running candle of one time frame; it belongs to the `Bars` of the same venue and time frame."""

    venue: str
    timeframe: str
    row: BarRow | None


class Total(Struct, frozen=True):
    """Liquidated in one window, both sides. `count` is events. All `None` where nothing was heard."""

    long_usd: float | None
    short_usd: float | None
    long_btc: float | None
    short_btc: float | None
    long_count: int | None
    short_count: int | None


class Lack(Struct, frozen=True):
    """A venue, or one feed of it, that a total goes without. `since_ms`: when it was last heard, `None` for never.

    `why`: in words, where it is more than silence (blocked, refused, not heard yet).
    """

    name: str
    state: FeedState
    since_ms: int | None
    why: str = ""


class LiqVenue(Struct, frozen=True):
    """One venue's totals by window. `complete`: all, sampled; `partial` by window says why it is not whole.

    `saturation` of a sampled feed: share of the last 60 s in which it published, 1 being all it ever can. `as_of_ms`:
    of the oldest of its feeds that is heard. A venue is as well heard as its best feed.
    """

    venue: str
    complete: Literal["all", "sampled"]
    state: FeedState
    windows: dict[str, Total]
    partial: dict[str, str]
    saturation: float = 0.0
    as_of_ms: int | None = None


class Liquidations(Struct, frozen=True):
    """Totals over all venues by window, each with state, quality and note, and the venues behind them.

    `state` is that of the best heard, `as_of_ms` of the oldest that is still current; `without`: who is not.
    `spark`: dollars per 10 s over the last 5 min, oldest first, longs and shorts apart. `level` is `None` while it
    cannot be told, for reasons among `level_notes`: what it `lacks`, and (`span`) how far back its measure goes.
    `risen`: it was above calm, and is not known to be calm again.
    """

    windows: dict[str, Total]
    state: State
    quality: dict[str, Quality]
    note: dict[str, str]
    venues: tuple[LiqVenue, ...]
    spark_long: tuple[float, ...]
    spark_short: tuple[float, ...]
    as_of_ms: int | None
    level: LiqLevel | None = None
    level_since_ms: int | None = None
    level_notes: tuple[Note, ...] = ()
    running: "Cascade | None" = None
    without: tuple[Lack, ...] = ()
    risen: bool = False


class Cascade(Struct, frozen=True):
    """One cascade of liquidations. `to_ms` is `None` while it runs; dollars by venue are (longs, shorts).

    `funding` is the annualised rate at its end in percent; `open_interest_change` in BTC over all venues that tell.
    """

    from_ms: int
    to_ms: int | None
    long_usd: float = 0.0
    short_usd: float = 0.0
    count: int = 0
    venues: dict[str, tuple[float, float]] = {}
    worst_usd: float = 0.0
    worst_venue: str = ""
    worst_price: float | None = None
    worst_position: str = ""
    price_from: float | None = None
    price_low: float | None = None
    price_high: float | None = None
    price_to: float | None = None
    open_interest_change: float | None = None
    funding: float | None = None
    price_hour_after: float | None = None


class Ladder(Struct, frozen=True):
    """Dollars liquidated by price and window: (lower edge of the step, longs, shorts), highest price first."""

    step: float
    windows: dict[str, tuple[tuple[float, float, float], ...]]


class Derivative(Struct, frozen=True):
    """A perpetual or dated future of one venue. What a venue does not tell is `None`.

    `funding`: percent a year; `rate`: as published, a fraction per interval. `open_interest` in BTC, one-sided, with
    its changes over 1 h and 24 h. `premium_bp`: mark against the venue's index. `basis`: percent a year of a dated one.
    Each part has its own time; `as_of_ms` is the oldest of mark, index and funding. `apart`: why there is neither
    premium nor basis though mark and index are known: they are of different times. `told`: which of the changes, "1h"
    or "24h", are since a number that was not heard at that time, but is out of the venue's own history.
    """

    venue: str
    symbol: str
    kind: Literal["perpetual", "future"]
    inverse: bool
    state: FeedState
    as_of_ms: int | None
    mark: float | None
    index: float | None
    premium_bp: float | None
    funding: float | None = None
    rate: float | None = None
    interval_h: float | None = None
    next_ms: int | None = None
    open_interest: float | None = None
    open_interest_ms: int | None = None
    open_interest_1h: float | None = None
    open_interest_24h: float | None = None
    expiry_ms: int | None = None
    basis: float | None = None
    mark_ms: int | None = None
    index_ms: int | None = None
    funding_ms: int | None = None
    apart: str = ""
    told: tuple[str, ...] = ()


class Derivatives(Struct, frozen=True):
    """Perpetuals in the order of the venues, then dated futures by expiry."""

    rows: tuple[Derivative, ...]


class TapeRow(Struct, frozen=True):
    """One liquidation for the tape."""

    ts_ms: int
    venue: str
    symbol: str
    position: Literal["long", "short"]
    usd: float
    btc: float
    price: float
    cached: bool = False


class FeedRow(Struct, frozen=True):
    """A feed's health. `seen_ms`: last proof of life.

    Lag is how old messages of the last minute were on receipt, ms: what is known of the clocks is taken off. `odd`:
    messages that were dated far after their neighbours.

    `error` is text from outside, already plain: no control characters, not to be read as markup.
    """

    feed: str
    venue: str
    state: FeedState
    seen_ms: int | None
    rate: float
    lag_p50: float | None
    lag_p95: float | None
    reconnects: int
    rejected: int
    error: str
    error_ms: int | None
    gaps: int
    gap_ms: int
    note: str = ""
    odd: int = 0


class GapRow(Struct, frozen=True):
    """A time in which a feed was not heard; `to_ms` is `None` while it lasts. `filled`: read afterwards over REST."""

    feed: str
    from_ms: int
    to_ms: int | None
    reason: str
    filled: bool = False


class Feeds(Struct, frozen=True):
    """All feeds, and the latest gaps, newest first."""

    rows: tuple[FeedRow, ...]
    gaps: tuple[GapRow, ...]
