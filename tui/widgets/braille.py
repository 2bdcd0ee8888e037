"""A line through points as braille: two by four dots in a cell. Pure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from tui.widgets.candle_rows import BRAILLE, DOTS

Dot = tuple[int, int]
"""From the left and from the top."""


def plotted(lines: Iterable[Sequence[Dot]], columns: int, rows: int) -> list[str]:
    """Draw each line through its dots into so many cells; a cell without is a blank."""
    cells = [[0] * columns for _ in range(rows)]
    for line in lines:
        for x, y in _dots(line):
            if 0 <= x < columns * 2 and 0 <= y < rows * 4:
                cells[y // 4][x // 2] |= DOTS[x % 2][y % 4]
    return ["".join(chr(BRAILLE + bits) if bits else " " for bits in row) for row in cells]


def _dots(line: Sequence[Dot]) -> Iterable[Dot]:
    yield from line[:1]
    for (x0, y0), (x1, y1) in pairwise(line):
        steps = max(abs(x1 - x0), abs(y1 - y0))
        for step in range(1, steps + 1):
            yield x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps)
