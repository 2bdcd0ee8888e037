"""OKX: units of contracts, sides, what is history, sizes that arrive, and frames that cannot be believed."""

import json
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Bar, Funding, Instrument, Liquidation, OpenInterest, Quote, Rejected, Trade
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http, More, Out, Reconnect, Refused, Reject, Short
from feeds.venues.okx import VENUE, Parser
from feeds.wire import Frame, Recording

FIXTURE = Path(__file__).parent.parent / "fixtures" / "okx.jsonl"
NOW = 1789669890000
SWAP, INVERSE, SPOT = "BTC-USDT-SWAP", "BTC-USD-SWAP", "BTC-USDT"
HOUR = 3_600_000


def push(channel: str, symbol: str, *rows: dict[str, Any]) -> str:
    return json.dumps({"arg": {"channel": channel, "instId": symbol}, "data": rows})


def print_of(symbol: str, px: str = "80000", sz: str = "5", side: str = "buy", ts: int = NOW) -> str:
    return push("trades", symbol, {"instId": symbol, "tradeId": "7", "px": px, "sz": sz, "side": side, "ts": str(ts)})


def ticker_of(ts: int) -> str:
    return push("tickers", SWAP, {"instId": SWAP, "last": "80000", "bidPx": "79999", "askPx": "80001", "ts": str(ts)})


def detail(side: str = "sell", sz: str = "1", px: str = "80000", ts: int = NOW, **rest: str) -> dict[str, str]:
    return {"bkLoss": "0", "bkPx": px, "ccy": "", "side": side, "sz": sz, "ts": str(ts)} | rest


def liquidated(*details: dict[str, str], symbol: str = SWAP, kind: str = "SWAP", **row: Any) -> str:
    family = symbol.rpartition("-")[0]
    row = {"details": details, "instFamily": family, "instId": symbol, "instType": kind, "uly": family} | row
    return json.dumps({"arg": {"channel": "liquidation-orders", "instType": kind}, "data": [row]})


def acknowledged(kind: str = "SWAP") -> str:
    return json.dumps({"event": "subscribe", "arg": {"channel": "liquidation-orders", "instType": kind}, "connId": "a"})


def instruments(*rows: dict[str, str]) -> Http:
    url = "https://www.okx.com/api/v5/public/instruments?instType=SWAP&uly=BTC-USDT"
    return Http(url, 200, json.dumps({"code": "0", "data": rows, "msg": ""}))


def listed(symbol: str = SWAP, **row: str) -> dict[str, str]:
    linear = {"ctType": "linear", "ctVal": "0.01", "ctMult": "1", "ctValCcy": "BTC", "expTime": ""}
    return {"instId": symbol, "instType": "SWAP"} | linear | row


def candles(bar: str = "1m", *rows: list[str]) -> Http:
    url = f"https://www.okx.com/api/v5/market/candles?instId=BTC-USDT&bar={bar}&limit=300"
    return Http(url, 200, json.dumps({"code": "0", "msg": "", "data": rows}))


def parse(frame: str, parser: Parser | None = None, recv_ms: int = NOW) -> list[Out]:
    return [*(parser or Parser()).parse("okx", frame, recv_ms)]


def closed(outs: list[Out]) -> list[tuple[str, float, float]]:
    return [(out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)]


# Units


def test_a_linear_swap_trades_in_hundredths_of_a_bitcoin() -> None:
    frame = (
        '{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP",'
        '"tradeId":"148266905","px":"48938.5","sz":"5","side":"buy","ts":"1640131236050"}]}'
    )
    assert parse(frame) == [Trade("okx", SWAP, 1640131236050, NOW, 48938.5, 0.05, "buy", "148266905")]


def test_an_inverse_swap_trades_in_hundreds_of_dollars() -> None:
    assert parse(print_of(INVERSE, sz="4", side="sell")) == [
        Trade("okx", INVERSE, NOW, NOW, 80000.0, 0.005, "sell", "7")
    ]


def test_spot_trades_in_bitcoin() -> None:
    assert parse(print_of(SPOT, sz="0.25")) == [Trade("okx", SPOT, NOW, NOW, 80000.0, 0.25, "buy", "7")]


def test_a_dated_inverse_contract_is_a_hundred_dollars() -> None:
    frame = print_of("BTC-USD-220527", px="30218.8", sz="1", ts=1652459199958)
    [trade] = parse(frame)
    assert isinstance(trade, Trade)
    assert (trade.symbol, trade.btc) == ("BTC-USD-220527", 100 / 30218.8)


def test_a_ticker_gives_last_bid_and_ask() -> None:
    assert parse(ticker_of(NOW - 9)) == [Quote("okx", SWAP, NOW - 9, NOW, 80000.0, 79999.0, 80001.0)]


def test_an_empty_side_of_the_book_is_not_known_rather_than_zero() -> None:
    frame = push("tickers", SWAP, {"last": "80000", "bidPx": "", "askPx": "0", "ts": str(NOW)})
    assert parse(frame) == [Quote("okx", SWAP, NOW, NOW, last=80000.0)]


