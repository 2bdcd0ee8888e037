"""`tidegauge export`: what the history holds, as it was and as it was known."""

import csv
import io
import json
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from feeds.facts import Bar, Gap, Liquidation, Observation
from feeds.slow import Polled
from feeds.store import Store
from feeds.store.schema import STEPS
from tests.e2e.world import World

HEAD = "series,period,value,unit,known,source,provisional,quality\n"
DAY_MS = 86_400_000
AUGUST_6 = 1_786_017_600_000  # 2026-08-06T08:00 in New York, when SOFR of the 5th is out


def rows() -> list[Observation]:
    return [
        Observation("SOFR", "2026-08-04", 3.6, AUGUST_6 - DAY_MS, "nyfed"),
        Observation("SOFR", "2026-08-05", 3.64, AUGUST_6, "nyfed"),
        Observation("SOFR", "2026-08-05", 3.65, AUGUST_6 + 23_700_000, "nyfed"),
        Observation("WALCL", "2026-08-05", 6_580_000.0, AUGUST_6 + 30_600_000, "fred"),
        Observation("ETF.IBIT", "2026-08-05", 46.6, AUGUST_6, "farside", provisional=True),
        Observation("ETF.FBTC", "2026-08-05", -12.25, AUGUST_6, "farside"),
        Observation("SRF", "2026-08-05", 50_350_000_000.0, AUGUST_6 - 1, "nyfed"),
        Observation("MINE", "2026-08-05", 0.1 + 0.2, AUGUST_6, "import"),
    ]


@pytest.fixture
async def kept(world: World) -> AsyncIterator[World]:
    """A home with a history of these rows, a bar, a liquidation and a gap."""
    store = Store(world.places.data / "history.sqlite")
    store.open()
    for row in rows():
        store.put(row)
    store.put(Polled("nyfed.sofr", AUGUST_6, AUGUST_6, "2026-08-05"))
    store.put(Bar("okx", "BTC-USDT-SWAP", "1m", AUGUST_6, 1.0, 3.0, 0.5, 2.5, 7.0, False))
    store.put(Liquidation("okx", "BTC-USDT-SWAP", AUGUST_6, AUGUST_6 + 5, "long", 0.5, 32_000.0, 64_000.0, "a"))
    store.put(Gap("okx", AUGUST_6, None, "the socket broke, and how"))
    assert store.flush()
    store.close()
    yield world


async def test_a_series_is_one_row_for_each_period_with_its_newest_value(kept: World) -> None:
    done = await kept.run("export", "SOFR")
    assert (done.code, done.err) == (0, "")
    assert done.text == (
        f"{HEAD}SOFR,2026-08-04,3.6,%,2026-08-05T12:00:00Z,nyfed,0,exact\nSOFR,2026-08-05,3.65,%,2026-08-06T18:35:00Z,nyfed,0,exact\n"
    )


async def test_every_value_that_was_ever_published(kept: World) -> None:
    done = await kept.run("export", "SOFR", "--vintages")
    assert done.text == (
        f"{HEAD}SOFR,2026-08-04,3.6,%,2026-08-05T12:00:00Z,nyfed,0,exact\n"
        "SOFR,2026-08-05,3.64,%,2026-08-06T12:00:00Z,nyfed,0,exact\n"
        "SOFR,2026-08-05,3.65,%,2026-08-06T18:35:00Z,nyfed,0,exact\n"
    )


async def test_several_series_families_and_small_letters(kept: World) -> None:
    done = await kept.run("export", "walcl", "etf.*", "mine")
    assert done.text == (
        f"{HEAD}ETF.FBTC,2026-08-05,-12.25,$M,2026-08-06T12:00:00Z,farside,0,exact\n"
        "ETF.IBIT,2026-08-05,46.6,$M,2026-08-06T12:00:00Z,farside,1,provisional\n"
        "MINE,2026-08-05,0.30000000000000004,,2026-08-06T12:00:00Z,import,0,exact\n"
        "WALCL,2026-08-05,6580000,$M,2026-08-06T20:30:00Z,fred,0,exact\n"
    )


