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

Key = tuple[str, str]
"""Venue and symbol."""
HELD_MS = 60_000
"""Venues confirm one another within a second; a trade that none confirmed within a minute is not waited for."""
MOST_HELD = 5_000


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
    as a second venue has it. Where no other venue is fresh there is nothing to hold it against.
    """

    def __init__(self, venues: Mapping[str, tuple[str, ...]], fresh_ms: int) -> None:
        """`venues`: the symbols that make the price of each, best first."""
        self.last: dict[Key, Last] = {}
        self.held: dict[Key, deque[Held]] = {}
        self.unsettled = False
        """Whether something may be confirmed now that was doubted before; `confirm` takes it back."""
        self._keys = {name: tuple((name, symbol) for symbol in symbols) for name, symbols in venues.items()}
        self._judged = {key for keys in self._keys.values() for key in keys}
        self._fresh_ms = fresh_ms
        self.now_ms = 0
        self._doubted: set[Key] = set()
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
        """Believe what other venues have come near to; give the trades that were held back and are confirmed now."""
        self.unsettled = False
        for key in sorted(self._doubted):
            last = self.last[key]
            if last.doubt is None:
                self._doubted.discard(key)
            elif self._confirmed(key, last.price):
                self.last[key] = replace(last, doubt=None, believed=None)
                self._doubted.discard(key)
        for key, held in list(self.held.items()):
            own = [(one, self._confirmed(key, one.price)) for one in held]
            left = [one for one, confirmed in own if not confirmed]
            if len(left) < len(own):
                del self.held[key]
                if left:
                    self.held[key] = deque(left, maxlen=MOST_HELD)
                yield from ((key, one) for one, confirmed in own if confirmed)
        self._look()

    def near(self, price: float, within: float) -> bool:
        """Whether a price is near that of some venue, or there is none to hold it against."""
        return self.least * (1 - within) <= price <= self.most * (1 + within)

    def believed(self, key: Key) -> Last | None:
        """The last price of an instrument that is not doubted."""
        last = self.last.get(key)
        return last.believed if last and last.doubt else last

    def _judge(self, key: Key, price: float, as_of_ms: int) -> bool:
        """Take a price that is far from that of some venue; whether it is believed."""
        doubt, old = self._doubt(key, price), self.last.get(key)
        if old is None or old.cached or as_of_ms >= old.as_of_ms:
            believed = (old.believed if old and old.doubt else old) if doubt else None
            self.last[key] = Last(key[1], price, as_of_ms, doubt=doubt, believed=believed)
            if doubt:
                self._doubted.add(key)
        self.unsettled = True
        self._look()
        return doubt is None

    def _look(self) -> None:
        """Find between which prices nothing has to be looked at more closely."""
        prices = [last.price for last in self._fresh("") if last.doubt is None]
        self._low, self._high = (max(prices) * (1 - FAR), min(prices) * (1 + FAR)) if prices else (inf, 0.0)
        self.least, self.most = (min(prices), max(prices)) if prices else (0.0, inf)

    def _fresh(self, without: str) -> list[Last]:
        """The fresh price of each venue but one, of the best of its instruments that has one."""
        edge = self.now_ms - self._fresh_ms
        found = []
        for name, keys in self._keys.items():
            for key in keys if name != without else ():
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

    def _confirmed(self, key: Key, price: float) -> bool:
        """Whether another venue is near, or the middle of them; where none is heard nothing is."""
        others = self._fresh(key[0])
        believed = [last.price for last in others if last.doubt is None]
        return _near(price, others) or bool(believed and within(price, median(believed), FAR))


def _near(price: float, others: list[Last]) -> bool:
    return any(within(price, last.price, FAR) for last in others)
