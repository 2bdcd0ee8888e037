"""Lists over REST that are read page by page, back to the beginning of a gap."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from feeds.venue import Http, More, Out, Reject, Short
from feeds.venues._common import ms


def since(url: str, from_ms: int) -> str:
    """An address with the beginning that is wanted, for a list that takes none: it is not sent."""
    return f"{url.partition('#')[0]}#from={from_ms}"


def wanted_ms(http: Http, otherwise_ms: int = 0) -> int:
    """The beginning that was wanted of a list; `otherwise_ms` where its address does not say."""
    said = dict(parse_qsl(urlsplit(http.url).fragment)).get("from")
    return ms(said, "from") if said else otherwise_ms


def asking(http: Http, **changed: object) -> str:
    """The address of `http`, with parts of its query changed or added."""
    parts = urlsplit(http.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {name: str(v) for name, v in changed.items()}
    return parts._replace(query=urlencode(query)).geturl()


def onward(reached_ms: int | None, from_ms: int, before_ms: int, url: str) -> tuple[Out, ...]:
    """What to do after a full page whose oldest row is of `reached_ms`, of a list that should go back to `from_ms`.

    The page was to hold what is older than `before_ms`; where it held nothing that is, the list does not go back.
    """
    if reached_ms is not None and reached_ms <= from_ms:
        return ()
    if reached_ms is None or reached_ms >= before_ms:
        return (Short("the list does not go back as far as the gap"),)
    return (More(url),)


def query_of(http: Http, name: str) -> str:
    """A part of the query that has to be there."""
    found = dict(parse_qsl(urlsplit(http.url).query)).get(name)
    if not found:
        raise Reject(f"a list that was asked for without {name}")
    return found
