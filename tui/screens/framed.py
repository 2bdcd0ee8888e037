"""A screen with the header on top: it is always in sight, whatever is below it."""

from textual.screen import Screen

from tui.layout import Rule, rule_for
from tui.widgets.header import Header


class Framed(Screen[None], inherit_bindings=False):
    """`header` is to be composed first; `fit_header` makes it what the terminal has room for."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.header = Header(id="header")

    def fit_header(self) -> Rule:
        """Fit the header to the terminal; give the rule that holds for its size."""
        rule = rule_for(*self.app.size)
        self.header.strip = rule.name == "strip"
        self.header.rows = self.header.styles.height = rule.header
        return rule
