"""Candles: from trades, from history, and what is said of those that are not whole."""

from feeds.bars import KEEP, Candles
from feeds.facts import TIMEFRAME_MS, Bar

T0 = 1_700_006_400_000  # 2023-11-15 00:00:00 UTC
MIN = 60_000


def bar(minute: int, close: float, *, timeframe: str = "1m", complete: bool = True) -> Bar:
    open_ms = T0 + minute * TIMEFRAME_MS[timeframe]  # type: ignore[index]
    return Bar("coinbase", "BTC-USD", timeframe, open_ms, close - 1, close + 2, close - 3, close, 5.0, complete)  # type: ignore[arg-type]


def candles() -> Candles:
    return Candles("coinbase", "BTC-USD", derive_4h=True)


def test_trades_make_candles_that_begin_on_the_whole_minute() -> None:
    c = candles()
    c.heard(T0 - 1)
    for at, price, btc in [
        (T0, 100.0, 1.0),
        (T0 + 1, 103.0, 0.5),
        (T0 + 30_000, 99.0, 0.25),
        (T0 + 59_999, 101.0, 0.25),
    ]:
        assert c.trade(at, price, btc) == []
    assert c.trade(T0 + MIN, 102.0, 1.0) == [Bar("coinbase", "BTC-USD", "1m", T0, 100.0, 103.0, 99.0, 101.0, 2.0, True)]
    assert c.running("1m") == Bar("coinbase", "BTC-USD", "1m", T0 + MIN, 102.0, 102.0, 102.0, 102.0, 1.0, True)
    assert c.running("1d") == Bar("coinbase", "BTC-USD", "1d", T0, 100.0, 103.0, 99.0, 102.0, 3.0, True)


def test_the_candle_in_which_listening_began_is_not_complete() -> None:
    c = candles()
    c.heard(T0 + 10)
    c.trade(T0 + 20, 100.0, 1.0)
    (first,) = [b for b in c.trade(T0 + MIN + 5, 101.0, 1.0) if b.timeframe == "1m"]
    assert not first.complete
    (second,) = [b for b in c.trade(T0 + 2 * MIN, 101.0, 1.0) if b.timeframe == "1m"]
    assert second.complete


def test_a_reconnect_marks_the_open_bar_partial_and_the_next_whole() -> None:
    c = candles()
    c.heard(T0)
    c.trade(T0 + 1, 100.0, 1.0)
    c.cut()
    c.heard(T0 + 30_000)
    c.trade(T0 + 31_000, 101.0, 1.0)
    done = c.trade(T0 + MIN, 101.0, 1.0) + c.trade(T0 + 2 * MIN, 102.0, 1.0)
    assert [(b.open_ms, b.complete) for b in done if b.timeframe == "1m"] == [(T0, False), (T0 + MIN, True)]


def test_history_mends_a_partial_candle_but_does_not_overrule_a_whole_one() -> None:
    c = candles()
    c.heard(T0 + 1)
    c.trade(T0 + 2, 100.0, 1.0)
    c.trade(T0 + MIN, 101.0, 1.0)
    c.trade(T0 + 2 * MIN, 102.0, 1.0)
    now = T0 + 2 * MIN + 100
    mended = bar(0, 107.0)
    assert c.merge(mended, now) == mended
    assert c.merge(bar(1, 999.0), now) is None
    assert [(b.close, b.complete) for b in c.closed("1m")] == [(107.0, True), (101.0, True)]


def test_the_running_candle_of_history_widens_ours_and_keeps_our_close() -> None:
    c = candles()
    c.heard(T0 + 30_000)
    c.trade(T0 + 30_000, 100.0, 1.0)
    c.merge(Bar("coinbase", "BTC-USD", "1m", T0, 95.0, 120.0, 90.0, 98.0, 7.0), T0 + 40_000)
    assert c.running("1m") == Bar("coinbase", "BTC-USD", "1m", T0, 95.0, 120.0, 90.0, 100.0, 7.0, True)


