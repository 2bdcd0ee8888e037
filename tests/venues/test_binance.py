"""Binance spot: frames in, facts out."""

import json
from pathlib import Path

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import TIMEFRAME_MS, Bar, FeedStatus, Quote, Rejected, Timeframe, Trade
from feeds.venue import Http, Out, Reconnect, Refused, Reject
from feeds.venues.binance import VENUE, Parser
from feeds.wire import Recording

RECORDING = Path(__file__).parents[1] / "fixtures" / "binance.jsonl"
AGG_TRADE = (
    '{"e":"aggTrade","E":1672515782140,"s":"BTCUSDT","a":26129,"p":"16578.50","q":"0.0125",'
    '"f":100,"l":105,"T":1672515782136,"m":true,"M":true}'
)
MINI_TICKER = (
    '{"e":"24hrMiniTicker","E":1672515782999,"s":"BTCUSDT","c":"16578.51","o":"16500","h":"16600","l":"16400",'
    '"v":"10000","q":"165000000"}'
)
KLINES = "https://data-api.binance.vision/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=500"
ROW = [1767225600000, "87480.0", "87510.0", "87470.0", "87500.0", "12.5", 1767225659999, "1093000.0", 8, "5", "4", "0"]
RECV = 1672515782200


def wrapped(event: str, stream: str = "btcusdt@aggTrade") -> str:
    return f'{{"stream":"{stream}","data":{event}}}'


def parse(data: str | bytes) -> list[Out]:
    return [*Parser().parse("binance", data, RECV)]


def changed(event: str, **parts: object) -> str:
    """The event with some parts replaced, or left out where the new one is `...`."""
    return json.dumps({name: part for name, part in {**json.loads(event), **parts}.items() if part is not ...})


@pytest.mark.parametrize("data", [AGG_TRADE, wrapped(AGG_TRADE), AGG_TRADE.encode(), f"[{AGG_TRADE}]"])
def test_a_buyer_who_was_the_maker_means_the_taker_sold(data: str | bytes) -> None:
    assert parse(data) == [Trade("binance", "BTCUSDT", 1672515782136, RECV, 16578.5, 0.0125, "sell", "26129")]


def test_a_buyer_who_was_not_the_maker_means_the_taker_bought() -> None:
    (trade,) = parse(wrapped(changed(AGG_TRADE, m=False)))
    assert isinstance(trade, Trade)
    assert trade.side == "buy"


def test_a_plain_trade_has_its_own_id_and_not_an_order_id() -> None:
    data = (
        '{"e":"trade","E":1672515782140,"s":"BTCUSDT","t":12345,"p":"16578.50","q":"100","b":88,"a":50,'
        '"T":1672515782136,"m":true,"M":true}'
    )
    assert parse(data) == [Trade("binance", "BTCUSDT", 1672515782136, RECV, 16578.5, 100.0, "sell", "12345")]


def test_times_in_microseconds_are_read_as_milliseconds() -> None:
    (trade,) = parse(changed(AGG_TRADE, E=1672515782140123, T=1672515782136456))
    (quote,) = parse(changed(MINI_TICKER, E=1672515782999999))
    assert isinstance(trade, Trade)
    assert trade.ts_ms == 1672515782136
    assert isinstance(quote, Quote)
    assert quote.ts_ms == 1672515782999


@pytest.mark.parametrize("data", [MINI_TICKER, wrapped(MINI_TICKER, "btcusdt@miniTicker")])
def test_the_ticker_of_every_second_gives_the_last_price_alone(data: str) -> None:
    assert parse(data) == [Quote("binance", "BTCUSDT", 1672515782999, RECV, last=16578.51)]


@pytest.mark.parametrize(
    "data",
    [
        wrapped(changed(AGG_TRADE, s="BNBBTC"), "bnbbtc@aggTrade"),
        changed(AGG_TRADE, s="ETHUSDT", p="nonsense", m="nonsense"),
        '{"u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21","a":"25.36","A":"40.66"}',
        '{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[["0.0024","10"]],"a":[]}',
        '{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}',
        '{"e":"kline","E":1672515782136,"s":"BTCUSDT","k":{"t":1,"T":2,"s":"BTCUSDT","i":"1m","c":"16500","x":false}}',
        '{"e":"24hrTicker","E":1672515782136,"s":"BTCUSDT","c":{"of":"another type"}}',
        '{"stream":"btcusdt@depth20@100ms","data":{"lastUpdateId":160,"bids":[],"asks":[]}}',
        '{"stream":"!miniTicker@arr","data":[]}',
        '{"result":null,"id":1}',
        '{"result":["btcusdt@aggTrade"],"id":3}',
        "{}",
    ],
)
def test_other_symbols_other_channels_and_acknowledgements_are_passed_over(data: str) -> None:
    assert parse(data) == []


