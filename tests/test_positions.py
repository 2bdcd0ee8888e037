"""Funding, open interest and dated futures as the venues tell them."""

import pytest

from feeds.facts import Funding, Instrument, OpenInterest, Quote
from feeds.positions import Before, Positions
from feeds.signals.curve import curve
from feeds.signals.derivatives import annualised, basis, together
from feeds.signals.thresholds import CurveRule
from feeds.state import State
from feeds.topics import Metric
from feeds.venue import Alive
from feeds.venues import VENUES
from feeds.views import derivatives
from feeds.vintages import Known

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


def test_a_part_of_a_quote_that_was_not_told_stays_at_its_own_age() -> None:
    p = Positions()
    p.take(Quote(*PERP, T0, T0, mark=64_000.0, index=64_010.0))
    p.take(Quote(*PERP, T0 + 5, T0 + 5, last=64_005.0))
    assert (p.part(PERP, "mark"), p.part(PERP, "index")) == ((64_000.0, T0), (64_010.0, T0))
    p.take(Quote(*PERP, T0 + 180_000, T0 + 180_000, mark=64_001.0))
    assert (p.part(PERP, "mark"), p.part(PERP, "index")) == ((64_001.0, T0 + 180_000), (64_010.0, T0))
    p.take(Quote(*PERP, T0 + 180_001, T0 + 180_001, mark=64_001.0))
    assert (p.part(PERP, "mark"), p.part(PERP, "index")) == ((64_001.0, T0 + 180_001), None)


def test_an_older_message_that_comes_later_takes_nothing_back() -> None:
    p = Positions()
    p.take(Quote(*PERP, T0, T0, mark=64_000.0), T0)
    p.take(Quote(*PERP, T0, T0 + 900, mark=63_000.0), T0 - 100)
    assert p.part(PERP, "mark") == (64_000.0, T0)


def test_where_a_ticker_tells_changes_only_what_it_repeats_was_not_told_anew() -> None:
    p = Positions({"bybit"})
    for venue in ("bybit", "deribit"):
        p.take(Quote(venue, "X", T0, T0, mark=64_000.0, index=64_010.0))
        p.take(Quote(venue, "X", T0, T0 + 3_000, mark=63_900.0, index=64_010.0))
    assert p.part(("bybit", "X"), "index") == (64_010.0, T0)
    assert p.part(("deribit", "X"), "index") == (64_010.0, T0 + 3_000)


@pytest.mark.parametrize(
    ("apart_ms", "every_s", "found"),
    [(2_000, (0.1, 1.0), True), (2_001, (0.1, 1.0), False), (60_000, (1.0, 30.0), True), (60_001, (1.0, 30.0), False)],
)
def test_two_numbers_are_of_one_moment_within_twice_the_time_of_the_slower(
    apart_ms: int, every_s: tuple[float, ...], found: bool
) -> None:
    assert together(T0, T0 + apart_ms, *every_s) is found
    assert together(T0 + apart_ms, T0, *every_s) is found


def test_the_interval_is_kept_when_a_later_message_does_not_tell_it() -> None:
    p = Positions()
    p.take(Funding(*PERP, T0, T0, 0.0001, 4.0, T0 + HOUR))
    p.take(Funding(*PERP, T0 + 5, T0 + 5, 0.0002, None, T0 + HOUR))
    assert p.funding[PERP] == Funding(*PERP, T0 + 5, T0 + 5, 0.0002, 4.0, T0 + HOUR)


def test_open_interest_of_an_hour_ago_is_within_five_minutes_or_not_known() -> None:
    p = Positions()
    for minute, btc in [(0, 100.0), (1, 101.0), (20, 120.0)]:
        p.take(OpenInterest(*PERP, T0, T0 + minute * 60_000, btc))
    minute = T0 // 60_000
    assert p.interest_before(PERP, T0 + 60_000) == Before(minute + 1, 101.0, heard=True)
    assert p.interest_before(PERP, T0 + 6 * 60_000) == Before(minute + 1, 101.0, heard=True)
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
    assert dated not in p.parts


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


def test_a_mark_is_not_set_against_an_index_of_another_time_and_the_row_is_as_old_as_its_oldest_part() -> None:
    state = State(VENUES)
    key = ("okx", "BTC-USDT-SWAP")
    dated = ("okx", "BTC-USDT-261225")
    for at in (key, dated):
        state.positions.take(Quote(*at, T0, T0, mark=77_000.0, index=77_000.0))
        state.positions.take(Quote(*at, T0, T0 + 20_000, mark=75_520.0))
    state.positions.take(Funding(*key, T0, T0 + 19_000, 0.0001, 8.0, None))
    state.positions.take(Instrument(*dated, "future", "USDT", False, 0.01, T0 + 100 * DAY))
    state.advance(T0 + 20_000)
    perp, future = derivatives.derivatives(state).rows
    assert (perp.mark, perp.index, perp.premium_bp, perp.apart) == (
        75_520.0,
        77_000.0,
        pytest.approx(-192.2, abs=0.1),
        "",
    )
    assert (perp.as_of_ms, perp.mark_ms, perp.index_ms, perp.funding_ms) == (T0, T0 + 20_000, T0, T0 + 19_000)
    assert future.basis is not None
    for at in (key, dated):
        state.positions.take(Quote(*at, T0, T0 + 21_000, mark=75_520.0))
    perp, future = derivatives.derivatives(state).rows
    assert (perp.premium_bp, perp.apart, perp.as_of_ms) == (None, "its index is 21s older", T0)
    assert (future.basis, future.apart) == (None, "its index is 21s older")
    nothing = Known(T0 + 21_000, lambda _: (), lambda: ())
    shown = curve(derivatives.derivatives(state).rows, nothing, T0 + 21_000, CurveRule())
    assert [(one.symbol, one.why) for one in shown.dropped] == [(dated[1], "its index is 21s older")]


def test_funding_is_as_old_as_it_was_told_whatever_the_marks_do() -> None:
    state = State(VENUES)
    state.heard("bybit.linear", T0, [Alive()])
    state.positions.take(Quote(*PERP, T0, T0, mark=64_000.0, index=64_000.0))
    state.positions.take(Funding(*PERP, T0, T0, 0.0001, 8.0, None))
    now = T0 + 181_000
    state.heard("bybit.linear", now, [Funding(*PERP, now, now, 0.0002, 8.0, None)])
    found = derivatives.metrics(state, derivatives.derivatives(state))["funding.bybit"]
    assert (found.as_of_ms, found.state) == (now, "fresh")
