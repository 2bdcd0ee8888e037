"""Bitget: dollars for an amount, the position for a side, history that says so, and a list in unknown units."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.decode import Decoder
from feeds.facts import FeedStatus, Funding, Instrument, Liquidation, OpenInterest, Quote, Rejected, Trade
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http, More, Out, Refused, Reject, Short
from feeds.venues.bitget import VENUE, Parser
from feeds.wire import Recording

FIXTURE = Path(__file__).parent.parent / "fixtures" / "bitget.jsonl"
NOW = 1789669890000
NEXT = 1789689600000
SYMBOL = "BTCUSDT"
MISSED = "https://api.bitget.com/api/v3/market/liquidations?category=USDT-FUTURES&symbol=BTCUSDT&limit=100"
INSTRUMENTS = "https://api.bitget.com/api/v3/market/instruments?category=USDT-FUTURES&symbol=BTCUSDT"
TICKER = {
    "symbol": SYMBOL,
    "lastPrice": "80000.1",
    "bid1Price": "80000",
    "ask1Price": "80000.2",
    "markPrice": "80001",
    "indexPrice": "80010.5",
    "fundingRate": "-0.00005",
    "nextFundingTime": str(NEXT),
    "openInterest": "31250.5",
    "turnover24h": "4160000000",
    "deliveryTime": "",
}


def push(topic: str, *rows: object, action: str = "update", symbol: str | None = SYMBOL, **arg: str) -> str:
    named = {"instType": "usdt-futures", "topic": topic} | ({"symbol": symbol} if symbol else {}) | arg
    return json.dumps({"action": action, "arg": named, "data": rows, "ts": NOW})


def print_of(**parts: Any) -> dict[str, Any]:
    return {"i": "7", "p": "80000", "v": "0.01", "S": "buy", "T": str(NOW), "L": "8", "isRPI": "no"} | parts


def row_of(**parts: Any) -> dict[str, Any]:
    return {"symbol": SYMBOL, "side": "buy", "price": "80000", "amount": "4000", "ts": str(NOW)} | parts


def liquidated(*rows: object, action: str = "update") -> str:
    return push("liquidation", *rows, action=action, symbol=None)


def listed(**parts: Any) -> Http:
    row = {"symbol": SYMBOL, "type": "perpetual", "status": "online", "quantityMultiplier": "0.0001"}
    row |= {"fundInterval": "8", "symbolType": "crypto"} | parts
    return Http(INSTRUMENTS, 200, json.dumps({"code": "00000", "msg": "success", "data": [row]}))


def missed(*rows: object) -> Http:
    data = {"list": rows, "cursor": "1"}
    return Http(MISSED, 200, json.dumps({"code": "00000", "msg": "success", "requestTime": NOW, "data": data}))


def parse(data: str | bytes, parser: Parser | None = None) -> list[Out]:
    return [*(parser or Parser()).parse("bitget", data, NOW)]


def ask(http: Http, parser: Parser | None = None) -> list[Out]:
    return [*(parser or Parser()).answer("bitget.http", http, NOW)]


def closed(outs: list[Out]) -> list[tuple[str, float, float]]:
    return [(out.position, out.btc, out.usd) for out in outs if isinstance(out, Liquidation)]


# Liquidations


def test_the_side_of_a_liquidation_is_that_of_the_position() -> None:
    assert closed(parse(liquidated(row_of(side="buy"), row_of(side="sell")))) == [
        ("long", 0.05, 4000.0),
        ("short", 0.05, 4000.0),
    ]


def test_an_amount_is_dollars_and_not_bitcoin() -> None:
    [event] = parse(liquidated(row_of(price="79900", amount="3995")))
    assert event == Liquidation(
        "bitget", SYMBOL, NOW, NOW, "long", 0.05, 3995.0, 79900.0, f"{NOW}:BTCUSDT:buy:3995.0:79900.0"
    )


def test_the_documented_frame_of_other_coins_is_skipped() -> None:
    frame = (
        '{"action":"update","arg":{"instType":"usdt-futures","topic":"liquidation"},"data":[{"symbol":"APEUSDT",'
        '"side":"buy","price":"0.1649","amount":"13.70319","ts":"1777358886549"},{"symbol":"IPUSDT","side":"buy",'
        '"price":"0.500280739469","amount":"143.330431857868","ts":"1777358876983"}],"ts":1777358897167}'
    )
    assert parse(frame) == []


def test_another_coin_of_an_unknown_shape_is_skipped() -> None:
    assert parse(liquidated({"symbol": "ETHUSDT", "price": []}, {"symbol": "1000BTCUSDT"})) == []


def test_a_dated_contract_counts_as_the_perpetual_does() -> None:
    [event] = parse(liquidated(row_of(symbol="BTCUSDTZ26")))
    assert isinstance(event, Liquidation)
    assert (event.symbol, event.btc) == ("BTCUSDTZ26", 0.05)


def test_equal_rows_of_one_frame_are_numbered_apart_and_equal_frames_are_not() -> None:
    frame = liquidated(row_of(), row_of())
    ids = [[out.id for out in parse(frame) if isinstance(out, Liquidation)] for _ in range(2)]
    assert ids[0] == [f"{NOW}:BTCUSDT:buy:4000.0:80000.0", f"{NOW}:BTCUSDT:buy:4000.0:80000.0#2"]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("topic", ["liquidation", "publicTrade"])
def test_a_snapshot_is_history(topic: str) -> None:
    row = row_of() | print_of()
    symbol = SYMBOL if topic == "publicTrade" else None
    assert parse(push(topic, row, action="snapshot", symbol=symbol)) == []
    assert len(parse(push(topic, row, symbol=symbol))) == 1


@pytest.mark.parametrize(
    "change",
    [{"side": value} for value in ("long", "", None)]
    + [{"price": value} for value in ("0", "NaN", "-1", None, "")]
    + [{"amount": value} for value in ("0", "inf", "-5", {}, "1e-320")]
    + [{"ts": value} for value in ("", "0", None)],
)
def test_a_bad_liquidation_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    assert [type(out) for out in parse(liquidated(row_of(**change), row_of()))] == [Rejected, Liquidation]


@pytest.mark.parametrize("key", ["side", "price", "amount", "ts"])
def test_a_liquidation_that_lacks_a_field_is_rejected(key: str) -> None:
    row = row_of()
    del row[key]
    assert [type(out) for out in parse(liquidated(row))] == [Rejected]


# What a gap cost


def test_a_missed_liquidation_has_the_name_that_its_frame_had() -> None:
    [event] = parse(liquidated(row_of(price="80000.0")))
    assert ask(missed(row_of(ts=NOW, amount="4000.00"))) == [event]


def test_a_listed_amount_that_would_be_bitcoin_is_refused() -> None:
    outs = ask(missed(row_of(amount="0.05"), row_of(amount="10"), row_of(amount="12.5001"), row_of()))
    assert [type(out) for out in outs] == [Rejected, Rejected, Rejected, Liquidation]
    assert isinstance(outs[0], Rejected)
    assert outs[0].reason == "an amount of 0.05 at 80000 is no whole number of lots, so it may not be in dollars"


def test_an_average_price_with_many_places_still_gives_whole_lots() -> None:
    [event] = ask(missed(row_of(price="79912.345678912345", amount="22846.9396296010394")))
    assert isinstance(event, Liquidation)
    assert event.btc == pytest.approx(0.2859, abs=1e-9)


def test_the_lot_is_the_one_that_the_venue_tells() -> None:
    parser = Parser()
    assert [type(out) for out in ask(missed(row_of(amount="4000.8")), parser)] == [Rejected]
    ask(listed(quantityMultiplier="0.00001"), parser)
    assert closed(ask(missed(row_of(amount="4000.8")), parser)) == [("long", pytest.approx(0.05001), 4000.8)]


# Trades and tickers


def test_a_trade_is_sized_in_bitcoin_and_its_side_is_the_takers() -> None:
    frame = (
        '{"action":"update","arg":{"instType":"usdt-futures","topic":"publicTrade","symbol":"BTCUSDT"},"data":[{"i":'
        '"1432912492051054592","p":"76631.3","v":"0.01","S":"buy","T":"1777358881008","L":"1432912492051054593",'
        '"isRPI":"no"}],"ts":1777358881009}'
    )
    assert parse(frame) == [
        Trade("bitget", SYMBOL, 1777358881008, NOW, 76631.3, 0.01, "buy", "1432912492051054592"),
    ]


@pytest.mark.parametrize(
    "change",
    [{"p": value} for value in ("NaN", "-1", "0", "", None)]
    + [{"v": value} for value in ("inf", "0", "-2", None)]
    + [{"S": "Buy"}, {"S": None}, {"T": "99"}, {"T": None}, {"i": None}],
)
def test_a_bad_trade_is_rejected_beside_the_good_one(change: dict[str, Any]) -> None:
    assert [type(out) for out in parse(push("publicTrade", print_of(**change), print_of()))] == [Rejected, Trade]


def test_numbers_may_come_as_numbers_and_fields_may_be_added() -> None:
    row = print_of(p=80000, v=0.01, T=NOW, later=[1])
    assert parse(push("publicTrade", row)) == parse(push("publicTrade", print_of()))


@pytest.mark.parametrize("action", ["snapshot", "update"])
def test_a_ticker_gives_every_price_funding_and_open_interest(action: str) -> None:
    assert parse(push("ticker", TICKER, action=action)) == [
        Quote("bitget", SYMBOL, NOW, NOW, 80000.1, 80000.0, 80000.2, 80001.0, 80010.5),
        Funding("bitget", SYMBOL, NOW, NOW, -0.00005, None, NEXT),
        OpenInterest("bitget", SYMBOL, NOW, NOW, 31250.5),
    ]


def test_what_a_ticker_does_not_know_is_not_zero() -> None:
    row = TICKER | {"bid1Price": "0", "markPrice": "", "fundingRate": "", "openInterest": None}
    assert parse(push("ticker", row)) == [Quote("bitget", SYMBOL, NOW, NOW, 80000.1, None, 80000.2, None, 80010.5)]


def test_a_funding_rate_of_zero_is_a_rate_and_its_interval_is_the_listed_one() -> None:
    parser = Parser()
    ask(listed(fundInterval="4"), parser)
    outs = parse(push("ticker", TICKER | {"fundingRate": "0", "nextFundingTime": "0"}), parser)
    assert outs[1] == Funding("bitget", SYMBOL, NOW, NOW, 0.0, 4.0, None)


@pytest.mark.parametrize(
    "bad", [{"lastPrice": "NaN"}, {"markPrice": "-1"}, {"fundingRate": "x"}, {"bid1Price": {}}, {"openInterest": "-2"}]
)
def test_a_ticker_with_a_price_that_is_none_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(push("ticker", TICKER | bad))


# The list of contracts


def test_the_perpetual_becomes_an_instrument_counted_in_bitcoin() -> None:
    assert ask(listed()) == [Instrument("bitget", SYMBOL, "perpetual", "USDT", False, 1.0)]
    assert ask(listed(status="offline")) == []
    assert ask(listed(symbol="ETHUSDT", quantityMultiplier=[])) == []


@pytest.mark.parametrize("bad", [{"quantityMultiplier": v} for v in ("0", "", "NaN", "-1")] + [{"type": "delivery"}])
def test_a_contract_that_cannot_be_believed_leaves_the_old_one(bad: dict[str, str]) -> None:
    parser = Parser()
    ask(listed(quantityMultiplier="0.001"), parser)
    assert [type(out) for out in ask(listed(**bad, fundInterval="4"), parser)] == [Rejected]
    assert [type(out) for out in ask(missed(row_of(amount="4008")), parser)] == [Rejected]
    outs = parse(push("ticker", TICKER), parser)
    assert outs[1] == Funding("bitget", SYMBOL, NOW, NOW, -0.00005, 8.0, NEXT)


@pytest.mark.parametrize(
    ("http", "reason"),
    [
        (Http(MISSED, 403, "<html>"), "HTTP 403: a page"),
        (Http(MISSED, 200, "<html>"), "HTTP 200: a page"),
        (
            Http(MISSED, 200, '{"code":"40034","msg":"Parameter does not exist","data":null}'),
            "refused: 40034: Parameter",
        ),
        (Http(MISSED.replace("BTCUSDT", "ETHUSDT"), 200, "{}"), "another symbol"),
        (Http(MISSED.replace("USDT-FUTURES", "COIN-FUTURES"), 200, "{}"), "another symbol"),
        (Http(MISSED.replace("liquidations", "tickers"), 200, "{}"), "nobody asked for"),
    ],
)
def test_an_answer_that_is_none_is_rejected_with_its_reason(http: Http, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        ask(http)


@pytest.mark.parametrize("body", ['{"code":"00000","data":[]}', '{"code":"00000","data":{"list":null}}', '{"data":{}}'])
def test_an_answer_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(MsgspecError):
        ask(Http(MISSED, 200, body))


# Control frames and other people's


def test_pong_is_text_and_proof_of_life() -> None:
    assert parse("pong") == [Alive()]


def test_a_refused_subscription_says_whether_it_was_the_liquidations() -> None:
    error = {"event": "error", "arg": {"instType": "usdt-futures", "topic": "liquidation"}, "code": "30001"}
    assert parse(json.dumps(error | {"msg": "bad \x1b[1mtopic"})) == [Refused("30001: bad topic", liquidations=True)]
    error["arg"] = {"instType": "usdt-futures", "topic": "ticker", "symbol": SYMBOL}
    assert parse(json.dumps(error)) == [Refused("30001: without a text")]
    assert parse('{"event":"error","code":30001,"msg":"no liquidation"}') == [Refused("30001: no liquidation", True)]


@pytest.mark.parametrize(
    "frame",
    [
        '{"event":"subscribe","arg":{"instType":"usdt-futures","topic":"liquidation"},"connId":"a"}',
        push("ticker", {"lastPrice": {}}, symbol="ETHUSDT"),
        push("publicTrade", {"p": {}}, symbol="BTCPERP"),
        push("books", {"a": []}),
        push("publicTrade", print_of(), instType="coin-futures"),
        liquidated().replace("usdt-futures", "coin-futures"),
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
        b"\x1f\x8b\xff",
        '{"arg":null}',
        push("ticker").replace("[]", "{}"),
        push("ticker", TICKER).replace(f'"ts": {NOW}', '"ts": null'),
    ],
)
def test_a_frame_that_is_none_is_refused(frame: str | bytes) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parse(frame)


def test_liquidations_are_asked_for_apart_and_without_a_symbol() -> None:
    [stream] = VENUE.streams
    market, liquidations, usdc = (json.loads(text) for text in stream.hello)
    assert [(arg["topic"], arg["symbol"]) for arg in market["args"]] == [("publicTrade", SYMBOL), ("ticker", SYMBOL)]
    assert liquidations["args"] == [{"instType": "usdt-futures", "topic": "liquidation"}]
    assert usdc["args"] == [{"instType": "usdc-futures", "topic": "liquidation"}]
    others = MISSED.replace("USDT-FUTURES&symbol=BTCUSDT", "USDC-FUTURES&symbol=BTCPERP")
    assert VENUE.missed(NOW - 1, NOW) == (f"{MISSED}#from={NOW - 1}", f"{others}#from={NOW - 1}")
    assert (stream.ping, VENUE.liquidations) == ("ping", "sampled")
    assert VENUE.setup == (INSTRUMENTS,)


def test_the_perpetual_in_usdc_is_counted_like_that_in_usdt() -> None:
    row = row_of(symbol="BTCPERP", side="sell")
    assert closed(parse(push("liquidation", row, symbol=None, instType="usdc-futures"))) == [("short", 0.05, 4000.0)]
    assert parse(push("liquidation", row, symbol=None, instType="coin-futures")) == []
    arg = {"instType": "usdc-futures", "topic": "liquidation"}
    refused = json.dumps({"event": "error", "arg": arg, "code": "30001", "msg": "doesn't exist"})
    assert parse(refused) == [Refused("30001: doesn't exist", liquidations=False)]


def test_a_full_page_of_a_gap_leads_on_by_its_cursor_until_it_reaches_back() -> None:
    def full(cursor: str) -> list[Out]:
        rows = [row_of(ts=str(NOW - at)) for at in range(100)]
        data = {"list": rows, "cursor": cursor}
        return ask(Http(f"{MISSED}#from={NOW - 1_000}", 200, json.dumps({"code": "00000", "data": data})))

    assert full("77")[-1] == More(f"{MISSED}&cursor=77#from={NOW - 1_000}")
    assert full("")[-1] == Short("the list does not go back as far as the gap")
    rows = [row_of(ts=str(NOW - 11 * at)) for at in range(100)]
    body = json.dumps({"code": "00000", "data": {"list": rows, "cursor": "77"}})
    assert len(closed(ask(Http(f"{MISSED}#from={NOW - 1_000}", 200, body)))) == 100
    assert not [out for out in ask(Http(f"{MISSED}#from={NOW - 1_000}", 200, body)) if isinstance(out, More | Short)]


# A whole recording


def test_a_whole_recording_adds_up() -> None:
    decoder = Decoder({"bitget": VENUE})
    outs = [out for frame in Recording(FIXTURE) for out in decoder.decode(frame)]
    assert Counter(type(out) for out in outs) == {
        Instrument: 1,
        FeedStatus: 2,
        Quote: 2,
        Funding: 2,
        OpenInterest: 2,
        Trade: 2,
        Liquidation: 7,
        Alive: 1,
        Refused: 1,
        Rejected: 2,
    }
    assert {out.interval_h for out in outs if isinstance(out, Funding)} == {8.0}
    assert [(out.price, out.btc, out.side) for out in outs if isinstance(out, Trade)] == [
        (80000.1, 0.01, "buy"),
        (80000.0, 0.25, "sell"),
    ]


def test_a_session_counts_what_came_twice_once() -> None:
    session = Session(State({"bitget": VENUE}), Engine("replay", "a test", 0, writing=False))
    for frame in Recording(FIXTURE):
        session.frame(frame)
    m = session.snapshot()["metrics"]
    assert m["liq.bitget.long.usd.1h"].value == 2 * 3995
    assert m["liq.long.btc.1h"].value == 0.1
    assert m["liq.long.count.1h"].value == 2
    assert m["liq.bitget.short.usd.1h"].value == 20_062.5 + 80_300
    assert m["liq.short.btc.1h"].value == 1.25
    assert m["liq.short.count.1h"].value == 2
    assert m["btc.bitget.price"].value == 80_300
