"""Administered rates, reference rates with their percentiles, and the Fed's repo operations."""

from bisect import bisect_right
from datetime import date
from math import exp

from feeds.calendars import newest_due, shift
from feeds.series import REPO
from feeds.simulate.slow import september_2019
from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.september_2019 import Day
from feeds.simulate.slow.setting import FIRST, Make, Points, Setting

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
# Billions taken up on single days, as in the headlines; the Fed asked for no repo between 2010 and September 2019.
_TAKEN = {date(2025, 6, 30): 11.1, date(2025, 10, 31): 50.35, date(2025, 12, 31): 74.6}
# How far from the median, in parts of a width; what it has of that which drives the rate up; which width.
_PERCENTILES = {
    "SOFR1": (-1.0, -0.4, "repo.below"),
    "SOFR25": (-0.45, -0.2, "repo.below"),
    "SOFR75": (0.36, 0.3, "repo.above"),
    "SOFR99": (1.0, 1.0, "repo.above"),
}
_SECURED = date(2018, 4, 2)
_UNSECURED = date(2016, 3, 1)

PATHS = {
    "repo.sofr": Path(  # basis points over the interest on reserves
        (
            *(("2018-04-01", -4), ("2018-12-01", -2), ("2019-03-01", 4), ("2019-09-30", 9), ("2019-12-01", 0)),
            *(("2020-03-09", 0), ("2020-03-17", 42), ("2020-03-24", -5), ("2021-06-01", -9), ("2021-10-01", -10), ("2022-06-01", -13)),
            *(("2022-12-01", -9), ("2023-11-01", -8), ("2024-06-01", -7), ("2025-03-01", -8), ("2025-08-20", -6)),
            *(("2025-09-20", 1), ("2025-10-28", 10), ("2025-10-31", 26), ("2025-11-04", 10), ("2025-11-20", 8), ("2025-12-20", 0), ("2026-03-01", -3)),
        ),
        ((-90, -7), (-28, -9), (0, -9)),
        vol=0.6,
        pull=0.2,
    ),
    "repo.below": Path((("2018-04-01", 7), ("2020-06-01", 5), ("2025-06-01", 8)), ((-60, 5), (0, 4)), vol=0.15),
    "repo.above": Path(
        (("2018-04-01", 17), ("2019-09-01", 16), ("2020-06-01", 10), ("2024-06-01", 11), ("2025-12-01", 16)),
        ((-60, 14), (0, 14)),
        vol=0.4,
    ),
    "repo.bump": Path(  # basis points that the last day of a quarter adds
        (
            *(("2018-04-01", 14), ("2018-12-01", 45), ("2019-03-01", 18), ("2019-09-30", 40), ("2019-12-20", 4)),
            *(("2020-03-31", 1), ("2023-06-01", 2), ("2024-01-01", 7), ("2024-09-30", 14), ("2025-06-30", 11)),
            *(("2025-12-31", 15),),
        ),
        # In the days before today nothing but the scene moves the rates: its trouble is not to hang on the date.
        ((-20, 10), (-12, 0), (0, 0)),
    ),
    "repo.effr": Path(  # basis points over the interest on reserves
        (
            *(("2013-01-01", -12), ("2017-06-01", -9), ("2018-06-01", -5), ("2019-01-01", 0), ("2019-08-30", 3)),
            *(("2019-11-01", 0), ("2020-03-01", -1), ("2020-05-01", -5), ("2022-01-01", -7), ("2025-09-01", -7)),
            *(("2025-10-20", -3), ("2026-01-10", -1), ("2026-03-01", -2)),
        ),
        ((-90, -5), (-28, -7), (0, -7)),
        vol=0.25,
        pull=0.2,
    ),
    "SOFRVOL": Path(
        (("2018-04-01", 760), ("2019-09-01", 1130), ("2020-06-01", 980), ("2022-06-01", 950), ("2024-01-01", 1750),
         ("2025-06-01", 2700), ("2026-06-01", 2980)),
        ((-60, 2990), (0, 3010)), vol=0.012, pull=0.3, ratio=True,
    ),
    "EFFRVOL": Path((("2016-03-01", 75), ("2020-06-01", 65), ("2024-06-01", 95)), ((-60, 110), (0, 111)), vol=0.04,
                    pull=0.4, ratio=True),
    "SRF": Path(  # billions, before chance
        (
            *(("2019-09-30", 60), ("2019-10-20", 50), ("2019-12-31", 22), ("2020-03-05", 40), ("2020-03-17", 130)),
            *(("2020-04-10", 1), ("2020-06-30", 0), ("2025-10-14", 0), ("2025-10-16", 7), ("2025-10-24", 2)),
            *(("2025-10-30", 10), ("2025-11-05", 9), ("2025-11-20", 1), ("2025-12-28", 2), ("2026-01-05", 0)),
        ),
        ((-20, 0), (0, 0)),
    ),
    "RRPONTSYD": Path(
        (
            *(("2013-09-23", 2), ("2014-06-01", 120), ("2016-06-01", 90), ("2017-06-01", 200), ("2018-04-01", 12)),
            *(("2019-12-01", 3), ("2020-03-20", 60), ("2020-05-01", 1), ("2021-03-15", 2), ("2021-06-20", 760)),
            *(("2021-12-15", 1650), ("2022-06-15", 2200), ("2022-12-20", 2250), ("2023-05-20", 2250)),
            *(("2023-12-01", 770), ("2024-06-01", 390), ("2024-12-01", 170), ("2025-06-01", 160), ("2025-09-01", 20)),
        ),
        ((-120, 6), (-28, 4), (0, 3.5)), vol=0.05, pull=0.15, ratio=True,
    ),
    "RDE": Path((("2013-01-01", -0.01), ("2019-09-01", -0.75), ("2020-05-01", -0.02), ("2024-06-01", -0.03),
                 ("2025-11-01", -0.35)), ((-120, -0.2), (0, -0.18)), vol=0.03, pull=0.2),
    "DLOD": Path((("2013-01-01", 1.6), ("2020-01-01", 1.9), ("2021-01-01", 0.9)), ((-400, 1.5), (0, 2.1)), vol=0.08,
                 pull=0.3),
}  # fmt: skip


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


