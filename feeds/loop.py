"""The event loop of a headless word: as `asyncio.run`, but it does not wait at the end for what hangs in a thread."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end, then cancel what is left.

    A name that is being looked up sits in a thread that nobody can end, for half a minute where the resolver is dead:
    `asyncio.run` would wait for it. Whoever calls this leaves by `os._exit`, for Python waits as well.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
