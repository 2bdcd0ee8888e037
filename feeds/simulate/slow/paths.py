"""How a quantity ran over the years: points of a rough shape, what the scene says of the last months, and chance."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from math import exp, log
from random import Random

from msgspec import Struct

from feeds.simulate.scenes import Curve

Knots = tuple[tuple[str, float], ...]
"""Points (ISO date, value), straight lines between them."""


class Path(Struct, frozen=True):
    """One row of a table.

    `past`: the rough shape, up to where `recent` begins. `recent`: points (days from today, value); the values at
    them are exact. Between them chance adds `vol` a period (in the unit, or a part of the value where `ratio`), which
    falls back by `pull` a period, and `market` times the market's own move of the day, in percent.
    """

    past: Knots
    recent: Curve
    vol: float = 0.0
    pull: float = 0.06
    ratio: bool = False
    market: float = 0.0


def follow(
    path: Path, recent: Curve, today: date, days: Sequence[date], chance: Random, market: Mapping[int, float]
) -> list[float]:
    """The value of each day. `recent` in place of the path's; `market`: its move on a day's ordinal, in percent."""
    origin = today.toordinal()
    numbers = [day.toordinal() for day in days]
    told = [origin + int(offset) for offset, _ in recent]
    knots = [(number, value) for number, value in _dated(path.past) if number < told[0] - 20]
    knots += [(number, value) for number, (_, value) in zip(told, recent, strict=True)]
    shape = along([(number, log(value) if path.ratio else value) for number, value in knots], numbers)
    strays = _strays(path, numbers, chance, market)
    at = [strays[max(0, bisect_right(numbers, number) - 1)] if numbers else 0.0 for number in told]
    taken = along([(told[0] - 40, 0.0), *zip(told, at, strict=True)], numbers)
    result = [base + stray - off for base, stray, off in zip(shape, strays, taken, strict=True)]
    return [exp(value) for value in result] if path.ratio else result


def along(knots: Sequence[tuple[int, float]], numbers: Sequence[int]) -> list[float]:
    """The values of straight lines through the knots at rising numbers; flat before the first and after the last."""
    result = []
    right = 0
    for number in numbers:
        while right < len(knots) and knots[right][0] <= number:
            right += 1
        if right == 0:
            result.append(knots[0][1])
        elif right == len(knots):
            result.append(knots[-1][1])
        else:
            (x0, y0), (x1, y1) = knots[right - 1], knots[right]
            result.append(y0 + (y1 - y0) * (number - x0) / (x1 - x0))
    return result


def _dated(past: Knots) -> list[tuple[int, float]]:
    return [(date.fromisoformat(day).toordinal(), value) for day, value in past]


def _strays(path: Path, numbers: Sequence[int], chance: Random, market: Mapping[int, float]) -> list[float]:
    stray, keep = 0.0, 1 - path.pull
    result = []
    sway = path.market / 100 if path.ratio else path.market
    for number in numbers:
        stray = stray * keep + chance.gauss(0, path.vol)
        if sway:
            stray += sway * market.get(number, 0.0)
        result.append(stray)
    return result
