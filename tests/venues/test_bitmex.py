"""BitMEX: tables and their states, contracts of a dollar and of a millionth, orders that count once."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Funding, Instrument, Liquidation, OpenInterest, Quote, Rejected, Trade
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http, Out, Poll, Refused, Reject
from feeds.venues.bitmex import VENUE, Parser
from feeds.wire import Recording

RECORDING = Path(__file__).parents[1] / "fixtures" / "bitmex.jsonl"
NAME, INVERSE, LINEAR, DATED = "bitmex", "XBTUSD", "XBTUSDT", "XBTZ26"
NOW = 1_790_000_000_000
STAMP, STAMP_MS = "2026-09-21T14:13:19.500Z", NOW - 500
EXPIRY_STAMP, EXPIRY = "2026-12-25T12:00:00.000Z", 1_798_200_000_000
ACTIVE = "https://www.bitmex.com/api/v1/instrument/active"
ORDER = {
    "orderID": "dd9cea25-207c-0dab-15b5-b88da776f500",
    "symbol": INVERSE,
    "side": "Buy",
    "price": 10106,
    "leavesQty": 9214,
}
TRADE = {
    "timestamp": "2021-03-12T02:00:04.608Z",
    "symbol": INVERSE,
    "side": "Sell",
    "size": 900,
    "price": 56927,
    "tickDirection": "MinusTick",
    "trdMatchID": "7cd6e4a5-0b5f-4f0e-9b7e-6f3c4f9b0a11",
    "grossValue": 1581300,
    "homeNotional": 0.015813,
    "foreignNotional": 900,
}
TICKER = {
    "symbol": INVERSE,
    "timestamp": STAMP,
    "lastPrice": 80000,
    "bidPrice": 79999.5,
    "askPrice": 80000,
    "markPrice": 80010.25,
    "indicativeSettlePrice": 80005.5,
    "fundingRate": 0.0001,
    "indicativeFundingRate": -0.0002,
    "fundingTimestamp": "2026-09-21T20:00:00.000Z",
    "fundingInterval": "2000-01-01T08:00:00.000Z",
    "openInterest": 400051250,
    "openValue": 500000000000,
}
LISTED = {
    "symbol": INVERSE,
    "rootSymbol": "XBT",
    "typ": "FFWCSX",
    "state": "Open",
    "quoteCurrency": "USD",
    "isInverse": True,
    "isQuanto": False,
    "multiplier": -100000000,
    "underlyingToSettleMultiplier": -100000000,
    "quoteToSettleMultiplier": None,
    "underlyingToPositionMultiplier": None,
    "lotSize": 100,
    "expiry": None,
}
LISTED_LINEAR = LISTED | {
    "symbol": LINEAR,
    "quoteCurrency": "USDT",
    "isInverse": False,
    "multiplier": 1,
    "underlyingToSettleMultiplier": None,
    "quoteToSettleMultiplier": 1000000,
    "underlyingToPositionMultiplier": 1000000,
}
LISTED_DATED = LISTED | {
    "symbol": DATED,
    "typ": "FFCCSX",
    "expiry": EXPIRY_STAMP,
    "timestamp": STAMP,
    "lastPrice": 81000,
    "bidPrice": None,
    "askPrice": 81005.5,
    "markPrice": 81250,
    "indicativeSettlePrice": 80005.5,
    "openInterest": 8125000,
    "fundingRate": None,
    "fundingTimestamp": None,
    "fundingInterval": None,
}


def table(name: str, action: str, *rows: object, **parts: object) -> str:
    return json.dumps({"table": name, "action": action, "data": rows, **parts})


def orders(*rows: object, action: str = "insert") -> str:
    return table("liquidation", action, *rows)


def tickers(*rows: object, action: str = "partial") -> str:
    return table("instrument", action, *rows)


def update(**parts: object) -> str:
    return tickers({"symbol": INVERSE, "timestamp": STAMP, **parts}, action="update")


def without(row: dict[str, Any], part: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != part}


def opened() -> Parser:
    parser = Parser()
    parser.opened(NAME, NOW)
    return parser


def parse(*frames: str | bytes, parser: Parser | None = None) -> list[Out]:
    """What the last of these frames gives; without a parser, of a connection whose orders' state has come."""
    if parser is None:
        parser = opened()
        parser.parse(NAME, orders(action="partial"), NOW)
    outs: list[Out] = []
    for frame in frames:
        outs = [*parser.parse(NAME, frame, NOW)]
    return outs


