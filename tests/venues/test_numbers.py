"""Numbers that skip: on every venue that counts its trades a lost one shows, and a rejected one was not lost."""

import json
from collections.abc import Callable

import pytest

from feeds.decode import Decoder
from feeds.facts import Gap, Rejected
from feeds.venue import Out
from feeds.venues import VENUES
from feeds.wire import Frame

T = 1_790_000_000_000
Trade = Callable[[int, str], str]


def aggregate(symbol: str) -> Trade:
    def frame(id: int, price: str) -> str:
        row = {"e": "aggTrade", "E": T, "a": id, "s": symbol, "p": price, "q": "1", "f": 1, "l": 1, "T": T, "m": False}
        return json.dumps({"stream": f"{symbol.lower()}@aggTrade", "data": row})

    return frame


def coinbase(id: int, price: str) -> str:
    row = {"type": "match", "trade_id": id, "side": "buy", "size": "1", "price": price, "product_id": "BTC-USD"}
    return json.dumps(row | {"time": "2026-09-21T14:13:20Z"})


def kraken(id: int, price: str) -> str:
    row = {"symbol": "BTC/USD", "side": "sell", "price": price, "qty": 1, "trade_id": id}
    return json.dumps({"channel": "trade", "type": "update", "data": [row | {"timestamp": "2026-09-21T14:13:20Z"}]})


def deribit(id: int, price: str) -> str:
    row = {"trade_seq": id, "trade_id": str(id), "timestamp": T, "price": price, "amount": 10, "direction": "buy"}
    params = {"channel": "trades.future.BTC.100ms", "data": [row | {"instrument_name": "BTC-PERPETUAL"}]}
    return json.dumps({"method": "subscription", "params": params})


def kraken_futures(id: int, price: str) -> str:
    row = {"feed": "trade", "product_id": "PI_XBTUSD", "uid": str(id), "side": "sell", "type": "fill", "seq": id}
    return json.dumps(row | {"time": T, "qty": 100, "price": price})


COUNTED: dict[str, tuple[str, Trade]] = {
    "binance": ("BTCUSDT", aggregate("BTCUSDT")),
    "binance_usdm": ("BTCUSDT", aggregate("BTCUSDT")),
    "binance_coinm": ("BTCUSD_PERP", aggregate("BTCUSD_PERP")),
    "coinbase": ("BTC-USD", coinbase),
    "kraken": ("BTC/USD", kraken),
    "kraken_futures": ("PI_XBTUSD", kraken_futures),
    "deribit": ("BTC-PERPETUAL", deribit),
}


def read(name: str, *trades: tuple[int, str] | None) -> list[Out]:
    """Facts of trades with their numbers and prices, a tenth of a second apart; `None` is a new connection."""
    decoder, outs = Decoder({name: VENUES[name]}), list[Out]()
    for at, trade in enumerate(trades):
        data = COUNTED[name][1](*trade) if trade else None
        outs += decoder.decode(Frame(name, T + 100 * at, data))
    return outs


@pytest.mark.parametrize("name", COUNTED)
def test_a_number_that_skips_tells_how_many_were_lost_and_between_which_times(name: str) -> None:
    said = f"3 of the trades of {COUNTED[name][0]} before this one never came"
    outs = read(name, (5, "77000"), (6, "77000"), (10, "77000"), (11, "77000"))
    assert [out for out in outs if isinstance(out, Rejected | Gap)] == [
        Rejected(name, T + 200, said),
        Gap(name, T + 100, T + 200, said),
    ]


@pytest.mark.parametrize("name", COUNTED)
def test_a_trade_that_was_rejected_was_not_lost(name: str) -> None:
    outs = read(name, (5, "77000"), (6, "-1"), (7, "77000"))
    assert [type(out).__name__ for out in outs] == ["Trade", "Rejected", "Trade"]


@pytest.mark.parametrize("name", COUNTED)
def test_a_rejected_trade_after_lost_ones_tells_both(name: str) -> None:
    kinds = sorted(type(out).__name__ for out in read(name, (5, "77000"), (9, "-1")))
    assert kinds == ["Gap", "Rejected", "Rejected", "Trade"]


@pytest.mark.parametrize("name", COUNTED)
def test_what_a_new_connection_missed_is_not_lost_on_it(name: str) -> None:
    outs = read(name, (5, "77000"), None, (900, "77000"), (2, "77000"), (900, "77000"))
    assert not [out for out in outs if isinstance(out, Rejected | Gap)]
