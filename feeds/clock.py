"""The engine's clock: wall time in ms UTC that never runs backwards and says when the system's clock was set."""

import time
from collections.abc import Callable

STEP_MS = 1_000
"""What the wall clock goes away from the monotonic one at once, beyond this, is a step."""


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _steady_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class Clock:
    """Follows the system's clock forward, sleep of the machine included; set back, it goes on at its own pace.

    A step back must not freeze ages at zero, which would show what is stale as live. `notice` says what happened, and
    `stepped` is told of it before the time is given back: by how much, and how far this clock is now kept ahead.
    """

    def __init__(self, wall_ms: Callable[[], int] = _wall_ms, steady_ms: Callable[[], int] = _steady_ms) -> None:
        self.notice = ""
        self.stepped: Callable[[int, int, int], None] = lambda now_ms, step_ms, held_ms: None
        self._wall, self._steady = wall_ms, steady_ms
        self._ahead = 0  # how far this clock is ahead of the system's, which was set back
        self._at = (wall_ms(), steady_ms())

    def now_ms(self) -> int:
        """Return the time; never less than before."""
        wall, steady = self._wall() + self._ahead, self._steady()
        last, since = self._at
        step = wall - (last + steady - since)
        if step < -STEP_MS:
            self._ahead -= step
            wall -= step
            self.notice = f"the system clock was set back by {_said(step)} s; ages go on, times are as before"
        elif step > STEP_MS:
            self.notice = f"the system clock jumped ahead by {_said(step)} s, or the machine slept"
        now = max(wall, last)
        self._at = (now, steady)
        if abs(step) > STEP_MS:
            self.stepped(now, step, self._ahead)
        return now


def _said(step_ms: int) -> str:
    return f"{abs(step_ms) / 1000:.0f}"
