"""Numbers that venues give their trades: where one skips on one connection, what lies between never came."""

from collections.abc import Callable, Sequence

from msgspec import MsgspecError, Raw

from feeds.facts import Gap, Rejected
from feeds.text import plain
from feeds.venue import Out, Reject


class Numbers:
    """The last number of each instrument on this connection, and when it came."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int]] = {}

    def opened(self) -> None:
        """What was missed between two connections is no loss of the new one."""
        self._last.clear()

    def seen(self, feed: str, symbol: str, number: int | None, recv_ms: int) -> list[Out]:
        """Take note of a number, whatever comes of its row; say what is missing before it, and between which times.

        `None` is a row without a number. The gap is by our clock, as those of the connection are.
        """
        if number is None:
            return []
        last, last_ms = self._last.get(symbol, (number, recv_ms))
        self._last[symbol] = (max(last, number), recv_ms)
        lost = number - last - 1
        if lost <= 0:
            return []
        said = f"{lost:,} of the trades of {symbol} before this one never came"
        return [Rejected(feed, recv_ms, said), Gap(feed, last_ms, recv_ms, said)]

    def around(
        self,
        feed: str,
        symbol: str,
        number: int | None,
        recv_ms: int,
        data: str | Raw,
        read: Callable[[], Sequence[Out]],
    ) -> Sequence[Out]:
        """Read a frame of one trade after taking note of its number: it came, whatever it is worth."""
        lost = self.seen(feed, symbol, number, recv_ms)
        try:
            return [*read(), *lost]
        except (Reject, MsgspecError) as error:
            if not lost:
                raise
            sample = data if isinstance(data, str) else bytes(data).decode("utf-8", "replace")
            return [Rejected(feed, recv_ms, plain(str(error)), plain(sample[:400], 160)), *lost]
