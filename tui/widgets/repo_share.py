"""How much of repo volume pays at least what the Fed pays: the bounds as a band from 0 to 100 %. Pure."""

from feeds import text
from feeds.topics import Reading
from tui.theme import ACCENT, BOLD, KEY, LABEL, LATE
from tui.widgets.canvas import joined
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span
from tui.widgets.repo_words import share_range, sign_of, style_of, value

TICKS = (0, 25, 50, 75, 100)
WIDE = 64  # columns from which the title is whole


def share(low: Reading | None, mid: Reading | None, high: Reading | None, width: int) -> list[Line]:
    """Say the bounds and the middle, then draw them; a reason in words where they are not known."""
    title = f"at or above IORB{', of SOFR volume' if width >= WIDE else ''}  "
    if low is None or high is None or not isinstance(low.value, float) or not isinstance(high.value, float):
        why = next(iter(low.said("reading", "doubt", "why", "lacks")), "") if low else "not told by the engine"
        room = max(1, width - len(title) - len(text.UNKNOWN) - 2)
        return [((title, LABEL), (text.UNKNOWN, BOLD), ("  " + text.plain(why, room), LATE))]
    at = mid.value if mid is not None and isinstance(mid.value, float) else None
    middle = f"mid {value(mid)}" if at is not None else "only this range is known"
    bounds: Line = (sign_of(low), (share_range(low.value, high.value), style_of(low) + BOLD))
    said = fit(
        [(1, ((title.strip(), LABEL),)), (0, bounds), (0 if at is not None else 2, ((middle, style_of(mid)),))], width
    )
    return [said, band(low.value, at, high.value, width), _axis(width)]


def band(low: float, mid: float | None, high: float, width: int) -> Line:
    """A row from 0 to 100 %, filled from `low` to `high`, with a mark at `mid`."""
    first, last = _column(low, width), _column(high, width)
    cells: list[Span] = []
    for column in range(width):
        if mid is not None and column == _column(mid, width):
            cells.append(("┃", ACCENT))
        elif first <= column <= last:
            cells.append(("▒", KEY))
        else:
            cells.append(("·", LABEL))
    return joined(cells)


def _column(percent: float, width: int) -> int:
    return max(0, min(width - 1, round(percent / 100 * (width - 1))))


def _axis(width: int) -> Line:
    axis = [" "] * width
    for tick in TICKS:
        said = f"{tick} %" if tick == TICKS[-1] else str(tick)
        at = min(width - len(said), max(0, _column(tick, width) - len(said) // 2))
        axis[at : at + len(said)] = said
    return (("".join(axis), LABEL),)
