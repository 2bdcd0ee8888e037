"""The weeks of open interest as a table, newest first, with what is to be known of each. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, partial

from msgspec import Struct

from feeds import text
from feeds.topics import Crossing, Share, ShareWeek
from tui.theme import ACCENT, BOLD, LABEL, LATE, PLAIN
from tui.widgets.columns import Column, fitting, padded
from tui.widgets.lines import Line, Span
from tui.widgets.share_words import CROSSED, PARTS, SIGNS, bound, number, part_mark, ratio_mark, ratio_of, value_of

MARK = 2


class Week(Struct, frozen=True):
    """A week with the crossing that its report made, if it made one."""

    week: ShareWeek
    crossing: Crossing | None


def weeks(share: Share) -> list[Week]:
    """All weeks, the newest first."""
    crossings: Mapping[date, Crossing] = {one.day: one for one in share.crossings}
    return [Week(week, crossings.get(week.day)) for week in reversed(share.weeks)]


def _part(part: str, row: Week, _: int) -> Span:
    value, mark = value_of(row.week, part), part_mark(row.week, part)
    return (number(value, mark), LABEL if value is None else LATE if mark else PLAIN)


def _share(row: Week, _: int) -> Span:
    if row.week.share is None:
        return (text.UNKNOWN, LABEL)
    sign = bound(row.week)
    return (f"{SIGNS[sign]}{row.week.share:.1f} %", LATE if sign else BOLD)


def _ratio(row: Week, _: int) -> Span:
    if row.week.ratio is None:
        return (text.UNKNOWN, LABEL)
    crossed = f"{CROSSED[row.crossing.over]} " if row.crossing else ""
    sign = ratio_mark(row.week)
    return (f"{crossed}{sign}{ratio_of(row.week.ratio)}", LATE if sign else ACCENT if crossed else PLAIN)


@cache
def columns_for(width: int) -> tuple[Column[Week], ...]:
    columns: tuple[Column[Week], ...] = (
        Column("report", 10, 0, lambda row, _: (row.week.day.isoformat(), PLAIN), left=True),
        Column("snapshot", 10, 4, lambda row, _: (row.week.snapshot.isoformat(), LABEL), left=True),
        Column("share", 8, 0, _share),
        Column("/Binance", 8, 0, _ratio),
        *(
            Column(name, 8, rank, partial(_part, part))
            for (part, name), rank in zip(PARTS.items(), (1, 2, 5, 6, 7), strict=True)
        ),
        Column("net short", 9, 3, lambda row, _: (number(row.week.net_short), PLAIN)),
    )
    return tuple(fitting(columns, width - MARK, _gap(width)))


def _gap(width: int) -> int:
    return 3 if width >= 140 else 1


def titles(width: int) -> Line:
    named = [padded(column, (column.title, LABEL), _gap(width)) for column in columns_for(width)]
    return ((" " * MARK, PLAIN), *named)


def week_row(row: Week, picked: bool, width: int) -> Line:
    cells = [padded(column, column.cell(row, 0), _gap(width)) for column in columns_for(width)]
    return (("▸ ", ACCENT) if picked else (" " * MARK, PLAIN), *cells)


def gap_row(before: date, after: date, count: int) -> Line:
    """What stands between two reports between which others were due."""
    reports = "1 report is" if count == 1 else f"{count} reports are"
    return ((f"{' ' * MARK}{reports} missing between {before} and {after}", LATE),)


def week_words(row: Week) -> str:
    """A week in full: both dates, all five, and what is to be known of them."""
    week = row.week
    said = [f"CME's close of {week.day:%A} {week.day} against 00:00 UTC of {week.snapshot}"]
    values: Sequence[str] = [f"{name} {number(value_of(week, part))}" for part, name in PARTS.items()]
    said.append(", ".join(values) + " BTC")
    said += [f"{PARTS.get(part, part)} of {day}" for part, day in week.older]
    said += [f"{PARTS.get(part, part)} is not believed" for part in week.doubted]
    said += [f"{series} is not in the report" for series in week.missing]
    if row.crossing:
        side = "over" if row.crossing.over else "under"
        said.append(f"CME {side} Binance since this report, after that of {row.crossing.since}")
    return text.plain("; ".join(said), 600)
