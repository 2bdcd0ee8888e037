"""A venue's clock against ours, by the messages of one connection: how old is what arrives?

A message's lag is its receipt on our clock less the venue's time. It is what our clock is ahead of the venue's, plus
the time that the message was under way. Only what is explained as the clocks' is taken off; the rest is age.
"""

from feeds.our_clock import SECOND_MS, OurClock

SLACK_MS = 1_000
"""Lags that differ by no more are alike."""
FEW = 5
"""So many messages in a row that are dated too late are no accident."""
RISEN, RISEN_MS = 3, 1_000
"""So many in a row, over so long, with a lag that no queue can have reached in that time, tell that a clock was set."""
WINDOW_MS = 60_000
"""The least lag is forgotten once it has not been seen in two of these, if a pong says that no queue hides it."""
PONG_MS = 30_000
"""A pong tells of the queue so long; the driver has two measured in that time."""
CONSTANT_MS, CONSTANT_OVER_MS = 600_000, 2_000
"""A lag of more than this that stays the same is no queue."""
DAY_MS = 86_400_000
"""Nor is one of a day, at once: no connection lasts longer. It is a clock that was never set, or frames of long ago."""


class VenueClock:
    """What is learnt of one connection. Every method takes the time; none reads a clock.

    `odd` counts messages dated far after their neighbours, by what those after them say: nothing is learnt from them.
    `odd_ms`: how long after its receipt one of the last of them was dated.
    """

    def __init__(self, ours: OurClock | None = None) -> None:
        self.ours = ours or OurClock()
        self.odd = 0
        self.odd_ms = 0
        self.opened()

    def opened(self) -> None:
        """Begin anew: another connection may end at another machine of the venue, and our clock may have been set."""
        self.low: int | None = None
        """The least lag that is usual, and so the most that the clocks can differ by."""
        self.seen_ms = 0
        self._near = 0
        self._since_ms = 0
        self._age = 0
        self._calm = False
        self._early: list[int] = []
        self._risen: list[tuple[int, int]] = []
        self._window_ms = 0
        self._least: list[int | None] = [None, None]
        self._queue: tuple[int, int] | None = None

    def pong(self, took_ms: int, recv_ms: int) -> None:
        """Take note how long a ping took to be answered: so long may what arrives have been under way."""
        self._queue = (took_ms, recv_ms)
        self._calm = False

    def queue(self, now_ms: int) -> int | None:
        """How long the last pong took, ms; `None` where none came of late."""
        return self._queue[0] if self._queue and now_ms - self._queue[1] <= PONG_MS else None

    @property
    def offset_ms(self) -> int:
        """What is explained of the lags: what our clock is ahead of the venue's, at least."""
        base, low = self.ours.base_ms, self.low
        if low is None:
            return base
        constant = self._near >= FEW and self.seen_ms - self._since_ms >= CONSTANT_OVER_MS
        if low - base >= DAY_MS or (constant and low - base >= CONSTANT_MS):
            return low
        return min(base, low)

    def age(self, ts_ms: int, recv_ms: int) -> int | None:
        """How old a message was on receipt; `None` where its time is far from its neighbours': see `usual`."""
        lag = recv_ms - ts_ms
        low, base = self.low, self.ours.base_ms
        if self._calm and low is not None and low <= lag <= low + SLACK_MS and recv_ms < self._window_ms + WINDOW_MS:
            # Nine of ten messages: nothing is learnt but that all is as before, at a third of the cost.
            self.seen_ms = recv_ms
            self._near += 1
            self._age = lag - (base if base < low else low)
            return self._age
        known = base if low is None else min(base, low)
        if lag < known - SLACK_MS and not self._adopt(lag, recv_ms):
            return None
        if self._early:
            self.odd += len(self._early)
            self.odd_ms = -min(self._early)
            self._early.clear()
        self._learn(lag, recv_ms)
        self._age = max(lag - self.offset_ms, self._queued(recv_ms), 0)
        self._calm = self._is_calm(lag)
        return self._age

    def _is_calm(self, lag: int) -> bool:
        """Whether the next message, if its lag is usual as well, tells nothing new."""
        low, least = self.low, self._least[0]
        if low is None or least is None or least > low + SLACK_MS or low - self.ours.base_ms >= CONSTANT_MS:
            return False
        queued = self._queue is not None and self._queue[0] >= SECOND_MS
        return not self._risen and not queued and lag <= low + SLACK_MS

    def usual(self, recv_ms: int) -> int:
        """How old a message is whose own time says nothing: as old as the one before it."""
        return max(self._age, self._queued(recv_ms))

    def _queued(self, recv_ms: int) -> int:
        took = self.queue(recv_ms) or 0
        return took if took >= SECOND_MS else 0

    def _adopt(self, lag: int, recv_ms: int) -> bool:
        """Whether messages dated after their receipt, or far ahead of all before them, have become the rule."""
        self._early.append(lag)
        self._calm = False
        if len(self._early) < FEW:
            return False
        # The greatest of them: one among them that is further off is not learnt from.
        self._set(max(self._early), recv_ms)
        self._early.clear()
        return lag >= self.offset_ms - SLACK_MS

    def _set(self, lag: int, recv_ms: int) -> None:
        self.low = lag
        self.seen_ms = self._since_ms = self._window_ms = recv_ms
        self._near = 1
        self._risen.clear()
        self._least = [lag, None]

    def _learn(self, lag: int, recv_ms: int) -> None:
        low = self.low
        if low is None or lag < low - SLACK_MS:
            self._set(lag, recv_ms)
            return
        self._roll(lag, recv_ms)
        if lag <= low + SLACK_MS:
            self.low = min(low, lag)
            self.seen_ms = recv_ms
            self._near += 1
            self._risen.clear()
        elif lag - low - (recv_ms - self.seen_ms) > SLACK_MS:
            self._rise(lag, recv_ms)
        else:
            self._risen.clear()
            self._forget(recv_ms)

    def _rise(self, lag: int, recv_ms: int) -> None:
        """A queue grows by a second in a second at most. What grows faster, and stays, is a clock that was set."""
        self._risen.append((lag, recv_ms))
        if len(self._risen) >= RISEN and recv_ms - self._risen[0][1] >= RISEN_MS:
            certain = max(lag - (recv_ms - self.seen_ms) for lag, recv_ms in self._risen)
            self._set(min(certain, *(lag for lag, _ in self._risen)), recv_ms)

    def _roll(self, lag: int, recv_ms: int) -> None:
        if recv_ms - self._window_ms >= WINDOW_MS:
            self._window_ms = recv_ms
            self._least = [None, self._least[0]]
        self._least[0] = lag if self._least[0] is None else min(self._least[0], lag)

    def _forget(self, recv_ms: int) -> None:
        """Let a least lag go that has not been seen for two windows, unless a queue may be what hides it."""
        took = self.queue(recv_ms)
        if recv_ms - self.seen_ms >= 2 * WINDOW_MS and took is not None and took < SECOND_MS:
            self._set(min(lag for lag in self._least if lag is not None), recv_ms)
