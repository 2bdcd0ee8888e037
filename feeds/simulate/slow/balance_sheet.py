"""The Fed's weekly statement, the Treasury's daily account, and other money: the parts add up."""

from collections.abc import Container
from datetime import date, timedelta
from itertools import pairwise

from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.setting import Make, Points, Setting, drawn

PATHS = {
    "WALCL": Path(
        (
            *(("2013-01-02", 2_920_000), ("2014-10-29", 4_487_000), ("2017-10-04", 4_460_000)),
            *(("2018-12-26", 4_080_000), ("2019-08-28", 3_760_000), ("2019-12-25", 4_165_000)),
            *(("2020-02-26", 4_159_000), ("2020-03-25", 5_254_000), ("2020-06-10", 7_169_000)),
            *(("2020-07-08", 6_920_000), ("2021-06-30", 8_078_000), ("2022-04-13", 8_965_000)),
            *(("2023-03-08", 8_342_000), ("2023-03-22", 8_734_000), ("2023-05-31", 8_386_000)),
            *(("2023-12-27", 7_712_000), ("2024-06-26", 7_231_000), ("2025-03-26", 6_740_000)),
            *(("2025-11-26", 6_552_000), ("2025-12-10", 6_540_000), ("2026-04-01", 6_660_000)),
            ("2026-07-01", 6_724_000),
        ),
        ((-120, 6_684_000), (-91, 6_690_000), (-28, 6_733_000), (0, 6_745_000)),
        vol=0.0006,
        pull=0.2,
        ratio=True,
    ),
    "TGA": Path(
        (
            *(("2013-01-01", 90_000), ("2016-01-01", 300_000), ("2017-03-01", 100_000), ("2018-04-01", 290_000)),
            *(("2019-03-01", 250_000), ("2019-08-20", 130_000), ("2019-12-01", 350_000), ("2020-04-01", 500_000)),
            *(("2020-07-20", 1_790_000), ("2021-02-01", 1_600_000), ("2021-07-31", 460_000), ("2021-12-10", 60_000)),
            *(("2022-05-01", 940_000), ("2022-12-20", 420_000), ("2023-06-01", 40_000), ("2023-11-01", 740_000)),
            *(("2024-11-01", 820_000), ("2025-02-10", 800_000), ("2025-07-10", 330_000), ("2025-10-31", 985_000)),
            *(("2025-12-20", 840_000), ("2026-05-01", 900_000)),
        ),
        ((-120, 890_000), (-91, 890_000), (-28, 850_000), (0, 842_000)),
        vol=0.02,
        pull=0.1,
        ratio=True,
    ),
    "currency": Path(
        (("2013-01-01", 1_160_000), ("2019-09-01", 1_760_000), ("2020-12-31", 2_080_000), ("2022-06-01", 2_275_000),
         ("2026-01-01", 2_430_000)),
        ((-91, 2_460_000), (0, 2_465_000)),
    ),
    "deposits": Path((("2013-01-01", 60_000), ("2021-06-01", 330_000), ("2024-01-01", 200_000)),
                     ((-91, 215_000), (0, 215_000)), vol=0.01, ratio=True),
    "WLRRAFOIAL": Path(
        (("2013-01-01", 100_000), ("2018-04-01", 240_000), ("2019-09-01", 295_000), ("2020-06-01", 225_000),
         ("2023-06-01", 330_000), ("2025-01-01", 390_000)),
        ((-91, 330_000), (0, 328_000)), vol=0.01, ratio=True,
    ),
    "H41RESPPALGTRFNWW": Path(
        (("2013-01-01", 0), ("2023-03-15", 0), ("2023-03-22", 60_000), ("2023-04-19", 20_000), ("2023-05-03", 0)),
        ((-91, 0), (0, 0)),
    ),
    "WLCFLPCL": Path(
        (
            *(("2013-01-01", 20), ("2020-03-11", 20), ("2020-03-25", 50_800), ("2020-06-24", 6_000)),
            *(("2021-06-30", 600), ("2022-11-30", 9_500), ("2023-03-08", 4_600), ("2023-03-15", 152_850)),
            *(("2023-03-29", 88_200), ("2023-05-31", 4_000), ("2024-12-31", 3_000), ("2025-11-26", 9_000)),
        ),
        ((-91, 5_600), (-28, 5_900), (0, 6_000)), vol=0.04, pull=0.3, ratio=True,
    ),
    "SWPT": Path(
        (("2013-01-01", 150), ("2020-03-11", 58), ("2020-04-01", 349_000), ("2020-05-27", 449_000),
         ("2020-08-26", 92_000), ("2020-12-30", 17_000), ("2021-06-30", 500), ("2023-03-22", 590)),
        ((-91, 110), (0, 120)), vol=0.1, pull=0.4, ratio=True,
    ),
    "WMTSECL1": Path(
        (("2013-01-02", 2_900_000), ("2015-01-07", 2_960_000), ("2016-12-07", 2_810_000), ("2018-04-04", 3_070_000),
         ("2020-02-26", 2_970_000), ("2020-04-01", 2_860_000), ("2021-06-30", 3_090_000), ("2023-01-04", 2_950_000),
         ("2025-02-26", 2_890_000), ("2026-02-25", 2_720_000), ("2026-06-24", 2_690_000)),
        ((-120, 2_694_000), (-91, 2_694_000), (0, 2_706_000)), vol=0.0006, pull=0.2, ratio=True,
    ),
    "WFASECL1": Path((("2013-01-02", 310_000), ("2019-01-02", 330_000), ("2022-01-05", 375_000),
                      ("2025-06-04", 245_000)), ((-91, 232_000), (0, 232_000)), vol=0.002, ratio=True),
    "WSEFINOL": Path((("2013-01-02", 45_000), ("2022-01-05", 82_000)), ((-91, 76_000), (0, 76_000)), vol=0.003,
                     ratio=True),
    "TOTBKCR": Path(
        (("2013-01-02", 9_900), ("2016-01-06", 11_700), ("2019-12-25", 13_800), ("2020-05-27", 15_000),
         ("2022-12-28", 17_500), ("2023-12-27", 17_350), ("2025-01-01", 17_900), ("2025-12-31", 18_900)),
        ((-120, 19_450), (-91, 19_500), (0, 19_640)), vol=0.0008, pull=0.3, ratio=True,
    ),
    "M2SL": Path(
        (("2013-01-01", 10_470), ("2016-01-01", 12_470), ("2020-02-01", 15_450), ("2020-06-01", 18_100),
         ("2022-04-01", 21_720), ("2023-10-01", 20_660), ("2025-01-01", 21_560), ("2026-01-01", 22_420)),
        ((-400, 22_250), (-120, 23_010), (0, 23_250)), vol=0.0005, ratio=True,
    ),
    "ECBASSETSW": Path(
        (("2013-01-04", 2_960_000), ("2014-09-05", 2_010_000), ("2018-12-28", 4_670_000), ("2020-03-06", 4_700_000),
         ("2022-06-24", 8_830_000), ("2023-12-29", 6_930_000), ("2025-06-27", 6_250_000)),
        ((-180, 6_060_000), (0, 6_010_000)), vol=0.001, ratio=True,
    ),
    "JPNASSETS": Path(
        (("2013-01-01", 1_590_000), ("2016-01-01", 3_890_000), ("2019-01-01", 5_570_000), ("2022-04-01", 7_390_000),
         ("2024-03-01", 7_560_000), ("2025-12-01", 6_850_000)),
        ((-180, 6_700_000), (0, 6_600_000)), vol=0.003, ratio=True,
    ),
}  # fmt: skip


