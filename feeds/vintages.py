"""Every value of the slow series with the time it became known; what was known at any time is read from here.

Nothing is overwritten: a revision is another row beside the one it revises. A row that was read long after it was due
is what its publisher said then: before that it counts only where nothing else is known, and is marked.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from feeds.facts import Observation
from feeds.revised import revised
from feeds.topics.base import Quality

ALWAYS_MS = 1 << 62
"""After all that is known."""


class Point(NamedTuple):
    """The value of one period as it was known at the time asked about, and since when that value was known.

    `later`: read after that time: what the publisher says now of a period that may first have had another value.
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


class _Mark(NamedTuple):
    """What many rows have in common. `read_ms`: when they were read, if that was long after they were due."""

    source: str
    provisional: bool
    read_ms: int


class _Rows:
    """All rows of one series in the order of (period, known_ms): 24 bytes each, for there are some 200,000.

    `revised`: whether its publisher revises it, so that when a row was read means something.
    """

    def __init__(self, *, revised: bool) -> None:
        self.revised = revised
        self.days = array("i")
        self.known = array("q")
        self.values = array("d")
        self.marks = array("I")

    def copy(self) -> "_Rows":
        other = _Rows(revised=self.revised)
        other.days, other.known = self.days[:], self.known[:]
        other.values, other.marks = self.values[:], self.marks[:]
        return other

    def of(self, day: int) -> range:
        """Where the rows of one period stand."""
        return range(bisect_left(self.days, day), bisect_right(self.days, day))

    def append(self, day: int, known_ms: int, value: float, mark: int) -> None:
        self.days.append(day)
        self.known.append(known_ms)
        self.values.append(value)
        self.marks.append(mark)

    def insert(self, at: int, day: int, known_ms: int, value: float, mark: int) -> None:
        for column, item in ((self.days, day), (self.known, known_ms), (self.marks, mark)):
            column.insert(at, item)
        self.values.insert(at, value)


class Vintages:
    """The rows of all series. One writer."""

    def __init__(self, rows: Iterable[Observation] = ()) -> None:
        self._series: dict[str, _Rows] = {}
        self._marks: list[_Mark] = []
        self._numbers: dict[_Mark, int] = {}
        self.revisions: dict[str, int] = {}
        """A number for each series that rises with each row."""
        for row in rows:
            self.put(row)

    def put(self, row: Observation) -> bool:
        """Add a row; `False`, and nothing is added, where the same value was known before that time already."""
        rows = self._series.get(row.series)
        if rows is None:
            rows = self._series[row.series] = _Rows(revised=revised(row.series) != "never")
        day = date.fromisoformat(row.period).toordinal()
        mark = self._number(_Mark(row.source, row.provisional, row.read_ms if rows.revised else 0))
        if not rows.days or day > rows.days[-1]:  # how they mostly come
            rows.append(day, row.known_ms, row.value, mark)
        else:
            there = rows.of(day)
            at = bisect_left(rows.known, row.known_ms, there.start, there.stop)
            if at < there.stop and rows.known[at] == row.known_ms:
                return False
            if self._says(rows, range(there.start, at), row):
                return False
            rows.insert(at, day, row.known_ms, row.value, mark)
        self.revisions[row.series] = self.revisions.get(row.series, 0) + 1
        return True

    def _says(self, rows: _Rows, before: range, row: Observation) -> bool:
        """Whether what was known of the period before that time is the same, and as sure."""
        best = self._best(rows, before, row.known_ms)
        if best is None or rows.values[best] != row.value:
            return False
        mark = self._marks[rows.marks[best]]
        return mark.provisional == row.provisional and (mark.read_ms <= row.known_ms or row.read_ms > 0)

    def _best(self, rows: _Rows, among: range, t_ms: int) -> int | None:
        """Which row of a period says what was known of it at that time."""
        known = [at for at in among if rows.known[at] <= t_ms]
        return max(known, key=lambda at: self._rank(rows, at, t_ms), default=None)

    def _rank(self, rows: _Rows, at: int, t_ms: int) -> tuple[bool, int, int]:
        """What had been read goes before what was read later; of each the newest."""
        read_ms, known_ms = self._marks[rows.marks[at]].read_ms, rows.known[at]
        return (False, 0, known_ms) if read_ms > t_ms else (True, read_ms or known_ms, known_ms)

    def _number(self, mark: _Mark) -> int:
        if mark not in self._numbers:
            self._numbers[mark] = len(self._marks)
            self._marks.append(mark)
        return self._numbers[mark]

    def series(self) -> list[str]:
        """The ids that have at least one row."""
        return [name for name, rows in self._series.items() if rows.days]

    def copy(self) -> "Vintages":
        """The rows as they are now, to be read in another thread while these go on."""
        other = Vintages()
        other._series = {name: rows.copy() for name, rows in self._series.items()}
        other._marks, other._numbers = list(self._marks), dict(self._numbers)
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
        """What was said last of that period."""
        rows = self._series.get(series)
        if rows is None:
            return None
        at = self._best(rows, rows.of(period.toordinal()), ALWAYS_MS)
        return None if at is None else self._point(rows, at, ALWAYS_MS)

    def count(self, series: str, period: str) -> int:
        """How many rows there are of that period: one, and one more for each revision."""
        return len(self._series[series].of(date.fromisoformat(period).toordinal()))

    def revised(self, series: str, period: date, known_ms: int = ALWAYS_MS) -> bool:
        """Whether what was known of that period then differs from what was said before, as no provisional number."""
        rows = self._series[series]
        marks = {at: self._marks[rows.marks[at]] for at in rows.of(period.toordinal()) if rows.known[at] <= known_ms}
        last = self._best(rows, rows.of(period.toordinal()), known_ms)
        return last is not None and any(
            rows.values[at] != rows.values[last]
            for at, mark in marks.items()
            if not mark.provisional and mark.read_ms <= known_ms
        )

    def _point(self, rows: _Rows, at: int, t_ms: int) -> Point:
        source, provisional, read_ms = self._marks[rows.marks[at]]
        period = date.fromordinal(rows.days[at])
        return Point(period, rows.values[at], rows.known[at], source, provisional, read_ms > t_ms)

    def rows(self, series: str, since: date | None = None) -> Iterator[Observation]:
        """All rows of a series, revisions included, by period and then by the time they became known."""
        rows = self._series.get(series)
        if rows is None:
            return
        first = bisect_left(rows.days, since.toordinal()) if since else 0
        for at in range(first, len(rows.days)):
            period = date.fromordinal(rows.days[at]).isoformat()
            yield Observation(series, period, rows.values[at], rows.known[at], *self._marks[rows.marks[at]])

    def points(self, series: str, known_ms: int) -> list[Point]:
        """For each period the newest value known at that time, oldest period first.

        Of what was read afterwards the mark says whether that was after `known_ms`.
        """
        rows = self._series.get(series)
        if rows is None:
            return []
        found: list[Point] = []
        last_day, best = -1, (False, 0, 0)
        for at, day in enumerate(rows.days):
            if rows.known[at] > known_ms:
                continue
            rank = self._rank(rows, at, known_ms)
            if day != last_day:
                found.append(self._point(rows, at, known_ms))
            elif rank > best:
                found[-1] = self._point(rows, at, known_ms)
            else:
                continue
            last_day, best = day, rank
        return found

    def known(self, as_of_ms: int, unread: Collection[str] = (), progress: tuple[int, int] = (0, 0)) -> "Known":
        """What was known at that time. `unread` and `progress`: as in `Known`."""
        return Known(as_of_ms, lambda series: self.points(series, as_of_ms), self.series, unread, progress)

    def watched(self, asked: set[str]) -> "Vintages":
        """The same rows, not to be written to, that put into `asked` whose are looked at.

        Those of which all that begin so are looked at are put there as a pattern, "CL*".
        """
        return _Watched(self, asked)


