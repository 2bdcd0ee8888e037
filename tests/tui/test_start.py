"""The console script: what the options mean, and what is said when they mean nothing."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from feeds.cli import WORDS
from feeds.settings import paths
from tests.tui.engine_double import EngineDouble, everything, line
from tests.tui.pty_viewer import PtyViewer
from tui.source import Child


@pytest.fixture
def home(short_tmp: Path) -> dict[str, str]:
    return {"TIDEGAUGE_HOME": str(short_tmp), "TIDEGAUGE_ZONE": "UTC"}


async def run(*argv: str, **environ: str) -> tuple[int | None, str, str]:
    """Exit code, output and errors of the program without a terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, *argv),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=kept | environ,
    )
    out, err = await asyncio.wait_for(program.communicate(), 60)
    return program.returncode, out.decode(), err.decode()


async def test_without_a_terminal_it_says_so_and_ends(home):
    said = "tidegauge: the monitor needs a terminal; without one: tidegauge status, snapshot or stream\n"
    assert await run("-m", "tui", **home) == (1, "", said)


async def test_the_help_lists_the_options_and_every_headless_word():
    code, out, err = await run("-m", "tui", "--help")
    assert (code, err) == (0, "")
    assert "the scene quiet unless another is named" in " ".join(out.split())
    for option in ("--demo [SCENE]", "--replay FILE", "--attach CMD", "--speed N|max", "--start TIME", "--config FILE"):
        assert option in out
    for word, what in WORDS.items():
        assert f"  {word}  " in out
        assert what in out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--speed", "fast"], "argument --speed: a number above 0, or max, not 'fast'"),
        (["--speed", "0"], "argument --speed: a number above 0, or max, not '0'"),
        (["--start", "noon"], "argument --start: a time like 2025-10-10T21:15:00, not 'noon'"),
        (["--attach", "ssh 'box"], "argument --attach: No closing quotation"),
        (["--attach", ""], "argument --attach: a command is missing"),
        (["--demo", "--replay", "f"], "argument --replay: not allowed with argument --demo"),
        (["--no-such"], "unrecognized arguments: --no-such"),
        (["watch"], "tidegauge: there is no 'watch'; known: engine, "),
    ],
)
async def test_wrong_usage_is_one_clear_message_and_code_2(argv, said):
    code, out, err = await run("-m", "tui", *argv)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


async def test_wrong_settings_are_named_with_code_2(home, short_tmp):
    config = short_tmp / "mine.toml"
    config.write_text("tick_hertz = 4\n")
    code, out, err = await run("-m", "tui", "--config", str(config), **home)
    assert (code, out) == (2, "")
    assert "mine.toml" in err
    assert "tick_hz" in err


async def test_a_headless_word_never_loads_the_screen():
    program = "import sys; sys.argv = ['tidegauge', 'status', '--help']\nfrom tui.__main__ import main\n"
    program += "assert main() == 0\nassert not {'textual', 'rich', 'tui.start', 'asyncio'} & set(sys.modules)"
    code, _, err = await run("-c", program)
    assert (code, err) == (0, "")


async def test_the_engine_is_looked_for_before_the_screen_is_loaded():
    program = "import sys\nfrom tui import start\nassert not {'textual', 'rich', 'asyncio'} & set(sys.modules)"
    assert await run("-c", program) == (0, "", "")


async def test_it_attaches_to_the_engine_that_runs_for_this_user(home, short_tmp):
    place = paths(home).runtime
    place.mkdir(mode=0o700)
    async with EngineDouble(place / "engine.sock", everything()) as engine:
        async with PtyViewer("-m", "tui", environ=home) as shown:
            await shown.sees("64,210.5 ●")
            assert engine.attached == 1
            shown.press("q")
            assert await shown.ends() == 0
        assert sorted(one.name for one in place.iterdir()) == ["engine.sock"]


