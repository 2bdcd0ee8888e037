"""The history as it is read, by the engine that writes it and by any other."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from feeds.facts import Bar, Gap, Liquidation, Observation, Timeframe
from feeds.slow import Polled
from feeds.store.schema import READ_OF_OLD, STEPS, NewerSchema, version
from feeds.store.trouble import Damaged, words
from feeds.topics import Cascade
from feeds.vintages import ALWAYS_MS

# Columns are asked for in the order of each fact's fields.
_BARS = """
    SELECT * FROM (
        SELECT venue, symbol, timeframe, open_ms, open, high, low, close, btc, complete FROM bar
        WHERE venue = ? AND symbol = ? AND timeframe = ? ORDER BY open_ms DESC LIMIT ?
    ) ORDER BY open_ms
"""
_LIQUIDATIONS = """
    SELECT venue, symbol, ts_ms, recv_ms, position, btc, usd, price, id FROM liquidation
    WHERE ts_ms >= ? ORDER BY ts_ms, venue, id
"""
_GAPS = """
    SELECT feed, from_ms, to_ms, reason, filled FROM feed_gap WHERE to_ms IS NULL OR to_ms >= ? ORDER BY from_ms, feed
"""
_POLLED = "SELECT feed, asked_ms, ok_ms, through, etag, modified, failures, error, error_ms FROM poll"
TABLES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "observation": (
        ("series", "period", "value", "known_ms", "source", "provisional", "read_ms"),
        "known_ms",
        "series, period, known_ms",
    ),
    "liquidation": (
        ("venue", "symbol", "ts_ms", "recv_ms", "position", "btc", "usd", "price", "id"),
        "ts_ms",
        "ts_ms, venue, id",
    ),
    "bar": (
        ("venue", "symbol", "timeframe", "open_ms", "open", "high", "low", "close", "btc", "complete"),
        "open_ms",
        "venue, symbol, timeframe, open_ms",
    ),
    "metric": (("name", "t_ms", "value", "state", "quality"), "t_ms", "name, t_ms"),
    "feed_gap": (("feed", "from_ms", "to_ms", "reason", "filled"), "from_ms", "from_ms, feed"),
    "cascade": (("from_ms", "to_ms", "document"), "from_ms", "from_ms"),
    "alert": (("rule", "t_ms", "metric", "value", "text", "delivered"), "t_ms", "t_ms, rule"),
    "verdict": (("t_ms", "state", "cause"), "t_ms", "t_ms"),
    "doubt": (("series", "period", "known_ms", "from_ms", "to_ms"), "known_ms", "series, period"),
}
"""Tables that are exported: columns, the one that says when a row came to be, and the order."""
_CASCADES = "SELECT document FROM cascade WHERE to_ms IS NOT NULL AND to_ms >= ? ORDER BY from_ms"
_FEEDS = "SELECT DISTINCT feed FROM feed_gap"
_RUNS = "SELECT started_ms, alive_ms FROM heartbeat WHERE alive_ms >= ? ORDER BY started_ms"


class Reader:
    """A read-only connection, for any thread. Where nothing can be read, lists are empty and `trouble` says why.

    `trouble` is in the words of who writes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one_at_a_time = Lock()
        self._db: sqlite3.Connection | None = None
        self.trouble = ""

    def bars(self, venue: str, symbol: str, timeframe: Timeframe, limit: int) -> list[Bar]:
        """The newest bars, oldest first."""
        rows = self._rows(_BARS, venue, symbol, timeframe, limit)
        return [
            Bar(of, symbol, frame, open_ms, opened, high, low, close, btc, bool(complete))
            for of, symbol, frame, open_ms, opened, high, low, close, btc, complete in rows
        ]

    def liquidations(self, since_ms: int) -> list[Liquidation]:
        """By the venue's clock, oldest first."""
        return [Liquidation(*row) for row in self._rows(_LIQUIDATIONS, since_ms)]

    def gaps(self, since_ms: int) -> list[Gap]:
        """Gaps that reach past `since_ms` or were never closed, oldest first."""
        rows = self._rows(_GAPS, since_ms)
        return [Gap(feed, from_ms, to_ms, reason, bool(filled)) for feed, from_ms, to_ms, reason, filled in rows]

    def cascades(self, since_ms: int) -> list[Cascade]:
        """Cascades that ended past `since_ms`, oldest first."""
        try:
            return [msgspec.json.decode(document, type=Cascade) for (document,) in self._rows(_CASCADES, since_ms)]
        except msgspec.MsgspecError:
            self.trouble = words(Damaged("a cascade cannot be read"))
            return []

    def observations(self) -> Iterator[Observation]:
        """All rows of all series, by series, period and the time they became known. Nobody else reads meanwhile."""
        for series, period, value, known_ms, source, provisional, read_ms in self._table("observation", ALWAYS_MS):
            if not _is_date(period):
                self.trouble = words(Damaged(f"a period of {series} is no date"))
                return
            yield Observation(series, period, value, known_ms, source, bool(provisional), read_ms)

    def table(self, name: str, until_ms: int | None) -> Iterator[tuple[Any, ...]]:
        """The rows of one of `TABLES`, one by one; those that came to be by `until_ms`, if that is given."""
        return self._table(name, ALWAYS_MS if until_ms is None else until_ms)

    def _table(self, name: str, until_ms: int) -> Iterator[tuple[Any, ...]]:
        columns, when, order = TABLES[name]
        return self._read(f"SELECT {', '.join(columns)} FROM {name} WHERE {when} <= ? ORDER BY {order}", until_ms)  # noqa: S608  names of ours

    def polled(self) -> list[Polled]:
        """How each page of the publishers was last asked."""
        return [Polled(*row) for row in self._rows(_POLLED)]

    def feeds(self) -> set[str]:
        """Feeds that were ever listened for: each has a gap before its first sign of life."""
        return {feed for (feed,) in self._rows(_FEEDS)}

    def runs(self, since_ms: int) -> list[tuple[int, int]]:
        """From when to when engines kept this history, of those alive past `since_ms`, oldest first."""
        return [(started_ms, alive_ms) for started_ms, alive_ms in self._rows(_RUNS, since_ms)]

    def close(self) -> None:
        """Give the file back; the next question opens it again."""
        with self._one_at_a_time:
            self._close()
            self.trouble = ""

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        rows = list(self._read(sql, *values))
        return [] if self.trouble else rows

    def _read(self, sql: str, *values: str | int) -> Iterator[tuple[Any, ...]]:
        """Rows one by one, so that a long table is never held twice. On trouble they end, and `trouble` says why."""
        with self._one_at_a_time:
            self.trouble = ""
            try:
                if self._db is None:
                    self._db = self._opened()
                if self._db:
                    yield from self._db.execute(sql, values)
            except (sqlite3.Error, OSError, NewerSchema) as problem:
                self._close()
                self.trouble = words(problem)

    def _opened(self) -> sqlite3.Connection | None:
        """Open the file if there is one with our tables.

        Raises `NewerSchema`: its numbers may mean others.
        """
        if not self._path.exists():
            return None
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        try:
            db, found = _versioned(address)
        except sqlite3.OperationalError:
            # Where the folder cannot be written, the log's index cannot be made; without a log it is not needed.
            if Path(f"{self._path}-wal").exists():
                raise
            db, found = _versioned(f"{address}&immutable=1")
        if 0 < found <= len(STEPS):
            if found < 4:  # as the next step will have it, for what reads may not take that step
                db.execute(f"CREATE TEMP VIEW observation AS SELECT *, {READ_OF_OLD} AS read_ms FROM main.observation")  # noqa: S608
            return db
        db.close()
        if found:
            raise NewerSchema(found, len(STEPS))
        return None


def _is_date(period: object) -> bool:
    try:
        return isinstance(period, str) and bool(date.fromisoformat(period))
    except ValueError:
        return False


def _versioned(address: str) -> tuple[sqlite3.Connection, int]:
    db = sqlite3.connect(address, uri=True, timeout=0.5, isolation_level=None, check_same_thread=False)
    try:
        return db, version(db)
    except sqlite3.Error:
        db.close()
        raise
