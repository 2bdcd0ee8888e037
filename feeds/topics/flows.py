"""The topic of ETF flows: day by day and fund by fund, what they sum to, and what they cost."""

from datetime import date

from msgspec import Struct

from feeds.topics.base import Reading


class FlowRow(Struct, frozen=True, array_like=True):
    """One day in $M. `funds` are in the order of `Flows.funds`, `None` where a fund has not reported.

    `coins`: the total in bitcoin at that day's close; `None` where the close is not known. `provisional`: the day is
    not whole yet. `missing`: funds that are in the table on other days around it and not on this. `unsure`: funds whose
    number may have been filled in, for the publisher has not got them all yet; they are no report. `by`: the counter
    whose total stands in for a day that Farside does not have, of whose funds nothing is known; "" where it has it.
    `others`: what other counters say of the total, by their names.
    """

    day: date
    total: float
    coins: float | None
    funds: tuple[float | None, ...]
    provisional: bool
    missing: tuple[str, ...]
    unsure: tuple[str, ...] = ()
    by: str = ""
    others: tuple[tuple[str, float], ...] = ()


class FlowPoint(Struct, frozen=True, array_like=True):
    """The total of a day and the sum of all days up to it, in $M; `close` of bitcoin on that day, in dollars.

    `cost`: cumulative net dollars / cumulative net coins up to that day. `None` where they are not known. `by`: as of a
    row.
    """

    day: date
    total: float
    cumulative: float
    close: float | None = None
    cost: float | None = None
    by: str = ""


class FlowRevision(Struct, frozen=True, array_like=True):
    """A number that was published anew, in $M, and since when the new one is known."""

    day: date
    fund: str
    was: float
    now: float
    known_ms: int


class Flows(Struct, frozen=True):
    """ETF flows. `rows` newest first, `history` oldest first, `revisions` by when they were seen, newest first.

    `arrived` of `expected` funds have reported the newest day. `z`: that day's total in standard deviations from the
    mean of the days before it. `new` and `gone`: funds that came to the table or left it, with their first or last
    day. `holes`: days of trading, between the first and the last, that are not in the table.
    """

    readings: tuple[Reading, ...]
    funds: tuple[str, ...]
    rows: tuple[FlowRow, ...]
    history: tuple[FlowPoint, ...]
    z: float | None
    arrived: int
    expected: int
    new: tuple[tuple[str, date], ...]
    gone: tuple[tuple[str, date], ...]
    holes: tuple[date, ...]
    revisions: tuple[FlowRevision, ...]
