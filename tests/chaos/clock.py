"""A system clock for one process that can be set: Python loads what is written here before the program begins.

Only the wall clock is moved, as by someone who sets it; the monotonic one goes on.
"""

from pathlib import Path

_CODE = """
import time
_ns = time.time_ns
def _ahead():
    with open({file!r}) as file:
        return int(file.read() or 0) * 1_000_000
time.time_ns = lambda: _ns() + _ahead()
time.time = lambda: time.time_ns() / 1e9
"""


class SetClock:
    """Kept in a folder, which has to stand in the `PYTHONPATH` of the process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._file = folder / "ahead_ms"
        (folder / "sitecustomize.py").write_text(_CODE.format(file=str(self._file)))
        self.set(0)

    def set(self, ahead_ms: int) -> None:
        """Put the clock so far ahead of the machine's."""
        draft = self._file.with_suffix(".new")
        draft.write_text(str(ahead_ms))
        draft.replace(self._file)
