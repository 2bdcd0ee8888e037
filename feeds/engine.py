"""Wires the parts into a running monitor. The only file that starts tasks."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from feeds import our_clock
from feeds.backfill import Backfill
from feeds.bars import KEEP
from feeds.calendars import new_york_day
from feeds.clock import Clock
from feeds.facts import TIMEFRAME_MS, FeedStatus
from feeds.gather import Gather
from feeds.health import Limits
from feeds.hearing import until_closed
from feeds.life import today
from feeds.our_clock import Evidence, Exchange, Pong, Stepped
from feeds.poll import Fetcher, Told
from feeds.serve import Server
from feeds.session import Changes, Session
from feeds.settings import Settings
from feeds.slow import Taken
from feeds.sources import SOURCES, steps
from feeds.state import Kept, Past, State
from feeds.store import Store
from feeds.stream import keep
from feeds.topics import TOPICS, Engine, Mode
from feeds.venue import Control, Stream, Venue
from feeds.venues import VENUES
from feeds.views.pages import study_of, work_out
from feeds.watchdog import fault, tend
from feeds.wire import Frame, Recorder

R = TypeVar("R")
Work = Callable[[], Awaitable[None]]
TICK_S = 0.125
"""A whole part of the screen's usual 250 ms, which draws just after such a tick: then no number waits for two."""
HISTORY_MS = 86_400_000
SPACING_S = 0.5
ASKED = 4
"""Venues that are asked for the time at once: some may not answer, and two have to agree."""
LOOK_S = 1.0
"""How often is looked whether signals are due."""
PIECE = 1_000
"""Values that are taken at once: 10 ms of them."""
MOST_WAITING = 50_000
"""Rows that may wait for the disk while more of a back-fill is taken."""
_VENUE = re.compile(rf"(btc|liq)\.({'|'.join(VENUES)})\.")
"""Metrics of one venue, which are shown but not kept by the minute."""


def new_session(
    settings: Settings,
    mode: Mode,
    title: str,
    started_ms: int,
    *,
    expected: bool = True,
    keep: Callable[[Kept], object] | None = None,
    venues: Mapping[str, Venue] = VENUES,
) -> Session:
    """Build a session of the venues that the settings ask for. `expected`: their feeds are shown before they speak.

    `venues` is the registry.
    """
    # A recording may be of a time when a venue that has closed was open.
    ends = {name: venue.life.ends_ms for name, venue in venues.items()}
    over = {name: ends_ms for name, ends_ms in ends.items() if ends_ms is not None and ends_ms <= today(started_ms)}
    listened = {*settings.venues} - {*over} if expected else {*settings.venues, *over}
    venues = {name: venue for name, venue in venues.items() if name in listened}
    limits = Limits(*(round(s * 1000) for s in (settings.feeds.late_s, settings.feeds.stale_s, settings.feeds.down_s)))
    fresh_ms = round(settings.price.fresh_s * 1000)
    chart = tuple(settings.chart.venues)
    kept = keep or (lambda fact: None)
    rules = settings.signals
    state = State(venues, limits=limits, fresh_ms=fresh_ms, chart=chart, keep=kept, sources=SOURCES, rules=rules)
    state.slow.trust(settings.sources.believe)
    state.slow.add(steps.observations(new_york_day(started_ms)))
    if expected:
        state.closed = over
        state.advance(started_ms)
        for venue in venues.values():
            for stream in venue.streams:
                state.register(venue.feed(stream), started_ms)
    return Session(state, Engine(mode, title, started_ms, writing=False))


