"""The program as a user runs it, on a simulated market: an engine that collects and keeps, and viewers in terminals."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec

from feeds.settings import SOURCES, VENUES
from feeds.topics import FeedRow, Feeds, Macro
from tests.bench.terminal import Terminal

VIEWER = (sys.executable, "-m", "tui")
DEADLINE_S = 120.0


class _Topics(msgspec.Struct):
    feeds: Feeds


class _Set(msgspec.Struct):
    macro: Macro


class _Line(msgspec.Struct):
    set: _Set


class _Latest(msgspec.Struct):
    topics: _Topics


def environment(home: Path | str) -> dict[str, str]:
    """What a program is started with: a home of its own, a terminal of 256 colours, none of the caller's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "VIRTUAL_ENV") if name in os.environ}
    named = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "TIDEGAUGE_HOME": str(home)}
    return kept | named | {f"{name}_API_KEY": "a-key-of-a-bench" for name in ("CENSUS", "SOSOVALUE", "COINGLASS")}


class Rig:
    """An engine from entry to exit, with settings, history and sockets in a temporary folder."""

    def __init__(
        self, endpoints: Mapping[str, str], *, silent: Collection[str] = (), past: bool = False, publishers: bool = True
    ) -> None:
        """Entry waits until every venue is live but the `silent`, which need only be connected.

        `past`: the engine finds a history of all slow series, as after its first day; without, it reads it all now.
        """
        self._endpoints, self._silent, self._past, self._publishers = endpoints, silent, past, publishers

    def __enter__(self) -> "Rig":
        self._folder = tempfile.TemporaryDirectory(prefix="tidegauge-bench-")
        self.home = Path(self._folder.name)
        self.environ = environment(self.home)
        (self.home / "config").mkdir()
        # Only venues and publishers that are simulated: the others would be asked for over the network.
        venues = [name for name in VENUES if f"{name}.ws" in self._endpoints]
        asked = {name for name in SOURCES if f"{name}.http" in self._endpoints or name == "interest"}
        off = [name for name in SOURCES if not self._publishers or name not in asked]
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
        if self._past:
            subprocess.run([*VIEWER, "poll"], env=self.environ, stdout=self._log, stderr=self._log, check=True)
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

    def macro(self) -> Macro:
        """The topic of the slow series, as a viewer gets it."""
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(str(self.home / "runtime" / "engine.sock"))
            with engine.makefile("rb") as lines:
                return msgspec.json.decode(lines.readline(), type=_Line).set.macro

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
