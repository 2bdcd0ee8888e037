"""All sixteen venues at once: a session, and the frames by which each of their feeds is known to live."""

import json
from functools import cache
from pathlib import Path

from feeds import our_clock
from feeds.our_clock import Exchange
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http
from feeds.venues import VENUES
from feeds.wire import Frame

T0 = 1_789_669_800_000  # 2026-09-17 18:30:00 UTC
FIXTURES = Path(__file__).parent / "fixtures"
NO_LIQUIDATIONS = Http("https://api.gateio.ws/api/v4/futures/usdt/liq_orders?contract=BTC_USDT", 200, "[]")
"""Gate's are read over REST: its stream alone says nothing of them."""
FEEDS = tuple(venue.feed(stream) for venue in VENUES.values() for stream in venue.streams)


class Sixteen:
    """The venues speak once a second, but for those in `silent`."""

    def __init__(self) -> None:
        self.session = Session(State(VENUES), Engine("replay", "a test", 0, writing=False))
        self.silent: set[str] = set()
        self.now_ms = T0
        for feed in FEEDS:
            self.session.state.register(feed, T0)
        for witness in ("one", "another"):  # our clock is right, whatever the fixtures are dated
            self.session.frame(our_clock.frame(Exchange(witness, T0, T0, T0 - 1_000), T0))

    def opened(self, *without: str) -> None:
        """Let all feeds but these connect."""
        self.silent |= set(without)
        for feed in FEEDS:
            if feed not in self.silent:
                for data in (None, *signs_of_life(feed)):
                    self.session.frame(Frame(feed, self.now_ms, data))

    def until(self, second: int) -> None:
        """Let time pass up to so many seconds after the start, all but the silent ones speaking in each."""
        while self.now_ms < T0 + second * 1_000:
            self.now_ms += 1_000
            for feed in FEEDS:
                if feed not in self.silent:
                    self.session.frame(Frame(feed, self.now_ms, signs_of_life(feed)[-1]))
            if "gate" not in self.silent:
                self.session.frame(Frame("gate", self.now_ms, NO_LIQUIDATIONS))
            self.session.changes(self.now_ms)

    def liquidated(self, side: str, btc: str, price: str) -> None:
        """Bybit tells a liquidation now; its side is that of the position: `Buy` is a long."""
        row = {"T": self.now_ms, "s": "BTCUSDT", "S": side, "v": btc, "p": price}
        message = {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": self.now_ms, "data": [row]}
        self.session.frame(Frame("bybit.linear", self.now_ms, json.dumps(message)))

    def forced(self, btc: str, price: str) -> None:
        """Binance tells a long that was liquidated now: the one of this second."""
        order = {"s": "BTCUSDT", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": btc, "p": "1", "ap": price, "X": "FILLED"}
        data = {"e": "forceOrder", "E": self.now_ms, "o": order | {"l": btc, "z": btc, "T": self.now_ms}}
        frame = json.dumps({"stream": "btcusdt@forceOrder", "data": data})
        self.session.frame(Frame("binance_usdm", self.now_ms, frame))


@cache
def signs_of_life(feed: str) -> tuple[str, ...]:
    """Frames of a recorded-style fixture up to the first that proves the feed alive and tells no liquidation."""
    if feed.startswith("htx."):
        return ('{"op":"ping","ts":"1"}',)  # what it sends for real is packed
    session = Session(State(VENUES), Engine("replay", "a test", 0, writing=False))
    session.frame(Frame(feed, T0, None))
    before: list[str] = []
    for line in (FIXTURES / f"{feed.partition('.')[0]}.jsonl").read_text().splitlines()[1:]:
        t_ms, name, data = json.loads(line)
        if name != feed or not isinstance(data, str) or "error" in data:
            continue
        known = session.state.book.revision
        lively = Alive() in session.frame(Frame(feed, t_ms, data))
        if session.state.book.revision != known:
            continue
        before.append(data)
        if lively:
            return tuple(before)
    raise AssertionError(feed)
