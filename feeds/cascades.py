"""Cascades of liquidations as events of their own: when one began and ended, what it took, and what came after."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from feeds.columns import Columns, Entry
from feeds.facts import Liquidation
from feeds.signals.liquidations import CascadeRule, level
from feeds.topics import Cascade, LiqLevel

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
SAMPLE_MS = 10_000
"""How often the total of the last minute joins the day's distribution."""
KEEP = 50
RISEN: tuple[LiqLevel, ...] = ("elevated", "cascade")


class Market(Struct, frozen=True):
    """What stands beside the liquidations at one moment; `None` is not known. Open interest in BTC by contract."""

    price: float | None
    open_interest: Mapping[tuple[str, str], float]
    funding: float | None


class Cascades:
    """Watches the total of the last minute, once a second. Bounded; reads no clock.

    The level rises on what is heard, for there was at least so much. It is `calm` only where the minute was whole, and,
    after more than that, where all were for two minutes. Once what is heard has been below `elevated` for so long, but
    not all is heard, neither can be told, and the level is `None`. A minute that was not whole is no measure of others.
    """

    def __init__(self, rule: CascadeRule | None = None) -> None:
        self.rule = rule or CascadeRule()
        self.level: LiqLevel | None = None
        self.since_ms: int | None = None
        self.past: deque[Cascade] = deque(maxlen=KEEP)
        self.running: Cascade | None = None
        self._recent = Columns()  # as they came
        self._minute = 0.0
        self._samples: deque[tuple[int, float]] = deque()
        self._sorted: list[float] = []
        self._below_ms: int | None = None  # since when what is heard is below `elevated`
        self._calm_ms: int | None = None  # since when that is all there was
        self.risen = False  # above calm, and not known to be over
        self._began: Market | None = None

    @property
    def history_ms(self) -> int:
        """Of how much time there are whole minutes to measure others by."""
        return len(self._samples) * SAMPLE_MS

    def add(self, event: Liquidation, t_ms: int) -> None:
        """Take an event that happened at `t_ms` on our clock."""
        self._recent.insert(len(self._recent), event, t_ms)
        self._minute += event.usd
        if self.running:
            self.running = _with(self.running, event)

    def advance(self, now_ms: int, market: Market, *, whole: bool) -> Cascade | None:
        """Let time pass; return the cascade that began, ended or became an hour old, if one did.

        `whole`: whether what was added in the last minute is as good as all that there was.
        """
        self._forget(now_ms - MINUTE_MS)
        now = level(self._minute, self._sorted, self.history_ms, self.rule, whole=whole)
        changed = self._settle(now, now_ms, market)
        self._sample(now_ms, whole=whole)
        return changed or self._an_hour_after(now_ms, market)

    def remember(self, past: list[Cascade]) -> None:
        """Take cascades of earlier runs, oldest first."""
        self.past.extend(past)

    def _forget(self, until_ms: int) -> None:
        gone = 0
        while gone < len(self._recent) and self._recent.times[gone] <= until_ms:
            self._minute -= self._recent[gone].usd
            gone += 1
        self._recent.drop(gone)
        if not self._recent:
            self._minute = 0.0

    def _settle(self, now: LiqLevel | None, now_ms: int, market: Market) -> Cascade | None:
        """Rise at once; fall only after a while below `elevated`, and to `calm` only if all of it was heard."""
        self._below_ms = None if now in RISEN else now_ms if self._below_ms is None else self._below_ms
        self._calm_ms = None if now != "calm" else now_ms if self._calm_ms is None else self._calm_ms
        if now == "cascade" and self.running is None:
            self._change("cascade", now_ms)
            return self._begin(now_ms, market)
        if now == "elevated" and self.level not in RISEN:
            self._change("elevated", now_ms)
        if self._below_ms is None or (self.level in RISEN and not self._lasted(self._below_ms, now_ms)):
            self._move(market)
            return None
        calm = now == "calm" and (not self.risen or self._lasted(self._calm_ms, now_ms))
        self._change("calm" if calm else None, now_ms)
        return self._end(self._below_ms, market)

    def _lasted(self, since_ms: int | None, now_ms: int) -> bool:
        return since_ms is not None and now_ms - since_ms >= self.rule.calm_after_ms

    def _change(self, to: LiqLevel | None, now_ms: int) -> None:
        if to != self.level:
            self.level, self.since_ms = to, None if to is None else now_ms
        self.risen = to in RISEN or (self.risen and to is None)

    def _begin(self, now_ms: int, market: Market) -> Cascade:
        began = self._recent.times[0] if self._recent else now_ms
        self._began = market
        running = Cascade(began, None, price_from=market.price, price_low=market.price, price_high=market.price)
        for entry in self._recent:
            running = _with(running, entry)
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
        ended = replace(
            self.running,
            to_ms=end_ms,
            price_to=market.price,
            open_interest_change=_interest_change(self._began, market),
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

    def _sample(self, now_ms: int, *, whole: bool) -> None:
        if whole and (not self._samples or now_ms - self._samples[-1][0] >= SAMPLE_MS):
            self._samples.append((now_ms, self._minute))
            insort(self._sorted, self._minute)
        while self._samples and self._samples[0][0] <= now_ms - DAY_MS:
            del self._sorted[bisect_left(self._sorted, self._samples.popleft()[1])]


def _interest_change(began: Market | None, ended: Market) -> float | None:
    """Over the contracts that were told at both times: one that came or went in between is no change."""
    before, after = began.open_interest if began else {}, ended.open_interest
    both = before.keys() & after.keys()
    return sum(after[key] - before[key] for key in both) if both else None


def _with(cascade: Cascade, event: Liquidation | Entry) -> Cascade:
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
