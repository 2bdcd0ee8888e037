"""The simulated past, and the candles of any instrument from it and from the trades since."""

from collections.abc import Iterable
from math import exp, log, sqrt
from random import Random
from threading import Lock

from msgspec import Struct
from msgspec.structs import replace

from feeds.simulate.listings import LISTINGS, Listing

MINUTE_MS = 60_000
DAY_MS = 86_400_000
CENTRE = 64_000.0
SIGMA_S = 0.9e-4  # of the logarithm, per square root of a second: about 50 % a year
_PULL_DAY = 0.01
_AGES = ((1, 3), (15, 14), (60, 46), (240, 172), (1440, 1020))
"""Minutes of a kept candle, and to which age in days: each time frame can show a thousand candles."""


class Candle(Struct):
    """A candle while it is being put together. `count` and `buy_btc` are trades, and what takers bought."""

    open_ms: int
    open: float
    high: float
    low: float
    close: float
    btc: float
    usd: float
    count: int
    buy_btc: float

    def add(self, other: "Candle") -> None:
        """Append what followed in the same interval."""
        self.high = max(self.high, other.high)
        self.low = min(self.low, other.low)
        self.close = other.close
        self.btc += other.btc
        self.usd += other.usd
        self.count += other.count
        self.buy_btc += other.buy_btc


class History:
    """Candles of every instrument: an invented past that ends at `price` now, then what is traded.

    Trades are noted by the market's loop and candles are read by the HTTP server's threads, hence the lock.
    """

    def __init__(self, seed: int, now_ms: int, price: float) -> None:
        self._past = _past(Random(f"{seed} history"), now_ms, price)  # noqa: S311  it has to be repeatable
        self._asked: dict[tuple[int, int, int], list[Candle]] = {}
        self._since: dict[tuple[str, str], list[Candle]] = {row.key: [] for row in LISTINGS}
        self._lock = Lock()

    def note(self, listing: Listing, ts_ms: int, price: float, btc: float, *, bought: bool) -> None:
        """Take a trade into the running candle."""
        minutes = self._since[listing.key]
        open_ms = ts_ms - ts_ms % MINUTE_MS
        trade = Candle(open_ms, price, price, price, price, btc, btc * price, 1, btc if bought else 0.0)
        with self._lock:
            if minutes and minutes[-1].open_ms == open_ms:
                minutes[-1].add(trade)
            else:
                minutes.append(trade)

    def candles(self, listing: Listing, step_ms: int, offset_ms: int = 0, since_ms: int = 0) -> list[Candle]:
        """Candles of `step_ms` that open at `since_ms` or later, oldest first, the running one last.

        They open `offset_ms` after the UTC grid. Of how far back they reach, see `_AGES`.
        """
        past = [_of(listing, common) for common in self._common(step_ms, offset_ms, since_ms)]
        with self._lock:
            return _joined([*past, *self._since[listing.key]], step_ms, offset_ms)

    def _common(self, step_ms: int, offset_ms: int, since_ms: int) -> list[Candle]:
        """The past in candles, the same for all instruments and for ever; put together once."""
        asked = step_ms, offset_ms, since_ms
        if asked not in self._asked:
            parts = [
                part
                for span_ms, part in self._past
                if step_ms % span_ms == 0 == offset_ms % span_ms and part.open_ms >= since_ms
            ]
            first_is_cut = bool(parts) and (parts[0].open_ms - offset_ms) % step_ms != 0
            self._asked[asked] = _joined(parts, step_ms, offset_ms)[int(first_is_cut) :]
        return self._asked[asked]


def _joined(parts: Iterable[Candle], step_ms: int, offset_ms: int) -> list[Candle]:
    result: list[Candle] = []
    for part in parts:
        open_ms = part.open_ms - (part.open_ms - offset_ms) % step_ms
        if result and result[-1].open_ms == open_ms:
            result[-1].add(part)
        else:
            result.append(replace(part, open_ms=open_ms))
    return result


def _of(listing: Listing, common: Candle) -> Candle:
    """The common candle as this instrument saw it: its basis, its share of the volume."""
    factor = 1 + listing.basis_bp / 10_000
    first, high, low, last = (
        listing.price(value * factor) for value in (common.open, common.high, common.low, common.close)
    )
    btc = common.btc * listing.per_s * listing.mean_btc * 60
    buys = btc * common.buy_btc / common.btc
    count = max(1, round(btc / listing.mean_btc))
    usd = btc * (first + high + low + last) / 4
    return Candle(common.open_ms, first, high, low, last, btc, usd, count, buys)


def _past(random: Random, now_ms: int, price: float) -> list[tuple[int, Candle]]:
    """Walk back from `price`: candles with their spans, oldest first. Volume is 1 a minute on average."""
    midnight = now_ms - now_ms % DAY_MS
    walked: list[tuple[int, Candle]] = []
    close, end_ms = price, now_ms
    for minutes, days in _AGES:
        span_ms = minutes * MINUTE_MS
        while end_ms > midnight - days * DAY_MS:
            open_ms = (end_ms - 1) - (end_ms - 1) % span_ms
            sigma = SIGMA_S * sqrt(span_ms / 1000)
            pull = _PULL_DAY * span_ms / DAY_MS * log(CENTRE / close)
            start = close * exp(random.gauss(0, sigma) + pull)
            high = max(start, close) * exp(abs(random.gauss(0, sigma / 2)))
            low = min(start, close) * exp(-abs(random.gauss(0, sigma / 2)))
            volume = (end_ms - open_ms) / MINUTE_MS * random.lognormvariate(-0.18, 0.6)
            bought = volume * min(0.8, max(0.2, 0.5 + 0.1 * (close / start - 1) / sigma))
            walked.append((span_ms, Candle(open_ms, start, high, low, close, volume, 0.0, 0, bought)))
            close, end_ms = start, open_ms
    walked.reverse()
    return walked
