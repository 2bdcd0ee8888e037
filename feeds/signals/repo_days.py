"""Repo stress day by day: what went into it and what came out, in one pass over all days."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from statistics import fmean

from msgspec import Struct

from feeds.signals.by_date import values_by_day
from feeds.signals.marks import marks
from feeds.signals.repo_share import PERCENTILES, Share, share
from feeds.signals.thresholds import RepoRule
from feeds.vintages import Known

PARTS = ("share", "sofr_iorb", "p99_iorb", "effr_iorb", "srf")
"""The parts of repo stress, in the order of all their tuples."""


class Day(Struct, frozen=True, gc=False):
    """One day on which SOFR was published. What is not known is `None`.

    `iorb` is in percent, `volume` in $bn, `values` are those of the parts: percent of volume, three spreads in bp,
    dollars. `scores` are the same as 0 to 100. `stress` is the mean of the scores at hand, and `None` without IORB, on
    which all but one depend. `srf_days`: of the business days up to this one that count, those whose take-up is known.
    """

    day: date
    iorb: float | None
    share: Share | None
    volume: float | None
    values: tuple[float | None, ...]
    scores: tuple[float | None, ...]
    stress: float | None
    srf_days: int
    marks: tuple[str, ...]

    def at_hand(self) -> int:
        """How many parts are known."""
        return sum(score is not None for score in self.scores)


def days(known: Known, rule: RepoRule, newest: int | None = None) -> list[Day]:
    """Every day of SOFR, oldest first, each from what is for that day or before it; or the `newest` few of them."""
    percentiles = [(values_by_day(known, name), nth) for name, nth in PERCENTILES]
    volumes, effr = values_by_day(known, "SOFRVOL"), values_by_day(known, "EFFR")
    taken = values_by_day(known, "SRF")
    sofr, p99 = percentiles[2][0], percentiles[-1][0]
    iorb = known.points("IORB")
    iorb_days = [point.period for point in iorb]
    operated = sorted(sofr.keys() | taken.keys())
    place = {day: at for at, day in enumerate(operated)}
    found = []
    for day in list(sofr)[-newest if newest else 0 :]:
        at = bisect_right(iorb_days, day)
        x = iorb[at - 1].value if at else None
        points = [(value, nth) for by_day, nth in percentiles if (value := by_day.get(day)) is not None]
        last = place[day] + 1
        window = [taken[one] for one in operated[max(0, last - rule.srf_days) : last] if one in taken]
        part = share(points, x) if x is not None else None
        values = (
            part.best(rule.edge_pct) if part else None,
            spread_bp(sofr[day], x),
            spread_bp(p99.get(day), x),
            spread_bp(effr.get(day), x),
            max(window, default=None),
        )
        scores = _scores(values, rule)
        stress = None if x is None else fmean([score for score in scores if score is not None])
        found.append(Day(day, x, part, volumes.get(day), values, scores, stress, len(window), marks(day)))
    return found


def spread_bp(rate: float | None, iorb: float | None) -> float | None:
    """A rate over IORB, both in percent, in basis points; rounded, for percents have two or three places."""
    return None if rate is None or iorb is None else round((rate - iorb) * 100, 6)


def _scores(values: Sequence[float | None], rule: RepoRule) -> tuple[float | None, ...]:
    ends = (
        (0.0, 100.0),
        (rule.sofr_iorb_low_bp, rule.sofr_iorb_high_bp),
        (rule.p99_iorb_low_bp, rule.p99_iorb_high_bp),
        (rule.effr_iorb_low_bp, rule.effr_iorb_high_bp),
        (rule.srf_low_usd, rule.srf_high_usd),
    )
    return tuple(
        None if value is None else min(100.0, max(0.0, (value - low) / (high - low) * 100))
        for value, (low, high) in zip(values, ends, strict=True)
    )


def band(stress: float, rule: RepoRule) -> str:
    """The word for a stress of 0 to 100."""
    if stress < rule.watch_from:
        return "calm"
    if stress < rule.tight_from:
        return "watch"
    return "tight" if stress < rule.stress_from else "stress"
