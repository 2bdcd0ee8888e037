"""More bitcoin than there can be is refused at the boundary, whichever unit slipped; the rows beside it count."""

import json

import pytest

from feeds.decode import Decoder
from feeds.facts import Bar, Liquidation, OpenInterest, Rejected, Trade
from feeds.possible import Possible
from feeds.venue import Http, Out
from feeds.venues import VENUES
from feeds.wire import Frame

T = 1_790_000_000_000


def interest(btc: float) -> OpenInterest:
    return OpenInterest("okx", "BTC-USDT-SWAP", T, T, btc)


def closed(btc: float, symbol: str = "BTC-USDT-SWAP") -> Liquidation:
    return Liquidation("okx", symbol, T, T, "long", btc, btc * 77000, 77000.0, str(btc))


@pytest.mark.parametrize(
    "fact",
    [
        Trade("okx", "BTC-USDT", T, T, 77000.0, 21_000_000.5, "buy", "1"),
        closed(21_000_000.5),
        interest(21_000_000.5),
        Bar("okx", "BTC-USDT", "1d", T, 77000.0, 77000.0, 77000.0, 77000.0, 21_000_000.5),
    ],
)
def test_no_size_volume_or_open_interest_is_of_more_than_all_bitcoin(fact: Out) -> None:
    [out] = Possible().among("okx", T, [fact])
    assert isinstance(out, Rejected)
    assert "BTC" in out.reason
    assert out.reason.endswith("there are not so many")


def test_nobody_is_liquidated_of_far_more_than_is_held() -> None:
    possible = Possible()
    assert possible.among("okx", T, [closed(40_000.0)]) == [closed(40_000.0)]  # nothing is known yet
    told = [interest(30_000.0), interest(20_000.0), closed(90_001.0), closed(90_000.0), closed(9e5, "BTC-USD")]
    assert possible.among("okx", T, told) == [
        *told[:2],
        Rejected("okx", T, "a liquidation of 90,001 BTC in BTC-USDT-SWAP, of which 30,000 BTC were held"),
        *told[3:],
    ]


def test_an_impossible_open_interest_is_no_measure() -> None:
    possible = Possible()
    possible.among("okx", T, [interest(30_000.0), interest(3e9)])
    assert isinstance(possible.among("okx", T, [closed(91_000.0)])[0], Rejected)


def test_a_candle_of_contracts_taken_for_bitcoin_is_refused_over_rest_too() -> None:
    url = VENUES["okx"].bars("1d")
    assert url
    rows = [["1789948800000", "1", "3", "1", "2", volume, "5", "5", "0"] for volume in ("1250", "30000000000")]
    http = Http(url, 200, json.dumps({"code": "0", "msg": "", "data": rows}))
    outs = Decoder(VENUES).decode(Frame("okx.http", T, http))
    assert sorted(type(out).__name__ for out in outs) == ["Bar", "Rejected"]
