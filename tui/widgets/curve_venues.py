"""Venues of futures as one letter each: a capital for linear contracts, a small one for inverse ones. Pure."""

from collections.abc import Iterable

from feeds import text

LETTERS = {
    "binance": "b",
    "bitfinex": "f",
    "bitget": "t",
    "bitmex": "m",
    "bybit": "y",
    "cme": "c",
    "deribit": "d",
    "gate": "g",
    "htx": "h",
    "hyperliquid": "l",
    "kraken": "k",
    "okx": "o",
}
OTHER = "?"


def family(venue: str) -> str:
    """The name without what tells its parts: binance_usdm and binance_coinm are one venue."""
    return text.plain(venue.partition("_")[0], 14)


def letter(venue: str, inverse: bool) -> str:
    """The sign of a venue's contract: `B` linear, `b` inverse."""
    small = LETTERS.get(family(venue), OTHER)
    return small if inverse else small.upper()


def key(venues: Iterable[str]) -> list[str]:
    """What the letters mean, of these venues alone: `b binance`."""
    names = dict.fromkeys(family(venue) for venue in venues)
    return [f"{LETTERS.get(name, OTHER)} {name}" for name in sorted(names)]
