"""The price: reference, changes, candles, and what each venue says."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize

from feeds.settings import Settings
from feeds.topics import TIMEFRAMES
from tui.pane import Pane, View
from tui.widgets.candles import Candles
from tui.widgets.lines import Lines
from tui.widgets.price_rows import VENUE_WIDTH, head, venues_below, venues_beside

WIDE = 100  # columns from which the venues stand beside the chart
TALL = 26  # rows from which they stand below it, in a narrower pane


class PricePane(Pane):
    """Draws the topics `price` and, of the time frame picked, `bars` and `bar`."""

    DEFAULT_CSS = """
    PricePane { layout: vertical; }
    PricePane #price-head { height: 2; }
    PricePane #price-middle { height: 1fr; }
    PricePane #price-beside { display: none; margin: 0 0 0 2; }
    PricePane #price-below { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("[", "frame(-1)", "shorter candles", id="price.shorter"),
        Binding("]", "frame(1)", "longer candles", id="price.longer"),
        Binding("c", "style", "candles or line", id="price.style"),
        Binding("h,left", "cursor(-1)", "cursor to an earlier candle", id="price.earlier"),
        Binding("l,right", "cursor(1)", "cursor to a later candle", id="price.later"),
        Binding("pageup", "page(-1)", "a screen back in history", id="price.page_back"),
        Binding("pagedown", "page(1)", "a screen forward", id="price.page_on"),
        Binding("end,G", "now", "back to now, cursor off", id="price.now"),
        Binding("k,up,plus", "zoom(1)", "wider candles", id="price.wider"),
        Binding("j,down,minus", "zoom(-1)", "narrower candles, more of them", id="price.narrower"),
    ]
    title = "price"
    topics = frozenset({"price", *(f"bars.{name}" for name in TIMEFRAMES), *(f"bar.{name}" for name in TIMEFRAMES)})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._view: View | None = None
        self._frame: str = TIMEFRAMES[0]
        self._head, self._beside, self._below = (
            Lines(id="price-head"),
            Lines(id="price-beside"),
            Lines(id="price-below"),
        )
        self._chart = Candles(id="price-chart")

    def compose(self) -> ComposeResult:
        yield self._head
        with Horizontal(id="price-middle"):
            yield self._chart
            yield self._beside
        yield self._below

    def set_up(self, settings: Settings) -> None:
        self._frame = settings.chart.timeframe
        self._chart.as_line = settings.chart.style == "line"

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
        price = view.topics.get("price")
        lines = head(price, view.now_ms, width, 2 if height < 12 else 3)
        self._head.styles.height = len(lines)
        self._head.draw(lines)
        venues = () if price is None else price.venues
        beside = width >= WIDE and bool(venues)
        below = not beside and height >= TALL and bool(venues)
        self._beside.display, self._below.display = beside, below
        self._beside.styles.width = VENUE_WIDTH
        if beside:
            self._beside.draw(venues_beside(venues, view.now_ms, height - len(lines)))
        if below:
            rows = venues_below(venues, view.now_ms, width, height // 5)
            self._below.styles.height = len(rows)
            self._below.draw(rows)
        self._draw_chart()

    def _draw_chart(self) -> None:
        if self._view is not None:
            bars, live = (self._view.topics.get(f"{name}.{self._frame}") for name in ("bars", "bar"))
            self._chart.draw(bars, live, self._frame, self._view.now_ms, self._view.zone)

    def action_frame(self, step: int) -> None:
        at = TIMEFRAMES.index(self._frame) + step
        self._frame = TIMEFRAMES[max(0, min(len(TIMEFRAMES) - 1, at))]
        self._draw_chart()

    def action_style(self) -> None:
        self._chart.toggle_line()

    def action_cursor(self, step: int) -> None:
        self._chart.move(step)

    def action_page(self, pages: int) -> None:
        self._chart.page(pages)

    def action_now(self) -> None:
        self._chart.to_now()

    def action_zoom(self, step: int) -> None:
        self._chart.zoom(step)
