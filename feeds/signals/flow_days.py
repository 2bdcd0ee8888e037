"""The table of ETF flows as it was known: days, funds, what is missing of them, who stood in, and what was revised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from feeds.calendars import periods
from feeds.facts import Observation
from feeds.series import series
from feeds.signals._reading import Used, unread
from feeds.signals.flow_counters import Count, beside, counts, standing_in
from feeds.signals.thresholds import FlowsRule
from feeds.topics.flows import FlowRevision
from feeds.vintages import Known, Point

PREFIX, ALL, TOTAL = "ETF.", "ETF.*", "ETF.TOTAL"
ROUNDING = 0.05
"""$M to which each number of the table is rounded."""
BEGIN = date(2024, 1, 11)
"""The first day on which the American funds traded."""


class FlowDay(Struct, frozen=True, gc=False):
    """One day of the table in $M. `funds` by ticker; `close` of bitcoin on that day in dollars, where known.

    `missing`: funds to be expected that are not there; `unsure`: those whose number is no report yet. `provisional`:
    the publisher has not got them all yet. `stand_in`: another counter's total, where Farside does not have the day,
    and then nothing is known of the funds; `others`: what other counters say of a day that it has.
    """

    day: date
    total: float
    funds: Mapping[str, float]
    missing: tuple[str, ...]
    unsure: tuple[str, ...]
    provisional: bool
    close: float | None
    stand_in: Count | None = None
    others: tuple[tuple[str, float], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether its total is final and lacks nobody."""
        return not (self.provisional or self.missing or self.unsure)

    @property
    def split(self) -> bool:
        """Whether the funds that are known make up the total: what is missing from them may not even be known of."""
        rounding = ROUNDING * (len(self.funds) + 1) + 1e-6
        return self.stand_in is None and abs(sum(self.funds.values()) - self.total) <= rounding

    @property
    def reported(self) -> int:
        return len(self.funds) - len(self.unsure)

    @property
    def coins(self) -> float | None:
        """The total in bitcoin at the day's close."""
        return None if self.close is None else self.total * 1e6 / self.close


class Table(Struct, frozen=True):
    """All days, oldest first, and who came and went. `holes`: days of trading between them that nobody has."""

    days: Sequence[FlowDay]
    new: tuple[tuple[str, date], ...]
    gone: tuple[tuple[str, date], ...]
    holes: tuple[date, ...]


def table(known: Known, rule: FlowsRule) -> Table:
    """The table from the series of its funds and of its total; without a total, the funds' sum stands for it.

    Days that Farside does not have are another counter's, unless its past is still being read.
    """
    totals = {point.period: point for point in known.points(TOTAL)}
    funds = {
        name.removeprefix(PREFIX): {point.period: point for point in known.points(name)}
        for name in known.series(PREFIX)
        if name != TOTAL
    }
    order = sorted(totals.keys() | {day for fund in funds.values() for day in fund})
    counted = counts(known)
    stand_ins = {} if unread(known, flow_ids(known)) else standing_in(counted, set(order))
    all_days = sorted([*order, *stand_ins])
    if not all_days:
        return Table((), (), (), ())
    place = {day: at for at, day in enumerate(order)}
    lives = {name: (next(iter(points)), next(reversed(points))) for name, points in funds.items()}
    left = {name for name, (_, last) in lives.items() if len(order) - 1 - place[last] >= rule.gone_days}
    closes = {point.period: point.value for point in known.points("BTC", all_days[0], all_days[-1])}
    days = [
        _stand_in(stand_ins[day], closes.get(day))
        if day in stand_ins
        else _day(
            day,
            totals.get(day),
            funds,
            _expected(day, lives, left),
            closes.get(day),
            day == order[-1],
            beside(counted, day),
        )
        for day in all_days
    ]
    there = set(all_days)
    return Table(
        days,
        tuple(
            (name, first) for name, (first, _) in lives.items() if place[first] >= max(1, len(order) - rule.table_days)
        ),
        tuple((name, lives[name][1]) for name in lives if name in left),
        tuple(day for day in traded(all_days[0], all_days[-1]) if day not in there),
    )


def flow_ids(known: Known) -> list[str]:
    """The series of the table, and their family."""
    return [ALL, TOTAL, *known.series(PREFIX)]


def traded(first: date, last: date) -> list[date]:
    """The days on which the funds traded, both ends included."""
    row = series(TOTAL)
    assert row, TOTAL
    return list(periods(row.release, first, last))


def _stand_in(count: Count, close: float | None) -> FlowDay:
    return FlowDay(count.point.period, count.total, {}, (), (), count.point.provisional, close, count)


def _expected(day: date, lives: Mapping[str, tuple[date, date]], left: set[str]) -> list[str]:
    """The funds that have begun by that day and have not left."""
    return [name for name, (first, last) in lives.items() if first <= day and (day <= last or name not in left)]


def _day(
    day: date,
    total: Point | None,
    funds: Mapping[str, Mapping[date, Point]],
    expected: Sequence[str],
    close: float | None,
    newest: bool,
    others: tuple[tuple[str, float], ...],
) -> FlowDay:
    there = {name: points[day] for name, points in funds.items() if day in points}
    missing = tuple(name for name in expected if name not in there)
    # A zero in a row that is not whole may have been filled in: it is not a report.
    unsure = tuple(name for name, point in there.items() if point.provisional)
    doubted = total.provisional if total else bool(unsure) or (newest and bool(missing))
    values = {name: point.value for name, point in there.items()}
    sum_ = total.value if total else sum(values.values())
    return FlowDay(day, sum_, values, missing, unsure, doubted, close, others=others)


def used_on(known: Known, day: FlowDay) -> list[Used]:
    """The total of a day, or who stands in for it; where none was published, its funds."""
    if day.stand_in:
        return [Used(day.stand_in.series, day.stand_in.point)]
    point = known.on(TOTAL, day.day)
    if point:
        return [Used(TOTAL, point)]
    return [Used(PREFIX + name, one) for name in day.funds if (one := known.on(PREFIX + name, day.day))]


def revisions(rows: Iterable[Observation], known_ms: int) -> list[FlowRevision]:
    """Numbers of funds that replaced another one by that time, the last seen first; totals follow from them."""
    by_cell: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for row in rows:
        if row.series.startswith(PREFIX) and row.series != TOTAL and row.known_ms <= known_ms:
            by_cell[row.series, row.period].append(row)
    found = []
    for (name, period), cell in by_cell.items():
        cell.sort(key=lambda row: row.known_ms)
        found += [
            FlowRevision(
                date.fromisoformat(period), name.removeprefix(PREFIX), before.value, after.value, after.known_ms
            )
            for before, after in pairwise(cell)
            if before.value != after.value
        ]
    return sorted(found, key=lambda one: (one.known_ms, one.day, one.fund), reverse=True)
