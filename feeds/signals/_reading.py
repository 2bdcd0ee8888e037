"""What all readings have in common: how the age and the worth of their inputs become their own."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from feeds.series import series
from feeds.signals.knowledge import Bounds
from feeds.timeliness import state_of as timeliness
from feeds.topics.base import Input, Note, Quality, Reading, State, noted, poorest, worst
from feeds.vintages import Known, Point

Words = Sequence[str | Note]
"""Notes of a reading; plain words say what it comes to, or, where it has no value, why."""


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
    words: Words = (),
    formula: str = "",
    missing: Sequence[str] = (),
    bounds: Bounds | None = None,
    holding: Collection[str] = (),
) -> Reading:
    """A reading of points, with the worst state of the series that it used, and the newest time a part became known.

    `period`: the day that it is for, where that is not the oldest of what it used. A series is as timely as its newest
    point, which may be newer than the one used: a spread of yesterday is not late for today's rate on reserves.
    `holding`: steps that something newer confirms, so that their own age counts for nothing.
    `quality`: the worst of that, of `partial` where series are missing, and of the points' own. A value of `None` has
    the state `none`, and `words` must say why.
    """
    inputs = tuple(used)
    assert value is not None or words, name
    ids = (id_ for id_ in dict.fromkeys(id_ for id_, _ in inputs) if id_ not in holding)
    states = [state_of(id_, known.last(id_), known.as_of_ms) for id_ in ids]
    return Reading(
        name,
        value,
        unit,
        period or min((point.period for _, point in inputs), default=None),
        max((point.known_ms for _, point in inputs), default=None),
        worst(states) if value is not None else "none",
        poorest([quality, "partial" if missing else None, *(point.quality for _, point in inputs)]),
        band,
        noted(words, "says" if value is not None else "why"),
        formula,
        tuple(Input(id_, point.period, point.value, point.known_ms, point.source) for id_, point in inputs),
        tuple(dict.fromkeys(missing)),
        *_ends(bounds),
    )


def derived(
    name: str,
    value: float | str | None,
    unit: str,
    parts: Iterable[Reading],
    *,
    period: date | None = None,
    quality: Quality | None = None,
    band: str = "",
    words: Words = (),
    formula: str = "",
    missing: Sequence[str] = (),
    bounds: Bounds | None = None,
) -> Reading:
    """A reading of readings: the one place in which their age and worth become those of another.

    Worst state, oldest period, newest time known, worst quality, all inputs and all that is missing, without doubles.
    A part without a value gives what it lacks, and makes the whole `partial`.
    """
    given = tuple(parts)
    there = [one for one in given if one.value is not None]
    lost = [id_ for one in given for id_ in one.missing]
    assert value is not None or words, name
    return Reading(
        name,
        value,
        unit,
        period or min((one.period for one in there if one.period), default=None),
        max((one.known_ms for one in there if one.known_ms is not None), default=None),
        worst([one.state for one in there]) if value is not None else "none",
        poorest([quality, "partial" if missing or len(there) < len(given) else None, *(one.quality for one in there)]),
        band,
        noted(words, "says" if value is not None else "why"),
        formula,
        tuple(dict.fromkeys(input_ for one in there for input_ in one.inputs)),
        tuple(dict.fromkeys([*lost, *missing])),
        *_ends(bounds),
    )


def unread(known: Known, ids: Iterable[str]) -> tuple[Note, ...]:
    """That the past of one of these series is still being read for the first time; empty where all have been.

    A reading that looks back on them has no value until then, and this for its reason.
    """
    if not any(id_ in known.unread for id_ in ids):
        return ()
    read, pages = known.progress
    return (Note("reading", f"reading the past, {read} of {pages} pages"),)


def _ends(bounds: Bounds | None) -> tuple[float | None, float | None]:
    return (None, None) if bounds is None else bounds.ends()


def last_used(known: Known, series_id: str, on: date | None = None) -> list[Used]:
    """The newest point of a series, or the newest on or before `on`, as a list that is empty where there is none."""
    point = known.last(series_id, on)
    return [Used(series_id, point)] if point else []
