"""Cascades of liquidations as events of their own: when one began and ended, what it took, and what came after."""

from bisect import bisect_left, insort
from collections import deque

from msgspec import Struct
from msgspec.structs import replace

from feeds.facts import Liquidation
from feeds.signals.liquidations import CascadeRule, level
from feeds.topics import Cascade, LiqLevel

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
SAMPLE_MS = 10_000
"""How often the total of the last minute joins the day's distribution."""
KEEP = 50


class Market(Struct, frozen=True):
    """What stands beside the liquidations at one moment; `None` is not known. Open interest is summed in BTC."""

    price: float | None
    open_interest: float | None
    funding: float | None


class Cascades:
    """Watches the total of the last minute, once a second. Bounded; reads no clock."""

    def __init__(self, rule: CascadeRule | None = None) -> None:
        self.rule = rule or CascadeRule()
        self.level: LiqLevel = "calm"
        self.since_ms: int | None = None
        self.heard_from_ms: int | None = None
        self.past: deque[Cascade] = deque(maxlen=KEEP)
        self.running: Cascade | None = None
        self._recent: deque[tuple[int, Liquidation]] = deque()
        self._minute = 0.0
        self._samples: deque[tuple[int, float]] = deque()
        self._sorted: list[float] = []
        self._below_ms: int | None = None
        self._began: Market | None = None

    def add(self, event: Liquidation, t_ms: int) -> None:
        """Take an event that happened at `t_ms` on our clock."""
        self._recent.append((t_ms, event))
        self._minute += event.usd
        if self.running:
            self.running = _with(self.running, event)

    def advance(self, now_ms: int, market: Market) -> Cascade | None:
        """Let time pass; return the cascade that began, ended or became an hour old, if one did."""
        if self.heard_from_ms is None:
            self.heard_from_ms = now_ms
        while self._recent and self._recent[0][0] <= now_ms - MINUTE_MS:
            self._minute -= self._recent.popleft()[1].usd
        if not self._recent:
            self._minute = 0.0
        now = level(self._minute, self._sorted, now_ms - self.heard_from_ms, self.rule)
        changed = self._settle(now, now_ms, market)
        self._sample(now_ms)
        return changed or self._an_hour_after(now_ms, market)

    def remember(self, past: list[Cascade]) -> None:
        """Take cascades of earlier runs, oldest first."""
        self.past.extend(past)

    def _settle(self, now: LiqLevel, now_ms: int, market: Market) -> Cascade | None:
        """Rise at once; fall only after a while below `elevated`."""
        self._below_ms = None if now != "calm" else self._below_ms if self._below_ms is not None else now_ms
        if now == "cascade" and self.running is None:
            self._change("cascade", now_ms)
            return self._begin(now_ms, market)
        if now == "elevated" and self.level == "calm":
            self._change("elevated", now_ms)
        if self.level == "calm" or self._below_ms is None or now_ms - self._below_ms < self.rule.calm_after_ms:
            self._move(market)
            return None
        self._change("calm", now_ms)
        return self._end(self._below_ms, market)

    def _change(self, to: LiqLevel, now_ms: int) -> None:
        self.level, self.since_ms = to, now_ms

    def _begin(self, now_ms: int, market: Market) -> Cascade:
        began = self._recent[0][0] if self._recent else now_ms
        self._began = market
        running = Cascade(began, None, price_from=market.price, price_low=market.price, price_high=market.price)
        for _, event in self._recent:
            running = _with(running, event)
        self.running = running
        return running

    def _move(self, market: Market) -> None:
        if self.running is None or market.price is None:
            return
        low, high = self.running.price_low, self.running.price_high
        self.running = replace(
            self.running,
            price_low=market.price if low is None else min(low, market.price),
            price_high=market.price if high is None else max(high, market.price),
            price_to=market.price,
        )

    def _end(self, end_ms: int, market: Market) -> Cascade | None:
        if self.running is None:
            return None
        before, after = self._began.open_interest if self._began else None, market.open_interest
        ended = replace(
            self.running,
            to_ms=end_ms,
            price_to=market.price,
            open_interest_change=None if before is None or after is None else after - before,
            funding=market.funding,
        )
        self.running = self._began = None
        self.past.append(ended)
        return ended

    def _an_hour_after(self, now_ms: int, market: Market) -> Cascade | None:
        for at, cascade in enumerate(self.past):
            if cascade.to_ms is None or cascade.price_hour_after is not None or market.price is None:
                continue
            # Looked at within a minute of the hour, or not at all: a price of later is another answer.
            if 0 <= now_ms - cascade.to_ms - HOUR_MS < MINUTE_MS:
                self.past[at] = replace(cascade, price_hour_after=market.price)
                return self.past[at]
        return None

    def _sample(self, now_ms: int) -> None:
        if self._samples and now_ms - self._samples[-1][0] < SAMPLE_MS:
            return
        self._samples.append((now_ms, self._minute))
        insort(self._sorted, self._minute)
        while self._samples[0][0] <= now_ms - DAY_MS:
            del self._sorted[bisect_left(self._sorted, self._samples.popleft()[1])]


def _with(cascade: Cascade, event: Liquidation) -> Cascade:
    is_long = event.position == "long"
    longs, shorts = cascade.venues.get(event.venue, (0.0, 0.0))
    share = (longs + event.usd, shorts) if is_long else (longs, shorts + event.usd)
    largest = event.usd > cascade.worst_usd
    return replace(
        cascade,
        long_usd=cascade.long_usd + (event.usd if is_long else 0.0),
        short_usd=cascade.short_usd + (0.0 if is_long else event.usd),
        count=cascade.count + 1,
        venues={**cascade.venues, event.venue: share},
        worst_usd=event.usd if largest else cascade.worst_usd,
        worst_venue=event.venue if largest else cascade.worst_venue,
        worst_price=event.price if largest else cascade.worst_price,
        worst_position=event.position if largest else cascade.worst_position,
    )
