"""No price is shown younger than it is: ages against a ledger, for any error of our clock and any queue."""

from collections import deque
from collections.abc import Callable
from itertools import count

import pytest

from feeds import our_clock
from feeds.facts import FeedStatus, Trade
from feeds.our_clock import Exchange, Pong, Stepped
from feeds.session import Session
from feeds.state import State
from feeds.topics import Engine, Metric
from feeds.venues import VENUES
from feeds.views.price import price

T0 = 1_789_669_800_000
JOURNEY_MS = 80
EVERY_MS = 200
FEEDS = ("coinbase", "kraken", "bitstamp", "binance")

Queue = Callable[[int], int]
"""How long what is sent so many ms after the start is under way beyond its journey."""


def none(_: int) -> int:
    return 0


def growing(sent_ms: int) -> int:
    """From 60 s on the line takes half of what is sent, until it is 25 s behind, and goes on so for three minutes."""
    return min(25_000, max(0, sent_ms - 60_000))


def from_the_start(sent_ms: int) -> int:
    """A connection begins 12 s behind, and is 6 s behind until the third minute."""
    return max(0, 12_000 - max(0, sent_ms - 20_000)) if sent_ms < 26_000 else 6_000 if sent_ms < 150_000 else 0


class Ledger:
    """Venues that trade five times a second, a clock of ours that is `ahead_ms`, and the true age of all that came."""

    def __init__(self, ahead_ms: int, queues: dict[str, Queue] | None = None) -> None:
        self.ahead_ms = ahead_ms
        self.queues = dict.fromkeys(FEEDS, none) | (queues or {})
        self.session = Session(State({name: VENUES[name] for name in FEEDS}), Engine("live", "", T0, writing=False))
        self.true_ms = T0
        self.newest = dict.fromkeys(FEEDS, 0)
        self._ids = count()
        self._sent = {name: deque[tuple[int, int]]() for name in FEEDS}
        self._arrive_ms = dict.fromkeys(FEEDS, 0)
        for name in FEEDS:
            self.session.state.register(name, self.now_ms)
            self.session.state.status(FeedStatus(name, self.now_ms, "open"))

    @property
    def now_ms(self) -> int:
        return self.true_ms + self.ahead_ms

    def run(self, ms: int, *, dated: Callable[[str, int], int] = lambda name, sent_ms: sent_ms) -> None:
        """Let true time pass. `dated`: what time the venue gives a trade that it sends."""
        for _ in range(ms // EVERY_MS):
            self.true_ms += EVERY_MS
            for name in FEEDS:
                sent = self.true_ms
                due = sent + JOURNEY_MS + self.queues[name](sent - T0)
                self._arrive_ms[name] = max(self._arrive_ms[name], due)
                self._sent[name].append((self._arrive_ms[name], sent))
                self._deliver(name, dated)
            self.session.changes(self.now_ms)

    def _deliver(self, name: str, dated: Callable[[str, int], int]) -> None:
        state, waiting = self.session.state, self._sent[name]
        while waiting and waiting[0][0] <= self.true_ms:
            arrived, sent = waiting.popleft()
            recv = arrived + self.ahead_ms
            symbol = state.venues[name].spot or ""
            trade = Trade(name, symbol, dated(name, sent), recv, 60_000.0, 0.1, "buy", str(next(self._ids)))
            state.heard(name, recv, [trade])
            self.newest[name] = sent

    def date(self, *witnesses: str, took_ms: int = 240) -> None:
        """Servers whose clocks are right are asked for the time."""
        answered = self.true_ms + took_ms // 2
        for witness in witnesses:
            exchange = Exchange(witness, self.now_ms, self.now_ms + took_ms, answered - answered % 1_000)
            self.session.frame(our_clock.frame(exchange, self.now_ms))

    def pong(self) -> None:
        """Each connection answers a ping, behind all that is under way."""
        for name in FEEDS:
            took = 2 * JOURNEY_MS + self.queues[name](self.true_ms - T0)
            self.session.frame(our_clock.frame(Pong(name, took), self.now_ms))

    def step(self, ms: int) -> None:
        """Our system's clock is set forward."""
        self.ahead_ms += ms
        self.session.frame(our_clock.frame(Stepped(ms), self.now_ms))

    def shown(self, name: str) -> int:
        last = self.session.state.spot_price(name)
        assert last
        return self.now_ms - last.as_of_ms

    def excess(self) -> dict[str, int]:
        """What each venue's price is shown older than it is; negative would be younger. Ages of before are skipped."""
        return {name: self.shown(name) - (self.true_ms - sent) for name, sent in self.newest.items() if sent}

    @property
    def reference(self) -> Metric:
        return price(self.session.state).reference


@pytest.mark.parametrize("ahead_ms", [-30_000, -55_000, -800, 0, 800, 30_000, 90_000])
@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("queue", [growing, from_the_start])
def test_where_servers_tell_the_time_ages_are_true_within_its_second(ahead_ms: int, common: bool, queue: Queue) -> None:
    it = Ledger(ahead_ms, dict.fromkeys(FEEDS if common else ["coinbase"], queue))
    for second in range(240):
        if second in (0, 100):
            it.date("gate", "okx", "fred")
        it.run(1_000)
        for name, excess in it.excess().items():
            assert -1_000 <= excess <= 2_500, (second, name)


@pytest.mark.parametrize("ahead_ms", [-30_000, -55_000, 0, 30_000])
def test_without_their_word_a_queue_that_grows_for_all_still_counts_as_age(ahead_ms: int) -> None:
    it = Ledger(ahead_ms, dict.fromkeys(FEEDS, growing))
    for second in range(240):
        it.run(1_000)
        if second % 20 == 0:
            it.pong()
        assert all(excess >= -200 for excess in it.excess().values()), second


@pytest.mark.parametrize("ahead_ms", [-30_000, 0, 30_000])
def test_a_connection_that_begins_in_a_queue_is_measured_against_the_others(ahead_ms: int) -> None:
    it = Ledger(ahead_ms, {"coinbase": from_the_start})
    it.run(13_000)
    for second in range(200):
        it.run(1_000)
        assert all(excess >= -200 for excess in it.excess().values()), second


def test_a_clock_that_is_proven_to_be_ahead_makes_nothing_old_and_is_named() -> None:
    it = Ledger(20_000)
    it.run(5_000)
    assert (it.reference.state, it.shown("kraken")) == ("late", 20_200)
    assert it.reference.note == "no spot venue is fresh; clock or line 20 s off: not told apart yet"
    assert it.session.state.clock.wants(it.now_ms)
    it.date("gate", "okx")
    assert it.reference.note == "no spot venue is fresh; this machine's clock is 20 s ahead"
    it.run(1_000)
    assert (it.reference.state, it.reference.quality) == ("fresh", "exact")
    assert it.reference.note == "this machine's clock is 20 s ahead"
    assert 0 <= it.shown("kraken") - 200 <= 1_120


def test_the_same_for_all_is_age_where_servers_tell_that_the_clock_is_right() -> None:
    it = Ledger(0, dict.fromkeys(FEEDS, lambda sent_ms: 20_000))
    it.date("gate", "okx")
    it.run(30_000)
    assert it.reference.state == "late"
    assert it.reference.note == "no spot venue is fresh; the line is 20 s behind"


@pytest.mark.parametrize("ms", [90_000, 3_600_000])
def test_a_clock_that_is_set_forward_makes_prices_old_only_until_servers_have_answered(ms: int) -> None:
    it = Ledger(-ms)
    it.date("gate", "okx")
    it.run(30_000)
    it.step(ms)
    assert it.session.state.clock.wants(it.now_ms)
    it.run(1_000)
    assert it.reference.state == "fresh", "and right now"
    it.step(ms)
    it.run(1_000)
    assert it.reference.state == "stale", "it may as well be that the machine slept, and that all this is old"
    it.date("gate", "okx")
    it.run(1_000)
    assert (it.reference.state, it.reference.note) == ("fresh", f"this machine's clock is {ms / 1000:,.0f} s ahead")


def test_an_hour_ahead_for_eight_seconds_at_half_of_the_venues_passes_in_seconds() -> None:
    it = Ledger(0)
    it.run(30_000)
    spoiled = {"coinbase", "binance"}
    it.run(8_000, dated=lambda name, sent_ms: sent_ms + 3_600_000 * (name in spoiled))
    assert {name: excess for name, excess in it.excess().items() if name not in spoiled and excess} == {}
    it.run(3_000)
    assert all(-200 <= excess <= 200 for excess in it.excess().values())
    assert it.reference.note == ""


def test_a_replay_of_the_evidence_comes_to_the_same() -> None:
    told = []
    for _ in range(2):
        it = Ledger(33_000)
        it.run(3_000)
        it.date("gate", "okx")
        it.pong()
        it.run(3_000)
        told.append(it.session.snapshot())
    assert told[0] == told[1]
    assert b"33 s ahead" in bytes(told[0]["topics"]["engine"])
