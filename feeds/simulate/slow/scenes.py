"""The scenes the slow world can play: how some series ran in the last months. A new scene is one row."""

from collections.abc import Mapping

from msgspec import Struct

from feeds.simulate.scenes import Curve


class SlowScene(Struct, frozen=True):
    """One row of the table.

    `note`: what of it is real and what is made up, in words. `recent`: by the name of a path, its points as (days
    from today, value), in place of those of the calm world. `september`: the repo market of September 2019 is played
    up to today. `spike`: on the newest days of the repo rates, the newest last, basis points added and billions lent.
    """

    name: str
    title: str
    note: str
    recent: Mapping[str, Curve] = {}
    september: bool = False
    spike: tuple[tuple[float, float], ...] = ()


_MADE_UP = (
    "All numbers are made up. Only the steps of the Fed's rates, the rough shape of past years and a few headline "
    "figures of the repo market are real."
)
_DOLLAR = 98.1

_TABLE = (
    SlowScene("calm", "made up: repo calm, MOVE below 100, oil quiet, liquidity and ETF flows up; no trade", _MADE_UP),
    SlowScene(
        "quarter-end",
        "made up: the newest repo rates are those of a quarter's end; tight, and half expected",
        _MADE_UP,
        {"repo.above": ((-60, 14), (0, 16)), "repo.effr": ((-90, -5), (-6, -5), (0, -4))},
        spike=((5, 0.0), (27, 3.4)),
    ),
    SlowScene(
        "repo-2019",
        "figures of September 2019 on today's dates: the repo market breaks, the Fed lends, the verdict is released",
        "Medians of SOFR and EFFR, the percentiles of the 17th, the steps of the Fed's rates and the operations are "
        "those of 23 August to 20 September 2019 (Federal Reserve Bank of New York), moved onto the last 20 business "
        "days; other percentiles and volumes, and all other series, are made up.",
        {
            "DGS3MO": ((-120, 2.3), (-40, 2.1), (-28, 1.98), (0, 1.94)),
            "DGS2": ((-120, 1.95), (-40, 1.7), (-28, 1.52), (0, 1.7)),
            "DGS10": ((-120, 2.2), (-40, 1.9), (-28, 1.55), (0, 1.74)),
            "DGS30": ((-120, 2.7), (-40, 2.4), (-28, 2.05), (0, 2.18)),
            "T10YIE": ((-120, 1.75), (-40, 1.65), (0, 1.6)),
            "breakeven.5": ((-120, 1.6), (-40, 1.45), (0, 1.4)),
            "MOVE": ((-120, 68), (-30, 95), (-10, 92), (0, 84)),
        },
        september=True,
    ),
    SlowScene(
        "tollbooth",
        "made up: oil dear in front, gold up and the dollar down, foreign officials take their Treasuries away",
        _MADE_UP,
        {
            "oil.front": ((-130, 66.5), (-60, 70.0), (-20, 75.2), (0, 75.6), (40, 75.6)),
            "oil.back": ((-130, 64.8), (-60, 66.5), (-20, 68.6), (0, 69.0), (40, 69.0)),
            "MOVE": ((-120, 84), (-35, 93), (-28, 94), (0, 114), (40, 118)),
            "WMTSECL1": ((-120, 2_772_000), (-98, 2_768_000), (-91, 2_765_000), (-10, 2_708_000), (0, 2_700_000)),
            "GOLD": ((-120, 4180), (-98, 4200), (-91, 4210), (-28, 4560), (0, 4720)),
            "DXY": ((-120, 101.8), (-98, 101.6), (-91, 101.4), (-28, 99.2), (0, _DOLLAR)),
            "GOLD.EXPORTS": ((-500, 3.0e9), (-380, 3.0e9), (-120, 6.4e9), (0, 6.7e9)),
            "CIPS.VALUE": ((-500, 12_600), (-380, 12_900), (-120, 15_900), (0, 16_300)),
            "DGS10": ((-120, 4.3), (-91, 4.3), (-33, 4.25), (-28, 4.26), (-5, 4.5), (0, 4.54)),
            "SPY": ((-120, 735), (-91, 742), (-33, 757), (-28, 756), (-5, 724), (0, 722)),
            "QQQ": ((-120, 665), (-91, 674), (-33, 692), (0, 660)),
        },
    ),
    SlowScene(
        "blockade",
        "made up: prompt barrels run short while the back does not believe it lasts; MOVE up, Treasuries sold",
        _MADE_UP,
        {
            "oil.front": ((-130, 66.5), (-45, 68.0), (-16, 71.0), (0, 93.0), (12, 104.0), (40, 104.0)),
            "oil.back": ((-130, 64.8), (-45, 66.0), (-16, 68.0), (0, 72.0), (12, 74.0), (40, 74.0)),
            "MOVE": ((-120, 86), (-35, 92), (-28, 93), (0, 121), (10, 124), (40, 124)),
            "WMTSECL1": ((-120, 2_706_000), (-98, 2_706_000), (-91, 2_706_000), (-10, 2_689_000), (0, 2_686_000)),
            "GOLD": ((-120, 4790), (-98, 4785), (-91, 4780), (-28, 4660), (0, 4570)),
            "DXY": ((-120, 99.7), (-98, 99.7), (-91, 99.6), (-28, 99.0), (0, _DOLLAR)),
            "DGS10": ((-120, 4.3), (-91, 4.3), (-33, 4.25), (-28, 4.26), (-5, 4.53), (0, 4.58)),
            "SPY": ((-120, 735), (-91, 742), (-33, 757), (-28, 756), (-5, 716), (0, 711)),
            "QQQ": ((-120, 665), (-91, 674), (-33, 692), (0, 648)),
            "VIXCLS": ((-91, 17.0), (-28, 17.5), (0, 25.0)),
        },
    ),
    SlowScene(
        "empire",
        "made up: the back of the oil curve catches up, MOVE stays above 130, gold rises against a firm dollar",
        _MADE_UP,
        {
            "oil.front": ((-130, 68.0), (-60, 84.0), (-16, 90.4), (0, 95.2), (12, 97.5), (40, 97.5)),
            "oil.back": ((-130, 66.0), (-60, 76.0), (-16, 82.1), (0, 92.0), (12, 96.5), (40, 96.5)),
            "MOVE": ((-120, 88), (-60, 98), (-36, 156), (-28, 155), (-6, 143), (0, 142), (40, 139)),
            "WMTSECL1": ((-120, 2_727_000), (-98, 2_725_000), (-91, 2_724_000), (-10, 2_703_000), (0, 2_700_000)),
            "GOLD": ((-120, 4290), (-98, 4300), (-91, 4310), (-28, 4580), (0, 4700)),
            "DXY": ((-120, 95.3), (-98, 95.5), (-91, 95.6), (-28, 97.4), (0, _DOLLAR)),
            "DGS10": ((-120, 4.3), (-91, 4.36), (-33, 4.52), (-28, 4.56), (-5, 4.89), (0, 4.95)),
            "DGS30": ((-120, 4.9), (-91, 4.95), (-33, 5.12), (0, 5.52)),
            "SPY": ((-120, 735), (-91, 740), (-33, 738), (-28, 736), (-5, 692), (0, 686)),
            "QQQ": ((-120, 665), (-91, 670), (-33, 668), (0, 614)),
            "VIXCLS": ((-91, 18.0), (-28, 25.0), (0, 29.0)),
        },
    ),
    SlowScene(
        "release",
        "made up: MOVE was above 130 three weeks ago; now the Fed's assets and its discount window grow; released",
        _MADE_UP,
        {
            "MOVE": ((-120, 90), (-36, 98), (-25, 139), (-19, 144), (-12, 118), (0, 101)),
            "WALCL": ((-120, 6_690_000), (-91, 6_700_000), (-20, 6_710_000), (-13, 6_775_000), (-8, 6_850_000),
                      (0, 6_945_000)),
            "WLCFLPCL": ((-91, 5_600), (-22, 6_000), (-8, 76_000), (0, 128_000)),
            "H41RESPPALGTRFNWW": ((-91, 0), (-20, 0), (-8, 22_000), (0, 31_000)),
            "SPY": ((-120, 735), (-91, 742), (-36, 748), (-19, 694), (0, 722)),
            "QQQ": ((-120, 665), (-91, 674), (-36, 682), (-19, 628), (0, 659)),
            "VIXCLS": ((-91, 17.0), (-36, 18.0), (-19, 34.0), (0, 22.0)),
        },
    ),
)  # fmt: skip
SLOW_SCENES: dict[str, SlowScene] = {row.name: row for row in _TABLE}


def scene(name: str) -> SlowScene:
    """The scene of that name, or `ValueError` with the names there are."""
    try:
        return SLOW_SCENES[name]
    except KeyError:
        raise ValueError(f"no slow scene {name!r}; there are: {', '.join(SLOW_SCENES)}") from None
