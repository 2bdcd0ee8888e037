"""A client of the simulated venues: asks as a venue's own addresses are asked, and reads frames with a deadline."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from feeds.simulate import SimulatedMarket
from feeds.simulate.scenes import Scene

Frame = Any
"""A frame, decoded. Tests look into it as deep as they like."""


class Client:
    """One connection. `frames` are all that came so far, in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Frame] = []

    async def send(self, request: object) -> None:
        await self.connection.send(request if isinstance(request, str) else json.dumps(request))

    async def next(self, within: float = 60.0) -> Frame:
        async with asyncio.timeout(within):
            text = await self.connection.recv()
        assert isinstance(text, str)
        frame = json.loads(text) if text.startswith("{") else text
        self.frames.append(frame)
        return frame

    async def until(self, wanted: Callable[[Frame], object], within: float = 60.0) -> Frame:
        """Read on to the first frame that is wanted."""
        async with asyncio.timeout(within):
            while True:
                frame = await self.next(within)
                if wanted(frame):
                    return frame


@asynccontextmanager
async def storm() -> AsyncIterator[SimulatedMarket]:
    """A market with some forty liquidations a second, where no venue drops out."""
    scene = Scene("storm", "liquidations without end", longs=((0, 2000),), shorts=((0, 400),))
    market = SimulatedMarket(scene, 7, 1.0, 1.0)
    await market.start()
    try:
        yield market
    finally:
        await market.close()


@asynccontextmanager
async def asking(market: SimulatedMarket, venue: str, path: str, *requests: object) -> AsyncIterator[Client]:
    """Connect to a venue at `path` and send it `requests`."""
    # Without a bound on the queue, a test that has read enough does not stop the connection from closing.
    async with connect(
        market.endpoints[f"{venue}.ws"] + path, compression=None, proxy=None, max_queue=None
    ) as connection:
        client = Client(connection)
        for request in requests:
            await client.send(request)
        yield client


async def until(true: Callable[[], object], within: float = 60.0) -> None:
    """Wait until `true()` holds, and fail if it does not in time."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)
