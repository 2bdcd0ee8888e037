"""`tidegauge snapshot`, against venues that say what is written down for them, and against the simulated market."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from feeds import simulate
from tests.e2e.frames import LIQUIDATED, PRICES, REFERENCE, SCRIPTS, Sums
from tests.e2e.stage import stage
from tests.e2e.world import LACKING, VENUES, Json, Viewer, World, totals, until

MAIN = {
    "coinbase": "BTC-USD",
    "kraken": "BTC/USD",
    "bitstamp": "btcusd",
    "binance": "BTCUSDT",
    "binance_usdm": "BTCUSDT",
    "bybit": "BTCUSDT",
    "okx": "BTC-USDT-SWAP",
}
"""The instrument that makes each venue's price."""
WINDOWS = ("1m", "5m", "1h", "4h", "24h")


def side(position: str, part: int) -> float:
    """What all venues of the script liquidated on one side: count, dollars or bitcoin."""
    return sum(sums[part] for (_, of), sums in LIQUIDATED.items() if of == position)


async def test_a_snapshot_holds_exactly_what_the_frames_hold_though_they_are_years_old(world: World) -> None:
    async with stage(SCRIPTS) as venues:
        world.settings(venues.endpoints)
        done = await world.run("snapshot", "--wait", "2s")

    assert done.code == 0
    assert done.err == ""
    document = done.json
    assert list(document) == ["tidegauge", "mode", "now_ms", "metrics", "topics"]
    assert (document["tidegauge"], document["mode"]) == (1, "live")
    metrics: dict[str, Json] = document["metrics"]
    fields = ("value", "unit", "as_of_ms", "source", "state", "quality", "note")
    assert {tuple(metric) for metric in metrics.values()} == {fields, (*fields, "least")}
    floors = [metric for metric in metrics.values() if "least" in metric]
    assert all(metric["least"] == metric["value"] and metric["quality"] != "exact" for metric in floors)

    assert {venue: metrics[f"btc.{venue}.price"]["value"] for venue in PRICES} == PRICES
    reference = metrics["btc.price"]
    assert (reference["value"], reference["state"], reference["quality"]) == (REFERENCE, "fresh", "exact")
    assert reference["source"] == "median of coinbase, kraken, bitstamp"
    assert 0 <= document["now_ms"] - reference["as_of_ms"] < 2_500  # by our clock, for theirs is years behind

    for window in WINDOWS:
        for position in ("long", "short"):
            for part, unit in enumerate(("count", "usd", "btc")):
                metric = metrics[f"liq.{position}.{unit}.{window}"]
                assert metric["value"] == pytest.approx(side(position, part), abs=1e-6), (position, unit, window)
                assert (metric["state"], metric["quality"]) == ("fresh", "floor")
                assert metric["note"].startswith("binance_usdm, okx sampled; ")
                assert "heard for " in metric["note"]
        found = totals(document["topics"]["liquidations"], window)
        assert found == {key: pytest.approx(sums, abs=1e-6) for key, sums in LIQUIDATED.items()}
    assert metrics["liq.bybit.long.usd.1h"]["quality"] == "partial"  # all of Bybit's come, but not for an hour yet
    assert metrics["liq.okx.short.usd.1h"]["quality"] == "floor"

    tape = document["topics"]["tape"]
    assert len(tape) == sum(count for count, _, _ in LIQUIDATED.values())
    assert {row["cached"] for row in tape} == {False}
    assert {row["state"] for row in document["topics"]["feeds"]["rows"]} == {"live"}


async def test_without_a_venue_there_is_no_number_and_the_exit_code_says_so(world: World) -> None:
    async with stage({}) as venues:
        world.settings(venues.endpoints)
        done = await world.run("snapshot", "--wait", "1s")
    assert done.code == 4
    values = {name: metric["value"] for name, metric in done.json["metrics"].items()}
    assert {name: value for name, value in values.items() if value is not None} == LACKING  # never a zero
    assert done.json["metrics"]["btc.price"]["note"] == "no spot venue has been heard"
    assert done.json["metrics"]["liq.long.usd.1h"]["state"] == "none"


