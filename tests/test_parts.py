"""What a venue's row promises, against what its parser reads in frames of it."""

from pathlib import Path

import pytest

from feeds.decode import Decoder
from feeds.parts import acknowledges, documented, parts_of
from feeds.venues import VENUES
from feeds.wire import Recording

FIXTURES = Path(__file__).parent / "fixtures"
NOT_IN_THE_FIXTURE = {
    "binance_usdm": {"open interest", "contracts"},
    "bybit": {"contracts"},
    "okx": {"index"},
}


@pytest.mark.parametrize("name", VENUES)
def test_a_venue_gives_what_its_row_promises_and_nothing_else(name: str) -> None:
    decoder = Decoder(VENUES)
    came = {
        part
        for frame in Recording(FIXTURES / f"{name}.jsonl")
        for out in decoder.decode(frame)
        for part in parts_of(out)
    }
    promised = set(documented(VENUES[name]))
    assert promised - came == NOT_IN_THE_FIXTURE.get(name, set())
    assert came - promised <= {"ticker"}  # a last price in a list that is read for something else


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        ('{"success":true,"ret_msg":"","conn_id":"7","req_id":"2","op":"subscribe"}', "unnamed"),
        ('{"result":null,"id":1}', "unnamed"),
        ('{"event":"subscribe","arg":{"channel":"liquidation-orders","instType":"SWAP"},"connId":"7"}', "liquidations"),
        ('{"event":"subscribed","channel":"status","chanId":386841,"key":"liq:global"}', "liquidations"),
        ('{"op":"sub","cid":"2","topic":"public.*.liquidation_orders","err-code":0}', "liquidations"),
        ('{"event":"subscribed","feed":"trade","product_ids":["PF_XBTUSD"]}', "trades"),
        ('{"jsonrpc":"2.0","id":2,"result":["trades.future.BTC.100ms"],"usIn":1}', "trades"),
        ('{"event":"subscribe","arg":{"channel":"tickers","instId":"BTC-USDT"},"connId":"7"}', "other"),
        ('{"channel":"heartbeat"}', ""),
        ("pong", ""),
    ],
)
def test_an_acknowledgement_says_of_what_it_is(frame: str, what: str) -> None:
    assert acknowledges(frame) == what
