"""Whether a value of a slow series can be believed, by what is known of its own past. Pure.

A value is *doubted* where it is no size of its series' or lies too far from all that was believed around its period
(`Series.nature`, `jump`, `grain`); so is a whole answer that is what was known times one factor. It is shown, and not
used, until it is confirmed: by another publisher, which says the same of the same period; by the next period, which
lies where it lies; or by the user. A jump by a hundredfold or another power of ten, to nothing at all, or of a whole
answer by one factor, is how another unit looks, and no further value of the same publisher confirms that.

Rows are judged in the order in which they became known, so that a look back sees each as it then was. Values of one
answer cannot be told apart from those of several where all had been due before: the next day confirms in either case.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from feeds.magnitude import LEAST_PAIRS, SAME, STEEP, factor, jumps, moved, rescaled, small, unbelievable, unit
from feeds.series import JUMPS, Series

SURE = ("import", "steps", "own")
"""Whose word is taken: the user's, the table's that comes with the program, and what it counts itself."""
ARCHIVES = ("alfred",)
"""Who tells the past as it was published, in the units of then: no witness to what is said now, and judged by none."""
NEAR = 3
"""Times as much or as little as the value before, within which a value confirms that one."""
AGREES = 0.01
"""By how much of itself another publisher's number may differ and still be the same."""


class Row(NamedTuple):
    """A value as it is kept. `day`: its period, as an ordinal."""

    day: int
    known_ms: int
    value: float
    source: str
    provisional: bool = False


class Doubt(NamedTuple):
    """Why a row was doubted, and since when it is not any more; `None` while it is."""

    why: str
    since_ms: int | None = None


def quiet(
    row: Series, days: Sequence[int], known: Sequence[int], values: Sequence[float], marks: Sequence[int]
) -> bool:
    """Whether nothing of a series can be doubted, at a glance: no step from row to row is large, no size odd.

    Rows by period and then by time; those of a `mark` whose last bit is set are provisional. True of nearly all series,
    and some twenty times as fast as to judge them.
    """
    if not values:
        return True
    if min(values) < row.low or max(values) > row.high:
        return False
    if jumps(row, min(values), max(values)) and any(later < before for before, later in pairwise(known)):
        # What stands beside a value now was not yet known when that was: then another one stood there.
        came = sorted(range(len(values)), key=known.__getitem__)
        if _stepping(row, [values[at] for at in came]):
            return False
    if row.nature == "flow" and row.grain and any(0 < abs(value) < row.grain for value in values):
        return False
    return not _stepping(row, values) and not _revised(days, values, marks)


def _stepping(row: Series, values: Sequence[float]) -> bool:
    """Whether a value is far from the one that stands before it."""
    if row.nature not in ("level", "rate"):
        return False
    if row.nature == "level":
        reach = JUMPS["level"]
        return any((now > reach * was or was > reach * now) and jumps(row, was, now) for was, now in pairwise(values))
    reach = row.jump or JUMPS["rate"]
    return any(
        (now > STEEP * was or was > STEEP * now or abs(now - was) > reach) and jumps(row, was, now)
        for was, now in pairwise(values)
    )


def _revised(days: Sequence[int], values: Sequence[float], marks: Sequence[int]) -> bool:
    """Whether so many values were revised by so much that their answer may have been another unit."""
    if len(set(days)) == len(days):
        return False
    steps = zip(pairwise(days), pairwise(values), pairwise(marks), strict=True)
    found = sum(
        before == day and abs(now - was) > SAME * abs(was) and not (old | new) & 1
        for (before, day), (was, now), (old, new) in steps
    )
    return found >= LEAST_PAIRS


def judge(row: Series, rows: Sequence[Row]) -> dict[int, Doubt]:
    """What was doubted of a series, by its place in `rows`, which come by period and then by time."""
    court = _Court(row, rows)
    for at in sorted(range(len(rows)), key=lambda at: (rows[at].known_ms, rows[at].day)):
        court.hear(at)
    return court.doubts


