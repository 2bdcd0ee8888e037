"""Numbers of slow series as text: as many places as the series has, and never wider than their column. Pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from feeds import text

SIZES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def number(value: float | None, digits: int, width: int = 24, *, signed: bool = False) -> str:
    """A value in its own unit. Where it has no room it loses places, then says its size by a letter: `123.46B`."""
    if value is None:
        return text.UNKNOWN
    sign = "+" if signed else ""
    for places in range(digits, -1, -1):
        said = f"{round(value, places) + 0.0:{sign},.{places}f}"  # plus zero: there is no minus zero
        if len(said) <= width:
            return said
    size, letter = next((one for one in SIZES if abs(value) >= one[0] * 0.9995), (1.0, ""))
    return f"{value / size:{sign},.2f}{letter}"


def spark(values: Sequence[float], width: int) -> str:
    """The last values between their own least and greatest, one character each; a flat line where they are equal."""
    shown = values[-width:]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    if high <= low:
        return text.BLOCKS[3] * len(shown)
    return "".join(text.BLOCKS[min(7, int((value - low) / (high - low) * 8))] for value in shown)


def moment(ms: int, zone: tzinfo, *, year: bool = False) -> str:
    """A time without seconds: `16 Jul 16:30`, with `year` `16 Jul 2026 16:30 EDT`."""
    at = datetime.fromtimestamp(ms / 1000, zone)
    return f"{at.day} {at:%b %Y %H:%M} {at.tzname() or ''}".rstrip() if year else f"{at.day} {at:%b %H:%M}"
