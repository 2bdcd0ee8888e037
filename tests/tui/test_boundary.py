"""One topic, pane or page that cannot be read or drawn: it is said there, and the rest goes on."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any, ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding

import tui.app
from feeds.settings import Settings
from feeds.topics import Ladder
from tests.loopback import until
from tests.tui.engine_double import EngineDouble, everything, line, now, price
from tests.tui.hosted import text_of
from tests.tui.pty_viewer import PtyViewer, viewer
from tui.app import TideApp
from tui.link import Topics
from tui.screens.framed import Framed
from tui.source import Source
from tui.theme import PLAIN
from tui.widgets.header import Status
from tui.widgets.lines import Lines

ROWS = dict.fromkeys(("1m", "5m", "1h", "4h", "24h"), ((64000.0, 120000.0, 0.0),))
DEEP = b"[" * 100_000 + b"]" * 100_000


class Whole(TideApp):
    """The monitor, which finds its styles from here too."""

    CSS_PATH = str(Path(tui.app.__file__).with_name("app.tcss"))


@pytest.fixture
async def engine(short_tmp: Path):
    async with EngineDouble(short_tmp / "e.sock", everything()) as double:
        yield double


def opened(engine: EngineDouble, columns: int = 120, rows: int = 40) -> PtyViewer:
    return viewer(Source(socket=engine.path), columns=columns, rows=rows)


async def test_a_line_of_a_time_that_no_engine_has_is_broken_and_the_rest_goes_on(engine):
    async with opened(engine) as shown:
        await shown.sees("64,210.5")
        for t in (9_000_000_000_000_000, -1, 4_102_444_800_000, 2**70):
            engine.send(b'{"t":%d,"set":{}}\n' % t)
        engine.send(b'{"t":1,"set":' + DEEP + b"}\n")
        await shown.sees("5 broken lines from the engine")
        engine.say(price=price(63_000.0))
        await shown.sees("63,000.0")


async def test_a_topic_nested_too_deeply_breaks_its_line_and_the_rest_goes_on(engine):
    async with opened(engine) as shown:
        await shown.sees("64,210.5")
        engine.send(b'{"t":%d,"set":{"feeds":{"rows":' % now() + DEEP + b"}}}\n")
        await shown.until(
            lambda: "1 broken line" in shown.text or "feeds cannot be read:" in shown.text, "a word of it"
        )
        engine.say(price=price(63_000.0))
        await shown.sees("63,000.0")


def test_whatever_cannot_be_decoded_is_absent_and_named():
    topics = Topics()
    topics.put({"engine": DEEP, "price": b'{"reference":1}'})
    assert topics.get("engine") is None and topics.get("price") is None
    assert set(topics.unreadable) == {"engine", "price"}


async def test_a_pane_that_cannot_be_drawn_is_blank_says_so_and_comes_back(engine):
    """A ladder of steps of nothing divides by zero, and not in `show` but where a key or a size has it drawn anew."""
    engine.topics["ladder"] = Ladder(0.0, ROWS)
    async with opened(engine) as shown:
        await shown.sees("64,210.5")
        shown.press("2v")
        await shown.sees("this pane cannot be drawn, the others go on", "ZeroDivisionError: float division by zero")
        assert "Traceback" not in shown.text
        engine.say(price=price(63_000.0))
        await shown.sees("63,000.0", "1 price", "cannot be drawn")
        assert shown.code() is None
        later = now() + 11_000
        engine.send(line({"ladder": Ladder(50.0, ROWS)}, later))
        await shown.sees_no("cannot be drawn")
        await shown.sees("▸63,000◂")


async def test_a_header_that_cannot_be_drawn_says_so_and_the_rest_goes_on(short_tmp):
    class Headless(Whole):
        def _status(self) -> Status:
            raise KeyError("24h")

    async with Headless(Source(socket=short_tmp / "e.sock"), Settings(zone="UTC")).run_test(size=(80, 24)) as pilot:
        await until(lambda: text_of(pilot)[0] == " this line cannot be drawn: KeyError: '24h'")
        await until(lambda: "1 price" in "".join(text_of(pilot)))


async def test_a_page_that_cannot_be_drawn_is_blank_says_so_and_can_be_closed(short_tmp):
    class Page(Framed):
        BINDINGS: ClassVar = [Binding("escape", "app.pop_screen", "close")]

        def compose(self) -> ComposeResult:
            self.fit_header()
            yield self.header
            yield Lines(id="lines")

        def show(self, topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> None:
            self.query_one("#lines", Lines).draw([(("half a page", PLAIN),)] * 5)
            raise IndexError("no such row")

    async with Whole(Source(socket=short_tmp / "e.sock"), Settings(zone="UTC")).run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(Page())
        await until(lambda: any("this page cannot be drawn" in row for row in text_of(pilot)))
        assert any("IndexError: no such row" in row for row in text_of(pilot))
        assert not any("half a page" in row for row in text_of(pilot))
        await pilot.press("escape")
        await until(lambda: not any("this page" in row for row in text_of(pilot)))


async def test_a_key_that_fails_is_said_and_ends_nothing(short_tmp):
    class Odd(Whole):
        BINDINGS: ClassVar = [Binding("x", "fail", "fail")]

        def action_fail(self) -> None:
            raise ArithmeticError("no sum")

    app = Odd(Source(socket=short_tmp / "e.sock"), Settings(zone="UTC"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        await until(lambda: "fault of this program: ArithmeticError: no sum" in text_of(pilot)[-1])
    assert app.return_code in (None, 0)


async def test_a_fault_beyond_all_bounds_ends_in_one_sentence(short_tmp):
    class Broken(Whole):
        def on_mount(self) -> None:
            secret = "a-key-in-a-variable"
            raise LookupError("nothing here" + secret[:0])

    app = Broken(Source(socket=short_tmp / "e.sock"), Settings(zone="UTC"))
    with pytest.raises(LookupError):
        async with app.run_test():
            pass
    assert re.fullmatch(
        r"fault of this program: LookupError: nothing here \(test_boundary\.py, line \d+\)", app.failure
    )
    assert app.return_code == 1
