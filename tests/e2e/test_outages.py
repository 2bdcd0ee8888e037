"""Venues that drop out, refuse, hang up or talk nonsense: how it shows, what it spares, and that it passes."""

import asyncio
import signal
import time
from contextlib import closing
from itertools import count

from websockets.asyncio.server import ServerConnection

from feeds import simulate
from feeds.facts import Gap
from feeds.store import Store
from tests.e2e.frames import LIQUIDATED, PRICES, REFERENCE, SCRIPTS, coinbase
from tests.e2e.stage import stage
from tests.e2e.world import World, until
from tests.loopback import Answer, refusal

QUICK = {"late_s": 2.0, "stale_s": 3.0, "down_s": 4.0}
"""Longer than an engine that lives may be kept waiting on a busy machine."""


async def test_a_venue_that_drops_out_grows_late_stale_and_down_and_comes_back_by_itself(world: World) -> None:
    async with simulate.serve("quiet", seed=7, rate=6) as market:
        world.settings(market.endpoints, feeds=QUICK, price={"fresh_s": 2.0})
        await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: set(viewer.states().values()) == {"live"}, "every feed is live")
            await market.cut("binance_usdm")
            cut_ms = _now_ms()
            seen: list[tuple[str, str, float]] = []
            others = set()
            while not seen or seen[-1][:2] != ("down", "down"):
                price = viewer.topics["btc.binance_usdm.price"]
                row = (viewer.feed("binance_usdm")["state"], price["state"], price["value"])
                seen += [row] * (not seen or seen[-1] != row)
                others |= {viewer.feed(feed)["state"] for feed in ("coinbase", "binance", "okx", "bybit.linear")}
                assert _now_ms() < cut_ms + 60_000, seen
                await asyncio.sleep(0.02)
            assert list(dict.fromkeys(feed for feed, _, _ in seen)) == ["live", "late", "stale", "down"]
            assert list(dict.fromkeys(worth for _, worth, _ in seen)) == ["fresh", "late", "stale", "down"]
            assert others == {"live"}
            price = viewer.topics["btc.binance_usdm.price"]
            assert price["value"] == market.ledger.last["binance_usdm", "BTCUSDT"]  # the last one, marked, not none
            assert 3_900 < viewer.t - price["as_of_ms"] < viewer.t - cut_ms + 2_000
            assert viewer.feed("binance_usdm")["error"] == "HTTP 503 Service Unavailable: down"
            (gap,) = viewer.gaps("binance_usdm")
            assert gap["to_ms"] is None
            liquidated = viewer.topics["liq.binance_usdm.long.usd.1h"]
            assert (liquidated["state"], liquidated["quality"]) == ("down", "floor")
            total = viewer.topics["liq.long.usd.1h"]
            assert (total["state"], total["quality"]) == ("fresh", "floor")
            assert "without binance_usdm, " in total["note"]

            await market.restore("binance_usdm")
            back_ms = _now_ms()
            await until(lambda: viewer.feed("binance_usdm")["state"] == "live", "it is live again")
            await until(lambda: viewer.topics["btc.binance_usdm.price"]["state"] == "fresh", "its price is fresh")
            (gap,) = viewer.gaps("binance_usdm")
            assert cut_ms - 2_000 <= gap["from_ms"] <= cut_ms + 2_000  # a frame may come in while it is being cut
            assert back_ms <= gap["to_ms"] <= viewer.feed("binance_usdm")["seen_ms"]
            row = viewer.feed("binance_usdm")
            assert (row["reconnects"], row["gaps"], row["gap_ms"]) == (1, 1, gap["to_ms"] - gap["from_ms"])
            assert (
                "1 gap" in viewer.topics["liq.binance_usdm.long.usd.1h"]["note"] or viewer.t - row["seen_ms"] < 60_000
            )
            with closing(Store(world.places.data / "history.sqlite")) as history:
                await until(lambda: Gap(**gap) in history.gaps(0), "it is in the history")


async def test_a_venue_that_falls_silent_grows_stale_though_its_socket_stays_open(world: World) -> None:
    async with simulate.serve("quiet", seed=7, rate=12) as market:
        world.settings(market.endpoints, feeds=QUICK, price={"fresh_s": 2.0})
        await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: set(viewer.states().values()) == {"live"}, "every feed is live")
            for venue in ("coinbase", "kraken"):
                market.silence(venue)
            await until(lambda: {viewer.feed(f)["state"] for f in ("coinbase", "kraken")} == {"down"}, "both are down")
            reference = viewer.topics["btc.price"]
            assert reference["quality"] == "estimated"
            assert reference["note"].startswith("only bitstamp of the dollar venues is fresh; median of 3 spot venues")
            assert reference["state"] == "fresh"
            await market.restore("coinbase")
            await market.restore("kraken")
            await until(lambda: {viewer.feed(f)["state"] for f in ("coinbase", "kraken")} == {"live"}, "both are live")
            assert viewer.feed("kraken")["reconnects"] == 0
            await until(lambda: viewer.topics["btc.price"]["quality"] == "exact", "the reference is whole again")


