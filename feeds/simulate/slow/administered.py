"""The Fed's administered rates, and September 2019 where a scene plays it again."""

from bisect import bisect_right
from datetime import date

from feeds.calendars import newest_due, shift
from feeds.series import REPO
from feeds.simulate.slow import september_2019
from feeds.simulate.slow.september_2019 import Day
from feeds.simulate.slow.setting import Make, Points, Setting

# First day of each target range with the interest on (excess) reserves: Board of Governors, FOMC implementation notes.
_STEPS = (
    *(("2008-12-16", 0.00, 0.25), ("2015-12-17", 0.25, 0.50), ("2016-12-15", 0.50, 0.75), ("2017-03-16", 0.75, 1.00)),
    *(("2017-06-15", 1.00, 1.25), ("2017-12-14", 1.25, 1.50), ("2018-03-22", 1.50, 1.75), ("2018-06-14", 1.75, 1.95)),
    *(("2018-09-27", 2.00, 2.20), ("2018-12-20", 2.25, 2.40), ("2019-05-02", 2.25, 2.35), ("2019-08-01", 2.00, 2.10)),
    *(("2019-09-19", 1.75, 1.80), ("2019-10-31", 1.50, 1.55), ("2020-01-30", 1.50, 1.60), ("2020-03-04", 1.00, 1.10)),
    *(("2020-03-16", 0.00, 0.10), ("2021-06-17", 0.00, 0.15), ("2022-03-17", 0.25, 0.40), ("2022-05-05", 0.75, 0.90)),
    *(("2022-06-16", 1.50, 1.65), ("2022-07-28", 2.25, 2.40), ("2022-09-22", 3.00, 3.15), ("2022-11-03", 3.75, 3.90)),
    *(("2022-12-15", 4.25, 4.40), ("2023-02-02", 4.50, 4.65), ("2023-03-23", 4.75, 4.90), ("2023-05-04", 5.00, 5.15)),
    *(("2023-07-27", 5.25, 5.40), ("2024-09-19", 4.75, 4.90), ("2024-11-08", 4.50, 4.65), ("2024-12-19", 4.25, 4.40)),
    *(("2025-09-18", 4.00, 4.15), ("2025-10-30", 3.75, 3.90), ("2025-12-11", 3.50, 3.65)),
)


def september(setting: Setting) -> dict[date, Day]:
    """The days of September 2019 at their own dates and, where the scene says so, once more up to today."""
    days = dict(september_2019.DAYS)
    if setting.scene.september:
        newest = newest_due(REPO, setting.now_ms)
        typed = list(days)
        last = typed.index(september_2019.TODAY)
        days |= {_back(newest, last - at): days[day] for at, day in enumerate(typed)}
    return days


def steps(setting: Setting) -> list[tuple[date, float, float, float]]:
    """The first day of each target range, its two ends, and what reserves earn."""
    rows = [(date.fromisoformat(day), low, low + 0.25, reserves) for day, low, reserves in _STEPS]
    if setting.scene.september:
        typed, newest = list(september_2019.DAYS), newest_due(REPO, setting.now_ms)
        last = typed.index(september_2019.TODAY)
        for first, rates in ((typed[0], september_2019.BEFORE), (september_2019.CUT, september_2019.AFTER)):
            day = _back(newest, last - typed.index(first))
            rows = [*(row for row in rows if row[0] < day), (day, *rates)]
    return rows


def administered(setting: Setting, id_: str) -> Points:
    rows, column = steps(setting), {"DFEDTARL": 1, "DFEDTARU": 2, "IORB": 3}[id_]
    firsts = [row[0] for row in rows]
    result = []
    for day in setting.days(id_):
        row = rows[bisect_right(firsts, day) - 1]
        result.append((day, (row[1], row[2], row[3])[column - 1]))
    return result


def spikes(setting: Setting) -> dict[date, tuple[float, float]]:
    """The scene's, by day: basis points and billions."""
    newest = newest_due(REPO, setting.now_ms)
    return {_back(newest, back): row for back, row in enumerate(reversed(setting.scene.spike))}


def _back(day: date, days: int) -> date:
    """So many days of repo earlier, or later where negative."""
    return shift(REPO.days, day, -days)


MAKES: dict[str, Make] = dict.fromkeys(("IORB", "DFEDTARU", "DFEDTARL"), administered)
