"""The scenario board: measurable evidence for and against four scenarios, counted and never weighed."""

from collections.abc import Mapping, Sequence
from operator import ge, gt, le, lt

from msgspec.structs import asdict

from feeds.signals._reading import derived
from feeds.signals.scenario_evidence import OWN, OilNow, evidence
from feeds.signals.scenario_table import SCENARIOS, TABLE, Claim, Condition, Row
from feeds.signals.thresholds import ScenarioRule
from feeds.topics.base import Reading
from feeds.topics.scenarios import Cell, Evidence, Says, Scenario, ScenarioName, Scenarios
from feeds.vintages import Known

_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge}


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
    """Whether a claim holds. It is unknown where one of its own readings is, even if another would decide it."""
    values = [readings[condition.reading].value for condition in claim.conditions]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return "unknown"
    pairs = zip(claim.conditions, known, strict=True)
    held = all(_held(condition, value, thresholds) for condition, value in pairs)
    return "supports" if held != claim.none else "contradicts"


def _held(condition: Condition, value: float | str, thresholds: Mapping[str, float]) -> bool:
    if condition.sign == "is":
        return value == condition.limit
    assert not isinstance(value, str), condition.reading
    return bool(_COMPARE[condition.sign](value, thresholds[condition.limit]))


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
    """How many rows say so. Where all are unknown there is no number for and none against, only of what is unknown."""
    there = [part for part in parts.values() if part.value is not None]
    total, lacking = sum(map(len, labels.values())), len(labels["unknown"])
    value = float(len(labels[what])) if what == "unknown" or lacking < total else None
    words = [f"{what}: {' + '.join(labels[what]) or 'none'}"]
    if lacking and what != "unknown":
        words.append(f"{total - lacking} of {total} rows are known")
    words += [f"{part.name} is {part.state}" for part in there if part.state != "fresh"]
    formula = "rows of evidence, counted and not weighed: no probability"
    return derived(name, value, "", parts.values(), words=words, formula=formula)
