"""Bitfinex: which rows are one liquidation, at which price, what is history, and frames that cannot be believed."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import Funding, Liquidation, OpenInterest, Quote, Rejected, Repriced, Trade
from feeds.replay import replay
from feeds.session import Session
from feeds.state import Past, State
from feeds.topics import Engine
from feeds.venue import Alive, Http, More, Out, Reconnect, Refused, Reject, Short
from feeds.venues.bitfinex import VENUE, Parser
from feeds.wire import Frame, Recording

FIXTURE = Path(__file__).parents[1] / "fixtures" / "bitfinex.jsonl"
NOW = 1789669890000  # 2026-09-17
HOUR = 3_600_000
SPOT, PERPETUAL = "tBTCUSD", "tBTCF0:USTF0"
LIQ, TICKER, TRADES, PERPETUAL_TRADES, DERIV = 907, 12, 19111, 19112, 335856
ACKS: dict[int, dict[str, str]] = {
    LIQ: {"channel": "status", "key": "liq:global"},
    TICKER: {"channel": "ticker", "symbol": SPOT, "pair": "BTCUSD"},
    TRADES: {"channel": "trades", "symbol": SPOT, "pair": "BTCUSD"},
    PERPETUAL_TRADES: {"channel": "trades", "symbol": PERPETUAL, "pair": "BTCF0:USTF0"},
    DERIV: {"channel": "status", "key": f"deriv:{PERPETUAL}"},
}
[GAP] = VENUE.missed(NOW - HOUR, NOW)


def ack(id: int) -> str:
    return json.dumps({"event": "subscribed", "chanId": id, **ACKS[id]})


def position(
    amount: float | str | None = 0.5,
    *,
    match: int | None = 0,
    price: float | str | None = None,
    at: int | None = NOW,
    id: int | None = 143679087,
    symbol: str = PERPETUAL,
) -> list[Any]:
    return ["pos", id, at, None, symbol, amount, 61234.5, None, match, 1, None, price]


def liquidated(*rows: object, sent: int = NOW) -> str:
    return json.dumps([LIQ, rows, sent])


def execution(
    price: Any = 80000, amount: Any = 0.005, id: Any = 401597393, at: Any = NOW, channel: int = TRADES
) -> str:
    return json.dumps([channel, "te", [id, at, amount, price], NOW])


def derivative(**parts: Any) -> str:
    usual = {0: NOW - 5, 2: 80001.5, 3: 80010.25, 5: 1396531.67, 7: NOW + HOUR, 8: 0.0001056, 9: 6, 11: -0.0001}
    row = [{**usual, 14: 80002.5, 17: 5000.25, **{int(k[1:]): v for k, v in parts.items()}}.get(i) for i in range(23)]
    return json.dumps([DERIV, row, NOW])


def parse(frame: str | bytes, parser: Parser | None = None, now: int = NOW) -> list[Out]:
    return [*(parser or subscribed()).parse("bitfinex", frame, now)]


def answer(*rows: object, parser: Parser | None = None) -> list[Out]:
    return [*(parser or traded()).answer("bitfinex.http", Http(GAP, 200, json.dumps(rows)), NOW)]


def subscribed() -> Parser:
    """On a recording from the middle of a connection, so that nothing is history."""
    parser = Parser()
    for id in ACKS:
        parse(ack(id), parser)
    parse(liquidated(), parser)
    return parser


def traded(price: float = 80000) -> Parser:
    parser = subscribed()
    parse(execution(price), parser)
    return parser


def opened(now: int = NOW) -> Parser:
    parser = Parser()
    parser.opened("bitfinex", now)
    for id in ACKS:
        parse(ack(id), parser, now)
    parse(execution(), parser, now)
    return parser


def closed(outs: list[Out]) -> list[tuple[str, float, float]]:
    return [(out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)]


def reasons(outs: list[Out]) -> list[str]:
    return [out.reason for out in outs if isinstance(out, Rejected)]


# Liquidations


def test_a_positive_amount_is_a_long_and_a_negative_one_a_short() -> None:
    outs = parse(liquidated(position(0.5), position(-0.25, id=5)), traded())
    assert outs == [
        Liquidation("bitfinex", PERPETUAL, NOW, NOW, "long", 0.5, 40_000.0, 80_000.0, "143679087:0.5"),
        Liquidation("bitfinex", PERPETUAL, NOW, NOW, "short", 0.25, 20_000.0, 80_000.0, "5:-0.25"),
    ]


def test_a_small_amount_is_a_position_like_any_other() -> None:
    assert closed(parse(liquidated(position(0.0001), position(-0.0001, id=5)), traded())) == [
        ("long", 0.0001, 8.0),
        ("short", 0.0001, 8.0),
    ]


def test_the_documented_pair_of_rows_is_one_liquidation() -> None:
    frames = (
        '[907,[["pos",143679087,1594036710543,null,"tBTCF0:USTF0",-4.56671421,222.248906484356,null,1,1,null,235.52]],'
        '1206215,1594036710595,"liquidations","global"]',
        '[907,[["pos",143679087,1594036710534,null,"tBTCF0:USTF0",-8.6007,222.248906484356,null,0,1,null,null]],'
        '1206216,1594036710596,"liquidations","global"]',
    )
    parser = traded(235.5)
    assert closed(parse(frames[0], parser)) == []
    assert closed(parse(frames[1], parser)) == [("short", 8.6007, 8.6007 * 235.52)]  # its own execution told the price


def test_trigger_acquisition_and_executions_are_one_liquidation_at_the_price_acquired() -> None:
    parser = traded(77000)
    trigger, acquired = position(-2.0, at=NOW + 829), position(-2.0, at=NOW + 830, price=77200)
    assert closed(parse(liquidated(trigger), parser)) == [("short", 2.0, 154_000.0)]
    assert parse(liquidated(acquired), parser) == [Repriced(154_400.0, 77_200.0, "bitfinex", "143679087:-2.0")]
    assert parse(liquidated(position(-1.9, match=1, at=NOW + 834, price=77300)), parser) == []
    assert closed(parse(liquidated(position(0.5, id=6), position(0.5, id=6, price=77100)), parser)) == [
        ("long", 0.5, 38_550.0)
    ]


def test_an_execution_tells_the_price_where_no_acquisition_does() -> None:
    parser = traded(77000)
    parse(liquidated(position(-2.0)), parser)
    assert parse(liquidated(position(-1.5, match=1, price=77300)), parser) == [
        Repriced(154_600.0, 77_300.0, "bitfinex", "143679087:-2.0")
    ]


def test_the_documented_time_with_a_fraction_is_read_to_the_millisecond() -> None:
    row = ["pos", 142397657, NOW + 828.2002, None, PERPETUAL, -2.62932, 91.58, None, 0, 1, None, 77100.5]
    [event] = parse(liquidated(row), traded(77000))
    assert isinstance(event, Liquidation)
    assert (event.position, event.btc, event.ts_ms) == ("short", 2.62932, NOW + 828)


def test_both_stages_of_a_liquidation_count_once_live_over_rest_and_after_a_restart() -> None:
    session = Session(State({"bitfinex": VENUE}), Engine("replay", "", 0, writing=False))
    trigger, acquired = position(-2.0, at=NOW + 829), position(-2.0, at=NOW + 830, price=77200)
    for data in (None, *map(ack, ACKS), execution(77000), liquidated(trigger), liquidated(acquired)):
        session.frame(Frame("bitfinex", NOW + 900, data))
    session.frame(Frame("bitfinex.http", NOW + 901, Http(GAP, 200, json.dumps([[acquired], [trigger]]))))
    known = [event for event, _ in session.state.book.tape]
    again = Session(State({"bitfinex": VENUE}), Engine("replay", "", 0, writing=False))
    again.state.restore(Past(liquidations=known), NOW + 950)
    for data in (None, *map(ack, ACKS), execution(77000)):
        again.frame(Frame("bitfinex", NOW + 960, data))
    again.frame(Frame("bitfinex.http", NOW + 970, Http(GAP, 200, json.dumps([[acquired], [trigger]]))))
    for run in (session, again):
        metrics = run.snapshot()["metrics"]
        assert [metrics[f"liq.short.{unit}.1h"].value for unit in ("usd", "btc", "count")] == [154_400.0, 2.0, 1]


def test_executions_of_a_position_are_not_counted_beside_the_whole() -> None:
    rows = (position(2), position(1.5, match=1, price=79000), position(0.5, match=1, price=79000, at=NOW + 40))
    assert closed(parse(liquidated(*rows), traded())) == [("long", 2.0, 158_000.0)]


def test_the_price_that_the_user_had_paid_is_never_used() -> None:
    [event] = parse(liquidated(position(price=None)), traded(81000))
    assert isinstance(event, Liquidation)
    assert (event.price, event.usd) == (81000.0, 40_500.0)


@pytest.mark.parametrize("price", [79500, "79500", 79500.0])
def test_the_price_acquired_goes_before_the_last_trade(price: Any) -> None:
    assert closed(parse(liquidated(position(price=price)), traded())) == [("long", 0.5, 39_750.0)]


def test_without_a_price_the_last_trade_of_the_same_pair_is_taken() -> None:
    parser = traded(80000)
    parse(execution(79000, channel=PERPETUAL_TRADES), parser)
    assert closed(parse(liquidated(position(1), position(1, symbol=SPOT, id=5)), parser)) == [
        ("long", 1.0, 79_000.0),
        ("long", 1.0, 80_000.0),
    ]


def test_a_snapshot_of_trades_gives_a_last_price_but_no_trades() -> None:
    parser = subscribed()
    snapshot = [[3, NOW - 9, 1, 80100], [4, NOW - 5, -1, 80200], [2, NOW - 20, 1, 80300]]
    assert parse(json.dumps([TRADES, snapshot, NOW]), parser) == []
    assert closed(parse(liquidated(position(1)), parser)) == [("long", 1.0, 80_200.0)]


def test_before_any_price_a_liquidation_is_rejected_rather_than_worth_nothing() -> None:
    parser = subscribed()
    assert reasons(parse(liquidated(position()), parser)) == ["a liquidation without a price, before any trade"]
    assert parse(json.dumps([TRADES, [], NOW]), parser) == []
    assert closed(parse(liquidated(position(price=80000)), parser)) == [("long", 0.5, 40_000.0)]


def test_prices_of_an_earlier_connection_are_forgotten() -> None:
    parser = traded()
    parser.opened("bitfinex", NOW)
    parse(ack(LIQ), parser)
    assert reasons(parse(liquidated(position()), parser)) == ["a liquidation without a price, before any trade"]


@pytest.mark.parametrize("symbol", [SPOT, "tBTCUST", PERPETUAL])
def test_margin_and_perpetual_are_both_sized_in_bitcoin(symbol: str) -> None:
    [event] = parse(liquidated(position(symbol=symbol)), traded())
    assert isinstance(event, Liquidation)
    assert (event.symbol, event.btc) == (symbol, 0.5)


@pytest.mark.parametrize("symbol", ["tETHF0:USTF0", "tETHUSD", "tETHBTC", "tBTCEUR", "tBTCF0", ""])
def test_other_pairs_are_skipped_whatever_their_shape(symbol: str) -> None:
    assert parse(liquidated(["pos", 1, NOW, None, symbol, {"later": "version"}])) == []
    assert parse(liquidated(["other", 1, NOW, None, PERPETUAL])) == []


def test_rows_may_be_longer_or_end_before_the_price() -> None:
    assert closed(parse(liquidated([*position(), None, {"new": 1}]), traded())) == [("long", 0.5, 40_000.0)]
    assert closed(parse(liquidated(position()[:9]), traded())) == [("long", 0.5, 40_000.0)]


def test_a_message_may_end_with_sequence_time_and_words_or_with_nothing() -> None:
    for end in ([], [NOW], [1206215, NOW], [1206215, NOW, "liquidations", "global"]):
        assert closed(parse(json.dumps([LIQ, [position()], *end]), traded())) == [("long", 0.5, 40_000.0)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (position(0), "AMOUNT is not above zero: 0"),
        (position(None), "AMOUNT is missing"),
        (position("NaN"), "AMOUNT is nan"),
        (position(1e300), "AMOUNT is 1e+300"),
        (position(price=-1), "PRICE_ACQUIRED is not above zero: -1"),
        (position(price="x"), "PRICE_ACQUIRED is no number: 'x'"),
        (position(at=None), "MTS is missing"),
        (position(at=5), "MTS is not between 2010 and 2100: 5"),
        (position(match=None), "IS_MATCH is neither 0 nor 1: None"),
        (position(match=2), "IS_MATCH is neither 0 nor 1: 2"),
    ],
)
def test_a_row_that_cannot_be_believed_is_rejected_beside_the_good_ones(row: list[Any], reason: str) -> None:
    outs = parse(liquidated(row, position(id=5)), traded())
    assert [type(out) for out in outs] == [Rejected, Liquidation]
    assert reasons(outs) == [reason]


@pytest.mark.parametrize("row", [[], ["pos"], position()[:5], position(id=None), 7, {"pos": 1}, None])
def test_a_row_of_another_shape_is_rejected(row: Any) -> None:
    assert [type(out) for out in parse(liquidated(row), traded())] == [Rejected]


# History


def test_the_first_payload_of_a_connection_is_history_where_it_is_older() -> None:
    assert parse(liquidated(position(at=NOW - 12 * HOUR)), opened()) == []


def test_the_first_payload_of_a_connection_counts_where_it_is_new() -> None:
    rows = [position(at=NOW - HOUR, id=1), position(0.25, at=NOW - 5_000, id=2), position(at=NOW - 5_001, id=3)]
    assert closed(parse(liquidated(*rows), opened())) == [("long", 0.25, 20_000.0)]


def test_only_the_first_payload_can_be_history_and_a_heartbeat_is_none() -> None:
    parser = opened()
    parse(json.dumps([LIQ, "hb", NOW]), parser)
    assert closed(parse(liquidated(position(at=NOW - HOUR)), parser)) == []
    assert closed(parse(liquidated(position(at=NOW - HOUR)), parser)) == [("long", 0.5, 40_000.0)]


@pytest.mark.parametrize("drift", [-24 * HOUR, 24 * HOUR])
def test_a_wrong_clock_of_ours_neither_loses_news_nor_counts_history(drift: int) -> None:
    for at, expected in ((NOW - 10_000, []), (NOW - 1_000, [("long", 0.5, 40_000.0)])):
        assert closed(parse(liquidated(position(at=at)), opened(NOW + drift), NOW + drift)) == expected


def test_the_message_itself_tells_the_venues_time_where_no_trade_has_yet() -> None:
    parser = Parser()
    parser.opened("bitfinex", NOW - 24 * HOUR)
    parse(ack(LIQ), parser, NOW - 24 * HOUR)
    rows = [position(at=NOW - 10_000, price=80000), position(-0.5, at=NOW, price=80000, id=5)]
    assert closed(parse(liquidated(*rows), parser, NOW - 24 * HOUR)) == [("short", 0.5, 40_000.0)]


def test_without_a_connection_an_acknowledgement_is_the_beginning() -> None:
    parser = Parser()
    parse(ack(TRADES), parser)
    parse(ack(LIQ), parser)
    assert closed(parse(liquidated(position(at=NOW - HOUR, price=1)), parser)) == []


# Over REST


def test_a_liquidation_of_a_gap_has_the_id_of_the_event_that_it_repeats() -> None:
    live = parse(liquidated(position()), traded())
    assert answer([position()]) == live
    assert answer(position()) == live  # without the list around each row


def test_a_gap_takes_prices_from_the_executions_beside_it() -> None:
    rows = ([position(1.5, match=1, price=79000)], [position(2)], [position(-1, id=5)], [position(symbol="tETHUSD")])
    assert closed(answer(*rows)) == [("long", 2.0, 158_000.0), ("short", 1.0, 80_000.0)]


def test_a_gap_is_no_first_payload() -> None:
    parser = opened()
    assert len(answer([position(at=NOW - HOUR)], parser=parser)) == 1
    assert parse(liquidated(position(at=NOW - HOUR)), parser) == []


def test_a_gap_with_more_rows_than_one_answer_holds_is_told() -> None:
    rows = [[position(id=i, at=NOW - 1_000)] for i in range(500)]
    outs = answer(*rows)
    assert len(closed(outs)) == 500
    assert outs[-1] == More(GAP.replace(f"end={NOW}", f"end={NOW - 1_000}"))  # the next page ends where this one does
    assert [type(out) for out in answer(*rows[1:])] == [Liquidation] * 499
    reached = [*rows[1:], [position(id=501, at=NOW - HOUR)]]
    assert [type(out) for out in answer(*reached)] == [Liquidation] * 500


def test_a_page_that_does_not_go_back_ends_the_list() -> None:
    rows = [[position(id=i, at=NOW)] for i in range(500)]
    assert answer(*rows)[-1] == Short("the list does not go back as far as the gap")


def test_five_thousand_rows_of_others_are_skipped_silently() -> None:
    rows = [[["pos", i, NOW, None, "tETHUSD", "later"]] for i in range(5000)]
    assert closed(answer(*rows)) == []


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, "<!DOCTYPE html><html>Cloud", "HTTP 403: a page"),
        (200, " <html>Blocked</html>", "HTTP 200: a page"),
        (200, "", "HTTP 200: a page"),
        (429, '["error",11010,"ratelimit: error"]', "HTTP 429: .*ratelimit"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(status: int, body: str, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        Parser().answer("bitfinex.http", Http(GAP, status, body), NOW)


def test_an_answer_of_another_shape_or_to_another_question_is_refused() -> None:
    with pytest.raises(MsgspecError):
        Parser().answer("bitfinex.http", Http(GAP, 200, "{}"), NOW)
    with pytest.raises(Reject, match="nobody asked for"):
        Parser().answer("bitfinex.http", Http("https://api-pub.bitfinex.com/v2/tickers", 200, "[]"), NOW)


def test_a_gap_is_asked_for_by_its_times() -> None:
    assert f"https://api-pub.bitfinex.com/v2/liquidations/hist?start={NOW - HOUR}&end={NOW}&limit=500&sort=-1" == GAP


# Prices


def test_an_execution_is_a_trade_and_its_update_is_not() -> None:
    assert parse(execution()) == [Trade("bitfinex", SPOT, NOW, NOW, 80000.0, 0.005, "buy", "401597393")]
    assert parse(execution(79999.5, -2, 8, NOW - 3, PERPETUAL_TRADES)) == [
        Trade("bitfinex", PERPETUAL, NOW - 3, NOW, 79999.5, 2.0, "sell", "8")
    ]
    assert parse(execution().replace('"te"', '"tu"')) == []


def test_numbers_may_come_as_text() -> None:
    assert parse(execution("80000", "0.005", "401597393", str(NOW))) == parse(execution())


@pytest.mark.parametrize("parts", [{"price": v} for v in (0, -1, None, "NaN", "x", 1e300)])
def test_a_trade_at_no_price_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(Reject):
        parse(execution(**parts))


@pytest.mark.parametrize(
    "parts", [{"amount": 0}, {"amount": None}, {"amount": "NaN"}, {"at": None}, {"at": 5}, {"id": None}, {"amount": []}]
)
def test_a_trade_without_size_time_or_name_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(execution(**parts))


def test_a_ticker_has_the_time_of_its_message() -> None:
    row = [79999, 21.5, 80001, 5.2, 100, 0.001, 80000.5, 1203.4, 80400, 78800]
    assert parse(json.dumps([TICKER, row, NOW - 7])) == [
        Quote("bitfinex", SPOT, NOW - 7, NOW, 80000.5, 79999.0, 80001.0)
    ]


def test_a_ticker_of_unknown_time_has_no_last_price() -> None:
    row = [79999, 21.5, 80001, 5.2, 100, 0.001, 80000.5, 1203.4, 80400, 78800]
    assert parse(json.dumps([TICKER, row])) == [Quote("bitfinex", SPOT, NOW, NOW, None, 79999.0, 80001.0)]


def test_the_derivative_status_gives_mark_index_funding_and_open_interest() -> None:
    assert parse(derivative()) == [
        Quote("bitfinex", PERPETUAL, NOW - 5, NOW, 80001.5, None, None, 80002.5, 80010.25),
        Funding("bitfinex", PERPETUAL, NOW - 5, NOW, -0.0001, 8.0, NOW + HOUR),
        OpenInterest("bitfinex", PERPETUAL, NOW - 5, NOW, 5000.25),
    ]


def test_what_the_status_does_not_say_is_not_known_rather_than_zero() -> None:
    assert parse(derivative(_2=None, _3=0, _11=None, _14=None, _17=0)) == [Quote("bitfinex", PERPETUAL, NOW - 5, NOW)]
    assert parse(derivative(_11=0, _7=None))[1] == Funding("bitfinex", PERPETUAL, NOW - 5, NOW, 0.0, 8.0, None)


@pytest.mark.parametrize("parts", [{"_0": None}, {"_2": -1}, {"_14": "NaN"}, {"_11": "x"}, {"_17": -5}, {"_7": 5}])
def test_a_status_that_cannot_be_believed_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(Reject):
        parse(derivative(**parts))


# The connection


def test_times_are_asked_for_first_and_then_each_channel() -> None:
    sent = [json.loads(text) for text in VENUE.streams[0].hello]
    assert sent[0] == {"event": "conf", "flags": 32768}
    assert sent[1] == {"event": "subscribe", "channel": "status", "key": "liq:global"}
    assert [(s["channel"], s.get("symbol") or s.get("key")) for s in sent[2:]] == [
        ("ticker", SPOT),
        ("trades", SPOT),
        ("trades", PERPETUAL),
        ("status", f"deriv:{PERPETUAL}"),
    ]


@pytest.mark.parametrize("end", [[], [NOW], [1206215, NOW]])
def test_a_heartbeat_of_a_channel_is_proof_of_life(end: list[int]) -> None:
    assert parse(json.dumps([LIQ, "hb", *end])) == [Alive()]


def test_channels_are_numbered_anew_on_each_connection() -> None:
    parser = subscribed()
    parser.opened("bitfinex", NOW)
    with pytest.raises(Reject, match="was not subscribed to"):
        parse(execution(), parser)
    parse(ack(TRADES).replace("19111", "907"), parser)
    assert len(parse(execution(channel=LIQ), parser)) == 1


def test_a_channel_that_is_acknowledged_anew_moves() -> None:
    parser = subscribed()
    parse(ack(TRADES).replace("19111", "20"), parser)
    assert len(parse(execution(channel=20), parser)) == 1
    with pytest.raises(Reject, match="was not subscribed to"):
        parse(execution(), parser)


def test_a_channel_that_nobody_asked_for_is_not_taken() -> None:
    parser = subscribed()
    parse('{"event":"subscribed","channel":"trades","chanId":5,"symbol":"tETHUSD","pair":"ETHUSD"}', parser)
    with pytest.raises(Reject, match="was not subscribed to"):
        parse(execution(channel=5), parser)


@pytest.mark.parametrize(
    ("event", "out"),
    [
        ({"version": 2, "serverId": "a", "platform": {"status": 1}}, []),
        ({"version": 2, "serverId": "a", "platform": {"status": 0}}, [Refused("the platform is in maintenance")]),
        ({"code": 20051, "msg": "Stopping. Please \x1b[2Jreconnect"}, [Reconnect("20051: Stopping. Please reconnect")]),
        ({"code": 20060, "msg": "Entering in Maintenance mode"}, [Refused("20060: Entering in Maintenance mode")]),
        ({"code": 20061, "msg": "Maintenance ended"}, [Reconnect("20061: Maintenance ended")]),
        ({"code": 1, "msg": "new"}, []),
    ],
)
def test_what_the_platform_says_of_itself(event: dict[str, Any], out: list[Out]) -> None:
    assert parse(json.dumps({"event": "info", **event})) == out


@pytest.mark.parametrize(
    ("error", "liquidations"),
    [
        ({"channel": "status", "key": "liq:global"}, True),
        ({"channel": "trades", "symbol": SPOT, "pair": "BTCUSD"}, False),
        ({}, True),
    ],
)
def test_an_error_tells_whether_it_cost_the_liquidations(error: dict[str, str], liquidations: bool) -> None:
    frame = json.dumps({"event": "error", "msg": "subscribe: \x1b[2Jinvalid", "code": 10300, **error})
    assert parse(frame, Parser()) == [Refused("10300: subscribe: invalid", liquidations=liquidations)]


def test_an_error_without_a_name_is_of_another_channel_once_liquidations_are_acknowledged() -> None:
    assert parse('{"event":"error","msg":"dup","code":10301}') == [Refused("10301: dup")]


@pytest.mark.parametrize("event", ["conf", "pong", "unsubscribed"])
def test_other_events_are_skipped(event: str) -> None:
    assert parse(json.dumps({"event": event, "status": "OK", "flags": 32768, "chanId": 1, "cid": 1})) == []


@pytest.mark.parametrize("frame", [liquidated(position(price=80000)), execution(), derivative(), ack(LIQ)])
def test_a_frame_cut_off_anywhere_is_refused(frame: str) -> None:
    for end in range(len(frame)):
        with pytest.raises((Reject, MsgspecError)):
            parse(frame[:end])


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "<html>",
        "7",
        "[]",
        "[907]",
        "{}",
        '["907","hb"]',
        "[null,[]]",
        "[5,[]]",
        "[907,7]",
        "[12,[1,2]]",
        "[335856,[]]",
        b"\x1f\x8b\x08\x00\xff",
    ],
)
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame)


def test_the_row_of_the_registry() -> None:
    [stream] = VENUE.streams
    assert stream.url == "wss://api-pub.bitfinex.com/ws/2"
    assert stream.limit_s > 30
    assert (VENUE.spot, VENUE.quote, VENUE.liquidations) == (None, "USD", "all")
    assert VENUE.prices == (SPOT, PERPETUAL)


# Through the session


def test_a_position_seen_live_again_after_a_reconnect_and_over_rest_counts_once() -> None:
    session = Session(State({"bitfinex": VENUE}), Engine("replay", "", 0, writing=False))
    frames = [*map(ack, ACKS), execution(), liquidated(position(at=NOW + 3))]
    for data in (None, *frames, None, *frames):
        session.frame(Frame("bitfinex", NOW + 5, data))
    session.frame(Frame("bitfinex.http", NOW + 6, Http(GAP, 200, json.dumps([[position(at=NOW + 3)]]))))
    metrics = session.snapshot()["metrics"]
    assert [metrics[f"liq.long.{unit}.1h"].value for unit in ("usd", "btc", "count")] == [40_000.0, 0.5, 1]


def test_a_whole_recording_adds_up() -> None:
    session = Session(State({"bitfinex": VENUE}), Engine("replay", "", 0, writing=False))
    for _ in replay(Recording(FIXTURE), session):
        pass
    metrics = session.snapshot()["metrics"]
    values = {
        (side, unit): metrics[f"liq.{side}.{unit}.1h"].value
        for side in ("long", "short")
        for unit in ("usd", "btc", "count")
    }
    assert values == {
        ("long", "usd"): 67_870.0,
        ("long", "btc"): 0.5 + 0.25 + 0.1,
        ("long", "count"): 3,
        ("short", "usd"): 160_000.0,
        ("short", "btc"): 2.0,
        ("short", "count"): 1,
    }
    assert metrics["btc.bitfinex.price"].value == 80_020.0
    decoder = Decoder({"bitfinex": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert [(out.symbol, out.price, out.btc, out.side) for out in outs if isinstance(out, Trade)] == [
        (SPOT, 80_000.0, 0.005, "buy"),
        (PERPETUAL, 80_000.0, 1.5, "sell"),
        (SPOT, 80_020.0, 0.01, "sell"),
    ]
    assert [(out.rate, out.interval_h, out.next_ms) for out in outs if isinstance(out, Funding)] == [
        (-0.0001, 8.0, NOW + HOUR)
    ]
    assert [out.btc for out in outs if isinstance(out, OpenInterest)] == [5000.25]
    assert [type(out) for out in outs].count(Alive) == 2
    assert [type(out) for out in outs].count(Reconnect) == 1
    feed = session.state.feeds["bitfinex"]
    assert [reject.reason for reject in feed.rejects] == ["AMOUNT is not above zero: 0"]
    assert (feed.reconnects, feed.deaf) == (1, "")
