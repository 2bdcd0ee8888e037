"""The link to the engine: the newest value of each topic, a revision of each, and the engine's clock.

The engine speaks JSON lines, `{"t": ms, "set": {topic: value}}`; the first line after attaching carries everything,
and at least one comes each second. A line is split and stored, not decoded: a value is decoded when a pane that
is on screen asks for it, once for each revision.
"""

import asyncio
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from feeds.text import plain
from feeds.topics import PROTOCOL, Metric, topic_type
from tui.source import Child, Source

LinkState = Literal["connecting", "live", "silent", "lost"]

SILENT_S = 2.0  # the engine promises a line each second
COMMAND_SILENT_S = 15.0  # a remote link that died without a word is opened again after this long
RETRY_S = 0.25
COMING_UP_S = 0.05  # an engine that was just started answers within a fraction of a second
FAREWELL_S = 0.5
RESTART_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
STEADY_S = 10.0  # a link that held this long starts its back-off anew
ATTEMPTS = 3
MAX_LINE = 32 * 1024 * 1024
CHUNK = 1 << 16
LATEST_MS = 4_102_444_800_000
"""2100-01-01. A line of a later time, or of one before 1970, is broken: no engine speaks then."""
USAGE = 2
"""The exit code of wrong usage or settings: starting again cannot help."""

