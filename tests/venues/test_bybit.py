"""Bybit: frames of the linear and the inverse stream in, facts out."""

import json
from pathlib import Path
from time import perf_counter

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import (
    TIMEFRAME_MS,
    Bar,
    FeedStatus,
    Funding,
    Instrument,
    Liquidation,
    OpenInterest,
    Quote,
    Rejected,
    Timeframe,
    Trade,
)
from feeds.venue import Alive, Http, Out, Refused, Reject, Send
from feeds.venues.bybit import VENUE, Parser
from feeds.wire import Recording

RECORDING = Path(__file__).parents[1] / "fixtures" / "bybit.jsonl"
TS = 1739502303204
RECV = 1739502303300
LIQUIDATED = {"T": 1739502302929, "s": "BTCUSDT", "S": "Buy", "v": "0.2", "p": "97000.50"}
INVERSE_LIQUIDATED = {"T": 1739502302929, "s": "BTCUSD", "S": "Sell", "v": "48500", "p": "97000.00"}
TRADE = {
    "T": 1672304486865,
    "s": "BTCUSDT",
    "S": "Buy",
    "v": "0.001",
    "p": "16578.50",
    "L": "PlusTick",
    "i": "20f43950-d8dd-5b31-9112-a178eb6023af",
    "BT": False,
}
INVERSE_TRADE = {
    "T": 1680673823564,
    "s": "BTCUSD",
    "S": "Sell",
    "v": "5712",
    "p": "28560.00",
    "L": "PlusTick",
    "i": "uuid",
    "BT": False,
    "RPI": False,
    "seq": 12345,
}
TICKER = {
    "symbol": "BTCUSDT",
    "tickDirection": "PlusTick",
    "price24hPcnt": "0.017103",
    "lastPrice": "17216.00",
    "markPrice": "17217.33",
    "indexPrice": "17227.36",
    "openInterest": "68744.762",
    "openInterestValue": "1183601235.91",
    "volume24h": "91705.276",
    "nextFundingTime": "1673280000000",
    "fundingRate": "-0.000212",
    "bid1Price": "17215.50",
    "bid1Size": "84.489",
    "ask1Price": "17216.00",
    "ask1Size": "83.020",
}
INVERSE_TICKER = {**TICKER, "symbol": "BTCUSD", "markPrice": "20000", "openInterest": "700000000"}
PONG = '{"success":true,"ret_msg":"pong","conn_id":"0970e817","op":"ping"}'
KLINES = "https://api.bybit.com/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&limit=500"
NEWER = ["1767225660000", "87500", "87520", "87480", "87510", "31.5", "2756000.1"]
OLDER = ["1767225600000", "87450", "87505", "87440", "87500", "40.25", "3520000.0"]


def topic(channel: str, data: object, **parts: object) -> str:
    return json.dumps({"topic": channel, "type": "snapshot", "ts": TS, "data": data, **parts})


def trades(*rows: object, symbol: str = "BTCUSDT") -> str:
    return topic(f"publicTrade.{symbol}", rows)


def liquidations(*rows: object, symbol: str = "BTCUSDT") -> str:
    return topic(f"allLiquidation.{symbol}", rows)


def ticker(data: dict[str, object] | None = None, kind: str = "snapshot", symbol: str = "BTCUSDT") -> str:
    return topic(f"tickers.{symbol}", TICKER if data is None else data, type=kind, cs=24987956059)


def delta(symbol: str = "BTCUSDT", **parts: object) -> str:
    return ticker({"symbol": symbol, **parts}, "delta", symbol)


def answer(*rows: list[str], **parts: object) -> str:
    result = {"symbol": "BTCUSDT", "category": "linear", "list": rows}
    return json.dumps({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 1, **parts})


def parse(*frames: str | bytes, parser: Parser | None = None, feed: str = "bybit.linear") -> list[Out]:
    """What the last of these frames gives."""
    parser = parser or Parser()
    outs: list[Out] = []
    for frame in frames:
        outs = [*parser.parse(feed, frame, RECV)]
    return outs


def without(row: dict[str, object], part: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != part}


# Liquidations: S is the side of the position.


@pytest.mark.parametrize(("side", "position"), [("Buy", "long"), ("Sell", "short")])
def test_the_side_of_a_liquidation_is_the_side_of_the_position(side: str, position: str) -> None:
    (event,) = parse(liquidations({**LIQUIDATED, "S": side}))
    assert isinstance(event, Liquidation)
    assert event.position == position


@pytest.mark.parametrize("feed", ["bybit", "bybit.linear", "bybit.inverse"])
def test_a_linear_liquidation_is_sized_in_bitcoin_whatever_the_feed_is_called(feed: str) -> None:
    (event,) = parse(liquidations(LIQUIDATED), feed=feed)
    assert isinstance(event, Liquidation)
    assert event == Liquidation("bybit", "BTCUSDT", 1739502302929, RECV, "long", 0.2, 0.2 * 97000.5, 97000.5, event.id)


