"""Binance COIN-M futures: contracts of dollars, the half of the merged streams that is theirs, lists and answers."""

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
from feeds.venue import Http, Out, Poll, Reconnect, Refused, Reject
from feeds.venues import binance_usdm
from feeds.venues._binance_futures import FuturesParser
from feeds.venues.binance_coinm import VENUE, Parser
from feeds.wire import Recording

RECORDING = Path(__file__).parents[1] / "fixtures" / "binance_coinm.jsonl"
NAME, PERP, DATED = "binance_coinm", "BTCUSD_PERP", "BTCUSD_261225"
NOW = 1_790_000_000_000
EXPIRY = 1_798_185_600_000  # 2026-12-25 08:00 UTC
ORDER = (
    '{"s":"BTCUSD_200925","ps":"BTCUSD","S":"SELL","o":"LIMIT","f":"IOC","q":"3","p":"9314.5","ap":"9352.7",'
    '"X":"FILLED","l":"3","z":"3","T":1594622954021}'
)
LINEAR_ORDER = (
    '{"s":"BTCUSDT","S":"BUY","o":"LIMIT","f":"IOC","q":"0.014","p":"4793.91","ap":"4706.04","X":"FILLED",'
    '"l":"0.015","z":"0.014","T":1584059031421}'
)
AGG_TRADE = (
    '{"e":"aggTrade","E":1591261134288,"a":424951,"s":"BTCUSD_PERP","p":"9600.0","q":"24","f":606073,"l":606073,'
    '"T":1591261134199,"m":false,"nq":"24","st":2}'
)
MARK_PRICE = (
    '{"e":"markPriceUpdate","E":1596095725000,"s":"BTCUSD_PERP","p":"11012.31359011","P":"10962.17178236",'
    '"i":"10933.62615417","r":"-0.00010000","T":1596096000000,"st":1}'
)
REST = "https://dapi.binance.com/dapi/v1"


def changed(event: str, **parts: object) -> str:
    """An event with some parts replaced, or left out where the new one is `...`."""
    return json.dumps({name: part for name, part in {**json.loads(event), **parts}.items() if part is not ...})


def force(order: str = ORDER, st: object = ..., **parts: object) -> str:
    return changed('{"e":"forceOrder","E":1594622954023}', o=json.loads(changed(order, **parts)), st=st)


def wrapped(data: str, stream: str = "btcusd_perp@forceOrder") -> str:
    return f'{{"stream":"{stream}","data":{data}}}'


def parse(data: str | bytes, parser: FuturesParser | None = None, recv_ms: int = NOW) -> list[Out]:
    return [*(parser or Parser()).parse(NAME, data, recv_ms)]


def liquidation(data: str, parser: FuturesParser | None = None) -> Liquidation:
    (out,) = parse(data, parser)
    assert isinstance(out, Liquidation)
    return out


def listed(symbol: str = PERP, **parts: object) -> dict[str, object]:
    perpetual = {"contractType": "PERPETUAL", "deliveryDate": 4133404800000}
    dated = {"contractType": "CURRENT_QUARTER", "deliveryDate": EXPIRY}
    row = {"symbol": symbol, "pair": "BTCUSD", "contractStatus": "TRADING", "contractSize": 100, "marginAsset": "BTC"}
    row |= {"filters": [{"filterType": "LOT_SIZE", "stepSize": "1"}]} | (perpetual if symbol == PERP else dated) | parts
    return {name: part for name, part in row.items() if part is not ...}


def answer(
    path: str, body: object, parser: FuturesParser | None = None, recv_ms: int = NOW, status: int = 200
) -> list[Out]:
    text = body if isinstance(body, str) else json.dumps(body)
    return [*(parser or Parser()).answer(f"{NAME}.http", Http(f"{REST}/{path}", status, text), recv_ms)]


def contracts(*rows: object, parser: FuturesParser | None = None, recv_ms: int = NOW) -> list[Out]:
    return answer("exchangeInfo", {"timezone": "UTC", "serverTime": NOW, "symbols": rows}, parser, recv_ms)


