"""HTX: gzip, pings to the letter, what is halved and what is not, and lists that cannot be believed."""

import gzip
import json
import tracemalloc
import zlib
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import (
    FeedStatus,
    Funding,
    Instrument,
    Liquidation,
    OpenInterest,
    Quote,
    Rejected,
    Trade,
)
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http, More, Out, Reconnect, Refused, Reject, Send, Short
from feeds.venues.htx import LARGEST, VENUE, Parser
from feeds.wire import Frame, Recording

FIXTURE = Path(__file__).parent.parent / "fixtures" / "htx.jsonl"
NOW = 1789669890000
HOUR = 3_600_000
MARKET, NOTIFICATION, REST = "htx.market", "htx.notification", "htx.http"
SWAP, DATED = "BTC-USDT", "BTC-USDT-261225"
EXPIRY = 1798185600000
API = "https://api.hbdm.com/linear-swap-api/v1"
INFO = f"{API}/swap_contract_info?contract_code=BTC-USDT"
MARK = (
    "https://api.hbdm.com/index/market/history/linear_swap_mark_price_kline?contract_code=BTC-USDT&period=1min&size=1"
)
MERGED = "https://api.hbdm.com/linear-swap-ex/market/detail/batch_merged?business_type=futures"
MISSED = "https://api.hbdm.com/linear-swap-api/v3/swap_liquidation_orders?contract=BTC-USDT&trade_type=0"
DOCUMENTED = (
    '{"op":"notify","topic":"public.BTC-USDT.liquidation_orders","ts":1608226502344,"data":[{"symbol":"BTC",'
    '"contract_code":"BTC-USDT","direction":"sell","offset":"close","volume":227,"price":23350.5,'
    '"created_at":1608226502284,"amount":0.227,"trade_turnover":5300.5635}]}'
)


def packed(message: object) -> bytes:
    text = message if isinstance(message, str) else json.dumps(message)
    return gzip.compress(text.encode())


def printed(*rows: dict[str, Any]) -> bytes:
    return packed({"ch": "market.BTC-USDT.trade.detail", "ts": NOW, "tick": {"id": 1, "ts": NOW, "data": rows}})


def print_of(**parts: Any) -> dict[str, Any]:
    row = {"amount": 2, "quantity": 0.002, "trade_turnover": 160.0, "ts": NOW, "id": 7, "price": 80000}
    return row | {"direction": "buy"} | parts


def closed_row(**parts: Any) -> dict[str, Any]:
    row = {"symbol": "BTC", "contract_code": SWAP, "direction": "sell", "offset": "close", "volume": 227}
    return row | {"price": 80000, "created_at": NOW, "amount": 0.227, "trade_turnover": 18160} | parts


def notified(*rows: object, topic: str = "public.BTC-USDT.liquidation_orders") -> bytes:
    return packed({"op": "notify", "topic": topic, "ts": NOW, "data": rows})


def listed(code: str = SWAP, **parts: Any) -> dict[str, Any]:
    dated = code != SWAP
    row = {"symbol": "BTC", "contract_code": code, "contract_size": 0.001, "contract_status": 1}
    row |= {"business_type": "futures" if dated else "swap", "delivery_time": str(EXPIRY) if dated else ""}
    return row | {"pair": SWAP, "trade_partition": "USDT"} | parts


def answer(url: str, *rows: object, key: str = "data", **parts: Any) -> Http:
    return Http(url, 200, json.dumps({"status": "ok", key: rows, "ts": NOW - 5} | parts))


def parse(data: str | bytes, parser: Parser | None = None, feed: str = NOTIFICATION, recv_ms: int = NOW) -> list[Out]:
    return [*(parser or Parser()).parse(feed, data, recv_ms)]


def ask(http: Http, parser: Parser | None = None) -> list[Out]:
    return [*(parser or Parser()).answer(REST, http, NOW)]


def closed(outs: list[Out]) -> list[tuple[str, float, float]]:
    return [(out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)]


# Pings, to the letter


