"""What sums of flows lack, and between what they lie; and readings of the table as timely as its newest day."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from feeds.series import series
from feeds.signals._reading import Used, Words, reading, state_of
from feeds.signals.flow_counters import COUNTERS
from feeds.signals.flow_days import BEGIN, PREFIX, TOTAL, FlowDay, Table, traded
from feeds.signals.knowledge import Bounds
from feeds.timeliness import state_of as timeliness
from feeds.topics.base import Note, Quality, Reading, poorest, worst
from feeds.vintages import Known

_COUNTERS = {id_ for id_, _ in COUNTERS}


def told(
    name: str,
    value: float | None,
    unit: str,
    known: Known,
    found: Table,
    used: Sequence[Used],
    *,
    period: date,
    quality: Quality | None,
    words: Words,
    formula: str,
    missing: Sequence[str] = (),
    bounds: Bounds | None = None,
) -> Reading:
    """A reading of days of the table. It is as timely as the newest of them, whoever counted the older ones."""
    one = reading(
        name,
        value,
        unit,
        known,
        used,
        period=period,
        quality=quality,
        words=words,
        formula=formula,
        missing=missing,
        bounds=bounds,
    )
    if value is None:
        return one
    row = series(TOTAL)
    assert row, TOTAL
    others = {used_.series for used_ in used if not used_.series.startswith(PREFIX)} - _COUNTERS
    states = [state_of(id_, known.last(id_), known.as_of_ms) for id_ in others]
    return replace(one, state=worst([timeliness(row, found.days[-1].day, known.as_of_ms), *states]))


def since(found: Table, first: date) -> list[FlowDay]:
    """The days of the table from one on."""
    return [day for day in found.days if day.day >= first]


def completeness(found: Table, first: date) -> tuple[Quality | None, list[Note]]:
    """Whether the days from one on are whole, `None` if they are, and what they lack in words."""
    days = since(found, first)
    qualities: list[Quality] = []
    words = []
    last = days[-1]
    if last.provisional:
        heard = f": {last.reported} of {len(last.funds) + len(last.missing)} funds" if last.funds else ""
        words.append(f"{last.day} is provisional{heard}")
    older = [day for day in days[:-1] if day.provisional]
    if older:
        words.append(f"still provisional: {_days(older[-1].day, len(older))}")
    if last.provisional or older:
        qualities.append("provisional")
    lacking = [day for day in days if day.missing and not day.provisional]
    if lacking:
        words.append(f"{', '.join(lacking[-1].missing)} not in the table of {lacking[-1].day}")
    holes = [day for day in found.holes if day >= first]
    if holes:
        words.append(f"without {'a day' if len(holes) == 1 else 'days'} of trading, {_days(holes[-1], len(holes))}")
    if lacking or holes:
        qualities.append("partial")
    counters = stand_ins(found, days)
    if counters:
        qualities.append("estimated")
    return (poorest(qualities) if qualities else None), [*(Note("lacks", word) for word in words), *counters]


def stand_ins(found: Table, days: Sequence[FlowDay]) -> list[Note]:
    """Who stands in for Farside on some days, and since when it has been silent, or on which days."""
    own = [day.day for day in found.days if not day.stand_in]
    newest = own[-1] if own else date.min
    tail = [day for day in days if day.stand_in and day.day > newest]
    within = [day for day in days if day.stand_in and day.day < newest]
    words = []
    if tail:
        by = " and ".join(dict.fromkeys(day.stand_in.by for day in tail if day.stand_in))
        silent = next(day.day for day in found.days if day.day > newest)
        words.append(f"total by {by}, Farside is silent since {silent}")
    if within:
        by = " and ".join(dict.fromkeys(day.stand_in.by for day in within if day.stand_in))
        words.append(f"total by {by}, not in Farside's table: {_days(within[-1].day, len(within))}")
    return [Note("lacks", word) for word in words]


def unknown_days(found: Table, first: date) -> list[date]:
    """The days from one on whose total is not known, or not whole."""
    return sorted(
        [*(day.day for day in since(found, first) if not day.whole), *(day for day in found.holes if day >= first)]
    )


def sum_bounds(found: Table, first: date) -> Bounds | None:
    """Between what the sum from a day on lies; `None` where it is exact.

    The total of a day that is not whole, or not there, lies between the bounds of what is believed of one.
    """
    whole = sum(day.total for day in since(found, first) if day.whole)
    before = traded(first, found.days[0].day)[:-1] if first < found.days[0].day else []
    count = len(unknown_days(found, first)) + len(before)
    low, high = limits()
    return Bounds(whole + count * low, whole + count * high) if count else None


def limits() -> tuple[float, float]:
    """The least and the most that is believed of a day's total, in $M."""
    row = series(TOTAL)
    assert row, TOTAL
    return row.low, row.high


def cut(found: Table) -> list[Note]:
    """That the table does not go back to the first day of the funds."""
    first = found.days[0].day
    return [] if first <= BEGIN else [Note("lacks", f"only since {first}: the funds began {BEGIN}")]


def _days(last: date, count: int) -> str:
    return f"{last}" if count == 1 else f"{count} up to {last}"
