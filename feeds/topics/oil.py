"""The topic of the oil curve: the strip now and before, its spread since the first stored day, and which leg moved."""

from datetime import date

from msgspec import Struct

from feeds.topics.base import Reading


class OilPoint(Struct, frozen=True, array_like=True):
    """The n-th contract of a strip. `close` is of exactly the strip's day, in $/bbl, and `None` where it has none.

    `period`: the day of its newest close by then, which is the strip's own unless there is none of that day.
    """

    n: int
    contract: str
    close: float | None
    period: date | None


class Strip(Struct, frozen=True):
    """The curve of one day: the contracts that were CL1 and on then. `ago`: sessions before the newest, 0 for it."""

    ago: int
    day: date
    points: tuple[OilPoint, ...]


class SpreadDay(Struct, frozen=True, array_like=True):
    """CL6 less CL1 on one day, $/bbl. `leg`: the label over 5 days, "" where it is not known.

    `imported`: from the user's own series CL1 and CL6, which do not say what contracts those were.
    """

    day: date
    front: str
    back: str
    cl1: float
    cl6: float
    spread: float
    leg: str = ""
    imported: bool = False


class Leg(Struct, frozen=True):
    """Which leg moved over so many sessions: the same two contracts on both days, $/bbl.

    `since`: the first session that is known to have this label without a break, `sessions` of them so far. `at_least`:
    it may have held for longer, for the session before has no label.
    """

    window: int
    label: str
    meaning: str
    front: str
    back: str
    start: date
    end: date
    front_move: float
    back_move: float
    since: date
    sessions: int
    at_least: bool = False


class Shock(Struct, frozen=True):
    """An oil shock from its first session to its last. `back`: the largest move of the back leg over 5 days, $/bbl.

    `on`: it has not ended by the newest session; `None` where that cannot be told. `unknown`: sessions within it that
    have no label.
    """

    first: date
    last: date
    sessions: int
    back: float
    on: bool | None
    unknown: int = 0


class Roll(Struct, frozen=True):
    """When the front contract ceases to be it. `last_day`: the last day on which it is, `days` business days ahead.

    `soon`: near enough to be announced. `early`: business days before its last trading day on which it is left.
    """

    front: str
    last_day: date
    days: int
    next: str
    soon: bool
    early: int


class Oil(Struct, frozen=True):
    """The oil curve. `day`: the newest session that has closes. `history`, `shocks` and `front` are oldest first.

    `stored`: the first day whose spread was stored and not imported. `front`: the front future by its days, not
    adjusted for rolls. `notes`: what a reader of the charts has to know.
    """

    day: date | None
    readings: tuple[Reading, ...]
    strips: tuple[Strip, ...]
    history: tuple[SpreadDay, ...]
    stored: date | None
    legs: tuple[Leg, ...]
    shocks: tuple[Shock, ...]
    roll: Roll
    front: tuple[tuple[date, float], ...]
    notes: tuple[str, ...]
