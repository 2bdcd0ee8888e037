"""The history file as its one writer has it: locked, brought up to date, written in transactions.

A commit in WAL mode is in the system's hands: `kill -9` of this process loses nothing that was committed. A power cut
may lose what the system had not yet put on the disk, seconds as a rule, and leaves the file whole; for that an fsync
each second (`synchronous=FULL`) would keep disks awake.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import astuple

from feeds.facts import Repriced
from feeds.store.schema import HEARTBEAT, INSERTS, OLDER, NewerSchema, Row, migrate
from feeds.store.trouble import code, damaged, words
from feeds.text import plain

DAY_MS = 86_400_000
# What one row alone can be refused for: a CHECK, NULL or NaN in a number's place, a number too large, half a character.
_BAD_ROW = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError),
    *(OverflowError, ValueError),
)


class CannotWrite(Exception):
    """Why nothing is written, in words for the screen.

    `hold`: what is put meanwhile is worth holding, for it may be written later. `soon`: trying again soon is worth it.
    """

    def __init__(self, why: str, *, hold: bool, soon: bool = False) -> None:
        super().__init__(why)
        self.hold = hold
        self.soon = soon


class HistoryFile:
    """The connection that writes, and the lock that makes it the only one. For one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None
        self._db: sqlite3.Connection | None = None
        self._damaged = False
        self._parts: dict[str, int] = {}  # the file and its log: their numbers on the disk
        self._lacks = ""  # what happened to the file that was written before

    def open(self) -> str:
        """Lock the file and bring it up to date. Returns what the user should know of it, mostly "".

        A damaged file is moved aside, never deleted, and a new one begun. Raises `CannotWrite`.
        """
        if sqlite3.sqlite_version_info < (3, 37):
            raise CannotWrite(f"it needs SQLite 3.37, and here is {sqlite3.sqlite_version}", hold=False)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take_lock()
            return self._connect()
        except (sqlite3.Error, OSError, NewerSchema) as problem:
            self.close()
            raise _cannot(problem) from None

    def _take_lock(self) -> None:
        lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise CannotWrite("another tidegauge keeps it", hold=False, soon=True) from None
        except OSError:
            os.close(lock)
            raise
        self._lock = lock

    def _connect(self) -> str:
        said, self._lacks = self._lacks, ""
        said = self._move_aside() if self._damaged else said
        try:
            self._db = _connected(self.path)
        except sqlite3.DatabaseError as problem:
            if not damaged(problem):
                raise
            said = self._move_aside()
            self._db = _connected(self.path)
        self._damaged = False
        self._parts = self._numbers()
        return said

    def _move_aside(self) -> str:
        number = 1
        while (kept := Path(f"{self.path}.damaged-{number}")).exists():
            number += 1
        # SQLite finds a file's log by the file's name, so the parts keep theirs in relation to each other.
        for part in ("-wal", "-shm", ""):
            if (old := Path(f"{self.path}{part}")).exists():
                old.rename(f"{kept}{part}")
        return f"the history was damaged: it is kept as {kept}, and a new one was begun"

    def _numbers(self) -> dict[str, int]:
        return {part: found for part in ("", "-wal") if (found := _number(f"{self.path}{part}"))}

    def look(self) -> None:
        """See whether the file is still the one that is written, and begins as it should.

        Raises `CannotWrite` where another one, or none, has its name by now, and where it was spoiled: SQLite goes on
        with what it holds in memory, and would say nothing of it.
        """
        now = self._numbers()
        if any(now.get(part) != number for part, number in self._parts.items()):
            self._lacks = "the history was deleted or replaced while it was written: what it held is where it was put"
            self._let_go(now.get("-wal"))
            raise CannotWrite("it was deleted or replaced", hold=True, soon=True)
        try:
            _whole(self.path)
        except sqlite3.Error as problem:
            self._failed(problem)

    def _let_go(self, log: int | None) -> None:
        """Close a file that has lost its name, without taking away the log of the one that has it now.

        SQLite deletes the log by its name.
        """
        others = [Path(f"{self.path}{part}") for part in ("-wal", "-shm")] if log != self._parts.get("-wal") else []
        kept = [(one, one.rename(f"{one}.other")) for one in others if one.exists()]
        self.close()
        for name, one in kept:
            one.rename(name)

    def write(self, rows: Iterable[Row], heartbeat: tuple[int, int] | None) -> list[str]:
        """Commit all rows in one transaction. Returns why rows were left out, one text each.

        Raises `CannotWrite`; nothing was then written, and the file is closed.
        """
        assert self._db is not None
        groups: dict[type[Row], list[tuple[object, ...]]] = {}
        for row in rows:
            groups.setdefault(type(row), []).append(astuple(row))
        refused: list[str] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for kind in sorted(groups, key=lambda kind: kind is Repriced):  # prices after what they are of
                refused += _insert(self._db, INSERTS[kind], groups[kind])
            if heartbeat:
                self._db.execute(HEARTBEAT, heartbeat)
            self._db.execute("COMMIT")
        except sqlite3.Error as problem:
            self._failed(problem)
        return refused

    def drop_older(self, now_ms: int, keep_days: dict[str, int]) -> None:
        """Drop what is older than its table is kept; 0 days is for ever. Raises `CannotWrite` as `write` does."""
        assert self._db is not None
        try:
            for table, days in keep_days.items():
                if days:
                    self._db.execute(OLDER[table], (now_ms - days * DAY_MS,))
        except sqlite3.Error as problem:
            self._failed(problem)

    def _failed(self, problem: sqlite3.Error) -> None:
        self._damaged = damaged(problem)
        self.close()
        raise _cannot(problem) from None

    def close(self) -> None:
        """Give the file and its lock back; again does nothing. The last to close a file merges its log."""
        if self._db is not None:
            self._db.close()  # a transaction that is open is rolled back
            self._db = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _number(name: str) -> int | None:
    try:
        return Path(name).stat().st_ino
    except FileNotFoundError:
        return None


def _whole(path: Path) -> None:
    """Read what any reader reads first, with nothing of it in memory. Raises `sqlite3.Error`.

    Never by other means than SQLite's: to close a file takes away all locks that a process has on it (POSIX).
    """
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.5)
    try:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            db.execute(f"SELECT * FROM {table} LIMIT 1").fetchall()  # noqa: S608  a name of ours
    finally:
        db.close()


def _connected(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives the log the mode of the file
    db = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA journal_size_limit = 16777216")
        migrate(db)
    except (sqlite3.Error, NewerSchema):
        db.close()
        raise
    return db


def _insert(db: sqlite3.Connection, sql: str, rows: list[tuple[object, ...]]) -> list[str]:
    try:
        db.executemany(sql, rows)
        return []
    except _BAD_ROW:
        return [text for row in rows if (text := _insert_one(db, sql, row))]


def _insert_one(db: sqlite3.Connection, sql: str, row: tuple[object, ...]) -> str:
    try:
        db.execute(sql, row)
        return ""
    except _BAD_ROW as problem:
        return plain(str(problem))


def _cannot(problem: Exception) -> CannotWrite:
    busy = isinstance(problem, sqlite3.Error) and code(problem) == sqlite3.SQLITE_BUSY
    return CannotWrite(words(problem), hold=not isinstance(problem, NewerSchema), soon=busy)
