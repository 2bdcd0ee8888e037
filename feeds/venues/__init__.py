"""The registry: every venue by name, in the order of the screen. To add one, write its file and its line here."""

from feeds.venue import Venue
from feeds.venues import (
    binance,
    binance_coinm,
    binance_usdm,
    bitfinex,
    bitget,
    bitmex,
    bitstamp,
    bybit,
    coinbase,
    deribit,
    gate,
    htx,
    hyperliquid,
    kraken,
    kraken_futures,
    okx,
)

VENUES: dict[str, Venue] = {
    venue.name: venue
    for venue in (
        binance.VENUE,
        binance_usdm.VENUE,
        binance_coinm.VENUE,
        bybit.VENUE,
        okx.VENUE,
        coinbase.VENUE,
        kraken.VENUE,
        kraken_futures.VENUE,
        bitstamp.VENUE,
        deribit.VENUE,
        bitmex.VENUE,
        gate.VENUE,
        htx.VENUE,
        bitget.VENUE,
        bitfinex.VENUE,
        hyperliquid.VENUE,
    )
}
