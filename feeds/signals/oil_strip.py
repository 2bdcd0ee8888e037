"""Closes of the WTI contracts by session: the strip of a day, and the roll to come."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from feeds.calendars import business_day, contracts, last_trading_day, shift, wti
from feeds.series import series
from feeds.signals.thresholds import OilRule
from feeds.topics.base import Note
from feeds.topics.oil import OilPoint, Roll, Strip
from feeds.vintages import Known, Point

STRIP = 12
AGO = (0, 1, 5, 20)
"""Sessions back of the curves that are laid over one another."""
_FAMILY = "CL*"
_SPARE = 2
"""Contracts to ask for beyond the strip: of one that is left early, the next takes its place."""


class Board:
    """What each contract closed at, by session. `days`: the sessions with any close of their strip, oldest first.

    A price of a day on which WTI does not settle is not looked at; nor, by the rule of the strip, is one of a contract
    after its last trading day.
    """

    def __init__(self, known: Known, rule: OilRule, session: date) -> None:
        self.session = session
        self._early = rule.early_days
        self._strip = cache(self._named)
        self._closes: dict[date, dict[str, Point]] = {}
        self._points: dict[str, Sequence[Point]] = {}
        for id_ in known.series("CL"):
            row = series(id_)
            if row is None or row.family != _FAMILY:
                continue
            self._points[id_] = known.points(id_, until=session)
            for point in self._points[id_]:
                if business_day("nymex", point.period):
                    self._closes.setdefault(point.period, {})[id_] = point
        self.days = sorted(day for day, closes in self._closes.items() if any(name in closes for name in self.on(day)))

    def _named(self, day: date) -> tuple[str, ...]:
        listed = contracts(day, STRIP + _SPARE)
        at = listed.index(wti(1, day, self._early))
        return tuple(listed[at : at + STRIP])

    def on(self, day: date) -> tuple[str, ...]:
        """The contracts that were CL1, CL2 and on that day."""
        return self._strip(day)

    def close(self, contract: str, day: date) -> Point | None:
        """The close of a contract on exactly that day."""
        return self._closes.get(day, {}).get(contract)

    def legs(self, day: date) -> tuple[str, str]:
        """The contracts that were CL1 and CL6 on that day."""
        strip = self.on(day)
        return strip[0], strip[5]

    def both(self) -> list[date]:
        """The sessions on which CL1 and CL6 both closed."""
        return [day for day in self.days if all(self.close(contract, day) for contract in self.legs(day))]

    def strip(self, ago: int) -> Strip | None:
        """The curve so many sessions before the newest; `None` where there were not so many."""
        if len(self.days) <= ago:
            return None
        day = self.days[-1 - ago]
        points = []
        for n, contract in enumerate(self.on(day), 1):
            point = self.close(contract, day)
            newest = max((p.period for p in self._points.get(contract, ()) if p.period <= day), default=None)
            points.append(OilPoint(n, contract, dollars(point) if point else None, newest))
        return Strip(ago, day, tuple(points))


def dollars(point: Point) -> float:
    """A close in whole cents, in which WTI trades: Yahoo writes 64.98 as 64.9800033569336."""
    return round(point.value, 2)


def sessions_after(start: date, end: date) -> int:
    """How many days of trading there are after `start` until `end`, both given, `end` included."""
    days = (start + timedelta(n) for n in range(1, (end - start).days + 1))
    return sum(business_day("nymex", day) for day in days)


def roll(session: date, rule: OilRule) -> Roll:
    """The roll that comes next, as seen on that day."""
    front = wti(1, session, rule.early_days)
    last = last_trading_day(front)
    if rule.early_days:
        last = shift("nymex", last, -rule.early_days)
    days = sessions_after(session, last)
    after = wti(2, session, rule.early_days)
    return Roll(front, last, days, after, days <= rule.announce_days, rule.early_days)


def roll_notes(found: Roll) -> list[Note]:
    """The roll in words, from when it is announced; and that one rolls early, where one does."""
    words = []
    if found.soon:
        ahead = {0: "today", 1: "in 1 business day"}.get(found.days, f"in {found.days} business days")
        words.append(f"roll: {found.front} is the front until {found.last_day}, {ahead}; then {found.next}")
    if found.early:
        words.append(f"rolled {found.early} business days before the last trading day")
    return [Note("next", word) for word in words]
