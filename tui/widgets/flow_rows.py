"""The table of flows, day by fund: which funds have room, what the cells say, and a day told in full. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from feeds import text
from feeds.topics import FlowRow, Flows
from tui.theme import ACCENT, LABEL, LATE, PLAIN, QUALITY
from tui.widgets.flow import fit
from tui.widgets.flow_words import NET_SUM, coins, millions, told_day
from tui.widgets.heat import heat
from tui.widgets.lines import Line, Span

STEPS = (50.0, 250.0)
"""$M from which an amount is drawn heavier, and from which heaviest; the same for a fund and for the total."""
MARK, DAY = 2, 10
ROUNDING = 0.1
"""$M to which counts are rounded: they differ by more, or not at all."""
GAPS = (4, 3, 2, 1)
"""Blanks between columns: as many as there is room for."""
NEVER = "·"
LEGEND = f"-- not reported, 0.0 zero, {NEVER} no fund"
LEGEND_OF_SIZE = f"heavier from {STEPS[0]:.0f} $M, reversed from {STEPS[1]:.0f}"


class Table(Struct, frozen=True):
    """The table as text would be: widths of its columns by what is in them. `closes`: bitcoin's by day, in dollars."""

    flows: Flows
    closes: Mapping[date, float]
    in_coins: bool
    total: int
    coins: int
    funds: tuple[int, ...]


class Columns(Struct, frozen=True):
    """The funds shown, from `first` up to and without `last`; `others`: how wide the sum of the rest, 0 for none."""

    first: int
    last: int
    others: int
    gap: int = 1


def table(flows: Flows, in_coins: bool) -> Table:
    closes = {point.day: point.close for point in flows.history if point.close is not None}
    made = Table(flows, closes, in_coins, 0, 0, ())
    rows = flows.rows
    widths = tuple(
        max(len(fund), *(len(_fund(made, row, number)[0]) for row in rows)) for number, fund in enumerate(flows.funds)
    )
    total = max(len("total"), *(len(_total(row)) for row in rows))
    bitcoin = max(len("coins"), *(len(_coins(row)) for row in rows))
    return Table(flows, closes, in_coins, total, bitcoin, widths)


def columns(made: Table, width: int, first: int) -> Columns:
    """As many funds from `first` as have room, further left where there is room for more; and the others' sum."""
    count = len(made.funds)
    fixed = MARK + DAY + made.total + made.coins
    for gap in GAPS:
        if fixed + sum(made.funds) + gap * (count + 2) <= width:
            return Columns(0, count, 0, gap)
    room = width - fixed - 2
    others = max(len(f"{count} others"), *(len(_others(made, row, 0, 0)[0]) for row in made.flows.rows))
    room -= others + 1
    first = max(0, min(first, count - 1))
    while first and sum(size + 1 for size in made.funds[first - 1 :]) <= room:
        first -= 1
    last = first
    while last < count and sum(size + 1 for size in made.funds[first : last + 1]) <= room:
        last += 1
    return Columns(first, last, others)


def titles(made: Table, shown: Columns) -> Line:
    names = made.flows.funds
    named = [
        ("total", made.total),
        ("coins", made.coins),
        *((text.plain(names[n], made.funds[n]), made.funds[n]) for n in range(shown.first, shown.last)),
    ]
    if shown.others:
        named.append((f"{len(names) - (shown.last - shown.first)} others", shown.others))
    said = "".join(f"{name:>{size + shown.gap}}" for name, size in named)
    return ((" " * MARK + f"{'$M':<{DAY}}" + said, LABEL),)


def caption(made: Table, shown: Columns, width: int) -> Line:
    """Which funds are shown, in what; and what the signs mean."""
    said = "funds in BTC" if made.in_coins else "funds in $M"
    if shown.others:
        back, on = ("◂ " if shown.first else ""), (" ▸" if shown.last < len(made.funds) else "")
        said += f", {back}{shown.first + 1} to {shown.last} of {len(made.funds)} by size{on}"
    return fit([(0, ((said, LABEL),)), (1, ((LEGEND, LABEL),)), (2, ((LEGEND_OF_SIZE, LABEL),))], width)


