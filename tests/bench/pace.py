"""How long is measured."""

from msgspec import Struct


class Pace(Struct, frozen=True):
    """Seconds of each window, and how many times what is repeated is repeated.

    `publishers`: whether the engines have those of the slow series too, and their history.
    `soak_s` is real time, `soak_hours` a session's own.
    """

    frames: int
    turns: int
    starts: int
    status_turns: int
    settle_s: float
    quiet_s: float
    cascade_s: float
    lag_s: float
    days: bool
    publishers: bool
    soak_s: float
    soak_hours: float


FULL = Pace(
    frames=60_000,
    turns=5,
    starts=7,
    status_turns=20,
    settle_s=12.0,
    quiet_s=60.0,
    cascade_s=40.0,
    lag_s=40.0,
    days=True,
    publishers=True,
    soak_s=3_600.0,
    soak_hours=24.0,
)
QUICK = Pace(
    frames=12_000,
    turns=2,
    starts=2,
    status_turns=5,
    settle_s=1.0,
    quiet_s=3.0,
    cascade_s=3.0,
    lag_s=3.0,
    days=False,
    publishers=False,
    soak_s=2.0,
    soak_hours=0.1,
)
