"""One fault from beginning to end: market, proxy, engine and watch, and a case for the judge."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from feeds import simulate
from feeds.settings import VENUES as KNOWN
from feeds.simulate.scenes import named as scene
from feeds.simulate.server import SimulatedMarket
from feeds.store import Store
from tests.bench.market import later
from tests.chaos.clock import SetClock
from tests.chaos.faults import Fault
from tests.chaos.judge import Case, Life
from tests.chaos.proxy import Proxy
from tests.chaos.spoils import Spoil
from tests.chaos.truth import Truth, now_ms
from tests.chaos.watch import Watch, until
from tests.e2e.world import Running, World

SCENE_S = 440.0
"""The cascade from this second on: five hundred liquidations a minute, and a price that moves by a percent in one."""
CALM_S = 20.0
"""So long the engine has to hear everyone before the fault begins anyway."""
AROUND_S = 3.0
AWAY_S = 2.0
LIFE_S = 6.0
BLOCKED_S = 4.0
END_S = 5.0


async def play(
    fault: Fault,
    *,
    seconds: float | None = None,
    around_s: float = AROUND_S,
    venues: Collection[str] = simulate.VENUES,
    by_hand: Mapping[str, Spoil] | None = None,
) -> Case:
    """Play one fault for `seconds`, and watch for `around_s` before and after.

    `venues`: those that take part. `by_hand`: done to venues without the judge's knowledge.
    """
    names = [venue for venue in simulate.VENUES if venue in venues and venue in KNOWN]
    async with AsyncExitStack() as stack:
        truth = Truth()
        market = await stack.enter_async_context(_market(truth))
        proxy = await stack.enter_async_context(Proxy(market.endpoints, names, truth.mid))
        proxy.by_hand |= by_hand or {}
        proxy.skewed = dict.fromkeys((venue for venue in fault.whom if venue in names), fault.skew_s)
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="tidegauge-chaos-"))
        world = World(Path(home))
        stack.push_async_callback(world.end)
        world.settings(proxy.endpoints, venues=names)
        run = _Run(fault, world, proxy, truth, names)
        watching = asyncio.create_task(run.watch.run())
        try:
            return await run.play(fault.seconds if seconds is None else seconds, around_s)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


@asynccontextmanager
async def _market(truth: Truth) -> AsyncIterator[SimulatedMarket]:
    market = SimulatedMarket(later(scene("cascade"), SCENE_S), 1, 1.0, 1.0)
    market.ledger = truth
    await market.start()
    try:
        yield market
    finally:
        await market.close()


class _Run:
    def __init__(self, fault: Fault, world: World, proxy: Proxy, truth: Truth, names: list[str]) -> None:
        self._fault, self._world, self._proxy, self._truth = fault, world, proxy, truth
        self._spoiled = frozenset(venue for venue in fault.whom if venue in names)
        self.watch = Watch((0, fault.sets_s * 1000))
        self._clock: SetClock | None = None
        if fault.sets_s:
            self._clock = SetClock(world.home / "clock")
            world.env["PYTHONPATH"] = f"{world.home / 'clock'}{os.pathsep}{world.env['PYTHONPATH']}"
        self._engines: list[Running] = []
        self._lives: list[Life] = []

    async def play(self, seconds: float, around_s: float) -> Case:
        fault, proxy = self._fault, self._proxy
        async with AsyncExitStack() as stack:
            engine = await self._start(stack)
            await asyncio.sleep(around_s)
            begin_ms = now_ms()
            for _ in range(fault.kills):
                await asyncio.sleep(LIFE_S)
                engine.send(signal.SIGKILL)
                self._over(now_ms())
                await engine.process.wait()
                await asyncio.sleep(AWAY_S)
                engine = await self._start(stack)
            if self._clock:
                self._clock.set(fault.sets_s * 1000)
            proxy.begin(fault, self._spoiled)
            await asyncio.sleep(seconds)
            proxy.end()
            end_ms = now_ms()
            back_ms = await self._back()
            await asyncio.sleep(BLOCKED_S if fault.blocked else around_s)
            done_ms = now_ms()
            self._over(done_ms)
            ended = "" if engine.running else f"the engine ended by itself, exit code {engine.process.returncode}"
            if engine.running:
                engine.send(signal.SIGTERM)
            if not await until(lambda: not engine.running, END_S):
                ended = f"the engine did not end within {END_S:g} s when it was asked to"
        history = Store(self._world.places.data / "history.sqlite")
        return Case(
            fault=fault,
            truth=self._truth,
            samples=[sample for sample in self.watch.samples if sample.at_ms <= done_ms],
            spoiled=self._spoiled,
            live_ms=self._lives[0].calm_ms,
            begin_ms=begin_ms,
            end_ms=end_ms,
            back_ms=back_ms,
            done_ms=done_ms,
            lives=self._lives,
            gaps=history.gaps(self._lives[0].calm_ms),
            kept=history.liquidations(0),
            said="".join(one.err for one in self._engines),
            ended=ended,
        )

    async def _start(self, stack: AsyncExitStack) -> Running:
        """Start an engine, attach to it, and wait until all is fresh, or until it has had time enough for that."""
        started_ms = now_ms()
        engine = await self._world.engine()
        self._engines.append(engine)
        self.watch.viewer = await stack.enter_async_context(self._world.viewer())
        await until(lambda: self._calm_since(started_ms), CALM_S)
        self._lives.append(Life(started_ms, now_ms(), now_ms()))
        return engine

    def _calm_since(self, from_ms: int) -> bool:
        samples = self.watch.samples
        return bool(samples) and samples[-1].at_ms > from_ms and samples[-1].calm()

    def _over(self, at_ms: int) -> None:
        self._lives[-1] = msgspec.structs.replace(self._lives[-1], ended_ms=at_ms)

    async def _back(self) -> int | None:
        """Wait until all that was spoiled is fresh, and say when; `None` where it takes too long."""
        if self._fault.blocked:
            return None
        after_ms = now_ms()
        return now_ms() if await until(lambda: self._calm_since(after_ms), self._fault.back_s) else None
