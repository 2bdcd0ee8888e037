"""The past of the oil spread as panels of a chart: what was stored, what was imported, and the front future. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from feeds import text
from feeds.topics import Oil, SpreadDay
from tui.theme import BAD, BOLD, KEY, LABEL, LATE, PLAIN
from tui.widgets.flow_panels import Panel, Trace, pieces
from tui.widgets.flow_words import told_day
from tui.widgets.lines import Line, Span

SPANS = {"3m": 92, "1y": 366, "all": 1 << 20}
SPAN = "3m"
LONG_GAP = 5
"""More days than that without a close break the line; a long weekend does not."""
BEGINS, NOW = "▲", "●"


def days(oil: Oil) -> list[date]:
    """The days of the spread, and those of the front future, which is known for longer."""
    return sorted({day.day for day in oil.history} | {day for day, _ in oil.front})


def panels(oil: Oil) -> list[Panel]:
    """The spread, with the newest day and the first of each shock; below it the front future, for what was before."""
    stored = [day for day in oil.history if not day.imported]
    imported = [day for day in oil.history if day.imported]
    said: list[Span] = [("CL6-CL1, $/bbl", KEY)]
    said += [(f"  {BEGINS} a shock begins", BAD)] if oil.shocks else []
    said += [("  ╌╌ imported", LATE)] if imported else []
    said.append(("  below 0 backwardation", LABEL))  # last, for it is the first to be cut where there is no room
    at = {day.day: day.spread for day in oil.history}
    marks = [(day.day, day.spread, (NOW, KEY)) for day in oil.history[-1:]]
    marks += [(one.first, at[one.first], (BEGINS, BAD)) for one in oil.shocks if one.first in at]
    return [
        Panel(tuple(said), [Trace(_pieces(stored), KEY), Trace(_pieces(imported), LATE, dashed=True)], 0.0, marks),
        Panel((("CL=F, $/bbl", KEY), ("  in front, rolls not adjusted", LABEL)), [Trace([oil.front], PLAIN)]),
    ]


def _pieces(days_: Sequence[SpreadDay]) -> list[list[tuple[date, float]]]:
    gaps = [before.day + timedelta(1) for before, after in pairwise(days_) if (after.day - before.day).days > LONG_GAP]
    return pieces(((day.day, day.spread) for day in days_), gaps)


def reading(oil: Oil) -> Callable[[int], Sequence[tuple[int, Line]]]:
    """What is said of a day, by its number."""
    all_ = days(oil)
    spreads, fronts = {day.day: day for day in oil.history}, dict(oil.front)

    def read(at: int) -> list[tuple[int, Line]]:
        day = all_[at]
        spread, front = spreads.get(day), fronts.get(day)
        items: list[tuple[int, Line]] = [
            (0, ((told_day(day, year=True), PLAIN),)),
            (0, (("CL6-CL1 ", LABEL), (f"{spread.spread:+.2f}" if spread else text.UNKNOWN, BOLD))),
        ]
        if spread is not None:
            legs = f"{text.plain(spread.front, 6)} {spread.cl1:.2f}  {text.plain(spread.back, 6)} {spread.cl6:.2f}"
            items.append((1, ((legs, PLAIN),)))
            items.append((2, (("imported", LATE),) if spread.imported else ()))
            items.append((3, ((f"5 d {text.plain(spread.leg, 30)}", LABEL),) if spread.leg else ()))
        return [*items, (2, (("CL=F ", LABEL), (text.UNKNOWN if front is None else f"{front:.2f}", PLAIN)))]

    return read
