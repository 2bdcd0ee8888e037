"""`tidegauge status`: one line, fast, from the file that the engine writes every second; nothing else while one runs.

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
from feeds.paths import SettingsError, paths

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from feeds.topics import State

SILENT_MS = 5_000
"""An engine that wrote nothing for so long says nothing of now; nor does one whose file is of a later time than now."""
FAMILIES = frozenset(
    (
        *("btc", "btc_igv", "cips", "curve", "custody", "deficit", "dgs10", "dollar", "driver", "dxy", "etf"),
        *("fragility", "funding", "gold", "growth", "hedge", "inflation", "level", "liq", "liquidity", "money", "move"),
        *("netliq", "oi", "oil", "rates", "regime", "repo", "risk", "scenario", "spy", "usdhkd", "verdict"),
    )
)
"""How the names of metrics begin. Of most families an engine that was just started knows none yet."""
LAST = "verdict.state"
"""Worked out with the last of them: a file that has it has every name there is."""
HOME = "TIDEGAUGE_HOME"
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
    path, now_ms = paths(os.environ).runtime / "latest.json", time.time_ns() // 1_000_000
    try:
        latest = read(path.read_bytes())
        if args.config or not heard(latest, now_ms):
            _check_settings(args.config)
        if wrong := unknown(latest, args.format):
            raise SettingsError(wrong)
        line, state = render(latest, args.format, now_ms)
    except FileNotFoundError:
        _check_settings(args.config)
        print("-- no engine")
        return EXIT["none"]
    except SettingsError:
        raise
    except (ValueError, RecursionError) as error:
        print(f"tidegauge: {path}: {error}", file=sys.stderr)
        return 1
    print(line)
    return EXIT[state]


def _check_settings(config: "Path | None") -> None:
    """Say what is wrong with the settings, if they are why no engine runs. One that runs has found them right.

    Where nothing is set nothing is loaded for it, which takes longer than the line. Raises `SettingsError`.
    """
    own = config or paths(os.environ).config / "config.toml"
    if not config and not own.exists() and not {name for name in os.environ if name.startswith("TIDEGAUGE_")} - {HOME}:
        return
    from feeds.settings import load

    load(config=config, environ=os.environ, overrides={})


def unknown(latest: Latest, form: str) -> str:
    """Say which name in `form` is no metric's, and which is the nearest; "" if there is none."""
    whole = LAST in latest.metrics
    for name in _FIELD.findall(form):
        if name not in latest.metrics and (whole or name.partition(".")[0] not in FAMILIES):
            from difflib import get_close_matches

            near = get_close_matches(name, latest.metrics, 1)
            return f"no metric is called {name}" + (f"; did you mean {near[0]}?" if near else "")
    return ""


def heard(latest: Latest, now_ms: int) -> bool:
    """Whether the engine that wrote this still writes, by this machine's clock."""
    return abs(now_ms - latest.now_ms) <= SILENT_MS


def read(document: bytes) -> Latest:
    """Read the engine's file. Raises `ValueError` where it is none."""
    match json.loads(document):
        case {"now_ms": int(now_ms), "metrics": dict(metrics)}:
            return Latest(now_ms, metrics)
    raise ValueError("this is not what an engine writes")


def render(latest: Latest, form: str, now_ms: int) -> "tuple[str, State]":
    """Fill the metrics into `form`; return the line and the worst state in it.

    A value carries `≥` or `~` as on the screen, and its state and age if it is not fresh. Where the engine has fallen
    silent, everything is stale, and so it is where its file is of a time to come: a clock was set back under it, and
    how old it is nobody knows.
    Raises `ValueError` where a metric is not as an engine writes it.
    """
    silent, ahead = not heard(latest, now_ms), latest.now_ms > now_ms + SILENT_MS
    states: list[State] = []

    def field(match: re.Match[str]) -> str:
        metric = _shown(latest.metrics[match[1]]) if match[1] in latest.metrics else None
        if metric is None or metric.value is None:
            states.append("none")
            return text.UNKNOWN
        states.append(_worst([metric.state, "stale"]) if silent else metric.state)
        shown = text.metric(match[1], metric.value, metric.unit, floor=metric.floor)
        return (
            "~" * (metric.quality == "estimated")
            + shown
            + _doubt(states[-1], None if ahead or metric.as_of_ms is None else now_ms - metric.as_of_ms)
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
            return Shown(_number(value), unit, as_of_ms, state, quality)
    raise ValueError(f"a metric is not as an engine writes it: {text.plain(str(metric), 80)}")


def _number(value: float | str | None) -> float | str | None:
    """The value, if Python can count with it. Raises `ValueError` where it has hundreds of digits."""
    try:
        return float(value) if isinstance(value, int) else value
    except OverflowError:
        raise ValueError("a number has too many digits") from None


def _worst(states: "Iterable[State]") -> "State":
    return max(states, key=_RANK.index)


def _doubt(state: "State", age_ms: int | None) -> str:
    return "" if state == "fresh" else f" ({state} {text.age(age_ms)})"
