"""The simulated Bybit over real sockets."""

from itertools import pairwise

import pytest

from feeds import simulate
from tests.simulate.client import asking, storm

LINEAR, INVERSE = "/v5/public/linear", "/v5/public/inverse"


def subscribe(*topics: str) -> dict[str, object]:
    return {"req_id": "1", "op": "subscribe", "args": topics}


async def test_a_subscription_is_acknowledged_once_however_many_its_topics() -> None:
    request = subscribe("allLiquidation.BTCUSDT", "publicTrade.BTCUSDT")
    async with simulate.serve(seed=7) as market, asking(market, "bybit", LINEAR, request) as client:
        ack = await client.next()
        assert ack == {"success": True, "ret_msg": "", "conn_id": ack["conn_id"], "req_id": "1", "op": "subscribe"}
        assert len(ack["conn_id"]) == 36
        assert (await client.next())["topic"] == "publicTrade.BTCUSDT"


async def test_one_topic_that_does_not_exist_fails_the_whole_request() -> None:
    request = subscribe("publicTrade.BTCUSDT", "allLiquidation.NOTHING")
    async with simulate.serve(seed=7, rate=20) as market, asking(market, "bybit", LINEAR, request) as client:
        answer = await client.next()
        assert (answer["success"], answer["op"]) == (False, "subscribe")
        assert answer["ret_msg"] == "error:handler not found,topic:allLiquidation.NOTHING"
        await client.send({"op": "ping"})
        assert (await client.next())["ret_msg"] == "pong"


async def test_the_inverse_contract_is_not_on_the_linear_path() -> None:
    request = subscribe("publicTrade.BTCUSD")
    async with (
        simulate.serve(seed=7, rate=10) as market,
        asking(market, "bybit", LINEAR, request) as linear,
        asking(market, "bybit", INVERSE, request) as inverse,
    ):
        assert (await linear.next())["success"] is False
        assert (await inverse.next())["success"] is True
        assert (await inverse.next())["data"][0]["s"] == "BTCUSD"


async def test_a_ping_is_answered_with_a_pong_whose_op_is_ping() -> None:
    async with (
        simulate.serve(seed=7) as market,
        asking(market, "bybit", LINEAR, {"req_id": "9", "op": "ping"}) as client,
    ):
        answer = await client.next()
        assert answer == {
            "success": True,
            "ret_msg": "pong",
            "conn_id": answer["conn_id"],
            "req_id": "9",
            "op": "ping",
        }


async def test_a_ticker_begins_with_a_snapshot_and_goes_on_with_what_changed() -> None:
    request = subscribe("tickers.BTCUSDT")
    async with simulate.serve(seed=7) as market, asking(market, "bybit", LINEAR, request) as client:
        await client.next()
        snapshot, delta = await client.next(), await client.next()
        assert (snapshot["type"], delta["type"]) == ("snapshot", "delta")
        assert list(snapshot) == ["topic", "type", "data", "cs", "ts"]
        whole, part = snapshot["data"], delta["data"]
        assert {"lastPrice", "markPrice", "indexPrice", "fundingRate", "nextFundingTime", "bid1Price"} < whole.keys()
        assert part["symbol"] == "BTCUSDT"
        assert 1 < len(part) < len(whole)
        assert all(part[name] != whole[name] for name in part if name != "symbol")
        assert all(isinstance(text, str) for text in whole.values())
        assert float(whole["openInterest"]) == pytest.approx(2 * float(whole["singleOpenInterest"]))


async def test_open_interest_of_the_inverse_contract_is_in_dollars() -> None:
    request = subscribe("tickers.BTCUSD")
    async with simulate.serve(seed=7) as market, asking(market, "bybit", INVERSE, request) as client:
        whole = (await client.until(lambda frame: frame.get("type") == "snapshot"))["data"]
        usd, btc = float(whole["singleOpenInterest"]), float(whole["singleOpenInterestValue"])
        assert btc == pytest.approx(9_500, rel=0.02)
        assert usd / btc == pytest.approx(float(whole["markPrice"]), rel=1e-4)


async def test_trades_come_in_rows_of_one_taker() -> None:
    request = subscribe("publicTrade.BTCUSDT")
    async with simulate.serve(seed=7, rate=20) as market, asking(market, "bybit", LINEAR, request) as client:
        frame = await client.until(lambda frame: len(frame.get("data", ())) > 1)
        assert (frame["topic"], frame["type"]) == ("publicTrade.BTCUSDT", "snapshot")
        assert list(frame["data"][0]) == ["T", "s", "S", "v", "p", "L", "i", "BT", "RPI", "seq"]
        assert len({row["S"] for row in frame["data"]}) == len({row["seq"] for row in frame["data"]}) == 1
        assert len({row["i"] for row in frame["data"]}) == len(frame["data"])


async def test_liquidations_come_in_batches_each_half_second_with_the_side_of_the_position() -> None:
    request = subscribe("allLiquidation.BTCUSDT")
    async with (
        storm() as market,
        asking(market, "bybit", LINEAR, request) as client,
    ):
        frames = []
        while len(frames) < 3:
            frames.append(await client.until(lambda frame: "data" in frame))
        assert all(b["ts"] - a["ts"] >= 500 for a, b in pairwise(frames))
        assert any(len(frame["data"]) > 3 for frame in frames)
        assert list(frames[0]["data"][0]) == ["T", "s", "S", "v", "p"]
        rows = [row for frame in frames for row in frame["data"]]
        told = {(e.ts_ms, e.price, e.position) for e in market.ledger.liquidations if e.listing.symbol == "BTCUSDT"}
        assert {(row["T"], float(row["p"]), {"Buy": "long", "Sell": "short"}[row["S"]]) for row in rows} <= told


async def test_an_unknown_operation_is_answered_with_an_error() -> None:
    async with simulate.serve(seed=7) as market, asking(market, "bybit", LINEAR, {"op": "dance"}, "{") as client:
        assert (await client.next())["success"] is False
        assert (await client.next())["ret_msg"] == "error:invalid request"


async def test_what_is_unsubscribed_ends() -> None:
    topics = ("publicTrade.BTCUSDT", "tickers.BTCUSDT")
    async with (
        simulate.serve(seed=7, rate=10) as market,
        asking(market, "bybit", LINEAR, subscribe(*topics)) as client,
    ):
        await client.until(lambda frame: frame.get("topic") == topics[0])
        await client.send({"op": "unsubscribe", "args": [topics[0]]})
        await client.until(lambda frame: frame.get("op") == "unsubscribe")
        assert [(await client.next())["topic"] for _ in range(3)] == [topics[1]] * 3
