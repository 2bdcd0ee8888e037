"""The registry: every venue by name, in the order of the screen. To add one, write its file and its line here."""

from feeds.venue import Venue
from feeds.venues import binance, binance_usdm, bitstamp, bybit, coinbase, kraken, okx

VENUES: dict[str, Venue] = {
    venue.name: venue
    for venue in (
        binance.VENUE,
        binance_usdm.VENUE,
        bybit.VENUE,
        okx.VENUE,
        coinbase.VENUE,
        kraken.VENUE,
        bitstamp.VENUE,
    )
}
