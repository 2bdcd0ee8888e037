"""When venues began and when they end for good: data like a contract's expiry, to be asked with a time in hand."""

from datetime import UTC, date, datetime

from msgspec import Struct

WRITTEN_MS = 1_795_996_800_000
"""2026-11-30, when this was written. A computer's clock that shows less is wrong: what had ended by then has ended."""
ANNOUNCED_MS = 90 * 86_400_000
"""An end is announced for so long before."""


class Life(Struct, frozen=True):
    """`ends_ms`: when the venue closes for good, `None` where that is not known. `why`: who said so, and when.

    `successor`: the venue that took its market over, "" where there is none.
    """

    began: date | None = None
    ends_ms: int | None = None
    why: str = ""
    successor: str = ""

    def over(self, now_ms: int) -> bool:
        """Whether it is closed by now."""
        return self.ends_ms is not None and self.ends_ms <= now_ms

    def words(self, now_ms: int) -> str:
        """Say that it is closed, or will be within three months; "" where there is nothing to say."""
        if self.ends_ms is None or (not self.over(now_ms) and self.ends_ms - now_ms > ANNOUNCED_MS):
            return ""
        verb = "closed" if self.over(now_ms) else "closes"
        goes_on = f"; {self.successor} goes on" if self.successor else ""
        return f"{verb} on {datetime.fromtimestamp(self.ends_ms / 1000, UTC).date()}{goes_on}"


def today(now_ms: int) -> int:
    """What a computer's clock shows, but no less than when this was written."""
    return max(now_ms, WRITTEN_MS)


OPEN = Life()

LIVES = {
    "bitmex": Life(
        began=date(2014, 11, 24),
        ends_ms=1_790_136_000_000,  # 2026-09-23 04:00 UTC
        why="BitMEX, blog post 'bitmex-closure' of 2026-07-23; ccxt/ccxt#29914, nautechsystems/nautilus_trader#4552",
    ),
}
"""Of the venues whose end is known; here, so that the settings need not read a venue's file to know it."""


def life(venue: str) -> Life:
    """The life of a venue by its name."""
    return LIVES.get(venue, OPEN)
