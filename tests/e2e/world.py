"""A user's world for one test: a home folder of its own, settings, real processes, and viewers on the engine's socket.

Whatever is started here is ended here, with all it started in turn, also when a test fails.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from feeds.paths import Paths, paths
from feeds.settings import SOURCES

ROOT = Path(__file__).parents[2]
VENUES = ("binance", "binance_usdm", "bybit", "okx", "coinbase", "kraken", "bitstamp")
"""Those of every test that names no others: spot, linear, inverse; all, samples and parts of liquidations."""
LACKING = {f"scenario.{name}.unknown": 6.0 for name in ("normal", "tollbooth", "blockade", "empire")}
"""The only numbers there are where nothing is known: for how many rows of evidence that is so."""
Json = dict[str, Any]
T = TypeVar("T")
_WARNING = re.compile(r"\w+Warning:")


async def until(true: Callable[[], T], what: str, within: float = 60.0) -> T:
    """Wait until `true()` gives something, give it back, and fail with `what` if it does not in time."""
    end = time.monotonic() + within
    while not (found := true()):
        assert time.monotonic() < end, f"not within {within:g} s: {what}"
        await asyncio.sleep(0.02)
    return found


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    code: int
    out: bytes
    err: str

    @property
    def json(self) -> Json:
        """Standard output as one document."""
        document: Json = json.loads(self.out)
        return document

    @property
    def lines(self) -> list[Json]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()


class Running:
    """A process in a group of its own, its output in files."""

    def __init__(self, process: asyncio.subprocess.Process, out: Path, err: Path) -> None:
        self.process, self.pid = process, process.pid
        self._out, self._err = out, err

    @property
    def out(self) -> bytes:
        """What it has written so far."""
        return self._out.read_bytes()

    @property
    def err(self) -> str:
        """What it has narrated so far."""
        return self._err.read_text()

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.returncode is None

    @property
    def rss_mb(self) -> float:
        """Memory that it holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it alone."""
        self.process.send_signal(number)

    async def ended(self, within: float = 60.0) -> Done:
        """Wait for its end; give what it left."""
        await asyncio.wait_for(self.process.wait(), within)
        assert self.process.returncode is not None
        return clean(Done(self.process.returncode, self.out, self.err))


def clean(done: Done) -> Done:
    """No word may ever end in a traceback or a warning of Python's own."""
    assert "Traceback" not in done.err, done.err
    assert not _WARNING.search(done.err), done.err
    return done


@dataclass
class Viewer:
    """A client of the engine's socket: the newest value of each topic and metric, and when lines came."""

    t: int = 0
    topics: Json = field(default_factory=dict)
    first: Json = field(default_factory=dict)
    came: list[float] = field(default_factory=list)
    """When each line came, on the monotonic clock."""
    closed: bool = False

    def take(self, line: bytes) -> None:
        said = json.loads(line)
        self.came.append(time.monotonic())
        self.first = self.first or said
        self.t = said["t"]
        self.topics |= said["set"]

    async def goes_on(self, seconds: float) -> None:
        """Wait until so much of the engine's time has passed."""
        until_ms = self.t + seconds * 1000
        await until(lambda: self.t > until_ms, "the engine goes on", seconds + 5)

    def feed(self, name: str) -> Json:
        """One row of the feeds topic; empty while there is none."""
        rows = self.topics.get("feeds", {}).get("rows", ())
        return next((row for row in rows if row["feed"] == name), {})

    def states(self) -> dict[str, str]:
        """State of each feed."""
        return {row["feed"]: row["state"] for row in self.topics.get("feeds", {}).get("rows", ())}

    def gaps(self, feed: str) -> list[Json]:
        """Gaps of one feed, newest first."""
        return [gap for gap in self.topics.get("feeds", {}).get("gaps", ()) if gap["feed"] == feed]

    def value(self, metric: str) -> Any:
        """A metric's value; `None` while it is not known."""
        return self.topics.get(metric, {}).get("value")

    def totals(self, window: str = "1h") -> dict[tuple[str, str], tuple[int, float, float]]:
        """Count, dollars and bitcoin liquidated, by venue and position."""
        return totals(self.topics["liquidations"], window)


def totals(topic: Json, window: str = "1h") -> dict[tuple[str, str], tuple[int, float, float]]:
    """Count, dollars and bitcoin by venue and position, of the liquidations topic; only what is above zero."""
    return {
        (row["venue"], side): (found[f"{side}_count"], found[f"{side}_usd"], found[f"{side}_btc"])
        for row in topic["venues"]
        for found in (row["windows"][window],)
        for side in ("long", "short")
        if found[f"{side}_count"]
    }


