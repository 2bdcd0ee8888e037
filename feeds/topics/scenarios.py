"""The topic of the scenario board: evidence that supports or contradicts each of four scenarios, counted."""

from typing import Literal

from msgspec import Struct

from feeds.topics.base import Reading

ScenarioName = Literal["normal", "tollbooth", "blockade", "empire"]
Says = Literal["supports", "contradicts", "unknown", "says nothing"]


class Cell(Struct, frozen=True):
    """What one piece of evidence says of one scenario. `rule`: what it would take to support it, in words.

    `says nothing`: it has no bearing on that scenario and is not counted; `rule` is "" then.
    """

    scenario: ScenarioName
    says: Says
    rule: str = ""


class Evidence(Struct, frozen=True):
    """One row of the board: the numbers with their dates, states and sources, and a cell for each scenario."""

    name: str
    label: str
    parts: tuple[Reading, ...]
    cells: tuple[Cell, ...]


class Scenario(Struct, frozen=True):
    """The counts of one scenario. They are no probability: no piece of evidence is worth as much as another."""

    name: ScenarioName
    label: str
    supports: Reading
    contradicts: Reading
    unknown: Reading


class Scenarios(Struct, frozen=True):
    """The board. `readings`: all counts, and what is worked out for them alone."""

    readings: tuple[Reading, ...]
    scenarios: tuple[Scenario, ...]
    evidence: tuple[Evidence, ...]
