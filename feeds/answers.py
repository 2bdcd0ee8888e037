"""What an HTTP server answered, in words for a screen."""

import re
from collections.abc import Iterator
from html import unescape
from http import HTTPStatus

from feeds.text import plain

LOOKED_AT = 20_000
"""Characters of a body that are looked at: a page may begin with so much style."""
MOST_WORDS = 2_000
"""Characters of its words that are read; fewer than the digits of which Python refuses to make a number (4,300)."""
_OPEN = re.compile(r"<(?:(?P<comment>!--)|(?P<hidden>script|style)\b|[a-z/!?])", re.IGNORECASE)
_END = {name: re.compile(rf"</{name}\s*+>", re.IGNORECASE) for name in ("script", "style")}
_COMMENT, _TAG = re.compile("-->"), re.compile(">")


def answered(status: int, body: str) -> str:
    """Say what a server answered: `HTTP 451 Unavailable For Legal Reasons: <the beginning of what it wrote>`."""
    try:
        name = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        name = f"HTTP {status}"
    text = " ".join(" ".join(_text(body[:LOOKED_AT])).split())[:MOST_WORDS]
    words = plain(" ".join(unescape(text).split()), 120)
    return f"{name}: {words}" if words else name


def _text(page: str) -> Iterator[str]:
    """Yield what lies between tags, scripts, styles and comments; one that has no end hides all that follows.

    Each character is passed once: every search begins where the one before ended, and the first in vain is the last.
    """
    at = 0
    while found := _OPEN.search(page, at):
        yield page[at : found.start()]
        hidden = found["hidden"]
        end = _END[hidden.lower()] if hidden else _COMMENT if found["comment"] else _TAG
        ended = end.search(page, found.end())
        if ended is None:
            return
        at = ended.end()
    yield page[at:]
