"""Funding, open interest and dated futures as the venues tell them."""

import pytest

from feeds.facts import Funding, Instrument, OpenInterest, Quote
from feeds.positions import Positions
from feeds.signals.derivatives import annualised, basis
from feeds.state import State
from feeds.topics import Metric
from feeds.venue import Alive
from feeds.venues import VENUES
from feeds.views import derivatives

T0 = 1_700_000_000_000
PERP = ("bybit", "BTCUSDT")
HOUR, DAY = 3_600_000, 86_400_000


def test_funding_is_annualised_by_its_interval() -> None:
    assert annualised(Funding(*PERP, T0, T0, 0.0001, 8.0, None)) == pytest.approx(10.95)
    assert annualised(Funding(*PERP, T0, T0, 0.0000125, 1.0, None)) == pytest.approx(10.95)
    assert annualised(Funding(*PERP, T0, T0, -0.0001, None, None)) == pytest.approx(-10.95)


def test_basis_is_annualised_and_says_nothing_under_three_days() -> None:
    assert basis(66_000.0, 64_000.0, 91.25) == pytest.approx(12.5)
    assert basis(63_000.0, 64_000.0, 365.0) == pytest.approx(-1.5625)
    assert basis(66_000.0, 64_000.0, 2.99) is None


def test_parts_of_a_quote_that_were_not_told_stay() -> None:
    p = Positions()
    p.take(Quote(*PERP, T0, T0, mark=64_000.0, index=64_010.0))
    p.take(Quote(*PERP, T0 + 5, T0 + 5, last=64_005.0))
    assert p.quotes[PERP] == Quote(*PERP, T0 + 5, T0 + 5, last=64_005.0, mark=64_000.0, index=64_010.0)
    p.take(Quote(*PERP, T0 + 180_000, T0 + 180_000, last=64_006.0))
    assert p.quotes[PERP].mark == 64_000.0
    p.take(Quote(*PERP, T0 + 180_001, T0 + 180_001, last=64_007.0))
    assert p.quotes[PERP] == Quote(*PERP, T0 + 180_001, T0 + 180_001, last=64_007.0)


def test_the_interval_is_kept_when_a_later_message_does_not_tell_it() -> None:
    p = Positions()
    p.take(Funding(*PERP, T0, T0, 0.0001, 4.0, T0 + HOUR))
    p.take(Funding(*PERP, T0 + 5, T0 + 5, 0.0002, None, T0 + HOUR))
    assert p.funding[PERP] == Funding(*PERP, T0 + 5, T0 + 5, 0.0002, 4.0, T0 + HOUR)


def test_open_interest_of_an_hour_ago_is_within_five_minutes_or_not_known() -> None:
    p = Positions()
    for minute, btc in [(0, 100.0), (1, 101.0), (20, 120.0)]:
        p.take(OpenInterest(*PERP, T0, T0 + minute * 60_000, btc))
    assert p.interest_before(PERP, T0 + 60_000) == 101.0
    assert p.interest_before(PERP, T0 + 6 * 60_000) == 101.0
    assert p.interest_before(PERP, T0 + 7 * 60_000) is None
    assert p.interest_before(PERP, T0 - 60_000) is None
    for minute in range(3_000):
        p.take(OpenInterest(*PERP, T0, T0 + minute * 60_000, 1.0))
    assert len(p._minutes[PERP]) < 1_500


def test_an_expired_contract_is_forgotten() -> None:
    p = Positions()
    dated = ("okx", "BTC-USD-261225")
    p.take(Instrument(*dated, "future", "USD", True, 100.0, T0 + DAY))
    p.take(Quote(*dated, T0, T0, mark=66_000.0))
    p.expire(T0 + DAY - 1)
    assert dated in p.instruments
    p.expire(T0 + DAY)
    assert dated not in p.instruments
    assert dated not in p.quotes


def test_rows_and_metrics_say_what_is_known_and_no_more() -> None:
    state = State(VENUES)
    state.register("bybit.linear", T0)
    state.advance(T0)
    take = state.positions.take
    take(Quote(*PERP, T0, T0, mark=64_032.0, index=64_000.0))
    take(Funding(*PERP, T0, T0, 0.0001, None, T0 + HOUR))
    take(OpenInterest(*PERP, T0, T0 - HOUR, 26_000.0))
    take(OpenInterest(*PERP, T0, T0, 26_631.431))
    take(Instrument("bybit", "BTCUSDT-25DEC26", "future", "USDT", False, 1.0, T0 + 100 * DAY))
    take(Quote("bybit", "BTCUSDT-25DEC26", T0, T0, mark=65_000.0, index=64_000.0))
    perp, dated = derivatives.derivatives(state).rows
    assert perp.premium_bp == pytest.approx(5.0)
    assert perp.funding == pytest.approx(10.95)
    assert perp.open_interest_1h == pytest.approx(631.431)
    assert perp.open_interest_24h is None
    assert (dated.kind, dated.basis) == ("future", pytest.approx(1.5625 * 3.65))
    metrics = derivatives.metrics(state, derivatives.derivatives(state))
    assert metrics["funding.bybit"].value == pytest.approx(10.95)
    assert (metrics["funding.bybit"].unit, metrics["funding.bybit"].quality) == ("%/y", "estimated")
    assert metrics["funding.bybit"].note == "0.000100 per 8 h, interval not told"
    assert metrics["oi.bybit"].value == 26_631.431
    assert set(metrics) == {"funding.bybit", "oi.bybit"}


def test_a_contract_told_long_ago_is_left_out_of_open_interest_and_named_and_old_funding_is_stale() -> None:
    state = State(VENUES)
    state.register("bybit.linear", T0)
    for second in (0, 240):
        state.heard("bybit.linear", T0 + second * 1_000, [Alive()])
    take = state.positions.take
    take(Funding(*PERP, T0, T0, 0.0001, 8.0, T0 + HOUR))
    take(OpenInterest(*PERP, T0, T0 + 240_000, 26_000.0))
    take(OpenInterest("bybit", "BTCUSD", T0, T0, 8_000.0))
    found = derivatives.metrics(state, derivatives.derivatives(state))
    now = T0 + 240_000
    assert found["oi.bybit"] == Metric(
        26_000.0, "BTC", now, "bybit BTCUSDT", "fresh", "floor", "without BTCUSD, 4m", least=26_000.0
    )
    assert found["funding.bybit"].state == "stale"
    state.heard("bybit.linear", T0 + 600_000, [Alive()])
    found = derivatives.metrics(state, derivatives.derivatives(state))
    assert (found["oi.bybit"].value, found["oi.bybit"].state, found["oi.bybit"].as_of_ms) == (34_000.0, "stale", T0)