def test_a_mark_price_is_a_quote_of_the_mark_alone() -> None:
    frame = push("mark-price", SWAP, {"instType": "SWAP", "instId": SWAP, "markPx": "80001.5", "ts": str(NOW)})
    assert parse(frame) == [Quote("okx", SWAP, NOW, NOW, mark=80001.5)]


def test_open_interest_is_read_in_coin_not_in_contracts() -> None:
    frame = push("open-interest", INVERSE, {"oi": "8824028", "oiCcy": "9450.48", "oiUsd": "8.8e8", "ts": str(NOW)})
    assert parse(frame) == [OpenInterest("okx", INVERSE, NOW, NOW, 9450.48)]


def test_funding_is_due_at_funding_time_and_runs_until_the_next() -> None:
    row = {"fundingRate": "-0.00042", "fundingTime": str(NOW + HOUR), "nextFundingRate": "", "ts": str(NOW)}
    frame = push("funding-rate", SWAP, row | {"nextFundingTime": str(NOW + 5 * HOUR), "settState": "settled"})
    assert parse(frame) == [Funding("okx", SWAP, NOW, NOW, -0.00042, 4.0, NOW + HOUR)]


def test_funding_without_a_next_time_has_no_interval() -> None:
    frame = push(
        "funding-rate", SWAP, {"fundingRate": "0", "fundingTime": str(NOW), "nextFundingTime": "", "ts": str(NOW)}
    )
    assert parse(frame) == [Funding("okx", SWAP, NOW, NOW, 0.0, None, NOW)]


# Liquidations


def test_a_sell_order_closed_a_long_and_a_buy_order_a_short() -> None:
    frame = liquidated(detail("sell", posSide="long"), detail("buy", posSide="short"))
    assert closed(parse(frame)) == [("long", 0.01, 800.0), ("short", 0.01, 800.0)]


def test_the_documented_altcoin_frame_is_skipped() -> None:
    frame = (
        '{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"0.4162",'
        '"ccy":"","posSide":"short","side":"buy","sz":"2137","ts":"1789669898955"}],"instFamily":"CNPY-USDT",'
        '"instId":"CNPY-USDT-SWAP","instType":"SWAP","uly":"CNPY-USDT"}]}'
    )
    assert parse(frame) == []


def test_another_coin_of_an_unknown_shape_is_skipped() -> None:
    assert parse(liquidated(symbol="ETH-USDT-SWAP", details={"later": "version"})) == []


def test_sizes_may_be_fractions_of_a_contract() -> None:
    [out] = parse(liquidated(detail("sell", sz="3.56", px="79900")))
    assert out == Liquidation(
        "okx", SWAP, NOW, NOW, "long", 0.0356, pytest.approx(2844.44), 79900.0, f"{SWAP}:{NOW}:3.56:79900.0:sell"
    )


def test_an_inverse_contract_is_worth_its_dollars_whatever_the_price() -> None:
    frame = liquidated(detail("buy", sz="20"), symbol="BTC-USD-261225", kind="FUTURES")
    assert closed(parse(frame)) == [("short", 0.025, 2000.0)]


def test_a_usdc_contract_is_a_ten_thousandth() -> None:
    assert closed(parse(liquidated(detail(sz="10000"), symbol="BTC-USDC-SWAP"))) == [("long", 1.0, 80000.0)]


def test_the_side_decides_where_the_position_side_is_net() -> None:
    assert closed(parse(liquidated(detail("buy", posSide="net")))) == [("short", 0.01, 800.0)]


def test_sides_that_contradict_each_other_are_rejected_beside_the_good_rows() -> None:
    outs = parse(liquidated(detail("sell", posSide="short"), detail("sell", posSide="long")))
    assert [type(out) for out in outs] == [Rejected, Liquidation]
    assert isinstance(outs[0], Rejected)
    assert outs[0].reason == "side sell contradicts posSide short"


def test_equal_rows_of_one_frame_are_told_apart_and_equal_frames_are_not() -> None:
    parser = Parser()
    frame = liquidated(detail(), detail())
    ids = [[out.id for out in parse(frame, parser) if isinstance(out, Liquidation)] for _ in range(2)]
    assert ids[0] == [f"{SWAP}:{NOW}:1.0:80000.0:sell", f"{SWAP}:{NOW}:1.0:80000.0:sell#2"]
    assert ids[0] == ids[1]


def test_a_liquidation_of_unknown_contract_size_is_rejected_until_the_size_is_known() -> None:
    parser = Parser()
    frame = liquidated(detail(sz="38"), symbol="BTC-USD_UM_XPERP-310404", kind="FUTURES", instFamily="BTC-USD_UM")
    [rejected] = parse(frame, parser)
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "the contract size of BTC-USD_UM_XPERP-310404 is not known"
    parser.answer("okx", instruments(listed("BTC-USD_UM_XPERP-310404", instType="FUTURES", ctVal="0.0001")), NOW)
    assert closed(parse(frame, parser)) == [("long", pytest.approx(0.0038), pytest.approx(304.0))]


