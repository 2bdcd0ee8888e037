"""The releases to come, day by day in the user's zone. Pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from feeds import text
from feeds.topics import Due
from tui.theme import ACCENT, LABEL, PLAIN, TITLE
from tui.widgets.derivative_rows import span_of_time
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span
from tui.widgets.macro_rows import clipped
from tui.widgets.slow_numbers import moment

LEAST_LABEL, MOST_LABEL = 20, 46
FIXED = 2 + 7 + 8 + 12  # the mark, the time, the time left, the period


def day(ms: int, zone: tzinfo) -> str:
    """The day of a time, `Thu 16 Jul`."""
    at = datetime.fromtimestamp(ms / 1000, zone)
    return f"{at:%a} {at.day} {at:%b}"


def day_heading(ms: int, now_ms: int, zone: tzinfo) -> Line:
    """The line above a day, and how far away it is."""
    dates = [datetime.fromtimestamp(one / 1000, zone).date() for one in (ms, now_ms)]
    days = (dates[0] - dates[1]).days
    near = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return ((day(ms, zone), TITLE), (f"  {near}", LABEL))


def key(due: Due) -> str:
    return f"{due.at_ms} {due.source} {due.label} {due.period}"


def release(due: Due, picked: bool, now_ms: int, zone: tzinfo, width: int) -> Line:
    """One release: when, of what, for which period, by whom, and the series in it."""
    at = datetime.fromtimestamp(due.at_ms / 1000, zone)
    mark: Span = ("▸ ", ACCENT) if picked else ("  ", PLAIN)
    about = "~" if due.about else " "
    left = span_of_time(due.at_ms - now_ms) if due.at_ms > now_ms else "due"
    label = max(LEAST_LABEL, min(MOST_LABEL, width - FIXED - 14))
    rest = width - FIXED - label - 2
    more = fit([(0, ((text.plain(due.source, 12), LABEL),)), (1, ((_series(due, rest - 14), LABEL),))], rest)
    return (
        mark,
        (f"{about}{at:%H:%M} ", PLAIN),
        (f"{left:>7} ", LABEL),
        (f" {text.plain(due.label, label):<{label}} ", PLAIN),
        (f"{text.plain(due.period, 10):<12}", LABEL),
        *more,
    )


def _series(due: Due, width: int) -> str:
    said = f"{len(due.series)} series: " if len(due.series) > 1 else ""
    return text.plain(said + " ".join(due.series), width) if width > 10 else ""


def detail(due: Due, zone: tzinfo, width: int, rows: int) -> list[Line]:
    """All of a release in words."""
    usual = ", which is only the usual day" if due.about else ""
    words = f"{moment(due.at_ms, zone, year=True)}{usual}: {due.label} for {due.period}, from {due.source}"
    return [((part, PLAIN),) for part in clipped(f"{words}: {' '.join(due.series)}", width, rows)]


def days(calendar: Sequence[Due], zone: tzinfo) -> list[tuple[str, list[Due]]]:
    """The releases by their days, both in order."""
    found: dict[str, list[Due]] = {}
    for due in calendar:
        found.setdefault(day(due.at_ms, zone), []).append(due)
    return list(found.items())