class Collector:
    """A session fed by the venues themselves. `run` until cancelled; what it costs is given back by then."""

    def __init__(
        self,
        settings: Settings,
        *,
        mode: Mode = "live",
        title: str = "",
        store: Store | None = None,
        recorder: Recorder | None = None,
        publishers: bool = True,
        venues: Mapping[str, Venue] = VENUES,
    ) -> None:
        """`publishers`: whether to ask those of the slow series as well. `venues` is the registry."""
        self.settings = settings
        self._publishers = publishers
        self._restored = asyncio.Event()
        """The history of the slow series is in, and it is known what of it is still to be read, if anything is."""
        self._answered = asyncio.Event()
        """A publisher has been asked, and what it said is in."""
        self.clock = Clock()
        self.clock.stepped = lambda now_ms, *step: self._measured(Stepped(*step), now_ms)
        keep = store.put if store else None
        self.session = new_session(settings, mode, title, self.clock.now_ms(), keep=keep, venues=venues)
        self.session.works_out = False
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="slow")
        """What takes long and only computes: one thread, so that it takes its memory once."""
        self.recorder = recorder
        self._store = store
        self.notices: dict[str, str] = {"settings": "; ".join(settings.notices)}
        """What the user should know, by its subject; "" where it has passed."""
        self._minute = 0
        if store:
            self._restore(store)

    @property
    def state(self) -> State:
        """What is known."""
        return self.session.state

    async def run(self) -> None:
        """Collect until cancelled."""
        # A simulated market has all its venues on one host, which needs no sparing.
        spacing_s = 0.0 if self.session.engine.mode == "demo" else SPACING_S
        fetcher = Fetcher(spacing_s=spacing_s, now_ms=self.clock.now_ms, told=self.told)
        backfill = Backfill(self.state, self.settings, fetcher, self.take, self.notices.__setitem__)
        try:
            async with asyncio.TaskGroup() as group:
                for venue in self.state.venues.values():
                    jobs = [tend(work, say) for work, say in self._tasks(venue, backfill)]
                    say = partial(self.notices.__setitem__, venue.name)
                    group.create_task(until_closed(venue, jobs, self.clock.now_ms, say))
                group.create_task(tend(backfill.candles, partial(self._notice, "candles")))
                group.create_task(tend(self._work_out, partial(self._notice, "signals")))
                group.create_task(tend(partial(self._ask_the_time, fetcher), partial(self._notice, "time")))
                if self._publishers:
                    group.create_task(tend(partial(self._gather, fetcher), partial(self._notice, "publishers")))
                else:
                    self._restored.set()
        finally:
            self._beside.shutdown(wait=False, cancel_futures=True)
            await fetcher.aclose()

    def _tasks(self, venue: Venue, backfill: Backfill) -> Iterator[tuple[Work, Callable[[str], object]]]:
        """What is done for a venue, and where its faults are shown: in the row of the feed."""
        for stream in venue.streams:
            yield partial(self._stream, venue, stream), partial(self._stream_fault, venue.feed(stream))
        beside = [partial(work, venue) for work in (backfill.setup, backfill.missed, backfill.interest)]
        for work in (*beside, *(partial(backfill.poll, venue, poll) for poll in venue.polls)):
            yield work, partial(self._rest_fault, venue)

    def _stream_fault(self, feed: str, text: str) -> None:
        if text:
            self._status(FeedStatus(feed, self.clock.now_ms(), "closed", text))

    def _rest_fault(self, venue: Venue, text: str) -> None:
        feed = next((feed for feed in self.state.feeds.values() if feed.venue == venue.name), None)
        if feed and text:
            feed.fault(f"REST: {text}", self.clock.now_ms())
        elif not feed:
            self._notice(venue.name, text)

    def _notice(self, subject: str, text: str) -> None:
        """Say what went wrong with something that has no row of its own; "" where it goes on."""
        self.notices[f"fault.{subject}"] = f"{subject}: {text}" if text else ""

    def guarded(self, subject: str, call: Callable[..., R], *values: object) -> R | None:
        """What `call` gives; `None` where it has a fault, which is then said."""
        try:
            found = call(*values)
        except Exception as error:  # noqa: BLE001  the boundary: a fault here must not end the engine
            self._notice(subject, fault(error))
            return None
        self._notice(subject, "")
        return found

    def wanted(self, name: str) -> bytes | None:
        """A topic that a viewer asks for, as `Session.wanted` gives it."""
        return self.guarded("pages", self.session.wanted, name)

    async def _compute(self, call: Callable[..., R], *values: object) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._beside, call, *values)

    async def _work_out(self) -> None:
        """Work out the pages of the signals, each when it is due, in a thread; for ever."""
        await self._restored.wait()
        signals, slow = self.session.signals, self.state.slow
        while True:
            self._answered.clear()
            while name := signals.next(self.clock.now_ms()):
                rows, *given = signals.begin(self.clock.now_ms(), (name,))
                signals.adopt(await self._compute(work_out, rows.copy(), *given))
            self.notices["signals"] = "; ".join(signals.faults.values())
            for rule in [rule for rule, known in self.session.studies.items() if known is None and not slow.unread]:
                rows, now_ms = slow.vintages.copy(), self.clock.now_ms()
                self.session.studied(rule, await self._compute(study_of, rule, rows, now_ms, self.state.rules))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):  # `wait_for` of Python 3.11 may lose a cancellation
                    await self._answered.wait()

    async def _gather(self, fetcher: Fetcher) -> None:
        """Ask the publishers, once the history of their series is in. The market goes first and is not held up."""
        slow, store, signals = self.state.slow, self._store, self.session.signals
        if store:
            slow.restore(*await self._compute(store.slow))
        gather = Gather(
            slow,
            self.settings,
            fetcher,
            self.take_slow,
            self.clock.now_ms,
            hurried=self.session.engine.mode == "demo",
            rank=signals.rank,
            told=self._answered.set,
            say=self._notice,
        )
        self._restored.set()
        await gather.run()

    async def take_slow(self, frame: Frame, through: str) -> Taken:
        """Take a publisher's frame; a long one piece by piece, so that the market is heard in between.

        `through`: the day to which it has to reach at least, "" where that is not known.
        """
        self.record(frame)
        outs = await self._compute(self.session.decode, frame)
        outs = self.state.slow.reach(outs, through, frame.feed, frame.recv_ms)
        outs = self.state.slow.sift(frame.feed, frame.recv_ms, outs)
        total = Taken()
        for start in range(0, len(outs), PIECE):
            await asyncio.sleep(0)
            if self._store and self._store.waiting > MOST_WAITING:
                await asyncio.to_thread(self._store.flush)
            total += self.session.take(frame, outs[start : start + PIECE], sifted=True)
        return total

    def tick(self) -> tuple[int, Changes]:
        """Let time pass, and return what viewers should be told."""
        now_ms = self.clock.now_ms()
        changed = self.guarded("topics", self.session.changes, now_ms)
        if self._store:
            self._store.alive(now_ms)
            self.guarded("metrics", self._keep_metrics, self._store, now_ms)
        if self.recorder:
            self._flush(self.recorder)
        self.session.engine = self._describe()
        if changed is None:  # then this is all that is told, so that it is seen why
            changed = {"engine": msgspec.json.encode(self.session.engine)}
        return now_ms, changed

    def _restore(self, store: Store) -> None:
        now_ms, state = self.clock.now_ms(), self.state
        bars = [
            bar
            for name, candles in state.candles.items()
            for timeframe in TIMEFRAME_MS
            for bar in store.bars(name, candles.symbol, timeframe, KEEP)
        ]
        since_ms = now_ms - HISTORY_MS
        runs = store.runs(since_ms)
        past = Past(
            bars,
            store.liquidations(since_ms),
            store.gaps(since_ms),
            store.cascades(now_ms - 30 * HISTORY_MS),
            store.feeds(),
            min((started for started, _ in runs), default=None),
            max((alive for _, alive in runs), default=None),
            store.listed(),
        )
        state.restore(past, now_ms)

    async def _stream(self, venue: Venue, stream: Stream) -> None:
        feed = venue.feed(stream)
        url, *others = (self.settings.endpoint(f"{venue.name}.ws", url) for url in (stream.url, *stream.fallbacks))
        await keep(
            stream,
            feed,
            url,
            fallbacks=others,
            headers=venue.headers,
            sink=self.take,
            status=self._status,
            now_ms=self.clock.now_ms,
            pong=lambda took_s: self._measured(Pong(feed, round(took_s * 1000))),
        )

    def take(self, frame: Frame) -> Sequence[Control]:
        """Record a frame and take it into the session, whoever received it."""
        self.record(frame)
        return self.session.frame(frame)

    def told(self, feed: str, told: Told) -> None:
        """Take the time that a server told with an answer for `feed`."""
        self._measured(Exchange(feed.partition(".")[0], told.sent_ms, told.received_ms, told.date_ms))

    def _measured(self, fact: Evidence, now_ms: int | None = None) -> None:
        """Take what is known of clocks as a frame, so that it is in the recording and a replay comes to the same."""
        self.take(our_clock.frame(fact, self.clock.now_ms() if now_ms is None else now_ms))

    async def _ask_the_time(self, fetcher: Fetcher) -> None:
        """Ask some venues in turn for the time, whenever it is not known what is off, or what was is to be checked."""
        clock, turn = self.state.clock, 0
        while True:
            await asyncio.sleep(LOOK_S)
            if clock.wants(self.clock.now_ms()):
                clock.asked(self.clock.now_ms())
                venues = [*self.state.venues.values()]
                asked = [venues[at % len(venues)] for at in range(turn, turn + min(ASKED, len(venues)))]
                turn += len(asked)
                urls = [(venue.name, self.settings.endpoint(f"{venue.name}.http", venue.http)) for venue in asked]
                await asyncio.gather(*(fetcher.probe(url, name) for name, url in urls), return_exceptions=True)

    def record(self, frame: Frame) -> None:
        """Write a frame to the recording, if there is one. A fault there ends it, and nothing else."""
        if self.recorder:
            try:
                self.recorder.write(frame)
            except Exception as error:  # noqa: BLE001  whatever it is, the market goes on
                self._stop_recording(error)

    def _status(self, event: FeedStatus) -> None:
        if event.phase != "open":  # the frame that marks a new connection says that already
            self.state.advance(event.recv_ms)
            self.state.status(event)

    def _keep_metrics(self, store: Store, now_ms: int) -> None:
        """Once a minute, the numbers of the market as a whole."""
        minute = now_ms // 60_000
        if minute == self._minute:
            return
        self._minute = minute
        for name, metric in self.session.metrics().items():
            if isinstance(metric.value, float | int) and metric.quality and not _VENUE.match(name):
                store.metric(name, minute * 60_000, metric.value, metric.state, metric.quality)

    def _flush(self, recorder: Recorder) -> None:
        try:
            recorder.flush()
        except Exception as error:  # noqa: BLE001  whatever it is, the market goes on
            self._stop_recording(error)

    def _stop_recording(self, error: Exception) -> None:
        self.recorder = None
        why = error.strerror if isinstance(error, OSError) else fault(error)
        self.notices["recording"] = f"recording stopped: {why}"

    def _describe(self) -> Engine:
        engine = self.session.engine
        writing = self._store is not None and self._store.writing
        store = self._store.notice if self._store else ""
        notices = tuple(text for text in (self.clock.notice, store, *self.notices.values()) if text)
        slow = self.state.slow
        progress = (slow.filled, slow.to_fill) if slow.unread else (0, 0)
        return Engine(engine.mode, engine.title, engine.started_ms, writing, notices, *progress)


