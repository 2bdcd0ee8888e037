"""Which parts of a venue arrived, by frames written by hand."""

import json

from feeds.engine import new_session
from feeds.settings import Settings
from feeds.venue import Http
from feeds.venues import VENUES
from feeds.wire import Frame
from feeds.witness import Otherwise, PartFound, VenueFound, Witness, state_of

T0 = 1_796_000_000_000
ACK = '{"success":true,"ret_msg":"","conn_id":"7","req_id":"%d","op":"subscribe"}'
ALL = '{"event":"subscribe","arg":{"channel":"liquidation-orders","instType":"SWAP"},"connId":"7"}'


def found(venue: str, *frames: Frame, secret: str = "") -> VenueFound:
    """What the witness says of a venue once a session has taken these frames."""
    session = new_session(Settings(venues=(venue,)), "live", "", T0)
    witness = Witness(session.state.venues, lambda text: text.replace(secret, "***") if secret else text)
    session.witness = witness.take
    for frame in frames:
        session.frame(frame)
    return witness.found(VENUES[venue], session.state.feeds.values())


def part(seen: VenueFound, name: str) -> PartFound:
    return next(part for part in seen.parts if part.part == name)


def bybit(stream: str, data: str | None) -> Frame:
    return Frame(f"bybit.{stream}", T0, data)


def traded(stream: str, symbol: str) -> Frame:
    row = {"T": T0, "s": symbol, "S": "Buy", "v": "0.01", "p": "60000.0", "i": "t1", "BT": False, "seq": 1}
    said = {"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": T0, "data": [row]}
    return bybit(stream, json.dumps(said))


LINEAR = (bybit("linear", None), traded("linear", "BTCUSDT"), *(bybit("linear", ACK % id) for id in (1, 2, 3)))
INVERSE = (bybit("inverse", None), traded("inverse", "BTCUSD"))


def test_liquidations_that_are_subscribed_to_and_silent_are_quiet() -> None:
    seen = found("bybit", *LINEAR, *INVERSE, bybit("inverse", ACK % 1), bybit("inverse", ACK % 2))
    said = "subscribed, and nothing happened"
    assert part(seen, "liquidations") == PartFound("liquidations", "quiet", 0, said)
    assert part(seen, "trade") == PartFound("trade", "came", 2)


def test_a_subscription_that_the_venue_never_confirmed_is_missing() -> None:
    seen = found("bybit", *LINEAR, *INVERSE, bybit("inverse", ACK % 1))
    said = "bybit.inverse: not confirmed by the venue"
    assert part(seen, "liquidations") == PartFound("liquidations", "missing", 0, said)


def test_a_new_connection_has_to_be_confirmed_anew() -> None:
    confirmed = (bybit("inverse", ACK % 1), bybit("inverse", ACK % 2))
    seen = found("bybit", *LINEAR, *INVERSE, *confirmed, *INVERSE)
    assert part(seen, "liquidations").state == "missing"


def test_a_subscription_that_is_refused_says_what_the_venue_said() -> None:
    refusal = '{"event":"error","code":"60018","msg":"channel:liquidation-orders doesn\'t exist","connId":"7"}'
    ticker = {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [{"last": "60000", "ts": str(T0)}]}
    seen = found("okx", Frame("okx", T0, None), Frame("okx", T0, json.dumps(ticker)), Frame("okx", T0, refusal))
    said = "60018: channel:liquidation-orders doesn't exist"
    assert part(seen, "liquidations") == PartFound("liquidations", "refused", 0, said)
    assert seen.otherwise == (Otherwise("okx", said, refusal, 1),)
    assert part(seen, "ticker") == PartFound("ticker", "came", 1)
    assert seen.fault.startswith("without liquidations, mark, index, funding, open interest, candles, contracts")


def test_liquidations_that_are_read_over_rest_have_been_read() -> None:
    ticker = json.dumps(
        {
            "channel": "futures.tickers",
            "event": "update",
            "time_ms": T0,
            "result": [{"contract": "BTC_USDT", "last": "60000", "mark_price": "60001"}],
        }
    )
    heard = (Frame("gate", T0, None), Frame("gate", T0, ticker))
    lists = [poll.url for poll in VENUES["gate"].polls if poll.liquidations]
    read = [Frame("gate.http", T0, Http(url, 200, "[]")) for url in lists]
    assert part(found("gate", *heard, *read), "liquidations").state == "quiet"
    one = part(found("gate", *heard, read[0]), "liquidations")
    assert (one.state, one.said) == ("missing", "/api/v4/futures/btc/liq_orders was not read")


def test_a_venue_without_trades_is_quiet_unless_they_come_under_another_name() -> None:
    ctx = {"coin": "BTC", "ctx": {"markPx": "60000", "oraclePx": "60001", "funding": "0.00001", "openInterest": "3"}}
    heard = (
        Frame("hyperliquid", T0, None),
        Frame("hyperliquid", T0, json.dumps({"channel": "activeAssetCtx", "data": ctx})),
    )
    quiet = found("hyperliquid", *heard)
    assert part(quiet, "trade").state == "quiet"
    assert quiet.whole
    renamed = found("hyperliquid", *heard, Frame("hyperliquid", T0, '{"channel":"tradesV2","data":[]}'))
    assert part(renamed, "trade").state == "missing"
    assert (state_of(renamed), renamed.unread) == ("without trade", {"tradesV2": 1})


def test_what_came_otherwise_is_counted_cut_and_without_keys() -> None:
    strange = Frame(
        "coinbase", T0, '{"type":"match","product_id":"BTC-USD","price":"top-secret","pad":"' + 500 * "x" + '"}'
    )
    page = Frame(
        "coinbase.http", T0, Http("https://h/products/BTC-USD/candles?granularity=60", 403, "<html>top-secret")
    )
    seen = found("coinbase", Frame("coinbase", T0, None), strange, strange, page, secret="top-secret")
    first, second = seen.otherwise
    assert (first.where, first.times) == ("coinbase", 2)
    assert len(first.sample) <= 200
    assert first.sample.startswith('{"type":"match","product_id":"BTC-USD","price":"***"')
    assert (second.where, second.reason) == (
        "coinbase.http /products/BTC-USD/candles",
        "HTTP 403: a page instead of data",
    )
    assert second.sample == "<html>***"
    assert seen.fault.startswith("not heard: ")
