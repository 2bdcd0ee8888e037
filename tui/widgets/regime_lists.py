"""Hedge or high beta, the dollar exit and fragility as short lists, with what has no public number. Pure."""

from collections.abc import Sequence

from feeds import text
from feeds.topics import Reading
from feeds.topics.dollar import Unpublished
from tui.theme import BOLD, LABEL, PLAIN, SIGN
from tui.widgets.lines import Line, Span
from tui.widgets.regime_board import LISTS, NOT_PUBLIC, Board
from tui.widgets.regime_words import day, heading, label, style_of, value, why, wrapped

MOST = 14  # cells of a number
FIRST = frozenset({"hedge.label"})
"""What is told first of its list, whatever its place."""


def first(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with the labels before the numbers that they rest on."""
    return sorted(readings, key=lambda one: one.name not in FIRST)


def row(reading: Reading, width: int) -> Line:
    """A reading in little room: name, value, for when; of one that is not known why."""
    style = style_of(reading)
    sign: Span = (f"{SIGN[reading.state]} ", style)
    if reading.value is None:
        name = text.plain(label(reading), max(8, width - 6))
        return (
            sign,
            (f"{name} ", PLAIN),
            (text.plain(f"{text.UNKNOWN} {why(reading)}", max(2, width - len(name) - 3)), LABEL),
        )
    said = value(reading, MOST)
    room = max(8, width - 2 - 1 - len(said) - 7)
    name = text.plain(label(reading), room)
    return (sign, (f"{name:<{room}} ", PLAIN), (said, style + BOLD), (f" {day(reading.period):>6}", LABEL))


def block(of: Board, name: str, width: int, rows: int) -> list[Line]:
    """One list in at most so many rows; what is left out is counted."""
    readings = of.lists.get(name)
    title = LISTS[name]
    if readings is None:
        return [heading(title, "not here yet", width)][:rows]
    found = first(readings)
    lines: list[Line] = [heading(title, f"{len(found)} numbers", width)]
    lines.extend(row(one, width) for one in found)
    return _cut(lines, rows, "more in hedge & dollar")


def unpublished(of: Sequence[Unpublished], width: int, rows: int) -> list[Line]:
    """What belongs here and cannot be had; with room also what there is instead."""
    if not of:
        return []
    lines: list[Line] = [heading(NOT_PUBLIC, width=width)]
    for one in of:
        name = text.plain(one.label, width - 3)
        room = width - 5 - len(name)
        rest = f"  {text.plain(one.words, room)}" if room >= 20 else ""
        lines.append(((f"-- {name}", PLAIN), (rest, LABEL)))
    return _cut(lines, rows, "more in hedge & dollar")


def unpublished_words(of: Sequence[Unpublished], width: int, rows: int) -> list[Line]:
    """The same in few rows: the names alone."""
    if not of:
        return []
    return wrapped(f"{NOT_PUBLIC}: {'; '.join(one.label for one in of)}", width, rows, LABEL)


def _cut(lines: list[Line], rows: int, said: str) -> list[Line]:
    if len(lines) <= rows or rows < 2:
        return lines[: max(0, rows)]
    return [*lines[: rows - 1], ((f"  {len(lines) - rows + 1} {said}", LABEL),)]
