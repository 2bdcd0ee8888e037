"""The contract with viewers and other programs: metric values, typed topics, names. Imports nothing of the rest."""

from feeds.topics.base import (
    STATES,
    WINDOW_MS,
    WINDOWS,
    Engine,
    FeedState,
    Input,
    LiqLevel,
    Metric,
    Mode,
    Quality,
    Reading,
    State,
    worst,
)
from feeds.topics.curve import CashPoint, Curve, CurvePoint, Dropped, ExpiryPoint, FundingPoint, Tenor
from feeds.topics.flows import FlowPoint, FlowRevision, FlowRow, Flows
from feeds.topics.macro import Due, Macro, SeriesPage, SeriesRow, SourceRow, VintageRow
from feeds.topics.market import (
    BarRow,
    Bars,
    Cascade,
    Derivative,
    Derivatives,
    FeedRow,
    Feeds,
    GapRow,
    Ladder,
    Liquidations,
    LiqVenue,
    LiveBar,
    Price,
    TapeRow,
    Total,
    VenuePrice,
)
from feeds.topics.oil import Leg, Oil, OilPoint, Roll, Shock, SpreadDay, Strip
from feeds.topics.repo import Cohort, Repo, RepoDay, RepoPart, ReserveIndicator, ShareSpan
from feeds.topics.share import Crossing, Share, ShareWeek

__all__ = [
    "STATES",
    "TIMEFRAMES",
    "TOPICS",
    "WANTED",
    "WINDOWS",
    "WINDOW_MS",
    "BarRow",
    "Bars",
    "Cascade",
    "CashPoint",
    "Cohort",
    "Crossing",
    "Curve",
    "CurvePoint",
    "Derivative",
    "Derivatives",
    "Dropped",
    "Due",
    "Engine",
    "ExpiryPoint",
    "FeedRow",
    "FeedState",
    "Feeds",
    "FlowPoint",
    "FlowRevision",
    "FlowRow",
    "Flows",
    "FundingPoint",
    "GapRow",
    "Input",
    "Ladder",
    "Leg",
    "LiqLevel",
    "LiqVenue",
    "Liquidations",
    "LiveBar",
    "Macro",
    "Metric",
    "Mode",
    "Oil",
    "OilPoint",
    "Price",
    "Quality",
    "Reading",
    "Repo",
    "RepoDay",
    "RepoPart",
    "ReserveIndicator",
    "Roll",
    "SeriesPage",
    "SeriesRow",
    "Share",
    "ShareSpan",
    "ShareWeek",
    "Shock",
    "SourceRow",
    "SpreadDay",
    "State",
    "Strip",
    "TapeRow",
    "Tenor",
    "Total",
    "VenuePrice",
    "VintageRow",
    "topic_type",
    "worst",
]

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
    "oil": Oil,
    "curve": Curve,
    "repo": Repo,
    "flows": Flows,
    "share": Share,
    **{f"bars.{frame}": Bars for frame in TIMEFRAMES},
    **{f"bar.{frame}": LiveBar for frame in TIMEFRAMES},
}
"""Topics for panes, by name. Every other name in a line is a metric and holds a `Metric`."""

WANTED: dict[str, type] = {"series": SeriesPage}
"""Topics that a viewer gets only when it asks for them, by what stands before the first dot: `series.WALCL`."""


def topic_type(name: str) -> type | None:
    """What a topic of that name holds; `None` for a metric."""
    return TOPICS.get(name) or (WANTED.get(name.partition(".")[0]) if "." in name else None)
