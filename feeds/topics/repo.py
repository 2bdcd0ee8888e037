"""The topic of repo stress: today's parts, its history, and other times to hold it against."""

from datetime import date

from msgspec import Struct

from feeds.topics.base import Reading, State


class RepoPart(Struct, frozen=True):
    """One part of repo stress. `value` is in `unit`, `score` the same as 0 to 100; `note`: why one is missing."""

    name: str
    label: str
    value: float | None
    unit: str
    score: float | None
    note: str = ""


class RepoDay(Struct, frozen=True, array_like=True):
    """One day of history: percent of volume at or above IORB between `low` and `high`, and stress.

    Stress is at least `stress` and at most `most`, the same where all of it is known; `parts` are known of 5.
    """

    day: date
    low: float | None
    mid: float | None
    high: float | None
    stress: float | None
    parts: int
    marks: tuple[str, ...] = ()
    most: float | None = None


class ShareSpan(Struct, frozen=True, array_like=True):
    """The share of volume at or above IORB over a week or a month, weighted by volume; `days` of `of` went in."""

    first: date
    last: date
    low: float
    mid: float | None
    high: float
    days: int
    of: int


class Cohort(Struct, frozen=True):
    """The parts of stress as means over the days of one time, in the order of `Repo.parts`.

    `days`: of SOFR in that time that are known; `counts`: of these, the days on which each part was. `stress` and
    `most` are the means of the least and the most that the days' own can have been. `share`: the share of volume at or
    above IORB, weighted by volume.
    """

    name: str
    first: date
    last: date
    days: int
    scores: tuple[float | None, ...]
    counts: tuple[int, ...]
    stress: float | None
    share: ShareSpan | None
    most: float | None = None


class ReserveIndicator(Struct, frozen=True):
    """One of the five indicators by which the New York Fed judges whether reserves are ample.

    `low` and `high`: its range where one is published. `note` says what there is to know, or that it is not published.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    period: date | None
    state: State
    note: str


class Repo(Struct, frozen=True):
    """Repo stress. `day` is the newest of SOFR; `history`, `weeks` and `months` oldest first.

    `next_mark`: the next day on which a spike is half expected, and why.
    """

    day: date | None
    readings: tuple[Reading, ...]
    parts: tuple[RepoPart, ...]
    history: tuple[RepoDay, ...]
    weeks: tuple[ShareSpan, ...]
    months: tuple[ShareSpan, ...]
    cohorts: tuple[Cohort, ...]
    indicators: tuple[ReserveIndicator, ...]
    next_mark: tuple[date, tuple[str, ...]] | None
