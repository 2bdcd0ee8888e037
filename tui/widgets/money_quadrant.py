"""Quantity and price of money as a quadrant: where it is, and the way it came over the last year. Pure."""

from feeds import text
from feeds.topics.regime import Money, MoneyWeek
from tui.theme import ACCENT, BAD, BOLD, KEY, LABEL, PLAIN
from tui.widgets.braille import plotted
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span
from tui.widgets.regime_words import day, heading, style_of, why, worth, wrapped

WATCHED = "hiking while printing"
CORNERS = (("hiking while shrinking", WATCHED), ("cutting while shrinking", "cutting while printing"))
"""Names by row from the top and column from the left: rates rise upward, the quantity to the right."""
LEAST_ROWS, LEAST_COLUMNS = 8, 44
JOINED = 8  # weeks, the newest, whose dots are joined to a line
SPARE = 1.15  # how much more than the farthest week there is room for
LEAST_SPAN = 0.05


def words(money: Money, now_ms: int, width: int) -> list[Line]:
    """The corner in words, with its numbers and their age."""
    reading = money.reading
    if reading.value is None:
        return wrapped(f"quantity and price of money not known: {why(reading)}", width, 2, LABEL)
    watched = reading.value == WATCHED and reading.state in ("fresh", "late")
    name: Span = (text.plain(str(reading.value), width), (BAD if watched else style_of(reading)) + BOLD)
    mark: Line = ((" ◀ the corner to watch", BAD),) if watched and width >= 50 else ()
    said = "; ".join(reading.words)
    return [(name, *mark), *wrapped(said, width, 2), fit(worth(reading, now_ms), width)]


def quadrant(money: Money, width: int, rows: int) -> list[Line]:
    """The weeks as dots in so many cells, the last of them joined; the oldest is marked ○, the newest ◆."""
    weeks = money.trail
    if not weeks or rows < LEAST_ROWS or width < LEAST_COLUMNS:
        return []
    inner = rows - 3  # without the names above and below, and the scales
    reach_x = max(LEAST_SPAN, *(abs(week.quantity) for week in weeks)) * SPARE
    reach_y = max(LEAST_SPAN, *(abs(week.rates) for week in weeks)) * SPARE

    def place(week: MoneyWeek, columns: int, lines: int) -> tuple[int, int]:
        x = round((week.quantity / reach_x + 1) / 2 * (columns - 1))
        y = round((1 - week.rates / reach_y) / 2 * (lines - 1))
        return x, y

    dots = [place(week, width * 2, inner * 4) for week in weeks]
    cells = [_axes(row, inner, width) for row in range(inner)]
    for style, lines in ((LABEL, [[dot] for dot in dots]), (KEY, [dots[-JOINED:]])):
        for y, drawn in enumerate(plotted(lines, width, inner)):
            for x, one in enumerate(drawn):
                if one != " ":
                    cells[y][x] = (one, style)
    for week, sign in ((weeks[0], "○"), (weeks[-1], "◆")):
        x, y = place(week, width, inner)
        cells[y][x] = (sign, (BAD if week.corner == WATCHED else ACCENT) + BOLD)
    span = f"x: quantity ±{reach_x:.2f} %   y: 2-year yield ±{reach_y:.2f} points, both over 13 weeks"
    named = [_named(names, width, weeks[-1].corner) for names in CORNERS]
    return [named[0], *(_together(row) for row in cells), named[1], ((text.plain(span, width), LABEL),)]


def _axes(row: int, rows: int, width: int) -> list[Span]:
    middle = rows // 2
    cells: list[Span] = [("┈" if row == middle else " ", LABEL)] * width
    cells[width // 2] = ("┼" if row == middle else "│", LABEL)
    return cells


def _named(names: tuple[str, str], width: int, now: str) -> Line:
    """Two corners' names at the ends of a row; the one it is in now is bold, the one to watch is told by a sign."""
    left, right = ((f"! {name}" if name == WATCHED else name) for name in names)
    if len(left) + len(right) + 2 > width:
        left, right = (name.replace(" while ", ", ") for name in (left, right))
    styles = [(BAD if name == WATCHED else LABEL) + (BOLD if name == now else PLAIN) for name in names]
    return ((left, styles[0]), (" " * (width - len(left) - len(right)), PLAIN), (right, styles[1]))


def _together(cells: list[Span]) -> Line:
    line: list[Span] = []
    for said, style in cells:
        if line and line[-1][1] == style:
            line[-1] = (line[-1][0] + said, style)
        else:
            line.append((said, style))
    return tuple(line)


def block(money: Money, now_ms: int, width: int, rows: int) -> list[Line]:
    """Heading, words and picture in so many rows; the picture only where there is room."""
    said = (
        f"{len(money.trail)} weeks, ○ {day(money.trail[0].day)} to ◆ {day(money.trail[-1].day)}" if money.trail else ""
    )
    head = [heading("quantity and price of money", said, width), *words(money, now_ms, width)]
    return [*head, *quadrant(money, width, rows - len(head) - 1)][: max(rows, len(head))]
