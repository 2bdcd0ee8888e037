"""Venues by what was liquidated there: their part of it, and how far each can be believed. Pure."""

from collections.abc import Sequence
from textwrap import wrap

from rich.style import Style

from feeds import text
from feeds.topics import LiqVenue, Quality, Total
from tui.theme import LABEL, LATE, LONG, PLAIN, QUALITY, SHORT, SIGN, STATE, sum_mark
from tui.widgets.flow import flow
from tui.widgets.lines import Line, Span

NOTHING = Total(None, None, None, None, None, None)
NAME = 14  # columns of a venue's name
VENUE_WIDTH = 44
"""Columns of a venue's row: name 14, two totals of 9, a word of 7, a sign."""
SATURATED = 0.5
"""From this share of seconds on a feed of one event a second hides others, and its row says so."""
WIDE = 78  # columns from which all that is known of a venue has one row, and words follow it


def amount(value: float | None, quality: Quality) -> str:
    """Dollars, with the sign of a total that is at least so much."""
    return text.UNKNOWN if value is None else sum_mark(quality) + text.usd(value)


def ranked(rows: Sequence[LiqVenue], window: str, kept: Sequence[str] = ()) -> list[LiqVenue]:
    """Venues by size; those in `kept` stay in that order, whatever they have become, and new ones follow."""
    place = {name: at for at, name in enumerate(kept)}

    def key(row: LiqVenue) -> tuple[int, float]:
        return place.get(row.venue, len(place)), -_both(row, window)

    return sorted(rows, key=key)


def venues(rows: Sequence[LiqVenue], window: str, height: int) -> list[Line]:
    """Venues in their order: what they are worth, and whether that is all, a sample, or partial."""
    lines: list[Line] = [((f"{'venue':<14} {'LONG ▼':>9} {'SHORT ▲':>9} {window}", LABEL),)]
    fits = len(rows) if len(rows) < height else max(0, height - 2)
    lines += [_venue(row, window) for row in rows[:fits]]
    if fits < len(rows):
        lines.append(((f"and {len(rows) - fits} more", LABEL),))
    return lines[:height]


def by_venue(rows: Sequence[LiqVenue], window: str, width: int) -> tuple[Line, list[Line]]:
    """All that is known of each: in one row where there is room for it, else in two, and words below."""
    whole = sum(_both(row, window) for row in rows)
    name = min(NAME, width - 20)
    head = f"{('by venue ' if name == NAME else '') + window:<{name}} {'LONG ▼':>9} {'SHORT ▲':>9}"
    if width >= WIDE:
        head += f" {'share':>6} {'events':>8}  told"
    body: list[Line] = []
    for row in rows:
        sums, more = _sums(row, window, name), _more(row, window, whole)
        words = _words(row, window)
        if width < WIDE:
            body += [sums, *flow([((f"  {cell.strip()}", style),) for cell, style in more], width, 2, gap=0)]
            body += [((f"  {line}", LATE),) for line in wrap(words, width - 2)]
            continue
        line: Line = (*sums, *more)
        used = sum(len(cell) for cell, _ in line)
        room = width - used - 2
        if words and len(words) <= room:
            body.append((*line, (f"  {words}", LATE)))
        else:
            body += [line, *(((" " * 15 + part, LATE),) for part in wrap(words, width - 15))]
    return ((head, LABEL),), body


def _sums(row: LiqVenue, window: str, name: int = NAME) -> Line:
    total = row.windows.get(window, NOTHING)
    quality: Quality = "floor" if row.complete == "sampled" or row.partial.get(window) else "exact"
    live: Style = PLAIN if row.state == "live" else LABEL
    return (
        (f"{text.plain(row.venue, name):<{name}}", live),
        (f" {amount(total.long_usd, quality):>9}", LONG if total.long_usd else LABEL),
        (f" {amount(total.short_usd, quality):>9}", SHORT if total.short_usd else LABEL),
    )


def _more(row: LiqVenue, window: str, whole: float) -> list[Span]:
    """Share, events, whether it tells all, and its state. A share among floors is an estimate."""
    total = row.windows.get(window, NOTHING)
    known = total.long_usd is not None
    share = f"~{_both(row, window) / whole:.0%}" if known and whole else text.UNKNOWN
    counts = (total.long_count, total.short_count)
    floor = QUALITY["floor"] if row.complete == "sampled" or row.partial.get(window) else ""
    count = text.UNKNOWN if None in counts else f"{floor}{sum(n or 0 for n in counts):,}×"
    return [
        (f" {share:>6}", PLAIN),
        (f" {count:>8}", LABEL),
        (f"  {row.complete if known else 'none':<7}", LABEL),
        (f" {SIGN[row.state]} {row.state:<10}", STATE[row.state]),
    ]


def _words(row: LiqVenue, window: str) -> str:
    """What is missing from it, and whether it publishes all that it can."""
    said = []
    if row.saturation >= SATURATED:
        said.append(f"at its limit {row.saturation:.0%} of the last minute")
    if why := text.plain(row.partial.get(window, "")):
        said.append(f"partial: {why}")
    return "; ".join(said)


def _venue(row: LiqVenue, window: str) -> Line:
    word: Span = (row.complete, LABEL)
    if row.state != "live":
        word = (row.state, STATE[row.state])
    elif row.saturation >= SATURATED:
        word = (f"lim{row.saturation:>4.0%}", LATE)
    elif row.partial.get(window):
        word = ("partial", LATE)
    return (*_sums(row, window), (f" {SIGN[row.state]} ", STATE[row.state]), word)


def _both(row: LiqVenue, window: str) -> float:
    total = row.windows.get(window, NOTHING)
    return (total.long_usd or 0.0) + (total.short_usd or 0.0)
