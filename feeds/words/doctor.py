"""`tidegauge doctor`: everything asked once, the clock, the terminal and the folders: what works, and why not."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path

import msgspec

from feeds import simulate, text
from feeds.attach import connect
from feeds.checkup import Finding, Report, lines, summed
from feeds.examine import PATIENCE_S, Examination, offline
from feeds.life import today
from feeds.loop import run as run_loop
from feeds.run import simulated
from feeds.settings import Paths, Settings, load, paths
from feeds.slow import Polled
from feeds.store import Store
from feeds.venues import VENUES
from feeds.vintages import Vintages
from feeds.wire import Recorder
from feeds.words.record import begin, finish, seconds

NARROWEST = 20


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", type=seconds, default=PATIENCE_S, metavar="TIME", help="for everything to be told")
    parser.add_argument("--json", action="store_true", help="the same findings as one JSON document")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep what came as a recording, without keys")
    parser.add_argument("--force", action="store_true", help="write over FILE where there is one")
    parser.add_argument("--demo", action="store_true", help="ask a simulated market; nothing leaves this machine")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    recorder = begin(args.save, force=args.force, recorded="demo" if args.demo else "live") if args.save else None
    kept = True
    try:
        report = run_loop(_examined(args, settings, recorder))
    finally:
        if recorder:
            kept = finish(recorder)
    if args.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        for line in lines(report):
            print(line)
    return report.code if kept else 1


async def _examined(args: argparse.Namespace, settings: Settings, recorder: Recorder | None) -> Report:
    """Ask the venues and publishers of the settings, or simulated ones, and draw up what was found."""
    places, began = paths(os.environ), time.monotonic()
    progress = Progress()
    async with AsyncExitStack() as stack:
        asked = settings
        history: tuple[Vintages, list[Polled]] = (Vintages(), [])
        if args.demo:
            market = await stack.enter_async_context(simulate.serve())
            asked = simulated(settings, market.endpoints)
        else:
            history = _history(places)
        examined = Examination(asked, args.wait, recorder=recorder, history=history)
        try:
            await examined.run(progress)
        finally:
            progress.end()
        doubted = examined.doubted()
    here = [*_here(settings, places), *_terminal()]
    heard = sum(finding.good for finding in examined.streams)
    whole = all(found.whole for found in examined.venues if not found.closed)
    now_ms = time.time_ns() // 1_000_000
    stopped = examined.collector.notices.get("recording")
    said = summed(examined.venues, examined.publishers)
    return Report(
        tidegauge=1,
        version=version("tidegauge"),
        now_ms=now_ms,
        waited_s=round(time.monotonic() - began, 1),
        streams=[*examined.streams, *_closed(now_ms)],
        venues=examined.venues,
        rest=examined.rest,
        publishers=examined.publishers,
        doubted=doubted,
        here=[*here, Finding(False, "recording", stopped)] if stopped else here,
        offline=offline(examined),
        sum=said,
        code=0 if whole and heard == len(examined.streams) else 3 if heard else 4,
    )


class Progress:
    """How far it is, in one line of standard error that is written over; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._said = ""

    def __call__(self, said: str) -> None:
        """Show it in place of what was said before."""
        if self._shown and said != self._said:
            width = max(NARROWEST, shutil.get_terminal_size().columns - 1)
            sys.stderr.write(f"\r{said[:width]}\x1b[K")
            sys.stderr.flush()
            self._said = said

    def end(self) -> None:
        """Leave the line empty."""
        if self._said:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _closed(now_ms: int) -> Iterator[Finding]:
    """Venues that are not listened to because they closed for good."""
    for name, venue in VENUES.items():
        if venue.life.over(today(now_ms)):
            yield Finding(True, name, venue.life.words(today(now_ms)))


def _history(places: Paths) -> tuple[Vintages, list[Polled]]:
    """What is kept of the slow series; nothing where there is no history yet."""
    store = Store(places.data / "history.sqlite")
    try:
        return store.slow()
    finally:
        store.close()


def _here(settings: Settings, places: Paths) -> Iterator[Finding]:
    engine = connect(places.runtime / "engine.sock")
    yield Finding(True, "engine", "runs" if engine else "none runs; one is started with the first viewer")
    if engine:
        engine.close()
    yield Finding(True, "settings", str(places.config / "config.toml"))
    free = shutil.disk_usage(next(p for p in (places.data, *places.data.parents) if p.exists())).free
    yield Finding(free > 1 << 28, "history", f"{places.data}, {free / (1 << 30):.1f} GiB free")
    for notice in settings.notices:
        yield Finding(False, "settings", notice)


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    tty = sys.stdout.isatty()
    yield Finding(
        tty, "terminal", f"{os.environ.get('TERM', 'no TERM')}, {size.columns}x{size.lines}" if tty else "none"
    )
    encoding = (sys.stdout.encoding or "").lower()
    yield Finding(encoding.replace("-", "") == "utf8", "characters", encoding or "unknown")
    colours = (
        "none, as NO_COLOR asks" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM", "16 of the scheme")
    )
    yield Finding(True, "colours", colours)
    if os.environ.get("TMUX"):
        yield Finding(True, "tmux", _tmux() or "version unknown")


def _tmux() -> str:
    """What tmux says of itself; "" where it is not found from here, as over SSH or in a container."""
    program = shutil.which("tmux")
    if program is None:
        return ""
    return text.plain(subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stdout, 40)  # noqa: S603
