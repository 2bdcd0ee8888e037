"""What a pane is given, and what it must be able to do."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial
from inspect import isawaitable
from typing import Any, ClassVar

from msgspec import Struct
from textual.containers import Container
from textual.message import Message

from feeds.settings import Settings
from tui.boundary import Boundary, Bounded, in_words
from tui.theme import BAD, LABEL
from tui.widgets.lines import Lines


class View(Struct, frozen=True):
    """What the engine last said, at one tick of the screen.

    `topics` by name, decoded to the types of `feeds.topics`; a topic that has not come yet is absent.
    `changed` names those that are new since this pane was last shown. `now_ms` is the engine's clock, so that ages
    are right on another machine too; it goes on when the engine falls silent.
    """

    topics: Mapping[str, Any]
    changed: frozenset[str]
    now_ms: int
    zone: tzinfo


class Said(Message):
    """Something for the user to read, in the last row for some seconds."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word


class Pane(Bounded, Container, can_focus=True):
    """One pane: a border with a title, content that only draws. One file each in `tui.panes`.

    `topics`: what it draws from. It is shown when one of them changed, and once a second for its ages.
    The focused pane gets the keys: its own BINDINGS, each with an id, are listed in the footer and in the help.
    """

    title: ClassVar[str] = ""
    topics: ClassVar[frozenset[str]] = frozenset()
    _blanket: Lines | None = None

    def set_up(self, settings: Settings) -> None:
        """Take over what of the settings concerns it. Called once, before it is first shown."""

    def show(self, view: View) -> None:
        """Draw `view`. Called only while the pane is visible."""
        raise NotImplementedError

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        return super().call_after_refresh(self._within_bounds, partial(callback, *args, **kwargs))

    async def _within_bounds(self, callback: Callable[[], object]) -> None:
        try:
            found = callback()
            if isawaitable(found):
                await found
        except Exception as error:
            if not isinstance(self.app, Boundary):
                raise
            self.app.faulted(self, error)

    def blank(self, error: Exception) -> None:
        """Lay a sheet over all that it shows, with a sentence that says why."""
        if self._blanket is None:
            self._blanket = Lines(classes="fault")
            self.mount(self._blanket)
        self._blanket.draw([(("this pane cannot be drawn, the others go on", BAD),), ((in_words(error), LABEL),)])
        self.add_class("-faulty")

    def unblank(self) -> None:
        """Take the sheet away: it can be drawn again."""
        self.remove_class("-faulty")
