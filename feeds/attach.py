"""The other end of the engine's socket, for headless words: find the running engine, or start one, and read it."""

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

CONNECT_S = 15.0
TRY_EVERY_S = 0.05


def connect(path: Path) -> socket.socket | None:
    """Return a connection to the engine that listens at `path`, or `None` where none does."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.connect(str(path))
    except OSError:
        line.close()
        return None
    return line


def connect_or_start(path: Path, options: Sequence[str]) -> socket.socket | None:
    """Connect, starting an engine that ends with its last viewer if need be; `None` if it does not come up."""
    found = connect(path)
    if found:
        return found
    command = (sys.executable, "-m", "tui", "engine", "--with-viewers", *options)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    given_up = time.monotonic() + CONNECT_S
    while time.monotonic() < given_up:
        found = connect(path)
        if found or child.poll() not in (None, 0):
            return found
        time.sleep(TRY_EVERY_S)
    return None
