"""Totals of liquidations: exact, each event once, each window to the millisecond."""

import random

import pytest

from feeds import liquidated
from feeds.facts import Liquidation, Repriced
from feeds.liquidated import Book
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


def test_an_event_is_known_again_for_as_long_as_it_counts_and_then_forgotten() -> None:
    day = WINDOW_MS["24h"]
    book = Book()
    book.advance(T0)
    book.advance(T0 + day - 1)
    assert book.add(event("1"), T0 + day - 1)
    book.advance(T0 + day)
    book.advance(T0 + 2 * day - 2)
    assert book.total("24h", VENUES).long_count == 1
    assert not book.add(event("1"), T0 + 2 * day - 2)
    book.advance(T0 + 2 * day)
    assert book.add(event("1"), T0 + 2 * day)


def test_a_flood_of_events_pushes_out_the_oldest_known_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liquidated, "MOST_IDS", 3)
    book = Book()
    book.advance(T0)
    assert [book.add(event(id), T0) for id in "1234554321"] == [True] * 5 + [False] * 5
    assert [book.add(event(id), T0) for id in "676"] == [True, True, False]
    assert book.add(event("1"), T0)


def test_an_event_leaves_its_window_on_the_millisecond() -> None:
    book = Book()
    book.add(event("1"), T0)
    book.advance(T0 + 59_999)
    assert book.total("1m", VENUES).long_count == 1
    book.advance(T0 + 60_000)
    assert book.total("1m", VENUES).long_count == 0
    assert book.total("5m", VENUES).long_count == 1


def test_totals_are_exact_after_any_number_of_events() -> None:
    rng = random.Random(7)
    book = Book()
    events = []
    now = T0
    for i in range(5_000):
        now += rng.randrange(0, 4_000)
        late = rng.choice([0, 0, 0, 400, 20_000, 90_000])
        e = event(str(i), rng.choice(["long", "short"]), round(rng.uniform(1, 1e6), 4), 0.001, rng.choice(VENUES))
        book.add(e, now - late)
        events.append((now - late, e))
        if i % 97 == 0:
            book.advance(now)
    book.advance(now)
    for window, length in WINDOW_MS.items():
        inside = [e for t, e in events if t > now - length]
        total = book.total(window, VENUES)
        longs = [e for e in inside if e.position == "long"]
        assert total.long_count == len(longs)
        assert total.long_usd == round(sum(round(e.usd * 1e6) for e in longs)) / 1e6
        assert total.short_count == len(inside) - len(longs)


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
