"""Funding, open interest and basis as a table. Pure.

`~` stands before funding a year where the venue does not tell how often it is paid.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from textwrap import wrap

from rich.style import Style

from feeds import text
from feeds.topics import Derivative, FeedState
from tui.theme import ACCENT, BOLD, DOWN, LABEL, LATE, PLAIN, SIGN, STATE, TITLE, UP
from tui.widgets.columns import Column, fitting, padded, width_of
from tui.widgets.derivative_words import HEARD, funded_ms, named, oldest_ms, worth
from tui.widgets.lines import Line, Span

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
EXPIRING_MS = 3 * DAY_MS
SORTS = ("perpetual", "fund %/y", "OI BTC")
"""The columns by which perpetuals can be sorted: venues in the order of the settings, the others from the largest."""
BAR, BAR_LEAST = 40, 10  # columns of the picture of funding: at most, and without which there is none
NARROW = 60  # columns under which one blank stands between two cells


def span_of_time(ms: int) -> str:
    """A time to come, in at most six characters: `9s`, `42m`, `3h08m`, `2d04h`, `96d`."""
    for size, unit, less, small in ((DAY_MS, "d", HOUR_MS, "h"), (HOUR_MS, "h", MINUTE_MS, "m")):
        if ms >= 10 * DAY_MS:
            return f"{ms // DAY_MS}d"
        if ms >= size:
            return f"{ms // size}{unit}{ms % size // less:02}{small}"
    return f"{ms // MINUTE_MS}m" if ms >= MINUTE_MS else f"{ms // 1000}s"


def _sign(value: float | None, state: FeedState, style: Style = PLAIN) -> Style:
    """The style of a number with a sign: by the sign while it is fresh, else by its state."""
    if value is None:
        return LABEL
    if state != "live":
        return STATE[state]
    return style + (UP if value > 0 else DOWN if value < 0 else PLAIN)


def _state(row: Derivative, now_ms: int) -> FeedState:
    return worth(row, row.as_of_ms if row.as_of_ms is not None else row.open_interest_ms, now_ms)


def _price(value: float | None, told_ms: int | None, row: Derivative, now_ms: int) -> Span:
    state = worth(row, row.as_of_ms if told_ms is None else told_ms, now_ms)
    return (text.price(value), LABEL if value is None else PLAIN if state == "live" else STATE[state])


def _venue(row: Derivative, now_ms: int) -> Span:
    state = _state(row, now_ms)
    return (f"{SIGN[state]} {text.plain(row.venue, 14)}", STATE[state])


def _yearly(value: float | None) -> str:
    return text.UNKNOWN if value is None else f"{value:+,.2f}" if abs(value) < 1000 else f"{value:+,.0f}"


def _funding(row: Derivative, now_ms: int) -> Span:
    doubt = "~" if row.funding is not None and row.interval_h is None else ""
    return (doubt + _yearly(row.funding), _sign(row.funding, worth(row, funded_ms(row), now_ms), BOLD))


def _rate(row: Derivative, now_ms: int) -> Span:
    if row.rate is None:
        return (text.UNKNOWN, LABEL)
    per = "?" if row.interval_h is None else f"{row.interval_h:g}h"
    state = worth(row, funded_ms(row), now_ms)
    return (f"{row.rate * 100:+.4f}%/{per}", PLAIN if state == "live" else STATE[state])


def _next(row: Derivative, now_ms: int) -> Span:
    if row.next_ms is None:
        return (text.UNKNOWN, LABEL)
    left = row.next_ms - now_ms
    return (span_of_time(left), PLAIN) if left > 0 else ("due", LATE)


def _premium(row: Derivative, now_ms: int) -> Span:
    return (text.bp(row.premium_bp), _sign(row.premium_bp, _state(row, now_ms)))


def _interest(row: Derivative, now_ms: int) -> Span:
    if row.open_interest is None:
        return (text.UNKNOWN, LABEL)
    state = worth(row, row.open_interest_ms, now_ms)
    mark = "" if state == "live" else SIGN[state]
    return (mark + text.btc(row.open_interest), PLAIN if state == "live" else STATE[state])


def _changed(which: str, row: Derivative, now_ms: int) -> Span:
    change = row.open_interest_1h if which == "1h" else row.open_interest_24h
    percent = _percent(row.open_interest, change)
    return (text.percent(percent), _sign(percent, worth(row, row.open_interest_ms, now_ms)))


def _percent(now: float | None, change: float | None) -> float | None:
    """A change in percent of what it was before."""
    return None if now is None or change is None or now - change <= 0 else change / (now - change) * 100


def _age(row: Derivative, now_ms: int) -> Span:
    told = oldest_ms(row)
    state = worth(row, told, now_ms)
    return (text.age(None if told is None else now_ms - told), LABEL if state == "live" else STATE[state])


def _word(row: Derivative, now_ms: int) -> Span:
    state = _state(row, now_ms)
    return (state, STATE[state])


def _left(row: Derivative, now_ms: int) -> Span:
    left = (row.expiry_ms or 0) - now_ms
    return (span_of_time(left) if left > 0 else "over", PLAIN if left >= EXPIRING_MS else LATE)


PERPETUALS: tuple[Column[Derivative], ...] = (
    Column("perpetual", 16, 0, _venue, left=True),
    Column("contract", 13, 3, lambda row, _: (row.symbol, LABEL), left=True),
    Column("fund %/y", 9, 0, _funding),
    Column("rate", 12, 9, _rate),
    Column("next", 6, 5, _next),
    Column("prem bp", 7, 6, _premium),
    Column("OI BTC", 8, 2, _interest),
    Column("OI 1h", 7, 4, partial(_changed, "1h")),
    Column("OI 24h", 7, 7, partial(_changed, "24h")),
    Column("age", 4, 1, _age),
    Column("state", 10, 10, _word, left=True),
)
FUTURES: tuple[Column[Derivative], ...] = (
    Column("", 16, 0, _venue, left=True),
    Column("contract", 16, 4, lambda row, _: (row.symbol, LABEL), left=True),
    Column("expiry", 9, 3, lambda row, _: (_day(row.expiry_ms or 0), PLAIN)),
    Column("left", 6, 1, _left),
    Column("basis %/y", 9, 0, lambda row, now: (_yearly(row.basis), _sign(row.basis, _state(row, now), BOLD))),
    Column("mark", 9, 5, lambda row, now: _price(row.mark, row.mark_ms, row, now)),
    Column("index", 9, 6, lambda row, now: _price(row.index, row.index_ms, row, now)),
    Column("age", 4, 2, _age),
    Column("state", 10, 10, _word, left=True),
)
UNTOLD: tuple[tuple[str, Callable[[Derivative], object], str], ...] = (
    ("next", lambda row: row.next_ms, "next: no venue tells when it is paid"),
    ("prem bp", lambda row: row.premium_bp, "premium needs a mark and an index of one moment"),
    ("OI BTC", lambda row: row.open_interest, "no open interest heard yet"),
    ("OI 1h", lambda row: row.open_interest_1h, "1 h change needs 1 h of listening"),
    ("OI 24h", lambda row: row.open_interest_24h, "24 h change needs 24 h of listening"),
)
"""Why a whole column is not known: its title, what it shows, and the words."""


def table(rows: Sequence[Derivative], sort: str, now_ms: int, width: int) -> list[Line]:
    """Draw up the perpetuals with what is not told of them, then dated futures, linear and inverse apart."""
    perpetuals = [row for row in rows if row.kind == "perpetual"]
    lines = [*_perpetuals(ordered(perpetuals, sort), sort, now_ms, width), ()] if perpetuals else []
    dated = [row for row in rows if row.kind == "future"]
    if not dated:
        return [*lines, (("no dated future is heard of", LABEL),)]
    for inverse, title in ((False, "dated, linear"), (True, "dated, inverse")):
        own = sorted((row for row in dated if row.inverse == inverse), key=lambda row: row.expiry_ms or 0)
        if own:
            lines += [*_futures(own, title, now_ms, width), ()]
    return lines[:-1]


def ordered(rows: Sequence[Derivative], sort: str) -> list[Derivative]:
    """Sort perpetuals by one of `SORTS`; what is not known comes last."""
    if sort == "perpetual":
        return list(rows)
    values = [(row.funding if sort == "fund %/y" else row.open_interest, row) for row in rows]
    known = sorted((pair for pair in values if pair[0] is not None), key=lambda pair: -(pair[0] or 0.0))
    return [row for _, row in known] + [row for value, row in values if value is None]


def _perpetuals(rows: Sequence[Derivative], sort: str, now_ms: int, width: int) -> list[Line]:
    gap = 1 if width < NARROW else 2
    columns = fitting(PERPETUALS, width, gap)
    room = min(BAR, width - width_of(columns, gap) - gap)
    head = [
        padded(column, (f"▾{column.title}" if column.title == sort else column.title, _head(column, sort)), gap)
        for column in columns
    ]
    known = [row.funding for row in rows if row.funding is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    lines: list[Line] = []
    for row in rows:
        cells = [padded(column, column.cell(row, now_ms), gap) for column in columns]
        if room >= BAR_LEAST and row.funding is not None:
            state = worth(row, funded_ms(row), now_ms)
            style = _sign(row.funding, state) if state in HEARD else LABEL
            cells.append((picture(row.funding, low, high, room), style))
        lines.append(tuple(cells))
    if room >= BAR_LEAST and known:
        head.append(("funding, % a year", LABEL))
    return [tuple(head), *lines, *_untold(rows, columns, width)]


def _head(column: Column[Derivative], sort: str) -> Style:
    return ACCENT if column.title == sort else LABEL


def picture(value: float, low: float, high: float, width: int) -> str:
    """Draw a bar from zero, to the right above it and to the left below, all between `low` and `high` to one scale."""
    if high <= low:
        return ""
    zero = round(-low / (high - low) * width)
    if low < 0 < high:
        zero = max(1, min(width - 1, zero))
    if value >= 0:
        return " " * zero + text.bar(value, high, width - zero)
    cells = max(1, round(value / low * zero))
    return " " * (zero - cells) + "█" * cells


def _untold(rows: Sequence[Derivative], columns: Sequence[Column[Derivative]], width: int) -> list[Line]:
    """Say what the marks mean, and why whole columns are not known."""
    shown = {column.title for column in columns}
    words = [why for title, told, why in UNTOLD if title in shown and all(told(row) is None for row in rows)]
    guessed = named(row for row in rows if row.funding is not None and row.interval_h is None)
    if guessed:
        words.insert(0, f"~ taken as paid every 8 h: not told by {guessed}")
    told = [(which, [row for row in rows if which in row.told]) for which in ("1h", "24h") if f"OI {which}" in shown]
    words += [f"{which} change by the venue's own history: {named(own)}" for which, own in told if own]
    return [((line, LABEL),) for line in wrap("; ".join(words), width)]


def _futures(rows: Sequence[Derivative], title: str, now_ms: int, width: int) -> list[Line]:
    gap = 1 if width < NARROW else 2
    columns = fitting(FUTURES, width, gap)
    lines: list[Line] = [
        tuple(padded(column, (column.title or title, LABEL if column.title else TITLE), gap) for column in columns)
    ]
    for row in rows:
        lines.append(tuple(padded(column, column.cell(row, now_ms), gap) for column in columns))
        left = (row.expiry_ms or 0) - now_ms
        if left < EXPIRING_MS:
            said = (
                f"expires in {span_of_time(left)}: within 3 days of it a basis means nothing" if left > 0 else "expired"
            )
            lines.append((("  ", PLAIN), (text.plain(f"{_day(row.expiry_ms or 0)} {said}", width - 2), LATE)))
    return lines


def _day(ms: int) -> str:
    """The day of expiry as contracts name it, in UTC: `26 Dec 25`."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{at.day} {at:%b %y}"