def test_liquidations_of_margin_and_options_are_skipped() -> None:
    assert parse(liquidated(detail(), symbol=SPOT, kind="MARGIN")) == []


# History


def opened(recv_ms: int = NOW) -> Parser:
    parser = Parser()
    parser.opened("okx", recv_ms)
    return parser


def test_the_first_message_of_a_connection_is_history_where_it_is_older() -> None:
    assert parse(liquidated(detail(ts=NOW - HOUR)), opened()) == []


def test_the_first_message_of_a_connection_counts_where_it_is_new() -> None:
    assert closed(parse(liquidated(detail(ts=NOW + 300)), opened())) == [("long", 0.01, 800.0)]


@pytest.mark.parametrize(("age", "counts"), [(5_000, True), (5_001, False)])
def test_five_seconds_before_the_connection_are_news(age: int, counts: bool) -> None:
    assert bool(closed(parse(liquidated(detail(ts=NOW - age)), opened()))) is counts


def test_old_and_new_rows_of_a_first_message_are_told_apart() -> None:
    frame = liquidated(detail("sell", ts=NOW - HOUR), detail("buy", ts=NOW + 10))
    assert closed(parse(frame, opened())) == [("short", 0.01, 800.0)]


def test_only_the_first_message_can_be_history() -> None:
    parser = opened()
    parse(liquidated(detail(ts=NOW - HOUR)), parser)
    assert closed(parse(liquidated(detail(ts=NOW - 6_000)), parser)) == [("long", 0.01, 800.0)]


def test_a_first_message_about_another_coin_is_the_first_message() -> None:
    parser = opened()
    parse(liquidated(detail(ts=NOW - HOUR), symbol="ETH-USDT-SWAP"), parser)
    assert closed(parse(liquidated(detail(ts=NOW - 6_000)), parser)) == [("long", 0.01, 800.0)]


def test_each_subscription_has_its_own_first_message() -> None:
    parser = opened()
    parse(liquidated(detail(ts=NOW + 10)), parser)
    old = liquidated(detail(ts=NOW - HOUR), symbol="BTC-USD-261225", kind="FUTURES")
    assert parse(old, parser) == []
    assert closed(parse(old, parser)) == [("long", 0.00125, 100.0)]


def test_every_connection_has_a_first_message() -> None:
    parser = opened()
    parse(liquidated(detail(ts=NOW + 10)), parser)
    parser.opened("okx", NOW + 60_000)
    assert parse(liquidated(detail(ts=NOW + 10)), parser) == []


@pytest.mark.parametrize("drift", [-24 * HOUR, 24 * HOUR])
@pytest.mark.parametrize("channel", ["trades", "tickers", "mark-price"])
def test_a_wrong_clock_of_ours_neither_loses_news_nor_counts_history(drift: int, channel: str) -> None:
    row = {"tradeId": "1", "px": "80000", "sz": "1", "side": "buy", "last": "80000", "markPx": "80000", "ts": str(NOW)}
    for ts, expected in ((NOW - 10_000, []), (NOW - 1_000, [("long", 0.01, 800.0)])):
        parser = opened(NOW + drift)
        parse(push(channel, SWAP, row), parser, NOW + drift)
        assert closed(parse(liquidated(detail(ts=ts)), parser, NOW + drift)) == expected


def test_the_smallest_time_of_the_venue_marks_the_beginning() -> None:
    parser = opened()
    for ts in (NOW + 900, NOW + 200, NOW + 60_000):
        parse(ticker_of(ts), parser)
    assert closed(parse(liquidated(detail(ts=NOW + 200 - 5_000)), parser)) == [("long", 0.01, 800.0)]


def test_the_clock_of_an_earlier_connection_is_forgotten() -> None:
    parser = opened()
    parse(ticker_of(NOW), parser)
    parser.opened("okx", NOW + HOUR)
    assert parse(liquidated(detail(ts=NOW + 10)), parser) == []


def test_nothing_is_history_in_a_recording_that_starts_in_the_middle() -> None:
    parser = Parser()
    parse(ticker_of(NOW), parser)
    assert closed(parse(liquidated(detail(ts=NOW - HOUR)), parser)) == [("long", 0.01, 800.0)]


def test_without_a_connection_an_acknowledgement_is_the_beginning() -> None:
    parser = Parser()
    parse(ticker_of(NOW - 2 * HOUR), parser)
    parse(acknowledged(), parser, NOW)
    assert parse(liquidated(detail(ts=NOW - HOUR)), parser) == []
    assert closed(parse(liquidated(detail(ts=NOW - HOUR)), parser)) == [("long", 0.01, 800.0)]


def test_without_a_connection_an_acknowledgement_speaks_for_its_own_subscription() -> None:
    parser = Parser()
    parse(acknowledged("FUTURES"), parser, NOW)
    assert closed(parse(liquidated(detail(ts=NOW - HOUR)), parser)) == [("long", 0.01, 800.0)]


