"""Rows that set longs against shorts: longs to the left of a scale, shorts to its right, to one length. Pure."""

from rich.style import Style

from feeds import text
from tui.theme import LABEL, LONG, SHORT
from tui.widgets.lines import Line, Span, width_of

AMOUNT = 9
"""Columns of a number with its sign, at most `≥$999.99M`."""
SLIVER = 2
"""Bars in fewer columns say nothing: then the numbers stand alone."""


def mirror(scale: Span, longs: float, shorts: float, full: float, sign: str, width: int) -> Line:
    """One row. `full` is the amount of the longest bar, `sign` stands before every number; zero is a dot."""
    room = bar_room(width_of((scale,)), width)
    return (
        (f"{_amount(longs, sign):>{AMOUNT}} ", LONG if longs else LABEL),
        (f"{_leftward(longs, full, room):>{room}}", LONG),
        scale,
        (f"{text.bar(shorts, full, room):<{room}}", SHORT),
        (f" {_amount(shorts, sign):>{AMOUNT}}", SHORT if shorts else LABEL),
    )


def titles(scale: str, width: int) -> Line:
    """Names over the columns of `mirror`; `scale` is as wide as the scale below."""
    room = bar_room(len(scale), width)
    return (
        (f"{'LONG ▼':>{AMOUNT}} ", LONG),
        (" " * room + scale + " " * room, LABEL),
        (f" {'SHORT ▲':>{AMOUNT}}", SHORT),
    )


def across(words: str, width: int, style: Style = LABEL) -> Line:
    """Words in the middle of a row, where a scale is broken."""
    return ((f"{words:^{width}}"[:width].rstrip(), style),)


def bar_room(scale: int, width: int) -> int:
    """Columns for each of the two bars."""
    room = (width - 2 * (AMOUNT + 1) - scale) // 2
    return room if room >= SLIVER else 0


def _amount(usd: float, sign: str) -> str:
    return f"{sign}{text.usd(usd)}" if usd else "·"


def _leftward(value: float, full: float, width: int) -> str:
    """A bar that ends at its right; fonts know one half only for that side."""
    if full <= 0 or value <= 0 or width <= 0:
        return ""
    halves = max(1, round(min(1.0, value / full) * width * 2))
    return "▐" * (halves % 2) + "█" * (halves // 2)