async def test_a_snapshot_without_an_engine_agrees_with_the_simulated_market(world: World) -> None:
    async with simulate.serve("cascade", seed=5, rate=6, speed=20) as market:
        world.settings(market.endpoints)
        running = await world.start("snapshot", "--wait", "2s")
        prices: dict[str, list[float]] = {venue: [] for venue in MAIN}
        while running.running:
            for venue, symbol in MAIN.items():
                prices[venue].append(market.ledger.last[venue, symbol])
            await asyncio.sleep(0.01)
        done = await running.ended()
        told = list(market.ledger.liquidations)

    assert done.code == 0
    document = done.json
    for venue, seen in prices.items():
        assert document["metrics"][f"btc.{venue}.price"]["value"] in seen[-200:], venue

    topic = document["topics"]["liquidations"]
    found = totals(topic)
    assert {venue for venue, _ in found} == {"binance_usdm", "bybit", "okx"}
    end_ms = document["now_ms"] - 500
    for venue in ("binance_usdm", "bybit", "okx"):
        own = [event for event in told if event.listing.venue == venue]
        counts = {position: found.get((venue, position), (0, 0.0, 0.0))[0] for position in ("long", "short")}
        slices = [own[start : start + sum(counts.values())] for start in range(len(own) - sum(counts.values()) + 1)]
        runs = [run for run in slices if _sums(venue, run) == _of(found, venue)]
        assert runs, f"{venue}: no run of published liquidations adds up to {_of(found, venue)}"
        last = own.index(runs[-1][-1])
        assert all(event.ts_ms > end_ms for event in own[last + 1 :]), f"{venue}: the latest are missing"


async def test_a_snapshot_of_a_running_engine_equals_the_ledger_to_the_last_event(world: World) -> None:
    venues = ("binance_usdm", "bybit", "okx")
    async with simulate.serve("cascade", seed=9, speed=30) as market:
        world.settings(market.endpoints)
        await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: set(viewer.states().values()) == {"live"}, "every feed is live")
            await until(lambda: all((venue, "long") in viewer.totals() for venue in venues), "longs are liquidated")
            await until(lambda: all(viewer.value(f"btc.{venue}.price") for venue in MAIN), "every venue has traded")
            before, told_before = await _silenced(market, viewer)
            for venue in simulate.VENUES:
                await market.restore(venue)
            await until(
                lambda: all(viewer.totals()[of, "long"][0] > before[of, "long"][0] for of in venues),
                "more is liquidated",
            )
            _, told = await _silenced(market, viewer)
            document = (await world.run("snapshot")).json
            last = dict(market.ledger.last)

    now = totals(document["topics"]["liquidations"])
    nothing = (0, 0.0, 0.0)
    for key in told:
        heard = [a - b for a, b in zip(now.get(key, nothing), before.get(key, nothing), strict=True)]
        published = [a - b for a, b in zip(told[key], told_before.get(key, nothing), strict=True)]
        assert heard == pytest.approx(published, abs=1e-4), key
    for venue, symbol in MAIN.items():
        if venue != "binance":  # its ticker of each second repeats a price that may be half a second older
            assert document["metrics"][f"btc.{venue}.price"]["value"] == last[venue, symbol], venue


async def test_an_engine_that_hangs_up_without_a_word_is_not_waited_for(world: World) -> None:
    world.places.runtime.mkdir(parents=True)

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with stage(SCRIPTS) as venues, await asyncio.start_unix_server(hang_up, world.socket):
        world.settings(venues.endpoints)
        done = await world.run("snapshot", "--wait", "1s")
    assert (done.code, done.err) == (0, "tidegauge: the engine does not answer; asking the venues instead\n")
    assert done.json["metrics"]["btc.price"]["value"] == REFERENCE


async def _silenced(market: simulate.SimulatedMarket, viewer: Viewer) -> tuple[Sums, Sums]:
    """Totals by the engine and by the ledger, once nobody speaks and nothing is on its way."""
    for venue in simulate.VENUES:
        market.silence(venue)
    await viewer.goes_on(0.6)
    return viewer.totals(), _ledger(market)


def _ledger(market: simulate.SimulatedMarket) -> Sums:
    return {
        key: (sums.count, sums.usd, sums.btc)
        for key, sums in market.ledger.published.items()
        if sums.count and key[0] in VENUES
    }


def _sums(venue: str, events: Any) -> dict[str, Any]:
    found = {}
    for position in ("long", "short"):
        own = [event for event in events if event.position == position]
        if own:
            sums = (len(own), sum(event.usd for event in own), sum(event.btc for event in own))
            found[position] = pytest.approx(sums, abs=1e-4)
    return found


def _of(found: Mapping[tuple[str, str], Any], venue: str) -> dict[str, Any]:
    return {position: sums for (of, position), sums in found.items() if of == venue}
