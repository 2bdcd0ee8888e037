"""The history of flows for a chart: what came in so far, and bitcoin beside what its holders paid. Pure."""

from collections.abc import Callable, Sequence
from datetime import date

from feeds import text
from feeds.topics import FlowPoint, Flows
from tui.theme import BOLD, KEY, LABEL, LATE, PLAIN
from tui.widgets.flow_panels import Panel, Trace, pieces
from tui.widgets.flow_rows import STEPS
from tui.widgets.flow_words import millions, told_day
from tui.widgets.heat import heat
from tui.widgets.lines import Line

SPANS = {"3m": 92, "1y": 365, "all": 1 << 20}


def days(flows: Flows) -> list[date]:
    return [point.day for point in flows.history]


def panels(flows: Flows) -> list[Panel]:
    """The sum of all flows above, in billions; bitcoin's close and its holders' cost below."""
    history, holes = flows.history, flows.holes
    total = pieces(((point.day, point.cumulative / 1000) for point in history), holes)
    closes = pieces(((point.day, point.close) for point in history), holes)
    costs = pieces(((point.day, point.cost) for point in history), holes)
    return [
        Panel((("all flows so far, $bn", KEY),), [Trace(total, KEY)]),
        Panel(
            (("bitcoin's close, $", KEY), ("   ╌╌ net cost of the coins in the funds", LATE)),
            [Trace(closes, KEY), Trace(costs, LATE, dashed=True)],
        ),
    ]


def reading(flows: Flows) -> Callable[[int], Sequence[tuple[int, Line]]]:
    """What is said of a day of the history, by its number."""

    def read(at: int) -> list[tuple[int, Line]]:
        point = flows.history[at]
        return [
            (0, ((told_day(point.day, year=True), PLAIN),)),
            (0, ((millions(point.total), heat(point.total, STEPS)), (" $M", LABEL))),
            (0, ((f"by {text.plain(point.by, 20)}", LATE),) if point.by else ()),
            (1, (("all ", LABEL), (millions(point.cumulative), BOLD))),
            (1, (("bitcoin ", LABEL), (_dollars(point.close), BOLD))),
            (3, (("net cost ", LABEL), (_dollars(point.cost), LATE), *_away(point))),
        ]

    return read


def _dollars(value: float | None) -> str:
    return "--" if value is None else f"${value:,.0f}"


def _away(point: FlowPoint) -> Line:
    if point.close is None or not point.cost:
        return ()
    return ((f" {(point.close / point.cost - 1) * 100:+.1f} %", PLAIN),)