@pytest.mark.parametrize("feed", ["bybit", "bybit.linear", "bybit.inverse"])
def test_an_inverse_liquidation_is_sized_in_dollars_whatever_the_feed_is_called(feed: str) -> None:
    (event,) = parse(liquidations(INVERSE_LIQUIDATED, symbol="BTCUSD"), feed=feed)
    assert isinstance(event, Liquidation)
    assert event == Liquidation("bybit", "BTCUSD", 1739502302929, RECV, "short", 0.5, 48500.0, 97000.0, event.id)


@pytest.mark.parametrize(
    ("symbol", "btc", "usd"),
    [
        ("BTCUSDT-26DEC25", 1000.0, 97_000_500.0),
        ("BTCUSDH26", 1000 / 97000.5, 1000.0),
        ("BTCUSDZ26", 1000 / 97000.5, 1000.0),
    ],
)
def test_dated_contracts_count_as_their_perpetuals_do(symbol: str, btc: float, usd: float) -> None:
    (event,) = parse(liquidations({**LIQUIDATED, "s": symbol, "v": "1000"}, symbol=symbol))
    assert isinstance(event, Liquidation)
    assert (event.symbol, event.btc, event.usd) == (symbol, btc, usd)


def test_equal_liquidations_of_one_frame_are_numbered_apart() -> None:
    first, second, other = parse(liquidations(LIQUIDATED, LIQUIDATED, {**LIQUIDATED, "S": "Sell"}))
    assert isinstance(first, Liquidation)
    assert isinstance(second, Liquidation)
    assert isinstance(other, Liquidation)
    assert second.id == f"{first.id}#2"
    assert other.id not in (first.id, second.id)
    assert parse(liquidations(LIQUIDATED)) == [first]


@pytest.mark.parametrize(
    "bad",
    [
        {**LIQUIDATED, "S": "long"},
        {**LIQUIDATED, "S": None},
        without(LIQUIDATED, "S"),
        {**LIQUIDATED, "v": "0"},
        {**LIQUIDATED, "v": "-0.2"},
        {**LIQUIDATED, "v": "NaN"},
        {**LIQUIDATED, "v": "1e300", "p": "1e300"},
        {**LIQUIDATED, "p": ""},
        {**LIQUIDATED, "p": None},
        without(LIQUIDATED, "p"),
        {**LIQUIDATED, "T": 1739},
        without(LIQUIDATED, "T"),
        {**LIQUIDATED, "s": "BTCUSD"},
        without(LIQUIDATED, "s"),
        "noise",
        None,
    ],
)
def test_one_bad_liquidation_is_rejected_and_the_good_ones_are_kept(bad: object) -> None:
    outs = parse(liquidations(LIQUIDATED, bad, {**LIQUIDATED, "S": "Sell"}))
    assert [type(out) for out in outs] == [Liquidation, Rejected, Liquidation]
    assert [out.position for out in outs if isinstance(out, Liquidation)] == ["long", "short"]


# Trades.


def test_a_linear_trade_is_sized_in_bitcoin() -> None:
    assert parse(trades(TRADE)) == [
        Trade("bybit", "BTCUSDT", 1672304486865, RECV, 16578.5, 0.001, "buy", "20f43950-d8dd-5b31-9112-a178eb6023af")
    ]


def test_an_inverse_trade_is_sized_in_dollars() -> None:
    assert parse(trades(INVERSE_TRADE, symbol="BTCUSD")) == [
        Trade("bybit", "BTCUSD", 1680673823564, RECV, 28560.0, 0.2, "sell", "uuid")
    ]


def test_a_block_trade_makes_no_price() -> None:
    (trade,) = parse(trades({**TRADE, "BT": True, "p": "9000"}, TRADE))
    assert isinstance(trade, Trade)
    assert trade.price == 16578.5


@pytest.mark.parametrize(
    "bad",
    [
        {**TRADE, "p": "nan"},
        {**TRADE, "p": "0"},
        {**TRADE, "v": "-1"},
        {**TRADE, "v": ""},
        {**TRADE, "S": "buy"},
        {**TRADE, "T": 0},
        {**TRADE, "s": "ETHUSDT"},
        without(TRADE, "i"),
        without(TRADE, "p"),
        [1],
    ],
)
def test_one_bad_trade_is_rejected_and_the_good_ones_are_kept(bad: object) -> None:
    assert [type(out) for out in parse(trades(bad, TRADE))] == [Rejected, Trade]


# Tickers: a snapshot, then changes.


