"""The local socket on which viewers attach. A viewer gets the newest value of each topic, never a queue.

Each line is one JSON object `{"t": ms, "set": {topic: value}}`; the first carries everything known. A viewer that
does not read is left alone until it does, and costs what its missed topics weigh.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from feeds.session import Changes, line

UNREAD = 256 * 1024
"""Bytes that may wait for a viewer before its further topics are only noted, to be sent when it reads again."""


class _Viewer:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.missed: Changes = {}

    def send(self, t_ms: int, changed: Changes) -> None:
        self.missed |= changed
        if self.writer.transport.get_write_buffer_size() < UNREAD and not self.writer.transport.is_closing():
            self.writer.write(line(t_ms, self.missed))
            self.missed = {}


class Server:
    """Serves `everything` to each viewer that attaches, then what is published."""

    def __init__(self, path: Path, everything: Callable[[], Changes], now_ms: Callable[[], int]) -> None:
        self.path = path
        self.served = 0
        self.left = asyncio.Event()
        """Set whenever a viewer has left and none remains."""
        self._everything = everything
        self._now_ms = now_ms
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
            viewer.send(t_ms, changed)

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
            with contextlib.suppress(ConnectionError):  # cut off is the same as hung up
                while await reader.read(4096):
                    continue  # a viewer has nothing to say; what counts is when it hangs up
        finally:
            self._viewers.discard(viewer)
            self._serving.discard(task)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            if not self._viewers:
                self.left.set()
