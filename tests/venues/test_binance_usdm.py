"""Binance USD-M futures: frames in, facts out."""

import json
from pathlib import Path

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
from feeds.venue import Http, Out, Poll, Reconnect, Refused, Reject, Send
from feeds.venues._binance_futures import FuturesParser
from feeds.venues.binance_usdm import VENUE, Parser
from feeds.wire import Recording

RECORDING = Path(__file__).parents[1] / "fixtures" / "binance_usdm.jsonl"
ORDER = (
    '{"s":"BTCUSDT","S":"BUY","o":"LIMIT","f":"IOC","q":"0.014","p":"4793.91","ap":"4706.04","X":"FILLED",'
    '"l":"0.015","z":"0.014","T":1584059031421}'
)
COIN_M_ORDER = (
    '{"s":"BTCUSD_200925","ps":"BTCUSD","S":"SELL","o":"LIMIT","f":"IOC","q":"3","p":"9314.5","ap":"9352.7",'
    '"X":"FILLED","l":"3","z":"3","T":1594622954021}'
)
AGG_TRADE = (
    '{"e":"aggTrade","E":1616202009196,"a":389551486,"s":"BTCUSDT","p":"58665.00","q":"0.043","f":621622993,'
    '"l":621622993,"T":1616202009188,"m":false}'
)
MARK_PRICE = (
    '{"e":"markPriceUpdate","E":1597536008000,"s":"BTCUSDT","p":"11857.56000000","i":"11851.86949091",'
    '"r":"0.00015640","T":1597564800000}'
)
KLINES = "https://fapi.binance.com/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=500"
ROW = [1767225600000, "87480.0", "87510.0", "87470.0", "87500.0", "12.5", 1767225659999, "1093000.0", 8, "5", "4", "0"]
RECV = 1584059031500
DATED = "BTCUSDT_261225"
EXPIRY = 1_798_185_600_000  # 2026-12-25 08:00 UTC


def force(order: str = ORDER, **parts: object) -> str:
    """A liquidation's event, its order with some parts replaced, or left out where the new one is `...`."""
    return f'{{"e":"forceOrder","E":1584059031426,"o":{changed(order, **parts)}}}'


def changed(event: str, **parts: object) -> str:
    return json.dumps({name: part for name, part in {**json.loads(event), **parts}.items() if part is not ...})


def wrapped(event: str, stream: str = "btcusdt@forceOrder") -> str:
    return f'{{"stream":"{stream}","data":{event}}}'


def parse(data: str | bytes) -> list[Out]:
    return [*Parser().parse("binance_usdm", data, RECV)]


def liquidation(data: str) -> Liquidation:
    (out,) = parse(data)
    assert isinstance(out, Liquidation)
    return out


@pytest.mark.parametrize("data", [force(), wrapped(force()), wrapped(force()).encode()])
def test_an_order_that_bought_liquidated_a_short(data: str | bytes) -> None:
    (event,) = parse(data)
    assert isinstance(event, Liquidation)
    assert event == Liquidation(
        "binance_usdm", "BTCUSDT", 1584059031421, RECV, "short", 0.014, 0.014 * 4706.04, 4706.04, event.id
    )
    assert event.usd == pytest.approx(65.88456)


def test_an_order_that_sold_liquidated_a_long() -> None:
    assert liquidation(force(S="SELL")).position == "long"


def test_what_was_filled_counts_and_not_what_was_ordered_or_filled_last() -> None:
    event = liquidation(force(q="5", z="3", l="2"))
    assert (event.btc, event.usd) == (3.0, 3 * 4706.04)


@pytest.mark.parametrize("average", ["0", "0.00", "", None, ...])
def test_the_limit_price_serves_where_there_is_no_average_price(average: object) -> None:
    event = liquidation(force(ap=average))
    assert (event.price, event.usd) == (4793.91, 0.014 * 4793.91)


@pytest.mark.parametrize("state", ["NEW", "PARTIALLY_FILLED", "CANCELED", None])
def test_only_a_filled_order_is_a_liquidation(state: str | None) -> None:
    assert parse(force(X=state)) == []