def test_a_snapshot_gives_quote_funding_and_open_interest_counted_once() -> None:
    assert parse(ticker()) == [
        Quote("bybit", "BTCUSDT", TS, RECV, 17216.0, 17215.5, 17216.0, 17217.33, 17227.36),
        Funding("bybit", "BTCUSDT", TS, RECV, -0.000212, None, 1673280000000),
        OpenInterest("bybit", "BTCUSDT", TS, RECV, 34372.381),
    ]


def test_open_interest_of_one_side_is_taken_as_it_is_where_the_venue_gives_it() -> None:
    outs = parse(ticker({**TICKER, "openInterest": "53262.861", "singleOpenInterest": "26631.431"}))
    assert outs[2] == OpenInterest("bybit", "BTCUSDT", TS, RECV, 26631.431)


@pytest.mark.parametrize(
    ("parts", "btc"),
    [({}, 17500.0), ({"singleOpenInterest": "350000000"}, 17500.0), ({"markPrice": ""}, 350e6 / 17216)],
)
def test_inverse_open_interest_is_dollars_and_becomes_bitcoin_at_mark_or_last(
    parts: dict[str, object], btc: float
) -> None:
    outs = parse(ticker({**INVERSE_TICKER, **parts}, symbol="BTCUSD"))
    assert outs[2] == OpenInterest("bybit", "BTCUSD", TS, RECV, btc)


def test_inverse_open_interest_without_any_price_is_not_known() -> None:
    outs = parse(ticker({"symbol": "BTCUSD", "openInterest": "700000000"}, symbol="BTCUSD"))
    assert outs == [Quote("bybit", "BTCUSD", TS, RECV)]


def test_what_a_delta_leaves_out_is_unchanged() -> None:
    assert parse(ticker(), delta(bid1Price="17220.00", ask1Price="17220.50")) == [
        Quote("bybit", "BTCUSDT", TS, RECV, 17216.0, 17220.0, 17220.5, 17217.33, 17227.36)
    ]


def test_deltas_add_up() -> None:
    (quote,) = parse(ticker(), delta(lastPrice="17221"), delta(markPrice="17222"), delta(volume24h="1"))
    assert quote == Quote("bybit", "BTCUSDT", TS, RECV, 17221.0, 17215.5, 17216.0, 17222.0, 17227.36)


def test_what_a_delta_empties_is_no_longer_known() -> None:
    (quote,) = parse(ticker(), delta(bid1Price="", indexPrice=None))
    assert quote == Quote("bybit", "BTCUSDT", TS, RECV, 17216.0, None, 17216.0, 17217.33, None)


def test_funding_and_open_interest_are_told_when_they_come() -> None:
    assert parse(ticker(), delta(fundingRate="0.0001"))[1:] == [
        Funding("bybit", "BTCUSDT", TS, RECV, 0.0001, None, 1673280000000)
    ]
    assert parse(ticker(), delta(nextFundingTime="1673308800000"))[1:] == [
        Funding("bybit", "BTCUSDT", TS, RECV, -0.000212, None, 1673308800000)
    ]
    assert parse(ticker(), delta(openInterest="70000"))[1:] == [OpenInterest("bybit", "BTCUSDT", TS, RECV, 35000.0)]


def test_a_funding_rate_of_zero_is_a_rate_and_an_empty_one_is_none() -> None:
    _, funding, _ = parse(ticker({**TICKER, "fundingRate": "0", "fundingIntervalHour": "8"}))
    assert funding == Funding("bybit", "BTCUSDT", TS, RECV, 0.0, 8.0, 1673280000000)
    assert [type(out) for out in parse(ticker({**TICKER, "fundingRate": ""}))] == [Quote, OpenInterest]


def test_a_new_snapshot_forgets_what_the_old_one_knew() -> None:
    (quote,) = parse(ticker(), ticker({"symbol": "BTCUSDT", "lastPrice": "17300"}))
    assert quote == Quote("bybit", "BTCUSDT", TS, RECV, last=17300.0)


def test_a_delta_before_its_snapshot_is_refused() -> None:
    with pytest.raises(Reject, match="before its snapshot"):
        parse(delta(lastPrice="17216.00"))
    with pytest.raises(Reject, match="before its snapshot"):
        parse(ticker(), delta("BTCUSD", lastPrice="17216.00"))


@pytest.mark.parametrize(
    "bad",
    [
        delta(lastPrice="NaN"),
        delta(lastPrice="-1"),
        delta(markPrice={"of": "another type"}),
        delta(fundingRate="Infinity"),
        delta(nextFundingTime="5"),
        delta(openInterest="-3"),
        topic("tickers.BTCUSDT", {"symbol": "BTCUSDT", "lastPrice": "1"}, type="delta", ts=None),
        topic("tickers.BTCUSDT", {"symbol": "BTCUSD", "lastPrice": "1"}, type="delta"),
    ],
)
def test_after_a_change_that_cannot_be_read_the_old_values_are_not_shown_as_current(bad: str) -> None:
    parser = Parser()
    parse(ticker(), parser=parser)
    with pytest.raises((Reject, MsgspecError)):
        parse(bad, parser=parser)
    assert parse(delta(bid1Price="17230"), parser=parser) == [Quote("bybit", "BTCUSDT", TS, RECV, bid=17230.0)]


