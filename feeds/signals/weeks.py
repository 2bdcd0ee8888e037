"""The regime week by week: each Wednesday's numbers as they were known when that week had closed, and never later.

A week closes when all parts of its net liquidity are known, usually on Thursday at 16:30 in New York with the Fed's
H.4.1; or so many hours after Fed assets were, without the part that did not come. What is said of a week then is never
said again: a revision counts in the weeks that close after it. A week that closes after a later one has is passed over.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple, get_args

from msgspec.structs import replace

from feeds.calendars import business_day, shift
from feeds.facts import Observation
from feeds.signals._reading import Used
from feeds.signals.by_date import WEEKS_13
from feeds.signals.knowledge import exactly
from feeds.signals.liquidity import change_13w, liquidity_push, net
from feeds.signals.past import Past, Rows
from feeds.signals.risk import composite, risk_push
from feeds.signals.thresholds import DriversRule, RegimeRule
from feeds.topics.regime import RegimeLabel, RegimeWeek
from feeds.vintages import Known

HOUR_MS = 3_600_000
WEEK = timedelta(weeks=1)
LABELS: dict[tuple[int, int], RegimeLabel] = {
    (1, 1): "easy",
    (1, -1): "repair",
    (-1, 1): "late",
    (-1, -1): "drain",
}
"""By the pushes of liquidity and of risk appetite; with any other two it is `mixed`; without one it is not known."""
REGIMES: tuple[RegimeLabel, ...] = get_args(RegimeLabel)


class Close(NamedTuple):
    """One weekly close, and the numbers that it used."""

    week: RegimeWeek
    used: tuple[Used, ...]
    missing: tuple[str, ...]


def timeline(rows: Rows, as_of_ms: int, drivers: DriversRule, rule: RegimeRule) -> list[Close]:
    """All weekly closes until that time, oldest first.

    `rows` are asked from so long before the first week on as risk appetite looks back.
    """
    first = rule.since - WEEKS_13 - timedelta(days=drivers.z_days + 31)
    past = Past(rows, first)
    course = Course(rule)
    found: list[Close] = []
    for t_ms, day in _closings(rows, rule):
        if t_ms > as_of_ms:
            break
        if found and day <= found[-1].week.day:
            continue
        found.append(_close(past.at(t_ms), day, course, drivers))
    return found


def _closings(rows: Rows, rule: RegimeRule) -> list[tuple[int, date]]:
    """When each week closed, in that order."""
    since = rule.since
    assets, account = (_first_known(rows(id_, since)) for id_ in ("WALCL", "WDTGAL"))
    repo = _first_known(rows("RRPONTSYD", since - WEEK))
    found = []
    for day, known_ms in assets.items():
        parts = account.get(day), repo.get(day)
        if parts[1] is None and not business_day("repo", day):
            parts = parts[0], repo.get(shift("repo", day, -1))
        there = [part for part in parts if part is not None]
        wait_ms = known_ms + round(rule.wait_h * HOUR_MS)
        whole_ms = max(known_ms, *there) if len(there) == len(parts) else wait_ms
        found.append((min(whole_ms, wait_ms), day))
    return sorted(found)


def _first_known(rows: Iterable[Observation]) -> dict[date, int]:
    """Since when each period has had any value."""
    found: dict[date, int] = {}
    for row in rows:
        day = date.fromisoformat(row.period)
        found[day] = min(row.known_ms, found.get(day, row.known_ms))
    return found


def _close(known: Known, day: date, course: "Course", rule: DriversRule) -> Close:
    """What that week says by what is for its Wednesday or before it."""
    now = net(known, day)
    moved, before = change_13w(known, now) if now else (None, None)
    appetite = composite(known, day, rule, late=False)  # what is said of a close is never said again
    liquidity = liquidity_push(None if moved is None else exactly(moved), rule)
    risk = risk_push(appetite.within, rule)
    raw: RegimeLabel | None = None
    if liquidity is not None and risk is not None:
        raw = LABELS.get((liquidity, risk), "mixed")
    used = (*(now.used if now else ()), *(before.used if before else ()), *appetite.used())
    missing = (
        *(["net liquidity"] if moved is None else []),
        *(one.series for one in appetite.parts if one.z is None),
    )
    ends = appetite.within.ends() if appetite.within else (None, None)
    label = course.after(day, raw)
    week = RegimeWeek(day, known.as_of_ms, raw, label, liquidity, risk, moved, appetite.z, appetite.at_hand(), *ends)
    return Close(replace(week, later=any(point.later for _, point in used)), used, missing)


class _At(NamedTuple):
    """Where the regime can be: the label that holds, and another that so many closes in a row have said."""

    held: RegimeLabel
    other: RegimeLabel | None = None
    times: int = 0


class Course:
    """The label that holds: another one takes so many closes in a row, of weeks that follow one another.

    A close that cannot be told, and a week without one, may have said anything: all that can be from then on is
    followed, and a label holds for certain where it does so in all of them. With two closes to a change one such close
    changes no label that nothing contests; after more of them it takes two that agree to know it again.
    """

    def __init__(self, rule: RegimeRule) -> None:
        self._closes = rule.closes
        self._since = rule.since
        self._can: set[_At] = set()
        self._day: date | None = None

    def after(self, day: date, raw: RegimeLabel | None) -> RegimeLabel | None:
        """The label after a week that says `raw`, `None` where it cannot be told.

        The first week's own holds from the start, if that is the first one of the timeline.
        """
        between = (day - self._day) // WEEK - 1 if self._day else (day - self._since) // WEEK
        for _ in range(min(between, self._closes + 1)):
            self._go(None)
        self._day = day
        self._go(raw)
        labels = {one.held for one in self._can}
        return labels.pop() if len(labels) == 1 else None

    def _go(self, raw: RegimeLabel | None) -> None:
        said = REGIMES if raw is None else (raw,)
        if not self._can:
            self._can = {_At(label) for label in said}
            return
        self._can = {self._next(one, label) for one in self._can for label in said}

    def _next(self, one: _At, raw: RegimeLabel) -> _At:
        times = 0 if raw == one.held else one.times + 1 if raw == one.other else 1
        return _At(raw) if times >= self._closes else _At(one.held, raw if times else None, times)
