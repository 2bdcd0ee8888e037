"""`snapshot --as-of`: what was known at the end of a past day in New York, and nothing that came later."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.facts import Observation
from feeds.series import series
from feeds.simulate.slow import SlowWorld, scene
from feeds.slow import known_ms
from feeds.store import Store
from tests.e2e.world import Done, Json, World

TODAY = datetime(2025, 11, 21, 15, 0, tzinfo=UTC)
NOW_MS = int(TODAY.timestamp()) * 1000
IDS = (
    *(f"SOFR{part}" for part in ("", "1", "25", "75", "99", "VOL")),
    *("EFFR", "IORB", "SRF", "RRPONTSYD", "WALCL", "WRESBAL", "WDTGAL", "TGA", "DGS2", "DGS10", "DFII10", "BTC"),
    *("CPIAUCSL", "VIXCLS", "MOVE", "ETF.IBIT", "ETF.FBTC", "ETF.TOTAL", "COT.133741.OI", "WLCFLPCL", "BAMLH0A0HYM2"),
)
DAY = "2025-11-14"
KNOWN = "series,period,value,known\n"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A history of two years as it is back-filled on a Friday."""
    world = SlowWorld(scene("calm"), 1, lambda: NOW_MS)
    path = tmp_path_factory.mktemp("history") / "history.sqlite"
    store = Store(path)
    store.open()
    for id_ in IDS:
        row = series(id_)
        assert row is not None
        points = [(day, value) for day, value in world.points(id_) if day >= date(2023, 11, 1)]
        assert points, id_
        for day, value in points:
            store.put(Observation(id_, str(day), value, known_ms(row, day, NOW_MS), row.sources[0]))
    assert store.flush()
    store.close()
    yield path


@pytest.fixture
def home(world: World, history: Path) -> World:
    world.places.data.mkdir(parents=True, mode=0o700)
    (world.places.data / "history.sqlite").write_bytes(history.read_bytes())
    return world


async def plant(world: World, text: str) -> None:
    file = world.home / "plant.csv"
    file.write_text(KNOWN + text)
    done = await world.run("import", file)
    assert (done.code, done.err) == (0, "")


async def look(world: World, day: str) -> Done:
    return await world.run("snapshot", "--as-of", day)


def row(document: Json, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in document["topics"]["macro"]["rows"] if row["id"] == id_)
    return found


async def test_a_past_day_is_told_as_it_was(home: World) -> None:
    done = await look(home, DAY)
    assert (done.code, done.err) == (0, "")
    document = done.json
    assert (document["as_of"], document["mode"]) == (DAY, "replay")
    assert document["now_ms"] == int(datetime(2025, 11, 15, 5, 0, tzinfo=UTC).timestamp()) * 1000 - 1
    assert row(document, "SOFR")["period"] == "2025-11-13"  # of a Friday's evening: Thursday's, out that morning
    assert row(document, "WALCL")["period"] == "2025-11-12"
    assert row(document, "CPIAUCSL")["period"] == "2025-09-01"
    assert document["metrics"]["repo.stress"]["value"] is not None
    assert document["metrics"]["btc.price"]["value"] is None  # what moves with the market is not in the history


async def test_nothing_in_a_past_day_was_known_later(home: World) -> None:
    document = (await look(home, DAY)).json
    end_ms = document["now_ms"]
    for one in document["topics"]["macro"]["rows"]:
        assert one["known_ms"] is None or one["known_ms"] <= end_ms, one["id"]
        assert one["period"] is None or one["period"] <= DAY, one["id"]
    for name, metric in document["metrics"].items():
        assert metric["as_of_ms"] is None or metric["as_of_ms"] <= end_ms, name
    assert all(row["at_ms"] > end_ms for row in document["topics"]["macro"]["calendar"])


async def test_a_value_published_late_is_not_there_the_day_before_and_is_the_day_after(home: World) -> None:
    """The period lies before both days; it was brought out between them."""
    await plant(home, "SPY.TOP10,2025-10-31,41.5,2025-11-13T21:00:00Z\n")
    before, after = (await look(home, "2025-11-12")).json, (await look(home, "2025-11-13")).json
    assert row(before, "SPY.TOP10")["value"] is None
    assert (row(after, "SPY.TOP10")["value"], row(after, "SPY.TOP10")["period"]) == (41.5, "2025-10-31")
    for day, values in (("2025-11-12", 0), ("2025-11-13", 1)):
        done = await home.run("export", "SPY.TOP10", "--as-of", day, "--format", "json")
        assert done.code == (0 if values else 4)


async def test_the_consumer_prices_of_the_shutdown_are_not_there_before_they_were_out(home: World) -> None:
    assert row((await look(home, "2025-10-23")).json, "CPIAUCSL")["period"] == "2025-08-01"
    assert row((await look(home, "2025-10-24")).json, "CPIAUCSL")["period"] == "2025-09-01"


async def test_a_revised_value_is_what_it_was_until_it_was_revised(home: World) -> None:
    first = row((await look(home, DAY)).json, "WALCL")["value"]
    await plant(
        home,
        "WALCL,2025-11-12,6601234,2025-11-17T15:00:00-05:00\nWALCL,2025-11-12,6604321,2025-11-18T15:00:00-05:00\n",
    )
    told = [row((await look(home, day)).json, "WALCL") for day in (DAY, "2025-11-17", "2025-11-18")]
    assert [one["value"] for one in told] == [first, 6_601_234.0, 6_604_321.0]
    assert [one["quality"] for one in told] == ["exact", "revised", "revised"]


