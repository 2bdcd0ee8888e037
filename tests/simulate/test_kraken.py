"""The simulated Kraken."""

import json

import pytest

from feeds.simulate.events import Beat
from feeds.simulate.kraken import Kraken
from feeds.simulate.scenes import named
from tests.simulate.client import Frame
from tests.simulate.line import Line


def subscribe(channel: str, **params: object) -> dict[str, object]:
    return {"method": "subscribe", "params": {"channel": channel, "symbol": ["BTC/USD"], **params}, "req_id": 1}


def test_the_venue_speaks_first() -> None:
    client = Line("kraken", "/v2", scene=named("quiet"))
    status = client.next()
    assert (status["channel"], status["type"]) == ("status", "update")
    assert (status["data"][0]["system"], status["data"][0]["api_version"]) == ("online", "v2")


def test_a_ticker_is_acknowledged_and_begins_with_a_snapshot() -> None:
    request = subscribe("ticker", event_trigger="trades")
    client = Line("kraken", "/v2", request, scene=named("quiet"), rate=5)
    client.next()
    ack = client.next()
    assert ack == {
        "method": "subscribe",
        "result": {"channel": "ticker", "event_trigger": "trades", "snapshot": True, "symbol": "BTC/USD"},
        "success": True,
        "req_id": 1,
        "time_in": ack["time_in"],
        "time_out": ack["time_out"],
    }
    snapshot, update = client.next(), client.next()
    assert (snapshot["type"], update["type"]) == ("snapshot", "update")
    row = update["data"][0]
    assert set(row) == {
        *("symbol", "bid", "bid_qty", "ask", "ask_qty", "last", "volume", "vwap", "low", "high"),
        *("change", "change_pct", "timestamp"),
    }
    assert all(isinstance(row[name], float) for name in ("bid", "ask", "last", "volume"))


def test_trades_are_numbers_with_consecutive_ids() -> None:
    client = Line("kraken", "/v2", subscribe("trade"), scene=named("quiet"), rate=80)
    assert client.next()["channel"] == "status"
    assert client.next()["result"] == {"channel": "trade", "snapshot": False, "symbol": "BTC/USD"}
    rows = []
    while len(rows) < 20:
        frame = client.next()
        assert (frame["channel"], frame["type"]) == ("trade", "update")
        rows += frame["data"]
    assert list(rows[0]) == ["symbol", "side", "price", "qty", "ord_type", "trade_id", "timestamp"]
    assert isinstance(rows[0]["price"], float)
    assert [row["trade_id"] - rows[0]["trade_id"] for row in rows] == list(range(len(rows)))
    client.next_that(lambda frame: len(frame["data"]) > 1)


def test_a_trade_snapshot_is_history_that_the_updates_continue() -> None:
    request = subscribe("trade", snapshot=True)
    client = Line("kraken", "/v2", request, scene=named("quiet"), rate=10, earlier_ms=10_000)
    snapshot = client.next_that(lambda frame: frame.get("type") == "snapshot")
    update = client.next_that(lambda frame: frame.get("type") == "update")
    assert len(snapshot["data"]) == 50
    assert update["data"][0]["trade_id"] == snapshot["data"][-1]["trade_id"] + 1


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (subscribe("trade", symbol=["XBT/USD"]), "Currency pair not supported XBT/USD"),
        (subscribe("dances"), "Subscription name invalid"),
        ({"method": "dance", "req_id": 1}, "Unknown method"),
    ],
)
def test_a_wrong_request_is_answered_without_success(request_: Frame, error: str) -> None:
    client = Line("kraken", "/v2", request_, scene=named("quiet"))
    client.next()
    answer = client.next()
    assert (answer["error"], answer["success"], answer["req_id"]) == (error, False, 1)


def test_a_ping_has_a_pong() -> None:
    client = Line("kraken", "/v2", {"method": "ping", "req_id": 2}, scene=named("quiet"))
    client.next()
    pong = client.next()
    assert (pong["method"], pong["req_id"]) == ("pong", 2)


def test_unsubscribing_ends_the_channel() -> None:
    client = Line("kraken", "/v2", subscribe("trade"), subscribe("ticker"), scene=named("quiet"), rate=20)
    client.next_that(lambda frame: frame["channel"] == "trade" if "channel" in frame else False)
    client.ask({**subscribe("trade"), "method": "unsubscribe"})
    client.next_that(lambda frame: frame.get("method") == "unsubscribe")
    assert [client.next()["channel"] for _ in range(5)] == ["ticker"] * 5


def test_a_heartbeat_comes_while_nothing_else_does() -> None:
    desk = Kraken()
    session = desk.session("/v2", "", 0)
    assert session is not None
    (beat,) = desk.publish(Beat(1000, 10))
    assert session.take(beat, 1000) is None  # nothing is subscribed
    session.on_message(json.dumps(subscribe("trade")), 0)
    assert session.take(beat, 1000) == '{"channel":"heartbeat"}'
    session.sent_ms = 500
    assert session.take(beat, 1000) is None


def test_a_silent_subscription_is_kept_alive_by_heartbeats() -> None:
    request = subscribe("trade")
    client = Line("kraken", "/v2", request, scene=named("quiet"), rate=0.001)
    client.next_that(lambda frame: frame.get("method") == "subscribe")
    assert client.next() == {"channel": "heartbeat"}
