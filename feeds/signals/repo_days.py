"""Repo stress day by day: what went into it and what came out, in one pass over all days."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from feeds.signals.by_date import values_by_day
from feeds.signals.knowledge import Bounds, exactly, mean, word
from feeds.signals.marks import marks
from feeds.signals.repo_share import PERCENTILES, Share, share
from feeds.signals.reserve_rate import ReserveRate
from feeds.signals.thresholds import RepoRule
from feeds.vintages import Known

PARTS = ("share", "sofr_iorb", "p99_iorb", "effr_iorb", "srf")
"""The parts of repo stress, in the order of all their tuples."""
ANYTHING = Bounds(0.0, 100.0)
"""What a part that is not known can be."""


class Day(Struct, frozen=True, gc=False):
    """One day on which SOFR was published. What is not known is `None`.

    `iorb` is in percent, `volume` in $bn, `values` are those of the parts: percent of volume, three spreads in bp,
    dollars. `scores` are the same as 0 to 100. `least` and `most`: what stress can be, the mean of the scores with a
    missing one at 0 and at 100; `None` without IORB, on which all but one depend. `srf_days`: of the business days up
    to this one that count, those whose take-up is known whole.
    """

    day: date
    iorb: float | None
    share: Share | None
    volume: float | None
    values: tuple[float | None, ...]
    scores: tuple[float | None, ...]
    least: float | None
    most: float | None
    srf_days: int
    marks: tuple[str, ...]

    def at_hand(self) -> int:
        """How many parts are known."""
        return sum(score is not None for score in self.scores)

    def bounds(self) -> Bounds | None:
        """What stress can be; `None` where nothing is known of it."""
        return None if self.least is None or self.most is None else Bounds(self.least, self.most)


def days(known: Known, rule: RepoRule, newest: int | None = None) -> list[Day]:
    """Every day of SOFR, oldest first, each from what is for that day or before it; or the `newest` few of them."""
    percentiles = [(values_by_day(known, name), nth) for name, nth in PERCENTILES]
    volumes, effr = values_by_day(known, "SOFRVOL"), values_by_day(known, "EFFR")
    taken = {point.period: (point.value, point.provisional) for point in known.points("SRF")}
    sofr, p99 = percentiles[2][0], percentiles[-1][0]
    rates = ReserveRate(known)
    operated = sorted(sofr.keys() | taken.keys())
    place = {day: at for at, day in enumerate(operated)}
    found = []
    for day in list(sofr)[-newest if newest else 0 :]:
        x = rates.on(day).percent
        points = [(value, nth) for by_day, nth in percentiles if (value := by_day.get(day)) is not None]
        last = place[day] + 1
        window = [taken[one] for one in operated[max(0, last - rule.srf_days) : last] if one in taken]
        part = share(points, x) if x is not None else None
        values = (
            part.best(rule.edge_pct) if part else None,
            spread_bp(sofr[day], x),
            spread_bp(p99.get(day), x),
            spread_bp(effr.get(day), x),
            max((value for value, _ in window), default=None),
        )
        scores = _scores(values, rule)
        whole = sum(not provisional for _, provisional in window)
        stress = None if x is None else mean(_bounds(scores, part, whole, rule))
        found.append(
            Day(
                day,
                x,
                part,
                volumes.get(day),
                values,
                scores,
                stress.least if stress else None,
                stress.most if stress else None,
                whole,
                marks(day),
            )
        )
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


def _bounds(scores: Sequence[float | None], part: Share | None, srf_days: int, rule: RepoRule) -> list[Bounds]:
    """What each part can be: the share lies between its bounds, and a day of take-up that is missing can only add."""
    found = [ANYTHING if score is None else exactly(score) for score in scores]
    if scores[0] is None and part is not None:
        found[0] = Bounds(part.low, part.high)
    if scores[-1] is not None and srf_days < rule.srf_days:
        found[-1] = Bounds(scores[-1], 100.0)
    return found


def band(stress: Bounds | None, rule: RepoRule) -> str | None:
    """The word for a stress of 0 to 100; `None` where its bounds lie in different bands."""
    return word(stress, ((rule.watch_from, "calm"), (rule.tight_from, "watch"), (rule.stress_from, "tight")), "stress")
