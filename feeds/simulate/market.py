"""The simulated market: one price, many instruments around it, stepped by whoever has a clock. No socket, no clock."""

from math import exp, log, sqrt
from random import Random

from msgspec.structs import replace

from feeds.facts import Position, Side
from feeds.simulate.events import Beat, Day, Event, Liquidated, Outage, Sweep, Ticker, Trade
from feeds.simulate.history import CENTRE, DAY_MS, SIGMA_S, History
from feeds.simulate.listings import LISTINGS, Listing
from feeds.simulate.scenes import Curve, Scene, value

BEAT_MS = 100
_TICKER_MS = 500
_FUNDING_MS = 28_800_000
_RETURN_S = 300.0  # after which a stray from the scene's path has fallen to a third
_LEAN_S = 20.0  # for how long a move sways the takers
_BASIS_BP = 0.6  # how far an instrument strays from its mean basis
_BASIS_S = 60.0
_HALF_SPREAD_BP = 0.15
_LIQUIDATION_USD = 9_000.0  # the median at size 1
_LARGEST_USD = 6_000_000.0
_MAKERS = 0.2  # of the forced closings that are fills: where the one closed had an order in the book


class _Book:
    """What the market keeps of one instrument."""

    def __init__(self, listing: Listing, day: Day, price: float, due: float) -> None:
        self.listing = listing
        self.stray_bp = 0.0
        self.mid = price
        self.last = listing.price(price)
        self.open, self.high, self.low = day.open, day.high, day.low
        self.day_btc, self.day_usd, self.day_quantity = day.btc, day.usd, day.quantity
        self.oi_btc = listing.oi_btc
        self.due = due
        self.next_id = 1_000_000
        self.next_forced = 1

    def quote(self) -> tuple[float, float]:
        """The best bid and ask, at least a tick apart."""
        price, away = self.listing.price, self.mid * _HALF_SPREAD_BP / 10_000
        bid = price(self.mid - away)
        return bid, max(price(self.mid + away), price(bid + 10.0**-self.listing.tick))

    def day(self) -> Day:
        return Day(self.open, self.high, self.low, self.day_btc, self.day_usd, self.day_quantity)


