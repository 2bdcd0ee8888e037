"""The invented past, and how live trades continue it."""

from itertools import pairwise

import pytest

from feeds.facts import TIMEFRAME_MS
from feeds.simulate.history import History
from feeds.simulate.listings import LISTINGS, Listing, of

NOW_MS = 1_790_000_012_345
PRICE = 64_321.0
SPOT = of("binance")[0]


PAST = History(7, NOW_MS, PRICE)  # for the tests that only read it


def test_the_same_seed_gives_the_same_past() -> None:
    assert PAST.candles(SPOT, 900_000) == History(7, NOW_MS, PRICE).candles(SPOT, 900_000)
    assert PAST.candles(SPOT, 900_000) != History(8, NOW_MS, PRICE).candles(SPOT, 900_000)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: f"{listing.venue} {listing.symbol}")
def test_the_last_close_is_the_price_at_the_start(listing: Listing) -> None:
    for step_ms in TIMEFRAME_MS.values():
        last = PAST.candles(listing, step_ms)[-1]
        assert last.close == listing.price(PRICE * (1 + listing.basis_bp / 10_000))
        assert last.open_ms <= NOW_MS < last.open_ms + step_ms


@pytest.mark.parametrize("step_ms", TIMEFRAME_MS.values(), ids=TIMEFRAME_MS.keys())
def test_each_time_frame_has_a_thousand_candles_without_a_hole(step_ms: int) -> None:
    bars = PAST.candles(SPOT, step_ms)
    assert len(bars) >= 1000
    assert all(bar.open_ms % step_ms == 0 for bar in bars)
    assert {b.open_ms - a.open_ms for a, b in pairwise(bars)} == {step_ms}
    assert all(b.open == a.close for a, b in pairwise(bars))
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars)
    assert all(bar.btc > bar.buy_btc > 0 and bar.count > 0 for bar in bars)


def test_an_hour_is_its_sixty_minutes() -> None:
    hour = PAST.candles(SPOT, 3_600_000)[-2]
    minutes = [bar for bar in PAST.candles(SPOT, 60_000) if hour.open_ms <= bar.open_ms < hour.open_ms + 3_600_000]
    assert len(minutes) == 60
    assert (hour.open, hour.close) == (minutes[0].open, minutes[-1].close)
    assert (hour.high, hour.low) == (max(bar.high for bar in minutes), min(bar.low for bar in minutes))
    assert hour.btc == pytest.approx(sum(bar.btc for bar in minutes))


def test_days_can_open_at_midnight_of_hong_kong() -> None:
    bars = PAST.candles(SPOT, 86_400_000, 16 * 3_600_000)
    assert {bar.open_ms % 86_400_000 for bar in bars} == {16 * 3_600_000}
    assert len(bars) > 100


def test_trades_continue_the_running_candle_and_open_the_next() -> None:
    past = History(7, NOW_MS, PRICE)
    minute = NOW_MS - NOW_MS % 60_000
    before = past.candles(SPOT, 60_000)[-1]
    past.note(SPOT, minute + 30_000, 65_000.0, 0.5, bought=True)
    past.note(SPOT, minute + 40_000, 63_000.0, 0.25, bought=False)
    past.note(SPOT, minute + 60_000, 64_000.0, 2.0, bought=True)
    running, following = past.candles(SPOT, 60_000)[-2:]
    assert (running.open_ms, running.open) == (minute, before.open)
    assert (running.high, running.low, running.close) == (65_000.0, 63_000.0, 63_000.0)
    assert running.btc == pytest.approx(before.btc + 0.75)
    assert running.buy_btc == pytest.approx(before.buy_btc + 0.5)
    assert running.count == before.count + 2
    assert (following.open_ms, following.open, following.close) == (minute + 60_000, 64_000.0, 64_000.0)
    assert (following.btc, following.usd, following.count) == (2.0, 128_000.0, 1)


def test_a_trade_is_in_the_candles_of_its_own_instrument_only() -> None:
    past = History(7, NOW_MS, PRICE)
    other = of("coinbase")[0]
    before = past.candles(other, 60_000)
    past.note(SPOT, NOW_MS, 90_000.0, 1.0, bought=True)
    assert past.candles(other, 60_000) == before
