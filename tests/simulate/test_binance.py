"""The simulated Binance, spot and futures,."""

import json

import pytest

from feeds import simulate
from feeds.simulate.binance import Binance
from feeds.simulate.desk import Message
from feeds.simulate.events import Beat, Event, Liquidated
from feeds.simulate.listings import of
from feeds.simulate.market import Market
from feeds.simulate.scenes import named
from tests.simulate.client import Frame, asking
from tests.simulate.line import Line

START_MS = 1_790_000_000_000
FUTURES = of("binance_usdm")[0]


def test_a_combined_stream_comes_wrapped_and_unasked_streams_do_not_come() -> None:
    client = Line("binance", "/stream?streams=btcusdt@aggTrade/btcusdt@miniTicker", scene=named("quiet"), rate=5)
    mini = client.next_that(lambda frame: frame["stream"] == "btcusdt@miniTicker")
    trade = client.next_that(lambda frame: frame["stream"] == "btcusdt@aggTrade")
    assert {frame["stream"] for frame in client.frames} == {"btcusdt@aggTrade", "btcusdt@miniTicker"}
    assert list(mini) == ["stream", "data"]
    assert list(mini["data"]) == ["e", "E", "s", "c", "o", "h", "l", "v", "q"]
    data = trade["data"]
    assert list(data) == ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m", "M"]
    assert (data["e"], data["s"], data["M"]) == ("aggTrade", "BTCUSDT", True)
    assert isinstance(data["p"], str)
    assert len(data["p"].split(".")[1]) == 2
    assert len(data["q"].split(".")[1]) == 5


def test_aggregate_ids_are_consecutive() -> None:
    client = Line("binance", "/ws/btcusdt@aggTrade", scene=named("quiet"), rate=10)
    ids = [client.next()["a"] for _ in range(30)]
    assert ids == list(range(ids[0], ids[0] + 30))


def test_subscriptions_by_message_are_acknowledged_listed_and_ended() -> None:
    request = {"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade", "btcusdt@bookTicker"], "id": 1}
    client = Line("binance", "/ws", request, {"method": "LIST_SUBSCRIPTIONS", "id": 3}, scene=named("quiet"), rate=5)
    assert client.next() == {"result": None, "id": 1}
    assert client.next_that(lambda frame: frame.get("id") == 3) == {
        "result": ["btcusdt@aggTrade", "btcusdt@bookTicker"],
        "id": 3,
    }
    trade = client.next_that(lambda frame: frame.get("e") == "aggTrade")
    assert "stream" not in trade
    client.ask({"method": "UNSUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": "x"})
    client.next_that(lambda frame: frame == {"result": None, "id": "x"})
    assert list(client.next()) == list(client.next()) == ["u", "s", "b", "B", "a", "A"]


def test_a_stream_that_does_not_exist_is_acknowledged_and_stays_silent() -> None:
    client = Line(
        "binance", "/ws/btcusdt@miniTicker", {"method": "SUBSCRIBE", "params": ["x@y"], "id": 1}, scene=named("quiet")
    )
    client.next_that(lambda frame: frame == {"result": None, "id": 1})
    assert client.next()["e"] == "24hrMiniTicker"


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ('{"method":"SUBSCRIBE","params":[1],"id":1}', {"code": 2}),
        ('{"method":"HELLO","id":1}', {"code": 2}),
        ("{", {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}),
    ],
)
def test_a_wrong_request_is_answered_with_an_error(request_: str, error: Frame) -> None:
    client = Line("binance", "/ws", request_, scene=named("quiet"))
    answer = client.next()
    assert error.items() <= answer.items()
    assert answer["msg"].startswith("Invalid")


def test_futures_send_the_mark_price_every_second() -> None:
    path = "/market/stream?streams=btcusdt%40aggTrade%2Fbtcusdt%40markPrice%401s"
    client = Line("binance_usdm", path, scene=named("quiet"))
    marks = [(client.next_that(lambda frame: frame["stream"] == "btcusdt@markPrice@1s"))["data"] for _ in range(2)]
    assert list(marks[0]) == ["e", "E", "s", "p", "P", "i", "r", "T"]
    assert (marks[0]["e"], marks[0]["s"]) == ("markPriceUpdate", "BTCUSDT")
    assert marks[1]["E"] - marks[0]["E"] == 1000
    assert marks[0]["T"] % 28_800_000 == 0
    trade = client.next_that(lambda frame: frame["stream"] == "btcusdt@aggTrade")
    assert list(trade["data"]) == ["e", "E", "s", "a", "p", "q", "nq", "f", "l", "T", "m", "st"]


