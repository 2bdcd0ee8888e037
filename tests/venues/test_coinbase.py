"""Coinbase: the maker's side turned into the taker's, what is history, candles, and what cannot be believed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Bar, Quote, Rejected, Timeframe, Trade
from feeds.venue import Alive, Http, Out, Refused, Reject
from feeds.venues.coinbase import VENUE, Parser
from feeds.wire import Recording

FIXTURE = Path(__file__).parent.parent / "fixtures" / "coinbase.jsonl"
NOW = 1789669890000
MATCH = {
    "type": "match",
    "trade_id": 216544,
    "maker_order_id": "ac928c66-ca53-498f-9c13-a110027a60e8",
    "taker_order_id": "132fb6ae-456b-4654-b4e0-d681ac05cea1",
    "side": "buy",
    "size": "0.97",
    "price": "80004.5",
    "product_id": "BTC-USD",
    "sequence": 253395153,
    "time": "2019-08-01T00:00:03.816458Z",
}
MATCH_MS = 1564617603816
TICKER = {
    "type": "ticker",
    "sequence": 50978628538,
    "product_id": "BTC-USD",
    "price": "17165.16",
    "open_24h": "16437.94",
    "best_bid": "17165.15",
    "best_bid_size": "0.6154",
    "best_ask": "17167.76",
    "best_ask_size": "0.1852",
    "side": "sell",
    "time": "2022-12-01T00:00:00.122581Z",
    "trade_id": 463751434,
    "last_size": "0.05",
}


def parse(frame: dict[str, Any] | str | bytes) -> list[Out]:
    return [*Parser().parse("coinbase", json.dumps(frame) if isinstance(frame, dict) else frame, NOW)]


def candles(body: str, query: str = "granularity=60", status: int = 200, base: str = "https://x.test") -> list[Out]:
    return [*Parser().answer("coinbase", Http(f"{base}/products/BTC-USD/candles?{query}", status, body), NOW)]


@pytest.mark.parametrize(("maker", "taker"), [("buy", "sell"), ("sell", "buy")])
def test_the_side_of_a_match_is_the_makers_so_the_taker_did_the_opposite(maker: str, taker: Any) -> None:
    assert parse(MATCH | {"side": maker}) == [
        Trade("coinbase", "BTC-USD", MATCH_MS, NOW, 80004.5, 0.97, taker, "216544")
    ]


def test_the_last_match_before_the_subscription_is_a_price_with_its_time_and_no_trade() -> None:
    assert parse(MATCH | {"type": "last_match"}) == [Quote("coinbase", "BTC-USD", MATCH_MS, NOW, last=80004.5)]


def test_a_ticker_is_a_quote_and_never_a_trade() -> None:
    assert parse(TICKER) == [Quote("coinbase", "BTC-USD", 1669852800122, NOW, 17165.16, 17165.15, 17167.76)]


def test_a_ticker_without_a_bid_does_not_know_it() -> None:
    assert parse(TICKER | {"best_bid": "0", "best_ask": ""}) == [
        Quote("coinbase", "BTC-USD", 1669852800122, NOW, last=17165.16)
    ]


def test_a_heartbeat_is_proof_of_life() -> None:
    frame = (
        '{"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD",'
        '"time":"2014-11-07T08:19:28.464459Z"}'
    )
    assert parse(frame) == [Alive()]


def test_an_error_is_refused_with_message_and_reason() -> None:
    frame = {"type": "error", "message": "Failed to subscribe", "reason": "BTC-FOO is not\na valid product"}
    assert parse(frame) == [Refused("Failed to subscribe: BTC-FOO is not a valid product")]
    assert parse({"type": "error", "message": "Malformed JSON"}) == [Refused("Malformed JSON")]


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "subscriptions", "channels": [{"name": "matches", "product_ids": ["BTC-USD"]}]},
        {"type": "match", "product_id": "ETH-USD", "side": 7, "price": {"odd": 1}},
        {"type": "last_match", "product_id": "BTC-USDC"},
        {"type": "ticker", "product_id": "ETH-GBP", "price": None},
        {"type": "l2update", "product_id": "BTC-USD", "changes": [["buy", "1", "2"]]},
    ],
)
def test_what_is_none_of_our_business_is_skipped(frame: dict[str, Any]) -> None:
    assert parse(frame) == []


@pytest.mark.parametrize("change", [{"price": value} for value in ("NaN", "-1", "0", "", None, "inf", [], True)])
@pytest.mark.parametrize("frame", [MATCH, MATCH | {"type": "last_match"}, TICKER])
def test_a_price_that_cannot_be_believed_is_rejected(frame: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame | change)


@pytest.mark.parametrize(
    "change",
    [{"size": "-0.97"}, {"size": "0"}, {"size": "nan"}, {"side": "none"}, {"trade_id": "x"}]
    + [{"time": value} for value in ("", "yesterday", "2019-08-01T00:00:03", "1999-08-01T00:00:03Z", None, 5)],
)
def test_a_match_that_cannot_be_believed_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(MATCH | change)


@pytest.mark.parametrize("key", ["price", "size", "side", "time", "trade_id"])
def test_a_match_that_lacks_a_field_is_rejected(key: str) -> None:
    with pytest.raises(MsgspecError, match=key):
        parse({name: value for name, value in MATCH.items() if name != key})


@pytest.mark.parametrize("frame", ["", "pong", "{}", "[]", "null", '{"type":7}', '{"type":"match"', b"\xff\xfe\x00"])
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame)


def test_candles_are_low_high_open_close_and_newest_first() -> None:
    body = "[[1789669860,79990.01,80012.5,80000.1,80010.0,1.5],[1789669800,79975.2,80005.5,79980,80000.1,0]]"
    assert candles(body, base="http://127.0.0.1:9/proxy") == [
        Bar("coinbase", "BTC-USD", "1m", 1789669800000, 79980.0, 80005.5, 79975.2, 80000.1, 0.0),
        Bar("coinbase", "BTC-USD", "1m", 1789669860000, 80000.1, 80012.5, 79990.01, 80010.0, 1.5),
    ]


@pytest.mark.parametrize(
    ("frame", "seconds"), [("1m", "60"), ("5m", "300"), ("15m", "900"), ("1h", "3600"), ("1d", "86400")]
)
def test_every_time_frame_that_is_offered_is_asked_in_seconds(frame: Timeframe, seconds: str) -> None:
    url = f"https://api.exchange.coinbase.com/products/BTC-USD/candles?granularity={seconds}"
    assert VENUE.bars(frame) == url
    [bar] = Parser().answer("coinbase", Http(url, 200, "[[1789603200,1,3,1,2,5]]"), NOW)
    assert bar == Bar("coinbase", "BTC-USD", frame, 1789603200000, 1.0, 3.0, 1.0, 2.0, 5.0)


def test_four_hours_are_not_offered() -> None:
    assert VENUE.bars("4h") is None


def test_a_bad_candle_is_rejected_beside_the_good_one() -> None:
    bad = ["[1789669860,3,1,2,2,5]", "[1789669860,1,3,2,2,-5]", "[1789669860,0,3,2,2,5]", "[1789669861,1,3,2,2,5]"]
    bad += ["[1789669860,1,3]", "[1789669860,null,3,2,2,5]", "[60,1,3,2,2,5]", "{}"]
    outs = candles(f"[{','.join(bad)},[1789669800,1,3,2,2,5]]")
    assert Counter(type(out) for out in outs) == {Rejected: 8, Bar: 1}


@pytest.mark.parametrize(
    ("body", "status", "query", "reason"),
    [
        ("<html>Just a moment...</html>", 503, "granularity=60", "HTTP 503: a page instead of data"),
        ("<html></html>", 200, "granularity=60", "HTTP 200: a page instead of data"),
        ('{"message":"NotFound"}', 404, "granularity=60", 'HTTP 404: {"message":"NotFound"}'),
        ("[]", 200, "granularity=21600", "unknown time frame: '21600'"),
        ("[]", 200, "", "unknown time frame"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(body: str, status: int, query: str, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        candles(body, query, status)


def test_an_answer_of_another_shape_or_address_is_refused() -> None:
    with pytest.raises(MsgspecError):
        candles('{"message":"ok"}')
    with pytest.raises(Reject, match="nobody asked for"):
        Parser().answer("coinbase", Http("https://x.test/products/ETH-USD/candles?granularity=60", 200, "[]"), NOW)


def test_a_whole_recording_adds_up() -> None:
    decoder = Decoder({"coinbase": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert Counter(type(out).__name__ for out in outs) == {
        "Bar": 2,
        "FeedStatus": 1,
        "Quote": 2,
        "Alive": 2,
        "Trade": 2,
        "Rejected": 1,
        "Refused": 1,
    }
    assert [(out.side, out.btc, out.price) for out in outs if isinstance(out, Trade)] == [
        ("sell", 0.5, 80004.5),
        ("buy", 0.125, 80006.0),
    ]
    assert [out.reason for out in outs if isinstance(out, Rejected)] == ["size is not above zero: -0.5"]
