"""The scenario board: what each piece of evidence says of each scenario, and the counts; never a probability. Pure."""

from collections.abc import Sequence

from msgspec import Struct
from rich.style import Style

from feeds import text
from feeds.topics import Reading
from feeds.topics.scenarios import Cell, Evidence, Scenarios
from tui.theme import ACCENT, BAD, BOLD, FRESH, LABEL, LATE, PLAIN, TITLE
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span
from tui.widgets.reading_words import age
from tui.widgets.regime_board import WAITING
from tui.widgets.regime_words import day, style_of, value, why, wrapped

SAYS: dict[str, tuple[str, str, Style]] = {
    "supports": ("+", "for", FRESH + BOLD),
    "contradicts": ("-", "against", BAD),
    "unknown": ("?", "unknown", LATE),
    "says nothing": ("·", "says nothing", LABEL),
}
"""Of what a piece of evidence says the sign, the word and the style."""
NOTHING = "·"
NOT_A_CHANCE = "counts, never a probability"
SHORT = {"normal": "normal", "tollbooth": "toll booth", "blockade": "blockade", "empire": "empire"}
TINY = {"normal": "norm", "tollbooth": "toll", "blockade": "blok", "empire": "emp"}
"""What the scenarios are called where their whole names have no room."""
PARTS = {
    "oil.ratio": "CL6/CL1",
    "oil.ratio.20d": "in 20 d",
    "move.20d": "in 20 d",
    "gold.13w": "gold",
    "dxy.13w": "DXY",
    "gold.exports.yoy": "exports",
    "cips.value.yoy": "CIPS",
    "dgs10.20d": "10y",
    "spy.20d": "S&P",
}
"""What a number is called where several make one piece of evidence."""
EVIDENCE = {
    "backwardation": "backwardation",
    "custody": "Fed custody, 13 w",
    "gold_dollar": "gold, dollar, 13 w",
    "exports_cips": "gold exports, CIPS",
    "yield_stocks": "10y, S&P 500, 20 d",
    "cards": "cards, 4 quarters",
}
"""What evidence is called where its whole name has no room."""
DATE = 11  # cells of the day and the age


class Columns(Struct, frozen=True):
    """Cells of the evidence, of its numbers, of each scenario, of the sources; and whether the day has room."""

    name: int
    numbers: int
    each: int
    source: int
    dated: bool

    @property
    def worded(self) -> bool:
        """Whether a sign has its word beside it."""
        return self.each >= WORD


WORD, SOURCED = 12, 186
"""Cells of a scenario from which a sign has its word beside it; columns from which sources have room."""


def columns(width: int) -> Columns:
    """The columns that fit; the evidence and the sources have what is left."""
    if width >= SOURCED:
        return Columns(43, 34, 21, width - 2 - 43 - 1 - 34 - 1 - 4 * 21 - DATE - 2, dated=True)
    if width >= 112:
        return Columns(width - 2 - 1 - 33 - 1 - 4 * WORD - DATE - 1, 33, WORD, 0, dated=True)
    if width >= 90:
        return Columns(28, width - 2 - 28 - 2 - 4 * 5 - DATE - 1, 5, 0, dated=True)
    return Columns(26, max(8, width - 2 - 26 - 2 - 4 * 5), 5, 0, dated=False)


def titles(board: Scenarios, width: int) -> Line:
    made = columns(width)
    line: list[Span] = [(f"  {'evidence':<{made.name}} {'now':<{made.numbers}} ", LABEL)]
    for one in board.scenarios:
        said = one.label if len(one.label) < made.each else (SHORT if made.worded else TINY).get(one.name, one.label)
        line.append((f"{text.plain(said, made.each - 1):<{made.each}}", TITLE))
    if made.dated:
        line.append((f"{'for':>6} {'age':>4}{'  source' if made.source > 6 else ''}", LABEL))
    return tuple(line)


def row(one: Evidence, board: Scenarios, picked: bool, now_ms: int, width: int) -> Line:
    """One piece of evidence with its numbers, and a sign for each scenario."""
    made = columns(width)
    mark: Span = ("▸ ", ACCENT) if picked else ("  ", PLAIN)
    said, style = told(one.parts, made.numbers)
    name = one.label if len(one.label) <= made.name else EVIDENCE.get(one.name, one.label)
    line: list[Span] = [
        mark,
        (f"{text.plain(name, made.name):<{made.name}} ", BOLD if picked else PLAIN),
        (f"{said:<{made.numbers}} ", style),
    ]
    by_name = {cell.scenario: cell for cell in one.cells}
    line += [_cell(by_name.get(scenario.name), made) for scenario in board.scenarios]
    return (*line, *_dated(one.parts, now_ms, made)) if made.dated else tuple(line)


def told(parts: Sequence[Reading], width: int) -> tuple[str, Style]:
    """The numbers of a piece of evidence beside each other; the worst of their states gives the style."""
    each = [f"{PARTS.get(part.name, '') if len(parts) > 1 else ''} {value(part)}".strip() for part in parts]
    said = ", ".join(each)
    while len(said) > width and len(each) > 1:  # a number is never cut; the one that is marked is told in full
        each.pop()
        said = ", ".join(each) + " …"
    worst = next((part for part in parts if part.value is None), None)
    if worst is None:
        worst = next((part for part in parts if part.state != "fresh"), parts[0] if parts else None)
    return text.plain(said, width), style_of(worst) if worst else LABEL