async def test_a_connection_gets_only_the_streams_of_its_path() -> None:
    streams = "btcusdt@bookTicker/btcusdt@aggTrade/btcusdt@markPrice@1s"
    async with (
        simulate.serve(seed=7, rate=5) as market,
        asking(market, "binance_usdm", f"/public/stream?streams={streams}") as public,
        asking(market, "binance_usdm", f"/market/stream?streams={streams}") as other,
    ):
        for _ in range(2):
            assert (await public.next())["stream"] == "btcusdt@bookTicker"
            assert (await other.next())["stream"] != "btcusdt@bookTicker"


async def test_the_futures_path_of_before_the_split_acknowledges_and_says_nothing() -> None:
    request = {"method": "SUBSCRIBE", "params": ["btcusdt@markPrice@1s"], "id": 1}
    async with (
        simulate.serve(seed=7, rate=20) as market,
        asking(market, "binance_usdm", "/stream?streams=btcusdt@aggTrade", request) as client,
        asking(market, "binance_usdm", "/public/ws/btcusdt@bookTicker") as witness,
    ):
        assert await client.next() == {"result": None, "id": 1}
        await witness.next()
        await witness.next()
        await client.send({"method": "LIST_SUBSCRIPTIONS", "id": 2})
        assert (await client.next())["id"] == 2


def liquidated(ts_ms: int, price: float, position: str = "long") -> Liquidated:
    return Liquidated(FUTURES, ts_ms, position, price, 0.5, 0.5, 0.5 * price)  # type: ignore[arg-type]


def published(*events: Liquidated | Beat) -> list[Message]:
    desk = Binance("binance_usdm")
    for event in before():
        desk.publish(event)
    return [message for event in events for message in desk.publish(event) if "forceOrder" in message.channel]


def before() -> list[Event]:
    return Market(named("quiet"), 7, START_MS - 2000).step(START_MS - 1000, 1000)


def test_of_the_liquidations_of_one_second_only_the_latest_is_published() -> None:
    sent = published(
        liquidated(START_MS + 100, 64_000.0),
        liquidated(START_MS + 900, 63_900.0),
        Beat(START_MS + 1000, 10),
        liquidated(START_MS + 1100, 63_800.0, "short"),
        Beat(START_MS + 1900, 19),
        Beat(START_MS + 2000, 20),
        Beat(START_MS + 3000, 30),
    )
    told = [event for message in sent for event in message.liquidations]
    assert [(event.price, event.position) for event in told] == [(63_900.0, "long"), (63_800.0, "short")]
    assert [message.channel for message in sent] == ["market/btcusdt@forceOrder", "market/!forceOrder@arr"] * 2


def test_a_liquidated_long_is_a_sell_order_filled_above_its_limit() -> None:
    one, of_all = published(liquidated(START_MS + 100, 64_000.0), Beat(START_MS + 1000, 10))
    body = json.loads(one.body)
    assert body == {
        "e": "forceOrder",
        "E": START_MS + 1000,
        "o": {
            "s": "BTCUSDT",
            "S": "SELL",
            "o": "LIMIT",
            "f": "IOC",
            "q": "0.500",
            "p": "63744.00",
            "ap": "64000.00",
            "X": "FILLED",
            "l": "0.500",
            "z": "0.500",
            "T": START_MS + 100,
        },
    }
    assert json.loads(of_all.body) == {**body, "st": 1, "ps": "BTCUSDT"}


def test_much_more_happens_in_a_storm_than_is_told() -> None:
    client = Line("binance_usdm", "/market/ws/btcusdt@forceOrder")
    first, second = client.next(), client.next()
    assert second["E"] - first["E"] >= 1000
    happened = [event for event in client.events if isinstance(event, Liquidated)]
    assert [event.ts_ms for event in client.told] == [first["o"]["T"], second["o"]["T"]]
    assert len(happened) > 5 * len(client.told)
