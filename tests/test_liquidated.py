"""Totals of liquidations: exact, each event once, each window to the millisecond."""

import gc
import random
import sys
from collections.abc import Iterable

import pytest

from feeds import liquidated
from feeds.columns import Columns
from feeds.facts import Liquidation, Repriced
from feeds.liquidated import Book
from feeds.seen import Seen
from feeds.state import KNOWN_TRADES
from feeds.topics import WINDOW_MS, Total

T0 = 1_700_000_000_000
VENUES = ("bybit", "okx", "binance_usdm")


def event(
    id: str, position: str = "long", usd: float = 1000.0, btc: float = 0.01, venue: str = "bybit", t: int = T0
) -> Liquidation:
    return Liquidation(venue, "BTCUSDT", t, t, position, btc, usd, 64_000.0, id)  # type: ignore[arg-type]


def test_sides_and_units_are_kept_apart() -> None:
    book = Book()
    book.add(event("1", "long", 1540.612, 0.02), T0)
    book.add(event("2", "short", 300.0, 0.00468, "okx"), T0)
    book.advance(T0)
    assert book.total("1m", VENUES) == Total(1540.612, 300.0, 0.02, 0.00468, 1, 1)
    assert book.total("1m", ("okx",)) == Total(0.0, 300.0, 0.0, 0.00468, 0, 1)


def test_an_event_seen_twice_counts_once() -> None:
    book = Book()
    assert book.add(event("1"), T0)
    assert not book.add(event("1"), T0 + 5)
    assert book.add(event("1", venue="okx"), T0)
    assert len(book.tape) == 2


def test_a_price_that_comes_later_takes_the_place_of_the_estimate() -> None:
    book = Book()
    book.add(event("1", "short", 154_000.0, 2.0), T0)
    book.add(event("2", "short", 1_000.0, 0.5), T0)
    book.advance(T0)
    assert book.reprice(Repriced(154_400.0, 77_200.0, "bybit", "1"))
    assert book.total("1m", VENUES) == Total(0.0, 155_400.0, 0.0, 2.5, 0, 2)
    assert book.prices("1m", 100.0) == {77_200.0: (0.0, 154_400.0), 64_000.0: (0.0, 1_000.0)}
    assert [(row.usd, row.price) for row, _ in book.tape] == [(154_400.0, 77_200.0), (1_000.0, 64_000.0)]
    book.advance(T0 + 60_000)
    assert book.total("1m", VENUES) == Total(0.0, 0.0, 0.0, 0.0, 0, 0)
    assert book.reprice(Repriced(154_500.0, 77_250.0, "bybit", "1"))  # out of one window, in the others
    assert book.total("1m", VENUES) == Total(0.0, 0.0, 0.0, 0.0, 0, 0)
    assert book.total("5m", VENUES).short_usd == 155_500.0


def test_a_price_of_an_event_that_is_not_known_says_nothing() -> None:
    book = Book()
    book.add(event("1"), T0)
    assert not book.reprice(Repriced(5.0, 5.0, "okx", "1"))
    assert book.total("1m", VENUES).long_usd == 1000.0


def test_an_event_is_known_again_until_many_others_have_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liquidated, "KNOWN", 4)
    book = Book()
    assert [book.add(event(id), T0) for id in "12344321"] == [True] * 4 + [False] * 4
    assert [book.add(event(id), T0) for id in "5251"] == [True, False, False, True]


def test_an_event_is_known_again_for_longer_than_it_counts() -> None:
    book = Book()
    assert book.add(event("1"), T0)
    book.advance(T0 + 2 * WINDOW_MS["24h"])
    assert book.total("24h", VENUES).long_count == 0
    assert not book.add(event("1"), T0)


def test_an_event_leaves_its_window_on_the_millisecond() -> None:
    book = Book()
    book.add(event("1"), T0)
    book.advance(T0 + 59_999)
    assert book.total("1m", VENUES).long_count == 1
    book.advance(T0 + 60_000)
    assert book.total("1m", VENUES).long_count == 0
    assert book.total("5m", VENUES).long_count == 1


