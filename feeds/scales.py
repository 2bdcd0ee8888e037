"""Whole answers that are what was known times one factor: another unit, another base, a split of shares.

They are refused however often they come, until another publisher says the same, or the user.
"""

from collections.abc import Sequence
from datetime import date
from math import isclose

from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.magnitude import factor, rescaled
from feeds.series import Series, series
from feeds.venue import Out
from feeds.vintages import Vintages

AGREE = 0.01
"""By how much of itself another publisher's factor may differ."""


class Scaled(Struct, frozen=True):
    """An answer that was refused as a whole. `rows`: what it said of the series, by period."""

    source: str
    by: float
    why: str
    rows: tuple[Observation, ...]

    @property
    def period(self) -> date:
        """Its newest."""
        return date.fromisoformat(max(one.period for one in self.rows))


class Scales:
    """What was refused so of each series, for another publisher to confirm."""

    def __init__(self) -> None:
        self.refused: dict[str, Scaled] = {}
        self._agreed: dict[str, int] = {}

    def agreed(self, id_: str, recv_ms: int) -> bool:
        """Whether an answer of that time agreed with one that was refused: both are known since then."""
        return self._agreed.get(id_) == recv_ms

    def sift(
        self, feed: str, recv_ms: int, outs: Sequence[Out], known: Vintages
    ) -> tuple[list[Out], dict[str, Scaled]]:
        """A whole answer with a `Rejected` in place of each series that is refused, and these; `known`: what was known.

        Where another publisher said the same before, what both of them say is there.
        """
        name, found, refused = feed.partition(".")[0], list(outs), dict[str, Scaled]()
        for row, pairs in self._pairs(recv_ms, outs, known):
            by, before = factor(pairs, row), self.refused.get(row.id)
            if by is None:
                if before and before.source == name:
                    del self.refused[row.id]  # it has gone back
            elif before and before.source != name and isclose(before.by, by, rel_tol=AGREE):
                del self.refused[row.id]
                self._agreed[row.id] = recv_ms
                found = [*before.rows, *found]
            else:
                own = tuple(one for one in found if isinstance(one, Observation) and one.series == row.id)
                one_factor = Scaled(name, by, rescaled(row, by, len(pairs)), own)
                refused[row.id] = one_factor
                if before is None or before.source == name:
                    self.refused[row.id] = one_factor
                rest = [one for one in found if not (isinstance(one, Observation) and one.series == row.id)]
                found = [*rest, _rejected(feed, recv_ms, row.id, one_factor)]
        return found, refused

    def _pairs(
        self, recv_ms: int, outs: Sequence[Out], known: Vintages
    ) -> list[tuple[Series, list[tuple[float, float]]]]:
        """What was known of each period and what is said now, by series; of whole numbers only."""
        pairs: dict[str, tuple[Series, list[tuple[float, float]]]] = {}
        for one in outs:
            if isinstance(one, Observation) and not one.provisional and (row := series(one.series)):
                was = known.believed(row.id, date.fromisoformat(one.period))
                if was is not None and not was.provisional:
                    pairs.setdefault(row.id, (row, []))[1].append((was.value, one.value))
        return [found for id_, found in pairs.items() if not (known.trusts(id_) or self.agreed(id_, recv_ms))]


def _rejected(feed: str, recv_ms: int, id_: str, of: Scaled) -> Rejected:
    newest = max(of.rows, key=lambda one: one.period)
    return Rejected(feed, recv_ms, f"{id_} is {of.why}", f"{id_} {newest.period} {newest.value:g}")