def test_a_ping_of_the_market_socket_is_answered_but_proves_nothing_of_its_trades() -> None:
    assert parse(packed('{"ping":1606780800116}'), feed=MARKET) == [Send('{"pong":1606780800116}')]


def test_the_text_of_a_notification_ping_is_sent_back_as_text() -> None:
    outs = parse(packed('{"op":"ping","ts":"1789676447110"}'))
    assert outs == [Send('{"op":"pong","ts":"1789676447110"}'), Alive()]


def test_a_number_in_a_notification_ping_is_sent_back_as_a_number() -> None:
    assert parse(packed('{"op":"ping","ts":1789676447110}'))[0] == Send('{"op":"pong","ts":1789676447110}')


# Frames are gzip


def test_a_frame_cut_off_anywhere_is_refused() -> None:
    whole = packed(DOCUMENTED)
    for end in range(len(whole)):
        with pytest.raises((Reject, MsgspecError)):
            parse(whole[:end])


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"[" + b" " * (50 * LARGEST) + b"]", 9)
    assert len(bomb) < LARGEST / 10
    tracemalloc.start()
    try:
        with pytest.raises(Reject, match="unpacks to more than"):
            parse(bomb)
        assert tracemalloc.get_traced_memory()[1] < 3 * LARGEST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b'{"ping":1}', zlib.compress(b'{"ping":1}')])
def test_bytes_that_are_no_gzip_are_refused(data: bytes) -> None:
    with pytest.raises(Reject, match="gzip"):
        parse(data)


def test_text_is_read_as_it_is() -> None:
    assert parse('{"ping":1606780800116}', feed=MARKET) == [Send('{"pong":1606780800116}')]


# Trades are halved


def test_a_trade_counts_both_sides_and_is_halved() -> None:
    frame = packed(
        '{"ch":"market.BTC-USDT.trade.detail","ts":1603708208346,"tick":{"id":131602265,"ts":1603708208335,"data":['
        '{"amount":2,"quantity":0.002,"trade_turnover":38.85,"ts":1666080008335,"id":1186558919990000,"price":19425,'
        '"direction":"buy"}]}}'
    )
    assert parse(frame, feed=MARKET) == [
        Trade("htx", SWAP, 1666080008335, NOW, 19425.0, 0.001, "buy", "1186558919990000")
    ]


def test_a_trade_without_a_quantity_is_halved_in_contracts() -> None:
    parser = Parser()
    [trade] = parse(printed(print_of(quantity=None, amount=400, direction="sell")), parser, MARKET)
    assert trade == Trade("htx", SWAP, NOW, NOW, 80000.0, 0.2, "sell", "7")
    ask(answer(INFO, listed(contract_size=0.01)), parser)
    [trade] = parse(printed(print_of(quantity=None, amount=400)), parser, MARKET)
    assert isinstance(trade, Trade)
    assert trade.btc == 2.0


def test_numbers_may_come_as_text() -> None:
    [trade] = parse(printed(print_of(price="80000.5", quantity="0.5", ts=str(NOW))), feed=MARKET)
    assert trade == Trade("htx", SWAP, NOW, NOW, 80000.5, 0.25, "buy", "7")


def test_a_trade_of_nobody_known_is_a_price_and_no_trade() -> None:
    assert parse(printed(print_of(direction="")), feed=MARKET) == [Quote("htx", SWAP, NOW, NOW, last=80000.0)]


@pytest.mark.parametrize(
    "change",
    [{"price": value} for value in ("NaN", -1, 0, "", None, "8e4x", {}, True)]
    + [{"quantity": value} for value in ("NaN", -0.1, 1e20)]
    + [{"direction": value} for value in ("Buy", None, 1)]
    + [{"ts": value} for value in (0, None, "soon")]
    + [{"id": None}],
)
def test_a_bad_trade_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    assert [type(out) for out in parse(printed(print_of(**change), print_of()), feed=MARKET)] == [Rejected, Trade]


def test_a_field_that_nobody_documented_changes_nothing() -> None:
    assert parse(printed(print_of(later={"version": 2})), feed=MARKET) == parse(printed(print_of()), feed=MARKET)