class World:
    """One user's home, and what runs in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {
            "HOME": str(home),
            "TIDEGAUGE_HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            # An engine that a viewer starts is meant to outlive the call that started it.
            "PYTHONWARNINGS": "default,ignore:subprocess:ResourceWarning",
            "LANG": "C.UTF-8",
        }
        self.places: Paths = paths(self.env)
        self.socket = self.places.runtime / "engine.sock"
        self._started: list[Running] = []
        self._runs = 0

    @property
    def latest(self) -> Path:
        """What the status line reads."""
        return self.places.runtime / "latest.json"

    def settings(self, endpoints: Mapping[str, str], **tables: Mapping[str, object] | list[str]) -> None:
        """Write `config.toml`: the endpoints, tables, and as venues those of `VENUES` that have an endpoint.

        Publishers of slow series are off unless the test says otherwise of `sources`: nothing is asked that it did
        not set up.
        """
        tables.setdefault("venues", [venue for venue in VENUES if f"{venue}.ws" in endpoints])
        tables.setdefault("sources", {"off": list(SOURCES)})
        top = [f"{name} = {json.dumps(value)}" for name, value in tables.items() if isinstance(value, list)]
        nested = {name: value for name, value in tables.items() if isinstance(value, Mapping)}
        for name, table in {**nested, "endpoints": endpoints}.items():
            top += [f"[{name}]", *(f'"{key}" = {json.dumps(value)}' for key, value in table.items())]
        self.config("\n".join(top))

    def config(self, text: str) -> Path:
        """Write `config.toml` to the letter."""
        self.places.config.mkdir(parents=True, exist_ok=True)
        file = self.places.config / "config.toml"
        file.write_text(text)
        return file

    async def run(self, *argv: str | Path, within: float = 60.0, **env: str) -> Done:
        """Run one word to its end."""
        process = await self.start(*argv, **env)
        return await process.ended(within)

    async def start(
        self,
        *argv: str | Path,
        stdout: int | None = None,
        stderr: int | None = None,
        preexec: Callable[[], object] | None = None,
        **env: str,
    ) -> Running:
        """Start one word; `preexec` is called in the new process first."""
        self._runs += 1
        out, err = self.home / f"{self._runs}.out", self.home / f"{self._runs}.err"
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tui", *map(str, argv)),
                env={**self.env, **env},
                cwd=self.home,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=to_out if stdout is None else stdout,
                stderr=to_err if stderr is None else stderr,
                start_new_session=True,
                preexec_fn=preexec,
            )
        running = Running(process, out, err)
        self._started.append(running)
        return running

    async def engine(self, *options: str, preexec: Callable[[], object] | None = None) -> Running:
        """Start an engine and wait until it listens."""
        left_behind = self._socket()  # by an engine that was killed
        engine = await self.start("engine", *options, preexec=preexec)
        await until(lambda: self._socket() not in (None, left_behind) or not engine.running, "the engine listens")
        assert engine.running, engine.err
        return engine

    def _socket(self) -> tuple[int, int] | None:
        """What tells the socket from another one of that name; `None` where there is none."""
        try:
            found = self.socket.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    @asynccontextmanager
    async def viewer(self) -> AsyncIterator[Viewer]:
        """Attach to the engine and read until the end of the block."""
        reader, writer = await self._attached()
        viewer = Viewer()

        async def read() -> None:
            with suppress(ConnectionError):
                while line := await reader.readline():
                    viewer.take(line)
            viewer.closed = True

        reading = asyncio.create_task(read())
        try:
            await until(lambda: viewer.first, "the first line")
            yield viewer
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _attached(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        end = time.monotonic() + 2
        while True:
            try:
                return await asyncio.open_unix_connection(self.socket, limit=1 << 25)
            except ConnectionRefusedError:  # the socket is there a moment before anyone listens
                assert time.monotonic() < end, "nobody listens"
                await asyncio.sleep(0.01)

    def processes(self) -> dict[int, str]:
        """Every process that runs in this home, whoever started it: its id and what it is."""
        mark = f"TIDEGAUGE_HOME={self.home}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it may end at this very moment, or be another user's
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    async def end(self) -> None:
        """End everything, politely not at all."""
        for running in self._started:
            if running.running:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
            await running.process.wait()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.home not in self.places.runtime.parents:  # the home's path was too long for a socket
            shutil.rmtree(self.places.runtime, ignore_errors=True)
