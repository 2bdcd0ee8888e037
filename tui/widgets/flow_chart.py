"""Panels of history above each other, with a span that keys change and a cursor that reads out one day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from textual.events import Resize

from tui.theme import KEY, LABEL
from tui.widgets.flow import fit
from tui.widgets.flow_panels import Panel, Stack, stack
from tui.widgets.lines import Line, Lines

Read = Callable[[int], Sequence[tuple[int, Line]]]


class StackChart(Lines):
    """Set by `offer`; keys of the pane move the cursor and change the span."""

    def __init__(self, spans: Mapping[str, int], span: str, *, id: str | None = None) -> None:
        """`spans`: days back from the newest, by name."""
        super().__init__(id=id)
        self._spans, self._span = spans, span
        self._days: Sequence[date] = ()
        self._panels: Sequence[Panel] = ()
        self._read: Read = lambda number: ()
        self._cursor: date | None = None
        self._made: tuple[tuple[int, int, str], Stack] | None = None

    def offer(self, days: Sequence[date], panels: Sequence[Panel], read: Read) -> None:
        """Draw these panels of `days`, oldest first. `read` gives what is said of a day, by number, with ranks."""
        self._days, self._panels, self._read = days, panels, read
        self._made = None
        self._redraw()

    @property
    def first(self) -> int:
        """The number of the first day in view."""
        since = self._days[-1].toordinal() - self._spans[self._span] if self._days else 0
        return next((n for n, day in enumerate(self._days) if day.toordinal() >= since), 0)

    def look_back(self, step: int, *, around: bool = False) -> None:
        """Show a longer or a shorter span; `around`: after the longest the shortest."""
        names = list(self._spans)
        at = names.index(self._span) + step
        self._span = names[at % len(names) if around else max(0, min(len(names) - 1, at))]
        self._redraw()

    def move(self, steps: int) -> None:
        """Move the cursor by days, or by columns where a column has many; it starts on the newest day."""
        if not self._days:
            return
        last, first = len(self._days) - 1, self.first
        each = max(1, (last - first + 1) // max(1, self.size.width))
        at = last if self._cursor is None else self._at() + steps * each
        self._cursor = self._days[max(first, min(last, at))]
        self._redraw()

    def to_newest(self) -> None:
        """Take the cursor off."""
        self._cursor = None
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        self._redraw()

    def _at(self) -> int:
        """The number of the day that the cursor is on; of the nearest after it, where that is no more."""
        return next(
            (n for n, day in enumerate(self._days) if self._cursor and day >= self._cursor), len(self._days) - 1
        )

    def _redraw(self) -> None:
        width, height = self.size
        if not height:
            return
        if not self._days:
            self.draw([])
            return
        first, at = self._days[self.first], self._at() if self._cursor else len(self._days) - 1
        if self._days[at] < first:
            self._cursor, at = None, len(self._days) - 1
        made = self._stack(first, width, height - 1)
        self.draw([self._readout(at, width), *made.lines(self._days[at] if self._cursor else None)][:height])

    def _stack(self, first: date, width: int, rows: int) -> Stack:
        if self._made is None or self._made[0] != (width, rows, self._span):
            self._made = ((width, rows, self._span), stack(self._panels, first, self._days[-1], width, rows))
        return self._made[1]

    def _readout(self, at: int, width: int) -> Line:
        span: Line = tuple((f"[{name}]", KEY) if name == self._span else (f" {name} ", LABEL) for name in self._spans)
        return fit([(1, span), *self._read(at)], width)
