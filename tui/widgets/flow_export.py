"""Flows as rows of a file: the days, the history, or what was revised, as the pane has them. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from feeds.topics import Flows
from tui.export import Cell

Sheet = tuple[str, Sequence[str], list[Sequence[Cell]]]
"""What the file is named after, its columns, and its rows."""


def days(flows: Flows) -> Sheet:
    """Days newest first, in $M; an empty cell is a fund that has not reported or does not trade.

    `by`: whose total it is where that is not Farside's; `others`: what other counters say of it, in $M.
    """
    columns = ("day", "total_usd_m", "coins_btc", "provisional", "missing", "unsure", "by", "others", *flows.funds)
    rows: list[Sequence[Cell]] = [
        (
            row.day,
            row.total,
            row.coins,
            "provisional" if row.provisional else "",
            " ".join(row.missing),
            " ".join(row.unsure),
            row.by,
            " ".join(f"{by}:{total:g}" for by, total in row.others),
            *row.funds,
        )
        for row in flows.rows
    ]
    return "flows-days", columns, rows


def history(flows: Flows) -> Sheet:
    columns = ("day", "total_usd_m", "cumulative_usd_m", "btc_close_usd", "net_cost_usd", "by")
    rows: list[Sequence[Cell]] = [
        (point.day, point.total, point.cumulative, point.close, point.cost, point.by) for point in flows.history
    ]
    return "flows-history", columns, rows


def revisions(flows: Flows) -> Sheet:
    rows: list[Sequence[Cell]] = [
        (one.day, one.fund, one.was, one.now, datetime.fromtimestamp(one.known_ms / 1000, UTC).isoformat())
        for one in flows.revisions
    ]
    return "flows-revisions", ("day", "fund", "was_usd_m", "now_usd_m", "known_utc"), rows