def answer(*rows: object, parser: Parser | None = None, recv_ms: int = NOW) -> list[Out]:
    return [*(parser or Parser()).answer(f"{NAME}.http", Http(ACTIVE, 200, json.dumps(rows)), recv_ms)]


def closed(outs: list[Out]) -> list[tuple[str, str, float, float]]:
    return [(out.symbol, out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)]


# Liquidations: the side is the order's, contracts are dollars or millionths, an order counts once.


@pytest.mark.parametrize("data", [orders(ORDER), orders(ORDER).encode()])
def test_a_buy_order_liquidated_a_short_at_its_limit_and_is_timed_by_its_arrival(data: str | bytes) -> None:
    assert parse(data) == [
        Liquidation(NAME, INVERSE, NOW, NOW, "short", 9214 / 10106, 9214.0, 10106.0, str(ORDER["orderID"]))
    ]


def test_a_sell_order_liquidated_a_long() -> None:
    assert closed(parse(orders(ORDER | {"side": "Sell"}))) == [(INVERSE, "long", 9214 / 10106, 9214.0)]


def test_a_linear_contract_is_a_millionth_of_a_bitcoin() -> None:
    ((symbol, position, btc, usd),) = closed(
        parse(orders(ORDER | {"symbol": LINEAR, "leavesQty": 250000, "price": 80000}))
    )
    assert (symbol, position) == (LINEAR, "short")
    assert (btc, usd) == (pytest.approx(0.25), pytest.approx(20_000.0))


@pytest.mark.parametrize(
    ("symbol", "btc", "usd"),
    [("XBTZ26", 100 / 80000, 100.0), ("XBTH27", 100 / 80000, 100.0), ("XBTUSDTZ26", 1e-4, 8.0)],
)
def test_dated_contracts_count_as_their_perpetuals_do_until_they_are_listed(
    symbol: str, btc: float, usd: float
) -> None:
    (event,) = closed(parse(orders(ORDER | {"symbol": symbol, "leavesQty": 100, "price": 80000})))
    assert event == (symbol, "short", pytest.approx(btc), pytest.approx(usd))


@pytest.mark.parametrize(
    "symbol", ["ETHUSD", "XBT_USDT", "XBTEUR", "XBTUSDC", "XBTETH", "SOLUSDT", "XBTA26", "BXBT", ".BXBT", "XBTUSDZ26"]
)
def test_orders_of_other_contracts_are_passed_over_whatever_they_hold(symbol: str) -> None:
    assert parse(orders({"symbol": symbol, "orderID": 5, "price": {"of": "another type"}})) == []


def test_the_state_of_the_table_is_no_news() -> None:
    assert parse(orders(ORDER, action="partial"), parser=opened()) == []


def test_an_update_is_what_is_left_of_an_order_and_a_deletion_that_nothing_is() -> None:
    assert parse(orders(ORDER | {"leavesQty": 100}, action="update")) == []
    assert parse(orders({"orderID": ORDER["orderID"], "symbol": INVERSE}, action="delete")) == []


def test_an_insertion_before_the_state_of_the_table_is_dropped() -> None:
    parser = opened()
    assert parse(orders(ORDER), parser=parser) == []
    assert len(parse(orders(action="partial"), orders(ORDER), parser=parser)) == 1
    parser.opened(NAME, NOW)
    assert parse(orders(ORDER), parser=parser) == []


def test_a_recording_that_starts_in_the_middle_still_counts_orders() -> None:
    assert len(parse(orders(ORDER), parser=Parser())) == 1