def test_a_later_acknowledgement_does_not_move_the_beginning_of_a_connection() -> None:
    parser = opened(NOW - HOUR)
    parse(acknowledged(), parser, NOW)
    assert closed(parse(liquidated(detail(ts=NOW - 60_000)), parser)) == [("long", 0.01, 800.0)]


def test_an_acknowledgement_of_another_channel_means_nothing_here() -> None:
    parser = Parser()
    parse(acknowledged(), parser, NOW)
    parse(json.dumps({"event": "subscribe", "arg": {"channel": "trades", "instId": SWAP}}), parser, NOW + HOUR)
    assert closed(parse(liquidated(detail(ts=NOW + 60_000)), parser)) == [("long", 0.01, 800.0)]


# Contract sizes


def test_instruments_become_facts_and_sizes() -> None:
    rows = (
        listed(),
        listed(
            "BTC-USD-261225", instType="FUTURES", ctType="inverse", ctVal="100", ctValCcy="USD", expTime="1798185600000"
        ),
        listed("BTC-USD_UM_XPERP-310404", instType="FUTURES", ctVal="0.0001", expTime="1933142400000"),
    )
    assert Parser().answer("okx", instruments(*rows), NOW) == [
        Instrument("okx", SWAP, "perpetual", "USDT", False, 0.01),
        Instrument("okx", "BTC-USD-261225", "future", "USD", True, 100.0, 1798185600000),
        Instrument("okx", "BTC-USD_UM_XPERP-310404", "perpetual", "USD", False, 0.0001),
    ]


def test_a_changed_size_is_told_and_used() -> None:
    parser = Parser()
    [fact] = parser.answer("okx", instruments(listed(ctVal="0.001", ctMult="2")), NOW)
    assert fact == Instrument("okx", SWAP, "perpetual", "USDT", False, 0.002)
    [trade] = parse(print_of(SWAP, sz="5"), parser)
    assert isinstance(trade, Trade)
    assert trade.btc == 0.01


def test_sizes_outlive_a_connection() -> None:
    parser = Parser()
    parser.answer("okx", instruments(listed(ctVal="0.001")), NOW)
    parser.opened("okx", NOW)
    assert closed(parse(liquidated(detail(ts=NOW)), parser)) == [("long", 0.001, 80.0)]


@pytest.mark.parametrize("value", ["0", "-0.01", "", "abc", "NaN", "inf", "1e-320"])
def test_a_size_that_cannot_be_believed_leaves_the_old_one(value: str) -> None:
    parser = Parser()
    parser.answer("okx", instruments(listed(ctVal="0.001")), NOW)
    outs = parser.answer("okx", instruments(listed(ctVal=value, ctMult="1e-10"), listed("BTC-USDC-SWAP")), NOW)
    assert [type(out) for out in outs] == [Rejected, Instrument]
    assert closed(parse(liquidated(detail()), parser)) == [("long", 0.001, 80.0)]


@pytest.mark.parametrize(("kind", "coin"), [("linear", "USD"), ("inverse", "BTC"), ("", "BTC"), ("linear", "")])
def test_a_contract_of_an_unclear_type_is_rejected(kind: str, coin: str) -> None:
    [out] = Parser().answer("okx", instruments(listed(ctType=kind, ctValCcy=coin)), NOW)
    assert isinstance(out, Rejected)


def test_instruments_of_other_coins_are_skipped() -> None:
    assert Parser().answer("okx", instruments(listed("ETH-USDT-SWAP", ctVal="")), NOW) == []


# Dated contracts

DATED = "BTC-USD-261225"
EXPIRY = 1798185600000
MARKS = "https://www.okx.com/api/v5/public/mark-price?instType=FUTURES"


def dated(symbol: str = DATED, **row: str) -> dict[str, str]:
    inverse = {"instType": "FUTURES", "ctType": "inverse", "ctVal": "100", "ctValCcy": "USD", "expTime": str(EXPIRY)}
    return listed(symbol, **inverse | row)


def marks(*rows: dict[str, str]) -> Http:
    return Http(MARKS, 200, json.dumps({"code": "0", "data": rows, "msg": ""}))


def marked(symbol: str = DATED, px: str = "80390.5", ts: int = NOW) -> dict[str, str]:
    return {"instType": "FUTURES", "instId": symbol, "markPx": px, "ts": str(ts)}


def indexed(symbol: str = "BTC-USD", px: str = "79990.5", ts: int = NOW) -> str:
    return push("index-tickers", symbol, {"instId": symbol, "idxPx": px, "open24h": "79000", "ts": str(ts)})


def knowing(*rows: dict[str, str]) -> Parser:
    parser = Parser()
    parser.answer("okx.http", instruments(*rows), NOW)
    return parser


def test_an_index_is_no_fact_by_itself() -> None:
    assert parse(indexed()) == []


@pytest.mark.parametrize(("apart", "index"), [(0, 79990.5), (2_000, 79990.5), (-2_000, 79990.5), (2_001, None)])
def test_a_mark_price_has_the_index_of_its_moment_and_no_other(apart: int, index: float | None) -> None:
    parser = knowing(dated())
    parse(indexed(), parser)
    assert parser.answer("okx.http", marks(marked(ts=NOW + apart)), NOW) == [
        Quote("okx", DATED, NOW + apart, NOW, mark=80390.5, index=index)
    ]


