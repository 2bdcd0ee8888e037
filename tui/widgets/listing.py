"""Rows that may be more than there is room for: a heading that stays, and the rest scrolled by keys."""

from collections.abc import Sequence

from textual.events import Resize

from tui.widgets.lines import Line, Lines, window


class Listing(Lines):
    """Set by `show`; keys of the pane scroll it. What is below is counted in the last row."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._head: Sequence[Line] = ()
        self._body: Sequence[Line] = ()
        self._top = 0

    def show(self, head: Sequence[Line], body: Sequence[Line], keep: int | None = None) -> None:
        """Draw `head`, and of `body` what has room; the row numbered `keep` is among it."""
        self._head, self._body = head, body
        if keep is not None and self.size.height:
            room = self._room() - 1
            self._top = max(min(self._top, keep), keep - room + 1 if len(body) > self._room() else 0)
        self._redraw()

    def scroll_lines(self, lines: int) -> None:
        self._top += lines
        self._redraw()

    def scroll_pages(self, pages: int) -> None:
        self.scroll_lines(pages * max(1, self._room() - 1))

    def to_newest(self) -> None:
        self._top = 0
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        self._redraw()

    def _room(self) -> int:
        return max(1, self.size.height - len(self._head))

    def _redraw(self) -> None:
        if not self.size.height:
            return
        room = self._room()
        self._top = max(0, min(self._top, len(self._body) - room))
        self.draw([*self._head, *window(self._body, self._top, room)])