def test_the_id_of_an_order_names_it_on_every_connection() -> None:
    parser = opened()
    ids = []
    for _ in range(2):
        parser.opened(NAME, NOW)
        (event,) = parse(orders(action="partial"), orders(ORDER), parser=parser)
        assert isinstance(event, Liquidation)
        ids.append(event.id)
    assert ids == [ORDER["orderID"]] * 2


@pytest.mark.parametrize(
    "bad",
    [
        ORDER | {"side": "Long"},
        ORDER | {"side": None},
        without(ORDER, "side"),
        ORDER | {"price": 0},
        ORDER | {"price": -1},
        ORDER | {"price": None},
        without(ORDER, "price"),
        ORDER | {"leavesQty": 0},
        ORDER | {"leavesQty": -5},
        ORDER | {"leavesQty": "NaN"},
        ORDER | {"leavesQty": 1e300},
        without(ORDER, "leavesQty"),
        ORDER | {"orderID": ""},
        without(ORDER, "orderID"),
        without(ORDER, "symbol"),
        [1],
    ],
)
def test_one_bad_order_is_rejected_and_the_good_ones_are_kept(bad: object) -> None:
    outs = parse(orders(bad, ORDER | {"orderID": "b", "new field": [1]}))
    assert [type(out) for out in outs] == [Rejected, Liquidation]


def test_numbers_may_come_as_text() -> None:
    assert closed(parse(orders(ORDER | {"price": "10106", "leavesQty": "9214"}))) == closed(parse(orders(ORDER)))


# Trades.


def test_a_trade_is_sized_by_what_the_venue_says_it_is_in_bitcoin() -> None:
    assert parse(table("trade", "insert", TRADE)) == [
        Trade(NAME, INVERSE, 1615514404608, NOW, 56927.0, 0.015813, "sell", str(TRADE["trdMatchID"]))
    ]


@pytest.mark.parametrize(("symbol", "btc"), [(INVERSE, 900 / 56927), (LINEAR, 900e-6)])
def test_a_trade_without_that_is_sized_by_its_contracts(symbol: str, btc: float) -> None:
    (trade,) = parse(table("trade", "insert", without(TRADE, "homeNotional") | {"symbol": symbol}))
    assert isinstance(trade, Trade)
    assert trade.btc == pytest.approx(btc)


def test_the_last_trades_that_come_as_the_table_s_state_are_history() -> None:
    assert parse(table("trade", "partial", TRADE)) == []


def test_a_settlement_has_no_side_and_makes_no_price() -> None:
    settlement = without(TRADE, "side") | {"trdType": "Settlement", "price": 0}
    assert parse(table("trade", "insert", settlement)) == []
    assert len(parse(table("trade", "insert", TRADE | {"trdType": "Regular"}))) == 1


@pytest.mark.parametrize("symbol", ["ETHUSD", "XBT_USDT", DATED, ".BXBT"])
def test_trades_of_other_symbols_are_passed_over(symbol: str) -> None:
    assert parse(table("trade", "insert", {"symbol": symbol, "price": []})) == []


@pytest.mark.parametrize(
    "bad",
    [
        TRADE | {"side": "sell"},
        without(TRADE, "side"),
        TRADE | {"price": 0},
        TRADE | {"price": None},
        TRADE | {"size": -1},
        without(TRADE, "size"),
        TRADE | {"homeNotional": -0.1},
        TRADE | {"timestamp": "2021-03-12T02:00:04.608"},
        TRADE | {"timestamp": "soon"},
        without(TRADE, "trdMatchID"),
        7,
    ],
)
def test_one_bad_trade_is_rejected_and_the_good_ones_are_kept(bad: object) -> None:
    assert [type(out) for out in parse(table("trade", "insert", bad, TRADE))] == [Rejected, Trade]


# Instruments: a state, then changes.


def test_the_state_gives_quote_funding_and_open_interest() -> None:
    assert parse(tickers(TICKER)) == [
        Quote(NAME, INVERSE, STAMP_MS, NOW, 80000.0, 79999.5, 80000.0, 80010.25, 80005.5),
        Funding(NAME, INVERSE, STAMP_MS, NOW, 0.0001, 8.0, 1790020800000),
        OpenInterest(NAME, INVERSE, STAMP_MS, NOW, 5000.0),
    ]


