"""ETF flows: the day, its sums and its run, what the coins cost, and what other counters say."""

from collections.abc import Iterable, Sequence
from datetime import date
from statistics import fmean, stdev

from feeds.facts import Observation
from feeds.signals._reading import Used, Words, reading, unread
from feeds.signals.flow_coins import ibit, realised
from feeds.signals.flow_costs import costs
from feeds.signals.flow_counters import apart
from feeds.signals.flow_days import BEGIN, PREFIX, TOTAL, FlowDay, Table, flow_ids, revisions, table, traded, used_on
from feeds.signals.flow_run import run_reading
from feeds.signals.flow_sums import completeness, cut, since, sum_bounds, told
from feeds.signals.thresholds import FlowsRule
from feeds.topics.base import Note, Quality, Reading, poorest
from feeds.topics.flows import FlowPoint, FlowRow, Flows
from feeds.vintages import Known

UNKNOWN = "no flows are known"
SUMS = ("etf.flow.1d", "etf.flow.5d", "etf.flow.20d", "etf.flow.cum")


def flows(known: Known, rule: FlowsRule, spot: float | None = None, rows: Iterable[Observation] = ()) -> Flows:
    """The page of flows. `spot`: dollars for a bitcoin now; `rows`: those of the funds, revisions included."""
    found = table(known, rule)
    days = found.days
    reading_in = bool(unread(known, [*flow_ids(known), "BTC"]))
    z = None if reading_in else _z(days, rule)
    names = _by_size(days)
    newest = days[-1] if days else None
    return Flows(
        (
            *_sums(known, found, z),
            run_reading(known, found, UNKNOWN),
            *costs(known, found, spot, UNKNOWN),
            realised(known),
            *ibit(known),
        ),
        names,
        tuple(_row(day, names) for day in reversed(days[-rule.table_days :])),
        _history(days, costs_told=not reading_in),
        z,
        newest.reported if newest else 0,
        len(newest.funds) + len(newest.missing) if newest else 0,
        found.new,
        found.gone,
        found.holes,
        tuple(revisions(rows, known.as_of_ms)[: rule.revisions]),
    )


def _by_size(days: Sequence[FlowDay]) -> tuple[str, ...]:
    """Funds by how many dollars went in and out of them, most first."""
    turned: dict[str, float] = {}
    for day in days:
        for name, flow in day.funds.items():
            turned[name] = turned.get(name, 0.0) + abs(flow)
    return tuple(sorted(turned, key=lambda name: (-turned[name], name)))


def _row(day: FlowDay, names: Sequence[str]) -> FlowRow:
    flows = tuple(day.funds.get(name) for name in names)
    by = day.stand_in.by if day.stand_in else ""
    return FlowRow(day.day, day.total, day.coins, flows, day.provisional, day.missing, day.unsure, by, day.others)


def _history(days: Sequence[FlowDay], *, costs_told: bool) -> tuple[FlowPoint, ...]:
    """Day by day, with what the coins had cost by then: as `cost_basis.net` of the days up to it.

    `costs_told`: the past that they look back on has been read.
    """
    points, cumulative, dollars, coins = [], 0.0, 0.0, 0.0
    for day in days:
        cumulative += day.total
        if day.coins is not None:
            dollars, coins = dollars + day.total * 1e6, coins + day.coins
        cost = dollars / coins if costs_told and dollars > 0 and coins > 0 else None
        by = day.stand_in.by if day.stand_in else ""
        points.append(FlowPoint(day.day, day.total, round(cumulative, 6), day.close, cost, by))
    return tuple(points)


def _z(days: Sequence[FlowDay], rule: FlowsRule) -> float | None:
    """The newest total against the mean and the standard deviation of the whole days before it; if it is whole."""
    before = [day.total for day in days[-rule.z_days - 1 : -1] if day.whole]
    if len(before) < max(2, rule.z_least_days) or not days[-1].whole:
        return None
    spread = stdev(before)
    return (days[-1].total - fmean(before)) / spread if spread > 0 else None


def _sums(known: Known, found: Table, z: float | None) -> list[Reading]:
    """The day, five and twenty days, and all of them, in $M."""
    days = found.days
    reading_in = unread(known, flow_ids(known))
    if not days:
        return [_none(known, name, reading_in or (UNKNOWN,)) for name in SUMS]
    last = days[-1]
    funds = [Used(PREFIX + name, point) for name in last.funds if (point := known.on(PREFIX + name, last.day))]
    total = [one for one in used_on(known, last) if one.series not in {used.series for used in funds}]
    odds = [Note("says", f"{z:+.1f} standard deviations from the days before")] if z is not None else []
    apart_ = [
        Note("part", f"{by} counts {last.total + more:+,.1f}: {more:+,.1f}")
        for by, more in apart(last.total, last.others)
    ]
    whole = [*used_on(known, days[0]), *used_on(known, last)]
    return [
        _sum(known, SUMS[0], found, last.day, [*total, *funds], [*odds, *apart_]),
        *(_window(known, found, name, count) for name, count in zip(SUMS[1:3], (5, 20), strict=True)),
        _none(known, SUMS[3], reading_in) if reading_in else _sum(known, SUMS[3], found, BEGIN, whole, cut(found)),
    ]


def _none(known: Known, name: str, words: Words) -> Reading:
    return reading(name, None, "$M", known, words=words, missing=(TOTAL,))


def _window(known: Known, found: Table, name: str, count: int) -> Reading:
    """The sum of the last days of trading; one that is not in the table is one of them."""
    days = traded(found.days[0].day, found.days[-1].day)
    if len(days) < count:
        return _none(known, name, (f"only {len(found.days)} of {count} days are known",))
    first = days[-count]
    return _sum(known, name, found, first, [one for day in since(found, first) for one in used_on(known, day)], [])


def _sum(known: Known, name: str, found: Table, first: date, used: Sequence[Used], notes: Sequence[Note]) -> Reading:
    """The sum from a day on; one with a part missing is about so much, for the part may be of either sign."""
    days = since(found, first)
    quality, doubts = completeness(found, days[0].day if first < days[0].day else first)
    begins_late = first < found.days[0].day
    span = f"{days[0].day} to {days[-1].day}" if len(days) > 1 else f"{days[0].day}"
    worth: list[Quality | None] = [quality, "partial" if begins_late else None]
    return told(
        name,
        round(sum(day.total for day in days), 6),
        "$M",
        known,
        found,
        used,
        period=days[-1].day,
        quality=poorest(worth),
        words=[*doubts, *notes, Note("span", span)],
        formula="net flow of all funds" if len(days) == 1 else f"sum of {len(days)} days on which the funds traded",
        bounds=sum_bounds(found, first),
    )