async def test_what_was_read_afterwards_is_marked_in_a_past_day_until_what_came_out_then_is_known(home: World) -> None:
    """Unemployment of August 2023 came out as 3.8, and is 3.7 since January 2024."""
    store = Store(home.places.data / "history.sqlite")
    store.open()
    rule = series("UNRATE")
    assert rule
    today = Observation("UNRATE", "2023-08-01", 3.7, known_ms(rule, date(2023, 8, 1), NOW_MS), "fred", read_ms=NOW_MS)
    store.put(today)
    assert store.flush()

    async def told() -> tuple[float, str]:
        one = row((await look(home, "2023-10-01")).json, "UNRATE")
        exported = await home.run("export", "UNRATE", "--as-of", "2023-10-01", "--format", "json")
        (only,) = json.loads(exported.out)
        assert (only["value"], only["quality"]) == (one["value"], one["quality"])
        return one["value"], one["quality"]

    assert await told() == (3.7, "later")
    assert row((await look(home, "2023-10-01")).json, "UNRATE")["note"] == (
        "read afterwards: what fred said then, perhaps not what came out first"
    )
    published = datetime(2023, 9, 1, 12, 30, tzinfo=UTC)
    store.put(Observation("UNRATE", "2023-08-01", 3.8, int(published.timestamp()) * 1000 + 1, "alfred"))
    assert store.flush()
    store.close()
    assert await told() == (3.8, "exact")
    everything = await home.run("export", "UNRATE", "--vintages", "--format", "json")
    assert [(one["value"], one["quality"]) for one in json.loads(everything.out)] == [(3.8, "exact"), (3.7, "later")]
    now = await home.run("export", "UNRATE", "--format", "json")
    assert [(one["value"], one["quality"]) for one in json.loads(now.out)] == [(3.7, "exact")]


async def test_a_day_ends_at_midnight_in_new_york(home: World) -> None:
    await plant(home, "MINE,2025-11-01,1,2025-11-02T04:59:59-00:00\nMINE,2025-11-01,2,2025-11-02T05:00:00-00:00\n")
    # In the night to the 2nd clocks go back: it has 25 hours, and its first midnight is at 04:00 UTC.
    await plant(home, "MINE,2025-10-31,1,2025-11-02T03:59:59Z\nMINE,2025-10-30,1,2025-11-02T04:00:00Z\n")
    await plant(home, "MINE,2025-10-29,1,2025-11-03T04:59:59Z\nMINE,2025-10-28,1,2025-11-03T05:00:00Z\n")

    async def periods(day: str) -> list[str]:
        done = await home.run("export", "MINE", "--as-of", day, "--format", "json")
        return [one["period"][-5:] for one in json.loads(done.out or b"[]")]

    assert await periods("2025-11-01") == ["10-31"]
    assert await periods("2025-11-02") == ["10-29", "10-30", "10-31", "11-01"]
    assert await periods("2025-11-03") == ["10-28", "10-29", "10-30", "10-31", "11-01"]


async def test_whatever_became_known_later_changes_no_number_of_a_past_day(home: World) -> None:
    """A look back is the same to the last byte with and without all that came afterwards."""
    before = await look(home, DAY)
    since = "2025-11-15T05:00:00Z"
    wild = {"SOFR": 9.9, "SOFR99": 12.0, "EFFR": 0.1, "WALCL": 9_000_000, "RRPONTSYD": 4_000, "DGS2": 15, "BTC": 1_000}
    days = [TODAY.date() - timedelta(days=n) for n in range(1, 40)]
    await plant(
        home,
        "".join(f"{id_},{day},{value},{since}\n" for id_, value in wild.items() for day in days)
        + f"SRF,2025-11-13,900000000000,{since}\nETF.TOTAL,2025-11-13,4999,{since}\nSRF,2025-09-02,9e11,{since}\n",
    )
    assert (await look(home, DAY)).out == before.out
    later = (await look(home, "2025-11-15")).json
    assert row(later, "SOFR")["value"] == 9.9
    assert later["metrics"]["repo.stress"]["value"] != before.json["metrics"]["repo.stress"]["value"]


async def test_two_looks_at_the_same_day_are_the_same(home: World) -> None:
    assert (await look(home, DAY)).out == (await look(home, DAY)).out


async def test_a_day_of_which_nothing_is_known_has_no_data(home: World) -> None:
    done = await look(home, "2010-01-04")
    assert done.code == 4
    assert {one["value"] for one in done.json["topics"]["macro"]["rows"]} == {None}


async def test_a_home_without_a_history_knows_the_table_of_decisions_alone(world: World) -> None:
    document = (await look(world, "2019-09-17")).json
    told = {one["id"]: one["value"] for one in document["topics"]["macro"]["rows"] if one["value"] is not None}
    assert told == {"IORB": 2.1}
    assert row((await look(world, "2019-09-19")).json, "IORB")["value"] == 1.8
    assert not world.places.data.exists()


@pytest.mark.parametrize("day", ["14.11.2025", "yesterday", "2025-02-30", ""])
async def test_what_is_no_date_is_wrong_usage(world: World, day: str) -> None:
    done = await look(world, day)
    assert (done.code, done.out) == (2, b"")
    assert "is no date like 2025-10-31" in done.err


async def test_a_history_that_cannot_be_read_is_an_error(home: World) -> None:
    file = home.places.data / "history.sqlite"
    data = bytearray(file.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    file.write_bytes(data)
    done = await look(home, DAY)
    assert (done.code, done.out) == (1, b"")
    assert f"the history {file} cannot be read: it is damaged" in done.err


async def test_a_look_back_asks_nobody_and_does_not_mind_an_engine_that_runs(home: World) -> None:
    alone = await look(home, DAY)
    home.settings({}, venues=[])
    await home.engine()
    began = time.monotonic()
    assert (await look(home, DAY)).json["topics"]["macro"]["rows"] == alone.json["topics"]["macro"]["rows"]
    assert time.monotonic() - began < 10
