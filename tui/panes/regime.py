"""The regime: whether this is a no-trade zone, what drives bitcoin, and what would change either."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from feeds import text
from feeds.topics import Reading
from tui.export import export
from tui.pane import Pane, Said, View
from tui.widgets import regime_overview, regime_views
from tui.widgets.lines import Lines
from tui.widgets.listing import Listing
from tui.widgets.pick_list import Item, PickList
from tui.widgets.regime_board import TOPICS, VIEWS, Board, board, readings
from tui.widgets.regime_board import View as Shown
from tui.widgets.regime_export import table
from tui.zones import zone_of

WEEK, YEAR = timedelta(weeks=1), timedelta(weeks=52)
WIDE, TALL, ROOMY = 100, 22, 30
"""Columns from which, and rows under which, the words at the bottom take two rows, not three; rows for all of them."""


class RegimePane(Pane):
    """Draws the verdict, the regime, the levels and the scenarios; each of its views tells a part in full."""

    DEFAULT_CSS = """
    RegimePane { layout: vertical; }
    RegimePane #regime-top { height: 3; }
    RegimePane #regime-page { height: 1fr; }
    RegimePane #regime-list { height: 1fr; }
    RegimePane #regime-foot { height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view(1)", "overview, chain, history, scenarios, levels, hedge & dollar", id="regime.view"),
        Binding("V", "view(-1)", "view before", id="regime.view_before"),
        Binding("i", "inspect", "where the numbers come from", id="regime.inspect"),
        Binding("e", "export", "write what is shown to a file", id="regime.export"),
        Binding("y", "app.studies", "what followed when a rule fired", id="regime.studies"),
        Binding("enter", "open", "inspect what is marked", id="regime.open"),
        Binding("j,down", "move(1)", "down; in the history an earlier year", id="regime.down"),
        Binding("k,up", "move(-1)", "up; in the history a later year", id="regime.up"),
        Binding("h,left", "week(-1)", "in the history an earlier week", id="regime.earlier"),
        Binding("l,right", "week(1)", "in the history a later week", id="regime.later"),
        Binding("pagedown", "page(1)", "page down", id="regime.page_down"),
        Binding("pageup", "page(-1)", "page up", id="regime.page_up"),
        Binding("home,g", "ends(-9999)", "first, or the newest week", id="regime.first"),
        Binding("end,G", "ends(9999)", "last", id="regime.last"),
    ]
    title = "regime"
    topics = frozenset({*TOPICS, "price"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._top, self._foot = Lines(id="regime-top"), Lines(id="regime-foot")
        self._page = Listing(id="regime-page")
        self._lists: dict[Shown, PickList] = {}
        self._list = PickList(id="regime-list")
        self._view: View | None = None
        self._at: Shown = "overview"
        self._week: date | None = None
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield self._top
        yield self._page
        yield self._list
        yield self._foot

    def show(self, view: View) -> None:
        if self._view is not None and view.changed == {"price"} and view.now_ms // 1000 == self._view.now_ms // 1000:
            return  # the price moves many times a second, and is only the end of the chain here
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    # ---- keys

    def action_view(self, step: int) -> None:
        self._at = VIEWS[(VIEWS.index(self._at) + step) % len(VIEWS)]
        self._page.to_newest()
        self._redraw()
        self._list.move(-9999)
        self._draw_foot()

    def action_inspect(self) -> None:
        from tui.screens.inspect import Inspect  # off the path of the first paint

        shown = self._at

        def found(topics: Mapping[str, Any]) -> Sequence[Reading]:
            return readings(board(topics, 0, zone_of("UTC")), shown)

        title = "the regime" if shown == "overview" else f"the {shown} of the regime"
        at = regime_views.marked(self._board, shown, self._list.picked)
        self.app.push_screen(Inspect(title, found, at))

    def action_export(self) -> None:
        of = self._board
        if self._view is None or of is None or of.empty:
            self.post_message(Said("nothing to export yet"))
            return
        name, columns, rows = table(of, self._at)
        export(self, name, self._view, columns, rows)

    def action_open(self) -> None:
        self.action_inspect()

    def action_move(self, rows: int) -> None:
        if self._at == "history":
            self._turn(-rows * YEAR)
        elif self._at == "overview":
            self._page.scroll_lines(rows)
        else:
            self._list.move(rows)
            self._draw_foot()

    def action_page(self, pages: int) -> None:
        if self._at in ("overview", "history"):
            self._page.scroll_pages(pages)
        else:
            self._list.page(pages)
            self._draw_foot()

    def action_week(self, step: int) -> None:
        if self._at == "history":
            self._turn(step * WEEK)

    def action_ends(self, rows: int) -> None:
        if self._at == "history" and rows < 0:
            self._week = None
            self._redraw()
        else:
            self.action_move(rows)

    def _turn(self, by: timedelta) -> None:
        """Move the cursor of the history to the week nearest to where that leads."""
        of = self._board
        weeks = of.regime.timeline if of and of.regime else ()
        if weeks:
            wanted = (self._week or weeks[-1].day) + by
            self._week = min((week.day for week in weeks), key=lambda day: abs(day - wanted))
            self._redraw()

    # ---- drawing

    @property
    def _board(self) -> Board | None:
        view = self._view
        return None if view is None else board(view.topics, view.now_ms, view.zone)

    def _redraw(self) -> None:
        self._drawn = ()
        self._draw()

    def _draw(self) -> None:
        """Draw what is to be seen, unless all of it is as it was: of itself only an age moves, or the price."""
        of, (width, height) = self._board, self.size
        if of is None or not width:
            return
        drawn = self._stamp(of)
        if len(drawn) == len(self._drawn) and all(a is b or a == b for a, b in zip(drawn, self._drawn, strict=True)):
            return
        self._drawn = drawn
        lines = regime_overview.top(of, self._at, width, height)
        self._top.styles.height = len(lines)
        self._top.draw(lines)
        paged = self._at in ("overview", "history")
        self._page.display, self._list.display = paged, not paged
        self._foot.display = self._at != "overview"
        self._foot.styles.height = self._foot_rows
        if self._at == "overview":
            self._page.show([], regime_overview.below(of, width, height - len(lines)))
        elif self._at == "history":
            self._page.show([], regime_views.history(of, self._week, width))
        else:
            head, rows = regime_views.rows(of, self._at, width)
            items = [Item(key) for key, _ in rows]
            self._list.offer(head, items, lambda number, picked: rows[number][1](picked))
        self._draw_foot()

    def _stamp(self, of: Board) -> tuple[object, ...]:
        """What the drawing depends on: the topics, the ages as they are told, the price where it is shown."""
        topics = (of.verdict, of.regime, of.levels, of.scenarios, *of.lists.values())
        shown = readings(of, "overview")
        ages = tuple(text.age(None if one.known_ms is None else of.now_ms - one.known_ms) for one in shown)
        price: tuple[object, ...] = ()
        if self._at == "overview" and of.price is not None:
            one = of.price.reference
            since = text.age(None if one.as_of_ms is None else of.now_ms - one.as_of_ms)
            price = (one.value, one.state, one.quality, since, of.price.changes)
        return (*topics, ages, price, self.size, of.zone, self._at, self._week)

    @property
    def _foot_rows(self) -> int:
        if self._at == "overview":
            return 0
        if self._at == "scenarios" and self.size.height >= ROOMY:
            return 9
        return 2 if self._at in ("history", "scenarios") and (self.size.width >= WIDE or self.size.height < TALL) else 3

    def _draw_foot(self) -> None:
        """Tell what is marked in full."""
        of = self._board
        if of is not None and self._foot.display:
            width, rows = self.size.width, self._foot_rows
            if self._at == "history":
                self._foot.draw(regime_views.week(of, self._week, width, rows))
            else:
                self._foot.draw(regime_views.told(of, self._at, self._list.picked, width, rows))