def _cell(cell: Cell | None, made: Columns) -> Span:
    sign, word, style = SAYS[cell.says if cell else "says nothing"]
    return (f"{f'{sign} {word}' if made.worded and sign != NOTHING else sign:<{made.each}}", style)


def _dated(parts: Sequence[Reading], now_ms: int, made: Columns) -> list[Span]:
    there = [part for part in parts if part.value is not None and part.period]
    oldest = min(there, key=lambda part: str(part.period), default=None)
    if oldest is None:
        return [(f"{text.UNKNOWN:>6} {text.UNKNOWN:>4}", LABEL)]
    dated: Span = (f"{day(oldest.period):>6} {age(oldest, now_ms):>4}", style_of(oldest))
    return [dated, (f"  {text.plain(sources(there), made.source)}", LABEL)] if made.source > 6 else [dated]


def sources(parts: Sequence[Reading]) -> str:
    return ", ".join(dict.fromkeys(given.source for part in parts for given in part.inputs))


def counts(board: Scenarios, width: int) -> list[Line]:
    """How much evidence supports each scenario, how much contradicts it, how much is unknown."""
    made = columns(width)
    lines: list[Line] = []
    for kind, readings in (
        ("supports", [one.supports for one in board.scenarios]),
        ("contradicts", [one.contradicts for one in board.scenarios]),
        ("unknown", [one.unknown for one in board.scenarios]),
    ):
        sign, word, style = SAYS[kind]
        said = f"{sign} {word}" + (f": {NOT_A_CHANCE}" if kind == "supports" else "")
        head: Span = (f"  {text.plain(said, made.name + made.numbers):<{made.name + made.numbers + 2}}", style)
        lines.append((head, *(_count(reading, made.each, style) for reading in readings)))
    return lines


def _count(reading: Reading, width: int, style: Style) -> Span:
    said = text.UNKNOWN if not isinstance(reading.value, int | float) else f"{reading.value:g}"
    return (f"{said:<{width}}", style if said not in ("0", text.UNKNOWN) else LABEL)


def key_line(width: int) -> Line:
    """What the signs mean, and that the counts are no probability."""
    items: list[tuple[int, Line]] = [
        (number, ((sign, style), (f" {kind if sign != NOTHING else word}", LABEL)))
        for number, (kind, (sign, word, style)) in enumerate(SAYS.items())
    ]
    return fit([*items, (9, (("no row is worth as much as another", LABEL),))], width)


def tally(board: Scenarios | None, width: int) -> list[Line]:
    """The counts alone, one scenario in a row."""
    head: Line = (("scenarios", TITLE), (f"  {NOT_A_CHANCE}", LABEL))
    if board is None:
        return [head, ((WAITING, LABEL),)]
    lines: list[Line] = [head]
    for one in board.scenarios:
        counted = []
        for kind, reading in (("supports", one.supports), ("contradicts", one.contradicts), ("unknown", one.unknown)):
            sign, word, style = SAYS[kind]
            said = text.UNKNOWN if not isinstance(reading.value, int | float) else f"{reading.value:g}"
            counted.append(((f"{sign} {said} {word}", style if said not in ("0", text.UNKNOWN) else LABEL),))
        items = [(0, ((f"{text.plain(one.label, 20):<20}", PLAIN),)), *((n, part) for n, part in enumerate(counted))]
        lines.append(fit(items, width))
    return lines


def block(board: Scenarios | None, now_ms: int, width: int) -> list[Line]:
    """The whole board with its counts."""
    if board is None:
        return [(("scenarios", TITLE), (f"  {WAITING}", LABEL))]
    body = [row(one, board, False, now_ms, width) for one in board.evidence]
    head = (("scenarios  ", TITLE), *key_line(width - 11))
    return [head, titles(board, width), *body, *counts(board, width)]


def detail(one: Evidence, board: Scenarios, width: int, rows: int) -> list[Line]:
    """What it would take to support each scenario, and what the numbers say; each by itself where there is room."""
    names = {scenario.name: scenario.label for scenario in board.scenarios}
    bearing = [cell for cell in one.cells if cell.says != "says nothing"]
    rules = [f"{cell.says} {names.get(cell.scenario, cell.scenario)}, which wants: {cell.rule}" for cell in bearing]
    words = [why(part) if part.value is None else "; ".join(part.words) for part in one.parts]
    says = list(dict.fromkeys(words))
    says.append(f"from {sources(one.parts) or 'nobody yet'}")
    if len(rules) + len(says) + 1 <= rows:
        lines: list[Line] = [((text.plain(one.label, width), BOLD),)]
        for rule, cell in zip(rules, bearing, strict=True):
            lines += wrapped(rule, width, 1, SAYS[cell.says][2])
        return [*lines, *(line for said in says for line in wrapped(said, width, 1, LABEL))]
    lines = wrapped("; ".join(rules) or "shown for itself; it says nothing of any scenario", width, max(1, rows - 1))
    return [*lines, *wrapped("; ".join(says), width, rows - len(lines), LABEL)]
