"""Which gaps are read afterwards, and from when to when their liquidations are asked for."""

import asyncio
from contextlib import suppress

from msgspec.structs import replace

from feeds.backfill import Backfill
from feeds.facts import FeedStatus
from feeds.poll import Fetcher
from feeds.session import Session
from feeds.settings import Settings
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive
from feeds.venues import VENUES
from tests.loopback import Answer, publisher, until

T = 4_102_444_800_000  # 2100-01-01: later than the clock of this machine, by which answers are dated
HOUR = 3_600_000
BYBIT = replace(
    VENUES["bybit"], missed=lambda from_ms, to_ms: (f"https://api.bybit.com/missed?from={from_ms}&to={to_ms}",)
)
FEED = "bybit.linear"


async def asked_for(*gaps: tuple[int, int], now_ms: int) -> list[str]:
    """What is asked for after such gaps, from when to when, once the last of them has been."""
    state = State({"bybit": BYBIT})
    session = Session(state, Engine("live", "", 0, writing=False))
    for stream in BYBIT.streams:
        state.register(BYBIT.feed(stream), T - HOUR)
    state.status(FeedStatus(FEED, T - HOUR, "open"))
    for from_ms, to_ms in gaps:
        state.heard(FEED, from_ms, [Alive()])
        state.status(FeedStatus(FEED, from_ms + 1, "closed", "cut"))
        state.heard(FEED, to_ms, [Alive()])
    state.advance(now_ms)
    fetcher = Fetcher(spacing_s=0.0, tries=1)
    with publisher(lambda path, number: Answer(body=b"{}")) as there:
        settings = Settings(endpoints={"bybit.http": there.base})
        reading = asyncio.create_task(Backfill(state, settings, fetcher, session.frame).missed(BYBIT))
        await until(lambda: f"to={gaps[-1][1] + 2_000}" in "".join(there.paths), within=30)
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await fetcher.aclose()
        return there.paths


async def test_a_gap_is_asked_for_with_two_seconds_more_at_both_ends() -> None:
    paths = await asked_for((T, T + 30_000), now_ms=T + 31_000)
    assert paths == [f"/missed?from={T - 2_000}&to={T + 32_000}"]


async def test_a_gap_of_hours_ago_is_read_and_one_of_the_day_before_is_not() -> None:
    day = 24 * HOUR
    gaps = (T, T + HOUR), (T + 2 * HOUR, T + 3 * HOUR), (T + day, T + day + HOUR)
    paths = await asked_for(*gaps, now_ms=T + day + 2 * HOUR)
    assert paths == [f"/missed?from={from_ms - 2_000}&to={to_ms + 2_000}" for from_ms, to_ms in gaps[1:]]
