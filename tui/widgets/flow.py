"""Pieces of text put beside each other so that each is whole or not there: a number is never cut."""

from collections.abc import Sequence

from tui.theme import PLAIN
from tui.widgets.lines import Line, Span, width_of

length = width_of


def fit(items: Sequence[tuple[int, Line]], width: int, gap: int = 2) -> Line:
    """The items in their order, without those of the highest rank numbers where `width` is too small for all.

    Of equal ranks the later goes first. The result is empty where not even one item has room.
    """
    kept = [(rank, item) for rank, item in items if item]
    while kept and sum(width_of(item) for _, item in kept) + gap * (len(kept) - 1) > width:
        last = max(range(len(kept)), key=lambda i: (kept[i][0], i))
        del kept[last]
    return joined([item for _, item in kept], gap)


def flow(items: Sequence[Line], width: int, rows: int, gap: int = 2) -> list[Line]:
    """The items in reading order over at most `rows` lines; what finds no room is left out."""
    lines: list[list[Line]] = [[]]
    used = 0
    for item in items:
        size = width_of(item)
        if not item or size > width:
            continue
        if lines[-1] and used + gap + size > width:
            if len(lines) == rows:
                continue
            lines.append([])
            used = 0
        used += size + (gap if lines[-1] else 0)
        lines[-1].append(item)
    return [joined(line, gap) for line in lines if line]


def joined(items: Sequence[Line], gap: int) -> Line:
    """Items in one line, `gap` spaces apart."""
    out: list[Span] = []
    for item in items:
        if out:
            out.append((" " * gap, PLAIN))
        out.extend(item)
    return tuple(out)
