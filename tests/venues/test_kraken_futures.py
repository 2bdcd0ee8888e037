"""Kraken Futures: linear and inverse sizes, liquidations among the trades, history, and what was missed."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Funding, Gap, Instrument, Liquidation, OpenInterest, Quote, Rejected, Trade
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Http, More, Out, Poll, Refused, Reject, Short
from feeds.venues.kraken_futures import VENUE, Parser
from feeds.wire import Recording

RECORDING = Path(__file__).parents[1] / "fixtures" / "kraken_futures.jsonl"
NAME, LINEAR, INVERSE, DATED = "kraken_futures", "PF_XBTUSD", "PI_XBTUSD", "FI_XBTUSD_261225"
NOW = 1_790_000_000_000
EXPIRY_STAMP, EXPIRY = "2026-12-25T16:00:00Z", 1_798_214_400_000
API = "https://futures.kraken.com/derivatives/api/v3"
TRADE = {
    "feed": "trade",
    "product_id": LINEAR,
    "uid": "8a2be12f-7a3f-4f8f-a111-d1b5200ab1d0",
    "side": "sell",
    "type": "fill",
    "seq": 421135,
    "time": NOW - 40,
    "qty": 0.25,
    "price": 80000.0,
}
LIQUIDATED = TRADE | {"type": "liquidation"}
TICKER = {
    "time": NOW - 60,
    "feed": "ticker",
    "product_id": LINEAR,
    "funding_rate": 0.912482213835,
    "funding_rate_prediction": 1.3232500286425,
    "relative_funding_rate": 0.0000125,
    "relative_funding_rate_prediction": 0.00001575425,
    "next_funding_rate_time": 1790002800000,
    "bid": 79999.0,
    "ask": 80001.0,
    "bid_size": 0.0273,
    "ask_size": 0.006,
    "index": 79990.5,
    "last": 80000.0,
    "markPrice": 80004.25,
    "openInterest": 2189.5,
    "leverage": "100x",
    "dtm": 0,
    "maturityTime": 0,
    "tag": "perpetual",
    "pair": "XBT:USD",
    "suspended": False,
    "post_only": False,
    "volumeQuote": 356641614.007,
}
LISTED = {
    "symbol": LINEAR,
    "type": "flexible_futures",
    "underlying": "rr_xbtusd",
    "tickSize": 1,
    "contractSize": 1,
    "tradeable": True,
    "base": "BTC",
    "quote": "USD",
    "pair": "BTC:USD",
    "marginLevels": [{"contracts": 0, "initialMargin": 0.02, "maintenanceMargin": 0.01}],
}
LISTED_DATED = LISTED | {"symbol": DATED, "type": "futures_inverse", "lastTradingTime": EXPIRY_STAMP}
REST_TICKER = {
    "tag": "quarter",
    "pair": "XBT:USD",
    "symbol": DATED,
    "markPrice": 81250.0,
    "indexPrice": 79990.5,
    "last": 81200.0,
    "lastTime": "2026-09-21T14:12:00.000Z",
    "bid": 81240.0,
    "ask": 81260.0,
    "openInterest": 8125000,
    "fundingRate": 0.5,
    "suspended": False,
}
PAST = {
    "time": "2026-09-21T14:13:19.960Z",
    "trade_id": 100,
    "price": 80000.0,
    "size": 0.25,
    "side": "sell",
    "type": "liquidation",
    "uid": TRADE["uid"],
}


def parse(frame: dict[str, Any] | str | bytes, parser: Parser | None = None) -> list[Out]:
    data = json.dumps(frame) if isinstance(frame, dict) else frame
    return [*(parser or Parser()).parse(NAME, data, NOW)]


def without(row: dict[str, Any], part: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != part}


def answer(path: str, parser: Parser | None = None, recv_ms: int = NOW, **parts: object) -> list[Out]:
    body = {"result": "success", "serverTime": "2026-09-21T14:13:19.500Z", **parts}
    http = Http(f"{API}/{path}", 200, json.dumps(body))
    return [*(parser or Parser()).answer(f"{NAME}.http", http, recv_ms)]


def contracts(*rows: object, parser: Parser | None = None, recv_ms: int = NOW) -> list[Out]:
    return answer("instruments", parser, recv_ms, instruments=rows)


def prices(*rows: object, parser: Parser | None = None, recv_ms: int = NOW) -> list[Out]:
    return answer("tickers", parser, recv_ms, tickers=rows)


def past(*rows: object, symbol: str = LINEAR, parser: Parser | None = None) -> list[Out]:
    return answer(f"history?symbol={symbol}&lastTime=2026-09-21T14:13:20.000Z", parser, history=rows)


def liquidations(outs: list[Out]) -> list[Liquidation]:
    return [out for out in outs if isinstance(out, Liquidation)]


# Trades and the liquidations among them.


def test_a_linear_trade_is_sized_in_bitcoin() -> None:
    assert parse(TRADE) == [Trade(NAME, LINEAR, NOW - 40, NOW, 80000.0, 0.25, "sell", str(TRADE["uid"]))]


def test_an_inverse_trade_is_sized_in_dollars() -> None:
    frame = TRADE | {"product_id": INVERSE, "qty": 20000, "side": "buy"}
    assert parse(frame) == [Trade(NAME, INVERSE, NOW - 40, NOW, 80000.0, 0.25, "buy", str(TRADE["uid"]))]


@pytest.mark.parametrize(("side", "position"), [("sell", "long"), ("buy", "short")])
def test_the_taker_s_side_tells_the_position_that_was_closed(side: str, position: str) -> None:
    (event,) = liquidations(parse(LIQUIDATED | {"side": side}))
    assert event == Liquidation(
        NAME, LINEAR, NOW - 40, NOW, "long" if position == "long" else "short", 0.25, 20_000.0, 80000.0, event.id
    )


@pytest.mark.parametrize(
    ("product", "qty", "btc", "usd"),
    [
        (LINEAR, 0.25, 0.25, 20_000.0),  # not divided by its price, though public clients do
        (INVERSE, 20000, 0.25, 20_000.0),
        ("FF_XBTUSD_261225", 0.25, 0.25, 20_000.0),
        (DATED, 20000, 0.25, 20_000.0),
    ],
)
def test_sizes_are_bitcoin_on_linear_and_dollars_on_inverse_contracts(
    product: str, qty: float, btc: float, usd: float
) -> None:
    (event,) = liquidations(parse(LIQUIDATED | {"product_id": product, "qty": qty}))
    assert (event.symbol, event.btc, event.usd) == (product, btc, usd)


def test_a_liquidation_is_a_trade_too_for_it_made_the_price() -> None:
    assert [type(out) for out in parse(LIQUIDATED)] == [Trade, Liquidation]


@pytest.mark.parametrize("kind", ["assignment", "termination", "block", "new"])
def test_what_was_not_traded_in_the_market_is_neither_trade_nor_liquidation(kind: str) -> None:
    assert parse(TRADE | {"type": kind}) == []


def test_older_lower_case_names_are_the_same_products() -> None:
    (trade,) = parse(TRADE | {"product_id": "pi_xbtusd", "qty": 20000})
    assert isinstance(trade, Trade)
    assert (trade.symbol, trade.btc) == (INVERSE, 0.25)


def test_the_documented_altcoin_liquidation_is_passed_over() -> None:
    frame = (
        '{"feed":"trade","product_id":"PI_XRPUSD","uid":"3ee209b8-6a3c-4b4b-9f6c-000000000000","side":"sell",'
        '"type":"liquidation","seq":41799,"time":1593561965283,"qty":12000,"price":0.1736}'
    )
    assert parse(frame) == []


@pytest.mark.parametrize(
    "product", ["PF_ETHUSD", "PV_XBTUSD", "PF_XBTEUR", "in_xbtusd", "FI_XBTUSD", "FI_XBTUSD_26122", "PF_XBTUSD_261225"]
)
def test_other_products_are_passed_over_whatever_they_hold(product: str) -> None:
    for frame in (TRADE, TICKER):
        assert parse(frame | {"product_id": product, "time": {"of": "another type"}}) == []


def test_the_trades_before_the_subscription_are_history() -> None:
    rows = [LIQUIDATED, LIQUIDATED | {"uid": "b"}]
    assert parse({"feed": "trade_snapshot", "product_id": LINEAR, "trades": rows}) == []


def test_the_uid_names_a_liquidation_on_every_connection_and_in_the_history() -> None:
    parser = Parser()
    (first,) = liquidations(parse(LIQUIDATED, parser))
    parser.opened(NAME, NOW)
    (again,) = liquidations(parse(LIQUIDATED, parser))
    (missed,) = liquidations(past(PAST, parser=parser))
    assert first.id == again.id == missed.id == TRADE["uid"]
    assert first == missed


@pytest.mark.parametrize(
    "bad",
    [
        LIQUIDATED | {"side": "long"},
        LIQUIDATED | {"side": None},
        without(LIQUIDATED, "side"),
        LIQUIDATED | {"qty": 0},
        LIQUIDATED | {"qty": -1},
        LIQUIDATED | {"qty": "NaN"},
        LIQUIDATED | {"qty": 1e300},
        LIQUIDATED | {"price": 0},
        LIQUIDATED | {"price": None},
        without(LIQUIDATED, "price"),
        LIQUIDATED | {"time": 5},
        without(LIQUIDATED, "time"),
        LIQUIDATED | {"uid": ""},
        without(LIQUIDATED, "uid"),
        without(LIQUIDATED, "type"),
    ],
)
def test_a_liquidation_that_cannot_be_believed_is_rejected(bad: dict[str, Any]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(bad)


def test_numbers_may_come_as_text_and_new_fields_may_come() -> None:
    assert parse(LIQUIDATED | {"qty": "0.25", "price": "80000", "time": str(NOW - 40), "new": []}) == parse(LIQUIDATED)


# Tickers.


def test_a_ticker_gives_quote_hourly_funding_and_open_interest() -> None:
    assert parse(TICKER) == [
        Quote(NAME, LINEAR, NOW - 60, NOW, 80000.0, 79999.0, 80001.0, 80004.25, 79990.5),
        Funding(NAME, LINEAR, NOW - 60, NOW, 0.0000125, 1.0, 1790002800000),
        OpenInterest(NAME, LINEAR, NOW - 60, NOW, 2189.5),
    ]


def test_the_funding_rate_that_is_dollars_per_contract_is_never_taken_for_a_rate() -> None:
    for frame in (without(TICKER, "relative_funding_rate"), TICKER | {"relative_funding_rate": None}):
        assert [type(out) for out in parse(frame)] == [Quote, OpenInterest]


def test_a_funding_rate_may_be_zero_or_negative() -> None:
    for rate in (0, -0.00025):
        _, funding, _ = parse(TICKER | {"relative_funding_rate": rate, "next_funding_rate_time": 0})
        assert funding == Funding(NAME, LINEAR, NOW - 60, NOW, float(rate), 1.0, None)


def test_inverse_open_interest_is_dollars_and_becomes_bitcoin_at_mark_or_last() -> None:
    frame = TICKER | {"product_id": INVERSE, "openInterest": 40_000_000, "markPrice": 80000}
    assert parse(frame)[2] == OpenInterest(NAME, INVERSE, NOW - 60, NOW, 500.0)
    assert parse(frame | {"markPrice": None, "last": 40000})[2] == OpenInterest(NAME, INVERSE, NOW - 60, NOW, 1000.0)
    assert [type(out) for out in parse(frame | {"markPrice": None, "last": None})] == [Quote, Funding]


def test_a_dated_contract_has_no_funding() -> None:
    frame = TICKER | {"product_id": DATED, "tag": "quarter", "maturityTime": EXPIRY, "openInterest": 8000425}
    assert [type(out) for out in parse(frame)] == [Quote, OpenInterest]


def test_what_a_ticker_does_not_give_is_not_known_rather_than_zero() -> None:
    frame = TICKER | {"bid": 0, "ask": None, "index": "", "openInterest": 0}
    assert parse(without(frame, "last"))[0] == Quote(NAME, LINEAR, NOW - 60, NOW, mark=80004.25)
    assert [type(out) for out in parse(frame)] == [Quote, Funding]


@pytest.mark.parametrize(
    "parts",
    [
        {"last": -1},
        {"markPrice": "NaN"},
        {"bid": {"of": "another type"}},
        {"relative_funding_rate": "Infinity"},
        {"next_funding_rate_time": 5},
        {"openInterest": -3},
        {"time": 0},
        {"time": None},
    ],
)
def test_a_ticker_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(TICKER | parts)


# What is listed.


def test_contracts_are_listed_and_the_name_tells_inverse_from_linear() -> None:
    """The documentation's own sample calls PF_XBTUSD `futures_inverse`."""
    rows = [LISTED | {"type": "futures_inverse"}, LISTED | {"symbol": "pi_xbtusd"}, LISTED_DATED]
    rows.append(LISTED_DATED | {"symbol": "FF_XBTUSD_261225"})
    assert contracts(*rows) == [
        Instrument(NAME, LINEAR, "perpetual", "USD", False, 1.0),
        Instrument(NAME, INVERSE, "perpetual", "USD", True, 1.0),
        Instrument(NAME, DATED, "future", "USD", True, 1.0, EXPIRY),
        Instrument(NAME, "FF_XBTUSD_261225", "future", "USD", False, 1.0, EXPIRY),
    ]


