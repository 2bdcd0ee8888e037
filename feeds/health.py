"""How each feed is doing: its state by silence, its rate, its lag, what it got wrong, and when it was not heard."""

from collections import deque
from itertools import islice
from statistics import quantiles

from msgspec import Struct

from feeds.facts import FeedStatus, Gap, Phase, Rejected
from feeds.our_clock import OurClock
from feeds.text import plain
from feeds.topics import FeedRow, FeedState, State
from feeds.unread import Unread
from feeds.venue_clock import VenueClock

RATE_SECONDS = 10
LAG_MS = 60_000
SHORTEST_GAP_MS = 1_000
NOT_YET = "not heard yet"
SETTLED_MS = 60_000
"""A connection that refuses its liquidations at all does so sooner."""
RECENT, RECENT_MS = 64, 10_000
"""So many of the last messages, of so short a time, tell how late the quickest is."""


class Limits(Struct, frozen=True):
    """Silence after which a feed is late, stale, down; milliseconds."""

    late_ms: int = 4_000
    stale_ms: int = 15_000
    down_ms: int = 45_000

    def for_life(self, life_ms: float) -> "Limits":
        """Widen the limits for a feed whose proofs of life may be `life_ms` apart: late after two, stale after four."""
        return Limits(
            max(self.late_ms, round(2 * life_ms)),
            max(self.stale_ms, round(4 * life_ms)),
            max(self.down_ms, round(8 * life_ms)),
        )


