"""The event loop of a headless word ends when its work has ended."""

import asyncio
import subprocess
import sys
import time

from feeds.loop import run


def test_it_gives_the_result_and_cancels_what_is_left() -> None:
    ended = []

    async def straggler() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("straggler")

    async def main() -> int:
        task = asyncio.create_task(straggler())
        await asyncio.sleep(0)
        assert not task.done()
        return 7

    assert run(main()) == 7
    assert ended == ["straggler"]


def test_a_thread_that_hangs_is_not_waited_for() -> None:
    code = (
        "import asyncio, os, time; from feeds.loop import run\n"
        "async def main():\n"
        "    asyncio.get_running_loop().run_in_executor(None, time.sleep, 30); await asyncio.sleep(0.1); return 3\n"
        "os._exit(run(main()))"
    )
    began = time.monotonic()
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=20).returncode == 3
    assert time.monotonic() - began < 15
