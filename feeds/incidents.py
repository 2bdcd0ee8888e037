"""Answers that cannot be told from another page's: dated wrongly, or revising more than their series are revised.

They are kept apart and not used. The same answer of the same publisher a second time is taken: then its page says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from feeds.calendars import off_calendar
from feeds.doubt import SURE
from feeds.facts import Observation, Rejected
from feeds.series import Series, series
from feeds.venue import Out
from feeds.vintages import Vintages

FEW = 2
SHARE = 0.05
"""What corrections there may be at once of a series that is not revised by rule: so many values, or this share."""
ODD = 0.01
"""Share of an answer's periods that may be no days of its calendar: a few of decades are, and each is refused alone."""
MOVED = 0.8
"""Share of the changed values that are those of other periods, all equally far away."""
TAIL_DAYS = 6 * 366
"""What is revised at the end only is left alone before: seasonal factors are revised for five years."""
ALIKE = 0.9
"""Share of their periods that two equal answers have in common: one may have a day more."""
Values = Mapping[tuple[str, str], float]
"""Values by series and period."""


class Apart(Struct, frozen=True):
    """What an answer said of a series that was not believed, and why not."""

    source: str
    recv_ms: int
    why: str
    rows: dict[tuple[str, str], float]
    period: date


class Incidents:
    """What is kept apart, by series, until its publisher says it again."""

    def __init__(self) -> None:
        self.apart: dict[str, Apart] = {}

    def sift(
        self, feed: str, recv_ms: int, outs: Sequence[Out], known: Vintages, settled: Callable[[str], bool]
    ) -> tuple[list[Out], dict[str, Apart]]:
        """A whole answer with a `Rejected` in place of each series that is kept apart, and these.

        `settled`: of which series it is agreed already that they are others than they were.
        """
        name, kept = feed.partition(".")[0], dict[str, Apart]()
        by_series: dict[str, list[Observation]] = {}
        for one in outs:
            if isinstance(one, Observation) and one.source not in SURE:
                by_series.setdefault(one.series, []).append(one)
        for id_, rows in by_series.items():
            row, before = series(id_), self.apart.get(id_)
            if row is None or row.snapshot or known.trusts(id_) or settled(id_):
                continue
            found = _odd(row, rows) or _changed(row, rows, known)
            if not found:
                if before and before.source == name:
                    del self.apart[id_]  # it has gone back
                continue
            said = values(rows)
            if before and before.source == name and recv_ms > before.recv_ms and alike(before.rows, said):
                del self.apart[id_]
                continue
            newest = max(rows, key=lambda one: one.period)
            last = known.newest(id_)
            period = min(date.fromisoformat(newest.period), last) if last else date.fromisoformat(newest.period)
            kept[id_] = self.apart[id_] = Apart(
                name, recv_ms, f"{found}; kept apart until it says so again", said, period
            )
        if not kept:
            return list(outs), kept
        rest = [one for one in outs if not (isinstance(one, Observation) and one.series in kept)]
        refused = [Rejected(feed, recv_ms, f"{id_}: {one.why}", f"{id_} {one.period}") for id_, one in kept.items()]
        return [*rest, *refused], kept


def values(outs: Iterable[Out]) -> dict[tuple[str, str], float]:
    """What an answer says, to be held against another."""
    return {(one.series, one.period): one.value for one in outs if isinstance(one, Observation)}


def alike(one: Values, other: Values) -> bool:
    """Whether two answers say the same."""
    common = one.keys() & other.keys()
    if len(common) < ALIKE * max(len(one), len(other)):
        return False
    return all(one[key] == other[key] for key in common)


def _odd(row: Series, rows: Sequence[Observation]) -> str:
    """What is said where periods of an answer are no days of the series' calendar."""
    odd = (
        []
        if row.step
        else [why for one in rows if (why := off_calendar(row.release, date.fromisoformat(one.period), row.beside))]
    )
    if len(odd) <= ODD * len(rows):
        return ""
    return f"{len(odd):,} of {len(rows):,} values are misdated: {odd[-1]}"


def _changed(row: Series, rows: Sequence[Observation], known: Vintages) -> str:
    """What is said where an answer changes more of what its publisher said before than is usual of the series."""
    pairs = [*_pairs(row, rows, known)]
    changed = [pair for pair in pairs if pair[1] != pair[2]]
    if len(changed) <= FEW:
        return ""
    day, was, now = max(changed)
    both = f"{now:,.12g} for {was:,.12g} of {day}"
    if by := _moved(row, changed, known):
        way = "later" if by > 0 else "earlier"
        return f"{len(changed):,} values are those of other {row.release.every}s, {abs(by):,} {way}: {both}"
    if row.revised == "whole":
        return ""
    if row.revised == "tail":
        end = max(day for day, _, _ in pairs).toordinal() - TAIL_DAYS
        pairs = [pair for pair in pairs if pair[0].toordinal() < end]
        changed = [pair for pair in changed if pair[0].toordinal() < end]
    if len(changed) <= max(FEW, SHARE * len(pairs)):
        return ""
    return f"{len(changed):,} of {len(pairs):,} values that are not revised by rule are others than before: {both}"


def _pairs(row: Series, rows: Sequence[Observation], known: Vintages) -> Iterator[tuple[date, float, float]]:
    """Period, what the same publisher said of it before, and what it says now; of whole numbers."""
    for one in rows:
        day = date.fromisoformat(one.period)
        was = None if one.provisional else known.said(row.id, day, one.source, whole=True)
        if was is not None:
            yield day, was[0], one.value


def _moved(row: Series, changed: Sequence[tuple[date, float, float]], known: Vintages) -> int:
    """By how many periods the answer is moved, later or earlier; 0 where it is not."""
    places: dict[float, list[int]] = {}
    numbers: dict[date, int] = {}
    for number, (day, value) in enumerate(known.lasting(row.id)):
        places.setdefault(value, []).append(number)
        numbers[day] = number
    steps: Counter[int] = Counter()
    for day, _, now in changed:
        if day in numbers:
            steps.update({numbers[day] - place for place in places.get(now, ())})
    del steps[0]
    for by, count in steps.most_common(1):
        if count >= MOVED * len(changed):
            return by
    return 0
