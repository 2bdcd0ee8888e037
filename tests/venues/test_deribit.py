"""Deribit: who was liquidated, units by instrument, what is missed, the curve, and frames that cannot be believed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Funding, Gap, Instrument, Liquidation, OpenInterest, Quote, Rejected, Trade
from feeds.replay import replay
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Http, More, Out, Refused, Reject, Send, Short
from feeds.venues.deribit import VENUE, Parser
from feeds.wire import Frame, Recording

FIXTURE = Path(__file__).parents[1] / "fixtures" / "deribit.jsonl"
NOW = 1789669890000  # 2026-09-17
PERPETUAL, LINEAR = "BTC-PERPETUAL", "BTC_USDC-PERPETUAL"
DECEMBER = 1798185600000
INSTRUMENTS, USDC_INSTRUMENTS = VENUE.setup
CURVE, USDC_CURVE = (poll.url for poll in VENUE.polls)
GAP = VENUE.missed(NOW - 60_000, NOW)[0]


def push(channel: str, data: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}})


def row(symbol: str = PERPETUAL, **parts: Any) -> dict[str, Any]:
    usual = {"trade_id": "7", "timestamp": NOW, "tick_direction": 3, "price": 80000.0, "index_price": 80005.41}
    return {**usual, "instrument_name": symbol, "direction": "sell", "amount": 1000.0, **parts}


def trades(*rows: object, currency: str = "BTC") -> str:
    return push(f"trades.future.{currency}.100ms", rows)


def ticker(symbol: str = PERPETUAL, interval: str = "100ms", **parts: Any) -> str:
    usual = {
        "timestamp": NOW,
        "stats": {"volume_usd": 284061480, "volume": 7871.02139035, "low": 35213.5, "high": 36824.5},
        "state": "open",
        "settlement_price": 79169.49,
        "open_interest": 800_000_000,
        "mark_price": 80000.0,
        "last_price": 79999.5,
        "instrument_name": symbol,
        "index_price": 80010.25,
        "funding_8h": 0.0000211,
        "estimated_delivery_price": 80010.25,
        "current_funding": 0,
        "best_bid_price": 79999.0,
        "best_bid_amount": 5000,
        "best_ask_price": 79999.5,
        "best_ask_amount": 100,
    }
    return push(f"ticker.{symbol}.{interval}", usual | parts)


def summary(symbol: str = "BTC-25DEC26", **parts: Any) -> dict[str, Any]:
    usual = {"instrument_name": symbol, "base_currency": "BTC", "quote_currency": "USD", "creation_timestamp": NOW - 90}
    prices = {"last": 81010.0, "bid_price": 81000.0, "ask_price": 81020.0, "mark_price": 81000.0, "mid_price": 81010.0}
    rest = {"estimated_delivery_price": 80010.25, "open_interest": 8_100_000, "volume_usd": 838160.0}
    return {**usual, **prices, **rest, **parts}


def listed(symbol: str = "BTC-25DEC26", **parts: Any) -> dict[str, Any]:
    usual = {"instrument_name": symbol, "kind": "future", "settlement_period": "month", "contract_size": 10}
    return {**usual, "instrument_type": "reversed", "expiration_timestamp": DECEMBER, "is_active": True, **parts}


def said(url: str, result: object) -> Http:
    return Http(url, 200, json.dumps({"jsonrpc": "2.0", "result": result, "usIn": 1, "usOut": 2, "testnet": False}))


def parse(frame: str | bytes, parser: Parser | None = None) -> list[Out]:
    return [*(parser or Parser()).parse("deribit", frame, NOW)]


def answer(http: Http, parser: Parser | None = None, now: int = NOW) -> list[Out]:
    return [*(parser or Parser()).answer("deribit.http", http, now)]


def closed(outs: list[Out]) -> list[tuple[str, str, float, float]]:
    return [(out.symbol, out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)]


def reasons(outs: list[Out]) -> list[str]:
    return [out.reason for out in outs if isinstance(out, Rejected)]


# Trades, and the liquidations among them


def test_a_taker_who_sold_in_liquidation_was_long() -> None:
    frame = (
        '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.future.BTC.100ms","data":[{"trade_seq":'
        '40781986,"trade_id":"66460463","timestamp":1584058044032,"tick_direction":3,"price":4469.5,"liquidation":"T",'
        '"instrument_name":"BTC-PERPETUAL","index_price":4805.41,"direction":"sell","amount":1120}]}}'
    )
    assert parse(frame) == [
        Trade("deribit", PERPETUAL, 1584058044032, NOW, 4469.5, 1120 / 4469.5, "sell", "66460463"),
        Liquidation(
            "deribit",
            PERPETUAL,
            1584058044032,
            NOW,
            "long",
            1120 / 4469.5,
            1120.0,
            4469.5,
            "BTC-PERPETUAL:66460463",
        ),
    ]


def test_a_maker_in_liquidation_traded_against_the_taker() -> None:
    frame = (
        '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.future.BTC.100ms","data":[{"trade_seq":'
        '40782080,"trade_id":"66460626","timestamp":1584058067675,"tick_direction":3,"price":4458.5,"liquidation":"M",'
        '"instrument_name":"BTC-PERPETUAL","index_price":4793.6,"direction":"buy","amount":2500}]}}'
    )
    outs = parse(frame)
    assert closed(outs) == [(PERPETUAL, "long", 2500 / 4458.5, 2500.0)]
    assert [out.side for out in outs if isinstance(out, Trade)] == ["buy"]


@pytest.mark.parametrize(
    ("liquidation", "direction", "position"),
    [
        ("T", "sell", "long"),
        ("T", "buy", "short"),
        ("M", "sell", "short"),
        ("M", "buy", "long"),
        ("MT", "sell", "long"),
        ("MT", "buy", "short"),
    ],
)
def test_who_was_liquidated_follows_from_the_takers_direction(liquidation: str, direction: str, position: str) -> None:
    outs = parse(trades(row(liquidation=liquidation, direction=direction)))
    assert closed(outs) == [(PERPETUAL, position, 0.0125, 1000.0)]


@pytest.mark.parametrize("liquidation", [{}, {"liquidation": None}, {"liquidation": ""}])
def test_a_usual_trade_is_no_liquidation(liquidation: dict[str, Any]) -> None:
    assert parse(trades(row(**liquidation))) == [
        Trade("deribit", PERPETUAL, NOW, NOW, 80000.0, 0.0125, "sell", "7"),
    ]


def test_a_liquidation_of_an_unknown_kind_is_rejected() -> None:
    outs = parse(trades(row(liquidation="X"), row()))
    assert [type(out) for out in outs] == [Rejected, Trade]
    assert reasons(outs) == ["liquidation is neither T, M nor MT: X"]


@pytest.mark.parametrize(
    ("symbol", "amount", "btc", "usd"),
    [
        (PERPETUAL, 1000, 0.0125, 1000.0),
        ("BTC-25DEC26", 40, 0.0005, 40.0),
        ("BTC-5DEC26", 80000, 1.0, 80000.0),
        (LINEAR, 0.25, 0.25, 20000.0),
        ("BTC_USDC-25DEC26", 2, 2.0, 160000.0),
    ],
)
def test_amounts_are_dollars_on_inverse_and_bitcoin_on_linear_instruments(
    symbol: str, amount: float, btc: float, usd: float
) -> None:
    outs = parse(trades(row(symbol, amount=amount, liquidation="T", contracts=amount / 10, mark_price=80001.0)))
    assert closed(outs) == [(symbol, "long", btc, usd)]
    assert [out.btc for out in outs if isinstance(out, Trade)] == [btc]


def test_several_instruments_share_a_message() -> None:
    outs = parse(trades(row(), row("BTC-25DEC26", direction="buy", liquidation="T"), row("BTC-25DEC26", trade_id="8")))
    assert [type(out).__name__ for out in outs] == ["Trade", "Trade", "Liquidation", "Trade"]
    assert closed(outs) == [("BTC-25DEC26", "short", 0.0125, 1000.0)]


def test_a_block_trade_makes_no_price_but_its_liquidation_counts() -> None:
    outs = parse(trades(row(block_trade_id="BLOCK-1"), row(block_trade_id="2", liquidation="T", trade_id="9")))
    assert [type(out) for out in outs] == [Liquidation]


@pytest.mark.parametrize(
    "symbol",
    [
        "ETH_USDC-PERPETUAL",
        "ETH-PERPETUAL",
        "BTC-FS-25DEC26_PERP",
        "BTC-25DEC26-90000-C",
        "BTC_USDT-PERPETUAL",
        "BTCDVOL_USDC-7OCT26",
        "",
    ],
)
def test_other_instruments_are_skipped_whatever_their_shape(symbol: str) -> None:
    assert parse(trades({"instrument_name": symbol, "price": {"later": "version"}}, currency="USDC")) == []


def test_numbers_may_come_as_text_and_ids_as_numbers() -> None:
    outs = parse(trades(row(price="80000.0", amount="1000", trade_id=7, timestamp=str(NOW), liquidation="T")))
    assert outs == parse(trades(row(liquidation="T")))


def test_a_new_field_changes_nothing() -> None:
    assert parse(trades(row(something={"new": [1]}))) == parse(trades(row()))


@pytest.mark.parametrize(
    "change",
    [{"price": value} for value in (0, -1, None, "", "NaN", "inf", "8e4x", {})]
    + [{"amount": value} for value in (0, -1, None, "NaN", 1e300, 1e-320)]
    + [{"direction": "none"}, {"direction": None}, {"timestamp": 0}, {"timestamp": None}, {"trade_id": None}],
)
def test_a_bad_trade_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    outs = parse(trades(row(**change, liquidation="T"), row()))
    assert [type(out) for out in outs] == [Rejected, Trade]


@pytest.mark.parametrize("part", ["price", "amount", "direction", "timestamp", "trade_id", "instrument_name"])
def test_a_trade_that_lacks_a_field_is_rejected(part: str) -> None:
    cut = row()
    del cut[part]
    outs = parse(trades(cut))
    assert len(reasons(outs)) == 1
    assert part in reasons(outs)[0]


def test_a_jump_in_the_trades_numbers_tells_how_many_were_lost() -> None:
    parser = Parser()
    assert reasons(parse(trades(row(trade_seq=10), row("BTC-25DEC26", trade_seq=900)), parser)) == []
    outs = parse(trades(row(trade_seq=11), row(trade_seq=15, trade_id="15")), parser)
    assert reasons(outs) == ["3 of the trades of BTC-PERPETUAL before this one never came"]
    assert [type(out) for out in outs] == [Trade, Trade, Rejected, Gap]
    assert reasons(parse(trades(row("BTC-25DEC26", trade_seq=901), row(trade_seq=16)), parser)) == []


def test_lost_trades_make_the_time_between_a_gap() -> None:
    parser = Parser()
    parser.parse("deribit", trades(row(trade_seq=10)), NOW)
    outs = parser.parse("deribit", trades(row(trade_seq=12)), NOW + 700)
    assert outs[-1] == Gap("deribit", NOW, NOW + 700, "1 of the trades of BTC-PERPETUAL before this one never came")


def test_a_rejected_trade_was_heard_and_none_is_no_liquidation() -> None:
    outs = parse(trades(row(trade_seq=1), row(trade_seq=2, liquidation="X"), row(trade_seq=3)))
    assert reasons(outs) == ["liquidation is neither T, M nor MT: X"]
    outs = parse(trades(row(trade_seq=1), row(trade_seq=2, price="NaN"), row(trade_seq=3, liquidation="none")))
    assert [type(out) for out in outs] == [Trade, Rejected, Trade]
    assert reasons(outs) == ["price is nan"]


def test_the_leg_of_a_combo_makes_no_price_but_may_be_a_liquidation() -> None:
    leg = row(price=70000.0, combo_id="BTC-FS-25DEC26_PERP", combo_trade_id="9")
    assert parse(trades(leg)) == []
    assert [type(out) for out in parse(trades(leg | {"liquidation": "T"}))] == [Liquidation]


def test_a_repeated_or_unnumbered_trade_is_no_jump() -> None:
    parser = Parser()
    frame = trades(row(trade_seq=10), row(trade_seq=12), row(trade_seq=11), row(), row(trade_seq=13))
    assert reasons(parse(frame, parser)) == ["1 of the trades of BTC-PERPETUAL before this one never came"]


def test_what_a_reconnect_missed_is_no_jump() -> None:
    parser = Parser()
    parse(trades(row(trade_seq=10)), parser)
    parser.opened("deribit", NOW)
    assert reasons(parse(trades(row(trade_seq=5000)), parser)) == []


# Tickers


def test_a_ticker_gives_prices_funding_and_open_interest_in_bitcoin() -> None:
    assert parse(ticker()) == [
        Quote("deribit", PERPETUAL, NOW, NOW, 79999.5, 79999.0, 79999.5, 80000.0, 80010.25),
        Funding("deribit", PERPETUAL, NOW, NOW, 0.0000211, 8.0, None),
        OpenInterest("deribit", PERPETUAL, NOW, NOW, 10_000.0),
    ]


def test_open_interest_of_the_linear_perpetual_is_in_bitcoin_already() -> None:
    outs = parse(ticker(LINEAR, "agg2", open_interest=123.456))
    assert outs[-1] == OpenInterest("deribit", LINEAR, NOW, NOW, 123.456)


def test_an_empty_side_of_the_book_is_not_known_rather_than_zero() -> None:
    [quote, *_] = parse(ticker(best_bid_price=0, best_ask_price=None, last_price=None))
    assert quote == Quote("deribit", PERPETUAL, NOW, NOW, None, None, None, 80000.0, 80010.25)


def test_funding_may_be_zero_or_negative_but_missing_is_not_zero() -> None:
    rates = [
        [out.rate for out in parse(ticker(funding_8h=rate)) if isinstance(out, Funding)] for rate in (0, -1e-4, None)
    ]
    assert rates == [[0.0], [-1e-4], []]


@pytest.mark.parametrize("change", [{"open_interest": 0}, {"open_interest": None}, {"mark_price": None}])
def test_open_interest_needs_a_size_and_a_price(change: dict[str, Any]) -> None:
    assert not [out for out in parse(ticker(**change)) if isinstance(out, OpenInterest)]


@pytest.mark.parametrize(
    "change",
    [{part: value} for part in ("last_price", "mark_price", "open_interest") for value in (-1, "NaN", "x", 1e300)]
    + [{"funding_8h": "NaN"}, {"timestamp": 5}, {"timestamp": None}, {"instrument_name": "ETH-PERPETUAL"}],
)
def test_a_ticker_that_cannot_be_believed_is_refused_as_a_whole(change: dict[str, Any]) -> None:
    with pytest.raises(Reject):
        parse(ticker(**change))


# The connection


def test_a_test_request_must_be_answered_and_a_heartbeat_proves_nothing() -> None:
    asks = '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}'
    [out] = parse(asks)
    assert isinstance(out, Send)
    assert json.loads(out.text)["method"] == "public/test"
    assert parse('{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}}') == []
    reply = {"jsonrpc": "2.0", "id": json.loads(out.text)["id"], "result": {"version": "1.2.26"}, "testnet": False}
    assert parse(json.dumps(reply)) == []


def requests() -> dict[int, dict[str, Any]]:
    return {request["id"]: request for request in map(json.loads, VENUE.streams[0].hello)}


def test_heartbeats_are_asked_for_and_each_subscription_apart() -> None:
    sent = requests()
    assert sent[1]["method"] == "public/set_heartbeat"
    assert sent[1]["params"] == {"interval": 30}
    assert [sent[id]["params"]["channels"] for id in (2, 3, 4)] == [
        ["trades.future.BTC.100ms"],
        ["trades.future.USDC.100ms"],
        ["ticker.BTC-PERPETUAL.100ms", "ticker.BTC_USDC-PERPETUAL.agg2"],
    ]
    assert {request["method"] for id, request in sent.items() if id > 1} == {"public/subscribe"}


@pytest.mark.parametrize("id", [2, 3, 4])
def test_an_acknowledgement_of_all_channels_says_nothing(id: int) -> None:
    channels = requests()[id]["params"]["channels"]
    assert parse(json.dumps({"jsonrpc": "2.0", "id": id, "result": channels, "usIn": 1, "usDiff": 3})) == []


@pytest.mark.parametrize(("id", "liquidations"), [(2, True), (3, True), (4, False)])
def test_a_channel_that_an_acknowledgement_leaves_out_was_refused(id: int, liquidations: bool) -> None:
    last = requests()[id]["params"]["channels"][-1]
    accepted = requests()[id]["params"]["channels"][:-1]
    assert parse(json.dumps({"jsonrpc": "2.0", "id": id, "result": accepted})) == [
        Refused(f"not subscribed: {last}", liquidations=liquidations)
    ]


@pytest.mark.parametrize(("id", "liquidations"), [(1, False), (2, True), (3, True), (4, False), (None, False)])
def test_an_error_is_told_in_plain_text_and_whether_it_cost_the_liquidations(
    id: int | None, liquidations: bool
) -> None:
    error = {"code": 10028, "message": "too_many_\x1b[2Jrequests", "data": {"wait": 1}}
    assert parse(json.dumps({"jsonrpc": "2.0", "id": id, "error": error})) == [
        Refused("10028: too_many_requests", liquidations=liquidations)
    ]


@pytest.mark.parametrize("frame", [trades(row(liquidation="T", trade_seq=4)), ticker()])
def test_a_frame_cut_off_anywhere_is_refused(frame: str) -> None:
    for end in range(len(frame)):
        with pytest.raises((Reject, MsgspecError)):
            parse(frame[:end])


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "<html>",
        "[]",
        "7",
        "{}",
        '{"method":"subscription"}',
        '{"jsonrpc":"2.0","id":2,"result":"ok"}',
        '{"jsonrpc":"2.0","id":2}',
        push("trades.future.BTC.100ms", {"price": 1}),
        push("trades.future.BTC.100ms", None),
        push("ticker.BTC-PERPETUAL.100ms", []),
        b"\x1f\x8b\x08\x00\xff",
    ],
)
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame)


@pytest.mark.parametrize(
    "frame",
    [push("book.BTC-PERPETUAL.100ms", {"bids": 1}), push("ticker.ETH-PERPETUAL.100ms", 5), push("", 1)],
)
def test_other_channels_are_skipped(frame: str) -> None:
    assert parse(frame) == []


# Over REST


def test_listed_futures_become_instruments_with_expiry_and_the_perpetual_has_none() -> None:
    forever = 32503708800000
    perpetual = listed(PERPETUAL, settlement_period="perpetual", expiration_timestamp=forever)
    linear = listed(
        LINEAR,
        settlement_period="perpetual",
        expiration_timestamp=forever,
        contract_size=0.001,
        instrument_type="linear",
    )
    assert answer(said(INSTRUMENTS, [listed(), perpetual, linear])) == [
        Instrument("deribit", "BTC-25DEC26", "future", "USD", True, 10.0, DECEMBER),
        Instrument("deribit", PERPETUAL, "perpetual", "USD", True, 10.0),
        Instrument("deribit", LINEAR, "perpetual", "USDC", False, 0.001),
    ]


def test_the_type_of_a_future_may_go_by_its_older_name() -> None:
    old = listed(future_type="reversed")
    del old["instrument_type"]
    assert answer(said(INSTRUMENTS, [old])) == answer(said(INSTRUMENTS, [listed()]))


@pytest.mark.parametrize("kind", ["linear", "", None, "quanto"])
def test_a_type_that_contradicts_the_name_is_rejected(kind: str | None) -> None:
    [out] = answer(said(INSTRUMENTS, [listed(instrument_type=kind)]))
    assert isinstance(out, Rejected)


@pytest.mark.parametrize("size", [0, -10, None, "", "NaN", "ten", 1e300])
def test_a_contract_size_of_zero_or_garbage_is_rejected_beside_the_good_ones(size: Any) -> None:
    outs = answer(said(INSTRUMENTS, [listed(contract_size=size), listed("BTC-26MAR27")]))
    assert [type(out) for out in outs] == [Rejected, Instrument]


def test_a_changed_contract_size_is_a_new_instrument() -> None:
    parser = Parser()
    answer(said(INSTRUMENTS, [listed()]), parser)
    assert answer(said(INSTRUMENTS, [listed(contract_size=1)]), parser) == [
        Instrument("deribit", "BTC-25DEC26", "future", "USD", True, 1.0, DECEMBER)
    ]


def test_an_expired_contract_is_dropped_from_list_and_curve() -> None:
    parser = Parser()
    expired = listed("BTC-17SEP26", expiration_timestamp=NOW - 1)
    assert answer(said(INSTRUMENTS, [expired]), parser) == []
    assert answer(said(CURVE, [summary("BTC-17SEP26")]), parser) == []
    assert len(answer(said(INSTRUMENTS, [listed()]), parser)) == 1
    assert len(answer(said(CURVE, [summary()]), parser, DECEMBER - 1)) == 2
    assert answer(said(CURVE, [summary()]), parser, DECEMBER) == []


def test_five_thousand_instruments_of_others_are_skipped_silently() -> None:
    rows = [{"instrument_name": f"COIN{i}_USDC-PERPETUAL", "contract_size": "later"} for i in range(5000)]
    assert answer(said(USDC_INSTRUMENTS, [*rows, listed()])) == answer(said(INSTRUMENTS, [listed()]))
    assert answer(said(USDC_CURVE, rows)) == []


def test_one_call_gives_the_curve_with_open_interest_in_bitcoin() -> None:
    linear = summary("BTC_USDC-25DEC26", mark_price=81005.0, open_interest=12.5, last=None, bid_price=None, ask_price=0)
    assert answer(said(CURVE, [summary(), linear, summary(PERPETUAL), summary("ETH-25DEC26", mark_price="?")])) == [
        Quote("deribit", "BTC-25DEC26", NOW - 90, NOW, 81010.0, 81000.0, 81020.0, 81000.0, 80010.25),
        OpenInterest("deribit", "BTC-25DEC26", NOW - 90, NOW, 100.0),
        Quote("deribit", "BTC_USDC-25DEC26", NOW - 90, NOW, None, None, None, 81005.0, 80010.25),
        OpenInterest("deribit", "BTC_USDC-25DEC26", NOW - 90, NOW, 12.5),
    ]


@pytest.mark.parametrize(
    "change", [{"mark_price": "NaN"}, {"mark_price": -1}, {"open_interest": -5}, {"creation_timestamp": None}]
)
def test_a_bad_row_of_the_curve_is_rejected_beside_the_good_ones(change: dict[str, Any]) -> None:
    outs = answer(said(CURVE, [summary(**change), summary("BTC-26MAR27", open_interest=0)]))
    assert [type(out) for out in outs] == [Rejected, Quote]


def test_a_gap_is_asked_for_in_slices_of_both_currencies() -> None:
    urls = VENUE.missed(NOW, NOW + 700_000)
    asked = [dict(parse_qsl(urlsplit(url).query)) for url in urls]
    assert [(q["currency"], int(q["start_timestamp"]) - NOW, int(q["end_timestamp"]) - NOW) for q in asked] == [
        ("BTC", 0, 300_000),
        ("BTC", 300_000, 600_000),
        ("BTC", 600_000, 700_000),
        ("USDC", 0, 300_000),
        ("USDC", 300_000, 600_000),
        ("USDC", 600_000, 700_000),
    ]
    assert all(
        url.startswith("https://www.deribit.com/api/v2/public/get_last_trades_by_currency_and_time?") for url in urls
    )
    assert {(q["kind"], q["count"], q["sorting"]) for q in asked} == {("future", "1000", "asc")}
    assert VENUE.missed(NOW, NOW) == ()
    assert len(VENUE.missed(NOW, NOW + 7_200_000)) == 48
    assert VENUE.missed(NOW, NOW + 7_200_001) == ()


def test_a_liquidation_of_a_gap_has_the_id_of_the_event_that_it_repeats() -> None:
    event = row(liquidation="M", trade_seq=12)
    [_, live] = parse(trades(event))
    assert answer(said(GAP, {"trades": [row(), event], "has_more": False})) == [live]


def test_the_trades_of_a_gap_are_no_news_and_do_not_count_as_jumps() -> None:
    parser = Parser()
    parse(trades(row(trade_seq=10)), parser)
    assert answer(said(GAP, {"trades": [row(trade_seq=900), row("ETH_USDC-PERPETUAL", price="?")]}), parser) == []
    assert reasons(parse(trades(row(trade_seq=11)), parser)) == []


def test_a_gap_with_more_trades_than_one_answer_holds_is_told() -> None:
    rows = [row(liquidation="T", amount=-1, timestamp=NOW - 40_000), row(timestamp=NOW - 30_000)]
    outs = answer(said(GAP, {"trades": rows, "has_more": True}))
    assert reasons(outs) == ["amount is not above zero: -1"]
    onward = GAP.replace(f"start_timestamp={NOW - 60_000}", f"start_timestamp={NOW - 30_000}")
    assert outs[-1] == More(onward)
    assert answer(said(onward, {"trades": rows, "has_more": True}))[-1] == Short(
        "the list does not go on as far as the gap"
    )


@pytest.mark.parametrize("url", [INSTRUMENTS, CURVE, GAP])
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, "<!DOCTYPE html><html>Cloud", "HTTP 403: a page"),
        (200, " <html>Blocked</html>", "HTTP 200: a page"),
        (200, "", "HTTP 200: a page"),
        (429, '{"error":{"code":10028}}', "HTTP 429"),
        (200, '{"error":{"code":10028,"message":"too_many_requests"}}', "refused: 10028: too_many_requests"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(url: str, status: int, body: str, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        answer(Http(url, status, body))


@pytest.mark.parametrize("url", [INSTRUMENTS, CURVE, GAP])
@pytest.mark.parametrize("body", ["{}", '{"result":7}', '{"result":[', '{"result":null}', "[1]"])
def test_an_answer_of_another_shape_is_refused(url: str, body: str) -> None:
    with pytest.raises(MsgspecError):
        answer(Http(url, 200, body))


def test_an_answer_to_another_question_is_refused() -> None:
    with pytest.raises(Reject, match="nobody asked for"):
        answer(said("https://www.deribit.com/api/v2/public/get_time", 1))


def test_answers_are_known_below_another_address() -> None:
    moved = CURVE.replace("https://www.deribit.com", "http://127.0.0.1:9/regional")
    assert len(answer(said(moved, [summary()]))) == 2


def test_the_row_of_the_registry() -> None:
    [stream] = VENUE.streams
    assert stream.url == "wss://www.deribit.com/ws/api/v2"
    assert stream.fallbacks == ("wss://streams.deribit.com/ws/api/v2",)
    assert (VENUE.spot, VENUE.quote, VENUE.liquidations) == (None, "USD", "all")
    assert VENUE.prices == (PERPETUAL, LINEAR)
    assert all(poll.every_s >= 15 for poll in VENUE.polls)


# Through the session


def test_a_fill_seen_live_again_after_a_reconnect_and_over_rest_counts_once() -> None:
    session = Session(State({"deribit": VENUE}), Engine("replay", "", 0, writing=False))
    event = row(liquidation="T")
    session.frame(Frame("deribit", NOW, trades(event)))
    session.frame(Frame("deribit", NOW + 1, None))
    session.frame(Frame("deribit", NOW + 2, trades(event)))
    session.frame(Frame("deribit.http", NOW + 3, said(GAP, {"trades": [event], "has_more": False})))
    metrics = session.snapshot()["metrics"]
    assert [metrics[f"liq.long.{unit}.1h"].value for unit in ("usd", "btc", "count")] == [1000.0, 0.0125, 1]


def test_a_whole_recording_adds_up() -> None:
    session = Session(State({"deribit": VENUE}), Engine("replay", "", 0, writing=False))
    for _ in replay(Recording(FIXTURE), session):
        pass
    metrics = session.snapshot()["metrics"]
    values = {
        (side, unit): metrics[f"liq.{side}.{unit}.1h"].value
        for side in ("long", "short")
        for unit in ("usd", "btc", "count")
    }
    assert values == {
        ("long", "usd"): 24_000.0 + 8_000.0 + 40_000.0 + 1_600.0,
        ("long", "btc"): 0.3 + 0.1 + 0.5 + 0.02,
        ("long", "count"): 4,
        ("short", "usd"): 4_000.0 + 80_100.0,
        ("short", "btc"): 0.05 + 1.0,
        ("short", "count"): 2,
    }
    assert metrics["btc.deribit.price"].value == 80_010.0
    decoder = Decoder({"deribit": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert [(out.symbol, out.btc) for out in outs if isinstance(out, OpenInterest)] == [
        ("BTC-25DEC26", 100.0),
        (PERPETUAL, 10_000.0),
        (LINEAR, 250.5),
    ]
    assert [(out.symbol, out.expiry_ms) for out in outs if isinstance(out, Instrument)] == [
        ("BTC-25DEC26", DECEMBER),
        (PERPETUAL, None),
    ]
    assert [(out.symbol, out.mark, out.index) for out in outs if isinstance(out, Quote)] == [
        ("BTC-25DEC26", 81_000.0, 80_010.25),
        (PERPETUAL, 80_000.0, 80_010.25),
        (LINEAR, 80_000.0, 80_010.25),
    ]
    assert [(out.symbol, out.rate) for out in outs if isinstance(out, Funding)] == [
        (PERPETUAL, 0.0000211),
        (LINEAR, -0.00001),
    ]
    assert len([out for out in outs if isinstance(out, Trade)]) == 8
    assert len([out for out in outs if isinstance(out, Send)]) == 1
    feed = session.state.feeds["deribit"]
    assert Counter(reject.reason for reject in feed.rejects) == {
        "price is not above zero: 0": 1,
        "2 of the trades of BTC-PERPETUAL before this one never came": 1,
    }
    assert (feed.reconnects, feed.deaf) == (1, "")