class Market:
    """The same scene, seed and steps give the same events. `speed` is scene seconds for each second of the steps.

    `rate` multiplies the trades and nothing else. The scene begins `earlier_ms` after `start_ms`.
    """

    def __init__(
        self, scene: Scene, seed: int, start_ms: int, rate: float = 1.0, speed: float = 1.0, earlier_ms: int = 0
    ) -> None:
        self._scene, self._rate, self._speed = scene, rate, speed
        self._random = Random(seed)  # noqa: S311  it has to be repeatable
        self.start_price = CENTRE * exp(self._random.gauss(0, 0.004))
        self.history = History(seed, start_ms, self.start_price)
        self.scene_s = -earlier_ms / 1000 * speed
        self._began_ms = start_ms
        self._stray = 0.0  # logarithm of price over path
        self._lean = 0.0  # recent return: which way takers lean
        self._common = self.start_price
        self._books = [self._book(row) for row in LISTINGS]
        self._forces: tuple[tuple[Position, Curve], ...] = (("long", scene.longs), ("short", scene.shorts))
        self._due = {position: self._random.expovariate(1) for position, _ in self._forces}
        self._down: set[str] = set()
        self._shares = [book.listing.share for book in self._books]

    @property
    def price(self) -> float:
        """The common price, around which all instruments trade."""
        return self._common

    def step(self, now_ms: int, dt_ms: int) -> list[Event]:
        """What happened in the `dt_ms` before `now_ms`, in the order of time."""
        self._move(dt_ms / 1000 * self._speed)
        orders = [*self._takers(now_ms, dt_ms), *self._forced(now_ms, dt_ms)]
        orders.sort(key=lambda order: order[0])
        events = self._outages()
        for ts_ms, cause in orders:
            events += self._trade(cause, ts_ms) if isinstance(cause, _Book) else self._liquidate(cause, ts_ms)
        return [*events, *self._beats(now_ms, dt_ms)]

    def _move(self, dt_s: float) -> None:
        self.scene_s += dt_s
        before = self._common
        sigma = SIGMA_S * value(self._scene.unrest, self.scene_s) * sqrt(dt_s)
        self._stray += -self._stray * min(1.0, dt_s / _RETURN_S) + self._random.gauss(0, sigma)
        self._common = self.start_price * (1 + value(self._scene.path, self.scene_s) / 100) * exp(self._stray)
        self._lean = self._lean * (1 - min(1.0, dt_s / _LEAN_S)) + log(self._common / before)
        wander = _BASIS_BP * sqrt(2 * min(1.0, dt_s / _BASIS_S))
        for book in self._books:
            book.stray_bp += -book.stray_bp * min(1.0, dt_s / _BASIS_S) + self._random.gauss(0, wander)
            book.mid = self._common * (1 + (book.listing.basis_bp + book.stray_bp) / 10_000)

    def _takers(self, now_ms: int, dt_ms: int) -> list[tuple[int, _Book]]:
        """When somebody trades of his own will, and on which book."""
        expected = self._rate * value(self._scene.activity, self.scene_s) * dt_ms / 1000
        result = []
        for book in self._books:
            book.due, parts = self._arrivals(book.due, book.listing.per_s * expected)
            result += [(now_ms - int(dt_ms * (1 - part)), book) for part in parts]
        return result

    def _forced(self, now_ms: int, dt_ms: int) -> list[tuple[int, Position]]:
        """When a position is closed by force, and which."""
        minutes = self._speed * dt_ms / 60_000
        result = []
        for position, curve in self._forces:
            expected = value(curve, self.scene_s) * minutes
            self._due[position], parts = self._arrivals(self._due[position], expected)
            result += [(now_ms - int(dt_ms * (1 - part)), position) for part in parts]
        return result

    def _trade(self, book: _Book, ts_ms: int) -> list[Event]:
        buys = 0.5 + min(0.3, max(-0.3, self._lean * 150))
        side: Side = "buy" if self._random.random() < buys else "sell"
        return [self._sweep(book, ts_ms, side, book.listing.mean_btc * self._random.lognormvariate(-0.72, 1.2))]

    def _sweep(self, book: _Book, ts_ms: int, side: Side, btc: float) -> Sweep:
        """One taker's order; every seventh or so eats through more than one price."""
        listing, step = book.listing, 10.0**-book.listing.tick * (1 if side == "buy" else -1)
        levels = 1 if self._random.random() < 0.85 else self._random.randint(2, 3)
        bid, ask = book.quote()
        first = ask if side == "buy" else bid
        fills = []
        for level in range(levels):
            price = listing.price(first + level * step)
            quantity = listing.quantity(btc / levels, price)
            fills.append(Trade(book.next_id, ts_ms, price, quantity, listing.btc(quantity, price), side))
            book.next_id += 1
        for fill in fills:
            book.day_btc += fill.btc
            book.day_usd += fill.btc * fill.price
            book.day_quantity += fill.quantity
            self.history.note(listing, ts_ms, fill.price, fill.btc, bought=side == "buy")
        book.last = fills[-1].price
        book.high, book.low = max(book.high, book.last), min(book.low, book.last)
        return Sweep(listing, tuple(fills), bid, ask)

    def _liquidate(self, position: Position, ts_ms: int) -> list[Event]:
        """A forced closing, after the trade that closed it."""
        book = self._random.choices(self._books, self._shares)[0]
        listing = book.listing
        size = value(self._scene.size, self.scene_s)
        usd = min(_LARGEST_USD, _LIQUIDATION_USD * size * self._random.lognormvariate(0, 1.4))
        if listing.fills:
            return self._fill(book, ts_ms, position, usd / book.mid)
        away = self._random.uniform(0.0002, 0.0012) * (-1 if position == "long" else 1)
        price = listing.price(book.mid * (1 + away))
        quantity = listing.quantity(usd / price, price)
        btc = listing.btc(quantity, price)
        book.oi_btc -= btc
        sweep = self._sweep(book, ts_ms, "sell" if position == "long" else "buy", btc)
        book.next_forced += 1
        usd, number = listing.usd(quantity, price), book.next_forced
        return [sweep, Liquidated(listing, ts_ms, position, price, quantity, btc, usd, number)]

    def _fill(self, book: _Book, ts_ms: int, position: Position, btc: float) -> list[Event]:
        """A forced closing whose fills are what the venue tells of it."""
        listing = book.listing
        maker = listing.fills == "either" and self._random.random() < _MAKERS
        sweep = self._sweep(book, ts_ms, "sell" if (position == "long") is not maker else "buy", btc)
        book.oi_btc -= sum(fill.btc for fill in sweep.trades)
        told = tuple(
            Liquidated(
                listing,
                ts_ms,
                position,
                fill.price,
                fill.quantity,
                fill.btc,
                listing.usd(fill.quantity, fill.price),
                fill.id,
                maker,
            )
            for fill in sweep.trades
        )
        return [replace(sweep, liquidated=told), *told]

    def _arrivals(self, due: float, expected: float) -> tuple[float, list[float]]:
        """Random arrivals in a step that expects so many: what is left to the next, and when, as parts of the step."""
        parts = []
        while due < expected:
            parts.append(due / expected)
            due += self._random.expovariate(1)
        return due - expected, parts

    def _outages(self) -> list[Event]:
        down = {row.venue for row in self._scene.outages if row.from_s <= self.scene_s < row.to_s}
        changed = sorted(down ^ self._down)
        self._down = down
        return [Outage(venue, venue in down) for venue in changed]

    def _beats(self, now_ms: int, dt_ms: int) -> list[Event]:
        """The beats of a step, and with each the tickers whose turn it is."""
        passed_ms, turns = now_ms - self._began_ms, _TICKER_MS // BEAT_MS
        result: list[Event] = []
        for count in range((passed_ms - dt_ms) // BEAT_MS + 1, passed_ms // BEAT_MS + 1):
            ts_ms = self._began_ms + count * BEAT_MS
            result += [self._ticker(book, ts_ms) for book in self._books[count % turns :: turns]]
            result.append(Beat(ts_ms, count))
        return result

    def _ticker(self, book: _Book, ts_ms: int) -> Ticker:
        listing, (bid, ask) = book.listing, book.quote()
        perpetual = listing.kind == "perpetual"
        book.oi_btc *= 1 + self._random.gauss(0, 0.00002)
        funding = 0.0001 + 0.00003 * 100 * (self._common / self.start_price - 1) if perpetual else 0.0
        return Ticker(
            listing,
            ts_ms,
            book.last,
            bid=bid,
            ask=ask,
            mark=round(book.mid, 2),
            index=round(self._common, 2),
            funding=round(funding, 8),
            next_funding_ms=ts_ms - ts_ms % _FUNDING_MS + _FUNDING_MS if perpetual else 0,
            oi_btc=book.oi_btc,
            day=book.day(),
        )

    def _book(self, listing: Listing) -> _Book:
        price = self.start_price * (1 + listing.basis_bp / 10_000)
        bars = self.history.candles(listing, 900_000, since_ms=self._began_ms - DAY_MS)
        btc = sum(bar.btc for bar in bars)
        usd = sum(bar.usd for bar in bars)
        quantity = usd / listing.contract if listing.inverse else btc / listing.contract
        high, low = max(bar.high for bar in bars), min(bar.low for bar in bars)
        day = Day(bars[0].open, high, low, btc, usd, quantity)
        return _Book(listing, day, price, self._random.expovariate(1))
