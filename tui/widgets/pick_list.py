"""Rows of which one is picked: only those in view are drawn, however many there are."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from textual.events import Resize

from tui.theme import LABEL
from tui.widgets.lines import Line, Lines


class Item(Struct, frozen=True):
    """One row. What has no key cannot be picked: a heading, or words that belong to the row above."""

    key: str = ""
    heading: bool = False


class PickList(Lines):
    """Set by `offer`; keys of the pane move the mark. The row picked stays so by its key when others come and go."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._head: Sequence[Line] = ()
        self._items: Sequence[Item] = ()
        self._draw_item: Callable[[int, bool], Line] = lambda number, picked: ()
        self._at = self._top = 0
        self._key = ""

    @property
    def picked(self) -> str:
        """The key of the row picked; "" where there is none."""
        return self._key

    def offer(self, head: Sequence[Line], items: Sequence[Item], draw: Callable[[int, bool], Line]) -> None:
        """Show `head` and of `items` those in view; `draw` is asked for the row of an item, by number and if picked."""
        self._head, self._items, self._draw_item = head, items, draw
        self._find()
        self._redraw()

    def move(self, rows: int) -> None:
        """Move the mark by so many rows that can be picked, and no further than the first or the last."""
        pickable = [number for number, item in enumerate(self._items) if item.key]
        if self._key and pickable:
            place = max(0, min(len(pickable) - 1, pickable.index(self._at) + rows))
            self._pick(pickable[place])

    def pick(self, key: str) -> None:
        """Put the mark on the row of that key, if there is one."""
        for number, item in enumerate(self._items):
            if item.key == key:
                self._pick(number)

    def page(self, pages: int) -> None:
        self.move(pages * max(1, self._room() - 2))

    def next_heading(self) -> None:
        """Pick the first row below the next heading, and bring that to the top; after the last one begin again."""
        below = [number for number, item in enumerate(self._items) if item.heading and number > self._at]
        self._top = start = below[0] if below else 0
        self._pick(next((n for n in range(start, len(self._items)) if self._items[n].key), self._at))

    def on_resize(self, _: Resize) -> None:
        self._redraw()

    def _pick(self, number: int) -> None:
        if number < len(self._items):
            self._at, self._key = number, self._items[number].key
            self._redraw()

    def _find(self) -> None:
        """Find the row picked in new items by its key, or take the one nearest to where it was."""
        if self._key and self._at < len(self._items) and self._items[self._at].key == self._key:
            return
        pickable = [number for number, item in enumerate(self._items) if item.key]
        same = (number for number in pickable if self._items[number].key == self._key)
        nearest = min(pickable, key=lambda number: abs(number - self._at), default=0)
        self._at = next(same, nearest)
        self._key = self._items[self._at].key if pickable else ""

    def _room(self) -> int:
        return max(1, self.size.height - len(self._head))

    def _redraw(self) -> None:
        if not self.size.height:
            return
        room, count = self._room(), len(self._items)
        first = self._at  # with its heading, and with the words that belong to it
        if first and self._items[first - 1].heading:
            first -= 1
        last = self._at
        while last + 1 < count and not self._items[last + 1].key and not self._items[last + 1].heading:
            last += 1
        if last < count - 1:
            last += 1  # the last row in view only counts what is below
        self._top = max(min(self._top, first), last - room + 1)
        self._top = max(0, min(self._top, count - room))
        end = min(count, self._top + room)
        rows = [self._draw_item(n, n == self._at and bool(self._key)) for n in range(self._top, end)]
        if end < count and rows:
            rows[-1] = ((f"▼ {count - end + 1} more", LABEL),)
        self.draw([*self._head, *rows])
