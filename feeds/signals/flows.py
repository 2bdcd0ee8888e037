"""ETF flows: the day, its sums and its run, and what the average holder paid."""

from collections.abc import Iterable, Sequence
from statistics import fmean, stdev

from feeds.facts import Observation
from feeds.signals._reading import Used, reading, unread
from feeds.signals.flow_costs import costs
from feeds.signals.flow_days import BEGIN, PREFIX, TOTAL, FlowDay, Table, completeness, revisions, table, used_on
from feeds.signals.thresholds import FlowsRule
from feeds.topics.base import Reading
from feeds.topics.flows import FlowPoint, FlowRow, Flows
from feeds.vintages import Known

UNKNOWN = "no flows are known"


def flows(known: Known, rule: FlowsRule, spot: float | None = None, rows: Iterable[Observation] = ()) -> Flows:
    """The page of flows. `spot`: dollars for a bitcoin now; `rows`: those of the funds, revisions included."""
    found = table(known, rule)
    days = found.days
    z = _z(days, rule)
    names = _by_size(days)
    newest = days[-1] if days else None
    return Flows(
        (*_sums(known, found, z), _run(known, found), *costs(known, found, spot)),
        names,
        tuple(_row(day, names) for day in reversed(days[-rule.table_days :])),
        _history(days),
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
    return FlowRow(day.day, day.total, day.coins, flows, day.provisional, day.missing, day.unsure)


def _history(days: Sequence[FlowDay]) -> tuple[FlowPoint, ...]:
    """Day by day, with what the coins had cost by then: as `cost_basis.net` of the days up to it."""
    points, cumulative, dollars, coins = [], 0.0, 0.0, 0.0
    for day in days:
        cumulative += day.total
        if day.coins is not None:
            dollars, coins = dollars + day.total * 1e6, coins + day.coins
        cost = dollars / coins if dollars > 0 and coins > 0 else None
        points.append(FlowPoint(day.day, day.total, round(cumulative, 6), day.close, cost))
    return tuple(points)


def _z(days: Sequence[FlowDay], rule: FlowsRule) -> float | None:
    """The newest total against the mean and the standard deviation of the days before it."""
    before = [day.total for day in days[-rule.z_days - 1 : -1]]
    if len(before) < max(2, rule.z_least_days):
        return None
    spread = stdev(before)
    return (days[-1].total - fmean(before)) / spread if spread > 0 else None


def _sums(known: Known, found: Table, z: float | None) -> list[Reading]:
    """The day, five and twenty days, and all of them, in $M."""
    days = found.days
    if not days:
        names = ("etf.flow.1d", "etf.flow.5d", "etf.flow.20d", "etf.flow.cum")
        return [reading(name, None, "$M", known, words=(UNKNOWN,), missing=(TOTAL,)) for name in names]
    last = days[-1]
    funds = [Used(PREFIX + name, point) for name in last.funds if (point := known.on(PREFIX + name, last.day))]
    total = [one for one in used_on(known, last) if one.series == TOTAL]
    odds = [f"{z:+.1f} standard deviations from the days before"] if z is not None else []
    readings = [
        _sum(known, "etf.flow.1d", found, days[-1:], [*total, *funds], odds),
        *(_window(known, found, count) for count in (5, 20)),
    ]
    since = [] if days[0].day <= BEGIN else [f"only since {days[0].day}: the funds began {BEGIN}"]
    readings.append(
        _sum(known, "etf.flow.cum", found, days, [*used_on(known, days[0]), *used_on(known, last)], since, bool(since))
    )
    return readings


def _window(known: Known, found: Table, count: int) -> Reading:
    name = f"etf.flow.{count}d"
    if len(found.days) < count:
        words = (f"only {len(found.days)} of {count} days are known",)
        return reading(name, None, "$M", known, words=words, missing=(TOTAL,))
    days = found.days[-count:]
    return _sum(known, name, found, days, [one for day in days for one in used_on(known, day)], [])


def _sum(
    known: Known,
    name: str,
    found: Table,
    days: Sequence[FlowDay],
    used: Sequence[Used],
    words: Sequence[str],
    cut: bool = False,
) -> Reading:
    quality, doubts = completeness(found, days)
    span = f"{days[0].day} to {days[-1].day}" if len(days) > 1 else f"{days[0].day}"
    return reading(
        name,
        round(sum(day.total for day in days), 6),
        "$M",
        known,
        used,
        period=days[-1].day,
        quality="partial" if cut else quality,
        words=[*doubts, *words, span],
        formula="net flow of all funds" if len(days) == 1 else f"sum of {len(days)} days on which the funds traded",
    )


def run(days: Sequence[FlowDay]) -> int:
    """Days of the same sign up to the last: 3 of inflows, -3 of outflows; 0 after a day of zero."""
    length = 0
    for day in reversed(days):
        sign = (day.total > 0) - (day.total < 0)
        if sign == 0 or (length and sign != (length > 0) - (length < 0)):
            break
        length += sign
    return length


def _run(known: Known, found: Table) -> Reading:
    days = found.days
    if wait := unread(known, (f"{PREFIX}*",)):
        return reading("etf.run", None, "days", known, words=wait)
    if not days:
        return reading("etf.run", None, "days", known, words=(UNKNOWN,), missing=(TOTAL,))
    length = run(days)
    kind = "inflows" if length > 0 else "outflows"
    counted = "a day" if abs(length) == 1 else f"{abs(length)} days in a row"
    words = [f"{counted} of {kind}" if length else f"no flow on {days[-1].day}"]
    if days[-1].provisional and len(days) > 1:
        words.append(f"{days[-1].day} is provisional: {run(days[:-1]):+d} without it")
    within = days[-max(1, abs(length)) :]
    lacking = any(day.missing and not day.provisional for day in within)
    holes = [day for day in found.holes if within[0].day < day < days[-1].day]
    if holes:
        count = "a day" if len(holes) == 1 else f"{len(holes)} days"
        words.append(f"{count} of trading within it not known, the last {holes[-1]}")
    return reading(
        "etf.run",
        length,
        "days",
        known,
        [one for day in within for one in used_on(known, day)],
        period=days[-1].day,
        quality="provisional" if days[-1].provisional else "partial" if lacking or holes else None,
        words=words,
        formula="days on which the funds traded with the same sign, up to the last",
    )