class Plain:
    """The same by plain lists, counted anew at each question."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.all: list[tuple[int, Liquidation]] = []
        self.whole_from_ms = 0
        self.now = T0

    def add(self, event: Liquidation, t_ms: int) -> None:
        at = next((at for at in range(len(self.all), 0, -1) if self.all[at - 1][0] <= t_ms), 0)
        self.all.insert(at, (t_ms, event))

    def advance(self, now: int) -> None:
        self.now = now
        if len(self.all) > self.most:
            self.whole_from_ms = self.all[-self.most - 1][0]
            del self.all[: -self.most]

    def inside(self, length: int, position: str, venues: Iterable[str] = VENUES) -> list[Liquidation]:
        return [e for t, e in self.all if t > self.now - length and e.position == position and e.venue in venues]

    def total(self, window: str, venues: Iterable[str]) -> Total:
        sides = [self.inside(WINDOW_MS[window], position, venues) for position in ("long", "short")]
        usd = [sum(round(e.usd * 1e6) for e in side) / 1_000_000 for side in sides]
        btc = [sum(round(e.btc * 1e8) for e in side) / 100_000_000 for side in sides]
        return Total(*usd, *btc, *map(len, sides))

    def prices(self, window: str, step: float) -> dict[float, tuple[float, float]]:
        folded: dict[float, list[int]] = {}
        for side, position in enumerate(("long", "short")):
            for e in self.inside(WINDOW_MS[window], position):
                edge = int(e.price // 10) * 10.0 // step * step
                folded.setdefault(edge, [0, 0])[side] += round(e.usd * 1e6)
        return {edge: (longs / 1_000_000, shorts / 1_000_000) for edge, (longs, shorts) in folded.items()}

    def saturations(self) -> dict[str, float]:
        seconds = {(e.venue, t // 1000) for t, e in self.all if t > self.now - 60_000}
        return {venue: min(1.0, sum(v == venue for v, _ in seconds) / 60) for venue, _ in seconds}

    def spark(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        first = self.now // 10_000 - 29
        sides = ([0] * 30, [0] * 30)
        for t, e in self.all:
            if 0 <= t // 10_000 - first < 30:
                sides[e.position == "short"][t // 10_000 - first] += round(e.usd * 1e6)
        return tuple(v / 1_000_000 for v in sides[0]), tuple(v / 1_000_000 for v in sides[1])


@pytest.mark.parametrize("most", [100_000, 300])
def test_whatever_comes_in_whatever_order_all_that_is_asked_is_as_by_plain_lists(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liquidated, "MOST_EVENTS", most)
    rng = random.Random(7)
    book, plain = Book(), Plain(most)
    now = T0
    for i in range(1_500):
        now += rng.randrange(0, 8_000) if rng.random() < 0.999 else rng.randrange(4 * 3_600_000)
        late = rng.choice([0, 0, 0, 400, 20_000, 90_000, 5_000_000])
        e = Liquidation(
            rng.choice(VENUES),
            "BTCUSDT",
            now,
            now,
            rng.choice(["long", "short"]),  # type: ignore[arg-type]
            rng.uniform(1e-8, 100),
            rng.choice([rng.uniform(0.01, 1e6), rng.uniform(1e9, 9e14)]),
            rng.uniform(50_000, 70_000),
            str(i),
        )
        book.add(e, now - late)
        plain.add(e, now - late)
        if i % 50 == 0 or i % 50 == 7:
            book.advance(now)
            plain.advance(now)
        if i % 50 == 0:
            for window in WINDOW_MS:
                assert book.total(window, VENUES) == plain.total(window, VENUES)
                assert book.total(window, ("okx",)) == plain.total(window, ("okx",))
                assert book.prices(window, 50.0) == plain.prices(window, 50.0)
            assert book.saturations(now) == plain.saturations()
            assert book.spark(now) == plain.spark()
            assert book.whole_from_ms == plain.whole_from_ms


def held_bytes(one: object) -> int:
    """What an object and all that it holds take, each once."""
    known: set[int] = set()
    left, total = [one], 0
    while left:
        one = left.pop()
        if id(one) not in known and not isinstance(one, type):
            known.add(id(one))
            total += sys.getsizeof(one)
            left += gc.get_referents(one)
    return total


def test_a_book_and_the_known_trades_of_twenty_five_instruments_hold_eight_megabytes_at_most() -> None:
    """All entries that are kept, all windows full of prices over a seventh of a market, and all trades known."""
    entries, book = Columns(), Book()
    for i in range(liquidated.MOST_EVENTS):
        entries.insert(i, event("any", usd=i + 0.5), T0 + i)
    for i in range(2_000):
        position, price = ("long", "short")[i % 2], 64_000.0 + i // 2 * 10
        e = Liquidation("bybit", "BTCUSDT", T0, T0, position, 0.01, i + 0.5, price, f"id-{i}")  # type: ignore[arg-type]
        book.add(e, T0)
    trades = [Seen(KNOWN_TRADES) for _ in range(25)]
    for number in range(2 * KNOWN_TRADES):
        trades[0].again(f"{10**11 + number}")
    assert held_bytes(entries) + held_bytes(book) + held_bytes(trades) <= 8_000_000


def test_the_sparkline_has_ten_second_buckets_with_the_newest_last() -> None:
    book = Book()
    book.add(event("1", usd=5.0), T0 - 295_000)
    book.add(event("2", usd=7.0), T0 - 15_000)
    book.add(event("3", "short", usd=9.0), T0)
    longs, shorts = book.spark(T0)
    assert len(longs) == 30
    assert (longs[0], longs[27], shorts[29]) == (0.0, 7.0, 9.0)
    assert sum(longs) == 7.0


def test_more_events_than_are_kept_lose_the_oldest_and_it_is_said(monkeypatch) -> None:
    monkeypatch.setattr(liquidated, "MOST_EVENTS", 100)
    book = Book()
    for i in range(150):
        book.add(event(str(i)), T0 + i)
    book.advance(T0 + 150)
    assert book.total("24h", VENUES).long_count == 100
    assert book.whole_from_ms == T0 + 49


def test_prices_are_folded_into_steps_and_leave_with_their_window() -> None:
    book = Book()
    for id, price, position, at in [
        ("1", 63_999.0, "long", 0),
        ("2", 63_951.0, "long", 0),
        ("3", 64_000.0, "short", 30_000),
    ]:
        e = Liquidation("okx", "BTC-USDT-SWAP", T0, T0, position, 0.1, 100.0, price, id)  # type: ignore[arg-type]
        book.add(e, T0 + at)
    book.advance(T0 + 30_000)
    assert book.prices("1m", 50.0) == {63_950.0: (200.0, 0.0), 64_000.0: (0.0, 100.0)}
    assert book.prices("1m", 10.0) == {63_990.0: (100.0, 0.0), 63_950.0: (100.0, 0.0), 64_000.0: (0.0, 100.0)}
    book.advance(T0 + 60_000)
    assert book.prices("1m", 50.0) == {64_000.0: (0.0, 100.0)}
    assert book.prices("5m", 1_000.0) == {63_000.0: (200.0, 0.0), 64_000.0: (0.0, 100.0)}


def test_saturation_is_the_share_of_seconds_with_an_event() -> None:
    book = Book()
    for i in range(30):
        book.add(event(f"{i}a", venue="binance_usdm"), T0 + i * 1_000)
        book.add(event(f"{i}b", venue="binance_usdm"), T0 + i * 1_000 + 500)
        book.add(event(f"{i}c"), T0 + 40_000 + i)
    assert book.saturations(T0 + 59_000) == {"binance_usdm": 0.5, "bybit": 1 / 60}
    assert book.saturations(T0 + 69_999)["binance_usdm"] == 20 / 60
    assert book.saturations(T0 + 200_000) == {}
