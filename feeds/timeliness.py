"""Whether a slow series is on time: what was due of it, and since when it is missed."""

from datetime import date, timedelta

from feeds.calendars import Release, new_york_day, newest_due, periods, release_ms
from feeds.series import Series
from feeds.topics import State

HOUR_MS = 3_600_000
_NEAR = {"day": 0, "week": 3, "month": 0, "quarter": 0}
"""Days by which a period may lie off its usual weekday: CFTC's Tuesday is a Monday where Tuesday is a holiday."""
_AHEAD, _AHEAD_STEP = 1, 5
"""Days by which a period may lie after today in New York: days of UTC and sessions of futures begin the evening before,
and a rate that is set is published before it is in force, over a long weekend."""
_LONG = {"day": 0, "week": 0, "month": 31, "quarter": 92}
"""Days that a period may last from the date that names it."""


def due(row: Series, now_ms: int) -> date:
    """The newest period that was to be out by `now_ms`; one that was never published does not count."""
    period = newest_due(row.release, now_ms)
    while period.isoformat() in row.absent:
        period = _before(row.release, period)
    return period


def yet_to_come(row: Series, period: date, now_ms: int) -> bool:
    """Whether a period lies further ahead than a value can be out: it is misdated, or the clock was set back."""
    return (period - new_york_day(now_ms)).days > (_AHEAD_STEP if row.step else _AHEAD)


def missed(row: Series, period: date | None, now_ms: int) -> date | None:
    """The newest period that was to be out by `now_ms`, where `period` is the newest that came, and is older.

    One that is yet to come stands for nothing: what was due counts as missed.
    """
    newest = due(row, now_ms)
    if period is None or yet_to_come(row, period, now_ms):
        return newest
    return None if period >= newest - timedelta(_NEAR[row.release.every]) else newest


def late_since_ms(row: Series, period: date | None, now_ms: int) -> int | None:
    """Since when a value is due that has not come, after its hours of grace; `None` where all is there that was due.

    `period` is the newest that came.
    """
    last = missed(row, period, now_ms - round(row.release.grace_h * HOUR_MS))
    if last is None:
        return None
    known = period is not None and not yet_to_come(row, period, now_ms)
    first = period + timedelta(1 + _NEAR[row.release.every]) if period and known else last
    names = (one for one in periods(row.release, first, last) if one.isoformat() not in row.absent)
    return release_ms(row.release, next(names, last))


def missed_until(row: Series, period: date, day: date, now_ms: int) -> bool:
    """Whether a value after `period`, for that day or one before it, was to be out by `now_ms` with its grace."""
    names = periods(row.release, period + timedelta(1 + _NEAR[row.release.every]), day)
    first = next((one for one in names if one.isoformat() not in row.absent), None)
    return first is not None and release_ms(row.release, first) + round(row.release.grace_h * HOUR_MS) <= now_ms


def state_of(row: Series, period: date | None, now_ms: int) -> State:
    """`fresh`: nothing newer was due. `late`: a release was due and did not arrive. `stale`: too old to act upon.

    A series whose newest period is yet to come is stale too: it says nothing of today, and would be fresh for ever.
    """
    if period is None:
        return "none"
    age = new_york_day(now_ms) - period
    if yet_to_come(row, period, now_ms) or age.days > row.stale_days + _LONG[row.release.every]:
        return "stale"
    return "fresh" if late_since_ms(row, period, now_ms) is None else "late"


def _before(rule: Release, period: date) -> date:
    earlier = [one for one in periods(rule, period - timedelta(200), period) if one < period]
    return earlier[-1]
