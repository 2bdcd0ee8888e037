"""Where numbers come from: the readings of a pane, and of one of them all that is known, down to its inputs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize

from feeds.text import plain
from feeds.topics import Macro, Reading, SeriesPage
from tui.keys import bindings
from tui.screens.framed import Framed, LaidOut
from tui.theme import BAD, LABEL, TITLE
from tui.widgets.footer import Footer
from tui.widgets.lines import Line, Lines
from tui.widgets.listing import Listing
from tui.widgets.pick_list import Item, PickList
from tui.widgets.reading_words import by_id, input_row, inputs_title, listed, live, origin, room_for, told

BESIDE = 100  # columns from which the list stands beside what is told of the one picked
Readings = Callable[[Mapping[str, Any]], Sequence[Reading]]


class Inspect(Framed):
    """The page over the panes. It goes on following the topics, so the numbers in it age and change.

    The series of the input that is marked is asked of the engine, for its address and its field.
    """

    DEFAULT_CSS = """
    Inspect #inspect-head { height: 1; padding: 0 1; }
    Inspect #inspect-body { height: 1fr; layout: vertical; padding: 0 1; }
    Inspect #inspect-body.-beside { layout: horizontal; }
    Inspect #inspect-list { height: 7; }
    Inspect #inspect-one { height: 1fr; margin: 1 0 0 0; }
    Inspect .-beside #inspect-list { width: 46; height: 1fr; }
    Inspect .-beside #inspect-one { margin: 0 0 0 3; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,i", "app.pop_screen", "close", id="inspect.close"),
        Binding("j,down", "move(1)", "next number", id="inspect.down"),
        Binding("k,up", "move(-1)", "number before", id="inspect.up"),
        Binding("l,right,tab", "input(1)", "next input", id="inspect.input_down"),
        Binding("h,left,shift+tab", "input(-1)", "input before", id="inspect.input_up"),
        Binding("enter", "open", "chart and vintages of the input", id="inspect.open"),
        Binding("pagedown", "page(1)", "page down", id="inspect.page_down"),
        Binding("pageup", "page(-1)", "page up", id="inspect.page_up"),
    ]

    def __init__(self, title: str, readings: Readings, at: str = "") -> None:
        """`readings`: gives those of the pane from the topics. `at`: the name of the one to begin with."""
        super().__init__()
        self._title, self._readings = title, readings
        self._first = at
        self._input = 0
        self._follow = False
        self._head, self._list = Lines(id="inspect-head"), PickList(id="inspect-list")
        self._one, self._footer = Listing(id="inspect-one"), Footer(id="footer")
        self._body = Container(id="inspect-body")
        self._given: tuple[Mapping[str, Any], int, tzinfo] | None = None
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        self.fit_header()
        yield self.header
        yield self._head
        with self._body:
            yield self._list
            yield self._one
        yield self._footer

    def on_resize(self, _: Resize) -> None:
        self.fit_header()
        self._body.set_class(self.app.size.width >= BESIDE, "-beside")
        self._drawn = ()
        self.call_after_refresh(self.post_message, LaidOut())

    def show(self, topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> None:
        """Draw what the topics say, once a second, or when it changed."""
        self._given = (topics, now_ms, zone)
        if not self._one.size.width:
            return
        try:
            readings = self._readings(topics)
            drawn = (tuple(readings), now_ms // 1000, zone, *(topics.get(name) for name in (*self.wants, "macro")))
            if drawn != self._drawn:
                self._drawn = drawn
                self._footer.show(bindings(self.BINDINGS), "")
                self._draw(readings, topics, now_ms, zone)
        except Exception as error:  # noqa: BLE001  a fault here is shown here, and the panes go on
            self._head.draw([((plain(f"{self._title} cannot be inspected: {error!r}"), BAD),)])

    def _draw(self, readings: Sequence[Reading], topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> None:
        count = "1 number" if len(readings) == 1 else f"{len(readings)} numbers"
        self._head.draw([((plain(f"where the numbers of {self._title} come from"), TITLE), (f"  {count}", LABEL))])
        width = self._list.size.width
        room = room_for(readings, width)

        def draw(number: int, picked: bool) -> Line:
            return listed(readings[number], picked, now_ms, width, room)

        self._list.offer([], [Item(one.name) for one in readings], draw)
        if self._first:
            self._list.pick(self._first)
            self._first = ""
        one = next((reading for reading in readings if reading.name == self._list.picked), None)
        if one is None:
            self.wants = ()
            self._one.show([], [(("no number of it is known: waiting for the engine", LABEL),)])
            return
        self._tell(one, topics, now_ms, zone)

    def _tell(self, one: Reading, topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> None:
        """Draw all of one reading; below the input that is marked stands where it comes from."""
        width = self._one.size.width
        macro: Macro | None = topics.get("macro")
        rows = by_id(macro.rows) if macro else {}
        lines: list[Line] = [*told(one, now_ms, zone, width), (), *inputs_title(one)]
        self._input = max(0, min(self._input, len(one.inputs) - 1))
        keep = len(lines) + self._input
        wanted = ""
        for number, used in enumerate(one.inputs):
            picked = number == self._input
            lines.append(input_row(used, rows.get(used.series), picked, zone, width))
            if picked:
                wanted = "" if live(used) else f"series.{used.series}"
                page: SeriesPage | None = topics.get(wanted)
                below = origin(used, rows.get(used.series), page, zone, width)
                lines += below
                keep += len(below) if self._follow and number else 0
        self.wants = (wanted,) if wanted else ()
        self._one.show([], lines, keep if self._follow else None)
        self._follow = False

    def _again(self) -> None:
        if self._given is not None:
            self._drawn = ()
            self.show(*self._given)

    def action_move(self, rows: int) -> None:
        self._list.move(rows)
        self._input = 0
        self._one.to_newest()
        self._again()

    def action_input(self, step: int) -> None:
        self._input += step
        self._follow = True
        self._again()

    def action_page(self, pages: int) -> None:
        self._one.scroll_pages(pages)

    def action_open(self) -> None:
        """Open the page of the series that is marked among the inputs."""
        if self.wants:
            from tui.screens.series_page import SeriesScreen  # only where it is asked for

            self.app.push_screen(SeriesScreen(self.wants[0].removeprefix("series.")))
