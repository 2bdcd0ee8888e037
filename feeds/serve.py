"""The local socket on which viewers attach. A viewer gets the newest value of each topic, never a queue.

Each line is one JSON object `{"t": ms, "set": {topic: value}}`; the first carries everything known, and beside it
`"tidegauge"`, the engine's version, and `"protocol"`, the number of this way to speak. A viewer that does not read is
left alone until it does, and costs what its missed topics weigh.

A viewer may say `{"want": ["series.WALCL"]}`: from then on, until it says so of others, it alone gets these topics too,
now and whenever they change. A name that means nothing is not answered.

And it may say `{"shows": ["repo", "price"]}`: topics that it has on screen, so that what they need is fetched first.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from feeds.session import Changes, line

UNREAD = 256 * 1024
"""Bytes that may wait for a viewer before its further topics are only noted, to be sent when it reads again."""

MOST_WANTED = 8
"""Topics that one viewer may want at a time."""
MOST_SHOWN = 64
"""Topics that one viewer may say it shows."""


class _Wish(Struct):
    want: list[str] | None = None
    shows: list[str] | None = None


_wish = msgspec.json.Decoder(_Wish)


class _Viewer:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.missed: Changes = {}
        self.greeted = False
        self.wanted: dict[str, bytes | None] = {}
        """What it was last sent of each topic it asked for."""
        self.shows: frozenset[str] = frozenset()

    def wish(self, line: bytes) -> None:
        """Take a line of its; what is no wish is passed over, for later versions may say other things."""
        with contextlib.suppress(msgspec.MsgspecError, RecursionError):
            said = _wish.decode(line)
            if said.want is not None:
                self.wanted = dict.fromkeys(said.want[:MOST_WANTED])
            if said.shows is not None:
                self.shows = frozenset(said.shows[:MOST_SHOWN])

    def news(self, wanted: Callable[[str], bytes | None]) -> Changes:
        """What it asked for and has not got as it is now."""
        found = {name: data for name in self.wanted if (data := wanted(name)) is not None}
        fresh = {name: data for name, data in found.items() if self.wanted[name] != data}
        self.wanted |= fresh
        return fresh

    def send(self, t_ms: int, changed: Changes) -> None:
        self.missed |= changed
        if self.writer.transport.get_write_buffer_size() < UNREAD and not self.writer.transport.is_closing():
            self.writer.write(line(t_ms, self.missed, first=not self.greeted))
            self.missed, self.greeted = {}, True


class Server:
    """Serves `everything` to each viewer that attaches, then what is published."""

    def __init__(
        self,
        path: Path,
        everything: Callable[[], Changes],
        now_ms: Callable[[], int],
        wanted: Callable[[str], bytes | None] = lambda name: None,
        shown: Callable[[frozenset[str]], object] = lambda topics: None,
    ) -> None:
        """`shown`: called with the topics that viewers have on screen, whenever these are others."""
        self.path = path
        self.served = 0
        self.left = asyncio.Event()
        """Set whenever a viewer has left and none remains."""
        self._everything = everything
        self._now_ms = now_ms
        self._wanted = wanted
        self._shown, self._shows = shown, frozenset[str]()
        self._viewers: set[_Viewer] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def viewers(self) -> int:
        """How many are attached."""
        return len(self._viewers)

    async def start(self) -> None:
        """Listen; a socket left behind by a dead engine is replaced. Raises `OSError`."""
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        self.path.chmod(0o600)

    def publish(self, t_ms: int, changed: Changes) -> None:
        """Tell every viewer."""
        for viewer in self._viewers:
            viewer.send(t_ms, changed | viewer.news(self._wanted))

    async def close(self) -> None:
        """Hang up on all viewers at once and take the socket away."""
        if self._server is None:
            return
        self._server.close()
        for viewer in self._viewers:
            viewer.writer.transport.abort()
        self.path.unlink(missing_ok=True)
        # Each sees its viewer gone and ends. One that was cancelled instead, as at the end of the loop, would have
        # asyncio (before Python 3.12) print a traceback.
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        viewer = _Viewer(writer)
        self._viewers.add(viewer)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.served += 1
        self.left.clear()
        try:
            viewer.send(self._now_ms(), self._everything())
            with contextlib.suppress(ConnectionError, ValueError):  # cut off, or talking nonsense without end: hung up
                while said := await reader.readline():
                    viewer.wish(said)
                    self._look()
                    viewer.send(self._now_ms(), viewer.news(self._wanted))
        finally:
            self._viewers.discard(viewer)
            self._look()
            self._serving.discard(task)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            if not self._viewers:
                self.left.set()

    def _look(self) -> None:
        """Say what is on screen, all viewers taken together, if that is something else than before."""
        shows = frozenset[str]().union(*(viewer.shows for viewer in self._viewers))
        if shows != self._shows:
            self._shows = shows
            self._shown(shows)
