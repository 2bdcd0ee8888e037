"""Open interest as rows of a file: the five of the newest week, or all weeks. Pure."""

from collections.abc import Sequence

from feeds.topics import Share
from tui.export import Cell
from tui.widgets.flow_export import Sheet
from tui.widgets.flow_words import named
from tui.widgets.share_words import PARTS, bound, value_of

BOUNDS = {"<": "at most", ">": "at least", "~": "estimated", "": ""}


def now(share: Share) -> Sheet:
    """The five on the dates of the newest report, each beside its newest number and that one's date."""
    by_name = named(share.readings)
    rows: list[Sequence[Cell]] = []
    for week in share.weeks[-1:]:
        older = dict(week.older)
        for part in PARTS:
            value, newest = value_of(week, part), by_name[f"oi.{part}"]
            day = week.day if part == "cme" else older.get(part, week.snapshot)
            number = newest.value if isinstance(newest.value, float) else None
            doubt = "doubted" if part in week.doubted else " ".join(week.missing) if part == "cme" else ""
            rows.append((part, value, day if value is not None else None, doubt, number, newest.period, newest.state))
    return "share-now", ("of", "matched_btc", "matched_day", "doubt", "newest_btc", "newest_day", "state"), rows


def weeks(share: Share) -> Sheet:
    """All weeks, the newest first. `bound`: how the share is to be read where a part is missing."""
    crossed = {one.day: "over" if one.over else "under" for one in share.crossings}
    columns = ("report", "snapshot", *(f"{part}_btc" for part in PARTS), "parts", "share_pct", "bound", "cme_binance")
    rows: list[Sequence[Cell]] = [
        (
            week.day,
            week.snapshot,
            *(value_of(week, part) for part in PARTS),
            week.parts,
            week.share,
            BOUNDS[bound(week)],
            week.ratio,
            crossed.get(week.day, ""),
            week.net_short,
            " ".join(week.doubted),
            " ".join(f"{part}:{day}" for part, day in week.older),
            " ".join(week.missing),
        )
        for week in reversed(share.weeks)
    ]
    return "share-weeks", (*columns, "crossed", "net_short_btc", "doubted", "older", "missing"), rows
