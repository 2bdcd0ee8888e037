"""Small hand-made worlds of slow series, and what may happen to a series in them.

Every series is a smooth line, published by its own rule, so that a value that is a little older says the same. Nothing
in them is real.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from math import asin, exp, pi, sin

from msgspec.structs import replace

from feeds.calendars import new_york_ms, periods, release_ms
from feeds.facts import Observation
from feeds.series import series
from feeds.vintages import Known, Point, Vintages

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
FIRST, LAST = date(2024, 7, 1), date(2026, 8, 20)
"""The last day is a Thursday, on which the H.4.1 comes at 16:30."""
NOW_MS = new_york_ms(LAST, "16:45")
YEAR = 365.25

Shape = Callable[[float], float]
"""A value by the time in years before the end, 0 or less."""
Rows = list[Observation]
Loss = Callable[[Rows, int], Rows]
"""What becomes of the rows of one series; the second argument is the time at which they are looked at."""


def level(value: float) -> Shape:
    return lambda _: value


def growing(value: float, a_year: float) -> Shape:
    """To `value` at the end, with so much growth a year."""
    return lambda t: value * exp(a_year * t)


def moving(value: float, a_year: float) -> Shape:
    """To `value` at the end, by so much a year."""
    return lambda t: value + a_year * t


def swinging(middle: float, swing: float, end: float) -> Shape:
    """Twice a year up and down, at the end at so much of its swing, -1 to 1, and falling."""
    return lambda t: middle + swing * sin(4 * pi * t + pi - asin(end))


def world(shapes: Mapping[str, Shape]) -> "World":
    """Each series as its row says that it is published, from `FIRST` to `NOW_MS`."""
    return World({id_: _published(id_, shape) for id_, shape in shapes.items()})


def _published(id_: str, shape: Shape) -> Rows:
    row = series(id_)
    assert row, id_
    rows = []
    for day in periods(row.release, FIRST, LAST):
        known_ms = release_ms(row.release, day)
        if day.isoformat() not in row.absent and known_ms <= NOW_MS:
            rows.append(Observation(id_, day.isoformat(), shape((day - LAST).days / YEAR), known_ms, "made"))
    return rows


class World:
    """The rows of all series, as of `NOW_MS`; any of them may be lost."""

    def __init__(
        self, rows: Mapping[str, Rows], points: Mapping[str, list[Point]] | None = None, unread: str = ""
    ) -> None:
        self._rows, self._unread = dict(rows), unread
        self._points: dict[str, list[Point]] = dict(points or {})

    def lose(self, id_: str, loss: Loss) -> "World":
        """The same world, but that this has become of one series."""
        points = {name: found for name, found in self._points.items() if name != id_}
        return World(self._rows | {id_: loss(self._rows[id_], NOW_MS)}, points)

    def unread(self, id_: str) -> "World":
        """The same world while the past of one series is still being read."""
        return World(self._rows, self._points, id_)

    @property
    def known(self) -> Known:
        """What is known."""
        unread = {self._unread} if self._unread else ()
        return Known(NOW_MS, self._known, lambda: [name for name, rows in self._rows.items() if rows], unread, (38, 91))

    def rows(self, id_: str, since: date | None = None) -> Iterable[Observation]:
        """All rows of a series from a period on."""
        return Vintages(self._rows.get(id_, ())).rows(id_, since)

    def _known(self, id_: str) -> list[Point]:
        if id_ not in self._points:
            self._points[id_] = Vintages(self._rows.get(id_, ())).points(id_, NOW_MS)
        return self._points[id_]


def _missing(rows: Rows, now_ms: int) -> Rows:
    return []


def _stale(rows: Rows, now_ms: int) -> Rows:
    """Nothing has come for a month."""
    return [row for row in rows if row.known_ms <= now_ms - 31 * DAY_MS]


def _newest(rows: Rows, now_ms: int) -> Rows:
    """The newest period has not come."""
    return rows[:-1]


def _later(rows: Rows, now_ms: int) -> Rows:
    """It arrives an hour after its sisters."""
    return [
        Observation(row.series, row.period, row.value, row.known_ms + HOUR_MS, row.source)
        for row in rows
        if row.known_ms + HOUR_MS <= now_ms
    ]


def _holed(rows: Rows, now_ms: int) -> Rows:
    """Every seventh period never came."""
    return [row for number, row in enumerate(reversed(rows), 1) if number % 7][::-1]


def _short(rows: Rows, now_ms: int) -> Rows:
    """Only the last three months are there."""
    first = (LAST - timedelta(days=92)).isoformat()
    return [row for row in rows if row.period >= first]


def _times(rows: Rows, factor: float) -> Rows:
    """The newest value in another unit; an index about zero, and a flow, may really be so much."""
    row = series(rows[-1].series)
    assert row
    if row.nature in ("index", "flow"):
        return rows
    return [*rows[:-1], replace(rows[-1], value=rows[-1].value * factor)]


def _hundredfold(rows: Rows, now_ms: int) -> Rows:
    """A percent for a fraction."""
    return _times(rows, 100.0)


def _thousandth(rows: Rows, now_ms: int) -> Rows:
    """Billions for millions."""
    return _times(rows, 0.001)


LOSSES: dict[str, Loss] = {
    "missing": _missing,
    "stale by a month": _stale,
    "without its newest": _newest,
    "an hour later": _later,
    "with holes": _holed,
    "with a short past": _short,
    "a hundredfold": _hundredfold,
    "a thousandth": _thousandth,
}
