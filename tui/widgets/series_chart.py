"""The chart of a slow series: a line, its axes, and a cursor that reads out one value."""

from collections.abc import Sequence

from textual.events import Resize

from feeds import text
from tui.theme import ACCENT, BOLD, KEY, LABEL, PLAIN
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Lines, Span
from tui.widgets.series_plot import SPANS, Plot, Point, in_view, plot
from tui.widgets.slow_numbers import number

DEFAULT_SPAN = "3y"


class SeriesChart(Lines):
    """Set by `offer`; keys of the screen move the cursor and change the span."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._points: Sequence[tuple[str, float]] = ()
        self._digits, self._unit = 2, ""
        self._span = DEFAULT_SPAN
        self._shown: list[Point] = []
        self._cursor: int | None = None
        self._made: tuple[tuple[int, int], Plot] | None = None

    def offer(self, points: Sequence[tuple[str, float]], digits: int, unit: str) -> None:
        """Draw these points, oldest first, each a period and a value."""
        if points != self._points:
            self._points, self._digits, self._unit = points, digits, unit
            self._look()

    def look_back(self, step: int, *, around: bool = False) -> None:
        """Show a longer or a shorter span; `around`: after the longest the shortest."""
        at = list(SPANS).index(self._span) + step
        at = at % len(SPANS) if around else max(0, min(len(SPANS) - 1, at))
        self._span = list(SPANS)[at]
        self._look()

    def move(self, steps: int) -> None:
        """Move the cursor by points, or by columns where a column has many; it starts on the newest point."""
        if self._shown:
            last = len(self._shown) - 1
            each = max(1, len(self._shown) // max(1, self.size.width))
            at = last if self._cursor is None else self._cursor + steps * each
            self._cursor = max(0, min(last, at))
            self._redraw()

    def to_newest(self) -> None:
        """Take the cursor off."""
        self._cursor = None
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        self._redraw()

    def _look(self) -> None:
        day = None if self._cursor is None else self._shown[self._cursor].day
        self._shown = in_view(self._points, self._span)
        self._cursor = next((n for n, point in enumerate(self._shown) if point.day == day), None)
        self._made = None
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        if not self._shown or height < 4 or width < 24:
            self.draw([self._readout(width)] if height and self._shown else [])
            return
        made = self._plot(width, height - 2)
        axis = width - made.columns
        rows = [
            (*self._row(made, row), (f"{made.values.get(row, ''):>{axis}}", LABEL)) for row in range(len(made.rows))
        ]
        self.draw([self._readout(width), *rows, ((_dates(made), LABEL),)])

    def _plot(self, width: int, rows: int) -> Plot:
        if self._made is None or self._made[0] != (width, rows):
            self._made = ((width, rows), plot(self._shown, width, rows))
        return self._made[1]

    def _row(self, made: Plot, row: int) -> Line:
        """A row of the line; where it has no dots, the cursor's cross and the line of zero show through."""
        drawn, columns = made.rows[row], made.columns
        under = " " * columns
        if made.scale.low < 0 < made.scale.high and made.scale.place(0.0, len(made.rows)) == row:
            under = "┈" * columns
        if self._cursor is not None:
            point = self._shown[self._cursor]
            at = made.column(point.day)
            if made.scale.place(point.value, len(made.rows)) == row:
                return _laid(drawn, "┄" * columns, at, "●")
            return _laid(drawn, under, at, "│")
        return _laid(drawn, under)

    def _readout(self, width: int) -> Line:
        """What the cursor stands on, or without one the span and its extremes."""
        unit = f" {self._unit}".rstrip()
        span: Line = tuple(
            span
            for name in SPANS
            for span in ((f"[{name}]" if name == self._span else f" {name} ", KEY if name == self._span else LABEL),)
        )
        if self._cursor is None:
            low, high = (pick(self._shown, key=lambda point: point.value) for pick in (min, max))
            said = [
                (4, ((f"{len(self._shown):,} values", LABEL),)),
                *((2, self._extreme(name, point)) for name, point in (("low", low), ("high", high))),
            ]
            return fit([(0, span), *said], width)
        point = self._shown[self._cursor]
        value: Line = ((f"{point.day.isoformat()}  ", PLAIN), (number(point.value, self._digits) + unit, BOLD))
        change: Line = ()
        if self._cursor:
            before = self._shown[self._cursor - 1]
            moved = number(point.value - before.value, self._digits, signed=True)
            change = ((f"{moved} since {before.day.isoformat()}", LABEL),)
        return fit([(1, span), (0, value), (2, change)], width)

    def _extreme(self, name: str, point: Point) -> Line:
        said = text.plain(number(point.value, self._digits), 30)
        return ((f"{name} ", LABEL), (said, PLAIN), (f" on {point.day.isoformat()}", LABEL))


def _laid(drawn: str, under: str, at: int | None = None, mark: str = "") -> Line:
    """Lay the line over what is under it, with a mark in one column; pieces of one style together."""
    cells: list[Span] = []
    for column, dots in enumerate(drawn):
        if column == at and (mark == "●" or dots == " "):
            cell, style = mark, ACCENT
        elif dots != " ":
            cell, style = dots, KEY
        else:
            cell, style = under[column], LABEL
        if cells and cells[-1][1] == style:
            cells[-1] = (cells[-1][0] + cell, style)
        else:
            cells.append((cell, style))
    return tuple(cells)


def _dates(made: Plot) -> str:
    said = ""
    for at, label in made.dates:
        if not said or at > len(said) + 1:
            said = said.ljust(at) + label
    return said[: made.columns]
