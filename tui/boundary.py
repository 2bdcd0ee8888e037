"""The boundary around what draws: a fault in one pane or page is said there, and the rest goes on.

Textual ends the program for whatever a handler raises. Here a widget hands it to its app, which blanks the pane or
page that it belongs to. An app that has no such boundary, as in tests of one widget, gets what was raised.
"""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.message import Message

from feeds.text import plain

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.message_pump import MessagePump as Pump
else:
    Pump = object


@runtime_checkable
class Boundary(Protocol):
    """An app that goes on when a part of it fails."""

    def faulted(self, node: "DOMNode", error: Exception) -> None:
        """Show on the pane or page of `node` that it failed."""
        ...


class Bounded(Pump):
    """A widget whose handlers may fail without ending the program; to be named before the widget's own class."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # the boundary: one widget's fault is shown, and stops no other
            if not isinstance(self.app, Boundary):
                raise
            self.app.faulted(self, error)  # type: ignore[arg-type]  # it is mixed into widgets, which are nodes


def in_words(error: Exception) -> str:
    """Say what was raised, in one line without anything that was being worked on."""
    said = plain(str(error), 80)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
