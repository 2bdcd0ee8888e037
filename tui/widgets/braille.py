"""A line through points as braille: two by four dots in a cell. Pure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dot of each row and column in a cell; Unicode's block of braille begins at U+2800."""
Dot = tuple[int, int]


def plotted(lines: Iterable[Sequence[Dot]], columns: int, rows: int) -> list[str]:
    """Draw each line through its dots (from the left, from the top) into so many cells; a cell without is a blank."""
    cells = [[0] * columns for _ in range(rows)]
    for line in lines:
        for x, y in _dots(line):
            if 0 <= x < columns * 2 and 0 <= y < rows * 4:
                cells[y // 4][x // 2] |= BITS[y % 4][x % 2]
    return ["".join(chr(0x2800 + bits) if bits else " " for bits in row) for row in cells]


def _dots(line: Sequence[Dot]) -> Iterable[Dot]:
    yield from line[:1]
    for (x0, y0), (x1, y1) in pairwise(line):
        steps = max(abs(x1 - x0), abs(y1 - y0))
        for step in range(1, steps + 1):
            yield x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps)
