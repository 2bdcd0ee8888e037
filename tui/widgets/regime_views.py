"""The views of the regime pane but the overview: their rows, and what is told of the one that is marked. Pure."""

from collections.abc import Callable, Sequence
from datetime import date

from feeds import text
from feeds.topics import Reading
from feeds.topics.regime import LevelTest, RegimeWeek
from feeds.topics.scenarios import Evidence
from tui.theme import LABEL, PLAIN
from tui.widgets import regime_chain, regime_levels, regime_rows, scenario_rows, timeline_years, verdict_rows
from tui.widgets.lines import Line
from tui.widgets.regime_board import LISTS, NOT_PUBLIC, WAITING, Board, View, readings
from tui.widgets.regime_lists import first
from tui.widgets.regime_words import beside, heading, why, wrapped

LEAST_CHANGES = 72  # columns of the changes of the verdict beside the years
Rows = list[tuple[str, Callable[[bool], Line]]]
"""Rows of a list, each by the key under which it can be picked ("" where it cannot) and how it is drawn."""


def rows(of: Board, at: View, width: int) -> tuple[list[Line], Rows]:
    """What stands above the rows of a view that has a mark, and the rows."""
    match at:
        case "chain":
            return _chain(of, width)
        case "scenarios":
            return _scenarios(of, width)
        case "levels":
            return _levels(of, width)
        case _:
            return _lists(of, width)


def told(of: Board, at: View, picked: str, width: int, rows: int) -> list[Line]:
    """All of what is marked, over at most so many rows."""
    match at:
        case "scenarios":
            evidence = of.scenarios.evidence if of.scenarios else ()
            one = next((one for one in evidence if one.name == picked), None)
            return scenario_rows.detail(one, of.scenarios, width, rows) if one and of.scenarios else []
        case "levels":
            pairs = ((level, test) for level in of.levels or () for test in level.tests)
            found = next((pair for pair in pairs if regime_levels.key(*pair) == picked), None)
            return regime_levels.detail(*found, width, rows) if found else []
        case _:
            reading = next((one for one in readings(of, at) if one.name == picked), None)
            return _reading(reading, width, rows) if reading else []


def marked(of: Board | None, at: View, picked: str) -> str:
    """The name of the reading to begin with where a view is inspected; "" for the first."""
    match at:
        case "scenarios" if of and of.scenarios:
            return next((one.parts[0].name for one in of.scenarios.evidence if one.name == picked and one.parts), "")
        case "levels" if of:
            tests = ((level, regime_levels.key(level, test)) for level in of.levels or () for test in level.tests)
            return next((level.readings[0].name for level, key in tests if key == picked and level.readings), "")
        case "history":
            return "regime.label"
        case "chain" | "hedge & dollar":
            return picked
        case _:
            return ""


# ---- the history


def _timeline(of: Board) -> Sequence[RegimeWeek]:
    return of.regime.timeline if of.regime else ()


def _cursor(of: Board, cursor: date | None) -> date | None:
    """Where nothing is marked it is the newest week."""
    timeline = _timeline(of)
    return cursor or (timeline[-1].day if timeline else None)


def history(of: Board, cursor: date | None, width: int) -> list[Line]:
    """The regime by years and the changes of the verdict, beside each other where there is room."""
    room = width - timeline_years.WIDTH - 3
    wide = room >= LEAST_CHANGES
    weeks: list[Line] = [heading("regime by the week", WAITING)]
    if of.regime is not None:
        weeks = timeline_years.block(
            _timeline(of),
            _cursor(of, cursor),
            timeline_years.WIDTH if wide else width,
            regime_rows.no_weeks(of.regime),
        )
    changes = [] if of.verdict is None else verdict_rows.history(of.verdict, of.zone, room if wide else width)
    return beside([(weeks, timeline_years.WIDTH), (changes, room)]) if wide else [*weeks, (), *changes]


def week(of: Board, cursor: date | None, width: int, rows: int) -> list[Line]:
    """The week that is marked, in words."""
    return timeline_years.told(_timeline(of), _cursor(of, cursor), of.zone, width, rows)


# ---- lists


def _reading(one: Reading, width: int, rows: int) -> list[Line]:
    words = why(one) if one.value is None else "; ".join(one.words)
    lacks = f"; missing: {', '.join(one.missing)}" if one.missing else ""
    made = f"; {one.formula}" if one.formula else ""
    return wrapped(f"{one.name}: {words}{lacks}{made}", width, rows)


def _fixed(line: Line) -> Callable[[bool], Line]:
    return lambda _: line


def _number(one: Reading, of: Board, width: int) -> Callable[[bool], Line]:
    return lambda picked: regime_chain.line(one, picked, of.now_ms, width)


def _chain(of: Board, width: int) -> tuple[list[Line], Rows]:
    if of.regime is None:
        return [((f"no drivers yet: {WAITING}", LABEL),)], []
    rows: Rows = []
    for key, one in regime_chain.links(of.regime):
        rows.append((key, _number(one, of, width) if isinstance(one, Reading) else _fixed(one)))
    rows.append(("", _fixed(heading("beside the chain"))))
    rows += [(one.name, _number(one, of, width)) for one in (of.regime.money.reading, of.regime.custody)]
    return wrapped(regime_chain.known(of.regime), width, 1), rows


def _scenarios(of: Board, width: int) -> tuple[list[Line], Rows]:
    made = of.scenarios
    if made is None:
        return [((f"no scenarios yet: {WAITING}", LABEL),)], []

    def drawn(one: Evidence) -> Callable[[bool], Line]:
        return lambda picked: scenario_rows.row(one, made, picked, of.now_ms, width)

    rows: Rows = [(one.name, drawn(one)) for one in made.evidence]
    rows += [("", _fixed(line)) for line in (*scenario_rows.counts(made, width), (), scenario_rows.key_line(width))]
    return [scenario_rows.titles(made, width)], rows


def _levels(of: Board, width: int) -> tuple[list[Line], Rows]:
    if not of.levels:
        said = f"no level tests yet: {WAITING}" if of.levels is None else "no level is set: levels_usd is empty"
        return [((said, LABEL),)], []

    def drawn(test: LevelTest) -> Callable[[bool], Line]:
        return lambda picked: regime_levels.row(test, picked, width)

    rows: Rows = []
    for level in of.levels:
        rows += [("", _fixed(line)) for line in regime_levels.title(level, of.now_ms, width)]
        rows.append(("", _fixed(regime_levels.titles(width))))
        rows += [(regime_levels.key(level, test), drawn(test)) for test in reversed(level.tests)]
    return [], rows


def _lists(of: Board, width: int) -> tuple[list[Line], Rows]:
    rows: Rows = []
    for name, title in LISTS.items():
        found = of.lists[name]
        rows.append(("", _fixed(heading(title, WAITING if found is None else ""))))
        rows += [(one.name, _number(one, of, width)) for one in first(found or ())]
    if of.unpublished:
        rows.append(("", _fixed(heading(NOT_PUBLIC))))
        for one in of.unpublished:
            name = text.plain(one.label, 48)
            said = text.plain(one.words, max(1, width - len(name) - 8))
            rows.append(("", _fixed((("  -- ", LABEL), (name, PLAIN), (f"  {said}", LABEL)))))
    return [], rows
