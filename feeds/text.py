"""Numbers, ages and small pictures as text, for panes and for the status line alike.

What is not known is `--`, in every function.
"""

import re
from collections.abc import Iterator, Sequence
from math import isfinite

UNKNOWN = "--"
LARGEST = 1e15
"""No number of a market, and no time, is as large; what claims to be is written with its exponent."""
BLOCKS = "▁▂▃▄▅▆▇█"
EIGHTHS = " ▏▎▍▌▋▊▉█"
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_].*?(?:\x07|\x1b\\|$)|.?)", re.DOTALL)
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # controls, directions
    r"\u115f\u1160\u3164\uffa0"  # fillers: blank, and two cells wide in places
    r"\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]+"  # halves of a pair, and private use: who knows what is drawn
)
_UNSEEN = re.compile(r"[\u00ad\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff]+")
"""Soft hyphens, joiners, variation selectors and tags: nothing is drawn for them, and a text could hide in them."""
MOST_MARKS = 2
"""Accents and the like that are drawn over one letter; no language of ours needs more."""


def plain(text: str, limit: int = 200) -> str:
    """Text from outside, fit for one line of a terminal, cut to `limit`.

    No escapes, no control or direction signs, nothing that is not seen, and no letter with a tower of accents.
    """
    clean = _CONTROLS.sub(" ", _ESCAPES.sub("", text[: limit * 8]))
    if not clean.isascii():
        clean = "".join(_few_marks(_UNSEEN.sub("", clean)))
    clean = clean.strip()
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def _few_marks(text: str) -> Iterator[str]:
    """Yield the characters, of combining marks the first of each letter only; those before any letter have none."""
    from unicodedata import category

    marks = MOST_MARKS
    for sign in text:
        marks = marks + 1 if category(sign) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            yield sign


def _odd(value: float | None) -> str:
    """Say in few characters what is no number, or one that no market has."""
    return UNKNOWN if value is None or not isfinite(value) else f"{value:.2e}"


def price(value: float | None) -> str:
    """A price in dollars: `64,210.5`."""
    if value is None or not abs(value) < LARGEST:
        return _odd(value)
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:,.2f}"


def usd(value: float | None) -> str:
    """Dollars, short: `$950`, `$12.3k`, `$4.56M`, `$1.20B`."""
    if value is None or not abs(value) < LARGEST:
        return _odd(value)
    sign, size = ("-" if value < 0 else ""), abs(value)
    for limit, unit, digits in ((1e9, "B", 2), (1e6, "M", 2), (1e3, "k", 1)):
        if size >= limit * 0.9995:  # what would round up to the next unit takes it
            return f"{sign}${size / limit:.{digits}f}{unit}"
    return f"{sign}${size:.0f}"


def btc(value: float | None) -> str:
    """Bitcoin with as many places as its size asks for, without the unit: `0.0142`, `3.21`, `1,204`."""
    if value is None or not abs(value) < LARGEST:
        return _odd(value)
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.2f}" if size >= 1 else f"{value:.4f}"


def percent(value: float | None, digits: int = 2) -> str:
    """A signed change in percent: `+1.24%`."""
    return _odd(value) if value is None or not abs(value) < LARGEST else f"{value:+.{digits}f}%"


def bp(value: float | None) -> str:
    """Signed basis points: `+3.2`."""
    return _odd(value) if value is None or not abs(value) < LARGEST else f"{value:+.1f}"


def age(ms: float | None) -> str:
    """A time since, in at most four characters: `0s`, `42s`, `12m`, `3h`, `9d`. A time to come is `0s`."""
    if ms is None or not abs(ms) < LARGEST:
        return UNKNOWN
    seconds = max(0, int(ms // 1000))
    for size, unit in ((86_400 * 2, "d"), (3600 * 2, "h"), (120, "m")):
        if seconds >= size:
            return f"{seconds // {'d': 86_400, 'h': 3600, 'm': 60}[unit]}{unit}"
    return f"{seconds}s"


def lag(ms: float | None) -> str:
    """A lag: `34ms`, `1.2s`, `-3.0s` where the venue's clock is ahead, `1.0h` where clocks disagree."""
    if ms is None or not abs(ms) < LARGEST:
        return UNKNOWN
    size = abs(ms)
    if size < 1000:
        return f"{ms:.0f}ms"
    return f"{ms / 1000:.1f}s" if size < 600_000 else f"{ms / 3_600_000:.1f}h"


def bar(value: float, full: float, width: int) -> str:
    """Draw a horizontal bar of at most `width` cells; anything above zero shows at least a sliver."""
    if full <= 0 or value <= 0 or width <= 0:
        return ""
    eighths = max(1, round(min(1.0, value / full) * width * 8))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def sparkline(values: Sequence[float | None]) -> str:
    """One character a value, from zero up to the largest; a value not known is a space, zero is a dot."""
    top = max((v for v in values if v is not None), default=0.0)
    return "".join(
        " " if v is None else "·" if v <= 0 or top <= 0 else BLOCKS[min(7, int(v / top * 7.999))] for v in values
    )


def metric(name: str, value: float | str, unit: str, *, floor: bool = False) -> str:
    """A metric's value as its name and unit ask for; `≥` before what is at least so much."""
    if isinstance(value, str):
        return plain(value)
    match unit:
        case "USD" | "USDT":
            shown = price(value) if name.endswith("price") else usd(value)
        case "%":
            shown = percent(value)
        case "bp":
            shown = f"{bp(value)}bp"
        case "BTC":
            shown = f"{btc(value)} BTC"
        case _:
            shown = f"{value:,.4g} {unit}".strip()
    return f"≥{shown}" if floor else shown
