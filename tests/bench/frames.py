"""Frames of three venues in their documented formats, made up: what a decoder is fed where no captured data may be.

Sources: Binance "Aggregate Trade Streams", "Mark Price Stream" and "Liquidation Order Streams" (2026-07);
OKX API guide v5, channels `trades`, `tickers`, `open-interest` and `funding-rate` (2026-07).
"""

import json
from collections.abc import Callable, Iterator
from random import Random

from feeds.wire import Frame

BEGAN_MS = 1_767_258_000_000  # 2026-01-01 09:00 UTC
PER_SECOND = 1_000


class _Market:
    """Where the price stands, and what the next trade is."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._price = 64_000.0
        self._id = 1_000_000

    def pick(self, kinds: "list[_Kind]", weights: list[int]) -> "_Kind":
        return self._random.choices(kinds, weights)[0]

    def price(self) -> float:
        self._price *= 1 + self._random.gauss(0, 1e-5)
        return self._price

    def size(self) -> float:
        return 0.001 + self._random.expovariate(1 / 0.05)

    def buys(self) -> bool:
        return self._random.random() < 0.5

    def id(self) -> int:
        self._id += 1
        return self._id


_Kind = Callable[[_Market, int], tuple[str, object]]
"""Makes a frame's feed and body at a time in milliseconds."""


def _binance_trade(market: _Market, t_ms: int, places: int) -> dict[str, object]:
    id = market.id()
    return {
        "e": "aggTrade",
        "E": t_ms + 2,
        "s": "BTCUSDT",
        "a": id,
        "p": f"{market.price():.{places}f}",
        "q": f"{market.size():.{places + 3}f}",
        "f": id * 2,
        "l": id * 2 + 1,
        "T": t_ms,
        "m": not market.buys(),
    }


def _spot_trade(market: _Market, t_ms: int) -> tuple[str, object]:
    trade = {**_binance_trade(market, t_ms, 2), "M": True}
    return "binance", {"stream": "btcusdt@aggTrade", "data": trade}


def _futures_trade(market: _Market, t_ms: int) -> tuple[str, object]:
    trade = _binance_trade(market, t_ms, 1)
    return "binance_usdm", {"stream": "btcusdt@aggTrade", "data": {**trade, "nq": trade["q"]}}


def _mark_price(market: _Market, t_ms: int) -> tuple[str, object]:
    price = market.price()
    data = {
        "e": "markPriceUpdate",
        "E": t_ms,
        "s": "BTCUSDT",
        "p": f"{price:.8f}",
        "i": f"{price * 1.0004:.8f}",
        "P": f"{price * 1.0002:.8f}",
        "r": "0.00010000",
        "T": BEGAN_MS + 25_200_000,
    }
    return "binance_usdm", {"stream": "btcusdt@markPrice@1s", "data": data}


def _force_order(market: _Market, t_ms: int) -> tuple[str, object]:
    size, price = f"{market.size():.3f}", f"{market.price():.1f}"
    order = {
        "s": "BTCUSDT",
        "S": "BUY" if market.buys() else "SELL",
        "o": "LIMIT",
        "f": "IOC",
        "q": size,
        "p": price,
        "ap": price,
        "X": "FILLED",
        "l": size,
        "z": size,
        "T": t_ms,
    }
    return "binance_usdm", {"stream": "btcusdt@forceOrder", "data": {"e": "forceOrder", "E": t_ms + 1, "o": order}}


def _okx(channel: str, symbol: str, row: dict[str, str]) -> tuple[str, object]:
    return "okx", {"arg": {"channel": channel, "instId": symbol}, "data": [{"instId": symbol, **row}]}


def _okx_trade(market: _Market, t_ms: int) -> tuple[str, object]:
    swap = market.buys()
    row = {
        "tradeId": str(market.id()),
        "px": f"{market.price():.1f}",
        "sz": f"{market.size() * 100:.2f}" if swap else f"{market.size():.8f}",
        "side": "buy" if market.buys() else "sell",
        "ts": str(t_ms),
        "count": "1",
    }
    return _okx("trades", "BTC-USDT-SWAP" if swap else "BTC-USDT", row)


def _okx_ticker(market: _Market, t_ms: int) -> tuple[str, object]:
    price = market.price()
    row = {
        "instType": "SWAP",
        "last": f"{price:.1f}",
        "lastSz": "1.5",
        "askPx": f"{price + 0.1:.1f}",
        "askSz": "120.4",
        "bidPx": f"{price:.1f}",
        "bidSz": "88.1",
        "open24h": "63500.1",
        "high24h": "64800.2",
        "low24h": "63210.3",
        "volCcy24h": "98214.11",
        "vol24h": "9821411.02",
        "sodUtc0": "63900.4",
        "sodUtc8": "63800.5",
        "ts": str(t_ms),
    }
    return _okx("tickers", "BTC-USDT-SWAP", row)


def _okx_open_interest(market: _Market, t_ms: int) -> tuple[str, object]:
    contracts = 3_100_000 + market.size() * 1000
    row = {"instType": "SWAP", "oi": f"{contracts:.2f}", "oiCcy": f"{contracts / 100:.4f}", "ts": str(t_ms)}
    return _okx("open-interest", "BTC-USDT-SWAP", row)


def _okx_funding(market: _Market, t_ms: int) -> tuple[str, object]:
    row = {
        "instType": "SWAP",
        "fundingRate": f"{market.size() / 1000:.10f}",
        "fundingTime": str(BEGAN_MS + 25_200_000),
        "nextFundingRate": "",
        "nextFundingTime": str(BEGAN_MS + 54_000_000),
        "ts": str(t_ms),
    }
    return _okx("funding-rate", "BTC-USDT-SWAP", row)


_MIX: list[tuple[int, _Kind]] = [
    (450, _futures_trade),
    (250, _spot_trade),
    (180, _okx_trade),
    (60, _okx_ticker),
    (20, _mark_price),
    (20, _force_order),
    (10, _okx_open_interest),
    (10, _okx_funding),
]
"""Of a thousand frames, how many of each kind."""
VENUES = ("binance", "binance_usdm", "okx")


def frames(count: int, seed: int = 1, per_second: int = PER_SECOND) -> Iterator[Frame]:
    """So many frames, after one new connection of each venue; the same for the same arguments."""
    market = _Market(seed)
    kinds, weights = [kind for _, kind in _MIX], [weight for weight, _ in _MIX]
    for venue in VENUES:
        yield Frame(venue, BEGAN_MS, None)
    for number in range(count):
        recv_ms = BEGAN_MS + number * 1000 // per_second + 5
        feed, body = market.pick(kinds, weights)(market, recv_ms - 5)
        yield Frame(feed, recv_ms, json.dumps(body, separators=(",", ":")))
