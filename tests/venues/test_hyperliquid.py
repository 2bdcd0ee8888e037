"""Hyperliquid: a price, funding per hour, open interest, and no liquidations."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import FeedStatus, Funding, OpenInterest, Quote, Rejected, Trade
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http, Out, Refused, Reject
from feeds.venues.hyperliquid import VENUE, Parser
from feeds.wire import Recording

FIXTURE = Path(__file__).parent.parent / "fixtures" / "hyperliquid.jsonl"
NOW = 1789669890000  # 18:31:30
NEXT_HOUR = 1789671600000  # 19:00:00
HOUR = 3_600_000
CONTEXT = {
    "funding": "0.0000125",
    "openInterest": "28000.5",
    "oraclePx": "80010.0",
    "markPx": "80020.5",
    "midPx": "80021.5",
    "premium": "0.0003",
    "dayNtlVlm": "2500000000.0",
    "impactPxs": ["80021.0", "80022.0"],
}


def trades(*rows: object) -> str:
    return json.dumps({"channel": "trades", "data": rows})


def print_of(**parts: Any) -> dict[str, Any]:
    row = {"coin": "BTC", "side": "B", "px": "80000.0", "sz": "0.5", "time": NOW, "hash": "0x", "tid": 7}
    return row | {"users": ["a", "b"]} | parts


def context(coin: str = "BTC", **parts: Any) -> str:
    return json.dumps({"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": CONTEXT | parts}})


def parse(data: str | bytes, parser: Parser | None = None) -> list[Out]:
    return [*(parser or Parser()).parse("hyperliquid", data, NOW)]


# Trades


def test_the_documented_trade_was_a_buyers() -> None:
    frame = (
        '{"channel":"trades","data":[{"coin":"BTC","side":"B","px":"69997.0","sz":"0.38111","time":1730160006192,'
        '"hash":"0x8f1e","tid":1016375172059570,"users":["buyer","seller"]}]}'
    )
    assert parse(frame) == [
        Trade("hyperliquid", "BTC", 1730160006192, NOW, 69997.0, 0.38111, "buy", "1016375172059570")
    ]


def test_an_a_is_a_seller() -> None:
    [trade] = parse(trades(print_of(side="A")))
    assert isinstance(trade, Trade)
    assert trade.side == "sell"


def test_numbers_may_come_as_numbers_and_fields_may_be_added() -> None:
    assert parse(trades(print_of(px=80000, sz=0.5, time=str(NOW), later={}))) == parse(trades(print_of()))


@pytest.mark.parametrize(
    "change",
    [{"px": value} for value in ("NaN", "-1", "0", "", None, {})]
    + [{"sz": value} for value in ("inf", "0", "-2", None)]
    + [{"side": "b"}, {"side": None}, {"time": 99}, {"time": None}, {"tid": None}],
)
def test_a_bad_trade_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    assert [type(out) for out in parse(trades(print_of(**change), print_of()))] == [Rejected, Trade]


@pytest.mark.parametrize("key", ["coin", "side", "px", "sz", "time", "tid"])
def test_a_trade_that_lacks_a_field_is_rejected(key: str) -> None:
    row = print_of()
    del row[key]
    assert [type(out) for out in parse(trades(row))] == [Rejected]


# History


def test_the_first_trades_of_a_connection_are_history_where_they_are_older() -> None:
    parser = Parser()
    parser.opened("hyperliquid", NOW)
    old, new = print_of(time=NOW - 5_001, tid=1), print_of(time=NOW - 5_000, tid=2)
    [trade] = parse(trades(old, new), parser)
    assert isinstance(trade, Trade)
    assert trade.id == "2"
    assert len(parse(trades(old), parser)) == 1


def test_every_connection_begins_with_history() -> None:
    parser = Parser()
    for _ in range(2):
        parser.opened("hyperliquid", NOW)
        assert parse(trades(print_of(time=NOW - HOUR)), parser) == []


def test_in_a_recording_that_starts_in_the_middle_an_acknowledgement_is_the_beginning() -> None:
    parser = Parser()
    assert len(parse(trades(print_of(time=NOW - HOUR)), parser)) == 1
    for kind, expected in (("activeAssetCtx", 1), ("trades", 0)):
        acknowledged = {"method": "subscribe", "subscription": {"type": kind, "coin": "BTC"}}
        assert parse(json.dumps({"channel": "subscriptionResponse", "data": acknowledged}), parser) == []
        assert len(parse(trades(print_of(time=NOW - HOUR)), parser)) == expected


# The context


def test_a_context_is_as_old_as_its_receipt_and_its_funding_is_for_an_hour() -> None:
    assert parse(context()) == [
        Quote("hyperliquid", "BTC", NOW, NOW, mark=80020.5, index=80010.0),
        Funding("hyperliquid", "BTC", NOW, NOW, 0.0000125, 1.0, NEXT_HOUR),
        OpenInterest("hyperliquid", "BTC", NOW, NOW, 28000.5),
    ]


def test_on_the_hour_the_next_funding_is_an_hour_away() -> None:
    funding = Parser().parse("hyperliquid", context(), NEXT_HOUR)[1]
    assert isinstance(funding, Funding)
    assert funding.next_ms == NEXT_HOUR + HOUR


def test_what_a_context_does_not_know_is_not_zero() -> None:
    outs = parse(context(funding=None, openInterest="0.0", oraclePx="", markPx=80020.5))
    assert outs == [Quote("hyperliquid", "BTC", NOW, NOW, mark=80020.5)]


def test_a_funding_of_zero_is_a_rate() -> None:
    funding = parse(context(funding="0.0"))[1]
    assert isinstance(funding, Funding)
    assert funding.rate == 0.0


@pytest.mark.parametrize("bad", [{"markPx": "NaN"}, {"oraclePx": "-1"}, {"funding": "x"}, {"openInterest": "-3"}])
def test_a_context_that_cannot_be_believed_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(Reject):
        parse(context(**bad))


# Control frames and other people's


def test_a_pong_proves_life() -> None:
    assert parse('{"channel":"pong"}') == [Alive()]
    assert parse(b'{"channel":"pong"}') == [Alive()]


def test_an_error_is_refused_in_plain_text() -> None:
    assert parse('{"channel":"error","data":"Invalid \\u001b[31msubscription"}') == [Refused("Invalid subscription")]
    assert parse('{"channel":"error","data":""}') == [Refused("an error without a text")]


@pytest.mark.parametrize(
    "frame",
    [
        trades({"coin": "ETH", "side": "B", "px": "x", "sz": "1", "time": NOW, "tid": 1}),
        context("ETH", markPx={}),
        '{"channel":"allMids","data":{"mids":{"BTC":"80000"}}}',
        '{"channel":"bbo","data":{"coin":"BTC"}}',
    ],
)
def test_what_is_none_of_our_business_is_skipped(frame: str) -> None:
    assert parse(frame) == []


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "pong",
        "[]",
        "{}",
        "{",
        b"\xff",
        '{"channel":7}',
        '{"channel":"trades"}',
        '{"channel":"trades","data":{}}',
        '{"channel":"activeAssetCtx","data":{"coin":"BTC"}}',
        '{"channel":"error","data":{}}',
    ],
)
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame)


def test_no_answer_was_asked_for() -> None:
    for body in ("<html>", "{}"):
        with pytest.raises(Reject, match="nobody asked for"):
            Parser().answer("hyperliquid.http", Http("https://api.hyperliquid.xyz/info", 200, body), NOW)


def test_the_venue_says_that_it_has_no_liquidations() -> None:
    [stream] = VENUE.streams
    assert (VENUE.liquidations, stream.liquidations, VENUE.missed(0, NOW)) == ("none", False, ())
    assert VENUE.note == "no liquidations: Hyperliquid tells of them only to the user who is liquidated"
    assert [json.loads(text)["subscription"]["type"] for text in stream.hello] == ["trades", "activeAssetCtx"]
    assert json.loads(stream.ping or "") == {"method": "ping"}


# A whole recording


def test_a_whole_recording_adds_up() -> None:
    decoder = Decoder({"hyperliquid": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert Counter(type(out) for out in outs) == {
        FeedStatus: 2,
        Trade: 4,
        Quote: 2,
        Funding: 2,
        OpenInterest: 2,
        Rejected: 1,
        Alive: 1,
        Refused: 1,
    }
    assert [(out.price, out.btc, out.side) for out in outs if isinstance(out, Trade)] == [
        (79990.0, 0.1, "buy"),
        (80021.0, 0.38111, "buy"),
        (80020.0, 0.5, "sell"),
        (80022.0, 0.25, "buy"),
    ]


def test_a_session_has_a_price_and_no_liquidations() -> None:
    session = Session(State({"hyperliquid": VENUE}), Engine("replay", "a test", 0, writing=False))
    for frame in Recording(FIXTURE):
        session.frame(frame)
    m = session.snapshot()["metrics"]
    assert (m["btc.hyperliquid.price"].value, m["btc.hyperliquid.price"].as_of_ms) == (80022.0, NOW + 1_491)
    assert not [name for name in m if name.startswith("liq.hyperliquid")]
    assert {m[f"liq.{side}.{unit}.24h"].value for side in ("long", "short") for unit in ("usd", "btc")} == {None}
