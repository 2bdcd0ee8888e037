"""The one boundary between what came in and what is believed: frames in, facts and controls out.

A frame that cannot be believed becomes a `Rejected`; nothing a venue sends raises past this point.
"""

from collections.abc import Iterable, Mapping

import msgspec

from feeds.answers import answered
from feeds.facts import FeedStatus, Rejected
from feeds.possible import Possible
from feeds.source import Page, Source
from feeds.text import plain
from feeds.unread import kind
from feeds.venue import Empty, Http, Out, Parser, Reject, Venue
from feeds.wire import Frame

LARGEST = 2 * 1024 * 1024
"""No venue sends a bitcoin message of more bytes than this over a websocket."""


class Decoder:
    """Holds one parser per venue, and knows the publishers' pages.

    A feed is `<publisher>.<page>`, or `<venue>` or `<venue>.<stream>`, and picks the parser.
    """

    def __init__(self, venues: Mapping[str, Venue], pages: Mapping[str, tuple[Source, Page]] | None = None) -> None:
        self._venues = venues
        self._pages = pages or {}
        self._parsers: dict[str, Parser] = {}
        self._unknown: set[str] = set()
        self._possible = Possible()
        self._asked: dict[str, str] = {}

    def decode(self, frame: Frame) -> list[Out]:
        """Facts and controls of one frame; a new connection (`data` is `None`) gives the `FeedStatus` that says so.

        Frames of publishers may be decoded in any thread.
        """
        data = frame.data
        try:
            if frame.feed in self._pages and isinstance(data, Http):
                return [*_read(self._pages[frame.feed][1], data, frame.recv_ms)]
            parser = self._parser(frame.feed)
            if parser is None:
                return self._no_parser(frame)
            if data is None:
                parser.opened(frame.feed, frame.recv_ms)
                return [FeedStatus(frame.feed, frame.recv_ms, "open")]
            if isinstance(data, Http):
                return self._possible.among(frame.feed, frame.recv_ms, parser.answer(frame.feed, data, frame.recv_ms))
            if len(data) > LARGEST:
                return [_rejected(frame, f"a frame of {len(data):,} bytes")]
            return self._possible.among(frame.feed, frame.recv_ms, parser.parse(frame.feed, data, frame.recv_ms))
        except Empty as error:
            return [
                _rejected(frame, "bytes where text was due" if isinstance(data, Http) and data.data else str(error))
            ]
        except Reject as error:
            return [_rejected(frame, str(error))]
        except msgspec.MsgspecError as error:
            return [_rejected(frame, f"not as documented: {error}")]
        except Exception as error:  # noqa: BLE001  the boundary: a parser's own fault is shown like a bad frame
            return [_rejected(frame, f"could not be read ({type(error).__name__}: {error})")]

    def unread(self, frame: Frame) -> str:
        """What a websocket frame that gave nothing calls itself; "" where that is usual, or was subscribed to.

        Of what was subscribed to, other coins and first snapshots give nothing either.
        """
        name = kind(frame.data) if isinstance(frame.data, str | bytes) else ""
        if not name:
            return ""
        asked = self._asked.get(frame.feed)
        if asked is None:
            asked = self._asked[frame.feed] = _asked(self._venues.get(frame.feed.partition(".")[0]))
        return "" if name.lower().removesuffix("_snapshot") in asked else name

    def _parser(self, feed: str) -> Parser | None:
        if feed not in self._parsers:
            name = feed.partition(".")[0]
            if name not in self._venues:
                return None
            # All streams of a venue share one parser: contract sizes come over HTTP and serve every stream.
            self._parsers[feed] = self._parsers.setdefault(name, self._venues[name].parser())
        return self._parsers[feed]

    def _no_parser(self, frame: Frame) -> list[Out]:
        if frame.feed in self._unknown:
            return []
        self._unknown.add(frame.feed)
        return [_rejected(frame, f"no venue is called {plain(frame.feed.partition('.')[0], 40)}")]


def _asked(venue: Venue | None) -> str:
    """All that is subscribed to at a venue, in small letters."""
    streams = venue.streams if venue else ()
    return " ".join(text for stream in streams for text in (stream.url, *stream.hello)).lower()


def _read(page: Page, http: Http, recv_ms: int) -> Iterable[Out]:
    """Values of one answer of a publisher. A status that means "nothing there" gives none."""
    if http.status == 200:
        return page.parse(http, recv_ms)
    if http.status in (304, *page.quiet):
        return ()
    raise Reject(answered(http.status, http.body))


def _rejected(frame: Frame, reason: str) -> Rejected:
    data = frame.data
    sample = data.body if isinstance(data, Http) else data
    if isinstance(sample, bytes):
        sample = sample[:200].decode("utf-8", "replace")
    return Rejected(frame.feed, frame.recv_ms, plain(reason), plain(sample[:400] if sample else "", 160))