# History


def subscribed(ts: int = NOW) -> bytes:
    return packed({"id": "1", "subbed": "market.BTC-USDT.trade.detail", "ts": ts, "status": "ok"})


def test_old_trades_of_the_first_push_are_history_and_new_ones_are_not() -> None:
    parser = Parser()
    parser.opened(MARKET, NOW)
    assert parse(subscribed(), parser, MARKET) == []
    old, new = print_of(ts=NOW - 5_001, id=1), print_of(ts=NOW - 5_000, id=2)
    [trade] = parse(printed(old, new), parser, MARKET)
    assert isinstance(trade, Trade)
    assert trade.id == "2"
    assert len(parse(printed(old), parser, MARKET)) == 1


def test_a_wrong_clock_of_ours_loses_no_trade() -> None:
    parser = Parser()
    parser.opened(MARKET, NOW + 24 * HOUR)
    parse(subscribed(), parser, MARKET, NOW + 24 * HOUR)
    assert len(parse(printed(print_of(ts=NOW + 100)), parser, MARKET, NOW + 24 * HOUR)) == 1


def test_a_new_connection_for_notifications_says_nothing_of_the_trades() -> None:
    parser = Parser()
    parser.opened(NOTIFICATION, NOW)
    assert len(parse(printed(print_of(ts=NOW - HOUR)), parser, MARKET)) == 1


# Liquidations are not halved


def test_the_documented_liquidation_closed_a_long_and_is_not_halved() -> None:
    assert parse(packed(DOCUMENTED)) == [
        Liquidation(
            "htx",
            SWAP,
            1608226502284,
            NOW,
            "long",
            0.227,
            5300.5635,
            23350.5,
            "1608226502284:BTC-USDT:sell:227.0:23350.5",
        )
    ]


def test_a_sell_order_closed_a_long_and_a_buy_order_a_short() -> None:
    outs = parse(notified(closed_row(direction="sell"), closed_row(direction="buy")))
    assert closed(outs) == [("long", 0.227, 18160.0), ("short", 0.227, 18160.0)]


def test_a_liquidation_of_every_contract_comes_by_the_topic_of_all() -> None:
    row = closed_row(contract_code=DATED, business_type="futures")
    assert closed(parse(notified(row, topic="public.*.liquidation_orders"))) == [("long", 0.227, 18160.0)]


def test_without_bitcoin_or_dollars_the_contracts_are_counted() -> None:
    parser = Parser()
    row = closed_row(volume=1000, amount=None, trade_turnover=None)
    assert closed(parse(notified(row), parser)) == [("long", 1.0, 80000.0)]
    ask(answer(INFO, listed(contract_size=0.01)), parser)
    assert closed(parse(notified(row), parser)) == [("long", 10.0, 800000.0)]


def test_equal_liquidations_of_one_frame_are_numbered_apart_and_equal_frames_are_not() -> None:
    ids = [
        [out.id for out in parse(notified(closed_row(), closed_row())) if isinstance(out, Liquidation)] for _ in "ab"
    ]
    assert ids[0] == [f"{NOW}:BTC-USDT:sell:227.0:80000.0", f"{NOW}:BTC-USDT:sell:227.0:80000.0#2"]
    assert ids[0] == ids[1]


def test_a_missed_liquidation_has_the_name_that_its_notification_had() -> None:
    [event] = parse(notified(closed_row()))
    row = closed_row(query_id=452057, price="80000", volume=227.0, business_type="swap", pair=SWAP)
    http = Http(MISSED, 200, json.dumps({"code": 200, "msg": "ok", "data": [row], "ts": NOW}))
    assert ask(http) == [event]


@pytest.mark.parametrize(
    "change",
    [{"direction": value} for value in ("", None, "long")]
    + [{"price": value} for value in (0, "NaN", -1, None)]
    + [{"volume": value} for value in (0, "", -3, 1e300)]
    + [{"created_at": value} for value in (0, None, "x")]
    + [{"amount": -0.2}, {"trade_turnover": "NaN"}],
)
def test_a_bad_liquidation_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    assert [type(out) for out in parse(notified(closed_row(**change), closed_row()))] == [Rejected, Liquidation]


