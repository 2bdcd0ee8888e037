"""JSON as venues send it, told apart from what is none."""

from msgspec import Raw
from msgspec.json import Decoder

from feeds.venue import Http, Reject
from feeds.venues._common import body

ROWS = Decoder(list[Raw])
"""A list, cut into its rows and not yet read, for `each_row`."""


def text(data: str | bytes) -> str:
    """A frame of a venue that sends text. Raises `Reject` for bytes that are none."""
    if isinstance(data, str):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Reject("a binary frame where text is documented") from None


def answer(http: Http) -> str:
    """The JSON text of a good answer. Raises `Reject` for a refusal, and for a page in place of data."""
    page = http.body.lstrip()[:1] not in ("{", "[")
    if page:
        raise Reject(f"HTTP {http.status}: a page instead of data")
    return body(http)