def sofr(setting: Setting, id_: str) -> Points:
    days, reserves, typed = setting.days(id_, _SECURED), setting.known("IORB"), september(setting)
    columns = zip(days, setting.run("repo.sofr", days), _up(setting, days), strict=True)
    return [
        (day, typed[day].sofr if day in typed else round(reserves[day] + (over + up) / 100, 2))
        for day, over, up in columns
    ]


def percentile(setting: Setting, id_: str) -> Points:
    """Of SOFR: so far below or above the median, and farther where something drives rates up."""
    away, of_up, width = _PERCENTILES[id_]
    days, typed = setting.days(id_, _SECURED), september(setting)
    columns = zip(setting.points("SOFR"), setting.run(width, days), _up(setting, days), strict=True)
    return [
        (day, _typed(typed[day], id_) if day in typed else round(rate + (away * wide + of_up * up) / 100, 2))
        for (day, rate), wide, up in columns
    ]


def _typed(day: Day, id_: str) -> float:
    return {"SOFR1": day.p1, "SOFR25": day.p25, "SOFR75": day.p75, "SOFR99": day.p99}[id_]


def _up(setting: Setting, days: tuple[date, ...]) -> list[float]:
    """What the end of a quarter, a month or a tax date adds to a day, and what the scene adds."""
    spikes = {day: up for day, (up, _) in _spikes(setting).items()}
    bumps = enumerate(setting.run("repo.bump", days))
    return [bump * _weight(days, at) + spikes.get(days[at], 0.0) for at, bump in bumps]


def _spikes(setting: Setting) -> dict[date, tuple[float, float]]:
    """The scene's, by day: basis points and billions."""
    newest = newest_due(REPO, setting.now_ms)
    return {_back(newest, back): row for back, row in enumerate(reversed(setting.scene.spike))}


def _back(day: date, days: int) -> date:
    """So many days of repo earlier, or later where negative."""
    return shift(REPO.days, day, -days)


def _weight(days: tuple[date, ...], at: int) -> float:
    """How much of a quarter-end's rise a day has: all on the last of a quarter, less on those of a month."""
    day = days[at]
    if at + 1 < len(days) and days[at + 1].month != day.month:
        return 1.0 if day.month % 3 == 0 else 0.4
    if at and days[at - 1].month != day.month:
        return 0.5 if day.month % 3 == 1 else 0.2
    return 0.25 if day.day in (15, 16) and day.month in (4, 6, 9, 12) else 0.0


