"""A slow series in words: what it is now, where it comes from, and which of its values were revised. Pure."""

from datetime import tzinfo
from textwrap import wrap

from rich.style import Style

from feeds import text
from feeds.topics import DoubtRow, SeriesPage, SeriesRow, VintageRow
from tui.theme import BOLD, DOWN, LABEL, PLAIN, SIGN, TITLE, UP, level_mark
from tui.widgets.flow import flow
from tui.widgets.lines import Line
from tui.widgets.macro_rows import clipped, note_style, style_of
from tui.widgets.slow_numbers import moment, number

NAMES = 11  # columns of what a fact is called
NOTE_ROWS = 2
DOUBTS = 3
"""Doubted values that are told, the newest."""


def head(id_: str, page: SeriesPage | None, row: SeriesRow | None, now_ms: int, zone: tzinfo, width: int) -> list[Line]:
    """Its name and newest value with age and state; then what is wrong with it, if anything is."""
    label = page.label if page else row.label if row else ""
    name = text.plain(id_, 30)
    lines: list[Line] = [((name, TITLE), (f"  {text.plain(label, max(1, width - len(name) - 2))}", PLAIN))]
    if row is None:
        return [*lines, ((text.UNKNOWN, BOLD), ("  not in the table of the engine", LABEL))]
    style = style_of(row)
    value: Line = ((f"{SIGN[row.state]} ", style), (_value(row), style + BOLD), (f" {row.unit}".rstrip(), style))
    age = text.age(None if row.known_ms is None else now_ms - row.known_ms)
    items: list[Line] = [value]
    if row.value is not None:
        items += [
            ((f"for {row.period}", PLAIN),),
            ((f"known {age} ago, {row.state}", style),),
            ((f"change {number(row.change, row.digits, signed=True)}", _sign(row.change)),),
            ((f"z 3y {number(row.z, 1, signed=True)}", PLAIN),),
            ((row.quality, PLAIN),) if row.quality != "exact" else (),
        ]
    if row.next_ms is not None:
        about = "about " if row.about else ""
        items.append(((f"next {about}{moment(row.next_ms, zone, year=True)}", LABEL),))
    lines += flow(items, width, 2)
    if row.late_since_ms is not None and row.state in ("late", "stale"):
        lines.append(((f"a value was due on {moment(row.late_since_ms, zone, year=True)}", style),))
    return [*lines, *(((said, note_style(row)),) for said in clipped(row.note, width, NOTE_ROWS))]


def _value(row: SeriesRow) -> str:
    return level_mark(row.quality) + number(row.value, row.digits)


def _sign(value: float | None) -> Style:
    return LABEL if value is None else UP if value > 0 else DOWN if value < 0 else PLAIN


def facts(page: SeriesPage, width: int) -> list[Line]:
    """Where it comes from and what it is: a name, and words over as many rows as they need."""
    unit = page.unit or "a ratio"
    periods = f"{len(page.points):,} values"
    if page.points:
        periods += f", {page.points[0][0]} to {page.points[-1][0]}"
    told = {
        "unit": unit if page.published == page.unit else f"{unit}; published in {page.published}",
        "used for": page.use or "shown for itself",
        "comes out": page.rule,
        "source": f"{page.source} {page.address}".strip(),
        "terms": page.terms or text.UNKNOWN,
        "kept": periods,
    }
    if page.doubted:
        told["doubted"] = "; ".join(_doubt(row, page.digits) for row in page.doubted[:DOUBTS])
    lines: list[Line] = []
    for name, said in told.items():
        parts = wrap(text.plain(said, 600), max(20, width - NAMES)) or [text.UNKNOWN]
        lines.append(((f"{name:<{NAMES}}", LABEL), (parts[0], PLAIN)))
        lines += [((" " * NAMES + part, PLAIN),) for part in parts[1:]]
    return lines


def _doubt(row: DoubtRow, digits: int) -> str:
    since = "" if row.since_ms is None else " (confirmed since)"
    return f"{number(row.value, digits)} for {row.period} from {row.source}{since}: {row.why}"


def vintages(page: SeriesPage, zone: tzinfo, width: int) -> tuple[list[Line], list[Line]]:
    """A heading, and the revised values: newest period first, and of each the newest word first."""
    if not page.revised:
        return [(("no value of it was revised since it is kept here", LABEL),)], []
    room = max(len(number(row.value, page.digits)) for row in page.revised) + 1
    room = max(room, 7)
    signs = "; ᵖ: provisional" + ("; ˡ: read long after it came out" if any(row.later for row in page.revised) else "")
    title: list[Line] = [
        (("revised values", TITLE), (f", the newest first{signs}", LABEL)),
        ((f"{'period':<12}{'value':>{room}}{'revision':>{room + 2}}  {'known since':<22} by", LABEL),),
    ]
    rows: list[Line] = []
    for number_, row in enumerate(page.revised):
        earlier = page.revised[number_ + 1] if number_ + 1 < len(page.revised) else None
        moved = row.value - earlier.value if earlier is not None and earlier.period == row.period else None
        rows.append(_vintage(row, moved, page.digits, room, zone, width))
    return title, rows


def _vintage(row: VintageRow, moved: float | None, digits: int, room: int, zone: tzinfo, width: int) -> Line:
    said = "" if moved is None else number(moved, digits, signed=True)
    value = level_mark("provisional" if row.provisional else "later" if row.later else None) + number(row.value, digits)
    return (
        (f"{text.plain(row.period, 10):<12}", PLAIN),
        (f"{value:>{room}}", BOLD),
        (f"{said:>{room + 2}}", _sign(moved)),
        (f"  {moment(row.known_ms, zone, year=True):<22} ", LABEL),
        (text.plain(row.source, max(1, width - 12 - room * 2 - 27)), LABEL),
    )
