"""The simulated OKX."""

import json
import time

import pytest

from feeds import simulate
from feeds.simulate.market import Market
from feeds.simulate.okx import Okx
from feeds.simulate.scenes import named
from tests.simulate.client import asking, storm
from tests.simulate.line import Line

START_MS = 1_790_000_000_000
PATH = "/ws/v5/public"
SWAP = "BTC-USDT-SWAP"


def subscribe(*args: dict[str, str]) -> dict[str, object]:
    return {"op": "subscribe", "args": args}


def test_each_channel_is_acknowledged_for_itself() -> None:
    args = ({"channel": "trades", "instId": SWAP}, {"channel": "liquidation-orders", "instType": "FUTURES"})
    client = Line("okx", PATH, subscribe(*args), scene=named("quiet"))
    acks = [client.next(), client.next()]
    assert [ack["arg"] for ack in acks] == list(args)
    assert acks[0] == {"event": "subscribe", "arg": args[0], "connId": acks[0]["connId"]}
    assert acks[0]["connId"] == acks[1]["connId"]


def test_ping_is_answered_with_pong_as_plain_text() -> None:
    client = Line("okx", PATH, "ping", scene=named("quiet"))
    assert client.next() == "pong"


@pytest.mark.parametrize(
    ("arg", "said"),
    [
        ({"channel": "trades", "instId": "BTC-XXX"}, "channel:trades,instId:BTC-XXX doesn't exist"),
        ({"channel": "dances", "instId": SWAP}, f"channel:dances,instId:{SWAP} doesn't exist"),
        ({"channel": "liquidation-orders", "instType": "SPOT"}, "channel:liquidation-orders doesn't exist"),
    ],
)
def test_a_wrong_channel_is_an_error_and_the_others_stand(arg: dict[str, str], said: str) -> None:
    good = {"channel": "tickers", "instId": SWAP}
    client = Line("okx", PATH, subscribe(arg, good), scene=named("quiet"))
    error = client.next()
    assert (error["event"], error["code"]) == ("error", "60018")
    assert error["msg"].startswith(f"Subscribe failed, wrong URL or {said}. Please use")
    assert client.next()["event"] == "subscribe"
    assert client.next()["arg"] == good


def test_what_is_no_request_is_an_error() -> None:
    client = Line("okx", PATH, "hello", {"op": "dance", "args": []}, scene=named("quiet"))
    assert client.next()["code"] == "60012"
    assert client.next()["code"] == "60012"


def test_states_come_at_once_with_their_fields() -> None:
    channels = ("tickers", "mark-price", "funding-rate", "open-interest")
    args = [{"channel": channel, "instId": SWAP} for channel in channels]
    args.append({"channel": "index-tickers", "instId": "BTC-USDT"})
    client = Line("okx", PATH, subscribe(*args), scene=named("quiet"))
    states = {}
    for _ in args:
        assert (client.next_that(lambda frame: "event" in frame))["event"] == "subscribe"
        frame = client.next()
        states[frame["arg"]["channel"]] = frame["data"][0]
    assert list(states) == [*channels, "index-tickers"]
    assert {"last", "askPx", "bidPx", "open24h", "vol24h", "volCcy24h", "ts"} < states["tickers"].keys()
    assert list(states["mark-price"]) == ["instType", "instId", "markPx", "ts"]
    assert list(states["index-tickers"]) == ["instId", "idxPx", "ts"]
    interest = states["open-interest"]
    assert float(interest["oi"]) == pytest.approx(100 * float(interest["oiCcy"]), rel=1e-6)
    funding = states["funding-rate"]
    assert int(funding["nextFundingTime"]) - int(funding["fundingTime"]) == 28_800_000
    assert all(isinstance(text, str) for state in states.values() for text in state.values())


