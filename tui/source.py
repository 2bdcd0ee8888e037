"""Where a viewer gets its topics from, and the process that makes them if it has to be started.

Free of asyncio and Textual: the console script starts the engine before it imports the screen, so that both
come up at the same time.
"""

import os
import re
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from feeds.text import plain

FAREWELL_S = 0.3
OWN = "view-{pid}"
"""What a viewer calls its private files in the runtime folder, without the ending."""
_OWN = re.compile(r"view-([0-9]{1,9})\.(?:log|sock)")


class Source(Struct, frozen=True):
    """A socket, and how to start an engine that listens there; or a command that prints the topics.

    `private`: the engine at `socket` serves this viewer alone (demo, replay) and ends with it.
    `log`: where a started process writes what it has to say; its last line is shown when it ends by itself.
    """

    socket: Path | None = None
    spawn: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    private: bool = False
    log: Path | None = None


def sweep(runtime: Path) -> None:
    """Remove what viewers that were killed left in this folder. Raises OSError where it is no folder of ours."""
    for path in runtime.iterdir():
        owner = _OWN.fullmatch(path.name)
        if owner and not _runs(int(owner[1])):
            path.unlink(missing_ok=True)  # another viewer that starts now may have been faster


def _runs(pid: int) -> bool:
    """Whether there is such a process; 0 is none, it would stand for our own group."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's, and so not the one that wrote the file, but no harm is done by waiting
    return pid > 0


class Child:
    """A started process: the engine, or the command that was given to attach to."""

    def __init__(self, argv: tuple[str, ...], log: Path | None, *, piped: bool) -> None:
        """Start `argv` in a session of its own, so that the terminal's signals and prompts are not its business.

        `piped`: its standard output is read here, and it is told what the viewer wants. Where the log cannot be
        written, as in a home that is read-only, it does without. Raises OSError where it cannot be started.
        """
        self.argv = argv
        self._log, errors = _opened(log)
        try:
            self.process = subprocess.Popen(  # noqa: S603  the user's own command, never a shell
                argv,
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE if piped else subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        finally:
            os.close(errors)

    @property
    def running(self) -> bool:
        """Whether it runs. Asking collects the exit code, so that no zombie stays."""
        return self.process.poll() is None

    def last_words(self) -> str:
        """Say why it ended: the last line it wrote, or the exit code."""
        code = self.process.poll()
        ended = "still runs" if code is None else f"exit code {code}" if code >= 0 else f"ended by signal {-code}"
        lines: list[str] = []
        if self._log is not None:
            with suppress(OSError), self._log.open("rb") as file:  # somebody may have removed it
                file.seek(max(0, self._log.stat().st_size - 4096))
                lines = [plain(line) for line in file.read(4096).decode("utf-8", "replace").splitlines()]
        said = next((line for line in reversed(lines) if line), "")
        return f"{said} ({ended})" if said else ended

    def end(self, grace_s: float = 0.0) -> None:
        """End it and what it started, politely and then not; `grace_s`: how long it may take to end by itself."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it did not read any more
                    pipe.close()
        self._wait(grace_s)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.running:
                self.kill(number)
                self._wait(FAREWELL_S)

    def tell(self, line: bytes) -> None:
        """Say a line to it; one that does not listen is not waited for."""
        if self.process.stdin is not None:
            with suppress(OSError):
                os.write(self.process.stdin.fileno(), line)

    def kill(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to it and what it started."""
        if self.running:
            with suppress(ProcessLookupError, PermissionError):  # it may end at this very moment
                os.killpg(self.process.pid, number)

    def _wait(self, timeout_s: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout_s)


def _opened(log: Path | None) -> tuple[Path | None, int]:
    """Open the log, or what swallows everything where there is none or none can be written; give both."""
    if log is not None:
        with suppress(OSError):
            log.parent.mkdir(parents=True, exist_ok=True)
            return log, os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return None, os.open(os.devnull, os.O_WRONLY)


def attach(path: Path) -> socket.socket | None:
    """Connect to the engine that listens at `path`; `None` where none does."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.connect(str(path))
    except OSError:
        sock.close()
        return None
    return sock


def start(source: Source) -> tuple[socket.socket | None, Child | None]:
    """Attach to a running engine, or else start one if `source` allows it. Raises OSError.

    What is opened here is handed to the link and not opened a second time: an engine that ends with its last viewer
    would take a mere probe for one.
    """
    if source.socket is None:
        return None, None
    sock = attach(source.socket)
    if sock is not None or source.spawn is None:
        return sock, None
    return None, Child(source.spawn, source.log, piped=False)
