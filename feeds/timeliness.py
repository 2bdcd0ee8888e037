"""Whether a slow series is on time: what was due of it, and since when it is missed."""

from datetime import date, timedelta

from feeds.calendars import Release, new_york_day, newest_due, periods, release_ms
from feeds.series import Series
from feeds.topics import State

HOUR_MS = 3_600_000
_NEAR = {"day": 0, "week": 3, "month": 0, "quarter": 0}
"""Days by which a period may lie off its usual weekday: CFTC's Tuesday is a Monday where Tuesday is a holiday."""
_LONG = {"day": 0, "week": 0, "month": 31, "quarter": 92}
"""Days that a period may last from the date that names it."""


def due(row: Series, now_ms: int) -> date:
    """The newest period that was to be out by `now_ms`; one that was never published does not count."""
    period = newest_due(row.release, now_ms)
    while period.isoformat() in row.absent:
        period = _before(row.release, period)
    return period


def missed(row: Series, period: date | None, now_ms: int) -> date | None:
    """The newest period that was to be out by `now_ms`, where `period` is the newest that came, and is older."""
    newest = due(row, now_ms)
    if period is not None and period >= newest - timedelta(_NEAR[row.release.every]):
        return None
    return newest


def late_since_ms(row: Series, period: date | None, now_ms: int) -> int | None:
    """Since when a value is due that has not come, after its hours of grace; `None` where all is there that was due.

    `period` is the newest that came.
    """
    last = missed(row, period, now_ms - round(row.release.grace_h * HOUR_MS))
    if last is None:
        return None
    first = period + timedelta(1 + _NEAR[row.release.every]) if period else last
    names = (one for one in periods(row.release, first, last) if one.isoformat() not in row.absent)
    return release_ms(row.release, next(names, last))


def missed_until(row: Series, period: date, day: date, now_ms: int) -> bool:
    """Whether a value after `period`, for that day or one before it, was to be out by `now_ms` with its grace."""
    names = periods(row.release, period + timedelta(1 + _NEAR[row.release.every]), day)
    first = next((one for one in names if one.isoformat() not in row.absent), None)
    return first is not None and release_ms(row.release, first) + round(row.release.grace_h * HOUR_MS) <= now_ms


def state_of(row: Series, period: date | None, now_ms: int) -> State:
    """`fresh`: nothing newer was due. `late`: a release was due and did not arrive. `stale`: too old to act upon."""
    if period is None:
        return "none"
    age = new_york_day(now_ms) - period
    if age.days > row.stale_days + _LONG[row.release.every]:
        return "stale"
    return "fresh" if late_since_ms(row, period, now_ms) is None else "late"


def _before(rule: Release, period: date) -> date:
    earlier = [one for one in periods(rule, period - timedelta(200), period) if one < period]
    return earlier[-1]
