"""The simulated Hyperliquid."""

import pytest

from feeds.simulate.events import Sweep
from tests.simulate.line import Frame, Line

PATH = "/ws"


def subscribe(kind: str, coin: str = "BTC") -> dict[str, object]:
    return {"method": "subscribe", "subscription": {"type": kind, "coin": coin}}


def test_a_subscription_is_answered_with_itself_and_the_latest_trades() -> None:
    line = Line("hyperliquid", PATH, earlier_ms=20_000)
    answer, trades = line.ask(subscribe("trades"))
    assert answer == {"channel": "subscriptionResponse", "data": subscribe("trades")}
    assert len(trades["data"]) == 10
    assert all(row["time"] <= line.now_ms for row in trades["data"])


@pytest.mark.parametrize("sent", ["{", subscribe("liquidations"), subscribe("trades", "NOTHING"), {"method": "dance"}])
def test_a_wrong_request_is_an_error(sent: Frame) -> None:
    (answer,) = Line("hyperliquid", PATH).ask(sent)
    assert answer["channel"] == "error"
    assert isinstance(answer["data"], str)


def test_a_trade_has_its_aggressor_as_b_or_a() -> None:
    line = Line("hyperliquid", PATH, subscribe("trades"), rate=10)
    line.frames.clear()
    line.play(5)
    rows = [row for frame in line.frames for row in frame["data"]]
    sent = [trade for event in line.events if isinstance(event, Sweep) for trade in event.trades]
    assert [(row["side"], float(row["sz"]), float(row["px"])) for row in rows] == [
        ({"buy": "B", "sell": "A"}[trade.side], trade.btc, trade.price) for trade in sent
    ]
    assert len({row["tid"] for row in rows}) == len(rows)


def test_the_context_comes_at_once_and_each_second_with_funding_of_one_hour() -> None:
    line = Line("hyperliquid", PATH, subscribe("activeAssetCtx"))
    frame = line.frames[1]
    assert float(frame["data"]["ctx"]["funding"]) == pytest.approx(0.0001 / 8, rel=0.2)
    assert float(frame["data"]["ctx"]["openInterest"]) == pytest.approx(27_000, rel=0.02)
    assert len(line.play(10)) == 10


def test_ping_is_answered_and_an_idle_connection_closed() -> None:
    line = Line("hyperliquid", PATH)
    assert line.ask({"method": "ping"}) == [{"channel": "pong"}]
    line.now_ms += 60_000
    assert not line.overdue
    line.now_ms += 1000
    assert line.overdue


def test_what_is_unsubscribed_ends_and_liquidations_there_are_none() -> None:
    line = Line("hyperliquid", PATH, subscribe("activeAssetCtx"))
    line.ask({**subscribe("activeAssetCtx"), "method": "unsubscribe"})
    assert line.play(10) == []
    assert line.published == []
