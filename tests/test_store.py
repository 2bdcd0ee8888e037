import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from feeds.facts import Bar, Gap, Liquidation, Observation, Repriced
from feeds.settings import KeepDays
from feeds.slow import Doubting
from feeds.store import Store
from feeds.store.schema import OLDER, STEPS, NewerSchema, migrate
from feeds.topics import Cascade, Change, Course
from feeds.vintages import Vintages

T = 1_760_000_000_000
DAY = 86_400_000
LIQUIDATION = Liquidation("bybit", "BTCUSDT", T + 5, T + 45, "long", 0.25, 16_050.0, 64_200.0, "bybit-1")
BAR = Bar("coinbase", "BTC-USD", "1m", T, 64_000.0, 64_100.5, 63_900.0, 64_050.25, 12.5)
GAP = Gap("okx", T, None, "no proof of life for 15 s")
FIRST = Observation("SOFR", "2026-10-01", 4.31, T, "nyfed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable[..., Store]]:
    """Opens stores on `path` and closes them at the end."""
    stores: list[Store] = []

    def open_one(**options: object) -> Store:
        store = Store(path, **options)  # type: ignore[arg-type]
        store.open()
        stores.append(store)
        return store

    yield open_one
    for store in stores:
        store.close()


Opened = Callable[..., Store]


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.005)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def test_what_is_put_is_read_back_to_the_letter_after_a_restart(opened: Opened) -> None:
    store = opened()
    for fact in (LIQUIDATION, BAR, GAP):
        store.put(fact)
    store.close()
    again = opened()
    assert again.liquidations(0) == [LIQUIDATION]
    assert again.bars("coinbase", "BTC-USD", "1m", 10) == [BAR]
    assert again.bars("coinbase", "BTC-USD", "1m", 10)[0].complete is True
    assert again.gaps(0) == [GAP]
    assert (again.writing, again.notice) == (True, "")


def test_what_is_put_is_committed_within_a_second_without_asking(opened: Opened) -> None:
    store = opened()
    store.put(LIQUIDATION)
    started = time.monotonic()
    wait_for(lambda: store.liquidations(0))
    assert time.monotonic() - started < 1.5  # under 1 s here; a busy machine may be late


def test_an_empty_history_has_nothing(opened: Opened) -> None:
    store = opened()
    assert store.bars("coinbase", "BTC-USD", "1m", 10) == []
    assert store.liquidations(0) == []
    assert store.gaps(0) == []
    assert store.runs(0) == []
    assert store.notice == ""


def test_a_liquidation_seen_twice_is_kept_once(opened: Opened) -> None:
    store = opened()
    store.put(LIQUIDATION)
    store.put(replace(LIQUIDATION, recv_ms=T + 99))
    assert store.flush()
    store.put(replace(LIQUIDATION, recv_ms=T + 100))
    store.put(replace(LIQUIDATION, venue="okx"))
    assert store.flush()
    assert store.liquidations(0) == [LIQUIDATION, replace(LIQUIDATION, venue="okx")]


def test_a_price_that_comes_later_is_kept_with_its_liquidation(opened: Opened) -> None:
    store = opened()
    other = replace(LIQUIDATION, id="other")
    store.put(LIQUIDATION)
    store.put(Repriced(5.5, 6.5, LIQUIDATION.venue, LIQUIDATION.id))
    store.put(other)
    store.put(Repriced(7.5, 8.5, LIQUIDATION.venue, "other"))
    store.put(Repriced(1.0, 1.0, LIQUIDATION.venue, "unknown"))
    assert store.flush()
    assert store.liquidations(0) == [
        replace(LIQUIDATION, usd=5.5, price=6.5),
        replace(other, usd=7.5, price=8.5),
    ]


def test_a_liquidation_told_again_with_another_size_stays_as_it_was_told_first(opened: Opened) -> None:
    store = opened()
    store.put(LIQUIDATION)
    assert store.flush()
    store.put(replace(LIQUIDATION, btc=LIQUIDATION.btc * 2, usd=LIQUIDATION.usd * 2, price=1.0, position="short"))
    assert store.flush()
    assert store.liquidations(0) == [LIQUIDATION]


def test_a_bar_put_again_replaces_the_bar(opened: Opened) -> None:
    store = opened()
    store.put(BAR)
    later = replace(BAR, high=65_000.0, close=64_900.0, btc=20.0, complete=False)
    store.put(later)
    assert store.flush()
    assert store.bars("coinbase", "BTC-USD", "1m", 10) == [later]


