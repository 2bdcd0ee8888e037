"""The simulated HTX."""

import gzip
import json
import zlib

import pytest

from feeds import simulate
from feeds.simulate.events import Sweep
from tests.simulate.client import asking
from tests.simulate.line import STEP_MS, Line

MARKET, NOTIFICATION = "/linear-swap-ws", "/linear-swap-notification"
TRADES = {"sub": "market.BTC-USDT.trade.detail", "id": "1"}
LIQUIDATIONS = {"op": "sub", "cid": "2", "topic": "public.*.liquidation_orders"}
V1 = "/linear-swap-api/v1"


async def test_frames_are_binary_gzip_over_a_socket_too() -> None:
    async with simulate.serve(seed=7) as market, asking(market, "htx", MARKET, TRADES) as client:
        frame = await client.connection.recv()
        assert isinstance(frame, bytes)
        ack = json.loads(zlib.decompress(frame, 31))
        assert ack == {"id": "1", "ts": ack["ts"], "status": "ok", "subbed": TRADES["sub"]}


def test_the_first_trades_are_those_of_before() -> None:
    line = Line("htx", MARKET, earlier_ms=20_000)
    _, frame = line.ask(TRADES)
    (last,) = [event for event in line.before if isinstance(event, Sweep)][-1:]
    assert [row["ts"] for row in frame["tick"]["data"]] == [trade.ts_ms for trade in last.trades]


def test_trades_count_both_sides() -> None:
    line = Line("htx", MARKET, TRADES, rate=10)
    line.play(5)
    sent = [trade for event in line.events if isinstance(event, Sweep) for trade in event.trades]
    rows = [row for frame in line.frames[2:] if "tick" in frame for row in frame["tick"]["data"]]
    assert len(rows) == len(sent) > 10
    for row, trade in zip(rows, sent, strict=True):
        assert row["quantity"] == pytest.approx(2 * trade.btc)
        assert row["amount"] == 2 * trade.quantity
        assert (row["price"], row["direction"]) == (trade.price, trade.side)


def test_a_ping_of_the_market_has_to_be_answered_with_its_number() -> None:
    line = Line("htx", MARKET)
    for _ in range(8):
        ping = line.until(lambda frame: "ping" in frame)["ping"]
        assert isinstance(ping, int)
        assert line.ask({"pong": ping}) == []
        assert not line.overdue
    for _ in range(6):
        assert not line.overdue
        line.until(lambda frame: "ping" in frame)
        line.ask({"pong": 1})
    assert line.overdue


def test_a_ping_of_the_notifications_has_to_be_answered_with_its_text() -> None:
    line = Line("htx", NOTIFICATION)
    ping = line.until(lambda frame: frame["op"] == "ping")
    assert ping == {"op": "ping", "ts": str(line.now_ms)}
    line.ask({"op": "pong", "ts": int(ping["ts"])})  # a number is no echo
    line.play(30 + STEP_MS / 1000)
    assert line.overdue
    assert line.ask({"op": "pong", "ts": ping["ts"]}) == []
    assert not line.overdue


def test_a_notification_topic_is_acknowledged_and_refused_twice() -> None:
    line = Line("htx", NOTIFICATION)
    (ack,) = line.ask(LIQUIDATIONS)
    assert ack == {"op": "sub", "cid": "2", "topic": LIQUIDATIONS["topic"], "ts": line.now_ms, "err-code": 0}
    (again,) = line.ask(LIQUIDATIONS)
    assert again["err-code"] == 2014
    (wrong,) = line.ask({"op": "sub", "cid": "3", "topic": "public.dances"})
    assert wrong["err-code"] == 2011