_AGED = {"fresh": "stale", "late": "stale", "live": "stale"}
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while a laptop sleeps: ages must, too. (On macOS the monotonic clock does.)"""


HEADLINES = ("repo.band", "oil.shock")
"""Metrics that the header reads by their names, so that it needs no whole page for a word."""


class CannotStart(Exception):
    """There is no engine and none can be had; the message says why. `code`: what the process ended with, or 1."""

    def __init__(self, reason: str, code: int = 1) -> None:
        super().__init__(reason)
        self.code = code


class _Line(Struct):
    """`tidegauge` and `protocol` stand in the first line of a stream; engines of version 0.1.0 told neither."""

    t: Annotated[int, Meta(ge=0, lt=LATEST_MS)]
    set: dict[str, Raw]
    tidegauge: str = "0.1.0"
    protocol: int = 1


_line = msgspec.json.Decoder(_Line)


def seconds() -> float:
    """Give a clock that only goes forward, also while the machine sleeps."""
    return time.clock_gettime(_CLOCK)


class Topics(Mapping[str, Any]):
    """The newest value of each topic by name, decoded to its type in `feeds.topics` when first asked for.

    While `aged`, nobody vouches for the values: what they call fresh or live reads stale.
    A value that does not fit its type is absent, and named in `unreadable`.
    """

    def __init__(self) -> None:
        self._raw: dict[str, Raw] = {}
        self._values: dict[str, Any] = {}
        self._revisions: dict[str, int] = {}
        self._count = 0
        self.aged = False
        self.unreadable: dict[str, str] = {}

    def put(self, values: Mapping[str, Raw]) -> None:
        """Take new values. Names that are not topics are metrics, of which the screen reads few one by one."""
        self._count += 1
        for name, raw in values.items():
            if _type_of(name) is not None:
                self._raw[name] = raw
                self._forget(name)

    def clear(self) -> None:
        """Forget everything: another engine speaks now."""
        self._count += 1
        self._raw.clear()
        for name in tuple(self._revisions):
            self._forget(name)

    def age(self, aged: bool) -> None:
        """Say whether the engine is out of hearing."""
        if aged != self.aged:
            self.aged = aged
            self._count += 1
            for name in self._raw:
                self._forget(name)

    def frozen(self) -> "Topics":
        """Give a copy that stays as it is."""
        copy = Topics()
        copy._raw, copy._revisions = dict(self._raw), dict(self._revisions)
        copy._values, copy.unreadable = dict(self._values), dict(self.unreadable)
        copy._count, copy.aged = self._count, self.aged
        return copy

    def _forget(self, name: str) -> None:
        self._revisions[name] = self._count
        self._values.pop(name, None)
        self.unreadable.pop(name, None)

    def revision(self, name: str) -> int:
        """Give a number that rises whenever the topic changes; 0 before it first came."""
        return self._revisions.get(name, 0)

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            if name in self.unreadable:
                raise KeyError(name)
            raw = self._raw[name]
            try:
                value: Any = msgspec.json.decode(raw, type=_type_of(name))
                # Candles have no state, and there are thousands of them.
                value = stale(value) if self.aged and not name.startswith("bar") else value
            except Exception as error:  # the boundary: what one topic holds must not end the viewer
                self.unreadable[name] = plain(str(error)) or type(error).__name__
                raise KeyError(name) from error
            self._values[name] = value
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def _misfit(first: _Line) -> str:
    if first.protocol == PROTOCOL:
        return ""
    told = f"the engine is tidegauge {plain(first.tidegauge, 20)} and speaks protocol {first.protocol}, not {PROTOCOL}"
    return f"{told}: restart {'the engine' if first.protocol < PROTOCOL else 'this viewer'}"


def _type_of(name: str) -> type | None:
    return Metric if name in HEADLINES else topic_type(name)


def stale(value: Any) -> Any:
    """Give the same value with every good state in it turned to `stale`."""
    if isinstance(value, Struct):
        fields = {name: stale(getattr(value, name)) for name in value.__struct_fields__}
        if "state" in fields:
            fields["state"] = _AGED.get(fields["state"], fields["state"])
        return type(value)(**fields)
    if isinstance(value, tuple):
        return tuple(stale(one) for one in value)
    if isinstance(value, dict):
        return {name: stale(one) for name, one in value.items()}
    return value


class LineSplitter:
    """Whole lines out of chunks of bytes. A line longer than `limit` is dropped and counted in `dropped`."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._rest: list[bytes] = []
        self._size = 0
        self._skipping = False
        self.dropped = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take a chunk; give the lines it completes, without their ends."""
        first, *others = chunk.split(b"\n")
        lines: list[bytes] = []
        self._keep(first)
        for part in others:
            if not self._skipping:
                lines.append(b"".join(self._rest))
            self._rest, self._size, self._skipping = [], 0, False
            self._keep(part)
        return lines

    def _keep(self, part: bytes) -> None:
        if self._skipping:
            return
        self._rest.append(part)
        self._size += len(part)
        if self._size > self._limit:
            self._rest, self._skipping = [], True
            self.dropped += 1


class Link:
    """One viewer's link. It opens itself again whenever it is lost, with `topics` kept and marked as aged meanwhile."""

    def __init__(self, source: Source, sock: socket.socket | None = None, child: Child | None = None) -> None:
        """`sock`, `child`: what `tui.source.start` has opened for this link already."""
        self.source = source
        self.topics = Topics()
        self.reason = ""
        self.misfit = ""
        """Which of the two to restart, where the engine is of another version that speaks otherwise; else ""."""
        self.broken_lines = 0
        self._sock = sock
        self._child = child
        self._writer: asyncio.StreamWriter | None = None
        self._pipe: asyncio.BaseTransport | None = None
        self._t_ms: int | None = None
        self._heard = 0.0
        self._line = asyncio.Event()
        self._wanted: tuple[str, ...] = ()
        self._shown: tuple[str, ...] = ()
        self._attached = False  # a first line has come, and the stream is open
        self._ever = False
        self._since = seconds()
        self._restarts = 0
        self._next_start = 0.0

    @property
    def state(self) -> LinkState:
        """`silent`: open, and nothing for two seconds. `lost`: closed; it is being opened again."""
        if self._attached:
            return "silent" if seconds() - self._heard > SILENT_S else "live"
        return "lost" if self._ever else "connecting"

    @property
    def for_ms(self) -> int:
        """Since when it has been so: since the last line, or since it was lost or first tried."""
        return int((seconds() - (self._heard if self._attached else self._since)) * 1000)

    @property
    def now_ms(self) -> int | None:
        """The engine's clock, which goes on when the engine falls silent; `None` before its first word."""
        return None if self._t_ms is None else self._t_ms + int((seconds() - self._heard) * 1000)

    def refresh(self) -> None:
        """Age the topics when nobody is heard, and make them young again; called at each tick of the screen."""
        self.topics.age(self.state in ("silent", "lost"))

    async def run(self) -> None:
        """Keep the link until cancelled. Raises CannotStart if there never was an engine and none can be started."""
        open_ = self._open_socket if self.source.command is None else self._open_command
        try:
            while True:
                reader = await open_()
                if reader is not None:
                    opened = seconds()
                    try:
                        await self._read(reader)
                    finally:
                        self._close()
                    if seconds() - opened > STEADY_S:
                        self._restarts = 0
                coming_up = reader is None and self._child is not None and self._child.running
                await asyncio.sleep(COMING_UP_S if coming_up else RETRY_S)
        finally:
            self.close()

    def close(self) -> None:
        """Close the stream, and end what was started for this viewer alone."""
        self._close()
        if self._child is not None and (self.source.private or self.source.command):
            self._child.end()

    def kill(self) -> None:
        """End what was started for this viewer alone, without waiting: the viewer itself is about to be ended."""
        if self._child is not None and (self.source.private or self.source.command):
            self._child.kill()

    def want(self, names: tuple[str, ...]) -> None:
        """Ask for topics that are told only to who asks, instead of those asked for before."""
        if names != self._wanted:
            self._wanted = names
            self._say({"want": names})

    def show(self, topics: tuple[str, ...]) -> None:
        """Say which topics are on screen: what these need, an engine fetches first. Older ones pass it over."""
        if topics != self._shown:
            self._shown = topics
            self._say({"shows": topics})

    def _say(self, wish: dict[str, tuple[str, ...]]) -> None:
        line = msgspec.json.encode(wish) + b"\n"
        if self._writer is not None:
            self._writer.write(line)
        elif self._child is not None and self._attached:
            self._child.tell(line)

    async def next_line(self, within_s: float) -> None:
        """Wait for the next line, but no longer than that."""
        self._line.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._line.wait()

    async def _open_socket(self) -> asyncio.StreamReader | None:
        """Attach to the engine; if none answers, see to it that one is started and give `None`."""
        sock, self._sock = self._sock, None
        try:
            if sock is not None:
                reader, self._writer = await asyncio.open_unix_connection(sock=sock)
            else:
                reader, self._writer = await asyncio.open_unix_connection(self.source.socket)
        except OSError as error:
            if self.source.spawn is None:
                self.reason = f"no engine answers: {error.strerror or error}"
            else:
                self._start(self.source.spawn, piped=False)
            return None
        return reader

    async def _open_command(self) -> asyncio.StreamReader | None:
        """Start the command and read what it prints; `None` while it is too early to try again."""
        assert self.source.command is not None
        if self._child is not None:
            # It closed its output, and may have a word to say about why.
            await asyncio.to_thread(self._child.end, FAREWELL_S)
        child = self._start(self.source.command, piped=True)
        if child is None:
            return None
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        self._pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), child.process.stdout)
        return reader

    def _start(self, argv: tuple[str, ...], *, piped: bool) -> Child | None:
        """Start the process, unless the last one still comes up or it is too early. Raises CannotStart."""
        if self._child is not None:
            if self._child.running:
                return None
            code, said = self._child.process.returncode, self._child.last_words()
            self._child = None
            self._failed(said, code, hopeless=code == USAGE or self.source.private)
        if seconds() < self._next_start:
            return None
        self._next_start = seconds() + RESTART_S[min(self._restarts, len(RESTART_S) - 1)]
        self._restarts += 1
        try:
            self._child = Child(argv, self.source.log, piped=piped)
        except OSError as error:
            self._failed(f"{argv[0]}: {error.strerror or error}", 1, hopeless=True)
        return self._child

    def _failed(self, reason: str, code: int, *, hopeless: bool) -> None:
        """Keep the reason; give up if nothing was ever heard and trying again does not help."""
        self.reason = reason
        if not self._ever and (hopeless or self._restarts >= ATTEMPTS):
            raise CannotStart(reason, USAGE if code == USAGE else 1)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Store lines until the stream ends, or is silent for so long that it must be dead."""
        splitter = LineSplitter()
        patience = COMMAND_SILENT_S if self.source.command is not None else None
        while True:
            try:
                async with asyncio.timeout(patience):
                    chunk = await reader.read(CHUNK)
            except TimeoutError:
                self.reason = f"nothing heard for {COMMAND_SILENT_S:.0f} s"
                return
            except OSError as error:
                self.reason = error.strerror or str(error)
                return
            if not chunk:
                self.reason = "the engine closed the link"
                return
            dropped = splitter.dropped
            for line in splitter.feed(chunk):
                self._take(line)
            self.broken_lines += splitter.dropped - dropped

    def _take(self, line: bytes) -> None:
        try:
            said = _line.decode(line)
        except (msgspec.MsgspecError, RecursionError):
            self.broken_lines += 1
            return
        if not self._attached:
            self.topics.clear()
            self._attached = self._ever = True
            self.reason, self.misfit = "", _misfit(said)
            if self._wanted:
                self._say({"want": self._wanted})
            if self._shown:
                self._say({"shows": self._shown})
        self._t_ms, self._heard = said.t, seconds()
        self.topics.put(said.set)
        self._line.set()

    def _close(self) -> None:
        if self._attached:
            self._attached = False
            self._since = seconds()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