def test_trades_are_counted_in_contracts() -> None:
    args = [{"channel": "trades", "instId": symbol} for symbol in (SWAP, "BTC-USDT")]
    client = Line("okx", PATH, subscribe(*args), scene=named("quiet"), rate=10)
    frame = client.next_that(lambda frame: frame.get("data") and frame["arg"]["instId"] == SWAP)
    row = frame["data"][0]
    assert list(row) == ["instId", "tradeId", "px", "sz", "side", "ts", "count", "source"]
    assert not row["sz"].endswith((".", ".0", ".00"))
    ids = [int(row["tradeId"])]
    for _ in range(10):
        frame = client.next_that(lambda frame: frame["arg"]["instId"] == SWAP)
        ids.append(int(frame["data"][0]["tradeId"]))
    assert ids == list(range(ids[0], ids[0] + 11))


async def test_the_first_liquidation_after_a_subscription_is_an_old_record() -> None:
    request = subscribe({"channel": "liquidation-orders", "instType": "SWAP"})
    async with simulate.serve(seed=7) as market, asking(market, "okx", PATH, request) as client:
        await client.next()
        frame = await client.next()
        row = frame["data"][0]
        assert frame["arg"] == {"channel": "liquidation-orders", "instType": "SWAP"}
        assert list(row) == ["details", "instFamily", "instId", "instType", "uly"]
        assert (row["instId"], row["instFamily"], row["uly"]) == (SWAP, "BTC-USDT", "BTC-USDT")
        detail = row["details"][0]
        assert list(detail) == ["bkLoss", "bkPx", "ccy", "posSide", "side", "sz", "ts"]
        told = [event.ts_ms for event in market.ledger.liquidations if event.listing.venue == "okx"]
        assert int(detail["ts"]) in told or int(detail["ts"]) < time.time() * 1000 - 2_000_000


async def test_a_new_subscriber_gets_the_latest_liquidation_again() -> None:
    request = subscribe({"channel": "liquidation-orders", "instType": "SWAP"})
    async with (
        storm() as market,
        asking(market, "okx", PATH, request) as client,
    ):
        await client.until(lambda frame: frame.get("data"))
        async with asking(market, "okx", PATH, request) as second:
            frame = await second.until(lambda frame: frame.get("data"))
        (old,) = frame["data"][0]["details"]
        while all(old not in frame["data"][0]["details"] for frame in client.frames if frame.get("data")):
            await client.next()
        assert int(old["ts"]) < time.time() * 1000


async def test_liquidations_have_the_side_of_the_order_and_the_position_beside_it() -> None:
    request = subscribe({"channel": "liquidation-orders", "instType": "SWAP"})
    async with (
        storm() as market,
        asking(market, "okx", PATH, request) as client,
    ):
        await client.until(lambda frame: frame.get("data"))
        batch = await client.until(lambda frame: len(frame["data"][0]["details"]) > 1)
        told = {(str(e.ts_ms), e.quantity, e.price, e.position) for e in market.ledger.liquidations}
        for row in batch["data"][0]["details"]:
            assert (row["ts"], float(row["sz"]), float(row["bkPx"]), row["posSide"]) in told
            assert row["side"] == {"long": "sell", "short": "buy"}[row["posSide"]]


def test_liquidations_of_other_coins_come_on_the_same_channel() -> None:
    desk, market = Okx(), Market(named("quiet"), 7, START_MS)
    sent = []
    for now_ms in range(START_MS + 100, START_MS + 40_000, 100):
        for event in market.step(now_ms, 100):
            sent += [message for message in desk.publish(event) if message.channel == "liquidation-orders:SWAP"]
    others = [message for message in sent if not message.liquidations]
    assert len(others) == 3
    assert json.loads(others[0].body)["data"][0]["instId"] == "ETH-USDT-SWAP"


def test_the_other_paths_are_not_served() -> None:
    assert Okx().session("/ws/v5/business", "", 0) is None


def test_a_connection_without_a_word_for_thirty_seconds_is_overdue() -> None:
    session = Okx().session(PATH, "", 1000)
    assert session is not None
    assert not session.overdue(31_000)
    assert session.overdue(31_001)
