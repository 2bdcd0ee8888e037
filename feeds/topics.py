"""The contract with viewers and other programs: metric values, typed topics, names. Imports nothing of the rest."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

State = Literal["fresh", "late", "stale", "down", "none"]
Quality = Literal["exact", "provisional", "revised", "estimated", "sampled", "floor", "partial"]
FeedState = Literal["live", "connecting", "late", "stale", "down", "blocked"]
LiqLevel = Literal["calm", "elevated", "cascade"]
Mode = Literal["live", "replay", "demo"]
WINDOWS: tuple[str, ...] = ("1m", "5m", "1h", "4h", "24h")
WINDOW_MS: dict[str, int] = {
    "1m": 60_000,
    "5m": 300_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "24h": 86_400_000,
}
STATES: tuple[State, ...] = ("fresh", "late", "stale", "down", "none")
"""From best to worst: a derived metric has the worst of its inputs."""


class Metric(Struct, frozen=True):
    """One number with its age, source and completeness. `value` is `None` with a reason in `note`, never 0."""

    value: float | str | None
    unit: str
    as_of_ms: int | None
    source: str
    state: State
    quality: Quality = "exact"
    note: str = ""


class Engine(Struct, frozen=True):
    """Who speaks. `title` says in words what is replayed or simulated; "" when live.

    `writing`: this engine keeps the history. `notices`: things the user should know, newest last.
    """

    mode: Mode
    title: str
    started_ms: int
    writing: bool
    notices: tuple[str, ...] = ()


class VenuePrice(Struct, frozen=True):
    """The last price of a venue. `premium_bp` is against the reference price; `None` where either is not fresh."""

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


class LiqVenue(Struct, frozen=True):
    """One venue's totals by window. `complete`: all, sampled; `partial` by window says why it is not whole.

    `saturation` of a sampled feed: share of the last 60 s in which it published, 1 being all it ever can.
    """

    venue: str
    complete: Literal["all", "sampled"]
    state: FeedState
    windows: dict[str, Total]
    partial: dict[str, str]
    saturation: float = 0.0


class Liquidations(Struct, frozen=True):
    """Totals over all venues by window, each with state, quality and note, and the venues behind them.

    `spark`: dollars per 10 s over the last 5 min, oldest first, longs and shorts apart.
    """

    windows: dict[str, Total]
    state: State
    quality: dict[str, Quality]
    note: dict[str, str]
    venues: tuple[LiqVenue, ...]
    spark_long: tuple[float, ...]
    spark_short: tuple[float, ...]
    as_of_ms: int | None
    level: LiqLevel = "calm"
    level_since_ms: int | None = None
    level_note: str = ""
    running: "Cascade | None" = None


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
    """A feed's health. `seen_ms`: last proof of life. Lag is receipt minus venue time, ms, last minute.

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


class SeriesRow(Struct, frozen=True):
    """A slow series in one line. `period` is an ISO date; `value`, `change` and `spark` are in `unit`.

    `change` is against the period before. `z`: the value in standard deviations from the mean of the last 3 years.
    `spark`: the last values, oldest first. `next_ms`: when the next value is due, `about` where that is only usual.
    `late_since_ms`: since when a value is due that has not come. `note`: why there is no value, or what is wrong
    with it, in words; text from outside is already plain.
    """

    id: str
    label: str
    unit: str
    group: str
    digits: int
    value: float | None
    period: str | None
    known_ms: int | None
    change: float | None
    z: float | None
    spark: tuple[float, ...]
    next_ms: int | None
    about: bool
    state: State
    quality: Quality
    source: str
    note: str = ""
    late_since_ms: int | None = None


class SourceRow(Struct, frozen=True):
    """A publisher: how asking it goes. `off`: why it is not asked, and what to do about it; "" where it is.

    `error`: what went wrong the last time, since `error_ms`; "" where it went well. `asked` counts requests of this
    run, `refused` values and answers that were not believed.
    """

    name: str
    title: str
    state: State
    seen_ms: int | None
    next_ms: int | None
    asked: int
    refused: int
    error: str = ""
    error_ms: int | None = None
    off: str = ""
    terms: str = ""


class Due(Struct, frozen=True):
    """A release to come: when, of what, for which period; `about` where the day is only usual."""

    at_ms: int
    label: str
    period: str
    source: str
    about: bool
    series: tuple[str, ...]


class Macro(Struct, frozen=True):
    """All slow series, their publishers, and the releases of the next 7 days, soonest first.

    `filled` of `to_fill` pages have been read on a first start; both 0 where nothing is to be filled.
    """

    rows: tuple[SeriesRow, ...]
    sources: tuple[SourceRow, ...]
    calendar: tuple[Due, ...]
    filled: int = 0
    to_fill: int = 0


class VintageRow(Struct, frozen=True, array_like=True):
    """One value as it was published: period, value, known since, by whom, provisional."""

    period: str
    value: float
    known_ms: int
    source: str
    provisional: bool = False


class SeriesPage(Struct, frozen=True):
    """All of one series, for its own page: the newest value of each period, and what was revised, newest first.

    `address`: where a person can read it. `rule`: when it comes out, in words. `terms`: the publisher's.
    """

    id: str
    label: str
    unit: str
    published: str
    use: str
    rule: str
    source: str
    address: str
    terms: str
    digits: int
    points: tuple[tuple[str, float], ...]
    revised: tuple[VintageRow, ...]


TIMEFRAMES: tuple[str, ...] = ("1m", "5m", "15m", "1h", "4h", "1d")

TOPICS: dict[str, type] = {
    "engine": Engine,
    "price": Price,
    "liquidations": Liquidations,
    "tape": tuple[TapeRow, ...],
    "ladder": Ladder,
    "cascades": tuple[Cascade, ...],
    "derivatives": Derivatives,
    "feeds": Feeds,
    "macro": Macro,
    **{f"bars.{frame}": Bars for frame in TIMEFRAMES},
    **{f"bar.{frame}": LiveBar for frame in TIMEFRAMES},
}
"""Topics for panes, by name. Every other name in a line is a metric and holds a `Metric`."""

WANTED: dict[str, type] = {"series": SeriesPage}
"""Topics that a viewer gets only when it asks for them, by what stands before the first dot: `series.WALCL`."""


def topic_type(name: str) -> type | None:
    """What a topic of that name holds; `None` for a metric."""
    return TOPICS.get(name) or (WANTED.get(name.partition(".")[0]) if "." in name else None)


def worst(states: Sequence[State]) -> State:
    """The worst of several states; `none` where there are none."""
    return max(states, key=STATES.index, default="none")
