"""Rows of styled text that repaint only where they changed: the cheapest way to draw what moves."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

Span = tuple[str, Style]
Line = Sequence[Span]
"""One row: pieces of text, each with its style. Text is drawn as it is, never read as markup."""

EMPTY = Style()


class Lines(Widget):
    """Rows set by `draw`; a row equal to the one on screen costs nothing."""

    DEFAULT_CSS = "Lines { height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: list[Line] = []

    def draw(self, rows: Sequence[Line]) -> None:
        """Show these rows from the top; repaint those that differ from what is shown."""
        old, self._rows = self._rows, list(rows)
        height, width = self.size.height, self.size.width
        dirty = [
            Region(0, y, width, 1)
            for y in range(min(height, max(len(old), len(self._rows))))
            if (old[y] if y < len(old) else ()) != (self._rows[y] if y < len(self._rows) else ())
        ]
        if dirty:
            self.refresh(*dirty)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, EMPTY)
        segments = [Segment(text, style) for text, style in self._rows[y]]
        return Strip(segments).adjust_cell_length(width, EMPTY)
