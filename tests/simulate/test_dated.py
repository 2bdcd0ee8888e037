"""Dated futures of Bybit and OKX over HTTP: what is listed is what the parsers read."""

import pytest

from feeds import simulate
from feeds.facts import Instrument, Quote
from feeds.poll import Fetcher
from feeds.venue import Http
from feeds.venues import VENUES


@pytest.mark.parametrize(("name", "futures"), [("bybit", 4), ("okx", 1)])
async def test_listed_contracts_and_their_marks_are_read(name: str, futures: int) -> None:
    venue = VENUES[name]
    parser = venue.parser()
    found = []
    async with simulate.serve("quiet", seed=3) as market:
        base = market.endpoints[f"{name}.http"]
        fetcher = Fetcher(spacing_s=0)
        for url in (*venue.setup, *(poll.url for poll in venue.polls)):
            frame = await fetcher.fetch(f"{name}.http", url.replace(venue.http, base))
            assert isinstance(frame.data, Http)
            assert frame.data.status == 200
            found += parser.answer(f"{name}.http", frame.data, frame.recv_ms)
        await fetcher.aclose()
    listed = {fact.symbol: fact for fact in found if isinstance(fact, Instrument) and fact.kind == "future"}
    marks = {fact.symbol: fact.mark for fact in found if isinstance(fact, Quote)}
    assert len(listed) == futures
    for symbol in listed:
        mark = marks[symbol]
        assert mark is not None
        assert 60_000 < mark < 70_000