@pytest.mark.parametrize(
    "row",
    [
        LISTED | {"symbol": "PF_ETHUSD", "contractSize": {"of": "another type"}},
        LISTED | {"symbol": "in_xbtusd", "contractSize": ...},
        LISTED | {"tradeable": False},
        LISTED_DATED | {"tradeable": False},
        LISTED_DATED | {"lastTradingTime": "2026-09-21T14:13:20Z"},
    ],
)
def test_other_coins_and_contracts_that_are_not_traded_or_have_expired_are_not_listed(row: dict[str, Any]) -> None:
    assert contracts({name: part for name, part in row.items() if part is not ...}) == []


def test_a_change_of_the_contract_size_is_a_new_instrument_and_counts_from_then_on() -> None:
    parser = Parser()
    assert contracts(LISTED | {"contractSize": 0.001}, parser=parser) == [
        Instrument(NAME, LINEAR, "perpetual", "USD", False, 0.001)
    ]
    (event,) = liquidations(parse(LIQUIDATED | {"qty": 250}, parser))
    assert (event.btc, event.usd) == (0.25, 20_000.0)


@pytest.mark.parametrize("size", [0, -1, None, "x", "NaN", [1]])
def test_a_contract_size_of_zero_or_garbage_is_rejected_and_the_old_one_kept(size: object) -> None:
    parser = Parser()
    contracts(LISTED | {"contractSize": 0.001}, parser=parser)
    outs = contracts(LISTED | {"contractSize": size}, LISTED_DATED, parser=parser)
    assert [type(out) for out in outs] == [Rejected, Instrument]
    assert liquidations(parse(LIQUIDATED | {"qty": 250}, parser))[0].btc == 0.25


