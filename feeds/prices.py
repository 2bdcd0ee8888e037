"""The last price of each instrument, and whether it may be believed: held against what other venues say meanwhile."""

from collections import deque
from collections.abc import Iterator, Mapping
from math import inf
from statistics import median
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from feeds.signals.price import FAR, within
from feeds.text import price as shown
from feeds.venue import Venue

Key = tuple[str, str]
"""Venue and symbol."""
HELD_MS = 60_000
"""Venues confirm one another within a second; a trade that none confirmed within a minute is not waited for."""
MOST_HELD = 5_000
CONFIRM_MS = 100
FOLLOW_MS = 1_000


class Doubt(Struct, frozen=True, gc=False):
    """A price far from the median of `venues` other venues, `median`, as they stood at `at_ms`."""

    median: float
    venues: int
    at_ms: int

    def words(self, price: float) -> str:
        """Both numbers, and how far they are apart."""
        others = f"the median of {self.venues} other venues" if self.venues > 1 else "of the only other venue"
        off = f"{abs(price / self.median - 1):,.1%}"
        return f"{shown(price)} is {off} off {shown(self.median)}, {others}: not confirmed"


class Last(Struct, frozen=True, gc=False):
    """The last price of an instrument; `as_of_ms` is on our clock, of the trade or of the change that told it.

    `cached`: from an earlier run. `doubt`: why it is shown and not used; `believed` is then the last that was.
    """

    symbol: str
    price: float
    as_of_ms: int
    cached: bool = False
    doubt: Doubt | None = None
    believed: "Last | None" = None


class Held(NamedTuple):
    """A trade that nothing confirmed yet."""

    t_ms: int
    price: float
    btc: float


