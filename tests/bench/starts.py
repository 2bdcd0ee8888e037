"""How fast it is there: the first paint against a bare Textual app, the status line against a bare Python."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from feeds.engine import Latest, new_session
from feeds.settings import Settings
from tests.bench.frames import frames
from tests.bench.pace import Pace
from tests.bench.rig import VIEWER, environment
from tests.bench.rows import Row
from tests.bench.terminal import Terminal

HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("Hello, world")

Hello().run(mouse=False)
"""
SIZE = (120, 40)


def paint(pace: Pace) -> Iterator[Row]:
    """In turns: a hello-world, and the demo; each from the start of its process to its first frame in a terminal."""
    bare, ours = [], []
    with tempfile.TemporaryDirectory(prefix="tidegauge-bench-") as home:
        environ = environment(home)
        hello = Path(home) / "hello.py"
        hello.write_text(HELLO)
        for _ in range(pace.starts + 1):
            bare += _appears((sys.executable, str(hello)), environ, "Hello, world")
            ours.append(_appears((*VIEWER, "--demo"), environ, "BTC", "1 price", "●"))
    del bare[0], ours[0]  # the first ones read from a disk what the others find in memory
    first, panes, price = (median(waits) for waits in zip(*ours, strict=True))
    ratio = median(own[0] / other for own, other in zip(ours, bare, strict=True))
    yield Row("paint", first, "ms", 1.3, ratio, judged="ratio", note=f"hello-world {median(bare):.0f} ms")
    yield Row("paint.panes", panes, "ms", note="until the panes are on the screen")
    yield Row("paint.price", price, "ms", note="until a fresh price is")


def status(pace: Pace) -> Iterator[Row]:
    """In turns: `tidegauge status` with a file as an engine writes it, and `python -c pass`."""
    word = (str(Path(sys.executable).with_name("tidegauge")), "status")
    with tempfile.TemporaryDirectory(prefix="tidegauge-bench-") as home:
        # The folders of a user who has set nothing, which take longer to find than those below TIDEGAUGE_HOME.
        environ = {**environment(home), "HOME": home, "XDG_RUNTIME_DIR": home}
        del environ["TIDEGAUGE_HOME"]
        runtime = Path(home) / "tidegauge"
        runtime.mkdir()
        session = new_session(Settings(), "live", "", 0)
        for frame in frames(2_000):
            session.frame(frame)
        session.changes(session.state.now_ms, whole=True)
        Latest(runtime / "latest.json").write(session)
        bare, ours = [], []
        for _ in range(pace.status_turns + 1):
            bare.append(_runs((sys.executable, "-c", "pass"), environ))
            ours.append(_runs(word, environ))
    del bare[0], ours[0]
    python, own = median(bare), median(ours)
    ratio = median(a / b for a, b in zip(ours, bare, strict=True))
    yield Row("status", own, "ms", 100.0, ratio, note=f"python -c pass {python:.0f} ms")
    yield Row("status.over_python", own, "ms", 2 * python + 40, ratio, note="target: twice python -c pass, and 40 ms")


def _appears(argv: Sequence[str], environ: dict[str, str], *texts: str) -> list[float]:
    """Milliseconds until each of the texts was on the screen."""
    waits = []
    with Terminal(argv, *SIZE, environ, screen=True) as terminal:
        for text in texts:
            at = terminal.seen(text, 20.0)
            if at is None:
                raise TimeoutError(f"no {text!r} within 20 s on the screen of {argv}:\n{terminal.text()}")
            waits.append((at - terminal.started) * 1000)
    return waits


def _runs(argv: Sequence[str], environ: dict[str, str]) -> float:
    """Milliseconds from start to end."""
    began = time.perf_counter()
    done = subprocess.run(argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    spent = (time.perf_counter() - began) * 1000
    if done.stderr or done.returncode not in (0, 3):
        raise RuntimeError(f"{argv} ended with {done.returncode}: {done.stderr.decode()}")
    return spent