@pytest.mark.parametrize(
    ("symbol", "index"), [("BTC-USDT-261225", None), ("BTC-USD-261225", 79990.5), ("BTC-USD_UM-261225", 79990.5)]
)
def test_the_index_is_that_of_the_familys_dollar(symbol: str, index: float | None) -> None:
    linear = {"ctType": "linear", "ctVal": "0.01", "ctValCcy": "BTC"}
    parser = knowing(dated(symbol, **linear))
    parse(indexed("BTC-USD"), parser)
    [quote] = parser.answer("okx.http", marks(marked(symbol)), NOW)
    assert isinstance(quote, Quote)
    assert quote.index == index


def test_the_mark_of_a_swap_has_its_index_too() -> None:
    parser = Parser()
    parse(indexed("BTC-USDT", "80010"), parser)
    frame = push("mark-price", SWAP, {"instType": "SWAP", "instId": SWAP, "markPx": "80001.5", "ts": str(NOW)})
    assert parse(frame, parser) == [Quote("okx", SWAP, NOW, NOW, mark=80001.5, index=80010.0)]


def test_an_index_that_cannot_be_believed_leaves_the_old_one() -> None:
    parser = knowing(dated())
    for px in ("79990.5", "NaN", "0", ""):
        outs = parse(indexed(px=px), parser)
        assert [type(out) for out in outs] == ([] if px == "79990.5" else [Rejected])
    [quote] = parser.answer("okx.http", marks(marked()), NOW)
    assert isinstance(quote, Quote)
    assert quote.index == 79990.5


def test_what_is_not_listed_as_a_dated_bitcoin_contract_is_not_quoted() -> None:
    xperp = "BTC-USD_UM_XPERP-310404"
    linear = {"ctType": "linear", "ctVal": "0.0001", "ctValCcy": "BTC"}
    parser = knowing(dated(xperp, **linear), dated("ETH-USD-261225"))
    rows = [marked(xperp), marked("ETH-USD-261225", px=""), marked(DATED)]
    assert parser.answer("okx.http", marks(*rows), NOW) == []


@pytest.mark.parametrize("gone", [{"expTime": str(NOW)}, {"state": "expired"}, {"state": "suspend"}])
def test_a_contract_that_expired_or_is_not_traded_is_dropped(gone: dict[str, str]) -> None:
    parser = knowing(dated())
    assert parser.answer("okx.http", instruments(dated(**gone)), NOW) == []
    assert parser.answer("okx.http", marks(marked()), NOW) == []
    frame = liquidated(detail("buy", sz="20"), symbol=DATED, kind="FUTURES")
    assert closed(parse(frame, parser)) == [("short", 0.025, 2000.0)]


def test_a_contract_stops_being_quoted_at_its_expiry() -> None:
    parser = knowing(dated(expTime=str(NOW + 1)))
    assert len(parser.answer("okx.http", marks(marked()), NOW)) == 1
    assert parser.answer("okx.http", marks(marked()), NOW + 1) == []


@pytest.mark.parametrize("time", ["", "0", "soon"])
def test_a_dated_contract_without_an_expiry_is_rejected(time: str) -> None:
    [out] = Parser().answer("okx.http", instruments(dated(expTime=time)), NOW)
    assert isinstance(out, Rejected)


@pytest.mark.parametrize("px", ["", "NaN", "0", "-5"])
def test_a_bad_mark_price_is_rejected_beside_the_good_one(px: str) -> None:
    parser = knowing(dated(), dated("BTC-USD-270326"))
    outs = parser.answer("okx.http", marks(marked(px=px), marked("BTC-USD-270326")), NOW)
    assert [type(out) for out in outs] == [Rejected, Quote]


def test_a_list_of_five_thousand_instruments_is_read_in_well_under_a_tenth_of_a_second() -> None:
    http = instruments(*(listed(f"C{i}-USDT-SWAP") for i in range(5_000)))
    started = perf_counter()
    assert Parser().answer("okx.http", http, NOW) == []
    assert perf_counter() - started < 0.1


# What a gap cost


def missed(*details: dict[str, Any], symbol: str = SWAP, kind: str = "SWAP") -> Http:
    url = f"https://www.okx.com/api/v5/public/liquidation-orders?instType={kind}&state=filled&uly=BTC-USDT&limit=100"
    family = symbol.rpartition("-")[0]
    row = {"details": details, "instFamily": family, "instId": symbol, "instType": kind, "totalLoss": "0"}
    return Http(url, 200, json.dumps({"code": "0", "data": [row | {"uly": family}], "msg": ""}))


def test_a_missed_liquidation_has_the_name_that_its_message_had() -> None:
    parser = Parser()
    events = parse(liquidated(detail(sz="3.56", posSide="long"), detail(sz="3.56", posSide="long")), parser)
    rows = [detail(sz="3.560", px="80000.0", posSide="long") | {"time": NOW}] * 2
    assert parser.answer("okx.http", missed(*rows), NOW) == events
    assert len(events) == 2


