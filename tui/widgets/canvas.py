"""A drawing of several things in one block of cells: dots of braille, and letters over or under them. Pure.

Each thing has a layer. What lies below zero is the ground: it shows only where nothing else is. Of the others, dots in
one cell are joined, and have the style of the highest.
"""

from collections.abc import Iterable, Mapping

from rich.style import Style

from tui.theme import PLAIN
from tui.widgets.candle_rows import BRAILLE, DOTS
from tui.widgets.lines import Line, Span

SOLID = "1"
Dots = tuple[int, int]


class Canvas:
    """So many cells; a cell has two by four dots, counted from the left and from the top."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._bits: dict[tuple[int, int], dict[int, int]] = {}
        self._signs: dict[tuple[int, int], tuple[int, str]] = {}

    @property
    def dots(self) -> Dots:
        """How many dots there are from left to right and from top to bottom."""
        return self.columns * 2, self.rows * 4

    def dot(self, x: int, y: int, layer: int) -> None:
        """Set a dot; one outside is left out."""
        if 0 <= x < self.columns * 2 and 0 <= y < self.rows * 4:
            cell = self._bits.setdefault((y // 4, x // 2), {})
            cell[layer] = cell.get(layer, 0) | DOTS[x % 2][y % 4]

    def line(self, start: Dots, end: Dots, layer: int, texture: str = SOLID, phase: int = 0) -> int:
        """Draw a line whose dots go by `texture`, of which "0" leaves one out; return the phase to go on with."""
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            if texture[(phase + step) % len(texture)] == "1":
                self.dot(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps), layer)
        return phase + steps

    def write(self, column: int, row: int, said: str, layer: int) -> None:
        """Put signs of one cell each into a row; over dots of no higher layer, or on the ground."""
        for at, sign in enumerate(said, column):
            if 0 <= at < self.columns and 0 <= row < self.rows:
                before = self._signs.get((row, at))
                if before is None or before[0] <= layer:
                    self._signs[row, at] = (layer, sign)

    def free(self, column: int, row: int, width: int = 1, *, bare: bool = False) -> bool:
        """Whether these cells are inside and no sign stands there; `bare`: nor anything but the ground."""
        inside = 0 <= row < self.rows and column >= 0 and column + width <= self.columns
        cells = [(row, at) for at in range(column, column + width)]
        clear = inside and all(self._signs.get(cell, (-1, ""))[0] < 0 for cell in cells)
        return clear and not (bare and any(max(self._bits.get(cell, {-1: 0})) >= 0 for cell in cells))

    def drawn(self, styles: Mapping[int, Style]) -> list[Line]:
        """The rows, each layer in its style."""
        return [joined(self._cell(row, column, styles) for column in range(self.columns)) for row in range(self.rows)]

    def _cell(self, row: int, column: int, styles: Mapping[int, Style]) -> Span:
        layer, sign = self._signs.get((row, column), (-1_000, " "))
        layers = self._bits.get((row, column))
        if layers and (layer < 0 or max(layers) > layer):
            top = max(layers)
            shown = layers.values() if top < 0 else (bits for one, bits in layers.items() if one >= 0)
            if top >= layer:
                return chr(BRAILLE + _union(shown)), styles.get(top, PLAIN)
        return sign, styles.get(layer, PLAIN)


def _union(bits: Iterable[int]) -> int:
    together = 0
    for one in bits:
        together |= one
    return together


def joined(cells: Iterable[Span]) -> Line:
    """Cells as pieces, those of one style together."""
    pieces: list[Span] = []
    for sign, style in cells:
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + sign, style)
        else:
            pieces.append((sign, style))
    return tuple(pieces)
