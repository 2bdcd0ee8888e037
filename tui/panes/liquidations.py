"""Liquidations: whether they cascade, who was closed by force, how far the numbers can be believed, and the events."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize

from feeds.topics import WINDOWS, Cascade, Liquidations, Metric
from tui.pane import Pane, View
from tui.theme import QUALITY, sum_mark
from tui.widgets.cascade_list import CascadeList
from tui.widgets.ladder import Ladder
from tui.widgets.level_rows import Largest, largest, sign
from tui.widgets.lines import Line, Lines
from tui.widgets.liquidation_plan import LEVELS_KEPT, VIEWS, Given, Plan, draw, plan
from tui.widgets.liquidation_rows import quality_of
from tui.widgets.listing import Listing
from tui.widgets.minute_rows import by_time
from tui.widgets.tape import Tape
from tui.widgets.tape_rows import LEAST
from tui.widgets.venue_rows import by_venue, ranked, venues


class LiquidationsPane(Pane):
    """Shows one view of the liquidations below what always stands: the level, the totals, their standing.

    In a cascade no section comes, goes or changes its size because of new data, and venues keep their order.
    """

    DEFAULT_CSS = """
    LiquidationsPane { layout: vertical; }
    LiquidationsPane #liq-head { height: 3; }
    LiquidationsPane #liq-middle { height: 1fr; }
    LiquidationsPane .-view { width: 1fr; }
    LiquidationsPane #liq-beside { display: none; margin: 0 0 0 2; }
    LiquidationsPane #liq-ladder-beside { margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "next view", id="liquidations.view"),
        Binding("f", "least", "least size on the tape", id="liquidations.least"),
        Binding("w", "window", "window of the totals", id="liquidations.window"),
        Binding("j,down", "scroll(1)", "down: older, or lower prices", id="liquidations.older"),
        Binding("k,up", "scroll(-1)", "up: newer, or higher prices", id="liquidations.newer"),
        Binding("pagedown", "page(1)", "a page down", id="liquidations.page_older"),
        Binding("pageup", "page(-1)", "a page up", id="liquidations.page_newer"),
        Binding("g,end", "newest", "back to the newest, or to the price", id="liquidations.newest"),
        Binding("enter", "open(True)", "open the cascade that is marked", id="liquidations.open"),
        Binding("escape", "open(False)", "back to the list of cascades", id="liquidations.close"),
    ]
    title = "liquidations"
    topics = frozenset({"liquidations", "tape", "ladder", "cascades", "price"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._view: View | None = None
        self._window = "1h"
        self._at = VIEWS[0]
        self._head = Lines(id="liq-head")
        self._tape, self._ladder = Tape(id="liq-tape", classes="-view"), Ladder(id="liq-ladder", classes="-view")
        self._list = Listing(id="liq-list", classes="-view")
        self._cascades = CascadeList(id="liq-cascades", classes="-view")
        self._beside, self._venues = Vertical(id="liq-beside"), Lines(id="liq-venues")
        self._second_ladder = Ladder(id="liq-ladder-beside")
        self._shown: dict[str, Tape | Ladder | Listing] = {
            "tape": self._tape,
            "by price": self._ladder,
            "by venue": self._list,
            "by time": self._list,
            "cascades": self._cascades,
        }
        self._largest: Largest | None = None
        self._order: list[str] = []
        self._planned: tuple[tuple[int, int, str], Plan] | None = None

    def compose(self) -> ComposeResult:
        yield self._head
        with Horizontal(id="liq-middle"):
            yield self._tape
            yield self._ladder
            yield self._list
            yield self._cascades
            with self._beside:
                yield self._venues
                yield self._second_ladder

    def show(self, view: View) -> None:
        self._view = view
        if view.changed == {"price"} and self._at != "by price" and not self._beside.display:
            return  # the price moves many times a second, and only a ladder shows it
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        if self._view is None or not width:
            return
        view = self._view
        liq: Liquidations | None = view.topics.get("liquidations")
        past: tuple[Cascade, ...] = view.topics.get("cascades", ())
        running = liq.running if liq is not None else None
        cascades = past if running is None else (running, *past)
        seen = None if liq is None else self._largest
        self._largest = largest(seen, view.topics.get("tape", ()), cascades, view.now_ms)
        if liq is not None:
            kept = self._order if liq.level in LEVELS_KEPT else ()
            self._order = [row.venue for row in ranked(liq.venues, self._window, kept)]
        given = Given(
            liq, past[0] if past else None, self._largest, self._window, self._at, view.now_ms, view.zone, width, height
        )
        made = self._made(given)
        rows = draw(given, made, ranked(liq.venues, self._window, self._order) if liq else [])
        self._head.styles.height = len(rows)
        self._head.draw(rows)
        self._draw_view(given, made, cascades, height - len(rows))
        self._draw_beside(given, made, height - len(rows))

    def _made(self, given: Given) -> Plan:
        """The plan for what is given; in a cascade the one that was, as long as size and view are the same."""
        place = (given.width, given.height, given.view)
        if self._planned is None or self._planned[0] != place or not given.frozen:
            self._planned = (place, plan(given))
        return self._planned[1]

    def _draw_view(self, given: Given, made: Plan, cascades: tuple[Cascade, ...], height: int) -> None:
        view, liq = self._view, given.liq
        assert view is not None
        active = self._shown[given.view]
        for one in (self._tape, self._ladder, self._list, self._cascades):
            one.display = one is active
        self._tape.show(view.topics.get("tape"), view.now_ms, view.zone, gathered=given.frozen)
        if given.view == "by price":
            self._show_ladder(self._ladder)
        elif given.view == "cascades":
            floor = (
                QUALITY["floor"] if liq is None or liq.running is None else sign(liq, liq.running.from_ms, view.now_ms)
            )
            self._cascades.offer(cascades, floor, view.now_ms, view.zone)
        elif given.view in ("by venue", "by time") and liq is not None:
            head: list[Line]
            if given.view == "by venue":
                first, body = by_venue(ranked(liq.venues, self._window, self._order), self._window, given.width)
                head = [first]
            else:
                head, body = by_time(liq, view.now_ms, given.width, height)
            self._list.show(head, body)

    def _draw_beside(self, given: Given, made: Plan, height: int) -> None:
        self._beside.display = made.beside > 0
        if not made.beside or given.liq is None:
            return
        self._beside.styles.width = made.beside
        self._venues.styles.height = made.venues
        self._venues.draw(venues(ranked(given.liq.venues, self._window, self._order), self._window, made.venues))
        self._second_ladder.display = made.venues < height
        if made.venues < height:
            self._show_ladder(self._second_ladder)

    def _show_ladder(self, ladder: Ladder) -> None:
        view = self._view
        assert view is not None
        liq, price = view.topics.get("liquidations"), view.topics.get("price")
        floor = QUALITY["floor"] if liq is None else sum_mark(quality_of(liq, self._window))
        last: Metric | None = None if price is None else price.reference
        ladder.show(view.topics.get("ladder"), self._window, floor, last, view.now_ms)

    def action_view(self) -> None:
        self._at = VIEWS[(VIEWS.index(self._at) + 1) % len(VIEWS)]
        self._shown[self._at].to_newest()
        self._draw()

    def action_least(self) -> None:
        sizes = list(LEAST)
        self._tape.show_from(sizes[(sizes.index(self._tape.least) + 1) % len(sizes)])

    def action_window(self) -> None:
        self._window = WINDOWS[(WINDOWS.index(self._window) + 1) % len(WINDOWS)]
        self._order = []
        self._draw()

    def action_scroll(self, lines: int) -> None:
        self._shown[self._at].scroll_lines(lines)

    def action_page(self, pages: int) -> None:
        self._shown[self._at].scroll_pages(pages)

    def action_newest(self) -> None:
        self._shown[self._at].to_newest()

    def action_open(self, opened: bool) -> None:
        if self._at == "cascades":
            self._cascades.open(opened)
