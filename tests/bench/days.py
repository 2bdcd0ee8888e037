"""Whether the engine's memory grows: three days of a market, fed to a session as fast as it takes them."""

import os
import subprocess
import sys
from collections.abc import Iterator

from feeds.engine import new_session
from feeds.settings import Settings
from tests.bench.frames import BEGAN_MS, frames
from tests.bench.pace import Pace
from tests.bench.processes import rss_mb
from tests.bench.rows import Row

DAY_MS = 86_400_000
DAYS = 3
PER_SECOND = 2


def rows(pace: Pace) -> Iterator[Row]:
    """Growth in the third day: in the first the windows fill, in the second the heap finds its size."""
    if not pace.days:
        return
    done = subprocess.run([sys.executable, "-m", "tests.bench.days"], stdout=subprocess.PIPE, check=True)
    _, second, third = (float(word) for word in done.stdout.split())
    note = f"a session without sockets, {PER_SECOND} frames/s of its own time; {third:.1f} MB at the end"
    yield Row("memory.day", third - second, "MB RSS", 1.0, note=note)


def _ends_of_days() -> Iterator[float]:
    """Resident memory at the end of each day."""
    session = new_session(Settings(), "replay", "", 0, expected=False)
    due, day = BEGAN_MS, 1
    for frame in frames(DAYS * DAY_MS * PER_SECOND // 1000 + 1, per_second=PER_SECOND):
        session.frame(frame)
        if frame.recv_ms >= due:
            due += 10_000
            session.changes(frame.recv_ms, whole=True)
        if frame.recv_ms >= BEGAN_MS + day * DAY_MS:
            day += 1
            yield rss_mb(os.getpid())


if __name__ == "__main__":
    print(*_ends_of_days())
