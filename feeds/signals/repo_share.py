"""How much of the repo volume pays at least what the Fed pays on reserves, from a few percentiles of it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

PERCENTILES = (("SOFR1", 1.0), ("SOFR25", 25.0), ("SOFR", 50.0), ("SOFR75", 75.0), ("SOFR99", 99.0))
"""What of SOFR's distribution over volume is published. The rate itself is the median."""


class Share(NamedTuple):
    """Percent of volume at or above a rate: it lies between `low` and `high`, both exact.

    `mid` is interpolated between the two percentiles around the rate; `None` where the rate lies outside of those
    known.
    """

    low: float
    mid: float | None
    high: float

    def best(self, edge: float) -> float | None:
        """`mid`, or the middle of the bounds where they are at most `edge` points apart."""
        if self.mid is None and self.high - self.low <= edge:
            return (self.low + self.high) / 2
        return self.mid


def in_order(points: Sequence[tuple[float, float]]) -> bool:
    """Whether rates rise, or stay, with their percentiles; others are no distribution."""
    return all(lower[0] <= upper[0] for lower, upper in pairwise(points))


def share(points: Sequence[tuple[float, float]], rate: float) -> Share | None:
    """Share of volume at or above `rate`, given (rate, percentile) by rising percentile.

    Percentiles that are not published are left out, and the bounds are wider for it. `None` without any, or where
    they are out of order.
    """
    if not points or not in_order(points):
        return None
    below = [point for point in points if point[0] < rate]
    above = points[len(below) :]
    under = below[-1][1] if below else 0.0
    over = above[0][1] if above else 100.0
    mid = None
    if below and above:
        along = (rate - below[-1][0]) / (above[0][0] - below[-1][0])
        mid = 100.0 - (under + (over - under) * along)
    return Share(100.0 - over, mid, 100.0 - under)


class Weighed(NamedTuple):
    """The share over several days, weighted by their volume. `days` went in; `of` there were."""

    low: float
    mid: float | None
    high: float
    days: int
    of: int


def weighed(days: Iterable[tuple[Share | None, float | None]], edge: float) -> Weighed | None:
    """Shares of several days by their volume in $bn; a day without one or the other is left out, and counted.

    `mid` is `None` where a day that went in has none. `None` where nothing went in.
    """
    of, whole = 0, []
    for day, volume in days:
        of += 1
        if day is not None and volume is not None and volume > 0:
            whole.append((day, volume))
    if not whole:
        return None
    total = sum(volume for _, volume in whole)
    mids = [day.best(edge) for day, _ in whole]
    known = [mid for mid in mids if mid is not None]
    return Weighed(
        sum(day.low * volume for day, volume in whole) / total,
        sum(mid * volume for mid, (_, volume) in zip(known, whole, strict=True)) / total
        if len(known) == len(whole)
        else None,
        sum(day.high * volume for day, volume in whole) / total,
        len(whole),
        of,
    )
