"""The triggers of the verdict as a table: what arms it and what releases it, how far each is, and how old. Pure."""

from collections.abc import Sequence

from feeds import text
from feeds.topics.regime import Trigger, Verdict
from tui.theme import BOLD, FRESH, LABEL, LATE, PLAIN, SIGN, TITLE
from tui.widgets.columns import Column, fitting, padded
from tui.widgets.lines import Line, Span, width_of
from tui.widgets.reading_words import age
from tui.widgets.regime_words import day, style_of, value, why

SHOWN = {">": ">", ">=": "≥"}
RISES = frozenset({"assets", "primary"})
"""Triggers whose threshold is an increase."""
SAYS = {True: ("■", "on"), False: ("□", "off"), None: ("?", "not known")}
BAR = 12


def limit(one: Trigger) -> str:
    """Its threshold with the sign of the comparison: `> 130`, `≥ +$100 bn`."""
    if one.threshold is None:
        return "a shock" if one.name == "oil" else text.UNKNOWN
    plus = "+" if one.name in RISES else ""
    unit = text.plain(one.reading.unit, 8)
    dollars = unit.startswith("$")
    said = f"{plus}{'$' if dollars else ''}{one.threshold:,g}{' ' + unit.removeprefix('$') if unit else ''}"
    return f"{SHOWN[one.sign]} {said}"


def distance(one: Trigger) -> str:
    """How far it has to go in its own unit: `43.9 to go`."""
    if one.distance is None:
        return "there" if one.on else text.UNKNOWN
    if one.distance < 0 or (one.distance == 0 and one.sign == ">="):
        return "there"
    places = 1 if one.distance >= 0.05 else 3
    return f"{one.distance:,.{places}f} to go"


def _name(one: Trigger, _: int) -> Span:
    return (f"{SIGN[one.reading.state]} {one.label}", style_of(one.reading))


def _value(one: Trigger, _: int) -> Span:
    return (value(one.reading, 12), style_of(one.reading) + BOLD)


def _limit(one: Trigger, _: int) -> Span:
    return (limit(one), PLAIN)


def _distance(one: Trigger, _: int) -> Span:
    return (distance(one), LABEL if one.distance is None else PLAIN)


def _way(one: Trigger, _: int) -> Span:
    """How much of the way to its threshold it has come."""
    now = one.reading.value
    if not isinstance(now, int | float) or not one.threshold:
        return ("", LABEL)
    done = text.bar(max(0.0, float(now)), one.threshold, BAR)
    return (done.ljust(BAR, "·"), style_of(one.reading))


def _says(one: Trigger, _: int) -> Span:
    sign, said = SAYS[one.on]
    warm = (LATE if one.arms else FRESH) + BOLD
    return (f"{sign} {said}", warm if one.on else LABEL if one.on is None else PLAIN)


def _for(one: Trigger, _: int) -> Span:
    return (day(one.reading.period), style_of(one.reading))


def _age(one: Trigger, now_ms: int) -> Span:
    return (age(one.reading, now_ms), style_of(one.reading))


def _state(one: Trigger, _: int) -> Span:
    return (one.reading.state if one.reading.value is not None else "none", style_of(one.reading))


def _last(one: Trigger, _: int) -> Span:
    return (day(one.last, year=True) if one.last else "never", LABEL)


COLUMNS: tuple[Column[Trigger], ...] = (
    Column("trigger", 17, 0, _name, left=True),
    Column("now", 12, 0, _value),
    Column("threshold", 10, 1, _limit, left=True),
    Column("distance", 12, 1, _distance),
    Column("", BAR, 6, _way, left=True),
    Column("says", 11, 2, _says, left=True),
    Column("for", 6, 3, _for),
    Column("age", 4, 1, _age),
    Column("state", 5, 4, _state, left=True),
    Column("last on", 11, 5, _last),
)


def table(verdict: Verdict, now_ms: int, width: int) -> list[Line]:
    """The triggers, those that arm and those that release apart; of one that is not known why."""
    shown = fitting(COLUMNS, width, 1)
    titles = tuple(padded(column, (column.title, LABEL), 1) for column in shown)
    lines: list[Line] = [titles]
    for arms, said in ((True, "armed by any of"), (False, "released by any of, once armed")):
        lines.append(((said, TITLE),))
        lines += [_row(one, shown, now_ms, width) for one in verdict.triggers if one.arms is arms]
    return lines


def _row(one: Trigger, shown: Sequence[Column[Trigger]], now_ms: int, width: int) -> Line:
    if one.reading.value is not None:
        return tuple(padded(column, column.cell(one, now_ms), 1) for column in shown)
    cells = [padded(column, column.cell(one, now_ms), 1) for column in shown[:2]]
    room = width - width_of(cells)
    return (*cells, (text.plain(why(one.reading), max(1, room)), LABEL))
