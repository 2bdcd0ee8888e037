"""Topics of the dollar's exit and of fragility."""

from datetime import date

from msgspec import Struct

from feeds.topics.base import Reading


class CustodyWeek(Struct, frozen=True, array_like=True):
    """What the Fed keeps for foreign officials on one Wednesday, in $bn; a part that is not known is `None`."""

    day: date
    total: float
    treasuries: float | None
    agencies: float | None
    other: float | None


class DollarExit(Struct, frozen=True):
    """Who leaves the dollar. `custody`: the weeks since the anchor date, oldest first."""

    readings: tuple[Reading, ...]
    custody: tuple[CustodyWeek, ...]


class Unpublished(Struct, frozen=True):
    """What would be worth knowing and has no public number; `words` say what there is instead."""

    label: str
    words: str


class Fragility(Struct, frozen=True):
    """What could break. `unpublished`: what belongs here and cannot be had."""

    readings: tuple[Reading, ...]
    unpublished: tuple[Unpublished, ...]
