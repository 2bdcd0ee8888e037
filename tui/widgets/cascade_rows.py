"""Cascades as rows: a list of them, and one with all its parts. Pure.

Their totals are what was heard. What was missed then is not kept, so those that are over have `≥` before them.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from msgspec import Struct
from rich.style import Style

from feeds import text
from feeds.topics import Cascade
from tui.theme import ACCENT, BOLD, DOWN, LABEL, LATE, LONG, PLAIN, QUALITY, SHORT, UP
from tui.widgets.columns import Column, fitting, padded
from tui.widgets.flow import flow
from tui.widgets.lines import Line, Span

GAP = 1
NAME = 14  # columns of a venue's name
ROOM_FOR_DATES = 48  # columns from which one of another day has its time as well


class Told(Struct, frozen=True):
    """A cascade as it is shown: `sign` stands before its totals, `start` is in the view's zone, `day` without it."""

    cascade: Cascade
    sign: str
    start: str
    day: str
    picked: bool


def told(one: Cascade, sign: str, now_ms: int, zone: tzinfo, *, picked: bool = False) -> Told:
    """Bring a cascade and its time together; one of another day has its date as well."""
    at = datetime.fromtimestamp(one.from_ms / 1000, zone)
    today = at.date() == datetime.fromtimestamp(now_ms / 1000, zone).date()
    floor = sign if one.to_ms is None else QUALITY["floor"]
    time, day = f"{at:%H:%M:%S}", f"{at.day} {at:%b}"
    return Told(one, floor, time if today else f"{day} {at:%H:%M}", time if today else day, picked)


def listing(rows: Sequence[Told], now_ms: int, width: int) -> tuple[Line, list[Line]]:
    """A heading, and a row for each; the one picked is marked."""
    first = _START if width >= ROOM_FOR_DATES else _DAY
    shown = fitting([first, *_COLUMNS], width - 2, GAP)
    head = ("  " + "".join(f"{c.title:<{c.width}} " if c.left else f"{c.title:>{c.width}} " for c in shown)).rstrip()
    body: list[Line] = []
    for row in rows:
        mark: Span = ("▸ ", ACCENT) if row.picked else ("  ", PLAIN)
        cells = [padded(column, column.cell(row, now_ms), GAP) for column in shown[:-1]]
        body.append((mark, *cells, padded(shown[-1], shown[-1].cell(row, now_ms), 0)))
    return ((head, LABEL),), body


def detail(row: Told, now_ms: int, zone: tzinfo, width: int) -> tuple[Line, list[Line]]:
    """One cascade with all that is known of it; what is not is `--`."""
    one = row.cascade
    at = datetime.fromtimestamp(one.from_ms / 1000, zone)
    end = "runs" if one.to_ms is None else f"to {datetime.fromtimestamp(one.to_ms / 1000, zone):%H:%M:%S}"
    low, high = _move(one.price_from, one.price_low), _move(one.price_from, one.price_high)
    after, since = _move(one.price_to, one.price_hour_after), one.to_ms or now_ms
    wait = " not an hour ago yet" if one.price_hour_after is None and now_ms - since < 3_600_000 else ""
    funding = "--" if one.funding is None else f"{text.percent(one.funding)} a year"
    groups: list[list[Line]] = [
        [
            ((f"{at.day} {at:%b} {at:%H:%M:%S} {at.tzname() or ''}", BOLD),),
            ((f"{end}, {_length(one, now_ms)}", PLAIN),),
        ],
        [
            _pair("LONG ▼", row.sign + text.usd(one.long_usd), LONG),
            _pair("SHORT ▲", row.sign + text.usd(one.short_usd), SHORT),
            _pair("events", f"{row.sign}{one.count:,}"),
        ],
        [_worst(one), (("at " + text.price(one.worst_price), PLAIN),)],
        [
            _pair("price", f"{text.price(one.price_from)} → {text.price(one.price_to)}"),
            _change(one.price_from, one.price_to),
        ],
        [_pair("low", f"{text.price(one.price_low)} {low}"), _pair("high", f"{text.price(one.price_high)} {high}")],
        [_pair("open interest", _open_interest(one)), _pair("funding", funding)],
        [_pair("an hour after", f"{text.price(one.price_hour_after)} {after}{wait}".rstrip())],
    ]
    body = [line for group in groups for line in flow(group, width, 3)]
    return (("esc: back to the list", ACCENT),), [*body, (), *_venues(one, row.sign, width)]


