"""The history: bars, liquidations, gaps, observations and metrics, kept in SQLite by a thread of its own.

`put` costs the event loop an append. The thread commits a little more often than once a second, so that a process
that is killed loses less than its last second. What stands in the way of writing (a full disk, a second engine, a
newer schema) never stops the program: `notice` says it, and it is tried again.
"""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import msgspec
from msgspec.structs import asdict

from feeds.facts import Bar, Gap, Liquidation, Observation, Repriced, Timeframe
from feeds.settings import KeepDays
from feeds.slow import LISTED, Doubting, Polled
from feeds.store.file import DAY_MS, CannotWrite, HistoryFile
from feeds.store.reader import TABLES, Reader
from feeds.store.schema import CascadeRow, CourseRow, MetricRow, Row, VerdictRow
from feeds.topics import Cascade, Change, Course, Quality, State
from feeds.vintages import Vintages

__all__ = ["TABLES", "Store"]

CLOSE_S = 0.9


class _Asked(Event):
    """Somebody waits until what was put before this is committed, or known not to be."""

    committed = False


class Store:
    """One history file. At most `limit` rows wait for the disk, about 25 MB; what comes after is counted as lost."""

    def __init__(
        self,
        path: Path,
        *,
        keep_days: KeepDays | None = None,
        limit: int = 100_000,
        commit_s: float = 0.8,
        retry_s: float = 60.0,
        look_s: float = 60.0,
    ) -> None:
        """`look_s`: how often is looked whether the file is still there and whole."""
        self.path = path
        self.writing = False
        self._keep_days: dict[str, int] = asdict(keep_days) if keep_days else {}
        self._limit = limit
        self._commit_s = commit_s
        self._retry_s = retry_s
        self._file = HistoryFile(path)
        self._reader = Reader(path)
        self._queue: deque[Row] = deque()
        self._asked: deque[_Asked] = deque()
        self._held: list[Row] = []
        self._hold = False
        self._why = ""
        self._moved = ""
        self._lost = 0
        self._refused = 0
        self._refusal = ""
        self._life: tuple[int, int] | None = None  # from when to when this engine was alive
        self._life_written: tuple[int, int] | None = None
        self._dropped_at_ms: int | None = None
        self._again = 0.0
        self._look_s, self._look_at = look_s, 0.0
        self._faults = 0
        self._wake = Event()
        self._stopping = False
        self._thread: Thread | None = None

    def open(self) -> None:
        """Open the file and start to write, or say in `notice` why not. Reading works either way where it can."""
        self._try_open()
        self._thread = Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    @property
    def notice(self) -> str:
        """What the user should know, in plain words; "" where all is well."""
        waiting = self.waiting
        parts = (
            f"the history {self.path} is not being written: {self._why}" if self._why else "",
            f"{waiting:,} rows wait for it" if self._why and waiting else "",
            f"{self._lost:,} rows of history were lost" if self._lost else "",
            f"{self._refused:,} rows did not fit the history ({self._refusal})" if self._refused else "",
            self._moved,
            self._unreadable,
        )
        return "; ".join(part for part in parts if part)

    @property
    def _unreadable(self) -> str:
        """Why nothing is read, unless that is why nothing is written, and said already."""
        why = self._reader.trouble
        return f"the history {self.path} cannot be read: {why}" if why and why != self._why else ""

    # What the engine says -------------------------------------------------------------------------------------------

    def put(
        self, fact: Bar | Liquidation | Repriced | Gap | Observation | Polled | Doubting | Cascade | Change | Course
    ) -> None:
        """Keep a fact. Never blocks and never raises. Where another engine writes, nothing is kept."""
        if isinstance(fact, Cascade):
            self._put(CascadeRow(fact.from_ms, fact.to_ms, msgspec.json.encode(fact).decode()))
        elif isinstance(fact, Change):
            self._put(VerdictRow(fact.known_ms, fact.after, fact.cause))
        elif isinstance(fact, Course):
            self._put(CourseRow(msgspec.json.encode([change.known_ms for change in fact.changes]).decode()))
        else:
            self._put(fact)

    def metric(self, name: str, t_ms: int, value: float | None, state: State, quality: Quality) -> None:
        """Keep a metric's number at one time; `None` where it was not known."""
        self._put(MetricRow(name, t_ms, value, state, quality))

    def alive(self, now_ms: int) -> None:
        """Say that the engine is running now, so that a later one knows how long none was."""
        self._life = (self._life[0] if self._life else now_ms, now_ms)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until what was put is committed; `False` where it was not, or not in time."""
        if self._thread is None:
            return False
        asked = _Asked()
        self._asked.append(asked)
        self._wake.set()
        return asked.wait(timeout_s) and asked.committed

    def close(self) -> None:
        """Commit what can be committed within a second, and give the file back; again does nothing."""
        self._reader.close()  # first, for only a connection that writes can merge the log when it is the last
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(CLOSE_S)
            self._thread = None

    def _put(self, row: Row) -> None:
        if not self._hold:
            return
        if self.waiting >= self._limit:
            self._lost += 1
        else:
            self._queue.append(row)

    # What it asks ---------------------------------------------------------------------------------------------------

    def bars(self, venue: str, symbol: str, timeframe: Timeframe, limit: int) -> list[Bar]:
        """The newest bars that are committed, oldest first."""
        return self._reader.bars(venue, symbol, timeframe, limit)

    def liquidations(self, since_ms: int) -> list[Liquidation]:
        """Committed liquidations by the venue's clock, oldest first."""
        return self._reader.liquidations(since_ms)

    def gaps(self, since_ms: int) -> list[Gap]:
        """Committed gaps that reach past `since_ms` or were never closed, oldest first."""
        return self._reader.gaps(since_ms)

    def observations(self) -> Iterator[Observation]:
        """Committed values of the slow series, all of them, by series, period and the time they became known."""
        return self._reader.observations()

    def table(self, name: str, until_ms: int | None = None) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """Columns and committed rows of one of `TABLES`, one by one; where they end early, `notice` says why."""
        return TABLES[name][0], self._reader.table(name, until_ms)

    def slow(self) -> tuple[Vintages, list[Polled]]:
        """What is committed of the slow series, and how each page of the publishers was last asked.

        Nothing of either where the values cannot be read in whole: what is missing would never be asked for again.
        """
        kept = Vintages(self._reader.observations())
        for id_ in kept.series():
            kept.doubts(id_)  # judged here, beside the loop that hears the market
        return (Vintages(), []) if self._reader.trouble else (kept, self._reader.polled())

    @property
    def waiting(self) -> int:
        """Rows that are not yet committed."""
        return len(self._queue) + len(self._held)

    def feeds(self) -> set[str]:
        """Feeds that an engine with this history ever listened for."""
        return self._reader.feeds()

    def listed(self) -> dict[str, int]:
        """By feed, when its liquidations were last read, where they are polled."""
        found = {one.feed: one.ok_ms for one in self._reader.polled() if one.ok_ms is not None}
        return {name.removesuffix(LISTED): ok_ms for name, ok_ms in found.items() if name.endswith(LISTED)}

    def cascades(self, since_ms: int) -> list[Cascade]:
        """Committed cascades that ended past `since_ms`, oldest first."""
        return self._reader.cascades(since_ms)

    def runs(self, since_ms: int) -> list[tuple[int, int]]:
        """From when to when other engines kept this history, of those alive past `since_ms`, oldest first."""
        own = self._life
        return [run for run in self._reader.runs(since_ms) if own is None or run[0] != own[0]]

    # The thread -----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            stopping = False
            while not stopping:
                self._wake.wait(self._commit_s)
                self._wake.clear()
                stopping = self._stopping  # read before the turn, which then takes all that was put before `close`
                try:
                    self._turn()
                    self._faults *= not self.writing
                except Exception as problem:  # noqa: BLE001  the thread's outermost call: what goes wrong is shown
                    self._fault(problem)
        finally:
            self.writing = self._hold = False
            self._file.close()

    def _fault(self, problem: Exception) -> None:
        """Begin anew with the file. Rows that are at hand when it happens again are given up, for they may be why."""
        self._file.close()
        self._faults += 1
        if self._faults > 1:
            self._lost += len(self._held)
            self._held = []
        self._cannot(CannotWrite(f"a fault of this program: {type(problem).__name__}: {problem}", hold=True))
        self._again = monotonic() + min(self._retry_s, 0.5 * 2.0 ** min(self._faults, 6))

    def _turn(self) -> None:
        """Commit what waits. While the file cannot be written, what waits is left alone until it is tried again."""
        asked = [self._asked.popleft() for _ in range(len(self._asked))]
        try:
            self._commit(asked)
        finally:
            for waiting in asked:
                waiting.set()

    def _commit(self, asked: list[_Asked]) -> None:
        if not self.writing and (asked or self._stopping or monotonic() >= self._again):
            self._try_open()
        if self.writing:
            # Only now, so that all that was put before `flush` was called is among it.
            self._held += (self._queue.popleft() for _ in range(len(self._queue)))
            self._write()
        for waiting in asked:
            waiting.committed = self.writing

    def _try_open(self) -> None:
        try:
            self._moved = self._file.open() or self._moved
        except CannotWrite as problem:
            self._cannot(problem)
        else:
            self._reader.close()  # the file may be another one now
            self._why, self.writing, self._hold = "", True, True
            self._look_at = monotonic() + self._look_s

    def _write(self) -> None:
        life = self._life
        try:
            if monotonic() >= self._look_at:
                self._file.look()
                self._look_at = monotonic() + self._look_s
            if not self._held and life == self._life_written:
                return
            refused = self._file.write(self._held, life)
            self._held, self._life_written = [], life
            if refused:
                self._refused, self._refusal = self._refused + len(refused), refused[0]
            if life:
                self._drop_older(life[1])
        except CannotWrite as problem:
            self._cannot(problem)

    def _drop_older(self, now_ms: int) -> None:
        """Once after `open` and then daily, by the engine's clock."""
        if self._dropped_at_ms is None or now_ms - self._dropped_at_ms >= DAY_MS:
            self._file.drop_older(now_ms, self._keep_days)
            self._dropped_at_ms = now_ms

    def _cannot(self, problem: CannotWrite) -> None:
        self._why, self.writing, self._hold = str(problem), False, problem.hold
        if not problem.hold:
            self._held = []
            self._queue.clear()
        self._again = monotonic() + (0.0 if problem.soon else self._retry_s)
