"""The tables, the steps that lead to them, and how each fact becomes a row."""

import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from feeds.facts import Bar, Gap, Liquidation, Observation, Repriced
from feeds.slow import Doubting, Polled
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


class CourseRow(Struct, frozen=True, gc=False):
    """All times at which the verdict changed, as a list in JSON: what else is stored of it is taken back."""

    times: str


class VerdictRow(Struct, frozen=True, gc=False):
    """A change of the verdict: since when it could be known, to what, and why."""

    t_ms: int
    state: str
    cause: str


Row = (
    Bar
    | Liquidation
    | Repriced
    | Gap
    | Observation
    | Polled
    | MetricRow
    | CascadeRow
    | VerdictRow
    | CourseRow
    | Doubting
)


class NewerSchema(Exception):
    """The file was written by a later version of this program. `found` is its schema, `known` our newest."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"schema {found} is newer than {known}")
        self.found = found
        self.known = known


READ_OF_OLD = """
    CASE WHEN source IN ('import', 'steps', 'own') OR observation.known_ms <= (
        SELECT h.alive_ms FROM heartbeat h
        WHERE h.started_ms <= observation.known_ms + 259200000 ORDER BY h.started_ms DESC LIMIT 1
    ) THEN 0 ELSE coalesce(
        (SELECT min(h.started_ms) FROM heartbeat h WHERE h.started_ms > observation.known_ms),
        (SELECT max(p.ok_ms) FROM poll p WHERE p.ok_ms > observation.known_ms + 259200000),
        0
    ) END
"""
"""When a row of schemas 2 and 3, which did not keep it, was read, if that was long after it was due.

What became known when no engine ran, nor in the three days after, was read when the next one started, at the earliest;
where none did, a page was asked by hand. A user's own rows and those of a table have the dates that they were given.
"""
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
    # Numbers of the market by itself are made of nothing that is doubted here.
    """
    CREATE TABLE doubt (
        series TEXT NOT NULL, period TEXT NOT NULL, known_ms INTEGER NOT NULL, from_ms INTEGER NOT NULL,
        to_ms INTEGER NOT NULL, PRIMARY KEY (series, period, known_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER doubt_marks_metrics AFTER INSERT ON doubt WHEN new.to_ms > new.from_ms BEGIN
        UPDATE metric SET quality = 'doubted'
        WHERE t_ms >= new.from_ms AND t_ms < new.to_ms
        AND name NOT GLOB 'btc.*' AND name NOT GLOB 'liq.*' AND name NOT GLOB 'funding.*' AND name NOT GLOB 'alerts.*';
    END;
    """,
    f"""
    ALTER TABLE observation ADD COLUMN read_ms INTEGER NOT NULL DEFAULT 0;
    UPDATE observation SET read_ms = {READ_OF_OLD};
    """,  # noqa: S608  words of ours
)
"""Step n leads from schema n to n + 1. A step that was released is never changed; a change is another step."""

INSERTS: dict[type[Row], str] = {
    # A value seen again is no revision: without the condition every poll would add the whole series once more. What was
    # read afterwards does not stand in the way of the same value that was published then; nor does another
    # publisher's: the same by another confirms one that was doubted.
    Observation: """
        WITH new (series, period, value, known_ms, source, provisional, read_ms) AS (VALUES (?, ?, ?, ?, ?, ?, ?))
        INSERT INTO observation (series, period, value, known_ms, source, provisional, read_ms)
        SELECT * FROM new WHERE value IS NULL OR NOT coalesce((
            SELECT same AND (NOT later OR new.read_ms > 0) FROM (
                SELECT
                    o.known_ms,
                    o.value = new.value AND o.provisional = new.provisional AND o.source = new.source AS same,
                    o.read_ms > new.known_ms AS later,
                    iif(o.read_ms > new.known_ms, o.known_ms, max(o.known_ms, o.read_ms)) AS since_ms
                FROM observation o
                WHERE o.series = new.series AND o.period = new.period AND o.known_ms <= new.known_ms
            ) ORDER BY later, since_ms DESC, known_ms DESC LIMIT 1
        ), 0)
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
    # Nothing is updated where the row is there already, so that numbers made since then keep their quality.
    Doubting: """
        INSERT INTO doubt (series, period, known_ms, from_ms, to_ms) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (series, period, known_ms) DO NOTHING
    """,
    CourseRow: """
        DELETE FROM verdict WHERE t_ms NOT IN (SELECT value FROM json_each(?))
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
