"""The curve of oil now and some sessions ago, over the contracts and not over their numbers. Pure.

A contract has one column whenever it was quoted, so that what lies above another day's point is the same contract's
change. Curves are told apart by a sign at each point and by the texture of the line, and by how faint they are.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from rich.style import Style

from feeds import text
from feeds.topics import Strip
from tui.theme import ACCENT, DIM, KEY, LABEL, PLAIN
from tui.widgets.canvas import Canvas
from tui.widgets.flow import flow
from tui.widgets.flow_words import told_day
from tui.widgets.lines import Line
from tui.widgets.scale import Scale, fitted, price_ticks

CODE = 5  # cells of a contract's name, CLF27
SHORT = 3  # cells of its month alone, F27
LEAST_ROWS, LEAST_COLUMNS = 4, 24
SENTENCES = 66  # columns from which the legend says it in words
ROOM_FOR_NUMBERS = 8  # rows from which the axis also says which contract is the first, the sixth and the twelfth
NUMBERED = (1, 6, 12)


class Look(Struct, frozen=True):
    """How the curve of so many sessions ago is drawn. `sample`: its line in words."""

    sign: str
    texture: str
    sample: str
    style: Style


LOOKS: Mapping[int, Look] = {
    0: Look("●", "1", "─●─", ACCENT),
    1: Look("1", "1110", "╌1╌", PLAIN),
    5: Look("5", "1000", "┈5┈", KEY + DIM),
    20: Look("x", "0", " x ", LABEL),
}
"""By sessions before the newest. The newest lies on top."""


def order(strips: Sequence[Strip]) -> list[str]:
    """All contracts of the strips, the nearest delivery first: each strip goes on where the older one ended."""
    found: dict[str, None] = {}
    for strip in sorted(strips, key=lambda one: one.day):
        found |= dict.fromkeys(point.contract for point in strip.points)
    return list(found)


def legend(strips: Sequence[Strip], mark: str, width: int, rows: int) -> list[Line]:
    """Which line is of which day, over at most so many rows. `mark`: the sign of quality of the newest day."""
    by_ago = {strip.ago: strip for strip in strips}
    items: list[Line] = [(("$/bbl", LABEL),)]
    for ago, look in LOOKS.items():
        strip = by_ago.get(ago)
        back = f"{ago} session{'s'[: ago > 1]} ago" if width >= SENTENCES else f"{ago} ago"
        if strip is None:
            items.append(((f"{look.sample} {back}: no closes", LABEL),))
        else:
            day = told_day(strip.day) if width >= SENTENCES else told_day(strip.day)[4:]
            said = f"{back}, {day}" if ago else f"{day}{mark}"
            items.append(((look.sample, look.style), (f" {said}", PLAIN if not ago else LABEL)))
    return flow(items, width, rows)


def chart(strips: Sequence[Strip], width: int, rows: int) -> list[Line]:
    """The curves with both axes, in so many cells; nothing where they have no room or no closes."""
    shown = [strip for strip in strips if strip.ago in LOOKS]
    closes = [point.close for strip in shown for point in strip.points if point.close is not None]
    if not closes or rows < LEAST_ROWS or width < LEAST_COLUMNS:
        return []
    contracts = order(shown)
    numbers = rows >= ROOM_FOR_NUMBERS
    high = rows - 1 - numbers
    scale = fitted(None, min(closes), max(closes))
    labels = price_ticks(scale, high)
    axis = max((len(said) for said in labels.values()), default=0) + 1
    canvas = Canvas(width - axis, high)
    at = _columns(contracts, canvas.columns)
    for layer, strip in enumerate(sorted(shown, key=lambda one: -one.ago)):
        _curve(canvas, strip, LOOKS[strip.ago], scale, at, layer)
    styles = {layer: LOOKS[one.ago].style for layer, one in enumerate(sorted(shown, key=lambda one: -one.ago))}
    drawn: list[Line] = [
        (*line, (f"{labels.get(row, ''):>{axis}}", LABEL)) for row, line in enumerate(canvas.drawn(styles))
    ]
    drawn.append(((_codes(contracts, at, canvas.columns), LABEL),))
    if numbers:
        newest = min(shown, key=lambda one: one.ago)
        drawn.append(((_numbers(newest, at, canvas.columns), LABEL),))
    return drawn


def _columns(contracts: Sequence[str], columns: int) -> dict[str, int]:
    """The column of each contract, with room for half a name at both ends."""
    spare = CODE // 2
    apart = (columns - 1 - 2 * spare) / max(1, len(contracts) - 1)
    return {contract: spare + round(number * apart) for number, contract in enumerate(contracts)}


def _curve(canvas: Canvas, strip: Strip, look: Look, scale: Scale, at: Mapping[str, int], layer: int) -> None:
    """A line from contract to contract, broken where one has no close, and a sign at each."""
    before: tuple[int, int] | None = None
    phase = 0
    for point in strip.points:
        if point.close is None:
            before = None
            continue
        column = at[point.contract]
        here = (column * 2, scale.place(point.close, canvas.rows * 4))
        if before is not None:
            phase = canvas.line(before, here, layer, look.texture, phase)
        canvas.write(column, scale.place(point.close, canvas.rows), look.sign, layer)
        before = here


def _codes(contracts: Sequence[str], at: Mapping[str, int], columns: int) -> str:
    """Names under their columns: whole where they have room, else their months, else every second of these."""
    apart = columns // max(1, len(contracts))
    said = ""
    for contract in contracts:
        name = text.plain(contract, CODE) if apart > CODE else text.plain(contract.removeprefix("CL"), SHORT)
        start = at[contract] - len(name) // 2
        if not said or start > len(said):
            said = said.ljust(start) + name
    return said[:columns]


def _numbers(strip: Strip, at: Mapping[str, int], columns: int) -> str:
    said = ""
    for point in strip.points:
        name = f"CL{point.n}"
        start = at[point.contract] - len(name) // 2
        if point.n in NUMBERED and (not said or start > len(said)):
            said = said.ljust(start) + name
    return said[:columns]
