"""One file per publisher of slow series, pure: requests out, bytes in, facts out. This is the registry."""

from feeds.source import Source
from feeds.sources import (
    board,
    census,
    cftc,
    cips,
    coinglass,
    coinmetrics,
    farside,
    fiscaldata,
    fred,
    ishares,
    nyfed,
    ofr,
    sosovalue,
    spdr,
    steps,
    treasury,
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
        farside,
        sosovalue,
        coinglass,
        ishares,
        cftc,
        coinmetrics,
        spdr,
        census,
        cips,
    )
}
"""In the order in which they are shown."""
