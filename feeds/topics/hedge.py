"""The topic of hedge or high beta: how bitcoin moves with stocks, gold, software and the dollar."""

from datetime import date
from typing import Literal

from msgspec import Struct

from feeds.topics.base import Reading

HedgeLabel = Literal["high beta", "hedge", "its own"]


class HedgeDay(Struct, frozen=True, array_like=True):
    """One day on which bitcoin and QQQ have a close: over the window up to it, bitcoin's beta and correlations.

    What is not known of that day is `None`; so is `label` where it depends on that.
    """

    day: date
    beta: float | None
    qqq: float | None
    gld: float | None
    igv: float | None
    dxy: float | None
    label: HedgeLabel | None


class HedgeWindow(Struct, frozen=True):
    """A window of so many returns, and its days, oldest first."""

    days: int
    history: tuple[HedgeDay, ...]


class Hedge(Struct, frozen=True):
    """Hedge or high beta, over 30 and over 90 trading days."""

    readings: tuple[Reading, ...]
    windows: tuple[HedgeWindow, ...]
