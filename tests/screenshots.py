"""`python -m tests.screenshots [FOLDER]`: the pictures of the README, of the program itself in simulated scenes.

It takes six minutes, because the market is real-time. Each picture is an SVG as the screen drew it.
"""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from feeds.settings import Settings
from tui.app import TideApp
from tui.panes import PANES
from tui.source import Source, start

ROOT = Path(__file__).parent.parent
SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}


class Shot(NamedTuple):
    """One pane, or the desk ("cascade") or the help, in some sizes; `keys` are pressed before."""

    name: str
    sizes: tuple[str, ...]
    keys: tuple[str, ...] = ()


def pane(name: str, *sizes: str, more: tuple[str, ...] = ()) -> Shot:
    """A pane alone."""
    number = str((list(PANES).index(name) + 1) % 10)
    return Shot(name, sizes, (number, "z", *more))


ALL = tuple(SIZES)
SCENES: dict[str, tuple[float, tuple[Shot, ...]]] = {
    "cascade": (
        170.0,
        (
            Shot("cascade", ALL),
            *(pane(name, "120x40") for name in ("price", "liquidations", "feeds", "derivatives")),
            Shot("help", ("120x40",), ("question_mark",)),
        ),
    ),
    "repo-2019": (40.0, (pane("repo", *ALL),)),
    "empire": (40.0, (pane("curve", *ALL), pane("regime", *ALL))),
    "calm": (40.0, (pane("macro", *ALL), pane("flows", *ALL), pane("share", *ALL))),
}
"""Scene, seconds into it, and what is taken of it."""
STAYING: list[socket.socket] = []


async def picture(source: Source, size: tuple[int, int], path: Path, after_s: float, *keys: str) -> None:
    """Attach a viewer of `size`, wait, press `keys`, and keep what it shows."""
    sock, child = start(source)
    app = TideApp(source, Settings(zone="UTC"), sock=sock, child=child)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(after_s)
        for key in keys:
            await pilot.press(key)
        await pilot.pause(2.0)
        path.write_text(app.export_screenshot(title="tidegauge"))
        print(path, file=sys.stderr)


def _stay(path: Path) -> None:
    """Attach as one more viewer that never reads, so that the engine does not end between two pictures."""
    own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    own.connect(str(path))
    STAYING.append(own)


async def scene(name: str, wait_s: float, shots: tuple[Shot, ...], folder: Path) -> None:
    """Start one simulated market, and take every picture of it."""
    home = Path(tempfile.mkdtemp())
    path = home / "demo.sock"
    command = (sys.executable, "-m", "tui", "engine", "--demo", name, "--socket", str(path))
    engine = await asyncio.create_subprocess_exec(*command, env={**os.environ, "TIDEGAUGE_HOME": str(home)})
    try:
        while not path.exists():
            await asyncio.sleep(0.1)
        _stay(path)
        await asyncio.sleep(wait_s)
        for shot in shots:
            for size in shot.sizes:
                await picture(Source(socket=path), SIZES[size], folder / f"{shot.name}-{size}.svg", 2.0, *shot.keys)
    finally:
        if engine.returncode is None:
            engine.send_signal(signal.SIGTERM)
        await engine.wait()


async def main(folder: Path) -> None:
    """Take all pictures, scene by scene."""
    folder.mkdir(exist_ok=True)
    for name, (wait_s, shots) in SCENES.items():
        await scene(name, wait_s, shots, folder)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "screenshots"))
