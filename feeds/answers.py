"""What an HTTP server answered, in words for a screen."""

import re
from html import unescape
from http import HTTPStatus

from feeds.text import plain

_MARKUP = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^>]*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)


def answered(status: int, body: str) -> str:
    """Say what a server answered: `HTTP 451 Unavailable For Legal Reasons: <the beginning of what it wrote>`."""
    try:
        name = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        name = f"HTTP {status}"
    words = plain(" ".join(unescape(_MARKUP.sub(" ", body[:20_000])).split()), 120)
    return f"{name}: {words}" if words else name
