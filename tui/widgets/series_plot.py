"""Points of a slow series laid out as a chart: which are in view, where the line breaks, and the axes. Pure."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from msgspec import Struct

from tui.widgets.braille import Dot, plotted
from tui.widgets.scale import Scale, fitted, price_ticks

SPANS = {"1y": 365, "3y": 3 * 365, "10y": 3652, "all": 1 << 20}
"""What can be in view, in days back from the newest point."""
LONG_STEP = 1.7
SHORT_GAP = 5
"""The line breaks where points are further apart than usual; a long weekend is usual, a month that is left out not."""
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
LABEL_WIDTH = 7  # columns of a date on the axis, with air


class Point(Struct, frozen=True):
    day: date
    value: float


class Plot(Struct, frozen=True):
    """A chart ready to be drawn: rows of the line, labels of the axes by row and column, and how it was laid out."""

    rows: list[str]
    values: dict[int, str]
    dates: list[tuple[int, str]]
    columns: int
    scale: Scale
    first: date
    last: date

    def column(self, day: date) -> int:
        return place(day, self.first, self.last, self.columns)


def in_view(points: Sequence[tuple[str, float]], span: str) -> list[Point]:
    """The points of the last so many days before the newest."""
    if not points:
        return []
    last = date.fromisoformat(points[-1][0])
    all_ = (Point(date.fromisoformat(period), value) for period, value in points)
    return [point for point in all_ if (last - point.day).days <= SPANS[span]]


def plot(points: Sequence[Point], width: int, rows: int) -> Plot:
    """Lay out points, of which there is at least one, in so many cells; labels of values have room at the right."""
    first, last = points[0].day, points[-1].day
    scale = fitted(None, min(point.value for point in points), max(point.value for point in points))
    values = price_ticks(scale, rows)
    columns = width - max((len(said) for said in values.values()), default=0) - 1
    lines: list[list[Dot]] = [[]]
    longest = _longest(points)
    before = first
    for point in points:
        if (point.day - before).days > longest:
            lines.append([])
        lines[-1].append((place(point.day, first, last, columns * 2), scale.place(point.value, rows * 4)))
        before = point.day
    drawn = plotted(lines, columns, rows)
    return Plot(drawn, values, date_ticks(first, last, columns), columns, scale, first, last)


def place(day: date, first: date, last: date, columns: int) -> int:
    """The column of a day, of so many from `first` to `last`; a single day stands at the right."""
    days = (last - first).days
    return round((day - first).days / days * (columns - 1)) if days else columns - 1


def date_ticks(first: date, last: date, columns: int) -> list[tuple[int, str]]:
    """Labels of the time axis and their columns: months by name, January by its year."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((one for one in MONTHS if months / one * LABEL_WIDTH <= columns), MONTHS[-1])
    ticks: list[tuple[int, str]] = []
    for month in range(first.year * 12 + first.month, last.year * 12 + last.month):
        day = date(month // 12, month % 12 + 1, 1)
        if month % step == 0:
            said = str(day.year) if day.month == 1 else f"{day:%b}"
            at = place(day, first, last, columns)
            if at + len(said) <= columns:
                ticks.append((at, said))
    return ticks or [(0, first.isoformat())]


def _longest(points: Sequence[Point]) -> float:
    """The most days between two points that a line may bridge."""
    steps = [(after.day - before.day).days for before, after in pairwise(points)]
    return max(SHORT_GAP, LONG_STEP * median(steps)) if steps else 0