def _venues(one: Cascade, sign: str, width: int) -> list[Line]:
    total = one.long_usd + one.short_usd
    name, shares = min(NAME, width - 20), width >= NAME + 26
    rows: list[Line] = [((f"{'venue':<{name}} {'LONG ▼':>9} {'SHORT ▲':>9}{' share' * shares}", LABEL),)]
    for venue, (longs, shorts) in sorted(one.venues.items(), key=lambda item: -sum(item[1])):
        share = f"{'~' if sign else ''}{(longs + shorts) / total:.0%}" if total else text.UNKNOWN
        rows.append(
            (
                (f"{text.plain(venue, name):<{name}}", PLAIN),
                (f" {sign + text.usd(longs):>9}", LONG if longs else LABEL),
                (f" {sign + text.usd(shorts):>9}", SHORT if shorts else LABEL),
                (f" {share:>5}" if shares else "", LABEL),
            )
        )
    return rows


def _pair(name: str, value: str, style: Style = PLAIN) -> Line:
    return ((f"{name} ", LABEL), (value, style))


def _worst(one: Cascade) -> Line:
    if not one.worst_usd:
        return _pair("worst", text.UNKNOWN)
    style = {"long": LONG, "short": SHORT}.get(one.worst_position, PLAIN)
    name = f" {text.plain(one.worst_position, 5)} {text.plain(one.worst_venue, NAME)}"
    return (("worst ", LABEL), (text.usd(one.worst_usd), style + BOLD), (name, PLAIN))


def _move(before: float | None, after: float | None) -> str:
    return text.percent(_share(before, after)) if after is not None else ""


def _share(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None or before <= 0 else (after / before - 1) * 100


def _change(before: float | None, after: float | None) -> Line:
    move = _share(before, after)
    return ((text.percent(move), LABEL if move is None else UP if move > 0 else DOWN if move < 0 else PLAIN),)


def _open_interest(one: Cascade) -> str:
    change = one.open_interest_change
    return text.UNKNOWN if change is None else f"{'+' if change > 0 else ''}{text.btc(change)} BTC"


def _length(one: Cascade, now_ms: int) -> str:
    return text.age((now_ms if one.to_ms is None else one.to_ms) - one.from_ms)


def _start(row: Told, _: int) -> Span:
    return row.start, BOLD if row.picked else PLAIN


def _day(row: Told, _: int) -> Span:
    return row.day, BOLD if row.picked else PLAIN


def _lasted(row: Told, now_ms: int) -> Span:
    running = row.cascade.to_ms is None
    return (f"{_length(row.cascade, now_ms)}{'…' if running else ''}", LATE if running else PLAIN)


def _longs(row: Told, _: int) -> Span:
    return row.sign + text.usd(row.cascade.long_usd), LONG if row.cascade.long_usd else LABEL


def _shorts(row: Told, _: int) -> Span:
    return row.sign + text.usd(row.cascade.short_usd), SHORT if row.cascade.short_usd else LABEL


def _worst_usd(row: Told, _: int) -> Span:
    return text.usd(row.cascade.worst_usd or None), PLAIN


def _worst_at(row: Told, _: int) -> Span:
    return text.plain(row.cascade.worst_venue, NAME), LABEL


def _moved(row: Told, _: int) -> Span:
    return _change(row.cascade.price_from, row.cascade.price_to)[0]


def _interest(row: Told, _: int) -> Span:
    return _open_interest(row.cascade), PLAIN


def _hour(row: Told, _: int) -> Span:
    return _change(row.cascade.price_to, row.cascade.price_hour_after)[0]


_START = Column("start", 12, 0, _start, left=True)
_DAY = Column("start", 8, 0, _day, left=True)
_COLUMNS: list[Column[Told]] = [
    Column("for", 5, 3, _lasted),
    Column("LONG ▼", 9, 1, _longs),
    Column("SHORT ▲", 9, 2, _shorts),
    Column("price", 8, 4, _moved),
    Column("worst", 9, 5, _worst_usd),
    Column("at", NAME, 7, _worst_at, left=True),
    Column("OI", 12, 6, _interest),
    Column("1h after", 8, 8, _hour),
]
