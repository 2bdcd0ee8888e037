"""What followed each time a rule fired, as text: a row for each rule, and all that is known of one."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from textwrap import wrap

from msgspec import Struct
from rich.style import Style

from feeds.text import UNKNOWN, plain
from feeds.topics.study import Cell, Fired, Spread, Study
from tui.theme import BAD, BOLD, DIM, DOWN, LABEL, LATE, PLAIN, QUALITY, TITLE, UP
from tui.widgets.columns import Column, fitting, padded, width_of
from tui.widgets.lines import Line

DAYS = 20
"""Of these bitcoin's move is told in the list."""
FEW = 10
"""Fewer firings than these are marked: whatever follows them is no evidence."""
WHOLE = 126
"""Columns from which a row has the firings and all days side by side."""
LONGEST_RULE = 40
GAP = 1
SHORT = {"btc": "btc", "netliq": "liq", "dollar": "usd"}
"""Outcomes over a narrow column."""
ASKING = "asking the engine..."

SAYS: dict[str, Style] = {"above": UP, "below": DOWN, "no difference": PLAIN, "too few": LATE, "unknown": LABEL}


class Asked(Struct, frozen=True):
    """A row of the list: a rule, and its study, which is `None` until the engine has told it."""

    rule: str
    study: Study | None


def signed(value: float | None) -> str:
    """Percent or points with their sign."""
    return UNKNOWN if value is None else f"{value:+.2f}"


def shown(value: float | str) -> str:
    """A value at which a rule fired."""
    return plain(value, 24) if isinstance(value, str) else f"{round(value, 4):,.12g}"


def _value(one: Fired) -> str:
    return (QUALITY["later"] if one.later else "") + shown(one.value)


def between(cell: Cell) -> str:
    """The interval of the difference."""
    return UNKNOWN if cell.low is None or cell.high is None else f"{signed(cell.low)} to {signed(cell.high)}"


def ahead(of: Study) -> Cell | None:
    """Bitcoin's cell that the list tells."""
    return next((cell for cell in of.cells if cell.outcome == "btc" and cell.days == DAYS), None)


def verdict(of: Study | None) -> tuple[str, Style]:
    """What a study comes to, in the fewest words."""
    if of is None:
        return ASKING, LATE
    if not of.seen:
        return ("nothing of it is known" if of.cells else "no such rule"), LABEL
    cell = ahead(of)
    if not of.fired or cell is None:
        return "never fired" if not of.fired else UNKNOWN, LABEL
    return cell.says, SAYS[cell.says]


def counted(n: int) -> tuple[str, Style]:
    """How often a rule fired; where that is seldom it is what the eye is to meet first."""
    return (f">> {n} <<", BAD) if n < FEW else (f"{n:,}", PLAIN)


# ---- the list


def listed(rows: Sequence[Asked], width: int) -> tuple[list[Line], list[tuple[Line, Line]]]:
    """The heading, and each rule's row as it is and as it is when picked."""
    columns = _columns(rows, width - 2)
    head = ((f"  {''.join(padded(one, (one.title, LABEL), GAP)[0] for one in columns)}", LABEL),)
    lines: list[tuple[Line, Line]] = []
    for row in rows:
        spans = [padded(column, column.cell(row, 0), GAP) for column in columns]
        first = (spans[0][0], TITLE)
        lines.append(((("  ", PLAIN), *spans), (("▸ ", BOLD), first, *spans[1:])))
    return [head], lines


def _columns(rows: Sequence[Asked], width: int) -> list[Column[Asked]]:
    says = max((len(verdict(row.study)[0]) for row in rows), default=4)
    rest: list[Column[Asked]] = [
        Column("n", 8, 0, lambda row, _: counted(len(row.study.fired)) if _known(row) and row.study else _none()),
        Column("ended", 5, 4, lambda row, _: _of(row, lambda cell: str(cell.fired.n if cell.fired else 0))),
        Column("last", 10, 5, _last, left=True),
        Column("mean", 8, 2, lambda row, _: _of(row, lambda cell: signed(cell.fired.mean if cell.fired else None))),
        Column("all days", 8, 3, lambda row, _: _of(row, lambda cell: signed(cell.all.mean if cell.all else None))),
        Column("difference", 18, 6, lambda row, _: _of(row, between)),
        Column("says", min(says, 22), 1, lambda row, _: verdict(row.study), left=True),
    ]
    longest = max((len(plain(row.rule, LONGEST_RULE)) for row in rows), default=4)
    rule: Column[Asked] = Column("rule", longest, 0, lambda row, _: (row.rule, PLAIN), left=True)
    columns = fitting([rule, *rest], width, GAP)
    over = width_of(columns, GAP) + GAP - width
    if over > 0:
        columns = [Column("rule", max(8, longest - over), 0, rule.cell, left=True), *columns[1:]]
    return columns


