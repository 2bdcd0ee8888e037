"""Stress from 0 to 100 as a dial, or as a bar where there is little room. Pure."""

from math import atan2, hypot, pi

from rich.style import Style

from feeds import text
from tui.theme import BOLD, LABEL
from tui.widgets.canvas import Canvas
from tui.widgets.lines import Line

DIAL_WIDTH, DIAL_ROWS = 44, 12
BASE = DIAL_ROWS - 2  # the row on which the ring stands; below it are its ends
RADIUS, INNER = 34.0, 23.0  # in dots
RING, FULL, TICK, NUMBER = -1, 1, 10, 11
TICKS = (25, 50, 75)
END = " 100"
SHADE = "▒"
DIGITS = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": (" ▀█", "  █", "  ▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    ".": (" ", " ", "▄"),
    "-": ("  ", "▀▀", "  "),
    "~": ("    ", "▄▀▄▀", "    "),
    "≥": ("▀▄ ", "▄▀ ", "▀▀▀"),
}
"""Signs three rows high."""


def dial(stress: float | None, most: float | None, style: Style, said: str, below: str) -> list[Line]:
    """Half a ring that fills clockwise, thinly from `stress` to the `most` that it can be.

    `said` is the number, large in the middle, with `below` under it.
    """
    canvas = Canvas(DIAL_WIDTH, DIAL_ROWS)
    middle, bottom = DIAL_WIDTH - 0.5, BASE * 4 + 3
    for y in range(bottom + 1):
        for x in range(DIAL_WIDTH * 2):
            if INNER <= hypot(x - middle, bottom - y) <= RADIUS:
                along = 100 * (1 - atan2(bottom - y, x - middle) / pi)
                if (stress is not None and along <= stress) or (
                    most is not None and along <= most and (x + y) % 2 == 0
                ):
                    canvas.dot(x, y, FULL)
                elif (x + y) % 4 == 0 and x % 2 == 0:
                    canvas.dot(x, y, RING)
    column, reach = DIAL_WIDTH // 2, int(RADIUS / 2)
    for at, row, tick in (
        (column - reach, BASE + 1, "0"),
        (column - reach + 2, 2, "25"),
        (column - 1, 1, "50"),
        (column + reach - 4, 2, "75"),
        (column + reach - 3, BASE + 1, "100"),
    ):
        canvas.write(at, row, tick, TICK)
    for row, line in enumerate(_large(said)):
        canvas.write(column - len(line) // 2, BASE - 3 + row, line, NUMBER)
    word = text.plain(below, 2 * int(INNER / 2))
    canvas.write(column - len(word) // 2, BASE, word, NUMBER)
    return canvas.drawn({RING: LABEL, FULL: style, TICK: LABEL, NUMBER: style + BOLD})


def _large(said: str) -> list[str]:
    known = [DIGITS[sign] for sign in said if sign in DIGITS]
    return [" ".join(sign[row] for sign in known) for row in range(3)]


def bar(stress: float | None, most: float | None, style: Style, width: int) -> Line:
    """One row that fills from the left, shaded to the `most` that it can be, with ticks at the quarters of the rest."""
    room = max(1, width - len(END))
    full = "" if stress is None else text.bar(stress, 100, room)
    empty = ["·"] * room
    for tick in TICKS:
        empty[round(tick / 100 * (len(empty) - 1))] = "┊"
    may = SHADE * max(0, round((most or 0.0) / 100 * room) - len(full))
    return ((full, style), (may, style), ("".join(empty[len(full) + len(may) :]), LABEL), (END, LABEL))
