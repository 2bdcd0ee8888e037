"""`tidegauge stream`: the engine's topics as JSON lines on standard output, until the reader goes."""

import argparse
import os
import sys

from feeds.attach import connect_or_start
from feeds.settings import load, paths


def options(parser: argparse.ArgumentParser) -> None:
    parser.description = "Topics as JSON lines, from the running engine or from one that ends with its last viewer."


def run(args: argparse.Namespace) -> int:
    load(config=args.config, environ=os.environ, overrides={})
    engine = connect_or_start(
        paths(os.environ).runtime / "engine.sock", ["--config", str(args.config)] * bool(args.config)
    )
    if engine is None:
        print("tidegauge: no engine runs, and none could be started", file=sys.stderr)
        return 1
    out = sys.stdout.buffer
    with engine:
        while chunk := engine.recv(1 << 16):
            out.write(chunk)
            out.flush()
    print("tidegauge: the engine has ended", file=sys.stderr)
    return 1
