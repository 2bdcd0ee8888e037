"""The simulated market as a whole: endpoints, venues that drop out or fall silent, and a clean end."""

import asyncio
import threading
import time

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from feeds import simulate
from feeds.settings import SOURCES
from feeds.simulate import SimulatedMarket
from feeds.simulate.scenes import Outage, Scene
from feeds.venues import VENUES as ROWS
from tests.simulate.client import asking, storm, until

MATCHES = {"type": "subscribe", "product_ids": ["BTC-USD"], "channels": ["matches"]}
BYBIT = {"op": "subscribe", "args": ["publicTrade.BTCUSDT"]}
LINEAR = "/v5/public/linear"
CANDLES = "/products/BTC-USD/candles?granularity=60"


async def test_every_venue_has_an_endpoint_for_its_websocket_and_one_for_http() -> None:
    async with simulate.serve("cascade", seed=3) as market:
        assert market.title == "simulated market, scene cascade, seed 3"
        venues = {f"{venue}.{kind}" for venue in simulate.VENUES for kind in ("ws", "http")}
        assert set(market.endpoints) == venues | {f"{name}.http" for name in SOURCES}
        assert set(simulate.VENUES) == {name for name, row in ROWS.items() if row.life.ends_ms is None}
        for name, address in market.endpoints.items():
            venue, kind = name.split(".")
            assert address.startswith(f"{kind}://127.0.0.1:")
            assert address.endswith(f"/{venue}")


@pytest.mark.parametrize("path", ["/nobody", "/kraken/v1", "/binance/spot", "/bybit/v5/public/option", "/", ""])
async def test_a_path_that_no_venue_serves_is_not_found(path: str) -> None:
    async with simulate.serve(seed=7) as market:
        base = market.endpoints["kraken.ws"].removesuffix("/kraken")
        with pytest.raises(InvalidStatus) as refused:
            await connect(base + path, proxy=None)
        assert refused.value.response.status_code == 404


async def test_a_venue_that_is_cut_breaks_its_connections_and_refuses_new_ones_until_restored() -> None:
    async with simulate.serve(seed=7, rate=5) as market, asking(market, "coinbase", "", MATCHES) as client:
        await client.until(lambda frame: frame["type"] == "match")
        await market.cut("coinbase")
        with pytest.raises(ConnectionClosed) as closed:
            await client.until(lambda _: False)
        assert closed.value.rcvd is None  # without a farewell
        with pytest.raises(InvalidStatus) as refused:
            await connect(market.endpoints["coinbase.ws"], proxy=None)
        assert refused.value.response.status_code == 503
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(market.endpoints["coinbase.http"] + CANDLES)).status_code == 503
            await market.restore("coinbase")
            assert (await http.get(market.endpoints["coinbase.http"] + CANDLES)).status_code == 200
        async with asking(market, "coinbase", "", MATCHES) as again:
            await again.until(lambda frame: frame["type"] == "match")


async def test_the_other_venues_do_not_notice_a_cut() -> None:
    async with simulate.serve(seed=7, rate=5) as market, asking(market, "bybit", LINEAR, BYBIT) as client:
        await market.cut("coinbase")
        assert (await client.next())["success"] is True
        assert (await client.next())["topic"] == "publicTrade.BTCUSDT"


async def test_what_a_venue_does_not_send_is_not_in_the_ledger_but_in_its_candles() -> None:
    async with storm() as market:
        await market.cut("bybit")
        trades, told = market.ledger.trades.copy(), market.ledger.published["bybit", "long"].count
        happened = market.ledger.happened["bybit", "long"].count
        await until(lambda: market.ledger.happened["bybit", "long"].count > happened + 10)
        await until(lambda: market.ledger.trades["okx", "BTC-USDT-SWAP"] > trades["okx", "BTC-USDT-SWAP"])
        assert market.ledger.trades["bybit", "BTCUSDT"] == trades["bybit", "BTCUSDT"]
        assert market.ledger.published["bybit", "long"].count == told
        await market.restore("bybit")
        await until(lambda: market.ledger.published["bybit", "long"].count > told)


async def test_what_a_venue_with_a_list_liquidated_while_it_was_down_is_in_the_list_once_it_is_back() -> None:
    async with storm() as market, httpx.AsyncClient(trust_env=False) as http:
        await market.cut("deribit")
        told = market.ledger.published["deribit", "long"].count
        happened = market.ledger.happened["deribit", "long"]
        before = happened.count
        await until(lambda: happened.count >= before + 3)
        assert market.ledger.published["deribit", "long"].count == told
        first, last = market.ledger.liquidations[0].ts_ms, 1 << 60
        await market.restore("deribit")
        assert market.ledger.published["deribit", "long"].count >= told + 3
        between = f"start_timestamp={first}&end_timestamp={last}&count=1000"
        path = f"/api/v2/public/get_last_trades_by_currency_and_time?currency=BTC&kind=future&{between}"
        listed = (await http.get(market.endpoints["deribit.http"] + path)).json()["result"]["trades"]
        kept = [e for e in market.ledger.liquidations if e.listing.symbol == "BTC-PERPETUAL"]
        assert {row["trade_seq"] for row in listed} <= {event.id for event in kept}
        assert len(listed) >= 3


async def test_what_happened_in_a_silence_is_never_told() -> None:
    async with storm() as market:
        market.silence("bybit")
        told, happened = market.ledger.published["bybit", "long"].count, market.ledger.happened["bybit", "long"]
        before = happened.count
        await until(lambda: happened.count >= before + 3)
        await market.restore("bybit")
        assert market.ledger.published["bybit", "long"].count == told


