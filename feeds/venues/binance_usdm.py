"""Binance USD-M futures: the BTCUSDT perpetual, the dated contracts' mark prices, and liquidations (a sample).

Those are of both perpetuals, in USDT and in USDC, and of the dated contracts, which are subscribed to once their names
are known. Each contract is sampled by itself: the latest order of a second is pushed ("Liquidation Order Streams").

Since April 2026 the old addresses (`/ws`, `/stream`) connect, acknowledge and answer pings, but say nothing: only
facts prove life, and the mark price comes every second. Formats: see `_binance_futures`.
"""

import re
from functools import partial

from feeds.venue import Poll, Stream, Venue
from feeds.venues._binance_futures import PAST, FuturesParser, Market
from feeds.venues._contract import Contract

REST = "https://fapi.binance.com"
SYMBOL, USDC = "BTCUSDT", "BTCUSDC"

MARKET = Market(
    venue="binance_usdm",
    perpetual=SYMBOL,
    ours=re.compile(r"BTCUSDT(_[0-9]{6})?"),  # all counted in BTC; COIN-M's (`BTCUSD_...`) are counted in dollars
    quote="USDT",
    margin="USDT",
    contract=Contract(1.0, inverse=False),
    api="/fapi/v1",
    other_st="2",
    liquidated=(USDC,),
)
Parser = partial(FuturesParser, MARKET)

VENUE = Venue(
    name=MARKET.venue,
    title="Binance USD-M",
    streams=(
        Stream(
            name="",
            url="wss://fstream.binance.com/market/stream"
            "?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/btcusdt@forceOrder/btcusdc@forceOrder",
            hello=(),
            limit_s=10.0,
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=None,
    quote="USDT",
    liquidations="sampled",
    http=REST,
    setup=(f"{REST}/fapi/v1/exchangeInfo",),
    polls=(
        Poll(f"{REST}/fapi/v1/openInterest?symbol={SYMBOL}", 30.0),
        Poll(f"{REST}/fapi/v1/premiumIndex", 60.0),  # of all symbols in one, for the names of the dated ones change
    ),
    bars=lambda timeframe: f"{REST}/fapi/v1/klines?symbol={SYMBOL}&interval={timeframe}&limit=500",
    # What happened in a minute is listed some minutes later. 300 rows reach back 25 hours.
    interest=lambda from_ms, to_ms: (f"{REST}{PAST}?symbol={SYMBOL}&period=5m&limit=300",),
    note="at most one liquidation a second and contract is published, so totals are a floor; refuses US addresses",
)
