"""`tidegauge poll`: every publisher is asked once, and what is stored is what it said, to the last digit."""

import asyncio
import csv
import io
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.series import FAMILIES, TABLE, series
from feeds.settings import SOURCES as ASKED
from feeds.simulate.http import Answer, Request, Server
from feeds.simulate.publishers import faults
from feeds.slow import Slow
from feeds.sources import SOURCES
from tests.e2e import raw
from tests.e2e.world import Done, World
from tests.publishers import Market

KEY = "0123456789abcdef0123456789abcdef"
KEYS = {"census": KEY, "sosovalue": f"{KEY}-soso", "coinglass": f"{KEY}-glass"}
NEWEST = {"SOSO.FLOW": 300, "SOSO.ASSETS": 300, "SPY.TOP10": 1, "OI.BINANCE": 30, "OI.BYBIT": 200, "OI.OKX": 1} | {
    f"IBIT.{what}": 1 for what in ("SHARES", "NAV", "BTC")
}
"""How many of the last periods a publisher tells of, where it does not tell of all."""


def run(world: World, *argv: str | Path, within: float = 60.0, **env: str) -> Done:
    return asyncio.run(world.run(*argv, within=within, **env))


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    market = Market(time.time_ns() // 1_000_000)
    yield market
    market.close()


@pytest.fixture(scope="module")
def world(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A home in which everything has been polled once."""
    world = World(tmp_path_factory.mktemp("home"))
    world.settings(market.endpoints, venues=[], sources={"opt_in": ["yahoo", "cips"]})
    world.env |= {f"{name.upper()}_API_KEY": key for name, key in KEYS.items()}
    try:
        yield world
    finally:
        asyncio.run(world.end())


@pytest.fixture(scope="module")
def polled(world: World) -> Done:
    return run(world, "poll")


@pytest.fixture(scope="module")
def exported(world: World, polled: Done) -> dict[str, dict[str, dict[str, str]]]:
    """Every row of an export of everything, by series and period."""
    done = run(world, "export", *TABLE, *FAMILIES)
    assert done.code == 0
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(done.text)):
        found.setdefault(row["series"], {})[row["period"]] = row
    return found


def test_every_publisher_is_asked_and_one_line_says_what_came_of_each_page(polled: Done) -> None:
    assert (polled.code, polled.err) == (0, "")
    lines = [line.split() for line in polled.text.splitlines()]
    assert {mark for mark, *_ in lines} == {"ok"}
    told = [feed for _, feed, *_ in lines]
    assert len(told) == len(set(told))
    slow = Slow(SOURCES)
    pages = {feed for feed, (_, page) in slow.pages.items() if not page.late}
    asked = {feed for feed in pages if feed.partition(".")[0] not in ("ofr", "fred")}
    assert asked <= set(told)
    # What others serve as well is not asked of those who stand in for them.
    assert {feed for feed in told if feed.startswith(("ofr.", "fred."))} == {
        f"fred.{row.id}" for row in TABLE.values() if row.sources[0] == "fred"
    }
    line = next(line for line in polled.text.splitlines() if "fred.WALCL" in line)
    assert " values, " in line
    assert " new; 2013-01-02 to " in line


def test_what_is_exported_is_what_the_publishers_said(
    market: Market, exported: dict[str, dict[str, dict[str, str]]]
) -> None:
    slow = Slow(SOURCES)
    wanted = {id_ for source, page in slow.pages.values() for id_ in page.series if "*" not in id_}
    lacking = wanted - set(exported)
    assert lacking == {id_ for id_ in wanted if id_.startswith(("TGCR", "BGCR")) and not market.world.points(id_)}
    assert {id_.partition(".")[0] for id_ in exported} >= {"ETF", "COT", "OI"}
    for id_, rows in exported.items():
        known = {str(day): value for day, value in market.world.points(id_)}
        if id_ == "OI.DERIBIT":
            assert [row["value"] for row in rows.values()] == ["10000"]
            continue
        if id_ == "IORB":  # before, there is this program's own table of decisions
            rows = {day: row for day, row in rows.items() if day >= "2021-07-29"}
        early = {row["provisional"] for day, row in rows.items() if day not in known}
        assert early <= {"1"}, id_  # how a session stands while it lasts
        whole = {day: float(row["value"]) for day, row in rows.items() if day in known}
        first = min(whole)
        assert whole == {day: value for day, value in known.items() if day >= first}, id_
        if id_ in NEWEST:
            assert len(whole) == min(NEWEST[id_], len(known)), id_
        row_ = series(id_)
        assert row_ is not None
        assert {row["unit"] for row in rows.values()} == {row_.unit}


def test_what_was_back_filled_counts_as_known_since_its_release(
    exported: dict[str, dict[str, dict[str, str]]],
) -> None:
    for id_, day, known, source in (
        ("SOFR", "2025-11-19", "2025-11-20T13:00:00Z", "nyfed"),
        ("WALCL", "2025-10-15", "2025-10-16T20:30:00Z", "fred"),
        ("CPIAUCSL", "2025-09-01", "2025-10-25T03:59:59.999Z", "fred"),  # the shutdown
        ("DGS10", "2025-11-19", "2025-11-19T23:00:00Z", "treasury"),
        ("IORB", "2019-09-19", "2019-09-18T18:00:00Z", "steps"),
    ):
        row = exported[id_][day]
        assert (row["known"], row["source"]) == (known, source)


def test_a_second_poll_asks_for_nothing_that_is_not_due(world: World, market: Market, polled: Done) -> None:
    first = len(market.asked)
    assert first > 100
    done = run(world, "poll")
    assert (done.code, done.err) == (0, "")
    assert len(market.asked) - first < 10  # a release may just have come
    assert done.text.count("nothing new is due for ") > 80


def test_who_is_named_is_asked_whether_something_is_due_or_not(world: World, market: Market, polled: Done) -> None:
    market.asked.clear()
    done = run(world, "poll", "cboe", "ishares")
    assert done.code == 0
    assert [line.split()[:2] for line in done.text.splitlines()] == [["ok", "cboe.vix"], ["ok", "ishares.ibit"]] or [
        line.split()[:2] for line in done.text.splitlines()
    ] == [["ok", "ishares.ibit"], ["ok", "cboe.vix"]]
    assert "0 values, 0 new" in done.text
    assert {name for name, _ in market.asked} == {"cboe", "ishares"}
    assert all("if-none-match" in request.headers for _, request in market.asked)


def test_a_publisher_that_fails_is_named_and_makes_the_poll_stale(world: World, market: Market, polled: Done) -> None:
    market.faults.set("cboe", faults.captcha)
    try:
        done = run(world, "poll", "cboe", "ishares")
        assert done.code == 3
        assert "  !!  cboe.vix                   an HTML page where CSV was due\n" in done.text
        assert "  ok  ishares.ibit" in done.text
        assert "      cboe.vix: refused: an HTML page where CSV was due\n" in done.text
        assert run(world, "poll", "cboe").code == 4
    finally:
        market.faults.clear("cboe")
    assert run(world, "poll", "cboe").code == 0


def test_a_publisher_that_there_is_not_is_wrong_usage(world: World) -> None:
    done = run(world, "poll", "cboe", "nyfeed")
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("tidegauge: no publisher is called nyfeed; there are: nyfed, ")


def test_a_publisher_that_is_off_is_said_to_be_and_why(world: World) -> None:
    environ = {"COINGLASS_API_KEY": "", "TIDEGAUGE_SOURCES__OFF": "cboe", "TIDEGAUGE_SOURCES__OPT_IN": "cips"}
    done = run(world, "poll", "coinglass", "cboe", "yahoo", **environ)
    assert done.code == 4
    said = {line.split()[1]: line.partition("off: ")[2] or line for line in done.text.splitlines()}
    assert said["coinglass"].startswith("it wants a key. ")
    assert said["cboe"].endswith("off, as the settings say")
    assert 'sources.opt_in = ["yahoo"]' in said["yahoo"]


def test_the_past_as_it_was_published_is_polled_with_a_key_of_fred_s_only(
    world: World, market: Market, polled: Done
) -> None:
    assert ".vintages" not in polled.text
    off = ",".join(name for name in ASKED if name != "fred")
    without = run(world, "poll", "fred", TIDEGAUGE_SOURCES__OFF=off)
    assert (without.code, ".vintages" in without.text) == (0, False)
    done = run(world, "poll", "fred", FRED_API_KEY=KEY, TIDEGAUGE_SOURCES__OFF=off)
    assert done.code == 0
    said = next(line for line in done.text.splitlines() if "fred.UNRATE.vintages" in line)
    assert said.split()[0] == "ok"
    assert " revised" not in said
    assert KEY not in done.text + done.err
    told = run(world, "export", "UNRATE", "--as-of", "2024-06-30").text
    assert {row["quality"] for row in csv.DictReader(io.StringIO(told))} == {"exact"}
    told = run(world, "export", "GOLD.EXPORTS", "--as-of", "2024-06-30").text  # of which Census has no archive
    assert {row["quality"] for row in csv.DictReader(io.StringIO(told))} == {"later"}


def test_the_history_is_the_user_s_alone(world: World, polled: Done) -> None:
    files = [file for file in world.places.data.iterdir() if file.is_file()]
    assert "history.sqlite" in {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(world.places.data.stat().st_mode) == 0o700


# --- while an engine runs, and keys


async def test_while_an_engine_keeps_the_history_nothing_is_polled_or_imported(world: World) -> None:
    await world.engine()
    try:
        done = await world.run("poll", "cboe")
        assert (done.code, done.out) == (1, b"")
        assert "another tidegauge keeps it; an engine that runs asks the publishers itself" in done.err
        file = world.home / "own.csv"
        file.write_text("series,period,value\nMINE,2025-10-31,1\n")
        done = await world.run("import", file)
        assert (done.code, done.out) == (1, b"")
        assert "another tidegauge keeps it; end the engine that runs, and import again" in done.err
    finally:
        await world.end()


def test_no_key_is_ever_shown_stored_or_recorded(world: World) -> None:
    """Not even where a publisher gives it back in an error."""
    echoed: list[str] = []

    def echo(request: Request) -> Answer:
        echoed.append(f"{request.query} {request.headers}")
        keys = [value for name, value in {**request.query, **request.headers}.items() if "key" in name]
        return Answer(400, f'{{"error_message": "Bad Request: {" ".join(keys)}", "sent": "{echoed[-1]}"}}')

    names = (*KEYS, "fred")
    servers = {name: Server({name: echo}) for name in names}
    other = World(world.home / "other")
    other.home.mkdir()
    try:
        endpoints = {f"{name}.http": f"{server.url}/{name}" for name, server in servers.items()}
        other.settings(endpoints, venues=[], sources={"off": [name for name in ASKED if name not in names]})
        other.env |= {f"{name.upper()}_API_KEY": key for name, key in KEYS.items()} | {"FRED_API_KEY": KEY}
        polls = run(other, "poll", "census", "sosovalue", "coinglass")
        assert polls.code == 4
        recording = other.home / "all.jsonl"
        records = run(other, "record", recording, "--for", "2s")
        assert records.code == 0
    finally:
        for server in servers.values():
            server.close()
        asyncio.run(other.end())
    assert any(KEY in said for said in echoed if "'key'" in said)  # census, in the query
    assert any(f"{KEY}-soso" in said for said in echoed)
    assert any(f"{KEY}-glass" in said for said in echoed)
    assert any("api_key" in said and KEY in said for said in echoed)  # FRED
    rows = raw.rows(recording)
    assert {feed.partition(".")[0] for _, feed, _ in rows} >= {"census", "sosovalue", "coinglass", "fred"}
    assert any("key=***" in str(data) for _, _, data in rows)
    said = (polls.out + polls.err.encode() + records.out + records.err.encode()).decode()
    assert "***" in said
    for text in (said, str(rows)):
        assert KEY not in text
    for file in other.home.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes(), file


def test_the_world_was_polled_today(exported: dict[str, dict[str, dict[str, str]]]) -> None:
    newest = max(exported["SOFR"])
    assert (datetime.now(UTC).date() - datetime.fromisoformat(newest).date()).days < 8
