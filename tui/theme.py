"""Styles by meaning, from the terminal's own 16 colours, so that a user's scheme carries the design.

Colour never speaks alone: every style stands beside a word, a sign or a shape that says the same.
"""

from rich.style import Style

PLAIN = Style()
DIM = Style(dim=True)
BOLD = Style(bold=True)
TITLE = Style(bold=True)
LABEL = Style(color="bright_black")
KEY = Style(color="cyan")
ACCENT = Style(color="cyan", bold=True)

UP = Style(color="green")
DOWN = Style(color="red")
LONG = Style(color="red")  # a long was closed by force: selling
SHORT = Style(color="green")  # a short was closed by force: buying

FRESH = Style(color="green")
LATE = Style(color="yellow")
STALE = Style(color="magenta")
BAD = Style(color="red", bold=True)
NOTICE = Style(color="black", bgcolor="yellow")  # demo and replay say so

STATE = {
    "fresh": PLAIN,
    "live": FRESH,
    "connecting": LABEL,
    "late": LATE,
    "stale": STALE,
    "down": BAD,
    "blocked": BAD,
    "none": LABEL,
}
"""How a state is drawn, feed states and metric states alike."""

SIGN = {
    "fresh": "●",
    "live": "●",
    "late": "◐",
    "stale": "○",
    "down": "✕",
    "blocked": "⊘",
    "connecting": "·",
    "none": "·",
}
"""A shape for each state, so that none is told by its colour alone."""

QUALITY = {
    "exact": "",
    "provisional": "ᵖ",
    "revised": "ʳ",
    "later": "ˡ",
    "doubted": "?",
    "estimated": "~",
    "sampled": "≥",
    "floor": "≥",
    "partial": "≥",
}
"""A sign for each quality, put before a total: what was sampled, or missed a part, is at least so much."""
AT_MOST = "≤"
ABOUT = {**QUALITY, "partial": QUALITY["estimated"]}
"""The same before a level, a difference or a mean: a part that is missing may be of either sign, so it is no floor."""


def sum_mark(quality: str | None) -> str:
    """The sign before a total; of a quality that a later engine tells, that it is to be doubted."""
    return QUALITY.get(quality, QUALITY["doubted"]) if quality else ""


def level_mark(quality: str | None) -> str:
    """The sign before a level, a difference or a mean."""
    return ABOUT.get(quality, ABOUT["doubted"]) if quality else ""
