"""What a number can be of a series: by its bounds, against another of the same series, and whole answers at once. Pure.

What cannot be told: a rate below one and a half percent that comes as a fraction is within what rates do near zero; an
index about zero, and a flow, may be anything within their bounds. There only a whole answer by one factor tells.
"""

from collections.abc import Sequence
from datetime import date
from math import log10
from statistics import median

from feeds.series import JUMPS, NEAR_ZERO, Series

CUT = 1.5
"""Points that a rate may fall or rise by however little is left: a target has been cut by 1 at once (2020-03-16)."""
STEEP = 20
"""Of a rate: times as much or as little as is believed at once, with `grain` for what is smaller. From 1.10 to 0.10
percent in March 2020 it was 11; a percent as a fraction is 100."""
POWER = 0.15
"""By how much, in decades, a jump may differ from a power of ten and still look like another unit: 1.4 times."""
SAME = 0.02
"""A factor this close to 1 is a revision, such as the yearly benchmark of payrolls."""
PLAIN = 1.5
"""A factor beyond this is none that a shift by a constant explains."""
LEAST_PAIRS = 3
OFF = 0.1
"""Share of an answer's values that may have been revised besides."""
YEAR = 365.0


def unbelievable(row: Series, value: float) -> str:
    """Why a value is refused for its size, in words; "" where it may well be one of the series."""
    if row.low <= value <= row.high:
        return ""
    return f"{value:,g} is no value of {row.id} in {row.unit or 'its unit'} ({row.low:,.12g} to {row.high:,.12g})"


def jumps(row: Series, was: float, now: float, days: float = 0) -> bool:
    """Whether a value lies too far from another of the same series, so many days apart, to be believed at once."""
    grain, wide = row.grain or NEAR_ZERO[row.nature], 1 + abs(days) / YEAR
    reach = (row.jump or JUMPS[row.nature]) * wide
    match row.nature:
        case "level":
            small, large = max(min(was, now), grain), max(was, now, grain)
            return large > reach * small
        case "rate":
            small, large = sorted((abs(was), abs(now)))
            small = max(small if was * now > 0 else 0.0, grain)
            return abs(now - was) > reach or (large > STEEP * wide * small and abs(now - was) > CUT)
        case _:
            return False


def small(row: Series, value: float) -> str:
    """Why a flow is no size of its series', in words; "" where it may be."""
    if row.nature != "flow" or not 0 < abs(value) < row.grain:
        return ""
    return f"{value:,.12g} {row.unit} is less than it can be and not nil: another unit"


def factor(pairs: Sequence[tuple[float, float]], row: Series) -> float | None:
    """The one factor by which an answer differs from what was known of the same periods; `None` where there is none.

    `pairs`: what was known of a period, and what is said now. Three that are not nil are needed. What rounding may do
    is allowed for. It is a revision, unless the factor is large, where adding a constant explains it as well, as it
    does of a level that hardly moves; and so it is of an index, whose whole past is re-estimated every week or month.
    """
    told = [(was, now) for was, now in pairs if was or now]
    both = [(was, now) for was, now in told if was and now]
    if len(both) < LEAST_PAIRS:
        return None
    by = median(now / was for was, now in both)
    if abs(by - 1) <= SAME:
        return None
    fit = sum(abs(now - by * was) <= _rounding(now) + abs(by) * _rounding(was) + 1e-3 * abs(now) for was, now in both)
    if fit < max(LEAST_PAIRS, (1 - OFF) * len(told)):
        return None
    shift = median(now - was for was, now in both)
    shifted = all(abs(now - was - shift) <= _rounding(now) + _rounding(was) for was, now in both)
    large = by < 1 / PLAIN or by > PLAIN
    if row.nature == "index":
        return by if large and not shifted else None
    return by if large or not shifted else None


def rescaled(row: Series, by: float, count: int) -> str:
    """What is said of an answer that is what was known times one factor."""
    size = abs(by) if abs(by) >= 1 else 1 / abs(by)
    times = f"{size:,.0f}" if size >= 20 else f"{size:.3g}"
    much = f"{times} times {'larger' if abs(by) > 1 else 'smaller'} than" if times != "1" else "otherwise"
    sign = " and of the other sign" if by < 0 else ""
    return f"{much} what was known of {count:,} {row.release.every}s{sign}: another unit or base"


def _rounding(value: float) -> float:
    """Half of the last place in which a number is written."""
    text = repr(value)
    if "e" in text or "n" in text:
        return 0.0
    return 0.5 * 10.0 ** -len(text.partition(".")[2].rstrip("0"))


def unit(was: float, now: float) -> bool:
    """Whether a move looks like another unit: by about a power of ten from a hundred on, or to nothing or from it."""
    if not was or not now:
        return True
    decades = abs(log10(abs(now / was)))
    return round(decades) >= 2 and abs(decades - round(decades)) <= POWER


def moved(row: Series, was: float, now: float, day: int, *, hard: bool) -> str:
    """How far a value lies from what was believed, and what it waits for."""
    times = ""
    if was * now > 0:
        size = max(now / was, was / now)
        times = f", {size:,.0f} times as {'much' if abs(now) > abs(was) else 'little'}" if size >= 2 else ""
    waits = ": another unit? It waits for another publisher" if hard else ": it waits for the next value"
    return f"{now:,.12g} {row.unit} after {was:,.12g} of {date.fromordinal(day)}{times}{waits}, or your word"