def _none() -> tuple[str, Style]:
    return UNKNOWN, LABEL


def _known(row: Asked) -> bool:
    return row.study is not None and row.study.seen > 0


def _of(row: Asked, told: Callable[[Cell], str]) -> tuple[str, Style]:
    cell = ahead(row.study) if row.study else None
    if cell is None or not _known(row):
        return UNKNOWN, LABEL
    said = told(cell)
    return said, LABEL if said == UNKNOWN else DIM if cell.says in ("too few", "unknown") else PLAIN


def _last(row: Asked, _: int) -> tuple[str, Style]:
    return (str(row.study.fired[-1].day), PLAIN) if row.study and row.study.fired else (UNKNOWN, LABEL)


def brief(row: Asked, width: int, rows: int) -> list[Line]:
    """What is to be said of the rule that is picked: what it is about, its 20 days in words, and the answer."""
    of = row.study
    if of is None:
        return [((plain(f"{row.rule}: {ASKING}", width), LATE),)]
    lines: list[Line] = []
    if of.seen:
        lines += [((said, LABEL),) for said in wrap(f"{_about(of)}; {_span(of)}", width)]
        cell = ahead(of)
        if of.fired and cell is not None:
            lines += [((said, PLAIN),) for said in wrap(_told(cell), width)]
    lines += _answer(of, width)
    return lines if len(lines) <= rows else [*lines[: rows - 1], (("Enter tells the rest", LABEL),)]


def _told(cell: Cell) -> str:
    after, every = (signed(one.mean if one else None) for one in (cell.fired, cell.all))
    return (
        f"{plain(cell.label)} over {cell.days} days, in %: mean {after} after it, {every} of all days, difference "
        f"{signed(cell.difference)}, interval {between(cell)}: {plain(cell.words)}"
    )


# ---- one study


def whole(of: Study, width: int) -> list[Line]:
    """All of one study: its n and its answer first, then the table, each firing, and how the numbers are made."""
    lines: list[Line] = [((said, TITLE),) for said in wrap(plain(of.rule), width)]
    if of.seen:
        lines += [((said, LABEL),) for said in wrap(f"{_about(of)}; {_span(of)}", width)]
        lines += _times(len(of.fired))
    lines += [*_answer(of, width), ()]
    if of.fired:
        lines += [*table(of.cells, width), (), *firings(of, width), ()]
    for note in of.notes:
        first, *rest = wrap(plain(note, 400), max(20, width - 2)) or [""]
        lines += [((f"- {first}", LABEL),), *(((f"  {more}", LABEL),) for more in rest)]
    return lines


def _about(of: Study) -> str:
    return plain(f"{of.label}, {of.unit}" if of.unit else of.label)


def _span(of: Study) -> str:
    return f"{of.seen:,} values, {of.first} to {of.last}"


def _times(n: int) -> list[Line]:
    if n < FEW:
        return [(), ((f">>>>  n = {n}  <<<<", BAD),), ()]
    return [((f"fired {n:,} times", BOLD),)]


def _answer(of: Study, width: int) -> list[Line]:
    return [((said, BOLD),) for words in of.answer for said in wrap(plain(words, 600), width)]


