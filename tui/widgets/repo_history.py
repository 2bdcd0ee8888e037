"""Repo stress since SOFR began, laid out as charts over days: share of volume with its bounds, and stress. Pure."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from feeds.topics import RepoDay, ShareSpan
from tui.theme import ACCENT, BOLD, KEY, LABEL, LATE, PLAIN
from tui.widgets.canvas import Canvas, Dots
from tui.widgets.lines import Line
from tui.widgets.series_plot import date_ticks, place

Measure = Literal["share", "stress"]
By = Literal["day", "week", "month"]
SPANS = {"3m": 92, "1y": 365, "3y": 3 * 365, "all": 1 << 20}
"""What can be in view, in days back from the newest."""
EPISODES = (
    ("Sep 2019", date(2019, 9, 1), date(2019, 9, 30)),
    ("Mar 2020", date(2020, 3, 1), date(2020, 3, 31)),
    ("Mar 2023", date(2023, 3, 1), date(2023, 3, 31)),
    ("late 2025", date(2025, 10, 1), date(2025, 12, 31)),
)
"""Times that a trader looks for, with their first and last day."""
LETTERS = {"year-end": "Y", "quarter-end": "Q", "month-end": "m", "tax date": "T"}
"""Marks of the calendar, the weightiest first."""
LEAST_APART = 3.0  # columns that marks of one kind are apart at least, on average, or that kind is not told
AXIS = 5  # columns of the numbers of the axis
LONGEST_GAP = 7  # days that a line bridges; a month that is missing stays open
EDGE = 1.0  # points that bounds are apart at most for a line between them, where there is no middle
GRID = (25, 50, 75)
GRID_LAYER, EPISODE, STIPPLE, CURSOR, LINE = -3, -2, -1, 0, 1


class Point(Struct, frozen=True):
    """A day, or a week or a month told by its last: bounds and middle of the share in percent, and stress.

    Stress is `stress` at least and `most` at most.
    """

    day: date
    first: date
    low: float | None
    mid: float | None
    high: float | None
    stress: float | None
    parts: int = 0
    marks: tuple[str, ...] = ()
    days: int = 1
    of: int = 1
    most: float | None = None


def points(history: Sequence[RepoDay], spans: Sequence[ShareSpan], by: By, span: str) -> list[Point]:
    """What is in view. `spans`: the weeks or months, where it is not by day; stress is of days only."""
    if not history:
        return []
    first = history[-1].day.toordinal() - SPANS[span]
    if by == "day":
        return [
            Point(row.day, row.day, row.low, row.mid, row.high, row.stress, row.parts, row.marks, most=row.most)
            for row in history
            if row.day.toordinal() >= first
        ]
    return [
        Point(row.last, row.first, row.low, row.mid, row.high, None, 0, (), row.days, row.of)
        for row in spans
        if row.last.toordinal() >= first
    ]


def middle(point: Point) -> float | None:
    """Where the line goes: the middle, or between two bounds that are as good as one."""
    if point.mid is not None or point.low is None or point.high is None:
        return point.mid
    return (point.low + point.high) / 2 if point.high - point.low <= EDGE else None


def chart(shown: Sequence[Point], measure: Measure, cursor: date | None, width: int, rows: int) -> list[Line]:
    """Draw one measure from 0 to 100 over the days of `shown`, with the numbers of the axis at the right."""
    columns = width - AXIS
    canvas = Canvas(columns, rows)
    for level in GRID:
        canvas.write(0, _row(level, rows), "┈" * columns, GRID_LAYER)
    for _, start, _ in EPISODES:
        if shown[0].day <= start <= shown[-1].day:
            for row in range(rows):
                canvas.write(_column(start, shown, columns), row, "┊", EPISODE)
    if cursor is not None:
        for row in range(rows):
            canvas.write(_column(cursor, shown, columns), row, "│", CURSOR)
    if measure == "share":
        _band(canvas, shown)
    _line(canvas, shown, measure)
    line = KEY + BOLD if measure == "share" else LATE
    styles = {GRID_LAYER: LABEL, EPISODE: LABEL, STIPPLE: LABEL, CURSOR: ACCENT, LINE: line}
    axis = {_row(level, rows): str(level) for level in (100, *GRID, 0)}
    return [(*line_, (f"{axis.get(row, ''):>{AXIS - 1}} ", LABEL)) for row, line_ in enumerate(canvas.drawn(styles))]


def _row(level: float, rows: int) -> int:
    return min(rows - 1, _dot(level, rows) // 4)


def _dot(level: float, rows: int) -> int:
    return round((100 - max(0.0, min(100.0, level))) / 100 * (rows * 4 - 1))


def _column(day: date, shown: Sequence[Point], columns: int) -> int:
    return place(day, shown[0].day, shown[-1].day, columns)


def _band(canvas: Canvas, shown: Sequence[Point]) -> None:
    """Fill between the bounds with every other dot: the line over it is whole."""
    width, _ = canvas.dots
    reach: dict[int, list[float]] = {}
    known = [point for point in shown if point.low is not None and point.high is not None]
    for before, after in pairwise([known[0], *known] if known else []):
        near = (after.first - before.day).days <= LONGEST_GAP
        end = place(after.day, shown[0].day, shown[-1].day, width)
        start = place(before.day, shown[0].day, shown[-1].day, width) if near else end
        for x in range(start, end + 1):
            part = (x - start) / (end - start) if end > start else 1.0
            for one, other in ((before.low, after.low), (before.high, after.high)):
                assert one is not None and other is not None
                reach.setdefault(x, []).append(one + (other - one) * part)
    for x, levels in reach.items():
        for y in range(_dot(max(levels), canvas.rows), _dot(min(levels), canvas.rows) + 1):
            if (x + y) % 2 == 0:
                canvas.dot(x, y, STIPPLE)


def _line(canvas: Canvas, shown: Sequence[Point], measure: Measure) -> None:
    width, _ = canvas.dots
    before: tuple[Point, Dots] | None = None
    for point in shown:
        level = middle(point) if measure == "share" else point.stress
        if level is None:
            before = None
            continue
        here = (place(point.day, shown[0].day, shown[-1].day, width), _dot(level, canvas.rows))
        if before is None or (point.first - before[0].day).days > LONGEST_GAP:
            canvas.dot(*here, LINE)
        else:
            canvas.line(before[1], here, LINE)
        before = (point, here)


def episodes(shown: Sequence[Point], width: int) -> list[Line]:
    """The names of the times in view, over where they begin; in two rows where they would run into each other."""
    columns = width - AXIS
    rows = ["", ""]
    for name, start, end in EPISODES:
        if end < shown[0].day or start > shown[-1].day:
            continue
        at = max(0, min(columns - len(name), _column(max(start, shown[0].day), shown, columns)))
        for number, row in enumerate(rows):
            if not row or at > len(row):
                rows[number] = row.ljust(at) + name
                break
    return [((row, BOLD),) for row in rows if row]


def marks(shown: Sequence[Point], width: int) -> tuple[Line, tuple[str, ...]]:
    """A row of letters for the marks of the calendar, and which kinds have room enough to be told."""
    columns = width - AXIS
    days: dict[str, list[date]] = {name: [] for name in LETTERS}
    for point in shown:
        for name in point.marks:
            days.setdefault(name, []).append(point.day)
    told = []
    many = 0
    for name in LETTERS:
        many += len(days[name])
        if days[name] and many * LEAST_APART <= columns:
            told.append(name)
        elif days[name]:
            break
    row = [" "] * columns
    for name in reversed(told):
        for day in days[name]:
            row[_column(day, shown, columns)] = LETTERS[name]
    return (("".join(row), PLAIN),), tuple(told)


def dates(shown: Sequence[Point], width: int) -> Line:
    columns = width - AXIS
    said = ""
    for at, label in date_ticks(shown[0].day, shown[-1].day, columns):
        if not said or at > len(said) + 1:
            said = said.ljust(at) + label
    return ((said[:columns], LABEL),)
