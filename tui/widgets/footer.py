"""The last row: the keys, or a word to the user for some seconds."""

from textual.binding import Binding

from feeds.text import plain
from tui.keys import told
from tui.theme import KEY, LABEL, LATE, PLAIN
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Lines


class Footer(Lines):
    """One row, as wide as the terminal. What has no room is left out, from the end."""

    def show(self, keys: list[Binding], word: str) -> None:
        """Draw the keys of `keys`, or `word` if there is one."""
        width = self.app.size.width
        if word:
            self.draw([((" ", PLAIN), (plain(word, width - 2), LATE))])
        else:
            items = [(rank, _key(binding)) for rank, binding in enumerate(keys)]
            self.draw([((" ", PLAIN), *fit(items, width - 2))])


def _key(binding: Binding) -> Line:
    return ((told(binding), KEY), (f" {binding.description}", LABEL))
