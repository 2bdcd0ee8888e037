"""Readings of signals as metrics: the number with its age, source and completeness, for programs."""

from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from feeds.calendars import day_end_ms
from feeds.topics import Metric, Reading


def metrics(readings: Iterable[Reading]) -> dict[str, Metric]:
    """Every reading by its name."""
    return {reading.name: metric(reading) for reading in readings}


def metric(reading: Reading) -> Metric:
    """As of the end of its day in New York, or of the time it became known if that was before."""
    as_of_ms = day_end_ms(reading.period) if reading.period else reading.known_ms
    if as_of_ms is not None and reading.known_ms is not None:
        as_of_ms = min(as_of_ms, reading.known_ms)
    source = ", ".join(dict.fromkeys(f"{one.source} {one.series}" for one in reading.inputs))
    band = [reading.band] if reading.band not in ("", reading.value) else []
    note = "; ".join([*band, *reading.words])
    ends = _end(reading.least), _end(reading.most)
    return Metric(reading.value, reading.unit, as_of_ms, source, reading.state, reading.quality, note, *ends)


def _end(bound: float | None) -> float | UnsetType:
    return UNSET if bound is None else bound