def test_a_minute_without_trades_has_no_candle() -> None:
    c = candles()
    c.heard(T0)
    c.trade(T0, 100.0, 1.0)
    c.trade(T0 + 3 * MIN, 101.0, 1.0)
    c.trade(T0 + 4 * MIN, 101.0, 1.0)
    assert [b.open_ms - T0 for b in c.closed("1m")] == [0, 3 * MIN]


def test_a_candle_closes_by_itself_when_no_trade_comes() -> None:
    c = candles()
    c.heard(T0)
    c.trade(T0 + 5, 100.0, 1.0)
    assert c.advance(T0 + MIN + 1_999) == []
    assert [b.timeframe for b in c.advance(T0 + MIN + 2_000)] == ["1m"]
    assert c.running("1m") is None


def test_an_old_trade_counts_but_does_not_move_the_close() -> None:
    c = candles()
    c.heard(T0)
    c.trade(T0 + 10, 100.0, 1.0)
    c.trade(T0 + 5, 90.0, 1.0)
    assert c.running("1m") == Bar("coinbase", "BTC-USD", "1m", T0, 100.0, 100.0, 90.0, 100.0, 2.0, True)
    c.trade(T0 + MIN, 101.0, 1.0)
    (late,) = [b for b in c.trade(T0 + MIN - 1, 110.0, 3.0) if b.timeframe == "1m"]
    assert (late.high, late.close, late.btc) == (110.0, 100.0, 5.0)


def test_four_hours_are_folded_from_hours_where_the_venue_offers_none() -> None:
    c = candles()
    for hour, close in enumerate([100.0, 110.0, 105.0, 108.0, 120.0]):
        c.merge(bar(hour, close, timeframe="1h"), T0 + 5 * 3_600_000 + 10)
    (four,) = c.closed("4h")
    assert (four.open_ms, four.open, four.high, four.low, four.close, four.btc) == (T0, 99.0, 112.0, 97.0, 108.0, 20.0)
    assert four.complete
    assert c.running("4h") is not None
    assert c.running("4h").close == 120.0  # type: ignore[union-attr]


def test_the_price_back_then_is_the_close_of_the_candle_that_had_ended() -> None:
    c = candles()
    now = T0 + 100 * MIN
    for minute in range(10):
        c.merge(bar(minute, 100.0 + minute), now)
    assert c.close_before(T0 + 5 * MIN, "1m") == 104.0
    assert c.close_before(T0 + 5 * MIN + 59_999, "1m") == 104.0
    assert c.close_before(T0 + 6 * MIN, "1m") == 105.0
    assert c.close_before(T0 + 12 * MIN, "1m") == 109.0
    assert c.close_before(T0 + 12 * MIN + 1, "1m") is None
    assert c.close_before(T0, "1m") is None


def test_candles_are_bounded() -> None:
    c = candles()
    now = T0 + 10_000 * MIN
    for minute in range(KEEP + 50):
        c.merge(bar(minute, 100.0), now)
    assert len(c.closed("1m")) == KEEP
    assert c.closed("1m")[0].open_ms == T0 + 50 * MIN
    assert c.merge(bar(3, 100.0), now) is None


def test_restored_candles_are_cached_until_a_live_trade() -> None:
    c = candles()
    c.restore([bar(0, 100.0), bar(5, 105.0)], T0 + 5 * MIN + 10)
    assert c.cached
    assert [b.close for b in c.closed("1m")] == [100.0]
    assert c.running("1m") == bar(5, 105.0, complete=False)
    c.heard(T0 + 5 * MIN)
    c.trade(T0 + 5 * MIN + 20, 100.0, 1.0)
    assert not c.cached
    assert c.running("1m") == Bar("coinbase", "BTC-USD", "1m", T0 + 5 * MIN, 104.0, 107.0, 100.0, 100.0, 6.0, False)