def test_linear_open_interest_is_millionths() -> None:
    outs = parse(tickers(TICKER | {"symbol": LINEAR, "openInterest": 400_000_000}))
    assert outs[2] == OpenInterest(NAME, LINEAR, STAMP_MS, NOW, pytest.approx(400.0))


def test_inverse_open_interest_without_a_price_is_not_known() -> None:
    outs = parse(tickers({"symbol": INVERSE, "timestamp": STAMP, "openInterest": 400051250}))
    assert outs == []


def test_what_an_update_leaves_out_is_unchanged() -> None:
    assert parse(tickers(TICKER), update(markPrice=80011)) == [
        Quote(NAME, INVERSE, STAMP_MS, NOW, 80000.0, 79999.5, 80000.0, 80011.0, 80005.5)
    ]


def test_what_an_update_empties_is_no_longer_known() -> None:
    (quote,) = parse(tickers(TICKER), update(bidPrice=None, indicativeSettlePrice=None))
    assert quote == Quote(NAME, INVERSE, STAMP_MS, NOW, 80000.0, None, 80000.0, 80010.25)


def test_updates_add_up() -> None:
    (quote,) = parse(tickers(TICKER), update(lastPrice=80020), update(askPrice=80030), update(bidPrice="80029.5"))
    assert quote == Quote(NAME, INVERSE, STAMP_MS, NOW, 80020.0, 80029.5, 80030.0, 80010.25, 80005.5)


def test_funding_and_open_interest_are_told_when_they_come() -> None:
    assert parse(tickers(TICKER), update(fundingRate=-0.0003)) == [
        Funding(NAME, INVERSE, STAMP_MS, NOW, -0.0003, 8.0, 1790020800000)
    ]
    assert parse(tickers(TICKER), update(openInterest=800102500)) == [
        OpenInterest(NAME, INVERSE, STAMP_MS, NOW, 10_000.0)
    ]
    assert parse(tickers(TICKER), update(volume=5, indicativeFundingRate=0.5)) == []


def test_the_interval_of_funding_is_a_time_of_the_first_of_january_2000() -> None:
    for interval, hours in (("2000-01-01T04:00:00.000Z", 4.0), ("2000-01-01T01:00:00.000Z", 1.0), (None, None)):
        _, funding, _ = parse(tickers(TICKER | {"fundingInterval": interval}))
        assert isinstance(funding, Funding)
        assert funding.interval_h == hours


def test_a_funding_rate_of_zero_is_a_rate_and_null_is_none() -> None:
    _, funding, _ = parse(tickers(TICKER | {"fundingRate": 0}))
    assert isinstance(funding, Funding)
    assert funding.rate == 0.0
    assert [type(out) for out in parse(tickers(TICKER | {"fundingRate": None}))] == [Quote, OpenInterest]


def test_a_new_state_forgets_what_the_old_one_knew() -> None:
    (quote,) = parse(tickers(TICKER), tickers({"symbol": INVERSE, "timestamp": STAMP, "lastPrice": 80500}))
    assert quote == Quote(NAME, INVERSE, STAMP_MS, NOW, last=80500.0)


def test_an_update_before_its_state_is_dropped() -> None:
    assert parse(update(lastPrice=80000)) == []
    assert parse(tickers(TICKER | {"symbol": LINEAR}), update(lastPrice=80000)) == []
    parser = opened()
    assert len(parse(tickers(TICKER), parser=parser)) == 3
    parser.opened(NAME, NOW)
    assert parse(update(lastPrice=80000), parser=parser) == []


def test_an_update_without_a_time_is_as_old_as_its_arrival() -> None:
    (quote,) = parse(tickers(TICKER), tickers({"symbol": INVERSE, "lastPrice": 80001}, action="update"))
    assert isinstance(quote, Quote)
    assert quote.ts_ms == NOW