class Prices:
    """Last prices by instrument. Those that make a venue's price are doubted while they are far from the other venues.

    A price is far if it is more than `FAR` from the median of the other venues' fresh prices, those not doubted. It is
    believed all the same where one other venue is within `FAR` of it, doubted or not: so a crash is believed as soon
    as a second venue has it. In a crash the others follow: a price that leapt is doubted anew if, `FOLLOW_MS` later,
    more venues of its currency still trade far from it than are near. Where no other venue is fresh there is nothing to
    hold it against.
    """

    def __init__(self, venues: Mapping[str, Venue], fresh_ms: int) -> None:
        self.last: dict[Key, Last] = {}
        self.held: dict[Key, deque[Held]] = {}
        self.unsettled = False
        """Whether something may be confirmed now that was doubted before; `confirm` takes it back."""
        self._keys = {name: tuple((name, symbol) for symbol in venue.prices) for name, venue in venues.items()}
        self._currency = {name: venue.quote for name, venue in venues.items()}
        self._judged = {key for keys in self._keys.values() for key in keys}
        self._fresh_ms = fresh_ms
        self.now_ms = 0
        self._confirmed_ms = 0
        self._doubted: set[Key] = set()
        self._leapt: dict[Key, int] = {}  # when a price far from its venue's own was believed on another's word
        self._low, self._high = inf, 0.0  # between them a price is within `FAR` of every venue
        self.least, self.most = 0.0, inf

    def forget(self, venue: str) -> None:
        """Forget the prices of a venue that has closed; it confirms nothing any more."""
        for key in [key for key in self.last if key[0] == venue]:
            del self.last[key]
            self.held.pop(key, None)
            self._doubted.discard(key)
        self._judged -= set(self._keys.pop(venue, ()))

    def advance(self) -> None:
        """Look anew at what is fresh, as of `now_ms`; to be called once a second."""
        now_ms = self.now_ms
        self.unsettled = bool(self._doubted or self.held)
        for key in [key for key, held in self.held.items() if held[-1].t_ms <= now_ms - HELD_MS]:
            del self.held[key]
        for key, leapt_ms in list(self._leapt.items()):
            last = self.last[key]
            if last.doubt is None and (doubt := self._outvoted(key, last.price)):
                self.last[key] = replace(last, doubt=doubt)
                self._doubted.add(key)
            elif last.doubt is None and now_ms - leapt_ms > HELD_MS:
                del self._leapt[key]
        self._look()

    def trade(self, key: Key, price: float, as_of_ms: int) -> bool:
        """Take the price of a trade; whether it is believed."""
        if not self._low <= price <= self._high and key in self._judged:
            return self._judge(key, price, as_of_ms)
        old = self.last.get(key)
        if old is None or old.cached or as_of_ms >= old.as_of_ms:
            self.last[key] = Last(key[1], price, as_of_ms)
        return True

    def told(self, key: Key, price: float, as_of_ms: int) -> None:
        """Take a last price that a ticker tells: news only if it changed, for tickers repeat it."""
        old = self.last.get(key)
        if old is None or old.cached or price != old.price:
            self.trade(key, price, as_of_ms)

    def hold(self, key: Key, trade: Held) -> None:
        """Keep a trade that is not believed, for as long as it may be confirmed."""
        self.held.setdefault(key, deque(maxlen=MOST_HELD)).append(trade)

    def confirm(self) -> Iterator[tuple[Key, Held]]:
        """Believe what other venues have come near to; give the trades that were held back and are confirmed now.

        No more often than every `CONFIRM_MS`; what had no turn stays unsettled.
        """
        if self.now_ms - self._confirmed_ms < CONFIRM_MS:
            return
        self.unsettled, self._confirmed_ms = False, self.now_ms
        for key in sorted(self._doubted):
            last = self.last[key]
            around = () if self._outvoted(key, last.price) else self._around(key)
            if last.doubt and any(low <= last.price <= high for low, high in around):
                self._leap(key, last.price, last.believed)
                self.last[key] = last = replace(last, doubt=None, believed=None)
            if last.doubt is None:
                self._doubted.discard(key)
        for key in sorted(self.held):
            yield from self._released(key)
        self._look()

    def _released(self, key: Key) -> Iterator[tuple[Key, Held]]:
        """Take out what is confirmed of the trades of an instrument that were held back."""
        held, around = self.held.pop(key), self._around(key)
        lowest, highest = min(one.price for one in held), max(one.price for one in held)
        around = [(low, high) for low, high in around if low <= highest and lowest <= high]
        left = held if not around else deque[Held](maxlen=MOST_HELD)
        for one in held if around else ():
            if any(low <= one.price <= high for low, high in around) and not self._outvoted(key, one.price):
                yield key, one
            else:
                left.append(one)
        if left:
            self.held[key] = left

    def near(self, price: float, within: float) -> bool:
        """Whether a price is near that of some venue, or there is none to hold it against."""
        return self.least * (1 - within) <= price <= self.most * (1 + within)

    def believed(self, key: Key) -> Last | None:
        """The last price of an instrument that is not doubted."""
        last = self.last.get(key)
        return last.believed if last and last.doubt else last

    def _judge(self, key: Key, price: float, as_of_ms: int) -> bool:
        """Take a price that is far from that of some venue; whether it is believed."""
        doubt, old = self._outvoted(key, price) or self._doubt(key, price), self.last.get(key)
        if old is None or old.cached or as_of_ms >= old.as_of_ms:
            believed = (old.believed if old and old.doubt else old) if doubt else None
            self.last[key] = Last(key[1], price, as_of_ms, doubt=doubt, believed=believed)
            if doubt:
                self._doubted.add(key)
        if doubt is None:
            self._leap(key, price, old.believed if old and old.doubt else old)
            self.unsettled = bool(self._doubted or self.held)
            self._look()
        return doubt is None

    def _leap(self, key: Key, price: float, before: Last | None) -> None:
        """Take note of a price that is believed though it is far from the one before."""
        if before and not before.cached and not within(price, before.price, FAR):
            self._leapt.setdefault(key, self.now_ms)

    def _look(self) -> None:
        """Find between which prices nothing has to be looked at more closely."""
        prices = [last.price for last in self._fresh("") if last.doubt is None]
        self._low, self._high = (max(prices) * (1 - FAR), min(prices) * (1 + FAR)) if prices else (inf, 0.0)
        self.least, self.most = (min(prices), max(prices)) if prices else (0.0, inf)

    def _fresh(self, without: str, currency: str = "") -> list[Last]:
        """The fresh price of each venue but one (and of one currency), of the best of its instruments that has one."""
        edge = self.now_ms - self._fresh_ms
        found = []
        for name, keys in self._keys.items():
            if name == without or currency not in ("", self._currency[name]):
                continue
            for key in keys:
                last = self.last.get(key)
                if last and not last.cached and last.as_of_ms > edge:
                    found.append(last)
                    break
        return found

    def _doubt(self, key: Key, price: float) -> Doubt | None:
        others = self._fresh(key[0])
        believed = [last.price for last in others if last.doubt is None]
        if not believed:  # what was doubted stays so for a while, though the others have fallen silent
            old = self.last.get(key)
            doubt = old.doubt if old else None
            if doubt is None or self.now_ms - doubt.at_ms >= 3 * self._fresh_ms or _near(price, others):
                return None
            return None if within(price, doubt.median, FAR) else doubt
        middle = median(believed)
        if within(price, middle, FAR) or _near(price, others):
            return None
        return Doubt(middle, len(believed), self.now_ms)

    def _outvoted(self, key: Key, price: float) -> Doubt | None:
        """What contradicts a price that leapt: more venues than are near it, which have traded since."""
        leapt_ms = self._leapt.get(key)
        if leapt_ms is None:
            return None
        others = self._fresh(key[0], self._currency[key[0]])
        near = sum(within(price, last.price, FAR) for last in others)
        far = [last.price for last in others if last.doubt is None and last.as_of_ms > leapt_ms + FOLLOW_MS]
        far = [other for other in far if not within(price, other, FAR)]
        return Doubt(median(far), len(far), self.now_ms) if len(far) > near else None

    def _around(self, key: Key) -> list[tuple[float, float]]:
        """Between which prices one of this instrument is confirmed: near another venue, or the middle of them."""
        others = self._fresh(key[0])
        believed = [last.price for last in others if last.doubt is None]
        marks = [last.price for last in others] + ([median(believed)] if believed else [])
        return [(mark * (1 - FAR), mark * (1 + FAR)) for mark in marks]


def _near(price: float, others: list[Last]) -> bool:
    return any(within(price, last.price, FAR) for last in others)
