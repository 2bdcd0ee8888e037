"""More bitcoin than there can be: what a slip by a contract's size looks like, whichever venue makes it."""

from collections.abc import Iterable

from feeds.facts import Bar, Liquidation, OpenInterest, PastInterest, Rejected, Trade
from feeds.venue import Out

MOST_BTC = 21_000_000.0
"""All the bitcoin that there will ever be."""
MOST_OF_INTEREST = 3.0
"""Nobody is liquidated of more than there is open. Some is told late, when that has shrunk already, hence thrice."""


class Possible:
    """Knows the most that was told of each instrument's open interest."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], float] = {}

    def among(self, feed: str, recv_ms: int, outs: Iterable[Out]) -> list[Out]:
        """The facts as they came, with a `Rejected` in place of each that cannot be."""
        return [Rejected(feed, recv_ms, why) if (why := self._impossible(out)) else out for out in outs]

    def _impossible(self, out: Out) -> str:
        """Why this cannot be; "" if it can."""
        if not isinstance(out, Trade | Liquidation | OpenInterest | PastInterest | Bar):
            return ""
        if out.btc > MOST_BTC:
            return f"{_KINDS[type(out)]} of {out.btc:,.0f} BTC in {out.symbol}: there are not so many"
        if isinstance(out, OpenInterest):
            key = (out.venue, out.symbol)
            self._open[key] = max(out.btc, self._open.get(key, 0.0))
        elif isinstance(out, Liquidation):
            held = self._open.get((out.venue, out.symbol))
            if held is not None and out.btc > MOST_OF_INTEREST * held:
                return f"a liquidation of {out.btc:,.0f} BTC in {out.symbol}, of which {held:,.0f} BTC were held"
        return ""


_KINDS = {
    Trade: "a trade",
    Liquidation: "a liquidation",
    OpenInterest: "open interest",
    PastInterest: "open interest of the past",
    Bar: "a volume",
}
