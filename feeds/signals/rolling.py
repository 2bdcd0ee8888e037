"""Beta and correlation of two series over windows that roll: each step adds one pair of returns and drops one."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import log, sqrt
from typing import NamedTuple

from feeds.vintages import Known, Point

STILL = 1e-12
"""A sum of squared returns under which a price has not moved; what rounding leaves is far below it."""


class Fit(NamedTuple):
    """How one series moved with another over a window. `None` where one of them has not moved at all."""

    beta: float | None
    corr: float | None


class Common(NamedTuple):
    """Days that have a close of both, oldest first, and the log returns from each to the next."""

    days: tuple[date, ...]
    ours: tuple[float, ...]
    theirs: tuple[float, ...]


def common(known: Known, ours: str, theirs: str, since: date | None = None) -> Common:
    """The closes that are final, of the days that have both. A day that is still running has none."""
    other = {point.period: point.value for point in known.points(theirs, since=since) if _close(point)}
    mine = [point for point in known.points(ours, since=since) if _close(point) and point.period in other]
    logs = [(log(point.value), log(other[point.period])) for point in mine]
    return Common(
        tuple(point.period for point in mine),
        tuple(b[0] - a[0] for a, b in pairwise(logs)),
        tuple(b[1] - a[1] for a, b in pairwise(logs)),
    )


def _close(point: Point) -> bool:
    return not point.provisional and point.value > 0


def rolling(ours: Sequence[float], theirs: Sequence[float], window: int) -> list[Fit]:
    """A fit for each window of so many pairs, oldest first; empty where there are fewer."""
    x = y = xx = yy = xy = 0.0
    found = []
    for at, (b, a) in enumerate(zip(ours, theirs, strict=True)):
        x, y, xx, yy, xy = x + a, y + b, xx + a * a, yy + b * b, xy + a * b
        if at >= window:
            old_a, old_b = theirs[at - window], ours[at - window]
            x, y = x - old_a, y - old_b
            xx, yy, xy = xx - old_a * old_a, yy - old_b * old_b, xy - old_a * old_b
        if at >= window - 1:
            found.append(_fit(xx - x * x / window, yy - y * y / window, xy - x * y / window))
    return found


def _fit(xx: float, yy: float, xy: float) -> Fit:
    """From the sums of squares about the means: `xx` of theirs, `yy` of ours, `xy` of both."""
    if xx < STILL:
        return Fit(None, None)
    return Fit(xy / xx, max(-1.0, min(1.0, xy / sqrt(xx * yy))) if yy >= STILL else None)
