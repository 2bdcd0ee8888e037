"""The bitcoin futures curve as a table: contracts by expiry, perpetuals, CME, and what is left out. Pure."""

from collections.abc import Sequence
from functools import partial
from textwrap import wrap

from rich.style import Style

from feeds import text
from feeds.topics import Curve, CurvePoint, ExpiryPoint, FundingPoint
from tui.theme import BOLD, DIM, DOWN, LABEL, LATE, PLAIN, SIGN, STATE, TITLE, UP, sum_mark
from tui.widgets.columns import Column, fitting, padded
from tui.widgets.curve_venues import letter
from tui.widgets.curve_words import percent, points
from tui.widgets.derivative_rows import span_of_time
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span

GAP = 2
CONTRACTS = "dated futures"
GUESSED = "~ taken as paid every 8 h: the venue does not tell"


def rows(curve: Curve, now_ms: int, width: int) -> list[Line]:
    """Contracts by expiry, then perpetuals, CME, those dropped, and notes."""
    lines = _contracts(curve, now_ms, width)
    lines += _perpetuals(curve.funding, now_ms, width)
    if curve.cme:
        lines += [(), *_titles(_columns({}), "CME daily closes", width)]
        lines += [_row(point, _columns({}), now_ms, width) for point in curve.cme]
        lines += _words(dict.fromkeys(point.note for point in curve.cme if point.note), width, LABEL)
    if curve.dropped:
        lines += [(), (("no basis", TITLE),)]
        lines += [_dropped(one.venue, one.symbol, one.why, width) for one in curve.dropped]
    return [*lines, (), *_words(curve.notes, width, LABEL)]


def _contracts(curve: Curve, now_ms: int, width: int) -> list[Line]:
    if not curve.points:
        return [(("no dated future has a basis", LABEL),), ()]
    medians = {one.expiry: one for one in curve.all}
    columns = _columns({one.expiry: one.basis for one in curve.all})
    lines = _titles(columns, CONTRACTS, width)
    before = None
    for point in curve.points:
        if point.expiry != before:
            lines.append(_expiry(point, medians.get(point.expiry), width))
            before = point.expiry
        lines.append(_row(point, columns, now_ms, width))
        lines += _words([point.note] if point.note else [], width, LATE, "      ")
    return [*lines, ()]


def _expiry(point: CurvePoint, middle: ExpiryPoint | None, width: int) -> Line:
    """The line above the contracts of one day: what their median is, and how far apart the venues are."""
    day: Line = ((f"{point.expiry}  {point.days if middle is None else middle.days:.0f} d", TITLE),)
    if middle is None:
        return (*day, ("  none counts", LATE))
    venues = f"{middle.venues} venue{'s'[: middle.venues > 1]}"
    median: Line = (("median ", LABEL), (f"{percent(middle.basis)} %/y", BOLD))
    apart: Line = ((f"{percent(middle.low)} to {percent(middle.high)} in {venues}", LABEL),)
    return fit([(0, day), (0, median), (1, apart)], width)


def _style(point: CurvePoint | FundingPoint) -> Style:
    return STATE[point.state]


def _venue(point: CurvePoint | FundingPoint, _: int) -> Span:
    named = f"{SIGN[point.state]} {letter(point.venue, point.inverse)} {text.plain(point.venue, 14)}"
    return (named, _style(point))


def _sort(point: CurvePoint | FundingPoint, _: int) -> Span:
    return ("inverse" if point.inverse else "linear", LABEL)


def _basis(point: CurvePoint, _: int) -> Span:
    if point.state != "fresh":
        return (percent(point.basis), _style(point))
    return (percent(point.basis), BOLD + (UP if point.basis > 0 else DOWN if point.basis < 0 else PLAIN))


def _apart(medians: dict[object, float], point: CurvePoint, _: int) -> Span:
    middle = medians.get(point.expiry)
    return (points(None if middle is None else point.basis - middle), LABEL)


def _age(point: CurvePoint | FundingPoint, now_ms: int) -> Span:
    return (text.age(None if point.as_of_ms is None else now_ms - point.as_of_ms), _style(point))