@pytest.mark.parametrize("stamp", [None, "", "soon", "2026-12-25T16:00:00"])
def test_a_dated_contract_without_a_date_is_rejected(stamp: str | None) -> None:
    assert [type(out) for out in contracts(LISTED_DATED | {"lastTradingTime": stamp})] == [Rejected]


def test_five_thousand_contracts_of_others_give_one_of_ours() -> None:
    others = [LISTED | {"symbol": f"PF_X{number}USD"} for number in range(5_000)]
    assert contracts(*others, LISTED) == [Instrument(NAME, LINEAR, "perpetual", "USD", False, 1.0)]


# Prices of the dated contracts.


def dated() -> Parser:
    parser = Parser()
    contracts(LISTED, LISTED_DATED, parser=parser)
    return parser


def test_a_listed_contract_is_quoted_with_its_open_interest() -> None:
    assert prices(REST_TICKER, parser=dated()) == [
        Quote(NAME, DATED, NOW - 500, NOW, 81200.0, 81240.0, 81260.0, 81250.0, 79990.5),
        OpenInterest(NAME, DATED, NOW - 500, NOW, 100.0),
    ]


def test_perpetuals_indices_and_other_coins_of_the_answer_are_passed_over() -> None:
    rows = [REST_TICKER | {"symbol": symbol} for symbol in (LINEAR, INVERSE, "in_xbtusd", "FI_ETHUSD_261225")]
    assert prices(*rows, {"symbol": "rr_xbtusd", "last": {}}, parser=dated()) == []


