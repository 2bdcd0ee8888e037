"""The simulated Binance COIN-M."""

import pytest

from feeds.simulate.events import Sweep
from tests.simulate.line import Line

STREAMS = "?streams=btcusd_perp@aggTrade/btcusd_perp@markPrice@1s/btcusd_perp@forceOrder/btcusd_perp@bookTicker"


@pytest.mark.parametrize("path", ["/stream", "/market/stream"])
def test_both_paths_bring_every_stream(path: str) -> None:
    line = Line("binance_coinm", path + STREAMS, rate=10)
    line.play(1.1)
    names = ("aggTrade", "markPrice@1s", "forceOrder", "bookTicker")
    assert {frame["stream"] for frame in line.frames} == {f"btcusd_perp@{name}" for name in names}


def test_trades_are_counted_in_contracts_of_a_hundred_dollars() -> None:
    line = Line("binance_coinm", "/ws/btcusd_perp@aggTrade", rate=10)
    data = line.until(lambda _: True)
    (sweep,) = [event for event in line.events if isinstance(event, Sweep)][-1:]
    assert list(data) == ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m", "st"]
    assert (data["s"], data["st"], data["p"]) == ("BTCUSD_PERP", 2, f"{sweep.trades[0].price:.1f}")
    assert data["q"].isdecimal()
    assert int(data["q"]) * 100 == pytest.approx(sweep.trades[0].btc * sweep.trades[0].price)


def test_of_the_liquidations_of_one_second_the_latest_is_told_with_its_pair_and_in_contracts() -> None:
    line = Line("binance_coinm", "/ws/btcusd_perp@forceOrder")
    first, second = line.until(lambda _: True), line.until(lambda _: True)
    assert second["E"] - first["E"] >= 1000
    event, order = line.told[0], first["o"]
    assert order == {
        "s": "BTCUSD_PERP",
        "ps": "BTCUSD",
        "S": {"long": "SELL", "short": "BUY"}[event.position],
        "o": "LIMIT",
        "f": "IOC",
        "q": order["z"],
        "p": order["p"],
        "ap": f"{event.price:.1f}",
        "X": "FILLED",
        "l": order["z"],
        "z": f"{event.usd / 100:.0f}",
        "T": event.ts_ms,
    }


def test_the_list_of_contracts_names_the_quarters_and_sizes() -> None:
    rows = Line("binance_coinm", "/ws").get("/dapi/v1/exchangeInfo")["symbols"]
    assert {row["symbol"]: row["contractSize"] for row in rows} == {
        "BTCUSD_PERP": 100,
        "ETHUSD_PERP": 10,
        "BTCUSD_260925": 100,
        "BTCUSD_261225": 100,
    }
    assert {row["contractStatus"] for row in rows} == {"TRADING"}


def test_open_interest_is_in_contracts_and_an_unknown_symbol_an_error() -> None:
    line = Line("binance_coinm", "/ws")
    row = line.get("/dapi/v1/openInterest?symbol=BTCUSD_PERP")
    assert int(row["openInterest"]) * 100 / 64_000 == pytest.approx(6_500, rel=0.02)
    answer = line.answer("/dapi/v1/openInterest?symbol=BTCUSDT")
    assert (answer.status, answer.body) == (400, '{"code":-1121,"msg":"Invalid symbol."}')
