"""WTI: the listed contracts by their months, and what hangs on the front one."""

from bisect import bisect_left
from datetime import date
from math import exp

from feeds.calendars import contracts, last_trading_day, newest_due
from feeds.series import FUTURES
from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.setting import Make, Points, Setting

LISTED = 14
"""How many contracts are quoted, the front one first."""

_SESSIONS = 62
_MONTHS = 4.0  # after which two thirds of what is short in front are gone

PATHS = {
    # The contracts that are first and sixth now: what each closed at, wherever it stood on that day
    "oil.front": Path((("2013-01-01", 70),), ((-130, 66.0), (-45, 66.2), (-8, 66.3), (0, 66.4), (40, 66.4))),
    "oil.back": Path((("2013-01-01", 68),), ((-130, 64.8), (-45, 65.0), (-8, 65.0), (0, 65.1), (40, 65.1))),
    "oil.level": Path((("2013-01-01", 0),), ((-130, 0), (-28, 0), (0, 0)), vol=0.28, pull=0.25),
    "CL=F": Path(
        (("2013-01-01", 93), ("2014-06-20", 107), ("2015-03-17", 43.5), ("2016-02-11", 26.5), ("2018-10-03", 76),
         ("2018-12-24", 43), ("2019-04-23", 66), ("2020-02-20", 54), ("2020-03-18", 21), ("2020-04-17", 19),
         ("2020-07-01", 40), ("2021-10-26", 84), ("2022-03-08", 122), ("2022-12-09", 71.5), ("2023-09-27", 93),
         ("2024-04-05", 86.5), ("2025-05-05", 57.5), ("2025-06-19", 75), ("2025-12-16", 56), ("2026-03-25", 93)),
        ((-190, 78), (-90, 67)), vol=0.018, ratio=True,
    ),
}  # fmt: skip
_STORM = {date(2020, 4, 20): -37.63, date(2020, 4, 21): 10.01}
"""The one day below zero, as Yahoo shows it, and the day after."""


def quoted(setting: Setting) -> dict[str, int]:
    """The contracts with closes in the last sessions, with their places: 0 is the front one of the newest session."""
    session = newest_due(FUTURES, setting.now_ms)
    ahead = contracts(session, LISTED + 3)  # three more than now, for the rolls still to come
    earlier = contracts(setting.days("CL=F")[_first(setting)], 6)
    gone = earlier[: earlier.index(ahead[0])]
    return {code: place for place, code in enumerate([*gone, *ahead], start=-len(gone))}


def _first(setting: Setting) -> int:
    """The index of the first session of which single contracts are known."""
    return max(0, bisect_left(setting.days("CL=F"), setting.today) - _SESSIONS)


def contract(setting: Setting, id_: str) -> Points:
    """The closes of one contract: between those of the first and the sixth, by the month of its delivery."""
    place = quoted(setting).get(id_)
    if place is None:
        return []
    last = last_trading_day(id_)
    days = [day for day in setting.days("CL=F")[_first(setting) :] if day <= last]
    end = exp(-5 / _MONTHS)
    part = (exp(-place / _MONTHS) - end) / (1 - end)
    front, back, level = setting.line("oil.front", days), setting.line("oil.back", days), setting.run("oil.level", days)
    rows = zip(days, front, back, level, strict=True)
    return [(day, round(late + (early - late) * part + common, 2)) for day, early, late, common in rows]


def front(setting: Setting, id_: str) -> Points:
    """The first contract of each day, whichever it is: it jumps at each roll."""
    days = setting.days(id_)
    first = _first(setting)
    values = [(day, _STORM.get(day, round(value, 2))) for day, value in zip(days, setting.run(id_, days), strict=True)]
    codes = sorted(quoted(setting), key=last_trading_day)
    lasts, closes = [last_trading_day(code) for code in codes], [setting.known(code) for code in codes]
    return values[:first] + [(day, closes[bisect_left(lasts, day)][day]) for day in days[first:]]


def spot(setting: Setting, id_: str) -> Points:
    """At Cushing: the front contract and a little on top."""
    fronts, days, chance = setting.known("CL=F"), setting.days(id_), setting.chance(id_)
    value, result = next(iter(fronts.values())), []
    for day in days:
        value = fronts.get(day, value)
        result.append((day, round(value + 0.25 + chance.gauss(0, 0.15), 2)))
    return result


MAKES: dict[str, Make] = {"CL=F": front, "DCOILWTICO": spot}
