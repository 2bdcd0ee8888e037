"""Histories drawn above each other on one axis of time, each with its own scale. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace
from rich.style import Style

from tui.theme import ACCENT, LABEL, PLAIN
from tui.widgets.braille import Dot, plotted
from tui.widgets.candle_rows import BRAILLE
from tui.widgets.lines import Line, Span, cut
from tui.widgets.scale import Scale, fitted, price_ticks
from tui.widgets.series_plot import date_ticks, place

DASH = 3
"""Of a dashed line every so many columns one is left out, so that two lines are told apart without colour."""
LEAST_PANEL = 4
"""Rows of a panel with its title: a line in fewer says nothing."""


class Trace(Struct, frozen=True):
    """One line, in `pieces` between which it breaks, oldest first."""

    pieces: Sequence[Sequence[tuple[date, float]]]
    style: Style
    dashed: bool = False

    def since(self, first: date) -> "Trace":
        """The part of it from a day on."""
        kept = [[point for point in piece if point[0] >= first] for piece in self.pieces]
        return replace(self, pieces=[piece for piece in kept if piece])


class Panel(Struct, frozen=True):
    """Lines with one scale. `level`: a value drawn across; `marks`: signs at a day, at the height of a value."""

    title: Line
    traces: Sequence[Trace]
    level: float | None = None
    marks: Sequence[tuple[date, float, Span]] = ()

    def since(self, first: date) -> "Panel":
        """The part of it from a day on."""
        return replace(self, traces=[trace.since(first) for trace in self.traces])

    def values(self) -> list[float]:
        found = [value for trace in self.traces for piece in trace.pieces for _, value in piece]
        return found if self.level is None or not found else [*found, self.level]


class Cells(Struct, frozen=True):
    """A panel laid out: its cells row by row with their styles, the labels of its scale, and the scale."""

    title: Line
    rows: list[list[Span]]
    labels: dict[int, str]
    scale: Scale


def pieces(points: Iterable[tuple[date, float | None]], holes: Sequence[date]) -> list[list[tuple[date, float]]]:
    """Points, oldest first, in pieces that end where a value is not known, or where a day that should be is not."""
    found: list[list[tuple[date, float]]] = [[]]
    before = date.max
    for day, value in points:
        if value is None or any(before < hole < day for hole in holes):
            found.append([])
        if value is not None:
            found[-1].append((day, value))
        before = day
    return [piece for piece in found if piece]


class Stack(Struct, frozen=True):
    """Panels laid out above each other. `columns` are those of the lines; labels stand to the right of them."""

    panels: list[Cells]
    columns: int
    width: int
    first: date
    last: date

    def lines(self, cursor: date | None = None) -> list[Line]:
        """The rows, with the axis of time below, and a line down through the day of the cursor."""
        at = None if cursor is None else place(cursor, self.first, self.last, self.columns)
        axis = self.width - self.columns
        drawn: list[Line] = []
        for panel in self.panels:
            drawn.append(cut(panel.title, self.width))
            for number, row in enumerate(panel.rows):
                cells = [("│", ACCENT) if x == at and cell[0] == " " else cell for x, cell in enumerate(row)]
                drawn.append((*_together(cells), (f"{panel.labels.get(number, ''):>{axis}}", LABEL)))
        said = ""
        for x, label in date_ticks(self.first, self.last, self.columns):
            if not said or x > len(said) + 1:
                said = said.ljust(x) + label
        return [*drawn, ((said[: self.columns], LABEL),)]


def stack(panels: Sequence[Panel], first: date, last: date, width: int, rows: int) -> Stack:
    """Lay out as many of the panels, of those that have points, as so many rows have room for; the rest is left out."""
    shown = [panel for panel in (panel.since(first) for panel in panels) if panel.values()][
        : max(0, (rows - 1) // LEAST_PANEL)
    ]
    if not shown:
        return Stack([], width, width, first, last)
    each, more = divmod(rows - 1, len(shown))
    sizes = [each + (number < more) - 1 for number in range(len(shown))]
    scales = [fitted(None, min(panel.values()), max(panel.values())) for panel in shown]
    labels = [price_ticks(scale, size) for scale, size in zip(scales, sizes, strict=True)]
    columns = max(2, width - max((len(said) for one in labels for said in one.values()), default=0) - 1)
    made = [
        Cells(panel.title, _cells(panel, scale, first, last, columns, size), label, scale)
        for panel, scale, size, label in zip(shown, scales, sizes, labels, strict=True)
    ]
    return Stack(made, columns, width, first, last)


def _cells(panel: Panel, scale: Scale, first: date, last: date, columns: int, rows: int) -> list[list[Span]]:
    """The cells of a panel: below all the level, then the lines, of which the first lies on top, then the marks."""
    blank: Span = (" ", PLAIN)
    cells = [[blank] * columns for _ in range(rows)]
    if panel.level is not None:
        cells[scale.place(panel.level, rows)] = [("┈", LABEL)] * columns
    for trace in reversed(panel.traces):
        for y, drawn in enumerate(_drawn(trace, scale, first, last, columns, rows)):
            for x, dots in enumerate(drawn):
                if dots != " " and not (trace.dashed and x % DASH == 0 and _within(drawn, x)):
                    under = cells[y][x][0]
                    both = chr(ord(under) | ord(dots)) if ord(under) >= BRAILLE else dots
                    cells[y][x] = (both, trace.style)
    for day, value, sign in panel.marks:
        if first <= day <= last:
            cells[scale.place(value, rows)][place(day, first, last, columns)] = sign
    return cells


def _within(drawn: str, x: int) -> bool:
    """Whether the line goes on to both sides, so that a dash may end here and nothing is lost."""
    return 0 < x < len(drawn) - 1 and drawn[x - 1] != " " and drawn[x + 1] != " "


def _drawn(trace: Trace, scale: Scale, first: date, last: date, columns: int, rows: int) -> list[str]:
    lines: list[list[Dot]] = [
        [(place(day, first, last, columns * 2), scale.place(value, rows * 4)) for day, value in piece]
        for piece in trace.pieces
    ]
    return plotted(lines, columns, rows)


def _together(cells: Sequence[Span]) -> list[Span]:
    """Neighbours of one style as one piece."""
    pieces: list[Span] = []
    for said, style in cells:
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + said, style)
        else:
            pieces.append((said, style))
    return pieces
