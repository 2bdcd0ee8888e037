"""Derivatives: what funding and open interest say, perpetuals by venue, dated futures by expiry."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from feeds.topics import Derivatives
from tui.pane import Pane, View
from tui.theme import LABEL
from tui.widgets.derivative_rows import SORTS, table
from tui.widgets.derivative_words import reading
from tui.widgets.lines import Lines, window

LOW = 14  # rows under which the sentence takes less of them


class DerivativesPane(Pane):
    """Draws the topic `derivatives`, at most once a second: marks and indexes of every venue move it all the time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "sort by venue, funding, open interest", id="derivatives.sort"),
        Binding("j,down", "scroll(1)", "down", id="derivatives.down"),
        Binding("k,up", "scroll(-1)", "up", id="derivatives.up"),
        Binding("pagedown,l,right", "page(1)", "page down", id="derivatives.page_down"),
        Binding("pageup,h,left", "page(-1)", "page up", id="derivatives.page_up"),
    ]
    title = "derivatives"
    topics = frozenset({"derivatives"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = Lines()
        self._view: View | None = None
        self._sort = SORTS[0]
        self._top = self._page = 0
        self._drawn: tuple[int, bool] | None = None

    def compose(self) -> ComposeResult:
        yield self._lines

    def show(self, view: View) -> None:
        self._view = view
        drawn = (view.now_ms // 1000, "derivatives" in view.topics)
        if drawn != self._drawn:
            self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def action_sort(self) -> None:
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        self._top = 0
        self._draw()

    def action_scroll(self, rows: int) -> None:
        self._top += rows
        self._draw()

    def action_page(self, pages: int) -> None:
        self.action_scroll(pages * max(1, self._page - 1))

    def _draw(self) -> None:
        width, height = self.size
        if self._view is None or not width:
            return
        topic: Derivatives | None = self._view.topics.get("derivatives")
        now_ms = self._view.now_ms
        self._drawn = (now_ms // 1000, topic is not None)
        if topic is None or not topic.rows:
            said = (
                "no funding yet: waiting for the engine" if topic is None else "no perpetual or dated future heard yet"
            )
            self._lines.draw([((said, LABEL),)])
            return
        head = reading(topic.rows, now_ms, width, 1 if height < LOW else 2)
        rows = table(topic.rows, self._sort, now_ms, width)
        self._page = max(1, height - len(head))
        self._top = max(0, min(self._top, len(rows) - self._page))
        self._lines.draw([*head, *window(rows, self._top, self._page)])
