"""The scenario board: measurable evidence for and against four scenarios, counted and never weighed."""

from collections.abc import Mapping, Sequence

from msgspec.structs import asdict

from feeds.signals._reading import derived
from feeds.signals.knowledge import DECIDES, Answer, Bounds, every, holds, told
from feeds.signals.scenario_evidence import OWN, OilNow, evidence
from feeds.signals.scenario_table import SCENARIOS, TABLE, Claim, Condition, Row
from feeds.signals.thresholds import ScenarioRule
from feeds.topics.base import Note, Reading
from feeds.topics.scenarios import Cell, Evidence, Says, Scenario, ScenarioName, Scenarios
from feeds.vintages import Known


def scenarios(known: Known, rule: ScenarioRule, oil: OilNow) -> Scenarios:
    """The board. `oil`: what the page of the oil curve says at the same time."""
    readings = evidence(known, oil)
    rows = tuple(_row(row, readings, rule) for row in TABLE)
    found = tuple(_scenario(name, rows, readings) for name in SCENARIOS)
    counts = tuple(count for one in found for count in (one.supports, one.contradicts, one.unknown))
    return Scenarios((*counts, *(readings[name] for name in OWN)), found, rows)


def _row(row: Row, readings: Mapping[str, Reading], rule: ScenarioRule) -> Evidence:
    thresholds = asdict(rule)
    cells = []
    for name in SCENARIOS:
        claim = row.claims.get(name)
        if claim is None:
            cells.append(Cell(name, "says nothing"))
        else:
            cells.append(Cell(name, says(claim, readings, thresholds), claim.words.format_map(thresholds)))
    return Evidence(row.name, row.label, tuple(readings[name] for name in row.readings), tuple(cells))


def says(claim: Claim, readings: Mapping[str, Reading], thresholds: Mapping[str, float]) -> Says:
    """Whether a claim holds. It is unknown where one of its conditions cannot be told, even if another would decide it.

    A reading that is missing, stale or doubted tells nothing, nor does one whose bounds lie on both sides of a limit.
    """
    answers = [_held(condition, readings[condition.reading], thresholds) for condition in claim.conditions]
    held = every(answers)
    if held is None or None in answers:
        return "unknown"
    return "supports" if held != claim.none else "contradicts"


def _held(condition: Condition, of: Reading, thresholds: Mapping[str, float]) -> Answer:
    if condition.sign == "is":
        word = told(of)
        return None if word is None else word == condition.limit
    return holds(of, condition.sign, thresholds[condition.limit])


def _scenario(name: ScenarioName, rows: Sequence[Evidence], readings: Mapping[str, Reading]) -> Scenario:
    """The counts of one scenario: its rows by what they say of it, and the readings behind these."""
    labels: dict[Says, list[str]] = {"supports": [], "contradicts": [], "unknown": []}
    parts: dict[str, Reading] = {}
    for row, found in zip(TABLE, rows, strict=True):
        cell = next(cell for cell in found.cells if cell.scenario == name)
        if cell.says != "says nothing":
            labels[cell.says].append(row.label)
            parts |= {one.reading: readings[one.reading] for one in row.claims[name].conditions}
    return Scenario(
        name,
        SCENARIOS[name],
        _count(f"scenario.{name}.for", "supports", labels, parts),
        _count(f"scenario.{name}.against", "contradicts", labels, parts),
        _count(f"scenario.{name}.unknown", "unknown", labels, parts),
    )


def _count(name: str, what: Says, labels: Mapping[Says, Sequence[str]], parts: Mapping[str, Reading]) -> Reading:
    """How many rows say so: at least so many, and at most with all that are unknown.

    Where all are unknown there is no number for and none against, only of what is unknown. What is stale or doubted is
    shown in its row, and is no part of a count.
    """
    given = [part for part in parts.values() if part.value is None or _decides(part)]
    total, lacking = sum(map(len, labels.values())), len(labels["unknown"])
    found = len(labels[what])
    value = float(found) if what == "unknown" or lacking < total else None
    words: list[str | Note] = [f"{what}: {' + '.join(labels[what]) or 'none'}"]
    if lacking and what != "unknown":
        words.append(Note("lacks", f"{total - lacking} of {total} rows are known"))
    words += [Note("lacks", f"{part.name} is {_weak(part)}") for part in parts.values() if _weak(part)]
    formula = "rows of evidence, counted and not weighed: no probability"
    most = found if what == "unknown" else found + lacking
    within = None if value is None else Bounds(found, most)
    quality = None if len(given) == len(parts) else "partial"
    return derived(name, value, "", given, quality=quality, words=words, formula=formula, bounds=within)


def _decides(part: Reading) -> bool:
    return part.state in DECIDES and part.quality != "doubted"


def _weak(part: Reading) -> str:
    """What makes a number worth less than one that is fresh; "" where nothing does, or where there is no number."""
    if part.value is None:
        return ""
    return "doubted" if part.quality == "doubted" else "" if part.state == "fresh" else part.state
