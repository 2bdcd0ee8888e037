"""`tidegauge snapshot`: one JSON document, from the running engine, or from the venues themselves if none runs."""

import argparse
import asyncio
import os
import sys
from datetime import date
from typing import Any

import msgspec

from feeds.attach import connect
from feeds.cli import EXIT
from feeds.loop import run as run_loop
from feeds.settings import Paths, Settings, load, paths
from feeds.topics import TOPICS, Engine, Metric, State
from feeds.words.export import day
from feeds.words.record import seconds

PATIENCE_S = 20.0
ENGINE_S = 3.0
"""An engine answers at once, and says something every second."""


class _Line(msgspec.Struct):
    t: int
    set: dict[str, msgspec.Raw]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait",
        type=seconds,
        metavar="TIME",
        help="if no engine runs: collect for so long (default: until every price is fresh, 20s at most)",
    )
    parser.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="what was known at the end of that day in New York, from the history alone",
    )


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    places = paths(os.environ)
    if args.as_of:
        document = _as_of(settings, places, args.as_of)
        if document is None:
            return 1
        show(document)
        return 0 if worth(document) != "none" else 4
    document = _from_engine(places) or run_loop(_collect(settings, places, args.wait))
    show(document)
    return EXIT[worth(document)]


def show(document: dict[str, Any]) -> None:
    """Print a snapshot for people and programs alike."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def worth(document: dict[str, Any]) -> State:
    """State of the reference price; where there is none, of the best metric that has a value."""
    metrics: dict[str, Metric] = document["metrics"]
    price = metrics.get("btc.price")
    if price is not None and price.value is not None:
        return price.state
    states = {metric.state for metric in metrics.values() if metric.value is not None} - {"none"}
    return "fresh" if "fresh" in states else "stale" if states else "none"


def _from_engine(places: Paths) -> dict[str, Any] | None:
    """The first line a viewer gets, which carries everything; `None` where no engine runs, or it does not answer."""
    engine = connect(places.runtime / "engine.sock")
    if engine is None:
        return None
    engine.settimeout(ENGINE_S)
    try:
        with engine, engine.makefile("rb") as lines:
            first = msgspec.json.decode(lines.readline(), type=_Line)
    except (OSError, msgspec.DecodeError):
        print("tidegauge: the engine does not answer; asking the venues instead", file=sys.stderr)
        return None
    metrics = {k: msgspec.json.decode(v, type=Metric) for k, v in first.set.items() if k not in TOPICS}
    mode = msgspec.json.decode(first.set["engine"], type=Engine).mode if "engine" in first.set else "live"
    topics = {name: raw for name, raw in first.set.items() if name in TOPICS}
    return {"tidegauge": 1, "mode": mode, "now_ms": first.t, "metrics": metrics, "topics": topics}


def _as_of(settings: Settings, places: Paths, asked: date) -> dict[str, Any] | None:
    """The document of a past day; it carries the day, and no price of the market that moves.

    `None`, and the reason is said, where the history cannot be read in whole.
    """
    from feeds.asof import session
    from feeds.store import Store

    store = Store(places.data / "history.sqlite", keep_days=settings.history.keep_days)
    try:
        past = session(store, settings, asked)
        trouble = store.notice
    finally:
        store.close()
    if trouble:
        print(f"tidegauge: {trouble}", file=sys.stderr)
        return None
    return {**past.snapshot(), "as_of": asked.isoformat()}


async def _collect(settings: Settings, places: Paths, wait_s: float | None) -> dict[str, Any]:
    """Ask the venues for as long as was said, or until each has been heard."""
    from feeds.engine import Collector
    from feeds.store import Store

    store = Store(places.data / "history.sqlite", keep_days=settings.history.keep_days)
    if settings.history.enabled:
        store.open()
    try:
        collector = Collector(settings, store=store if settings.history.enabled else None)
        collecting = asyncio.create_task(collector.run())
        clock = asyncio.get_running_loop().time
        end = clock() + (wait_s or PATIENCE_S)
        while (left := end - clock()) > 0 and not (wait_s is None and _all_fresh(collector.state)):
            await asyncio.sleep(min(0.1, left))
            collector.tick()
            if collecting.done():
                collecting.result()
        document = collector.session.snapshot()
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
    finally:
        store.close()
    return document


def _all_fresh(state: Any) -> bool:
    chart = state.chart_venue()
    whole = chart is not None and bool(state.candles[chart].closed("1h"))
    return whole and all(feed.state(state.now_ms) == "live" for feed in state.feeds.values())