def test_a_ticker_of_an_unknown_kind_is_rejected_and_is_no_snapshot() -> None:
    parser = Parser()
    for frame in (ticker(kind="update"), topic("tickers.BTCUSDT", TICKER, type=None), delta(lastPrice="1")):
        with pytest.raises(Reject):
            parse(frame, parser=parser)


@pytest.mark.parametrize(
    ("opened", "linear_known", "inverse_known"),
    [("bybit.linear", False, True), ("bybit.inverse", True, False), ("bybit", False, False)],
)
def test_a_new_connection_forgets_the_ticker_of_its_own_stream(
    opened: str, linear_known: bool, inverse_known: bool
) -> None:
    parser = Parser()
    parse(ticker(), ticker(dict(INVERSE_TICKER), symbol="BTCUSD"), parser=parser)
    parser.opened(opened, RECV)
    for symbol, known in (("BTCUSDT", linear_known), ("BTCUSD", inverse_known)):
        if known:
            (quote,) = parse(delta(symbol, bid1Price="17230"), parser=parser)
            assert isinstance(quote, Quote)
            assert (quote.last, quote.bid) == (17216.0, 17230.0)
        else:
            with pytest.raises(Reject, match="before its snapshot"):
                parse(delta(symbol, bid1Price="17230"), parser=parser)


# Everything else.


@pytest.mark.parametrize(
    "data",
    [
        '{"topic":"allLiquidation.ROSEUSDT","type":"snapshot","ts":1739502303204,'
        '"data":[{"T":1739502302929,"s":"ROSEUSDT","S":"Sell","v":"20000","p":"0.04499"}]}',
        topic("publicTrade.ETHUSDT", "of another type"),
        topic("publicTrade.BTC", [{"i": 5}]),
        topic(
            "tickers.BTCUSDT-26DEC25", {"symbol": "BTCUSDT-26DEC25", "fundingRate": "", "deliveryTime": "2025-12-26"}
        ),
        topic("tickers.BTCPERP", {"lastPrice": {}}),
        topic("allLiquidation.1000BTCUSDT", [5]),
        topic("liquidation.BTCUSDT", {"updatedTime": 1, "side": "Buy", "size": "1", "price": "1"}),
        topic("orderbook.50.BTCUSDT", {"s": "BTCUSDT", "b": [["1", "2"]], "a": [], "u": 1, "seq": 2}),
        topic("kline.1.BTCUSDT", [{"start": 1, "confirm": False}]),
        '{"success":true,"ret_msg":"","conn_id":"a","req_id":"1","op":"subscribe"}',
        "{}",
    ],
)
def test_other_symbols_other_channels_and_acknowledgements_are_passed_over(data: str) -> None:
    assert parse(data) == []


@pytest.mark.parametrize("data", [PONG, PONG.encode(), '{"op":"pong","args":["1675418560633"],"conn_id":"a"}'])
def test_a_pong_proves_life(data: str | bytes) -> None:
    assert parse(data) == [Alive()]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("error:handler not found,topic:allLiquidation.BTCUSD", "error:handler not found,topic:allLiquidation.BTCUSD"),
        ("\x1b[2Jgone", "gone"),
        ("", "a request was refused without a text"),
        (None, "a request was refused without a text"),
    ],
)
def test_a_refused_subscription_is_told_in_plain_text(text: str | None, reason: str) -> None:
    assert parse(json.dumps({"success": False, "ret_msg": text, "op": "subscribe"})) == [
        Refused(reason, liquidations="allLiquidation" in reason)
    ]


