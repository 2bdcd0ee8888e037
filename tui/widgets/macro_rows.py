"""Slow series as a table: what a row says, how rows are grouped, and which a filter keeps. Pure."""

from collections.abc import Sequence
from datetime import tzinfo
from functools import cache, partial
from textwrap import wrap
from typing import Literal

from msgspec.structs import replace
from rich.style import Style

from feeds import text
from feeds.topics import SeriesRow
from tui.theme import ACCENT, BAD, BOLD, DOWN, LABEL, LATE, PLAIN, SIGN, STATE, TITLE, UP, level_mark
from tui.widgets.columns import Column, fitting, padded, width_of
from tui.widgets.derivative_rows import span_of_time
from tui.widgets.lines import Line, Span
from tui.widgets.slow_numbers import moment, number, spark

Only = Literal["all", "trouble", "revised"]
ONLY: dict[Only, str] = {
    "all": "",
    "trouble": "only late, stale or wrong",
    "revised": "only provisional or revised",
}
"""What the table can be narrowed to, and its words."""
GROUPS = {
    "repo": "repo: what cash costs overnight",
    "liquidity": "liquidity: the quantity of money",
    "rates": "rates: the price of money",
    "inflation": "inflation",
    "growth": "growth",
    "risk": "risk appetite",
    "dollar": "dollar",
    "oil": "oil",
    "bitcoin": "bitcoin",
    "etf": "bitcoin funds",
    "positions": "positions: who sets the price",
    "fragility": "fragility",
    "own": "counted here",
    "imported": "imported",
}
"""Groups by what they drive, in the order in which they are shown, and their headings."""
WIDE = 170  # columns from which ids, numbers and times are never cut
LEAST_LABEL, MOST_LABEL = 12, 44
MARK = 2
EXTREME_Z = 2.0


def off(row: SeriesRow) -> bool:
    """Whether nobody is asked for it: the publisher is off, or what is counted here has not been yet."""
    return row.next_ms is None and (row.value is None or bool(row.note))


def wrong(row: SeriesRow) -> bool:
    """Whether it is late, stale, refused, or could not be read."""
    return not off(row) and (row.state in ("late", "stale", "down") or bool(row.note))


def chosen(rows: Sequence[SeriesRow], words: str, only: Only) -> list[SeriesRow]:
    """The rows that have all `words` in id, label, group or source, grouped; within a group as they came."""
    wanted = words.casefold().split()
    order = {name: place for place, name in enumerate(GROUPS)}
    kept = [row for row in rows if _has(row, wanted) and _is(row, only)]
    return sorted(kept, key=lambda row: order.get(row.group, len(order)))


def _has(row: SeriesRow, words: Sequence[str]) -> bool:
    inside = f"{row.id} {row.label} {row.group} {GROUPS.get(row.group, '')} {row.source}".casefold()
    return all(word in inside for word in words)


def _is(row: SeriesRow, only: Only) -> bool:
    return only == "all" or (wrong(row) if only == "trouble" else row.quality in ("provisional", "revised"))


def counts(rows: Sequence[SeriesRow]) -> list[tuple[str, Style]]:
    """How many there are in each state, in words, the best first."""
    off_ = sum(map(off, rows))
    states = [row.state for row in rows if not off(row)]
    said = [
        (f"{states.count(state)} {'not known' if state == 'none' else state}", STATE[state])
        for state in dict.fromkeys(sorted(states, key=_rank))
    ]
    return [*said, (f"{off_} off", LABEL)] if off_ else said


def _rank(state: str) -> int:
    return list(STATE).index(state)


def heading(group: str, rows: Sequence[SeriesRow]) -> Line:
    """The line above a group: its name, and how many of its series are not as they should be."""
    said = "1 series" if len(rows) == 1 else f"{len(rows)} series"
    line: list[Span] = [(text.plain(GROUPS.get(group, group), 40), TITLE), (f"  {said}", LABEL)]
    for words, style in counts(rows):
        if not words.endswith(" fresh"):
            line.append((f", {words}", style))
    return tuple(line)


def style_of(row: SeriesRow) -> Style:
    return LABEL if off(row) else STATE[row.state]


def _quiet(row: SeriesRow) -> Style:
    return LABEL if row.state == "fresh" else style_of(row)


def _id(row: SeriesRow, _: int) -> Span:
    return (f"{SIGN[row.state]} {row.id}", style_of(row))


def _value(width: int, row: SeriesRow, _: int) -> Span:
    sign = level_mark(row.quality)
    return (sign + number(row.value, row.digits, width - len(sign)), style_of(row) + BOLD)


def _change(width: int, row: SeriesRow, _: int) -> Span:
    return (number(row.change, row.digits, width, signed=True), _signed(row, row.change))


def _z(row: SeriesRow, _: int) -> Span:
    if row.z is None:
        return (text.UNKNOWN, LABEL)
    return (number(row.z, 1, signed=True), style_of(row) + (BOLD if abs(row.z) >= EXTREME_Z else PLAIN))


def _signed(row: SeriesRow, value: float | None) -> Style:
    if value is None or off(row):
        return LABEL
    return STATE[row.state] if row.state != "fresh" else UP if value > 0 else DOWN if value < 0 else PLAIN


def _age(row: SeriesRow, now_ms: int) -> Span:
    return (text.age(None if row.known_ms is None else now_ms - row.known_ms), style_of(row))


