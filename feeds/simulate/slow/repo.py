"""Reference rates of repo and of fed funds, with their percentiles and volumes."""

from datetime import date

from feeds.simulate.slow.administered import september, spikes
from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.september_2019 import Day
from feeds.simulate.slow.setting import FIRST, Make, Points, Setting

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
        (("2018-04-01", -4), ("2018-12-01", -2), ("2019-03-01", 4), ("2019-09-30", 9), ("2019-12-01", 0),
         ("2020-03-09", 0), ("2020-03-17", 42), ("2020-03-24", -5), ("2021-06-01", -9), ("2021-10-01", -10),
         ("2022-06-01", -13), ("2022-12-01", -9), ("2023-11-01", -8), ("2024-06-01", -7), ("2025-03-01", -8),
         ("2025-08-20", -6), ("2025-09-20", 1), ("2025-10-28", 10), ("2025-10-31", 26), ("2025-11-04", 10),
         ("2025-11-20", 8), ("2025-12-20", 0), ("2026-03-01", -3)),
        ((-90, -7), (-28, -9), (0, -9)), vol=0.6, pull=0.2,
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
}  # fmt: skip


def sofr(setting: Setting, id_: str) -> Points:
    days, reserves, typed = setting.days(id_, _SECURED), setting.known("IORB"), september(setting)
    columns = zip(days, setting.run("repo.sofr", days), _up(setting, days), strict=True)
    return [
        (day, typed[day].sofr if day in typed else max(0.01, round(reserves[day] + (over + up) / 100, 2)))
        for day, over, up in columns
    ]


def percentile(setting: Setting, id_: str) -> Points:
    """Of SOFR: so far below or above the median, and farther where something drives rates up; never below zero."""
    away, of_up, width = _PERCENTILES[id_]
    days, typed = setting.days(id_, _SECURED), september(setting)
    result = []
    for (day, rate), wide, up in zip(setting.points("SOFR"), setting.run(width, days), _up(setting, days), strict=True):
        made_up = max(0.01, round(rate + (away * wide + of_up * up) / 100, 2))
        result.append((day, _typed(typed[day], id_) if day in typed else made_up))
    return result


def _typed(day: Day, id_: str) -> float:
    return {"SOFR1": day.p1, "SOFR25": day.p25, "SOFR75": day.p75, "SOFR99": day.p99}[id_]


def _up(setting: Setting, days: tuple[date, ...]) -> list[float]:
    """What the end of a quarter, a month or a tax date adds to a day, and what the scene adds."""
    extra = {day: up for day, (up, _) in spikes(setting).items()}
    bumps = enumerate(setting.run("repo.bump", days))
    return [bump * _weight(days, at) + extra.get(days[at], 0.0) for at, bump in bumps]


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


MAKES: dict[str, Make] = {
    "SOFR": sofr,
    **dict.fromkeys(_PERCENTILES, percentile),
    **{f"{name}{p}": tri_party for name in ("TGCR", "BGCR") for p in ("", "1", "25", "75", "99")},
    **{f"{name}VOL": secured_volume for name in ("SOFR", "TGCR", "BGCR")},
    **{f"{name}{p}": unsecured for name in ("EFFR", "OBFR") for p in ("", "1", "25", "75", "99")},
    **{f"{name}VOL": unsecured_volume for name in ("EFFR", "OBFR")},
}
