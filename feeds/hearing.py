"""How long a venue is heard: for ever, or until it closes for good."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable

from feeds.venue import Venue

LOOK_S = 60.0


async def until_closed(
    venue: Venue, jobs: Iterable[Coroutine[None, None, None]], now_ms: Callable[[], int], say: Callable[[str], None]
) -> None:
    """Do the jobs of a venue, which are for ever, until it closes. `say` is told of an end ahead, and of the end.

    Raises what a job raises.
    """
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        while not venue.life.over(now_ms()):
            say(_said(venue, now_ms()))
            left_s = LOOK_S if venue.life.ends_ms is None else max(0.01, (venue.life.ends_ms - now_ms()) / 1000)
            done, _ = await asyncio.wait(tasks, timeout=min(LOOK_S, left_s), return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
            if len(done) == len(tasks):
                return
        say(_said(venue, now_ms()))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _said(venue: Venue, now_ms: int) -> str:
    words = venue.life.words(now_ms)
    return words and f"{venue.title} {words}"
