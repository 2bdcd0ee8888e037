"""The ladder: liquidations by price. It stays still until the price leaves its middle, or the user scrolls it."""

from textual.events import Resize

from feeds.topics import Ladder as LadderTopic
from feeds.topics import Metric
from tui.theme import LABEL
from tui.widgets.ladder_rows import Step, heading, rows_of, steps
from tui.widgets.lines import Line, Lines

ROOM_FOR_HEADING = 6  # rows


class Ladder(Lines):
    """Set by `show`; keys of the pane scroll it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._given: tuple[LadderTopic | None, str, str, Metric | None, int] | None = None
        self._steps: list[Step] = []
        self._first: int | None = None
        self._moved = False

    def show(self, ladder: LadderTopic | None, window: str, sign: str, last: Metric | None, now_ms: int) -> None:
        """Draw a window's steps; `sign` stands before every number, `last` is the price that is marked."""
        if self._given is not None and ladder is not None and self._given[0] is not None:
            before = self._given[0].step
            if before != ladder.step and self._first is not None:
                self._first = round(self._first * before / ladder.step)
        self._given = (ladder, window, sign, last, now_ms)
        self._redraw()

    def scroll_lines(self, lines: int) -> None:
        """Move towards lower prices, or higher ones if negative; from then on the price does not move the rows."""
        if not self._steps:
            return
        self._moved = True
        self._first = self._steps[self._within(self._index(self._first) + lines)].number
        self._redraw()

    def scroll_pages(self, pages: int) -> None:
        self.scroll_lines(pages * max(1, self._room() - 1))

    def to_newest(self) -> None:
        """Follow the price again."""
        self._moved, self._first = False, None
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if self._given is None or not self.size.height:
            return
        ladder, window, sign, last, now_ms = self._given
        width = self.size.width
        if ladder is None:
            self.draw([(("no ladder yet: waiting for the engine", LABEL),)])
            return
        rows = ladder.windows.get(window, ())
        price = float(last.value) if last is not None and isinstance(last.value, float | int) else None
        self._steps = steps(rows, ladder.step, price)
        head = heading(ladder.step, window, last, now_ms, self._moved, width) if self._headed() else []
        if not rows:
            self.draw([*head, ((f"none heard in {window}", LABEL),)])
            return
        top = self._top(None if price is None else int(price // ladder.step))
        self._first = self._steps[top].number
        full = max(max(longs, shorts) for _, longs, shorts in rows)
        shown = self._steps[top : top + self._room()]
        body: list[Line] = rows_of(shown, ladder.step, price, full, sign, width)
        self.draw([*head, *body])

    def _top(self, at: int | None) -> int:
        """Which step is uppermost: as before, unless the price came near an edge while the rows follow it."""
        top, room = self._index(self._first), self._room()
        if not self._moved and at is not None:
            place = self._index(at)
            if self._first is None or not room // 4 <= place - top < room - room // 4:
                top = place - room // 2
        return self._within(top)

    def _index(self, number: int | None) -> int:
        if number is None:
            return 0
        return next((i for i, step in enumerate(self._steps) if step.number <= number), len(self._steps) - 1)

    def _within(self, top: int) -> int:
        return max(0, min(top, len(self._steps) - self._room()))

    def _headed(self) -> bool:
        return self.size.height >= ROOM_FOR_HEADING

    def _room(self) -> int:
        return max(1, self.size.height - (2 if self._headed() else 0))
