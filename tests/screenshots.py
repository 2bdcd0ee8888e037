"""`python -m tests.screenshots [FOLDER]`: the pictures of the README, of the program itself in a simulated cascade.

It takes three minutes, because the market is real-time. Each picture is an SVG as the screen drew it.
"""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

from feeds.settings import Settings
from tui.app import TideApp
from tui.source import Source, start

ROOT = Path(__file__).parent.parent
SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}
KEYS = {"price": "1", "liquidations": "2", "feeds": "3", "derivatives": "4", "help": "question_mark"}
INTO_THE_SCENE_S = 170.0
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


async def main(folder: Path) -> None:
    """Start one simulated market, and take every picture of it."""
    folder.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp())
    path = home / "demo.sock"
    command = (sys.executable, "-m", "tui", "engine", "--demo", "cascade", "--socket", str(path))
    engine = await asyncio.create_subprocess_exec(*command, env={**os.environ, "TIDEGAUGE_HOME": str(home)})
    try:
        while not path.exists():
            await asyncio.sleep(0.1)
        source = Source(socket=path)
        _stay(path)
        wait = INTO_THE_SCENE_S
        for name, size in SIZES.items():
            await picture(source, size, folder / f"cascade-{name}.svg", wait)
            wait = 2.0
        for pane, key in KEYS.items():
            zoom = ("z",) if pane != "help" else ()
            await picture(source, SIZES["120x40"], folder / f"{pane}-120x40.svg", 2.0, key, *zoom)
    finally:
        if engine.returncode is None:
            engine.send_signal(signal.SIGTERM)
        await engine.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "screenshots"))
