"""What arms the verdict and what releases it, as events in the order in which they became known."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from feeds.calendars import shift
from feeds.facts import Observation
from feeds.signals._reading import Used
from feeds.signals.by_date import PLACES
from feeds.signals.knowledge import Bounds, compare
from feeds.signals.past import Rows
from feeds.signals.repo_share import PERCENTILES
from feeds.signals.reserve_rate import SERIES as RESERVE_RATE
from feeds.signals.thresholds import VerdictRule

ARMS = {"move": "MOVE", "oil": "oil shock", "stress": "repo stress"}
RELEASES = {"assets": "Fed assets", "srf": "standing repo", "primary": "primary credit"}
LABELS = {**ARMS, **RELEASES}
WEEK_DAYS = 5
"""Business days for which one weekly number stands."""

NEEDS = ("MOVE", "CL*", *(name for name, _ in PERCENTILES), "EFFR", *RESERVE_RATE, "SRF", "WALCL", "WLCFLPCL")
"""The series by which the verdict goes, all of them with their past."""


class Shock(NamedTuple):
    """Whether oil was in shock on a session on which that can be told: since when it is known, and by which closes."""

    day: date
    known_ms: int
    on: bool
    used: tuple[Used, ...] = ()


class StressDay(NamedTuple):
    """What repo stress of a day could be, as it was known at that time; `None` where nothing was known of it."""

    day: date
    known_ms: int
    stress: Bounds | None


Shocks = Sequence[Shock]
Stress = Sequence[StressDay]
"""In the order in which they became known; a day is told again while a part of it was missing."""


class Event(NamedTuple):
    """One look at one trigger, when a number of it became known. `day`: what the number is for.

    `on`: whether it is a trigger, `None` where that cannot be told. `days`: for how many business days it stands
    that had not been looked at before; 0 for a revision. `used`: what it went by, where that is more than one series.
    """

    known_ms: int
    releases: bool
    day: date
    trigger: str
    on: bool | None
    days: int
    words: str
    used: tuple[Used, ...] = ()


def events(rows: Rows, stress: Stress, shocks: Shocks, as_of_ms: int, rule: VerdictRule) -> list[Event]:
    """All until that time. Of what becomes known at once, what arms comes before what releases."""
    found = [
        *_move(rows, rule),
        *_stress(stress, rule),
        *_oil(shocks),
        *_rise(rows, "assets", "WALCL", rule.assets_weeks, rule.assets_bn, rule),
        *_rise(rows, "primary", "WLCFLPCL", rule.primary_weeks, rule.primary_bn, rule),
        *_standing(rows, rule),
    ]
    until = [one for one in found if one.known_ms <= as_of_ms and one.day >= rule.since]
    return sorted(until, key=lambda one: (one.known_ms, one.releases, one.day))


def _in_order(rows: Iterable[Observation]) -> Iterator[tuple[date, Observation]]:
    for row in sorted(rows, key=lambda row: (row.known_ms, row.period)):
        yield date.fromisoformat(row.period), row


def _move(rows: Rows, rule: VerdictRule) -> Iterator[Event]:
    """Closes of MOVE. What it stands at while the market is open is none."""
    newest = date.min
    for day, row in _in_order(rows("MOVE", rule.since)):
        if row.provisional:
            continue
        words = f"MOVE closed at {row.value:.2f} on {day}"
        yield Event(row.known_ms, False, day, "move", row.value > rule.move_above, int(day > newest), words)
        newest = max(newest, day)


def _stress(stress: Stress, rule: VerdictRule) -> Iterator[Event]:
    told = date.min
    for day, known_ms, value in stress:
        on = compare(value, ">=", rule.stress_from)
        yield Event(known_ms, False, day, "stress", on, int(on is not None and day > told), _stressed(day, value))
        told = max(told, day) if on is not None else told


def _stressed(day: date, value: Bounds | None) -> str:
    if value is None:
        return f"repo stress of {day} is not known"
    least = "" if value.least == value.most else "at least "
    return f"repo stress {least}{value.least:.1f} on {day}"


def _oil(shocks: Shocks) -> Iterator[Event]:
    for day, known_ms, on, used in shocks:
        yield Event(known_ms, False, day, "oil", on, 1, f"oil in shock on {day}", used)


def _rise(rows: Rows, trigger: str, id_: str, weeks: int, least_bn: float, rule: VerdictRule) -> Iterator[Event]:
    """A Wednesday level in $M against exactly so many weeks before. Only the newest week decides."""
    span, newest = timedelta(weeks=weeks), date.min
    levels: dict[date, float] = {}
    for day, row in _in_order(rows(id_, rule.since - span)):
        levels[day] = row.value
        days, newest = (WEEK_DAYS if day > newest else 0), max(newest, day)
        if day not in (newest, newest - span):
            continue
        base = levels.get(newest - span)
        rise = None if base is None else round((levels[newest] - base) / 1000, PLACES)
        on = None if rise is None else rise >= least_bn
        words = "" if rise is None else f"{LABELS[trigger]} {rise:+,.1f} $bn in {weeks} weeks to {newest}"
        yield Event(row.known_ms, True, newest, trigger, on, days, words)


def _standing(rows: Rows, rule: VerdictRule) -> Iterator[Event]:
    """Standing repo on the last days. A day of which only the first operation is known can only add to it."""
    newest = date.min
    taken: dict[date, float] = {}
    for day, row in _in_order(rows("SRF", rule.since - timedelta(days=rule.srf_days * 3))):
        taken[day] = row.value / 1e9
        last = max(newest, day)
        window = srf_window(last, rule)
        if day in window:
            known = [taken[one] for one in window if one in taken]
            hits = sum(value >= rule.srf_bn for value in known)
            open_ = len(window) - len(known) + row.provisional
            on = True if hits >= rule.srf_hits else None if hits + open_ >= rule.srf_hits else False
            words = f"standing repo of ${rule.srf_bn:g} bn on {hits} of {rule.srf_days} days to {last}"
            yield Event(row.known_ms, True, last, "srf", on, int(day > newest and not row.provisional), words)
        if not row.provisional:
            newest = last


def srf_window(day: date, rule: VerdictRule) -> list[date]:
    """The business days that count up to that one, newest first."""
    return [day, *(shift("repo", day, -n) for n in range(1, rule.srf_days))]
