"""Bitcoin's days, the futures of CME on them, and what the chain says they cost."""

from datetime import timedelta
from math import exp
from random import Random

from feeds.calendars import last_trading_day
from feeds.simulate.history import CENTRE
from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.setting import Make, Points, Setting

_SESSIONS = timedelta(days=88)  # some sixty sessions
_CARRY = 0.05  # what futures cost above spot, a year
_MONTHS = "FGHJKMNQUVXZ"
_AHEAD = 6  # months listed one after another; then come two Decembers

PATHS = {
    "BTC": Path(  # in parts of the price of today's market
        tuple(
            (day, price / CENTRE)
            for day, price in (
                *(("2013-01-01", 13), ("2013-12-01", 1000), ("2015-01-14", 180), ("2015-10-01", 240)),
                *(("2016-06-15", 690), ("2017-01-01", 980), ("2017-09-01", 4700), ("2017-12-17", 19_300)),
                *(("2018-02-05", 7000), ("2018-11-10", 6400), ("2018-12-15", 3250), ("2019-06-26", 12_600)),
                *(("2020-02-13", 10_300), ("2020-03-12", 5000), ("2020-10-01", 10_700), ("2021-01-08", 40_000)),
                *(("2021-04-13", 63_000), ("2021-07-20", 29_900), ("2021-11-08", 67_000), ("2022-01-22", 35_000)),
                *(("2022-03-28", 47_000), ("2022-06-18", 19_000), ("2022-11-21", 15_800), ("2023-07-05", 30_500)),
                *(("2023-10-10", 27_200), ("2024-03-13", 73_000), ("2024-08-07", 55_500), ("2024-12-17", 106_000)),
                *(("2025-04-08", 76_500), ("2025-10-06", 124_000), ("2025-11-21", 85_000), ("2026-01-14", 95_000)),
                *(("2026-02-06", 63_500), ("2026-04-10", 72_000)),
            )
        ),
        ((-150, 1.02), (-118, 0.952), (-90, 1.06), (-56, 1.09), (-30, 0.958), (-14, 1.0), (0, 1.0)),
        vol=0.016, pull=0.04, ratio=True, market=1.6,
    ),
    "BTC.MVRV": Path(  # the realised price, in parts of the price of today's market
        tuple(
            (day, price / CENTRE)
            for day, price in (
                *(("2013-01-01", 9), ("2013-12-20", 330), ("2015-01-14", 300), ("2017-01-01", 560)),
                *(("2018-01-20", 5600), ("2019-03-01", 4400), ("2020-03-12", 5700), ("2021-05-15", 20_500)),
                *(("2021-12-01", 24_400), ("2022-12-15", 19_900), ("2024-04-15", 30_100), ("2025-10-06", 55_300)),
            )
        ),
        ((-150, 0.83), (0, 0.82)),
    ),
}  # fmt: skip


def now(setting: Setting) -> float:
    """What a bitcoin costs in the simulated market of the same seed when it opens: the first thing it draws."""
    return CENTRE * exp(Random(setting.seed).gauss(0, 0.004))  # noqa: S311  it has to be repeatable


def close(setting: Setting, id_: str) -> Points:
    days, price = setting.days(id_), now(setting)
    return [(day, round(value * price, 2)) for day, value in zip(days, setting.run(id_, days), strict=True)]


def low(setting: Setting, id_: str) -> Points:
    """Below the close, and below that of the day before, where the day opened."""
    chance, opened, result = setting.chance(id_), float("inf"), []
    for day, closed in setting.points("BTC"):
        result.append((day, round(min(opened, closed) * exp(-abs(chance.gauss(0, 0.011))), 2)))
        opened = closed
    return result


def over_realised(setting: Setting, id_: str) -> Points:
    days, price = setting.days(id_), now(setting)
    closes = setting.known("BTC")
    realised = zip(days, setting.run(id_, days), strict=True)
    return [(day, round(closes[day] / (value * price), 4)) for day, value in realised]


def futures(setting: Setting) -> list[str]:
    """The contracts of CME that are listed now or were in the last sessions, the next to expire first."""
    first = setting.today - _SESSIONS
    months = [(first.year * 12 + first.month - 1 + ahead) for ahead in range(_AHEAD + 4)]
    months += [12 * (setting.today.year + later) + 11 for later in range(2)]
    codes = (f"BTC{_MONTHS[month % 12]}{month // 12 % 100:02d}" for month in sorted(set(months)))
    return [code for code in codes if last_trading_day(code) >= first]


def future(setting: Setting, id_: str) -> Points:
    """Spot and a carry that shrinks to nothing at its end."""
    if id_ not in futures(setting):
        return []
    last, spot = last_trading_day(id_), setting.known("BTC")
    days = [day for day in setting.days(id_, setting.today - _SESSIONS) if day <= last]
    return [(day, round(spot[day] * (1 + _CARRY * (last - day).days / 365) / 5) * 5.0) for day in days]


MAKES: dict[str, Make] = {"BTC": close, "BTC.LOW": low, "BTC.MVRV": over_realised}