@pytest.mark.parametrize(
    "parts",
    [
        {"z": "0"},
        {"z": "-0.014"},
        {"z": "NaN"},
        {"z": ""},
        {"z": ...},
        {"z": "1e300", "ap": "1e300"},
        {"ap": "NaN"},
        {"ap": "-4706.04"},
        {"ap": "0", "p": "0"},
        {"ap": "0", "p": ...},
        {"S": "Long"},
        {"S": "sell"},
        {"S": None},
        {"S": ...},
        {"X": ...},
        {"T": 0},
        {"T": ...},
    ],
)
def test_a_liquidation_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(wrapped(force(**parts)))


@pytest.mark.parametrize(
    "event",
    [
        force(COIN_M_ORDER),
        force(COIN_M_ORDER, s="BTCUSD_PERP", z="2304"),
        changed(force(), st=2, ps="BTCUSD"),
        changed(force(), st="2"),
    ],
)
def test_coin_margined_contracts_are_never_taken_for_bitcoin(event: str) -> None:
    assert parse(wrapped(event, "!forceOrder@arr")) == []


@pytest.mark.parametrize(
    "symbol",
    ["ETHUSDT", "ETHUSDC", "BTCUSDC_261225", "BTCDOMUSDT", "1000BTCUSDT", "BTCUSDT_", "BTCUSDT_26032", "btcusdt"],
)
def test_liquidations_of_other_contracts_are_passed_over_whatever_they_hold(symbol: str) -> None:
    assert parse(force(s=symbol, z={"of": "another type"}, X=5)) == []


def test_the_perpetual_in_usdc_counts_in_bitcoin() -> None:
    event = liquidation(wrapped(force(s="BTCUSDC", z="0.5"), "btcusdc@forceOrder"))
    assert (event.symbol, event.btc, event.usd) == ("BTCUSDC", 0.5, 0.5 * 4706.04)


def test_a_dated_contract_margined_in_dollars_counts_in_bitcoin() -> None:
    event = liquidation(wrapped(changed(force(s="BTCUSDT_261225", z="0.5"), st=1, ps="BTCUSDT"), "!forceOrder@arr"))
    assert (event.symbol, event.btc, event.usd) == ("BTCUSDT_261225", 0.5, 0.5 * 4706.04)


def test_the_stream_of_all_symbols_may_send_an_array() -> None:
    ours, other, bad = force(z="0.5"), force(s="ETHUSDT"), force(z="0")
    outs = parse(wrapped(f"[{other},{ours},{bad}]", "!forceOrder@arr"))
    assert [type(out) for out in outs] == [Liquidation, Rejected]
    assert [out.btc for out in outs if isinstance(out, Liquidation)] == [0.5]


def test_equal_rows_of_one_frame_are_two_events_and_one_seen_again_is_the_same_event() -> None:
    first, second = (out.id for out in parse(f"[{force()},{force()}]") if isinstance(out, Liquidation))
    assert second == f"{first}#2"
    assert liquidation(wrapped(force())).id == first


@pytest.mark.parametrize(
    "parts", [{"S": "SELL"}, {"z": "0.015"}, {"ap": "4706.05"}, {"T": 1584059031422}, {"s": "BTCUSDT_261225"}]
)
def test_every_part_of_a_liquidation_tells_it_from_others(parts: dict[str, object]) -> None:
    assert liquidation(force(**parts)).id != liquidation(force()).id


@pytest.mark.parametrize("data", [AGG_TRADE, wrapped(AGG_TRADE, "btcusdt@aggTrade")])
def test_a_trade_is_counted_in_bitcoin(data: str) -> None:
    assert parse(data) == [Trade("binance_usdm", "BTCUSDT", 1616202009188, RECV, 58665.0, 0.043, "buy", "389551486")]


def test_the_quantity_includes_what_retail_orders_improved() -> None:
    (trade,) = parse(changed(AGG_TRADE, nq="0.001", st=1, m=True))
    assert isinstance(trade, Trade)
    assert (trade.btc, trade.side) == (0.043, "sell")


@pytest.mark.parametrize("kind", ["INSURANCE_FUND", "ADL", "NA", "RPI"])
def test_what_is_no_market_trade_makes_no_price(kind: str) -> None:
    assert parse(changed(AGG_TRADE, X=kind, p="0", q="0")) == []
    assert len(parse(changed(AGG_TRADE, X="MARKET"))) == 1