@pytest.mark.parametrize(
    "bad",
    [
        {"lastPrice": -1},
        {"markPrice": "NaN"},
        {"markPrice": {"of": "another type"}},
        {"fundingRate": "Infinity"},
        {"fundingTimestamp": "soon"},
        {"fundingInterval": "8h"},
        {"fundingInterval": "2000-01-01T00:00:00.000Z"},
        {"fundingInterval": "2000-01-01T08:00:00.000"},
        {"openInterest": -3},
        {"timestamp": "yesterday", "lastPrice": 5},
    ],
)
def test_after_a_change_that_cannot_be_read_the_old_values_are_not_shown_as_current(bad: dict[str, object]) -> None:
    parser = opened()
    outs = parse(tickers(TICKER), update(**bad), parser=parser)
    assert [type(out) for out in outs] == [Rejected]
    assert parse(update(bidPrice=80001), parser=parser) == [Quote(NAME, INVERSE, STAMP_MS, NOW, bid=80001.0)]


@pytest.mark.parametrize("symbol", ["ETHUSD", ".BXBT", DATED, "XBT_USDT"])
def test_other_instruments_are_passed_over_whatever_they_hold(symbol: str) -> None:
    assert parse(tickers({"symbol": symbol, "lastPrice": {"of": "another type"}})) == []


# What is listed.


def test_contracts_are_listed_with_their_value_and_the_dated_with_prices() -> None:
    assert answer(LISTED, LISTED_LINEAR, LISTED_DATED) == [
        Instrument(NAME, INVERSE, "perpetual", "USD", True, 1.0),
        Instrument(NAME, LINEAR, "perpetual", "USDT", False, 1e-6),
        Instrument(NAME, DATED, "future", "USD", True, 1.0, EXPIRY),
        Quote(NAME, DATED, STAMP_MS, NOW, 81000.0, None, 81005.5, 81250.0, 80005.5),
        OpenInterest(NAME, DATED, STAMP_MS, NOW, 100.0),
    ]


@pytest.mark.parametrize(
    "row",
    [
        LISTED | {"symbol": "ETHUSD", "typ": 5},
        LISTED | {"symbol": "XBT_USDT", "typ": "IFXXXP"},
        LISTED_LINEAR | {"typ": "IFXXXP"},  # a spot pair, whatever it is called
        LISTED | {"symbol": ".BXBT", "typ": "MRCXXX"},
        LISTED | {"symbol": "XBTEUR", "quoteCurrency": "EUR"},
        LISTED_DATED | {"state": "Settled"},
        LISTED_DATED | {"state": "Unlisted"},
        LISTED_DATED | {"expiry": "2026-09-21T12:00:00.000Z"},
    ],
)
def test_spot_indices_other_coins_and_what_has_expired_are_not_listed(row: dict[str, object]) -> None:
    assert answer(row) == []


def test_a_dated_contract_is_quoted_until_it_expires_or_is_settled() -> None:
    parser = Parser()
    assert len(answer(LISTED_DATED, parser=parser, recv_ms=EXPIRY - 1)) == 3
    assert answer(LISTED_DATED, parser=parser, recv_ms=EXPIRY) == []
    assert len(answer(LISTED_DATED, parser=parser)) == 3
    assert answer(LISTED_DATED | {"state": "Settled"}, parser=parser) == []


def test_a_change_of_the_multiplier_is_a_new_instrument_and_counts_from_then_on() -> None:
    parser = opened()
    parse(orders(action="partial"), parser=parser)
    listed = LISTED | {"multiplier": -1000000000}
    assert answer(listed, parser=parser) == [Instrument(NAME, INVERSE, "perpetual", "USD", True, 10.0)]
    assert closed(parse(orders(ORDER), parser=parser)) == [(INVERSE, "short", 92140 / 10106, 92140.0)]


