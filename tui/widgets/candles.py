"""The candle chart: what of the bars is in view, the cursor, and rows that repaint only where they changed."""

from datetime import tzinfo

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from feeds import text
from feeds.topics import TIMEFRAMES, BarRow, Bars, LiveBar
from tui.boundary import Bounded
from tui.theme import LABEL
from tui.widgets.candle_chart import Chart, axis, axis_width, moving, running, still, window
from tui.widgets.candle_rows import PITCHES, Grid, spans, volume_scale
from tui.widgets.candle_words import FRAME_MS, head, notes, readout, zone_name
from tui.widgets.lines import Line, Lines
from tui.widgets.scale import Scale, fitted

ROOM_FOR_HEAD = 7  # rows; in fewer the head comes only with something to say


class Candles(Bounded, Vertical):
    """Bars of one time frame, set by `draw`; keys of the pane move the cursor and the zoom."""

    DEFAULT_CSS = """
    Candles { height: 1fr; width: 1fr; }
    Candles #chart-head { height: 1; }
    Candles #chart-plot { width: 1fr; }
    Candles #chart-axis { width: 10; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.as_line = False
        self._head, self._plot, self._axis = Lines(id="chart-head"), Lines(id="chart-plot"), Lines(id="chart-axis")
        self._pitch = 0
        self._bars: Bars | None = None
        self._by_time: dict[int, BarRow] = {}
        self._live: BarRow | None = None
        self._timeframe = TIMEFRAMES[0]
        self._now_ms = 0
        self._zone: tzinfo | None = None
        self._cursor: int | None = None
        self._end: int | None = None
        self._count = 1
        self._scale: Scale | None = None
        self._still_key: tuple[Chart, int | None, int, int] | None = None
        self._still: Grid = []
        self._still_rows: list[Line] = []

    def compose(self) -> ComposeResult:
        yield self._head
        with Horizontal():
            yield self._plot
            yield self._axis

    def draw(self, bars: Bars | None, live: LiveBar | None, timeframe: str, now_ms: int, zone: tzinfo) -> None:
        """Show these bars; `None` where none have come."""
        if timeframe != self._timeframe:
            self._timeframe, self._scale = timeframe, None
            self._cursor = self._end = None
        if bars is not self._bars:
            self._bars, self._by_time = bars, {} if bars is None else {row.t: row for row in bars.rows}
        self._live = None if bars is None else running(bars, live)
        self._now_ms, self._zone = now_ms, zone
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def toggle_line(self) -> None:
        self.as_line = not self.as_line
        self._redraw()

    def zoom(self, step: int) -> None:
        self._pitch = max(0, min(len(PITCHES) - 1, self._pitch + step))
        self._redraw()

    def to_now(self) -> None:
        """Back to the newest candle, without a cursor."""
        self._cursor = self._end = None
        self._redraw()

    def move(self, candles: int) -> None:
        """Move the cursor; it starts on the newest candle, and takes the view along into history."""
        newest = self._newest()
        if newest is None:
            return
        if self._cursor is None:
            self._cursor = newest
        else:
            oldest = min(self._by_time, default=newest)
            self._cursor = max(oldest, min(newest, self._cursor + candles * FRAME_MS[self._timeframe]))
        self._redraw()

    def page(self, pages: int) -> None:
        self.move(pages * self._count)

    def _newest(self) -> int | None:
        """When the newest candle opened."""
        return self._live.t if self._live is not None else max(self._by_time, default=None)

    def _redraw(self) -> None:
        width, height = self.size
        newest = self._newest()
        if self._zone is None or not width or not height:
            return
        if newest is None or self._bars is None:
            self._say_empty()
            return
        axis_columns = axis_width(max(bar.h for bar in (*self._by_time.values(), *filter(None, [self._live]))))
        self._axis.styles.width = axis_columns
        chart = self._chart(newest, width - axis_columns - 1, self._zone)
        height -= self._draw_head(chart, newest, width, height)
        self._draw_plot(chart, width - axis_columns - 1, height)
        corner = f"{self._timeframe} {zone_name(chart.slots[-1], self._zone, chart.slots.step)}"
        self._axis.draw(axis(chart, axis_columns, height, corner))

    def _chart(self, newest: int, width: int, zone: tzinfo) -> Chart:
        """What is in view, at the present zoom, place in history and scale."""
        frame_ms, pitch = FRAME_MS[self._timeframe], PITCHES[self._pitch]
        self._count = max(1, width // pitch)
        slots = window(newest, self._now_ms, self._end, self._cursor, self._count, frame_ms)
        self._end = None if slots[-1] >= newest else slots[-1]
        seen = self._seen(slots) or [self._live or self._by_time[newest]]
        self._scale = fitted(self._scale, min(bar.l for bar in seen), max(bar.h for bar in seen))
        return Chart(
            slots=slots,
            closed=self._by_time,
            live=self._live,
            scale=self._scale,
            full=volume_scale(max(bar.v for bar in seen)),
            pitch=pitch,
            as_line=self.as_line,
            dim=self._bars is not None and self._bars.cached,
            cursor=self._cursor,
            zone=zone,
        )

    def _seen(self, slots: range) -> list[BarRow]:
        """The candles in view, the running one last."""
        seen = [self._by_time[ms] for ms in slots if ms in self._by_time]
        return [*seen, self._live] if self._live is not None and self._live.t in slots else seen

    def _draw_plot(self, chart: Chart, width: int, height: int) -> None:
        """Lay the running candle over what stands still, and make only the rows anew that it touches."""
        key = (replace(chart, live=None), None if chart.live is None else chart.live.t, width, height)
        left = max(0, width - len(chart.slots) * chart.pitch)
        if key != self._still_key:
            self._still_key, self._still = key, still(chart, height)
            self._still_rows = [spans(row, left) for row in self._still]
        rows = [
            spans([*fixed, *own], left) if own else drawn
            for fixed, drawn, own in zip(self._still, self._still_rows, moving(chart, height), strict=True)
        ]
        self._plot.draw(rows)

    def _draw_head(self, chart: Chart, newest: int, width: int, height: int) -> int:
        """Draw the line above the chart if there is room or need, and return the rows that it takes."""
        assert self._bars is not None
        in_history = newest not in chart.slots
        said = notes(self._bars, self._seen(chart.slots), newest, self._now_ms, in_history)
        if self._cursor is None:
            line = head(self._bars, self.as_line, said, width)
        else:
            bar = self._live if self._cursor == newest and self._live else self._by_time.get(self._cursor)
            line = readout(self._cursor, bar, chart.zone, chart.slots.step, width, chart.dim)
        shown = height >= ROOM_FOR_HEAD or bool(said) or self._cursor is not None
        self._head.display = shown
        self._head.draw([line])
        return 1 if shown else 0

    def _say_empty(self) -> None:
        self._head.display, self._axis.styles.width = False, 0
        waiting = f"waiting for {text.plain(self._bars.venue, 20)}" if self._bars else "waiting for a venue"
        self._plot.draw([((f"no {self._timeframe} candles yet: {waiting}", LABEL),)])
        self._axis.draw([])
