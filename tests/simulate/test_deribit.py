"""The simulated Deribit."""

import pytest

from feeds.simulate.events import Ticker
from tests.simulate.line import START_MS, Line

PATH = "/ws/api/v2"
TRADES = "trades.future.BTC.100ms"
TICKER = "ticker.BTC-PERPETUAL.100ms"
API = "/api/v2/public"


def request(id_: int, method: str, **params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": id_, "method": f"public/{method}", "params": params}


def subscribe(*channels: str) -> dict[str, object]:
    return request(1, "subscribe", channels=channels)


def test_the_answer_to_a_subscription_lists_only_what_was_accepted() -> None:
    (answer, _) = Line("deribit", PATH).ask(subscribe(TRADES, "dances.BTC", TICKER))
    assert (answer["id"], answer["result"], answer["testnet"]) == (1, [TRADES, TICKER], False)


def test_raw_channels_are_refused() -> None:
    (answer,) = Line("deribit", PATH).ask(subscribe("ticker.BTC-PERPETUAL.raw"))
    assert answer["error"] == {"code": 13778, "message": "raw_subscriptions_not_available_for_unauthorized"}


@pytest.mark.parametrize(
    ("sent", "code"), [("{", -32700), (request(2, "dance"), -32601), (request(2, "set_heartbeat", interval=5), -32602)]
)
def test_a_wrong_request_is_answered_with_an_error(sent: object, code: int) -> None:
    (answer,) = Line("deribit", PATH).ask(sent)
    assert answer["error"]["code"] == code


def test_a_ticker_comes_at_once_and_then_as_often_as_its_channel_says() -> None:
    line = Line("deribit", PATH, subscribe(TICKER, "ticker.BTC_USDC-PERPETUAL.agg2"))
    line.frames.clear()
    line.play(10)
    names = [frame["params"]["channel"] for frame in line.frames]
    assert (names.count(TICKER), names.count("ticker.BTC_USDC-PERPETUAL.agg2")) == (20, 10)
    data = line.frames[0]["params"]["data"]
    assert data["open_interest"] / data["mark_price"] == pytest.approx(14_000, rel=0.02)


def test_a_fill_of_a_liquidation_is_marked_by_which_side_was_closed() -> None:
    line = Line("deribit", PATH, subscribe(TRADES))
    line.play(20)
    rows = [row for frame in line.frames if "params" in frame for row in frame["params"]["data"]]
    marked = [row for row in rows if "liquidation" in row]
    assert len(marked) == len(line.told) > 10
    closed = {("T", "sell"): "long", ("T", "buy"): "short", ("M", "sell"): "short", ("M", "buy"): "long"}
    for row, event in zip(marked, line.told, strict=True):
        assert closed[row["liquidation"], row["direction"]] == event.position
        assert (row["amount"], row["price"], row["timestamp"]) == (event.usd, event.price, event.ts_ms)
        assert row["amount"] % 10 == 0
    assert {row["liquidation"] for row in marked} == {"T", "M"}
    assert [row["trade_seq"] for row in rows] == list(range(rows[0]["trade_seq"], rows[0]["trade_seq"] + len(rows)))


def test_who_does_not_answer_the_test_request_is_dropped() -> None:
    line = Line("deribit", PATH, request(1, "set_heartbeat", interval=10))
    asked = {"jsonrpc": "2.0", "method": "heartbeat", "params": {"type": "test_request"}}
    line.until(lambda frame: frame == asked)
    assert not line.overdue
    (answer,) = line.ask(request(9, "test"))
    assert answer["result"] == {"version": "1.2.26"}
    line.play(9)
    assert not line.overdue
    line.until(lambda frame: frame == asked)
    line.play(10.1)
    assert line.overdue


def test_the_curve_is_named_after_its_expiries() -> None:
    line = Line("deribit", PATH)
    rows = line.get(f"{API}/get_instruments?currency=BTC&kind=future&expired=false")["result"]
    assert [row["instrument_name"] for row in rows] == ["BTC-PERPETUAL", "BTC-25SEP26", "BTC-25DEC26"]
    assert [row["settlement_period"] for row in rows] == ["perpetual", "month", "month"]
    assert rows[1]["expiration_timestamp"] - START_MS < 5 * 86_400_000
    curve = line.get(f"{API}/get_book_summary_by_currency?currency=USDC&kind=future")["result"]
    assert "BTC_USDC-25DEC26" in [row["instrument_name"] for row in curve]


def test_past_liquidations_are_what_was_told_between_two_times() -> None:
    line = Line("deribit", PATH, subscribe(TRADES))
    line.play(10)
    first, last = START_MS + 4000, START_MS + 9000
    between = f"currency=BTC&kind=future&sorting=asc&count=1000&start_timestamp={first}&end_timestamp={last}"
    result = line.get(f"{API}/get_last_trades_by_currency_and_time?{between}")["result"]
    sent = {
        row["trade_id"]: row
        for frame in line.frames
        if "params" in frame
        for row in frame["params"]["data"]
        if "liquidation" in row and first <= row["timestamp"] <= last
    }
    assert [row["trade_id"] for row in result["trades"]] == list(sent)
    for row in result["trades"]:
        assert row.items() <= sent[row["trade_id"]].items()
    assert result["has_more"] is False


def test_before_the_first_ticker_there_is_no_curve() -> None:
    line = Line("deribit", PATH, earlier_ms=0)
    assert not [event for event in line.before if isinstance(event, Ticker)]
    assert line.get(f"{API}/get_book_summary_by_currency?currency=BTC&kind=future")["result"] == []
