"""`tidegauge engine`: collect without a screen, and serve the viewers that attach."""

import argparse
import os
from pathlib import Path

from feeds.loop import run as run_loop
from feeds.run import demo, live, replayed, say
from feeds.settings import load, paths
from feeds.simulate import SCENES
from feeds.wire import RecordingError


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--with-viewers", action="store_true", help="end with the last viewer")
    parser.add_argument("--demo", metavar="SCENE", help="a simulated market, for the viewers of --socket")
    parser.add_argument("--seed", type=int, default=1, help="seed of the simulated market")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="a recording, for the viewers of --socket")
    parser.add_argument("--speed", type=speed, default=1.0, help="of the replay: a factor, or max")
    parser.add_argument("--start", type=moment, metavar="TIME", help="of the replay: ISO 8601, UTC unless it says")
    parser.add_argument("--socket", type=Path, help="where the viewers of a demo or replay attach")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    if (args.demo or args.replay) and args.socket is None:
        say("--demo and --replay need --socket")
        return 2
    if args.demo and args.demo not in SCENES:
        say(f"there is no scene '{args.demo}'; known: {', '.join(SCENES)}")
        return 2
    for notice in settings.notices:
        say(notice)
    try:
        if args.demo:
            return run_loop(demo(settings, args.demo, args.seed, args.socket))
        if args.replay:
            return run_loop(replayed(settings, args.replay, args.speed, args.start, args.socket))
        return run_loop(live(settings, paths(os.environ), with_viewers=args.with_viewers))
    except RecordingError as error:
        say(str(error))
        return 1


def speed(value: str) -> float:
    """A factor above zero; `max` is 0, which means as fast as it goes."""
    if value == "max":
        return 0.0
    factor = float(value)
    if not 0 < factor < 1e6:
        raise argparse.ArgumentTypeError("a factor above zero, or max")
    return factor


def moment(value: str) -> int:
    """A time in ISO 8601 as ms UTC; without a zone it is UTC."""
    from datetime import UTC, datetime

    time = datetime.fromisoformat(value)
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
