"""Every value of the slow series with the time it became known; what was known at any time is read from here.

Nothing is overwritten: a revision is another row beside the one it revises. A row that was read long after it was due
is what its publisher said then: before that it counts only where nothing else is known, and is marked. What is doubted
(`feeds.doubt`) is kept and can be told, and is no value of its series until it is confirmed; it counts as known since
then.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from feeds.doubt import ARCHIVES, Doubt, Row, judge, quiet
from feeds.facts import Observation
from feeds.series import series as row_of
from feeds.topics.base import Quality

ALWAYS_MS = 1 << 62
"""After all that is known."""
NEVER_MS = ALWAYS_MS + 1
"""After any time that is asked about."""


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


class _Rows:
    """All rows of one series in the order of (period, known_ms): 24 bytes each, for there are some 200,000.

    `revised`: whether its publisher revises it, so that when a row was read means something.
    """

    def __init__(self, *, revised: bool) -> None:
        self.revised = revised
        self.days = array("i")
        self.known = array("q")
        self.values = array("d")
        self.marks = array("I")  # number of source and time of reading * 2 + provisional
        self.doubts: dict[int, Doubt] | None = None  # by place; `None` until they are judged

    def copy(self) -> "_Rows":
        other = _Rows(revised=self.revised)
        other.days, other.known = self.days[:], self.known[:]
        other.values, other.marks, other.doubts = self.values[:], self.marks[:], self.doubts
        return other

    def of(self, day: int) -> range:
        """Where the rows of one period stand."""
        return range(bisect_left(self.days, day), bisect_right(self.days, day))

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
        self._read: list[tuple[str, int]] = []  # source, and when it was read, if that was long after it was due
        self._numbers: dict[tuple[str, int], int] = {}
        self.revisions: dict[str, int] = {}
        """A number for each series that rises with each row."""
        for row in rows:
            self.put(row)

    def put(self, row: Observation) -> bool:
        """Add a row; `False`, and nothing is added, where its publisher's value was known before that time already."""
        rows = self._series.get(row.series)
        if rows is None:
            of = row_of(row.series)
            rows = self._series[row.series] = _Rows(revised=of is not None and of.revised != "never")
        day = date.fromisoformat(row.period).toordinal()
        mark = self._number(row.source, row.read_ms if rows.revised else 0) * 2 + row.provisional
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
        """Whether what was known of the period before that time is the same, of the same publisher, and as sure."""
        best = self._best(rows, before, row.known_ms)
        if best is None or rows.values[best] != row.value:
            return False
        source, read_ms = self._read[rows.marks[best] // 2]
        same = (source, bool(rows.marks[best] % 2)) == (row.source, row.provisional)
        return same and (read_ms <= row.known_ms or row.read_ms > 0)

    def _best(self, rows: _Rows, among: Iterable[int], t_ms: int) -> int | None:
        """Which row of a period says what was known of it at that time, whether it is doubted or not."""
        known = [at for at in among if rows.known[at] <= t_ms]
        return max(known, key=lambda at: self._rank(rows, at, t_ms, rows.known[at]), default=None)

    def _rank(self, rows: _Rows, at: int, t_ms: int, since_ms: int) -> tuple[bool, int, int]:
        """What had been read goes before what was read later; of each the newest."""
        read_ms = self._read[rows.marks[at] // 2][1]
        return (False, 0, since_ms) if read_ms > t_ms else (True, max(read_ms, since_ms), since_ms)

    def _number(self, source: str, read_ms: int) -> int:
        key = source, read_ms
        if key not in self._numbers:
            self._numbers[key] = len(self._read)
            self._read.append(key)
        return self._numbers[key]

    def series(self) -> list[str]:
        """The ids that have at least one row."""
        return [name for name, rows in self._series.items() if rows.days]

    def copy(self) -> "Vintages":
        """The rows as they are now, to be read in another thread while these go on."""
        other = Vintages(believe=self.believe)
        other._series = {name: rows.copy() for name, rows in self._series.items()}
        other._read, other._numbers = list(self._read), dict(self._numbers)
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
        """What was said last of that period, doubted or not."""
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
        there = rows.of(period.toordinal())
        last = self._best(rows, there, known_ms)
        return last is not None and any(
            rows.values[at] != rows.values[last] and rows.marks[at] % 2 == 0
            for at in there
            if max(rows.known[at], self._read[rows.marks[at] // 2][1]) <= known_ms
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
        return [(self._point(rows, at, ALWAYS_MS), found[at]) for at in sorted(found)] if rows else []

    def in_doubt(self, series: str, period: date) -> Doubt | None:
        """Why what was said last of a period is doubted; `None` where it is not, or has been confirmed."""
        rows = self._series.get(series)
        if rows is None or not (found := self._judged(series, rows)):
            return None
        last = self._best(rows, rows.of(period.toordinal()), ALWAYS_MS)
        doubt = None if last is None else found.get(last)
        return doubt if doubt and doubt.since_ms is None else None

    def believed(self, series: str, period: date) -> Point | None:
        """What was said last of a period and is believed."""
        rows = self._series.get(series)
        if rows is None:
            return None
        found = self._judged(series, rows)
        there = rows.of(period.toordinal())
        at = self._best(rows, [at for at in there if at not in found or found[at].since_ms is not None], ALWAYS_MS)
        return None if at is None else self._point(rows, at, ALWAYS_MS)

    def lasting(self, series: str) -> Iterator[tuple[date, float]]:
        """What was said last of each period as no provisional number, by period."""
        rows = self._series.get(series)
        for day in dict.fromkeys(rows.days if rows else ()):
            whole = [at for at in rows.of(day) if not rows.marks[at] % 2] if rows else []
            if rows and (at := self._best(rows, whole, ALWAYS_MS)) is not None:
                yield date.fromordinal(day), rows.values[at]

    def said(self, series: str, period: date, source: str, *, whole: bool = False) -> tuple[float, bool] | None:
        """What a publisher said last of a period, as far as it was kept, and whether that is doubted.

        `whole`: of what was no provisional number.
        """
        rows = self._series.get(series)
        if rows is None:
            return None
        own = [at for at in rows.of(period.toordinal()) if self._read[rows.marks[at] // 2][0] == source]
        own = [at for at in own if not rows.marks[at] % 2] if whole else own
        at, found = self._best(rows, own, ALWAYS_MS), self._judged(series, rows)
        return None if at is None else (rows.values[at], at in found and found[at].since_ms is None)

    def _judged(self, series: str, rows: _Rows) -> dict[int, Doubt]:
        """What is doubted of a series, by its place; worked out once for each new row, and at a glance mostly."""
        if rows.doubts is None:
            row = None if self.trusts(series) else row_of(series)
            if row is None or quiet(row, rows.days, rows.known, rows.values, rows.marks):
                rows.doubts = {}
            else:
                sources = [self._read[mark // 2][0] for mark in rows.marks]
                heard = [at for at, source in enumerate(sources) if source not in ARCHIVES]
                given = [
                    Row(rows.days[at], rows.known[at], rows.values[at], sources[at], bool(rows.marks[at] % 2))
                    for at in heard
                ]
                rows.doubts = {heard[at]: doubt for at, doubt in judge(row, given).items()}
        return rows.doubts

    def _point(self, rows: _Rows, at: int, t_ms: int) -> Point:
        source, read_ms = self._read[rows.marks[at] // 2]
        period = date.fromordinal(rows.days[at])
        return Point(period, rows.values[at], rows.known[at], source, bool(rows.marks[at] % 2), read_ms > t_ms)

    def raw(self, series: str, since: date | None = None) -> Iterator[Observation]:
        """All rows of a series, revisions and doubted ones included, by period and then by the time they came."""
        rows = self._series.get(series)
        if rows is None:
            return
        first = bisect_left(rows.days, since.toordinal()) if since else 0
        for at in range(first, len(rows.days)):
            period = date.fromordinal(rows.days[at]).isoformat()
            source, read_ms = self._read[rows.marks[at] // 2]
            provisional = bool(rows.marks[at] % 2)
            yield Observation(series, period, rows.values[at], rows.known[at], source, provisional, read_ms)

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
        """For each period the newest value known at that time and believed by then, oldest period first.

        Of what was read afterwards the mark says whether that was after `known_ms`.
        """
        rows = self._series.get(series)
        if rows is None:
            return []
        doubts = self._judged(series, rows)
        found: list[Point] = []
        last_day, best = -1, (False, 0, 0)
        for at, day in enumerate(rows.days):
            since_ms = rows.known[at]
            if doubts and at in doubts:
                since_ms = doubts[at].since_ms or NEVER_MS
            if since_ms > known_ms:
                continue
            rank = self._rank(rows, at, known_ms, since_ms)
            if day == last_day and rank <= best:
                continue
            point = self._point(rows, at, known_ms)
            if since_ms != point.known_ms:
                point = point._replace(known_ms=since_ms)
            if day == last_day:
                found[-1] = point
            else:
                found.append(point)
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
