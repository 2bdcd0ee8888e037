"""The link to the engine over real sockets and processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from feeds.paths import paths
from feeds.topics import PROTOCOL, Feeds, Metric, Price, SeriesPage
from tests.tui.engine_double import EngineDouble, everything, feed, feeds, line, now, price
from tui.link import CannotStart, LineSplitter, Link, Topics, stale
from tui.source import Source, start

SLACK_MS = 5_000
"""What a line may be under way on a busy machine."""
DOUBLE = str(Path(__file__).with_name("engine_double.py"))


@asynccontextmanager
async def running(link: Link) -> AsyncIterator[Link]:
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool], within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def series(id_: str, value: float) -> SeriesPage:
    """A series of one value."""
    points = (("2026-11-18", value),)
    return SeriesPage(id_, id_, "$M", "$M", "", "weekly", "FRED", "", "", 0, points, ())


@pytest.fixture
def socket_path(short_tmp: Path) -> Path:
    return short_tmp / "e.sock"


async def test_the_first_line_carries_everything_and_later_ones_what_changed(socket_path):
    async with EngineDouble(socket_path, everything()) as engine, running(Link(Source(socket=socket_path))) as link:
        assert (link.state, link.now_ms) == ("connecting", None)
        await until(lambda: link.state == "live")
        before = {name: link.topics.revision(name) for name in ("price", "feeds")}
        assert link.topics["price"].reference.value == 64_210.5
        engine.say(price=price(64_000.0))
        await until(lambda: link.topics.revision("price") > before["price"])
        assert link.topics["price"].reference.value == 64_000.0
        assert link.topics.revision("feeds") == before["feeds"]
        assert abs(link.now_ms - now()) < SLACK_MS


@pytest.mark.parametrize(
    ("hello", "said"),
    [
        ({"tidegauge": "0.2.0", "protocol": PROTOCOL}, ""),
        ({}, f"the engine is tidegauge 0.1.0 and speaks protocol 1, not {PROTOCOL}: restart the engine"),
        (
            {"tidegauge": "9.0", "protocol": 9},
            f"the engine is tidegauge 9.0 and speaks protocol 9, not {PROTOCOL}: restart this viewer",
        ),
    ],
)
async def test_an_engine_that_speaks_otherwise_is_said_with_which_of_the_two_to_restart(socket_path, hello, said):
    double = EngineDouble(socket_path, everything())
    double.hello = hello
    async with double as engine, running(Link(Source(socket=socket_path))) as link:
        await until(lambda: link.state == "live")
        assert link.misfit == said
        engine.say(price=price(64_000.0))
        await until(lambda: link.topics["price"].reference.value == 64_000.0)
        assert link.misfit == said, "later lines say nothing of it"


async def test_the_next_line_is_waited_for_but_not_for_long(socket_path):
    async with EngineDouble(socket_path, everything()) as engine, running(Link(Source(socket=socket_path))) as link:
        await until(lambda: link.state == "live")
        before = link.topics.revision("price")
        waiting = asyncio.create_task(link.next_line(5))
        await asyncio.sleep(0)
        engine.say(price=price(64_000.0))
        await waiting
        assert link.topics.revision("price") > before
        loop = asyncio.get_running_loop()
        began = loop.time()
        await Link(Source(socket=socket_path)).next_line(0.05)
        assert 0.04 < loop.time() - began < 5


async def test_what_the_link_opened_at_the_start_is_not_opened_twice(socket_path):
    async with EngineDouble(socket_path, everything()) as engine:
        source = Source(socket=socket_path)
        sock, child = start(source)
        async with running(Link(source, sock, child)) as link:
            await until(lambda: link.state == "live")
            assert engine.attached == 1


async def test_metrics_are_not_topics(socket_path):
    topics = everything() | {"btc.price": price().reference}
    async with EngineDouble(socket_path, topics), running(Link(Source(socket=socket_path))) as link:
        await until(lambda: link.state == "live")
        assert "btc.price" not in link.topics
        assert "price" in link.topics


async def test_a_broken_line_is_counted_and_the_rest_goes_on(socket_path):
    async with EngineDouble(socket_path, everything()) as engine, running(Link(Source(socket=socket_path))) as link:
        await until(lambda: link.state == "live")
        engine.send(b'{"t": "soon", "set": {}}\n\xff\xfe\n{"t": 1\n')
        engine.say(price=price(1.5))
        await until(lambda: link.topics["price"].reference.value == 1.5)
        assert link.broken_lines == 3


async def test_a_value_of_another_shape_is_absent_and_named_not_shown_as_it_was(socket_path):
    async with EngineDouble(socket_path, everything()) as engine, running(Link(Source(socket=socket_path))) as link:
        await until(lambda: link.state == "live")
        assert link.topics["price"]
        engine.say(price={"reference": "high"})
        await until(lambda: "price" not in link.topics)
        assert "Expected" in link.topics.unreadable["price"]
        engine.say(price=price(2.5))
        await until(lambda: "price" in link.topics)
        assert link.topics.unreadable == {}


async def test_an_engine_that_says_nothing_for_two_seconds_is_silent_and_its_clock_goes_on(socket_path):
    async with EngineDouble(socket_path, everything()) as engine, running(Link(Source(socket=socket_path))) as link:
        await until(lambda: link.state == "live")
        engine.hushed = True
        await until(lambda: link.state == "silent")
        link.refresh()
        assert link.topics["price"].reference.state == "stale"
        assert abs(link.now_ms - now()) < SLACK_MS
        assert 2_000 <= link.for_ms < 2_000 + SLACK_MS
        engine.hushed = False
        await until(lambda: link.state == "live")
        link.refresh()
        assert link.topics["price"].reference.state == "fresh"


async def test_a_closed_socket_is_lost_at_once_keeps_the_last_values_as_stale_and_comes_back_by_itself(socket_path):
    async with running(Link(Source(socket=socket_path))) as link:
        async with EngineDouble(socket_path, everything()):
            await until(lambda: link.state == "live")
            live = link.topics.revision("price")
        await until(lambda: link.state == "lost")
        link.refresh()
        assert link.topics["price"].reference.value == 64_210.5
        assert link.topics["price"].reference.state == "stale"
        assert [row.state for row in link.topics["feeds"].rows] == ["stale"] * 3
        assert link.topics.revision("price") > live
        only_engine = {"engine": everything()["engine"]}
        async with EngineDouble(socket_path, only_engine):
            await until(lambda: link.state == "live")
            assert "price" not in link.topics  # another engine speaks now, and has not said it


async def test_an_engine_is_started_where_none_answers_and_again_when_it_dies(socket_path):
    source = Source(socket=socket_path, spawn=(sys.executable, DOUBLE, str(socket_path)), private=True)
    async with running(Link(source)) as link:
        await until(lambda: link.state == "live")
        first = link._child.process.pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: link.state == "lost")
        await until(lambda: link.state == "live")
        second = link._child.process.pid
        assert second != first
    assert not alive(second)


async def test_an_engine_of_all_viewers_is_left_running(socket_path):
    source = Source(socket=socket_path, spawn=(sys.executable, DOUBLE, str(socket_path)))
    async with running(Link(source)) as link:
        await until(lambda: link.state == "live")
    child = link._child
    try:
        assert child.running
    finally:
        child.end()


async def test_an_engine_that_cannot_be_started_at_all_is_given_up_with_its_last_words(socket_path, short_tmp):
    program = "import sys; print('the disk is on fire \\x1b[31m', file=sys.stderr); sys.exit(1)"
    source = Source(socket=socket_path, spawn=(sys.executable, "-c", program), log=short_tmp / "e.log")
    with pytest.raises(CannotStart, match=r"^the disk is on fire \(exit code 1\)$") as caught:
        await asyncio.wait_for(Link(source).run(), 60)
    assert caught.value.code == 1


async def test_wrong_settings_of_the_engine_are_given_up_at_once(socket_path, short_tmp):
    program = "import sys; print('config.toml: no such key', file=sys.stderr); sys.exit(2)"
    source = Source(socket=socket_path, spawn=(sys.executable, "-c", program), log=short_tmp / "e.log")
    with pytest.raises(CannotStart, match="no such key") as caught:
        await asyncio.wait_for(Link(source).run(), 60)
    assert caught.value.code == 2


async def test_a_command_is_read_started_again_when_it_ends_and_ended_with_the_link(short_tmp):
    first = short_tmp / "line"
    first.write_bytes(line(everything()))
    command = ("sh", "-c", f"cat {first}; sleep 0.5; echo 'connection reset' >&2")
    async with running(Link(Source(command=command, log=short_tmp / "log"))) as link:
        await until(lambda: link.state == "live")
        pid = link._child.process.pid
        await until(lambda: link.state == "lost")
        await until(lambda: link.reason == "connection reset (exit code 0)")
        await until(lambda: link.state == "live" and link._child.process.pid != pid)
        pid = link._child.process.pid
    assert not alive(pid)


async def test_a_command_that_is_not_there_is_given_up_at_once():
    with pytest.raises(CannotStart, match="no-such-command: No such file"):
        await asyncio.wait_for(Link(Source(command=("no-such-command",))).run(), 60)


async def test_what_a_pane_wants_is_asked_for_and_comes_to_this_viewer(socket_path):
    async with EngineDouble(socket_path, everything()) as engine, running(Link(Source(socket=socket_path))) as link:
        engine.wanted["series.WALCL"] = series("WALCL", 6_580_000.0)
        await until(lambda: link.state == "live")
        assert "series.WALCL" not in link.topics
        link.want(("series.WALCL",))
        await until(lambda: "series.WALCL" in link.topics)
        assert link.topics["series.WALCL"].points == (("2026-11-18", 6_580_000.0),)
        link.want(("series.WALCL",))  # the same again is not said again
        link.want(())
        await until(lambda: len(engine.wishes) == 2)
        assert engine.wishes == [["series.WALCL"], []]


async def test_what_is_wanted_before_the_link_is_open_is_asked_for_when_it_is(socket_path):
    async with EngineDouble(socket_path, everything()) as engine:
        engine.wanted["series.WALCL"] = series("WALCL", 6_580_000.0)
        link = Link(Source(socket=socket_path))
        link.want(("series.WALCL",))
        async with running(link):
            await until(lambda: "series.WALCL" in link.topics)


async def test_another_engine_is_asked_for_it_again(socket_path):
    def told() -> float | None:
        return link.topics["series.WALCL"].points[-1][1] if "series.WALCL" in link.topics else None

    async with running(Link(Source(socket=socket_path))) as link:
        link.want(("series.WALCL",))
        async with EngineDouble(socket_path, everything()) as engine:
            engine.wanted["series.WALCL"] = series("WALCL", 6_580_000.0)
            await until(lambda: told() == 6_580_000.0)
        await until(lambda: link.state == "lost")
        async with EngineDouble(socket_path, everything()) as engine:
            engine.wanted["series.WALCL"] = series("WALCL", 6_590_000.0)
            await until(lambda: told() == 6_590_000.0)


async def test_what_is_on_screen_is_said_once_and_again_to_another_engine(socket_path):
    async with running(Link(Source(socket=socket_path))) as link:
        link.show(("price", "repo"))
        async with EngineDouble(socket_path, everything()) as engine:
            await until(lambda: engine.shown)
            link.show(("price", "repo"))
            link.show(("flows",))
            await until(lambda: len(engine.shown) == 2)
            assert (engine.shown, engine.wishes) == ([["price", "repo"], ["flows"]], [])
        await until(lambda: link.state == "lost")
        async with EngineDouble(socket_path, everything()) as engine:
            await until(lambda: engine.shown)
            assert engine.shown == [["flows"]]


async def test_a_command_is_told_what_is_wanted_and_stream_passes_it_on(short_tmp):
    places = paths({"TIDEGAUGE_HOME": str(short_tmp), "HOME": str(short_tmp)})
    places.runtime.mkdir(parents=True, mode=0o700, exist_ok=True)
    command = ("env", f"TIDEGAUGE_HOME={short_tmp}", sys.executable, "-m", "tui", "stream")
    async with EngineDouble(places.runtime / "engine.sock", everything()) as engine:
        engine.wanted["series.SOFR"] = series("SOFR", 4.02)
        async with running(Link(Source(command=command, log=short_tmp / "log"))) as link:
            await until(lambda: link.state == "live")
            link.want(("series.SOFR",))
            await until(lambda: "series.SOFR" in link.topics)
            assert link.topics["series.SOFR"].points == (("2026-11-18", 4.02),)
            engine.say(price=price(64_000.0))
            await until(lambda: link.topics["price"].reference.value == 64_000.0)
            pid = link._child.process.pid
    assert engine.wishes == [["series.SOFR"]]
    assert not alive(pid)


def test_lines_are_whole_however_they_arrive():
    splitter = LineSplitter()
    got = [one for at in range(0, 24, 5) for one in splitter.feed(b"first\nsecond\n\nthird and"[at : at + 5])]
    assert got == [b"first", b"second", b""]
    assert splitter.feed(b" last\n") == [b"third and last"]


def test_a_huge_line_is_dropped_and_counted_and_its_neighbours_are_kept():
    splitter = LineSplitter(limit=10)
    assert splitter.feed(b"one\n" + b"x" * 8) == [b"one"]
    assert splitter.feed(b"x" * 8) == []
    assert splitter.feed(b"x\ntwo\n") == [b"two"]
    assert splitter.dropped == 1


def test_a_topic_is_decoded_once_for_each_revision():
    topics = Topics()
    topics.put({"price": raw(price())})
    assert topics["price"] is topics["price"]
    first = topics["price"]
    topics.put({"price": raw(price())})
    assert topics["price"] is not first
    assert isinstance(topics["price"], Price)


def test_of_metrics_the_words_of_the_header_are_kept_and_age_like_topics():
    topics = Topics()
    topics.put({"repo.band": raw(Metric("tight", "", 0, "test", "fresh")), "repo.stress": raw(price().reference)})
    assert (topics["repo.band"].value, topics["repo.band"].state) == ("tight", "fresh")
    assert "repo.stress" not in topics
    topics.age(True)
    assert topics["repo.band"].state == "stale"


def test_a_frozen_copy_stays_as_it_is():
    topics = Topics()
    topics.put({"price": raw(price(1.0))})
    copy = topics.frozen()
    topics.put({"price": raw(price(2.0))})
    assert (copy["price"].reference.value, topics["price"].reference.value) == (1.0, 2.0)
    assert copy.revision("price") < topics.revision("price")


def test_only_good_states_turn_stale():
    rows = feeds(feed("a"), feed("b", "late"), feed("c", "down"), feed("d", "blocked"), feed("e", "connecting"))
    aged: Feeds = stale(rows)
    assert [row.state for row in aged.rows] == ["stale", "stale", "down", "blocked", "connecting"]
    assert [row.seen_ms for row in aged.rows] == [row.seen_ms for row in rows.rows]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