async def test_a_venue_that_refuses_this_address_is_blocked_with_its_reason(world: World) -> None:
    said = '{"code": 0, "msg": "Service unavailable from a \\u001b[31mrestricted\\u001b[0m location"}'
    async with stage({**SCRIPTS, "binance_usdm": refusal(451, said)}, lambda _: Answer(451, said.encode())) as venues:
        world.settings(venues.endpoints)
        await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: viewer.feed("binance_usdm").get("state") == "blocked", "it is blocked")
            row = viewer.feed("binance_usdm")
            assert row["error"].startswith("HTTP 451")
            assert "restricted" in row["error"]
            assert row["gaps"] == 0
            await until(lambda: viewer.topics["liquidations"]["windows"]["1h"]["long_count"] == 4, "the others' longs")
            note = viewer.topics["liq.long.usd.1h"]["note"]
            assert "without binance_usdm, blocked" in note
            assert viewer.topics["liq.binance_usdm.long.usd.1h"]["value"] is None
            assert viewer.topics["liq.long.usd.1h"]["state"] == "fresh"
            await viewer.goes_on(0.8)
            assert venues.asked["binance_usdm"] == 1  # it is asked again every 15 minutes


async def test_a_venue_that_hangs_up_at_once_is_asked_again_ever_more_slowly(world: World) -> None:
    async def hang_up(peer: ServerConnection) -> None:
        await peer.close(1013, "try \x1b[31magain\x1b[0m later")

    async with stage({**SCRIPTS, "kraken": hang_up}) as venues:
        world.settings(venues.endpoints)
        await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: venues.asked["kraken"] >= 3, "three tries")
            await until(lambda: viewer.feed("kraken")["reconnects"] >= 2, "they are counted")
            row = viewer.feed("kraken")
            assert row["error"] == "closed by the venue: 1013 (try again later) try again later"
            assert row["state"] == "connecting"
            assert viewer.topics["btc.kraken.price"]["value"] is None
            assert viewer.value("btc.price") == (PRICES["coinbase"] + PRICES["bitstamp"]) / 2
        first, second, third = venues.times["kraken"][:3]
        assert second - first >= 0.37
        assert third - second >= 0.75


async def test_one_venues_garbage_does_not_disturb_anothers_numbers(world: World) -> None:
    frames: tuple[str | bytes, ...] = (
        *("", "null", "[]", "{", "NaN", "pang", '"\\ud800"', "[" * 50_000, '{"arg":' * 20_000, "\x00" * 1_000),
        *(b"", b"\xff\xfe\x00", b"\x80" * 100_000),
        '{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"px":"1e999","sz":"1","side":"buy"}]}',
        '{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"last":"-1","ts":"1"}]}',
        '{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"instFamily":"BTC-USDT","details":{}}]}',
        "x" * 3_000_000,
    )

    async def babble(peer: ServerConnection) -> None:
        while True:
            for frame in frames:
                await peer.send(frame)
            await asyncio.sleep(0.2)

    async with stage({**SCRIPTS, "okx": babble}) as venues:
        world.settings(venues.endpoints)
        engine = await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: viewer.feed("okx").get("rejected", 0) > 40, "garbage is counted")
            await until(lambda: len(viewer.topics.get("tape", ())) == 7, "the others' liquidations")
            await viewer.goes_on(0.5)
            assert {v: viewer.value(f"btc.{v}.price") for v in PRICES} == {**PRICES, "okx": None}
            assert viewer.value("btc.price") == REFERENCE
            assert viewer.topics["btc.price"]["state"] == "fresh"
            expected = {key: sums[0] for key, sums in LIQUIDATED.items() if key[0] != "okx"}
            assert {key: sums[0] for key, sums in viewer.totals().items()} == expected
            states = viewer.states()
            assert states.pop("okx") == "connecting"  # nothing of this proves that it lives
            assert set(states.values()) == {"live"}
            assert viewer.topics["liq.okx.long.usd.1h"]["value"] is None
            assert viewer.feed("okx")["error"].isprintable()
        assert engine.running
        assert engine.err == ""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def test_no_header_of_one_venue_ends_the_engine_or_another_s_feed(world: World) -> None:
    absurd = "Mon, 30 Nov 2026 10:00:00 +99999999999999"
    asked: list[str] = []

    def pages(path: str) -> Answer:
        asked.append(path)
        return Answer(429, b"slower", {"Retry-After": absurd})

    async def goes_on(peer: ServerConnection) -> None:
        for number in count(1):
            await peer.send(coinbase("40010.25", "0.1", number))
            await asyncio.sleep(0.1)

    scripts = {**SCRIPTS, "coinbase": goes_on, "kraken": refusal(429, "slower", Retry_After=absurd)}
    async with stage(scripts, pages) as built:
        world.settings(built.endpoints)
        engine = await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: viewer.value("btc.coinbase.price") == PRICES["coinbase"], "the others are heard")
            await until(lambda: viewer.feed("kraken").get("error", ""), "the refusal is said")
            await until(lambda: sum("okx" in path for path in asked) > 1, "who answers so is asked again")
            await viewer.goes_on(1)
            assert viewer.feed("coinbase")["state"] == "live"
            assert engine.running
        engine.send(signal.SIGTERM)
        assert (await engine.ended(5)).code == 0
