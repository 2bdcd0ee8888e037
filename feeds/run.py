"""Processes that serve viewers: live, simulated or replayed. They differ in where frames come from, and in lifetime."""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from feeds import simulate
from feeds.engine import Collector, Latest, new_session, serve_collector
from feeds.replay import STEP_MS, replay
from feeds.serve import Server
from feeds.session import Session
from feeds.settings import SOURCES, Keys, Paths, Publishers, Secret, Settings, private_folder
from feeds.store import Store
from feeds.topics import Engine
from feeds.wire import Frame, Recording

FIRST_VIEWER_S = 20.0
HEARTBEAT_S = 1.0
DEMO_KEY = Secret("a-key-of-the-demo")


async def live(settings: Settings, paths: Paths, *, with_viewers: bool) -> int:
    """Collect, keep the history and serve viewers, until a signal or, if so asked, until the last viewer leaves."""
    with _only_engine(paths) as alone:
        if not alone:
            say("another engine runs for this user and keeps the history; this one writes nothing and serves nobody")
            if with_viewers:
                return 0
        store = Store(paths.data / "history.sqlite", keep_days=settings.history.keep_days)
        collects = alone and settings.history.enabled
        if collects:
            store.open()
        try:
            collector = Collector(settings, store=store if collects else None)
            socket = paths.runtime / "engine.sock" if alone else None
            latest = Latest(paths.runtime / "latest.json") if alone else None
            async with _serving(socket, collector.session, collector.clock.now_ms, with_viewers, collector.wanted) as (
                server,
                until,
            ):
                await serve_collector(collector, server, latest, until)
        finally:
            store.close()
    return 0


async def demo(settings: Settings, scene: str, seed: int, socket: Path) -> int:
    """Serve a simulated market to the viewers of `socket`. Keeps nothing and asks nobody outside."""
    async with simulate.serve(scene=scene, seed=seed) as market:
        collector = Collector(simulated(settings, market.endpoints), mode="demo", title=market.title)
        async with _serving(socket, collector.session, collector.clock.now_ms, True, collector.wanted) as (
            server,
            until,
        ):
            await serve_collector(collector, server, None, until)
    return 0


def simulated(settings: Settings, endpoints: dict[str, str]) -> Settings:
    """The settings with every venue and publisher simulated, at these addresses; no key of the user's stays."""
    return msgspec.structs.replace(
        settings,
        venues=tuple(simulate.VENUES),
        sources=Publishers(opt_in=SOURCES),
        endpoints=endpoints,
        keys=Keys(census=DEMO_KEY, sosovalue=DEMO_KEY, coinglass=DEMO_KEY),
    )


async def replayed(settings: Settings, file: Path, speed: float, start_ms: int | None, socket: Path) -> int:
    """Serve a recording to the viewers of `socket`, `speed` times as fast as it was; 0 is as fast as it goes."""
    recording = Recording(file)
    session = new_session(settings, "replay", _replay_title(file, speed), 0, expected=False)
    now = _Now()
    async with _serving(socket, session, lambda: now.ms, True) as (server, until):
        frames = _from(recording, session, start_ms)
        pace = _Pace(speed)
        for now.ms, changed in replay(frames, session, STEP_MS * max(1, round(speed or 10))):
            await pace.wait(now.ms, until, server)
            if until.is_set():
                return 0
            if changed and server:
                server.publish(now.ms, changed)
        ended = recording.cut or "end of the recording"
        session.engine = _with_notice(session.engine, ended)
        while server and not until.is_set():
            server.publish(now.ms, session.changes(now.ms) | {"engine": msgspec.json.encode(session.engine)})
            await wait(until.wait(), HEARTBEAT_S)
    return 0


def on_signals(end: Callable[[], object]) -> None:
    """Call `end` on the signals that end a process; not on a hang-up that `nohup` has made it ignore."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            loop.add_signal_handler(number, end)


def say(text: str) -> None:
    """Narrate on standard error: standard output is for data."""
    print(f"tidegauge: {text}", file=sys.stderr, flush=True)  # noqa: T201


class _Now:
    ms = 0


class _Pace:
    """Holds a replay back to `speed` times the recording's own pace; viewers get a sign of life meanwhile."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._origin: tuple[float, int] | None = None

    async def wait(self, t_ms: int, until: asyncio.Event, server: Server | None) -> None:
        clock = asyncio.get_running_loop().time
        if self._origin is None:
            self._origin = (clock(), t_ms)
        due = self._origin[0] + (t_ms - self._origin[1]) / 1000 / self._speed if self._speed else 0.0
        while (left := due - clock()) > 0 and not until.is_set():
            await wait(until.wait(), min(left, HEARTBEAT_S))
            if server and left > HEARTBEAT_S:
                server.publish(t_ms - round((left - HEARTBEAT_S) * 1000 * self._speed), {})
        await asyncio.sleep(0)


def _from(recording: Recording, session: Session, start_ms: int | None) -> Iterator[Frame]:
    """Frames of a recording; those before `start_ms` are taken in at once, so that the replay begins informed."""
    for frame in recording:
        if start_ms is not None and frame.recv_ms < start_ms:
            session.frame(frame)
        else:
            yield frame


def _replay_title(file: Path, speed: float) -> str:
    return f"replay of {file.name}, {f'{speed:g} times its pace' if speed else 'as fast as it goes'}"


def _with_notice(engine: Engine, notice: str) -> Engine:
    return Engine(engine.mode, engine.title, engine.started_ms, engine.writing, (*engine.notices, notice))


@asynccontextmanager
async def _serving(
    socket: Path | None,
    session: Session,
    now_ms: Callable[[], int],
    with_viewers: bool,
    wanted: Callable[[str], bytes | None] | None = None,
) -> AsyncIterator[tuple[Server | None, asyncio.Event]]:
    """Serve `session` on `socket`; the event is set when a signal, or the last viewer's leaving, ends it."""
    until = asyncio.Event()
    on_signals(until.set)
    if socket is None:
        yield None, until
        return
    server = Server(socket, session.everything, now_ms, wanted or session.wanted, session.signals.show)
    await server.start()
    watch = asyncio.create_task(_until_left(server, until)) if with_viewers else None
    try:
        yield server, until
    finally:
        if watch:
            watch.cancel()
        await server.close()


async def _until_left(server: Server, until: asyncio.Event) -> None:
    """Set `until` once the last viewer has left, or if none has come for a while."""
    await wait(server.left.wait(), FIRST_VIEWER_S)
    while server.viewers:
        await server.left.wait()
    until.set()


async def wait(what: Awaitable[object], seconds: float) -> None:
    """Wait for it, but no longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 may lose a cancellation
            await what


@contextmanager
def _only_engine(paths: Paths) -> Iterator[bool]:
    """Hold the user's engine lock if it is free; say whether it was."""
    private_folder(paths.runtime)
    file: IO[bytes] = os.fdopen(os.open(paths.runtime / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600), "wb")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
