"""The simulated BitMEX."""

import pytest

from tests.simulate.line import Frame, Line

PATH = "/realtime"


def subscribe(*topics: str) -> dict[str, object]:
    return {"op": "subscribe", "args": topics}


def rows(line: Line, table: str, action: str) -> list[Frame]:
    frames = [frame for frame in line.frames if (frame.get("table"), frame.get("action")) == (table, action)]
    return [row for frame in frames for row in frame["data"]]


def test_it_says_welcome_and_acknowledges_each_topic_with_the_table_as_it_is() -> None:
    line = Line("bitmex", PATH, subscribe("trade:XBTUSD", "instrument:XBTUSDT"))
    welcome, one, trades, two, state = line.frames
    assert welcome["info"] == "Welcome to the BitMEX Realtime API."
    assert (one["success"], one["subscribe"], two["subscribe"]) == (True, "trade:XBTUSD", "instrument:XBTUSDT")
    assert (trades["table"], trades["action"], trades["filter"]) == ("trade", "partial", {"symbol": "XBTUSD"})
    assert {row["symbol"] for row in trades["data"]} == {"XBTUSD"}
    assert [row["symbol"] for row in state["data"]] == ["XBTUSDT"]
    assert state["data"][0]["fundingInterval"] == "2000-01-01T08:00:00.000Z"


@pytest.mark.parametrize("sent", ["{", {"op": "dance"}, subscribe("dances")])
def test_a_wrong_request_is_answered_with_an_error(sent: object) -> None:
    (answer,) = Line("bitmex", PATH).ask(sent)
    assert answer["status"] == 400
    assert answer["error"]


def test_ping_is_answered_with_pong_as_plain_text() -> None:
    assert Line("bitmex", PATH).ask("ping") == ["pong"]


def test_instruments_change_once_a_second_by_what_is_different() -> None:
    line = Line("bitmex", PATH, subscribe("instrument:XBTUSD"))
    (whole,) = rows(line, "instrument", "partial")
    line.play(5)
    changes = rows(line, "instrument", "update")
    assert len(changes) == 5
    assert all(len(change) < len(whole) for change in changes)
    assert "fundingInterval" not in changes[0]


def test_a_contract_is_a_dollar_or_a_millionth_of_a_bitcoin() -> None:
    line = Line("bitmex", PATH, subscribe("trade:XBTUSD", "trade:XBTUSDT"), rate=5)
    line.play(5)
    found = rows(line, "trade", "insert")
    for row in found:
        btc = row["size"] / row["price"] if row["symbol"] == "XBTUSD" else row["size"] / 1e6
        assert row["homeNotional"] == pytest.approx(btc)
        assert row["foreignNotional"] == pytest.approx(btc * row["price"])
        assert row["size"] % 100 == 0
    assert {row["symbol"] for row in found} == {"XBTUSD", "XBTUSDT"}


def test_a_liquidation_order_is_put_in_worked_off_and_deleted() -> None:
    line = Line("bitmex", PATH, subscribe("liquidation"))
    line.play(4)
    event = line.told[0]
    order = rows(line, "liquidation", "insert")[0]
    assert order == {
        "orderID": order["orderID"],
        "symbol": event.listing.symbol,
        "side": {"long": "Sell", "short": "Buy"}[event.position],
        "price": event.price,
        "leavesQty": event.quantity,
    }
    (update,) = [row for row in rows(line, "liquidation", "update") if row["orderID"] == order["orderID"]]
    assert update["leavesQty"] == order["leavesQty"] // 2
    assert {"orderID": order["orderID"], "symbol": order["symbol"]} in rows(line, "liquidation", "delete")


def test_all_liquidations_come_with_another_coin_s_and_one_symbol_s_without() -> None:
    every, one = Line("bitmex", PATH, subscribe("liquidation")), Line("bitmex", PATH, subscribe("liquidation:XBTUSD"))
    for line in (every, one):
        line.play(18)
    assert {row["symbol"] for row in rows(every, "liquidation", "insert")} == {"XBTUSD", "XBTUSDT", "ETHUSD"}
    assert {row["symbol"] for row in rows(one, "liquidation", "insert")} == {"XBTUSD"}


def test_open_orders_are_the_state_of_the_table_and_no_news() -> None:
    line = Line("bitmex", PATH)
    while not (line.published and line.now_ms - line.published[-1].ts_ms < 200):
        line.play(0.1)
    (_, state) = line.ask(subscribe("liquidation"))
    assert state["action"] == "partial"
    assert state["data"][-1]["price"] == line.published[-1].price
    assert line.told == []


def test_the_active_instruments_hold_what_is_no_contract_of_bitcoin_too() -> None:
    listed = {row["symbol"]: row for row in Line("bitmex", PATH).get("/api/v1/instrument/active")}
    assert set(listed) == {"XBTUSD", "XBTUSDT", "XBTU26", "XBTZ26", "XBT_USDT", "ETHUSD"}
    assert listed["XBTZ26"]["expiry"] == "2026-12-25T12:00:00.000Z"
    assert (listed["XBTZ26"]["typ"], listed["XBTUSD"]["typ"], listed["XBT_USDT"]["typ"]) == (
        "FFCCSX",
        "FFWCSX",
        "IFXXXP",
    )
