"""What a venue can be asked over REST at any time: where its instruments stand, and whom it liquidated."""

from collections import deque
from collections.abc import Callable

from feeds.simulate.events import Liquidated, Ticker

_KEPT = 2000


class Standing:
    """One venue's. Noted by the market's loop and read by the HTTP server's threads.

    `tickers` by symbol, the latest. `now_ms` is the market's time.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        self.tickers: dict[str, Ticker] = {}
        self._told: deque[Liquidated] = deque(maxlen=_KEPT)

    def tell(self, event: Liquidated) -> None:
        """List a liquidation from now on."""
        self._told.append(event)

    def told(self, *symbols: str, from_ms: int = 0, to_ms: int = 1 << 60) -> list[Liquidated]:
        """The liquidations of these instruments between two times, newest first."""
        listed = list(self._told)  # in one go, because more may come meanwhile
        return [row for row in reversed(listed) if row.listing.symbol in symbols and from_ms <= row.ts_ms <= to_ms]