class Feed:
    """One feed. Every method takes the time; none reads a clock."""

    def __init__(self, name: str, limits: Limits, since_ms: int, ours: OurClock | None = None) -> None:
        self.name = name
        self.clock = VenueClock(ours)
        self.venue = name.partition(".")[0]
        self.since_ms = since_ms
        self.phase: Phase = "connecting"
        self.seen_ms: int | None = None
        self.heard_from_ms: int | None = None  # of this run or, where the store remembers, of an earlier one
        self._heard = False
        self.deaf = ""  # why this connection carries no liquidations, though it lives
        self.listened_ms: int | None = None  # when a connection that did carry them was last heard
        self.reconnects = 0
        self.rejected = 0
        self.rejects: deque[Rejected] = deque(maxlen=5)
        self.error = ""
        self.error_ms: int | None = None
        self.unread = Unread()  # since the last proof of life
        self.gaps: deque[Gap] = deque(maxlen=200)
        self._limits = limits
        self._opened = 0
        self._open_ms = since_ms
        self._gap: Gap | None = None
        self._counts: deque[list[int]] = deque(maxlen=RATE_SECONDS + 1)
        self._lags: deque[tuple[int, int]] = deque(maxlen=1_024)

    def status(self, event: FeedStatus) -> Gap | None:
        """What the driver says. Returns the gap that begins, if one does."""
        if (self.phase, event.phase) != ("blocked", "connecting"):  # knocking again does not unblock
            self.phase = event.phase
        if event.reason:
            self.fault(event.reason, event.recv_ms)
        if event.phase == "open":
            self._opened += 1
            self.deaf = ""
            self._open_ms = event.recv_ms
            self.reconnects = self._opened - 1
            self.clock.opened()
        return self._begin_gap(event.reason or "reconnected") if event.phase != "connecting" else None

    def frame(self, recv_ms: int) -> None:
        """Something arrived, of whatever worth."""
        second = recv_ms // 1000
        if self._counts and self._counts[-1][0] == second:
            self._counts[-1][1] += 1
        else:
            self._counts.append([second, 1])

    @property
    def broken(self) -> bool:
        """Whether it is not heard just now: a gap lasts."""
        return self._gap is not None

    def alive(self, recv_ms: int) -> Gap | None:
        """Proof of life. Returns the gap that this ends, if one was open."""
        gap, self._gap = self._gap, None
        self.phase, self._heard = "open", True
        if self.unread:
            self.unread.clear()
        self.seen_ms = recv_ms if self.seen_ms is None else max(self.seen_ms, recv_ms)
        if self.heard_from_ms is None:
            self.heard_from_ms = recv_ms
        if not self.deaf and recv_ms - self._open_ms >= SETTLED_MS:
            self.listened_ms = recv_ms
        if gap is None:
            return None
        ended = Gap(gap.feed, gap.from_ms, max(gap.from_ms, recv_ms), gap.reason)
        if gap in self.gaps:
            self.gaps.remove(gap)
            if recv_ms - gap.from_ms >= SHORTEST_GAP_MS:
                self.gaps.append(ended)
        return ended

    def reject(self, event: Rejected) -> None:
        """Count a frame that was not believed; the last five are kept."""
        self.rejected += 1
        self.rejects.append(event)
        self.fault(event.reason, event.recv_ms)

    def fault(self, reason: str, at_ms: int) -> None:
        """Keep what went wrong last."""
        self.error, self.error_ms = plain(reason), at_ms

    def expect(self, now_ms: int) -> Gap:
        """Begin to listen, with nothing heard yet: a gap to be kept until the first sign of life, but none to show."""
        self._gap = Gap(self.name, now_ms, None, NOT_YET)
        return self._gap

    def away(self, since_ms: int, alive_ms: int, gaps: list[Gap]) -> Gap:
        """Take over from earlier runs: they listened since `since_ms` but for `gaps`, the last until `alive_ms`.

        Returns the gap that lasts since then; one that was open when the last run ended goes on as one.
        """
        for gap in sorted(gaps, key=lambda gap: gap.from_ms):
            if gap.from_ms <= since_ms and gap.reason == NOT_YET:
                if gap.to_ms is None:  # never heard in any run
                    self._gap = gap
                    return gap
                since_ms = max(since_ms, gap.to_ms)
        begun = min((*(gap.from_ms for gap in gaps if gap.to_ms is None), alive_ms))
        self.heard_from_ms, self.seen_ms = since_ms, begun
        self._gap = Gap(self.name, begun, None, "the engine was off")
        # One that began with the same reading goes on in this one, and keeps its place in the history.
        self.gaps.extend(gap for gap in gaps if gap.to_ms is not None and gap.to_ms > since_ms and gap.from_ms != begun)
        self.gaps.append(self._gap)
        return self._gap

    def fill(self, gap: Gap, but: str = "") -> Gap:
        """Take note that the liquidations of a gap have been read afterwards; `but`: why they could not all be."""
        reason = f"{gap.reason}; cannot be filled: {plain(but)}" if but else gap.reason
        filled = Gap(gap.feed, gap.from_ms, gap.to_ms, reason, filled=not but)
        self.gaps[self.gaps.index(gap)] = filled
        return filled

    def as_of(self, ts_ms: int, recv_ms: int) -> int:
        """When, by our clock, a thing happened that the venue dates `ts_ms`; never later than it came.

        What is not explained by the clocks counts as age. A message dated far after its neighbours is as old as they.
        """
        clock = self.clock
        odd = clock.odd
        age = clock.age(ts_ms, recv_ms)
        if age is None:
            return recv_ms - clock.usual(recv_ms)
        if clock.odd != odd:
            self.fault(f"dated {clock.odd_ms / 1000:,.0f} s after its receipt ({clock.odd - odd} in a row)", recv_ms)
        self._lags.append((recv_ms, recv_ms - ts_ms))
        return recv_ms - age

    def dated(self, ts_ms: int, recv_ms: int) -> int:
        """When, by our clock, a thing happened that an answer over REST dates `ts_ms`: its journey says nothing."""
        return min(ts_ms + self.clock.offset_ms, recv_ms)

    def late(self, now_ms: int) -> int | None:
        """How late the quickest of the last messages was, beyond what the clocks explain; `None` without any."""
        last = islice(reversed(self._lags), RECENT)
        least = min((lag for recv_ms, lag in last if now_ms - recv_ms <= RECENT_MS), default=None)
        return None if least is None else max(0, least - self.clock.offset_ms)

    def lose(self, gap: Gap) -> Gap:
        """Take note that between two times not all of what was sent came, though the connection held."""
        known = next((known for known in self.gaps if known.from_ms == gap.from_ms), None)
        if known:
            return known
        self.gaps.append(gap)
        return gap

    def state(self, now_ms: int) -> FeedState:
        """Say how the feed is, by the time since its last proof of life."""
        if self.phase == "blocked":
            return "blocked"
        silent = now_ms - (self.seen_ms if self._heard and self.seen_ms is not None else self.since_ms)
        if silent >= self._limits.down_ms:
            return "down"
        if not self._heard:
            return "connecting"
        if silent >= self._limits.stale_ms:
            return "stale"
        return "late" if silent >= self._limits.late_ms else "live"

    def rate(self, now_ms: int) -> float:
        """Messages per second over the last ten whole seconds."""
        second = now_ms // 1000
        return sum(n for s, n in self._counts if second - RATE_SECONDS <= s < second) / RATE_SECONDS

    def lags(self, now_ms: int) -> tuple[float | None, float | None]:
        """Median and 95th percentile of how old messages of the last minute were on receipt, ms."""
        while self._lags and self._lags[0][0] < now_ms - LAG_MS:
            self._lags.popleft()
        if not self._lags:
            return None, None
        offset = self.clock.offset_ms
        ages = [float(max(0, lag - offset)) for _, lag in self._lags]
        if len(ages) == 1:
            return ages[0], ages[0]
        cuts = quantiles(ages, n=20, method="inclusive")
        return cuts[9], cuts[18]

    def row(self, now_ms: int, note: str = "") -> FeedRow:
        """Draw the feed up as a row of the feeds topic."""
        p50, p95 = self.lags(now_ms)
        error, error_ms = self._said(now_ms)
        spans = [(gap.to_ms if gap.to_ms is not None else now_ms) - gap.from_ms for gap in self.gaps]
        return FeedRow(
            self.name,
            self.venue,
            self.state(now_ms),
            self.seen_ms,
            round(self.rate(now_ms), 1),
            None if p50 is None else round(p50),
            None if p95 is None else round(p95),
            self.reconnects,
            self.rejected,
            error,
            error_ms,
            len(self.gaps),
            sum(spans),
            note,
            self.clock.odd,
        )

    def _said(self, now_ms: int) -> tuple[str, int | None]:
        """What went wrong last, and when; where nothing comes but what is not understood, that."""
        if self.unread and self.unread.last_ms >= (self.error_ms or 0) and self.state(now_ms) != "live":
            return self.unread.words, self.unread.last_ms
        return self.error, self.error_ms

    def _begin_gap(self, reason: str) -> Gap | None:
        if self._gap is not None or self.seen_ms is None:
            return None
        self._gap = Gap(self.name, self.seen_ms, None, plain(reason))
        self.gaps.append(self._gap)
        return self._gap


def metric_state(state: FeedState) -> State:
    """Translate how a feed is into what its numbers are worth."""
    match state:
        case "live":
            return "fresh"
        case "connecting":
            return "none"
        case "blocked":
            return "down"
        case _:
            return state
