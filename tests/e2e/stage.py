"""Seven venues on loopback that say exactly what a test wrote down for them."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from feeds.venues import VENUES
from tests.e2e.world import VENUES as SHOWN
from tests.loopback import HOST, Answer, publisher

Script = Callable[[ServerConnection], Awaitable[None]]


def says(*frames: str) -> Script:
    """Say this, then nothing for as long as the connection lasts."""

    async def script(peer: ServerConnection) -> None:
        for frame in frames:
            await peer.send(frame)
        await peer.wait_closed()

    return script


@dataclass
class Stage:
    """Where the venues are, and when each feed was connected to (monotonic)."""

    endpoints: dict[str, str] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def asked(self) -> dict[str, int]:
        """How often each feed was connected to."""
        return defaultdict(int, {feed: len(times) for feed, times in self.times.items()})


@asynccontextmanager
async def stage(
    scripts: Mapping[str, Script | Sequence[str] | Response],
    pages: Callable[[str], Answer] = lambda _: Answer(404, b'{"message": "not here"}'),
) -> AsyncIterator[Stage]:
    """Play each feed's script to whoever connects, or refuse the handshake with a response.

    A feed without a script accepts and stays silent. `pages` answers what is asked over HTTP by path, which begins
    with the venue's name.
    """
    built = Stage()

    def feed(path: str) -> str:
        venue, _, rest = urlsplit(path).path.removeprefix("/").partition("/")
        named = next((s for s in VENUES[venue].streams if urlsplit(s.url).path == f"/{rest}"), VENUES[venue].streams[0])
        return VENUES[venue].feed(named)

    async def play(peer: ServerConnection) -> None:
        assert peer.request is not None
        script = scripts.get(feed(peer.request.path), ())
        assert not isinstance(script, Response)
        hearing = asyncio.create_task(_hear(peer))
        try:
            await (script if callable(script) else says(*script))(peer)
            await peer.close()
        except ConnectionClosed:
            return  # the other side has seen enough
        finally:
            await asyncio.gather(hearing, return_exceptions=True)

    def admit(_: ServerConnection, request: Request) -> Response | None:
        built.times[feed(request.path)].append(time.monotonic())
        found = scripts.get(feed(request.path))
        return found if isinstance(found, Response) else None

    with publisher(lambda path, _: pages(path)) as site:
        async with serve(play, HOST, 0, process_request=admit, close_timeout=0.2, max_size=None) as sockets:
            port = next(iter(sockets.sockets)).getsockname()[1]
            for venue in SHOWN:
                built.endpoints[f"{venue}.ws"] = f"ws://{HOST}:{port}/{venue}"
                built.endpoints[f"{venue}.http"] = f"{site.base}/{venue}"
            yield built


async def _hear(peer: ServerConnection) -> None:
    async for _ in peer:
        continue