@pytest.mark.parametrize(
    "parts", [{"p": "nan"}, {"p": "0"}, {"q": "-1"}, {"q": ...}, {"T": 1}, {"m": ...}, {"a": None}]
)
def test_a_trade_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(changed(AGG_TRADE, **parts))


@pytest.mark.parametrize("data", [MARK_PRICE, wrapped(MARK_PRICE, "btcusdt@markPrice@1s"), f"[{MARK_PRICE}]"])
def test_the_mark_price_comes_with_index_and_funding(data: str) -> None:
    assert parse(data) == [
        Quote("binance_usdm", "BTCUSDT", 1597536008000, RECV, mark=11857.56, index=11851.86949091),
        Funding("binance_usdm", "BTCUSDT", 1597536008000, RECV, 0.0001564, None, 1597564800000),
    ]


@pytest.mark.parametrize("rate", ["0.00000000", "-0.00015640"])
def test_a_funding_rate_may_be_zero_or_negative(rate: str) -> None:
    _, funding = parse(changed(MARK_PRICE, r=rate))
    assert isinstance(funding, Funding)
    assert funding.rate == float(rate)


@pytest.mark.parametrize(
    "parts", [{"r": ""}, {"T": 0}, {"r": "0.00000000", "T": 0}, {"r": None}, {"r": ...}, {"T": ...}]
)
def test_a_contract_without_funding_has_none_and_not_zero(parts: dict[str, object]) -> None:
    assert [type(out) for out in parse(changed(MARK_PRICE, **parts))] == [Quote]


@pytest.mark.parametrize("index", ["", "0", None, ...])
def test_an_index_that_is_not_given_is_not_known(index: object) -> None:
    quote, _ = parse(changed(MARK_PRICE, i=index))
    assert isinstance(quote, Quote)
    assert (quote.mark, quote.index) == (11857.56, None)


@pytest.mark.parametrize(
    "parts", [{"p": "0"}, {"p": ""}, {"p": ...}, {"i": "-1"}, {"r": "NaN"}, {"r": "x"}, {"T": 5}, {"E": 0}]
)
def test_a_mark_price_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(changed(MARK_PRICE, **parts))


@pytest.mark.parametrize(
    "data",
    [
        changed(MARK_PRICE, s="BTCUSDT_261225", r="", T=0),
        changed(MARK_PRICE, s="ETHUSDT", p={"of": "another type"}),
        changed(AGG_TRADE, s="BTCUSDT_261225"),
        changed(AGG_TRADE, e="trade"),  # never documented here, and the same trades as aggTrade's
        '{"stream":"sushiusdt@bookTicker","data":{"e":"bookTicker","u":600859600576,"s":"SUSHIUSDT","b":"7.6110"}}',
        '{"e":"kline","E":1626992741424,"s":"BTCUSDT","k":{"t":1626992700000,"x":false}}',
        '{"e":"contractInfo","E":1626992741424,"s":"BTCUSDT","ps":"BTCUSDT","bks":[{"bs":1}]}',
        '{"result":null,"id":1}',
    ],
)
def test_other_symbols_and_channels_are_passed_over(data: str) -> None:
    assert parse(data) == []


def test_errors_are_refusals_and_a_restart_asks_for_a_new_connection() -> None:
    assert parse('{"error":{"code":2,"msg":"Invalid request"},"id":1}') == [Refused("Invalid request (code 2)")]
    assert parse('{"e":"serverShutdown","E":1770123456789}') == [Reconnect("Binance announced a restart")]


@pytest.mark.parametrize("event", [wrapped(force()), MARK_PRICE])
def test_a_frame_cut_off_anywhere_is_rejected(event: str) -> None:
    for end in range(len(event)):
        with pytest.raises((Reject, MsgspecError)):
            parse(event[:end])


