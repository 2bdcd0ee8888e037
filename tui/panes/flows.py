"""ETF flows: what came in and went out day by day and fund by fund, for how long, and what the holders paid."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from feeds import text
from feeds.topics import FlowRow, Flows, Reading
from tui.export import export
from tui.pane import Pane, Said, View
from tui.theme import LABEL, LATE, PLAIN
from tui.widgets import flow_export, flow_history, flow_notes, flow_rows
from tui.widgets.flow_chart import StackChart
from tui.widgets.flow_rows import Columns, Table
from tui.widgets.flow_words import head, wrapped
from tui.widgets.lines import Line, Lines
from tui.widgets.listing import Listing
from tui.widgets.pick_list import Item, PickList

Shown = Literal["days", "history", "notes"]
SHOWN: tuple[Shown, ...] = ("days", "history", "notes")
SHEETS: dict[Shown, Callable[[Flows], flow_export.Sheet]] = {
    "days": flow_export.days,
    "history": flow_export.history,
    "notes": flow_export.revisions,
}
TALL = 26
"""Rows from which days and history stand below each other."""


class FlowsPane(Pane):
    """Draws the topic `flows`: the days as a table, the history as a chart, or what there is to know of them."""

    DEFAULT_CSS = """
    FlowsPane { layout: vertical; }
    FlowsPane #flows-head { height: 4; }
    FlowsPane #flows-days { height: 1fr; }
    FlowsPane #flows-foot { height: 2; }
    FlowsPane #flows-history { height: 1fr; }
    FlowsPane #flows-notes { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "next_view", "days, history, notes", id="flows.view"),
        Binding("i", "inspect", "where the numbers come from", id="flows.inspect"),
        Binding("e", "export", "write what is shown to a file", id="flows.export"),
        Binding("h,left", "sideways(-1)", "larger funds, or the cursor to an earlier day", id="flows.left"),
        Binding("l,right", "sideways(1)", "smaller funds, or the cursor to a later day", id="flows.right"),
        Binding("u", "unit", "funds in dollars or in coins", id="flows.unit"),
        Binding("enter", "open", "the history alone, or the days again", id="flows.open"),
        Binding("s", "span(1, True)", "next span", id="flows.span"),
        Binding("[", "span(-1, False)", "shorter span", id="flows.shorter"),
        Binding("]", "span(1, False)", "longer span", id="flows.longer"),
        Binding("j,down", "move(1)", "down: older", id="flows.down"),
        Binding("k,up", "move(-1)", "up: newer", id="flows.up"),
        Binding("pagedown", "page(1)", "page down", id="flows.page_down"),
        Binding("pageup", "page(-1)", "page up", id="flows.page_up"),
        Binding("home", "move(-9999)", "newest", id="flows.first"),
        Binding("end,G", "last", "oldest; of the history, cursor off", id="flows.last"),
    ]
    title = "ETF flows"
    topics = frozenset({"flows"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._head, self._foot = Lines(id="flows-head"), Lines(id="flows-foot")
        self._days, self._notes = PickList(id="flows-days"), Listing(id="flows-notes")
        self._chart = StackChart(flow_history.SPANS, "1y", id="flows-history")
        self._view: View | None = None
        self._at: Shown = "days"
        self._first = 0
        self._in_coins = False
        self._table: Table | None = None
        self._columns = Columns(0, 0, 0)
        self._drawn: tuple[object, ...] = ()
        self._offered: Flows | None = None
        self._newest = ""

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._days
        yield self._foot
        yield self._chart
        yield self._notes

    def show(self, view: View) -> None:
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    # ---- keys

    def action_next_view(self) -> None:
        self._turn_to(SHOWN[(SHOWN.index(self._at) + 1) % len(SHOWN)])

    def action_open(self) -> None:
        self._turn_to("days" if self._at == "history" else "history")

    def action_inspect(self) -> None:
        from tui.screens.inspect import Inspect  # off the path of the first paint

        self.app.push_screen(Inspect("the ETF flows", _readings))

    def action_export(self) -> None:
        flows = self._flows
        if self._view is None or flows is None or not flows.rows:
            self.post_message(Said("nothing to export yet"))
            return
        name, columns, rows = SHEETS[self._at](flows)
        export(self, name, self._view, columns, rows)

    def action_unit(self) -> None:
        self._in_coins = not self._in_coins
        self._redraw()

    def action_sideways(self, step: int) -> None:
        if self._at == "history":
            self._chart.move(step)
        elif self._at == "days":
            count = len(self._columns_of_funds())
            if step < 0 or self._columns.last < count:
                self._first = max(0, self._columns.first + step)
            self._redraw()

    def action_span(self, step: int, around: bool) -> None:
        self._chart.look_back(step, around=around)

    def action_move(self, rows: int) -> None:
        if self._at == "days":
            self._days.move(rows)
            self._draw_foot()
        elif self._at == "notes":
            self._notes.scroll_lines(rows)

    def action_page(self, pages: int) -> None:
        if self._at == "days":
            self._days.page(pages)
            self._draw_foot()
        elif self._at == "notes":
            self._notes.scroll_pages(pages)

    def action_last(self) -> None:
        if self._at == "history":
            self._chart.to_newest()
        else:
            self.action_move(9999)

    def _turn_to(self, name: Shown) -> None:
        self._at = name
        self._redraw()

    # ---- drawing

    @property
    def _flows(self) -> Flows | None:
        return None if self._view is None else self._view.topics.get("flows")

    def _columns_of_funds(self) -> tuple[str, ...]:
        return self._flows.funds if self._flows is not None else ()

    def _redraw(self) -> None:
        self._drawn = ()
        self._draw()

    def _draw(self) -> None:
        """Draw what is to be seen, unless all of it is as it was: only ages move by themselves."""
        view, (width, height) = self._view, self.size
        if view is None or not width:
            return
        flows = self._flows
        known = [one.known_ms for one in flows.readings if one.known_ms is not None] if flows is not None else []
        drawn = (flows, [text.age(view.now_ms - one) for one in known], width, height, view.zone)
        if len(self._drawn) == len(drawn) and all(a is b or a == b for a, b in zip(drawn, self._drawn, strict=True)):
            return
        self._drawn = drawn
        lines = head(flows, view.now_ms, width, self._doubt_rows()) if flows is not None else _waiting()
        self._head.styles.height = len(lines)
        self._head.draw(lines)
        there = flows is not None and bool(flows.rows)
        tall = height >= TALL
        self._days.display = self._foot.display = there and self._at == "days"
        self._chart.display = there and (self._at == "history" or (self._at == "days" and tall))
        self._notes.display = there and self._at == "notes"
        if flows is None or not flows.rows:
            return
        if self._chart.display:
            self._draw_chart(flows)
        if self._at == "days":
            self._draw_days(flows, width)
        elif self._at == "notes":
            self._notes.show([], flow_notes.notes(flows, view.zone, width))

    def _doubt_rows(self) -> int:
        return 0 if self._at == "notes" else 2 if self.size.height >= TALL else 1

    def _draw_chart(self, flows: Flows) -> None:
        alone = self._at == "history"
        self._chart.styles.height = "1fr" if alone else self.size.height * 2 // 5
        if flows is not self._offered:
            self._offered = flows
            self._chart.offer(flow_history.days(flows), flow_history.panels(flows), flow_history.reading(flows))

    def _draw_days(self, flows: Flows, width: int) -> None:
        if self._table is None or self._table.flows is not flows or self._table.in_coins != self._in_coins:
            self._table = flow_rows.table(flows, self._in_coins)
        made = self._table
        self._columns = shown = flow_rows.columns(made, width, self._first)
        items: list[Item] = []
        content: list[FlowRow | Line] = []
        for row, holes in flow_rows.with_holes(flows):
            items.append(Item(row.day.isoformat()))
            content.append(row)
            if holes:
                items.append(Item())
                content.append(flow_rows.hole_row(holes, width))

        def draw(number: int, picked: bool) -> Line:
            one = content[number]
            return flow_rows.day_row(made, one, shown, picked) if isinstance(one, FlowRow) else one

        at_newest = self._days.picked == self._newest
        self._days.offer([flow_rows.caption(made, shown, width), flow_rows.titles(made, shown)], items, draw)
        self._newest = items[0].key
        if at_newest:
            self._days.pick(self._newest)
        self._draw_foot()

    def _draw_foot(self) -> None:
        """Tell the day that is marked in full."""
        made = self._table
        row = next((row for row in made.flows.rows if row.day.isoformat() == self._days.picked), None) if made else None
        if made is None or row is None:
            self._foot.draw([])
            return
        style = LATE if row.provisional or row.missing else PLAIN
        self._foot.draw([((part, style),) for part in wrapped(flow_rows.day_words(made, row), self.size.width, 2)])


def _readings(topics: Mapping[str, Any]) -> Sequence[Reading]:
    flows: Flows | None = topics.get("flows")
    return () if flows is None else flows.readings


def _waiting() -> list[Line]:
    return [(("no flows yet: waiting for the engine", LABEL),)]
