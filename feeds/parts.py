"""The parts of what a venue tells: which of them its row in the registry promises, and which one a fact is of."""

import re
from collections.abc import Iterator
from typing import Literal, get_args

from feeds.facts import Bar, Funding, Instrument, Liquidation, OpenInterest, Quote, Trade
from feeds.unread import beginning
from feeds.venue import Out, Stream, Venue

Part = Literal["trade", "ticker", "liquidations", "mark", "index", "funding", "open interest", "candles", "contracts"]
PARTS: tuple[Part, ...] = get_args(Part)

_LIQUIDATIONS = re.compile("liq|forceorder", re.IGNORECASE)
_TRADES = re.compile("trade", re.IGNORECASE)
_LISTS = re.compile(r"/(instruments?|contracts)\b")
_ACKNOWLEDGED = re.compile(r'subscri|"op"\s*:\s*"sub"|"subbed"|"result"\s*:\s*(null|\[|"ok")', re.IGNORECASE)
_TOPIC = re.compile(r'"(channel|channels|topic|feed|ch|subbed|result)"\s*:\s*["\[{]')


def documented(venue: Venue) -> tuple[Part, ...]:
    """What a venue is to give, by what is subscribed to and read there.

    A venue that prices by more than its spot pair has perpetuals, and all of these have a mark, an index, funding and
    open interest. A ticker is what a stream subscribes to under such a name; else the last price is that of a trade.
    """
    asked = " ".join(text for stream in venue.streams for text in (stream.url, *stream.hello)).lower()
    perpetual = any(symbol != venue.spot for symbol in venue.prices)
    listed = bool(venue.setup) or any(_LISTS.search(poll.url) for poll in venue.polls)
    given: dict[Part, bool] = {
        "trade": True,
        "ticker": "ticker" in asked,
        "liquidations": venue.liquidations != "none",
        **dict.fromkeys(("mark", "index", "funding", "open interest"), perpetual),
        "candles": venue.bars("1d") is not None,
        "contracts": listed,
    }
    return tuple(part for part in PARTS if given[part])


def parts_of(fact: Out) -> Iterator[Part]:
    """Which parts a fact is of. A last price alone is a ticker's; none is promised of a bid or an ask."""
    match fact:
        case Trade():
            yield "trade"
        case Quote(last=last, mark=mark, index=index):
            told: tuple[tuple[Part, float | None], ...] = (("ticker", last), ("mark", mark), ("index", index))
            yield from (part for part, value in told if value is not None)
        case Liquidation():
            yield "liquidations"
        case Funding():
            yield "funding"
        case OpenInterest():
            yield "open interest"
        case Bar():
            yield "candles"
        case Instrument():
            yield "contracts"


Answer = Literal["", "unnamed", "trades", "liquidations", "other"]
"""What a frame acknowledges: no subscription, one that it does not name, or which."""


def acknowledges(data: str | bytes) -> Answer:
    """Read whether a frame that gave no fact answers a subscription, and which. Bybit's only give a number back."""
    text = beginning(data) or ""
    if not _ACKNOWLEDGED.search(text):
        return ""
    if _LIQUIDATIONS.search(text):
        return "liquidations"
    if not _TOPIC.search(text):
        return "unnamed"
    return "trades" if _TRADES.search(text) else "other"


def asks_liquidations(stream: Stream) -> Literal["by itself", "in the address", "with the trades"]:
    """How a stream subscribes to liquidations: by a message of its own, with its address, or as a mark on trades."""
    if any(_LIQUIDATIONS.search(hello) for hello in stream.hello):
        return "by itself"
    return "in the address" if _LIQUIDATIONS.search(stream.url) else "with the trades"
