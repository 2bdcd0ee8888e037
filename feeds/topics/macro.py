"""Topics of the slow series: the table, the publishers, the releases to come, and one series by itself."""

from msgspec import Struct

from feeds.topics.base import Kind, Quality, State


class SeriesRow(Struct, frozen=True):
    """A slow series in one line. `period` is an ISO date; `value`, `change` and `spark` are in `unit`.

    `change` is against the period before. `z`: the value in standard deviations from the mean of the last 3 years.
    `spark`: the last values, oldest first. `next_ms`: when the next value is due, `about` where that is only usual.
    `late_since_ms`: since when a value is due that has not come. `note`: why there is no value, or what is wrong
    with it, in words; text from outside is already plain. `kind`: what the note is about: `doubt` where a value was
    refused or is doubted. Of quality `doubted` it is the newest value, which nothing uses: `spark` is then of what was
    believed, and `change` against the newest of that.
    """

    id: str
    label: str
    unit: str
    group: str
    digits: int
    value: float | None
    period: str | None
    known_ms: int | None
    change: float | None
    z: float | None
    spark: tuple[float, ...]
    next_ms: int | None
    about: bool
    state: State
    quality: Quality
    source: str
    note: str = ""
    late_since_ms: int | None = None
    kind: Kind = "why"


class SourceRow(Struct, frozen=True):
    """A publisher: how asking it goes. `off`: why it is not asked, and what to do about it; "" where it is.

    `error`: what went wrong the last time, since `error_ms`; "" where it went well. `asked` counts requests of this
    run, `refused` values and answers that were not believed.
    """

    name: str
    title: str
    state: State
    seen_ms: int | None
    next_ms: int | None
    asked: int
    refused: int
    error: str = ""
    error_ms: int | None = None
    off: str = ""
    terms: str = ""


class Due(Struct, frozen=True):
    """A release to come: when, of what, for which period; `about` where the day is only usual.

    `source`: a publisher, or "fomc" for a decision of the Fed, whose period is the first day on which it holds.
    """

    at_ms: int
    label: str
    period: str
    source: str
    about: bool
    series: tuple[str, ...]


class Macro(Struct, frozen=True):
    """All slow series, their publishers, and the releases of the next 7 days, soonest first.

    `filled` of `to_fill` pages have been read on a first start; both 0 where nothing is to be filled.
    """

    rows: tuple[SeriesRow, ...]
    sources: tuple[SourceRow, ...]
    calendar: tuple[Due, ...]
    filled: int = 0
    to_fill: int = 0


class VintageRow(Struct, frozen=True, array_like=True):
    """One value as it was published: period, value, known since, by whom, provisional.

    `later`: it was read long after that, and may first have been another.
    """

    period: str
    value: float
    known_ms: int
    source: str
    provisional: bool = False
    later: bool = False


class DoubtRow(Struct, frozen=True, array_like=True):
    """One value that was doubted, and why. `since_ms`: since when it is confirmed; `None` where it is not."""

    period: str
    value: float
    known_ms: int
    source: str
    why: str
    since_ms: int | None = None


class SeriesPage(Struct, frozen=True):
    """All of one series, for its own page: the newest value of each period, and what was revised, newest first.

    `address`: where a person can read it. `rule`: when it comes out, in words. `terms`: the publisher's. `doubted`:
    what was doubted, newest first, confirmed or not; it is no point unless it was confirmed.
    """

    id: str
    label: str
    unit: str
    published: str
    use: str
    rule: str
    source: str
    address: str
    terms: str
    digits: int
    points: tuple[tuple[str, float], ...]
    revised: tuple[VintageRow, ...]
    doubted: tuple[DoubtRow, ...] = ()
