"""Venues that close for good: not listened to, awaited in nothing, and still read where they spoke."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds import simulate
from feeds.engine import Collector, new_session
from feeds.facts import Instrument, Liquidation, OpenInterest
from feeds.hearing import until_closed
from feeds.life import OPEN, Life, life
from feeds.settings import Settings, SettingsError, load
from feeds.state import State
from feeds.venues import VENUES
from feeds.views.liquidations import liquidations, metrics
from feeds.wire import Frame
from feeds.words.doctor import _closed

CLOSING = 1_790_136_000_000  # 2026-09-23 04:00 UTC
DAY = 86_400_000
T0 = 1_795_996_860_000  # 2026-11-30 00:01 UTC
TRADE = (
    '{"table":"trade","action":"insert","data":[{"timestamp":"2026-09-17T18:30:00.000Z","symbol":"XBTUSD",'
    '"side":"Sell","size":900,"price":77000,"trdMatchID":"a","homeNotional":0.0116,"foreignNotional":900}]}'
)


def test_bitmex_closed_on_the_23rd_of_september_at_four() -> None:
    assert life("bitmex").ends_ms == VENUES["bitmex"].life.ends_ms == CLOSING
    assert (life("bitmex").over(CLOSING - 1), life("bitmex").over(CLOSING)) == (False, True)
    assert life("bitmex").words(CLOSING) == "closed on 2026-09-23"
    assert life("okx") == OPEN


def test_an_end_ahead_is_announced_for_three_months() -> None:
    ahead = Life(ends_ms=CLOSING, successor="deribit")
    assert ahead.words(CLOSING - 90 * DAY - 1) == ""
    assert ahead.words(CLOSING - 90 * DAY) == "closes on 2026-09-23; deribit goes on"


def test_a_closed_venue_is_not_among_those_listened_to(tmp_path: Path) -> None:
    assert "bitmex" not in Settings().venues
    assert len(Settings().venues) == 15
    session = new_session(Settings(), "live", "", T0)
    assert "bitmex" not in session.state.venues
    assert not [name for name in session.state.feeds if name.startswith("bitmex")]
    assert "bitmex" not in session.snapshot()["metrics"]["liq.long.usd.1h"].source
    wanted = replace(Settings(), venues=("bitmex", "okx"))
    assert [*new_session(wanted, "live", "", T0).state.venues] == ["okx"]


def test_who_asks_for_a_closed_venue_is_told_since_when(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('venues = ["bitmex", "okx"]')
    settings = load(config=file, environ={}, overrides={}, now_ms=T0)
    assert settings.venues == ("okx",)
    assert settings.notices == ("venues: bitmex closed on 2026-09-23, and is left out",)
    file.write_text('venues = ["bitmex"]')
    with pytest.raises(SettingsError) as caught:
        load(config=file, environ={}, overrides={}, now_ms=0)  # a clock that is far behind opens nothing again
    assert str(caught.value) == "venues: none is left to listen to: bitmex closed on 2026-09-23"


def test_doctor_says_since_when_a_venue_is_closed() -> None:
    assert [(row.good, row.what, row.said) for row in _closed(T0)] == [(True, "bitmex", "closed on 2026-09-23")]


def test_a_recording_of_before_the_end_is_read_as_ever() -> None:
    session = new_session(Settings(), "replay", "", 0, expected=False)
    session.frame(Frame("bitmex", CLOSING - DAY, None))
    session.frame(Frame("bitmex", CLOSING - DAY, TRADE))
    assert session.snapshot()["metrics"]["btc.bitmex.price"].value == 77000.0


# While it runs


def closing(at_ms: int) -> State:
    """Two venues, of which okx closes at `at_ms`; both have told a liquidation."""
    okx = replace(VENUES["okx"], life=Life(ends_ms=at_ms))
    state = State({"okx": okx, "deribit": VENUES["deribit"]})
    state.advance(T0)
    for name, symbol in (("okx", "BTC-USDT-SWAP"), ("deribit", "BTC-PERPETUAL")):
        state.register(name, T0)
        event = Liquidation(name, symbol, T0, T0, "long", 1.0, 77000.0, 77000.0, "1")
        state.heard(name, T0, [Instrument(name, symbol, "perpetual", "USD", False, 1.0), event])
    state.heard("okx", T0, [OpenInterest("okx", "BTC-USDT-SWAP", T0, T0, 30000.0)])
    return state


def test_a_venue_that_ends_is_awaited_no_more_but_what_it_told_counts() -> None:
    state = closing(T0 + 60_000)
    state.advance(T0 + 59_999)
    assert [*state.feeds] == ["okx", "deribit"]
    state.advance(T0 + 60_000)
    state.heard("deribit", T0 + 60_000, [])
    assert ([*state.feeds], [*state.venues], state.closed) == (["deribit"], ["deribit"], {"okx": T0 + 60_000})
    assert state.positions.interest == {}
    view = liquidations(state)
    assert (view.windows["1h"].long_usd, view.windows["1h"].long_count) == (154_000.0, 2)
    assert metrics(view)["liq.long.usd.1h"].source == "deribit"
    assert "okx" not in view.note["1h"]


def test_a_last_word_after_the_end_brings_nothing_back() -> None:
    state = closing(T0 + 60_000)
    state.advance(T0 + 60_000)
    assert state.heard("okx", T0 + 60_001, [OpenInterest("okx", "BTC-USDT-SWAP", T0, T0, 1.0)]) is False
    assert (state.positions.interest, [*state.feeds]) == ({}, ["deribit"])


def test_the_gap_in_which_a_venue_ended_ends_with_it() -> None:
    kept: list[object] = []
    state = closing(T0 + 60_000)
    state.keep = kept.append
    gap = state.feeds["okx"].expect(T0 + 1_000)
    state.advance(T0 + 60_000)
    assert kept == [replace(gap, to_ms=T0 + 60_000)]


@dataclass
class Clock:
    """A time that moves when it is looked at."""

    ms: int
    step_ms: int
    said: list[str] = field(default_factory=list)

    def __call__(self) -> int:
        self.ms += self.step_ms
        return self.ms


async def test_the_jobs_of_a_venue_are_given_up_at_its_end() -> None:
    ended = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    jobs: list[Coroutine[None, None, None]] = [forever()]
    clock = Clock(T0, 20)
    venue = replace(VENUES["okx"], life=Life(ends_ms=T0 + 100))
    await until_closed(venue, jobs, clock, clock.said.append)
    assert ended.is_set()
    assert set(clock.said) == {"OKX closes on 2026-11-30", "OKX closed on 2026-11-30"}
    assert clock.said[-1] == "OKX closed on 2026-11-30"


async def test_a_job_that_fails_is_not_hidden() -> None:
    async def broken() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await until_closed(VENUES["okx"], [broken()], lambda: T0, lambda _: None)


async def test_a_venue_that_ends_during_a_run_leaves_the_screen_with_a_notice() -> None:
    async with simulate.serve("quiet", seed=7) as market:
        names = ("coinbase", "okx")
        settings = replace(Settings(), venues=names, endpoints=market.endpoints)
        soon = Collector(settings).clock.now_ms() + 1_500
        registry = {**VENUES, "okx": replace(VENUES["okx"], life=Life(ends_ms=soon))}
        collector = Collector(settings, publishers=False, venues=registry)
        running = asyncio.create_task(collector.run())
        try:
            async with asyncio.timeout(20):
                while not market.requests["okx"]:
                    await asyncio.sleep(0.02)
                while "okx" in collector.state.feeds:
                    collector.tick()
                    await asyncio.sleep(0.02)
                await market.end("okx")
                while "OKX closed on" not in "".join(collector.session.engine.notices):
                    collector.tick()
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert [*collector.state.feeds] == ["coinbase"]
