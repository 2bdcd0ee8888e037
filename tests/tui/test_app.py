"""The monitor in a terminal, against an engine's socket: what a trader sees, and what the keys do."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from feeds.topics import Engine
from tests.tui.engine_double import EngineDouble, everything, feed, feeds, price
from tests.tui.pty_viewer import PtyViewer, viewer
from tui.panes import PANES
from tui.source import Source

DOUBLE = str(Path(__file__).with_name("engine_double.py"))
HOSTILE = "403 \x1b[2J\x1b]0;owned\x07[bold red]go away[/bold red]"
CLOCK = re.compile(r"\d\d:\d\d:\d\d UTC$")


@pytest.fixture
async def engine(short_tmp: Path):
    async with EngineDouble(short_tmp / "e.sock", everything()) as double:
        yield double


def source(engine: EngineDouble) -> Source:
    return Source(socket=engine.path)


def titles(shown: PtyViewer) -> list[str]:
    return re.findall(r"[╭┏][─━] (\d [A-Za-z]+(?: [A-Za-z]+)*)", shown.text)


@pytest.mark.parametrize(
    ("columns", "rows", "panes", "header"),
    [
        (
            200,
            60,
            ["1 price", "2 liquidations", "3 feeds", "4 derivatives"],
            " BTC  64,210.5 ●  -1.24% 24h  +0.31% 1h  -- 7d  liq 1h ",
        ),
        (120, 40, ["1 price", "2 liquidations", "3 feeds"], " BTC  64,210.5 ●  -1.24% 24h  +0.31% 1h  -- 7d  liq 1h "),
        (80, 24, ["1 price", "2 liquidations"], " BTC  64,210.5 ●  -1.24% 24h  liq 1h long ≥$11.70M short ≥$3.60M  "),
        (60, 16, ["1 price"], " BTC  64,210.5 ●  -1.24% 24h  "),
    ],
)
async def test_price_state_and_liquidations_come_first_at_every_size(engine, columns, rows, panes, header):
    async with viewer(source(engine), columns=columns, rows=rows) as shown:
        await shown.until(lambda: titles(shown) == panes and shown.lines[0].startswith(header), header)
        assert CLOCK.search(shown.lines[0])
        assert shown.lines[-1].startswith(" ? help  1 price  2 liquidations  3 feeds  4 derivatives")
        if rows > 16:
            assert shown.lines[1].startswith(" feeds ●●● 3/3 live  lag p95 88ms okx")


async def test_a_tiny_terminal_has_the_one_line_strip_and_grows_back(engine):
    async with viewer(source(engine), columns=50, rows=10) as shown:
        await shown.sees(" BTC  64,210.5 ●  1h ▼≥$11.70M ▲≥$3.60M")
        await shown.until(lambda: shown.lines[1:] == [""] * 9, "nothing but the strip")
        shown.resize(80, 24)
        await shown.sees("1 price", "2 liquidations", "? help")
        shown.resize(120, 12)
        await shown.until(lambda: shown.lines[1:] == [""] * 11, "nothing but the strip")
        await shown.sees("-1.24% 24h  liq 1h long ≥$11.70M short ≥$3.60M")


async def test_before_the_first_prices_it_says_that_it_waits(short_tmp):
    async with viewer(Source(socket=short_tmp / "nobody.sock")) as shown:
        await shown.sees("BTC  waiting for the first prices", "connecting to the engine", "no engine answers")
        assert not re.search(r"\b0\.0|\$0", shown.text)


@pytest.mark.parametrize("mode", ["demo", "replay"])
async def test_demo_and_replay_are_in_words_on_every_screen(engine, mode):
    engine.topics = everything(engine=Engine(mode, "scene seven", 0, False))
    async with viewer(source(engine), columns=120, rows=40) as shown:
        await shown.sees(mode.upper(), "scene seven")
        shown.press("?")
        await shown.sees("in the liquidations pane", f" {mode.upper()} ")
        shown.resize(40, 8)
        await shown.until(lambda: mode.upper() in shown.lines[0], mode.upper())


async def test_a_price_that_ages_says_so(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees("64,210.5 ●")
        engine.say(price=price(64_000.5, "late", 12_000))
        await shown.sees("64,000.5 ◐ late 12s")
        engine.say(price=price(64_000.5, "stale", 95_000))
        await shown.sees("64,000.5 ○ stale 95s")
        await shown.sees("64,000.5 ○ stale 97s")  # it goes on by itself


async def test_an_engine_that_falls_silent_is_named_and_its_numbers_are_stale(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees("64,210.5 ●")
        engine.hushed = True
        await shown.sees("engine silent", "64,210.5 ○ stale", "0/3 live")
        engine.hushed = False
        engine.say(price=price())
        await shown.sees("64,210.5 ●")
        await shown.sees_no("engine silent")


async def test_a_killed_engine_is_named_and_comes_back_by_itself(short_tmp):
    path = short_tmp / "e.sock"
    program = f"import os, sys; open({str(short_tmp / 'pid')!r}, 'w').write(str(os.getpid()))\n"
    program += f"os.execv(sys.executable, [sys.executable, {DOUBLE!r}, {str(path)!r}])"
    slow = f"import os, time; os.path.exists({str(short_tmp / 'pid')!r}) and time.sleep(1)\n" + program
    async with viewer(Source(socket=path, spawn=(sys.executable, "-c", slow), private=True)) as shown:
        await shown.sees("64,210.5 ●")
        os.kill(int((short_tmp / "pid").read_text()), signal.SIGKILL)
        await shown.sees("engine lost", "reconnecting", "64,210.5 ○ stale")
        await shown.sees("64,210.5 ●")
        await shown.sees_no("engine lost")
        shown.press("q")
        assert await shown.ends() == 0
        with pytest.raises(ProcessLookupError):
            os.kill(int((short_tmp / "pid").read_text()), 0)


async def test_an_engine_that_cannot_be_started_ends_it_with_the_reason(short_tmp):
    program = "import sys; print('no room on the disk', file=sys.stderr); sys.exit(1)"
    spawn = (sys.executable, "-c", program)
    source = Source(socket=short_tmp / "e.sock", spawn=spawn, private=True, log=short_tmp / "e.log")
    async with viewer(source) as shown:
        assert await shown.ends() == 1
        await shown.sees("tidegauge: no room on the disk (exit code 1)")
        assert not (short_tmp / "e.log").exists()


async def test_escapes_and_markup_from_outside_are_inert(engine):
    engine.topics = everything(
        engine=Engine("live", "", 0, True, (HOSTILE,)), feeds=feeds(feed("okx", "blocked", error=HOSTILE, error_ms=1))
    )
    async with viewer(source(engine), columns=200, rows=60) as shown:
        said = "403 [bold red]go away[/bold red]"
        await shown.until(lambda: shown.text.count(said) == 2, "it in the header and in the pane")
        assert b"\x1b[2J" not in shown.raw
        assert b"owned" not in shown.raw


async def test_number_keys_and_tab_reach_every_pane_in_a_small_terminal(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees("1 price", "2 liquidations")
        for number, pane in list(enumerate(PANES.values(), 1))[2:]:
            key = str(number % 10)
            shown.press(key)
            await shown.until(lambda title=f"{key} {pane.title}": titles(shown) == [title], f"{pane.title} alone")
        shown.press("\t")
        await shown.until(lambda: "┏━ 1 price" in shown.text and "╭─ 2 liquidations" in shown.text, "price focused")
        shown.press("2")
        await shown.until(lambda: "╭─ 1 price" in shown.text and "┏━ 2 liquidations" in shown.text, "the other focused")
        shown.press("\x1b[Z")
        await shown.sees("┏━ 1 price")


async def test_the_engine_is_told_which_topics_are_on_screen(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees("1 price", "2 liquidations")
        await shown.until(lambda: engine.shown and {"price", "liquidations"} <= {*engine.shown[-1]}, "what is shown")
        shown.press("8")
        await shown.until(lambda: engine.shown[-1] == ["flows"], "that flows are shown")


async def test_z_shows_the_focused_pane_alone_and_all_again(engine):
    async with viewer(source(engine), columns=120, rows=40) as shown:
        await shown.sees("1 price", "2 liquidations", "3 feeds")
        shown.press("2z")
        await shown.until(lambda: titles(shown) == ["2 liquidations"], "liquidations alone")
        shown.press("3")
        await shown.until(lambda: titles(shown) == ["3 feeds"], "feeds alone")
        shown.press("z")
        await shown.until(lambda: len(titles(shown)) == 3, "all three")


async def test_p_freezes_the_panes_and_not_the_header(engine):
    async with viewer(source(engine), columns=120, rows=40) as shown:
        await shown.sees("64,210.5 ●", "BTC 64,210.5")
        shown.press("p")
        await shown.sees("PAUSED 0s", "paused at")
        engine.say(price=price(61_000.5))
        await shown.sees("BTC  61,000.5 ●", "PAUSED 1s")
        assert "BTC 64,210.5" in shown.text
        shown.resize(80, 24)
        await shown.sees("BTC 64,210.5", "paused at")
        shown.press("p")
        await shown.sees("BTC 61,000.5")
        await shown.sees_no("PAUSED")
        await shown.sees_no("paused")


async def test_t_goes_through_the_zones(engine):
    async with viewer(source(engine), columns=120, rows=40, environ={"TZ": "Asia/Tokyo"}) as shown:
        await shown.sees(" UTC")
        for said, name in (("those of this machine", "JST"), ("in America/New_York", "E[SD]T"), ("in UTC", "UTC")):
            shown.press("t")
            await shown.sees(f"times are {said}")
            clock = re.compile(rf"\d\d:\d\d:\d\d {name}$")
            await shown.until(lambda clock=clock: clock.search(shown.lines[0]), name)
        await shown.sees("? help")


async def test_the_help_names_every_key_state_and_sign(engine):
    async with viewer(source(engine), columns=160, rows=60) as shown:
        await shown.sees("64,210.5")
        shown.press("?")
        await shown.sees(
            "in the price pane", "in the liquidations pane", "in the derivatives pane", "ctrl+z", "shift+tab"
        )
        await shown.sees("◐ late", "○ stale", "✕ down", "⊘ blocked", "≥  ", "PAUSED", "never a zero")
        assert shown.lines[0].startswith(" BTC  64,210.5 ●")
        shown.press("\x1b")
        await shown.sees("3 feeds")


async def test_the_help_scrolls_where_it_does_not_fit(engine):
    async with viewer(source(engine)) as shown:
        await shown.sees("64,210.5")
        shown.press("?")
        await shown.sees(" more: j")
        shown.press("\x1b[6~" * 40)  # more pages than there are
        await shown.sees("engine lost")
        shown.press("q")
        await shown.sees("1 price")


async def test_the_palette_finds_and_runs_commands(engine):
    async with viewer(source(engine), columns=120, rows=40) as shown:
        await shown.sees("64,210.5")
        shown.press(":")
        await shown.sees("Go to feeds", "Help", "Pause", "Quit")
        shown.press("go to feeds")
        await shown.until(lambda: "Quit" not in shown.text, "one command left")
        shown.press("\r")
        await shown.sees("┏━ 3 feeds")


async def test_a_screenshot_is_saved_where_it_was_started(engine, short_tmp):
    async with viewer(source(engine), columns=120, rows=40, folder=short_tmp) as shown:
        await shown.sees("64,210.5")
        shown.press(":")
        await shown.sees("Quit")
        shown.press("screenshot")
        await shown.until(lambda: "Screenshot" in shown.text and "Quit" not in shown.text, "one command left")
        shown.press("\r")
        await shown.sees("saved ./tidegauge_")
        (picture,) = short_tmp.glob("tidegauge_*.svg")
        assert "64,210.5" in picture.read_text()


async def test_what_the_engine_says_wrongly_is_counted_in_sight(engine):
    async with viewer(source(engine), columns=120, rows=40) as shown:
        await shown.sees("64,210.5")
        engine.send(b"no line at all\n")
        engine.say(feeds={"rows": 7})
        await shown.sees("feeds cannot be read:", "1 broken line", "waiting for the first word of the feeds")
