"""The proxy between an engine and the simulated market: an address for each venue, and a fault for some of them."""

import asyncio
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from random import Random
from socket import SO_LINGER, SOL_SOCKET
from urllib.parse import urlsplit

from tests.chaos.faults import Fault
from tests.chaos.lines import Framed, dated, framed, like
from tests.chaos.spoils import Hand, Spoil, shift
from tests.loopback import HOST

_LOOK_S = 0.02
_HEAD = 1 << 16


class Proxy:
    """Runs from entry to exit; nothing of it outlives that. `endpoints` goes into the settings of that name."""

    def __init__(self, endpoints: Mapping[str, str], venues: Iterable[str], mid: Callable[[], float]) -> None:
        """`mid`: what bitcoin costs just now, so that a price can be told from other numbers."""
        self._to = {name: urlsplit(address) for name, address in endpoints.items()}
        self._venues, self._mid = tuple(venues), mid
        self.endpoints: dict[str, str] = {}
        self.spoiled: dict[str, Fault] = {}
        self.skewed: dict[str, int] = {}
        """By how many seconds the clock of a venue is ahead, in whatever it says and for as long as it stands here."""
        self.by_hand: dict[str, Spoil] = {}
        """What is done to a venue behind the judge's back, to see whether the judge notices."""
        self.lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._since = 0.0

    async def __aenter__(self) -> "Proxy":
        for venue in self._venues:
            server = await asyncio.start_server(self._accepts(venue), HOST, limit=_HEAD)
            port = server.sockets[0].getsockname()[1]
            self._servers.append(server)
            self.endpoints |= {f"{venue}.ws": f"ws://{HOST}:{port}", f"{venue}.http": f"http://{HOST}:{port}"}
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()

    def begin(self, fault: Fault, venues: Iterable[str]) -> None:
        """Spoil these venues from now on."""
        self.spoiled = dict.fromkeys(venues, fault)
        self._since = asyncio.get_running_loop().time()
        for line in [line for line in self.lines if line.venue in self.spoiled]:
            line.hand = self._hand(line.venue)
            line.dead = fault.line == "dead"
            if fault.line in ("reset", "cut") or fault.door is not None:
                _reset(line.client)

    def end(self) -> None:
        """Spoil nothing any more. What hangs goes on hanging; what is waiting in a line comes at once."""
        self.spoiled = {}

    def _hand(self, venue: str) -> Hand:
        return Hand(venue, self._mid(), Random(f"{venue}"), kept=[])

    def _accepts(self, venue: str) -> Callable[[StreamReader, StreamWriter], None]:
        def accept(reader: StreamReader, writer: StreamWriter) -> None:
            task = asyncio.create_task(self._serve(venue, reader, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return accept

    async def _serve(self, venue: str, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):  # either end may go
                await self._ask(venue, reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _ask(self, venue: str, reader: StreamReader, writer: StreamWriter) -> None:
        fault = self.spoiled.get(venue)
        if fault and fault.line == "reset":
            _reset(writer)
            return
        if fault and fault.line == "dead":
            while await reader.read(_HEAD):
                pass
            return
        head = await reader.readuntil(b"\r\n\r\n")
        upgrade = b"\r\nupgrade: websocket" in head.lower()
        if fault and fault.door is not None:
            writer.write(fault.door(upgrade))
            await writer.drain()
            return
        to = self._to[f"{venue}.{'ws' if upgrade else 'http'}"]
        there, back = await asyncio.open_connection(to.hostname, to.port, limit=_HEAD)
        try:
            back.write(_addressed(head, to.path, keep=upgrade))
            await (_Line(self, venue, writer, self._hand(venue)).run(reader, there, back) if upgrade else
                   self._page(venue, there, writer))  # fmt: skip
        finally:
            back.close()
            with suppress(OSError):
                await back.wait_closed()

    async def _page(self, venue: str, there: StreamReader, writer: StreamWriter) -> None:
        head, _, body = (await there.read(-1)).partition(b"\r\n\r\n")
        seconds = self.skewed.get(venue, 0)
        head = dated(head, seconds)
        if seconds:
            body = shift(body.decode(), seconds).encode()
        fault = self.spoiled.get(venue)
        if fault and fault.page is not None:
            text = "".join(
                part if isinstance(part, str) else part.decode("latin-1")
                for part in fault.page(body.decode(), self._hand(venue))
            )
            body = text.encode(errors="surrogatepass")
        lines = [
            line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-length", b"connection"))
        ]
        lines += [b"Content-Length: %d" % len(body), b"Connection: close", b"", b""]
        writer.write(b"\r\n".join(lines) + body)
        await writer.drain()

    def delay(self, venue: str) -> float:
        """For how long the line of a venue keeps back what comes now, in seconds."""
        fault = self.spoiled.get(venue)
        if fault is None or not fault.slower:
            return 0.0
        return min(fault.slowest_s, fault.slower * (asyncio.get_running_loop().time() - self._since))

    def said(self, venue: str, frame: Framed, hand: Hand) -> list[Framed]:
        """What is passed on in place of a frame."""
        fault, seconds = self.spoiled.get(venue), self.skewed.get(venue, 0)
        text = frame.said
        if text is None:
            return [frame]
        if fault and fault.line == "silent":
            return []
        if seconds and '"ping"' not in text:
            frame = like(frame, shift(text, seconds))
            text = frame.said or ""
        spoil = self.by_hand.get(venue) or (fault.frames if fault else None)
        if spoil is None:
            kept, hand.kept = hand.kept, []
            return [*(like(frame, one) for one in kept), frame]
        hand.mid = self._mid()
        found = [like(frame, one) for one in spoil(text, hand)]
        hand.count += 1
        return found


class _Line:
    """One websocket through the proxy."""

    def __init__(self, proxy: Proxy, venue: str, client: StreamWriter, hand: Hand) -> None:
        self.venue, self.client, self.hand, self.dead = venue, client, hand, False
        self._proxy = proxy
        self._waiting: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()

    async def run(self, reader: StreamReader, there: StreamReader, back: StreamWriter) -> None:
        """Pass on both ways until one end goes."""
        self._proxy.lines.add(self)
        head = await there.readuntil(b"\r\n\r\n")
        self.client.write(dated(head, self._proxy.skewed.get(self.venue, 0)))
        ways = [asyncio.create_task(way) for way in (self._up(reader, back), self._down(there), self._out())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._proxy.lines.discard(self)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self, reader: StreamReader, back: StreamWriter) -> None:
        while data := await reader.read(_HEAD):
            if not self.dead:
                back.write(data)
                await back.drain()

    async def _down(self, there: StreamReader) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                frame = await framed(there)
            except (OSError, asyncio.IncompleteReadError):
                if self.dead:  # the other end hears nothing of that either
                    await loop.create_future()
                return
            due = loop.time() + self._proxy.delay(self.venue)
            for one in self._proxy.said(self.venue, frame, self.hand):
                self._waiting.put_nowait((due, one.data))

    async def _out(self) -> None:
        loop = asyncio.get_running_loop()
        while item := await self._waiting.get():
            due, data = item
            while due > loop.time() and self._proxy.delay(self.venue):
                await asyncio.sleep(_LOOK_S)
            if not self.dead:
                self.client.write(data)
                await self.client.drain()


def _addressed(head: bytes, path: str, *, keep: bool) -> bytes:
    """A request as it goes on: below the path of the market's venue, and over HTTP the last one of its connection."""
    request, *headers = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    method, target, version = request.split(b" ", 2)
    if not keep:
        headers = [line for line in headers if not line.lower().startswith(b"connection:")] + [b"Connection: close"]
    return b"\r\n".join([b" ".join((method, path.encode() + target, version)), *headers, b"", b""])


def _reset(writer: StreamWriter) -> None:
    """Break a connection without a goodbye, as a router does that has forgotten it."""
    peer = writer.get_extra_info("socket")
    with suppress(OSError):
        peer.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
