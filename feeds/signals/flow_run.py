"""For how many days the flows have had the same sign, told only as far as whole days tell it."""

from collections.abc import Sequence
from datetime import date
from math import inf
from typing import NamedTuple

from feeds.signals._reading import Words, reading, unread
from feeds.signals.flow_days import BEGIN, TOTAL, FlowDay, Table, flow_ids, used_on
from feeds.signals.flow_sums import stand_ins, told
from feeds.signals.knowledge import Bounds
from feeds.topics.base import Note, Quality, Reading, poorest
from feeds.vintages import Known

NAME = "etf.run"
FORMULA = "days on which the funds traded with the same sign, up to the last whole one"


class Run(NamedTuple):
    """Days of the same sign, oldest first; none after a day of zero. `last`: the last whole day, `None` without one.

    `why`: why it may be longer, "" where it is not.
    """

    days: Sequence[FlowDay]
    last: FlowDay | None
    why: str

    @property
    def length(self) -> int:
        """3 of inflows, -3 of outflows."""
        return len(self.days) if self.days and self.days[0].total > 0 else -len(self.days)


def run(found: Table) -> Run:
    """The run up to the last whole day. It is known as far back as every day of trading is there and whole."""
    days = list(found.days)
    while days and not days[-1].whole:
        days.pop()
    if not days or not days[-1].total:
        return Run((), days[-1] if days else None, "")
    last = days.pop()
    held = [last]
    while days:
        before = days.pop()
        hole = next((day for day in found.holes if before.day < day < held[0].day), None)
        if hole or not before.whole:
            return Run(held, last, f"{hole} is not in the table" if hole else f"{before.day} is not whole")
        if before.total * last.total <= 0:
            return Run(held, last, "")
        held.insert(0, before)
    return Run(held, last, "" if held[0].day <= BEGIN else f"nothing is known before {held[0].day}")


def run_reading(known: Known, found: Table, nothing: str) -> Reading:
    """`etf.run`. `nothing`: what is said where no day is known at all."""
    one = run(found)
    if words := unread(known, flow_ids(known)):
        return _none(known, words)
    if one.last is None:
        return _none(known, (f"{found.days[-1].day} is not whole yet" if found.days else nothing,))
    newest, counted = found.days[-1], one.days or [one.last]
    notes = [Note("says", _says(one, one.last.day))]
    notes += [Note("older", f"{newest.day} is not whole and not counted")] if newest is not one.last else []
    notes += [Note("lacks", one.why)] if one.why else []
    ends = Bounds(one.length, inf) if one.length > 0 else Bounds(-inf, one.length)
    return told(
        NAME,
        one.length,
        "days",
        known,
        found,
        [used for day in counted for used in used_on(known, day)],
        period=one.last.day,
        quality=_worth(one, counted, newest),
        words=[*notes, *stand_ins(found, counted)],
        formula=FORMULA,
        bounds=ends if one.why else None,
    )


def _none(known: Known, words: Words) -> Reading:
    return reading(NAME, None, "days", known, words=words, missing=(TOTAL,), formula=FORMULA)


def _says(one: Run, last: date) -> str:
    if not one.length:
        return f"no flow on {last}"
    count, least = abs(one.length), "at least " if one.why else ""
    counted = ("a day" if not one.why else "1 day") if count == 1 else f"{count} days in a row"
    return f"{least}{counted} of {'inflows' if one.length > 0 else 'outflows'}"


def _worth(one: Run, counted: Sequence[FlowDay], newest: FlowDay) -> Quality | None:
    found = [
        "provisional" if newest is not one.last else None,
        "partial" if one.why else None,
        "estimated" if any(day.stand_in for day in counted) else None,
    ]
    return poorest(found)
