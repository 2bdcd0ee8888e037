"""The program as a user runs it, on a simulated market: an engine that collects and keeps, and viewers in terminals."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec

from feeds.settings import SOURCES, VENUES
from feeds.topics import FeedRow, Feeds
from tests.bench.terminal import Terminal

VIEWER = (sys.executable, "-m", "tui")
DEADLINE_S = 20.0


class _Topics(msgspec.Struct):
    feeds: Feeds


class _Latest(msgspec.Struct):
    topics: _Topics


def environment(home: Path | str) -> dict[str, str]:
    """What a program is started with: a home of its own, a terminal of 256 colours, none of the caller's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "TIDEGAUGE_HOME": str(home)}


class Rig:
    """An engine from entry to exit, with settings, history and sockets in a temporary folder."""

    def __init__(self, endpoints: Mapping[str, str], *, silent: Collection[str] = ()) -> None:
        """Entry waits until every venue is live but the `silent`, which need only be connected."""
        self._endpoints, self._silent = endpoints, silent

    def __enter__(self) -> "Rig":
        self._folder = tempfile.TemporaryDirectory(prefix="tidegauge-bench-")
        self.home = Path(self._folder.name)
        self.environ = environment(self.home)
        (self.home / "config").mkdir()
        # Only venues and publishers that are simulated: the others would be asked for over the network.
        venues = [name for name in VENUES if f"{name}.ws" in self._endpoints]
        off = [name for name in SOURCES if f"{name}.http" not in self._endpoints and name != "interest"]
        lines = [
            f"venues = {msgspec.json.encode(venues).decode()}",
            "[sources]",
            f"off = {msgspec.json.encode(off).decode()}",
            'opt_in = ["yahoo", "cips"]',
            "[endpoints]",
        ]
        lines += [f'"{name}" = "{address}"' for name, address in self._endpoints.items()]
        (self.home / "config" / "config.toml").write_text("\n".join(lines))
        self._log = (self.home / "engine.log").open("wb")
        self._process = subprocess.Popen([*VIEWER, "engine"], env=self.environ, stderr=self._log)
        try:
            wait_for(self._heard, "an engine that hears its feeds")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """The engine's."""
        return self._process.pid

    def viewer(self, columns: int, rows: int, *, screen: bool = False) -> Terminal:
        """A viewer attached to this engine, not yet started."""
        return Terminal(VIEWER, columns, rows, self.environ, screen=screen)

    def rate(self) -> float:
        """Frames a second over all feeds, as the engine counts them: the last ten whole seconds."""
        return sum(row.rate for row in self._feeds())

    def _feeds(self) -> tuple[FeedRow, ...]:
        path = self.home / "runtime" / "latest.json"
        return msgspec.json.decode(path.read_bytes(), type=_Latest).topics.feeds.rows

    def _heard(self) -> bool:
        if self._process.poll() is not None:
            said = (self.home / "engine.log").read_text()
            raise RuntimeError(f"the engine ended with exit code {self._process.returncode}: {said}")
        try:
            rows = self._feeds()
        except (FileNotFoundError, msgspec.MsgspecError):
            return False
        return bool(rows) and all(row.state == "live" or row.venue in self._silent for row in rows)


def wait_for(true: Callable[[], bool], what: str, within_s: float = DEADLINE_S) -> None:
    """Wait until `true()`; `TimeoutError` if that takes too long."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} within {within_s:g} s")
        time.sleep(0.05)
