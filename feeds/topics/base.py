"""The vocabulary of every topic: states, qualities, and a number with its age, source and completeness."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

State = Literal["fresh", "late", "stale", "down", "none"]
Quality = Literal["exact", "provisional", "revised", "estimated", "sampled", "floor", "partial"]
FeedState = Literal["live", "connecting", "late", "stale", "down", "blocked"]
LiqLevel = Literal["calm", "elevated", "cascade"]
Mode = Literal["live", "replay", "demo"]
WINDOWS: tuple[str, ...] = ("1m", "5m", "1h", "4h", "24h")
WINDOW_MS: dict[str, int] = {
    "1m": 60_000,
    "5m": 300_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "24h": 86_400_000,
}
STATES: tuple[State, ...] = ("fresh", "late", "stale", "down", "none")
"""From best to worst: a derived metric has the worst of its inputs."""


class Metric(Struct, frozen=True):
    """One number with its age, source and completeness. `value` is `None` with a reason in `note`, never 0."""

    value: float | str | None
    unit: str
    as_of_ms: int | None
    source: str
    state: State
    quality: Quality = "exact"
    note: str = ""


class Engine(Struct, frozen=True):
    """Who speaks. `title` says in words what is replayed or simulated; "" when live.

    `writing`: this engine keeps the history. `notices`: things the user should know, newest last.
    """

    mode: Mode
    title: str
    started_ms: int
    writing: bool
    notices: tuple[str, ...] = ()


class Input(Struct, frozen=True):
    """One number that went in: of which series, for which period, known since when, from whom."""

    series: str
    period: date
    value: float
    known_ms: int
    source: str


class Reading(Struct, frozen=True):
    """One answer of a signal. `name` is a metric name; `value` is `None` with the reason in `words`, never 0.

    `period`: the date it is for, the oldest of its inputs. `known_ms`: since when it could be known, the newest of
    its inputs. `band`: the word for where it lies ("tight"), "" where it has none. `words`: what a trader reads, most
    important first. `formula`: how it is computed, in one line. `missing`: the series that were asked for and not
    known.
    """

    name: str
    value: float | str | None
    unit: str
    period: date | None = None
    known_ms: int | None = None
    state: State = "none"
    quality: Quality = "exact"
    band: str = ""
    words: tuple[str, ...] = ()
    formula: str = ""
    inputs: tuple[Input, ...] = ()
    missing: tuple[str, ...] = ()


def worst(states: Sequence[State]) -> State:
    """The worst of several states; `none` where there are none."""
    return max(states, key=STATES.index, default="none")
