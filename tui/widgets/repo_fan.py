"""The rates at which repo was done, by their percentiles, against what the Fed pays: one axis in basis points. Pure."""

from collections.abc import Mapping, Sequence

from feeds.topics import Reading
from tui.theme import ACCENT, BOLD, KEY, LABEL, LATE, PLAIN
from tui.widgets.canvas import joined
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span
from tui.widgets.repo_words import sign_of
from tui.widgets.scale import nice

POINTS = {"SOFR1": "p1", "SOFR25": "p25", "SOFR": "median", "SOFR75": "p75", "SOFR99": "p99"}
RANKS = {"median": 0, "p99": 1, "p1": 2, "p25": 3, "p75": 3}
"""Which numbers are left out first where there is no room for all: those of the highest rank."""
PADDING = 0.04
LABEL_CELLS = 9  # columns of a number on the axis, with air


def fan(share: Reading | None, width: int) -> list[Line]:
    """Draw the percentiles that went into the share of volume; three rows, or one that says why there is none."""
    title: Line = (("SOFR less IORB, bp", LABEL),)
    rates = {one.series: one.value for one in share.inputs} if share is not None else {}
    iorb = rates.get("IORB")
    known = [name for name in POINTS if name in rates]
    if iorb is None or not known:
        why = "IORB of that day is not known" if known else "its percentiles are not known"
        return [(*title, (f"  -- {why}", LATE))]
    points = {POINTS[name]: round((rates[name] - iorb) * 100, 6) for name in known}
    said: list[tuple[int, Line]] = [(0, (*title, (" ", PLAIN), sign_of(share)))]
    for label, bp in points.items():
        said.append((RANKS[label], ((f"{label} ", LABEL), (f"{bp + 0.0:+.4g}", BOLD))))
    missing = [label for name, label in POINTS.items() if name not in rates]
    said.append((4, ((f"IORB {iorb:.2f} %", ACCENT),)))
    if missing:
        said.append((0, ((f"not known: {', '.join(missing)}", LATE),)))
    return [fit(said, width), *_axis(points, width)]


def _axis(points: Mapping[str, float], width: int) -> list[Line]:
    """The picture, and what its axis says."""
    low, high = min(0.0, *points.values()), max(0.0, *points.values())
    spare = max((high - low) * PADDING, 0.5)
    low, high = low - spare, high + spare

    def column(bp: float) -> int:
        return max(0, min(width - 1, round((bp - low) / (high - low) * (width - 1))))

    at = {label: column(bp) for label, bp in points.items()}
    zero = column(0.0)
    ends = [at[label] for label in points]
    box = range(at["p25"], at["p75"] + 1) if "p25" in at and "p75" in at else range(0)
    cells: list[Span] = [_cell(column_, at, ends, box, zero) for column_ in range(width)]
    step = nice((high - low) * LABEL_CELLS / width, (1, 2, 2.5, 5))
    ticks = [n * step for n in range(int(low / step) - 1, int(high / step) + 2) if low <= n * step <= high]
    return [joined(cells), _ticks([(column(tick), tick) for tick in ticks], zero, width)]


def _cell(column: int, at: Mapping[str, int], ends: Sequence[int], box: range, zero: int) -> Span:
    if column == at.get("median"):
        return "◆", ACCENT if column != zero else BOLD
    if column == zero:
        return "╋" if column in box else "┃", BOLD
    if column in box:
        return "━", KEY
    if column == at.get("p1"):
        return "├", KEY
    if column == at.get("p99"):
        return "┤", KEY
    return ("─", KEY) if min(ends) < column < max(ends) else ("·", LABEL)


def _ticks(ticks: Sequence[tuple[int, float]], zero: int, width: int) -> Line:
    """The numbers of the axis, with the name of what lies at zero in its place."""
    row = [" "] * width
    name = "IORB"
    start = max(0, min(width - len(name), zero - len(name) // 2))
    row[start : start + len(name)] = name
    for column, tick in ticks:
        said = f"{tick:+.4g}"
        first = column - len(said) // 2
        around = row[max(0, first - 1) : first + len(said) + 1]
        if first >= 0 and first + len(said) <= width and tick and not "".join(around).strip():
            row[first : first + len(said)] = said
    return (("".join(row), LABEL),)
