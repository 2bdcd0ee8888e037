"""The past of metrics, each value since when it was known: what a study looks at.

A series counts by the first value of each period that was not provisional: what a trader saw, and no later revision.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property, partial
from typing import NamedTuple, get_args

from feeds.calendars import new_york_day
from feeds.facts import Observation
from feeds.series import imported, series
from feeds.signals.knowledge import Bounds
from feeds.signals.repo import SPREADS
from feeds.signals.repo_days import band, days, spread_bp
from feeds.signals.reserve_rate import ReserveRate
from feeds.signals.rules import Rules
from feeds.signals.study_rule import Seen
from feeds.signals.verdict import course
from feeds.signals.verdict_events import LABELS, Event, Shocks, Stress, events
from feeds.signals.verdict_past import STRESS_SERIES, shock_past, stress_past
from feeds.signals.weeks import timeline
from feeds.topics.regime import RegimeLabel, VerdictState
from feeds.vintages import Known, Point, Vintages

BANDS = ("calm", "watch", "tight", "stress")
SWITCH = ("off", "on")


class Record:
    """What is known at a time, and what several histories need of it."""

    def __init__(self, rows: Vintages, as_of_ms: int, rules: Rules) -> None:
        self.rows, self.as_of_ms, self.rules = rows, as_of_ms, rules

    @cached_property
    def first(self) -> Known:
        """Each period by its first value that was not provisional."""
        return Known(self.as_of_ms, lambda id_: first_final(self.rows.rows(id_), self.as_of_ms), self.rows.series)

    @cached_property
    def stress(self) -> Stress:
        """Repo stress as the verdict is fed with it: known at the end of the New York day that brought it."""
        return stress_past(self.rows.rows, self.as_of_ms, self.rules.repo)

    @cached_property
    def shocks(self) -> Shocks:
        """Whether oil was in shock, as the verdict is fed with it."""
        return shock_past(self.rows.known(self.as_of_ms), self.rules.oil)

    @cached_property
    def events(self) -> list[Event]:
        """All looks at all triggers of the verdict."""
        return events(self.rows.rows, self.stress, self.shocks, self.as_of_ms, self.rules.verdict)


class History(NamedTuple):
    """A metric with a past. `labels`: what it can be, where it is no number; `ordered`: they rise."""

    label: str
    unit: str
    read: Callable[[Record], list[Seen]]
    labels: tuple[str, ...] = ()
    ordered: bool = False


def first_final(rows: Iterable[Observation], as_of_ms: int) -> list[Point]:
    """The first value of each period that was not provisional; rows come by period and then by their time.

    In the place of one that was read afterwards stands the first that was published before it was read, if one is
    known; else it is marked.
    """
    found: dict[str, Observation] = {}
    for row in rows:
        if row.provisional or row.known_ms > as_of_ms:
            continue
        first = found.setdefault(row.period, row)
        if not row.read_ms and row.known_ms < first.read_ms:
            found[row.period] = row
    return [
        Point(date.fromisoformat(row.period), row.value, row.known_ms, row.source, later=row.read_ms > 0)
        for row in found.values()
    ]


def in_order(seen: Iterable[Seen]) -> list[Seen]:
    """As they became known. What came after a newer day had been known is left out: it was no news."""
    found: list[Seen] = []
    for one in sorted(seen, key=lambda one: (one.known_ms, one.day)):
        if not found or one.day > found[-1].day:
            found.append(one)
    return found


def _series(id_: str, record: Record) -> list[Seen]:
    return in_order(Seen(point.period, point.known_ms, point.value, point.later) for point in record.first.points(id_))


def _spread(rate: str, record: Record) -> list[Seen]:
    found, rates = [], ReserveRate(record.first)
    for point in record.first.points(rate):
        iorb = rates.on(point.period)
        value = spread_bp(point.value, iorb.percent)
        if value is not None:
            known_ms = max(point.known_ms, *(one.point.known_ms for one in iorb.used))
            found.append(Seen(point.period, known_ms, value))
    return in_order(found)


def _share(record: Record) -> list[Seen]:
    known = record.first
    mids = {one.day: one.share.mid for one in days(known, record.rules.repo) if one.share}
    ms = {point.period: point.known_ms for point in known.points("SOFR")}
    return in_order(Seen(day, ms[day], mid) for day, mid in mids.items() if mid is not None)


def _looks(record: Record, told: Iterable[tuple[date, int, float | str]]) -> list[Seen]:
    """What the verdict is fed with, known when the last number of that day came that went into it."""
    came: dict[date, list[int]] = {}
    for id_ in STRESS_SERIES:
        for row in record.rows.rows(id_):
            came.setdefault(date.fromisoformat(row.period), []).append(row.known_ms)
    return in_order(
        Seen(day, max(known_ms for known_ms in came[day] if known_ms <= end_ms), value) for day, end_ms, value in told
    )


def _stress(record: Record) -> list[Seen]:
    """Stress of the days of which all parts were known."""
    return _looks(record, ((*one[:2], one.stress.least) for one in record.stress if one.stress and _exact(one.stress)))


def _band(record: Record) -> list[Seen]:
    """The band of the days on which it could be told, whatever the part that was missing."""
    rule = record.rules.repo
    return _looks(record, ((*one[:2], named) for one in record.stress if (named := band(one.stress, rule))))


def _exact(bounds: Bounds) -> bool:
    return bounds.least == bounds.most


def _shock(record: Record) -> list[Seen]:
    return in_order(Seen(one.day, one.known_ms, SWITCH[one.on]) for one in record.shocks)


def _trigger(name: str, record: Record) -> list[Seen]:
    looks = (one for one in record.events if one.trigger == name and one.on is not None)
    return [Seen(one.day, one.known_ms, SWITCH[bool(one.on)]) for one in looks]


def _regime(record: Record) -> list[Seen]:
    closes = timeline(record.rows.rows, record.as_of_ms, record.rules.drivers, record.rules.regime)
    weeks = (close.week for close in closes)
    return [Seen(week.day, week.known_ms, week.label, week.later) for week in weeks if week.label is not None]


def _verdict(record: Record) -> list[Seen]:
    """The state before anything had armed it, each change, and that it still holds."""
    if not record.events:
        return []
    rule, first = record.rules.verdict, record.events[0]
    changes = course(record.rows.rows, record.stress, record.shocks, record.as_of_ms, rule).changes
    found = [Seen(first.day, first.known_ms - 1, "NO-TRADE")]
    found += [Seen(change.day, change.known_ms, change.after) for change in changes]
    return [*found, Seen(new_york_day(record.as_of_ms), record.as_of_ms, found[-1].value)]


HISTORIES: Mapping[str, History] = {
    "repo.stress": History("repo stress, 0 to 100", "", _stress),
    "repo.band": History("repo stress, its band", "", _band, BANDS, ordered=True),
    "repo.share.mid": History("share of repo volume at or above IORB", "%", _share),
    **{name: History(f"{label} over IORB", "bp", partial(_spread, rate)) for name, rate, label in SPREADS},
    "oil.shock": History("oil shock", "", _shock, SWITCH),
    "regime.label": History("regime", "", _regime, get_args(RegimeLabel)),
    "verdict.state": History("verdict", "", _verdict, get_args(VerdictState)),
    **{
        f"verdict.{name}": History(f"trigger of the verdict: {label}", "", partial(_trigger, name), SWITCH)
        for name, label in LABELS.items()
    },
}
"""Metrics that are no series and have a past. A new one is one row."""


def history(name: str, rows: Vintages, histories: Mapping[str, History] = HISTORIES) -> History | None:
    """The past of a metric or a series; small letters will do. `None`: there is no such thing."""
    by_name = {one.lower(): found for one, found in histories.items()}
    if name.lower() in by_name:
        return by_name[name.lower()]
    id_ = next((id_ for id_ in rows.series() if id_.lower() == name.lower()), name.upper())
    row = series(id_) or (imported(id_, "") if id_ in rows.series() else None)
    return History(row.label, row.unit, partial(_series, id_)) if row and "*" not in id_ else None
