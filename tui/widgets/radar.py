"""A radar: several shapes over the same axes, from 0 in the middle to 100 at the rim. Pure.

Shapes are told apart by colour, by the texture of their lines, and by a letter at each of their corners.
"""

from collections.abc import Sequence
from math import cos, pi, sin

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style

from tui.theme import BOLD, LABEL, PLAIN
from tui.widgets.canvas import SOLID, Canvas, Dots
from tui.widgets.lines import Line

RINGS = (25, 50, 75, 100)
RING, RIM = "1000", "100"
GROUND, MARKS, NAMES = -1, 900, 1_000
LEAST_RADIUS = 22  # dots under which letters hide the shapes
ASIDE = ((0, 0), (1, 0), (-1, 0), (0, -1), (0, 1), (2, 0), (-2, 0), (1, -1), (-1, 1), (1, 1), (-1, -1))
"""Where a letter goes whose place is taken, in columns and rows from there."""


class Shape(Struct, frozen=True):
    """One shape: values of 0 to 100 by axis; where one is not known the shape is open."""

    letter: str
    values: tuple[float | None, ...]
    texture: str = SOLID
    style: Style = PLAIN


def size(labels: Sequence[str], columns: int, rows: int) -> float:
    """The radius, in dots, that a radar in so many cells has."""
    return _placed(labels, Canvas(max(0, columns), max(0, rows)))[1]


def radar(labels: Sequence[str], shapes: Sequence[Shape], columns: int, rows: int) -> list[Line]:
    """Draw the shapes, the last on top, in so many cells; an axis of `labels` each, the first upwards."""
    canvas = Canvas(columns, rows)
    middle, radius = _placed(labels, canvas)
    count = len(labels)
    for ring in RINGS:
        texture = RIM if ring == RINGS[-1] else RING
        corners = [_corner(middle, radius, at, count, ring) for at in range(count)]
        phase = 0
        for at in range(count):
            phase = canvas.line(corners[at], corners[(at + 1) % count], GROUND, texture, phase)
    for at, label in enumerate(labels):
        canvas.line(middle, _corner(middle, radius, at, count, 100), GROUND, RING)
        _label(canvas, _corner(middle, radius, at, count, 100), label, middle)
    for layer, shape in enumerate(shapes):
        _outline(canvas, shape, layer, middle, radius)
    for layer, shape in reversed(list(enumerate(shapes))):
        _letters(canvas, shape, len(shapes) + layer, middle, radius)
    for ring in RINGS:
        _tell(canvas, str(ring), _corner(middle, radius, 0, count, ring))
    styles = {GROUND: LABEL, MARKS: LABEL, NAMES: BOLD}
    styles |= {layer: shape.style for layer, shape in enumerate(shapes)}
    return canvas.drawn(styles | {len(shapes) + layer: shape.style + BOLD for layer, shape in enumerate(shapes)})


def _placed(labels: Sequence[str], canvas: Canvas) -> tuple[Dots, float]:
    """The middle and the radius in dots: as large as the labels around allow."""
    width, height = canvas.dots
    side = max(cell_len(label) for label in labels[1:]) * 2 + 4
    count = len(labels)
    turns = [2 * pi * at / count for at in range(count)]
    up, down = 1.0, -min(cos(turn) for turn in turns)
    wide = max(abs(sin(turn)) for turn in turns)
    radius = max(1.0, min((width - 2 - side * 2) / 2 / wide, (height - 10) / (up + down)))
    spare = max(0.0, height - 10 - radius * (up + down)) / 2
    return (width // 2, 5 + round(radius + spare)), radius


def _corner(middle: Dots, radius: float, at: int, count: int, value: float) -> Dots:
    turn = 2 * pi * at / count
    out = radius * max(0.0, min(100.0, value)) / 100
    return round(middle[0] + sin(turn) * out), round(middle[1] - cos(turn) * out)


def _label(canvas: Canvas, corner: Dots, label: str, middle: Dots) -> None:
    column, row = corner[0] // 2, corner[1] // 4
    size = cell_len(label)
    if abs(corner[0] - middle[0]) <= 2:
        canvas.write(column - size // 2, row - 1, label, NAMES)
    elif corner[1] > middle[1] + 4:
        at = column - size // 2
        canvas.write(max(0, min(canvas.columns - size, at)), row + 1, label, NAMES)
    else:
        canvas.write(column + 2 if corner[0] > middle[0] else column - 1 - size, row, label, NAMES)


def _outline(canvas: Canvas, shape: Shape, layer: int, middle: Dots, radius: float) -> None:
    count, phase = len(shape.values), 0
    for at in range(count):
        here, there = shape.values[at], shape.values[(at + 1) % count]
        if here is not None and there is not None:
            start = _corner(middle, radius, at, count, here)
            end = _corner(middle, radius, (at + 1) % count, count, there)
            phase = canvas.line(start, end, layer, shape.texture, phase)


def _letters(canvas: Canvas, shape: Shape, layer: int, middle: Dots, radius: float) -> None:
    for at, value in enumerate(shape.values):
        if value is None:
            continue
        x, y = _corner(middle, radius, at, len(shape.values), value)
        free = ((x // 2 + right, y // 4 + down) for right, down in ASIDE if canvas.free(x // 2 + right, y // 4 + down))
        place = next(free, None)
        if place is not None:
            canvas.write(*place, shape.letter, layer)


def _tell(canvas: Canvas, said: str, corner: Dots) -> None:
    """Put the number of a ring beside the first axis, where it hides nothing if there is such a place."""
    beside = [(corner[0] // 2 + 1, corner[1] // 4), (corner[0] // 2 - len(said), corner[1] // 4)]
    for bare in (True, False):
        for column, row in beside:
            if canvas.free(column, row, len(said), bare=bare):
                canvas.write(column, row, said, MARKS)
                return
