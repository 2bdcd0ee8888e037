"""Waiting, as the words do it."""

import asyncio

import pytest

from feeds.run import wait


@pytest.mark.parametrize("steps", range(4))
async def test_a_wait_that_is_given_up_just_as_its_event_comes_is_given_up(steps: int) -> None:
    event = asyncio.Event()

    async def for_ever() -> None:
        while True:
            event.clear()
            await wait(event.wait(), 60.0)

    waiting = asyncio.create_task(for_ever())
    for _ in range(3):
        await asyncio.sleep(0)
    event.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    waiting.cancel()
    done, pending = await asyncio.wait((waiting,), timeout=1.0)
    for lost in pending:
        lost.cancel()
    assert done


async def test_a_wait_ends_when_its_time_is_up() -> None:
    await wait(asyncio.Event().wait(), 0.01)