def test_the_newest_bars_come_oldest_first_and_only_of_the_asked_kind(opened: Opened) -> None:
    store = opened()
    for minute in (3, 0, 2, 1):
        store.put(replace(BAR, open_ms=T + minute * 60_000))
    store.put(replace(BAR, timeframe="5m"))
    store.put(replace(BAR, venue="kraken"))
    store.put(replace(BAR, symbol="BTC-USDT"))
    assert store.flush()
    found = store.bars("coinbase", "BTC-USD", "1m", 3)
    assert [bar.open_ms for bar in found] == [T + 60_000, T + 120_000, T + 180_000]
    assert {(bar.venue, bar.symbol, bar.timeframe) for bar in found} == {("coinbase", "BTC-USD", "1m")}


def test_liquidations_come_by_the_venues_clock_from_the_asked_time_on(opened: Opened) -> None:
    store = opened()
    for number, ts_ms in enumerate((T + 30, T + 10, T + 20)):
        store.put(replace(LIQUIDATION, ts_ms=ts_ms, id=str(number)))
    assert store.flush()
    assert [found.ts_ms for found in store.liquidations(T + 20)] == [T + 20, T + 30]


def test_a_gap_that_ends_is_the_same_gap(opened: Opened) -> None:
    store = opened()
    store.put(GAP)
    assert store.flush()
    assert store.gaps(T + DAY) == [GAP]
    store.put(replace(GAP, to_ms=T + 9_000))
    assert store.flush()
    assert store.gaps(T + 9_000) == [replace(GAP, to_ms=T + 9_000)]
    assert store.gaps(T + 9_001) == []