def test_what_is_not_listed_is_suspended_or_has_expired_is_not_quoted() -> None:
    assert prices(REST_TICKER) == []
    assert prices(REST_TICKER | {"suspended": True}, parser=dated()) == []
    assert len(prices(REST_TICKER, parser=dated(), recv_ms=EXPIRY - 1)) == 2
    assert prices(REST_TICKER, parser=dated(), recv_ms=EXPIRY) == []
    parser = dated()
    contracts(LISTED_DATED | {"tradeable": False}, parser=parser)
    assert prices(REST_TICKER, parser=parser) == []


def test_a_bad_price_is_rejected_beside_the_good_ones() -> None:
    parser = dated()
    contracts(LISTED_DATED | {"symbol": "FF_XBTUSD_261225"}, parser=parser)
    good = REST_TICKER | {"symbol": "FF_XBTUSD_261225", "openInterest": 5.5}
    outs = prices(REST_TICKER | {"markPrice": -1}, good, parser=parser)
    assert [type(out) for out in outs] == [Rejected, Quote, OpenInterest]


# What was missed.


def test_of_the_history_only_liquidations_count() -> None:
    rows = [PAST | {"uid": "a"}, PAST | {"uid": "b", "type": "fill"}, PAST | {"uid": "c", "side": "buy", "size": 0.5}]
    found = past(*rows, PAST | {"type": "block", "size": None}, PAST | {"uid": "d", "type": "assignment"})
    assert [(out.id, out.position, out.btc, out.usd, out.ts_ms) for out in liquidations(found)] == [
        ("a", "long", 0.25, 20_000.0, NOW - 40),
        ("c", "short", 0.5, 40_000.0, NOW - 40),
    ]
    assert len(found) == 2