def day_row(made: Table, row: FlowRow, shown: Columns, picked: bool) -> Line:
    cells: list[tuple[Span, int]] = [
        ((_total(row), heat(row.total, STEPS)), made.total),
        ((_coins(row), LABEL if row.coins is None else PLAIN), made.coins),
        *((_fund(made, row, number), made.funds[number]) for number in range(shown.first, shown.last)),
    ]
    if shown.others:
        cells.append((_others(made, row, shown.first, shown.last), shown.others))
    line: list[Span] = [
        ("▸ " if picked else " " * MARK, ACCENT if picked else PLAIN),
        (f"{told_day(row.day):<{DAY}}", LATE if row.provisional else PLAIN),
    ]
    for (said, style), size in cells:  # what marks a number's size does not reach into the gap
        line += [(" " * (size - len(said) + shown.gap), PLAIN), (said, style)]
    return tuple(line)


def _sign(row: FlowRow) -> str:
    """A total that is not final, lacks a fund, which may be of either sign, or is another counter's."""
    return QUALITY["provisional"] if row.provisional else NET_SUM if row.missing or row.by else ""


def _total(row: FlowRow) -> str:
    return _sign(row) + millions(row.total)


def _coins(row: FlowRow) -> str:
    return ("" if row.coins is None else _sign(row)) + coins(row.coins)


def _fund(made: Table, row: FlowRow, number: int) -> Span:
    """What a fund says of a day; a number that may have been filled in has the mark of what is provisional."""
    name, value = made.flows.funds[number], row.funds[number]
    if value is None:
        return (text.UNKNOWN, LATE) if name in row.missing or row.by else (NEVER, LABEL)
    sure = QUALITY["provisional"] if name in row.unsure else ""
    return (sure + _amount(made, row, value), LABEL if value == 0 else heat(value, STEPS))


def _amount(made: Table, row: FlowRow, value: float) -> str:
    if not made.in_coins:
        return millions(value)
    close = made.closes.get(row.day)
    return text.UNKNOWN if close is None else coins(value * 1e6 / close)


def _others(made: Table, row: FlowRow, first: int, last: int) -> Span:
    """The sum of the funds that have no room. Where one of them is missing it is that of the rest, and marked."""
    names, values = made.flows.funds, row.funds
    outside = [number for number in range(len(names)) if not first <= number < last]
    known = [value for number in outside if (value := values[number]) is not None]
    lacking = any(names[number] in row.missing for number in outside)
    if not known:
        return (text.UNKNOWN, LATE) if lacking or row.by else (NEVER, LABEL)
    unsure = any(names[number] in row.unsure for number in outside)
    sign = QUALITY["provisional"] if unsure or (lacking and row.provisional) else NET_SUM if lacking else ""
    value = round(sum(known), 6)
    return (sign + _amount(made, row, value), LABEL if value == 0 else heat(value, STEPS))


def hole_row(days: Sequence[date], width: int) -> Line:
    """What stands where days of trading are not in the table."""
    said = told_day(days[-1]) if len(days) == 1 else f"{told_day(days[0])} to {told_day(days[-1])}"
    return ((" " * MARK + text.plain(f"{said}: traded, not in the table", width - MARK), LATE),)


def day_words(made: Table, row: FlowRow) -> str:
    """A day in full: what came in, at which close, of whom, and what is to be known of it."""
    close = made.closes.get(row.day)
    said = [f"{told_day(row.day, year=True)}: {_total(row)} $M"]
    said.append(
        f"{_coins(row)} BTC at a close of ${close:,.0f}" if close is not None else "no close of bitcoin, no BTC"
    )
    there = sum(value is not None for value in row.funds)
    said.append(
        f"total by {row.by}, the funds are not known"
        if row.by
        else f"{there - len(row.unsure)} of {there + len(row.missing)} funds reported"
    )
    if row.provisional:
        said.append("provisional")
    if row.missing:
        said.append(f"without {' '.join(row.missing)}")
    if row.unsure:
        said.append(f"may be filled in: {' '.join(row.unsure)}")
    said += [f"{by} counts {millions(row.total + more)}, {millions(more)} more" for by, more in apart(row)]
    anew = [one for one in made.flows.revisions if one.day == row.day]
    said += [f"{one.fund} was {millions(one.was)}" for one in anew]
    return ", ".join(said)


def apart(row: FlowRow) -> list[tuple[str, float]]:
    """The counters whose total of a day is another one, and by how much it is more, in $M."""
    differences = [(by, round(total - row.total, 1)) for by, total in row.others]
    return [(by, more) for by, more in differences if abs(more) > ROUNDING]


def with_holes(flows: Flows) -> list[tuple[FlowRow, list[date]]]:
    """The days, newest first, each with the days of trading before it that are not in the table."""
    older = [*(row.day for row in flows.rows[1:]), date.min]
    return [
        (row, [day for day in flows.holes if before < day < row.day] if before > date.min else [])
        for row, before in zip(flows.rows, older, strict=True)
    ]
