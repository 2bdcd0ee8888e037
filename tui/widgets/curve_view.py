"""The view of the bitcoin futures curve: what it says, the picture, and every contract beneath."""

from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical

from feeds.topics import Curve
from tui.boundary import Bounded
from tui.theme import LABEL, LATE
from tui.widgets import curve_table
from tui.widgets.curve_chart import LEGEND, beyond, chart, scale_of
from tui.widgets.curve_venues import key
from tui.widgets.curve_words import head
from tui.widgets.flow import flow
from tui.widgets.lines import Line, Lines
from tui.widgets.listing import Listing

Part = Literal["all", "numbers"]
PARTS: tuple[Part, ...] = ("all", "numbers")
TALL = 18
"""Rows below the words from which the table stands under the picture."""
LEAST_TABLE, MOST_PICTURE = 7, 24


class CurveView(Bounded, Vertical):
    """Set by `draw`. The table stands below the picture where there is room, or takes all of it."""

    DEFAULT_CSS = """
    CurveView { width: 1fr; height: 1fr; }
    CurveView #btc-picture { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="btc")
        self._head, self._picture = Lines(id="btc-head"), CurvePicture(id="btc-picture")
        self.numbers = Listing(id="btc-numbers")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._picture
        yield self.numbers

    def draw(self, curve: Curve | None, part: Part, now_ms: int, width: int, height: int) -> None:
        """Show that part of it in so many cells."""
        self._picture.display = curve is not None and part == "all"
        self.numbers.display = False
        if curve is None:
            self._head.styles.height = 1
            self._head.draw([(("no futures curve yet: waiting for the engine", LABEL),)])
            return
        lines = head(curve, now_ms, width, height, brief=part == "numbers")
        self._head.styles.height = len(lines)
        self._head.draw(lines)
        self._picture.offer(curve)
        free = height - len(lines)
        self.numbers.display = part == "numbers" or free >= TALL
        if self.numbers.display:
            rows = curve_table.rows(curve, now_ms, width)
            self.numbers.styles.height = (
                "1fr" if part == "numbers" else min(len(rows), max(LEAST_TABLE, free // 2, free - MOST_PICTURE))
            )
            self.numbers.show([], rows)


class CurvePicture(Lines):
    """The picture with its legend, drawn anew for another topic or size."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._curve: Curve | None = None

    def offer(self, curve: Curve) -> None:
        if curve is not self._curve:
            self._curve = curve
            self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        if self._curve is None or not height:
            return
        curve = self._curve
        venues = [point.venue for point in (*curve.points, *curve.cme)] + [row.venue for row in curve.funding]
        items: list[Line] = [(span,) for span in LEGEND]
        scale = scale_of(curve)
        items += [(("▲▼ beyond the scale ", LATE),)] if any(beyond(row, scale) for row in curve.funding) else []
        items += [((said, LABEL),) for said in key(venues)]
        words = flow(items, width, 1 if height < 10 else 2, gap=1)
        drawn = chart(curve, width, height - len(words))
        there = curve.points or curve.funding or curve.cme
        self.draw([*words, *drawn] if drawn else [] if there else [(("no future and no funding to draw", LABEL),)])
