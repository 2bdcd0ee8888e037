"""Frames as they came off the wire, and recordings of them.

A recording is JSON lines: a header `{"tidegauge": 1, ...}`, then `[recv_ms, "<feed>", data]`. Text frames are strings,
binary ones `{"b64": ...}`, HTTP answers `{"url", "status", "body"}`, and `null` marks a new connection of that feed.
"""

from msgspec import Struct

from feeds.venue import Http


class Frame(Struct, frozen=True, gc=False):
    """One thing received. `data` is `None` at a new connection of the feed."""

    feed: str
    recv_ms: int
    data: str | bytes | Http | None
