"""A monitor that runs: bytes to the terminal, processor time and memory, in a quiet market and in a cascade."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.bench.market import PEAK_S, MarketProcess
from tests.bench.pace import Pace
from tests.bench.processes import cpu_s, pss_mb, rss_mb
from tests.bench.rig import Rig
from tests.bench.rows import Row
from tests.bench.terminal import Terminal

BYTES = {(80, 24): (1.5, 4.0), (120, 40): (4.0, 10.0), (200, 60): (8.0, 18.0)}
"""Promised kB a second by size of the terminal: quiet, cascade."""
Size = tuple[int, int]
Viewers = dict[Size, Terminal]
_MIDDLE: Size = (120, 40)
_VIEWER_CPU = (3.0, 10.0)


def quiet(pace: Pace) -> Iterator[Row]:
    """A calm market: also what the processes hold after a minute of it."""
    with _running("quiet", 0.0, pace) as (rig, viewers):
        began = _Reading(rig, viewers)
        time.sleep(pace.quiet_s)
        ended = _Reading(rig, viewers)
    yield from _bytes("quiet", began, ended)
    yield from _viewer_cpu("quiet", began, ended)
    yield Row("cpu.engine.quiet", ended.engine_cpu(began), "% of a core", 3.0, note=f"{ended.rate:.0f} frames/s")
    viewer = ended.rss[_MIDDLE]
    yield Row("memory.viewer", viewer, "MB RSS", 80.0, note=f"120×40; {ended.pss[_MIDDLE]:.1f} MB PSS")
    yield Row("memory.engine", ended.engine_rss, "MB RSS", 100.0, note=f"{ended.engine_pss:.1f} MB PSS")
    spent = f"in {ended.at - began.at:.0f} s of a monitor that is {ended.at - began.started:.0f} s old"
    yield Row("memory.viewer.growth", (viewer - began.rss[_MIDDLE]) * 1000, "kB", note=spent)
    yield Row("memory.engine.growth", (ended.engine_rss - began.engine_rss) * 1000, "kB", note=spent)


def cascade(pace: Pace) -> Iterator[Row]:
    """The cascade near its worst: some 600 liquidations a minute, four times the trades."""
    with _running("cascade", PEAK_S - pace.settle_s, pace) as (rig, viewers):
        began = _Reading(rig, viewers)
        time.sleep(pace.cascade_s)
        ended = _Reading(rig, viewers)
    yield from _bytes("cascade", began, ended)
    yield from _viewer_cpu("cascade", began, ended)
    yield Row("cpu.engine.cascade", ended.engine_cpu(began), "% of a core", note=f"{ended.rate:.0f} frames/s")


@contextmanager
def _running(scene: str, from_s: float, pace: Pace) -> Iterator[tuple[Rig, Viewers]]:
    """A market, an engine and a viewer of each size, which have settled."""
    with ExitStack() as stack:
        market = stack.enter_context(MarketProcess(scene, from_s=from_s))
        rig = stack.enter_context(Rig(market.endpoints, past=pace.publishers, publishers=pace.publishers))
        viewers = {size: stack.enter_context(rig.viewer(*size)) for size in BYTES}
        time.sleep(pace.settle_s)
        yield rig, viewers


class _Reading:
    """The meters at one moment."""

    def __init__(self, rig: Rig, viewers: Viewers) -> None:
        self.at = time.monotonic()
        self.started = viewers[_MIDDLE].started
        self.received = {size: viewer.received for size, viewer in viewers.items()}
        self.cpu = {size: cpu_s(viewer.pid) for size, viewer in viewers.items()}
        self.rss = {size: rss_mb(viewer.pid) for size, viewer in viewers.items()}
        self.pss = {size: pss_mb(viewer.pid) for size, viewer in viewers.items()}
        self.engine_s, self.engine_rss, self.engine_pss = cpu_s(rig.pid), rss_mb(rig.pid), pss_mb(rig.pid)
        self.rate = rig.rate()

    def engine_cpu(self, began: "_Reading") -> float:
        """Percent of a core since then."""
        return (self.engine_s - began.engine_s) / (self.at - began.at) * 100

    def viewer_cpu(self, began: "_Reading", size: Size) -> float:
        return (self.cpu[size] - began.cpu[size]) / (self.at - began.at) * 100


def _bytes(scene: str, began: _Reading, ended: _Reading) -> Iterator[Row]:
    for size, bounds in BYTES.items():
        kb = (ended.received[size] - began.received[size]) / (ended.at - began.at) / 1000
        yield Row(f"bytes.{_name(size)}.{scene}", kb, "kB/s", bounds[scene == "cascade"])


def _viewer_cpu(scene: str, began: _Reading, ended: _Reading) -> Iterator[Row]:
    for size in BYTES:
        bound = _VIEWER_CPU[scene == "cascade"] if size == _MIDDLE else None
        yield Row(f"cpu.viewer.{_name(size)}.{scene}", ended.viewer_cpu(began, size), "% of a core", bound)


def _name(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
