"""The regime by years: a row of letters for each year, a letter for each week, and one week read out in words. Pure."""

from collections.abc import Sequence
from datetime import date, tzinfo

from rich.style import Style

from feeds import text
from feeds.topics.regime import RegimeWeek
from tui.theme import BOLD, LABEL, PLAIN
from tui.widgets.lines import Line, Span
from tui.widgets.regime_words import heading, wrapped
from tui.widgets.slow_numbers import moment
from tui.widgets.timeline_strip import cell, legend

WEEKS = 53
YEAR = 6  # cells of the year before its weeks
WIDTH = YEAR + WEEKS
CURSOR = Style(color="cyan", bold=True, reverse=True, underline=True)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def column(day: date) -> int:
    """The place of a Wednesday in its year."""
    return (day.timetuple().tm_yday - 1) // 7


def grid(weeks: Sequence[RegimeWeek], cursor: date | None, none: str = "no week has closed yet") -> list[Line]:
    """A row for each year, the newest on top; the week of the cursor is underlined. `none`: why there are no weeks."""
    if not weeks:
        return [((none, LABEL),)]
    by_place = {(week.day.year, column(week.day)): week for week in weeks}
    lines: list[Line] = [((" " * YEAR + _months(), LABEL),)]
    for year in range(weeks[-1].day.year, weeks[0].day.year - 1, -1):
        line: list[Span] = [(f"{year}  ", BOLD if cursor and cursor.year == year else LABEL)]
        for at in range(WEEKS):
            week = by_place.get((year, at))
            one: Span = (" ", PLAIN) if week is None else cell(week.label)
            if week is not None and week.day == cursor:
                one = (one[0], CURSOR)
            if line[-1][1] == one[1] and at:
                line[-1] = (line[-1][0] + one[0], one[1])
            else:
                line.append(one)
        lines.append(tuple(line))
    return lines


def _months() -> str:
    said = ""
    for number, name in enumerate(MONTHS, 1):
        said = said.ljust(column(date(2023, number, 1))) + name
    return said


def block(weeks: Sequence[RegimeWeek], cursor: date | None, width: int, none: str) -> list[Line]:
    """Heading, grid and letters."""
    said = "as it was known then; h l j k: another week"
    return [heading("regime by the week", said, width), *grid(weeks, cursor, none), legend(weeks, width)]


def told(weeks: Sequence[RegimeWeek], cursor: date | None, zone: tzinfo, width: int, rows: int) -> list[Line]:
    """The week of the cursor in words."""
    week = next((one for one in weeks if one.day == cursor), None)
    if week is None:
        return []
    moved = text.UNKNOWN if week.netliq is None else f"{week.netliq:+.2f} %"
    z = text.UNKNOWN if week.z is None else f"{week.z:+.2f}"
    if week.z_least is not None and week.z_most is not None:
        z = f"between {week.z_least:+.2f} and {week.z_most:+.2f}"
    pushes = [text.UNKNOWN if one is None else f"{one:+d}" if one else "0" for one in (week.liquidity, week.risk)]
    said = (
        f"Wednesday {week.day}: {f'{week.label} held' if week.label else 'what held cannot be told'}"
        + (
            ""
            if week.raw == week.label
            else f", the close by itself {f'said {week.raw}' if week.raw else 'says nothing'}"
        )
        + f"; 13-week net liquidity {moved}: {pushes[0]}; risk appetite {z} z: {pushes[1]},"
        + f" from {week.parts} of 5 parts"
        + ("; with numbers that were read afterwards" if week.later else "")
        + f"; known {moment(week.known_ms, zone, year=True)}"
    )
    return wrapped(said, width, rows)
