"""A simulated market: all venues on loopback, that speak the venues' own protocols, for the demo and for tests.

It needs no network, no key and no file, and keeps nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from feeds.simulate.listings import VENUES
from feeds.simulate.scenes import SCENES as MARKET_SCENES
from feeds.simulate.scenes import named
from feeds.simulate.server import SimulatedMarket
from feeds.simulate.slow import SLOW_SCENES

SCENES = {**MARKET_SCENES, **{name: row.title for name, row in SLOW_SCENES.items()}}
"""The known scenes and what each shows, in one line: of the market, or of the slow series behind it."""

__all__ = ["SCENES", "VENUES", "SimulatedMarket", "serve", "start"]


async def start(scene: str = "quiet", seed: int = 1, *, rate: float = 1.0, speed: float = 1.0) -> SimulatedMarket:
    """Start a market that runs until its `close`. `ValueError`: there is no such scene.

    A scene of the market plays before calm publishers, a scene of theirs before a quiet market.

    `rate` multiplies the trades: all venues together send about 36 + 38 * rate frames a second to a client of them
    all, so 1 is 74, 12 is 500 and 52 is 2,000. `speed` multiplies the time of the scene, not that of the trades.
    """
    slow = scene in SLOW_SCENES
    market = SimulatedMarket(named("quiet" if slow else scene), seed, rate, speed, scene if slow else "calm")
    await market.start()
    return market


@asynccontextmanager
async def serve(
    scene: str = "quiet", seed: int = 1, *, rate: float = 1.0, speed: float = 1.0
) -> AsyncIterator[SimulatedMarket]:
    """Run what `start` starts, and close it at the end."""
    market = await start(scene, seed, rate=rate, speed=speed)
    try:
        yield market
    finally:
        await market.close()