@pytest.mark.parametrize("event", [liquidations(LIQUIDATED), trades(TRADE), ticker(), PONG])
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
        "7",
        topic("publicTrade.BTCUSDT", {}),
        topic("allLiquidation.BTCUSDT", None),
        topic("tickers.BTCUSDT", []),
        '{"topic":"tickers.BTCUSDT","type":"snapshot","ts":1739502303204}',
        '{"topic":5}',
    ],
)
def test_what_is_no_message_is_rejected(data: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(data)


def test_candles_listed_newest_first_come_oldest_first() -> None:
    assert [*Parser().answer("bybit", Http(KLINES, 200, answer(NEWER, OLDER)), RECV)] == [
        Bar("bybit", "BTCUSDT", "1m", 1767225600000, 87450.0, 87505.0, 87440.0, 87500.0, 40.25),
        Bar("bybit", "BTCUSDT", "1m", 1767225660000, 87500.0, 87520.0, 87480.0, 87510.0, 31.5),
    ]


@pytest.mark.parametrize(
    ("timeframe", "interval"), [("1m", "1"), ("5m", "5"), ("15m", "15"), ("1h", "60"), ("4h", "240"), ("1d", "D")]
)
def test_every_time_frame_has_an_address_that_its_answer_is_recognised_by(timeframe: Timeframe, interval: str) -> None:
    url = VENUE.bars(timeframe)
    assert url == KLINES.replace("interval=1", f"interval={interval}")
    (bar,) = Parser().answer("bybit", Http(url, 200, answer(OLDER)), RECV)
    assert isinstance(bar, Bar)
    assert bar.timeframe == timeframe
    assert len(TIMEFRAME_MS) == 6


def test_a_bad_candle_is_rejected_beside_the_good_ones() -> None:
    bad = [["1767225660000", "87500", "87520", "87480", "NaN", "31.5", "1"], ["soon", *OLDER[1:]], OLDER[:4]]
    outs = Parser().answer("bybit", Http(KLINES, 200, answer(*bad, OLDER)), RECV)
    assert [type(out) for out in outs] == [Rejected, Rejected, Rejected, Bar]


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (200, '{"retCode":10006,"retMsg":"Too many visits!","result":{}}', r"Too many visits! \(code 10006\)"),
        (200, '{"retCode":10001,"retMsg":"","result":{}}', r"refused \(code 10001\)"),
        (403, "<html>The Amazon CloudFront distribution is configured to block access</html>", "HTTP 403"),
        (200, "<html>sorry</html>", "page"),
        (200, '{"retCode":0,"retMsg":"OK","result":{}}', "list"),
        (200, '{"retMsg":"OK"}', "retCode"),
    ],
)
def test_an_answer_without_candles_is_rejected_with_its_reason(status: int, text: str, reason: str) -> None:
    with pytest.raises((Reject, MsgspecError), match=reason):
        Parser().answer("bybit", Http(KLINES, status, text), RECV)


@pytest.mark.parametrize(
    "url",
    [
        KLINES.replace("category=linear", "category=inverse"),
        KLINES.replace("BTCUSDT", "ETHUSDT"),
        KLINES.replace("kline", "mark-price-kline"),
        KLINES.replace("interval=1", "interval=3"),
    ],
)
def test_an_answer_to_another_question_makes_no_candles(url: str) -> None:
    with pytest.raises(Reject):
        Parser().answer("bybit", Http(url, 200, answer(OLDER)), RECV)


def test_each_stream_asks_for_its_liquidations_in_a_request_of_their_own() -> None:
    assert [VENUE.feed(stream) for stream in VENUE.streams] == ["bybit.linear", "bybit.inverse"]
    further = {"linear": [{"req_id": "3", "op": "subscribe", "args": ["allLiquidation.BTCPERP"]}], "inverse": []}
    for stream, symbol in zip(VENUE.streams, ("BTCUSDT", "BTCUSD"), strict=True):
        assert stream.url == f"wss://stream.bybit.com/v5/public/{stream.name}"
        first, second, *rest = (json.loads(text) for text in stream.hello)
        assert rest == further[stream.name]
        assert (first["op"], first["args"]) == ("subscribe", [f"publicTrade.{symbol}", f"tickers.{symbol}"])
        assert (second["op"], second["args"]) == ("subscribe", [f"allLiquidation.{symbol}"])
        assert stream.ping is not None
        assert json.loads(stream.ping) == {"op": "ping"}
        assert stream.ping_s == 20.0 < stream.limit_s
        assert stream.liquidations
    assert (VENUE.spot, VENUE.liquidations) == (None, "all")


def test_the_perpetual_in_usdc_is_counted_in_bitcoin_by_the_positions_side() -> None:
    row = {"T": TS, "s": "BTCPERP", "S": "Sell", "v": "0.5", "p": "77000"}
    [event] = Parser().parse("bybit.linear", topic("allLiquidation.BTCPERP", [row]), RECV)
    assert isinstance(event, Liquidation)
    assert (event.position, event.btc, event.usd) == ("short", 0.5, 38_500.0)


@pytest.mark.parametrize(("symbol", "btc", "usd"), [("BTC-25DEC26", 0.5, 38_500.0), ("BTCUSDZ26", 0.5 / 77000, 0.5)])
def test_dated_contracts_are_counted_as_they_are_settled(symbol: str, btc: float, usd: float) -> None:
    row = {"T": TS, "s": symbol, "S": "Buy", "v": "0.5", "p": "77000"}
    [event] = Parser().parse("bybit.linear", topic(f"allLiquidation.{symbol}", [row]), RECV)
    assert isinstance(event, Liquidation)
    assert (event.position, event.btc, event.usd) == ("long", btc, usd)


