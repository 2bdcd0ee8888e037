"""A sentence over as many rows as it needs, and what is said of it after its end. Pure."""

from collections.abc import Sequence

from rich.style import Style

from tui.widgets.flow import flow
from tui.widgets.flow_words import wrapped
from tui.widgets.lines import Line, width_of

GAP = 2


def sentence(said: str, style: Style, more: Sequence[Line], width: int, rows: int) -> list[Line]:
    """The sentence, cut only where `rows` are too few; pieces of `more` follow where they have room, each whole."""
    lines: list[Line] = [((part, style),) for part in wrapped(said, width, rows)]
    left = [item for item in more if item]
    while left and lines and width_of(lines[-1]) + GAP + width_of(left[0]) <= width:
        lines[-1] = (*lines[-1], (" " * GAP, style), *left.pop(0))
    return [*lines, *flow(left, width, rows - len(lines))] if len(lines) < rows else lines
