"""Totals of ETF flows by other counters: they stand in for days that Farside does not have; else they stand beside it.

CoinGlass passes Farside's numbers on, so it goes first and checks nothing; SoSoValue counts by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from feeds.calendars import business_day
from feeds.vintages import Known, Point

COUNTERS = (("COINGLASS.FLOW", "CoinGlass"), ("SOSO.FLOW", "SoSoValue"))
"""Their series, in dollars, and their names; the first that has a day stands in for it."""
MILLION = 1e6
LEAST_APART = 0.1
"""$M by which counts differ before it is said: they are rounded to so much."""


class Count(NamedTuple):
    """The total of a day by another counter, in $M."""

    series: str
    by: str
    total: float
    point: Point


def counts(known: Known) -> Mapping[date, Sequence[Count]]:
    """What other counters say of each day of trading, in their order. A total of nothing has never been one."""
    found: dict[date, list[Count]] = {}
    for id_, by in COUNTERS:
        for point in known.points(id_):
            if point.value and business_day("nyse", point.period):
                total = round(point.value / MILLION, 6)
                found.setdefault(point.period, []).append(Count(id_, by, total, point))
    return found


def standing_in(counted: Mapping[date, Sequence[Count]], there: Collection[date]) -> dict[date, Count]:
    """Who stands in for the days that Farside does not have."""
    return {day: found[0] for day, found in counted.items() if day not in there}


def beside(counted: Mapping[date, Sequence[Count]], day: date) -> tuple[tuple[str, float], ...]:
    """What the others say of a day that Farside has: name and $M."""
    return tuple((one.by, one.total) for one in counted.get(day, ()))


def apart(total: float, others: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Those whose total is another one, and by how much it is more, in $M."""
    differences = [(by, round(other - total, 1)) for by, other in others]
    return [(by, more) for by, more in differences if abs(more) > LEAST_APART]
