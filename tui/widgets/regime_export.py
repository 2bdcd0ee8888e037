"""The tables of the regime pane as rows for a file: what each view shows, with its dates. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from feeds.topics import Reading, RegimeWeek
from tui.export import Cell
from tui.widgets.regime_board import NOT_PUBLIC, Board, View, readings

Table = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]
NUMBERS = (
    "name",
    "value",
    "unit",
    "period",
    "known_utc",
    "state",
    "quality",
    "band",
    "words",
    "missing",
    "least",
    "most",
)
TRIGGER = ("threshold", "distance", "on", "last_on")


def table(of: Board, view: View) -> Table:
    """Name of the file's part, its columns, and its rows."""
    match view:
        case "history":
            return "history", HISTORY, _history(of)
        case "scenarios":
            return "scenarios", SCENARIOS, _scenarios(of)
        case "levels":
            return "levels", LEVELS, _levels(of)
        case "overview":
            return "regime", (*NUMBERS, *TRIGGER), _overview(of)
        case "chain":
            return "chain", NUMBERS, [_number(one) for one in readings(of, view)]
        case _:
            return "hedge-dollar", NUMBERS, _lists(of)


def _week_note(week: RegimeWeek) -> str:
    """What is to be known of the numbers of a week."""
    between = "" if week.z_least is None or week.z_most is None else f"z between {week.z_least} and {week.z_most}"
    later = "with numbers that were read afterwards" if week.later else ""
    return "; ".join(part for part in (between, later) if part)


def _utc(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(one: Reading) -> list[Cell]:
    return [
        one.name,
        one.value,
        one.unit,
        one.period,
        _utc(one.known_ms),
        one.state,
        one.quality,
        one.band,
        "; ".join(one.words),
        " ".join(one.missing),
        one.least,
        one.most,
    ]


def _overview(of: Board) -> list[list[Cell]]:
    triggers = {one.reading.name: one for one in of.verdict.triggers} if of.verdict else {}
    rows: list[list[Cell]] = []
    for one in readings(of, "overview"):
        trigger = triggers.get(one.name)
        more: list[Cell] = [None] * len(TRIGGER)
        if trigger is not None:
            more = [trigger.threshold, trigger.distance, _yes(trigger.on), trigger.last]
        rows.append([*_number(one), *more])
    return rows


def _yes(on: bool | None) -> str | None:
    return None if on is None else "yes" if on else "no"


HISTORY = ("kind", "day", "known_utc", "before", "after", "liquidity", "risk", "netliq_pct", "risk_z", "parts", "words")


def _history(of: Board) -> list[list[Cell]]:
    """Weeks of the regime, then changes of the verdict and what it only noted; each oldest first.

    Of a week `before` is what it said by itself, `after` the label that held.
    """
    weeks = of.regime.timeline if of.regime else ()
    rows: list[list[Cell]] = [
        [
            "week",
            one.day,
            _utc(one.known_ms),
            one.raw,
            one.label,
            one.liquidity,
            one.risk,
            one.netliq,
            one.z,
            one.parts,
            _week_note(one),
        ]
        for one in weeks
    ]
    blank: list[Cell] = [None] * 5
    if of.verdict is not None:
        rows += [
            ["verdict", one.day, _utc(one.known_ms), one.before, one.after, *blank, one.cause]
            for one in of.verdict.changes
        ]
        rows += [["noted", one.day, _utc(one.known_ms), None, None, *blank, one.words] for one in of.verdict.noted]
    return rows


SCENARIOS = ("evidence", "scenario", "says", "rule", "numbers", "oldest_period", "known_utc", "sources")


def _scenarios(of: Board) -> list[list[Cell]]:
    """A row for each piece of evidence and scenario, then the counts."""
    if of.scenarios is None:
        return []
    labels = {one.name: one.label for one in of.scenarios.scenarios}
    rows: list[list[Cell]] = []
    for one in of.scenarios.evidence:
        there = [part for part in one.parts if part.value is not None]
        numbers = "; ".join(
            f"{part.name} {'--' if part.value is None else part.value} {part.unit}".rstrip() for part in one.parts
        )
        oldest: date | None = min((part.period for part in there if part.period), default=None)
        known = max((part.known_ms for part in there if part.known_ms is not None), default=None)
        sources = " ".join(dict.fromkeys(given.source for part in there for given in part.inputs))
        rows += [
            [
                one.label,
                labels.get(cell.scenario, cell.scenario),
                cell.says,
                cell.rule,
                numbers,
                oldest,
                _utc(known),
                sources,
            ]
            for cell in one.cells
        ]
    for scenario in of.scenarios.scenarios:
        for kind, reading in (
            ("supports", scenario.supports),
            ("contradicts", scenario.contradicts),
            ("unknown", scenario.unknown),
        ):
            rows.append(
                ["count", scenario.label, kind, "", str(reading.value), reading.period, _utc(reading.known_ms), ""]
            )
    return rows


LEVELS = (
    "level",
    "test",
    "outcome",
    "decided",
    "low",
    "traded_under",
    "closes_under",
    "run",
    "day",
    "day_low",
    "day_close",
)


def _levels(of: Board) -> list[list[Cell]]:
    """A row for each day of each test, oldest first."""
    return [
        [
            level.level,
            test.first,
            test.outcome,
            None if test.outcome == "open" else test.last,
            test.low,
            _yes(test.touched_under),
            test.closed_under,
            test.run,
            day.day,
            day.low,
            day.close,
        ]
        for level in of.levels or ()
        for test in level.tests
        for day in test.days
    ]


def _lists(of: Board) -> list[list[Cell]]:
    rows = [_number(one) for one in readings(of, "hedge & dollar")]
    none: list[Cell] = [None] * 5
    return [*rows, *([one.label, None, *none, NOT_PUBLIC, one.words, "", None, None] for one in of.unpublished)]