async def test_what_killed_viewers_left_is_swept_away_and_nothing_else(home, short_tmp):
    place = paths(home).runtime
    place.mkdir(mode=0o700)
    async with EngineDouble(place / "engine.sock", everything()):
        command = "sh -c 'while echo; do sleep 0.1; done'"  # it ends by itself when nobody reads it any more
        async with PtyViewer("-m", "tui", "--attach", command, environ=home) as killed:
            await killed.until((place / f"view-{killed.pid}.log").exists, "its log")
        kept = [f"view-{os.getpid()}.log", "view-1.sock", "view-0x.log", "view-.log", "latest.json"]
        for name in (*kept, "view-0.log", f"view-{killed.pid}.sock", "view-999999999.sock"):
            (place / name).touch()
        async with PtyViewer("-m", "tui", environ=home) as shown:
            await shown.sees("64,210.5 ●")
            assert sorted(one.name for one in place.iterdir()) == sorted([*kept, "engine.sock"])


async def test_the_chart_that_is_set_is_the_one_it_opens_with(home, short_tmp):
    place = paths(home).runtime
    place.mkdir(mode=0o700)
    chart = {"TIDEGAUGE_CHART__TIMEFRAME": "4h"}
    async with EngineDouble(place / "engine.sock", everything()), PtyViewer("-m", "tui", environ=home | chart) as shown:
        await shown.sees("no 4h candles yet")


async def test_attach_shows_what_a_command_prints(home, short_tmp):
    first = short_tmp / "it's a line"
    first.write_bytes(line(everything()))
    quoted = str(first).replace("'", "'\\''")
    async with PtyViewer("-m", "tui", "--attach", f"sh -c \"cat '{quoted}'; exec sleep 60\"", environ=home) as shown:
        await shown.sees("64,210.5 ●")
        await shown.sees("engine silent")
        shown.press("q")
        assert await shown.ends() == 0


async def test_attach_says_why_the_command_ended(home):
    command = "sh -c 'echo box: connection refused >&2; exit 255'"
    async with PtyViewer("-m", "tui", "--attach", command, environ=home) as shown:
        await shown.sees("connecting to the engine", "box: connection refused (exit code 255)")
        assert await shown.ends() == 1
        await shown.sees("tidegauge: box: connection refused (exit code 255)")


async def test_the_demo_runs_by_itself_and_leaves_nothing_behind(home):
    async with PtyViewer("-m", "tui", "--demo", environ=home, columns=120, rows=40) as shown:
        await shown.sees(" DEMO ", "15/15 live")
        await shown.until(lambda: "waiting" not in shown.lines[0], "a price")
        engines = [pid for pid in children(shown.pid) if pid != shown.pid]
        assert engines
        shown.press("q")
        assert await shown.ends() == 0
        await shown.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in engines), "the engine's end")
        assert list(paths(home).runtime.iterdir()) == []


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


async def test_where_no_log_can_be_written_what_is_started_runs_without(short_tmp):
    (short_tmp / "cache").write_text("a file where a folder was wanted, as good as a disk that is read-only")
    child = Child(("sh", "-c", "echo why >&2; exit 3"), short_tmp / "cache" / "engine.log", piped=False)
    assert child.process.wait(10) == 3
    assert child.last_words() == "exit code 3"


async def test_a_log_that_was_removed_leaves_the_exit_code(short_tmp):
    log = short_tmp / "engine.log"
    child = Child(("sh", "-c", "echo why >&2; exit 3"), log, piped=False)
    assert child.process.wait(10) == 3
    assert child.last_words() == "why (exit code 3)"
    log.unlink()
    assert child.last_words() == "exit code 3"


async def test_settings_with_keys_that_others_can_read_are_a_notice_on_the_screen(home, short_tmp):
    file = short_tmp / "mine.toml"
    file.write_text('keys.fred = "0123456789abcdef0123456789abcdef"')
    file.chmod(0o644)
    place = paths(home).runtime
    place.mkdir(mode=0o700)
    async with (
        EngineDouble(place / "engine.sock", everything()),
        PtyViewer("-m", "tui", "--config", str(file), columns=200, environ=home) as shown,
    ):
        await shown.sees(f"{file} holds keys and is open to other users")
