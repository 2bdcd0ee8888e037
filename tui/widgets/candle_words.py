"""What stands above a chart in words: time frame, what is wrong with the candles, the one under the cursor. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from rich.style import Style

from feeds import text
from feeds.topics import TIMEFRAMES, BarRow, Bars
from tui.theme import ACCENT, BOLD, DOWN, LABEL, LATE, PLAIN, UP
from tui.widgets.flow import fit
from tui.widgets.lines import Line, width_of

FRAME_MS = dict(zip(TIMEFRAMES, (60_000 * m for m in (1, 5, 15, 60, 240, 1440)), strict=True))
DAY_MS = FRAME_MS["1d"]
MOVED = {True: UP, False: DOWN}
PICKED = BOLD + Style(reverse=True)


def notes(bars: Bars, seen: Sequence[BarRow], newest: int, now_ms: int, in_history: bool) -> list[Line]:
    """What a reader must know before he trusts the candles in view."""
    frame_ms = FRAME_MS[bars.timeframe]
    said: list[str] = []
    if bars.cached:
        said.append("cached until live")
    if now_ms - newest >= 2 * frame_ms:
        said.append(f"last candle ended {text.age(now_ms - newest - frame_ms)} ago")
    if broken := sum(not bar.complete for bar in seen):
        said.append(f"{broken} partial (dashed)")
    if in_history:
        said.append("history: end goes to now")
    return [((words, LATE),) for words in said]


def head(bars: Bars, as_line: bool, said: Sequence[Line], width: int) -> Line:
    """The time frames with the one shown, the notes, and whose candles these are."""
    tabs: Line = tuple(
        span
        for name in TIMEFRAMES
        for span in (((f"[{name}]", PICKED) if name == bars.timeframe else (f" {name} ", LABEL)),)
    )
    one: Line = ((f"[{bars.timeframe}]", PICKED),)
    whose: Line = ((text.plain(f"{bars.venue} {bars.symbol}", 40), PLAIN),)
    how: Line = (("line" if as_line else "candles", LABEL),)
    rest: list[tuple[int, Line]] = [*((1, note) for note in said), (2, whose), (4, how)]
    room = width - width_of(tabs) - sum(width_of(note) + 2 for note in said)
    return fit([(0, tabs if room >= 0 else one), *rest], width)


def moment(ms: int, zone: tzinfo, frame_ms: int) -> str:
    """When a candle opened, as short as its time frame allows; candles of a day are days of UTC."""
    at = datetime.fromtimestamp(ms / 1000, UTC if frame_ms >= DAY_MS else zone)
    return f"{at.day} {at:%b %Y}" if frame_ms >= DAY_MS else f"{at:%H:%M}"


def zone_name(ms: int, zone: tzinfo, frame_ms: int) -> str:
    """The zone in which a candle's time is told."""
    return "UTC" if frame_ms >= DAY_MS else datetime.fromtimestamp(ms / 1000, zone).tzname() or ""


def readout(ms: int, bar: BarRow | None, zone: tzinfo, frame_ms: int, width: int, cached: bool = False) -> Line:
    """One candle in words and numbers; what finds no room goes whole, the close last."""
    at = datetime.fromtimestamp(ms / 1000, UTC if frame_ms >= DAY_MS else zone)
    day: Line = () if frame_ms >= DAY_MS else ((f"{at.day} {at:%b}", ACCENT),)
    when: Line = ((moment(ms, zone, frame_ms), ACCENT),)
    name: Line = ((zone_name(ms, zone, frame_ms), LABEL),)
    if bar is None:
        return fit([(4, day), (0, when), (5, name), (1, (("no candle", LATE),))], width, 1)
    change = (bar.c / bar.o - 1) * 100 if bar.o else None
    moved = MOVED[bar.c >= bar.o]

    def part(label: str, value: str) -> Line:
        return ((f"{label} ", LABEL), (value, PLAIN))

    whole = ("complete", LABEL) if bar.complete else ("partial", LATE)
    return fit(
        [
            (6, day),
            (0, when),
            (7, name),
            (3, part("O", text.price(bar.o))),
            (3, part("H", text.price(bar.h))),
            (3, part("L", text.price(bar.l))),
            (0, part("C", text.price(bar.c))),
            (5, ((text.percent(change), moved),)),
            (2, (("V ", LABEL), (text.btc(bar.v), PLAIN), (" BTC", LABEL))),
            (1 if not bar.complete else 8, (whole,)),
            (1, (("cached", LATE),) if cached else ()),
        ],
        width,
        1,
    )