def tri_party(setting: Setting, id_: str) -> Points:
    """The rates without bilateral repo: a basis point below SOFR."""
    return [(day, round(rate - 0.01, 2)) for day, rate in setting.points(f"SOFR{id_[4:]}")]


def secured_volume(setting: Setting, id_: str) -> Points:
    part = {"SOFR": 1.0, "BGCR": 0.43, "TGCR": 0.41}[id_[:4]]
    days, typed = setting.days(id_, _SECURED), september(setting)
    volumes = zip(days, setting.run("SOFRVOL", days), strict=True)
    return [(day, round((typed[day].volume if day in typed else value) * part)) for day, value in volumes]


def unsecured(setting: Setting, id_: str) -> Points:
    name, rank = id_[:4], id_[4:]
    days = setting.days(id_, FIRST if id_ == "EFFR" else _UNSECURED)
    over = dict(zip(setting.days("EFFR"), setting.run("repo.effr", setting.days("EFFR")), strict=True))
    reserves, typed = setting.known("IORB"), september(setting)
    away = {"": 0.0, "1": -0.04, "25": -0.01, "75": 0.01, "99": 0.06}[rank]
    result = []
    for day in days:
        effr = typed[day].effr if day in typed else max(0.04, round(reserves[day] + over[day] / 100, 2))
        result.append((day, round(effr + (away if name == "EFFR" else min(away, 0.05)), 2)))
    return result


def unsecured_volume(setting: Setting, id_: str) -> Points:
    days = setting.days(id_, _UNSECURED)
    part = 1.0 if id_ == "EFFRVOL" else 2.0
    return [(day, round(value * part)) for day, value in zip(days, setting.run("EFFRVOL", days), strict=True)]


def operations(setting: Setting, id_: str) -> Points:
    """Dollars, in whole millions."""
    days = setting.days(id_, date(2019, 9, 17))
    typed = {day: row.operation for day, row in september(setting).items()} | _TAKEN
    typed |= {day: billions for day, (_, billions) in _spikes(setting).items()}
    chance, result = setting.chance(id_), []
    for day, billions in zip(days, setting.run(id_, days), strict=True):
        by_chance = billions * exp(chance.gauss(0, 0.1))
        taken = typed.get(day, by_chance)
        result.append((day, round(taken * 1000) * 1e6 if taken >= 0.05 else 0.0))
    return result


def reverse_repo(setting: Setting, id_: str) -> Points:
    days = setting.days(id_, date(2013, 9, 23))
    return [(day, round(value, 3)) for day, value in zip(days, setting.run(id_, days), strict=True)]


def elasticity(setting: Setting, id_: str) -> Points:
    """The median is a path; its band is half a point wide."""
    days = setting.days("RDE")
    away = {"RDE": 0.0, "RDE.LOW": -0.28, "RDE.HIGH": 0.24}[id_]
    return [(day, round(value + away, 3)) for day, value in zip(days, setting.run("RDE", days), strict=True)]


def overdrafts(setting: Setting, id_: str) -> Points:
    days = setting.days(id_)
    times = 1.0 if id_ == "DLOD" else 9.0
    return [(day, round(value * times, 2)) for day, value in zip(days, setting.run("DLOD", days), strict=True)]


MAKES: dict[str, Make] = {
    **dict.fromkeys(("IORB", "DFEDTARU", "DFEDTARL"), administered),
    "SOFR": sofr,
    **dict.fromkeys(_PERCENTILES, percentile),
    **{f"{name}{p}": tri_party for name in ("TGCR", "BGCR") for p in ("", "1", "25", "75", "99")},
    **{f"{name}VOL": secured_volume for name in ("SOFR", "TGCR", "BGCR")},
    **{f"{name}{p}": unsecured for name in ("EFFR", "OBFR") for p in ("", "1", "25", "75", "99")},
    **{f"{name}VOL": unsecured_volume for name in ("EFFR", "OBFR")},
    "SRF": operations,
    "RRPONTSYD": reverse_repo,
    **dict.fromkeys(("RDE", "RDE.LOW", "RDE.HIGH"), elasticity),
    **dict.fromkeys(("DLOD", "DLOD.PEAK"), overdrafts),
}
