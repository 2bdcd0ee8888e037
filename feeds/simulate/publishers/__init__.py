"""The publishers of the slow series on loopback, in their own formats, from a world that is made up."""

from feeds.simulate.http import Site
from feeds.simulate.publishers import (
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
    treasury,
    yahoo,
)
from feeds.simulate.publishers.conditional import conditional
from feeds.simulate.publishers.faults import Faults
from feeds.simulate.publishers.world import World

__all__ = ["Faults", "World", "sites"]

_MAKERS = {
    "nyfed": nyfed.site,
    "fred": fred.site,
    "ofr": ofr.site,
    "treasury": treasury.site,
    "fiscaldata": fiscaldata.site,
    "cftc": cftc.site,
    "yahoo": yahoo.site,
    "cboe": cboe.site,
    "farside": farside.site,
    "sosovalue": sosovalue.site,
    "coinglass": coinglass.site,
    "coinmetrics": coinmetrics.site,
    "census": census.site,
    "ishares": ishares.site,
    "cips": cips.site,
    "interest": interest.site,
    "spdr": spdr.site,
    "board": board.site,
    "btcusd": btcusd.site,
}


def sites(world: World, faults: Faults | None = None) -> dict[str, Site]:
    """A site for each publisher of `feeds.settings.SOURCES`. What a fault spoils has an ETag of its own."""
    failing = faults or Faults()
    return {name: conditional(failing.over(name, make(world))) for name, make in _MAKERS.items()}
