"""`tidegauge replay FILE`: a recording at full speed, as topics in JSON lines, or as the snapshot at its end."""

import argparse
import os
import sys
from pathlib import Path

from feeds.cli import EXIT
from feeds.engine import new_session
from feeds.replay import replay
from feeds.run import say
from feeds.session import line
from feeds.settings import load
from feeds.wire import Recording, RecordingError
from feeds.words.snapshot import show, worth


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--snapshot", action="store_true", help="print only the snapshot at the end")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    try:
        recording = Recording(args.file)
    except RecordingError as error:
        say(str(error))
        return 1
    session = new_session(settings, "replay", f"replay of {args.file.name}", 0, expected=False)
    out = sys.stdout.buffer
    if args.snapshot:
        for frame in recording:
            session.frame(frame)
    else:
        for now_ms, changed in replay(recording, session):
            if changed:
                out.write(line(now_ms, changed))
    if recording.cut:
        say(f"{args.file}: {recording.cut}; replayed up to there")
    if not args.snapshot:
        return 0
    document = session.snapshot()
    show(document)
    return EXIT[worth(document)]
