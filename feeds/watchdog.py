"""Keeps what runs for ever running: what ends it unforeseen is said, and it is begun again after a while."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from traceback import extract_tb

from msgspec import Struct

from feeds.network import delay


class Pace(Struct, frozen=True):
    """Seconds before it is begun again: `first`, then twice as long each time up to `most`, spread by `jitter`.

    What has gone on for `settled` seconds is well again.
    """

    first: float = 0.5
    most: float = 30.0
    jitter: float = 0.25
    settled: float = 60.0


PACE = Pace()


def fault(error: BaseException) -> str:
    """What went wrong and where. The error's own text is left out: it may hold a key."""
    frames = extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"fault of this program: {type(error).__name__}{place}"


async def tend(work: Callable[[], Awaitable[object]], say: Callable[[str], object], *, pace: Pace = PACE) -> None:
    """Do `work` until it ends by itself. `say` is told what went wrong, and "" once all is well again."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    faults = 0
    while True:
        began = loop.time()
        well = loop.call_later(pace.settled, say, "") if faults else None
        try:
            await work()
            if faults:
                say("")
            return
        except asyncio.CancelledError as error:
            if task.cancelling():
                raise
            problem = fault(error)  # a library gave up a task of its own
        except Exception as error:  # noqa: BLE001  the boundary of each task: what ends it is shown
            problem = fault(error)
        finally:
            if well:
                well.cancel()
        faults = 1 if loop.time() - began >= pace.settled else faults + 1
        wait_s = delay(faults - 1, pace.first, pace.most, pace.jitter)
        say(f"{problem}; begun again in {wait_s:.1f} s")
        await asyncio.sleep(wait_s)
