"""The view of the oil curve: what it says, the strip as a picture, the past of its spread, and the numbers."""

from typing import Literal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from feeds.topics import Oil
from tui.boundary import Bounded
from tui.theme import LABEL, level_mark
from tui.widgets import oil_numbers, oil_past
from tui.widgets.flow_chart import StackChart
from tui.widgets.flow_words import named, wrapped
from tui.widgets.lines import Line, Lines
from tui.widgets.listing import Listing
from tui.widgets.oil_words import head
from tui.widgets.strip_chart import chart, legend

Part = Literal["all", "past", "numbers"]
PARTS: tuple[Part, ...] = ("all", "past", "numbers")
"""What can be seen: as much as there is room for, or one part alone."""
TALL = 32  # rows below the words from which the past stands under the strip
NUMBERS = 18  # rows from which the numbers stand below the pictures
LEAST_NUMBERS = 7
NOTHING = "no strip to draw: no close of a contract is stored"
BESIDE = 100  # columns from which strip and past stand beside each other


class OilView(Bounded, Vertical):
    """Set by `draw`. Of its parts those are shown that have room; one alone has all of it."""

    DEFAULT_CSS = """
    OilView { width: 1fr; height: 1fr; }
    OilView #oil-charts { height: 1fr; }
    OilView #oil-charts.-below { layout: vertical; }
    OilView #oil-strip { width: 3fr; height: 1fr; }
    OilView #oil-past { width: 2fr; height: 1fr; margin: 0 0 0 2; }
    OilView .-below #oil-past, OilView .-alone #oil-past { margin: 0; width: 1fr; }
    OilView .-below #oil-strip { width: 1fr; }
    OilView #oil-foot { height: 2; }
    """

    def __init__(self) -> None:
        super().__init__(id="oil")
        self._head, self._foot = Lines(id="oil-head"), Lines(id="oil-foot")
        self._charts = Horizontal(id="oil-charts")
        self._strip = StripPicture(id="oil-strip")
        self.past = StackChart(oil_past.SPANS, oil_past.SPAN, id="oil-past")
        self.numbers = Listing(id="oil-numbers")
        self._offered: Oil | None = None

    def compose(self) -> ComposeResult:
        yield self._head
        with self._charts:
            yield self._strip
            yield self.past
        yield self.numbers
        yield self._foot

    def draw(self, oil: Oil | None, part: Part, now_ms: int, width: int, height: int) -> None:
        """Show that part of it in so many cells."""
        if oil is None:
            self._head.styles.height = 1
            self._head.draw([(("no oil curve yet: waiting for the engine", LABEL),)])
            self._charts.display = self.numbers.display = self._foot.display = False
            return
        lines = head(oil, now_ms, width, height, brief=part != "all")
        self._head.styles.height = len(lines)
        self._head.draw(lines)
        self._lay_out(oil, part, width, height - len(lines))
        self._offer(oil, width)

    def _lay_out(self, oil: Oil, part: Part, width: int, free: int) -> None:
        """Decide which parts are seen, and how many rows the numbers have of those that are free.

        Where the past is, or would be, stands why it is no longer.
        """
        whole = part == "all"
        below, beside = whole and free >= TALL, whole and width >= BESIDE
        self._charts.display = part != "numbers"
        self._strip.display = whole
        self.past.display = part == "past" or ((below or beside) and bool(oil_past.days(oil)))
        self._charts.set_class(below, "-below")
        self._charts.set_class(part == "past", "-alone")
        self.numbers.display = part == "numbers" or (whole and free >= NUMBERS)
        rows = len(oil_numbers.rows(oil, width)) + 1
        room = max(LEAST_NUMBERS, min(rows, free // 3 if below else free * 2 // 5))
        self.numbers.styles.height = room if whole else "1fr"
        foot: list[Line] = [((said, LABEL),) for note in oil.notes for said in wrapped(note, width, 2)]
        self._foot.display = part != "numbers" and (self.past.display or not oil.history)
        self._foot.styles.height = len(foot)
        self._foot.draw(foot)

    def _offer(self, oil: Oil, width: int) -> None:
        """Hand the topic to the charts where it is another one; the numbers are cheap."""
        if oil is not self._offered:
            self._offered = oil
            self.past.offer(oil_past.days(oil), oil_past.panels(oil), oil_past.reading(oil))
            self._strip.offer(oil)
        if self.numbers.display:
            self.numbers.show([oil_numbers.titles(oil, width)], oil_numbers.rows(oil, width))


class StripPicture(Lines):
    """The strip with its legend, drawn anew for another topic or size."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._oil: Oil | None = None

    def offer(self, oil: Oil) -> None:
        self._oil = oil
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        if self._oil is None or not height:
            return
        strips, by_name = self._oil.strips, named(self._oil.readings)
        newest = (by_name[name] for name in ("oil.cl1", "oil.cl6"))
        mark = next(
            (level_mark(one.quality) for one in newest if one.value is not None and one.period == self._oil.day), ""
        )
        words = legend(strips, mark, width, 2 if height >= 8 else 1)
        drawn = chart(strips, width, height - len(words))
        self.draw([*words, *drawn] if drawn else [] if strips else [((NOTHING, LABEL),)])
