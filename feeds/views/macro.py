"""The slow series as viewers see them: the table, the publishers, the releases to come, and one series by itself."""

from collections.abc import Iterator
from datetime import date
from statistics import fmean, pstdev

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import Release, new_york_day, next_due
from feeds.due import next_ms
from feeds.fomc import decisions
from feeds.series import FAMILIES, TABLE, Revised, Series, series
from feeds.slow import Slow, described
from feeds.source import Source
from feeds.timeliness import late_since_ms, state_of, yet_to_come
from feeds.topics import DoubtRow, Due, Macro, Quality, SeriesPage, SeriesRow, SourceRow, State, VintageRow
from feeds.vintages import Point

DAYS_3Y = 3 * 365
SPARK = 40
WEEK_MS = 7 * 86_400_000
PLACES = 10
"""To which a difference of two published numbers is rounded: it has no more than they have."""
LEAST_Z = 12
"""Fewer values make no spread to measure against."""
REVISIONS = 200
"""Revised values that a series' page lists."""
EXPIRED_DAYS = 10
"""A contract without a close for so long has expired, and is not listed any more; it is still exported."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


_REVISED: dict[Revised, str] = {
    "never": "",
    "tail": "; its last values are revised",
    "whole": "; all of it is re-estimated",
}


class _Shape(Struct, frozen=True):
    """What of a series' row depends on its values alone."""

    last: Point | None
    change: float | None
    z: float | None
    spark: tuple[float, ...]
    quality: Quality


class MacroView:
    """Draws the topic. What depends on values alone is worked out once for each new value."""

    def __init__(self, slow: Slow) -> None:
        self._slow = slow
        self._shapes: dict[str, tuple[int, _Shape]] = {}

    def macro(self, now_ms: int) -> Macro:
        """The whole topic."""
        slow = self._slow
        rows = tuple(self._row(row, now_ms) for row in self._listed(new_york_day(now_ms)))
        publishers = tuple(_source(slow, source, now_ms) for source in slow.sources.values() if source.pages)
        filling = (slow.filled, slow.to_fill) if slow.filled < slow.to_fill else (0, 0)
        return Macro(rows, publishers, _calendar(slow, now_ms), *filling)

    def _listed(self, today: date) -> Iterator[Series]:
        """Every row of the table, families by their members, then the user's own."""
        known = self._slow.vintages.series()
        members: dict[str, list[str]] = {}
        for id_ in known:
            row = series(id_)
            newest = self._slow.newest(id_)
            if row is not None and row.family and newest and not (_contract(row) and _old(newest, today)):
                members.setdefault(row.family, []).append(id_)
        yield from TABLE.values()
        for family in FAMILIES:
            yield from (described(id_) for id_ in sorted(members.get(family, ())))
        yield from (described(id_) for id_ in known if series(id_) is None)

    def _row(self, row: Series, now_ms: int) -> SeriesRow:
        shape = self._shape(row, now_ms)
        last, doubted = shape.last, self._slow.doubted.get(row.id)
        note, off = self._note(row, last)
        if last and last.later:
            note = note or f"read afterwards: what {last.source} said then, perhaps not what came out first"
        if doubted is not None:
            before, last = last, doubted.point
            change = round(last.value - before.value, PLACES) if before else None
            shape = replace(shape, change=change, z=None, quality="doubted")
        asked = not off and row.group not in ("own", "imported")
        period = last.period if last else None
        if period and not note and yet_to_come(row, period, now_ms):
            note = f"{period} is yet to come: misdated, or the clock here is wrong"
        state: State = state_of(row, period, now_ms)
        due = next_due(row.release, now_ms)[1] if asked else None
        return SeriesRow(
            row.id,
            row.label,
            row.unit,
            row.group,
            row.digits,
            last.value if last else None,
            period.isoformat() if period else None,
            last.known_ms if last else None,
            shape.change,
            shape.z,
            shape.spark,
            due,
            row.release.usual,
            state,
            shape.quality,
            last.source if last else "",
            note,
            late_since_ms(row, period, now_ms) if asked and state != "fresh" else None,
            "doubt" if doubted or row.id in self._slow.wrong else "why",
        )

    def _shape(self, row: Series, now_ms: int) -> _Shape:
        revision = self._slow.vintages.revisions.get(row.id, 0)
        known = self._shapes.get(row.id)
        if known is None or known[0] != revision:
            known = (revision, _shape(self._slow.vintages.points(row.id, now_ms)))
            self._shapes[row.id] = known
        shape = known[1]
        if shape.quality == "exact" and shape.last and self._slow.vintages.revised(row.id, shape.last.period, now_ms):
            return replace(shape, quality="revised")
        return shape

    def _note(self, row: Series, last: Point | None) -> tuple[str, bool]:
        """What is to be said of a series, and whether nobody is asked for it."""
        slow = self._slow
        if row.id in slow.wrong:
            return f"refused: {slow.wrong[row.id].why}", False
        if row.id in slow.doubted:
            return f"doubted, and not used: {slow.doubted[row.id].why}", False
        asked = [name for name in row.sources if name in slow.sources and name not in slow.off]
        if not asked:
            whys = [slow.off[name] for name in row.sources if name in slow.off]
            return (whys[0] if whys else "" if last or row.group != "own" else "stored from now on, once a day"), True
        name = row.family or row.id
        errors = [
            polled.error
            for feed, (source, page) in slow.pages.items()
            if source.name == asked[0] and name in page.series and (polled := slow.polled.get(feed)) and polled.error
        ]
        return (errors[0] if errors else "" if last else "not read yet"), False