def test_an_announced_restart_asks_for_a_new_connection() -> None:
    event = '{"e":"serverShutdown","E":1770123456789}'
    assert parse(event) == [Reconnect("Binance announced a restart")]
    assert parse(wrapped(event, "!serverShutdown")) == [Reconnect("Binance announced a restart")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"code":2,"msg":"Invalid request: unknown","id":1}', "Invalid request: unknown (code 2)"),
        ('{"error":{"code":-1121,"msg":"Invalid symbol."},"id":1}', "Invalid symbol. (code -1121)"),
        ('{"error":"too many requests","id":1}', '"too many requests"'),
        ('{"code":0,"msg":"\\u001b[31mred\\u0007"}', "red (code 0)"),
        ('{"code":7}', "an error without a text (code 7)"),
        ('{"msg":"nothing but words"}', "nothing but words"),
    ],
)
def test_an_error_of_any_shape_is_a_refusal_in_plain_text(data: str, reason: str) -> None:
    assert parse(data) == [Refused(reason)]


@pytest.mark.parametrize(
    "parts",
    [
        {"p": "NaN"},
        {"p": "Infinity"},
        {"p": "-1"},
        {"p": "0"},
        {"p": ""},
        {"p": None},
        {"p": "free"},
        {"p": ...},
        {"p": True},
        {"p": ["16578.50"]},
        {"q": "0.0"},
        {"q": "-0.5"},
        {"q": ...},
        {"T": 0},
        {"T": -1672515782136},
        {"T": 16725157821},
        {"T": None},
        {"T": ...},
        {"T": "yesterday"},
        {"m": ...},
        {"m": "true"},
        {"m": None},
        {"a": ...},
        {"s": 5},
    ],
)
def test_a_trade_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(wrapped(changed(AGG_TRADE, **parts)))


@pytest.mark.parametrize("parts", [{"c": "0"}, {"c": ""}, {"c": "nan"}, {"c": ...}, {"E": ...}, {"E": "soon"}])
def test_a_ticker_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(changed(MINI_TICKER, **parts))


@pytest.mark.parametrize("event", [AGG_TRADE, MINI_TICKER, wrapped(AGG_TRADE)])
def test_a_frame_cut_off_anywhere_is_rejected(event: str) -> None:
    for end in range(len(event)):
        with pytest.raises((Reject, MsgspecError)):
            parse(event[:end])


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\x08\x00\xff",
        b'{"e":"\xff"}',
        "<html>blocked</html>",
        "null",
        "42",
        '"text"',
        "[1]x",
        '{"stream":"a"}',
    ],
)
def test_what_is_no_event_is_rejected(data: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(data)


def test_one_bad_event_of_an_array_spoils_no_other() -> None:
    good, bad, noise = MINI_TICKER, changed(MINI_TICKER, c="-1"), "7"
    quote, *rejected = parse(f"[{good},{bad},{noise}]")
    assert quote == Quote("binance", "BTCUSDT", 1672515782999, RECV, last=16578.51)
    assert [type(out) for out in rejected] == [Rejected, Rejected]
    assert isinstance(rejected[0], Rejected)
    assert rejected[0].reason == "last price is not above zero: -1"


def test_candles_come_oldest_first_with_the_running_one() -> None:
    rows = [ROW, [ROW[0] + 60000, "87500.0", "87501.0", "87499.0", "87500.5", "0", 0, "0", 0, "0", "0", "0"]]
    assert [*Parser().answer("binance", Http(KLINES, 200, json.dumps(rows)), RECV)] == [
        Bar("binance", "BTCUSDT", "1m", 1767225600000, 87480.0, 87510.0, 87470.0, 87500.0, 12.5),
        Bar("binance", "BTCUSDT", "1m", 1767225660000, 87500.0, 87501.0, 87499.0, 87500.5, 0.0),
    ]


@pytest.mark.parametrize("timeframe", TIMEFRAME_MS)
def test_every_time_frame_has_an_address_that_its_answer_is_recognised_by(timeframe: Timeframe) -> None:
    url = VENUE.bars(timeframe)
    assert url is not None
    for mapped in (url, url.replace("https://data-api.binance.vision", "http://127.0.0.1:8080/prefix")):
        (bar,) = Parser().answer("binance", Http(mapped, 200, json.dumps([ROW])), RECV)
        assert isinstance(bar, Bar)
        assert (bar.timeframe, bar.open_ms) == (timeframe, 1767225600000)


@pytest.mark.parametrize(
    "cell",
    [
        (1, "NaN"),
        (2, "87400.0"),
        (3, "-1"),
        (3, "87490.0"),
        (4, ""),
        (4, "0"),
        (5, "-0.1"),
        (0, 5),
        (0, None),
        (0, "x"),
    ],
)
def test_a_candle_that_cannot_be_believed_is_rejected_beside_the_good_ones(cell: tuple[int, object]) -> None:
    bad: list[object] = [*ROW]
    bad[cell[0]] = cell[1]
    outs = Parser().answer("binance", Http(KLINES, 200, json.dumps([bad, ROW, ROW[:3]])), RECV)
    assert [type(out) for out in outs] == [Rejected, Rejected, Bar]


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (451, '{"code":0,"msg":"Service unavailable from a restricted location"}', "HTTP 451.*restricted location"),
        (200, '{"code":-1121,"msg":"Invalid symbol."}', "Invalid symbol."),
        (200, "<!DOCTYPE html><title>Sorry</title>", "page"),
        (403, "<html>no</html>", "HTTP 403"),
        (200, "", "page"),
        (200, '[[1767225600000,"8', "truncated"),
    ],
)
def test_an_answer_without_candles_is_rejected_with_its_reason(status: int, text: str, reason: str) -> None:
    with pytest.raises((Reject, MsgspecError), match=reason):
        Parser().answer("binance", Http(KLINES, status, text), RECV)


