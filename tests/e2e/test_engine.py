"""`tidegauge engine`: what viewers are told, who can hold it back, and when it ends."""

import asyncio
import json
import os
import signal
import socket
import stat
import time

import pytest

from feeds import run, simulate
from feeds.settings import load
from feeds.topics import TOPICS
from tests.e2e.frames import LIQUIDATED, PRICES, SCRIPTS
from tests.e2e.test_replay import written
from tests.e2e.world import VENUES, World, until
from tests.loopback import shake_hands, tcp


async def test_the_first_line_has_everything_and_one_comes_every_second(world: World) -> None:
    async with simulate.serve("quiet", seed=2) as market:
        world.settings(market.endpoints, venues=["coinbase", "kraken", "bybit"])
        engine = await world.engine()
        async with world.viewer() as early:
            await until(lambda: early.topics.keys() >= TOPICS.keys(), "every topic")
            await until(lambda: len(early.topics["bars.1m"]["rows"]) > 100, "the candles of before")
            await until(lambda: set(early.states().values()) == {"live"}, "every feed is live")
            async with world.viewer() as late:
                said = late.first["set"]
                assert said.keys() == early.topics.keys()
                assert said.keys() > TOPICS.keys()
                assert said["engine"]["mode"] == "live"
                assert said["engine"]["writing"] is True
                assert {row["feed"] for row in said["feeds"]["rows"]} == set(early.states())
                assert len(said["bars.1m"]["rows"]) > 100
                assert said["btc.price"]["value"] == pytest.approx(early.value("btc.price"), rel=0.001)
        assert stat.S_IMODE(world.socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(world.places.runtime.stat().st_mode) == 0o700
        assert stat.S_IMODE((world.places.data / "history.sqlite").stat().st_mode) == 0o600
        assert engine.out == b""


async def test_a_viewer_that_never_reads_holds_nobody_back(world: World) -> None:
    async with simulate.serve("cascade", seed=2, rate=40, speed=60) as market:
        world.settings(market.endpoints)
        engine = await world.engine()
        async with world.viewer() as viewer:
            with socket.socket(socket.AF_UNIX) as stuck:
                stuck.connect(str(world.socket))
                await until(lambda: set(viewer.states().values()) == {"live"}, "every feed is live")
                begun, before, lines = time.monotonic(), engine.rss_mb, len(viewer.came)
                # Ten lines a second in a market that moves: more than a socket holds that nobody reads.
                gone_on = lambda: time.monotonic() - begun > 3 and len(viewer.came) > lines + 15  # noqa: E731
                await until(gone_on, "three seconds and some lines have passed")
                assert engine.rss_mb - before < 15
                assert engine.rss_mb < 120
                now_ms = viewer.t
                stuck.settimeout(5)
                with stuck.makefile("rb") as said:
                    caught_up = next(n for n, line in enumerate(said) if json.loads(line)["t"] >= now_ms)
                assert caught_up < len(viewer.came) + 20  # it gets the newest, and no more lines than the other did
        assert engine.running


async def test_sigterm_ends_it_at_once_and_nothing_is_left(world: World) -> None:
    async with simulate.serve("quiet", seed=3) as market:
        world.settings(market.endpoints)
        for number in (signal.SIGTERM, signal.SIGINT):
            engine = await world.engine()
            async with world.viewer() as viewer:
                await until(lambda: set(viewer.states().values()) == {"live"}, "every feed is live")
                begun = time.monotonic()
                engine.send(number)
                done = await engine.ended()
                assert time.monotonic() - begun < 10.0
                await until(lambda: viewer.closed, "the viewer is hung up on")
            assert (done.code, done.out, done.err) == (0, b"", "")
            assert not world.socket.exists()
            assert world.processes() == {}
            assert {file.name for file in world.places.runtime.iterdir()} == {"engine.lock", "latest.json"}
            assert {file.name for file in world.places.data.iterdir()} == {"history.sqlite", "history.sqlite.lock"}


async def test_venues_that_never_answer_do_not_hold_its_end_back(world: World) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def open_and_mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await asyncio.sleep(60)

    async with tcp(mute) as (deaf, deaf_times), tcp(open_and_mute) as (half, half_times):
        ports = {venue: half if venue in ("okx", "bybit", "coinbase") else deaf for venue in VENUES}
        endpoints = {f"{venue}.ws": f"ws://127.0.0.1:{port}" for venue, port in ports.items()}
        world.settings(endpoints | {f"{venue}.http": f"http://127.0.0.1:{deaf}" for venue in VENUES})
        engine = await world.engine()
        await until(lambda: len(half_times) == 4 and len(deaf_times) > 4, "every venue is being asked")
        begun = time.monotonic()
        engine.send(signal.SIGTERM)
        done = await engine.ended()
        assert time.monotonic() - begun < 10.0
        assert (done.code, done.err) == (0, "")


async def test_an_engine_for_viewers_ends_with_the_last_of_them(world: World) -> None:
    async with simulate.serve("quiet", seed=3) as market:
        world.settings(market.endpoints, venues=["coinbase"])
        engine = await world.engine("--with-viewers")
        async with world.viewer():
            async with world.viewer():
                await asyncio.sleep(0.3)
            await asyncio.sleep(0.7)
            assert engine.running
        done = await engine.ended()
        assert (done.code, done.err) == (0, "")
        assert not world.socket.exists()


async def test_an_engine_for_viewers_ends_by_itself_if_none_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FIRST_VIEWER_S", 0.5)  # twenty seconds otherwise
    async with simulate.serve("quiet", seed=3) as market:
        world.settings(market.endpoints, venues=["coinbase"])
        settings = load(config=world.places.config / "config.toml", environ={}, overrides={})
        begun = time.monotonic()
        code = await asyncio.wait_for(run.live(settings, world.places, with_viewers=True), 60)
        assert code == 0
        assert 0.5 <= time.monotonic() - begun < 2.0
        assert not world.socket.exists()


async def test_a_second_engine_says_that_it_writes_nothing(world: World) -> None:
    async with simulate.serve("quiet", seed=4) as market:
        world.settings(market.endpoints, venues=["coinbase"])
        await world.engine()
        async with world.viewer() as viewer:
            second = await world.start("engine")
            await until(lambda: "writes nothing" in second.err, "it says so")
            assert "another engine runs for this user" in second.err
            await viewer.goes_on(1)
            assert second.running
            assert viewer.topics["engine"]["writing"] is True
            second.send(signal.SIGTERM)
            assert (await second.ended()).code == 0
            assert world.socket.exists()
            third = await world.run("engine", "--with-viewers")
            assert third.code == 0
            assert world.socket.exists()
            assert not viewer.closed


async def test_a_hang_up_ends_it_unless_it_was_started_to_outlive_that(world: World) -> None:
    async with simulate.serve("quiet", seed=4) as market:
        world.settings(market.endpoints, venues=["coinbase"])
        engine = await world.engine()
        engine.send(signal.SIGHUP)
        assert (await engine.ended()).code == 0
        engine = await world.engine(preexec=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        async with world.viewer() as viewer:
            engine.send(signal.SIGHUP)
            await viewer.goes_on(1)
            assert engine.running


async def test_a_runtime_folder_that_vanishes_costs_the_status_line_only(world: World) -> None:
    async with simulate.serve("quiet", seed=4) as market:
        world.settings(market.endpoints, venues=["coinbase"])
        engine = await world.engine()
        async with world.viewer() as viewer:
            await until(world.latest.exists, "the status line's file")
            away = world.places.runtime.with_name("away")
            os.rename(world.places.runtime, away)  # noqa: PTH104
            said = "the status line is not written: No such file or directory"
            await until(lambda: said in viewer.topics["engine"]["notices"], "it says so")
            os.rename(away, world.places.runtime)  # noqa: PTH104
            await until(lambda: said not in viewer.topics["engine"]["notices"], "it is well again")
        assert engine.running


async def test_a_demo_engine_serves_its_own_market_and_keeps_nothing(world: World) -> None:
    nowhere = {f"{venue}.{kind}": f"{kind}://127.0.0.1:9" for venue in simulate.VENUES for kind in ("ws", "http")}
    world.settings(nowhere)
    world.socket = world.home / "demo.sock"
    engine = await world.engine("--demo", "cascade", "--seed", "3", "--socket", str(world.socket))
    async with world.viewer() as viewer:
        await until(lambda: viewer.topics.keys() > TOPICS.keys(), "every topic")
        said = viewer.topics["engine"]
        assert (said["mode"], said["writing"]) == ("demo", False)
        assert said["title"] == "simulated market, scene cascade, seed 3"
        await until(lambda: viewer.topics["btc.price"]["state"] == "fresh", "a price")
    done = await engine.ended()
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert not world.places.data.exists()
    assert not world.places.runtime.exists()
    assert not world.socket.exists()


async def test_a_replay_for_viewers_keeps_its_end_on_show_and_keeps_nothing(world: World) -> None:
    file = written(world.home / "all.jsonl", SCRIPTS)
    world.socket = world.home / "replay.sock"
    engine = await world.engine("--replay", str(file), "--speed", "max", "--socket", str(world.socket))
    async with world.viewer() as viewer:
        await until(lambda: "end of the recording" in viewer.topics["engine"]["notices"], "its end")
        assert viewer.topics["engine"]["mode"] == "replay"
        assert viewer.topics["engine"]["title"] == "replay of all.jsonl, as fast as it goes"
        assert {venue: viewer.value(f"btc.{venue}.price") for venue in PRICES} == PRICES
        assert viewer.totals() == {key: pytest.approx(sums, abs=1e-6) for key, sums in LIQUIDATED.items()}
        lines = len(viewer.came)
        await until(lambda: len(viewer.came) > lines, "a sign of life", 2)
    done = await engine.ended()
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert not world.places.data.exists()
