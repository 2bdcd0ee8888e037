"""Gate: liquidations from the list alone, what of an order was closed, contracts, and what cannot be believed."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Funding, Instrument, Liquidation, OpenInterest, Quote, Rejected, Trade
from feeds.replay import replay
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Http, More, Out, Reconnect, Refused, Reject, Short
from feeds.venues.gate import VENUE, Parser
from feeds.wire import Frame, Recording

FIXTURE = Path(__file__).parents[1] / "fixtures" / "gate.jsonl"
NOW = 1789669890000  # 2026-09-17
SECOND = 1789669890
SYMBOL, DECEMBER = "BTC_USDT", "BTC_USDT_20261225"
EXPIRY_S = 1798185600
LIST, INVERSE_LIST, CONTRACT, DATED = (poll.url for poll in VENUE.polls)


def frame(channel: str, result: object, event: str = "update", **parts: Any) -> str:
    usual = {"time": SECOND, "time_ms": NOW, "channel": f"futures.{channel}", "event": event, "result": result}
    return json.dumps(usual | parts)


def print_of(**parts: Any) -> dict[str, Any]:
    usual = {"size": "25", "id": 7, "create_time": SECOND, "create_time_ms": NOW, "price": "80000", "contract": SYMBOL}
    return usual | parts


def ticker(**parts: Any) -> dict[str, Any]:
    usual = {"contract": SYMBOL, "last": "80000.1", "change_percentage": "0.77", "quanto_base_rate": ""}
    prices = {
        "mark_price": "80001.5",
        "index_price": "80010.25",
        "funding_rate": "-0.000114",
        "total_size": "500000000",
    }
    return {**usual, **prices, "volume_24h": "745487577", "funding_rate_indicative": "0.01", **parts}


def order(**parts: Any) -> dict[str, Any]:
    """One that sold 200 contracts of a long, at 80,000 dollars."""
    usual = {"contract": SYMBOL, "left": "0", "size": "200", "order_size": "-200"}
    return {**usual, "fill_price": "80000", "order_price": "79800", "time": SECOND, **parts}


def contract(name: str = SYMBOL, **parts: Any) -> dict[str, Any]:
    usual = {"name": name, "type": "direct", "quanto_multiplier": "0.0001", "in_delisting": False}
    funding = {"funding_interval": 28800, "funding_next_apply": SECOND + 3600, "funding_rate": "-0.000114"}
    prices = {"mark_price": "81000.5", "index_price": "80010.25", "last_price": "81010", "position_size": 1_000_000}
    return {**usual, **funding, **prices, **parts}


def dated(name: str = DECEMBER, **parts: Any) -> dict[str, Any]:
    return contract(name, **{"expire_time": EXPIRY_S, "cycle": "QUARTERLY", "underlying": SYMBOL, **parts})


def said(url: str, result: object) -> Http:
    return Http(url, 200, json.dumps(result))


def parse(data: str | bytes, parser: Parser | None = None, now: int = NOW) -> list[Out]:
    return [*(parser or Parser()).parse("gate", data, now)]


def answer(http: Http, parser: Parser | None = None, now: int = NOW) -> list[Out]:
    return [*(parser or Parser()).answer("gate.http", http, now)]


def heard(at: int = NOW) -> Parser:
    """One that heard the venue at this time."""
    parser = Parser()
    parser.opened("gate", at)
    parse(frame("trades", [print_of(create_time_ms=at)]), parser, at)
    return parser


def read(*orders: object, parser: Parser | None = None, now: int = NOW) -> list[Out]:
    return answer(said(LIST, orders), parser or heard(), now)


def closed(outs: list[Out]) -> list[tuple[str, float, float]]:
    return [(out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)]


def reasons(outs: list[Out]) -> list[str]:
    return [out.reason for out in outs if isinstance(out, Rejected)]


# Liquidations, from the list


def test_an_order_that_sells_closed_a_long() -> None:
    row = (
        '[{"contract":"BTC_USDT","left":"0","size":"200","order_size":"-200","fill_price":"77030.6",'
        '"order_price":"76801.9","time":1789242268}]'
    )
    [event] = answer(Http(LIST, 200, row), heard(1789242268000))
    assert isinstance(event, Liquidation)
    assert event == Liquidation(
        "gate", SYMBOL, 1789242268000, NOW, "long", 0.02, pytest.approx(1540.612), 77030.6, event.id
    )


def test_an_order_that_buys_closed_a_short() -> None:
    assert closed(read(order(order_size="200", size="-200"))) == [("short", 0.02, 1600.0)]


def test_the_order_counts_and_not_the_position_that_remained_before_it() -> None:
    first, second = order(order_size="165", size="-2000"), order(order_size="309", size="-1835")
    assert closed(read(second, first)) == [
        ("short", pytest.approx(0.0165), pytest.approx(1320.0)),
        ("short", pytest.approx(0.0309), pytest.approx(2472.0)),
    ]


@pytest.mark.parametrize("left", ["50", "-50", 50, "50.0"])
def test_what_is_left_of_an_order_was_not_closed(left: Any) -> None:
    assert closed(read(order(left=left))) == [("long", pytest.approx(0.015), pytest.approx(1200.0))]


@pytest.mark.parametrize("change", [{"left": "200"}, {"left": -200}, {"order_size": 0, "size": 0}])
def test_an_order_that_closed_nothing_is_no_liquidation(change: dict[str, Any]) -> None:
    assert read(order(**change)) == []


@pytest.mark.parametrize("size", ["0.25", 0.25])
def test_sizes_may_be_fractions_of_a_contract(size: Any) -> None:
    assert closed(read(order(order_size=size, size="-0.25"))) == [
        ("short", pytest.approx(0.000025), pytest.approx(2.0))
    ]


def test_sizes_are_text_or_whole_numbers_and_time_has_a_fraction_or_not() -> None:
    numbers = order(order_size=-200, size=200, left=0, fill_price=80000, order_price=79800.0, time=float(SECOND))
    assert read(numbers) == read(order(time=str(SECOND))) == read(order())


def test_an_order_without_a_fill_price_is_taken_at_its_own() -> None:
    for unknown in ("0", "", None, 0):
        assert closed(read(order(fill_price=unknown))) == [("long", 0.02, 1596.0)]


def test_an_order_may_come_without_position_and_rest() -> None:
    bare = {part: value for part, value in order().items() if part not in ("left", "size")}
    assert closed(read(bare | {"something": [1]})) == [("long", 0.02, 1600.0)]


def test_other_contracts_are_left_alone_rather_than_sized_wrongly() -> None:
    assert read(order(contract="BTC_USD"), order(contract="AKE_USDT", order_size={"later": "version"})) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": "-200"}, "an order of -200 cannot close a position of -200"),
        ({"left": "201"}, "of an order of -200, 201 cannot be left"),
        ({"fill_price": "-1"}, "fill_price is not above zero: -1"),
        ({"fill_price": "0", "order_price": "0"}, "order_price is not above zero: 0"),
        ({"order_size": "NaN"}, "order_size is nan"),
        ({"order_size": ""}, "order_size is missing"),
        ({"order_size": None}, "order_size is missing"),
        ({"left": "x"}, "left is no number: 'x'"),
        ({"time": None}, "time is missing"),
        ({"time": 5}, "time is not between 2010 and 2100: 5"),
        ({"fill_price": "1e14", "order_size": "-1e14"}, "size in dollars is 1e+24"),
    ],
)
def test_an_order_that_cannot_be_believed_is_rejected_beside_the_good_ones(change: dict[str, Any], reason: str) -> None:
    outs = read(order(**change), order(order_price="1"))
    assert [type(out) for out in outs] == [Liquidation, Rejected]
    assert reasons(outs) == [reason]


@pytest.mark.parametrize("part", ["contract", "order_size", "time"])
def test_an_order_that_lacks_a_field_is_rejected(part: str) -> None:
    cut = {name: value for name, value in order().items() if name != part}
    [reason] = reasons(read(cut))
    assert part in reason


def test_a_bad_order_is_rejected_once_and_not_at_every_reading() -> None:
    parser = heard()
    bad = order(order_size="x")
    assert [len(reasons(read(bad, parser=parser, now=NOW + i))) for i in range(3)] == [1, 0, 0]


def test_the_list_is_newest_first_and_is_told_oldest_first_and_once() -> None:
    parser = heard()
    older, newer = order(time=SECOND + 1), order(time=SECOND + 2, order_size="100", size="-100")
    assert closed(read(older, parser=parser)) == [("long", 0.02, 1600.0)]
    assert closed(read(newer, older, parser=parser)) == [("short", 0.01, 800.0)]
    assert read(newer, older, parser=parser) == []
    assert [e.ts_ms for e in read(newer, older) if isinstance(e, Liquidation)] == [NOW + 1_000, NOW + 2_000]


def test_equal_orders_of_one_second_count_apart_also_when_they_come_one_by_one() -> None:
    parser = heard()
    [first] = read(order(), parser=parser)
    [second] = read(order(), order(), parser=parser)
    assert isinstance(first, Liquidation)
    assert isinstance(second, Liquidation)
    assert second.id == f"{first.id}#2"
    assert read(order(), order(), parser=parser) == []
    assert read(order(), order()) == [first, second]


def test_an_empty_answer_forgets_nothing() -> None:
    parser = heard()
    read(order(), parser=parser)
    assert read(parser=parser) == []
    assert read(order(), parser=parser) == []


def test_of_a_long_cascade_nothing_that_is_still_listed_is_told_twice() -> None:
    parser = heard()
    lasting = order(order_size="-7", size="7")
    for reading in range(9):
        page = [*(order(time=SECOND + reading, order_size=-1 - i) for i in range(999)), lasting]
        assert len(closed(read(*page, parser=parser))) == (1000 if reading == 0 else 999)
    assert read(*page, parser=parser) == []


# What is history


def test_what_is_older_than_the_first_time_that_the_venue_was_heard_is_history() -> None:
    ages = [4, 5, 6, 3600]
    events = read(*(order(time=SECOND - age) for age in ages))
    assert [NOW - event.ts_ms for event in events if isinstance(event, Liquidation)] == [5_000, 4_000]


@pytest.mark.parametrize("drift", [-86_400_000, 86_400_000])
def test_a_wrong_clock_of_ours_neither_loses_news_nor_counts_history(drift: int) -> None:
    parser = Parser()
    parser.opened("gate", NOW + drift)
    parse(frame("tickers", [ticker()]), parser, NOW + drift)
    outs = read(order(time=SECOND - 60), order(), parser=parser, now=NOW + drift + 5)
    assert closed(outs) == [("long", 0.02, 1600.0)]


def test_orders_wait_for_the_next_reading_until_the_connection_hears_the_venue() -> None:
    parser = Parser()
    assert read(order(), parser=parser) == []
    parser.opened("gate", NOW)
    assert read(order(), parser=parser) == []
    parse(frame("trades", [print_of()]), parser)
    assert closed(read(order(), parser=parser)) == [("long", 0.02, 1600.0)]
    parser.opened("gate", NOW + 60_000)
    late = order(time=SECOND + 30)
    assert read(late, order(), parser=parser) == []
    parse(frame("trades", [print_of(create_time_ms=NOW + 61_000)]), parser, NOW + 61_000)
    assert closed(read(late, order(), parser=parser)) == [("long", 0.02, 1600.0)]


def test_more_orders_than_one_answer_holds_are_told() -> None:
    parser = heard()
    read(order(), parser=parser)
    full = [order(time=SECOND + 9, order_size=-1 - i) for i in range(1000)]
    outs = read(*full, parser=parser)
    assert reasons(outs) == ["more liquidations came between two readings than one answer holds"]
    assert len(closed(outs)) == 1000
    assert reasons(read(*full, parser=parser)) == []
    assert reasons(read(*full)) == []  # the first reading of all


# The stream carries none


def test_liquidations_of_the_stream_are_not_counted_beside_those_of_the_list() -> None:
    row = {"price": 215.1, "size": -124, "time_ms": NOW, "contract": SYMBOL}
    for shape in ([row], [[row]], row):
        assert parse(frame("public_liquidates", shape)) == []
    asked_for = [json.loads(text) for text in VENUE.streams[0].hello]
    assert [(request["channel"], request["event"], request["payload"]) for request in asked_for] == [
        ("futures.trades", "subscribe", [SYMBOL]),
        ("futures.tickers", "subscribe", [SYMBOL]),
    ]
    assert all(isinstance(request["time"], int) for request in asked_for)


def test_liquidations_that_are_not_read_are_not_quiet() -> None:
    parser = heard()
    tick = frame("tickers", [ticker()])
    read(parser=parser, now=NOW + 10_000)
    assert Refused not in map(type, parse(tick, parser, NOW + 40_000))
    assert parse(tick, parser, NOW + 40_001)[-1] == Refused("liquidations were not read for 30 s", liquidations=True)
    assert {type(out) for out in parse(tick, parser, NOW + 90_000)} == {Quote, Funding, OpenInterest}
    read(order(), parser=parser, now=NOW + 95_000)
    assert parse(tick, parser, NOW + 95_010)[-1] == Reconnect("liquidations can be read again")
    parser.opened("gate", NOW + 96_000)
    assert {type(out) for out in parse(tick, parser, NOW + 96_100)} == {Quote, Funding, OpenInterest}


def test_a_refused_reading_is_none() -> None:
    parser = heard()
    with pytest.raises(Reject, match="HTTP 403"):
        answer(Http(LIST, 403, '{"label":"FORBIDDEN","message":"no"}'), parser, NOW + 29_000)
    assert Refused in map(type, parse(frame("tickers", [ticker()]), parser, NOW + 30_001))


def test_a_recording_that_starts_in_the_middle_gives_the_first_reading_its_time() -> None:
    parser = Parser()
    tick = frame("tickers", [ticker()])
    assert [Refused in map(type, parse(tick, parser, NOW + ms)) for ms in (0, 30_000, 30_001)] == [False, False, True]


def test_totals_are_unknown_while_liquidations_cannot_be_read() -> None:
    session = Session(State({"gate": VENUE}), Engine("replay", "", 0, writing=False))

    def total() -> object:
        return session.snapshot()["metrics"]["liq.long.usd.1h"].value

    session.frame(Frame("gate", NOW, None))
    session.frame(Frame("gate", NOW + 1, frame("tickers", [ticker()])))
    session.frame(Frame("gate.http", NOW + 9_000, said(LIST, [order()])))
    assert total() == 1600.0
    session.frame(Frame("gate", NOW + 39_100, frame("tickers", [ticker(total_size="1")], time_ms=NOW + 39_090)))
    assert total() is None
    session.frame(Frame("gate", NOW + 50_000, None))
    session.frame(Frame("gate", NOW + 50_001, frame("tickers", [ticker()], time_ms=NOW + 50_000)))
    assert total() == 1600.0


def test_a_contract_of_the_inverse_perpetual_is_a_dollar() -> None:
    row = order(contract="BTC_USD", size="-8000", order_size="8000")
    outs = answer(said(INVERSE_LIST.replace("limit=1000", f"limit=1000&from={SECOND - 9}&to={SECOND + 9}"), [row]))
    assert [(out.symbol, out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)] == [
        ("BTC_USD", "short", 0.1, 8000.0)
    ]


# Gaps


def test_a_gap_is_asked_for_by_the_hour() -> None:
    urls = VENUE.missed(NOW, NOW + 3_700_500)
    asked = [dict(parse_qsl(urlsplit(url).query)) for url in urls]
    assert [(int(q["from"]) - SECOND, int(q["to"]) - SECOND) for q in asked] == [(0, 3600), (3600, 3701)] * 2
    assert all(url.startswith(f"{LIST}&") for url in urls[:2])
    assert all(url.startswith(f"{INVERSE_LIST}&") for url in urls[2:])
    assert VENUE.missed(NOW, NOW) == ()
    assert VENUE.missed(NOW, NOW + 86_400_001) == ()


def test_a_gap_takes_only_its_own_orders_where_the_venue_ignores_what_was_asked() -> None:
    [url, _] = VENUE.missed(NOW, NOW + 10_000)
    orders = [order(time=SECOND + at) for at in (11, 10, 0, -1)]
    events = answer(said(url, orders))
    assert [event.ts_ms - NOW for event in events if isinstance(event, Liquidation)] == [0, 10_000]


def test_an_order_of_a_gap_has_the_id_that_it_has_in_the_list() -> None:
    [url, _] = VENUE.missed(NOW, NOW + 10_000)
    assert answer(said(url, [order(), order()])) == read(order(), order())


def test_a_gap_that_one_answer_does_not_reach_back_to_is_told() -> None:
    [url, _] = VENUE.missed(NOW, NOW + 10_000)
    full = [order(time=SECOND + 9, order_size=-1 - i) for i in range(1000)]
    onward = url.replace(f"to={SECOND + 10}", f"to={SECOND + 9}")
    assert answer(said(url, full))[-1] == More(onward)
    assert answer(said(onward, full))[-1] == Short("the list does not go back as far as the gap")
    assert {type(out) for out in answer(said(url, [*full[1:], order(time=SECOND)]))} == {Liquidation}


# Trades and tickers


def test_a_negative_size_is_a_taker_who_sold() -> None:
    assert parse(frame("trades", [print_of(), print_of(size="-0.25", id=8, create_time_ms=NOW + 3)])) == [
        Trade("gate", SYMBOL, NOW, NOW, 80000.0, 0.0025, "buy", "7"),
        Trade("gate", SYMBOL, NOW + 3, NOW, 80000.0, 0.000025, "sell", "8"),
    ]


@pytest.mark.parametrize("channel", ["trades", "tickers"])
@pytest.mark.parametrize("event", ["update", "subscribe"])
def test_rows_come_in_a_list_or_in_a_list_of_lists(channel: str, event: str) -> None:
    row = print_of() if channel == "trades" else ticker()
    flat = parse(frame(channel, [row], event))
    assert flat == parse(frame(channel, [[row]], event)) != []


def test_a_row_may_come_alone() -> None:
    assert parse(frame("trades", print_of())) == parse(frame("trades", [print_of()]))
    assert parse(frame("tickers", ticker())) == parse(frame("tickers", [ticker()]))


def test_what_was_taken_over_internally_is_no_price_of_the_market() -> None:
    assert parse(frame("trades", [print_of(is_internal=True), print_of(is_internal=False)])) == [
        Trade("gate", SYMBOL, NOW, NOW, 80000.0, 0.0025, "buy", "7")
    ]


@pytest.mark.parametrize("size", [0, "0"])
def test_less_than_a_contract_is_cut_off_to_zero_and_skipped(size: Any) -> None:
    assert parse(frame("trades", [print_of(size=size)])) == []


def test_the_time_of_a_trade_in_seconds_will_do() -> None:
    row = print_of()
    del row["create_time_ms"]
    [trade] = parse(frame("trades", [row]))
    assert isinstance(trade, Trade)
    assert trade.ts_ms == NOW


@pytest.mark.parametrize(
    "change",
    [{"price": value} for value in ("0", "-1", "NaN", "", None, "8e4x", {})]
    + [{"size": value} for value in ("NaN", "", None, "1e300", "x")]
    + [{"create_time_ms": 17, "create_time": 17}, {"create_time_ms": 1e300}, {"id": None}, {"contract": None}],
)
def test_a_bad_trade_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    outs = parse(frame("trades", [print_of(**change), print_of()]))
    assert [type(out) for out in outs] == [Rejected, Trade]


def test_a_ticker_gives_prices_funding_and_open_interest_in_bitcoin() -> None:
    assert parse(frame("tickers", [ticker()], time_ms=NOW - 9)) == [
        Quote("gate", SYMBOL, NOW - 9, NOW, 80000.1, None, None, 80001.5, 80010.25),
        Funding("gate", SYMBOL, NOW - 9, NOW, -0.000114, None, None),
        OpenInterest("gate", SYMBOL, NOW - 9, NOW, 50_000.0),
    ]


def test_funding_has_the_interval_and_time_of_the_contract_until_that_time_has_passed() -> None:
    parser = Parser()
    answer(said(CONTRACT, contract()), parser)

    def next_ms(at: int) -> list[tuple[float | None, int | None]]:
        outs = parse(frame("tickers", [ticker()], time_ms=at), parser, at)
        return [(out.interval_h, out.next_ms) for out in outs if isinstance(out, Funding)]

    assert next_ms(NOW) == [(8.0, NOW + 3_600_000)]
    assert next_ms(NOW + 3_600_000) == [(8.0, None)]
    answer(said(CONTRACT, contract(funding_interval=14400, funding_next_apply=float(SECOND + 18_000))), parser)
    assert next_ms(NOW + 3_600_000) == [(4.0, NOW + 18_000_000)]


def test_what_a_ticker_does_not_say_is_not_known_rather_than_zero() -> None:
    outs = parse(frame("tickers", [ticker(last="0", mark_price="", index_price=None, funding_rate="", total_size="0")]))
    assert outs == [Quote("gate", SYMBOL, NOW, NOW)]


@pytest.mark.parametrize(
    "change", [{"last": "-1"}, {"mark_price": "NaN"}, {"funding_rate": "inf"}, {"total_size": "x"}]
)
def test_a_bad_ticker_is_rejected(change: dict[str, Any]) -> None:
    assert [type(out) for out in parse(frame("tickers", [ticker(**change)]))] == [Rejected]


def test_a_ticker_without_any_time_is_rejected() -> None:
    assert reasons(parse(frame("tickers", [ticker()], time=None, time_ms=None))) == ["time is missing"]


@pytest.mark.parametrize("channel", ["trades", "tickers"])
def test_other_contracts_are_skipped(channel: str) -> None:
    assert parse(frame(channel, [print_of(contract="ETH_USDT") if channel == "trades" else ticker(contract="X")])) == []


# The connection


@pytest.mark.parametrize(
    "data",
    [
        frame("trades", {"status": "success"}, "subscribe", error=None),
        frame("pong", None, ""),
        frame("order_book", {"asks": 1}, "all"),
        frame("system", {"type": "other", "msg": "hello"}, "notify"),
    ],
)
def test_what_is_none_of_our_business_is_skipped(data: str) -> None:
    assert parse(data) == []


@pytest.mark.parametrize(
    "data",
    [
        '{"channel":"futures.system","event":"update","result":{"type":"upgrade","msg":"about to \\u001b[2Jclose"}}',
        '{"channel":"futures.system","type":"upgrade","msg":"about to close"}',
        '{"type":"upgrade","msg":"about to close"}',
    ],
)
def test_an_announced_upgrade_asks_for_a_new_connection(data: str) -> None:
    assert parse(data) == [Reconnect("about to close")]


def test_a_refused_subscription_is_told_in_plain_text() -> None:
    error = {"code": 2, "message": "unknown \x1b[2Jcontract X"}
    assert parse(frame("trades", None, "subscribe", error=error)) == [Refused("futures.trades: 2: unknown contract X")]


@pytest.mark.parametrize("data", [frame("trades", [print_of()]), frame("tickers", [ticker()])])
def test_a_frame_cut_off_anywhere_is_refused(data: str) -> None:
    for end in range(len(data)):
        with pytest.raises((Reject, MsgspecError)):
            parse(data[:end])


@pytest.mark.parametrize("data", ["", "<html>", "[]", "7", "{}", '{"channel":5}', b"\x1f\x8b\x08\x00\xff"])
def test_a_frame_that_is_none_is_refused(data: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(data)


@pytest.mark.parametrize("result", [None, 7, "x", [7], [None]])
def test_rows_that_are_none_are_rejected(result: object) -> None:
    assert [type(out) for out in parse(frame("trades", result))] == [Rejected]


# Contracts


def test_the_multiplier_is_read_and_a_changed_one_is_a_new_instrument() -> None:
    parser = heard()
    known = Instrument("gate", SYMBOL, "perpetual", "USDT", False, 0.0001)
    assert answer(said(CONTRACT, contract()), parser) == [known]
    assert answer(said(CONTRACT, contract()), parser) == []
    [changed] = answer(said(CONTRACT, contract(quanto_multiplier="0.001")), parser)
    assert changed == Instrument("gate", SYMBOL, "perpetual", "USDT", False, 0.001)
    assert closed(read(order(), parser=parser)) == [("long", 0.2, 16_000.0)]
    [trade] = parse(frame("trades", [print_of()]), parser)
    assert isinstance(trade, Trade)
    assert trade.btc == 0.025


@pytest.mark.parametrize("value", ["0", 0, "-0.0001", "", None, "NaN", "x", "1e300"])
def test_a_multiplier_of_zero_or_garbage_is_refused_and_the_old_one_kept(value: Any) -> None:
    parser = heard()
    answer(said(CONTRACT, contract(quanto_multiplier="0.001")), parser)
    with pytest.raises(Reject, match="quanto_multiplier"):
        answer(said(CONTRACT, contract(quanto_multiplier=value)), parser)
    assert closed(read(order(), parser=parser)) == [("long", 0.2, 16_000.0)]


def test_another_contract_than_the_one_asked_for_is_refused() -> None:
    with pytest.raises(Reject, match="BTC_USD where BTC_USDT"):
        answer(said(CONTRACT, contract("BTC_USD", quanto_multiplier="0")))


def test_dated_contracts_give_instrument_mark_index_and_open_interest() -> None:
    parser = Parser()
    prices = [
        Quote("gate", DECEMBER, NOW, NOW, mark=81000.5, index=80010.25),
        OpenInterest("gate", DECEMBER, NOW, NOW, 100.0),
    ]
    assert answer(said(DATED, [dated()]), parser) == [
        Instrument("gate", DECEMBER, "future", "USDT", False, 0.0001, EXPIRY_S * 1000),
        *prices,
    ]
    assert answer(said(DATED, [dated()]), parser) == prices


@pytest.mark.parametrize("change", [{"expire_time": SECOND}, {"in_delisting": True}])
def test_a_contract_that_expired_or_is_delisted_is_dropped(change: dict[str, Any]) -> None:
    parser = Parser()
    assert len(answer(said(DATED, [dated()]), parser)) == 3
    assert answer(said(DATED, [dated(**change)]), parser) == []


@pytest.mark.parametrize("change", [{"quanto_multiplier": "0"}, {"expire_time": None}, {"mark_price": "-1"}])
def test_a_bad_dated_contract_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    outs = answer(said(DATED, [dated(**change), dated("BTC_USDT_20270326", position_size=0)]))
    assert [type(out) for out in outs] == [Rejected, Instrument, Quote]


def test_five_thousand_contracts_of_others_are_skipped_silently() -> None:
    rows = [{"name": f"COIN{i}_USDT_20261225", "quanto_multiplier": {"later": "version"}} for i in range(5000)]
    assert len(answer(said(DATED, [*rows, dated()]))) == 3


@pytest.mark.parametrize("url", [LIST, CONTRACT, DATED])
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, "<!DOCTYPE html><html>Cloud", "HTTP 403: a page"),
        (200, " <html>Blocked</html>", "HTTP 200: a page"),
        (200, "", "HTTP 200: a page"),
        (400, '{"label":"INVALID_PARAM_VALUE","message":"bad"}', "HTTP 400: .*INVALID_PARAM_VALUE"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(url: str, status: int, body: str, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        answer(Http(url, status, body))


@pytest.mark.parametrize(
    ("url", "body"), [(LIST, "{}"), (LIST, "[1"), (CONTRACT, "[]"), (CONTRACT, "{}"), (DATED, "{}")]
)
def test_an_answer_of_another_shape_is_refused(url: str, body: str) -> None:
    with pytest.raises(MsgspecError):
        answer(Http(url, 200, body))


@pytest.mark.parametrize(
    "url", ["https://api.gateio.ws/api/v4/futures/usdt/tickers", LIST.replace("BTC_USDT", "ETH_USDT")]
)
def test_an_answer_to_another_question_is_refused(url: str) -> None:
    with pytest.raises(Reject, match="nobody asked for"):
        answer(said(url, []))


def test_the_row_of_the_registry() -> None:
    [stream] = VENUE.streams
    assert stream.url == "wss://fx-ws.gateio.ws/v4/ws/usdt"
    assert stream.liquidations
    assert (VENUE.spot, VENUE.quote, VENUE.liquidations, VENUE.prices) == (None, "USDT", "all", (SYMBOL,))
    assert [poll.every_s for poll in VENUE.polls] == [10.0, 10.0, 60.0, 60.0]
    assert INVERSE_LIST == "https://api.gateio.ws/api/v4/futures/btc/liq_orders?contract=BTC_USD&limit=1000"
    assert LIST == "https://api.gateio.ws/api/v4/futures/usdt/liq_orders?contract=BTC_USDT&limit=1000"


# Through the session


def test_a_whole_recording_adds_up() -> None:
    session = Session(State({"gate": VENUE}), Engine("replay", "", 0, writing=False))
    for _ in replay(Recording(FIXTURE), session):
        pass
    metrics = session.snapshot()["metrics"]
    values = {
        (side, unit): metrics[f"liq.{side}.{unit}.1h"].value
        for side in ("long", "short")
        for unit in ("usd", "btc", "count")
    }
    assert values == {
        ("long", "usd"): 1600.0 + 1600.0 + 1200.0,
        ("long", "btc"): 0.02 + 0.02 + 0.015,
        ("long", "count"): 3,
        ("short", "usd"): 1320.0 + 2472.0 + 8000.0,
        ("short", "btc"): 0.0165 + 0.0309 + 0.1,
        ("short", "count"): 3,
    }
    assert metrics["btc.gate.price"].value == 80_002.0
    decoder = Decoder({"gate": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert {out.symbol: (out.contract, out.expiry_ms) for out in outs if isinstance(out, Instrument)} == {
        SYMBOL: (0.0001, None),
        DECEMBER: (0.0001, EXPIRY_S * 1000),
    }
    assert {out.symbol: out.btc for out in outs if isinstance(out, OpenInterest)} == {SYMBOL: 50_000.0, DECEMBER: 100.0}
    assert {(out.rate, out.next_ms) for out in outs if isinstance(out, Funding)} == {(-0.000114, NOW + 3_600_000)}
    assert [(out.price, out.btc, out.side) for out in outs if isinstance(out, Trade)] == [
        (80000.0, 0.0025, "buy"),
        (80000.1, 0.00005, "sell"),
        (80001.0, 0.001, "buy"),
        (80002.0, 0.0001, "buy"),
    ]
    assert [out for out in outs if isinstance(out, Reconnect)] == [
        Reconnect("The connection will soon be closed for a service upgrade. Please reconnect.")
    ]
    feed = session.state.feeds["gate"]
    assert [reject.reason for reject in feed.rejects] == ["price is no number: 'x'"]
    assert (feed.reconnects, feed.deaf) == (1, "")
