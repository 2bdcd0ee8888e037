"""A program in a pseudo-terminal that is read as fast as it is written to: bytes counted, text found."""

import fcntl
import os
import pty
import queue
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence

import pyte

_SYNC_ASKED, _SYNC_KNOWN = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""A terminal of today answers that it can hold a frame back until it is whole; the marks count as bytes then."""


class Terminal:
    """Starts on entry; on leaving, the program is ended. With `screen`, what a person would see is kept up to date.

    Without, only bytes are counted: emulating a terminal costs this process more than drawing costs the program.
    """

    def __init__(
        self, argv: Sequence[str], columns: int, rows: int, environ: Mapping[str, str], *, screen: bool = False
    ) -> None:
        self._argv, self._environ = argv, environ
        self.size = (columns, rows)
        self.received = 0
        self._screen = pyte.Screen(columns, rows) if screen else None
        self._stream = pyte.ByteStream(self._screen) if screen else None
        self._chunks: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self._at = 0.0

    def __enter__(self) -> "Terminal":
        self._fd, slave = pty.openpty()
        columns, rows = self.size
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.monotonic()
        try:
            self.process = subprocess.Popen(
                self._argv, stdin=slave, stdout=slave, stderr=slave, env=self._environ, start_new_session=True
            )
        finally:
            os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        os.close(self._fd)

    @property
    def pid(self) -> int:
        return self.process.pid

    def seen(self, text: str, within_s: float) -> float | None:
        """When (`time.monotonic`) the bytes came that put `text` into a row of the screen; `None`: not in time.

        What is on the screen already counts with the time of its latest bytes.
        """
        assert self._screen is not None
        deadline = time.monotonic() + within_s
        while not any(text in row for row in self._screen.display):
            try:
                self._draw(deadline - time.monotonic())
            except queue.Empty:
                return None
        return self._at

    def text(self) -> str:
        """The screen as `seen` left it, to be shown where something was not found on it."""
        assert self._screen is not None
        return "\n".join(row.rstrip() for row in self._screen.display)

    def _draw(self, within_s: float) -> None:
        """Bring the screen up to date, once something came. Raises `queue.Empty` if nothing does."""
        assert self._stream is not None
        self._at, data = self._chunks.get(timeout=max(0.0, within_s))
        self._stream.feed(data)

    def _read(self) -> None:
        """Take what comes and note the time; the emulation is left to who asks, so that it delays no reading."""
        while True:
            try:
                ready, _, _ = select.select([self._fd], [], [], 0.1)
                data = os.read(self._fd, 1 << 16) if ready else b""
            except OSError:  # EIO: the program has gone
                return
            if not ready:
                if self.process.poll() is not None:
                    return
                continue
            if not data:
                return
            at = time.monotonic()
            self.received += len(data)
            if self._screen:
                self._chunks.put((at, data))
            if _SYNC_ASKED in data:
                os.write(self._fd, _SYNC_KNOWN)
