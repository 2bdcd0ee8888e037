"""The regime: its label and the numbers behind it, the rule, what is pending, and what would change it. Pure."""

from rich.style import Style

from feeds import text
from feeds.topics import Reading
from feeds.topics.regime import Regime
from tui.theme import BOLD, LABEL, LATE, PLAIN, SIGN, STATE
from tui.widgets.flow import fit
from tui.widgets.lines import Line
from tui.widgets.regime_words import style_of, value, why, worth, wrapped
from tui.widgets.timeline_strip import HELD


def style(label: object) -> Style:
    return HELD.get(str(label), LABEL) + BOLD


def named(regime: Regime, name: str) -> Reading | None:
    """A value of the drivers by its name."""
    return next((one for driver in regime.drivers for one in driver.values if one.name == name), None)


def headline(regime: Regime, now_ms: int, width: int) -> Line:
    """The label, what it rests on, and how old that is."""
    label = regime.label
    if label.value is None:
        return (("regime ", LABEL), (text.UNKNOWN, BOLD), (f"  {text.plain(why(label), max(1, width - 12))}", LABEL))
    said = text.plain(str(label.value), 12)
    since = next((word.removeprefix(f"{said} ") for word in label.said("since", "older")), "")
    since = since.replace("the weekly close of ", "")
    weak = f"without {', '.join(label.missing)}" if label.missing else ""
    items: list[tuple[int, Line]] = [
        (0, (("regime ", LABEL), (f" {said} ", style(said) + Style(reverse=True)))),
        (3, ((text.plain(since, 60), PLAIN),) if since else ()),
        (0, ((text.plain(weak, 40), LATE),) if weak else ()),
        *worth(label, now_ms),
    ]
    return fit(items, width)


def reasons(regime: Regime) -> list[str]:
    """What the label rests on, and what it lacks. Since when it holds and what is pending have their own place."""
    return list(regime.label.said("says", "part", "lacks", "doubt")) if regime.label.value is not None else []


def no_weeks(regime: Regime) -> str:
    """Why there are no weeks: none has closed, or the past is still being read."""
    return next(iter(regime.label.said("reading")), "no week has closed yet")


def _quiet(regime: Regime) -> bool:
    """Whether the newest close says what holds."""
    newest = regime.timeline[-1] if regime.timeline else None
    return not regime.pending and newest is not None and newest.raw is not None and newest.raw == newest.label


def liquidity_line(regime: Regime, now_ms: int, width: int) -> Line:
    """Net liquidity: its level, its change, for when, and how old."""
    level, moved = named(regime, "netliq.level"), named(regime, "netliq.13w")
    if level is None or level.value is None:
        said = why(level) if level else "no driver tells it"
        return (("net liquidity ", LABEL), (text.UNKNOWN, BOLD), (f"  {text.plain(said, max(1, width - 18))}", LABEL))
    change: Line = (
        ((f"{value(moved)} in 13 weeks", style_of(moved) + BOLD),) if moved and moved.value is not None else ()
    )
    if not change:
        change = (("change over 13 weeks not known", LABEL),)
    items = [
        (0, (("net liquidity ", LABEL), (value(level), style_of(level) + BOLD))),
        (1, change),
        *worth(level, now_ms),
    ]
    return fit(items, width)


def next_change(regime: Regime, width: int, rows: int, most: int = 1) -> list[Line]:
    """What is pending, and the nearest flips in words, each over at most so many rows."""
    lines: list[Line] = []
    if regime.pending:
        lines.append((("pending  ", LABEL), (text.plain(regime.pending, width - 9), LATE)))
    if not regime.flips:
        return [*lines, (("next change not known", LABEL),)]
    return [*lines, *(line for one in regime.flips[:most] for line in wrapped(one.words, width, rows))]


def block(regime: Regime, now_ms: int, width: int, flips: int = 2) -> list[Line]:
    """All of the regime but its history."""
    lines = [headline(regime, now_ms, width), liquidity_line(regime, now_ms, width)]
    lines += wrapped("; ".join(reasons(regime)), width, 2)
    if _quiet(regime):
        lines.append((("nothing is pending: the newest close says the same", LABEL),))
    lines += next_change(regime, width, 2, flips)
    lines += wrapped(changed(regime), width, 2, LABEL)
    return lines + wrapped(f"rule: {regime.label.formula}" if regime.label.formula else "", width, 1, LABEL)


def brief(regime: Regime, now_ms: int, width: int) -> list[Line]:
    """The same in few rows."""
    lines = [headline(regime, now_ms, width), liquidity_line(regime, now_ms, width)]
    lines += wrapped("; ".join(reasons(regime)), width, 1)
    return [*lines, *next_change(regime, width, 1), *wrapped(changed(regime), width, 2, LABEL)]


def changed(regime: Regime) -> str:
    """What the newest close changed."""
    return " ".join([*regime.changed[:1], "; ".join(regime.changed[1:])])


def short(regime: Regime) -> Line:
    """The regime in a word, for a line that is always in sight; with its state where that is not fresh.

    That it cannot be told is said too; before any week has closed there is nothing to tell.
    """
    label = regime.label
    if label.value is None:
        return ((text.UNKNOWN, LABEL),) if regime.timeline or label.said("reading") else ()
    said: Line = ((text.plain(str(label.value), 12), style(label.value)),)
    return said if label.state == "fresh" else (*said, (f" {SIGN[label.state]} {label.state}", STATE[label.state]))