async def test_large_and_small_numbers_come_back_exactly_and_a_time_to_its_millisecond(kept: World) -> None:
    done = await kept.run("export", "SRF")
    assert done.text == f"{HEAD}SRF,2026-08-05,50350000000,$,2026-08-06T11:59:59.999Z,nyfed,0,exact\n"
    assert float(next(csv.DictReader(io.StringIO(done.text)))["value"]) == 50_350_000_000.0


async def test_json_is_one_document_of_the_same(kept: World) -> None:
    done = await kept.run("export", "ETF.IBIT", "--format", "json")
    assert json.loads(done.out) == [
        {
            "series": "ETF.IBIT",
            "period": "2026-08-05",
            "value": 46.6,
            "unit": "$M",
            "known": "2026-08-06T12:00:00Z",
            "source": "farside",
            "provisional": True,
            "quality": "provisional",
        }
    ]


@pytest.mark.parametrize(
    ("day", "values"), [("2026-08-04", []), ("2026-08-05", ["3.6"]), ("2026-08-06", ["3.6", "3.65"])]
)
async def test_as_of_a_day_is_what_was_known_at_its_end_in_new_york(kept: World, day: str, values: list[str]) -> None:
    done = await kept.run("export", "SOFR", "--as-of", day)
    assert done.code == (0 if values else 4)
    assert [row["value"] for row in csv.DictReader(io.StringIO(done.text))] == values


async def test_as_of_and_vintages_together(kept: World) -> None:
    done = await kept.run("export", "SOFR", "WALCL", "--as-of", "2026-08-05", "--vintages")
    assert done.text == f"{HEAD}SOFR,2026-08-04,3.6,%,2026-08-05T12:00:00Z,nyfed,0,exact\n"
    assert done.err == "tidegauge: the history holds nothing of WALCL\n"


async def test_what_is_not_there_is_no_data(kept: World) -> None:
    done = await kept.run("export", "EFFR", "ETF.NONE")
    assert (done.code, done.out) == (4, b"")
    assert done.err == "tidegauge: the history holds nothing of EFFR, ETF.NONE\n"


async def test_a_home_without_a_history_has_no_data(world: World) -> None:
    done = await world.run("export", "SOFR")
    assert (done.code, done.out) == (4, b"")
    assert not world.places.data.exists()


async def test_tables_are_exported_as_they_are(kept: World) -> None:
    done = await kept.run("export", "bar")
    assert done.text == (
        "venue,symbol,timeframe,open_ms,open,high,low,close,btc,complete\n"
        f"okx,BTC-USDT-SWAP,1m,{AUGUST_6},1,3,0.5,2.5,7,0\n"
    )
    done = await kept.run("export", "feed_gap")
    assert done.text == f'feed,from_ms,to_ms,reason,filled\nokx,{AUGUST_6},,"the socket broke, and how",0\n'
    done = await kept.run("export", "liquidation", "--format", "json")
    assert done.json == [
        {
            "venue": "okx",
            "symbol": "BTC-USDT-SWAP",
            "ts_ms": AUGUST_6,
            "recv_ms": AUGUST_6 + 5,
            "position": "long",
            "btc": 0.5,
            "usd": 32_000.0,
            "price": 64_000.0,
            "id": "a",
        }
    ]
    done = await kept.run("export", "observation", "--as-of", "2026-08-05")
    assert done.text == (
        f"series,period,value,known_ms,source,provisional,read_ms\nSOFR,2026-08-04,3.6,{AUGUST_6 - DAY_MS},nyfed,0,0\n"
    )


async def test_an_empty_table_is_no_data(kept: World) -> None:
    done = await kept.run("export", "alert")
    assert (done.code, done.out) == (4, b"")
    assert done.err == "tidegauge: the history holds nothing of alert\n"