@pytest.mark.parametrize(
    "url",
    [
        KLINES.replace("BTCUSDT", "ETHUSDT"),
        KLINES.replace("interval=1m", "interval=3m"),
        KLINES.replace("klines", "depth"),
    ],
)
def test_an_answer_to_another_question_makes_no_candles(url: str) -> None:
    with pytest.raises(Reject):
        Parser().answer("binance", Http(url, 200, json.dumps([ROW])), RECV)


def test_the_stream_is_subscribed_by_its_address() -> None:
    (stream,) = VENUE.streams
    assert VENUE.feed(stream) == "binance"
    assert stream.url == "wss://data-stream.binance.vision/stream?streams=btcusdt@aggTrade/btcusdt@miniTicker"
    assert (stream.hello, stream.ping, stream.liquidations) == ((), None, False)
    assert (VENUE.spot, VENUE.quote, VENUE.liquidations, VENUE.setup) == ("BTCUSDT", "USDT", "none", ())


def test_a_recording_gives_these_facts_and_no_others() -> None:
    decoder = Decoder({"binance": VENUE})
    outs = [out for frame in Recording(RECORDING) for out in decoder.decode(frame)]
    assert [out for out in outs if isinstance(out, Bar)] == [
        Bar("binance", "BTCUSDT", "1m", 1767257880000, 87480.0, 87510.0, 87470.0, 87500.0, 12.5),
        Bar("binance", "BTCUSDT", "1m", 1767257940000, 87500.0, 87505.0, 87490.0, 87495.0, 0.0),
    ]
    assert [(out.ts_ms, out.price, out.btc, out.side, out.id) for out in outs if isinstance(out, Trade)] == [
        (1767258000100, 87500.1, 0.012, "sell", "501"),
        (1767258000140, 87500.2, 0.3, "buy", "502"),
        (1767258001289, 87501.0, 0.001, "buy", "777001"),
    ]
    assert [(out.ts_ms, out.last) for out in outs if isinstance(out, Quote)] == [
        (1767258001000, 87500.2),
        (1767258002000, 87501.0),
        (1767258005000, 87499.5),
    ]
    assert [out.reason for out in outs if isinstance(out, Rejected)] == ["price is nan"]
    assert [out.reason for out in outs if isinstance(out, Refused)] == ["Invalid request: unknown variant (code 2)"]
    assert [type(out) for out in outs].count(Reconnect) == 1
    assert [type(out) for out in outs].count(FeedStatus) == 2
    assert len(outs) == 13
