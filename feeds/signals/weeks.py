"""The regime week by week: each Wednesday's numbers as they were known when that week had closed, and never later.

A week closes when all parts of its net liquidity are known, usually on Thursday at 16:30 in New York with the Fed's
H.4.1; or so many hours after Fed assets were, without the part that did not come. What is said of a week then is never
said again: a revision counts in the weeks that close after it. A week that closes after a later one has is passed over.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from feeds.calendars import business_day, shift
from feeds.facts import Observation
from feeds.signals._reading import Used
from feeds.signals.by_date import WEEKS_13
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
"""By the pushes of liquidity and of risk appetite; with anything else it is `mixed`."""


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
    label = _Label(rule)
    found: list[Close] = []
    for t_ms, day in _closings(rows, rule):
        if t_ms > as_of_ms:
            break
        if found and day <= found[-1].week.day:
            continue
        found.append(_close(past.at(t_ms), day, label, drivers))
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


def _close(known: Known, day: date, label: "_Label", rule: DriversRule) -> Close:
    """What that week says by what is for its Wednesday or before it."""
    now = net(known, day)
    moved, before = change_13w(known, now) if now else (None, None)
    appetite = composite(known, day, rule)
    pushes = liquidity_push(moved, rule), risk_push(appetite.z, rule)
    raw: RegimeLabel = "mixed"
    if pushes[0] and pushes[1]:
        raw = LABELS[pushes[0], pushes[1]]
    used = (*(now.used if now else ()), *(before.used if before else ()), *appetite.used())
    missing = (
        *(["net liquidity"] if moved is None else []),
        *(one.series for one in appetite.parts if one.z is None),
    )
    week = RegimeWeek(day, known.as_of_ms, raw, label.after(day, raw), *pushes, moved, appetite.z, appetite.at_hand())
    return Close(replace(week, later=any(point.later for _, point in used)), used, missing)


class _Label:
    """The label that holds: another one takes so many closes in a row, of weeks that follow one another."""

    def __init__(self, rule: RegimeRule) -> None:
        self._closes = rule.closes
        self._held: RegimeLabel | None = None
        self._other: RegimeLabel | None = None
        self._times = 0
        self._day = date.min

    def after(self, day: date, raw: RegimeLabel) -> RegimeLabel:
        """The label after a week that says `raw`; the first week's own holds from the start."""
        if self._held is None:
            self._held = raw
        follows = raw == self._other and day - self._day == WEEK
        self._times = 0 if raw == self._held else self._times + 1 if follows else 1
        self._other, self._day = raw, day
        if self._times >= self._closes:
            self._held, self._times = raw, 0
        return self._held
