"""Kraken: the taker's side, what is history, candles, and what cannot be believed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Bar, Quote, Rejected, Timeframe, Trade
from feeds.venue import Alive, Http, Out, Refused, Reject
from feeds.venues.kraken import VENUE, Parser
from feeds.wire import Recording

FIXTURE = Path(__file__).parent.parent / "fixtures" / "kraken.jsonl"
NOW = 1789669890000
TRADE = {
    "symbol": "BTC/USD",
    "side": "sell",
    "price": 4136.4,
    "qty": 0.23374249,
    "ord_type": "market",
    "trade_id": 4665906,
    "timestamp": "2023-09-25T07:48:36.925533Z",
}
TRADE_MS = 1695628116925
TICKER = {
    "symbol": "BTC/USD",
    "bid": 80001.0,
    "bid_qty": 0.1,
    "ask": 80001.1,
    "ask_qty": 2.2,
    "last": 80000,
    "volume": 2001.5,
    "timestamp": "2023-09-25T09:04:31.742648Z",
}


def parse(frame: dict[str, Any] | str | bytes) -> list[Out]:
    return [*Parser().parse("kraken", json.dumps(frame) if isinstance(frame, dict) else frame, NOW)]


def trades(*rows: dict[str, Any], kind: str = "update") -> dict[str, Any]:
    return {"channel": "trade", "type": kind, "data": rows}


def tickers(*rows: dict[str, Any], kind: str = "update") -> dict[str, Any]:
    return {"channel": "ticker", "type": kind, "data": rows}


def ohlc(*rows: list[Any], interval: str = "1", status: int = 200, **rest: Any) -> list[Out]:
    body = json.dumps({"error": [], "result": {"XXBTZUSD": rows, "last": 1789669800}} | rest)
    url = f"http://127.0.0.1:9/kr/0/public/OHLC?pair=XBTUSD&interval={interval}"
    return [*Parser().answer("kraken", Http(url, status, body), NOW)]


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_the_side_of_a_trade_is_the_takers(side: Any) -> None:
    assert parse(trades(TRADE | {"side": side})) == [
        Trade("kraken", "BTC/USD", TRADE_MS, NOW, 4136.4, 0.23374249, side, "4665906")
    ]


def test_a_whole_number_is_a_number() -> None:
    [out] = parse(trades(TRADE | {"price": 80000, "qty": 1}))
    assert isinstance(out, Trade)
    assert (out.price, out.btc) == (80000.0, 1.0)


def test_trades_of_a_snapshot_are_history() -> None:
    assert parse(trades(TRADE, TRADE, kind="snapshot")) == []


@pytest.mark.parametrize("kind", ["snapshot", "update"])
def test_a_ticker_is_a_quote_from_its_snapshot_on(kind: str) -> None:
    assert parse(tickers(TICKER, kind=kind)) == [
        Quote("kraken", "BTC/USD", 1695632671742, NOW, 80000.0, 80001.0, 80001.1)
    ]


def test_a_ticker_without_a_time_is_as_old_as_its_arrival() -> None:
    row = {key: value for key, value in TICKER.items() if key != "timestamp"}
    assert parse(tickers(row)) == [Quote("kraken", "BTC/USD", NOW, NOW, 80000.0, 80001.0, 80001.1)]


def test_a_ticker_without_a_bid_does_not_know_it() -> None:
    [out] = parse(tickers(TICKER | {"bid": 0, "ask": None}))
    assert isinstance(out, Quote)
    assert (out.last, out.bid, out.ask) == (80000.0, None, None)


def test_a_heartbeat_and_a_pong_are_proof_of_life() -> None:
    assert parse('{"channel":"heartbeat"}') == [Alive()]
    assert parse('{"method":"pong","req_id":2,"time_in":"2023-09-24T14:10:23.799685Z"}') == [Alive()]


def test_a_failed_request_is_refused_in_plain_text() -> None:
    frame = '{"error":"Currency pair not supported\\u0007 BTC/FOO","method":"subscribe","success":false}'
    assert parse(frame) == [Refused("Currency pair not supported  BTC/FOO")]
    assert parse('{"method":"subscribe","success":false}') == [Refused("subscribe failed")]


@pytest.mark.parametrize(
    "frame",
    [
        {"channel": "status", "type": "update", "data": [{"system": "online", "connection_id": 13834774380200032777}]},
        {"method": "subscribe", "result": {"channel": "trade", "symbol": "BTC/USD"}, "success": True, "req_id": 1},
        {"channel": "book", "type": "update", "data": {"odd": True}},
        trades({"symbol": "ETH/USD", "price": {"odd": 1}}),
        tickers({"symbol": "ETH/USD", "last": None}),
    ],
)
def test_what_is_none_of_our_business_is_skipped(frame: dict[str, Any]) -> None:
    assert parse(frame) == []


@pytest.mark.parametrize(
    "change",
    [{key: value} for key in ("price", "qty") for value in (0, -1, "NaN", "", None, [], True)]
    + [{"side": "none"}, {"trade_id": "x"}, {"timestamp": "today"}, {"timestamp": "2009-09-25T07:48:36Z"}],
)
def test_a_bad_trade_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    assert [type(out) for out in parse(trades(TRADE | change, TRADE))] == [Rejected, Trade]


@pytest.mark.parametrize("key", ["price", "qty", "side", "timestamp", "trade_id", "symbol"])
def test_a_trade_that_lacks_a_field_is_rejected(key: str) -> None:
    [out] = parse(trades({name: value for name, value in TRADE.items() if name != key}))
    assert isinstance(out, Rejected)
    assert key in out.reason


@pytest.mark.parametrize("change", [{"last": 0}, {"last": None}, {"bid": -1}, {"ask": "NaN"}, {"timestamp": "x"}])
def test_a_bad_ticker_is_rejected(change: dict[str, Any]) -> None:
    [out] = parse(tickers(TICKER | change))
    assert isinstance(out, Rejected)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "pong",
        "{}",
        "[]",
        "null",
        '{"channel":"trade"}',
        '{"channel":"trade","data":{}}',
        b"\x80\x81",
        '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","price":NaN}]}',
    ],
)
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame)


def test_candles_come_under_the_venues_own_name_of_the_pair() -> None:
    rows = [
        [1789669800, "79980.0", "80005.5", "79975.2", "80000.1", "0.0", "0.00000000", 0],
        [1789669860, "80000.1", "80012.5", "79990.0", "80010.0", "80001.2", "1.50000000", 9],
    ]
    assert ohlc(*rows) == [
        Bar("kraken", "BTC/USD", "1m", 1789669800000, 79980.0, 80005.5, 79975.2, 80000.1, 0.0),
        Bar("kraken", "BTC/USD", "1m", 1789669860000, 80000.1, 80012.5, 79990.0, 80010.0, 1.5),
    ]


@pytest.mark.parametrize(
    ("frame", "minutes"), [("1m", "1"), ("5m", "5"), ("15m", "15"), ("1h", "60"), ("4h", "240"), ("1d", "1440")]
)
def test_every_time_frame_is_asked_in_minutes(frame: Timeframe, minutes: str) -> None:
    assert VENUE.bars(frame) == f"https://api.kraken.com/0/public/OHLC?pair=XBTUSD&interval={minutes}"
    [bar] = ohlc([1789603200, "1", "3", "1", "2", "2", "5", 1], interval=minutes)
    assert bar == Bar("kraken", "BTC/USD", frame, 1789603200000, 1.0, 3.0, 1.0, 2.0, 5.0)


def test_a_bad_candle_is_rejected_beside_the_good_one() -> None:
    good = [1789669800, "2", "3", "1", "2", "2", "5", 1]
    bad: list[list[Any]] = [
        [1789669860, "2", "1", "3", "2", "2", "5", 1],
        [1789669860, "2"],
        [None, "2", "3", "1", "2"],
    ]
    bad += [[1789669860, "2", "3", "1", "2", "2", "-1", 1], [1789669801, "2", "3", "1", "2", "2", "5", 1]]
    assert Counter(type(out) for out in ohlc(*bad, good)) == {Rejected: 5, Bar: 1}


def test_an_error_in_a_good_answer_is_still_an_error() -> None:
    with pytest.raises(Reject, match="refused: EGeneral:Too many requests"):
        ohlc(error=["EGeneral:Too many requests"], result={})


def test_candles_of_two_pairs_or_none_are_refused() -> None:
    with pytest.raises(Reject, match="candles of 0 pairs"):
        ohlc(result={"last": 5})
    with pytest.raises(Reject, match="candles of 2 pairs"):
        ohlc(result={"XXBTZUSD": [], "XETHZUSD": []})


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        (Http("https://x.test/0/public/OHLC?pair=XBTUSD&interval=1", 520, "<html>"), "HTTP 520: a page instead"),
        (Http("https://x.test/0/public/OHLC?pair=XBTUSD&interval=1", 500, '{"error":[]}'), "HTTP 500"),
        (Http("https://x.test/0/public/OHLC?pair=XBTUSD&interval=30", 200, "{}"), "unknown time frame: '30'"),
        (Http("https://x.test/0/public/Trades?pair=XBTUSD", 200, "{}"), "nobody asked for"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(http: Http, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        Parser().answer("kraken", http, NOW)


def test_a_whole_recording_adds_up() -> None:
    decoder = Decoder({"kraken": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert Counter(type(out).__name__ for out in outs) == {
        "Bar": 2,
        "FeedStatus": 1,
        "Quote": 1,
        "Alive": 2,
        "Trade": 3,
        "Rejected": 1,
        "Refused": 1,
    }
    assert [(out.side, out.btc, out.price, out.id) for out in outs if isinstance(out, Trade)] == [
        ("sell", 0.23, 80000.5, "4665906"),
        ("buy", 1.0, 80001.0, "4665907"),
        ("sell", 0.5, 80000.25, "4665909"),
    ]
    assert [out.reason for out in outs if isinstance(out, Rejected)] == ["price is not above zero: 0"]