@pytest.mark.parametrize("data", [b"\x00\xff", "not json", "3", '{"e":"forceOrder"}', '{"e":"forceOrder","o":[]}'])
def test_what_is_no_event_is_rejected(data: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(data)


@pytest.mark.parametrize("timeframe", TIMEFRAME_MS)
def test_every_time_frame_has_an_address_that_its_answer_is_recognised_by(timeframe: Timeframe) -> None:
    url = VENUE.bars(timeframe)
    assert url is not None
    assert [*Parser().answer("binance_usdm", Http(url, 200, json.dumps([ROW])), RECV)] == [
        Bar("binance_usdm", "BTCUSDT", timeframe, 1767225600000, 87480.0, 87510.0, 87470.0, 87500.0, 12.5)
    ]


@pytest.mark.parametrize(
    ("url", "status", "text"),
    [
        (KLINES, 451, '{"code":0,"msg":"Service unavailable from a restricted location"}'),
        (KLINES, 200, "<html>sorry</html>"),
        (KLINES, 200, '{"code":-1121,"msg":"Invalid symbol."}'),
        (KLINES.replace("BTCUSDT", "ETHUSDT"), 200, json.dumps([ROW])),
        (KLINES.replace("klines", "markPriceKlines"), 200, json.dumps([ROW])),
        (KLINES.replace("interval=1m", "interval=2m"), 200, json.dumps([ROW])),
    ],
)
def test_an_answer_without_our_candles_is_rejected(url: str, status: int, text: str) -> None:
    with pytest.raises(Reject):
        Parser().answer("binance_usdm", Http(url, status, text), RECV)


def listed(symbol: str = DATED, **parts: object) -> dict[str, object]:
    row = {"symbol": symbol, "pair": "BTCUSDT", "contractType": "CURRENT_QUARTER", "deliveryDate": EXPIRY}
    row |= {"status": "TRADING", "marginAsset": "USDT", "filters": [{"filterType": "LOT_SIZE"}]} | parts
    return {name: part for name, part in row.items() if part is not ...}


def answer(path: str, body: object, parser: FuturesParser | None = None, recv_ms: int = RECV) -> list[Out]:
    http = Http(f"https://fapi.binance.com/fapi/v1/{path}", 200, json.dumps(body))
    return [*(parser or Parser()).answer("binance_usdm.http", http, recv_ms)]


def test_open_interest_is_read_in_bitcoin() -> None:
    body = {"symbol": "BTCUSDT", "openInterest": "84617.188", "time": 1654336844754}
    assert answer("openInterest?symbol=BTCUSDT", body) == [
        OpenInterest("binance_usdm", "BTCUSDT", 1654336844754, RECV, 84617.188)
    ]


@pytest.mark.parametrize(
    "parts",
    [{"openInterest": "0"}, {"openInterest": "-3"}, {"openInterest": "NaN"}, {"time": 0}, {"symbol": "ETHUSDT"}],
)
def test_open_interest_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    body = {"symbol": "BTCUSDT", "openInterest": "84617.188", "time": 1654336844754, **parts}
    assert [type(out) for out in answer("openInterest?symbol=BTCUSDT", body)] == [Rejected]


def test_the_perpetual_and_the_dated_contracts_are_listed_in_bitcoin() -> None:
    perpetual = listed("BTCUSDT", contractType="PERPETUAL", deliveryDate=4133404800000)
    assert answer("exchangeInfo", {"symbols": [perpetual, listed()]}) == [
        Instrument("binance_usdm", "BTCUSDT", "perpetual", "USDT", False, 1.0),
        Instrument("binance_usdm", DATED, "future", "USDT", False, 1.0, EXPIRY),
    ]


@pytest.mark.parametrize(
    "row",
    [
        listed("BTCUSD_PERP", marginAsset="BTC", status=..., contractStatus="TRADING", contractSize=100),
        listed("BTCUSD_261225", marginAsset="BTC", status=..., contractStatus="TRADING", contractSize=100),
        listed(marginAsset="BTC"),
        listed("BTCUSDC_261225", marginAsset="USDC"),
        listed("ETHUSDT_261225"),
        listed("BTCDOMUSDT", contractType="PERPETUAL"),
        listed("BTCUSDT", contractType="TRADIFI_PERPETUAL"),
        listed(status="SETTLING"),
        listed(deliveryDate=RECV),
    ],
)
def test_inverse_rows_other_coins_and_what_is_not_traded_are_not_listed(row: dict[str, object]) -> None:
    assert answer("exchangeInfo", {"symbols": [row]}) == []


def test_listed_dated_contracts_are_quoted_and_the_inverse_rows_of_the_answer_are_not() -> None:
    parser = Parser()
    answer("exchangeInfo", {"symbols": [listed()]}, parser)
    premium = {"symbol": DATED, "markPrice": "81200.5", "indexPrice": "80100.25", "lastFundingRate": "", "time": RECV}
    rows = [premium | {"symbol": symbol} for symbol in ("BTCUSDT", "BTCUSD_PERP", "BTCUSD_261225", "ETHUSDT_261225")]
    assert answer("premiumIndex", [*rows, premium], parser) == [
        Quote("binance_usdm", DATED, RECV, RECV, mark=81200.5, index=80100.25)
    ]
    assert answer("premiumIndex", [*rows, premium], parser, EXPIRY) == []
    assert [type(out) for out in answer("premiumIndex", [premium | {"markPrice": "0"}], parser)] == [Rejected]


def test_contracts_open_interest_and_dated_prices_are_asked_for() -> None:
    assert VENUE.setup == ("https://fapi.binance.com/fapi/v1/exchangeInfo",)
    assert VENUE.polls == (
        Poll("https://fapi.binance.com/fapi/v1/openInterest?symbol=BTCUSDT", 30.0),
        Poll("https://fapi.binance.com/fapi/v1/premiumIndex", 60.0),
    )


def test_the_stream_is_on_the_path_that_still_speaks() -> None:
    (stream,) = VENUE.streams
    assert VENUE.feed(stream) == "binance_usdm"
    assert stream.url == (
        "wss://fstream.binance.com/market/stream"
        "?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/btcusdt@forceOrder/btcusdc@forceOrder"
    )
    assert (stream.hello, stream.ping, stream.limit_s, stream.liquidations) == ((), None, 10.0, True)
    assert (VENUE.spot, VENUE.liquidations, VENUE.prices) == (None, "sampled", ("BTCUSDT",))


def test_liquidations_of_dated_contracts_are_asked_for_once_their_names_are_known() -> None:
    parser = Parser()
    parser.opened("binance_usdm", RECV)
    url = "https://fapi.binance.com/fapi/v1/exchangeInfo"
    parser.answer(
        "binance_usdm.http", Http(url, 200, json.dumps({"symbols": [listed(), listed("BTCUSDT_270326")]})), RECV
    )
    asked = '{"method":"SUBSCRIBE","params":["btcusdt_261225@forceOrder","btcusdt_270326@forceOrder"],"id":1}'
    assert [*parser.parse("binance_usdm", '{"result":null,"id":1}', RECV)] == [Send(asked)]
    assert [*parser.parse("binance_usdm", '{"result":null,"id":1}', RECV)] == []
    parser.opened("binance_usdm", RECV)
    assert [*parser.parse("binance_usdm", '{"result":null,"id":1}', RECV)] == [Send(asked)]


def test_a_recording_gives_these_facts_and_no_others() -> None:
    decoder = Decoder({"binance_usdm": VENUE})
    outs = [out for frame in Recording(RECORDING) for out in decoder.decode(frame)]
    liquidations = [out for out in outs if isinstance(out, Liquidation)]
    assert [(out.symbol, out.ts_ms, out.position, out.btc, out.price) for out in liquidations] == [
        ("BTCUSDT", 1767258001490, "long", 0.5, 87400.0),
        ("BTCUSDT", 1767258002490, "short", 0.02, 88000.0),
        ("BTCUSDT_260327", 1767258002690, "long", 0.1, 88100.0),
    ]
    assert [out.usd for out in liquidations] == pytest.approx([43700.0, 1760.0, 8810.0])
    assert [(out.price, out.btc, out.side, out.id) for out in outs if isinstance(out, Trade)] == [
        (87490.0, 0.25, "sell", "9001"),
        (87491.5, 1.0, "buy", "9002"),
    ]
    assert [(out.mark, out.index) for out in outs if isinstance(out, Quote)] == [
        (87488.12, 87501.99),
        (87480.0, 87495.0),
    ]
    assert [(out.rate, out.next_ms) for out in outs if isinstance(out, Funding)] == [
        (0.0001, 1767283200000),
        (-0.000025, 1767283200000),
    ]
    assert [(out.timeframe, out.close, out.btc) for out in outs if isinstance(out, Bar)] == [("1h", 87500.0, 8200.125)]
    assert [out.reason for out in outs if isinstance(out, Rejected)] == ["filled quantity is not above zero: 0"]
    assert [out.reason for out in outs if isinstance(out, Refused)] == ["Invalid JSON (code 3)"]
    assert [type(out) for out in outs].count(FeedStatus) == 1
    assert len(outs) == 13