async def test_two_tables_at_once_are_wrong_usage(kept: World) -> None:
    for names in (("bar", "SOFR"), ("SOFR", "bar")):
        done = await kept.run("export", *names)
        assert (done.code, done.out) == (2, b"")
        assert "bar is a table, which has columns of its own: export it by itself" in done.err


@pytest.mark.parametrize("argv", [[], ["SOFR", "--as-of", "31.10.2025"], ["SOFR", "--format", "xml"]])
async def test_wrong_usage(world: World, argv: list[str]) -> None:
    done = await world.run("export", *argv)
    assert (done.code, done.out) == (2, b"")


async def test_a_history_that_is_no_history_is_an_error(world: World) -> None:
    world.places.data.mkdir(parents=True)
    (world.places.data / "history.sqlite").write_bytes(b"no database at all" * 100)
    done = await world.run("export", "SOFR")
    assert (done.code, done.out) == (1, b"")
    assert f"the history {world.places.data / 'history.sqlite'} cannot be read: it is damaged" in done.err


@pytest.mark.parametrize(
    "argv", [("export", "SOFR"), ("export", "bar"), ("snapshot", "--as-of", "2026-08-07"), ("study",)]
)
async def test_a_history_of_a_newer_version_is_said_in_the_writer_s_words(kept: World, argv: tuple[str, ...]) -> None:
    path = kept.places.data / "history.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    done = await kept.run(*argv)
    assert (done.code, done.out) == (1, b"")
    why = f"a newer tidegauge wrote it (schema 99; this one knows {len(STEPS)})"
    assert done.err == f"tidegauge: the history {path} cannot be read: {why}\n"


async def test_bytes_that_are_no_text_are_damage_and_what_came_before_them_is_not_called_all(kept: World) -> None:
    path = kept.places.data / "history.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO bar VALUES ('zzz', CAST(x'ff' AS TEXT), '1m', 1, 1, 1, 1, 1, 1, 1)")
        db.commit()
    done = await kept.run("export", "bar")
    assert (done.code, done.text.count("\n")) == (1, 2)
    assert f"the history {path} cannot be read: it is damaged (Could not decode to UTF-8" in done.err
    assert done.err.endswith("; what was told of it is not all\n")


MANY = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299999)
INSERT INTO liquidation SELECT 'okx', 'a' || i, 'BTC-USDT-SWAP', 1770000000000 + i, 1770000000005 + i, 'long', 0.5,
    32000.0, 64000.0 FROM n
"""


def _in_little_memory() -> None:
    """Twice what the program itself takes, and a third of what the rows would take as a list."""
    resource.setrlimit(resource.RLIMIT_DATA, (64 << 20, 64 << 20))


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_a_long_table_is_told_row_by_row(kept: World, form: str) -> None:
    with closing(sqlite3.connect(kept.places.data / "history.sqlite")) as db:
        db.execute(MANY)
        db.commit()
    process = await kept.start("export", "liquidation", "--format", form, preexec=_in_little_memory)
    done = await process.ended(50)
    assert done.code == 0
    if form == "csv":
        assert done.out.count(b"\n") == 300_002
    else:
        assert len(done.json) == 300_001


async def test_what_was_exported_can_be_imported_elsewhere(
    kept: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done = await kept.run("export", "SOFR", "MINE", "--vintages")
    other = World(tmp_path_factory.mktemp("other"))
    try:
        file = other.home / "all.csv"
        file.write_bytes(done.out)
        imported = await other.run("import", file)
        assert imported.code == 0
        again = await other.run("export", "SOFR", "MINE", "--vintages")
        assert again.text == done.text.replace("nyfed", "import")
    finally:
        await other.end()


async def test_an_engine_that_runs_does_not_stand_in_the_way(kept: World) -> None:
    kept.settings({}, venues=[])
    await kept.engine()
    done = await kept.run("export", "SOFR")
    assert done.code == 0
    assert len(done.text.splitlines()) == 3
