"""The bitcoin futures curve as a picture: basis by days to expiry, funding before day 0, and what cash earns. Pure.

A letter is a venue, a capital one its linear contracts; one that is in no curve is faint. `×12` in the place of
letters: so many are there. Lines go through the medians: solid for linear, dotted for inverse, dashed for cash.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rich.style import Style

from feeds.topics import Curve, CurvePoint, FundingPoint
from tui.theme import ACCENT, BOLD, DIM, KEY, LABEL, PLAIN
from tui.widgets.canvas import Canvas
from tui.widgets.curve_venues import letter
from tui.widgets.curve_words import HEARD
from tui.widgets.lines import Line
from tui.widgets.scale import Scale, nice, price_ticks

LEAST_ROWS, LEAST_COLUMNS = 5, 40
GUTTER, PERPETUALS = 11, 9  # columns before day 0, and those in which the perpetuals stand beside each other
LEAST_SPAN = 1.0  # of the scale, in percent points: what differs less is the same to who trades it
STRETCH = 4.0  # how many times the span of basis and cash funding may take, before it is drawn at the edge
BILL_DAYS = 182
MOST_LETTERS = 9  # beside each other in one place: more would lie far from their day
ASIDE = (0, 1, -1, 2, -2, 3, -3)
AIR = 1.04
ZERO, GRID, CASH, INVERSE, LINEAR, OUT, BESIDE, TENOR, SIGNS = -2, -1, 1, 2, 3, 4, 5, 6, 7
STYLES: Mapping[int, Style] = {
    ZERO: LABEL,
    GRID: LABEL + DIM,
    CASH: LABEL,
    INVERSE: KEY,
    LINEAR: PLAIN,
    OUT: LABEL + DIM,
    BESIDE: LABEL,
    TENOR: ACCENT,
    SIGNS: BOLD,
}
LEGEND: Line = (
    ("CAPITALS linear ━ ", PLAIN),
    ("small inverse ┈ ", KEY),
    ("╌ cash ", LABEL),
    ("◆ 30, 90, 180 d", ACCENT),
)


def chart(curve: Curve, width: int, rows: int) -> list[Line]:
    """The picture with its axes in so many cells; nothing where it has no room or nothing to show."""
    if rows < LEAST_ROWS or width < LEAST_COLUMNS or not (curve.points or curve.funding or curve.cme):
        return []
    scale = scale_of(curve)
    high = rows - 1
    labels = price_ticks(scale, high)
    axis = max((len(said) for said in labels.values()), default=0) + 1
    canvas = Canvas(width - axis, high)
    days = [*(point.days for point in (*curve.points, *curve.cme)), BILL_DAYS]
    place = _Place(scale, max(days) * AIR, canvas)
    _ground(canvas, place)
    _line(canvas, place, [(row.days, row.value) for row in curve.cash if row.value is not None], CASH, "11100")
    _line(canvas, place, [(one.days, one.basis) for one in curve.inverse], INVERSE, "1000")
    _line(canvas, place, [(one.days, one.basis) for one in curve.linear], LINEAR, "1")
    _contracts(canvas, place, [point for point in curve.points if point.counted], SIGNS)
    _contracts(canvas, place, curve.cme, BESIDE)
    _contracts(canvas, place, [point for point in curve.points if not point.counted], OUT)
    for tenor in curve.tenors:
        if tenor.all is not None and canvas.free(place.column(tenor.days), place.row(tenor.all)):
            canvas.write(place.column(tenor.days), place.row(tenor.all), "◆", TENOR)
    _perpetuals(canvas, place, curve.funding)
    drawn: list[Line] = [
        (*line, (f"{labels.get(row, ''):>{axis}}", LABEL)) for row, line in enumerate(canvas.drawn(STYLES))
    ]
    return [*drawn, ((_axis(curve, place), LABEL),)]


class _Place:
    """Where days and percent lie on the canvas."""

    def __init__(self, scale: Scale, days: float, canvas: Canvas) -> None:
        self.scale, self.days, self._canvas = scale, days, canvas

    def dot(self, days: float) -> int:
        left = GUTTER * 2
        return left + round(days / self.days * (self._canvas.columns * 2 - 1 - left))

    def column(self, days: float) -> int:
        return self.dot(days) // 2

    def row(self, value: float) -> int:
        return self.scale.place(value, self._canvas.rows)

    def height(self, value: float) -> int:
        return self.scale.place(value, self._canvas.rows * 4)


def scale_of(curve: Curve) -> Scale:
    """From the least to the greatest of basis and cash, and of funding as far as it does not flatten these."""
    core = [point.basis for point in (*curve.points, *curve.cme)] + [
        one.value for one in curve.cash if one.value is not None
    ]
    paid = [row.funding for row in curve.funding if row.state in HEARD]
    low, high = (min(core), max(core)) if core else (min(paid, default=0.0), max(paid, default=0.0))
    reach = max(high - low, 2 * LEAST_SPAN) * STRETCH
    near = [one for one in paid if high - reach <= one <= low + reach]
    low, high = min([low, *near]), max([high, *near])
    spare = max(LEAST_SPAN - (high - low), 0) / 2 + (high - low) * 0.06
    step = nice(max(high - low, LEAST_SPAN) / 40)
    return Scale((low - spare) // step * step, -((-high - spare) // step) * step)


def _ground(canvas: Canvas, place: _Place) -> None:
    """Where day 0 is, and where zero is."""
    for row in range(canvas.rows):
        canvas.write(GUTTER - 1, row, "│", GRID)
    if place.scale.low < 0 < place.scale.high:
        canvas.write(0, place.row(0.0), "┈" * canvas.columns, ZERO)


def _line(canvas: Canvas, place: _Place, points: Sequence[tuple[float, float]], layer: int, texture: str) -> None:
    phase = 0
    dots = [(place.dot(days), place.height(value)) for days, value in points]
    for before, after in pairwise(dots):
        phase = canvas.line(before, after, layer, texture, phase)


def _contracts(canvas: Canvas, place: _Place, points: Sequence[CurvePoint], layer: int) -> None:
    """Letters of the contracts: those of one place beside each other where there is room, else their number."""
    groups: dict[tuple[int, int], str] = {}
    for point in points:
        at = (place.row(point.basis), place.column(point.days))
        groups[at] = groups.get(at, "") + letter(point.venue, point.inverse)
    for (row, column), letters in groups.items():
        said = "".join(sorted(letters, key=str.lower))
        if len(said) > MOST_LETTERS or not _written(canvas, row, column, said, layer):
            _written(canvas, row, column, f"×{len(said)}" if len(said) > 1 else said, layer)


def _written(canvas: Canvas, row: int, column: int, said: str, layer: int) -> bool:
    """Put signs around a column, or a little to its side where others stand."""
    for aside in ASIDE:
        start = column - len(said) // 2 + aside
        if start >= GUTTER and canvas.free(start, row, len(said)):
            canvas.write(start, row, said, layer)
            return True
    return False


def beyond(row: FundingPoint, scale: Scale) -> str:
    """The sign of a perpetual whose funding is outside of the scale; "" where it is not."""
    return "▲" if row.funding > scale.high else "▼" if row.funding < scale.low else ""


def _perpetuals(canvas: Canvas, place: _Place, rows: Sequence[FundingPoint]) -> None:
    """Letters of the perpetuals before day 0; behind an arrow those beyond the scale, at its edge."""
    groups: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        if row.state in HEARD:
            at = groups.setdefault(place.row(row.funding), {})
            at.setdefault(beyond(row, place.scale), []).append(letter(row.venue, row.inverse))
    for row_, parts in groups.items():
        said = "".join(sign + "".join(sorted(letters, key=str.lower)) for sign, letters in sorted(parts.items()))
        if len(said) > PERPETUALS:
            said = f"{said[: PERPETUALS - 3]}+{len(said) - PERPETUALS + 3}"
        canvas.write(0, row_, said, SIGNS)


def _axis(curve: Curve, place: _Place) -> str:
    """Days left under the points, before them the day of expiry where there is room; CME's where any is left."""
    cells = list("perp".ljust(place.column(place.days) + 1))
    expiries = [(one.expiry, one.days) for one in curve.all] + [(one.expiry, one.days) for one in curve.cme]
    placed = [one for one in expiries if _label(cells, place.column(one[1]), f"{one[1]:.0f}d")]
    for expiry, days in placed:
        short, column = f"{days:.0f}d", place.column(days)
        own = slice(start := _start(cells, column, short), start + len(short))
        cells[own] = " " * len(short)
        if not _label(cells, column, f"{expiry.day} {expiry:%b %y} {short}"):
            cells[own] = short
    return "".join(cells).rstrip()


def _start(cells: Sequence[str], column: int, label: str) -> int:
    """Where a label begins that stands around a column, or as near as there are cells."""
    return min(column - len(label) // 2, len(cells) - len(label))


def _label(cells: list[str], column: int, label: str) -> bool:
    """Put a label where nothing else is, nor within a cell of it."""
    start = _start(cells, column, label)
    free = start >= GUTTER - 1 and not "".join(cells[max(0, start - 1) : start + len(label) + 1]).strip()
    if free:
        cells[start : start + len(label)] = label
    return free
