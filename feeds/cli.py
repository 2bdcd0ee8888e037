"""The headless words. Standard output is data, standard error narration.

Exit codes: 0 fresh, 1 error, 2 usage or settings, 3 stale, 4 no data, 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from feeds.paths import SettingsError

if TYPE_CHECKING:  # the status line does without msgspec, which is most of what importing this costs
    from feeds.topics import State

WORDS: dict[str, str] = {
    "engine": "collect without a screen",
    "stream": "topics as JSON lines, for other programs and for --attach",
    "snapshot": "one JSON document of everything known",
    "status": "one line for tmux, from the running engine",
    "record": "raw frames to a recording",
    "replay": "a recording at full speed, as JSON lines or as one snapshot",
    "poll": "ask the publishers of slow series once, store and report",
    "export": "series or tables of the history, as CSV or JSON",
    "import": "series of your own into the history, from CSV",
    "study": "what followed each time a rule fired in the past",
    "doctor": "each endpoint, the clock, the terminal: what works and why not",
}
"""Word and what it is for; the module of the same name in `feeds.words` does it."""

EXIT: "dict[State, int]" = {"fresh": 0, "late": 3, "stale": 3, "down": 3, "none": 4}
"""Exit code by the state of the number that was asked for; from the best state to the worst."""


class Word(Protocol):
    """What a module of `feeds.words` offers."""

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Declare its options."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Do it; return the exit code. What it raises of `SettingsError` and `OSError` is said here, in one place."""
        ...


def main(argv: Sequence[str]) -> int:
    """Run one headless word; `argv` begins with it. Returns the exit code, 2 for wrong usage or settings."""
    word, *rest = argv
    module: Word = import_module(f"feeds.words.{word}")
    parser = argparse.ArgumentParser(prog=f"tidegauge {word}", description=WORDS[word], allow_abbrev=False)
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings instead of config.toml")
    module.options(parser)
    try:
        args = parser.parse_args(rest)
        code = module.run(args)
        sys.stdout.flush()
    except SystemExit as leave:  # wrong usage, which argparse has told, or the help that was asked for
        sys.stdout.flush()
        return int(leave.code or 0)
    except BrokenPipeError:
        _unplug()  # the reader has gone, which is its right
        return 0
    except SettingsError as error:
        return _say(str(error), 2)
    except OSError as error:
        _unplug()  # it may be standard output that cannot be written
        return _say(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error), 1)
    except KeyboardInterrupt:
        return 130
    return code


def _unplug() -> None:
    """Send what still waits for standard output nowhere, so that Python does not complain of it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str, code: int) -> int:
    print(f"tidegauge: {text}", file=sys.stderr)  # noqa: T201
    return code
