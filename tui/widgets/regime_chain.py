"""The chain from inflation to the price: a cell for each driver, and all of its numbers as a list. Pure."""

from msgspec.structs import replace

from feeds import text
from feeds.topics import Metric, Price, Reading
from feeds.topics.regime import Driver, Regime
from tui.theme import ACCENT, BOLD, DOWN, LABEL, LATE, PLAIN, SIGN, STATE, TITLE, UP, level_mark
from tui.widgets.lines import Line, Span
from tui.widgets.reading_words import age
from tui.widgets.regime_words import BIG, day, label, pad, push, style_of, value, why, wrapped

DECIDES = {
    "inflation": "inflation.core.3m",
    "rates": "rates.real_10y.13w",
    "growth": "growth.cfnai.3m",
    "liquidity": "netliq.13w",
    "risk": "risk.z",
}
"""The reading from which each push follows: it is told first."""
CELLS = {
    "inflation.core.3m": "core 3m",
    "inflation.core.yoy": "core y/y",
    "inflation.core_pce.yoy": "PCE y/y",
    "rates.real_10y.13w": "10y 13w",
    "rates.2y_effr": "2y-EFFR",
    "growth.cfnai.3m": "CFNAI 3m",
    "growth.philadelphia": "Philly",
    "growth.new_york": "NY Fed",
    "netliq.13w": "net 13w",
    "netliq.level": "net liq",
    "liquidity.reserves": "reserve",
    "liquidity.bank_credit.yoy": "credit",
    "risk.z": "mean z",
}
"""Shorter names for cells in which the usual ones have no room."""
UNITS = {"points": "pt", "% a year": "%", "thousand": "k"}
NAMES = {"risk": "risk appetite"}
ARROW = "→"
LEAST_NAMED, ROOMY, MOST_CELL = 15, 26, 36
"""Columns from which name and number of a cell stand beside each other; from which they are whole; and the most."""


def known(regime: Regime) -> str:
    """How many of the drivers have a push, and why the others have none."""
    there = sum(one.push.value is not None for one in regime.drivers)
    said = f"{there} of {len(regime.drivers)} drivers"
    without = [f"{one.name}: {why(one.push)}" for one in regime.drivers if one.push.value is None]
    return "; ".join([said, *without])


