"""Help, versions, wrong usage and wrong settings: one clear message each, and the exit code that goes with it."""

import re
from importlib.metadata import version

import pytest

from feeds.cli import WORDS
from feeds.simulate import SCENES
from tests.e2e.test_replay import FIXTURES
from tests.e2e.world import World

OKX = FIXTURES / "okx.jsonl"
ARGUMENTS = {"record": ["never.jsonl"], "replay": [str(OKX)], "export": ["SOFR"], "import": ["own.csv"]}
"""What words cannot do without."""


async def test_help_and_version(world: World) -> None:
    done = await world.run("--version")
    assert (done.code, done.text, done.err) == (0, f"tidegauge {version('tidegauge')}\n", "")
    done = await world.run("--help")
    assert (done.code, done.err) == (0, "")
    for shown in (*WORDS, "--demo", "--replay", "--attach", "--config"):
        assert re.search(rf"^ +(-h, )?{shown}\b", done.text, re.MULTILINE), shown
    for word, what in WORDS.items():
        done = await world.run(word, "--help")
        assert (done.code, done.err) == (0, "")
        assert done.text.startswith(f"usage: tidegauge {word} ")
        assert what in done.text or word in ("stream", "import")
        assert "--config FILE" in done.text
    assert not world.places.data.exists()


@pytest.mark.parametrize("word", WORDS)
async def test_wrong_settings_are_one_clear_message_and_exit_code_2(world: World, word: str) -> None:
    file = world.config('tick_hz = "fast"\nchart.stile = "line"\n')
    argv = [word, *ARGUMENTS.get(word, [])]
    done = await world.run(*argv)
    assert (done.code, done.out) == (2, b"")
    first, second = done.err.removeprefix("tidegauge: ").splitlines()
    assert first == f"{file}, line 1: tick_hz: expected a number from 0.5 to 20, got the text 'fast'"
    assert second == f"{file}, line 2: chart.stile: unknown key; did you mean chart.style?"
    missing = world.home / "missing.toml"
    done = await world.run(*argv, "--config", missing)
    assert (done.code, done.out) == (2, b"")
    assert done.err == f"tidegauge: {missing}: cannot be read: No such file or directory\n"
    file.unlink()
    done = await world.run(*argv, TIDEGAUGE_FEEDS__LATE="3")
    assert (done.code, done.out) == (2, b"")
    assert done.err == (
        "tidegauge: environment TIDEGAUGE_FEEDS__LATE: unknown setting; did you mean TIDEGAUGE_FEEDS__LATE_S?\n"
    )
    assert world.processes() == {}
    assert not (world.home / "never.jsonl").exists()


@pytest.mark.parametrize("word", WORDS)
async def test_a_home_that_is_nobodys_is_a_wrong_setting(world: World, word: str) -> None:
    good = world.config("")
    argv = [word, *ARGUMENTS.get(word, []), "--config", good]
    if word in ("record", "replay"):
        return  # they keep nothing at home
    done = await world.run(*argv, TIDEGAUGE_HOME="~nobody-of-that-name/tide")
    assert (done.code, done.out) == (2, b"")
    assert done.err == (
        "tidegauge: environment TIDEGAUGE_HOME: there is no such home folder: '~nobody-of-that-name/tide'\n"
    )


async def test_wrong_usage_is_exit_code_2(world: World) -> None:
    socket = str(world.home / "s")
    for argv, said in (
        (
            ["nonsense"],
            f"tidegauge: there is no 'nonsense'; known: {', '.join(WORDS)}",
        ),
        (["replay"], "the following arguments are required: FILE"),
        (["record"], "the following arguments are required: FILE"),
        (["record", "f", "--for", "soon"], "argument --for: "),
        (["record", "f", "--for", "0s"], "argument --for: a time above zero, such as 20s, 15m or 2h"),
        (["record", "f", "--for", "-5s"], "argument --for: "),
        (["snapshot", "--wait", "nan"], "argument --wait: a time above zero, such as 20s, 15m or 2h"),
        (["snapshot", "--unknown"], "unrecognized arguments: --unknown"),
        (["engine", "--demo", "quiet"], "tidegauge: --demo and --replay need --socket"),
        (
            ["engine", "--demo", "storm", "--socket", socket],
            f"tidegauge: there is no scene 'storm'; known: {', '.join(SCENES)}",
        ),
        (["engine", "--replay", str(OKX), "--socket", socket, "--speed", "0"], "argument --speed: a factor above zero"),
        (["engine", "--replay", str(OKX), "--socket", socket, "--start", "noon"], "argument --start: "),
        (["--speed", "fast"], "argument --speed: a number above 0, or max, not 'fast'"),
        (["--demo", "--replay", "f"], "not allowed with argument --demo"),
    ):
        done = await world.run(*argv)
        assert (done.code, done.out) == (2, b""), argv
        assert said in done.err, done.err


async def test_a_replay_for_viewers_of_what_is_no_recording_ends_with_one_line(world: World) -> None:
    for name in ("missing.jsonl", "text.jsonl"):
        file = world.home / name
        if name.startswith("text"):
            file.write_text("no recording\n")
        done = await world.run("engine", "--replay", file, "--socket", world.home / "s")
        assert (done.code, done.out) == (1, b"")
        assert done.err.startswith(f"tidegauge: {file} is no recording: ")
        assert done.err.count("\n") == 1


async def test_the_monitor_without_a_terminal_says_what_to_use_instead(world: World) -> None:
    for argv in ([], ["--demo"], ["--demo", "storm"], ["--replay", "missing"]):
        done = await world.run(*argv)
        assert (done.code, done.out) == (1, b"")
        assert done.err == (
            "tidegauge: the monitor needs a terminal; without one: tidegauge status, snapshot or stream\n"
        )
