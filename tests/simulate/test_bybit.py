"""The simulated Bybit."""

from itertools import pairwise

import pytest

from feeds import simulate
from feeds.simulate.scenes import named
from tests.simulate.client import asking
from tests.simulate.line import Line

LINEAR, INVERSE = "/v5/public/linear", "/v5/public/inverse"


def subscribe(*topics: str) -> dict[str, object]:
    return {"req_id": "1", "op": "subscribe", "args": topics}


def test_a_subscription_is_acknowledged_once_however_many_its_topics() -> None:
    request = subscribe("allLiquidation.BTCUSDT", "publicTrade.BTCUSDT")
    client = Line("bybit", LINEAR, request, scene=named("quiet"))
    ack = client.next()
    assert ack == {"success": True, "ret_msg": "", "conn_id": ack["conn_id"], "req_id": "1", "op": "subscribe"}
    assert len(ack["conn_id"]) == 36
    assert client.next()["topic"] == "publicTrade.BTCUSDT"


def test_one_topic_that_does_not_exist_fails_the_whole_request() -> None:
    request = subscribe("publicTrade.BTCUSDT", "allLiquidation.NOTHING")
    client = Line("bybit", LINEAR, request, scene=named("quiet"), rate=20)
    answer = client.next()
    assert (answer["success"], answer["op"]) == (False, "subscribe")
    assert answer["ret_msg"] == "error:handler not found,topic:allLiquidation.NOTHING"
    client.ask({"op": "ping"})
    assert client.next()["ret_msg"] == "pong"


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


def test_a_ping_is_answered_with_a_pong_whose_op_is_ping() -> None:
    client = Line("bybit", LINEAR, {"req_id": "9", "op": "ping"}, scene=named("quiet"))
    answer = client.next()
    assert answer == {
        "success": True,
        "ret_msg": "pong",
        "conn_id": answer["conn_id"],
        "req_id": "9",
        "op": "ping",
    }


def test_a_ticker_begins_with_a_snapshot_and_goes_on_with_what_changed() -> None:
    request = subscribe("tickers.BTCUSDT")
    client = Line("bybit", LINEAR, request, scene=named("quiet"))
    client.next()
    snapshot, delta = client.next(), client.next()
    assert (snapshot["type"], delta["type"]) == ("snapshot", "delta")
    assert list(snapshot) == ["topic", "type", "data", "cs", "ts"]
    whole, part = snapshot["data"], delta["data"]
    assert {"lastPrice", "markPrice", "indexPrice", "fundingRate", "nextFundingTime", "bid1Price"} < whole.keys()
    assert part["symbol"] == "BTCUSDT"
    assert 1 < len(part) < len(whole)
    assert all(part[name] != whole[name] for name in part if name != "symbol")
    assert all(isinstance(text, str) for text in whole.values())
    assert float(whole["openInterest"]) == pytest.approx(2 * float(whole["singleOpenInterest"]))


def test_open_interest_of_the_inverse_contract_is_in_dollars() -> None:
    request = subscribe("tickers.BTCUSD")
    client = Line("bybit", INVERSE, request, scene=named("quiet"))
    whole = (client.next_that(lambda frame: frame.get("type") == "snapshot"))["data"]
    usd, btc = float(whole["singleOpenInterest"]), float(whole["singleOpenInterestValue"])
    assert btc == pytest.approx(9_500, rel=0.02)
    assert usd / btc == pytest.approx(float(whole["markPrice"]), rel=1e-4)


def test_trades_come_in_rows_of_one_taker() -> None:
    request = subscribe("publicTrade.BTCUSDT")
    client = Line("bybit", LINEAR, request, scene=named("quiet"), rate=20)
    frame = client.next_that(lambda frame: len(frame.get("data", ())) > 1)
    assert (frame["topic"], frame["type"]) == ("publicTrade.BTCUSDT", "snapshot")
    assert list(frame["data"][0]) == ["T", "s", "S", "v", "p", "L", "i", "BT", "RPI", "seq"]
    assert len({row["S"] for row in frame["data"]}) == len({row["seq"] for row in frame["data"]}) == 1
    assert len({row["i"] for row in frame["data"]}) == len(frame["data"])


def test_liquidations_come_in_batches_each_half_second_with_the_side_of_the_position() -> None:
    client = Line("bybit", LINEAR, subscribe("allLiquidation.BTCUSDT"))
    frames = [client.next_that(lambda frame: "data" in frame) for _ in range(3)]
    assert all(b["ts"] - a["ts"] == 500 for a, b in pairwise(frames))
    assert any(len(frame["data"]) > 3 for frame in frames)
    assert list(frames[0]["data"][0]) == ["T", "s", "S", "v", "p"]
    rows = [row for frame in frames for row in frame["data"]]
    assert [(row["T"], float(row["p"]), {"Buy": "long", "Sell": "short"}[row["S"]]) for row in rows] == [
        (event.ts_ms, event.price, event.position) for event in client.told
    ]


def test_an_unknown_operation_is_answered_with_an_error() -> None:
    client = Line("bybit", LINEAR, {"op": "dance"}, "{", scene=named("quiet"))
    assert client.next()["success"] is False
    assert client.next()["ret_msg"] == "error:invalid request"


def test_what_is_unsubscribed_ends() -> None:
    topics = ("publicTrade.BTCUSDT", "tickers.BTCUSDT")
    client = Line("bybit", LINEAR, subscribe(*topics), scene=named("quiet"), rate=10)
    client.next_that(lambda frame: frame.get("topic") == topics[0])
    client.ask({"op": "unsubscribe", "args": [topics[0]]})
    client.next_that(lambda frame: frame.get("op") == "unsubscribe")
    assert [client.next()["topic"] for _ in range(3)] == [topics[1]] * 3