class Latest:
    """The newest metrics in a file, for the status line: written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(f"{path.name}.{os.getpid()}")

    def write(self, session: Session) -> str:
        """Write what the session has published, without candles and tape. Return why it cannot be written, or ""."""
        published = session.everything()
        metrics = {name: msgspec.Raw(data) for name, data in published.items() if name not in TOPICS}
        topics = {name: msgspec.Raw(published[name]) for name in ("engine", "feeds") if name in published}
        document = {
            "tidegauge": 1,
            "mode": session.engine.mode,
            "now_ms": session.state.now_ms,
            "metrics": metrics,
            "topics": topics,
        }
        try:
            with os.fdopen(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(document))
            self._draft.replace(self.path)
        except OSError as error:
            return f"the status line is not written: {error.strerror}"
        return ""


async def serve_collector(
    collector: Collector, server: Server | None, latest: Latest | None, until: asyncio.Event
) -> None:
    """Run a collector and tell viewers and the status line of it, until `until` is set."""
    collecting = asyncio.create_task(collector.run())
    second = 0
    loop = asyncio.get_running_loop()
    due = loop.time()
    try:
        while not until.is_set():
            now_ms, changed = collector.tick()
            if server and (changed or now_ms // 1000 != second):
                collector.guarded("viewers", server.publish, now_ms, changed)
            if latest and now_ms // 1000 != second:
                collector.notices["status"] = collector.guarded("status line", latest.write, collector.session) or ""
            second = now_ms // 1000
            due = max(due + TICK_S, loop.time())
            await asyncio.sleep(due - loop.time())
            if collecting.done():
                collecting.result()
    finally:
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
