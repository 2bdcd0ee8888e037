"""The simulated Gate."""

import pytest

from feeds.simulate.events import Sweep
from tests.simulate.line import START_MS, Line

PATH = "/v4/ws/usdt"
API = "/api/v4"


def subscribe(channel: str, *payload: str) -> dict[str, object]:
    return {"time": START_MS // 1000, "channel": f"futures.{channel}", "event": "subscribe", "payload": payload}


def test_a_subscription_is_acknowledged_with_its_channel() -> None:
    line = Line("gate", PATH)
    (ack,) = line.ask(subscribe("trades", "BTC_USDT"))
    assert ack == {
        "time": line.now_ms // 1000,
        "time_ms": line.now_ms,
        "channel": "futures.trades",
        "event": "subscribe",
        "error": None,
        "result": {"status": "success"},
    }


def test_one_unknown_contract_fails_the_whole_request() -> None:
    line = Line("gate", PATH)
    (answer,) = line.ask(subscribe("trades", "BTC_USDT", "NO_USDT"))
    assert answer["error"] == {"code": 2, "message": "unknown contract NO_USDT"}
    assert line.play(3) == []


def test_a_ping_is_answered_with_a_pong() -> None:
    (answer,) = Line("gate", PATH).ask({"time": 1, "channel": "futures.ping"})
    assert answer["channel"] == "futures.pong"


def test_what_cannot_be_read_is_an_error() -> None:
    (answer,) = Line("gate", PATH).ask("{")
    assert answer["error"]["code"] == 1


def test_sizes_are_decimal_text_with_the_taker_s_sign() -> None:
    line = Line("gate", PATH, subscribe("trades", "BTC_USDT"), rate=10)
    line.play(5)
    rows = [row for frame in line.frames[1:] for row in frame["result"]]
    sent = [trade for event in line.events if isinstance(event, Sweep) for trade in event.trades]
    assert [float(row["size"]) for row in rows] == [
        trade.quantity if trade.side == "buy" else -trade.quantity for trade in sent
    ]
    assert all(isinstance(row["size"], str) and row["contract"] == "BTC_USDT" for row in rows)
    assert sent[0].btc == pytest.approx(sent[0].quantity * 0.0001)


def test_liquidations_come_by_the_second_with_the_order_s_sign_and_limit() -> None:
    line = Line("gate", PATH, subscribe("public_liquidates", "!all"))
    frames = [line.until(lambda frame: frame["event"] == "update") for _ in range(3)]
    assert len({frame["time"] for frame in frames}) == 3
    rows = [row for frame in frames for row in frame["result"]]
    assert len(rows) == len(line.told)
    for row, event in zip(rows, line.told, strict=True):
        long = event.position == "long"
        assert float(row["size"]) == (-event.quantity if long else event.quantity)
        assert (float(row["price"]) < event.price) is long
        assert row["time_ms"] == event.ts_ms


def test_the_list_tells_the_position_the_order_and_what_it_left() -> None:
    line = Line("gate", PATH)
    line.play(10)
    rows = line.get(f"{API}/futures/usdt/liq_orders?contract=BTC_USDT&limit=1000")
    assert len(rows) == len(line.published) > 10
    for row, event in zip(rows, reversed(line.published), strict=True):
        size, order, left = (float(row[name]) for name in ("size", "order_size", "left"))
        assert (size > 0) is (event.position == "long") is (order < 0)
        assert abs(order) - abs(left) == pytest.approx(event.quantity)
        assert abs(size) >= abs(order)
        assert (float(row["fill_price"]), row["time"]) == (event.price, event.ts_ms // 1000)
    assert len({row["left"] for row in rows}) > 1
    assert len(line.get(f"{API}/futures/usdt/liq_orders?contract=BTC_USDT&limit=3&from=1&to=2")) == 3  # as was seen


def test_contracts_are_named_after_the_day_they_end() -> None:
    line = Line("gate", PATH)
    assert line.get(f"{API}/futures/usdt/contracts/BTC_USDT")["quanto_multiplier"] == "0.0001"
    rows = line.get(f"{API}/delivery/usdt/contracts")
    assert [row["name"] for row in rows] == ["BTC_USDT_20260925", "BTC_USDT_20261225"]
    assert rows[0]["expire_time"] == 1_790_323_200


def test_before_the_first_ticker_no_contract_is_known() -> None:
    line = Line("gate", PATH, earlier_ms=0)
    assert line.answer(f"{API}/futures/usdt/contracts/BTC_USDT").status == 404
    assert line.get(f"{API}/delivery/usdt/contracts") == []
