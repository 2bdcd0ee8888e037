"""The words and numbers of the price pane as rows. Pure."""

from collections.abc import Sequence

from rich.style import Style

from feeds import text
from feeds.topics import Metric, Price, VenuePrice
from tui.theme import BOLD, DOWN, LABEL, LATE, PLAIN, STATE, UP
from tui.widgets.flow import flow, joined
from tui.widgets.lines import Line, width_of

VENUE_WIDTH = 37
"""Columns of one venue: name 14, price 9, premium or state 7, age 4, and the spaces between."""


def number(metric: Metric) -> float | None:
    """The value where it is a number."""
    return None if metric.value is None or isinstance(metric.value, str) else metric.value


def age(metric: Metric, now_ms: int) -> str:
    """How old the number is; what has no value has no age."""
    return text.age(None if metric.as_of_ms is None or metric.value is None else now_ms - metric.as_of_ms)


def doubts(metric: Metric) -> Line:
    """What keeps a number from being taken at its face: its state and its quality, in words."""
    state: Line = () if metric.state in ("fresh", "none") else ((metric.state, STATE[metric.state]),)
    quality: Line = () if metric.quality in ("exact", None) else ((metric.quality or "", LATE),)
    return joined([part for part in (state, quality) if part], 1)


def signed(label: str, metric: Metric, shown: str) -> Line:
    """A labelled change: coloured by its sign, followed by what is to be doubted about it."""
    value = number(metric)
    style: Style = LABEL if value is None else UP if value > 0 else DOWN if value < 0 else PLAIN
    return joined([((f"{label} ", LABEL), (shown, style)), *filter(None, [doubts(metric)])], 1)


def head(price: Price | None, now_ms: int, width: int, rows: int) -> list[Line]:
    """The reference price with its age and state, the reason if it is not fresh, changes, premium, source."""
    if price is None:
        return [(("no price yet: waiting for the engine", LABEL),)]
    ref = price.reference
    value = number(ref)
    shown: Line = ((text.price(value), BOLD if ref.state == "fresh" else STATE[ref.state]),)
    lead = joined(
        [(("BTC", LABEL),), shown, *filter(None, [doubts(ref)]), ((age(ref, now_ms), LABEL),)],
        1,
    )
    changes = [signed(name, metric, text.percent(number(metric))) for name, metric in price.changes.items()]
    premium = number(price.premium_coinbase)
    cb = signed(
        "coinbase" if width >= 80 else "cb",
        price.premium_coinbase,
        text.bp(premium) + ("bp" if premium is not None else ""),
    )
    source: Line = ((text.plain(ref.source, 40), LABEL),) if ref.source else ()
    if ref.note:
        note: Line = ((text.plain(ref.note, width), LATE),)
        lines = [lead, note, *flow([*changes, cb], width, rows - 2)][:rows]
    else:
        lines = flow([lead, *changes, cb], width, rows)
    if source and width_of(lines[-1]) + 2 + width_of(source) <= width:
        lines[-1] = joined([lines[-1], source], 2)
    return lines


def venue(row: VenuePrice, now_ms: int) -> Line:
    """One venue's last price: premium in basis points while fresh, else the state, or that it is doubted, in words."""
    fresh = row.price.state == "fresh"
    doubted = row.price.quality == "doubted"
    if doubted:
        third = (f" {row.price.quality:>7}", LATE)
    elif fresh and row.premium_bp is not None:
        style = UP if row.premium_bp > 0 else DOWN if row.premium_bp < 0 else PLAIN
        third = (f" {text.bp(row.premium_bp):>7}", style)
    elif fresh:
        third = (f" {text.UNKNOWN:>7}", LABEL)
    else:
        third = (f" {row.price.state:>7}", STATE[row.price.state])
    name = text.plain(row.venue, 14)
    return (
        (f"{name:<14}", LABEL),
        (f" {text.price(number(row.price)):>9}", LATE if doubted else PLAIN if fresh else STATE[row.price.state]),
        third,
        (f" {age(row.price, now_ms):>4}", LABEL),
    )


def venues_beside(rows: Sequence[VenuePrice], now_ms: int, height: int) -> list[Line]:
    """Venues in one column under a heading; how many are left out is said."""
    heading: Line = ((f"{'venue':<14} {'last':>9} {'bp':>7} {'age':>4}", LABEL),)
    return [heading, *_as_fit(rows, now_ms, height - 1)][:height]


def venues_below(rows: Sequence[VenuePrice], now_ms: int, width: int, height: int) -> list[Line]:
    """Venues in as many columns as have room, in reading order."""
    columns = max(1, (width + 3) // (VENUE_WIDTH + 3))
    cells = _as_fit(rows, now_ms, columns * height)
    return [joined(cells[i : i + columns], 3) for i in range(0, len(cells), columns)]


def _as_fit(rows: Sequence[VenuePrice], now_ms: int, room: int) -> list[Line]:
    """Every venue, or as many as have room with the number of the others in the last place."""
    if len(rows) <= room:
        return [venue(row, now_ms) for row in rows]
    shown = [venue(row, now_ms) for row in rows[: max(0, room - 1)]]
    return [*shown, ((f"and {len(rows) - len(shown)} more", LABEL),)]
