"""What the venues' protocols have in common: a desk makes messages of events, a session decides which it is due.

All pure: frames in, frames out, times handed down. Only `server.py` knows sockets.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from feeds.simulate.events import Event, Liquidated

Text = str | bytes
"""A frame: text, or binary where the venue compresses."""


class Message(Struct, frozen=True, gc=False):
    """A frame for whoever subscribed to `channel`. `liquidations` are those it tells of, for the ledger."""

    channel: str
    body: str
    liquidations: tuple[Liquidated, ...] = ()


class Session(ABC):
    """One connection to a venue: what it subscribed to, and what it is answered."""

    def __init__(self, now_ms: int) -> None:
        self.channels: set[str] = set()
        self.opened_ms = now_ms
        self.heard_ms = now_ms
        self.sent_ms = now_ms

    def on_open(self, now_ms: int) -> Sequence[Text]:
        """What the venue says before it is asked anything."""
        return []

    @abstractmethod
    def on_message(self, text: str, now_ms: int) -> Sequence[Text]:
        """The venue's answers to one message, in order."""

    def take(self, message: Message, now_ms: int) -> Text | None:
        """The frame as this connection gets it, or `None` where it did not subscribe."""
        return message.body if message.channel in self.channels else None

    def overdue(self, now_ms: int) -> bool:
        """The venue would close this connection now."""
        return False


class Desk(Protocol):
    """One venue's side of all its connections."""

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        """A new connection, or `None` where the venue serves nothing at this path."""
        ...

    def publish(self, event: Event) -> Sequence[Message]:
        """The messages an event of the market makes. Events of other venues make none."""
        ...


def dump(value: object) -> str:
    """Compact JSON."""
    return msgspec.json.encode(value).decode()


def iso(ts_ms: int, places: int = 6) -> str:
    """A time in UTC; Coinbase and Kraken write it to the microsecond, others to the millisecond."""
    text = datetime.fromtimestamp(ts_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{text[: len(text) - 6 + places]}Z"
