"""The five indicators by which the New York Fed judges whether reserves are ample, and what of them is public. Pure."""

from collections.abc import Sequence

from feeds import text
from feeds.topics import ReserveIndicator
from tui.theme import BOLD, LABEL, PLAIN, SIGN, STATE, TITLE
from tui.widgets.lines import Line
from tui.widgets.macro_rows import clipped
from tui.widgets.repo_words import day

TITLE_SAID = "are reserves ample? the New York Fed's five indicators"
INDENT = 4


def indicators(rows: Sequence[ReserveIndicator], width: int, *, airy: bool = False) -> list[Line]:
    """Each with its label and its newest number, and below what there is to know of it."""
    lines: list[Line] = [((text.plain(TITLE_SAID, width), TITLE),)]
    for row in rows:
        style = STATE[row.state]
        lines += [()] if airy else []
        lines.append(((f"{SIGN[row.state]} ", style), (text.plain(row.label, max(1, width - 2)), BOLD)))
        words = [_value(row)] if row.value is not None or row.low is not None else []
        words += [row.note] if row.note else []
        words += [f"for {day(row.period)}"] if row.period is not None else []
        words += [row.state] if row.state not in ("fresh", "none") else []
        known = row.value is not None or row.low is not None
        said = clipped("; ".join(words) or "nothing is told of it", max(10, width - INDENT), 2)
        lines += [((" " * INDENT, PLAIN), (part, style if known else LABEL)) for part in said]
    return lines


def _value(row: ReserveIndicator) -> str:
    """The number and its range: `-0.172, between -0.452 and 0.068`, `$1.91 bn, peak $17.22 bn`."""
    value = text.UNKNOWN if row.value is None else _amount(row.value, row.unit)
    if row.low is not None and row.high is not None:
        bounds = f"between {_amount(row.low, row.unit)} and {_amount(row.high, row.unit)}"
        return bounds if row.value is None else f"{value}, {bounds}"
    return value if row.high is None else f"{value}, peak {_amount(row.high, row.unit)}"


def _amount(value: float, unit: str) -> str:
    if unit.startswith("$"):
        return f"${value:,.2f} {unit[1:]}".rstrip()
    return f"{value:.1f} %" if unit == "%" else f"{value:.3f} {unit}".rstrip()
