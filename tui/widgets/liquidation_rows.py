"""What was liquidated, as rows: totals, windows, the last minutes. Pure.

A total that missed a part, or counts a venue that publishes only a sample, has `≥` before it; one not known is `--`.
"""

from collections.abc import Sequence
from textwrap import wrap

from feeds import text
from feeds.topics import WINDOW_MS, WINDOWS, Liquidations, Quality
from tui.theme import ACCENT, BOLD, LABEL, LATE, LONG, PLAIN, SHORT, SIGN, STATE, sum_mark
from tui.widgets.lines import Line, Span
from tui.widgets.venue_rows import NOTHING, amount

NAME = {"long": "LONG ▼ ", "short": "SHORT ▲"}
COLOUR = {"long": LONG, "short": SHORT}
KEPT = ("1h", "24h", "5m", "4h", "1m")
"""Windows of the table, the first to stay first."""


def headline(liq: Liquidations, window: str, width: int) -> list[Line]:
    """Both sides of one window: dollars, bitcoin and count of events where they have room, and bars to compare them."""
    total, quality = liq.windows.get(window, NOTHING), quality_of(liq, window)
    full = max(total.long_usd or 0.0, total.short_usd or 0.0)
    out: list[Line] = []
    for side, usd, btc, count in (
        ("long", total.long_usd, total.long_btc, total.long_count),
        ("short", total.short_usd, total.short_btc, total.short_count),
    ):
        style = COLOUR[side] if liq.state == "fresh" else STATE[liq.state]
        line: list[Span] = [
            (f"{window if side == 'long' else '':<4}", ACCENT),
            (f"{NAME[side]} ", COLOUR[side]),
            (f"{amount(usd, quality):>9}", style + BOLD),
        ]
        if width >= 52:
            shown = text.UNKNOWN if btc is None else f"{sum_mark(quality)}{text.btc(btc)} BTC"
            line.append((f" {shown:>14}", PLAIN))
        if width >= 64:
            shown = text.UNKNOWN if count is None else f"{sum_mark(quality)}{count:,}×"
            line.append((f" {shown:>8}", LABEL))
        room = width - sum(len(part) for part, _ in line) - 3
        line.append((f"  {text.bar(usd or 0.0, full, room)}", COLOUR[side]))
        out.append(tuple(line))
    return out


def standing(liq: Liquidations, window: str, now_ms: int, width: int, rows: int = 1) -> list[Line]:
    """How far the window's totals can be believed: state and age, then what is missing from them, in words."""
    age = text.age(None if liq.as_of_ms is None else now_ms - liq.as_of_ms)
    lead: Span = (f"{SIGN[liq.state]} {liq.state} {age}", STATE[liq.state])
    note, partial = text.plain(liq.note.get(window, "")), _partial(liq, window)
    if liq.without and quality_of(liq, window) == "floor":
        words = f"≥ {note}"
    elif partial:
        words = f"partial: {note}" if note else "partial"
    elif quality_of(liq, window) == "exact":
        return [(lead,)]
    else:
        words = f"≥ {note or 'some venues publish a sample'}"
    indent = " " * (len(lead[0]) + 2)
    lines = wrap(words, width, initial_indent=indent, subsequent_indent="  ", max_lines=rows, placeholder=" …")
    first, *others = lines or [""]
    style = LATE if partial or missing(liq, now_ms) else LABEL
    return [(lead, ("  ", PLAIN), (first.strip(), style)), *(((line, style),) for line in others)]


def spark(liq: Liquidations, width: int) -> list[Line]:
    """Dollars per 10 s over the last 5 min, both sides to one scale, with the tallest in words where it has room."""
    count, seconds = len(liq.spark_long), 10
    if not count or len(liq.spark_short) != count:
        return []
    both = (*liq.spark_long, *liq.spark_short)
    if width < count + 5 and count % 2 == 0:
        count, seconds = count // 2, 20
        both = tuple(a + b for a, b in zip(both[::2], both[1::2], strict=True))
    if width < count + 5:
        return []
    drawn = text.sparkline(both)
    peak = f"peak {text.usd(max(both))} in {seconds}s"
    longs: Line = (("5m ", LABEL), (f"▼ {drawn[:count]}", LONG))
    shorts: Line = ((f"▲ {drawn[count:]}", SHORT),)
    if width >= 2 * count + 11 + len(peak):
        return [(*longs, ("  ", PLAIN), *shorts, (f"  {peak}", LABEL))]
    if width >= count + 7 + len(peak):
        return [(*longs, (f"  {peak}", LABEL)), (("   ", PLAIN), *shorts)]
    return [longs, (("   ", PLAIN), *shorts)]


def table(liq: Liquidations, picked: str, width: int) -> list[Line]:
    """Windows in columns, as many as have room, the picked one marked; words below where a total is not exact."""
    room = (width - 8) // 10
    if room < 2:
        return []
    shown = [w for w in WINDOWS if w in KEPT[:room]]

    def line(first: Span, cells: Sequence[Span]) -> Line:
        return (first, *((f" {cell:>9}", style) for cell, style in cells))

    heads = [(f"[{w}]" if w == picked else w, ACCENT if w == picked else LABEL) for w in shown]
    rows = [line(("        ", LABEL), heads)]
    for side in ("long", "short"):
        cells: list[Span] = []
        for window in shown:
            total = liq.windows.get(window, NOTHING)
            value = total.long_usd if side == "long" else total.short_usd
            cells.append((amount(value, quality_of(liq, window)), COLOUR[side] if value else LABEL))
        rows.append(line((f"{NAME[side]} ", COLOUR[side]), cells))
    words = ["partial" if _partial(liq, w) else quality_of(liq, w) for w in shown]
    if any(word != "exact" for word in words):
        rows.append(
            line(("        ", LABEL), [("" if w == "exact" else w, LATE if w == "partial" else LABEL) for w in words])
        )
    return rows


def missing(liq: Liquidations, now_ms: int) -> dict[str, int]:
    """Who is not in the totals that was heard within a day, by name, and for how long: the rest are never there."""
    silent = {lack.name: now_ms - lack.since_ms for lack in liq.without if lack.since_ms is not None}
    return {text.plain(name, 20): ms for name, ms in silent.items() if ms < WINDOW_MS["24h"]}


def quality_of(liq: Liquidations, window: str) -> Quality:
    """The window's quality; of one that never came, nothing is whole."""
    return liq.quality.get(window, "partial")


def _partial(liq: Liquidations, window: str) -> bool:
    """Whether a part of the window was not heard. A floor may hide it: there a venue is sampled as well."""
    return quality_of(liq, window) == "partial" or any(venue.partial.get(window) for venue in liq.venues)
