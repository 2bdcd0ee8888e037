"""What was known at one time after another: the same signals, asked at hundreds of past times, in one pass."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from feeds.facts import Observation
from feeds.vintages import Known, Point

Rows = Callable[[str, date | None], Iterable[Observation]]
"""All rows of a series from a period on, revisions included, such as `Vintages.rows`."""


class _Cursor:
    """The rows of one series, of which those count that were known by a time that only moves forward.

    What was read afterwards comes twice: marked, when it was due, and without the mark when it had been read.
    """

    def __init__(self, rows: Iterable[Observation]) -> None:
        self._coming = sorted(_comings(rows), key=lambda one: (one[0], one[1].period, one[1].known_ms))
        self._next = 0
        self._points: list[Point] = []

    def at(self, t_ms: int) -> list[Point]:
        """For each period the newest value known by then, oldest period first."""
        points = self._points
        while self._next < len(self._coming) and self._coming[self._next][0] <= t_ms:
            point = self._coming[self._next][1]
            self._next += 1
            if not points or points[-1].period < point.period:
                points.append(point)
                continue
            place = bisect_left(points, point.period, key=_period)
            if points[place].period != point.period:
                points.insert(place, point)
            elif points[place].later or not point.later:
                points[place] = point
        return points.copy()


def _comings(rows: Iterable[Observation]) -> Iterator[tuple[int, Point]]:
    """When each row begins to count, and as what."""
    for row in rows:
        point = Point(date.fromisoformat(row.period), row.value, row.known_ms, row.source, row.provisional)
        if row.read_ms > row.known_ms:
            yield row.known_ms, point._replace(later=True)
        yield max(row.read_ms, row.known_ms), point


class Past:
    """Gives a `Known` for one time after another, each no earlier than the one before.

    A `Known` of `Vintages` reads every row of a series; this one reads on from where the one before it stopped, so
    that ten years of weeks cost little more than one. A series is read when it is first asked for.
    """

    def __init__(self, rows: Rows, since: date) -> None:
        self._rows, self._since = rows, since
        self._cursors: dict[str, _Cursor] = {}
        self._now_ms = 0

    def at(self, t_ms: int) -> Known:
        """What was known at that time. It is to be asked before the next time is."""
        assert t_ms >= self._now_ms, "time only moves forward"
        self._now_ms = t_ms
        return Known(t_ms, lambda series: self._points(series, t_ms), lambda: list(self._cursors))

    def _points(self, series: str, t_ms: int) -> list[Point]:
        assert t_ms == self._now_ms, "a later time has been asked about"
        if series not in self._cursors:
            self._cursors[series] = _Cursor(self._rows(series, self._since))
        return self._cursors[series].at(t_ms)


def _period(point: Point) -> date:
    return point.period
