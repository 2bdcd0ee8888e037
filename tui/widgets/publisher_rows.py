"""The publishers of slow series: how asking them goes, or why they are not asked. Pure."""

from functools import cache

from rich.style import Style

from feeds import text
from feeds.topics import SourceRow
from tui.theme import ACCENT, LABEL, LATE, PLAIN, SIGN, STATE
from tui.widgets.columns import Column, fitting, padded, width_of
from tui.widgets.derivative_rows import span_of_time
from tui.widgets.lines import Line, Span
from tui.widgets.macro_rows import clipped

MARK, GAP = 2, 2
LEAST_WORDS = 24


def style_of(row: SourceRow) -> Style:
    return LABEL if row.off else STATE[row.state]


def _next(row: SourceRow, now_ms: int) -> Span:
    if row.next_ms is None or row.off:
        return (text.UNKNOWN, LABEL)
    left = row.next_ms - now_ms
    return (span_of_time(left) if left > 0 else "now", PLAIN)


def _counted(count: int, style: Style) -> Span:
    return (f"{count:,}", style if count else LABEL)


COLUMNS: tuple[Column[SourceRow], ...] = (
    Column("publisher", 14, 0, lambda row, _: (f"{SIGN[row.state]} {row.name}", style_of(row)), left=True),
    Column("state", 5, 0, lambda row, _: ("off" if row.off else row.state, style_of(row)), left=True),
    Column("good", 4, 1, lambda row, now: (text.age(None if row.seen_ms is None else now - row.seen_ms), PLAIN)),
    Column("next", 6, 2, _next),
    Column("asked", 6, 4, lambda row, _: _counted(row.asked, PLAIN)),
    Column("refused", 7, 3, lambda row, _: _counted(row.refused, LATE)),
)
"""`good`: the age of the last answer that was believed. `next`: when it is asked again."""


@cache
def columns_for(width: int) -> tuple[Column[SourceRow], ...]:
    return tuple(fitting(COLUMNS, width - MARK - LEAST_WORDS - GAP, GAP))


def titles(width: int) -> Line:
    named = [padded(column, (column.title, LABEL), GAP) for column in columns_for(width)]
    return ((" " * MARK, PLAIN), *named, ("who, or what is wrong", LABEL))


def line(row: SourceRow, picked: bool, now_ms: int, width: int) -> Line:
    """Draw a publisher; the rest of the row says why it is off, what went wrong, or who it is."""
    mark: Span = ("▸ ", ACCENT) if picked else (" " * MARK, PLAIN)
    columns = columns_for(width)
    cells = [padded(column, column.cell(row, now_ms), GAP) for column in columns]
    room = width - MARK - width_of(columns, GAP) - GAP
    said, style = (row.off, LABEL) if row.off else (error(row, now_ms), LATE) if row.error else (row.title, LABEL)
    return (mark, *cells, (text.plain(said, max(1, room)), style))


def error(row: SourceRow, now_ms: int) -> str:
    since = "" if row.error_ms is None else f"for {text.age(now_ms - row.error_ms)}: "
    return f"{since}{row.error}"


def detail(row: SourceRow, now_ms: int, width: int, rows: int) -> list[Line]:
    """All of a publisher in words; what is wrong, or how to switch it on, comes first."""
    trouble = row.off or (error(row, now_ms) if row.error else "")
    style = LABEL if row.off else LATE
    first = [((part, style),) for part in clipped(trouble, width, rows - 1)]
    words = f"{row.name}: {row.title}" + (f". {row.terms}" if row.terms and row.terms not in trouble else "")
    return [*first, *(((part, PLAIN),) for part in clipped(words, width, rows - len(first)))]
