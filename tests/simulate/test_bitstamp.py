"""The simulated Bitstamp."""

import pytest

from feeds.simulate.scenes import named
from tests.simulate.client import Frame
from tests.simulate.line import Line

CHANNEL = "live_trades_btcusd"


def ask(event: str, **data: object) -> dict[str, object]:
    return {"event": event, "data": data}


def test_a_subscription_succeeds_and_trades_follow() -> None:
    request = ask("bts:subscribe", channel=CHANNEL)
    client = Line("bitstamp", "", request, scene=named("quiet"), rate=10)
    assert client.next() == {"event": "bts:subscription_succeeded", "channel": CHANNEL, "data": {}}
    trade = client.next()
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


def test_a_heartbeat_is_answered() -> None:
    client = Line("bitstamp", "", {"event": "bts:heartbeat"}, scene=named("quiet"))
    assert client.next() == {"event": "bts:heartbeat", "channel": "", "data": {"status": "success"}}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ask("bts:subscribe", channel="dances"), "Bad subscription string."),
        ("{", "Incorrect JSON format."),
        (ask("dance"), "Unknown event."),
    ],
)
def test_a_wrong_request_is_an_error(request_: Frame, message: str) -> None:
    client = Line("bitstamp", "", request_, scene=named("quiet"))
    assert client.next() == {"event": "bts:error", "channel": "", "data": {"code": None, "message": message}}


def test_unsubscribing_ends_the_trades() -> None:
    client = Line("bitstamp", "", ask("bts:subscribe", channel=CHANNEL), scene=named("quiet"), rate=20)
    client.next_that(lambda frame: frame["event"] == "trade")
    (answer,) = client.ask(ask("bts:unsubscribe", channel=CHANNEL))
    assert answer["event"] == "bts:unsubscription_succeeded"
    happened = len(client.events)
    assert client.play(3) == []
    assert len(client.events) > happened + 10
