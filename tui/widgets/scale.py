"""Which price lies in which row, which time in which column, and what the axes say. Pure."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

PADDING = 0.06  # of the range, above and below
KEEP = 0.6  # a scale stays while the bars fill at least this much of it
FLAT = 0.0005  # of the price: the range given to a price that does not move
DAY_S = 86_400
TIME_STEPS_S = (
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3600 * hours for hours in (1, 2, 4, 6, 12)),
    *(DAY_S * days for days in (1, 2, 7, 14, 28, 91, 182, 364)),
)


class Scale(Struct, frozen=True):
    """A range of prices drawn over some rows."""

    low: float
    high: float

    def place(self, price: float, parts: int) -> int:
        """The part that a price lies in, of `parts` equal ones counted from the top; the nearest if outside."""
        return max(0, min(parts - 1, int((self.high - price) / (self.high - self.low) * parts)))


def nice(least: float, factors: Sequence[float] = (1, 2, 5)) -> float:
    """The smallest of `factors` times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((power * factor for factor in factors if power * factor >= least * 0.999999), power * 10)


def fitted(old: Scale | None, low: float, high: float) -> Scale:
    """A scale for prices from `low` to `high`: the old one while it serves, so that new highs seldom repaint all."""
    least = max(abs(high) * FLAT, 1e-6)
    span = max(high - low, least)
    if old is not None and old.low <= low and high <= old.high and span >= KEEP * (old.high - old.low):
        return old
    spare = (span - (high - low)) / 2 + span * PADDING
    step = nice(span / 40)
    bottom = math.floor((low - spare) / step) * step
    return Scale(max(0.0, bottom) if low >= 0 else bottom, math.ceil((high + spare) / step) * step)


def price_ticks(scale: Scale, rows: int) -> dict[int, str]:
    """Labels of the price axis by row from the top."""
    span = scale.high - scale.low
    apart = 2 if rows < 6 else 3 if rows < 14 else 4
    step = nice(span * apart / max(rows, 1))
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    first = math.ceil(scale.low / step - 1e-9)
    ticks: dict[int, str] = {}
    while first * step <= scale.high + step * 1e-9:
        row = int(max(0.0, scale.high - first * step) / span * rows)
        if row < rows:
            ticks[row] = f"{first * step:,.{places}f}"
        first += 1
    return ticks


def time_ticks(slots: Sequence[int], pitch: int, zone: tzinfo, frame_ms: int) -> list[tuple[int, str]]:
    """Labels of the time axis: which of `slots` (opening times, ms, oldest first) carry one, and what it says.

    A label stands at the first candle of its step, local midnight says the date. Candles of a day are days of UTC.
    """
    apart = -(-10 // pitch)  # columns of a label and some air
    step = next((s for s in TIME_STEPS_S if s * 1000 >= frame_ms * apart), TIME_STEPS_S[-1])
    daily = frame_ms >= DAY_S * 1000
    labels: list[tuple[int, str]] = []
    before: datetime | None = None
    for index, ms in enumerate(slots):
        at = datetime.fromtimestamp(ms / 1000, UTC if daily else zone)
        if before is not None and _bucket(at, step) != _bucket(before, step):
            new_day = at.date() != before.date()
            text = f"{at:%H:%M}" if not new_day else f"{at.day} {at:%b}" if at.year == before.year else f"{at:%Y}"
            if labels and (index - labels[-1][0]) * pitch < len(labels[-1][1]) + 2:
                if new_day and not daily:
                    labels[-1] = (index, text)  # the date says more than the hour it runs into
            else:
                labels.append((index, text))
        before = at
    return labels


def _bucket(at: datetime, step_s: int) -> int:
    local = int(at.replace(tzinfo=UTC).timestamp())
    return (local + 3 * DAY_S) // step_s  # weeks begin on Monday; the epoch was a Thursday
