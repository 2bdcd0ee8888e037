"""What may follow a firing: bitcoin, net liquidity and the broad dollar, each by its own calendar.

All days are calendar days, for bitcoin trades on all of them. Net liquidity is one of Wednesdays: 5, 20 and 60 days
are 1, 3 and 9 weeks of it, from the first Wednesday on or after the entry. The dollar goes from the first day that it
has on or after the entry to the last that it has by the end.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from feeds.signals.liquidity import net
from feeds.vintages import Known

HORIZONS = (5, 20, 60)


class Outcome(Struct, frozen=True):
    """A number by its day. `wait`: days after the entry by which it must begin; `slack`: by which it may end early.

    `weekly`: it moves in whole weeks.
    """

    name: str
    label: str
    values: Mapping[date, float]
    days: Sequence[date]
    wait: int
    slack: int
    weekly: bool = False

    def base(self, entry: date) -> date | None:
        """The day from which it is counted; `None` where there is none near the entry."""
        at = bisect_left(self.days, entry)
        near = at < len(self.days) and (self.days[at] - entry).days <= self.wait
        return self.days[at] if near else None

    def length(self, horizon: int) -> int:
        """Days from the base to the end of a window."""
        return 7 * max(1, round(horizon / 7)) if self.weekly else horizon

    def move(self, base: date, horizon: int) -> float | None:
        """The change in percent; `None` where the window has not ended, or its end is not known."""
        end = base + timedelta(days=self.length(horizon))
        at = bisect_right(self.days, end) - 1
        if self.days[-1] < end or (end - self.days[at]).days > self.slack or self.days[at] <= base:
            return None
        before = self.values[base]
        return (self.values[self.days[at]] / before - 1) * 100 if before > 0 else None


def outcomes(known: Known) -> tuple[Outcome, ...]:
    """The three of them, from the newest values known. A day that is still running has no close."""
    bitcoin = {point.period: point.value for point in known.points("BTC") if not point.provisional}
    weeks = (net(known, point.period) for point in known.points("WALCL"))
    liquidity = {week.day: week.bn for week in weeks if week}
    dollar = {point.period: point.value for point in known.points("DTWEXBGS")}
    return (
        Outcome("btc", "bitcoin", bitcoin, tuple(bitcoin), 0, 0),
        Outcome("netliq", "net liquidity", liquidity, tuple(liquidity), 6, 0, weekly=True),
        Outcome("dollar", "broad dollar", dollar, tuple(dollar), 4, 4),
    )
