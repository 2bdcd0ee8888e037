"""The no-trade zone: NO-TRADE, ARMED by a squeeze, RELEASED by the Fed's answer to it. No price goes into it.

What counts is news: each number is looked at once, when it becomes known, and a revision again when it does. So:
- RELEASED comes after ARMED only. A release that was known before is none, for it was no answer; while nothing is
  armed it is noted and changes nothing. Once released, what arms again only keeps it from ending.
- It ends, from ARMED or RELEASED, when each trigger that has been seen since it was armed has been looked at for so
  many business days (`quiet_days`) without one; a weekly number stands for five. Days of which its number is not known
  do not count: a verdict never changes because data went missing.
- What became known later than `quiet_days` after its day is no news, and arms or releases nothing.
"""

from collections.abc import Sequence

from msgspec import Struct

from feeds.calendars import new_york_day, shift
from feeds.signals._reading import derived
from feeds.signals.lines import number
from feeds.signals.past import Rows
from feeds.signals.thresholds import VerdictRule
from feeds.signals.verdict_events import ARMS, Event, Shocks, Stress, events
from feeds.signals.verdict_triggers import triggers
from feeds.topics.base import Reading
from feeds.topics.regime import Change, Noted, Trigger, Verdict, VerdictState
from feeds.vintages import Known


class Course(Struct):
    """What all events up to a time come to. `quiet`: business days without it, of each trigger since armed.

    `newest` and `fired`: the last look at each trigger, and the last that was one. `seen`: one that arms ever was told.
    """

    rule: VerdictRule
    state: VerdictState = "NO-TRADE"
    quiet: dict[str, int] = {}
    changes: list[Change] = []
    noted: list[Noted] = []
    newest: dict[str, Event] = {}
    fired: dict[str, Event] = {}
    seen: bool = False

    def take(self, event: Event) -> None:
        """Take one look at one trigger; events come in the order in which they became known."""
        was = self.newest.get(event.trigger)
        self.newest[event.trigger] = event
        self.seen = self.seen or (event.trigger in ARMS and event.on is not None)
        if event.on and not self._old(event):
            self._fire(event, bool(was and was.on))
        elif event.on is False and event.trigger in self.quiet:
            self.quiet[event.trigger] += event.days
            if min(self.quiet.values()) >= self.rule.quiet_days:
                last = max((self.fired[name] for name in self.quiet), key=lambda one: (one.day, one.known_ms))
                cause = f"{self.rule.quiet_days} business days without a trigger, the last: {last.words}"
                self._change(event, "NO-TRADE", cause)
                self.quiet = {}

    def _fire(self, event: Event, was_on: bool) -> None:
        self.fired[event.trigger] = event
        arms = event.trigger in ARMS
        if self.state == "NO-TRADE" and not arms:
            if not was_on:
                self.noted.append(Noted(event.day, event.known_ms, event.trigger, f"{event.words}: nothing was armed"))
            return
        self.quiet[event.trigger] = 0
        if self.state == "NO-TRADE":
            self._change(event, "ARMED", event.words)
        elif self.state == "ARMED" and not arms:
            self._change(event, "RELEASED", event.words)

    def _change(self, event: Event, after: VerdictState, cause: str) -> None:
        self.changes.append(Change(event.day, event.known_ms, self.state, after, event.trigger, cause))
        self.state = after

    def _old(self, event: Event) -> bool:
        return shift("weekdays", new_york_day(event.known_ms), -self.rule.quiet_days) > event.day


def course(rows: Rows, stress: Stress, shocks: Shocks, as_of_ms: int, rule: VerdictRule) -> Course:
    """The verdict's course from `rule.since` to that time, each step by what was known then."""
    found = Course(rule)
    for event in events(rows, stress, shocks, as_of_ms, rule):
        found.take(event)
    return found


def verdict(known: Known, rows: Rows, stress: Stress, shocks: Shocks, rule: VerdictRule) -> Verdict:
    """The page. `rows`: all rows of a series, such as `Vintages.rows`; what became known after `known` is left out."""
    found = course(rows, stress, shocks, known.as_of_ms, rule)
    listed = triggers(known, found.newest, found.fired, rule)
    quiet = min(found.quiet.values(), default=None)
    return Verdict(_state(found, listed, quiet), listed, tuple(found.changes), tuple(found.noted), quiet)


def _state(found: Course, listed: Sequence[Trigger], quiet: int | None) -> Reading:
    """The verdict as a reading: as old as the oldest of what goes into it, and partial without a part."""
    return derived(
        "verdict.state",
        found.state if found.seen else None,
        "",
        [one.reading for one in listed],
        band=found.state if found.seen else "",
        words=_words(found, listed, quiet) if found.seen else ["nothing that would arm it is known"],
        formula="armed by MOVE, oil or repo stress; released by the Fed; never by price",
    )


def _words(found: Course, listed: Sequence[Trigger], quiet: int | None) -> list[str]:
    words = [f"nothing has armed it since {found.rule.since}"]
    if found.changes:
        last = found.changes[-1]
        words = [f"{last.after} since {last.day}: {last.cause}"]
    if quiet is not None:
        words.append(f"{quiet} of {found.rule.quiet_days} business days without a trigger")
    for one in listed:
        lost = one.reading.state in ("stale", "none")
        if one.name in found.quiet and lost:
            words.append(f"{one.label} is not known: days without it do not count")
        elif lost:
            words.append(f"without {one.label}: {one.reading.words[0]}")
    wanted = {"NO-TRADE": True, "ARMED": False}.get(found.state)
    words += [_to_go(one) for one in listed if one.arms is wanted and one.distance is not None]
    return words


def _to_go(one: Trigger) -> str:
    value, unit = number(one.reading), f" {one.reading.unit}".rstrip()
    does = "arms" if one.arms else "releases"
    return f"{one.label} {value:,.1f}{unit}, {does} at {one.sign} {one.threshold:g}"
