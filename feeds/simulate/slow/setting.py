"""What the groups of slow series are made from: a scene, a seed, the day the world began, and each other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random

from feeds.calendars import Release, periods
from feeds.series import series
from feeds.simulate.scenes import Curve
from feeds.simulate.slow.paths import Path, along, follow
from feeds.simulate.slow.scenes import SlowScene

FIRST = date(2013, 1, 1)
AHEAD = timedelta(days=45)
"""For how long after its first day a world still brings out new values."""

Points = list[tuple[date, float]]
Make = Callable[["Setting", str], Points]
"""Makes all points of one series, those not yet published included."""

_MARKET = 0.85  # standard deviation of the market's own move of a weekday, in percent


class Setting:
    """A world before anyone asks what of it is published. Everything is made when it is first asked for, and kept."""

    def __init__(
        self,
        scene: SlowScene,
        seed: int,
        now_ms: int,
        today: date,
        paths: Mapping[str, Path],
        make: Callable[[str], Make | None],
    ) -> None:
        self.scene, self.seed, self.now_ms, self.today = scene, seed, now_ms, today
        self._paths, self._make = paths, make
        self._points: dict[str, Points] = {}
        self._market: dict[int, float] = {}

    def chance(self, name: str) -> Random:
        """Chance that is the same for the same seed and name."""
        return Random(f"{self.seed} {name}")  # noqa: S311  it has to be repeatable

    def days(self, id_: str, first: date = FIRST) -> tuple[date, ...]:
        """The periods of a series, from `first` on."""
        row = series(id_)
        assert row is not None
        return _periods(row.release, first, self.today + AHEAD)

    def recent(self, name: str) -> Curve:
        """The last months of a path, as the scene has them."""
        return self.scene.recent.get(name, self._paths[name].recent)

    def run(self, name: str, days: Sequence[date]) -> list[float]:
        """A path on those days, which rise."""
        path = self._paths[name]
        return follow(path, self.recent(name), self.today, days, self.chance(name), self._moves())

    def line(self, name: str, days: Sequence[date]) -> list[float]:
        """The `recent` points of a path on those days, and no chance."""
        origin = self.today.toordinal()
        knots = [(origin + int(offset), value) for offset, value in self.recent(name)]
        return along(knots, [day.toordinal() for day in days])

    def points(self, id_: str) -> Points:
        """All points of a series; none for one that this world has not."""
        if id_ not in self._points:
            make = self._make(id_)
            row = series(id_)
            absent = {date.fromisoformat(period) for period in row.absent} if row else set()
            self._points[id_] = (
                [(day, value + 0.0) for day, value in make(self, id_) if day not in absent] if make else []
            )
        return self._points[id_]

    def known(self, id_: str) -> dict[date, float]:
        """The same by their dates."""
        return dict(self.points(id_))

    def _moves(self) -> dict[int, float]:
        if not self._market:
            chance, last = self.chance("market"), (self.today + AHEAD).toordinal()
            # In one assignment, because the server's threads may ask for two series at once. Ordinal 1 was a Monday.
            self._market = {
                number: chance.gauss(0, _MARKET)
                for number in range(FIRST.toordinal(), last + 1)
                if number % 7 not in (6, 0)
            }
        return self._market


@cache
def _periods(rule: Release, first: date, last: date) -> tuple[date, ...]:
    return tuple(periods(rule, first, last))


def drawn(setting: Setting, id_: str) -> Points:
    """A series that is a path of its own name, rounded to the places it is shown with."""
    row = series(id_)
    assert row is not None
    days = setting.days(id_)
    return [(day, round(value, row.digits)) for day, value in zip(days, setting.run(id_, days), strict=True)]