def dated(symbol: str, kind: str, quote: str, **parts: str) -> dict[str, str]:
    row = {"symbol": symbol, "contractType": kind, "status": "Trading", "quoteCoin": quote}
    return row | {"deliveryTime": "1798185600000"} | parts


def test_liquidations_of_dated_contracts_are_asked_for_once_on_each_connection_when_they_are_known() -> None:
    parser = Parser()
    body = {"list": [dated("BTCUSDT-25DEC26", "LinearFutures", "USDT"), dated("BTC-25DEC26", "LinearFutures", "USDC")]}
    body["list"].append(dated("BTCUSDZ26", "InverseFutures", "USD"))
    parser.opened("bybit.linear", RECV)
    assert parser.parse("bybit.linear", PONG, RECV) == (Alive(),)
    url = "https://api.bybit.com/v5/market/instruments-info?category=linear&baseCoin=BTC&limit=1000"
    parser.answer("bybit.http", Http(url, 200, json.dumps({"retCode": 0, "result": body})), RECV)
    asked = '{"req_id":"3","op":"subscribe","args":["allLiquidation.BTC-25DEC26","allLiquidation.BTCUSDT-25DEC26"]}'
    for _ in "ab":
        assert parser.parse("bybit.linear", PONG, RECV) == [Alive(), Send(asked)]
        assert parser.parse("bybit.linear", PONG, RECV) == (Alive(),)
        parser.opened("bybit.linear", RECV)
    parser.opened("bybit.inverse", RECV)
    assert parser.parse("bybit.inverse", PONG, RECV)[1] == Send(
        '{"req_id":"3","op":"subscribe","args":["allLiquidation.BTCUSDZ26"]}'
    )


def test_a_refusal_of_further_contracts_leaves_the_liquidations_of_the_perpetuals_heard() -> None:
    said = "error:handler not found,topic:allLiquidation.BTCPERP"
    for id, deaf in (("3", False), ("2", True)):
        refused = json.dumps({"success": False, "ret_msg": said, "req_id": id, "op": "subscribe"})
        assert [*Parser().parse("bybit.linear", refused, RECV)] == [Refused(said, liquidations=deaf)]


# Listed contracts, and the prices of the dated ones.

INSTRUMENTS = "https://api.bybit.com/v5/market/instruments-info?category=linear&baseCoin=BTC&limit=1000"
TICKERS = "https://api.bybit.com/v5/market/tickers?category=linear"
EXPIRY = 1798185600000


def listed(symbol: str, kind: str, **parts: object) -> dict[str, object]:
    coin = "USD" if kind.startswith("Inverse") else "USDT"
    dated = str(EXPIRY) if kind.endswith("Futures") else "0"
    row = {"symbol": symbol, "contractType": kind, "status": "Trading", "baseCoin": "BTC", "quoteCoin": coin}
    return {**row, "launchTime": "1584230400000", "deliveryTime": dated, "fundingInterval": 480, **parts}


def quoted(symbol: str, **parts: object) -> dict[str, object]:
    row = {"symbol": symbol, "lastPrice": "80410", "markPrice": "80409.5", "indexPrice": "80002.25"}
    row |= {"bid1Price": "80409", "ask1Price": "80411", "fundingRate": "", "basisRate": "0.005"}
    return {**row, "deliveryTime": str(EXPIRY), **parts}


