"""Futures curves: oil, whose legs say what the market believes of the strait; and bitcoin, what it pays over cash."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize

from feeds.topics import Curve, Oil, Reading
from tui.export import export
from tui.pane import Pane, Said, View
from tui.theme import ACCENT, LABEL
from tui.widgets import curve_export, curve_view, oil_export, oil_view
from tui.widgets.curve_view import CurveView
from tui.widgets.flow import fit
from tui.widgets.flow_export import Sheet
from tui.widgets.lines import Line, Lines
from tui.widgets.listing import Listing
from tui.widgets.oil_view import OilView

Shown = Literal["WTI oil", "bitcoin"]
SHOWN: tuple[Shown, ...] = ("WTI oil", "bitcoin")
BOTH, BETWEEN = 160, 3
"""Columns from which both stand beside each other, and those between them."""


class CurvePane(Pane):
    """Draws the topics `oil` and `curve`, one at a time, or both where there is room."""

    DEFAULT_CSS = """
    CurvePane { layout: vertical; }
    CurvePane #curve-bar { height: 1; }
    CurvePane #curve-views { height: 1fr; }
    CurvePane .-both #btc { margin: 0 0 0 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "next_view", "oil, bitcoin", id="curve.view"),
        Binding("enter", "part", "the past or the numbers alone", id="curve.part"),
        Binding("i", "inspect", "where the numbers come from", id="curve.inspect"),
        Binding("e", "export", "write what is shown to a file", id="curve.export"),
        Binding("h,left", "cursor(-1)", "of the past: an earlier day", id="curve.earlier"),
        Binding("l,right", "cursor(1)", "a later day", id="curve.later"),
        Binding("end,G", "newest", "the newest day, cursor off", id="curve.newest"),
        Binding("s", "span(1, True)", "next span of the past", id="curve.span"),
        Binding("[", "span(-1, False)", "shorter span", id="curve.shorter"),
        Binding("]", "span(1, False)", "longer span", id="curve.longer"),
        Binding("j,down", "scroll(1)", "down", id="curve.down"),
        Binding("k,up", "scroll(-1)", "up", id="curve.up"),
        Binding("pagedown", "page(1)", "page down", id="curve.page_down"),
        Binding("pageup", "page(-1)", "page up", id="curve.page_up"),
    ]
    title = "futures curve"
    topics = frozenset({"oil", "curve"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._bar, self._views = Lines(id="curve-bar"), Horizontal(id="curve-views")
        self._oil, self._curve = OilView(), CurveView()
        self._view: View | None = None
        self._at: Shown = "WTI oil"
        self._oil_part: oil_view.Part = "all"
        self._btc_part: curve_view.Part = "all"
        self._drawn: tuple[Oil | None, Curve | None, int] | None = None

    def compose(self) -> ComposeResult:
        yield self._bar
        with self._views:
            yield self._oil
            yield self._curve

    def show(self, view: View) -> None:
        self._view = view
        oil, curve, second = self._topic("oil"), self._topic("curve"), view.now_ms // 1000
        if self._drawn is None or not (oil is self._drawn[0] and curve is self._drawn[1] and second == self._drawn[2]):
            self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    # ---- keys

    def action_next_view(self) -> None:
        self._at = SHOWN[(SHOWN.index(self._at) + 1) % len(SHOWN)]
        self._draw()

    def action_part(self) -> None:
        """Show the next part alone, and after the last one all again."""
        if self._at == "bitcoin":
            self._btc_part = "all" if self._btc_part == "numbers" else "numbers"
        else:
            parts = oil_view.PARTS
            self._oil_part = parts[(parts.index(self._oil_part) + 1) % len(parts)]
        self._listing.to_newest()
        self._draw()

    def action_inspect(self) -> None:
        from tui.screens.inspect import Inspect  # off the path of the first paint

        shown = SHOWN if self._both else (self._at,)
        self.app.push_screen(Inspect("the futures curve", lambda topics: _readings(topics, shown)))

    def action_export(self) -> None:
        sheet = self._sheet()
        if self._view is None or sheet is None:
            self.post_message(Said("nothing to export yet"))
            return
        name, columns, rows = sheet
        export(self, name, self._view, columns, rows)

    def action_cursor(self, step: int) -> None:
        self._oil.past.move(step)

    def action_newest(self) -> None:
        self._oil.past.to_newest()

    def action_span(self, step: int, around: bool) -> None:
        self._oil.past.look_back(step, around=around)

    def action_scroll(self, rows: int) -> None:
        self._listing.scroll_lines(rows)

    def action_page(self, pages: int) -> None:
        self._listing.scroll_pages(pages)

    # ---- drawing

    @property
    def _both(self) -> bool:
        return self.size.width >= BOTH

    @property
    def _listing(self) -> Listing:
        """The rows that keys scroll."""
        return self._oil.numbers if self._at == "WTI oil" else self._curve.numbers

    def _topic(self, name: str) -> Any:
        return None if self._view is None else self._view.topics.get(name)

    def _sheet(self) -> Sheet | None:
        """What is shown of the view that keys go to, as rows of a file."""
        oil: Oil | None = self._topic("oil")
        curve: Curve | None = self._topic("curve")
        if self._at == "bitcoin":
            return curve_export.points(curve) if curve is not None else None
        if oil is None or not oil.strips:
            return None
        return oil_export.spreads(oil) if self._oil_part == "past" else oil_export.strips(oil)

    def _draw(self) -> None:
        width, height = self.size
        if self._view is None or not width:
            return
        now_ms, both = self._view.now_ms, self._both
        oil: Oil | None = self._topic("oil")
        curve: Curve | None = self._topic("curve")
        self._drawn = (oil, curve, now_ms // 1000)
        self._views.set_class(both, "-both")
        self._oil.display, self._curve.display = (both or self._at == name for name in SHOWN)
        each = (width - BETWEEN) // 2 if both else width
        self._bar.draw([self._tabs(each)])
        if self._oil.display:
            self._oil.draw(oil, self._oil_part, now_ms, each, height - 1)
        if self._curve.display:
            self._curve.draw(curve, self._btc_part, now_ms, width - each - BETWEEN if both else width, height - 1)

    def _tabs(self, each: int) -> Line:
        """The views, the one that keys go to in brackets; over each where both are shown."""
        tabs = [
            ((f"[{name}]" if name == self._at else f" {name} "), ACCENT if name == self._at else LABEL)
            for name in SHOWN
        ]
        if self._both:
            return ((tabs[0][0].ljust(each + BETWEEN), tabs[0][1]), tabs[1])
        parts = "past, numbers" if self._at == "WTI oil" else "numbers"
        return fit([(0, tuple(tabs)), (1, (("v: next", LABEL),)), (2, ((f"enter: {parts}", LABEL),))], self.size.width)


def _readings(topics: Mapping[str, Any], shown: Sequence[Shown]) -> Sequence[Reading]:
    oil: Oil | None = topics.get("oil") if "WTI oil" in shown else None
    curve: Curve | None = topics.get("curve") if "bitcoin" in shown else None
    return [*(oil.readings if oil else ()), *(curve.readings if curve else ())]