def test_a_revision_of_an_observation_is_a_new_row_and_the_old_one_stays(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(FIRST)
    store.put(replace(FIRST, value=4.32, known_ms=T + DAY))
    assert store.flush()
    assert rows(path, "SELECT series, period, value, known_ms, source FROM observation ORDER BY known_ms") == [
        ("SOFR", "2026-10-01", 4.31, T, "nyfed"),
        ("SOFR", "2026-10-01", 4.32, T + DAY, "nyfed"),
    ]


def test_an_observation_is_never_updated(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(FIRST)
    store.put(replace(FIRST, value=9.9))
    assert store.flush()
    assert rows(path, "SELECT value, known_ms FROM observation") == [(4.31, T)]


def test_a_value_seen_again_is_no_revision_but_one_that_returns_is(opened: Opened, path: Path) -> None:
    store = opened()
    for days, value in enumerate((4.31, 4.31, 4.32, 4.32, 4.31)):
        store.put(replace(FIRST, value=value, known_ms=T + days * DAY))
    assert store.flush()
    assert rows(path, "SELECT value, known_ms FROM observation ORDER BY known_ms") == [
        (4.31, T),
        (4.32, T + 2 * DAY),
        (4.31, T + 4 * DAY),
    ]


def test_a_value_known_earlier_than_thought_is_kept(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(replace(FIRST, known_ms=T + DAY))
    store.put(FIRST)
    assert store.flush()
    assert rows(path, "SELECT known_ms FROM observation ORDER BY known_ms") == [(T,), (T + DAY,)]


def test_what_was_read_afterwards_does_not_keep_out_the_same_value_that_was_published_then(opened: Opened) -> None:
    later = replace(FIRST, series="UNRATE", known_ms=T + 7, read_ms=T + DAY)
    then, again = replace(later, known_ms=T + 8, read_ms=0), replace(later, known_ms=T + 9, read_ms=T + DAY)
    store = opened()
    for row in (later, again, then, replace(then, known_ms=T + 10), replace(then, known_ms=T + 2 * DAY)):
        store.put(row)
    assert store.flush()
    assert list(store.observations()) == [later, then]


def test_the_history_keeps_of_a_period_what_is_known_of_it_in_memory(opened: Opened) -> None:
    chance = Random(3)
    rows = [
        replace(FIRST, series="UNRATE", value=chance.randint(1, 2), known_ms=known, read_ms=read)
        for known in (chance.randint(1, 40) for _ in range(60))
        for read in (chance.choice((0, known + chance.randint(1, 20))),)
    ]
    store = opened()
    known = Vintages()
    for row in rows:
        known.put(row)
        store.put(row)
    assert store.flush()
    assert list(store.observations()) == list(known.rows("UNRATE"))


def test_a_metric_that_is_not_known_is_null_and_not_zero(opened: Opened, path: Path) -> None:
    store = opened()
    store.metric("btc.price", T, None, "none", "exact")
    store.metric("btc.price", T + 60_000, 64_000.5, "fresh", "exact")
    store.metric("btc.price", T + 60_000, 64_001.0, "late", "partial")
    assert store.flush()
    assert rows(path, "SELECT * FROM metric ORDER BY t_ms") == [
        ("btc.price", T, None, "none", "exact"),
        ("btc.price", T + 60_000, 64_001.0, "late", "partial"),
    ]


def test_earlier_runs_say_from_when_to_when_they_were_alive(opened: Opened) -> None:
    store = opened()
    store.alive(T)
    assert store.flush()
    store.alive(T + 5_000)
    assert store.flush()
    assert store.runs(0) == []
    store.close()
    again = opened()
    assert again.runs(T + 5_000) == [(T, T + 5_000)]
    assert again.runs(T + 5_001) == []
    again.alive(T + DAY)
    again.close()
    assert opened().runs(0) == [(T, T + 5_000), (T + DAY, T + DAY)]


def test_rows_that_do_not_fit_are_counted_and_stop_no_other(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(LIQUIDATION)
    store.put(replace(LIQUIDATION, id="2", position="buy"))
    store.put(replace(LIQUIDATION, id="3", btc=float("nan")))
    store.put(replace(LIQUIDATION, id="half a character \ud800"))
    store.put(replace(LIQUIDATION, id="5", ts_ms=1 << 70))
    store.put(replace(LIQUIDATION, id="6"))
    store.put(replace(FIRST, value=float("nan")))
    store.put(BAR)
    assert store.flush()
    assert [found.id for found in store.liquidations(0)] == ["6", "bybit-1"]
    assert store.bars("coinbase", "BTC-USD", "1m", 1) == [BAR]
    assert rows(path, "SELECT count(*) FROM observation") == [(0,)]
    assert store.notice == ("5 rows did not fit the history (CHECK constraint failed: position IN ('long', 'short'))")
    assert store.writing


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO liquidation VALUES ('v', 'x', 's', 1, 1, 'sell', 1.0, 1.0, 1.0)",
        "INSERT INTO liquidation VALUES ('v', 'x', 's', '2026-01-01', 1, 'long', 1.0, 1.0, 1.0)",
        "INSERT INTO liquidation VALUES ('v', 'x', 's', 1.5, 1, 'long', 1.0, 1.0, 1.0)",
        "INSERT INTO bar VALUES ('v', 's', '1m', 1, 1.0, 1.0, 1.0, 1.0, 'much', 1)",
        "INSERT INTO bar VALUES ('v', 's', '1m', 1, 1.0, 1.0, 1.0, 1.0, 1.0, 2)",
        "INSERT INTO feed_gap VALUES (NULL, 1, 2, '', 0)",
        "INSERT INTO observation VALUES ('s', 'p', 1, NULL, 'x', 0, 0)",
    ],
)
def test_the_tables_refuse_what_is_no_fact(opened: Opened, path: Path, sql: str) -> None:
    opened()
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(sql)


def test_files_are_for_their_user_alone(opened: Opened, path: Path) -> None:
    before = os.umask(0)
    try:
        store = opened()
        store.put(BAR)
        assert store.flush()
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(
        ("history.sqlite", "history.sqlite-wal", "history.sqlite-shm", "history.sqlite.lock"), 0o600
    )
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_closing_commits_merges_the_log_and_may_be_done_again(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(BAR)
    started = time.monotonic()
    store.close()
    store.close()
    assert time.monotonic() - started < 1.0
    assert sorted(file.name for file in path.parent.iterdir()) == ["history.sqlite", "history.sqlite.lock"]
    assert rows(path, "SELECT close FROM bar") == [(64_050.25,)]
    assert not store.writing
    store.put(LIQUIDATION)
    assert not store.flush()


def test_a_fault_of_the_writer_is_said_raises_nowhere_and_is_over_without_the_rows_at_hand(
    opened: Opened, path: Path
) -> None:
    store = opened(commit_s=0.02, retry_s=0.02)
    store.put("no fact at all")  # type: ignore[arg-type]
    wait_for(lambda: store.notice.startswith(f"the history {path} is not being written: a fault of this program: "))
    wait_for(lambda: store.writing and store.waiting == 0)
    assert store.notice == "1 rows of history were lost"
    store.put(BAR)
    assert store.flush()
    assert store.bars("coinbase", "BTC-USD", "1m", 1) == [BAR]


# Processes that are killed ------------------------------------------------------------------------------------------

WRITER = """
import sys, time
from pathlib import Path
from random import Random
from feeds.facts import Bar, Gap, Liquidation
from feeds.store import Store

store = Store(Path(sys.argv[1]))
store.open()
number = int(sys.argv[2])
while True:
    t = number * 60_000
    store.put(Liquidation("bybit", "BTCUSDT", t, t, "short", 0.5, 32_000.0, 64_000.0, str(number)))
    store.put(Bar("kraken", "BTC/USD", "1m", t, 1.0, 2.0, 0.5, 1.5, float(number)))
    store.put(Gap("okx", t, t + 1, "cut"))
    print(number, time.monotonic(), flush=True)
    number += 1
    time.sleep(0.002)
"""


def killed_while_writing(path: Path, first: int) -> int:
    """Run a writer from number `first`, kill it with SIGKILL, and return the last number put over 1 s before."""
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(first)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    put: list[tuple[int, float]] = []
    with child, child.stdout:
        for line in child.stdout:
            number, at = line.split()
            put.append((int(number), float(at)))
            if put[-1][1] - put[0][1] > 1.6:
                break
        child.send_signal(signal.SIGKILL)
        killed_at = time.monotonic()
        assert child.wait() == -signal.SIGKILL
    safe = [number for number, at in put if at < killed_at - 1.0]
    assert len(safe) > 10
    return safe[-1]


def test_a_killed_engine_loses_at_most_its_last_second(opened: Opened, path: Path) -> None:
    first = killed_while_writing(path, 0)
    second = killed_while_writing(path, 100_000)
    store = opened()
    assert (store.writing, store.notice) == (True, "")
    expected = {*range(first + 1), *range(100_000, second + 1)}
    assert expected <= {int(found.id) for found in store.liquidations(0)}
    assert expected <= {int(found.btc) for found in store.bars("kraken", "BTC/USD", "1m", 1_000_000)}
    assert expected <= {found.from_ms // 60_000 for found in store.gaps(0)}
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


# What stands in the way of writing ----------------------------------------------------------------------------------


def test_a_second_engine_reads_writes_nothing_and_says_so(opened: Opened, path: Path) -> None:
    first = opened()
    first.put(BAR)
    first.alive(T)
    assert first.flush()
    second = opened()
    assert not second.writing
    assert second.notice == f"the history {path} is not being written: another tidegauge keeps it"
    assert second.bars("coinbase", "BTC-USD", "1m", 1) == [BAR]
    assert second.runs(0) == [(T, T)]
    second.put(LIQUIDATION)
    second.alive(T + 1)
    assert not second.flush()
    assert first.liquidations(0) == []
    assert rows(path, "SELECT alive_ms FROM heartbeat") == [(T,)]
    assert "wait" not in second.notice


def test_a_second_engine_takes_over_when_the_first_ends(opened: Opened) -> None:
    first, second = opened(), opened(commit_s=0.02)
    first.close()
    wait_for(lambda: second.writing)
    assert second.notice == ""
    second.put(BAR)
    assert second.flush()
    assert second.bars("coinbase", "BTC-USD", "1m", 1) == [BAR]


def test_a_history_of_a_newer_version_is_neither_read_nor_touched(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(BAR)
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    store = opened()
    assert not store.writing
    assert store.notice == (
        f"the history {path} is not being written: a newer tidegauge wrote it (schema 99; this one knows {len(STEPS)})"
    )
    store.put(LIQUIDATION)
    assert not store.flush()
    assert store.bars("coinbase", "BTC-USD", "1m", 1) == []
    store.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["no database", "zeros", "cut off"])
def test_a_damaged_history_is_set_aside_whole_and_a_new_one_begun(opened: Opened, path: Path, damage: str) -> None:
    store = opened()
    for minute in range(2_000):
        store.put(replace(BAR, open_ms=T + minute * 60_000))
    store.close()
    good = path.read_bytes()
    bad = {
        "no database": b"these are no pages " * 400,
        "zeros": bytes(len(good)),
        "cut off": good[: 4096 * 3 + 17],
    }[damage]
    path.write_bytes(bad)
    store = opened()
    aside = Path(f"{path}.damaged-1")
    assert store.writing
    assert store.notice == f"the history was damaged: it is kept as {aside}, and a new one was begun"
    assert aside.read_bytes() == bad
    store.put(BAR)
    assert store.flush()
    assert store.bars("coinbase", "BTC-USD", "1m", 10) == [BAR]


def test_damage_found_while_writing_sets_the_history_aside_at_the_next_try(opened: Opened, path: Path) -> None:
    store = opened()
    for minute in range(2_000):
        store.put(replace(BAR, open_ms=T + minute * 60_000))
    store.close()
    good = path.read_bytes()
    bad = good[: 4096 * 2] + b"\xa5" * (len(good) - 4096 * 2)
    path.write_bytes(bad)
    store = opened(commit_s=0.02, retry_s=0.02)
    assert store.writing
    store.put(BAR)
    store.put(LIQUIDATION)
    wait_for(lambda: Path(f"{path}.damaged-1").exists() and store.writing)
    assert store.flush()
    assert store.notice == f"the history was damaged: it is kept as {path}.damaged-1, and a new one was begun"
    assert store.bars("coinbase", "BTC-USD", "1m", 10) == [BAR]
    assert store.liquidations(0) == [LIQUIDATION]


def test_an_older_damaged_history_is_not_overwritten_by_a_newer(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(b"damage %d " % number * 400)
        opened().close()
    assert Path(f"{path}.damaged-1").read_bytes() == b"damage 1 " * 400
    assert Path(f"{path}.damaged-2").read_bytes() == b"damage 2 " * 400


def _gone(path: Path) -> None:
    for part in ("", "-wal", "-shm"):
        Path(f"{path}{part}").unlink(missing_ok=True)


def _gone_but_for_its_log(path: Path) -> None:
    path.unlink()


def _replaced(path: Path) -> None:
    other = path.with_name("other")
    store = Store(other)
    store.open()
    store.put(GAP)
    store.close()
    _gone(path)
    other.rename(path)


@pytest.mark.parametrize("what", [_gone, _gone_but_for_its_log, _replaced])
def test_a_history_that_is_taken_away_while_it_is_written_is_said_and_a_new_one_begun(
    opened: Opened, path: Path, what: Callable[[Path], None]
) -> None:
    store = opened(commit_s=0.02, look_s=0.0)
    store.put(BAR)
    assert store.flush()
    what(path)
    wait_for(lambda: store.notice)
    store.put(LIQUIDATION)
    wait_for(lambda: store.flush())
    assert store.notice == "the history was deleted or replaced while it was written: what it held is where it was put"
    store.close()
    assert rows(path, "SELECT id FROM liquidation") == [("bybit-1",)]
    assert rows(path, "SELECT count(*) FROM bar") == [(0,)]
    assert rows(path, "SELECT count(*) FROM feed_gap") == [(int(what is _replaced),)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_the_log_of_another_history_that_was_put_in_its_place_is_kept(opened: Opened, path: Path) -> None:
    store = opened(commit_s=0.02, look_s=0.0)
    store.put(BAR)
    assert store.flush()
    killed_while_writing(other := path.with_name("other"), 0)  # so that it has a log that is not merged
    for part in ("", "-wal", "-shm"):
        Path(f"{other}{part}").replace(f"{path}{part}")
    wait_for(lambda: store.notice)
    wait_for(lambda: store.flush())
    assert store.notice.startswith("the history was deleted or replaced while it was written")
    assert [found.id for found in store.liquidations(0)][:3] == ["0", "1", "2"]


def test_a_history_that_is_spoiled_while_it_is_written_is_set_aside(opened: Opened, path: Path) -> None:
    store = opened()
    for minute in range(2_000):
        store.put(replace(BAR, open_ms=T + minute * 60_000))
    store.close()
    store = opened(commit_s=0.02, retry_s=0.02, look_s=0.0)
    store.put(GAP)
    assert store.flush()
    with path.open("r+b") as file:
        file.write(b"\xa5" * 60_000)
    wait_for(lambda: Path(f"{path}.damaged-1").exists() and store.writing)
    store.put(LIQUIDATION)
    assert store.flush()
    assert store.notice == f"the history was damaged: it is kept as {path}.damaged-1, and a new one was begun"
    assert rows(path, "SELECT id FROM liquidation") == [("bybit-1",)]


def test_a_reader_and_the_writer_say_once_and_in_the_same_words_why(opened: Opened, path: Path) -> None:
    opened().close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    why = f"a newer tidegauge wrote it (schema 99; this one knows {len(STEPS)})"
    store = opened()
    assert store.gaps(0) == []
    assert store.notice == f"the history {path} is not being written: {why}"
    reader = Store(path)
    assert reader.gaps(0) == []
    assert reader.notice == f"the history {path} cannot be read: {why}"
    reader.close()


def test_a_folder_that_cannot_be_made_is_said(opened: Opened, path: Path) -> None:
    path.parent.write_text("a file in the way")
    store = opened()
    assert not store.writing
    assert store.notice == f"the history {path} is not being written: {path.parent}: File exists"
    assert store.bars("coinbase", "BTC-USD", "1m", 1) == []
    store.put(BAR)
    assert store.notice == (f"the history {path} is not being written: {path.parent}: File exists; 1 rows wait for it")


READ_ONLY = """
import os, sys
from pathlib import Path
from random import Random
from feeds.facts import Bar
from feeds.store import Store

if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)  # permissions do not bind root
store = Store(Path(sys.argv[1]))
store.open()
print(store.writing)
print(store.notice)
print(store.bars("coinbase", "BTC-USD", "1m", 9)[0].close)
print(store.notice)
store.close()
"""


def test_a_history_that_may_only_be_read_is_read_and_the_rest_is_said() -> None:
    folder = Path(tempfile.mkdtemp())  # pytest's own folders cannot be entered by another user
    path = folder / "history.sqlite"
    try:
        store = Store(path)
        store.open()
        store.put(BAR)
        store.close()
        path.chmod(0o444)
        Path(f"{path}.lock").unlink()
        folder.chmod(0o555)
        command = [sys.executable, "-c", READ_ONLY, str(path)]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)
    said = f"the history {path} is not being written: {path}.lock: Permission denied"
    assert shown == ["False", said, "64050.25", said]


FULL = """
import resource, sys
from pathlib import Path
from random import Random
from feeds.facts import Bar
from feeds.store import Store

def bar(minute):
    return Bar("kraken", "BTC/USD", "1m", minute * 60_000, 1.0, 2.0, 0.5, 1.5, float(minute))

path = Path(sys.argv[1])
store = Store(path, retry_s=0.05, commit_s=0.01, limit=20_000)
store.open()
store.put(bar(0))
assert store.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
for minute in range(1, 20_001):
    store.put(bar(minute))
print(store.flush(), store.writing)
print(store.notice)
print(len(store.bars("kraken", "BTC/USD", "1m", 9)))
for minute in range(20_001, 20_011):
    store.put(bar(minute))
print(store.notice)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
import time
deadline = time.monotonic() + 60
while not store.writing and time.monotonic() < deadline:
    time.sleep(0.01)
print(store.flush(), store.writing)
print(store.notice)
print(len(store.bars("kraken", "BTC/USD", "1m", 99_999)))
store.close()
"""


def test_a_disk_that_takes_no_more_stops_the_record_and_not_the_program(path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    why = f"the history {path} is not being written: the disk does not take it (disk I/O error)"
    assert shown == [
        "False False",
        f"{why}; 20,000 rows wait for it",
        "1",
        f"{why}; 20,000 rows wait for it; 10 rows of history were lost",
        "True True",
        "10 rows of history were lost",
        "20001",
    ]


SMALL_DISK = """
import sys
from pathlib import Path
from random import Random
from feeds.facts import Bar
from feeds.store import Store

folder = Path(sys.argv[1])
filler = folder / "filler"
store = Store(folder / "history.sqlite", retry_s=3600)
store.open()
try:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
except OSError:
    pass
for minute in range(5_000):
    store.put(Bar("kraken", "BTC/USD", "1m", minute * 60_000, 1.0, 2.0, 0.5, 1.5, float(minute)))
print(store.flush(), store.notice)
filler.unlink()
print(store.flush(), repr(store.notice))
print(len(store.bars("kraken", "BTC/USD", "1m", 9_999)))
store.close()
"""


def test_a_full_disk_is_said_in_these_words_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    mount = f"mount -t tmpfs -o size=2m none {tmp_path}"
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "-m", "sh", "-c", mount], capture_output=True).returncode:
        pytest.skip("a small disk of its own needs root and mount namespaces")
    script = f'{mount} && exec "$0" -c "$1" {tmp_path}'
    command = [unshare, "-m", "sh", "-c", script, sys.executable, SMALL_DISK]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert shown == [
        f"False the history {tmp_path / 'history.sqlite'} is not being written: the disk is full "
        "(database or disk is full); 5,000 rows wait for it",
        "True ''",
        "5000",
    ]


def test_another_program_that_holds_the_file_only_delays_the_record(opened: Opened, path: Path) -> None:
    store = opened(commit_s=0.02)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.put(BAR)
        assert not store.flush()
        assert store.notice.startswith(f"the history {path} is not being written: another program holds it")
        other.execute("ROLLBACK")
    wait_for(lambda: store.writing)
    assert store.flush()
    assert store.bars("coinbase", "BTC-USD", "1m", 1) == [BAR]
    assert store.notice == ""


# Steps and ages -----------------------------------------------------------------------------------------------------


def test_a_history_of_version_1_is_taken_through_every_later_step_with_its_rows(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(BAR)
    store.close()
    later = (*STEPS[:1], "ALTER TABLE bar ADD COLUMN trades INTEGER", "CREATE TABLE note (t_ms INTEGER) STRICT")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 1")
        migrate(db, later)
        assert db.execute("PRAGMA user_version").fetchone() == (3,)
        assert db.execute("SELECT close, trades FROM bar").fetchall() == [(64_050.25, None)]
        assert db.execute("SELECT count(*) FROM note").fetchone() == (0,)
        migrate(db, later)  # nothing is left to do
        with pytest.raises(NewerSchema):
            migrate(db, later[:1])


@pytest.mark.parametrize(
    ("known", "source", "read"),
    [
        (T, "fred", 0),  # an engine ran
        (T - 3 * DAY, "fred", 0),  # one was started within three days
        (T - 3 * DAY - 1, "fred", T),
        (T + 3 * DAY, "fred", T + 9 * DAY),
        (T + 20 * DAY, "fred", T + 40 * DAY),  # none ran since, and a page was asked by hand
        (T + 38 * DAY, "fred", 0),  # within three days
        (T - 30 * DAY, "import", 0),
        (T - 30 * DAY, "steps", 0),
        (T - 30 * DAY, "own", 0),
    ],
)
def test_a_row_of_schema_2_was_read_by_the_next_engine_that_was_started(known: int, source: str, read: int) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db, STEPS[:2])
        db.executemany("INSERT INTO heartbeat VALUES (?, ?)", [(T, T + DAY), (T + 9 * DAY, T + 10 * DAY)])
        db.execute("INSERT INTO poll VALUES ('fred.A', ?, ?, NULL, '', '', 0, '', NULL)", (T + 40 * DAY, T + 40 * DAY))
        db.execute("INSERT INTO observation VALUES ('UNRATE', '2020-01-01', ?, 3.5, ?, 0)", (known, source))
        migrate(db)
        assert db.execute("SELECT read_ms FROM observation").fetchall() == [(read,)]


def test_a_step_that_fails_is_undone_whole_and_the_steps_before_it_stay(path: Path) -> None:
    path.parent.mkdir()
    steps = (*STEPS[:1], "CREATE TABLE a (x INTEGER)", "CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1)")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(db, steps)
        assert not db.in_transaction
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        assert "a" in names
        assert "b" not in names


def test_every_table_is_strict(opened: Opened, path: Path) -> None:
    opened()
    tables = [(str(name), strict) for _, name, kind, _, _, strict in rows(path, "PRAGMA table_list") if kind == "table"]
    found = {name: strict for name, strict in tables if not name.startswith("sqlite_")}
    known = ("observation", "liquidation", "bar", "feed_gap", "metric", "cascade", "alert", "verdict", "heartbeat")
    assert set(found) == {*known, "poll", "doubt"}
    assert set(found.values()) == {1}


def test_a_cascade_is_kept_as_it_is_known_and_read_back_once_it_has_ended(opened: Opened) -> None:
    store = opened()
    running = Cascade(T, None, long_usd=5e6, venues={"okx": (5e6, 0.0)})
    store.put(running)
    assert store.flush()
    assert store.cascades(0) == []
    ended = msgspec.structs.replace(running, to_ms=T + 60_000, price_low=61_000.5)
    store.put(ended)
    assert store.flush()
    assert store.cascades(T) == [ended]
    assert store.cascades(T + 60_001) == []


def test_each_table_is_kept_for_its_days_and_observations_for_ever(opened: Opened, path: Path) -> None:
    now = T + 100 * DAY
    store = opened(
        keep_days=KeepDays(liquidation=10, bar=20, metric=30, alert=40, feed_gap=50, verdict=0), commit_s=0.02
    )
    for days in (10, 11, 20, 21, 30, 31, 50, 51):
        at = now - days * DAY
        store.put(replace(LIQUIDATION, ts_ms=at, id=str(days)))
        store.put(replace(BAR, open_ms=at))
        store.put(replace(GAP, from_ms=at - 1, to_ms=at))
        store.metric("m", at, float(days), "fresh", "exact")
    store.put(replace(GAP, feed="kraken", from_ms=T))
    store.put(replace(FIRST, known_ms=T - 1_000 * DAY))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO verdict VALUES (1, 'ARMED', 'oil')")
        db.execute("INSERT INTO alert VALUES ('r', ?, 'm', 1.0, 'old', '')", (now - 41 * DAY,))
    assert store.flush()
    store.alive(now)
    assert store.flush()
    assert {found.id for found in store.liquidations(0)} == {"10"}
    assert [(now - bar.open_ms) // DAY for bar in store.bars("coinbase", "BTC-USD", "1m", 99)] == [20, 11, 10]
    assert rows(path, "SELECT value FROM metric ORDER BY value") == [(10.0,), (11.0,), (20.0,), (21.0,), (30.0,)]
    assert {gap.to_ms and (now - gap.to_ms) // DAY for gap in store.gaps(0)} == {10, 11, 20, 21, 30, 31, 50, None}
    assert rows(path, "SELECT count(*) FROM alert") == [(0,)]
    assert rows(path, "SELECT count(*) FROM verdict") == [(1,)]
    assert rows(path, "SELECT count(*) FROM observation") == [(1,)]


def test_ages_are_looked_at_once_a_day(opened: Opened) -> None:
    store = opened(keep_days=KeepDays(bar=1))
    store.alive(T)
    assert store.flush()
    store.put(replace(BAR, open_ms=T - 2 * DAY))
    store.alive(T + DAY - 1)
    assert store.flush()
    assert len(store.bars("coinbase", "BTC-USD", "1m", 9)) == 1
    store.alive(T + DAY)
    assert store.flush()
    assert store.bars("coinbase", "BTC-USD", "1m", 9) == []


def test_without_ages_everything_is_kept(opened: Opened) -> None:
    store = opened()
    store.put(replace(BAR, open_ms=1))
    store.alive(T)
    assert store.flush()
    assert len(store.bars("coinbase", "BTC-USD", "1m", 9)) == 1


def test_every_table_with_an_age_can_be_set_and_the_other_way_round() -> None:
    assert set(KeepDays.__struct_fields__) == set(OLDER)


def test_a_change_of_the_verdict_is_kept_with_its_cause(opened: Opened, path: Path) -> None:
    store = opened()
    change = Change(date(2026, 10, 5), 1_000, "NO-TRADE", "ARMED", "move", "MOVE closed at 131.81 on 2026-10-05")
    store.put(change)
    store.put(change)
    assert store.flush()
    assert rows(path, "SELECT t_ms, state, cause FROM verdict") == [
        (1_000, "ARMED", "MOVE closed at 131.81 on 2026-10-05")
    ]


def test_changes_of_the_verdict_that_its_whole_course_does_not_have_are_taken_back(opened: Opened, path: Path) -> None:
    store = opened()
    armed = Change(date(2026, 10, 5), 1_000, "NO-TRADE", "ARMED", "move", "MOVE closed at 131.81 on 2026-10-05")
    store.put(armed)
    store.put(replace(armed, known_ms=2_000, cause="MOVE closed at 13,181 on 2026-10-06"))
    store.put(Course((armed,)))
    assert store.flush()
    assert rows(path, "SELECT t_ms FROM verdict") == [(1_000,)]
    store.put(Course(()))
    assert store.flush()
    assert rows(path, "SELECT t_ms FROM verdict") == []


def test_metrics_of_the_time_in_which_a_doubted_row_was_in_use_are_marked_once(opened: Opened, path: Path) -> None:
    store = opened()
    for name in ("repo.stress", "btc.price"):
        for minute in range(3):
            store.metric(name, T + minute * 60_000, 70.0, "fresh", "exact")
    assert store.flush()
    doubting = Doubting("SOFR", "2026-10-01", T, T + 60_000, T + 120_000)
    store.put(doubting)
    assert store.flush()
    found = "SELECT t_ms, quality FROM metric WHERE name = 'repo.stress' ORDER BY t_ms"
    assert rows(path, found) == [(T, "exact"), (T + 60_000, "doubted"), (T + 120_000, "exact")]
    assert rows(path, "SELECT DISTINCT quality FROM metric WHERE name = 'btc.price'") == [("exact",)]
    store.metric("repo.stress", T + 60_000, 45.0, "fresh", "exact")  # made again, of what is believed
    store.put(doubting)
    assert store.flush()
    assert rows(path, found)[1] == (T + 60_000, "exact"), "it was marked when the doubt was first known"


def test_the_same_value_by_another_publisher_is_kept_for_it_confirms(opened: Opened, path: Path) -> None:
    store = opened()
    store.put(FIRST)
    store.put(replace(FIRST, known_ms=T + 1))
    store.put(replace(FIRST, known_ms=T + 2, source="ofr"))
    assert store.flush()
    assert rows(path, "SELECT known_ms, source FROM observation") == [(T, "nyfed"), (T + 2, "ofr")]
