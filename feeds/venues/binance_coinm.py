"""Binance COIN-M futures: the BTCUSD perpetual, its liquidations (a sample), and the dated contracts' mark prices.

All is counted in contracts of 100 dollars. Whether the unsplit address goes on speaking is not certain: the
connector's documentation of August 2026 still has it, others had to move to `/market` as on USD-M, and either may be
the one that connects and says nothing. The mark price comes every second, so ten without are proof.
Formats: see `_binance_futures`.
"""

import re
from functools import partial

from feeds.venue import Poll, Stream, Venue
from feeds.venues._binance_futures import PAST, FuturesParser, Market
from feeds.venues._contract import Contract

REST = "https://dapi.binance.com"
SYMBOL = "BTCUSD_PERP"
_STREAMS = "stream?streams=btcusd_perp@aggTrade/btcusd_perp@markPrice@1s/btcusd_perp@forceOrder"

MARKET = Market(
    venue="binance_coinm",
    perpetual=SYMBOL,
    ours=re.compile(r"BTCUSD_(PERP|[0-9]{6})"),
    quote="USD",
    margin="BTC",
    contract=Contract(100.0, inverse=True),
    api="/dapi/v1",
    # No `other_st`: the documentation's own samples call contracts of this market 1. The name is certain.
)
Parser = partial(FuturesParser, MARKET)

VENUE = Venue(
    name=MARKET.venue,
    title="Binance COIN-M",
    streams=(
        Stream(
            name="",
            url=f"wss://dstream.binance.com/{_STREAMS}",
            hello=(),
            limit_s=10.0,
            liquidations=True,
            fallbacks=(f"wss://dstream.binance.com/market/{_STREAMS}",),
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=None,
    quote="USD",
    liquidations="sampled",
    http=REST,
    setup=(f"{REST}/dapi/v1/exchangeInfo",),
    polls=(
        Poll(f"{REST}/dapi/v1/openInterest?symbol={SYMBOL}", 30.0),
        Poll(f"{REST}/dapi/v1/premiumIndex?pair=BTCUSD", 60.0),
    ),
    # What happened in a minute is listed some minutes later. 300 rows reach back 25 hours.
    interest=lambda from_ms, to_ms: (f"{REST}{PAST}?pair=BTCUSD&contractType=PERPETUAL&period=5m&limit=300",),
    note="at most one liquidation a second and contract is published, so totals are a floor; refuses US addresses",
)
