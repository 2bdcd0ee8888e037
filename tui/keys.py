"""Keys as they are told to people: in the footer and in the help."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType
from textual.keys import format_key

WORDS = {"space": "space", "enter": "enter", "escape": "esc", "tab": "tab", "pageup": "PgUp", "pagedown": "PgDn"}
WORDS |= {"home": "Home", "end": "End", "shift+tab": "shift+tab", "ctrl+c": "ctrl+c", "ctrl+z": "ctrl+z"}


def told(binding: Binding) -> str:
    """Name the keys of a binding: `j ↓`."""
    return " ".join(WORDS.get(key, format_key(key)) for key in binding.key.split(","))


def bindings(of: Iterable[BindingType]) -> list[Binding]:
    """Give those of a BINDINGS list that have their words."""
    return [one for one in of if isinstance(one, Binding) and one.description]
