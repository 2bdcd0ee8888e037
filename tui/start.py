"""From the viewer's options to a running screen.

The engine is started before the screen is imported: both come up at the same time, and importing Textual is most of
what a start costs.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from feeds.settings import Paths, Settings, SettingsError, load, paths, private_folder
from tui.source import OWN, Child, Source, start, sweep

ERROR = 1
USAGE = 2
ENGINE = (sys.executable, "-m", "tui", "engine")


def view(argv: Sequence[str]) -> int:
    """Open the monitor as `argv` asks; give the exit code: 0, 1 for an error, 2 for wrong usage or settings."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as leave:  # argparse has said what is wrong, or the help that was asked for
        return int(leave.code or 0)
    try:
        settings = load(config=options.config, environ=os.environ, overrides={})
        places = paths(os.environ)
    except SettingsError as error:
        return _say(str(error), USAGE)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _say("the monitor needs a terminal; without one: tidegauge status, snapshot or stream", ERROR)
    try:
        private_folder(places.runtime)
        sweep(places.runtime)
        source = source_of(options, places)
        return run(source, settings)
    except OSError as error:
        return _say(f"cannot start: {error}", ERROR)


def source_of(options: argparse.Namespace, places: Paths) -> Source:
    """Where the topics come from by these options."""
    own = places.runtime / OWN.format(pid=os.getpid())
    config = ("--config", str(options.config)) if options.config else ()
    if options.attach:
        return Source(command=options.attach, log=own.with_suffix(".log"))
    asked: tuple[str, ...] = ()
    if options.demo:
        asked = ("--demo", options.demo)
    elif options.replay:
        asked = ("--replay", str(options.replay), "--speed", options.speed)
        asked += ("--start", options.start) if options.start else ()
    if asked:
        socket = own.with_suffix(".sock")
        spawn = (*ENGINE, *config, *asked, "--socket", str(socket))
        return Source(socket=socket, spawn=spawn, private=True, log=own.with_suffix(".log"))
    spawn = (*ENGINE, *config, "--with-viewers")
    return Source(socket=places.runtime / "engine.sock", spawn=spawn, log=places.cache / "engine.log")


def run(source: Source, settings: Settings) -> int:
    """Show what `source` says until the user leaves; give the exit code. Raises OSError if it cannot be opened."""
    sock, child = start(source)
    if os.environ.get("TERM", "unknown") in ("dumb", "unknown"):
        # Rich takes such a terminal for one of 80 x 25, Textual knows its true size: it was drawn for both in turn.
        os.environ["TERM"] = "ansi"
    gc.disable()  # nothing of what an import makes is garbage; looking for some costs a twentieth of the start
    try:
        from tui.app import TideApp
        from tui.terminal import HUNG_UP

        gc.freeze()
        gc.enable()
        app = TideApp(source, settings, sock=sock, child=child)
        app.run(mouse=False)
    finally:
        _tidy(source, child)
    code = app.return_code or 0
    if code == HUNG_UP:
        os._exit(code)  # there is nobody to say anything to, and an attempt at exit would be an error of its own
    return _say(app.failure, code) if app.failure else code


def _tidy(source: Source, child: Child | None) -> None:
    """Leave nothing behind of an engine that served this viewer alone."""
    if source.private or source.command:
        if child is not None:
            child.end()
        for path in (source.socket, source.log):
            if path is not None:
                path.unlink(missing_ok=True)


def _say(text: str, code: int) -> int:
    print(f"tidegauge: {text}", file=sys.stderr)  # noqa: T201
    return code


class _Words(argparse.Action):
    """`--help`: the options, and the words that work without a screen."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from feeds.cli import WORDS

        width = max(map(len, WORDS)) + 2
        words = "\n".join(f"  {word:<{width}}{what}" for word, what in WORDS.items())
        parser.epilog = f"without a screen (each has its own --help):\n{words}"
        parser.print_help()
        parser.exit()


class _Version(argparse.Action):
    """`--version`. Looking it up takes as long as a tenth of the start, so it is done on demand."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"tidegauge {version('tidegauge')}")  # noqa: T201
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidegauge",
        description="A terminal monitor of bitcoin and of what moves it. Without options: the live market.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    add = parser.add_argument
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--demo",
        nargs="?",
        const="quiet",
        metavar="SCENE",
        help="a simulated market, the scene quiet unless another is named; nothing leaves the machine",
    )
    which.add_argument("--replay", type=Path, metavar="FILE", help="a recording")
    which.add_argument("--attach", type=_command, metavar="CMD", help="a remote engine: 'ssh box tidegauge stream'")
    add("--speed", type=_speed, default="1", metavar="N|max", help="how fast to replay, 1 is as it was")
    add("--start", type=_time, metavar="TIME", help="where to start the replay: ISO 8601, UTC unless it says")
    add("--config", type=Path, metavar="FILE", help="settings instead of config.toml")
    add("--version", action=_Version, nargs=0, help="show the program's version")
    add("-h", "--help", action=_Words, nargs=0, help="show this")
    return parser


def _command(value: str) -> tuple[str, ...]:
    import shlex

    try:
        command = tuple(shlex.split(value))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if not command:
        raise argparse.ArgumentTypeError("a command is missing")
    return command


def _speed(value: str) -> str:
    if value != "max" and not (value.replace(".", "", 1).isdigit() and float(value) > 0):
        raise argparse.ArgumentTypeError(f"a number above 0, or max, not '{value}'")
    return value


def _time(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a time like 2025-10-10T21:15:00, not '{value}'") from error
    return value
