"""Candles of the venue that draws the chart."""

from feeds.facts import Bar, Timeframe
from feeds.state import State
from feeds.topics import BarRow, Bars, LiveBar


def bars(state: State, timeframe: Timeframe) -> Bars | None:
    """Closed candles of the chart's venue; `None` while there is no such venue."""
    venue = state.chart_venue()
    if venue is None:
        return None
    candles = state.candles[venue]
    rows = tuple(_row(bar) for bar in candles.closed(timeframe))
    return Bars(venue, candles.symbol, timeframe, rows, candles.cached)


def live_bar(state: State, timeframe: Timeframe) -> LiveBar | None:
    """Draw up the running candle of the chart's venue."""
    venue = state.chart_venue()
    if venue is None:
        return None
    bar = state.candles[venue].running(timeframe)
    return LiveBar(venue, timeframe, _row(bar) if bar else None)


def _row(bar: Bar) -> BarRow:
    return BarRow(bar.open_ms, bar.open, bar.high, bar.low, bar.close, bar.btc, bar.complete)
