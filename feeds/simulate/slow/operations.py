"""What the Fed lends and borrows overnight, and its measures of how scarce reserves are."""

from datetime import date
from math import exp

from feeds.simulate.slow.administered import september, spikes
from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.setting import Make, Points, Setting

# Billions taken up on single days, as in the headlines; the Fed asked for no repo between 2010 and September 2019.
_TAKEN = {date(2025, 6, 30): 11.1, date(2025, 10, 31): 50.35, date(2025, 12, 31): 74.6}

PATHS = {
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


def operations(setting: Setting, id_: str) -> Points:
    """Dollars, in whole millions."""
    days = setting.days(id_, date(2019, 9, 17))
    typed = {day: row.operation for day, row in september(setting).items()} | _TAKEN
    typed |= {day: billions for day, (_, billions) in spikes(setting).items()}
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
    "SRF": operations,
    "RRPONTSYD": reverse_repo,
    **dict.fromkeys(("RDE", "RDE.LOW", "RDE.HIGH"), elasticity),
    **dict.fromkeys(("DLOD", "DLOD.PEAK"), overdrafts),
}
