"""One file per publisher of slow series, pure: requests out, bytes in, facts out. This is the registry."""

from feeds.source import Source
from feeds.sources import (
    board,
    btcusd,
    cboe,
    census,
    cftc,
    cips,
    coinglass,
    coinmetrics,
    farside,
    fiscaldata,
    fred,
    interest,
    ishares,
    nyfed,
    ofr,
    sosovalue,
    spdr,
    steps,
    treasury,
    yahoo,
)

SOURCES: dict[str, Source] = {
    module.SOURCE.name: module.SOURCE
    for module in (
        nyfed,
        fred,
        treasury,
        fiscaldata,
        ofr,
        board,
        steps,
        cboe,
        yahoo,
        btcusd,
        farside,
        sosovalue,
        coinglass,
        ishares,
        cftc,
        interest,
        coinmetrics,
        spdr,
        census,
        cips,
    )
}
"""In the order in which they are shown."""
