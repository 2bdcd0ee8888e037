"""`tidegauge status`: one line from the file that the engine writes every second. Reads nothing else, and fast.

A bar asks for this line every few seconds, so it is made without msgspec, whose import takes longer than all of this.
"""

import argparse
import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from feeds import text
from feeds.cli import EXIT
from feeds.paths import paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeds.topics import State

SILENT_MS = 5_000
FORMAT = "{btc.price} {btc.change.24h} liq 1h L {liq.long.usd.1h} S {liq.short.usd.1h}"
_FIELD = re.compile(r"\{([a-z0-9_.]+)\}")
_RANK = tuple(EXIT)
"""States from best to worst."""


class Shown(NamedTuple):
    """What the line tells of a metric."""

    value: float | str | None
    unit: str
    as_of_ms: int | None
    state: "State"
    quality: str | None

    @property
    def floor(self) -> bool:
        """At least so much: a sum of which a venue publishes a sample only, or of which a part was missed."""
        return self.quality == "floor" or (self.quality == "partial" and self.unit in ("USD", "BTC", "events"))


class Latest(NamedTuple):
    """The engine's file. Metrics are read when they are asked for."""

    now_ms: int
    metrics: dict[str, object]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", default=FORMAT, help=f"a line with metric names in braces (default: {FORMAT!r})")


def run(args: argparse.Namespace) -> int:
    path = paths(os.environ).runtime / "latest.json"
    try:
        line, state = render(read(path.read_bytes()), args.format, time.time_ns() // 1_000_000)
    except FileNotFoundError:
        print("-- no engine")
        return EXIT["none"]
    except ValueError as error:
        print(f"tidegauge: {path}: {error}", file=sys.stderr)
        return 1
    print(line)
    return EXIT[state]


def read(document: bytes) -> Latest:
    """Read the engine's file. Raises `ValueError` where it is none."""
    match json.loads(document):
        case {"now_ms": int(now_ms), "metrics": dict(metrics)}:
            return Latest(now_ms, metrics)
    raise ValueError("this is not what an engine writes")


def render(latest: Latest, form: str, now_ms: int) -> "tuple[str, State]":
    """Fill the metrics into `form`; return the line and the worst state in it.

    A value carries `≥` or `~` as on the screen, and its state and age if it is not fresh. Where the engine has fallen
    silent, everything is stale.
    Raises `ValueError` where a metric is not as an engine writes it.
    """
    silent = now_ms - latest.now_ms
    states: list[State] = []

    def field(match: re.Match[str]) -> str:
        metric = _shown(latest.metrics[match[1]]) if match[1] in latest.metrics else None
        if metric is None or metric.value is None:
            states.append("none")
            return text.UNKNOWN
        states.append(_worst([metric.state, "stale"]) if silent > SILENT_MS else metric.state)
        shown = text.metric(match[1], metric.value, metric.unit, floor=metric.floor)
        return (
            "~" * (metric.quality == "estimated")
            + shown
            + _doubt(states[-1], None if metric.as_of_ms is None else now_ms - metric.as_of_ms)
        )

    line = _FIELD.sub(field, form)
    known = [state for state in states if state != "none"]
    return line, _worst(known) if known else "none"


def _shown(metric: object) -> Shown:
    match metric:
        case {
            "value": float() | int() | str() | None as value,
            "unit": str(unit),
            "as_of_ms": int() | None as as_of_ms,
            "state": "fresh" | "late" | "stale" | "down" | "none" as state,
            "quality": str() | None as quality,
        }:
            return Shown(value, unit, as_of_ms, state, quality)
    raise ValueError(f"a metric is not as an engine writes it: {text.plain(str(metric), 80)}")


def _worst(states: "Iterable[State]") -> "State":
    return max(states, key=_RANK.index)


def _doubt(state: "State", age_ms: int | None) -> str:
    return "" if state == "fresh" else f" ({state} {text.age(age_ms)})"
