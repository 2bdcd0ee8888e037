"""Tests of price levels: when each began, how low it went, how many days closed under, how it came out. Pure."""

from collections.abc import Sequence

from rich.style import Style

from feeds import text
from feeds.topics import Reading
from feeds.topics.regime import Level, LevelTest
from tui.theme import ACCENT, BAD, BOLD, FRESH, LABEL, LATE, PLAIN, TITLE
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span, width_of
from tui.widgets.regime_board import WAITING
from tui.widgets.regime_words import value, why, worth, wrapped
from tui.widgets.slow_numbers import number

OUTCOMES: dict[str, tuple[str, Style]] = {
    "held": ("✓ held", FRESH),
    "failed": ("✕ failed", BAD),
    "open": ("◌ open", LATE + BOLD),
}
PLACES = 0


def dollars(value_: float | None) -> str:
    return text.UNKNOWN if value_ is None else f"${number(value_, PLACES)}"


def title(level: Level, now_ms: int, width: int) -> list[Line]:
    """The level, how its tests came out, and what would be the next."""
    by_kind = {one.name.rpartition(".")[2]: one for one in level.readings}
    tests, held = by_kind.get("tests"), by_kind.get("held")
    name: Span = (f"level {dollars(level.level)}", TITLE)
    if tests is None or tests.value is None:
        reason = why(tests) if tests else "nothing is known of it"
        return [(name, (f"  {text.plain(reason, max(1, width - width_of((name,)) - 2))}", LABEL))]
    row = by_kind.get("held_in_row")
    counted = f"{_count(tests)} tests, {_count(held) if held else text.UNKNOWN} held"
    counted += f", {_count(row)} in a row" if row else ""
    counts: Line = ((f"the second held on {level.counts}", FRESH + BOLD),) if level.counts else ()
    words = [name, ("  ", PLAIN), (counted, BOLD)]
    lines: list[Line] = [fit([(0, tuple(words)), (1, counts), *worth(tests, now_ms)], width)]
    said = [*(row.said("says") if row else ()), *tests.said("says", "lacks", "doubt", "needs")]
    return lines + wrapped("; ".join(said), width, 2)


def _count(reading: Reading) -> str:
    """A whole number; at least so many where a day is not known."""
    return value(reading).removesuffix(".00")


HEAD = ("began", "decided", "low", "under it", "closes over", "outcome")


def titles(width: int) -> Line:
    return ((_cells(*HEAD, width=width), LABEL),)


def _cells(began: str, decided: str, low: str, under: str, run: str, outcome: str, *, width: int) -> str:
    """The columns of a test; the closes in a row go first, then the day of the decision."""
    said = f"  {began:<10} "
    if width >= 64:
        said += f"{decided:<10} "
    said += f"{low:>9} {under:>12} "
    if width >= 76:
        said += f"{run:>11} "
    return f"{said} {outcome}"


def row(test: LevelTest, picked: bool, width: int) -> Line:
    """One test. Touched in the day is said apart from closed under."""
    word, style = OUTCOMES.get(test.outcome, (test.outcome, PLAIN))
    closes = f"{test.closed_under} {'close' if test.closed_under == 1 else 'closes'}"
    under = closes if test.closed_under else "traded" if test.touched_under else "never"
    decided = test.last.isoformat() if test.outcome != "open" else "not yet"
    said = _cells(test.first.isoformat(), decided, dollars(test.low), under, f"{test.run}", "", width=width)
    mark: Span = ("▸", ACCENT) if picked else (" ", PLAIN)
    if not test.sure and test.outcome != "failed":
        word, style = f"{word}, may have failed", LATE
    return (mark, (said[1:], BOLD if picked else PLAIN), (word, style))


def key(level: Level, test: LevelTest) -> str:
    return f"{level.level:g} {test.first}"


def detail(level: Level, test: LevelTest, width: int, rows: int) -> list[Line]:
    """The days of a test with their lows and closes."""
    days = [
        f"{one.day.day} {one.day:%b}: low {dollars(one.low)}, close {_close(one.close, newest=one is test.days[-1])}"
        for one in test.days
    ]
    over = "" if test.outcome != "open" else f"; {test.run} closes in a row at or over {dollars(level.level)} so far"
    shown, more = days[:12], len(days) - 12
    said = "; ".join(shown) + (f"; and {more} days more" if more > 0 else "")
    return wrapped(f"{said}{over}", width, rows)


def _close(close: float | None, *, newest: bool) -> str:
    return dollars(close) if close is not None else "not yet" if newest else "not known"


def block(levels: Sequence[Level] | None, now_ms: int, width: int, tests: int) -> list[Line]:
    """Each level with its newest tests."""
    if levels is None:
        return [(("level tests", TITLE), (f"  {WAITING}", LABEL))]
    if not levels:
        return [(("level tests", TITLE), ("  no level is set", LABEL))]
    lines: list[Line] = []
    for level in levels:
        lines += title(level, now_ms, width)
        if level.tests and tests:
            lines.append(titles(width))
            lines += [row(test, False, width) for test in list(reversed(level.tests))[:tests]]
    return lines
