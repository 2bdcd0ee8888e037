"""Every value of the slow series with the time it became known; what was known at any time is read from here.

Nothing is overwritten: a revision is another row beside the one it revises. What is doubted (`feeds.doubt`) is kept
and can be told, and is no value of its series until it is confirmed; it counts as known since then.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from feeds.doubt import Doubt, Row, judge, quiet
from feeds.facts import Observation
from feeds.series import series as row_of
from feeds.topics.base import Quality

NEVER_MS = (1 << 62) + 1
"""After any time that is asked about."""


class Point(NamedTuple):
    """The value of one period as it was known at the time asked about, and since when that value was known.

    `later`: read afterwards: what the publisher says today of a period that may first have had another value.
    """

    period: date
    value: float
    known_ms: int
    source: str
    provisional: bool = False
    later: bool = False

    @property
    def quality(self) -> Quality:
        """What the number is worth by itself."""
        return "provisional" if self.provisional else "later" if self.later else "exact"


class _Rows:
    """All rows of one series in the order of (period, known_ms): 25 bytes each, for there are some 200,000."""

    def __init__(self) -> None:
        self.days = array("l")
        self.known = array("q")
        self.values = array("d")
        self.marks = array("B")  # source number * 2 + provisional
        self.doubts: dict[int, Doubt] | None = None  # by place; `None` until they are judged

    def copy(self) -> "_Rows":
        other = _Rows()
        other.days, other.known = self.days[:], self.known[:]
        other.values, other.marks, other.doubts = self.values[:], self.marks[:], self.doubts
        return other

    def find(self, day: int, known_ms: int) -> tuple[int, bool]:
        """Where a row of that key stands, or would; and whether it is there."""
        first, last = bisect_left(self.days, day), bisect_right(self.days, day)
        at = bisect_left(self.known, known_ms, first, last)
        return at, at < last and self.known[at] == known_ms

    def append(self, day: int, known_ms: int, value: float, mark: int) -> None:
        self.days.append(day)
        self.known.append(known_ms)
        self.values.append(value)
        self.marks.append(mark)
        self.doubts = None

    def insert(self, at: int, day: int, known_ms: int, value: float, mark: int) -> None:
        for column, item in ((self.days, day), (self.known, known_ms), (self.marks, mark)):
            column.insert(at, item)
        self.values.insert(at, value)
        self.doubts = None


class Vintages:
    """The rows of all series. One writer."""

    def __init__(self, rows: Iterable[Observation] = (), believe: Collection[str] = ()) -> None:
        """`believe`: series of which the user has said that whatever comes is to be used."""
        self.believe = frozenset(believe)
        self._series: dict[str, _Rows] = {}
        self._sources: list[str] = []
        self._numbers: dict[str, int] = {}
        self.revisions: dict[str, int] = {}
        """A number for each series that rises with each row."""
        for row in rows:
            self.put(row)

    def put(self, row: Observation) -> bool:
        """Add a row; `False`, and nothing is added, where its publisher's value was known before that time already."""
        rows = self._series.setdefault(row.series, _Rows())
        day = date.fromisoformat(row.period).toordinal()
        mark = self._number(row.source) * 2 + row.provisional
        if not rows.days or day > rows.days[-1]:  # how they mostly come
            rows.append(day, row.known_ms, row.value, mark)
            self.revisions[row.series] = self.revisions.get(row.series, 0) + 1
            return True
        at, there = rows.find(day, row.known_ms)
        if there:
            return False
        before = at - 1
        if before >= 0 and rows.days[before] == day and rows.values[before] == row.value and rows.marks[before] == mark:
            return False
        rows.insert(at, day, row.known_ms, row.value, mark)
        self.revisions[row.series] = self.revisions.get(row.series, 0) + 1
        return True

    def _number(self, source: str) -> int:
        if source not in self._numbers:
            self._numbers[source] = len(self._sources)
            self._sources.append(source)
        return self._numbers[source]

    def series(self) -> list[str]:
        """The ids that have at least one row."""
        return [name for name, rows in self._series.items() if rows.days]

    def copy(self) -> "Vintages":
        """The rows as they are now, to be read in another thread while these go on."""
        other = Vintages(believe=self.believe)
        other._series = {name: rows.copy() for name, rows in self._series.items()}
        other._sources, other._numbers = list(self._sources), dict(self._numbers)
        other.revisions = dict(self.revisions)
        return other

    def newest(self, series: str) -> date | None:
        """The newest period of a series that has a row."""
        rows = self._series.get(series)
        return date.fromordinal(rows.days[-1]) if rows and rows.days else None

    def oldest(self, series: str) -> date | None:
        """The oldest period of a series that has a row."""
        rows = self._series.get(series)
        return date.fromordinal(rows.days[0]) if rows and rows.days else None

    def latest(self, series: str, period: date) -> Point | None:
        """The last row of that period, doubted or not."""
        rows = self._series.get(series)
        if rows is None:
            return None
        day = period.toordinal()
        at = bisect_right(rows.days, day) - 1
        return self._point(rows, at) if at >= 0 and rows.days[at] == day else None

    def count(self, series: str, period: str) -> int:
        """How many rows there are of that period: one, and one more for each revision."""
        rows = self._series[series]
        day = date.fromisoformat(period).toordinal()
        return bisect_right(rows.days, day) - bisect_left(rows.days, day)

    def revised(self, series: str, period: date) -> bool:
        """Whether the last row of that period takes the place of another that was not provisional."""
        rows = self._series[series]
        first, last = bisect_left(rows.days, period.toordinal()), bisect_right(rows.days, period.toordinal())
        return any(
            mark % 2 == 0 and value != rows.values[last - 1]
            for mark, value in zip(rows.marks[first : last - 1], rows.values[first : last - 1], strict=True)
        )

    def trust(self, believe: Collection[str]) -> None:
        """Take the user's word for these series, or families of them, and judge anew what that changes."""
        before = {name for name in self._series if self.trusts(name)}
        self.believe = frozenset(believe)
        for name in before ^ {name for name in self._series if self.trusts(name)}:
            self._series[name].doubts = None
            self.revisions[name] = self.revisions.get(name, 0) + 1

    def trusts(self, series: str) -> bool:
        """Whether the user has said that whatever comes of it is to be used."""
        row = row_of(series)
        return series in self.believe or (row is not None and row.family in self.believe)

    def doubts(self, series: str) -> list[tuple[Point, Doubt]]:
        """The rows of a series that were doubted, by period and then by time, and why; confirmed ones among them."""
        rows = self._series.get(series)
        found = self._judged(series, rows) if rows else {}
        return [(self._point(rows, at), found[at]) for at in sorted(found)] if rows else []

    def in_doubt(self, series: str, period: date) -> Doubt | None:
        """Why the last row of a period is doubted; `None` where it is not, or has been confirmed."""
        rows = self._series.get(series)
        if rows is None or not (found := self._judged(series, rows)):
            return None
        doubt = found.get(bisect_right(rows.days, period.toordinal()) - 1)
        return doubt if doubt and doubt.since_ms is None else None

    def believed(self, series: str, period: date) -> Point | None:
        """The last row of a period that is believed."""
        rows = self._series.get(series)
        if rows is None:
            return None
        day, found = period.toordinal(), self._judged(series, rows)
        for at in range(bisect_right(rows.days, day) - 1, bisect_left(rows.days, day) - 1, -1):
            if at not in found or found[at].since_ms is not None:
                return self._point(rows, at)
        return None

    def said(self, series: str, period: date, source: str) -> tuple[float, bool] | None:
        """What a publisher said last of a period, as far as it was kept, and whether that is doubted."""
        rows = self._series.get(series)
        if rows is None or source not in self._numbers:
            return None
        day, number, found = period.toordinal(), self._numbers[source], self._judged(series, rows)
        for at in range(bisect_right(rows.days, day) - 1, bisect_left(rows.days, day) - 1, -1):
            if rows.marks[at] // 2 == number:
                return rows.values[at], at in found and found[at].since_ms is None
        return None

    def _judged(self, series: str, rows: _Rows) -> dict[int, Doubt]:
        """What is doubted of a series, by its place; worked out once for each new row, and at a glance mostly."""
        if rows.doubts is None:
            row = None if self.trusts(series) else row_of(series)
            if row is None or quiet(row, rows.days, rows.known, rows.values, rows.marks):
                rows.doubts = {}
            else:
                sources = self._sources
                rows.doubts = judge(
                    row,
                    [
                        Row(day, known_ms, value, sources[mark // 2], bool(mark % 2))
                        for day, known_ms, value, mark in zip(
                            rows.days, rows.known, rows.values, rows.marks, strict=True
                        )
                    ],
                )
        return rows.doubts

    def _point(self, rows: _Rows, at: int) -> Point:
        mark = rows.marks[at]
        return Point(
            date.fromordinal(rows.days[at]),
            rows.values[at],
            rows.known[at],
            self._sources[mark // 2],
            bool(mark % 2),
        )

    def raw(self, series: str, since: date | None = None) -> Iterator[Observation]:
        """All rows of a series, revisions and doubted ones included, by period and then by the time they came."""
        rows = self._series.get(series)
        if rows is None:
            return
        first = bisect_left(rows.days, since.toordinal()) if since else 0
        for at in range(first, len(rows.days)):
            period = date.fromordinal(rows.days[at]).isoformat()
            mark = rows.marks[at]
            yield Observation(series, period, rows.values[at], rows.known[at], self._sources[mark // 2], bool(mark % 2))

    def rows(self, series: str, since: date | None = None) -> Iterator[Observation]:
        """The rows that are believed, revisions included, by period and then by the time they became known.

        One that was confirmed is known since then, and none at all where another had taken its place by then.
        """
        rows = self._series.get(series)
        if rows is None:
            return
        doubts = self._judged(series, rows)
        if not doubts:
            yield from self.raw(series, since)
            return
        first = bisect_left(rows.days, since.toordinal()) if since else 0
        for place, row in enumerate(self.raw(series, since), first):
            doubt = doubts.get(place)
            if doubt is None:
                yield row
            elif doubt.since_ms is not None and not self._replaced(rows, doubts, place, doubt.since_ms):
                yield replace(row, known_ms=doubt.since_ms)

    @staticmethod
    def _replaced(rows: _Rows, doubts: Mapping[int, Doubt], place: int, since_ms: int) -> bool:
        """Whether a later row of the same period was believed by that time."""
        last = bisect_right(rows.days, rows.days[place])
        later = (doubts[at].since_ms if at in doubts else rows.known[at] for at in range(place + 1, last))
        return any(known_ms is not None and known_ms <= since_ms for known_ms in later)

    def points(self, series: str, known_ms: int) -> list[Point]:
        """For each period the newest value known at that time and believed by then, oldest period first."""
        rows = self._series.get(series)
        if rows is None:
            return []
        doubts = self._judged(series, rows)
        found: list[Point] = []
        last_day = -1
        for at, day in enumerate(rows.days):
            since_ms = rows.known[at]
            if doubts and at in doubts:
                since_ms = doubts[at].since_ms or NEVER_MS
            if since_ms > known_ms:
                continue
            point = self._point(rows, at)
            if since_ms != point.known_ms:
                point = point._replace(known_ms=since_ms)
            if day == last_day:
                found[-1] = point
            else:
                found.append(point)
            last_day = day
        return found

    def known(self, as_of_ms: int) -> "Known":
        """What was known at that time."""
        return Known(as_of_ms, lambda series: self.points(series, as_of_ms), self.series)


class Known:
    """What was known at one time: the only thing a signal may look at. It cannot see a later row."""

    def __init__(
        self,
        as_of_ms: int,
        points: Callable[[str], Sequence[Point]],
        series: Callable[[], Sequence[str]],
        unread: Collection[str] = (),
        progress: tuple[int, int] = (0, 0),
    ) -> None:
        """`unread`: series whose past is still being read for the first time; `progress`: pages read, of how many."""
        self.as_of_ms = as_of_ms
        self.unread = unread
        self.progress = progress
        self._points = points
        self._names = series
        self._cache: dict[str, Sequence[Point]] = {}

    def points(self, series: str, since: date | None = None, until: date | None = None) -> Sequence[Point]:
        """One point for each period of `since` to `until`, both included, oldest first; empty where none is known."""
        found = self._cache.get(series)
        if found is None:
            found = self._cache[series] = self._points(series)
        if since is None and until is None:
            return found
        first = bisect_left(found, since, key=_period) if since else 0
        last = bisect_right(found, until, key=_period) if until else len(found)
        return found[first:last]

    def last(self, series: str, on: date | None = None) -> Point | None:
        """The newest period, or the newest on or before `on`."""
        found = self.points(series)
        at = len(found) if on is None else bisect_right(found, on, key=_period)
        return found[at - 1] if at else None

    def on(self, series: str, day: date) -> Point | None:
        """The point of exactly that period."""
        point = self.last(series, day)
        return point if point and point.period == day else None

    def series(self, prefix: str = "") -> list[str]:
        """The ids that begin so and have points, in order."""
        return sorted(name for name in self._names() if name.startswith(prefix) and self.points(name))


def _period(point: Point) -> date:
    return point.period


def given(values: Mapping[str, Iterable[tuple[str, float]]], as_of_ms: int = 1 << 62) -> Known:
    """What was known, from plain lists: (ISO date, value) for each series, each known from the start of its day.

    What is given so is known: none of it is doubted.
    """
    rows = (
        Observation(series, period, value, _midnight(period), "given")
        for series, points in values.items()
        for period, value in points
    )
    return Vintages(rows, believe=values).known(as_of_ms)


def _midnight(period: str) -> int:
    return (date.fromisoformat(period).toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000
