"""The verdict: its word large, since when and why, what would end the no-trade zone, and the triggers. Pure."""

from collections.abc import Sequence
from datetime import tzinfo

from rich.style import Style

from feeds import text
from feeds.topics.regime import Change, Noted, Trigger, Verdict
from tui.theme import BAD, BOLD, FRESH, LABEL, LATE, PLAIN, SIGN, STATE
from tui.widgets.flow import fit
from tui.widgets.lines import EMPTY, Line, Span, width_of
from tui.widgets.reading_words import age
from tui.widgets.regime_words import beside, day, heading, value, why, worth, wrapped
from tui.widgets.slow_numbers import moment
from tui.widgets.verdict_letters import letters
from tui.widgets.verdict_triggers import distance, limit

STYLES: dict[object, Style] = {"NO-TRADE": BAD, "ARMED": LATE + BOLD, "RELEASED": FRESH + BOLD}
REVERSED = Style(reverse=True)
LARGE = 96
"""Columns from which the verdict is written in large letters, with the words beside them."""


def style(verdict: Verdict) -> Style:
    return STYLES.get(verdict.state.value, LABEL + BOLD)


def word(verdict: Verdict) -> str:
    return text.UNKNOWN if verdict.state.value is None else text.plain(str(verdict.state.value), 12)


def head(verdict: Verdict, now_ms: int, width: int, *, large: bool) -> list[Line]:
    """The verdict, since when it has been so, its cause, what is lacking, and the nearest trigger."""
    state = verdict.state
    if reading := state.said("reading"):
        return [((text.plain(reading[0], width), LATE + BOLD),)]
    since = verdict.changes[-1] if verdict.changes else None
    when: Line = ((f"since {since.day:%a} {day(since.day, year=True)}", BOLD),) if since else ()
    says = text.plain(since.cause if since and state.value else "; ".join(state.said("why", "says")), 300)
    lacks = "; ".join(state.said("lacks", "doubt"))
    if not large:
        title: Line = ((f" {word(verdict)} ", style(verdict) + REVERSED),)
        lines: list[Line] = [fit([(0, title), (1, when), *_worth(verdict, now_ms)], width)]
        lines += [*wrapped(says, width, 2), *wrapped(lacks, width, 1, LATE)]
        return [*lines, nearest_line(verdict, now_ms, width)]
    drawn = letters(word(verdict)) if state.value is not None else [text.UNKNOWN]
    size = max(len(row) for row in drawn)
    room = width - size - 3
    words = [
        fit([(0, when), *_worth(verdict, now_ms)], room),
        *wrapped(says, room, 1),
        *wrapped(lacks, room, 1, LATE),
        nearest_line(verdict, now_ms, room),
    ]
    shown = [line for line in words if line]
    return beside([([((row, style(verdict)),) for row in drawn], size), (shown, room)])


def _worth(verdict: Verdict, now_ms: int) -> list[tuple[int, Line]]:
    """How old and how whole the numbers are that it rests on."""
    state = verdict.state
    if state.value is None:
        return [(2, ((f"{SIGN['none']} not known", LABEL),))]
    seen, count = verdict.seen, len(verdict.triggers)
    lacking = seen < count
    newest = f"newest {age(state, now_ms)} old" if state.known_ms is not None else ""
    oldest = f"oldest for {day(state.period)}" if state.period else ""
    return [
        (1, ((f"{SIGN[state.state]} {state.state}", STATE[state.state]),)),
        (0 if lacking else 5, ((f"{seen} of {count} triggers seen", LATE if lacking else LABEL),)),
        (3, ((newest, LABEL),) if newest else ()),
        (4, ((oldest, LABEL),) if oldest else ()),
    ]


def sentence(verdict: Verdict) -> str:
    """What would end the no-trade zone, with the thresholds."""
    arms = _any([_condition(one) for one in verdict.triggers if one.arms])
    releases = _any([_condition(one) for one in verdict.triggers if not one.arms])
    quiet = "; ".join(verdict.state.said("since"))
    match verdict.state.value:
        case "NO-TRADE":
            return f"ends when {arms} arms it, and then the Fed answers: {releases}. A bounce in price is no release."
        case "ARMED":
            back = f" Without one it goes back to NO-TRADE; so far {quiet}." if quiet else ""
            return f"ends when the Fed answers: {releases}. A bounce in price is no release.{back}"
        case "RELEASED":
            back = f"; so far {quiet}" if quiet else ""
            return f"the no-trade zone has ended, and comes back when triggers have been quiet for long enough{back}."
        case _ if verdict.state.said("reading"):
            return "Whether this is a no-trade zone is told once all that it looks back on has been read."
        case _:
            return f"whether it is one is not known: {why(verdict.state)}."


