"""Whether memory grows by time alone: an hour of a market as it is, and a day of one as fast as a session takes it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import linear_regression

from feeds.engine import new_session
from feeds.settings import Settings
from tests.bench.frames import BEGAN_MS, frames
from tests.bench.market import MarketProcess
from tests.bench.pace import Pace
from tests.bench.processes import rss_mb
from tests.bench.rig import Rig
from tests.bench.rows import Row

SAMPLES = 120
SETTLED = 4
"""The first of so many parts is not looked at: caches, heaps and the shorter windows find their size in it."""
PER_SECOND = 2
HOUR_MS = 3_600_000

Sample = tuple[float, float]
"""Hours since the beginning, millions of bytes."""


def rows(pace: Pace) -> Iterator[Row]:
    """Growth in MB an hour: of an engine and a viewer in real time, of a session in its own time."""
    yield from _real(pace.soak_s)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.soak", str(pace.soak_hours)], stdout=subprocess.PIPE, text=True, check=True
    )
    samples = [(float(at), float(mb)) for at, mb in (line.split() for line in done.stdout.splitlines())]
    yield _row("soak.day", samples, f"{PER_SECOND} frames/s of its own time, the windows of a day filling")


def slope(samples: Sequence[Sample]) -> float:
    """Growth in MB an hour by least squares, once it has settled."""
    settled = samples[len(samples) // SETTLED :]
    return linear_regression([at for at, _ in settled], [mb for _, mb in settled]).slope


def _row(name: str, samples: Sequence[Sample], note: str) -> Row:
    (_, first), (hours, last) = samples[0], samples[-1]
    most = max(mb for _, mb in samples)
    said = f"{first:.1f} to {last:.1f} MB in {hours:.2f} h, at most {most:.1f}; {note}"
    return Row(name, slope(samples), "MB/h", note=said)


def _real(for_s: float) -> Iterator[Row]:
    """A cascade and what comes after it, an engine, and a viewer of the usual size."""
    with (
        MarketProcess("cascade") as market,
        Rig(market.endpoints, publishers=False) as rig,
        rig.viewer(120, 40) as viewer,
    ):
        pids = {"soak.engine": rig.pid, "soak.viewer": viewer.pid}
        samples: dict[str, list[Sample]] = {name: [] for name in pids}
        began = time.monotonic()
        for number in range(SAMPLES + 1):
            time.sleep(max(0.0, began + number * for_s / SAMPLES - time.monotonic()))
            for name, pid in pids.items():
                samples[name].append(((time.monotonic() - began) / 3600, rss_mb(pid)))
    for name, found in samples.items():
        yield _row(name, found, "in real time")


def _virtual(hours: float) -> Iterator[Sample]:
    """A session's memory, sampled in its own time."""
    session = new_session(Settings(), "replay", "", 0, expected=False)
    every_ms = hours * HOUR_MS / SAMPLES
    told_ms, due_ms = BEGAN_MS, float(BEGAN_MS)
    for frame in frames(round(hours * 3600 * PER_SECOND) + 1, per_second=PER_SECOND):
        session.frame(frame)
        if frame.recv_ms >= told_ms:
            told_ms += 10_000
            session.changes(frame.recv_ms, whole=True)
        if frame.recv_ms >= due_ms:
            due_ms += every_ms
            yield (frame.recv_ms - BEGAN_MS) / HOUR_MS, rss_mb(os.getpid())


if __name__ == "__main__":
    for at, mb in _virtual(float(sys.argv[1])):
        print(at, mb)
