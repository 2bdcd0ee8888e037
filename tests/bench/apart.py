"""Publishers that are one server here, each at an address of its own: an engine spares each host by itself.

All of 127.0.0.0/8 is this machine on Linux; elsewhere only its first address may be.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

CHUNK = 1 << 16


@asynccontextmanager
async def apart(endpoints: Mapping[str, str]) -> AsyncIterator[dict[str, str]]:
    """Give the endpoints anew, those over HTTP with a host each, and pass on what is said to them."""
    async with AsyncExitStack() as stack:
        found = dict(endpoints)
        for number, (name, address) in enumerate(sorted(endpoints.items()), 2):
            parts = urlsplit(address)
            if parts.scheme != "http":
                continue
            passes = _Passes(parts.hostname or "", parts.port or 80)
            server = await stack.enter_async_context(await asyncio.start_server(passes.on, f"127.0.0.{number}"))
            host, port = server.sockets[0].getsockname()
            found[name] = f"http://{host}:{port}{parts.path}"
        yield found


class _Passes:
    """Passes connections on to a server."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port

    async def on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection(*self._to)
        await asyncio.gather(_pass(reader, to), _pass(there, writer))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # either end may go
    finally:
        writer.close()
