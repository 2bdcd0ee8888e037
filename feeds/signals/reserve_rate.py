"""The rate that the Fed pays on reserves on a day: a step that holds until it is changed, held against what else is so.

A step that was last told some time ago says nothing of a decision since. Two things do: the Fed's schedule of
decisions, and the target range, which comes with the effective fed funds rate of each business day. The rate on
reserves lies in that range, and since 2021-07-29 it is the lower bound and 15 bp (the implementation notes of all
decisions to 2026-09-16).
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from feeds.fomc import decision_between
from feeds.signals._reading import Used
from feeds.sources.steps import SURE_TO
from feeds.topics.base import Note, Quality
from feeds.vintages import Known, Point

STEP, LOWER, UPPER = "IORB", "DFEDTARL", "DFEDTARU"
OVER_LOWER_BP = 15
SINCE = date(2021, 7, 29)
"""From which day on the rate is so far over the lower bound."""
SERIES = (STEP, LOWER, UPPER)


class Rate(NamedTuple):
    """The rate on reserves of one day in percent, or why it is not known.

    `used`: the step, and the range that confirms it. `holding`: its own age counts for nothing, for something newer
    says that it still holds. `notes`: on what it rests, or why there is none.
    """

    percent: float | None
    used: tuple[Used, ...]
    quality: Quality = "exact"
    holding: bool = False
    notes: tuple[Note, ...] = ()


class _Range(NamedTuple):
    """The target range of a day, in percent."""

    lower: Point
    upper: Point

    def same(self, other: "_Range | None") -> bool:
        return other is not None and (self.lower.value, self.upper.value) == (other.lower.value, other.upper.value)

    def allows(self, percent: float) -> bool:
        return self.lower.value <= percent <= self.upper.value

    def carries(self, percent: float, day: date) -> bool:
        """Whether the step of that size belongs to this range."""
        over = round((percent - self.lower.value) * 100, 6)
        return self.allows(percent) and (day < SINCE or over == OVER_LOWER_BP)

    def used(self) -> tuple[Used, ...]:
        return Used(LOWER, self.lower), Used(UPPER, self.upper)

    def __str__(self) -> str:
        return f"{self.lower.value:.2f} to {self.upper.value:.2f} % on {self.lower.period}"


class ReserveRate:
    """The rate of any day, by what is known at one time. The series are read once."""

    def __init__(self, known: Known) -> None:
        self._steps = _ByDay(known.points(STEP))
        self._lower, self._upper = _ByDay(known.points(LOWER)), _ByDay(known.points(UPPER))

    def on(self, day: date) -> Rate:
        """The rate of that day."""
        step = self._steps.last(day)
        if step is None:
            return Rate(None, (), notes=(Note("why", f"IORB of {day} is not known"),))
        newest = self._range(day)
        given = newest if newest and newest.lower.period > step.period else None
        if step.period == day:
            return self._told(step, newest if newest and newest.lower.period == day else None)
        if given and not (given.same(self._range(step.period, exact=True)) or given.carries(step.value, day)):
            why = f"the target range is {given}: IORB {step.value:.2f} of {step.period} does not hold any more"
            return Rate(None, (Used(STEP, step), *given.used()), notes=(Note("doubt", why),))
        sure = max(step.period, SURE_TO) if step.source == "steps" else step.period
        confirmed = given is not None and given.lower.period == day
        used = (Used(STEP, step), *(given.used() if given else ()))
        if decision_between(sure, day):
            if not confirmed:
                why = f"a decision took effect after {sure}: neither IORB nor the target range of {day} is known yet"
                return Rate(None, used, notes=(Note("why", why),))
            said = f"IORB of {step.period}, after a decision: the target range of {day} still carries it"
            return Rate(step.value, used, "estimated", True, (Note("older", said),))
        until = f", sure to {sure}" if sure > step.period else ""
        said = f"IORB of {step.period}, which holds until it is changed{until}"
        return Rate(step.value, used, holding=confirmed or sure >= day, notes=(Note("older", said),))

    def _told(self, step: Point, given: _Range | None) -> Rate:
        """A rate that a publisher gave for the very day."""
        if given and not given.allows(step.value):
            why = f"IORB {step.value:.2f} lies outside of the target range of {given}"
            return Rate(None, (Used(STEP, step), *given.used()), notes=(Note("doubt", why),))
        return Rate(step.value, (Used(STEP, step),))

    def _range(self, day: date, *, exact: bool = False) -> _Range | None:
        """The newest range on or before a day, both ends of the same; `exact`: of that very day."""
        lower, upper = self._lower.last(day), self._upper.last(day)
        if lower is None or upper is None or lower.period != upper.period or (exact and lower.period != day):
            return None
        return _Range(lower, upper)


class _ByDay:
    """Points by their period."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        self._days = [point.period for point in points]

    def last(self, day: date) -> Point | None:
        at = bisect_right(self._days, day)
        return self._points[at - 1] if at else None
