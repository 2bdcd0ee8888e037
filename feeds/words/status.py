"""`tidegauge status`: one line from the file that the engine writes every second. Reads nothing else, and fast."""

import argparse
import os
import re
import sys
import time

import msgspec

from feeds import text
from feeds.cli import EXIT
from feeds.paths import paths
from feeds.topics import Metric, State, worst

SILENT_MS = 5_000
FORMAT = "{btc.price} {btc.change.24h} liq 1h L {liq.long.usd.1h} S {liq.short.usd.1h}"
_FIELD = re.compile(r"\{([a-z0-9_.]+)\}")


class _Latest(msgspec.Struct):
    now_ms: int
    mode: str
    metrics: dict[str, Metric]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", default=FORMAT, help=f"a line with metric names in braces (default: {FORMAT!r})")


def run(args: argparse.Namespace) -> int:
    path = paths(os.environ).runtime / "latest.json"
    try:
        latest = msgspec.json.decode(path.read_bytes(), type=_Latest)
    except FileNotFoundError:
        print("-- no engine")
        return EXIT["none"]
    except (OSError, msgspec.MsgspecError) as error:
        print(f"tidegauge: {path}: {error}", file=sys.stderr)
        return 1
    line, state = render(latest, args.format, time.time_ns() // 1_000_000)
    print(line)
    return EXIT[state]


def render(latest: _Latest, form: str, now_ms: int) -> tuple[str, State]:
    """Fill the metrics into `form`; return the line and the worst state in it.

    A value that is not fresh carries its state and age; where the engine has fallen silent, everything is stale.
    """
    silent = now_ms - latest.now_ms
    states: list[State] = []

    def field(match: re.Match[str]) -> str:
        metric = latest.metrics.get(match[1])
        if metric is None or metric.value is None:
            states.append("none")
            return text.UNKNOWN
        states.append(worst([metric.state, "stale"]) if silent > SILENT_MS else metric.state)
        shown = text.metric(match[1], metric.value, metric.unit, floor=metric.quality == "floor")
        return shown + _doubt(states[-1], None if metric.as_of_ms is None else now_ms - metric.as_of_ms)

    line = _FIELD.sub(field, form)
    known = [state for state in states if state != "none"]
    return line, worst(known) if known else "none"


def _doubt(state: State, age_ms: int | None) -> str:
    return "" if state == "fresh" else f" ({state} {text.age(age_ms)})"
