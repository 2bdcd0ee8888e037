"""Cascades to choose from, and the one that was opened."""

from collections.abc import Sequence
from datetime import tzinfo

from textual.events import Resize

from feeds.topics import Cascade
from tui.theme import LABEL
from tui.widgets.cascade_rows import detail, listing, told
from tui.widgets.listing import Listing


class CascadeList(Listing):
    """Set by `offer`; keys of the pane move the mark, open one and close it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._offered: tuple[Sequence[Cascade], str, int, tzinfo] | None = None
        self._picked: int | None = None
        self.opened = False

    def offer(self, cascades: Sequence[Cascade], sign: str, now_ms: int, zone: tzinfo) -> None:
        """Draw these, newest first. `sign` stands before the totals of one that runs."""
        self._offered = (cascades, sign, now_ms, zone)
        self._draw_offered()

    def open(self, opened: bool) -> None:
        """Show the one that is marked, or all again. What is open stays so when another one begins."""
        cascades = () if self._offered is None else self._offered[0]
        self.opened = opened and bool(cascades)
        if self.opened:
            self._picked = cascades[self._at(cascades)].from_ms
        super().to_newest()
        self._draw_offered()

    def scroll_lines(self, lines: int) -> None:
        if self.opened or self._offered is None:
            super().scroll_lines(lines)
            return
        cascades = self._offered[0]
        if cascades:
            at = max(0, min(len(cascades) - 1, self._at(cascades) + lines))
            self._picked = cascades[at].from_ms if at else None
            self._draw_offered()

    def to_newest(self) -> None:
        self._picked, self.opened = None, False
        super().to_newest()
        self._draw_offered()

    def on_resize(self, _: Resize) -> None:
        self._draw_offered()

    def _at(self, cascades: Sequence[Cascade]) -> int:
        return next((i for i, one in enumerate(cascades) if one.from_ms == self._picked), 0)

    def _draw_offered(self) -> None:
        if self._offered is None:
            return
        cascades, sign, now_ms, zone = self._offered
        width = self.size.width
        if not cascades:
            self.show([], [(("no cascade in what is kept", LABEL),)])
            return
        at = self._at(cascades)
        if self.opened:
            head, rows = detail(told(cascades[at], sign, now_ms, zone), now_ms, zone, width)
            self.show([head], rows)
            return
        shown = [told(one, sign, now_ms, zone, picked=number == at) for number, one in enumerate(cascades)]
        head, rows = listing(shown, now_ms, width)
        self.show([head], rows, keep=at)