@pytest.mark.parametrize("key", ["direction", "price", "volume", "created_at"])
def test_a_liquidation_that_lacks_a_field_is_rejected(key: str) -> None:
    row = closed_row()
    del row[key]
    assert [type(out) for out in parse(notified(row))] == [Rejected]


@pytest.mark.parametrize(
    "code", ["ETH-USDT", "BTC-USDT-261225-C-90000", "BTC-USDC", "BTC-USD", "WBTC-USDT", "BTC-USDT-CQ"]
)
def test_other_contracts_are_skipped_whatever_they_look_like(code: str) -> None:
    assert parse(notified({"contract_code": code, "price": {"later": "version"}})) == []


# Funding


def test_funding_is_paid_at_the_settlement_and_not_when_it_was_worked_out() -> None:
    row = {"symbol": "BTC", "contract_code": SWAP, "fee_asset": "USDT", "funding_time": "1603778700000"}
    row |= {"funding_rate": "-0.000220068774978695", "settlement_time": "1603785600000", "estimated_rate": "null"}
    message = {"op": "notify", "topic": "public.BTC-USDT.funding_rate", "ts": 1603778748166, "data": [row]}
    parser = Parser()
    rate, ts = -0.000220068774978695, 1603778748166
    assert parse(packed(message), parser) == [Funding("htx", SWAP, ts, NOW, rate, None, 1603785600000)]
    elements = {"contract_code": SWAP, "settle_period": 8, "funding_rate_cap": "0.00375"}
    assert ask(answer(f"{API}/swap_query_elements?contract_code=BTC-USDT", elements), parser) == []
    assert parse(packed(message), parser) == [Funding("htx", SWAP, ts, NOW, rate, 8.0, 1603785600000)]


def test_a_funding_rate_of_zero_is_a_rate_and_an_empty_one_is_rejected() -> None:
    topic = "public.BTC-USDT.funding_rate"
    assert parse(notified({"contract_code": SWAP, "funding_rate": "0"}, topic=topic)) == [
        Funding("htx", SWAP, NOW, NOW, 0.0, None, None)
    ]
    [out] = parse(notified({"contract_code": SWAP, "funding_rate": ""}, topic=topic))
    assert isinstance(out, Rejected)
    assert parse(notified({"contract_code": "ETH-USDT", "funding_rate": []}, topic=topic)) == []


# Lists


def test_open_interest_counts_both_sides_and_is_halved() -> None:
    url = f"{API}/swap_open_interest?contract_code=BTC-USDT"
    swap = {"volume": 78696, "amount": 78.696, "symbol": "BTC", "value": 3823138.2456, "contract_code": SWAP}
    dated = swap | {"contract_code": DATED, "amount": "10.925"}
    empty = swap | {"contract_code": "BTC-USDT-261002", "amount": 0}
    other = swap | {"contract_code": "ETH-USDT", "amount": []}
    assert ask(answer(url, swap, dated, empty, other)) == [
        OpenInterest("htx", SWAP, NOW - 5, NOW, 39.348),
        OpenInterest("htx", DATED, NOW - 5, NOW, 5.4625),
    ]


def test_the_index_and_the_mark_price_are_quotes_of_their_own() -> None:
    index = answer(
        f"{API}/swap_index?contract_code=BTC-USDT",
        {"contract_code": SWAP, "index_price": 80002.5} | {"index_ts": NOW - 9},
    )
    assert ask(index) == [Quote("htx", SWAP, NOW - 9, NOW, index=80002.5)]
    candle = {"id": 1789669860, "open": "80000", "close": "80001.7", "high": "80003", "low": "79998", "vol": "0"}
    assert ask(answer(MARK, candle)) == [Quote("htx", SWAP, NOW - 5, NOW, mark=80001.7)]


