"""The simulated Bitstamp over real sockets."""

import pytest

from feeds import simulate
from tests.simulate.client import Frame, asking

CHANNEL = "live_trades_btcusd"


def ask(event: str, **data: object) -> dict[str, object]:
    return {"event": event, "data": data}


async def test_a_subscription_succeeds_and_trades_follow() -> None:
    request = ask("bts:subscribe", channel=CHANNEL)
    async with simulate.serve(seed=7, rate=10) as market, asking(market, "bitstamp", "", request) as client:
        assert await client.next() == {"event": "bts:subscription_succeeded", "channel": CHANNEL, "data": {}}
        trade = await client.next()
        assert (trade["event"], trade["channel"]) == ("trade", CHANNEL)
        data = trade["data"]
        assert set(data) == {
            *("id", "timestamp", "amount", "amount_str", "price", "price_str", "type", "microtimestamp"),
            *("buy_order_id", "sell_order_id"),
        }
        assert (float(data["price_str"]), float(data["amount_str"])) == (data["price"], data["amount"])
        assert data["type"] in (0, 1)
        assert data["microtimestamp"].startswith(data["timestamp"])
        assert len(data["microtimestamp"]) == len(data["timestamp"]) + 6


async def test_a_heartbeat_is_answered() -> None:
    async with simulate.serve(seed=7) as market, asking(market, "bitstamp", "", {"event": "bts:heartbeat"}) as client:
        assert await client.next() == {"event": "bts:heartbeat", "channel": "", "data": {"status": "success"}}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ask("bts:subscribe", channel="dances"), "Bad subscription string."),
        ("{", "Incorrect JSON format."),
        (ask("dance"), "Unknown event."),
    ],
)
async def test_a_wrong_request_is_an_error(request_: Frame, message: str) -> None:
    async with simulate.serve(seed=7) as market, asking(market, "bitstamp", "", request_) as client:
        assert await client.next() == {"event": "bts:error", "channel": "", "data": {"code": None, "message": message}}


async def test_unsubscribing_ends_the_trades() -> None:
    async with (
        simulate.serve(seed=7, rate=20) as market,
        asking(market, "bitstamp", "", ask("bts:subscribe", channel=CHANNEL)) as client,
    ):
        await client.until(lambda frame: frame["event"] == "trade")
        await client.send(ask("bts:unsubscribe", channel=CHANNEL))
        await client.until(lambda frame: frame["event"] == "bts:unsubscription_succeeded")
        told = market.ledger.trades["bitstamp", "btcusd"]
        while market.ledger.trades["bitstamp", "btcusd"] < told + 10:
            await client.send({"event": "bts:heartbeat"})
            assert (await client.next())["event"] == "bts:heartbeat"
