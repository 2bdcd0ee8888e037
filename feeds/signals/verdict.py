"""The no-trade zone: NO-TRADE, ARMED by a squeeze, RELEASED by the Fed's answer to it. No price goes into it.

What counts is news: each number is looked at once, when it becomes known, and a revision again when it does. So:
- RELEASED comes after ARMED only. A release that was known before is none, for it was no answer; while nothing is
  armed it is noted and changes nothing. Once released, what arms again only keeps it from ending.
- It ends, from ARMED or RELEASED, when each trigger that has fired since it was armed has been looked at for so many
  business days (`quiet_days`) without one; a weekly number stands for five. Days of which its number is not known, or
  only between bounds on both sides of the threshold, do not count: a verdict never changes because data went missing.
- What became known later than `quiet_days` after its day is no news, and arms or releases nothing.
- What was never seen is left out and named. Where it could have made the word another one, there is no word.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import new_york_day, shift
from feeds.signals._reading import derived, unread
from feeds.signals.lines import number
from feeds.signals.past import Rows
from feeds.signals.thresholds import VerdictRule
from feeds.signals.verdict_events import ARMS, LABELS, NEEDS, RELEASES, Event, Shocks, Stress, events
from feeds.signals.verdict_triggers import triggers
from feeds.topics.base import Note, Reading, worst
from feeds.topics.regime import Change, Noted, Trigger, Verdict, VerdictState
from feeds.vintages import Known

FORMULA = "armed by MOVE, oil or repo stress; released by the Fed; never by price"


class Course(Struct):
    """What all events up to a time come to. `quiet`: business days without it, of each trigger since armed.

    `newest` and `fired`: the last look at each trigger, and the last that was one. `told`: triggers that were ever on
    or off. `stalled`: triggers of which a look could not be told since they fired. `after_release`: the Fed had done
    what releases shortly before it was armed.
    """

    rule: VerdictRule
    state: VerdictState = "NO-TRADE"
    quiet: dict[str, int] = {}
    changes: list[Change] = []
    noted: list[Noted] = []
    newest: dict[str, Event] = {}
    fired: dict[str, Event] = {}
    told: set[str] = set()
    stalled: set[str] = set()
    after_release: bool = False

    def take(self, event: Event) -> None:
        """Take one look at one trigger; events come in the order in which they became known."""
        was = self.newest.get(event.trigger)
        self.newest[event.trigger] = event
        if event.on is None:
            self.stalled.add(event.trigger)
            return
        self.told.add(event.trigger)
        if event.on and not self._old(event):
            self._fire(event, bool(was and was.on))
        elif not event.on and event.trigger in self.quiet:
            self.quiet[event.trigger] += event.days
            if min(self.quiet.values()) >= self.rule.quiet_days:
                last = max((self.fired[name] for name in self.quiet), key=lambda one: (one.day, one.known_ms))
                cause = f"{self.rule.quiet_days} business days without a trigger, the last: {last.words}"
                self._change(event, "NO-TRADE", cause)
                self.quiet = {}

    def _fire(self, event: Event, was_on: bool) -> None:
        arms = event.trigger in ARMS
        if self.state == "NO-TRADE":
            shortly = shift("weekdays", event.day, -2 * self.rule.quiet_days)
            self.after_release = any(name in self.fired and self.fired[name].day >= shortly for name in RELEASES)
        self.fired[event.trigger] = event
        self.stalled.discard(event.trigger)
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


def verdict(
    known: Known, rows: Rows, stress: Stress, shocks: Shocks, rule: VerdictRule, *, stress_now: Reading
) -> Verdict:
    """The page. `rows`: all rows of a series, such as `Vintages.rows`; what became known after `known` is left out.

    `stress_now`: the reading of repo stress at the same time. While the past is still being read there is no word.
    """
    found = course(rows, stress, shocks, known.as_of_ms, rule)
    listed = triggers(known, stress_now, found.newest, found.fired, rule)
    seen = sum(one.name in found.told for one in listed)
    if reading := unread(known, NEEDS):
        state = derived("verdict.state", None, "", [one.reading for one in listed], words=reading, formula=FORMULA)
        return Verdict(state, listed, (), (), None, seen)
    quiet = min(found.quiet.values(), default=None)
    state = _state(known, found, listed, quiet)
    return Verdict(state, listed, tuple(found.changes), tuple(found.noted), quiet, seen)


def _state(known: Known, found: Course, listed: Sequence[Trigger], quiet: int | None) -> Reading:
    """The verdict as a reading: as stale as what decides it, and partial without a part."""
    why = _untold(known, found, listed)
    state = derived(
        "verdict.state",
        None if why else found.state,
        "",
        [one.reading for one in listed],
        band="" if why else found.state,
        words=[Note("why", why), *_lacks(found, listed)] if why else _notes(found, listed, quiet),
        formula=FORMULA,
    )
    return state if why else replace(state, state=worst([one.reading.state for one in _deciding(found, listed)]))


def _deciding(found: Course, listed: Sequence[Trigger]) -> list[Trigger]:
    """The triggers by which it is what it is: those that would arm it, those that hold it and would release it."""
    names = {"NO-TRADE": {*ARMS}, "ARMED": {*found.quiet, *RELEASES}, "RELEASED": {*found.quiet}}[found.state]
    return [one for one in listed if one.name in names and one.name in found.told]


def _untold(known: Known, found: Course, listed: Sequence[Trigger]) -> str:
    """Why there is no word: what was never seen could have made it another one. "" where it could not."""
    blind = {one.name for one in listed if one.name not in found.told or _never(known, one)}
    if not found.told & {*ARMS}:
        return "nothing that would arm it is known"
    if found.state != "ARMED":
        return ""
    since = found.changes[-1]
    said = f"armed on {since.day} by {since.cause}"
    if releases := [RELEASES[name] for name in RELEASES if name in blind]:
        return f"{said}; whether it has been released cannot be told without {', '.join(releases)}"
    arms = [ARMS[name] for name in ARMS if name in blind]
    if arms and found.after_release:
        before = "the Fed had answered before, and whether it was armed by then"
        return f"{said}; {before} cannot be told without {', '.join(arms)}"
    if stalled := [LABELS[name] for name in found.quiet if name in blind & found.stalled]:
        return f"{said}; whether it has ended cannot be told without all of {', '.join(stalled)}"
    return ""


def _never(known: Known, one: Trigger) -> bool:
    """Whether it lacks a series of which nothing was ever known."""
    return any(not known.series(id_[:-1]) if "*" in id_ else not known.last(id_) for id_ in one.reading.missing)


def _lacks(found: Course, listed: Sequence[Trigger]) -> list[Note]:
    """The triggers that cannot be seen, or not whole, and why."""
    notes = []
    for one in listed:
        of = one.reading
        if of.state in ("stale", "none"):
            why = of.words[0] if of.value is None else f"none since {of.period}"
            held = ": days without it do not count" if one.name in found.quiet else ""
            notes.append(Note("lacks", f"without {one.label}: {why}{held}"))
        elif of.missing:
            notes.append(Note("lacks", f"{one.label} without {', '.join(of.missing)}"))
    return notes


def _notes(found: Course, listed: Sequence[Trigger], quiet: int | None) -> list[Note]:
    seen = sum(one.name in found.told for one in listed)
    notes = [Note("lacks", f"{found.state}, {seen} of {len(listed)} triggers seen")] if seen < len(listed) else []
    says = f"nothing has armed it since {found.rule.since}"
    if found.changes:
        last = found.changes[-1]
        says = f"{last.after} since {last.day}: {last.cause}"
    notes.append(Note("says", says))
    if quiet is not None:
        notes.append(Note("since", f"{quiet} of {found.rule.quiet_days} business days without a trigger"))
    notes += _lacks(found, listed)
    wanted = {"NO-TRADE": True, "ARMED": False}.get(found.state)
    return [*notes, *(_to_go(one) for one in listed if one.arms is wanted and one.distance is not None)]


def _to_go(one: Trigger) -> Note:
    value, unit = number(one.reading), f" {one.reading.unit}".rstrip()
    does = "arms" if one.arms else "releases"
    return Note("needs", f"{one.label} {value:,.1f}{unit}, {does} at {one.sign} {one.threshold:g}")
