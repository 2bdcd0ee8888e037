"""Liquidations: who was closed by force, how much, how far the numbers can be believed, and the tape."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize

from feeds.topics import WINDOWS, Liquidations
from tui.pane import Pane, View
from tui.theme import LABEL
from tui.widgets.lines import Line, Lines
from tui.widgets.liquidation_rows import VENUE_WIDTH, headline, spark, standing, table, venues
from tui.widgets.tape import Tape

WIDE = 100  # columns from which the venues stand beside the tape
ROOM_FOR_WORDS = 14  # rows from which what is missing may take two of them
AIRY = 30  # rows from which sections are set apart by a blank one
TAPE_ROWS, TAPE_ROWS_BEFORE_VENUES = 5, 8  # what the windows, and the venues, must leave to the tape


class LiquidationsPane(Pane):
    """Draws the topics `liquidations` and `tape`. In little room sections go: venues, windows, last minutes."""

    DEFAULT_CSS = """
    LiquidationsPane { layout: vertical; }
    LiquidationsPane #liq-head { height: 3; }
    LiquidationsPane #liq-middle { height: 1fr; }
    LiquidationsPane #liq-tape { width: 1fr; }
    LiquidationsPane #liq-beside { display: none; margin: 0 0 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "window", "window of the totals", id="liquidations.window"),
        Binding("j,down", "scroll_tape(1)", "older", id="liquidations.older"),
        Binding("k,up", "scroll_tape(-1)", "newer", id="liquidations.newer"),
        Binding("pagedown", "page_tape(1)", "a page older", id="liquidations.page_older"),
        Binding("pageup", "page_tape(-1)", "a page newer", id="liquidations.page_newer"),
        Binding("g,end", "newest", "to the newest", id="liquidations.newest"),
    ]
    title = "liquidations"
    topics = frozenset({"liquidations", "tape"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._view: View | None = None
        self._window = "1h"
        self._head, self._beside = Lines(id="liq-head"), Lines(id="liq-beside")
        self._tape = Tape(id="liq-tape")

    def compose(self) -> ComposeResult:
        yield self._head
        with Horizontal(id="liq-middle"):
            yield self._tape
            yield self._beside

    def show(self, view: View) -> None:
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        if self._view is None or not width:
            return
        view = self._view
        liq: Liquidations | None = view.topics.get("liquidations")
        beside = liq is not None and width >= WIDE and height >= 8 and bool(liq.venues)
        rows = self._sections(liq, width, height, beside)
        self._head.styles.height = len(rows)
        self._head.draw(rows)
        self._beside.display = beside
        if beside and liq is not None:
            self._beside.styles.width = VENUE_WIDTH
            self._beside.draw(venues(liq.venues, self._window, height - len(rows)))
        self._tape.show(view.topics.get("tape"), view.now_ms, view.zone)

    def _sections(self, liq: Liquidations | None, width: int, height: int, beside: bool) -> list[Line]:
        """The rows above the tape: each section in its turn, as long as the tape keeps its own."""
        assert self._view is not None
        if liq is None:
            return [(("no totals yet: waiting for the engine", LABEL),)]
        words = 1 if height < ROOM_FOR_WORDS else 2 if height < AIRY else 3
        rows = [
            *headline(liq, self._window, width),
            *standing(liq, self._window, self._view.now_ms, width, words),
        ]
        gap: list[Line] = [()] if height >= AIRY else []
        for section in (spark(liq, width), table(liq, self._window, width)):
            if section and len(rows) + len(section) + 2 * len(gap) + TAPE_ROWS <= height:
                rows += [*gap, *section]
        room = height - len(rows) - 2 * len(gap) - TAPE_ROWS_BEFORE_VENUES
        if not beside and width >= VENUE_WIDTH and liq.venues and room > 3:
            rows += [*gap, *venues(liq.venues, self._window, room)]
        return rows + gap

    def action_window(self) -> None:
        self._window = WINDOWS[(WINDOWS.index(self._window) + 1) % len(WINDOWS)]
        self._draw()

    def action_scroll_tape(self, lines: int) -> None:
        self._tape.scroll_lines(lines)

    def action_page_tape(self, pages: int) -> None:
        self._tape.scroll_pages(pages)

    def action_newest(self) -> None:
        self._tape.to_newest()