def test_the_history_of_an_inverse_contract_is_in_dollars() -> None:
    (event,) = liquidations(past(PAST | {"size": "20000"}, symbol="pi_xbtusd"))
    assert (event.symbol, event.btc, event.usd) == (INVERSE, 0.25, 20_000.0)


def test_an_answer_counts_for_the_half_minute_that_was_asked_for() -> None:
    for time, counts in (("14:12:50.000", True), ("14:12:49.999", False)):
        assert bool(past(PAST | {"time": f"2026-09-21T{time}Z"})) is counts


@pytest.mark.parametrize(
    ("count", "oldest", "whole"),
    [
        (100, "14:12:50.001", False),
        (100, "14:12:50.000", True),
        (100, "14:05:00.000", True),
        (99, "14:13:19.000", True),
    ],
)
def test_a_full_answer_that_does_not_reach_back_leads_to_the_next(count: int, oldest: str, whole: bool) -> None:
    fills = [PAST | {"type": "fill"}] * (count - 1)
    outs = past(*fills, PAST | {"type": "fill", "time": f"2026-09-21T{oldest}Z"})
    assert [type(out) for out in outs] == ([] if whole else [More])


def test_the_next_page_of_a_gap_goes_on_before_the_oldest_trade_to_the_same_beginning() -> None:
    full = [PAST | {"type": "fill", "time": "2026-09-21T14:13:00.000Z"}] * 100
    [more] = past(*full)
    assert more == More(f"{API}/history?symbol=PF_XBTUSD&lastTime=2026-09-21T14%3A13%3A00.000Z#from={NOW - 30_000}")
    body = json.dumps({"result": "success", "history": full, "serverTime": "2026-09-21T14:13:20.000Z"})
    assert [*Parser().answer(NAME, Http(more.url, 200, body), NOW)] == [
        Short("the list does not go back as far as the gap")
    ]


def test_numbers_that_skip_are_a_fault_and_a_gap_of_the_time_between() -> None:
    parser = Parser()
    assert [type(out) for out in parser.parse(NAME, json.dumps(TRADE | {"seq": 5}), NOW)] == [Trade]
    assert [type(out) for out in parser.parse(NAME, json.dumps(TRADE | {"seq": 1, "product_id": INVERSE}), NOW)] == [
        Trade
    ]
    said = "3 of the trades of PF_XBTUSD before this one never came"
    assert [*parser.parse(NAME, json.dumps(TRADE | {"seq": 9}), NOW + 500)][1:] == [
        Rejected(NAME, NOW + 500, said),
        Gap(NAME, NOW, NOW + 500, said),
    ]
    assert [type(out) for out in parser.parse(NAME, json.dumps(TRADE | {"seq": 10}), NOW)] == [Trade]
    parser.opened(NAME, NOW)
    assert [type(out) for out in parser.parse(NAME, json.dumps(TRADE | {"seq": 900}), NOW)] == [Trade]


def test_a_trade_that_is_rejected_was_heard() -> None:
    parser = Parser()
    parser.parse(NAME, json.dumps(TRADE | {"seq": 5}), NOW)
    with pytest.raises(Reject, match="price"):
        parser.parse(NAME, json.dumps(TRADE | {"seq": 6, "price": 0}), NOW)
    assert [type(out) for out in parser.parse(NAME, json.dumps(TRADE | {"seq": 7}), NOW)] == [Trade]


