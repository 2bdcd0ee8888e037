"""Rows of styled text that repaint only where they changed: the cheapest way to draw what moves."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.boundary import Bounded
from tui.theme import LABEL

Span = tuple[str, Style]
Line = Sequence[Span]
"""One row: pieces of text, each with its style. Text is drawn as it is, never read as markup."""

EMPTY = Style()


class Lines(Bounded, Widget):
    """Rows set by `draw`; a row equal to the one on screen costs nothing."""

    DEFAULT_CSS = "Lines { height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: list[Line] = []

    def draw(self, rows: Sequence[Line]) -> None:
        """Show these rows from the top; repaint the part of each that differs from what is shown."""
        old, self._rows = self._rows, list(rows)
        dirty: list[Region] = []
        for y in range(min(self.size.height, max(len(old), len(self._rows)))):
            start, end = changed(old[y] if y < len(old) else (), self._rows[y] if y < len(self._rows) else ())
            if start < end:
                dirty.append(Region(start, y, end - start, 1))
        if dirty:
            self.refresh(*dirty)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, EMPTY)
        segments = [Segment(text, style) for text, style in self._rows[y]]
        return Strip(segments).adjust_cell_length(width, EMPTY)


def changed(old: Line, new: Line) -> tuple[int, int]:
    """Give the first cell in which two rows differ and the one after the last; equal numbers if they do not."""
    if old == new:
        return 0, 0
    start = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        start += cell_len(before[0])
    widths = width_of(old), width_of(new)
    end = max(widths)
    if widths[0] == widths[1]:
        for before, after in zip(reversed(old), reversed(new), strict=False):
            if before != after:
                break
            end -= cell_len(before[0])
    return start, max(start, end)


def width_of(line: Line) -> int:
    """How many cells a row takes."""
    return sum(cell_len(text) for text, _ in line)


def cut(line: Line, width: int) -> Line:
    """A row of at most so many cells: what has no room is left out, and a sign says so."""
    if width_of(line) <= width:
        return line
    kept: list[Span] = []
    room = width - 1
    for said, style in line:
        kept.append((set_cell_size(said, min(room, cell_len(said))), style))
        room -= cell_len(kept[-1][0])
        if room <= 0:
            break
    return (*kept, ("…", kept[-1][1]))


def window(rows: Sequence[Line], top: int, room: int) -> list[Line]:
    """Give the rows in view from `top`; where more follow, the last one says how many."""
    shown = list(rows[top : top + room])
    left = len(rows) - top - room
    if left > 0 and shown:
        shown[-1] = ((f"▼ {left + 1} more", LABEL),)
    return shown
