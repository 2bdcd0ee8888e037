"""Candles of one instrument in six time frames, from trades as they come and from history over REST or the store."""

from bisect import bisect_left, insort

from feeds.facts import TIMEFRAME_MS, Bar, Timeframe

KEEP = 500
"""Closed candles kept for each time frame: 8 h of minutes, 41 h of five minutes, 20 days of hours."""


class _Frame:
    """One time frame: closed candles by opening time, and the running one."""

    __slots__ = ("closed", "length", "name", "running")

    def __init__(self, name: Timeframe) -> None:
        self.name = name
        self.length = TIMEFRAME_MS[name]
        self.closed: list[Bar] = []
        self.running: Bar | None = None

    def index(self, open_ms: int) -> int | None:
        """Where the closed candle of that time stands, or `None`."""
        at = bisect_left(self.closed, open_ms, key=_opening)
        return at if at < len(self.closed) and self.closed[at].open_ms == open_ms else None

    def close(self, bar: Bar) -> None:
        at = self.index(bar.open_ms)
        if at is None:
            insort(self.closed, bar, key=_opening)
            del self.closed[:-KEEP]
        else:
            self.closed[at] = bar


class Candles:
    """Candles of one instrument. `revision` grows whenever a closed candle came or changed.

    A candle during which the feed was cut, or that had begun before the first trade was heard, is not complete,
    until history over REST mends it. A time without trades has no candle: nothing is filled in.
    """

    def __init__(self, venue: str, symbol: str, *, derive_4h: bool = False) -> None:
        self.venue, self.symbol = venue, symbol
        self.revision = 0
        self.cached = False
        self._frames = {name: _Frame(name) for name in TIMEFRAME_MS}
        self._derive_4h = derive_4h
        self._whole_from: int | None = None  # trades have been heard without a break since then
        self._last_ms = 0

    def closed(self, timeframe: Timeframe) -> list[Bar]:
        """Closed candles, oldest first. Not a copy: read only."""
        return self._frames[timeframe].closed

    def running(self, timeframe: Timeframe) -> Bar | None:
        """The candle that is still open, if a trade fell into it."""
        return self._frames[timeframe].running

    def heard(self, now_ms: int) -> None:
        """The feed is heard from now on: candles that open later are whole."""
        if self._whole_from is None:
            self._whole_from = now_ms

    def cut(self) -> None:
        """The feed was cut: what is open, and what opens until it is heard again, is not whole."""
        self._whole_from = None
        for frame in self._frames.values():
            if frame.running:
                frame.running = _incomplete(frame.running)

    def trade(self, t_ms: int, price: float, btc: float) -> list[Bar]:
        """Add a trade made at `t_ms`; return the candles that it closed."""
        if self.cached:
            self.cached = False
            self.revision += 1
        done: list[Bar] = []
        newest = t_ms >= self._last_ms
        for frame in self._frames.values():
            opening = t_ms - t_ms % frame.length
            bar = frame.running
            if bar is None or opening > bar.open_ms:
                if bar is not None:
                    done += self._close(frame)
                whole = self._whole_from is not None and self._whole_from <= opening
                frame.running = self._bar(frame, opening, price, price, price, price, btc, whole)
            elif opening == bar.open_ms:
                close = price if newest else bar.close
                high, low = max(bar.high, price), min(bar.low, price)
                frame.running = self._bar(frame, opening, bar.open, high, low, close, bar.btc + btc, bar.complete)
            else:
                done += self._late(frame, opening, price, btc)
        self._last_ms = max(self._last_ms, t_ms)
        return done

    def advance(self, now_ms: int) -> list[Bar]:
        """Close what has ended by now, though no trade came; return it."""
        done: list[Bar] = []
        for frame in self._frames.values():
            if frame.running and now_ms >= frame.running.open_ms + frame.length + 2_000:
                # Two seconds of grace: trades of the last moment are still on the wire.
                done += self._close(frame)
        return done

    def merge(self, bar: Bar, now_ms: int) -> Bar | None:
        """Take a candle from history; return it if it is closed and was news. Own whole candles stand."""
        taken = self._merge(self._frames[bar.timeframe], bar, now_ms)
        if bar.timeframe == "1h" and self._derive_4h:
            self._merge_4h(bar.open_ms, now_ms)
        return taken

    def restore(self, bars: list[Bar], now_ms: int) -> None:
        """Take candles from the store, to be shown as cached until a live trade comes; one may still be open."""
        for bar in bars:
            frame = self._frames[bar.timeframe]
            if bar.open_ms + frame.length > now_ms:
                frame.running = _incomplete(bar)
            else:
                frame.close(bar)
        if bars:
            self.cached = True
            self.revision += 1

    def open_bars(self) -> list[Bar]:
        """Running candles as they would be kept if nothing more came: not complete."""
        return [_incomplete(frame.running) for frame in self._frames.values() if frame.running]

    def close_before(self, t_ms: int, timeframe: Timeframe) -> float | None:
        """Price at `t_ms`: close of the last candle that had ended by then, no older than two candles; else `None`."""
        frame = self._frames[timeframe]
        at = bisect_left(frame.closed, t_ms - frame.length + 1, key=_opening) - 1
        if at < 0:
            return None
        bar = frame.closed[at]
        return bar.close if t_ms - (bar.open_ms + frame.length) <= 2 * frame.length else None

    def _bar(
        self, frame: _Frame, opening: int, o: float, h: float, low: float, c: float, btc: float, complete: bool
    ) -> Bar:
        return Bar(self.venue, self.symbol, frame.name, opening, o, h, low, c, btc, complete)

    def _close(self, frame: _Frame) -> list[Bar]:
        bar, frame.running = frame.running, None
        if bar is None:
            return []
        frame.close(bar)
        self.revision += 1
        return [bar]

    def _late(self, frame: _Frame, opening: int, price: float, btc: float) -> list[Bar]:
        """Add a trade that came after its candle had closed: it counts, but does not move the close."""
        at = frame.index(opening)
        if at is None:
            return []
        old = frame.closed[at]
        high, low = max(old.high, price), min(old.low, price)
        frame.closed[at] = self._bar(frame, opening, old.open, high, low, old.close, old.btc + btc, old.complete)
        self.revision += 1
        return [frame.closed[at]]

    def _merge(self, frame: _Frame, bar: Bar, now_ms: int) -> Bar | None:
        if bar.open_ms + frame.length > now_ms:
            own = frame.running
            if own is None:
                frame.running = bar
            elif own.open_ms == bar.open_ms:
                high, low = max(own.high, bar.high), min(own.low, bar.low)
                frame.running = self._bar(
                    frame, bar.open_ms, bar.open, high, low, own.close, max(own.btc, bar.btc), bar.complete
                )
            return None
        at = frame.index(bar.open_ms)
        if at is not None and frame.closed[at].complete:
            return None
        if at is None and len(frame.closed) >= KEEP and bar.open_ms < frame.closed[0].open_ms:
            return None
        frame.close(bar)
        self.revision += 1
        return bar

    def _merge_4h(self, hour_ms: int, now_ms: int) -> None:
        """Fold the hours of one four-hour candle, for a venue that offers none."""
        hours, four = self._frames["1h"], self._frames["4h"]
        opening = hour_ms - hour_ms % four.length
        at = bisect_left(hours.closed, opening, key=_opening)
        parts = [bar for bar in hours.closed[at : at + 4] if bar.open_ms < opening + four.length]
        if hours.running and opening <= hours.running.open_ms < opening + four.length:
            parts.append(hours.running)
        if not parts or parts[0].open_ms != opening:
            return
        due = min(4, (now_ms - opening) // hours.length + 1)
        folded = self._bar(
            four,
            opening,
            parts[0].open,
            max(bar.high for bar in parts),
            min(bar.low for bar in parts),
            parts[-1].close,
            sum(bar.btc for bar in parts),
            len(parts) >= due and all(bar.complete for bar in parts),
        )
        own = four.index(opening)
        if own is not None and not four.closed[own].complete:
            four.closed[own] = folded
            self.revision += 1
        else:
            self._merge(four, folded, now_ms)


def _opening(bar: Bar) -> int:
    return bar.open_ms


def _incomplete(bar: Bar) -> Bar:
    return Bar(
        bar.venue, bar.symbol, bar.timeframe, bar.open_ms, bar.open, bar.high, bar.low, bar.close, bar.btc, False
    )
