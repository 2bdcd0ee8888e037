"""The simulated slow world: every slow series as its publishers would have it by now. No socket, no clock."""

from collections.abc import Callable
from datetime import date

from feeds.simulate.slow.scenes import SLOW_SCENES, SlowScene, scene

__all__ = ["SLOW_SCENES", "SlowScene", "SlowWorld", "scene"]


class SlowWorld:
    """The same scene, seed and first `now_ms` give the same values. What a series has not published is not there."""

    def __init__(self, scene: SlowScene, seed: int, now_ms: Callable[[], int]) -> None:
        self.scene = scene
        self._seed = seed
        self._now_ms = now_ms

    def points(self, series: str) -> list[tuple[date, float]]:
        """Every period published by now, oldest first, in the unit of `feeds.series`; empty for one it has not."""
        raise NotImplementedError

    def series(self, prefix: str = "") -> list[str]:
        """The ids that begin so, in order: the table, the funds, and the futures listed now or not long ago."""
        raise NotImplementedError

    def funds(self) -> tuple[str, ...]:
        """The tickers of the bitcoin funds, in the order of the flow table."""
        raise NotImplementedError

    def today(self) -> date:
        """The day it is in New York."""
        raise NotImplementedError