def page(slow: Slow, id_: str) -> SeriesPage | None:
    """Everything of one series; `None` where nothing is known under that name."""
    row = described(id_)
    points = slow.vintages.points(row.id, 1 << 62)
    if not points and series(id_) is None:
        return None
    name = (points[-1].source if points else "") or row.sources[0]
    source = slow.sources.get(name)
    revised = [
        one for one in slow.vintages.raw(row.id) if slow.vintages.revised(row.id, date.fromisoformat(one.period))
    ]
    revised.sort(key=lambda one: (one.period, one.known_ms), reverse=True)
    return SeriesPage(
        row.id,
        row.label,
        row.unit,
        row.published or row.unit,
        row.use,
        _rule(row.release) + _REVISED[row.revised],
        source.title if source else name,
        source.address if source else "",
        source.terms if source else "",
        row.digits,
        tuple((point.period.isoformat(), point.value) for point in points),
        tuple(
            VintageRow(one.period, one.value, one.known_ms, one.source, one.provisional, one.read_ms > 0)
            for one in revised[:REVISIONS]
        ),
        tuple(
            DoubtRow(one.period.isoformat(), one.value, one.known_ms, one.source, doubt.why, doubt.since_ms)
            for one, doubt in reversed(slow.vintages.doubts(row.id)[-REVISIONS:])
        ),
    )


def _shape(points: list[Point]) -> _Shape:
    if not points:
        return _Shape(None, None, None, (), "exact")
    last = points[-1]
    recent = [point.value for point in points if (last.period - point.period).days <= DAYS_3Y]
    spread = pstdev(recent) if len(recent) >= LEAST_Z else 0.0
    return _Shape(
        last,
        round(last.value - points[-2].value, PLACES) if len(points) > 1 else None,
        (last.value - fmean(recent)) / spread if spread else None,
        tuple(point.value for point in points[-SPARK:]),
        last.quality,
    )


def _contract(row: Series) -> bool:
    return row.family in ("CL*", "BTC*")


def _old(newest: date, today: date) -> bool:
    return (today - newest).days > EXPIRED_DAYS


def _rule(rule: Release) -> str:
    """When a series comes out, in words."""
    unit = "business day" if rule.working else "day"
    match rule.every:
        case "day":
            words = f"daily, {_count(rule.lag, 'business day')} later" if rule.lag else "daily, the same day"
        case "week":
            words = f"weekly, of {_DAYS[rule.weekday]}, {_count(rule.lag, unit)} later"
        case _:
            side = "after" if rule.lag >= 0 else "before"
            words = f"each {rule.every}, {_count(abs(rule.lag), unit)} {side} its end"
    eve = ", the day before where that is a holiday" if rule.eve else ""
    return f"{'about ' if rule.usual else ''}{words}{eve}, at {rule.at} in New York"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _source(slow: Slow, source: Source, now_ms: int) -> SourceRow:
    polled = [one for page in source.pages if (one := slow.polled.get(source.feed(page)))]
    failing = [one for one in polled if one.error]
    worst = max(failing, key=lambda one: one.error_ms or 0, default=None)
    off = slow.off.get(source.name, "")
    state: State = "none"
    if polled and not off:
        state = "fresh" if not failing else "late" if len(failing) < len(polled) else "down"
    nexts = [at for page in source.pages if (at := next_ms(slow, source, page, now_ms)) is not None]
    return SourceRow(
        source.name,
        source.title,
        state,
        max((one.ok_ms for one in polled if one.ok_ms), default=None),
        min(nexts, default=None),
        slow.asked.get(source.name, 0),
        slow.refused.get(source.name, 0),
        worst.error if worst else "",
        worst.error_ms if worst else None,
        off,
        source.terms,
    )


def _calendar(slow: Slow, now_ms: int) -> tuple[Due, ...]:
    """Releases of the next 7 days, by the publisher that is asked first, and decisions of the Fed."""
    found = [
        due for source in slow.sources.values() if source.name not in slow.off for due in _releases(source, now_ms)
    ]
    return tuple(sorted((*found, *_decisions(now_ms)), key=lambda due: (due.at_ms, due.label)))


_SET = ("DFEDTARU", "DFEDTARL", "IORB")
"""What a decision sets, from the day after it."""


def _decisions(now_ms: int) -> Iterator[Due]:
    """Of the Federal Open Market Committee; the period is the first day of what is decided."""
    for one in decisions(new_york_day(now_ms), new_york_day(now_ms + WEEK_MS)):
        if now_ms < one.ms < now_ms + WEEK_MS:
            label = "Fed decision, with projections" if one.projections else "Fed decision"
            yield Due(one.ms, label, one.effective.isoformat(), "fomc", False, _SET)


def _releases(source: Source, now_ms: int) -> Iterator[Due]:
    """One for each rule, with all the series that come out by it."""
    by_rule: dict[Release, list[Series]] = {}
    for name in dict.fromkeys(name for page in source.pages for name in page.series):
        row = series(name)
        if row is not None and row.sources[0] == source.name:
            by_rule.setdefault(row.release, []).append(row)
    for rule, rows in by_rule.items():
        period, at = next_due(rule, now_ms)
        while at < now_ms + WEEK_MS:
            yield Due(at, rows[0].label, period.isoformat(), source.name, rule.usual, tuple(row.id for row in rows))
            period, at = next_due(rule, at)