async def test_a_silenced_venue_keeps_its_sockets_and_answers_protocol_pings_only() -> None:
    async with simulate.serve(seed=7, rate=20) as market, asking(market, "bybit", LINEAR, BYBIT) as client:
        await client.until(lambda frame: "topic" in frame)
        market.silence("bybit")
        with pytest.raises(TimeoutError):  # what was under way
            while True:
                await client.next(within=0.1)
        count = market.ledger.trades["okx", "BTC-USDT-SWAP"]
        await client.send({"op": "ping"})
        await asyncio.wait_for(await client.connection.ping(), 60)
        await until(lambda: market.ledger.trades["okx", "BTC-USDT-SWAP"] > count + 20)
        with pytest.raises(TimeoutError):
            await client.next(within=0.1)
        await market.restore("bybit")
        assert (await client.next())["topic"] == "publicTrade.BTCUSDT"


async def test_a_venue_drops_out_where_the_scene_says_so_and_comes_back() -> None:
    scene = Scene("gap", "bybit is away for two seconds", outages=(Outage("bybit", 2.0, 4.0),))
    market = SimulatedMarket(scene, 7, 5.0, 1.0)
    await market.start()
    try:
        async with asking(market, "bybit", LINEAR, BYBIT) as client:
            with pytest.raises(ConnectionClosed):
                await client.until(lambda _: False)
            with pytest.raises(InvalidStatus) as refused:
                await connect(market.endpoints["bybit.ws"] + LINEAR, proxy=None)
            assert refused.value.response.status_code == 503
            silent = market.ledger.trades["bybit", "BTCUSDT"]
            await until(lambda: market.ledger.trades["bybit", "BTCUSDT"] > silent)
            async with asking(market, "bybit", LINEAR, BYBIT) as again:
                assert (await again.next())["success"] is True
    finally:
        await market.close()


async def test_a_client_gets_all_that_the_ledger_says_was_published_in_between() -> None:
    request = {"op": "subscribe", "args": ["allLiquidation.BTCUSDT"]}
    async with storm() as market, asking(market, "bybit", LINEAR, request) as client:
        rows = []
        while len(rows) < 15:
            rows += (await client.next()).get("data", [])
        told = [event for event in market.ledger.liquidations if event.listing.key == ("bybit", "BTCUSDT")]
        sent = [(event.ts_ms, f"{event.quantity:.3f}", f"{event.price:.2f}") for event in told]
        got = [(row["T"], row["v"], row["p"]) for row in rows]
        first = sent.index(got[0])
        assert got == sent[first : first + len(got)]
        usd = sum(float(row["v"]) * float(row["p"]) for row in rows)
        assert usd == pytest.approx(sum(event.usd for event in told[first : first + len(got)]))


async def test_two_clients_of_a_venue_get_the_same() -> None:
    async with (
        simulate.serve(seed=7, rate=20) as market,
        asking(market, "coinbase", "", MATCHES) as one,
        asking(market, "coinbase", "", MATCHES) as two,
    ):
        first = await two.until(lambda frame: frame["type"] == "match")
        same = await one.until(lambda frame: frame.get("trade_id") == first["trade_id"])
        assert [same, *[await one.next() for _ in range(10)]] == [first, *[await two.next() for _ in range(10)]]


async def test_time_is_that_of_the_wall_and_frames_are_prompt() -> None:
    async with simulate.serve(seed=7, rate=20) as market, asking(market, "bybit", LINEAR, BYBIT) as client:
        await client.next()
        lags = []
        for _ in range(20):
            frame = await client.next()
            lags.append(time.time() * 1000 - frame["data"][0]["T"])
        assert all(lag > -5 for lag in lags)
        assert min(lags) < 100


async def test_closing_ends_every_task_thread_and_socket_within_a_second() -> None:
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    market = await simulate.start("cascade", seed=7, rate=20)
    kept = httpx.AsyncClient(trust_env=False)
    assert (await kept.get(market.endpoints["coinbase.http"] + CANDLES)).status_code == 200
    async with asking(market, "coinbase", "", MATCHES) as client, asking(market, "kraken", "/v2") as idle:
        await client.next()
        await idle.next()
        began = time.monotonic()
        await market.close()
        assert time.monotonic() - began < 1
        with pytest.raises(ConnectionClosed):
            await client.until(lambda _: False)
    left = {thread.name for thread in set(threading.enumerate()) - threads}
    assert not [name for name in left if not name.startswith("asyncio_")]  # the loop's own pool
    assert asyncio.all_tasks() == tasks
    with pytest.raises(httpx.TransportError):
        await kept.get(market.endpoints["coinbase.http"] + CANDLES)
    with pytest.raises(OSError, match="Connect call failed"):
        await connect(market.endpoints["kraken.ws"] + "/v2", proxy=None)
    await kept.aclose()


async def test_a_client_that_does_not_read_cannot_hold_the_end_up() -> None:
    market = await simulate.start(seed=7, rate=100)
    reader, writer = await asyncio.open_connection(*address(market.endpoints["binance.ws"]))
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    writer.write(
        b"GET /binance/ws/btcusdt@aggTrade HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key.encode() + b"\r\n\r\n"
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 101")
    began = time.monotonic()
    await market.close()
    assert time.monotonic() - began < 1
    writer.close()


def address(url: str) -> tuple[str, int]:
    host, port = url.split("/")[2].split(":")
    return host, int(port)