def premium(symbol: str = DATED, **parts: object) -> dict[str, object]:
    row = {"symbol": symbol, "pair": "BTCUSD", "markPrice": "81200.5", "indexPrice": "80100.25", "time": NOW - 40}
    row |= {"estimatedSettlePrice": "80000", "lastFundingRate": "", "interestRate": "", "nextFundingTime": 0} | parts
    return {name: part for name, part in row.items() if part is not ...}


def open_interest(**parts: object) -> dict[str, object]:
    row = {"symbol": PERP, "pair": "BTCUSD", "openInterest": "5827897", "contractType": "PERPETUAL", "time": NOW - 90}
    return {name: part for name, part in {**row, **parts}.items() if part is not ...}


def with_mark(price: str = "80000", recv_ms: int = NOW) -> FuturesParser:
    parser = Parser()
    parse(changed(MARK_PRICE, p=price), parser, recv_ms)
    return parser


# Liquidations: contracts of 100 dollars, and the side of the order.


@pytest.mark.parametrize("data", [force(), wrapped(force()), wrapped(force()).encode(), f"[{force()}]"])
def test_three_contracts_sold_liquidated_a_long_of_three_hundred_dollars(data: str | bytes) -> None:
    (event,) = parse(data)
    assert isinstance(event, Liquidation)
    assert event == Liquidation(
        NAME, "BTCUSD_200925", 1594622954021, NOW, "long", 300 / 9352.7, 300.0, 9352.7, event.id
    )
    assert event.btc == pytest.approx(0.032076, abs=1e-6)


def test_an_order_that_bought_liquidated_a_short() -> None:
    assert liquidation(force(S="BUY")).position == "short"


def test_2304_contracts_are_230400_dollars_and_no_2304_bitcoin() -> None:
    event = liquidation(wrapped(force(s=PERP, z="2304", ap="76800", st=2), "!forceOrder@arr"))
    assert (event.symbol, event.usd, event.btc) == (PERP, 230_400.0, 3.0)


def test_what_was_filled_counts_and_not_what_was_ordered_or_filled_last() -> None:
    assert liquidation(force(q="9", z="4", l="2")).usd == 400.0


@pytest.mark.parametrize("average", ["0", "", None, ...])
def test_the_limit_price_serves_where_there_is_no_average_price(average: object) -> None:
    event = liquidation(force(ap=average))
    assert (event.price, event.usd, event.btc) == (9314.5, 300.0, 300 / 9314.5)


@pytest.mark.parametrize("state", ["NEW", "PARTIALLY_FILLED", None])
def test_only_a_filled_order_is_a_liquidation(state: str | None) -> None:
    assert parse(force(X=state)) == []


