"""A recording as a run of the monitor: the same session, fed from a file, with the recording's own time."""

from collections.abc import Iterable, Iterator

from feeds.session import Changes, Session
from feeds.wire import Frame

STEP_MS = 100
LONGEST_LOOK_MS = 600_000
"""Of a longer pause in a recording only the end is stepped through: every state has long been reached by then."""


def replay(frames: Iterable[Frame], session: Session, step_ms: int = STEP_MS) -> Iterator[tuple[int, Changes]]:
    """Feed `frames` into `session`; give what changed at each step of the recording's time, and at its end.

    Steps lie on a grid of the recording's own time, so two replays give the same. While no frame comes, only whole
    seconds are looked at: that is where ages turn into states.
    """
    due = 0
    now_ms = 0
    for frame in frames:
        if not due:
            due = _after(frame.recv_ms, step_ms)
        due = max(due, _after(frame.recv_ms - LONGEST_LOOK_MS, 1000))
        while due <= frame.recv_ms:
            yield due, session.changes(due)
            due = _after(due, step_ms) if frame.recv_ms < _after(due, 1000) else _after(due, 1000)
        session.frame(frame)
        now_ms = max(now_ms, frame.recv_ms)
    if now_ms:
        yield now_ms, session.changes(now_ms, whole=True)


def _after(t_ms: int, step_ms: int) -> int:
    return (t_ms // step_ms + 1) * step_ms