def test_what_was_missed_is_no_history_however_old() -> None:
    parser = opened()
    assert closed([*parser.answer("okx.http", missed(detail(ts=NOW - HOUR)), NOW)]) == [("long", 0.01, 800.0)]
    assert parse(liquidated(detail(ts=NOW - HOUR)), parser) == []  # still the first message of its subscription


def test_a_bad_missed_liquidation_is_rejected_beside_the_good_one() -> None:
    outs = Parser().answer("okx.http", missed(detail(px="0"), detail("sell", posSide="short"), detail("buy")), NOW)
    assert [type(out) for out in outs] == [Rejected, Rejected, Liquidation]


def test_a_gap_is_asked_for_by_kind_and_underlying() -> None:
    base, end = "https://www.okx.com/api/v5/public/liquidation-orders?instType=", f"&after={NOW}&limit=100#from="
    urls = VENUE.missed(NOW - HOUR, NOW)
    assert urls[:3] == tuple(
        f"{base}SWAP&state=filled&uly={uly}{end}{NOW - HOUR}" for uly in ("BTC-USDT", "BTC-USD", "BTC-USDC")
    )
    assert urls[3:] == tuple(
        f"{base}FUTURES&state=filled&uly={uly}&alias={alias}{end}{NOW - HOUR}"
        for uly in ("BTC-USDT", "BTC-USD")
        for alias in ("this_week", "next_week", "this_month", "next_month", "quarter", "next_quarter")
    )
    assert VENUE.also(urls[0]) == (urls[0].replace("www.okx.com", "openapi.okx.com"),)
    assert [(poll.url, poll.every_s) for poll in VENUE.polls] == [(MARKS, 30.0)]


def page(count: int, oldest_ms: int, after_ms: int = NOW) -> Http:
    """A page of so many details a millisecond apart, as it is asked for by a gap of the hour before NOW."""
    url = VENUE.missed(NOW - HOUR, NOW)[0].replace(f"after={NOW}", f"after={after_ms}")
    row = {"instFamily": "BTC-USDT", "instId": SWAP, "instType": "SWAP", "uly": "BTC-USDT"}
    row["details"] = [detail(ts=oldest_ms + at) for at in range(count)]  # type: ignore[assignment]
    return Http(url, 200, json.dumps({"code": "0", "data": [row], "msg": ""}))


def test_a_full_page_that_ends_within_the_gap_leads_to_the_next_one() -> None:
    outs = Parser().answer("okx.http", page(100, NOW - 11_000), NOW)
    assert len(closed([*outs])) == 100
    assert outs[-1] == More(page(0, 0, NOW - 11_000).url)


@pytest.mark.parametrize(("count", "oldest_ms"), [(99, NOW - 11_000), (100, NOW - HOUR), (0, NOW)])
def test_a_page_that_is_not_full_or_reaches_back_is_the_last(count: int, oldest_ms: int) -> None:
    assert [type(out) for out in Parser().answer("okx.http", page(count, oldest_ms), NOW)] == [Liquidation] * count


def test_a_page_that_only_repeats_the_one_before_says_that_the_list_is_short() -> None:
    outs = Parser().answer("okx.http", page(100, NOW - 11_000, after_ms=NOW - 11_000), NOW)
    assert outs[-1] == Short("the list does not go back as far as the gap")


@pytest.mark.parametrize("code", ["51001", "51021"])
def test_a_contract_that_is_not_listed_has_no_liquidations(code: str) -> None:
    body = json.dumps({"code": code, "data": [], "msg": "This crypto isn't listed yet."})
    url = VENUE.missed(NOW - HOUR, NOW)[3]
    for status in (200, 400):
        assert [*Parser().answer("okx.http", Http(url, status, body), NOW)] == []


def test_more_bitcoin_than_there_is_is_rejected_beside_the_good_row() -> None:
    frame = liquidated(detail(sz="3000000000"), detail(sz="100"))
    outs = Decoder({"okx": VENUE}).decode(Frame("okx", NOW, frame))
    assert closed(outs) == [("long", 1.0, 80_000.0)]
    assert [out.reason for out in outs if isinstance(out, Rejected)] == [
        "a liquidation of 30,000,000 BTC in BTC-USDT-SWAP: there are not so many"
    ]


def test_both_indices_are_subscribed_to() -> None:
    args = json.loads(VENUE.streams[0].hello[0])["args"]
    assert [arg["instId"] for arg in args if arg["channel"] == "index-tickers"] == ["BTC-USD", "BTC-USDT"]


# Candles


