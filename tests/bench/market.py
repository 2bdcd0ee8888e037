"""A simulated market in a process of its own, so that what it costs is nobody else's.

`python -m tests.bench.market SCENE FROM_S RATE [apart]` prints its endpoints as one line of JSON and plays the scene
from that second on, until its standard input is closed. `apart`: each publisher has an address of its own.
"""

import asyncio
import subprocess
import sys
from contextlib import nullcontext

import msgspec

from feeds.simulate.scenes import Curve, Scene, named, value
from feeds.simulate.server import SimulatedMarket
from tests.bench.apart import apart

PEAK_S = 480.0
"""From this scene second on the cascade liquidates hundreds a minute, for a minute and more."""


class MarketProcess:
    """Runs from entry to exit. `endpoints` goes into the settings of that name."""

    def __init__(self, scene: str, *, from_s: float = 0.0, rate: float = 1.0, apart: bool = False) -> None:
        self._argv = [sys.executable, "-m", "tests.bench.market", scene, str(from_s), str(rate), *["apart"] * apart]
        self.endpoints: dict[str, str] = {}

    def __enter__(self) -> "MarketProcess":
        self._process = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulated market did not start: exit code {self._process.wait()}")
        self.endpoints = msgspec.json.decode(line, type=dict[str, str])
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid


def later(scene: Scene, by_s: float) -> Scene:
    """The scene as it is after its first `by_s` seconds, at the price where it stands then."""

    def moved(curve: Curve) -> Curve:
        return tuple((at - by_s, there) for at, there in curve)

    here = value(scene.path, by_s)
    return msgspec.structs.replace(
        scene,
        path=tuple((at - by_s, there - here) for at, there in scene.path),
        unrest=moved(scene.unrest),
        activity=moved(scene.activity),
        longs=moved(scene.longs),
        shorts=moved(scene.shorts),
        size=moved(scene.size),
        outages=tuple(
            msgspec.structs.replace(outage, from_s=outage.from_s - by_s, to_s=outage.to_s - by_s)
            for outage in scene.outages
            if outage.from_s >= by_s
        ),
    )


async def _play(scene: Scene, rate: float, *spread: str) -> None:
    market = SimulatedMarket(scene, 1, rate, 1.0)
    await market.start()
    try:
        async with apart(market.endpoints) if spread else nullcontext(market.endpoints) as endpoints:
            print(msgspec.json.encode(endpoints).decode(), flush=True)
            await asyncio.to_thread(sys.stdin.read)
    finally:
        await market.close()


if __name__ == "__main__":
    asyncio.run(_play(later(named(sys.argv[1]), float(sys.argv[2])), float(sys.argv[3]), *sys.argv[4:]))