@pytest.mark.parametrize(
    "bad",
    [{"size": 0}, {"size": None}, {"price": "NaN"}, {"time": "soon"}, {"side": "long"}, {"side": None}, {"uid": ""}],
)
def test_a_bad_row_of_the_history_is_rejected_beside_the_good_ones(bad: dict[str, object]) -> None:
    assert [type(out) for out in past(PAST | bad, PAST)] == [Rejected, Liquidation]


def test_a_gap_is_asked_for_by_the_half_minute_newest_first() -> None:
    assert VENUE.missed(NOW - 31_000, NOW) == (
        f"{API}/history?symbol=PF_XBTUSD&lastTime=2026-09-21T14:13:20.000Z",
        f"{API}/history?symbol=PI_XBTUSD&lastTime=2026-09-21T14:13:20.000Z",
        f"{API}/history?symbol=PF_XBTUSD&lastTime=2026-09-21T14:12:50.000Z",
        f"{API}/history?symbol=PI_XBTUSD&lastTime=2026-09-21T14:12:50.000Z",
    )
    assert VENUE.missed(NOW, NOW) == ()


def test_a_gap_of_more_than_five_minutes_is_not_asked_for() -> None:
    assert len(VENUE.missed(NOW - 300_000, NOW)) == 20
    assert VENUE.missed(NOW - 300_001, NOW) == ()


def test_every_address_of_a_gap_gives_an_answer_that_is_recognised() -> None:
    for url in VENUE.missed(NOW - 1_000, NOW):
        body = json.dumps({"result": "success", "history": [PAST], "serverTime": "2026-09-21T14:13:20.000Z"})
        assert [type(out) for out in Parser().answer(NAME, Http(url, 200, body), NOW)] == [Liquidation]


# Everything else.


def granted(parser: Parser, *products: str, feed: str = "trade") -> None:
    for product in products:
        assert parse({"event": "subscribed", "feed": feed, "product_ids": [product]}, parser) == []


@pytest.mark.parametrize(
    "data",
    [
        '{"event":"info","version":1}',
        '{"event":"subscribed","feed":"ticker","product_ids":["PF_XBTUSD"]}',
        '{"event":"heartbeat"}',
        '{"feed":"heartbeat","time":1534262350627}',
        '{"feed":"book","product_id":"PF_XBTUSD","side":"sell","seq":1,"price":83999.0,"qty":0.0}',
        '{"feed":"ticker_lite","product_id":"PF_XBTUSD","bid":{}}',
    ],
)
def test_greetings_acknowledgements_and_other_feeds_are_passed_over(data: str) -> None:
    assert parse(data) == []


def test_an_alert_that_names_no_feed_may_be_about_liquidations_until_the_trades_of_both_products_are_granted() -> None:
    parser, alert = Parser(), {"event": "alert", "message": "Couldn't subscribe to \x1b[1minvalid feed"}
    assert parse(alert, parser) == [Refused("Couldn't subscribe to invalid feed", liquidations=True)]
    granted(parser, LINEAR)
    granted(parser, INVERSE, feed="ticker")
    assert parse(alert, parser) == [Refused("Couldn't subscribe to invalid feed", liquidations=True)]
    granted(parser, "pi_xbtusd")
    assert parse(alert, parser) == [Refused("Couldn't subscribe to invalid feed", liquidations=False)]
    parser.opened(NAME, NOW)
    assert parse(alert, parser) == [Refused("Couldn't subscribe to invalid feed", liquidations=True)]


@pytest.mark.parametrize(("feed", "about"), [("trade", True), ("ticker", False)])
@pytest.mark.parametrize("event", ["error", "subscribed_failed"])
def test_a_refusal_that_names_its_feed_is_about_that(event: str, feed: str, about: bool) -> None:
    assert parse({"event": event, "feed": feed}) == [Refused(f"{event} without a text", liquidations=about)]