def test_candles_come_newest_first_and_leave_oldest_first() -> None:
    newer = ["1789669860000", "80000.1", "80012", "79990", "80010", "1.25", "100012.5", "100012.5", "0"]
    older = ["1789669800000", "79980", "80005.5", "79975.2", "80000.1", "0", "0", "0", "1"]
    assert Parser().answer("okx", candles("1m", newer, older), NOW) == [
        Bar("okx", SPOT, "1m", 1789669800000, 79980.0, 80005.5, 79975.2, 80000.1, 0.0),
        Bar("okx", SPOT, "1m", 1789669860000, 80000.1, 80012.0, 79990.0, 80010.0, 1.25),
    ]


@pytest.mark.parametrize(
    ("frame", "bar"), [("1m", "1m"), ("5m", "5m"), ("15m", "15m"), ("1h", "1H"), ("4h", "4H"), ("1d", "1Dutc")]
)
def test_every_time_frame_is_asked_by_the_name_of_its_utc_candle(frame: Any, bar: str) -> None:
    url = f"https://www.okx.com/api/v5/market/candles?instId=BTC-USDT&bar={bar}&limit=300"
    assert VENUE.bars(frame) == url
    rows = [["1789603200000", "1", "3", "1", "2", "5", "5", "5", "0"]]  # midnight in UTC
    moved = url.replace("https://www.okx.com", "http://127.0.0.1:9/regional/okx")
    [out] = Parser().answer("okx", Http(moved, 200, json.dumps({"code": "0", "msg": "", "data": rows})), NOW)
    assert out == Bar("okx", SPOT, frame, 1789603200000, 1.0, 3.0, 1.0, 2.0, 5.0)


def test_a_day_that_opens_at_midnight_in_hong_kong_is_rejected() -> None:
    [out] = Parser().answer("okx", candles("1Dutc", ["1789574400000", "1", "3", "1", "2", "5", "5", "5", "0"]), NOW)
    assert isinstance(out, Rejected)
    assert out.reason == "a 1d candle that does not open on a whole 1d in UTC: 1789574400000"


def test_a_bad_candle_is_rejected_beside_the_good_ones() -> None:
    good = ["1789669800000", "2", "3", "1", "2", "5", "5", "5", "1"]
    bad = [
        ["1789669860000", "2", "1", "3", "2", "5"],
        ["1789669920000", "2", "NaN", "1", "2", "5"],
        ["1789669980000", "2"],
    ]
    bad += [["1789670040000", "2", "3", "1", "2", "-5"], ["12", "2", "3", "1", "2", "5"]]
    outs = Parser().answer("okx", candles("1m", *bad, good), NOW)
    assert Counter(type(out) for out in outs) == {Rejected: 5, Bar: 1}


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        (Http("https://www.okx.com/api/v5/public/instruments", 403, "<!DOCTYPE html><html>Cloud"), "HTTP 403: a page"),
        (Http("https://www.okx.com/api/v5/public/instruments", 200, " <html>Blocked</html>"), "HTTP 200: a page"),
        (Http("https://www.okx.com/api/v5/public/instruments", 200, ""), "HTTP 200: a page"),
        (Http("https://www.okx.com/api/v5/public/instruments", 429, '{"code":"50011","msg":"Too Many"}'), "HTTP 429"),
        (
            Http("https://www.okx.com/api/v5/public/instruments", 200, '{"code":"51000","msg":"Parameter uly error"}'),
            "refused: 51000: Parameter uly error",
        ),
        (
            Http("https://www.okx.com/api/v5/market/candles?instId=BTC-USDT&bar=1D", 200, "{}"),
            "unknown time frame: '1D'",
        ),
        (Http("https://www.okx.com/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1m", 200, "{}"), "nobody asked for"),
        (Http("https://www.okx.com/api/v5/market/books?instId=BTC-USDT", 200, "{}"), "nobody asked for"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(http: Http, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        Parser().answer("okx", http, NOW)


@pytest.mark.parametrize("body", ['{"code":"0","data":{}}', '{"code":"0","data":[', '{"data":[]}', "[]"])
def test_an_answer_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(MsgspecError):
        Parser().answer("okx", Http("https://www.okx.com/api/v5/public/instruments", 200, body), NOW)


# Control frames and other people's


def test_pong_is_text_and_proof_of_life() -> None:
    assert parse("pong") == [Alive()]
    assert [*Parser().parse("okx", b"pong", NOW)] == [Alive()]


def test_a_notice_means_to_reconnect() -> None:
    assert parse('{"event":"notice","code":"64008","msg":"The connection will soon be closed."}') == [
        Reconnect("64008: The connection will soon be closed.")
    ]


def test_an_error_is_refused_in_plain_text() -> None:
    assert parse('{"event":"error","code":"60012","msg":"Invalid \\u001b[31mrequest","connId":"a"}') == [
        Refused("60012: Invalid request")
    ]


@pytest.mark.parametrize(
    "frame",
    [
        '{"event":"subscribe","arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}',
        '{"event":"channel-conn-count","channel":"trades","connCount":"3","connId":"a4d3ae55"}',
        '{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[],"ts":17,"checksum":-9}]}',
        '{"arg":{"channel":"trades","instId":"ETH-USDT"},"data":[{"px":{"odd":1}}]}',
        '{"arg":{"channel":"tickers","instId":"BTC-EUR"},"data":7}',
        '{"arg":{"channel":"trades","instId":"BTC-USD-261225-90000-C"},"data":[]}',
        print_of("BTC-USD_UM_XPERP-310404"),
        print_of("BTC-USDC"),
    ],
)
def test_what_is_none_of_our_business_is_skipped(frame: str) -> None:
    assert parse(frame) == []


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "ping",
        "[]",
        "null",
        "{",
        "{}",
        '{"arg":null,"data":[]}',
        '{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"}}',
        '{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":null}',
        '{"arg":{"channel":"tickers","instId":"BTC-USDT-SWAP"},"data":{"last":"1"}}',
        '{"arg":{"channel":7},"data":[]}',
        b"\x1f\x8b\x08\x00\xff",
        b'{"event":"\xff"}',
    ],
)
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        Parser().parse("okx", frame, NOW)