def _any(parts: Sequence[str]) -> str:
    return " or ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _condition(one: Trigger) -> str:
    return one.label if one.threshold is None else f"{one.label} {limit(one)}"


def nearest(verdict: Verdict) -> Trigger | None:
    """Of the triggers that would change the verdict the one with the least of its threshold left to go."""
    state = verdict.state.value
    wanted = [
        one
        for one in verdict.triggers
        if one.distance is not None and one.threshold and one.arms is not (state == "ARMED")
    ]
    return min(wanted, key=lambda one: (one.distance or 0.0) / abs(one.threshold or 1.0), default=None)


def nearest_line(verdict: Verdict, now_ms: int, width: int) -> Line:
    """The nearest trigger with its distance and its age; of a verdict that is released, what keeps it so."""
    on = [one for one in verdict.triggers if one.on]
    if verdict.state.value == "RELEASED" and on:
        items = [(at, _on(one, now_ms)) for at, one in enumerate(on)]
        return fit([(0, (("on now", LABEL),)), *items], width)
    one = nearest(verdict)
    if one is None:
        return (("nearest trigger  ", LABEL), ("none has a distance that is known", LABEL))
    does = "arm" if one.arms else "release"
    said: Line = (
        (f"nearest to {does}  ", LABEL),
        (f"{one.label} {value(one.reading)}", BOLD),
        (f", {distance(one)}", PLAIN),
    )
    return fit([(0, said), (2, ((f"({limit(one)})", PLAIN),)), *worth(one.reading, now_ms)], width)


def _on(one: Trigger, now_ms: int) -> Line:
    reading = one.reading
    when = f" {day(reading.period)}, {age(reading, now_ms)} old"
    return ((f"{SIGN[reading.state]} ", STATE[reading.state]), (f"{one.label} {value(reading)}", BOLD), (when, LABEL))


def changes(verdict: Verdict, zone: tzinfo, width: int, rows: int) -> list[Line]:
    """The latest changes and what changed nothing, newest first, over at most so many rows."""
    told: list[Change | Noted] = [*verdict.changes, *verdict.noted]
    told.sort(key=lambda one: one.known_ms, reverse=True)
    if not told and verdict.state.said("reading"):
        return wrapped("told once the past has been read", width, min(rows, 1), LABEL)
    if not told:
        return wrapped(f"no change: {why(verdict.state)}", width, min(rows, 1), LABEL)
    return [_change(one, zone, width) for one in told[:rows]]


def _change(one: Change | Noted, zone: tzinfo, width: int) -> Line:
    when: Span = (f"{one.day.isoformat()} ", PLAIN)
    after: Span = (f"{one.after:<9}", STYLES[one.after]) if isinstance(one, Change) else (f"{'noted':<9}", LABEL)
    said = one.cause if isinstance(one, Change) else one.words
    known: Line = ((f"known {moment(one.known_ms, zone, year=True)}", LABEL),)
    room = width - width_of((when, after)) - 1
    wide = room - width_of(known) - 2
    cause = text.plain(said, wide if wide >= len(said) else room)
    rest: Line = (("  ", EMPTY), *known) if wide >= len(said) else ()
    return (when, after, (f" {cause}", LABEL if isinstance(one, Noted) else PLAIN), *rest)


def history(verdict: Verdict, zone: tzinfo, width: int) -> list[Line]:
    """All changes with a heading."""
    count = len(verdict.changes)
    said = f"{count} {'change' if count == 1 else 'changes'}, the newest first; noted: came while nothing was armed"
    return [heading("the verdict", said, width), *changes(verdict, zone, width, 10_000)]


def short(verdict: Verdict) -> Line:
    """The verdict in a word, for a line that is always in sight; with what it has not seen, and its state."""
    state, count = verdict.state, len(verdict.triggers)
    if state.value is None:
        return ()
    seen: Line = ((f" {verdict.seen} of {count} seen", LATE),) if verdict.seen < count else ()
    old: Line = ((f" {SIGN[state.state]} {state.state}", STATE[state.state]),) if state.state != "fresh" else ()
    return ((word(verdict), style(verdict)), *seen, *old)
