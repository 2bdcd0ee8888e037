"""`tidegauge stream`: the engine's topics as JSON lines on standard output, until the reader goes."""

import argparse
import os
import select
import socket
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
    with engine:
        _pass_on(engine)
    print("tidegauge: the engine has ended", file=sys.stderr)
    return 1


def _pass_on(engine: socket.socket) -> None:
    """The engine's lines out, and what the viewer at the other end wants in, until the engine ends."""
    out = sys.stdout.buffer
    wishes = sys.stdin.fileno() if sys.stdin and not sys.stdin.isatty() else None
    while True:
        ready, _, _ = select.select([engine, *([] if wishes is None else [wishes])], [], [])
        if wishes in ready and wishes is not None:
            said = os.read(wishes, 1 << 16)
            if said:
                engine.sendall(said)
            else:
                wishes = None  # nobody wants anything more; what is published still goes out
        if engine in ready:
            chunk = engine.recv(1 << 16)
            if not chunk:
                return
            out.write(chunk)
            out.flush()
