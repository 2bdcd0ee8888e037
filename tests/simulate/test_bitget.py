"""The simulated Bitget."""

import pytest

from feeds.simulate.events import Sweep
from tests.simulate.line import Line

PATH = "/v3/ws/public"
TRADES = {"instType": "usdt-futures", "topic": "publicTrade", "symbol": "BTCUSDT"}
TICKER = {"instType": "usdt-futures", "topic": "ticker", "symbol": "BTCUSDT"}
LIQUIDATION = {"instType": "usdt-futures", "topic": "liquidation"}


def subscribe(*args: dict[str, str]) -> dict[str, object]:
    return {"op": "subscribe", "args": args}


def test_each_topic_is_acknowledged_and_begins_with_a_snapshot() -> None:
    line = Line("bitget", PATH)
    acks = line.ask(subscribe(TRADES, TICKER, LIQUIDATION))
    assert [ack.get("event") or ack["action"] for ack in acks] == ["subscribe", "snapshot"] * 2 + ["subscribe"]
    assert acks[0] == {"event": "subscribe", "arg": TRADES, "connId": acks[0]["connId"]}
    times = [int(row["T"]) for row in acks[1]["data"]]
    assert times == sorted(times, reverse=True)
    assert acks[-1]["arg"] == LIQUIDATION


@pytest.mark.parametrize(
    ("arg", "code"),
    [
        ({**TRADES, "symbol": "NOUSDT"}, "30001"),
        ({**LIQUIDATION, "symbol": "BTCUSDT"}, "30001"),
        ({**LIQUIDATION, "instType": "spot"}, "30001"),
    ],
)
def test_a_wrong_topic_is_an_error_and_the_others_stand(arg: dict[str, str], code: str) -> None:
    line = Line("bitget", PATH)
    wrong, right = line.ask(subscribe(arg, LIQUIDATION))
    assert (wrong["event"], wrong["code"], wrong["arg"]) == ("error", code, arg)
    assert right["event"] == "subscribe"


def test_ping_is_answered_and_who_does_not_ping_for_two_minutes_is_dropped() -> None:
    line = Line("bitget", PATH)
    assert line.ask("ping") == ["pong"]
    line.now_ms += 119_000
    assert not line.overdue
    line.now_ms += 2000
    assert line.overdue


def test_trades_are_in_bitcoin() -> None:
    line = Line("bitget", PATH, subscribe(TRADES), rate=10)
    line.play(3)
    rows = [row for frame in line.frames if frame.get("action") == "update" for row in frame["data"]]
    sent = [trade for event in line.events if isinstance(event, Sweep) for trade in event.trades]
    assert [(float(row["v"]), float(row["p"]), row["S"], int(row["T"])) for row in rows] == [
        (trade.btc, trade.price, trade.side, trade.ts_ms) for trade in sent
    ]


def test_liquidations_come_every_twenty_seconds_in_dollars_with_the_side_of_the_position() -> None:
    line = Line("bitget", PATH, subscribe(LIQUIDATION))
    frames = [line.until(lambda frame: frame.get("action")) for _ in range(2)]
    assert frames[1]["ts"] - frames[0]["ts"] == 20_000
    rows = [row for frame in frames for row in frame["data"] if row["symbol"] == "BTCUSDT"]
    assert len(rows) == len(line.told) > 20
    for row, event in zip(rows, line.told, strict=True):
        assert row["side"] == {"long": "buy", "short": "sell"}[event.position]
        assert (float(row["amount"]), float(row["price"])) == (pytest.approx(event.usd), event.price)
        assert float(row["amount"]) / float(row["price"]) == pytest.approx(event.btc, rel=1e-9)
        assert int(row["ts"]) == event.ts_ms
    assert frames[0]["data"][-1]["symbol"] == "APEUSDT"


def test_past_liquidations_are_those_that_were_told() -> None:
    line = Line("bitget", PATH, subscribe(LIQUIDATION))
    frame = line.until(lambda frame: frame.get("action"))
    answer = line.get("/api/v3/market/liquidations?category=USDT-FUTURES&symbol=BTCUSDT&limit=100")
    assert (answer["code"], answer["data"]["list"]) == ("00000", frame["data"][-2::-1][:100])


def test_the_instrument_has_its_lot() -> None:
    line = Line("bitget", PATH)
    (row,) = line.get("/api/v3/market/instruments?category=USDT-FUTURES&symbol=BTCUSDT")["data"]
    assert (row["symbol"], row["quantityMultiplier"], row["type"]) == ("BTCUSDT", "0.0001", "perpetual")
    assert line.get("/api/v3/market/instruments?category=SPOT")["data"] == []


@pytest.mark.parametrize("sent", ["{", {"op": "dance"}])
def test_a_wrong_request_is_an_error(sent: object) -> None:
    (answer,) = Line("bitget", PATH).ask(sent)
    assert answer["event"] == "error"