def table(cells: Sequence[Cell], width: int) -> list[Line]:
    """What followed, a row for each outcome and span; in two tables where one has no room."""
    name, after, every = f"{'':13}{'days':>4}", _head("n", 5, f"{'open':>5}{'apart':>6}"), _head("n", 8)
    points = f"{'points':>9}{'interval':>19}"
    if width >= WHOLE:
        lines: list[Line] = [((f"{'':17}{'after it fired':^37}  {'all days':^28}{'difference of means':^28}", LABEL),)]
        lines.append(((f"{name}{after}{every}{points}", LABEL),))
        return lines + [(*_after(one), _all(one), _points(one), ("  ", PLAIN), _says(one)) for one in cells]
    first: list[Line] = [(("after it fired, in %", LABEL),), ((f"{name}{after}", LABEL),)]
    first += [(*_after(one), ("  ", PLAIN), _says(one)) for one in cells]
    second: list[Line] = [
        (("all days, in %, and the difference of means", LABEL),),
        ((f"{name}{every}{points}", LABEL),),
    ]
    return [*first, (), *second, *((_name(one), _all(one), _points(one)) for one in cells)]


def _head(n: str, size: int, more: str = "") -> str:
    return f"{n:>{size}}{more}{'median':>8}{'mean':>8}{'up':>5}"


def _name(cell: Cell) -> tuple[str, Style]:
    return f"{plain(cell.label, 13):13}{cell.days:4}", PLAIN


def _after(cell: Cell) -> Line:
    n = cell.fired.n if cell.fired else 0
    style = DIM if cell.says in ("too few", "unknown") else PLAIN
    return (
        _name(cell),
        (f"{n:5,}", BAD if n < FEW else BOLD),
        (f"{cell.open:5,}{cell.apart:6,}", PLAIN),
        (_spread(cell.fired), style),
    )


def _all(cell: Cell) -> tuple[str, Style]:
    return f"{cell.all.n if cell.all else 0:8,}{_spread(cell.all)}", PLAIN


def _points(cell: Cell) -> tuple[str, Style]:
    return f"{signed(cell.difference):>9}{between(cell):>19}", DIM if cell.low is None else PLAIN


def _says(cell: Cell) -> tuple[str, Style]:
    return cell.says, SAYS[cell.says]


def _spread(of: Spread | None) -> str:
    if of is None:
        return f"{UNKNOWN:>8}{UNKNOWN:>8}{UNKNOWN:>5}"
    return f"{signed(of.median):>8}{signed(of.mean):>8}{f'{of.up:.0f}%':>5}"


def firings(of: Study, width: int) -> list[Line]:
    """Each firing, the newest first, with what followed; of that bitcoin's part where there is no room for all."""
    value = max([5, *(len(_value(one)) for one in of.fired)])
    columns: list[Column[Fired]] = [
        Column("fired for", 10, 0, lambda one, _: (str(one.day), PLAIN), left=True),
        Column("value", value, 0, lambda one, _: (_value(one), PLAIN)),
        Column("known (UTC)", 16, 2, lambda one, _: (_utc(one.known_ms), PLAIN), left=True),
    ]
    entry: Column[Fired] = Column("entry", 10, 3, lambda one, _: (str(one.entry), PLAIN), left=True)
    moves = [(cell.outcome, _moves(at, cell)) for at, cell in enumerate(of.cells)]
    every, bitcoin = [column for _, column in moves], [column for outcome, column in moves if outcome == "btc"]
    choices = ([*columns, entry, *every], [*columns, *every], [*columns, entry, *bitcoin])
    kept = fitting(next((one for one in choices if width_of(one, GAP) <= width), choices[-1]), width, GAP)
    lines: list[Line] = [((f"each time, the newest first; moves in %, {UNKNOWN} where the window is open", LABEL),)]
    lines.append(tuple(padded(column, (column.title, LABEL), GAP) for column in kept))
    lines += [tuple(padded(column, column.cell(one, 0), GAP) for column in kept) for one in reversed(of.fired)]
    return lines


def _utc(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}"


def _moves(at: int, of: Cell) -> Column[Fired]:
    """The column of what followed over the span of the cell of that number."""

    def told(one: Fired, _: int) -> tuple[str, Style]:
        move = one.moves[at] if at < len(one.moves) else None
        return signed(move), LABEL if move is None else UP if move > 0 else DOWN if move < 0 else PLAIN

    return Column(f"{SHORT.get(of.outcome, plain(of.outcome, 4))} {of.days}d", 8, 1, told)