@pytest.mark.parametrize("event", [json.dumps(LIQUIDATED), json.dumps(TICKER), '{"event":"info","version":1}'])
def test_a_frame_cut_off_anywhere_is_rejected(event: str) -> None:
    for end in range(len(event)):
        with pytest.raises((Reject, MsgspecError)):
            parse(event[:end])


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b\xff", "<html>", "[]", "7", "{}", '{"product_id":"PF_XBTUSD"}', '{"feed":5}']
)
def test_what_is_no_message_is_rejected(data: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(data)


@pytest.mark.parametrize("path", ["instruments", "tickers", "history?symbol=PF_XBTUSD&lastTime=2026-09-21T14:13:20Z"])
@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (200, "<html>sorry</html>", "page"),
        (404, '{"status":"NOT_FOUND","result":"error"}', "HTTP 404"),
        (200, '{"result":"error","error":"apiLimitExceeded","serverTime":"2026-09-21T14:13:20Z"}', "apiLimitExceeded"),
        (200, '{"result":"error","errors":[{"code":0,"message":"NOT_FOUND"}]}', "NOT_FOUND"),
        (200, "{}", "without success"),
        (200, '{"result":"success","serverTime":"2026-09-21T14:13:20Z"}', "truncated"),
        (200, '{"result":', "truncated"),
    ],
)
def test_an_answer_without_data_is_rejected_with_its_reason(path: str, status: int, text: str, reason: str) -> None:
    with pytest.raises((Reject, MsgspecError), match=reason):
        Parser().answer(NAME, Http(f"{API}/{path}", status, text), NOW)


def test_an_answer_that_nobody_asked_for_is_rejected() -> None:
    with pytest.raises(Reject, match="nobody asked"):
        answer("orderbook?symbol=PF_XBTUSD")
    with pytest.raises(Reject, match="nobody asked"):
        past(PAST, symbol="PF_ETHUSD")
    with pytest.raises(Reject, match="lastTime"):
        answer("history?symbol=PF_XBTUSD", history=[PAST])
    with pytest.raises(Reject, match="serverTime"):
        answer("tickers", serverTime=None, tickers=[])


def test_the_stream_asks_for_the_trades_first() -> None:
    (stream,) = VENUE.streams
    assert stream.url == "wss://futures.kraken.com/ws/v1"
    assert [json.loads(text) for text in stream.hello] == [
        {"event": "subscribe", "feed": "trade", "product_ids": [LINEAR, INVERSE]},
        {"event": "subscribe", "feed": "ticker", "product_ids": [LINEAR, INVERSE]},
    ]
    assert (stream.ping, stream.limit_s, stream.liquidations) == (None, 15.0, True)
    assert (VENUE.spot, VENUE.liquidations, VENUE.prices) == (None, "all", (LINEAR, INVERSE))
    assert (VENUE.setup, VENUE.polls) == ((f"{API}/instruments",), (Poll(f"{API}/tickers", 60.0),))


def test_a_recording_gives_these_totals_and_no_others() -> None:
    session = Session(State({NAME: VENUE}), Engine("replay", "a test", 0, writing=False))
    for frame in Recording(RECORDING):
        session.frame(frame)
    metrics: dict[str, Any] = session.snapshot()["metrics"]
    usd = {side: metrics[f"liq.{side}.usd.1h"].value for side in ("long", "short")}
    btc = {side: metrics[f"liq.{side}.btc.1h"].value for side in ("long", "short")}
    assert usd == {"long": 32_000.0, "short": 40_000.0}
    assert btc == {"long": 0.4, "short": 0.5}
    assert [metrics[f"liq.{side}.count.1h"].value for side in ("long", "short")] == [3, 1]
    assert metrics[f"btc.{NAME}.price"].value == 80_010.0
    assert session.state.feeds[NAME].rejected == 2


def test_a_recording_gives_these_facts_of_contracts_and_no_others() -> None:
    decoder = Decoder({NAME: VENUE})
    outs = [out for frame in Recording(RECORDING) for out in decoder.decode(frame)]
    assert [(out.symbol, out.expiry_ms) for out in outs if isinstance(out, Instrument)] == [
        (LINEAR, None),
        (INVERSE, None),
        (DATED, EXPIRY),
    ]
    assert [(out.symbol, out.mark, out.index) for out in outs if isinstance(out, Quote)] == [
        (DATED, 81_250.0, 79_990.5),
        (LINEAR, 80_004.25, 79_990.5),
        (INVERSE, 80_000.0, 79_990.5),
    ]
    assert [(out.symbol, out.btc) for out in outs if isinstance(out, OpenInterest)] == [
        (DATED, 100.0),
        (LINEAR, 2189.5),
        (INVERSE, 500.0),
    ]
    assert [(out.symbol, out.rate, out.interval_h) for out in outs if isinstance(out, Funding)] == [
        (LINEAR, 0.0000125, 1.0),
        (INVERSE, -0.00001, 1.0),
    ]
