"""The tape: newest on top; scrolled, it keeps its place and says how many came since.

The engine tells the last events only. What came before them is kept here, as a terminal keeps what has scrolled away,
as long as nothing is missing in between.
"""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from textual.events import Resize

from feeds.topics import TapeRow
from tui.theme import ACCENT, LABEL
from tui.widgets.lines import Line, Lines
from tui.widgets.tape_rows import TapeLine, arrived, fold, gather, heading, left_out, picture

ROOM_FOR_HEADING = 6  # rows
KEPT = 2_000  # events


class Tape(Lines):
    """Liquidations, set by `show`; keys of the pane scroll it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._events: Sequence[TapeRow] | None = None
        self._kept: list[TapeRow] = []
        self._folded: list[TapeLine] = []
        self._hidden = 0
        self._gathered = False
        self.least = 0
        """Dollars that a row must be worth to be shown."""
        self._now_ms = 0
        self._zone: tzinfo | None = None
        self._depth: int | None = None
        self._unseen = 0

    def show(self, rows: Sequence[TapeRow] | None, now_ms: int, zone: tzinfo, *, gathered: bool = False) -> None:
        """Draw these rows, newest last; `None` where none have come. `gathered`: one line a second, venue and side."""
        self._now_ms, self._zone = now_ms, zone
        if rows is not self._events:
            self._take(rows or ())
            self._events = rows
            self._fold(gathered)
        elif gathered != self._gathered:
            self._fold(gathered)
        self._redraw()

    def show_from(self, least: int) -> None:
        """Leave out rows worth fewer dollars; they are counted."""
        self.least = least
        self._fold(self._gathered)
        self._redraw()

    @property
    def kept(self) -> Sequence[TapeRow]:
        """The events at hand, newest last."""
        return self._kept

    def _take(self, rows: Sequence[TapeRow]) -> None:
        came = arrived(self._events or (), rows)
        if not rows:
            self._depth, self._unseen = None, 0
        elif self._depth is not None:
            self._depth, self._unseen = self._depth + came, self._unseen + came
        if came == len(rows):
            self._kept = list(rows)  # the first, or events were missed in between
        elif came:
            self._kept = [*self._kept, *rows[-came:]][-KEPT:]
        if self._depth is not None:
            self._depth = min(self._depth, len(self._kept) - 1)

    def _fold(self, gathered: bool) -> None:
        self._gathered = gathered
        lines = gather(self._kept) if gathered else fold(self._kept)
        self._folded = [line for line in lines if line.usd >= self.least]
        self._hidden = len(lines) - len(self._folded)

    def scroll_lines(self, lines: int) -> None:
        """Move towards older lines, or newer ones if negative. On the newest line the tape runs again."""
        if self._zone is None:
            return
        top = max(0, min(self._end(), self._top() + lines))
        self._depth = self._folded[top].depth if top else None
        if not top:
            self._unseen = 0
        self._redraw()

    def scroll_pages(self, pages: int) -> None:
        self.scroll_lines(pages * max(1, self.size.height - 2))

    def to_newest(self) -> None:
        self._depth, self._unseen = None, 0
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        self._redraw()

    def _top(self) -> int:
        """Which line is uppermost: the one that holds the event that was there, whatever has come since."""
        if self._depth is None:
            return 0
        found = next((i for i, line in enumerate(self._folded) if line.depth >= self._depth), len(self._folded))
        return min(found, self._end())

    def _end(self) -> int:
        """The last line that may be uppermost: with it the oldest is in the last row."""
        assert self._zone is not None
        room = max(1, self.size.height - (2 if self.least else 1))
        tail = self._folded[-room:]
        dividers = len(picture(tail, self._today(), self._zone, self.size.width, 3 * room)) - len(tail)
        return max(0, len(self._folded) - max(1, room - dividers))

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now_ms / 1000, self._zone).date()

    def _redraw(self) -> None:
        width, height = self.size
        if self._zone is None or not height:
            return
        if not self._kept:
            words = "none heard yet" if self._events is not None else "no tape yet: waiting for the engine"
            self.draw([((words, LABEL),)])
            return
        head: list[Line] = []
        if self.least:
            head.append(left_out(self.least, self._hidden, self._hidden + len(self._folded), width))
        if self._depth is not None:
            new = f"+{self._unseen} new" if self._unseen else "older"
            head.append(((f"{new}  g: to the newest"[:width], ACCENT),))
        elif height >= ROOM_FOR_HEADING:
            name = datetime.fromtimestamp(self._now_ms / 1000, self._zone).tzname()
            head.append(heading(name or "", width))
        body = picture(self._folded[self._top() :], self._today(), self._zone, width, height - len(head))
        self.draw([*head, *body])
