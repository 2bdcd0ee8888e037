"""`tidegauge record`: what it leaves behind, however it ends, and that replaying it gives what was heard."""

import resource
import signal
import stat
import time

import pytest

from feeds import simulate
from tests.e2e import raw
from tests.e2e.world import World, totals, until


async def test_a_recording_of_the_simulated_market_replays_to_what_was_heard(world: World) -> None:
    file = world.home / "tide.jsonl.gz"
    async with simulate.serve("cascade", seed=6, rate=6, speed=30) as market:
        world.settings(market.endpoints)
        # OKX begins with its latest record: a young one is news, whoever reads it, and an old one is not.
        await until(lambda: _latest_ms(market, "okx") > time.time() * 1000 - 500, "OKX liquidates")
        done = await world.run("record", file, "--for", "2s")
        published = {key: sums.count for key, sums in market.ledger.published.items()}
    assert (done.code, done.out) == (0, b"")
    assert file.read_bytes()[:2] == b"\x1f\x8b"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [other.name for other in world.home.glob("tide*")] == [file.name]

    recorded = raw.rows(file)
    assert done.err.endswith(f"tidegauge: {len(recorded)} frames in {file}\n")
    assert {feed for _, feed, data in recorded if data is None} == {
        *("binance", "binance_usdm", "bybit.linear", "bybit.inverse", "okx", "coinbase", "kraken", "bitstamp")
    }
    heard = raw.liquidated(recorded)
    assert sum(count for count, _, _ in heard.values()) > 10
    assert all(count <= published[key] for key, (count, _, _) in heard.items())

    replayed = await world.run("replay", file, "--snapshot")
    assert (replayed.code, replayed.err) == (0, "")
    document = replayed.json
    assert document["mode"] == "replay"
    assert document["now_ms"] == max(t for t, _, _ in recorded)
    found = totals(document["topics"]["liquidations"])
    assert found == {key: pytest.approx(sums, abs=1e-4) for key, sums in heard.items()}
    prices = raw.last_prices(recorded)
    assert len(prices) == 7
    assert {venue: document["metrics"][f"btc.{venue}.price"]["value"] for venue in prices} == prices
    refused = {feed.partition(".")[0] for _, feed, data in recorded if isinstance(data, dict) and data["status"] != 200}
    rejected = {row["venue"] for row in document["topics"]["feeds"]["rows"] if row["rejected"]}
    assert rejected <= refused  # where the simulated venue has no such page


def _latest_ms(market: simulate.SimulatedMarket, venue: str) -> int:
    return max((event.ts_ms for event in market.ledger.liquidations if event.listing.venue == venue), default=0)


async def test_a_recorder_that_is_killed_leaves_every_whole_line_readable(world: World) -> None:
    file = world.home / "tide.jsonl"
    async with simulate.serve("quiet", seed=6) as market:
        world.settings(market.endpoints)
        recorder = await world.start("record", file)
        await until(lambda: file.exists() and file.read_bytes().count(b"\n") > 60, "sixty lines")
        recorder.send(signal.SIGKILL)
        await recorder.ended()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    recorded = raw.rows(file)
    assert len(recorded) >= 60
    replayed = await world.run("replay", file, "--snapshot")
    assert replayed.json["now_ms"] == max(t for t, _, _ in recorded)
    assert replayed.json["metrics"]["btc.coinbase.price"]["value"] == raw.last_prices(recorded)["coinbase"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_recorder_that_is_interrupted_closes_its_file(world: World, number: signal.Signals) -> None:
    file = world.home / "tide.jsonl"
    async with simulate.serve("quiet", seed=6) as market:
        world.settings(market.endpoints)
        recorder = await world.start("record", file)
        await until(lambda: file.exists() and file.read_bytes().count(b"\n") > 30, "thirty lines")
        recorder.send(number)
        done = await recorder.ended()
    assert done.code == 0  # without --for, interrupting it is how it ends
    assert file.read_bytes()[:2] == b"\x1f\x8b"
    assert done.err.splitlines()[-1] == f"tidegauge: {len(raw.rows(file))} frames in {file}"


async def test_a_file_that_cannot_be_written_is_said_in_one_line(world: World) -> None:
    async with simulate.serve("quiet", seed=6) as market:
        world.settings(market.endpoints)
        file = world.home / "nowhere" / "tide.jsonl"
        done = await world.run("record", file, "--for", "1s")
        assert (done.code, done.err) == (1, f"tidegauge: {file}: No such file or directory\n")
        done = await world.run("record", world.home, "--for", "1s")
        assert (done.code, done.err) == (1, f"tidegauge: {world.home}: Is a directory\n")


async def test_a_file_that_is_there_is_left_as_it_is_unless_that_is_asked_for(world: World) -> None:
    file, link = world.home / "crash.jsonl", world.home / "link.jsonl"
    file.write_text("a trader's own")
    link.symlink_to(file)
    async with simulate.serve("quiet", seed=6) as market:
        world.settings(market.endpoints)
        for asked in (file, link):
            done = await world.run("record", asked, "--for", "1s")
            said = f"tidegauge: {asked} is there already, and is left as it is; --force writes over it\n"
            assert (done.code, done.out, done.err) == (2, b"", said)
        assert file.read_text() == "a trader's own"
        done = await world.run("record", file, "--for", "1s", "--force")
        assert (done.code, file.read_bytes()[:2]) == (0, b"\x1f\x8b")


async def test_a_disk_that_is_full_ends_the_recording_with_what_was_written(world: World) -> None:
    file = world.home / "tide.jsonl"
    limit = 100_000

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    async with simulate.serve("quiet", seed=6, rate=20) as market:
        world.settings(market.endpoints)
        recorder = await world.start("record", file, preexec=small_disk)
        done = await recorder.ended()
    assert done.code == 1
    assert "recording stopped: File too large" in done.err
    recorded = raw.rows(file)
    assert recorded
    replayed = await world.run("replay", file, "--snapshot")
    assert replayed.json["now_ms"] == max(t for t, _, _ in recorded)
