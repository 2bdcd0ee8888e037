"""A whole chart as rows: candles or line, volume, axes, cursor. Pure: what is shown depends on the arguments alone."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from msgspec import Struct

from feeds import text
from feeds.topics import BarRow, Bars, LiveBar
from tui.theme import ACCENT, BOLD, DIM, DOWN, LABEL, UP
from tui.widgets.candle_rows import Glyph, Grid, candles, line, under, volume
from tui.widgets.candle_words import moment
from tui.widgets.lines import Line
from tui.widgets.scale import Scale, price_ticks, time_ticks

MARK = {True: UP + BOLD, False: DOWN + BOLD}


class Chart(Struct, frozen=True):
    """What is to be drawn. `slots` are opening times, oldest first; `closed` has the candles that exist, by time.

    `full`: the volume that a full bar stands for.
    """

    slots: range
    closed: Mapping[int, BarRow]
    live: BarRow | None
    scale: Scale
    full: float
    pitch: int
    as_line: bool
    dim: bool
    cursor: int | None
    zone: tzinfo

    @property
    def middle(self) -> int:
        """The column of a candle's wick within its own columns."""
        return 1 if self.pitch > 2 else 0

    def at(self, ms: int) -> int:
        """The first column of a time slot."""
        return self.slots.index(ms) * self.pitch


def running(bars: Bars, live: LiveBar | None) -> BarRow | None:
    """The running candle if it belongs to these bars and none of them has its place already."""
    if live is None or live.row is None or (live.venue, live.timeframe) != (bars.venue, bars.timeframe):
        return None
    return None if bars.rows and live.row.t <= bars.rows[-1].t else live.row


def window(newest: int, now_ms: int, end: int | None, cursor: int | None, count: int, frame_ms: int) -> range:
    """The `count` time slots in view. `end`: the last one, or `None` to follow the market; the cursor is kept in view.

    Time goes on without candles, but no more than a quarter of the view is given to their absence.
    """
    spare = count // 4 * frame_ms
    follow = max(newest, min(now_ms // frame_ms * frame_ms, newest + spare))
    last = follow if end is None else min(end, follow)
    if cursor is not None and cursor > last:
        last = min(follow, cursor + spare)
    elif cursor is not None and cursor <= last - count * frame_ms:
        last = cursor - spare + (count - 1) * frame_ms
    return range(last - (count - 1) * frame_ms, last + frame_ms, frame_ms)


def heights(height: int) -> tuple[int, int, int]:
    """Rows for prices, volume and the time axis."""
    times = 1 if height >= 4 else 0
    volumes = 2 if height >= 22 else 1 if height >= 12 else 0
    return max(0, height - times - volumes), volumes, times


def axis_width(highest: float) -> int:
    """Columns of the price axis: a mark and the longest price. Of all candles, so that scrolling does not change it."""
    return 1 + len(text.price(highest))


def still(chart: Chart, height: int) -> Grid:
    """All but the running candle: prices, volume, times. Worth keeping, for it is the same from tick to tick."""
    rows, volumes, times = heights(height)
    if rows < 1:
        return []
    bars = [chart.closed.get(ms) for ms in chart.slots]
    draw = line if chart.as_line else candles
    grid = draw(bars, chart.scale, rows, chart.pitch, chart.dim)
    ticks = time_ticks(chart.slots, chart.pitch, chart.zone, chart.slots.step)
    now = None if chart.live is None else chart.live.t
    dots = [(index * chart.pitch, "·", LABEL) for index, _ in ticks if chart.slots[index] != now]
    for row in price_ticks(chart.scale, rows):
        under(grid, row, dots)
    if chart.cursor is not None and chart.cursor in chart.slots and chart.cursor != now:
        for row in range(rows):
            under(grid, row, [(chart.at(chart.cursor) + chart.middle, "┊", ACCENT)])
    grid += volume(bars, volumes, chart.pitch, chart.full)
    return grid + [_times(ticks, chart)] * times


def moving(chart: Chart, height: int) -> Grid:
    """The running candle alone, in the rows and columns where it belongs."""
    rows, volumes, times = heights(height)
    if rows < 1 or chart.live is None or chart.live.t not in chart.slots:
        return [[] for _ in range(max(0, rows + volumes + times))]
    bars = (chart.closed.get(chart.live.t - chart.slots.step), chart.live)
    draw = line if chart.as_line else candles
    grid = draw(bars, chart.scale, rows, chart.pitch, chart.dim)
    grid += volume(bars, volumes, chart.pitch, chart.full)
    start = chart.at(chart.live.t)
    own = [[(x + start - chart.pitch, sign, style) for x, sign, style in row if x >= chart.pitch] for row in grid]
    if chart.cursor == chart.live.t:
        for row in range(rows):
            under(own, row, [(start + chart.middle, "┊", ACCENT)])
    return own + [[]] * times


def _times(ticks: Sequence[tuple[int, str]], chart: Chart) -> list[Glyph]:
    width = len(chart.slots) * chart.pitch
    glyphs: list[Glyph] = [
        (index * chart.pitch + chart.middle, f"╵{label}", LABEL)
        for index, label in ticks
        if index * chart.pitch + chart.middle + len(label) < width
    ]
    if chart.cursor is None or chart.cursor not in chart.slots:
        return glyphs
    x = chart.at(chart.cursor) + chart.middle
    when = moment(chart.cursor, chart.zone, chart.slots.step)
    start, label = (x, f"▴{when}") if x + len(when) < width else (x - len(when), f"{when}▴")
    if start >= 0:
        glyphs = [g for g in glyphs if g[0] + len(g[1]) < start or g[0] > start + len(label)]
        glyphs.append((start, label, ACCENT))
    return sorted(glyphs, key=lambda glyph: glyph[0])


def axis(chart: Chart, width: int, height: int, corner: str) -> list[Line]:
    """The rows of the price axis: labels, the last price marked, the scale of volume, and `corner` below."""
    rows, volumes, times = heights(height)
    if rows < 1:
        return []
    lines: list[Line] = [()] * rows
    for row, label in price_ticks(chart.scale, rows).items():
        if len(label) < width:
            lines[row] = ((f" {label:>{width - 1}}", LABEL),)
    last = chart.live or chart.closed[max(chart.closed)]
    if chart.scale.low <= last.c <= chart.scale.high:
        mark = f"◂{text.price(last.c):>{width - 1}}"
        lines[chart.scale.place(last.c, rows)] = ((mark, DIM if chart.dim else MARK[last.c >= last.o]),)
    if volumes:
        label = f"{text.btc(chart.full).removesuffix('.00')} BTC"
        lines += [((f" {label:>{width - 1}}", LABEL),) if len(label) < width else ()]
        lines += [()] * (volumes - 1)
    if times:
        lines.append(((f" {corner:>{width - 1}}"[:width], LABEL),))
    return lines
