"""What a benchmark says: one row for each number, and the rows as a table."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct


class Row(Struct, frozen=True):
    """One number. `bound` is the target, for the value or, where `judged` says so, for the ratio to a reference.

    `value` is `None` where it could not be measured; `note` says why. Without a bound the row is for information.
    """

    name: str
    value: float | None
    unit: str
    bound: float | None = None
    ratio: float | None = None
    judged: Literal["value", "ratio"] = "value"
    at_least: bool = False
    note: str = ""

    @property
    def target(self) -> str:
        """The bound in words, "" where there is none."""
        if self.bound is None:
            return ""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.bound:g} ×" if self.judged == "ratio" else f"{sign} {_number(self.bound)} {self.unit}"

    @property
    def met(self) -> bool | None:
        """Whether the target is met; `None` where there is none, or nothing was measured."""
        found = self.value if self.judged == "value" else self.ratio
        if found is None or self.bound is None:
            return None
        return found >= self.bound if self.at_least else found <= self.bound

    def document(self) -> dict[str, object]:
        """The row as it is kept in JSON."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "ratio": self.ratio,
            "met": self.met,
            "note": self.note,
        }


HEADS = ("name", "value", "unit", "target", "ratio", "met", "note")
_RIGHT = (1, 4)


def table(rows: Sequence[Row]) -> str:
    """The rows under a heading, in columns."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    return "\n".join(_line(line, widths) for line in cells)


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: ""}[row.met]
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    return (row.name, _number(row.value), row.unit, row.target, ratio, met, row.note)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    placed = [
        cell.rjust(width) if column in _RIGHT else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(placed).rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return "--"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
