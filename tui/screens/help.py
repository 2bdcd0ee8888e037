"""All keys, signs and states on one page."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen

from tui.keys import bindings, told
from tui.layout import rule_for
from tui.panes import PANES
from tui.theme import BOLD, KEY, LABEL, PLAIN, QUALITY, SIGN, STATE, TITLE
from tui.widgets.flow import length
from tui.widgets.header import Header
from tui.widgets.lines import Line, Lines

TWO_COLUMNS = 110
KEYS_WIDTH = 18

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
    "estimated": "estimated",
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


class Help(Screen[None], inherit_bindings=False):
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
        yield Header(id="header")
        yield self._lines

    def on_resize(self, _: Resize) -> None:
        rule = rule_for(*self.app.size)
        header = self.query_one(Header)
        header.strip = rule.name == "strip"
        header.rows = header.styles.height = rule.header
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
    """Draw up the page: in two columns where there is room."""
    left = _keys("keys", keys)
    for pane in PANES.values():
        left += _keys(f"in the {pane.title} pane", bindings(pane.BINDINGS))
    left += _keys("on this page", bindings(Help.BINDINGS))
    right = _table("states", [(f"{SIGN[name]} {name}", STATE[name], said) for name, said in STATES.items()])
    right += _table("before a number", [(QUALITY[name], BOLD, said) for name, said in QUALITIES.items()])
    right += _table("words", [(name, BOLD, said) for name, said in WORDS.items()])
    if width < TWO_COLUMNS:
        return left + right
    half = width // 2
    left += [()] * (len(right) - len(left))
    right += [()] * (len(left) - len(right))
    return [(*one, (" " * max(1, half - length(one)), PLAIN), *other) for one, other in zip(left, right, strict=True)]


def _keys(title: str, keys: Sequence[Binding]) -> list[Line]:
    return _table(title, [(told(key), KEY, key.description) for key in keys])


def _table(title: str, rows: Sequence[tuple[str, Style, str]]) -> list[Line]:
    lines: list[Line] = [((f" {title}", TITLE),)]
    for name, style, said in rows:
        lines.append(((f"   {name:<{KEYS_WIDTH}} ", style), (said, PLAIN)))
    return [*lines, ()]
