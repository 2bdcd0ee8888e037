"""The reference price: what bitcoin costs in dollars, from the venues that trade it for dollars."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from feeds.topics import Metric, Quality, State, worst

DISAGREE = 0.02
"""Two dollar venues further apart than this share of their price cannot both be right."""


class SpotPrice(Struct, frozen=True):
    """The last trade of a spot venue. `state` is that of its feed and age together."""

    venue: str
    dollars: bool
    price: float
    as_of_ms: int
    state: State


def reference(prices: Sequence[SpotPrice], now_ms: int, fresh_ms: int) -> Metric:
    """Median of the last trades of the dollar venues younger than `fresh_ms`.

    With fewer than two of those, or two that disagree, the median of every spot venue that is as young, dollar
    tokens included: `estimated`, and the note says so. With none, the last known price, at its age.
    """
    young = [p for p in prices if now_ms - p.as_of_ms < fresh_ms and p.state in ("fresh", "late")]
    dollars = [p for p in young if p.dollars]
    if len(dollars) >= 2 and not (len(dollars) == 2 and _apart(dollars) > DISAGREE):
        return _median(dollars, "exact", "")
    if young:
        names = ", ".join(p.venue for p in dollars)
        missing = (
            f"{names} disagree by {_apart(dollars):.1%}"
            if len(dollars) == 2
            else f"only {names} of the dollar venues is fresh"
            if dollars
            else "no dollar venue is fresh"
        )
        return _median(young, "estimated", f"{missing}; median of {len(young)} spot venue{'s'[: len(young) > 1]}")
    if not prices:
        return Metric(None, "USD", None, "", "none", note="no spot venue has been heard")
    last = max(prices, key=lambda p: (p.dollars, p.as_of_ms))
    state = worst([last.state, "late"])
    return Metric(last.price, "USD", last.as_of_ms, last.venue, state, "estimated", "no spot venue is fresh")


def _median(used: Sequence[SpotPrice], quality: Quality, note: str) -> Metric:
    return Metric(
        median(p.price for p in used),
        "USD",
        min(p.as_of_ms for p in used),
        "median of " + ", ".join(p.venue for p in used) if len(used) > 1 else used[0].venue,
        worst([p.state for p in used]),
        quality,
        note,
    )


def _apart(prices: Sequence[SpotPrice]) -> float:
    low, high = min(p.price for p in prices), max(p.price for p in prices)
    return (high - low) / low