@pytest.mark.parametrize(
    "change",
    [{"px": value} for value in ("NaN", "-1", "0", "", "inf", None, "8e4x", {})]
    + [{"sz": value} for value in ("NaN", "-1", "0", "", "1e400")]
    + [{"side": "none"}, {"ts": ""}, {"ts": "99"}, {"ts": "9999999999999999999"}, {"ts": "x"}, {"tradeId": None}],
)
def test_a_bad_trade_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    good = {"tradeId": "7", "px": "80000", "sz": "5", "side": "buy", "ts": str(NOW)}
    outs = parse(push("trades", SWAP, good | change, good))
    assert [type(out) for out in outs] == [Rejected, Trade]


@pytest.mark.parametrize("key", ["px", "sz", "side", "ts", "tradeId"])
def test_a_trade_that_lacks_a_field_is_rejected(key: str) -> None:
    row = {"tradeId": "7", "px": "80000", "sz": "5", "side": "buy", "ts": str(NOW)}
    del row[key]
    [out] = parse(push("trades", SWAP, row))
    assert isinstance(out, Rejected)
    assert key in out.reason


@pytest.mark.parametrize(
    "change", [{"px": "0"}, {"px": "NaN"}, {"sz": "-2"}, {"sz": ""}, {"sz": "1e308"}, {"side": ""}, {"ts": 0}]
)
def test_a_bad_liquidation_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    outs = parse(liquidated(detail(**change), detail(px="80001")))
    assert [type(out) for out in outs] == [Rejected, Liquidation]


def test_a_liquidation_without_details_or_name_is_rejected() -> None:
    for row in ({"details": None}, {"instId": ""}):
        [out] = parse(liquidated(detail(), **row))
        assert isinstance(out, Rejected)


# A whole recording


def test_a_whole_recording_adds_up() -> None:
    decoder = Decoder({"okx": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    count = Counter(type(out).__name__ for out in outs)
    assert count == {
        "Instrument": 3,
        "Bar": 2,
        "FeedStatus": 2,
        "Quote": 3,
        "Trade": 3,
        "Funding": 1,
        "OpenInterest": 2,
        "Liquidation": 6,
        "Alive": 1,
        "Refused": 1,
        "Rejected": 1,
        "Reconnect": 1,
    }
    rows = [out for out in outs if isinstance(out, Liquidation)]
    assert sum(row.usd for row in rows if row.position == "long") == pytest.approx(2 * 2844.44 + 304)
    assert sum(row.btc for row in rows if row.position == "long") == pytest.approx(2 * 0.0356 + 0.0038)
    assert sum(row.usd for row in rows if row.position == "short") == pytest.approx(8010 + 2000 + 800.03)
    assert sum(row.btc for row in rows if row.position == "short") == pytest.approx(0.1 + 0.025 + 0.01)
    assert len({row.id for row in rows}) == 6
    assert sum(out.btc for out in outs if isinstance(out, Trade)) == pytest.approx(0.05 + 0.005 + 0.25)


def test_a_session_counts_what_came_twice_once() -> None:
    session = Session(State({"okx": VENUE}), Engine("replay", "a test", 0, writing=False))
    for frame in Recording(FIXTURE):
        session.frame(frame)
    at = 1789669915400
    rows = [
        detail("buy", sz="1", px="80003", ts=1789669914250),
        detail("sell", sz="2.5", px="79950.0", ts=1789669913500),  # in the gap between the two connections
        detail("buy", sz="10", px="80100", ts=1789669890860),
        *[detail("sell", sz="3.56", px="79900", ts=1789669890850)] * 2,
    ]
    session.frame(Frame("okx.http", at, missed(*rows)))
    m = session.snapshot()["metrics"]
    assert m["liq.okx.long.usd.1h"].value == pytest.approx(2 * 2844.44 + 304 + 1998.75)
    assert m["liq.long.btc.1h"].value == pytest.approx(2 * 0.0356 + 0.0038 + 0.025)
    assert m["liq.long.count.1h"].value == 4
    assert m["liq.okx.short.usd.1h"].value == pytest.approx(8010 + 2000 + 800.03)
    assert m["liq.short.count.1h"].value == 3
