"""What runs for ever and fails unforeseen: it is said, it is begun again, and nothing beside it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from feeds.engine import Collector
from feeds.gather import Gather
from feeds.poll import Fetcher
from feeds.settings import Publishers, Settings
from feeds.slow import Slow, Taken
from feeds.sources import SOURCES
from feeds.venues import VENUES
from feeds.watchdog import Pace, fault, tend
from feeds.wire import Frame
from tests.loopback import until

AT_ONCE = Pace(first=0.001, most=0.004, jitter=0, settled=3600)


async def test_what_fails_is_said_and_begun_again_each_time_later_until_it_ends_well() -> None:
    said: list[str] = []
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise KeyError("a key that nobody may see")

    await tend(work, said.append, pace=Pace(first=0.1 / 64, most=0.1 / 16, jitter=0))
    assert tries == 5
    assert [text.partition(", line ")[0] for text in said] == [
        *["fault of this program: KeyError in test_watchdog.py"] * 4,
        "",
    ]
    assert not any("nobody" in text for text in said)


async def test_what_goes_on_long_enough_after_a_fault_is_well_again() -> None:
    said: list[str] = []
    failed = False

    async def work() -> None:
        nonlocal failed
        if not failed:
            failed = True
            raise ValueError
        await asyncio.Event().wait()

    task = asyncio.create_task(tend(work, said.append, pace=Pace(0.001, 0.001, 0, settled=0.01)))
    await until(lambda: said[1:] == [""])
    task.cancel()
    assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)


async def test_a_library_that_cancels_its_own_task_does_not_end_ours() -> None:
    said: list[str] = []

    async def work() -> None:
        if not said:
            raise asyncio.CancelledError

    await tend(work, said.append, pace=AT_ONCE)
    assert said[0].startswith("fault of this program: CancelledError")


def test_a_fault_names_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 // 0
    assert fault(caught.value).startswith("fault of this program: ZeroDivisionError in test_watchdog.py, line ")


@asynccontextmanager
async def running(collector: Collector) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(collector.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _broken(*_: object) -> str:
    raise KeyError("unforeseen")


NOWHERE = {
    f"{name}.{kind}": f"{scheme}://127.0.0.1:9" for name in VENUES for kind, scheme in (("ws", "ws"), ("http", "http"))
}


async def test_a_fault_of_what_is_read_beside_a_stream_is_shown_in_that_feed_s_row_and_ends_nothing() -> None:
    settings = Settings(venues=("coinbase", "kraken"), endpoints=NOWHERE)
    collector = Collector(settings, publishers=False)
    collector.state.venues = {  # as one would be that was registered with a fault in it
        **collector.state.venues,
        "coinbase": replace(VENUES["coinbase"], setup=(7,)),
    }
    async with running(collector) as task:
        await until(lambda: collector.state.feeds["coinbase"].error.startswith("REST: fault of this program: "))
        assert not task.done()
        assert "fault" not in collector.state.feeds["kraken"].error


async def test_a_fault_of_the_chart_s_candles_is_a_notice_of_the_engine() -> None:
    collector = Collector(Settings(venues=("coinbase",), endpoints=NOWHERE), publishers=False)
    collector.state.venues = {"coinbase": replace(VENUES["coinbase"], bars=_broken)}
    async with running(collector) as task:
        said = "candles: fault of this program: KeyError in test_watchdog.py, line "
        await until(lambda: any(text.startswith(said) for text in collector.notices.values()))
        collector.tick()
        assert any(text.startswith(said) for text in collector.session.engine.notices)
        assert not task.done()


async def test_a_fault_of_a_view_is_told_to_viewers_in_place_of_topics() -> None:
    collector = Collector(Settings(venues=("coinbase",), endpoints=NOWHERE), publishers=False)
    collector.state.feeds["coinbase"].gaps = None  # type: ignore[assignment]
    _, changed = collector.tick()
    assert list(changed) == ["engine"]
    assert b"topics: fault of this program: " in changed["engine"]


async def test_a_publisher_whose_calendar_fails_is_named_and_the_others_are_asked() -> None:
    said: dict[str, str] = {}
    slow = Slow({name: SOURCES[name] for name in ("cboe", "nyfed")})
    page = replace(SOURCES["cboe"].pages[0], every_s="never")
    slow.sources = {**slow.sources, "cboe": replace(SOURCES["cboe"], pages=(page,))}
    slow.unchanged("cboe.vix", 1)

    async def sink(frame: Frame, through: str) -> Taken:
        return Taken()

    fetcher = Fetcher(tries=1)
    endpoints = {"cboe.http": "http://127.0.0.1:9", "nyfed.http": "http://127.0.0.1:9"}
    settings = Settings(endpoints=endpoints, sources=Publishers())
    gather = Gather(slow, settings, fetcher, sink, lambda: 1_790_000_000_000, hurried=True, say=said.__setitem__)
    task = asyncio.create_task(gather.run())
    try:
        await until(lambda: said.get("cboe", "").startswith("fault of this program: ") and "nyfed" in slow.asked)
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await fetcher.aclose()
