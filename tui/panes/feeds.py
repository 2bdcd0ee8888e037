"""How the feeds do: what is heard, how late, what went wrong, and when nobody listened."""

from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from feeds import text
from feeds.topics import FeedRow, Feeds, GapRow
from tui.pane import Pane, View
from tui.theme import BAD, LABEL, LATE, PLAIN, SIGN, STATE, TITLE
from tui.widgets import columns
from tui.widgets.columns import Column, padded
from tui.widgets.lines import Line, Lines, Span, window
from tui.zones import clock

ERROR_WIDTH = 24  # cells without which a last error would say nothing
ERROR_RANK = 5  # columns of this rank and above make room for it
GAP = 2


def _counted(number: int) -> Span:
    return (f"{number:,}", PLAIN if number else LABEL)


def _gaps(feed: FeedRow, _: int) -> Span:
    return (f"{feed.gaps} / {text.age(feed.gap_ms)}", LATE) if feed.gaps else ("0", LABEL)


def _lag(lag: float | None) -> Span:
    return (text.lag(lag), LABEL if lag is None else LATE if lag > 1000 else PLAIN)


COLUMNS: tuple[Column[FeedRow], ...] = (
    Column("feed", 20, 0, lambda feed, _: (feed.feed, PLAIN), left=True),
    Column("state", 12, 0, lambda feed, _: (f"{SIGN[feed.state]} {feed.state}", STATE[feed.state]), left=True),
    Column("heard", 5, 1, lambda feed, now: (_ago(feed.seen_ms, now), STATE[feed.state])),
    Column("msg/s", 7, 3, lambda feed, _: (f"{feed.rate:,.1f}", PLAIN if feed.rate else LABEL)),
    Column("lag p50", 7, 6, lambda feed, _: _lag(feed.lag_p50)),
    Column("lag p95", 7, 2, lambda feed, _: _lag(feed.lag_p95)),
    Column("gaps", 10, 4, _gaps),
    Column("reconnects", 10, 7, lambda feed, _: _counted(feed.reconnects)),
    Column("rejected", 8, 5, lambda feed, _: _counted(feed.rejected)),
)


class FeedsPane(Pane):
    """Draws the topic `feeds`: a row for each feed in a fixed order, then the latest gaps."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "down", id="feeds.down"),
        Binding("k,up", "scroll(-1)", "up", id="feeds.up"),
        Binding("pagedown,l,right", "page(1)", "page down", id="feeds.page_down"),
        Binding("pageup,h,left", "page(-1)", "page up", id="feeds.page_up"),
    ]
    title = "feeds"
    topics = frozenset({"feeds"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = Lines()
        self._view: View | None = None
        self._top = 0

    def compose(self) -> ComposeResult:
        yield self._lines

    def show(self, view: View) -> None:
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def action_scroll(self, rows: int) -> None:
        self._top += rows
        self._draw()

    def action_page(self, pages: int) -> None:
        self.action_scroll(pages * max(1, self.size.height - 2))

    def _draw(self) -> None:
        if self._view is None:
            return
        feeds: Feeds | None = self._view.topics.get("feeds")
        if feeds is None:
            self._lines.draw([(("waiting for the first word of the feeds", LABEL),)])
            return
        head, *rows = table(feeds, self._view.now_ms, self._view.zone, self.size.width)
        room = max(1, self.size.height - 1)
        self._top = max(0, min(self._top, len(rows) - room))
        self._lines.draw([head, *window(rows, self._top, room)])


def table(feeds: Feeds, now_ms: int, zone: tzinfo, width: int) -> list[Line]:
    """Draw up the head, the feeds, and what went wrong last; as many columns as fit."""
    shown, room = fitting(width)
    names = [padded(column, (column.title, LABEL), GAP) for column in shown]
    if room:
        names.append(("last error, or note", LABEL))
    rows: list[Line] = [tuple(names)]
    for feed in feeds.rows:
        cells = [padded(column, column.cell(feed, now_ms), GAP) for column in shown]
        if room:
            cells.append(_error(feed, now_ms, room))
        rows.append(tuple(cells))
    if not room:
        rows += _errors(feeds.rows, now_ms, width)
    return rows + _latest_gaps(feeds.gaps, now_ms, zone, width)


def fitting(width: int) -> tuple[list[Column[FeedRow]], int]:
    """Give the columns that a pane of this width has room for, and the cells left for the last error, or 0."""
    few = [column for column in COLUMNS if column.rank < ERROR_RANK]
    error = columns.width_of(few, GAP) + GAP + ERROR_WIDTH <= width
    shown = columns.fitting(COLUMNS, width - ERROR_WIDTH - GAP if error else width, GAP)
    return shown, width - columns.width_of(shown, GAP) - GAP if error else 0


def _ago(ms: int | None, now_ms: int) -> str:
    return text.age(None if ms is None else now_ms - ms)


def _error(feed: FeedRow, now_ms: int, width: int) -> Span:
    if feed.error:
        return (text.plain(f"{_ago(feed.error_ms, now_ms)} ago: {feed.error}", width), LATE)
    return (text.plain(feed.note, width), LABEL)


def _errors(feeds: tuple[FeedRow, ...], now_ms: int, width: int) -> list[Line]:
    """Draw the last errors below the table, where it has no room for them."""
    rows: list[Line] = [
        ((text.plain(f"{feed.feed}, {_ago(feed.error_ms, now_ms)} ago: {feed.error}", width), LATE),)
        for feed in feeds
        if feed.error
    ]
    return [(), (("last errors", TITLE),), *rows] if rows else []


def _latest_gaps(gaps: tuple[GapRow, ...], now_ms: int, zone: tzinfo, width: int) -> list[Line]:
    if not gaps:
        return []
    rows: list[Line] = [(), (("gaps", TITLE), (", the newest first", LABEL))]
    for gap in gaps:
        lasted = text.age((gap.to_ms if gap.to_ms is not None else now_ms) - gap.from_ms)
        open_ = gap.to_ms is None
        said = f"from {clock(gap.from_ms, zone)} for {lasted}{', still open' if open_ else ''}  {gap.reason}"
        rows.append(
            ((f"{text.plain(gap.feed, 20):<20}  ", PLAIN), (text.plain(said, width - 22), BAD if open_ else LABEL))
        )
    return rows
