"""The publishers of slow series, and the exchanges that tell of past days, on loopback for a test."""

import json
from collections.abc import Callable

from feeds.simulate.http import Answer, Request, Server, Site
from feeds.simulate.publishers import Faults, exchanges, sites
from feeds.simulate.publishers.conditional import conditional
from feeds.simulate.slow import SlowWorld, scene


class Market:
    """All of them, at a time that a test sets. `asked`: all requests, oldest first. `world`: what they publish."""

    def __init__(self, now_ms: int, played: str = "calm") -> None:
        """`played`: the scene."""
        self.now_ms = now_ms
        self.faults = Faults()
        self.asked: list[tuple[str, Request]] = []
        world = self.world = SlowWorld(scene(played), 1, lambda: self.now_ms)
        served = sites(world, self.faults)
        pages = exchanges.pages(world, {("coinbase", "/products/BTC-USD/candles"): lambda query: Answer(404, "")})
        pages["deribit", "/api/v2/public/get_book_summary_by_currency"] = lambda query: _book(self.now_ms)
        for venue in {venue for venue, _ in pages}:
            served[venue] = conditional(self.faults.over(venue, _site(venue, pages)))
        self.server = Server({name: self._noted(name, site) for name, site in served.items()})
        self.endpoints = {f"{name}.http": f"{self.server.url}/{name}" for name in served}

    def close(self) -> None:
        """Serve no longer."""
        self.server.close()

    def _noted(self, name: str, site: Site) -> Site:
        def answer(request: Request) -> Answer:
            self.asked.append((name, request))
            return site(request)

        return answer


def _site(venue: str, pages: dict[tuple[str, str], Callable[[dict[str, str]], Answer]]) -> Site:
    return lambda request: pages[venue, request.path](request.query)


def _book(now_ms: int) -> Answer:
    row = {
        "instrument_name": "BTC-PERPETUAL",
        "open_interest": 9.1e8,
        "mark_price": 91_000.0,
        "creation_timestamp": now_ms,
    }
    return Answer(200, json.dumps({"jsonrpc": "2.0", "result": [row]}))
