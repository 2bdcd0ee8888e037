"""The topic of the bitcoin futures curve: the basis by days to expiry, funding, and what cash earns beside it."""

from datetime import date

from msgspec import Struct

from feeds.topics.base import Quality, Reading, State


class CurvePoint(Struct, frozen=True):
    """A dated future: `basis` in percent a year, `days` to its expiry.

    `counted`: it goes into the curve; one that is not is of a venue not heard of, or not of this moment. `note` says.
    """

    venue: str
    symbol: str
    expiry: date
    days: float
    basis: float
    inverse: bool
    state: State
    as_of_ms: int | None
    counted: bool
    note: str = ""


class Dropped(Struct, frozen=True, array_like=True):
    """A dated future that has no basis, and why: "expires in 2 d"."""

    venue: str
    symbol: str
    why: str


class ExpiryPoint(Struct, frozen=True):
    """One day of expiry. `basis`: the median of the venues, `low` and `high` among them, percent a year."""

    expiry: date
    days: float
    basis: float
    low: float
    high: float
    venues: int


class Tenor(Struct, frozen=True):
    """The basis at so many days, percent a year, of all contracts and of each sort; `None` where there is none.

    `difference`: linear less inverse, in percent points.
    """

    days: int
    all: float | None
    inverse: float | None
    linear: float | None
    difference: float | None


class FundingPoint(Struct, frozen=True):
    """A perpetual's funding in percent a year, for the place of 0 days on the curve.

    `rate`: as published, a fraction per interval. `next_ms`: when it is paid next, `None` where that is not told.
    `quality`: `estimated` where the venue does not tell its interval.
    """

    venue: str
    symbol: str
    inverse: bool
    funding: float
    rate: float | None
    interval_h: float | None
    next_ms: int | None
    state: State
    as_of_ms: int | None
    quality: Quality = "exact"


class CashPoint(Struct, frozen=True):
    """What cash earns until so many days, in percent a year; `None` where it is not known."""

    label: str
    series: str
    days: int
    value: float | None
    period: date | None
    state: State


class Curve(Struct, frozen=True):
    """The futures curve of this moment. `points` by expiry; `all`, `inverse` and `linear` are the curves drawn of them.

    `cme`: CME's contracts, from daily closes, which are in none of the curves. `funding` in the order of the venues.
    `notes`: what a reader of the chart has to know.
    """

    readings: tuple[Reading, ...]
    points: tuple[CurvePoint, ...]
    dropped: tuple[Dropped, ...]
    all: tuple[ExpiryPoint, ...]
    inverse: tuple[ExpiryPoint, ...]
    linear: tuple[ExpiryPoint, ...]
    tenors: tuple[Tenor, ...]
    cme: tuple[CurvePoint, ...]
    funding: tuple[FundingPoint, ...]
    cash: tuple[CashPoint, ...]
    notes: tuple[str, ...]