def chain(regime: Regime, price: Price | None, now_ms: int, width: int, rows: int) -> list[Line]:
    """All drivers beside each other with so many of their numbers, the price at the end; below, what is not known."""
    count = len(regime.drivers) + 1
    gap = 3 if width >= 110 else 1
    cell = min(MOST_CELL, (width - gap * (count - 1)) // count)
    columns = [_driver(one, now_ms, cell, rows) for one in regime.drivers]
    columns.append(_price(price, now_ms, cell, rows))
    lines: list[Line] = []
    for row in range(max(len(column) for column in columns)):
        between: Span = (ARROW.center(gap) if row == 0 else " " * gap, ACCENT)
        line: list[Span] = []
        for number, column in enumerate(columns):
            line += [between] if number else []
            line += pad(column[row] if row < len(column) else (), cell)
        lines.append(tuple(line))
    if any(one.push.value is None for one in regime.drivers):
        lines += wrapped(known(regime), width, 1, LATE)
    return lines


def _driver(one: Driver, now_ms: int, width: int, rows: int) -> list[Line]:
    arrow, number, word, style = push(one.push)
    dim = style if one.push.state in ("fresh", "none") else STATE[one.push.state]
    name = NAMES.get(one.name, one.name) if width >= LEAST_NAMED else one.name
    told = f"{arrow} {number} {word}" if one.push.value is not None else f"{arrow} {word}"
    lines: list[Line] = [
        ((text.plain(name, width), TITLE),),
        ((text.plain(told, width), dim + BOLD),),
        ((text.plain(one.direction, width) or text.UNKNOWN, PLAIN if one.direction else LABEL),),
    ]
    first = DECIDES.get(one.name)
    ordered = sorted(one.values, key=lambda reading: reading.name != first)
    lines += [line for reading in ordered[:rows] for line in _number(reading, width)]
    lines.append(_aged(one, now_ms, width))
    return lines


def _number(reading: Reading, width: int) -> list[Line]:
    """Name and number beside each other, or below each other in a narrow cell."""
    style = style_of(reading)
    short = CELLS.get(reading.name, label(reading))
    if width < LEAST_NAMED:
        return [((text.plain(short, width), LABEL),), ((tiny(reading, width), style),)]
    said = value(reading, width - 8) if width >= ROOMY else tiny(reading, width - 5)
    room = width - len(said) - 1
    name = text.plain(label(reading) if len(label(reading)) <= room else short, room)
    return [((name.ljust(width - len(said)), LABEL), (said, style))]


def tiny(reading: Reading, width: int) -> str:
    """A value with the shortest form of its unit: billions by the thousand are trillions."""
    if reading.unit == "$bn" and isinstance(reading.value, float) and abs(reading.value) >= BIG:
        return value(replace(reading, unit="$tn", value=reading.value / BIG), width)
    return value(replace(reading, unit=UNITS.get(reading.unit, reading.unit)), width)


def _aged(one: Driver, now_ms: int, width: int) -> Line:
    reading = one.push
    if reading.value is None:
        return ((SIGN["none"], LABEL),)
    known = f"{age(reading, now_ms)} old"
    when = f" for {day(reading.period)}, {known}" if width >= LEAST_NAMED + 4 else f" {known}"
    return ((SIGN[reading.state], STATE[reading.state]), (when if len(when) < width else "", LABEL))


def _price(price: Price | None, now_ms: int, width: int, rows: int) -> list[Line]:
    metric = None if price is None else price.reference
    if price is None or metric is None or not isinstance(metric.value, int | float):
        return [(("price", TITLE),), ((text.UNKNOWN, LABEL),)]
    style = STATE[metric.state]
    lines: list[Line] = [
        (("price", TITLE),),
        ((level_mark(metric.quality) + text.plain(text.price(metric.value), width), style + BOLD),),
    ]
    lines += [_change(price.changes[window], window) for window in ("24h", "7d", "1h") if window in price.changes][
        :rows
    ]
    since = text.age(None if metric.as_of_ms is None else now_ms - metric.as_of_ms)
    lines.append(((SIGN[metric.state], style), (f" {since}", LABEL)))
    return lines


def _change(metric: Metric, window: str) -> Line:
    if not isinstance(metric.value, int | float):
        return ((f"{text.UNKNOWN} {window}", LABEL),)
    style = STATE[metric.state] if metric.state != "fresh" else UP if metric.value > 0 else DOWN
    return ((level_mark(metric.quality) + text.percent(metric.value), style), (f" {window}", LABEL))


# ---- all numbers of the chain


def links(regime: Regime) -> list[tuple[str, Line | Reading]]:
    """The drivers and their numbers, as rows: a heading, the push, the numbers; each reading by its name."""
    rows: list[tuple[str, Line | Reading]] = []
    for number, one in enumerate(regime.drivers):
        arrow = "" if not number else f"{ARROW} "
        _, said, word, style = push(one.push)
        head: list[Span] = [(arrow + text.plain(NAMES.get(one.name, one.name), 30), TITLE)]
        told = f"{said} {word} bitcoin" if one.push.value is not None else "push not known"
        rows.append(("", (*head, (f"  {told}", style + BOLD), (f"  {text.plain(one.direction, 30)}", PLAIN))))
        rows.append((one.push.name, one.push))
        rows += [(reading.name, reading) for reading in one.values]
    return rows


def line(reading: Reading, picked: bool, now_ms: int, width: int) -> Line:
    """A reading in one row: name, value, state, for when, age, and what it says."""
    name, number = (24, 16) if width >= 100 else (20, 13)
    mark: Span = ("▸ " if picked else "  ", ACCENT)
    style = style_of(reading)
    of = "push" if reading.name.endswith(".push") else label(reading)
    head: list[Span] = [
        mark,
        (f"{SIGN[reading.state]} ", style),
        (f"{text.plain(of, name):<{name}} ", BOLD if picked else PLAIN),
    ]
    room = width - 4 - name - 1
    if reading.value is None:
        return (
            *head,
            (f"{text.UNKNOWN:>{number}}  ", LABEL),
            (text.plain(why(reading), max(1, room - number - 2)), LABEL),
        )
    head.append((f"{_pushed(reading) if of == 'push' else value(reading, number):>{number}}", style + BOLD))
    when = "" if reading.period is None else day(reading.period)
    head += [(f" {when:>6}", LABEL), (f" {age(reading, now_ms):>4}", style), (f" {reading.state:<5}", style)]
    left = room - number - 18
    told = [] if reading.band in ("", reading.value) else [reading.band]
    words = "; ".join([*told, *reading.words])
    if left > 12:
        head.append((f" {text.plain(words, left - 1)}", LABEL))
    return tuple(head)


def _pushed(reading: Reading) -> str:
    arrow, number, word, _ = push(reading)
    return f"{arrow} {number} {word}"
