"""Risk appetite: how far fear is from its mean, by five measures of it that all rise with it.

A z has no least and no most. The five go together, though: on the Wednesdays of February 2024 to July 2026 on which
three or four of them are at hand, one was farther than 2 from the mean of the others 6 times in 402. So a missing part
is taken to lie that near to the mean of those that are there (`DriversRule.risk_apart_z`), and the mean of all five
lies between two bounds.
"""

from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple

from feeds.calendars import new_york_day
from feeds.series import series
from feeds.signals._reading import Used, reading, unread
from feeds.signals.by_date import PLACES
from feeds.signals.knowledge import Bounds, bounds, exactly, mean
from feeds.signals.lines import low_is_good, push, unknown
from feeds.signals.thresholds import DriversRule
from feeds.timeliness import missed_until
from feeds.topics.base import Note, Reading
from feeds.topics.regime import Driver, RiskPart
from feeds.vintages import Known, Point

PARTS = {
    "VIXCLS": "VIX",
    "MOVE": "MOVE",
    "BAMLH0A0HYM2": "high-yield spread",
    "BAMLC0A0CM": "investment-grade spread",
    "NFCI": "financial conditions",
}
"""All five are high where there is fear, so that no sign is turned."""


class Measured(NamedTuple):
    """One part by itself. `point` is its newest value; `z` is `None` for the reason in `why`."""

    series: str
    point: Point | None
    z: float | None
    days: int
    why: str


def measure(known: Known, id_: str, on: date, rule: DriversRule, *, late: bool = True) -> Measured:
    """A part on that day by what was then its newest value, against its mean of up to so many days before.

    `late`: whether its newest value counts where a newer one was due.
    """
    point = known.last(id_, on)
    row = series(id_)
    assert row, id_
    if point is None:
        return Measured(id_, None, None, 0, "not known")
    if point.quality == "doubted":
        return Measured(id_, point, None, 0, f"that of {point.period} is doubted")
    if (on - point.period).days > row.stale_days:
        return Measured(id_, point, None, 0, f"none since {point.period}")
    if not late and missed_until(row, point.period, on, known.as_of_ms):
        return Measured(id_, point, None, 0, f"late, the last is of {point.period}")
    first = point.period - timedelta(days=rule.z_days - 1)
    window = known.points(id_, since=first, until=point.period)
    values = [one.value for one in window]
    days = (point.period - window[0].period).days
    if days < rule.z_least_days:
        return Measured(id_, point, None, days, f"only {days} days to measure it against")
    if min(values) == max(values):
        return Measured(id_, point, None, days, "it has not moved")
    middle = sum(values) / len(values)
    spread = sqrt(sum((value - middle) ** 2 for value in values) / len(values))
    return Measured(id_, point, (point.value - middle) / spread, days, "")


class Composite(NamedTuple):
    """The mean z of the parts at hand, `None` where they are too few, and all parts.

    `within`: what the mean of all parts can be; exact where none is missing.
    """

    z: float | None
    within: Bounds | None
    parts: tuple[Measured, ...]

    def at_hand(self) -> int:
        """How many parts have a z."""
        return sum(one.z is not None for one in self.parts)

    def used(self) -> tuple[Used, ...]:
        """The values that the mean is made of; how they compare with their past is in their series."""
        return tuple(Used(one.series, one.point) for one in self.parts if one.z is not None and one.point)


def composite(known: Known, on: date, rule: DriversRule, *, late: bool = True) -> Composite:
    """Risk appetite on that day. `late`: whether a part counts of which a newer value was due."""
    parts = tuple(measure(known, id_, on, rule, late=late) for id_ in PARTS)
    found = [one.z for one in parts if one.z is not None]
    if not found or len(found) < rule.risk_least_parts:
        return Composite(None, None, parts)
    z = round(sum(found) / len(found), PLACES)
    if len(found) == len(parts):
        return Composite(z, exactly(z), parts)
    apart = Bounds(z - rule.risk_apart_z, z + rule.risk_apart_z)
    within = mean([apart if one.z is None else exactly(one.z) for one in parts])
    return Composite(z, Bounds(round(within.least, PLACES), round(within.most, PLACES)), parts)


def risk_push(within: Bounds | None, rule: DriversRule) -> int | None:
    """The push of such a mean z."""
    return low_is_good(within, rule.calm_z, rule.fear_z)


def risk(known: Known, rule: DriversRule) -> tuple[Driver, tuple[RiskPart, ...]]:
    """Risk appetite today, and each of its parts."""
    found = composite(known, new_york_day(known.as_of_ms), rule)
    of = _reading(known, found, rule)
    pushes = push(
        "risk",
        of,
        risk_push(bounds(of), rule),
        ("fear", "neutral", "calm"),
        f"mean z: +1 at {rule.calm_z:+g}, -1 at {rule.fear_z:+g}",
    )
    parts = tuple(_part(one) for one in found.parts)
    return Driver("risk", pushes.band, pushes, (of, *(_value(known, one) for one in found.parts))), parts


def words(found: Composite, rule: DriversRule) -> list[str | Note]:
    """How many parts there are, which are missing and why, and what the others say, most fear first."""
    parts = found.parts
    there = sorted(((one.z, PARTS[one.series]) for one in parts if one.z is not None), reverse=True)
    said: list[str | Note] = []
    count = f"{len(there)} of {len(parts)} parts"
    if found.within is None:
        said.append(f"{count}: fewer than {rule.risk_least_parts} are no composite")
    elif len(there) < len(parts):
        said.append(f"between {found.within.least:+.2f} and {found.within.most:+.2f}, {count}")
    said += [Note("lacks", f"without {PARTS[one.series]}: {one.why}") for one in parts if one.z is None]
    return said + [Note("part", f"{label} {z:+.2f}") for z, label in there]


def _reading(known: Known, found: Composite, rule: DriversRule) -> Reading:
    if wait := unread(known, PARTS):
        return unknown(known, "risk.z", "z", (), *wait)
    lacking = [one.series for one in found.parts if one.z is None]
    nearest = f"; a missing part within {rule.risk_apart_z:g} of that" if lacking else ""
    return reading(
        "risk.z",
        found.z,
        "z",
        known,
        found.used(),
        words=words(found, rule),
        formula=f"mean of (value - mean) / standard deviation over up to {rule.z_days} days; more is fear{nearest}",
        missing=lacking,
        bounds=found.within,
    )


def _part(one: Measured) -> RiskPart:
    value, period = (one.point.value, one.point.period) if one.point else (None, None)
    return RiskPart(one.series, PARTS[one.series], value, one.z, period, one.days, one.why)


def _value(known: Known, one: Measured) -> Reading:
    row = series(one.series)
    assert row, one.series
    said = f"{PARTS[one.series]} {one.z:+.2f} z" if one.z is not None else f"{PARTS[one.series]}: {one.why}"
    used = [Used(one.series, one.point)] if one.point else []
    value = one.point.value if one.point else None
    missing = [] if one.point else [one.series]
    return reading(f"risk.{one.series.lower()}", value, row.unit, known, used, words=[said], missing=missing)