@pytest.mark.parametrize(
    "bad",
    [
        {"multiplier": 0},
        {"multiplier": None},
        {"multiplier": "x"},
        {"multiplier": 100000000},  # not the sign of an inverse contract
        {"isInverse": False},
        {"isInverse": None},
        {"isQuanto": True},
        {"quoteCurrency": "EUR"},
        {"underlyingToSettleMultiplier": 0},
        {"underlyingToSettleMultiplier": None, "quoteToSettleMultiplier": None},
        {"underlyingToSettleMultiplier": 100000000},
    ],
)
def test_a_multiplier_of_zero_or_garbage_is_rejected_and_the_old_one_kept(bad: dict[str, object]) -> None:
    parser = opened()
    parse(orders(action="partial"), parser=parser)
    answer(LISTED | {"multiplier": -1000000000}, parser=parser)
    assert [type(out) for out in answer(LISTED | bad, LISTED_LINEAR, parser=parser)] == [Rejected, Instrument]
    assert closed(parse(orders(ORDER), parser=parser))[0][3] == 92140.0


def test_which_kind_a_contract_is_must_be_said() -> None:
    """A contract of one dollar taken for one of a bitcoin would count eighty thousand times too much."""
    assert [type(out) for out in answer(without(LISTED_DATED, "isInverse"))] == [Rejected]


def test_a_dated_contract_with_a_bad_price_is_listed_and_its_price_rejected() -> None:
    assert [type(out) for out in answer(LISTED_DATED | {"markPrice": -1})] == [Instrument, Rejected]
    assert [type(out) for out in answer(LISTED_DATED | {"expiry": None})] == [Rejected]


def test_five_thousand_instruments_of_others_give_one_of_ours() -> None:
    others = [LISTED | {"symbol": f"X{number}USD"} for number in range(5_000)]
    assert answer(*others, LISTED) == [Instrument(NAME, INVERSE, "perpetual", "USD", True, 1.0)]


@pytest.mark.parametrize(
    ("url", "status", "text", "reason"),
    [
        (ACTIVE, 200, "<!DOCTYPE html><p>overloaded", "page"),
        (ACTIVE, 429, '{"error":{"message":"Rate limit exceeded","name":"HTTPError"}}', "HTTP 429"),
        (ACTIVE, 200, '{"error":{"message":"The system is overloaded","name":"HTTPError"}}', "array"),
        (ACTIVE, 200, "[{", "truncated"),
        (ACTIVE.replace("active", "indices"), 200, "[]", "nobody asked"),
    ],
)
def test_an_answer_without_instruments_is_rejected_with_its_reason(
    url: str, status: int, text: str, reason: str
) -> None:
    with pytest.raises((Reject, MsgspecError), match=reason):
        Parser().answer(NAME, Http(url, status, text), NOW)


# Everything else.


@pytest.mark.parametrize("data", ["pong", b"pong"])
def test_the_pong_is_a_word_and_proves_life(data: str | bytes) -> None:
    assert parse(data) == [Alive()]


@pytest.mark.parametrize(
    "data",
    [
        '{"info":"Welcome to the BitMEX Realtime API.","version":"2.0.0","timestamp":"2026-09-21T14:13:20.000Z",'
        '"docs":"https://www.bitmex.com/app/wsAPI","heartbeatEnabled":false,"limit":{"remaining":719}}',
        '{"success":true,"subscribe":"liquidation","request":{"op":"subscribe","args":["liquidation"]}}',
        table("orderBookL2", "partial", {"symbol": INVERSE, "id": 1}),
        table("instrument", "insert", {"symbol": INVERSE, "lastPrice": {}}),
        table("instrument", "delete", {"symbol": INVERSE}),
        table("trade", "delete", 5),
    ],
)
def test_greetings_acknowledgements_and_other_tables_are_passed_over(data: str) -> None:
    assert parse(data) == []


@pytest.mark.parametrize(("topic", "about"), [("liquidation", True), ("trade:XBTUSD", False)])
def test_a_refusal_says_whether_it_is_about_liquidations(topic: str, about: bool) -> None:
    request = {"op": "subscribe", "args": [topic]}
    refusal = {"status": 400, "error": "Unknown or \x1b[31mexpired symbol.", "meta": {}, "request": request}
    assert parse(json.dumps(refusal)) == [Refused("Unknown or expired symbol.", liquidations=about)]
    silent = {"success": False, "request": request}
    assert parse(json.dumps(silent)) == [Refused("a request was refused without a text", liquidations=about)]


