"""`tidegauge stream`: topics as JSON lines, and what is left when the reader or the engine goes."""

import asyncio
import json
import os
import signal
import time
from typing import Any

from feeds import simulate
from feeds.topics import TOPICS
from tests.e2e.world import Running, World, until


class Reader:
    """The reading end of a pipe."""

    def __init__(self, pipe: int) -> None:
        self.lines: list[dict[str, Any]] = []
        self._rest = b""
        self._pipe = pipe
        os.set_blocking(pipe, False)

    def read(self) -> list[dict[str, Any]]:
        """All lines so far."""
        try:
            self._rest += os.read(self._pipe, 1 << 20)
        except BlockingIOError:
            return self.lines
        *whole, self._rest = self._rest.split(b"\n")
        self.lines += [json.loads(line) for line in whole]
        return self.lines

    def close(self) -> None:
        """Go away."""
        os.close(self._pipe)


async def stream(world: World, *options: str) -> tuple[Running, Reader]:
    """Start `stream` with its output in a pipe."""
    reading, writing = os.pipe()
    try:
        return await world.start("stream", *options, stdout=writing), Reader(reading)
    finally:
        os.close(writing)


async def test_it_starts_an_engine_of_its_own_which_ends_when_the_reader_goes(world: World) -> None:
    async with simulate.serve("quiet", seed=4, rate=3) as market:
        world.settings(market.endpoints)
        running, reader = await stream(world)
        said: dict[str, Any] = {}

        def everything() -> bool:
            for line in reader.read():
                said.update(line["set"])
            return said.keys() > TOPICS.keys()

        await until(everything, "every topic")
        times = [line["t"] for line in reader.lines]
        assert times == sorted(times)
        assert tuple(reader.lines[0]) == ("tidegauge", "protocol", "t", "set")
        assert {tuple(line) for line in reader.lines[1:]} == {("t", "set")}
        assert len(world.processes()) == 2  # it and its engine
        reader.close()
        begun = time.monotonic()
        done = await running.ended()
        await until(lambda: not world.processes(), "nothing is left", 3)
        assert time.monotonic() - begun < 2.0
        assert (done.code, done.err) == (0, "")
        assert not world.socket.exists()


async def test_it_reads_a_running_engine_and_leaves_it_running(world: World) -> None:
    async with simulate.serve("quiet", seed=4, rate=3) as market:
        world.settings(market.endpoints)
        engine = await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: viewer.topics.keys() > TOPICS.keys(), "every topic")
            known = set(viewer.topics)
            running, reader = await stream(world)
            await until(lambda: len(reader.read()) > 2, "lines")
            assert reader.lines[0]["set"].keys() >= known  # the first carries everything
            assert reader.lines[1]["set"].keys() < viewer.topics.keys()
            reader.close()
            assert (await running.ended()).code == 0
            assert engine.running

            running, reader = await stream(world)
            await until(lambda: len(reader.read()) > 2, "lines")
            running.send(signal.SIGINT)
            assert (await running.ended()).code == 130
            reader.close()

            running, reader = await stream(world)
            await until(lambda: len(reader.read()) > 2, "lines")
            engine.send(signal.SIGKILL)
            done = await running.ended()
            assert (done.code, done.err) == (1, "tidegauge: the engine has ended\n")
            reader.close()


async def test_a_reader_that_stops_reading_is_told_the_newest_when_it_goes_on(world: World) -> None:
    async with simulate.serve("cascade", seed=4, rate=20, speed=60) as market:
        world.settings(market.endpoints)
        await world.engine()
        async with world.viewer() as viewer:
            running, reader = await stream(world)
            await until(lambda: reader.read(), "a line")
            await asyncio.sleep(1)
            now_ms = viewer.t
            await until(lambda: reader.read()[-1]["t"] >= now_ms, "it catches up", 3)
            assert running.running
            reader.close()


async def test_without_an_engine_to_be_had_it_says_why(world: World) -> None:
    world.settings({"coinbase.ws": "ws://127.0.0.1:9", "coinbase.http": "http://127.0.0.1:9"})
    world.places.runtime.parent.mkdir(parents=True, exist_ok=True)
    world.places.runtime.write_text("in the way")
    done = await world.run("stream")
    assert done.code == 1
    assert "no engine runs, and none could be started" in done.err
    assert f"{world.places.runtime}" in done.err
    assert world.processes() == {}
