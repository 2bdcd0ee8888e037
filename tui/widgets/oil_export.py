"""The oil curve as rows of a file: the strips, or the days of the spread. Pure."""

from collections.abc import Sequence

from feeds.topics import Oil
from tui.export import Cell
from tui.widgets.flow_export import Sheet


def strips(oil: Oil) -> Sheet:
    """Each contract of each strip. An empty close is one that is not known; `newest_close_day`: of its last before."""
    columns = ("sessions_ago", "day", "n", "contract", "close_usd_bbl", "newest_close_day")
    rows: list[Sequence[Cell]] = [
        (strip.ago, strip.day, point.n, point.contract, point.close, point.period)
        for strip in oil.strips
        for point in strip.points
    ]
    return "curve-oil-strip", columns, rows


def spreads(oil: Oil) -> Sheet:
    """The days of the spread, oldest first; `imported` ones are of the user's own series."""
    columns = ("day", "front", "back", "cl1_usd_bbl", "cl6_usd_bbl", "spread_usd_bbl", "leg_5d", "imported")
    rows: list[Sequence[Cell]] = [
        (one.day, one.front, one.back, one.cl1, one.cl6, one.spread, one.leg, "imported" if one.imported else "")
        for one in oil.history
    ]
    return "curve-oil-spread", columns, rows
