"""Columns of a table: as many as a pane has room for, the least important left out first."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct
from rich.cells import cell_len

from feeds import text
from tui.widgets.lines import Span

Row = TypeVar("Row")


class Column(Struct, Generic[Row], frozen=True):
    """A column: `cell` gives its text and style at a time. Those of the highest rank go first where it is narrow."""

    title: str
    width: int
    rank: int
    cell: Callable[[Row, int], Span]
    left: bool = False


def fitting(columns: Sequence[Column[Row]], width: int, gap: int) -> list[Column[Row]]:
    """Give the columns that fit side by side into `width`, `gap` cells apart; two stay whatever the width."""
    kept = list(columns)
    while len(kept) > 2 and width_of(kept, gap) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    return kept


def width_of(columns: Sequence[Column[Row]], gap: int) -> int:
    """How many cells the columns take side by side."""
    return sum(column.width + gap for column in columns) - gap


def padded(column: Column[Row], span: Span, gap: int) -> Span:
    """Bring what a cell says to the column's width, with the gap to the next."""
    said, style = span
    said = text.plain(said, column.width)
    pad = " " * (column.width - cell_len(said))
    return ((said + pad if column.left else pad + said) + " " * gap, style)
