"""Candles, lines and volume as rows of text: bars and a scale in, styled rows out. No Textual, no clock.

A rising candle is thin (a heavy line, or hollow where it is wide), a falling one thick, one that is not complete
dashed: the shape says what the colour says. A cell holds two prices.
"""

from collections.abc import Sequence
from itertools import pairwise

from rich.style import Style

from feeds.text import BLOCKS
from feeds.topics import BarRow
from tui.theme import ACCENT, DIM, DOWN, LABEL, PLAIN, UP
from tui.widgets.lines import Line, Span
from tui.widgets.scale import Scale, nice

Glyph = tuple[int, str, Style]  # column, text, style
Grid = list[list[Glyph]]
"""What is drawn in each row, columns rising; the rest is blank."""

NONE, WICK, BODY = 0, 1, 2
RISING = (" ╷╻", "╵│╽", "╹╿┃")  # by what the upper and the lower half of a cell hold
FALLING = (" ╷▖", "╵│▖", "▘▘▌")  # half a cell wide, so that neighbours stay apart; no sign has it beside a wick
FALLING_WIDE = (" ╷▄", "╵│▄", "▀▀█")
RISING_PARTIAL = (" ╷╻", "╵┆╽", "╹╿┇")
FALLING_PARTIAL = (" ╷▄", "╵┆▄", "▀▀▒")
PITCHES = (1, 2, 4)
"""Columns for one candle, with the space after it."""

DIM_UP, DIM_DOWN, DIM_LINE = UP + DIM, DOWN + DIM, ACCENT + DIM
FINE = (1, 1.5, 2, 3, 4, 5, 6, 8)  # steps of the volume's scale: coarse enough not to follow every trade
BRAILLE = 0x2800
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # by column and row within a cell


def candles(bars: Sequence[BarRow | None], scale: Scale, rows: int, pitch: int, dim: bool = False) -> Grid:
    """Candles, oldest first, one for each time slot; `None` leaves its slot empty."""
    grid: Grid = [[] for _ in range(rows)]
    for slot, bar in enumerate(bars):
        if bar is not None:
            _candle(grid, slot * pitch, bar, scale, pitch > 2, dim)
    return grid


def _candle(grid: Grid, x: int, bar: BarRow, scale: Scale, wide: bool, dim: bool) -> None:
    halves = 2 * len(grid)
    first, last = scale.place(bar.h, halves), scale.place(bar.l, halves)
    top, bottom = scale.place(max(bar.o, bar.c), halves), scale.place(min(bar.o, bar.c), halves)
    rising = bar.c >= bar.o
    dim = dim or not bar.complete
    style = (DIM_UP if dim else UP) if rising else (DIM_DOWN if dim else DOWN)
    if rising:
        signs = RISING if bar.complete else RISING_PARTIAL
    else:
        signs = FALLING_PARTIAL if not bar.complete else FALLING_WIDE if wide else FALLING
    for y in range(first // 2, last // 2 + 1):
        upper, lower = (
            BODY if top <= half <= bottom else WICK if first <= half <= last else NONE for half in (2 * y, 2 * y + 1)
        )
        sign = signs[upper][lower]
        if wide:
            sign = _wide(sign, upper, lower, top == 2 * y, bottom == 2 * y + 1, bar)
        grid[y].append((x, sign, style))


def _wide(sign: str, upper: int, lower: int, opens: bool, closes: bool, bar: BarRow) -> str:
    """Three columns of a candle: hollow if rising. `opens`, `closes`: the cell has the body's upper or lower edge."""
    if BODY not in (upper, lower):
        return f" {sign} "
    if bar.c < bar.o:
        return sign * 3
    if not bar.complete:
        return f"{sign} {sign}"
    if upper != BODY:
        return "▗▄▖"
    if lower != BODY:
        return "▝▀▘"
    return "▌ ▐" if opens == closes else "▛▀▜" if opens else "▙▄▟"


def line(bars: Sequence[BarRow | None], scale: Scale, rows: int, pitch: int, dim: bool = False) -> Grid:
    """The closes as a line of braille dots, eight to a cell, broken where a bar is missing."""
    dots: dict[tuple[int, int], int] = {}
    broken: set[tuple[int, int]] = set()

    def mark(x: int, y: int, complete: bool) -> None:
        cell = (y // 4, x // 2)
        dots[cell] = dots.get(cell, 0) | DOTS[x % 2][y % 4]
        if not complete:
            broken.add(cell)

    places = [None if bar is None else scale.place(bar.c, rows * 4) for bar in bars]
    for slot, (bar, y) in enumerate(zip(bars, places, strict=True)):
        if bar is None or y is None:
            continue
        x, wide = (slot * pitch) * 2 + 1, pitch * 2
        mark(x, y, bar.complete)
        before = places[slot - 1] if slot else None
        if before is None:
            continue
        steps = [before + round((y - before) * step / wide) for step in range(wide + 1)]
        for step, (a, b) in enumerate(pairwise(steps)):
            for dot in range(min(a, b), max(a, b) + 1):
                mark(x - wide + step + 1, dot, bar.complete)
    grid: Grid = [[] for _ in range(rows)]
    for (row, column), bits in sorted(dots.items()):
        style = DIM_LINE if dim or (row, column) in broken else ACCENT
        grid[row].append((column, chr(BRAILLE + bits), style))
    return grid


def volume_scale(most: float) -> float:
    """The volume that a full bar stands for, where `most` is the most in view."""
    return nice(most, FINE) if most > 0 else 1.0


def volume(bars: Sequence[BarRow | None], rows: int, pitch: int, full: float) -> Grid:
    """Volume as bars at most `rows` high."""
    grid: Grid = [[] for _ in range(rows)]
    for slot, bar in enumerate(bars):
        if not rows or bar is None or bar.v <= 0:
            continue
        eighths = max(1, min(8 * rows, round(bar.v / full * 8 * rows)))
        for y in range(rows):
            level = eighths - 8 * (rows - 1 - y)
            if level > 0:
                grid[y].append((slot * pitch, BLOCKS[min(8, level) - 1] * max(1, pitch - 1), LABEL))
    return grid


def under(grid: Grid, row: int, glyphs: Sequence[Glyph]) -> None:
    """Put glyphs of one cell behind what a row already holds."""
    taken = {x + i for x, text, _ in grid[row] for i in range(len(text))}
    grid[row].extend(glyph for glyph in glyphs if glyph[0] not in taken)
    grid[row].sort(key=lambda glyph: glyph[0])


def spans(glyphs: Sequence[Glyph], left: int = 0) -> Line:
    """One row of a grid as spans, after `left` blank columns. Blanks take the style before them: fewer bytes."""
    out: list[Span] = []
    text, style, x = " " * left, PLAIN, 0
    for at, sign, own in glyphs:
        text += " " * (at - x)
        if own is not style:
            if text:
                out.append((text, style))
            text, style = "", own
        text += sign
        x = at + len(sign)
    if text.strip():
        out.append((text, style))
    return tuple(out)
