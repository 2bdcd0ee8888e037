"""What was known at one time after another: the same signals, asked at hundreds of past times, in one pass."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import date

from feeds.facts import Observation
from feeds.vintages import Known, Point

Rows = Callable[[str, date | None], Iterable[Observation]]
"""All rows of a series from a period on, revisions included, such as `Vintages.rows`."""


class _Cursor:
    """The rows of one series, of which those count that were known by a time that only moves forward."""

    def __init__(self, rows: Iterable[Observation]) -> None:
        known = sorted(rows, key=lambda row: (row.known_ms, row.period))
        self._rows = [
            Point(date.fromisoformat(row.period), row.value, row.known_ms, row.source, row.provisional) for row in known
        ]
        self._next = 0
        self._points: list[Point] = []

    def at(self, t_ms: int) -> list[Point]:
        """For each period the newest value known by then, oldest period first."""
        points = self._points
        while self._next < len(self._rows) and self._rows[self._next].known_ms <= t_ms:
            point = self._rows[self._next]
            self._next += 1
            if not points or points[-1].period < point.period:
                points.append(point)
                continue
            place = bisect_left(points, point.period, key=_period)
            if points[place].period == point.period:
                points[place] = point
            else:
                points.insert(place, point)
        return points.copy()


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