@pytest.mark.parametrize(
    "parts",
    [
        {"z": "0"},
        {"z": "-3"},
        {"z": "NaN"},
        {"z": ""},
        {"z": ...},
        {"z": "1e300"},
        {"ap": "NaN"},
        {"ap": "-1"},
        {"ap": "0", "p": "0"},
        {"S": "Long"},
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


def test_numbers_may_come_as_numbers_and_new_fields_may_come() -> None:
    event = liquidation(force(z=3, ap=9352.7, T="1594622954021", new={"a": 1}))
    assert event == liquidation(force())


# The merged streams: one universe on both hosts, each contract counted by one of the two venues.


@pytest.mark.parametrize(
    "symbol",
    ["BTCUSDT", "BTCUSDT_261225", "BTCUSDC", "ETHUSD_PERP", "BTCUSD", "BTCUSD_", "BTCUSD_26122", "btcusd_perp"],
)
@pytest.mark.parametrize("st", [1, 2, ...])
def test_only_the_rows_of_coin_margined_bitcoin_are_taken_whatever_the_others_hold(symbol: str, st: object) -> None:
    assert parse(force(s=symbol, st=st, z={"of": "another type"}, X=5)) == []


@pytest.mark.parametrize("st", [1, 2, "1", "2", None, ...])
def test_the_name_tells_the_market_whatever_st_says(st: object) -> None:
    """The documentation's own samples have contracts of COIN-M with the number of USD-M."""
    assert liquidation(force(st=st)).usd == 300.0


def test_each_row_of_the_merged_stream_is_counted_by_exactly_one_of_the_two_venues() -> None:
    rows = [
        force(LINEAR_ORDER, st=1),
        force(s=PERP, st=2),
        force(LINEAR_ORDER, s="BTCUSDT_261225", st=1),
        force(s=DATED, st=2, S="BUY"),
        force(LINEAR_ORDER, s="ETHUSDT", st=1),
        force(s="ETHUSD_PERP", st=2),
    ]
    merged = wrapped(f"[{','.join(rows)}]", "!forceOrder@arr")
    here = [out for out in parse(merged) if isinstance(out, Liquidation)]
    there = [out for out in binance_usdm.Parser().parse("binance_usdm", merged, NOW) if isinstance(out, Liquidation)]
    assert [(out.venue, out.symbol, out.position, out.usd) for out in here] == [
        (NAME, PERP, "long", 300.0),
        (NAME, DATED, "short", 300.0),
    ]
    assert [(out.venue, out.symbol, out.btc) for out in there] == [
        ("binance_usdm", "BTCUSDT", 0.014),
        ("binance_usdm", "BTCUSDT_261225", 0.014),
    ]


def test_equal_rows_of_one_frame_are_two_events_and_one_seen_again_is_the_same_event() -> None:
    first, second = (out.id for out in parse(f"[{force()},{force()}]") if isinstance(out, Liquidation))
    assert second == f"{first}#2"
    assert liquidation(wrapped(force(st=2), "!forceOrder@arr")).id == first


@pytest.mark.parametrize("parts", [{"S": "BUY"}, {"z": "4"}, {"ap": "9352.8"}, {"T": 1594622954022}, {"s": DATED}])
def test_every_part_of_a_liquidation_tells_it_from_others(parts: dict[str, object]) -> None:
    assert liquidation(force(**parts)).id != liquidation(force()).id


def test_one_bad_row_of_an_array_is_rejected_beside_the_good_ones() -> None:
    outs = parse(wrapped(f"[{force(z='0')},{force()}]", "!forceOrder@arr"))
    assert [type(out) for out in outs] == [Rejected, Liquidation]


# Trades, mark price, funding.


@pytest.mark.parametrize("data", [AGG_TRADE, wrapped(AGG_TRADE, "btcusd_perp@aggTrade")])
def test_a_trade_of_contracts_is_sized_in_bitcoin_by_its_price(data: str) -> None:
    assert parse(data) == [Trade(NAME, PERP, 1591261134199, NOW, 9600.0, 0.25, "buy", "424951")]


def test_a_buyer_that_made_the_market_means_a_taker_that_sold() -> None:
    (trade,) = parse(changed(AGG_TRADE, m=True))
    assert isinstance(trade, Trade)
    assert trade.side == "sell"


@pytest.mark.parametrize("kind", ["INSURANCE_FUND", "ADL", "NA", "RPI"])
def test_what_is_no_market_trade_makes_no_price(kind: str) -> None:
    assert parse(changed(AGG_TRADE, X=kind)) == []


@pytest.mark.parametrize(
    "parts", [{"p": "nan"}, {"p": "0"}, {"q": "-1"}, {"q": ...}, {"T": 1}, {"m": ...}, {"a": None}]
)
def test_a_trade_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(changed(AGG_TRADE, **parts))


def test_the_mark_price_comes_with_index_and_funding() -> None:
    assert parse(wrapped(MARK_PRICE, "btcusd_perp@markPrice@1s")) == [
        Quote(NAME, PERP, 1596095725000, NOW, mark=11012.31359011, index=10933.62615417),
        Funding(NAME, PERP, 1596095725000, NOW, -0.0001, None, 1596096000000),
    ]


def test_an_index_that_is_not_given_is_not_known_and_a_rate_of_zero_is_a_rate() -> None:
    quote, funding = parse(changed(MARK_PRICE, i=..., r="0.00000000"))
    assert isinstance(quote, Quote)
    assert isinstance(funding, Funding)
    assert (quote.index, funding.rate) == (None, 0.0)


@pytest.mark.parametrize(
    "data",
    [
        changed(MARK_PRICE, s=DATED, r="", T=0),
        changed(MARK_PRICE, s="BTCUSDT"),
        changed(AGG_TRADE, s=DATED),
        changed(AGG_TRADE, s="BTCUSDT", q={}),
        '{"e":"indexPriceUpdate","E":1591261236000,"i":"BTCUSD","p":"9636.57860000"}',
        '{"e":"contractInfo","E":1626992741424,"s":"BTCUSD_PERP","ps":"BTCUSD","st":2}',
        '{"result":null,"id":1}',
    ],
)
def test_other_symbols_and_channels_are_passed_over(data: str) -> None:
    assert parse(data) == []


@pytest.mark.parametrize(
    "error", ['{"code":2,"msg":"Invalid request","id":1}', '{"error":{"code":2,"msg":"Invalid request"},"id":1}']
)
def test_errors_are_refusals_flat_or_nested(error: str) -> None:
    assert parse(error) == [Refused("Invalid request (code 2)")]


def test_an_announced_restart_asks_for_a_new_connection() -> None:
    assert parse('{"e":"serverShutdown","E":1770123456789}') == [Reconnect("Binance announced a restart")]


@pytest.mark.parametrize("event", [wrapped(force()), MARK_PRICE, AGG_TRADE])
def test_a_frame_cut_off_anywhere_is_rejected(event: str) -> None:
    for end in range(len(event)):
        with pytest.raises((Reject, MsgspecError)):
            parse(event[:end])


@pytest.mark.parametrize("data", [b"\x1f\x8b\x00", "<html>", "3", '{"e":"forceOrder"}', '{"e":"forceOrder","o":[]}'])
def test_what_is_no_event_is_rejected(data: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(data)


# Contracts.


def test_contracts_are_listed_with_their_size_and_the_dated_with_their_expiry() -> None:
    assert contracts(listed(), listed(DATED)) == [
        Instrument(NAME, PERP, "perpetual", "USD", True, 100.0),
        Instrument(NAME, DATED, "future", "USD", True, 100.0, EXPIRY),
    ]


@pytest.mark.parametrize(
    "row",
    [
        listed("ETHUSD_PERP", contractSize=10),
        listed("BTCUSDT", marginAsset="USDT", contractSize=...),
        listed(PERP, marginAsset="USDT"),
        listed(PERP, contractType="TRADIFI_PERPETUAL"),
        listed(DATED, contractStatus="PENDING_TRADING"),
        listed(DATED, contractStatus="DELIVERED"),
        listed(DATED, deliveryDate=NOW),
        listed(DATED, deliveryDate=NOW - 1),
        listed("ETHUSD_261225", contractSize={"of": "another type"}),
    ],
)
def test_other_coins_and_contracts_that_are_not_traded_or_have_expired_are_not_listed(row: dict[str, object]) -> None:
    assert contracts(row) == []


def test_a_change_of_the_contract_size_is_a_new_instrument_and_counts_from_then_on() -> None:
    parser = Parser()
    assert liquidation(force(s=PERP), parser).usd == 300.0
    assert contracts(listed(contractSize="10"), parser=parser) == [
        Instrument(NAME, PERP, "perpetual", "USD", True, 10.0)
    ]
    assert liquidation(force(s=PERP), parser).usd == 30.0
    assert liquidation(force(s=DATED), parser).usd == 300.0


@pytest.mark.parametrize("size", [0, -100, "", "x", None, ..., "NaN", {"a": 1}])
def test_a_contract_size_of_zero_or_garbage_is_rejected_and_the_old_one_kept(size: object) -> None:
    parser = Parser()
    contracts(listed(contractSize=10), parser=parser)
    outs = contracts(listed(contractSize=size), listed(DATED), parser=parser)
    assert [type(out) for out in outs] == [Rejected, Instrument]
    assert liquidation(force(s=PERP), parser).usd == 30.0


@pytest.mark.parametrize("date", [0, None, "", ..., "soon"])
def test_a_dated_contract_without_a_date_is_rejected(date: object) -> None:
    assert [type(out) for out in contracts(listed(DATED, deliveryDate=date))] == [Rejected]


def test_five_thousand_contracts_of_others_give_one_of_ours() -> None:
    others: list[dict[str, object]] = [listed(f"X{number}USD_PERP") for number in range(5_000)]
    assert contracts(*others, listed()) == [Instrument(NAME, PERP, "perpetual", "USD", True, 100.0)]


# Prices of the dated contracts.


def dated() -> FuturesParser:
    parser = Parser()
    contracts(listed(), listed(DATED), parser=parser)
    return parser


def test_a_listed_contract_is_quoted_by_mark_and_index() -> None:
    assert answer("premiumIndex?pair=BTCUSD", [premium()], dated()) == [
        Quote(NAME, DATED, NOW - 40, NOW, mark=81200.5, index=80100.25)
    ]


def test_one_row_may_come_without_a_list_around_it() -> None:
    assert len(answer("premiumIndex?symbol=BTCUSD_261225", premium(), dated())) == 1


def test_the_answer_may_hold_every_symbol_though_one_pair_was_asked_for() -> None:
    rows = [premium("ETHUSD_261225"), premium("BTCUSDT_261225"), premium(PERP), premium("BTCUSD_270326"), premium()]
    assert [out.symbol for out in answer("premiumIndex?pair=BTCUSD", rows, dated()) if isinstance(out, Quote)] == [
        DATED
    ]


def test_what_is_not_listed_or_has_expired_is_not_quoted() -> None:
    assert answer("premiumIndex", [premium()]) == []
    assert len(answer("premiumIndex", [premium()], dated(), EXPIRY - 1)) == 1
    assert answer("premiumIndex", [premium()], dated(), EXPIRY) == []
    parser = dated()
    contracts(listed(DATED, contractStatus="SETTLING"), parser=parser)
    assert answer("premiumIndex", [premium()], parser) == []


def test_a_missing_index_is_not_known_and_a_missing_mark_is_rejected() -> None:
    assert answer("premiumIndex", [premium(indexPrice="")], dated()) == [
        Quote(NAME, DATED, NOW - 40, NOW, mark=81200.5)
    ]
    for part in ({"markPrice": "0"}, {"markPrice": "NaN"}, {"markPrice": ...}, {"time": 0}, {"indexPrice": "-1"}):
        assert [type(out) for out in answer("premiumIndex", [premium(**part)], dated())] == [Rejected]


# Open interest.


@pytest.mark.parametrize("body", [open_interest(), [open_interest()]])
def test_open_interest_is_contracts_and_becomes_bitcoin_at_the_mark_price(body: object) -> None:
    assert answer("openInterest?symbol=BTCUSD_PERP", body, with_mark("80000")) == [
        OpenInterest(NAME, PERP, NOW - 90, NOW, 582_789_700 / 80_000)
    ]


def test_open_interest_is_not_known_without_a_mark_price_of_the_last_minute() -> None:
    assert answer("openInterest", open_interest()) == []
    assert len(answer("openInterest", open_interest(), with_mark(), NOW + 60_000)) == 1
    assert answer("openInterest", open_interest(), with_mark(), NOW + 60_001) == []


def test_open_interest_is_counted_by_the_contract_size_that_was_read() -> None:
    parser = with_mark("80000")
    contracts(listed(contractSize=10), parser=parser)
    (out,) = answer("openInterest", open_interest(openInterest="8000"), parser)
    assert isinstance(out, OpenInterest)
    assert out.btc == 1.0


@pytest.mark.parametrize(
    "parts", [{"openInterest": "0"}, {"openInterest": "-1"}, {"openInterest": ""}, {"time": 0}, {"symbol": DATED}]
)
def test_open_interest_that_cannot_be_believed_is_rejected(parts: dict[str, object]) -> None:
    assert [type(out) for out in answer("openInterest", open_interest(**parts), with_mark())] == [Rejected]


@pytest.mark.parametrize("path", ["exchangeInfo", "premiumIndex?pair=BTCUSD", "openInterest?symbol=BTCUSD_PERP"])
@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (200, "<html>sorry</html>", "page"),
        (451, '{"code":0,"msg":"Service unavailable from a restricted location"}', "HTTP 451"),
        (200, '{"code":-1121,"msg":"Invalid \\u001b[31msymbol."}', "Invalid symbol."),
        (200, "{}", "an answer without"),
        (200, '{"symbols":', "truncated"),
    ],
)
def test_an_answer_without_data_is_rejected_with_its_reason(path: str, status: int, text: str, reason: str) -> None:
    with pytest.raises((Reject, MsgspecError), match=reason):
        answer(path, text, status=status)


@pytest.mark.parametrize("path", ["klines?symbol=BTCUSD_PERP&interval=1m", "ticker/24hr", "depth"])
def test_an_answer_that_nobody_asked_for_is_rejected(path: str) -> None:
    with pytest.raises(Reject):
        answer(path, [[NOW, "1", "1", "1", "1", "1"]])


# The venue.


def test_the_stream_tries_the_unsplit_address_and_then_the_split_one() -> None:
    (stream,) = VENUE.streams
    streams = "stream?streams=btcusd_perp@aggTrade/btcusd_perp@markPrice@1s/btcusd_perp@forceOrder"
    assert stream.url == f"wss://dstream.binance.com/{streams}"
    assert stream.fallbacks == (f"wss://dstream.binance.com/market/{streams}",)
    assert (stream.hello, stream.ping, stream.limit_s, stream.liquidations) == ((), None, 10.0, True)
    assert (VENUE.spot, VENUE.liquidations, VENUE.prices, VENUE.missed(0, NOW)) == (None, "sampled", (PERP,), ())


def test_contracts_open_interest_and_dated_prices_are_asked_for() -> None:
    assert VENUE.setup == (f"{REST}/exchangeInfo",)
    assert VENUE.polls == (
        Poll(f"{REST}/openInterest?symbol=BTCUSD_PERP", 30.0),
        Poll(f"{REST}/premiumIndex?pair=BTCUSD", 60.0),
    )


def test_a_recording_gives_these_totals_and_no_others() -> None:
    session = Session(State({NAME: VENUE}), Engine("replay", "a test", 0, writing=False))
    for frame in Recording(RECORDING):
        session.frame(frame)
    metrics: dict[str, Any] = session.snapshot()["metrics"]
    assert {side: metrics[f"liq.{side}.usd.1h"].value for side in ("long", "short")} == {
        "long": 240_700.0,
        "short": 1_600.0,
    }
    assert metrics["liq.long.btc.1h"].value == pytest.approx(230_400 / 76_800 + 300 / 80_000 + 10_000 / 80_000)
    assert metrics["liq.short.btc.1h"].value == pytest.approx(0.02)
    assert [metrics[f"liq.{side}.count.1h"].value for side in ("long", "short")] == [3, 1]
    assert metrics[f"btc.{NAME}.price"].value == 79_990.5
    assert session.state.feeds[NAME].rejected == 2


def test_a_recording_gives_these_facts_of_contracts_and_no_others() -> None:
    decoder = Decoder({NAME: VENUE})
    outs = [out for frame in Recording(RECORDING) for out in decoder.decode(frame)]
    assert [(out.symbol, out.contract, out.expiry_ms) for out in outs if isinstance(out, Instrument)] == [
        (PERP, 100.0, None),
        (DATED, 100.0, EXPIRY),
    ]
    assert [(out.symbol, out.mark, out.index) for out in outs if isinstance(out, Quote)] == [
        (DATED, 81_200.5, 80_100.25),
        (PERP, 80_000.0, 80_100.0),
        (PERP, 80_010.5, 80_101.0),
    ]
    assert [(out.symbol, out.btc) for out in outs if isinstance(out, OpenInterest)] == [(PERP, 582_789_700 / 80_010.5)]
    assert [(out.symbol, out.rate) for out in outs if isinstance(out, Funding)] == [(PERP, 0.0001)] * 2
