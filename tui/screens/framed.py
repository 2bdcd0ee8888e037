"""A screen with the header on top: it is always in sight, whatever is below it."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from textual.message import Message
from textual.screen import Screen

from tui.boundary import Bounded, in_words
from tui.layout import Rule, rule_for
from tui.theme import BAD, LABEL
from tui.widgets.header import Header
from tui.widgets.lines import Lines


class LaidOut(Message):
    """What is on this screen has its place, and should be drawn."""


class Framed(Bounded, Screen[None], inherit_bindings=False):
    """`header` is to be composed first; `fit_header` makes it what the terminal has room for."""

    wants: tuple[str, ...] = ()
    """Topics that the engine tells only to who asks, and is asked for while this screen is on top."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.header = Header(id="header")

    def fit_header(self) -> Rule:
        """Fit the header to the terminal; give the rule that holds for its size."""
        rule = rule_for(*self.app.size)
        self.header.strip = rule.name == "strip"
        self.header.rows = self.header.styles.height = rule.header
        return rule

    def show(self, topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> None:
        """Draw from `topics`. Called at each tick while this screen, and not the desk, is on top."""

    def blank(self, error: Exception) -> None:
        """Empty the page, and say why in its first rows; what it draws next is drawn as ever."""
        lines = [one for one in self.query(Lines) if one.id not in ("header", "footer") and one.display]
        for one in lines:
            one.draw([])
        if lines:
            lines[0].draw([(("this page cannot be drawn: escape closes it", BAD),), ((in_words(error), LABEL),)])
