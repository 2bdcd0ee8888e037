"""Who sets the price: CME's open interest against that of four exchanges, always with the dates of both."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from feeds.topics import Curve, Reading, Share
from tui.export import export
from tui.pane import Pane, Said, View
from tui.theme import LABEL, LATE, PLAIN
from tui.widgets import share_export, share_history, share_rows
from tui.widgets.flow_chart import StackChart
from tui.widgets.flow_words import named, wrapped
from tui.widgets.lines import Line, Lines
from tui.widgets.pick_list import Item, PickList
from tui.widgets.share_rows import Week
from tui.widgets.share_words import CARRY, head

Shown = Literal["now", "history", "weeks"]
SHOWN: tuple[Shown, ...] = ("now", "history", "weeks")
TALL = 26
"""Rows from which the history stands below the newest week."""


class SharePane(Pane):
    """Draws the topic `share`: the newest week, the history as a chart, or all weeks; and the carry of `curve`."""

    DEFAULT_CSS = """
    SharePane { layout: vertical; }
    SharePane #share-head { height: 4; }
    SharePane #share-weeks { height: 1fr; }
    SharePane #share-foot { height: 3; }
    SharePane #share-history { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "next_view", "newest week, history, all weeks", id="share.view"),
        Binding("i", "inspect", "where the numbers come from", id="share.inspect"),
        Binding("e", "export", "write what is shown to a file", id="share.export"),
        Binding("enter", "open", "the history alone, or the newest week again", id="share.open"),
        Binding("h,left", "cursor(-1)", "cursor to an earlier week", id="share.earlier"),
        Binding("l,right", "cursor(1)", "cursor to a later week", id="share.later"),
        Binding("s", "span(1, True)", "next span", id="share.span"),
        Binding("[", "span(-1, False)", "shorter span", id="share.shorter"),
        Binding("]", "span(1, False)", "longer span", id="share.longer"),
        Binding("j,down", "move(1)", "down: older", id="share.down"),
        Binding("k,up", "move(-1)", "up: newer", id="share.up"),
        Binding("pagedown", "page(1)", "page down", id="share.page_down"),
        Binding("pageup", "page(-1)", "page up", id="share.page_up"),
        Binding("home", "move(-9999)", "newest", id="share.first"),
        Binding("end,G", "last", "oldest; of the history, cursor off", id="share.last"),
    ]
    title = "who sets the price"
    topics = frozenset({"share", "curve"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._head, self._foot = Lines(id="share-head"), Lines(id="share-foot")
        self._list = PickList(id="share-weeks")
        self._chart = StackChart(share_history.SPANS, "3y", id="share-history")
        self._view: View | None = None
        self._at: Shown = "now"
        self._offered: Share | None = None
        self._listed: tuple[Share, list[Item], list[Week | Line]] | None = None
        self._newest = ""
        self._drawn: tuple[Share | None, int, int, Shown] | None = None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._list
        yield self._foot
        yield self._chart

    def show(self, view: View) -> None:
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    # ---- keys

    def action_next_view(self) -> None:
        self._turn_to(SHOWN[(SHOWN.index(self._at) + 1) % len(SHOWN)])

    def action_open(self) -> None:
        self._turn_to("now" if self._at == "history" else "history")

    def action_inspect(self) -> None:
        from tui.screens.inspect import Inspect  # off the path of the first paint

        self.app.push_screen(Inspect("open interest", _readings))

    def action_export(self) -> None:
        share = self._share
        if self._view is None or share is None or not share.weeks:
            self.post_message(Said("nothing to export yet"))
            return
        name, columns, rows = share_export.now(share) if self._at == "now" else share_export.weeks(share)
        export(self, name, self._view, columns, rows)

    def action_cursor(self, step: int) -> None:
        self._chart.move(step)

    def action_span(self, step: int, around: bool) -> None:
        self._chart.look_back(step, around=around)

    def action_move(self, rows: int) -> None:
        if self._at == "weeks":
            self._list.move(rows)
            self._draw_foot()

    def action_page(self, pages: int) -> None:
        if self._at == "weeks":
            self._list.page(pages)
            self._draw_foot()

    def action_last(self) -> None:
        if self._at == "weeks":
            self.action_move(9999)
        else:
            self._chart.to_newest()

    def _turn_to(self, name: Shown) -> None:
        self._at = name
        self._draw()

    # ---- drawing

    @property
    def _share(self) -> Share | None:
        return None if self._view is None else self._view.topics.get("share")

    def _draw(self) -> None:
        view, (width, height) = self._view, self.size
        if view is None or not width:
            return
        share = self._share
        if share is None:
            lines: list[Line] = [(("no open interest yet: waiting for the engine", LABEL),)]
        else:
            lines = head(share, _carry(view.topics), view.now_ms, width, whole=self._at == "now")
        if self._head.styles.height is None or self._head.styles.height.value != len(lines):
            self._head.styles.height = len(lines)
        self._head.draw(lines)
        before, self._drawn = self._drawn, (share, width, height, self._at)
        if before is not None and before[0] is share and before[1:] == self._drawn[1:]:
            return  # the head alone has ages, and the carry, which moves with the market
        there = share is not None and bool(share.weeks)
        self._chart.display = there and (self._at == "history" or (self._at == "now" and height >= TALL))
        self._list.display = self._foot.display = there and self._at == "weeks"
        if share is not None and there:
            self._draw_history(share)
            self._draw_weeks(share, width)

    def _draw_history(self, share: Share) -> None:
        if share is not self._offered:
            self._offered = share
            self._chart.offer(share_history.days(share), share_history.panels(share), share_history.reading(share))

    def _draw_weeks(self, share: Share, width: int) -> None:
        if not self._list.display:
            return
        if self._listed is None or self._listed[0] is not share:
            items: list[Item] = []
            content: list[Week | Line] = []
            gaps = {after: (before, after, count) for before, after, count in share.gaps}
            for row in share_rows.weeks(share):
                items.append(Item(row.week.day.isoformat()))
                content.append(row)
                if gap := gaps.get(row.week.day):
                    items.append(Item())
                    content.append(share_rows.gap_row(*gap))
            self._listed = (share, items, content)
        _, items, content = self._listed

        def draw(number: int, picked: bool) -> Line:
            one = content[number]
            return share_rows.week_row(one, picked, width) if isinstance(one, Week) else one

        at_newest = self._list.picked == self._newest
        self._list.offer([share_rows.titles(width)], items, draw)
        self._newest = items[0].key
        if at_newest:
            self._list.pick(self._newest)
        self._draw_foot()

    def _draw_foot(self) -> None:
        """Tell the week that is marked in full."""
        content = self._listed[2] if self._listed else []
        picked = self._list.picked
        row = next((one for one in content if isinstance(one, Week) and one.week.day.isoformat() == picked), None)
        if row is None:
            self._foot.draw([])
            return
        style = LATE if row.week.doubted or row.week.older or row.week.missing else PLAIN
        self._foot.draw([((part, style),) for part in wrapped(share_rows.week_words(row), self.size.width, 3)])


def _readings(topics: Mapping[str, Any]) -> Sequence[Reading]:
    share: Share | None = topics.get("share")
    carry = _carry(topics)
    return (*(() if share is None else share.readings), *(() if carry is None else (carry,)))


def _carry(topics: Mapping[str, Any]) -> Reading | None:
    curve: Curve | None = topics.get("curve")
    return None if curve is None else named(curve.readings).get(CARRY)