@pytest.mark.parametrize("event", [orders(ORDER), table("trade", "insert", TRADE), tickers(TICKER), '{"info":"a"}'])
def test_a_frame_cut_off_anywhere_is_rejected(event: str) -> None:
    for end in range(len(event)):
        with pytest.raises((Reject, MsgspecError)):
            parse(event[:end])


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\xff",
        "<html>",
        "[]",
        "{}",
        '{"table":"liquidation","action":"insert"}',
        '{"table":"trade","action":"insert","data":{}}',
        '{"table":"instrument","action":"partial","data":null}',
        '{"table":5}',
    ],
)
def test_what_is_no_message_is_rejected(data: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(data)


def test_liquidations_are_asked_for_by_themselves_and_of_all_contracts() -> None:
    (stream,) = VENUE.streams
    assert stream.url == "wss://ws.bitmex.com/realtime"
    market, liquidations = (json.loads(text) for text in stream.hello)
    assert market == {
        "op": "subscribe",
        "args": ["trade:XBTUSD", "trade:XBTUSDT", "instrument:XBTUSD", "instrument:XBTUSDT"],
    }
    assert liquidations == {"op": "subscribe", "args": ["liquidation"]}
    assert (stream.ping, stream.ping_s, stream.limit_s, stream.liquidations) == ("ping", 20.0, 15.0, True)
    assert (VENUE.spot, VENUE.liquidations, VENUE.prices, VENUE.missed(0, NOW)) == (None, "all", (INVERSE, LINEAR), ())
    assert VENUE.polls == (Poll(ACTIVE, 60.0),)


def test_a_recording_gives_these_totals_and_no_others() -> None:
    session = Session(State({NAME: VENUE}), Engine("replay", "a test", 0, writing=False))
    for frame in Recording(RECORDING):
        session.frame(frame)
    metrics: dict[str, Any] = session.snapshot()["metrics"]
    usd = {side: metrics[f"liq.{side}.usd.1h"].value for side in ("long", "short")}
    btc = {side: metrics[f"liq.{side}.btc.1h"].value for side in ("long", "short")}
    assert usd == {"long": pytest.approx(40_000 + 8_000), "short": pytest.approx(20_000 + 10_000)}
    assert btc == {"long": pytest.approx(0.5 + 0.1), "short": pytest.approx(0.25 + 0.125)}
    assert [metrics[f"liq.{side}.count.1h"].value for side in ("long", "short")] == [2, 2]
    assert metrics[f"btc.{NAME}.price"].value == 80_020.5
    assert session.state.feeds[NAME].rejected == 2


def test_a_recording_gives_these_facts_of_contracts_and_no_others() -> None:
    decoder = Decoder({NAME: VENUE})
    outs = [out for frame in Recording(RECORDING) for out in decoder.decode(frame)]
    assert [(out.symbol, out.expiry_ms) for out in outs if isinstance(out, Instrument)] == [
        (INVERSE, None),
        (LINEAR, None),
        (DATED, EXPIRY),
    ]
    assert [(out.symbol, out.last, out.mark, out.index) for out in outs if isinstance(out, Quote)] == [
        (INVERSE, 80_000.0, 80_010.25, 80_005.5),
        (LINEAR, 80_000.0, 80_010.25, 80_005.5),
        (DATED, 81_000.0, 81_250.0, 80_005.5),
        (INVERSE, 80_000.0, 80_011.5, 80_005.5),
    ]
    assert [(out.symbol, out.btc) for out in outs if isinstance(out, OpenInterest)] == [
        (INVERSE, 5_000.0),
        (LINEAR, pytest.approx(400.0)),
        (DATED, 100.0),
    ]
    assert [(out.symbol, out.rate, out.interval_h, out.next_ms) for out in outs if isinstance(out, Funding)] == [
        (INVERSE, 0.0001, 8.0, 1_790_020_800_000),
        (LINEAR, 0.0001, 8.0, 1_790_020_800_000),
    ]
    assert [type(out) for out in outs].count(Alive) == 1