def _columns(medians: dict[object, float]) -> tuple[Column[CurvePoint], ...]:
    apart = (Column[CurvePoint]("to median", 9, 4, partial(_apart, medians)),) if medians else ()
    return (
        Column("", 18, 0, _venue, left=True),
        Column("contract", 20, 2, lambda point, _: (point.symbol, LABEL), left=True),
        Column("sort", 7, 3, _sort, left=True),
        Column("expiry", 10, 6, lambda point, _: (str(point.expiry), PLAIN)),
        Column("basis %/y", 9, 0, _basis),
        *apart,
        Column("age", 4, 1, _age),
        Column("state", 6, 5, lambda point, _: (point.state, _style(point)), left=True),
    )


FUNDING: tuple[Column[FundingPoint], ...] = (
    Column("", 18, 0, _venue, left=True),
    Column("contract", 20, 2, lambda row, _: (row.symbol, LABEL), left=True),
    Column("sort", 7, 4, _sort, left=True),
    Column("fund %/y", 9, 0, lambda row, _: _yearly(row)),
    Column("paid", 12, 5, lambda row, _: _rate(row)),
    Column("next", 6, 1, lambda row, now: _next(row, now)),
    Column("age", 4, 3, _age),
)


def _yearly(row: FundingPoint) -> Span:
    said = f"{sum_mark(row.quality)}{row.funding:+.2f}"
    if row.state != "fresh":
        return (said, _style(row))
    return (said, BOLD + (UP if row.funding > 0 else DOWN if row.funding < 0 else PLAIN))


def _rate(row: FundingPoint) -> Span:
    if row.rate is None:
        return (text.UNKNOWN, LABEL)
    per = "?" if row.interval_h is None else f"{row.interval_h:g}h"
    return (f"{row.rate * 100:+.4f}%/{per}", PLAIN)


def _next(row: FundingPoint, now_ms: int) -> Span:
    if row.next_ms is None:
        return (text.UNKNOWN, LABEL)
    left = row.next_ms - now_ms
    return (span_of_time(left), PLAIN) if left > 0 else ("due", LATE)


def _perpetuals(funding: Sequence[FundingPoint], now_ms: int, width: int) -> list[Line]:
    if not funding:
        return [(("no perpetual tells its funding", LABEL),)]
    columns = fitting(FUNDING, width, GAP)
    lines: list[Line] = [tuple(padded(column, _title(column.title, "perpetuals, day 0"), GAP) for column in columns)]
    lines += [tuple(padded(column, column.cell(row, now_ms), GAP) for column in columns) for row in funding]
    if any(row.quality == "estimated" for row in funding):
        lines += _words([GUESSED], width, LABEL)
    return lines


def _title(title: str, first: str) -> Span:
    return (title, LABEL) if title else (first, TITLE)


def _titles(columns: Sequence[Column[CurvePoint]], first: str, width: int) -> list[Line]:
    shown = fitting(columns, width, GAP)
    return [tuple(padded(column, _title(column.title, first), GAP) for column in shown)]


def _row(point: CurvePoint, columns: Sequence[Column[CurvePoint]], now_ms: int, width: int) -> Line:
    cells = [padded(column, column.cell(point, now_ms), GAP) for column in fitting(columns, width, GAP)]
    if point.counted or point.venue == "cme":
        return tuple(cells)
    return tuple((said, LABEL + DIM) for said, _ in cells)


def _dropped(venue: str, symbol: str, why: str, width: int) -> Line:
    said = f"  {text.plain(venue, 14):<16}{text.plain(symbol, 20):<22}"
    return ((said, PLAIN), (text.plain(why, max(1, width - len(said))), LATE))


def _words(words: Sequence[str] | dict[str, None], width: int, style: Style, lead: str = "") -> list[Line]:
    return [
        ((lead + part, style),)
        for word in words
        for part in wrap(text.plain(word, 300), max(10, width - len(lead)), subsequent_indent="  ")
    ]
