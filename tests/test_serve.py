"""The socket of the viewers: everything first, then the newest of each topic, whatever a viewer does."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import pytest

from feeds.serve import UNREAD, Server
from feeds.topics import PROTOCOL


class Engine:
    def __init__(self, path: Path) -> None:
        self.known: dict[str, bytes] = {"price": b"1"}
        self.series: dict[str, bytes] = {"series.WALCL": b"6580000", "series.SOFR": b"4.02"}
        """What is told to who asks."""
        self.shown: list[set[str]] = []
        """What was said to be on screen, newest last."""
        self.server = Server(
            path, lambda: self.known, lambda: 1000, self.series.get, lambda on: self.shown.append({*on})
        )

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
async def asking(engine: Engine) -> AsyncIterator["Asking"]:
    """A viewer that says what it wants. Its first line has been read."""
    reader, writer = await asyncio.open_unix_connection(engine.server.path, limit=1 << 24)
    try:
        viewer = Asking(reader, writer)
        await viewer.line()
        yield viewer
    finally:
        writer.close()
        with suppress(ConnectionError):  # it may have been hung up on
            await writer.wait_closed()


class Asking:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, line: bytes) -> None:
        self.writer.write(line)

    def want(self, *names: str) -> None:
        self.say(json.dumps({"want": names}).encode() + b"\n")

    async def line(self) -> dict[str, object]:
        """The topics of the next line."""
        async with asyncio.timeout(60):
            said = await self.reader.readline()
        topics: dict[str, object] = json.loads(said)["set"]
        return topics


@asynccontextmanager
async def attached(engine: Engine) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_unix_connection(engine.server.path, limit=1 << 24)
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


async def until(condition, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_viewer_gets_everything_and_who_speaks_and_then_what_changes(engine: Engine) -> None:
    async with attached(engine) as reader:
        hello = {"tidegauge": version("tidegauge"), "protocol": PROTOCOL}
        assert json.loads(await reader.readline()) == {**hello, "t": 1000, "set": {"price": 1}}
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
            async with asyncio.timeout(60):
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
    await asyncio.wait_for(engine.server.left.wait(), 60)


async def test_the_socket_is_private_and_a_dead_ones_place_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.touch()
    server = Server(path, dict, lambda: 0)
    await server.start()
    assert stat.S_ISSOCK(path.stat().st_mode)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await server.close()
    assert not path.exists()


# --- what a viewer wants for itself


async def test_a_viewer_that_wants_a_series_gets_it_at_once_and_no_other_viewer_does(engine: Engine) -> None:
    async with asking(engine) as curious, asking(engine) as other:
        curious.want("series.WALCL")
        assert await curious.line() == {"series.WALCL": 6_580_000}
        engine.publish(1100, price=2)
        assert await curious.line() == {"price": 2}
        assert await other.line() == {"price": 2}


async def test_a_wanted_series_is_told_again_when_it_changes_and_only_then(engine: Engine) -> None:
    async with asking(engine) as viewer:
        viewer.want("series.WALCL", "series.SOFR")
        assert await viewer.line() == {"series.WALCL": 6_580_000, "series.SOFR": 4.02}
        engine.series["series.WALCL"] = b"6590000"
        engine.publish(1100, price=2)
        assert await viewer.line() == {"price": 2, "series.WALCL": 6_590_000}
        engine.publish(1200, price=3)
        assert await viewer.line() == {"price": 3}


async def test_what_is_wanted_anew_takes_the_place_of_what_was(engine: Engine) -> None:
    async with asking(engine) as viewer:
        viewer.want("series.WALCL")
        await viewer.line()
        viewer.want("series.SOFR")
        assert await viewer.line() == {"series.SOFR": 4.02}
        engine.series |= {"series.WALCL": b"1", "series.SOFR": b"2"}
        engine.publish(1100, price=2)
        assert await viewer.line() == {"price": 2, "series.SOFR": 2}
        viewer.want()
        assert await viewer.line() == {}
        engine.series["series.SOFR"] = b"3"
        engine.publish(1200, price=3)
        assert await viewer.line() == {"price": 3}


async def test_a_series_that_comes_to_be_later_is_told_then(engine: Engine) -> None:
    async with asking(engine) as viewer:
        viewer.want("series.EFFR")
        assert await viewer.line() == {}
        engine.series["series.EFFR"] = b"3.87"
        engine.publish(1100, price=2)
        assert await viewer.line() == {"price": 2, "series.EFFR": 3.87}


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\n",
        b"want everything\n",
        b'{"want": "series.WALCL"}\n',
        b'{"want": [1, 2]}\n',
        b'{"want": {"series.WALCL": 1}}\n',
        b'["series.WALCL"]\n',
        b"\xff\xfe\n",
        b'{"hello": "a later version"}\n',
        b'{"want": null}\n',
        b"[" * 60_000 + b"\n",
        b'{"later": ' + b"[" * 20_000 + b"]" * 20_000 + b"}\n",
    ],
)
async def test_nonsense_is_passed_over_and_takes_nothing_away(engine: Engine, nonsense: bytes) -> None:
    async with asking(engine) as viewer:
        viewer.want("series.WALCL")
        await viewer.line()
        viewer.say(nonsense)
        assert await viewer.line() == {}
        engine.series["series.WALCL"] = b"7"
        engine.publish(1100, price=2)
        assert await viewer.line() == {"price": 2, "series.WALCL": 7}


async def test_more_than_a_few_wishes_are_cut(engine: Engine) -> None:
    async with asking(engine) as viewer:
        viewer.want(*(f"series.S{n}" for n in range(100)), "series.WALCL")
        assert await viewer.line() == {}
        viewer.want(*(f"series.S{n}" for n in range(7)), "series.WALCL")
        assert await viewer.line() == {"series.WALCL": 6_580_000}


async def test_what_viewers_show_is_told_together_and_less_when_one_leaves(engine: Engine) -> None:
    async with asking(engine) as viewer:
        viewer.say(b'{"shows": ["repo", "price"]}\n')
        await viewer.line()
        async with asking(engine) as other:
            other.say(b'{"shows": ["flows", "price"], "of a later version": 1}\n')
            await other.line()
            other.say(b'{"shows": ["price"]}\n{"shows": ["price"]}\n')
            await other.line()
            await other.line()
        await until(lambda: engine.server.viewers == 1)
    await until(lambda: engine.server.viewers == 0)
    assert engine.shown == [{"repo", "price"}, {"repo", "price", "flows"}, {"repo", "price"}, set()]


async def test_a_viewer_that_says_what_it_shows_still_gets_what_it_wants(engine: Engine) -> None:
    async with asking(engine) as viewer:
        viewer.want("series.WALCL")
        await viewer.line()
        viewer.say(b'{"shows": ["repo"]}\n')
        await viewer.line()
        engine.series["series.WALCL"] = b"7"
        engine.publish(2, price=2)
        assert await viewer.line() == {"price": 2, "series.WALCL": 7}


async def test_a_viewer_whose_line_has_no_end_is_hung_up_on_and_the_others_are_not(engine: Engine) -> None:
    async with asking(engine) as viewer, asking(engine) as other:
        viewer.say(b"x" * 1_000_000)
        async with asyncio.timeout(60):
            with suppress(ConnectionError):
                assert await viewer.reader.read() == b""
        await until(lambda: engine.server.viewers == 1)
        engine.publish(1100, price=2)
        assert await other.line() == {"price": 2}


async def test_a_viewer_that_wants_and_leaves_is_forgotten(engine: Engine) -> None:
    async with asking(engine) as viewer:
        viewer.say(b'{"want": ["series.WAL')
    await until(lambda: engine.server.viewers == 0)
    engine.publish(1100, price=2)