class _Watched(Vintages):
    """The rows of another, which note who is asked for."""

    def __init__(self, of: Vintages, asked: set[str]) -> None:
        vars(self).update(vars(of))
        self._asked = asked

    def rows(self, series: str, since: date | None = None) -> Iterator[Observation]:
        self._asked.add(series)
        return super().rows(series, since)

    def points(self, series: str, known_ms: int) -> list[Point]:
        self._asked.add(series)
        return super().points(series, known_ms)

    def known(self, as_of_ms: int, unread: Collection[str] = (), progress: tuple[int, int] = (0, 0)) -> "Known":
        known = super().known(as_of_ms, _Waited(unread, self._asked), progress)
        known.asked = self._asked
        return known


class _Waited(Collection[str]):
    """The series that are still being read, which note who is asked for: what is looked back on will be looked at."""

    def __init__(self, unread: Collection[str], asked: set[str]) -> None:
        self._unread, self._asked = unread, asked

    def __contains__(self, series: object) -> bool:
        if isinstance(series, str):
            self._asked.add(series)
        return series in self._unread

    def __iter__(self) -> Iterator[str]:
        return iter(self._unread)

    def __len__(self) -> int:
        return len(self._unread)


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
        self.asked: set[str] | None = None
        """Where it is one, the patterns of what was asked for by the beginning of its name are put into it."""
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
        if self.asked is not None:
            self.asked.add(f"{prefix}*")
        return sorted(name for name in self._names() if name.startswith(prefix) and self.points(name))


def _period(point: Point) -> date:
    return point.period


def given(values: Mapping[str, Iterable[tuple[str, float]]], as_of_ms: int = ALWAYS_MS) -> Known:
    """What was known, from plain lists: (ISO date, value) for each series, each known from the start of its day."""
    rows = (
        Observation(series, period, value, _midnight(period), "given")
        for series, points in values.items()
        for period, value in points
    )
    return Vintages(rows).known(as_of_ms)


def _midnight(period: str) -> int:
    return (date.fromisoformat(period).toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000
