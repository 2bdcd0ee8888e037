"""The regime week by week as a strip of letters with the years below. Pure."""

from collections import Counter
from collections.abc import Sequence

from rich.style import Style

from feeds import text
from feeds.topics.regime import RegimeWeek
from tui.theme import DOWN, LABEL, LATE, PLAIN, UP
from tui.widgets.flow import joined
from tui.widgets.lines import Line, Span, width_of
from tui.widgets.regime_words import heading

HELD: dict[str, Style] = {
    "easy": UP,
    "repair": Style(color="cyan"),
    "late": LATE,
    "drain": DOWN,
    "mixed": LABEL,
}
LETTER = {"easy": "E", "repair": "R", "late": "L", "drain": "D", "mixed": "·"}
RULE = {"easy": "L+R+", "repair": "L+R-", "late": "L-R+", "drain": "L-R-", "mixed": "else"}
"""By the signs of the pushes of liquidity (L) and of risk appetite (R)."""
UNTOLD: Span = ("?", LABEL)
REVERSE = Style(reverse=True)
WEEK_DAYS = 7


def cell(label: str | None) -> Span:
    """One week, or some of them, as a letter on its colour; a sign without one where it cannot be told."""
    if label is None:
        return UNTOLD
    style = HELD.get(label, LABEL)
    return (LETTER.get(label, "?"), style if label == "mixed" else style + REVERSE)


def legend(weeks: Sequence[RegimeWeek], width: int) -> Line:
    """The letters and their labels; with room the rule of each, and the sign of what cannot be told."""
    names: list[Line] = [(cell(name), (f" {name}", PLAIN)) for name in LETTER]
    ruled: list[Line] = [(*line, (f" {RULE[name]}", LABEL)) for name, line in zip(LETTER, names, strict=True)]
    sides: Line = (("L liquidity, R risk appetite", LABEL),)
    untold: list[Line] = [(UNTOLD, (" cannot be told", LABEL))] if any(one.label is None for one in weeks) else []
    lines = [joined([*ruled, *untold, sides], 2), joined([*ruled, *untold], 2), joined([*names, *untold], 2)]
    lines += [joined(names, 2)]
    return next((line for line in lines if width_of(line) <= width), ())


def strip(weeks: Sequence[RegimeWeek], width: int) -> list[Line]:
    """All weeks from the first to the newest in so many columns, and the years below.

    A column stands for the label that held in the most of its weeks, the newer one where two held as long; where no
    week closed it is blank.
    """
    if not weeks:
        return []
    first, last = weeks[0].day, weeks[-1].day
    count = (last - first).days // WEEK_DAYS + 1
    columns = min(width, count)
    found: list[list[str | None]] = [[] for _ in range(columns)]
    years: dict[int, int] = {}
    for week in weeks:
        at = (week.day - first).days // WEEK_DAYS * columns // count
        found[at].append(week.label)
        years.setdefault(week.day.year, at)
    cells: list[Span] = []
    for labels in found:
        one: Span = cell(_most(labels)) if labels else (" ", PLAIN)
        if cells and cells[-1][1] == one[1]:
            cells[-1] = (cells[-1][0] + one[0], one[1])
        else:
            cells.append(one)
    return [tuple(cells), ((_axis(years, columns), LABEL),)]


def _most(labels: Sequence[str | None]) -> str | None:
    counts = Counter(labels)
    return max(reversed(labels), key=lambda label: counts[label])


def _axis(years: dict[int, int], columns: int) -> str:
    said = ""
    for year, at in years.items():
        if (not said or at > len(said)) and at + 4 <= columns:
            said = said.ljust(at) + str(year)
    return said


def block(weeks: Sequence[RegimeWeek], width: int, none: str) -> list[Line]:
    """The strip with its letters: since when, and how many weeks a column stands for. `none`: why there are none."""
    if not weeks:
        return [heading("regime by the week"), ((text.plain(none, width), LABEL),)]
    count = (weeks[-1].day - weeks[0].day).days // WEEK_DAYS + 1
    each = count / min(width, count)
    said = f"since {weeks[0].day}" + (", a week a letter" if each == 1 else f", {each:.1f} weeks a letter")
    title = heading("regime by the week", said, width)
    room = width - width_of(title) - 3
    return [(*title, ("   ", PLAIN), *legend(weeks, room)), *strip(weeks, width)]
