"""What version 0.1.0 left behind is opened by this one: history, settings, recording and snapshot."""

import gzip
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from feeds.calendars import day_end_ms
from feeds.decode import Decoder
from feeds.settings import Keys, Settings, load
from feeds.store import Store
from feeds.store.schema import STEPS
from feeds.topics import Metric
from feeds.venue import Send
from feeds.venues import VENUES
from feeds.vintages import ALWAYS_MS, Vintages
from feeds.wire import Recording

LEFT = Path(__file__).parent / "fixtures" / "v0_1_0"
STARTED_MS = 1_796_061_775_547
"""When its engine was started, and read the past; it ran for a minute."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(LEFT / "history.sqlite", tmp_path / "history.sqlite"))


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    opened.open()
    yield opened
    opened.close()


def read_whole(store: Store) -> None:
    """Everything of the history is there."""
    assert len(list(store.observations())) == 983
    assert len(store.liquidations(0)) == 80
    assert len(store.bars("coinbase", "BTC-USD", "1h", 99)) == 20
    assert len(store.gaps(0)) == 7
    assert store.runs(0) == [(STARTED_MS, STARTED_MS + 69_230)]
    assert len(store.slow()[1]) == 13
    assert list(store.table("verdict")[1]) == [(1_795_629_775_547, "ARMED", "repo stress 76.3")]
    assert len(list(store.table("metric")[1])) == 6


def test_a_history_is_taken_to_the_newest_schema_with_all_its_rows(store: Store, path: Path) -> None:
    assert (store.writing, store.notice) == (True, "")
    read_whole(store)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_history_is_read_as_the_step_would_have_it_by_what_may_not_take_it(path: Path) -> None:
    before, unread = path.read_bytes(), Store(path)
    kept = list(unread.observations())
    read_whole(unread)
    unread.close()
    assert path.read_bytes() == before
    taken = Store(path)
    taken.open()
    assert list(taken.observations()) == kept
    taken.close()


def test_of_what_was_read_before_the_first_start_it_is_known_when(store: Store) -> None:
    read = {id_: {row.read_ms for row in store.observations() if row.series == id_} for id_ in ("UNRATE", "MINE")}
    assert read == {"UNRATE": {STARTED_MS}, "MINE": {0}}
    newest = [row.read_ms for row in store.observations() if row.series == "SOFR"][-1]
    assert newest == 0  # it had come out that morning


def test_a_look_back_marks_what_was_read_afterwards_and_today_marks_nothing(store: Store) -> None:
    rows = Vintages(store.observations())
    then = rows.known(day_end_ms(date(2026, 10, 31)))
    assert {point.quality for point in then.points("UNRATE")} == {"later"}
    assert {point.quality for point in then.points("SOFR")} == {"exact"}
    assert {point.quality for point in rows.known(ALWAYS_MS).points("UNRATE")} == {"exact"}


def test_all_settings_are_still_known_by_their_names(tmp_path: Path) -> None:
    file = Path(shutil.copy(LEFT / "config.toml", tmp_path / "config.toml"))
    file.chmod(0o600)
    found = load(config=file, environ={}, overrides={})
    assert found.notices == ("venues: bitmex closed on 2026-09-23, and is left out",)
    assert replace(found, keys=Keys(), notices=()) == Settings()


def test_a_recording_gives_the_same_facts() -> None:
    decoder = Decoder(VENUES)
    recording = Recording(LEFT / "recording.jsonl.gz")
    outs = [out for frame in recording for out in decoder.decode(frame)]
    facts = Counter(type(out).__name__ for out in outs if not isinstance(out, Send))
    assert recording.cut == ""
    assert facts == {
        "FeedStatus": 5,
        "Alive": 2,
        "Instrument": 6,
        "Trade": 187,
        "Quote": 60,
        "Liquidation": 2,
        "Funding": 13,
        "OpenInterest": 12,
    }


def test_a_snapshot_is_still_decoded() -> None:
    document = json.loads(gzip.decompress((LEFT / "snapshot.json.gz").read_bytes()))
    assert (document["tidegauge"], document["mode"]) == (1, "replay")
    metrics = msgspec.convert(document["metrics"], dict[str, Metric])
    assert metrics["liq.long.usd.24h"].quality == "floor"
    assert metrics["repo.stress"].value is None
    assert metrics["repo.stress"].quality is None  # 0.1.0 said `exact` of what it did not know


STEPPER = """
import sqlite3, sys, time
from feeds.store.schema import STEPS, migrate

def pause():
    print("in the step", flush=True)
    time.sleep(600)

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.create_function("pause", 0, pause)
number = int(sys.argv[2])
migrate(db, (*STEPS[:number - 1], STEPS[number - 1] + "; SELECT pause()", *STEPS[number:]))
"""


@pytest.mark.parametrize("number", range(3, len(STEPS) + 1))
def test_a_step_that_is_killed_leaves_the_file_as_before_it_and_is_taken_at_the_next_start(
    path: Path, number: int
) -> None:
    child = subprocess.Popen([sys.executable, "-c", STEPPER, str(path), str(number)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout:
        assert child.stdout.readline() == "in the step\n"
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (number - 1,)
        assert "read_ms" not in {name for _, name, *_ in db.execute("PRAGMA table_info(observation)")}
    store = Store(path)
    store.open()
    assert (store.writing, store.notice) == (True, "")
    read_whole(store)
    store.close()
