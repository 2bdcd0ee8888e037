"""A program in a real terminal of its own, emulated by pyte, so that tests see what a person would see."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import pyte

from tui.source import Source

PROGRAM = Path(__file__).with_name("viewer_program.py")
DEADLINE_S = 60.0
STEP_S = 0.02


class PtyViewer:
    """Starts on entry; on leaving it is killed if it still runs, and its terminal closed."""

    def __init__(
        self,
        *argv: str,
        columns: int = 80,
        rows: int = 24,
        environ: Mapping[str, str] | None = None,
        ignore: tuple[signal.Signals, ...] = (),
        folder: Path | None = None,
    ) -> None:
        self._argv = argv
        # Explicit, and without COLUMNS and LINES, which pytest sets and which would override the terminal's size.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "PYTHONPATH") if name in os.environ}
        self._environ = {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"} | dict(environ or {})
        self._ignore = ignore
        self._folder = folder
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()
        self.pid = 0
        self._fd = -1

    async def __aenter__(self) -> "PtyViewer":
        self._fd, slave = pty.openpty()
        self._set_size(self._screen.columns, self._screen.lines)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.pid = os.fork()
        if self.pid == 0:
            self._become(slave)
        os.set_blocking(self._fd, False)
        self.read_again()
        return self

    def _become(self, slave: int) -> None:
        try:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            if self._folder is not None:
                os.chdir(self._folder)
            for number in self._ignore:
                signal.signal(number, signal.SIG_IGN)
            os.execve(sys.executable, [sys.executable, *self._argv], self._environ)
        finally:
            os._exit(126)

    async def __aexit__(self, *_: object) -> None:
        if self.code() is None:
            os.kill(self.pid, signal.SIGKILL)
            await self.ends()
        self.hang_up()
        with suppress(OSError):
            os.close(self.slave)

    _ended: int | None = None

    def code(self) -> int | None:
        """Its exit code, 128 + the signal that killed it, or `None` while it runs."""
        if self._ended is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self._ended = code if code >= 0 else 128 - code
        return self._ended

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def hang_up(self) -> None:
        """Close the terminal's other end, as a closed window or a lost connection does."""
        if self._fd >= 0:
            self.stop_reading()
            os.close(self._fd)
            os.close(self.slave)
            self._fd = -1

    def stop_reading(self) -> None:
        """Let what it writes pile up, as a dead connection does."""
        asyncio.get_running_loop().remove_reader(self._fd)

    def read_again(self) -> None:
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    async def sees(self, *words: str, within: float = DEADLINE_S) -> None:
        """Wait until all of these are on the screen."""
        await self.until(lambda: all(word in self.text for word in words), f"{words}", within)

    async def sees_no(self, word: str, within: float = DEADLINE_S) -> None:
        await self.until(lambda: word not in self.text, f"no {word!r}", within)

    async def ends(self, within: float = DEADLINE_S) -> int:
        await self.until(lambda: self.code() is not None, "its end", within)
        code = self.code()
        assert code is not None
        return code

    async def stops(self) -> None:
        """Wait until it has been stopped by a signal."""

        def stopped() -> bool:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            return pid == self.pid and os.WIFSTOPPED(status)

        await self.until(stopped, "stop")

    def threads(self) -> int:
        """How many threads it has (0 where the system does not tell)."""
        tasks = Path(f"/proc/{self.pid}/task")
        return len(list(tasks.iterdir())) if tasks.exists() else 0

    async def until(self, true: Callable[[], bool], what: str, within: float = DEADLINE_S) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while not true():
            if loop.time() > deadline:
                raise AssertionError(f"no {what} within {within} s; on screen:\n{self.text}")
            await asyncio.sleep(STEP_S)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # the program has closed it
        if not data:
            self.stop_reading()
            return
        self.raw += data
        self._stream.feed(data)


def viewer(source: Source, *, tick_hz: float = 10, **more: object) -> PtyViewer:
    """The viewer of this source in a terminal."""
    told = msgspec.json.encode(source, enc_hook=str).decode()
    return PtyViewer(str(PROGRAM), told, str(tick_hz), **more)  # type: ignore[arg-type]
