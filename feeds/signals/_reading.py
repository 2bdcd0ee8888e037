"""What all readings have in common: how the age and the worth of their inputs become their own."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from feeds.series import series
from feeds.timeliness import state_of as timeliness
from feeds.topics.base import Input, Quality, Reading, State, worst
from feeds.vintages import Known, Point


class Used(NamedTuple):
    """A point that goes into a reading, and whose it is."""

    series: str
    point: Point


def state_of(series_id: str, point: Point | None, as_of_ms: int) -> State:
    """How timely the newest point of a series is by its release rule; `none` without a point."""
    row = series(series_id)
    assert row, series_id
    return timeliness(row, point.period if point else None, as_of_ms)


def reading(
    name: str,
    value: float | str | None,
    unit: str,
    known: Known,
    used: Iterable[Used] = (),
    *,
    period: date | None = None,
    quality: Quality | None = None,
    band: str = "",
    words: Sequence[str] = (),
    formula: str = "",
    missing: Sequence[str] = (),
) -> Reading:
    """A reading with the worst state of the series that it used, and the newest time at which a part became known.

    `period`: the day that it is for, where that is not the oldest of what it used. A series is as timely as its newest
    point, which may be newer than the one used: a spread of yesterday is not late for today's rate on reserves.
    Without `quality`: `partial` where series are missing, else `provisional` where any input is. A value of `None`
    has the state `none`, and `words` must say why.
    """
    inputs = tuple(used)
    assert value is not None or words, name
    states = [state_of(id_, known.last(id_), known.as_of_ms) for id_ in dict.fromkeys(id_ for id_, _ in inputs)]
    provisional = any(point.provisional for _, point in inputs)
    return Reading(
        name,
        value,
        unit,
        period or min((point.period for _, point in inputs), default=None),
        max((point.known_ms for _, point in inputs), default=None),
        worst(states) if value is not None else "none",
        quality or ("partial" if missing else "provisional" if provisional else "exact"),
        band,
        tuple(words),
        formula,
        tuple(Input(id_, point.period, point.value, point.known_ms, point.source) for id_, point in inputs),
        tuple(missing),
    )


def last_used(known: Known, series_id: str, on: date | None = None) -> list[Used]:
    """The newest point of a series, or the newest on or before `on`, as a list that is empty where there is none."""
    point = known.last(series_id, on)
    return [Used(series_id, point)] if point else []
