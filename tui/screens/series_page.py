"""One slow series by itself: its newest value, a chart of all of them, where it comes from, and what was revised."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize

from feeds.text import plain
from feeds.topics import Macro, SeriesPage
from tui.keys import bindings
from tui.screens.framed import Framed, LaidOut
from tui.theme import BAD, LABEL
from tui.widgets.footer import Footer
from tui.widgets.lines import Lines
from tui.widgets.listing import Listing
from tui.widgets.series_chart import SeriesChart
from tui.widgets.series_words import facts, head, vintages

BESIDE = 120  # columns from which the facts stand beside the vintages
LEAST_CHART = 7


class SeriesScreen(Framed):
    """The page over the panes. It asks the engine for the series' own topic while it is on screen."""

    DEFAULT_CSS = """
    SeriesScreen #series-head { height: 2; padding: 0 1; }
    SeriesScreen #series-chart { height: 1fr; margin: 0 1; }
    SeriesScreen #series-below { height: 8; margin: 1 1 0 1; }
    SeriesScreen #series-facts { width: 1fr; margin: 0 2 0 0; }
    SeriesScreen #series-vintages { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "app.pop_screen", "close", id="series.close"),
        Binding("h,left", "cursor(-1)", "earlier", id="series.earlier"),
        Binding("l,right", "cursor(1)", "later", id="series.later"),
        Binding("end,G", "newest", "cursor off", id="series.newest"),
        Binding("s", "span(1, True)", "span", id="series.span"),
        Binding("[", "span(-1, False)", "shorter", id="series.shorter"),
        Binding("]", "span(1, False)", "longer", id="series.longer"),
        Binding("v", "words", "chart or words", id="series.words"),
        Binding("j,down", "scroll(1)", "down", id="series.down"),
        Binding("k,up", "scroll(-1)", "up", id="series.up"),
        Binding("pagedown", "page(1)", "page down", id="series.page_down"),
        Binding("pageup", "page(-1)", "page up", id="series.page_up"),
    ]

    def __init__(self, id_: str) -> None:
        super().__init__()
        self._series = id_
        self.wants = (f"series.{id_}",)
        self._head, self._chart = Lines(id="series-head"), SeriesChart(id="series-chart")
        self._below = Horizontal(id="series-below")
        self._facts, self._vintages = Lines(id="series-facts"), Listing(id="series-vintages")
        self._footer = Footer(id="footer")
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        self.fit_header()
        yield self.header
        yield self._head
        yield self._chart
        with self._below:
            yield self._facts
            yield self._vintages
        yield self._footer

    def on_resize(self, _: Resize) -> None:
        self.fit_header()
        self._drawn = ()
        self.call_after_refresh(self.post_message, LaidOut())

    def show(self, topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> None:
        """Draw what is known of the series, once a second, or when it changed."""
        page: SeriesPage | None = topics.get(self.wants[0])
        macro: Macro | None = topics.get("macro")
        drawn = (page, macro, now_ms // 1000, zone)
        if drawn == self._drawn or not self._head.size.width:
            return
        self._drawn = drawn
        self._footer.show(bindings(self.BINDINGS), "")
        try:
            self._draw(page, macro, now_ms, zone)
        except Exception as error:  # noqa: BLE001  a fault here is shown here, and the panes go on
            self._head.draw([((plain(f"{self._series} cannot be drawn: {error!r}"), BAD),)])

    def _draw(self, page: SeriesPage | None, macro: Macro | None, now_ms: int, zone: tzinfo) -> None:
        row = next((one for one in macro.rows if one.id == self._series), None) if macro else None
        lines = head(self._series, page, row, now_ms, zone, self._head.size.width)
        self._head.styles.height = len(lines)
        self._head.draw(lines)
        if page is None:
            self._facts.display = False
            self._vintages.show([(("waiting for the engine to tell all of it", LABEL),)], [])
            return
        self._chart.offer(page.points, page.digits, page.unit)
        self._show_below(page, zone, self.size.height - self.header.size.height - len(lines) - LEAST_CHART)

    def _show_below(self, page: SeriesPage, zone: tzinfo, free: int) -> None:
        """Draw the facts and the vintages, beside each other where there is room, else one after the other.

        `free`: the rows that chart and words share.
        """
        width = self.size.width - 2
        beside = width >= BESIDE
        self._facts.display = beside
        if beside:
            told = facts(page, width // 2 - 2)
            self._facts.draw(told)
            title, rows = vintages(page, zone, width // 2)
            room, size = len(told), len(title) + len(rows)
        else:
            told, title = facts(page, width), []
            first, rows = vintages(page, zone, width)
            rows = [*told, (), *first, *rows]
            room = size = len(rows)
        self._vintages.show(title, rows)
        self._below.styles.height = "1fr" if not self._chart.display else max(3, min(max(room, size), free // 2, 16))

    def action_cursor(self, step: int) -> None:
        self._chart.move(step)

    def action_newest(self) -> None:
        self._chart.to_newest()

    def action_span(self, step: int, around: bool) -> None:
        self._chart.look_back(step, around=around)

    def action_words(self) -> None:
        """Give the words all the room, or the chart its part again."""
        self._chart.display = not self._chart.display
        self._drawn = ()
        self.post_message(LaidOut())

    def action_scroll(self, rows: int) -> None:
        self._vintages.scroll_lines(rows)

    def action_page(self, pages: int) -> None:
        self._vintages.scroll_pages(pages)
