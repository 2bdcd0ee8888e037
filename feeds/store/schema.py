"""The tables, the steps that lead to them, and how each fact becomes a row."""

import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from feeds.facts import Bar, Gap, Liquidation, Observation, Repriced
from feeds.slow import Polled
from feeds.topics import Quality, State


class MetricRow(Struct, frozen=True, gc=False):
    """A metric's number at one minute; `value` is `None` where it was not known."""

    name: str
    t_ms: int
    value: float | None
    state: State
    quality: Quality


class CascadeRow(Struct, frozen=True, gc=False):
    """A cascade as it is known so far; `document` is the topic's struct as JSON."""

    from_ms: int
    to_ms: int | None
    document: str


class VerdictRow(Struct, frozen=True, gc=False):
    """A change of the verdict: since when it could be known, to what, and why."""

    t_ms: int
    state: str
    cause: str


Row = Bar | Liquidation | Repriced | Gap | Observation | Polled | MetricRow | CascadeRow | VerdictRow


class NewerSchema(Exception):
    """The file was written by a later version of this program. `found` is its schema, `known` our newest."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"schema {found} is newer than {known}")
        self.found = found
        self.known = known


STEPS: tuple[str, ...] = (
    # A key's columns stand first, for where they do not, SQLite 3.40 reports every row of a table WITHOUT ROWID as
    # damaged in its integrity check. A revision is another row of `observation`; nothing there is ever updated.
    """
    CREATE TABLE observation (
        series TEXT NOT NULL, period TEXT NOT NULL, known_ms INTEGER NOT NULL, value REAL NOT NULL,
        source TEXT NOT NULL, PRIMARY KEY (series, period, known_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE liquidation (
        venue TEXT NOT NULL, id TEXT NOT NULL, symbol TEXT NOT NULL, ts_ms INTEGER NOT NULL,
        recv_ms INTEGER NOT NULL, position TEXT NOT NULL CHECK (position IN ('long', 'short')), btc REAL NOT NULL,
        usd REAL NOT NULL, price REAL NOT NULL, PRIMARY KEY (venue, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX liquidation_by_time ON liquidation (ts_ms);
    CREATE TABLE bar (
        venue TEXT NOT NULL, symbol TEXT NOT NULL, timeframe TEXT NOT NULL, open_ms INTEGER NOT NULL,
        open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, btc REAL NOT NULL,
        complete INTEGER NOT NULL CHECK (complete IN (0, 1)), PRIMARY KEY (venue, symbol, timeframe, open_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE feed_gap (
        feed TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER, reason TEXT NOT NULL,
        filled INTEGER NOT NULL CHECK (filled IN (0, 1)), PRIMARY KEY (feed, from_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE metric (
        name TEXT NOT NULL, t_ms INTEGER NOT NULL, value REAL, state TEXT NOT NULL, quality TEXT NOT NULL,
        PRIMARY KEY (name, t_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE cascade (
        from_ms INTEGER NOT NULL PRIMARY KEY, to_ms INTEGER, document TEXT NOT NULL
    ) STRICT;
    CREATE TABLE alert (
        rule TEXT NOT NULL, t_ms INTEGER NOT NULL, metric TEXT NOT NULL, value REAL, text TEXT NOT NULL,
        delivered TEXT NOT NULL, PRIMARY KEY (rule, t_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE verdict (
        t_ms INTEGER NOT NULL PRIMARY KEY, state TEXT NOT NULL, cause TEXT NOT NULL
    ) STRICT;
    CREATE TABLE heartbeat (
        started_ms INTEGER NOT NULL PRIMARY KEY, alive_ms INTEGER NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE observation ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0 CHECK (provisional IN (0, 1));
    CREATE TABLE poll (
        feed TEXT NOT NULL PRIMARY KEY, asked_ms INTEGER NOT NULL, ok_ms INTEGER, through TEXT, etag TEXT NOT NULL,
        modified TEXT NOT NULL, failures INTEGER NOT NULL, error TEXT NOT NULL, error_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    """,
)
"""Step n leads from schema n to n + 1. A step that was released is never changed; a change is another step."""

INSERTS: dict[type[Row], str] = {
    # A value seen again is no revision: without the condition every poll would add the whole series once more.
    Observation: """
        WITH new (series, period, value, known_ms, source, provisional) AS (VALUES (?, ?, ?, ?, ?, ?))
        INSERT INTO observation (series, period, value, known_ms, source, provisional)
        SELECT * FROM new WHERE value IS NULL OR (value, provisional) IS NOT (
            SELECT o.value, o.provisional FROM observation o
            WHERE o.series = new.series AND o.period = new.period AND o.known_ms <= new.known_ms
            ORDER BY o.known_ms DESC LIMIT 1
        )
        ON CONFLICT (series, period, known_ms) DO NOTHING
    """,
    Liquidation: """
        INSERT INTO liquidation (venue, symbol, ts_ms, recv_ms, position, btc, usd, price, id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (venue, id) DO NOTHING
    """,
    Repriced: "UPDATE liquidation SET usd = ?, price = ? WHERE venue = ? AND id = ?",
    Bar: """
        INSERT INTO bar (venue, symbol, timeframe, open_ms, open, high, low, close, btc, complete)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (venue, symbol, timeframe, open_ms) DO UPDATE SET
            open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            btc = excluded.btc, complete = excluded.complete
    """,
    Gap: """
        INSERT INTO feed_gap (feed, from_ms, to_ms, reason, filled) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (feed, from_ms) DO UPDATE SET
            to_ms = excluded.to_ms, reason = excluded.reason, filled = excluded.filled
    """,
    Polled: """
        INSERT INTO poll (feed, asked_ms, ok_ms, through, etag, modified, failures, error, error_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (feed) DO UPDATE SET
            asked_ms = excluded.asked_ms, ok_ms = excluded.ok_ms, through = excluded.through, etag = excluded.etag,
            modified = excluded.modified, failures = excluded.failures, error = excluded.error,
            error_ms = excluded.error_ms
    """,
    CascadeRow: """
        INSERT INTO cascade (from_ms, to_ms, document) VALUES (?, ?, ?)
        ON CONFLICT (from_ms) DO UPDATE SET to_ms = excluded.to_ms, document = excluded.document
    """,
    VerdictRow: """
        INSERT INTO verdict (t_ms, state, cause) VALUES (?, ?, ?)
        ON CONFLICT (t_ms) DO UPDATE SET state = excluded.state, cause = excluded.cause
    """,
    MetricRow: """
        INSERT INTO metric (name, t_ms, value, state, quality) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (name, t_ms) DO UPDATE SET
            value = excluded.value, state = excluded.state, quality = excluded.quality
    """,
}
"""Values are asked for in the order of each fact's fields."""

HEARTBEAT = """
    INSERT INTO heartbeat (started_ms, alive_ms) VALUES (?, ?)
    ON CONFLICT (started_ms) DO UPDATE SET alive_ms = excluded.alive_ms
"""

OLDER: dict[str, str] = {
    "liquidation": "DELETE FROM liquidation WHERE ts_ms < ?",
    "bar": "DELETE FROM bar WHERE open_ms < ?",
    "metric": "DELETE FROM metric WHERE t_ms < ?",
    "alert": "DELETE FROM alert WHERE t_ms < ?",
    "feed_gap": "DELETE FROM feed_gap WHERE to_ms < ?",
    "verdict": "DELETE FROM verdict WHERE t_ms < ?",
}
"""What is dropped by age. A gap that lasts has no end, so it stays."""


def version(db: sqlite3.Connection) -> int:
    """The schema of a file; 0 for one that was just made."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, steps: Sequence[str] = STEPS) -> None:
    """Take every missing step, each in a transaction of its own: it is taken whole or not at all.

    Raises `NewerSchema`, or the `sqlite3.Error` of the step that failed; the file is then as after the step before.
    """
    found = version(db)
    if found > len(steps):
        raise NewerSchema(found, len(steps))
    for number, step in enumerate(steps[found:], found + 1):
        try:
            db.executescript(f"BEGIN IMMEDIATE;{step};PRAGMA user_version = {number};COMMIT;")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
