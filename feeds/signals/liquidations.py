"""Whether liquidations come as a cascade: dollars of the last minute against those of the last day's minutes."""

from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct

from feeds.topics import LiqLevel


class CascadeRule(Struct, frozen=True):
    """Thresholds: percentiles of the last day's 60 s totals, and dollars that must be reached as well.

    With less than `history_ms` of own history the percentiles mean nothing, and the dollars alone decide.
    """

    cascade_share: float = 0.995
    cascade_usd: float = 5_000_000.0
    elevated_share: float = 0.97
    elevated_usd: float = 1_000_000.0
    calm_after_ms: int = 120_000
    history_ms: int = 7_200_000


def level(usd: float, day: Sequence[float], heard_ms: int, rule: CascadeRule) -> LiqLevel:
    """Level of the last minute. `day`: 60 s totals of the last 24 h, sorted; `heard_ms`: how far they go back."""
    ranked = heard_ms >= rule.history_ms and len(day) > 0
    share = bisect_left(day, usd) / len(day) if ranked else 1.0
    if usd >= rule.cascade_usd and share >= rule.cascade_share:
        return "cascade"
    return "elevated" if usd >= rule.elevated_usd and share >= rule.elevated_share else "calm"
