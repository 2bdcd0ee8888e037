"""The simulated Coinbase."""

import re

import pytest
from websockets.exceptions import ConnectionClosed

from feeds import simulate
from feeds.simulate.scenes import named
from tests.simulate.client import Frame, asking
from tests.simulate.line import Line


def subscribe(*channels: object, products: tuple[str, ...] = ("BTC-USD",)) -> dict[str, object]:
    return {"type": "subscribe", "product_ids": products, "channels": channels}


def test_a_subscription_is_answered_with_all_subscriptions_then_with_where_things_stand() -> None:
    request = subscribe("ticker", "matches", "heartbeat")
    client = Line("coinbase", "", request, scene=named("quiet"))
    assert client.next() == {
        "type": "subscriptions",
        "channels": [
            {"name": name, "product_ids": ["BTC-USD"], "account_ids": None}
            for name in ("ticker", "matches", "heartbeat")
        ],
    }
    assert client.next()["type"] == "last_match"
    assert client.next()["type"] == "ticker"


def test_a_match_has_the_maker_s_side_and_its_ticker_the_taker_s() -> None:
    request = subscribe("ticker", {"name": "matches", "product_ids": ["BTC-USD"]})
    client = Line("coinbase", "/", request, scene=named("quiet"), rate=5)
    match = client.next_that(lambda frame: frame["type"] == "match")
    ticker = client.next()
    assert (ticker["type"], ticker["trade_id"]) == ("ticker", match["trade_id"])
    assert {match["side"], ticker["side"]} == {"buy", "sell"}
    assert (match["price"], match["size"]) == (ticker["price"], ticker["last_size"])
    assert set(match) == {
        *("type", "trade_id", "maker_order_id", "taker_order_id", "side", "size", "price"),
        *("product_id", "sequence", "time"),
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", match["time"])
    assert (len(match["price"].split(".")[1]), len(match["size"].split(".")[1])) == (2, 8)
    assert {"open_24h", "volume_24h", "low_24h", "high_24h", "volume_30d", "best_bid", "best_ask"} < set(ticker)


def test_trade_ids_follow_the_last_match_and_sequences_have_gaps() -> None:
    client = Line("coinbase", "", subscribe("matches"), scene=named("quiet"), rate=10)
    client.next()
    frames = [client.next() for _ in range(10)]
    assert [frame["type"] for frame in frames] == ["last_match", *["match"] * 9]
    assert [frame["trade_id"] - frames[0]["trade_id"] for frame in frames] == list(range(10))
    assert frames[-1]["sequence"] - frames[0]["sequence"] == 27


def test_heartbeats_come_every_second_and_alone_where_alone_they_were_asked_for() -> None:
    client = Line("coinbase", "", subscribe("heartbeat"), scene=named("quiet"), rate=5)
    client.next()
    beats = [client.next(), client.next()]
    assert [list(beat) for beat in beats] == [["type", "sequence", "last_trade_id", "product_id", "time"]] * 2
    assert [beat["type"] for beat in beats] == ["heartbeat", "heartbeat"]
    assert beats[1]["last_trade_id"] > beats[0]["last_trade_id"]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (subscribe("dances"), "dances is not a valid channel"),
        (subscribe("matches", products=("BTC-XXX",)), "BTC-XXX is not a valid product"),
        (subscribe(), "no channels or products provided"),
    ],
)
def test_a_wrong_subscription_is_an_error_with_a_reason(request_: Frame, reason: str) -> None:
    client = Line("coinbase", "", request_, scene=named("quiet"))
    assert client.next() == {"type": "error", "message": "Failed to subscribe", "reason": reason}


def test_unsubscribing_ends_a_channel() -> None:
    client = Line("coinbase", "", subscribe("matches", "heartbeat"), scene=named("quiet"), rate=5)
    client.next_that(lambda frame: frame["type"] == "match")
    client.ask({"type": "unsubscribe", "product_ids": ["BTC-USD"], "channels": ["matches"]})
    left = client.next_that(lambda frame: frame["type"] == "subscriptions" and len(frame["channels"]) == 1)
    assert left["channels"][0]["name"] == "heartbeat"
    assert client.next()["type"] == "heartbeat"


async def test_who_does_not_subscribe_within_five_seconds_is_dropped() -> None:
    async with simulate.serve(seed=7) as market, asking(market, "coinbase", "") as client:
        (session,) = market._sessions["coinbase"].values()
        session.opened_ms -= 4500  # as if that long had passed
        with pytest.raises(ConnectionClosed) as closed:
            await client.next(within=3)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
