"""`tidegauge record FILE`: what every venue sends, as it came, to a file that `replay` reads."""

import argparse
import asyncio
import errno
import os
import time
from pathlib import Path

from feeds.engine import Collector
from feeds.loop import run as run_loop
from feeds.run import on_signals, say, wait
from feeds.settings import SettingsError, load
from feeds.wire import Recorder

REPORT_S = 10.0


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--for", dest="seconds", type=seconds, metavar="TIME", help="end after 90s, 15m or 2h")
    parser.add_argument("--force", action="store_true", help="write over FILE where there is one")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    recorder = begin(args.file, force=args.force)
    collector = Collector(settings, recorder=recorder)
    say(f"recording {', '.join(collector.state.feeds)} to {args.file}; interrupt to end")
    try:
        run_loop(_record(collector, args.seconds))
    finally:
        closed = finish(recorder)
    if stopped := collector.notices.get("recording"):
        say(stopped)
    return 0 if closed and collector.recorder else 1


def begin(file: Path, *, force: bool, recorded: str = "live") -> Recorder:
    """Begin the file. Nothing that is there is written over unasked, nor what a link of that name leads to."""
    try:
        return Recorder(file, replace=force, recorded=recorded, started_ms=time.time_ns() // 1_000_000)
    except FileExistsError:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file)) from None
        raise SettingsError(f"{file} is there already, and is left as it is; --force writes over it") from None


def finish(recorder: Recorder) -> bool:
    """Close the file and say what is in it; `False` where that failed, as on a full disk."""
    try:
        recorder.close()
    except OSError as error:
        say(f"{recorder.path} is not compressed, but whole up to its last line: {error.strerror}")
        return False
    left_out = f"; {recorder.left_out} too long for a recording" if recorder.left_out else ""
    say(f"{recorder.frames} frames in {recorder.path}{left_out}")
    return True


async def _record(collector: Collector, seconds: float | None) -> None:
    """Record until the time is up or a signal comes."""
    until = asyncio.Event()
    on_signals(until.set)
    collecting = asyncio.create_task(collector.run())
    clock = asyncio.get_running_loop().time
    started = reported = clock()
    recorder = collector.recorder
    while not until.is_set() and collector.recorder and not collecting.done():
        left = REPORT_S if seconds is None else started + seconds - clock()
        if left <= 0:
            break
        await wait(until.wait(), min(1.0, left))
        collector.tick()
        if clock() - reported >= REPORT_S and recorder:
            reported = clock()
            say(f"{recorder.frames} frames")
    if collecting.done():
        collecting.result()
    collecting.cancel()
    await asyncio.gather(collecting, return_exceptions=True)


def seconds(value: str) -> float:
    """A time span: `90`, `90s`, `15m`, `2h`."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (value[:-1], units[value[-1]]) if value[-1:] in units else (value, 1)
    span = float(number) * unit
    if not 0 < span < 1e7:
        raise argparse.ArgumentTypeError("a time above zero, such as 20s, 15m or 2h")
    return span
