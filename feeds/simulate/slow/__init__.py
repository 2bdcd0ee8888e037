"""The simulated slow world: every slow series as its publishers would have it by now. No socket, no clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date, timedelta

from feeds.calendars import new_york_day, release_ms
from feeds.series import TABLE, series
from feeds.simulate.slow import (
    administered,
    balance_sheet,
    bitcoin,
    economy,
    flows,
    oil,
    operations,
    positions,
    prices,
    repo,
    yields,
)
from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.scenes import SLOW_SCENES, SlowScene, scene
from feeds.simulate.slow.setting import Make, Points, Setting

__all__ = ["SLOW_SCENES", "SlowScene", "SlowWorld", "scene"]

_GROUPS = (repo, operations, balance_sheet, yields, economy, prices, oil, bitcoin, flows, positions)
_PATHS: dict[str, Path] = {name: path for group in _GROUPS for name, path in group.PATHS.items()}
_MAKES: dict[str, Make] = administered.MAKES | {name: make for group in _GROUPS for name, make in group.MAKES.items()}
_SERVED = {"BAMLH0A0HYM2": timedelta(days=3 * 365), "BAMLC0A0CM": timedelta(days=3 * 365)}
"""How far back a publisher may show them, where it may not show all (ICE's terms for FRED)."""


class SlowWorld:
    """The same scene, seed and first `now_ms` give the same values.

    A world is made for the day it begins on: the scene ends there. As `now_ms` moves on, what falls due is published,
    for some weeks.
    """

    def __init__(self, scene: SlowScene, seed: int, now_ms: Callable[[], int]) -> None:
        self.scene = scene
        self.now_ms = now_ms
        first = now_ms()
        self._setting = Setting(scene, seed, first, new_york_day(first), _PATHS, self._make)

    def points(self, series_: str) -> Points:
        """Every period published by now, oldest first, in the unit of `feeds.series`; empty for one it has not."""
        row, now = series(series_), self.now_ms()
        if row is None:
            return []
        points = self._setting.points(series_)
        end = bisect_right(points, now, key=lambda point: release_ms(row.release, point[0]))
        served = _SERVED.get(series_)
        first = bisect_left(points, new_york_day(now) - served, key=lambda point: point[0]) if served else 0
        return points[first:end]

    def series(self, prefix: str = "") -> list[str]:
        """The ids that begin so, in order: the table, the funds, and the futures listed now or not long ago."""
        names = {*_MAKES, *oil.quoted(self._setting), *bitcoin.futures(self._setting)}
        return sorted(name for name in names if name.startswith(prefix))

    def funds(self) -> tuple[str, ...]:
        """The tickers of the bitcoin funds, in the order of the flow table."""
        return flows.FUNDS

    def today(self) -> date:
        """The day it is in New York."""
        return new_york_day(self.now_ms())

    @staticmethod
    def _make(id_: str) -> Make | None:
        if id_ in _MAKES:
            return _MAKES[id_]
        if id_ in TABLE or series(id_) is None:
            return None
        return oil.contract if id_.startswith("CL") else bitcoin.future if id_.startswith("BTC") else None