def page(url: str, *rows: object, cursor: str = "") -> Http:
    result = {"category": "linear", "list": rows, "nextPageCursor": cursor}
    body = {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": TS}
    return Http(url, 200, json.dumps(body))


def ask(http: Http, parser: Parser | None = None, recv_ms: int = RECV) -> list[Out]:
    return [*(parser or Parser()).answer("bybit.http", http, recv_ms)]


def test_listed_contracts_become_instruments_and_the_dated_ones_have_an_expiry() -> None:
    rows = (
        listed("BTCUSDT", "LinearPerpetual"),
        listed("BTCUSD", "InversePerpetual"),
        listed("BTCUSDT-25DEC26", "LinearFutures"),
        listed("BTC-25DEC26", "LinearFutures", quoteCoin="USDC"),
        listed("BTCUSDZ26", "InverseFutures", deliveryTime="2026-12-25T08:00:00Z"),
    )
    assert ask(page(INSTRUMENTS, *rows)) == [
        Instrument("bybit", "BTCUSDT", "perpetual", "USDT", False, 1.0),
        Instrument("bybit", "BTCUSD", "perpetual", "USD", True, 1.0),
        Instrument("bybit", "BTCUSDT-25DEC26", "future", "USDT", False, 1.0, EXPIRY),
        Instrument("bybit", "BTC-25DEC26", "future", "USDC", False, 1.0, EXPIRY),
        Instrument("bybit", "BTCUSDZ26", "future", "USD", True, 1.0, EXPIRY),
    ]


def test_a_perpetual_that_will_be_delisted_has_no_expiry() -> None:
    [out] = ask(page(INSTRUMENTS, listed("BTCUSDT", "LinearPerpetual", deliveryTime=str(EXPIRY))))
    assert out == Instrument("bybit", "BTCUSDT", "perpetual", "USDT", False, 1.0)


@pytest.mark.parametrize(
    "row",
    [
        listed("BTCUSDT-25DEC26", "LinearFutures", deliveryTime=str(RECV)),
        listed("BTCUSDT-25DEC26", "LinearFutures", status="Delivering"),
        listed("BTCUSDT", "LinearPerpetual", status="Settling"),
        listed("BTCPERP", "LinearPerpetual"),
        listed("BTC-25DEC26-90000-C", "LinearFutures"),
        listed("1000BTCUSDT", "LinearPerpetual", contractType=[]),
        listed("ETHUSDT-25DEC26", "LinearFutures", deliveryTime={}),
    ],
)
def test_what_expired_is_not_traded_or_is_another_coins_is_no_instrument(row: dict[str, object]) -> None:
    assert ask(page(INSTRUMENTS, row)) == []


@pytest.mark.parametrize(
    "bad",
    [
        listed("BTCUSDT-25DEC26", "LinearPerpetual"),
        listed("BTCUSDT", "LinearFutures"),
        listed("BTCUSDT", "Spread"),
        listed("BTCUSDT", "LinearPerpetual", quoteCoin="EUR"),
        listed("BTCUSDT", "LinearPerpetual", fundingInterval="NaN"),
        listed("BTCUSDT-25DEC26", "LinearFutures", deliveryTime="0"),
        listed("BTCUSDT-25DEC26", "LinearFutures", deliveryTime="2026-12-25T08:00:00"),
        without(listed("BTCUSDT", "LinearPerpetual"), "contractType"),
    ],
)
def test_a_contract_that_cannot_be_believed_is_rejected_beside_the_good_one(bad: dict[str, object]) -> None:
    outs = ask(page(INSTRUMENTS, bad, listed("BTCUSD", "InversePerpetual")))
    assert [type(out) for out in outs] == [Rejected, Instrument]


def test_a_list_that_goes_on_is_said_to() -> None:
    outs = ask(page(INSTRUMENTS, listed("BTCUSDT", "LinearPerpetual"), cursor="first%3DETHUSDT"))
    assert [type(out) for out in outs] == [Instrument, Rejected]
    assert isinstance(outs[1], Rejected)
    assert outs[1].reason == "the list of contracts goes on on another page"


def test_the_funding_interval_is_listed_in_minutes_and_outlives_a_connection() -> None:
    parser = Parser()
    ask(page(INSTRUMENTS, listed("BTCUSDT", "LinearPerpetual", fundingInterval=240)), parser)
    ask(page(INSTRUMENTS, listed("BTCUSDT", "LinearPerpetual", fundingInterval="-1")), parser)
    parser.opened("bybit.linear", RECV)
    assert parse(ticker(), parser=parser)[1] == Funding("bybit", "BTCUSDT", TS, RECV, -0.000212, 4.0, 1673280000000)
    told = parse(ticker({**TICKER, "fundingIntervalHour": "8"}), parser=parser)
    assert told[1] == Funding("bybit", "BTCUSDT", TS, RECV, -0.000212, 8.0, 1673280000000)
    inverse = parse(ticker(dict(INVERSE_TICKER), symbol="BTCUSD"), parser=parser)
    assert inverse[1] == Funding("bybit", "BTCUSD", TS, RECV, -0.000212, None, 1673280000000)


@pytest.mark.parametrize("symbol", ["BTCUSDT-25DEC26", "BTC-25DEC26", "BTCUSDZ26"])
@pytest.mark.parametrize("expiry", [str(EXPIRY), EXPIRY, "2026-12-25T08:00:00Z"])
def test_a_dated_contract_is_quoted_with_mark_and_index_of_one_moment(symbol: str, expiry: object) -> None:
    assert ask(page(TICKERS, quoted(symbol, deliveryTime=expiry))) == [
        Quote("bybit", symbol, TS, RECV, 80410.0, 80409.0, 80411.0, 80409.5, 80002.25)
    ]


def test_what_the_list_of_prices_does_not_know_is_not_zero() -> None:
    row = quoted("BTCUSDZ26", lastPrice="", bid1Price="0", ask1Price=None, indexPrice="")
    assert ask(page(TICKERS, row)) == [Quote("bybit", "BTCUSDZ26", TS, RECV, mark=80409.5)]


def test_perpetuals_other_coins_and_what_expired_are_not_quoted() -> None:
    rows = (
        quoted("BTCUSDT", deliveryTime="0"),
        quoted("BTCPERP", markPrice=[]),
        quoted("ETHUSDT-25DEC26", markPrice={}),
        quoted("BTCUSDZ26", deliveryTime=str(RECV)),
    )
    assert ask(page(TICKERS, *rows)) == []


@pytest.mark.parametrize(
    "bad", [{"markPrice": ""}, {"markPrice": "NaN"}, {"indexPrice": "-1"}, {"deliveryTime": "0"}, {"deliveryTime": ""}]
)
def test_a_bad_price_is_rejected_beside_the_good_one(bad: dict[str, object]) -> None:
    outs = ask(page(TICKERS, quoted("BTCUSDZ26", **bad), quoted("BTCUSDH27")))
    assert [type(out) for out in outs] == [Rejected, Quote]


@pytest.mark.parametrize("url", [INSTRUMENTS, TICKERS])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, "<html>CloudFront</html>"),
        (200, '{"retCode":10001,"retMsg":"params error","result":{}}'),
        (200, '{"retCode":0,"result":{"list":null},"time":1739502303204}'),
        (200, '{"retCode":0,"result":{}}'),
    ],
)
def test_a_list_that_is_none_is_rejected(url: str, status: int, body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        ask(Http(url, status, body))


def test_a_list_of_five_thousand_contracts_is_read_in_well_under_a_tenth_of_a_second() -> None:
    http = page(INSTRUMENTS, *(listed(f"C{i}USDT", "LinearPerpetual") for i in range(5_000)))
    started = perf_counter()
    assert ask(http) == []
    assert perf_counter() - started < 0.1


def test_both_categories_are_asked_for_contracts_and_prices() -> None:
    assert VENUE.setup == (INSTRUMENTS, INSTRUMENTS.replace("linear", "inverse"))
    assert [(poll.url, poll.every_s) for poll in VENUE.polls] == [
        (TICKERS, 60.0),
        (TICKERS.replace("linear", "inverse"), 60.0),
    ]


def test_a_recording_gives_these_facts_and_no_others() -> None:
    decoder = Decoder({"bybit": VENUE})
    outs = [out for frame in Recording(RECORDING) for out in decoder.decode(frame)]
    closed = [out for out in outs if isinstance(out, Liquidation)]
    assert [(out.symbol, out.ts_ms, out.position, out.btc, out.usd) for out in closed] == [
        ("BTCUSDT", 1767258000650, "long", 0.2, 17400.0),
        ("BTCUSDT", 1767258000650, "long", 0.2, 17400.0),
        ("BTCUSDT", 1767258000660, "short", 0.1, 8800.0),
        ("BTCUSD", 1767258000655, "long", 0.5, 43500.0),
    ]
    assert len({out.id for out in closed}) == 4
    assert [(out.symbol, out.price, out.btc, out.side, out.id) for out in outs if isinstance(out, Trade)] == [
        ("BTCUSDT", 87500.1, 0.01, "buy", "t1"),
        ("BTCUSDT", 87500.0, 0.5, "sell", "t2"),
        ("BTCUSD", 87500.0, 0.1, "sell", "t4"),
    ]
    assert [(q.symbol, q.last, q.bid, q.ask, q.mark, q.index) for q in outs if isinstance(q, Quote)] == [
        ("BTCUSDT", 87500.0, 87499.9, 87500.0, 87498.5, 87510.25),
        ("BTCUSD", 87505.0, 87504.5, 87505.0, 87500.0, 87512.0),
        ("BTCUSDT", 87500.0, 87500.0, 87500.1, 87498.5, 87510.25),
        ("BTCUSDT", 87501.0, 87500.0, 87500.1, 87498.5, 87510.25),
    ]
    assert [(out.symbol, out.rate) for out in outs if isinstance(out, Funding)] == [
        ("BTCUSDT", 0.0001),
        ("BTCUSD", -0.00005),
    ]
    assert [(out.symbol, out.btc) for out in outs if isinstance(out, OpenInterest)] == [
        ("BTCUSDT", 26631.431),
        ("BTCUSD", 4000.0),
        ("BTCUSDT", 26500.0),
    ]
    assert [(out.open_ms, out.close) for out in outs if isinstance(out, Bar)] == [
        (1767257880000, 87500.0),
        (1767257940000, 87510.0),
    ]
    assert [(out.feed, out.reason) for out in outs if isinstance(out, Rejected)] == [
        ("bybit.linear", "size is not above zero: -1"),
        ("bybit.inverse", "a ticker's change before its snapshot"),
    ]
    assert [type(out) for out in outs].count(Alive) == 2
    assert [type(out) for out in outs].count(Refused) == 1
    assert [type(out) for out in outs].count(FeedStatus) == 3
    assert len(outs) == 26
