"""Bytes in place of text: what has a zero byte near its beginning comes without a body."""

import pytest

from feeds.decode import Decoder
from feeds.facts import Rejected
from feeds.sources import SOURCES
from feeds.venue import Http
from feeds.wire import Frame

PAGES = {source.feed(page): (source, page) for source in SOURCES.values() for page in source.pages}


@pytest.mark.parametrize("publisher", ["fred", "board", "farside", "coinmetrics", "cboe"])
def test_bytes_where_text_was_due_are_not_called_an_empty_answer(publisher: str) -> None:
    feed = next(known for known in PAGES if known.startswith(f"{publisher}."))
    [rejected] = _read(feed, Http("https://example.net/", 200, "", b"\x07\x00\x9c" * 40))
    assert rejected.reason == "bytes where text was due"


def test_what_has_neither_text_nor_bytes_is_an_empty_answer() -> None:
    [rejected] = _read("cboe.vix", Http("https://example.net/", 200, ""))
    assert rejected.reason == "an empty answer"


@pytest.mark.parametrize("feed", PAGES)
def test_no_page_calls_bytes_empty(feed: str) -> None:
    assert all("empty" not in one.reason for one in _read(feed, Http("https://x.net/", 200, "", b"\x07\x00\x9c" * 40)))


def _read(feed: str, http: Http) -> list[Rejected]:
    outs = Decoder({}, {feed: PAGES[feed]}).decode(Frame(feed, 1_796_032_800_000, http))
    assert all(isinstance(out, Rejected) for out in outs)
    return [out for out in outs if isinstance(out, Rejected)]
