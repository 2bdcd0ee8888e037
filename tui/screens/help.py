"""All keys, signs and states on one page."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from tui.keys import bindings, told
from tui.panes import PANES
from tui.screens.framed import Framed
from tui.screens.series_page import SeriesScreen
from tui.screens.study_page import StudyScreen
from tui.theme import BOLD, KEY, LABEL, PLAIN, SIGN, STATE, TITLE, sum_mark
from tui.widgets.flow import length
from tui.widgets.lines import Line, Lines

NAMES = 18  # cells for a key or a name
SENTENCES = 56  # cells in which sentences can be read
GAP = 2

STATES = {
    "fresh": "a number as new as it should be; of a feed: live",
    "late": "longer without news than usual",
    "stale": "too old to act on; the age says how old",
    "down": "no sign of life, being tried again",
    "blocked": "the venue refuses this address; the feeds pane says why",
    "none": "not known yet, or a feed that still connects",
}
QUALITIES = {
    "floor": "at least so much: sampled by the venue, or a part was missed",
    "estimated": "estimated; or a part is missing, of either sign",
    "provisional": "provisional, will be revised",
    "revised": "revised since it was first published",
}
WORDS = {
    "--": "not known; never a zero",
    "long": "a long position was closed by force: selling",
    "short": "a short position was closed by force: buying",
    "lag p95": "19 of 20 messages took less than this from the venue to here",
    "gap": "a time in which nobody listened; totals that touch it are floors",
    "PAUSED": "the panes are frozen, the line at the top is not",
    "engine lost": "the collecting process is gone; it is started again, numbers age",
}


class Help(Framed):
    """The page over the panes; the header stays."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "app.pop_screen", "close", id="help.close"),
        Binding("j,down", "scroll(1)", "down", id="help.down"),
        Binding("k,up", "scroll(-1)", "up", id="help.up"),
        Binding("pagedown,l,right", "page(1)", "page down", id="help.page_down"),
        Binding("pageup,h,left", "page(-1)", "page up", id="help.page_up"),
    ]

    def __init__(self, keys: Sequence[Binding]) -> None:
        """`keys`: the app's own, which work everywhere."""
        super().__init__()
        self._keys = keys
        self._lines = Lines(id="help")
        self._top = 0

    def compose(self) -> ComposeResult:
        self.fit_header()
        yield self.header
        yield self._lines

    def on_resize(self, _: Resize) -> None:
        self.fit_header()
        self.call_after_refresh(self._draw)

    def action_scroll(self, rows: int) -> None:
        self._top += rows
        self._draw()

    def action_page(self, pages: int) -> None:
        self.action_scroll(pages * max(1, self._lines.size.height - 2))

    def _draw(self) -> None:
        width, height = self._lines.size
        rows = page(self._keys, width)
        self._top = max(0, min(self._top, len(rows) - height))
        shown = rows[self._top : self._top + height]
        if len(rows) > self._top + height and shown:
            shown[-1] = ((f"▼ {len(rows) - self._top - height + 1} more: j", LABEL),)
        self._lines.draw(shown)


def page(keys: Sequence[Binding], width: int) -> list[Line]:
    """Draw up the page: in two columns where the second has room for sentences."""
    left = _keys("keys", keys, width)
    for pane in PANES.values():
        left += _keys(f"in the {pane.title} pane", bindings(pane.BINDINGS), width)
    left += _keys("on the page of a series", bindings(SeriesScreen.BINDINGS), width)
    left += _keys("on the page of studies", bindings(StudyScreen.BINDINGS), width)
    left += _keys("on this page", bindings(Help.BINDINGS), width)
    used = max(length(line) for line in left) + GAP
    if width - used < SENTENCES:
        return left + _meanings(width)
    right = _meanings(width - used)
    rows: list[Line] = []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else ()
        other = right[number] if number < len(right) else ()
        rows.append((*one, (" " * (used - length(one)), PLAIN), *other))
    return rows


def _meanings(width: int) -> list[Line]:
    return [
        *_table("states", [(f"{SIGN[name]} {name}", STATE[name], said) for name, said in STATES.items()], width),
        *_table("before a number", [(sum_mark(name), BOLD, said) for name, said in QUALITIES.items()], width),
        *_table("words", [(name, BOLD, said) for name, said in WORDS.items()], width),
    ]


def _keys(title: str, keys: Sequence[Binding], width: int) -> list[Line]:
    return _table(title, [(told(key), KEY, key.description) for key in keys], width)


def _table(title: str, rows: Sequence[tuple[str, Style, str]], width: int) -> list[Line]:
    """Draw names and what they mean, a meaning over as many rows as it needs."""
    lines: list[Line] = [((f" {title}", TITLE),)]
    for name, style, said in rows:
        first, *rest = wrap(said, max(20, width - NAMES - 1))
        lines.append(((f"   {name}".ljust(NAMES), style), (first, PLAIN)))
        lines += [((" " * NAMES + more, PLAIN),) for more in rest]
    return [*lines, ()]