class _Court:
    """Judges the rows of one series one by one, as they became known."""

    def __init__(self, row: Series, rows: Sequence[Row]) -> None:
        self.doubts: dict[int, Doubt] = {}
        self._row, self._rows = row, rows
        self._scaled = _scaled(row, rows)
        self._believed: dict[int, tuple[int, float]] = {}  # by period: known since, value
        self._days: list[int] = []  # the periods of these, in order
        self._open: list[int] = []  # what waits to be confirmed
        self._hard: set[int] = set()  # what no further value of the same publisher confirms
        self._answers: set[tuple[int, str]] = set()  # scaled answers of which a value was confirmed

    def hear(self, at: int) -> None:
        """Judge the row at that place, and all that it confirms."""
        given, rows = self._rows[at], self._rows
        why = "" if given.source in SURE else self._why(at)
        found = [one for one in self._open if self._same(one, given) or (why and self._next(one, at))]
        # What its publisher has replaced is confirmed by nobody any more.
        kept = [one for one in self._open if (rows[one].day, rows[one].source) != (given.day, given.source)]
        self._open = [one for one in kept if one not in found]
        if why and not found:
            self.doubts[at] = Doubt(why)
            self._open.append(at)
            return
        for one in (*found, at):
            self._believe(one, given.known_ms)
        while follow := [one for one in self._open if self._follows(one)]:
            self._open = [one for one in self._open if one not in follow]
            for one in follow:
                self._believe(one, given.known_ms)

    def _why(self, at: int) -> str:
        """Why the row is doubted; "" where it is not."""
        given, row = self._rows[at], self._row
        if why := unbelievable(row, given.value) or self._scaled.get(at, "") or small(row, given.value):
            self._hard.add(at)
            return why
        if row.nature in ("index", "flow"):
            return ""
        around = self._around(given.day)
        if not around or not self._far(given, around):
            return ""
        day, was = min(around, key=lambda one: abs(one[0] - given.day))
        # A single value is no past: the next one tells which of the two was wrong.
        if len(self._days) > 1 and unit(was, given.value):
            self._hard.add(at)
        return moved(row, was, given.value, day, hard=at in self._hard)

    def _far(self, given: Row, around: Iterable[tuple[int, float]]) -> bool:
        return all(jumps(self._row, value, given.value, day - given.day) for day, value in around)

    def _around(self, day: int) -> list[tuple[int, float]]:
        """What is believed of that period, of the one before and of the one after."""
        place = bisect_left(self._days, day)
        own = self._days[place : place + 1] == [day]
        return [(one, self._believed[one][1]) for one in self._days[max(0, place - 1) : place + 1 + own]]

    def _same(self, other: int, given: Row) -> bool:
        """Whether another publisher, or the user, says the same of the same period."""
        was = self._rows[other]
        if was.day != given.day or (was.source == given.source and given.source not in SURE):
            return False
        return abs(given.value - was.value) <= AGREES * max(abs(given.value), abs(was.value))

    def _next(self, other: int, at: int) -> bool:
        """Whether a row that is doubted itself is the next observation where another one lies."""
        was, given = self._rows[other], self._rows[at]
        if other in self._hard or at in self._hard or was.day == given.day or was.known_ms >= given.known_ms:
            return False
        first, last = sorted((was.day, given.day))
        between = bisect_left(self._days, last) - bisect_left(self._days, first)
        if between:  # it has gone back since
            return False
        if self._row.nature == "rate":
            return not jumps(self._row, was.value, given.value)
        return max(was.value, given.value) <= NEAR * min(was.value, given.value)

    def _follows(self, other: int) -> bool:
        """Whether nothing speaks against a row any more, now that others are believed."""
        given = self._rows[other]
        if other in self._scaled:
            return (given.known_ms, given.source) in self._answers
        if unbelievable(self._row, given.value) or small(self._row, given.value):
            return False
        return not self._far(given, self._around(given.day))

    def _believe(self, at: int, since_ms: int) -> None:
        given = self._rows[at]
        if at in self._scaled:
            self._answers.add((given.known_ms, given.source))
        if at in self.doubts:
            self.doubts[at] = Doubt(self.doubts[at].why, since_ms)
        if given.day not in self._believed:
            insort(self._days, given.day)
        elif self._believed[given.day][0] > given.known_ms:
            return
        self._believed[given.day] = (given.known_ms, given.value)


def _scaled(row: Series, rows: Sequence[Row]) -> dict[int, str]:
    """The rows of answers that are, as a whole, what was known times one factor; and what is said of them."""
    answers: dict[tuple[int, str], list[tuple[int, float, float]]] = {}
    for at in range(1, len(rows)):
        was, now = rows[at - 1], rows[at]
        if was.day == now.day and not (was.provisional or now.provisional) and now.source not in SURE:
            answers.setdefault((now.known_ms, now.source), []).append((at, was.value, now.value))
    found: dict[int, str] = {}
    for answer in answers.values():
        by = factor([(was, now) for _, was, now in answer], row)
        if by is not None:
            found |= {at: rescaled(row, by, len(answer)) for at, _, _ in answer}
    return found
