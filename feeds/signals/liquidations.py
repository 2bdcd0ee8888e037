"""Whether liquidations come as a cascade: dollars of the last minute against those of the last day's minutes."""

from bisect import bisect_left
from collections.abc import Sequence
from math import inf

from msgspec import Struct

from feeds.signals.knowledge import Answer, Bounds, compare, every, exactly
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


def level(
    usd: float, day: Sequence[float], history_ms: int, rule: CascadeRule, *, whole: bool = True
) -> LiqLevel | None:
    """Level of the last minute. `day`: whole 60 s totals of the last 24 h, sorted; `history_ms`: how much they are.

    `whole`: whether `usd` is as good as all there was. If it is not, it is at least so much: enough for `cascade` and
    `elevated`, and never for `calm`, which is then `None`: it cannot be told.
    """
    known = Bounds(usd, usd if whole else inf)
    ranked = history_ms >= rule.history_ms and len(day) > 0
    ranks = Bounds(*(bisect_left(day, end) / len(day) for end in known)) if ranked else exactly(1.0)

    def reached(dollars: float, share: float) -> Answer:
        return every([compare(known, ">=", dollars), compare(ranks, ">=", share)])

    if reached(rule.cascade_usd, rule.cascade_share):
        return "cascade"
    elevated = reached(rule.elevated_usd, rule.elevated_share)
    return None if elevated is None else "elevated" if elevated else "calm"
