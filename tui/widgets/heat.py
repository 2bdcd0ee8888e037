"""Signed amounts by size: the number says which, weight and colour show it from afar, also without colour. Pure."""

from collections.abc import Sequence

from rich.style import Style

from tui.theme import DOWN, LABEL, PLAIN, UP

WEIGHTS = (PLAIN, Style(bold=True), Style(bold=True, reverse=True))
"""How amounts below the first step are drawn, from the first, and from the second. All of it is seen without colour."""


def step(value: float, steps: Sequence[float]) -> int:
    """How many of the steps an amount reaches, whatever its sign."""
    return sum(abs(value) >= one for one in steps)


def heat(value: float, steps: Sequence[float]) -> Style:
    """Green for what came in and red for what went out, the heavier the more; zero has no colour."""
    if value == 0:
        return LABEL
    return (UP if value > 0 else DOWN) + WEIGHTS[min(step(value, steps), len(WEIGHTS) - 1)]