def statement(setting: Setting, id_: str) -> Points:
    """What stands by itself, in whole millions."""
    days = setting.days(id_)
    return [(day, float(round(value))) for day, value in zip(days, setting.run(id_, days), strict=True)]


def account(setting: Setting, id_: str) -> Points:
    """The Treasury's account of a Wednesday: that of the daily statement."""
    daily = setting.known("TGA")
    return [(day, daily[_before(day, daily)]) for day in setting.days(id_)]


def account_average(setting: Setting, id_: str) -> Points:
    """The seven days to a Wednesday; a day without a statement has the one before's."""
    daily = setting.known("TGA")
    week = [timedelta(days=back) for back in range(7)]
    return [
        (day, float(round(sum(daily[_before(day - back, daily)] for back in week) / 7)))
        for day in setting.days(id_)[1:]
    ]


def _before(day: date, daily: Container[date]) -> date:
    """The day itself if there is a statement of it, else the last before."""
    while day not in daily:
        day -= timedelta(days=1)
    return day


def reserves(setting: Setting, id_: str) -> Points:
    """What the assets leave after all else that the Fed owes."""
    days = setting.days(id_)
    repo = dict(setting.points("RRPONTSYD"))
    others = [setting.known(name) for name in ("WDTGAL", "WLRRAFOIAL")]
    columns = zip(setting.points("WALCL"), setting.run("currency", days), setting.run("deposits", days), strict=True)
    overnight, result = 0.0, []
    for (day, assets), currency, deposits in columns:
        overnight = repo.get(day, overnight)
        owed = currency + deposits + overnight * 1000 + sum(other[day] for other in others)
        result.append((day, float(round(assets - owed))))
    return result


def average(setting: Setting, id_: str) -> Points:
    """Of a week, from the Wednesdays on both sides."""
    levels = setting.points({"WRESBAL": "WRBWFRBL", "WSEFINT1": "WSEFINTL1"}[id_])
    chance = setting.chance(id_)
    between = ((this, before, after, chance.uniform(0.35, 0.65)) for (_, before), (this, after) in pairwise(levels))
    return [(this, float(round(before + (after - before) * part))) for this, before, after, part in between]


def custody(setting: Setting, id_: str) -> Points:
    parts = [setting.points(name) for name in ("WMTSECL1", "WFASECL1", "WSEFINOL")]
    return [(rows[0][0], sum(value for _, value in rows)) for rows in zip(*parts, strict=True)]


def weekly_money(setting: Setting, id_: str) -> Points:
    """Not adjusted: higher in April and at the year's end than the adjusted months."""
    days, chance = setting.days(id_), setting.chance(id_)
    season = {1: 0.004, 4: 0.008, 9: -0.004, 12: 0.009}
    values = zip(days, setting.run("M2SL", days), strict=True)
    return [(day, round(value * (1 + season.get(day.month, 0.0) + chance.gauss(0, 0.001)), 1)) for day, value in values]


_BY_THEMSELVES = ("WALCL", "WLRRAFOIAL", "H41RESPPALGTRFNWW", "WLCFLPCL", "SWPT", "WMTSECL1", "WFASECL1", "WSEFINOL")

MAKES: dict[str, Make] = {
    **dict.fromkeys(_BY_THEMSELVES, statement),
    **dict.fromkeys(("TGA", "ECBASSETSW", "JPNASSETS"), statement),
    **dict.fromkeys(("TOTBKCR", "M2SL"), drawn),
    "WDTGAL": account,
    "WTREGEN": account_average,
    "WRBWFRBL": reserves,
    **dict.fromkeys(("WRESBAL", "WSEFINT1"), average),
    "WSEFINTL1": custody,
    "WM2NS": weekly_money,
}