def test_a_liquidation_has_the_order_s_direction_and_is_not_doubled() -> None:
    line = Line("htx", NOTIFICATION, LIQUIDATIONS)
    line.play(20)
    rows = [row for frame in line.frames if frame["op"] == "notify" for row in frame["data"]]
    ours = [row for row in rows if row["contract_code"] == "BTC-USDT"]
    assert {row["contract_code"] for row in rows} == {"BTC-USDT", "ETH-USDT"}
    assert len(ours) == len(line.told) > 10
    for row, event in zip(ours, line.told, strict=True):
        assert row["direction"] == {"long": "sell", "short": "buy"}[event.position]
        assert (row["volume"], row["price"], row["created_at"]) == (event.quantity, event.price, event.ts_ms)
        assert row["amount"] == pytest.approx(event.btc)
        assert row["trade_turnover"] == pytest.approx(event.usd)


def test_one_contract_s_liquidations_come_without_another_coin_s() -> None:
    line = Line("htx", NOTIFICATION, {**LIQUIDATIONS, "topic": "public.BTC-USDT.liquidation_orders"})
    line.play(20)
    topics = {frame["topic"] for frame in line.frames if frame["op"] == "notify"}
    assert topics == {"public.BTC-USDT.liquidation_orders"}


def test_the_funding_rate_comes_at_once_and_then_every_minute() -> None:
    line = Line("htx", NOTIFICATION)
    _, first = line.ask({"op": "sub", "cid": "1", "topic": "public.BTC-USDT.funding_rate"})
    assert int(first["data"][0]["settlement_time"]) % 28_800_000 == 0
    assert float(first["data"][0]["funding_rate"]) == pytest.approx(0.0001, rel=0.2)
    assert line.until(lambda frame: frame["op"] == "notify", 61)["topic"] == first["topic"]


def test_open_interest_counts_both_sides() -> None:
    (row,) = Line("htx", MARKET).get(f"{V1}/swap_open_interest?contract_code=BTC-USDT")["data"]
    assert row["amount"] == pytest.approx(2 * 3_900, rel=0.02)
    assert row["volume"] == pytest.approx(row["amount"] / 0.001)


def test_contracts_are_listed_by_kind_and_priced_apart() -> None:
    line = Line("htx", MARKET)
    (swap,) = line.get(f"{V1}/swap_contract_info?contract_code=BTC-USDT")["data"]
    assert (swap["contract_size"], swap["delivery_time"], swap["business_type"]) == (0.001, "", "swap")
    rows = line.get(f"{V1}/swap_contract_info?pair=BTC-USDT&business_type=futures")["data"]
    codes = [row["contract_code"] for row in rows]
    assert codes == ["BTC-USDT-260925", "BTC-USDT-261225"]
    ticks = line.get("/linear-swap-ex/market/detail/batch_merged?business_type=futures")["ticks"]
    assert [tick["contract_code"] for tick in ticks] == codes
    assert all(tick["bid"][0] < float(tick["close"]) < tick["ask"][0] for tick in ticks)


def test_past_liquidations_are_those_told_between_two_times() -> None:
    line = Line("htx", NOTIFICATION, LIQUIDATIONS)
    line.play(10)
    first, last = line.now_ms - 8000, line.now_ms - 2000
    times = f"trade_type=0&start_time={first}&end_time={last}"
    answer = line.get(f"/linear-swap-api/v3/swap_liquidation_orders?contract=BTC-USDT&{times}")
    known = [event.ts_ms for event in line.published if first <= event.ts_ms <= last]
    assert (answer["code"], [row["created_at"] for row in answer["data"]]) == (200, known[::-1])
    assert len(known) > 1


@pytest.mark.parametrize(
    ("path", "sent"), [(MARKET, "{"), (MARKET, {"sub": "dances"}), (NOTIFICATION, {"op": "dance"})]
)
def test_a_wrong_request_is_an_error(path: str, sent: object) -> None:
    (answer,) = Line("htx", path).ask(sent)
    assert "error" in (answer.get("status"), answer.get("op"))


def test_every_frame_is_packed() -> None:
    line = Line("htx", MARKET)
    (answer,) = line.send(json.dumps(TRADES))[:1]
    assert isinstance(answer, bytes)
    assert answer[:2] == b"\x1f\x8b"
    assert json.loads(gzip.decompress(answer))["status"] == "ok"
