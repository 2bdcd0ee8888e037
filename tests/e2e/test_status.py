"""`tidegauge status`: the line for tmux, and the file that it reads."""

import asyncio
import json
import signal
import stat
import time

from feeds import simulate
from tests.e2e.frames import PRICES, REFERENCE, SCRIPTS
from tests.e2e.stage import stage
from tests.e2e.world import Json, World, until


def latest(world: World, **metrics: Json) -> None:
    """The file as an engine left it behind, with these metrics; `now_ms` sets its time."""
    world.places.runtime.mkdir(parents=True, exist_ok=True)
    now_ms = metrics.pop("now_ms", {"value": time.time_ns() // 1_000_000})["value"]
    document = {"tidegauge": 1, "mode": "live", "now_ms": now_ms, "metrics": metrics, "topics": {}}
    world.latest.write_text(json.dumps(document))


def metric(value: object, unit: str, as_of_ms: int | None, state: str = "fresh", quality: str = "exact") -> Json:
    return {
        "value": value,
        "unit": unit,
        "as_of_ms": as_of_ms,
        "source": "a test",
        "state": state,
        "quality": quality,
        "note": "",
    }


async def test_the_line_of_a_running_engine(world: World) -> None:
    async with stage(SCRIPTS) as venues:
        world.settings(venues.endpoints)
        await world.engine()
        form = "{btc.price} L {liq.long.usd.1h} S {liq.short.count.5m} {btc.okx.price}"
        wanted = "40,010.2 L ≥$123.1k S 4 events 39,991.2\n"
        async with world.viewer() as viewer:
            await until(lambda: viewer.value("liq.short.count.5m") == 4, "all liquidations")
            await until(
                lambda: [viewer.value(f"btc.{venue}.price") for venue in PRICES] == [*PRICES.values()], "prices"
            )
            assert viewer.value("btc.price") == REFERENCE
            await viewer.goes_on(1.1)  # and is in the file
            done = await world.run("status", "--format", form)
        assert (done.code, done.err) == (0, "")
        assert done.text == wanted.replace("4 events", "≥4 events")
        assert stat.S_IMODE(world.latest.stat().st_mode) == 0o600


async def test_without_an_engine_there_is_no_number(world: World) -> None:
    done = await world.run("status")
    assert (done.code, done.out, done.err) == (4, b"-- no engine\n", "")


async def test_what_an_engine_left_behind_is_stale_and_says_how_old_it_is(world: World) -> None:
    now_ms = time.time_ns() // 1_000_000
    price = metric(64210.5, "USD", now_ms - 42_500)
    latest(world, now_ms={"value": now_ms - 42_000}, **{"btc.price": price})
    done = await world.run("status", "--format", "{btc.price}")
    assert (done.code, done.err) == (3, "")
    assert done.text in ("64,210.5 (stale 42s)\n", "64,210.5 (stale 43s)\n")


def _rows(now_ms: int) -> dict[str, Json]:
    """One metric of each state and quality."""
    return {
        "btc.price": metric(64210.5, "USD", now_ms),
        "btc.kraken.price": metric(64211.0, "USD", now_ms - 12_020, "late"),
        "btc.okx.price": metric(64212.0, "USDT", now_ms - 60_020, "down"),
        "btc.change.24h": metric(-1.234, "%", now_ms),
        "liq.long.usd.1h": metric(1_234_000.0, "USD", now_ms, quality="floor"),
        "liq.short.usd.1h": metric(950.0, "USD", now_ms, quality="partial"),
        "liq.bybit.long.usd.1h": metric(950.0, "USD", now_ms, state="stale", quality="floor"),
        "btc.premium.coinbase": metric(3.25, "bp", now_ms, quality="partial"),
        "btc.binance.price": metric(64209.0, "USD", now_ms, quality="estimated"),
        "btc.bybit.price": metric(None, "USDT", None, "none"),
    }


async def test_each_state_and_quality_shows_in_the_line_and_in_the_exit_code(world: World) -> None:
    for form, line, code in (
        ("{btc.price} {btc.change.24h}", "64,210.5 -1.23%", 0),
        ("{btc.premium.coinbase} {liq.long.usd.1h}", "+3.2bp ≥$1.23M", 0),
        ("{btc.binance.price} {liq.short.usd.1h}", "~64,209.0 ≥$950", 0),
        ("{liq.bybit.long.usd.1h}", "≥$950 (stale 0s)", 3),
        ("{btc.price} {btc.kraken.price}", "64,210.5 64,211.0 (late 12s)", 3),
        ("{btc.okx.price}", "64,212.0 (down 60s)", 3),
        ("{btc.bybit.price}", "--", 4),
        ("{repo.stress}", "--", 4),
        ("{btc.price} {repo.stress} {BTC} {} %d", "64,210.5 -- {BTC} {} %d", 0),
        ("no metric", "no metric", 4),
        ("", "", 4),
    ):
        latest(world, **_rows(time.time_ns() // 1_000_000))
        done = await world.run("status", "--format", form)
        assert (done.text, done.code, done.err) == (f"{line}\n", code, ""), form


async def test_a_name_that_no_metric_has_is_wrong_usage(world: World) -> None:
    now_ms = time.time_ns() // 1_000_000
    latest(world, **{"btc.price": metric(64210.5, "USD", now_ms), "verdict.state": metric("calm", "", now_ms)})
    for form, said in (
        ("{nope}", "no metric is called nope"),
        ("{btc.price} {btc.prise}", "no metric is called btc.prise; did you mean btc.price?"),
    ):
        done = await world.run("status", "--format", form)
        assert (done.code, done.out, done.err) == (2, b"", f"tidegauge: {said}\n")


async def test_a_file_of_a_time_to_come_is_stale(world: World) -> None:
    ahead_ms = time.time_ns() // 1_000_000 + 3_600_000
    latest(world, now_ms={"value": ahead_ms}, **{"btc.price": metric(64210.5, "USD", ahead_ms)})
    done = await world.run("status", "--format", "{btc.price}")
    assert (done.code, done.text, done.err) == (3, "64,210.5 (stale --)\n", "")


async def test_wrong_settings_are_said_where_they_may_be_why_no_engine_runs(world: World) -> None:
    file = world.config('tick_hz = "fast"\n')
    said = f"tidegauge: {file}, line 1: tick_hz: expected a number from 0.5 to 20, got the text 'fast'\n"
    now_ms = time.time_ns() // 1_000_000
    latest(world, now_ms={"value": now_ms - 60_000}, **{"btc.price": metric(64210.5, "USD", now_ms - 60_000)})
    done = await world.run("status")
    assert (done.code, done.out, done.err) == (2, b"", said)


async def test_a_file_that_is_damaged_is_said_in_one_line(world: World) -> None:
    latest(world)
    for text in ("", "{", "[]", '{"now_ms": "soon"}', "\x1b[31m", "[" * 100_000):
        world.latest.write_text(text)
        done = await world.run("status")
        assert (done.code, done.out) == (1, b"")
        assert done.err.startswith(f"tidegauge: {world.latest}: ")
        assert done.err.count("\n") == 1


async def test_the_file_is_always_whole_and_its_numbers_never_older_than_a_second(world: World) -> None:
    async with simulate.serve("cascade", seed=8, speed=60) as market:
        world.settings(market.endpoints)
        engine = await world.engine()
        await until(world.latest.exists, "the file")
        seen, begun = set(), time.monotonic()
        for _ in range(500):
            document = json.loads(world.latest.read_bytes())
            assert stat.S_IMODE(world.latest.stat().st_mode) == 0o600
            assert document["metrics"].keys() >= {"btc.price", "liq.long.usd.24h"}
            seen.add(document["now_ms"])
            assert time.time_ns() // 1_000_000 - document["now_ms"] < 2_000
            await asyncio.sleep(0.002)
        took = time.monotonic() - begun
        assert took - 2 <= len(seen) <= took + 2
        engine.send(signal.SIGTERM)
        await engine.ended()
