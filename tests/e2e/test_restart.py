"""An engine that is killed in the middle of a cascade and started again: what is kept, and what is owned up to."""

import asyncio
import signal
import time

from feeds import simulate
from feeds.facts import Bar
from feeds.store import Store
from tests.e2e.frames import SCRIPTS, Sums
from tests.e2e.stage import stage
from tests.e2e.world import World, until
from tests.loopback import refusal

FEEDS = {"coinbase", "binance_usdm", "bybit.linear", "bybit.inverse"}


async def test_a_killed_engine_loses_at_most_its_last_second_and_owns_up_to_the_time_away(world: World) -> None:
    async with simulate.serve("cascade", seed=12, speed=30) as market:
        world.settings(market.endpoints, venues=["coinbase", "binance_usdm", "bybit"])
        engine = await world.engine()
        past: list[tuple[int, Sums]] = []
        async with world.viewer() as before:
            await until(lambda: set(before.states().values()) == {"live"}, "every feed is live")
            await until(lambda: len(before.topics["bars.1m"]["rows"]) > 100, "the candles of before")
            while not past or before.t < past[0][0] + 2_500 or _events(past[-1][1]) < 40:
                past.append((before.t, before.totals()))
                await asyncio.sleep(0.05)
            engine.send(signal.SIGKILL)
            killed_ms = time.time_ns() // 1_000_000
            await engine.ended()
        for venue in simulate.VENUES:
            await market.cut(venue)
        await asyncio.sleep(0.5)

        engine = await world.engine()
        async with world.viewer() as after:
            started_ms = after.t
            kept = after.totals()
            safe = next(sums for t, sums in reversed(past) if t <= killed_ms - 1_000)
            most = past[-1][1]
            assert safe.keys() <= kept.keys() <= most.keys()
            for key, sums in kept.items():
                low, high = safe.get(key, (0, 0.0, 0.0)), most[key]
                assert all(a - 1e-4 <= b <= c + 1e-4 for a, b, c in zip(low, sums, high, strict=True)), key
            assert {row["cached"] for row in after.topics["tape"]} == {True}

            bars, old = after.topics["bars.1m"], before.topics["bars.1m"]
            assert bars["cached"] is True
            assert (bars["venue"], bars["symbol"]) == (old["venue"], old["symbol"])
            kept_rows = {row[0]: row for row in bars["rows"]}
            assert all(kept_rows.get(row[0]) == row for row in old["rows"][-200:-1])

            price = after.topics["btc.coinbase.price"]
            assert (price["state"], price["note"]) == ("stale", "cached from an earlier run")
            assert after.topics["liq.long.usd.1h"]["state"] == "stale"

            for feed in FEEDS:
                (gap,) = after.gaps(feed)
                assert gap["reason"] == "the engine was off"
                assert killed_ms - 1_500 <= gap["from_ms"] <= killed_ms
                assert gap["to_ms"] is None

            for venue in simulate.VENUES:
                await market.restore(venue)
            await until(lambda: set(after.states().values()) == {"live"}, "every feed is live again", 15)
            await until(lambda: after.topics["btc.coinbase.price"]["state"] == "fresh", "live prices")
            await until(lambda: after.topics["bars.1m"]["cached"] is False, "live candles")
            await until(lambda: not all(row["cached"] for row in after.topics["tape"]), "live liquidations")
            for feed in FEEDS:
                (gap,) = (gap for gap in after.gaps(feed) if gap["reason"] == "the engine was off")
                assert killed_ms - 1_500 <= gap["from_ms"] <= killed_ms
                assert gap["to_ms"] >= started_ms
                assert after.feed(feed)["gap_ms"] >= gap["to_ms"] - gap["from_ms"]  # the scene cuts Bybit, too
            note = after.topics["liq.bybit.long.usd.1h"]["note"]
            assert after.topics["liq.bybit.long.usd.1h"]["quality"] == "partial"
            assert note.startswith("bybit: ")
            grown = after.totals()
            assert all(grown[key][0] >= kept[key][0] for key in kept)


def _events(sums: Sums) -> int:
    return sum(events for events, _, _ in sums.values())


async def test_a_venue_that_no_run_ever_heard_has_no_totals(world: World) -> None:
    refused = refusal(451, "not from there")
    async with stage({**SCRIPTS, "bybit.linear": refused, "bybit.inverse": refused}) as venues:
        world.settings(venues.endpoints, venues=["coinbase", "bybit"])
        for _ in range(2):
            engine = await world.engine()
            async with world.viewer() as viewer:
                await until(lambda: viewer.feed("bybit.linear").get("state") == "blocked", "Bybit is blocked")
                await until(lambda: viewer.value("btc.coinbase.price"), "Coinbase is heard")
                assert viewer.topics["liq.bybit.long.usd.1h"]["value"] is None  # and not zero
                assert viewer.topics["liq.long.usd.1h"]["value"] is None
            engine.send(signal.SIGTERM)
            await engine.ended()


async def test_a_cached_reference_price_is_stale(world: World) -> None:
    now_ms = _earlier_run(world, hours=3)
    async with stage({}) as venues:
        world.settings(venues.endpoints)
        done = await world.run("snapshot", "--wait", "0.5s")
    price = done.json["metrics"]["btc.price"]
    assert (price["value"], price["as_of_ms"]) == (64_000.0, now_ms - now_ms % 60_000)
    assert price["state"] == "stale"
    assert done.code == 3


def _earlier_run(world: World, hours: int) -> int:
    """A history of which an engine kept the last hours up to now: a candle of Coinbase, and no liquidation."""
    now_ms = time.time_ns() // 1_000_000
    minute = now_ms - now_ms % 60_000 - 60_000
    store = Store(world.places.data / "history.sqlite")
    store.open()
    try:
        store.alive(now_ms - hours * 3_600_000)
        store.alive(now_ms - 500)
        store.put(Bar("coinbase", "BTC-USD", "1m", minute, 64_100.0, 64_200.0, 63_900.0, 64_000.0, 1.5))
        assert store.flush()
    finally:
        store.close()
    return now_ms
