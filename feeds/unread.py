"""Frames that gave nothing, by what they call themselves: a venue that renames a channel is not merely quiet."""

import re
import zlib
from collections import Counter

from feeds.text import plain

BEGINNING = 2_000
MOST_KINDS = 20
SHOWN = 3
KINDS = ("channel", "topic", "ch", "stream", "table", "feed", "arg", "e", "type", "event", "method", "op", "action")
"""Names under which venues say what a frame is, the telling ones first."""
USUAL = frozenset(
    (
        *("subscribe", "subscribed", "subscription", "subscriptions", "subscriptionresponse", "subbed", "sub"),
        *("bts:subscription_succeeded", "unsubscribe", "unsubscribed", "ping", "pong", "heartbeat", "hb", "alert"),
        *("info", "welcome", "hello", "status", "systemstatus", "version", "conf", "auth", "success", "notice"),
        *("test_request", "channel-conn-count", "channel-conn-count-error", "error", "futures.system", "futures.pong"),
    )
)
"""What every venue says beside its data: answers to what was asked, and signs of life. In small letters."""
_NAMED = re.compile(rf'"({"|".join(KINDS)})"\s*:\s*"([^"]{{1,200}})"')
_ANSWER = re.compile(r'^\s*\{\s*"(?:id|result|success|jsonrpc|usIn|req_id|info)"')


def kind(data: str | bytes) -> str:
    """What a frame calls itself; "" for what is usual beside the data."""
    text = beginning(data)
    if text is None:
        return "binary"
    named: dict[str, str] = {}
    for found in _NAMED.finditer(text):
        named.setdefault(found[1], found[2])
    if any(value.lower() in USUAL for value in named.values()):
        return ""
    name = next((named[key] for key in KINDS if key in named), "")
    if name:
        return plain(name, 40)
    if _ANSWER.match(text) or '"hb"' in text or text.strip() in ("pong", "ping", "Pong", "Ping"):
        return ""
    return "without a name"


def beginning(data: str | bytes) -> str | None:
    """How a frame begins; `None` where it is no text, nor packed text."""
    if isinstance(data, str):
        return data[:BEGINNING]
    if data[:2] == b"\x1f\x8b":
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, BEGINNING)
        except zlib.error:
            return None
    return data[:BEGINNING].decode("utf-8", "replace") if data[:1] in (b"{", b"[", b'"') else None


class Unread:
    """How many of each kind there were since the feed last gave anything."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self.last_ms = 0

    def __bool__(self) -> bool:
        """Whether there were any."""
        return bool(self._kinds)

    def add(self, name: str, recv_ms: int) -> None:
        """Count a frame of that kind."""
        known = name in self._kinds or len(self._kinds) < MOST_KINDS
        self._kinds[name if known else "others"] += 1
        self.last_ms = recv_ms

    def clear(self) -> None:
        """The feed has given something again."""
        self._kinds.clear()

    @property
    def words(self) -> str:
        """What the feeds row says of them."""
        count = self._kinds.total()
        names = [name for name, _ in self._kinds.most_common(SHOWN)]
        more = " and others" * (len(self._kinds) > SHOWN)
        return f"{count:,} frame{'s' * (count != 1)} not understood: {', '.join(names)}{more}"
