"""The socket of the viewers: everything first, then the newest of each topic, whatever a viewer does."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from feeds.serve import UNREAD, Server


class Engine:
    def __init__(self, path: Path) -> None:
        self.known: dict[str, bytes] = {"price": b"1"}
        self.server = Server(path, lambda: self.known, lambda: 1000)

    def publish(self, t: int, **changed: object) -> None:
        data = {name: json.dumps(value).encode() for name, value in changed.items()}
        self.known |= data
        self.server.publish(t, data)


@pytest.fixture
async def engine(tmp_path: Path):
    engine = Engine(tmp_path / "s")
    await engine.server.start()
    yield engine
    await engine.server.close()


@asynccontextmanager
async def attached(engine: Engine) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_unix_connection(engine.server.path, limit=1 << 24)
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


async def until(condition, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_viewer_gets_everything_and_then_what_changes(engine: Engine) -> None:
    async with attached(engine) as reader:
        assert json.loads(await reader.readline()) == {"t": 1000, "set": {"price": 1}}
        engine.publish(1100, price=2, tape=[1])
        assert json.loads(await reader.readline()) == {"t": 1100, "set": {"price": 2, "tape": [1]}}


async def test_a_viewer_that_stops_reading_costs_nothing_and_gets_the_newest_when_it_reads_again(
    engine: Engine,
) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stopped:
        stopped.setblocking(False)
        await loop.sock_connect(stopped, str(engine.server.path))
        async with attached(engine) as reading:
            await reading.readline()
            await until(lambda: engine.server.viewers == 2)
            big = "x" * 20_000
            for i in range(500):  # ten megabytes, of which a stopped viewer may hold back only its buffer
                engine.publish(2000 + i, price=i, bars=big)
                assert json.loads(await reading.readline())["set"]["price"] == i
            (viewer,) = [v for v in engine.server._viewers if v.missed]
            assert viewer.writer.transport.get_write_buffer_size() < UNREAD + 30_000
            assert sum(map(len, viewer.missed.values())) < 30_000
            data = b""
            async with asyncio.timeout(10):
                while b'"price":999' not in data.rpartition(b"\n")[0]:
                    data += await loop.sock_recv(stopped, 1 << 16)
                    engine.publish(9000, price=999)
            seen = [json.loads(line)["set"].get("price") for line in data.splitlines(keepends=True) if b"\n" in line]
            assert seen[-1] == 999
            assert len(seen) < 100  # what it missed was never queued
            assert seen[1:] == sorted(seen[1:])  # the first line carries what was known before


async def test_the_last_viewer_leaving_is_noticed(engine: Engine) -> None:
    async with attached(engine):
        async with attached(engine):
            await until(lambda: engine.server.viewers == 2)
        await until(lambda: engine.server.viewers == 1)
        assert not engine.server.left.is_set()
    await asyncio.wait_for(engine.server.left.wait(), 5)


async def test_the_socket_is_private_and_a_dead_ones_place_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.touch()
    server = Server(path, dict, lambda: 0)
    await server.start()
    assert stat.S_ISSOCK(path.stat().st_mode)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await server.close()
    assert not path.exists()
