"""How the viewer behaves toward its terminal, and how it ends."""

import asyncio
import os
import re
import signal
import termios
from pathlib import Path

import pytest

from tests.tui.engine_double import EngineDouble, everything, price
from tests.tui.pty_viewer import viewer
from tui.source import Source

PRICE = "64,210.5"
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")


@pytest.fixture
async def engine(short_tmp: Path):
    async with EngineDouble(short_tmp / "e.sock", everything()) as double:
        yield double


def source(engine: EngineDouble) -> Source:
    return Source(socket=engine.path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
async def test_a_signal_ends_it_and_the_terminal_is_given_back(engine, number):
    async with viewer(source(engine)) as shown:
        await shown.sees(PRICE)
        assert termios.tcgetattr(shown.slave) != shown.before
        os.kill(shown.pid, number)
        assert await shown.ends() == 128 + number
        assert termios.tcgetattr(shown.slave) == shown.before
        await shown.until(lambda: b"\x1b[?1049l" in shown.raw, "the first screen again")
        assert shown.raw.rindex(b"\x1b[?25h") > shown.raw.rindex(b"\x1b[?25l")


async def test_q_ends_it_with_code_0(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees(PRICE)
        shown.press("q")
        assert await shown.ends() == 0


async def test_ctrl_c_ends_it_with_code_130(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees(PRICE)
        shown.press("\x03")
        assert await shown.ends() == 130


async def test_a_hang_up_ends_it_within_a_second(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees(PRICE)
        shown.hang_up()
        assert await shown.ends() == 129


async def test_a_hang_up_ends_it_within_a_second_under_nohup_too(engine):
    async with viewer(source(engine), ignore=(signal.SIGHUP,)) as shown:
        await shown.sees(PRICE)
        shown.hang_up()
        assert await shown.ends() == 129


async def test_sigterm_ends_it_within_a_second_though_the_terminal_does_not_read(engine):
    async with viewer(source(engine), columns=200, rows=60) as shown:
        await shown.sees(PRICE)
        shown.stop_reading()
        for number in range(400):  # enough to fill the terminal's buffer and every queue before it
            shown.press("z")
            engine.say(price=price(60_000.5 + number))
            await asyncio.sleep(0.005)
        os.kill(shown.pid, signal.SIGTERM)
        assert await shown.ends() == 143


async def test_what_a_terminal_that_was_behind_missed_is_left_out_and_the_newest_drawn(engine):
    async with viewer(source(engine), tick_hz=20, columns=200, rows=60) as shown:
        await shown.sees(PRICE)
        shown.stop_reading()
        shown.press("z" * 10)  # whole pictures, more than a terminal's buffer holds
        await asyncio.sleep(0.3)
        for number in range(40):
            engine.say(price=price(60_000.5 + number))
            await asyncio.sleep(0.05)
        drawn = len(shown.raw)
        shown.read_again()
        await shown.sees("60,039.5")
        assert len(set(re.findall(rb"60,0\d\d\.5", shown.raw[drawn:]))) < 5


async def test_it_goes_on_after_sigstop_and_sigcont_and_still_gives_the_terminal_back(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees(PRICE)
        os.kill(shown.pid, signal.SIGSTOP)
        engine.say(price=price(60_001.5))
        termios.tcsetattr(shown.slave, termios.TCSANOW, shown.before)  # as a shell does
        drawn = len(shown.raw)
        os.kill(shown.pid, signal.SIGCONT)
        await shown.sees("60,001.5")
        await shown.until(lambda: b"1 price" in shown.raw[drawn:], "a whole new picture")
        threads = shown.threads()
        os.kill(shown.pid, signal.SIGSTOP)
        os.kill(shown.pid, signal.SIGCONT)
        shown.press("?")
        await shown.sees("next pane")
        assert shown.threads() == threads
        shown.press("qq")
        assert await shown.ends() == 0
        assert termios.tcgetattr(shown.slave) == shown.before


async def test_ctrl_z_stops_it_with_the_terminal_given_back_and_sigcont_brings_it_back(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees(PRICE)
        shown.press("\x1a")
        await shown.until(lambda: termios.tcgetattr(shown.slave) == shown.before, "the terminal as it was")
        await shown.stops()
        drawn = len(shown.raw)
        os.kill(shown.pid, signal.SIGCONT)
        await shown.until(lambda: b"1 price" in shown.raw[drawn:], "a whole new picture")
        engine.say(price=price(60_002.5))
        await shown.sees("60,002.5")
        shown.press("q")
        assert await shown.ends() == 0
        assert termios.tcgetattr(shown.slave) == shown.before


@pytest.mark.parametrize(
    "environ", [{"TERM": "xterm-256color"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "TERM": "dumb"}]
)
async def test_it_draws_without_colour_and_on_a_dumb_terminal(engine, environ):
    async with viewer(source(engine), columns=120, rows=40, environ=environ) as shown:
        await shown.sees(PRICE, "1 price", "2 liquidations", "3 feeds", "≥$11.70M")
        for key, word in (("?", "in the price pane"), ("q", "3 feeds"), (":", "Search for commands")):
            shown.press(key)
            await shown.sees(word)
        shown.press("\x1b")
        await shown.sees_no("Search for commands")
        shown.press("q")
        assert await shown.ends() == 0
        if "NO_COLOR" in environ:
            assert not COLOUR.search(shown.raw)
        elif environ["TERM"] != "dumb":
            assert COLOUR.search(shown.raw)
