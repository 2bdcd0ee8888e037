"""Bitstamp: the taker's side, whole numbers, heartbeats, candles, and what cannot be believed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Bar, Rejected, Timeframe, Trade
from feeds.venue import Alive, Http, Out, Reconnect, Refused, Reject
from feeds.venues.bitstamp import VENUE, Parser
from feeds.wire import Recording

FIXTURE = Path(__file__).parent.parent / "fixtures" / "bitstamp.jsonl"
NOW = 1789669890000
DATA = {
    "microtimestamp": "1569888000557673",
    "amount": 0.02834,
    "buy_order_id": 4092105830,
    "sell_order_id": 4092105831,
    "amount_str": "0.02834000",
    "price_str": "8304.47",
    "timestamp": "1569888000",
    "price": 8304.47,
    "type": 0,
    "id": 98000129,
}
CANDLE = {"timestamp": "1789603200", "open": "2", "high": "3", "low": "1", "close": "2", "volume": "5"}


def parse(frame: dict[str, Any] | str | bytes) -> list[Out]:
    return [*Parser().parse("bitstamp", json.dumps(frame) if isinstance(frame, dict) else frame, NOW)]


def trade(channel: str = "live_trades_btcusd", **change: Any) -> dict[str, Any]:
    return {"data": DATA | change, "event": "trade", "channel": channel}


def ohlc(*rows: dict[str, Any], step: str = "60") -> list[Out]:
    url = f"http://127.0.0.1:9/bs/api/v2/ohlc/btcusd/?step={step}&limit=500"
    body = json.dumps({"data": {"pair": "BTC/USD", "ohlc": rows}})
    return [*Parser().answer("bitstamp", Http(url, 200, body), NOW)]


@pytest.mark.parametrize(("kind", "side"), [(0, "buy"), (1, "sell")])
def test_type_0_bought_and_type_1_sold(kind: int, side: Any) -> None:
    assert parse(trade(type=kind)) == [
        Trade("bitstamp", "btcusd", 1569888000557, NOW, 8304.47, 0.02834, side, "98000129")
    ]


def test_numbers_are_taken_from_their_text() -> None:
    [out] = parse(trade(price=1e-9, amount="?", price_str="8304.48", amount_str="0.00000001"))
    assert isinstance(out, Trade)
    assert (out.price, out.btc) == (8304.48, 1e-8)


def test_the_answer_to_our_heartbeat_is_proof_of_life() -> None:
    assert parse('{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}') == [Alive()]


def test_a_heartbeat_that_failed_is_none() -> None:
    assert parse('{"event":"bts:heartbeat","data":{"status":"failure"}}') == [Refused("heartbeat: failure")]


def test_a_request_to_reconnect_is_followed() -> None:
    assert parse('{"event":"bts:request_reconnect","channel":"","data":""}') == [Reconnect("the venue asked for it")]


def test_an_error_is_refused_in_plain_text() -> None:
    frame = '{"event":"bts:error","channel":"","data":{"code":null,"message":"Bad\\u001b[2J subscription string."}}'
    assert parse(frame) == [Refused("Bad subscription string.")]
    assert parse('{"event":"bts:error","channel":"","data":{"code":4009}}') == [Refused("an error without a word")]


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "bts:subscription_succeeded", "channel": "live_trades_btcusd", "data": {}},
        {"event": "trade", "channel": "live_trades_ethusd", "data": {"type": "odd"}},
        {"event": "order_created", "channel": "live_orders_btcusd", "data": []},
    ],
)
def test_what_is_none_of_our_business_is_skipped(frame: dict[str, Any]) -> None:
    assert parse(frame) == []


@pytest.mark.parametrize(
    "change",
    [{key: value} for key in ("price_str", "amount_str") for value in ("0", "-1", "NaN", "", None, 5.0, "1e999")]
    + [{"type": value} for value in (2, -1, "0", None)]
    + [{"microtimestamp": value} for value in ("", "0", "x", None, "99999999999999999999")]
    + [{"id": "98000129x"}],
)
def test_a_trade_that_cannot_be_believed_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(trade(**change))


@pytest.mark.parametrize("key", ["price_str", "amount_str", "microtimestamp", "type", "id"])
def test_a_trade_that_lacks_a_field_is_rejected(key: str) -> None:
    frame = trade()
    del frame["data"][key]
    with pytest.raises(MsgspecError, match=key):
        parse(frame)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "pong",
        "{}",
        "[]",
        '{"event":5}',
        '{"event":"trade","channel":"live_trades_btcusd"}',
        b"\xc3(",
        '{"event":"bts:heartbeat","data":""}',
        '{"event":"trade","channel":"live_trades_btcusd","data":[]}',
    ],
)
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame)


def test_candles_are_oldest_first() -> None:
    rows = [
        {
            "timestamp": "1789669800",
            "open": "79980",
            "high": "80005.5",
            "low": "79975.2",
            "close": "80000.1",
            "volume": "0",
        },
        {
            "timestamp": "1789669860",
            "open": "80000.1",
            "high": "80012",
            "low": "79990",
            "close": "80010",
            "volume": "1.5",
        },
    ]
    assert ohlc(*rows) == [
        Bar("bitstamp", "btcusd", "1m", 1789669800000, 79980.0, 80005.5, 79975.2, 80000.1, 0.0),
        Bar("bitstamp", "btcusd", "1m", 1789669860000, 80000.1, 80012.0, 79990.0, 80010.0, 1.5),
    ]
    assert ohlc(*reversed(rows)) == ohlc(*rows)


@pytest.mark.parametrize(
    ("frame", "step"), [("1m", "60"), ("5m", "300"), ("15m", "900"), ("1h", "3600"), ("4h", "14400"), ("1d", "86400")]
)
def test_every_time_frame_is_asked_in_seconds(frame: Timeframe, step: str) -> None:
    assert VENUE.bars(frame) == f"https://www.bitstamp.net/api/v2/ohlc/btcusd/?step={step}&limit=500"
    assert ohlc(CANDLE, step=step) == [Bar("bitstamp", "btcusd", frame, 1789603200000, 2.0, 3.0, 1.0, 2.0, 5.0)]


@pytest.mark.parametrize(
    "change",
    [
        {"high": "0.5"},
        {"open": "NaN"},
        {"close": None},
        {"volume": "-1"},
        {"timestamp": "x"},
        {"timestamp": "1789603201"},
    ],
)
def test_a_bad_candle_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    assert [type(out) for out in ohlc(CANDLE | change, CANDLE)] == [Rejected, Bar]


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        (Http("https://x.test/api/v2/ohlc/btcusd/?step=60", 404, "<!DOCTYPE html>"), "HTTP 404: a page instead"),
        (Http("https://x.test/api/v2/ohlc/btcusd/?step=60", 400, '{"code":"400.067"}'), "HTTP 400"),
        (Http("https://x.test/api/v2/ohlc/btcusd/?step=180", 200, "{}"), "unknown time frame: '180'"),
        (Http("https://x.test/api/v2/ohlc/ethusd/?step=60", 200, "{}"), "nobody asked for"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(http: Http, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        Parser().answer("bitstamp", http, NOW)


@pytest.mark.parametrize("body", ['{"code":"bad"}', '{"data":{"pair":"BTC/USD"}}', '{"data":{"ohlc":{}}}', "[]", "{"])
def test_an_answer_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(MsgspecError):
        Parser().answer("bitstamp", Http("https://x.test/api/v2/ohlc/btcusd/?step=60", 200, body), NOW)


def test_a_whole_recording_adds_up() -> None:
    decoder = Decoder({"bitstamp": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert Counter(type(out).__name__ for out in outs) == {
        "Bar": 2,
        "FeedStatus": 1,
        "Trade": 2,
        "Alive": 2,
        "Rejected": 1,
        "Refused": 1,
        "Reconnect": 1,
    }
    assert [(out.side, out.btc, out.price, out.id) for out in outs if isinstance(out, Trade)] == [
        ("buy", 0.02834, 80001.25, "98000129"),
        ("sell", 1.5, 80000.0, "98000135"),
    ]