def _state(zone: tzinfo | None, row: SeriesRow, now_ms: int) -> Span:
    """The state; of a late one for how long, or with room since when."""
    if off(row):
        return ("off", LABEL)
    said: str = row.state
    if row.state == "late" and row.late_since_ms is not None:
        late = f"since {moment(row.late_since_ms, zone)}" if zone else text.age(now_ms - row.late_since_ms)
        said = f"late {late}"
    return (said, STATE[row.state])


def _next(row: SeriesRow, now_ms: int) -> Span:
    if row.next_ms is None:
        return (text.UNKNOWN, LABEL)
    left = row.next_ms - now_ms
    return (("~" if row.about else "") + (span_of_time(left) if left > 0 else "due"), PLAIN)


@cache
def columns_for(width: int, zone: tzinfo) -> tuple[Column[SeriesRow], ...]:
    """The columns that fit; the label has what they leave."""
    wide = width >= WIDE
    id_, value, unit, change, trend, state = (20, 16, 11, 12, 20, 23) if wide else (14, 11, 6, 9, 12, 9)
    columns: tuple[Column[SeriesRow], ...] = (
        Column("series", id_, 0, _id, left=True),
        Column("", LEAST_LABEL, 1, lambda row, _: (row.label, style_of(row)), left=True),
        Column("value", value, 0, partial(_value, value)),
        Column("unit", unit, 3, lambda row, _: (row.unit, LABEL), left=True),
        Column("change", change, 4, partial(_change, change)),
        Column("z 3y", 5, 7, _z),
        Column("trend", trend, 8, lambda row, _: (spark(row.spark, trend), _quiet(row)), left=True),
        Column("period", 10, 6, lambda row, _: (row.period or text.UNKNOWN, style_of(row))),
        Column("age", 4, 2, _age),
        Column("state", state, 2, partial(_state, zone if wide else None), left=True),
        Column("next", 7, 5, _next),
        Column("source", 11, 9, lambda row, _: (row.source, LABEL), left=True),
    )
    shown = fitting(columns, width - MARK, _gap(width))
    label = max(LEAST_LABEL, min(MOST_LABEL, LEAST_LABEL + width - MARK - width_of(shown, _gap(width))))
    return tuple(replace(column, width=label) if not column.title else column for column in shown)


def _gap(width: int) -> int:
    return 2 if width >= WIDE else 1


def titles(width: int, zone: tzinfo) -> Line:
    named = [padded(column, (column.title, LABEL), _gap(width)) for column in columns_for(width, zone)]
    return ((" " * MARK, PLAIN), *named)


def line(row: SeriesRow, picked: bool, now_ms: int, zone: tzinfo, width: int) -> Line:
    """Draw a series. Where it has no value, the reason stands in the place of what would be said of one."""
    mark: Span = ("▸ ", ACCENT) if picked else (" " * MARK, PLAIN)
    columns, gap = columns_for(width, zone), _gap(width)
    told = 1 + next(n for n, column in enumerate(columns) if column.title == "value")
    shown = columns if row.value is not None else columns[:told]
    cells = [padded(column, column.cell(row, now_ms), gap) for column in shown]
    room = width - MARK - width_of(shown, gap) - gap
    if row.value is None and room > 0:
        cells.append((text.plain(row.note, room), note_style(row)))
    return (mark, *cells)


def note_style(row: SeriesRow) -> Style:
    return LABEL if off(row) else BAD if row.kind == "doubt" else LATE


def beneath(row: SeriesRow, before: SeriesRow | None) -> str:
    """What stands below a row that has a value: its note, unless the row before has the same."""
    return text.plain(row.note) if row.value is not None and (before is None or before.note != row.note) else ""


def detail(row: SeriesRow, now_ms: int, zone: tzinfo, width: int, rows: int) -> list[Line]:
    """All of a series in words, over at most so many rows; what is wrong with it comes first."""
    troubles = []
    if row.late_since_ms is not None and row.state in ("late", "stale"):
        troubles.append(f"{row.state}: a value was due on {moment(row.late_since_ms, zone, year=True)}")
    troubles += [row.note] if row.note else []
    words = f"{row.id}: {row.label}"
    if row.value is not None and row.known_ms is not None:
        value = f"{level_mark(row.quality)}{number(row.value, row.digits)} {row.unit}".rstrip()
        words += f"; {value} for {row.period}, known {text.age(now_ms - row.known_ms)} ago from {row.source}"
        words += f", {row.quality}" if row.quality != "exact" else ""
    if row.next_ms is not None:
        about = "about " if row.about else ""
        words += f"; next {about}{moment(row.next_ms, zone, year=True)}"
    said = [(part, note_style(row)) for part in clipped("; ".join(troubles), width, rows - 1)]
    return [*((part,) for part in said), *(((part, PLAIN),) for part in clipped(words, width, rows - len(said)))]


def clipped(said: str, width: int, rows: int) -> list[str]:
    """Words over at most so many rows; what has no room is left out, and a sign says so."""
    parts = wrap(text.plain(said, 600), max(10, width))
    if len(parts) > rows > 0:
        parts = [*parts[: rows - 1], text.plain(" ".join(parts[rows - 1 :]), width)]
    return parts[: max(0, rows)]