def test_listed_contracts_become_instruments_with_their_expiry() -> None:
    assert ask(answer(INFO, listed(), listed(DATED), listed("ETH-USDT", contract_size=[]))) == [
        Instrument("htx", SWAP, "perpetual", "USDT", False, 0.001),
        Instrument("htx", DATED, "future", "USDT", False, 0.001, EXPIRY),
    ]


def test_a_changed_contract_size_is_told() -> None:
    parser = Parser()
    ask(answer(INFO, listed()), parser)
    assert ask(answer(INFO, listed(contract_size="0.01")), parser) == [
        Instrument("htx", SWAP, "perpetual", "USDT", False, 0.01)
    ]


@pytest.mark.parametrize("value", [0, "0", -0.001, "", None, "abc", "NaN"])
def test_a_size_that_cannot_be_believed_leaves_the_old_one(value: object) -> None:
    parser = Parser()
    ask(answer(INFO, listed(contract_size=0.01)), parser)
    assert [type(out) for out in ask(answer(INFO, listed(contract_size=value), listed(DATED)), parser)] == [
        Rejected,
        Instrument,
    ]
    assert closed(parse(notified(closed_row(volume=100, amount=None, trade_turnover=None)), parser)) == [
        ("long", 1.0, 80000.0)
    ]


def tick(code: str = DATED, **parts: Any) -> dict[str, Any]:
    row = {"contract_code": code, "close": "80410", "bid": [80409.8, 120], "ask": [80410.2, 310], "ts": NOW - 50}
    return row | {"business_type": "futures", "amount": "30.2"} | parts


def test_a_dated_contract_is_quoted_once_it_is_listed() -> None:
    parser = Parser()
    assert ask(answer(MERGED, tick(), key="ticks"), parser) == []
    ask(answer(INFO, listed(DATED)), parser)
    assert ask(answer(MERGED, tick(), tick("ETH-USDT-261225", bid="x"), key="ticks"), parser) == [
        Quote("htx", DATED, NOW - 50, NOW, 80410.0, 80409.8, 80410.2)
    ]


def test_an_empty_side_of_the_book_is_not_known_rather_than_zero() -> None:
    parser = Parser()
    ask(answer(INFO, listed(DATED)), parser)
    row = tick(bid=None, ask=[0, 0])
    assert ask(answer(MERGED, row, key="ticks"), parser) == [Quote("htx", DATED, NOW - 50, NOW, last=80410.0)]
    assert ask(answer(MERGED, row | {"close": None}, key="ticks"), parser) == []


@pytest.mark.parametrize("gone", [{"delivery_time": str(NOW)}, {"contract_status": 3}])
def test_a_contract_that_expired_or_is_not_traded_is_dropped(gone: dict[str, Any]) -> None:
    parser = Parser()
    ask(answer(INFO, listed(DATED)), parser)
    assert ask(answer(INFO, listed(DATED, **gone)), parser) == []
    assert ask(answer(MERGED, tick(), key="ticks"), parser) == []


def test_a_contract_stops_being_quoted_at_its_expiry() -> None:
    parser = Parser()
    ask(answer(INFO, listed(DATED, delivery_time=str(NOW + 1))), parser)
    assert len(parser.answer(REST, answer(MERGED, tick(), key="ticks"), NOW)) == 1
    assert parser.answer(REST, answer(MERGED, tick(), key="ticks"), NOW + 1) == []


@pytest.mark.parametrize("bad", [{"delivery_time": ""}, {"business_type": "swap"}, {"business_type": "options"}])
def test_a_dated_contract_of_an_unclear_kind_is_rejected(bad: dict[str, Any]) -> None:
    assert [type(out) for out in ask(answer(INFO, listed(DATED, **bad)))] == [Rejected]


