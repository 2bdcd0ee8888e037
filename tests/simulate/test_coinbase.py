"""The simulated Coinbase over real sockets."""

import re

import pytest
from websockets.exceptions import ConnectionClosed

from feeds import simulate
from tests.simulate.client import Frame, asking


def subscribe(*channels: object, products: tuple[str, ...] = ("BTC-USD",)) -> dict[str, object]:
    return {"type": "subscribe", "product_ids": products, "channels": channels}


async def test_a_subscription_is_answered_with_all_subscriptions_then_with_where_things_stand() -> None:
    request = subscribe("ticker", "matches", "heartbeat")
    async with simulate.serve(seed=7) as market, asking(market, "coinbase", "", request) as client:
        assert await client.next() == {
            "type": "subscriptions",
            "channels": [
                {"name": name, "product_ids": ["BTC-USD"], "account_ids": None}
                for name in ("ticker", "matches", "heartbeat")
            ],
        }
        assert (await client.next())["type"] == "last_match"
        assert (await client.next())["type"] == "ticker"


async def test_a_match_has_the_maker_s_side_and_its_ticker_the_taker_s() -> None:
    request = subscribe("ticker", {"name": "matches", "product_ids": ["BTC-USD"]})
    async with simulate.serve(seed=7, rate=5) as market, asking(market, "coinbase", "/", request) as client:
        match = await client.until(lambda frame: frame["type"] == "match")
        ticker = await client.next()
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


async def test_trade_ids_follow_the_last_match_and_sequences_have_gaps() -> None:
    async with (
        simulate.serve(seed=7, rate=10) as market,
        asking(market, "coinbase", "", subscribe("matches")) as client,
    ):
        await client.next()
        frames = [await client.next() for _ in range(10)]
        assert [frame["type"] for frame in frames] == ["last_match", *["match"] * 9]
        assert [frame["trade_id"] - frames[0]["trade_id"] for frame in frames] == list(range(10))
        assert frames[-1]["sequence"] - frames[0]["sequence"] == 27


async def test_heartbeats_come_every_second_and_alone_where_alone_they_were_asked_for() -> None:
    async with (
        simulate.serve(seed=7, rate=5) as market,
        asking(market, "coinbase", "", subscribe("heartbeat")) as client,
    ):
        await client.next()
        beats = [await client.next(), await client.next()]
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
async def test_a_wrong_subscription_is_an_error_with_a_reason(request_: Frame, reason: str) -> None:
    async with simulate.serve(seed=7) as market, asking(market, "coinbase", "", request_) as client:
        assert await client.next() == {"type": "error", "message": "Failed to subscribe", "reason": reason}


async def test_unsubscribing_ends_a_channel() -> None:
    async with (
        simulate.serve(seed=7, rate=5) as market,
        asking(market, "coinbase", "", subscribe("matches", "heartbeat")) as client,
    ):
        await client.until(lambda frame: frame["type"] == "match")
        await client.send({"type": "unsubscribe", "product_ids": ["BTC-USD"], "channels": ["matches"]})
        left = await client.until(lambda frame: frame["type"] == "subscriptions" and len(frame["channels"]) == 1)
        assert left["channels"][0]["name"] == "heartbeat"
        assert (await client.next())["type"] == "heartbeat"


async def test_who_does_not_subscribe_within_five_seconds_is_dropped() -> None:
    async with simulate.serve(seed=7) as market, asking(market, "coinbase", "") as client:
        with pytest.raises(ConnectionClosed) as closed:
            await client.next(within=8)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