def test_a_list_of_five_thousand_contracts_is_read_in_well_under_a_tenth_of_a_second() -> None:
    http = answer(INFO, *(listed(f"C{i}-USDT") for i in range(5_000)), listed())
    parser = Parser()
    started = perf_counter()
    assert len(ask(http, parser)) == 1
    assert perf_counter() - started < 0.1


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        (Http(INFO, 403, "<!DOCTYPE html><html>"), "HTTP 403: a page"),
        (Http(INFO, 200, "<html>Blocked</html>"), "HTTP 200: a page"),
        (Http(INFO, 429, '{"status":"error"}'), "HTTP 429"),
        (
            Http(INFO, 200, '{"status":"error","err_code":1030,"err_msg":"Input error.","ts":1}'),
            "refused: 1030: Input error.",
        ),
        (Http(MISSED, 200, '{"code":1067,"msg":"start_time error","data":null}'), "refused: 1067: start_time error"),
        (Http(f"{API}/swap_index?contract_code=ETH-USDT", 200, "{}"), "nobody asked for"),
        (Http(f"{API}/swap_price_limit", 200, "{}"), "nobody asked for"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(http: Http, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        ask(http)


@pytest.mark.parametrize(
    "body", ['{"status":"ok","data":{}}', '{"status":"ok","data":[', '{"status":"ok","data":null}']
)
def test_an_answer_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(MsgspecError):
        ask(Http(INFO, 200, body))


# Answers to requests, and other people's frames


def test_a_refused_subscription_to_liquidations_is_told_as_such() -> None:
    refusal = {
        "op": "sub",
        "cid": "2",
        "topic": "public.*.liquidation_orders",
        "err-code": 2011,
        "err-msg": "bad\x1b[1m",
    }
    assert parse(packed(refusal)) == [Refused("2011: bad", liquidations=True)]
    assert parse(packed(refusal | {"topic": "public.BTC-USDT.funding_rate"})) == [Refused("2011: bad")]
    assert parse(packed(refusal | {"err-code": 2014})) == []


def test_a_refused_subscription_to_trades_is_told() -> None:
    frame = '{"status":"error","ts":1489474081631,"id":"1","err-code":"bad-request","err-msg":"invalid topic x"}'
    assert parse(packed(frame), feed=MARKET) == [Refused("bad-request: invalid topic x")]


def test_a_closing_and_an_error_of_the_notifications() -> None:
    assert parse(packed('{"op":"close","ts":1489474081631}')) == [Reconnect("HTX closes the connection")]
    assert parse(packed('{"op":"error","ts":1489474081631}')) == [Refused("0: without a text")]


@pytest.mark.parametrize(
    "message",
    [
        {"op": "sub", "cid": "1", "topic": "public.BTC-USDT.funding_rate", "ts": NOW, "err-code": 0},
        {"op": "notify", "topic": "public.BTC-USDT.contract_info", "ts": NOW, "data": [{"x": 1}]},
        {"ch": "market.ETH-USDT.trade.detail", "ts": NOW, "tick": {"data": "odd"}},
        {"ch": "market.BTC-USDT.bbo", "ts": NOW, "tick": {"bid": [1, 2]}},
        {"id": "9", "subbed": "market.BTC-USDT.bbo", "ts": NOW, "status": "ok"},
    ],
)
def test_what_is_none_of_our_business_is_skipped(message: dict[str, Any]) -> None:
    assert parse(packed(message)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "{",
        '{"op":7}',
        '{"op":"notify","topic":"public.BTC-USDT.liquidation_orders"}',
        '{"op":"notify","topic":"public.BTC-USDT.funding_rate","data":[]}',
        '{"ch":"market.BTC-USDT.trade.detail"}',
        '{"ch":"market.BTC-USDT.trade.detail","tick":{}}',
        '{"ch":"market.BTC-USDT.trade.detail","tick":{"data":null}}',
    ],
)
def test_a_frame_that_is_none_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(packed(text))


# The row of the registry


def test_each_socket_asks_for_its_own() -> None:
    assert [VENUE.feed(stream) for stream in VENUE.streams] == [MARKET, NOTIFICATION]
    assert [stream.liquidations for stream in VENUE.streams] == [False, True]
    market, notification = ([json.loads(text) for text in stream.hello] for stream in VENUE.streams)
    assert [request["sub"] for request in market] == ["market.BTC-USDT.trade.detail"]
    assert [request["topic"] for request in notification] == [
        "public.BTC-USDT.funding_rate",
        "public.*.liquidation_orders",
    ]
    assert notification[1]["business_type"] == "all"  # or only swaps come
    assert [stream.fallbacks for stream in VENUE.streams] == [
        ("wss://api.hbdm.vn/linear-swap-ws",),
        ("wss://api.hbdm.vn/linear-swap-notification",),
    ]
    assert [stream.ping for stream in VENUE.streams] == [None, None]


def test_a_gap_is_asked_for_in_windows_of_two_hours_and_no_more_than_a_day_of_it() -> None:
    spans = ((NOW - HOUR, NOW), (NOW - 3 * HOUR, NOW - HOUR), (NOW - 5 * HOUR, NOW - 3 * HOUR))
    assert VENUE.missed(NOW - 5 * HOUR, NOW) == tuple(
        f"https://api.hbdm.com/v5/market/liquidation_orders?{which}=BTC-USDT&start_time={start}&end_time={end}"
        "&limit=100&direct=prev"
        for start, end in (spans[0], (NOW - 3 * HOUR, NOW - HOUR), (NOW - 5 * HOUR, NOW - 3 * HOUR))
        for which in ("contract_code", "pair")
    )
    assert len(VENUE.missed(0, NOW)) == 24
    assert VENUE.missed(NOW, NOW) == ()


INTEREST = "https://api.hbdm.com/v5/market/open_interest?contract_code=BTC-USDT"
V5_INTEREST = (
    '{"code":200,"message":"Success","data":{"amount":"32476.092","volume":"32476092","value":"2063137924.9668",'
    '"contract_code":"BTC-USDT","trade_amount":"81.2"},"ts":1781327941440}'
)


def test_open_interest_of_the_new_interface_is_halved_and_estimated() -> None:
    [fact] = ask(Http(INTEREST, 200, V5_INTEREST))
    assert isinstance(fact, OpenInterest)
    assert (fact.btc, fact.ts_ms) == (32476.092 / 2, 1781327941440)
    assert fact.estimated == "HTX's new interface does not say whether it counts both sides; halved, as the old one did"


def test_an_estimated_open_interest_says_so_in_its_metric() -> None:
    session = Session(State({"htx": VENUE}), Engine("replay", "", 0, writing=False))
    session.frame(Frame(REST, NOW, Http(INTEREST, 200, V5_INTEREST)))
    metric = session.snapshot()["metrics"]["oi.htx"]
    assert (metric.value, metric.quality) == (32476.092 / 2, "estimated")
    assert "both sides" in metric.note


@pytest.mark.parametrize("change", [{"volume": "32476"}, {"contract_code": "ETH-USDT"}, {"amount": "-1"}])
def test_open_interest_whose_contracts_and_bitcoin_disagree_is_rejected(change: dict[str, str]) -> None:
    body = json.loads(V5_INTEREST)
    body["data"] |= change
    assert [type(out) for out in ask(Http(INTEREST, 200, json.dumps(body)))] == [Rejected]


def test_open_interest_is_asked_of_both_hosts_of_the_new_interface_and_then_of_the_old() -> None:
    assert (VENUE.polls[0].url, *VENUE.also(INTEREST)) == (
        INTEREST,
        "https://api.hbdm.vn/v5/market/open_interest?contract_code=BTC-USDT",
        "https://api.hbdm.com/linear-swap-api/v1/swap_open_interest?contract_code=BTC-USDT",
        "https://api.hbdm.vn/linear-swap-api/v1/swap_open_interest?contract_code=BTC-USDT",
    )
    url = VENUE.missed(NOW - HOUR, NOW)[1]
    assert VENUE.also(url)[1] == (
        "https://api.hbdm.com/linear-swap-api/v3/swap_liquidation_orders?pair=BTC-USDT&trade_type=0"
        f"&start_time={NOW - HOUR}&end_time={NOW}&direct=prev"
    )


def new_row(id: int = 7, **parts: Any) -> dict[str, Any]:
    row = {"id": str(id), "contract_code": SWAP, "liquidation_time": str(NOW), "side": "sell", "position_side": "long"}
    return row | {"volume": "227", "amount": "0.227", "bankrupt_price": "80000", "trade_turnover": "18160"} | parts


def listed_rows(url: str, *rows: dict[str, Any]) -> Http:
    return Http(url, 200, json.dumps({"code": 200, "message": "Success", "data": rows, "ts": NOW}))


def test_a_liquidation_of_the_new_list_has_the_name_that_its_notification_had() -> None:
    url = VENUE.missed(NOW - HOUR, NOW)[0]
    assert ask(listed_rows(url, new_row())) == parse(notified(closed_row()))
    [event] = ask(listed_rows(url, new_row(position_side="both", contract_code=DATED, side="buy")))
    assert isinstance(event, Liquidation)
    assert (event.symbol, event.position) == (DATED, "short")


def test_a_side_that_contradicts_the_positions_is_rejected() -> None:
    [out] = ask(listed_rows(VENUE.missed(NOW - HOUR, NOW)[0], new_row(position_side="short")))
    assert isinstance(out, Rejected)
    assert out.reason == "side sell contradicts position_side short"


def test_a_full_page_of_the_new_list_leads_on_by_the_last_id() -> None:
    url = VENUE.missed(NOW - HOUR, NOW)[0]
    rows = [new_row(id, volume=str(id + 1)) for id in range(100)]
    outs = ask(listed_rows(url, *rows))
    assert outs[-1] == More(f"{url}&from=99")
    assert ask(listed_rows(f"{url}&from=99", *rows))[-1] == Short("the list does not go back as far as the gap")
    assert {type(out) for out in ask(listed_rows(url, *rows[1:]))} == {Liquidation}


def test_the_old_list_which_gives_one_row_at_a_time_is_read_until_it_is_empty() -> None:
    url = VENUE.also(VENUE.missed(NOW - HOUR, NOW)[0])[1]
    outs = ask(listed_rows(url, closed_row(query_id=452057)))
    assert [type(out) for out in outs] == [Liquidation, More]
    assert outs[1] == More(f"{url}&from_id=452057")
    assert ask(listed_rows(f"{url}&from_id=452057")) == []


def test_every_address_is_answered_by_a_reader() -> None:
    for url in (*VENUE.setup, *(poll.url for poll in VENUE.polls)):
        assert url.startswith(VENUE.http)
        for at in (url, *VENUE.also(url)):
            assert ask(Http(at, 200, '{"status":"ok","data":[],"ts":1789669890000}')) == []
    assert all(poll.every_s >= 15 for poll in VENUE.polls)


# A whole recording


def test_a_whole_recording_adds_up() -> None:
    decoder = Decoder({"htx": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert Counter(type(out) for out in outs) == {
        Instrument: 2,
        OpenInterest: 1,
        Quote: 4,
        FeedStatus: 3,
        Trade: 2,
        Send: 2,
        Alive: 1,
        Funding: 1,
        Liquidation: 7,
        Rejected: 2,
    }
    assert [(out.btc, out.side) for out in outs if isinstance(out, Trade)] == [(0.001, "buy"), (0.02, "sell")]
    assert [out.btc for out in outs if isinstance(out, OpenInterest)] == [12_500.0]


def test_a_session_counts_what_came_twice_once() -> None:
    session = Session(State({"htx": VENUE}), Engine("replay", "a test", 0, writing=False))
    for frame in Recording(FIXTURE):
        session.frame(frame)
    m = session.snapshot()["metrics"]
    assert m["liq.htx.long.usd.1h"].value == pytest.approx(18_046.6135 + 239.7 + 7_900)
    assert m["liq.long.btc.1h"].value == pytest.approx(0.227 + 0.003 + 0.1)
    assert m["liq.long.count.1h"].value == 3
    assert m["liq.htx.short.usd.1h"].value == pytest.approx(2 * 25_679.5)
    assert m["liq.short.btc.1h"].value == pytest.approx(2 * 0.319)
    assert m["liq.short.count.1h"].value == 2
    assert m["btc.htx.price"].value == 79_999.9
