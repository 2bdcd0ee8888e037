"""Who holds bitcoin futures: CME's two contracts of a Tuesday, open interest of four venues, and our own counts."""

from datetime import date, timedelta

from feeds.simulate.slow.paths import Knots, Path
from feeds.simulate.slow.setting import Make, Points, Setting

VENUES = ("BINANCE", "BYBIT", "OKX", "DERIBIT")
# In parts of the open interest of a contract. What is left is other reportable traders' and the small ones'.
_PARTS = {
    "OI": 1.0,
    "LEV.LONG": 0.24,
    "LEV.SHORT": 0.68,
    "AM.LONG": 0.41,
    "AM.SHORT": 0.05,
    "DEALER.LONG": 0.11,
    "DEALER.SHORT": 0.07,
}
_STARTS = {"133741": date(2018, 4, 3), "133742": date(2021, 5, 4)}
_SINCE = date(2023, 1, 1)
_OWN = timedelta(days=400)


def _flat(level: float, past: Knots = (), vol: float = 0.015) -> Path:
    return Path(past or (("2023-01-01", level),), ((-120, level), (0, level)), vol=vol, pull=0.1, ratio=True)


PATHS = {
    "COT.133741": Path(
        (("2018-04-03", 2_600), ("2019-06-25", 5_300), ("2020-03-17", 3_100), ("2021-02-16", 11_500),
         ("2022-06-21", 13_200), ("2023-09-26", 14_500), ("2023-11-07", 21_900), ("2024-03-19", 29_500),
         ("2024-12-17", 43_100), ("2025-06-24", 29_300), ("2025-12-16", 23_000)),
        ((-120, 18_600), (-28, 17_400), (0, 17_200)), vol=0.03, pull=0.2, ratio=True,
    ),
    "COT.133742": Path(
        (("2021-05-04", 8_000), ("2022-06-21", 21_000), ("2023-09-26", 9_000), ("2024-12-17", 31_000)),
        ((-120, 24_400), (0, 24_100)), vol=0.06, pull=0.2, ratio=True,
    ),
    "OI.BINANCE": _flat(92_000, (("2023-01-01", 131_000), ("2023-10-31", 104_000), ("2024-12-17", 108_000),
                                 ("2025-10-06", 118_000), ("2025-10-15", 88_000))),
    "OI.BYBIT": _flat(53_000),
    "OI.OKX": _flat(38_000),
    "OI.DERIBIT": _flat(15_800),
    **{f"FUNDING.{venue}": Path((("2024-01-01", 7.0),), ((-120, 5.5), (0, 5.2)), vol=2.2, pull=0.4)
       for venue in VENUES},
    "LIQ.LONG": _flat(5.5e7, vol=0.7),
    "LIQ.SHORT": _flat(4.6e7, vol=0.7),
}  # fmt: skip


def reported(setting: Setting, id_: str) -> Points:
    """Contracts of one kind of traders."""
    _, code, kind = id_.split(".", 2)
    days = setting.days(id_, _STARTS[code])
    chance, part = setting.chance(id_), _PARTS[kind]
    spread = 0.0 if kind == "OI" else 0.04
    values = zip(days, setting.run(f"COT.{code}", days), strict=True)
    return [(day, float(round(round(value) * part * (1 + chance.gauss(0, spread))))) for day, value in values]


def open_interest(setting: Setting, id_: str) -> Points:
    days = setting.days(id_, _SINCE)
    return [(day, float(round(value))) for day, value in zip(days, setting.run(id_, days), strict=True)]


def own(setting: Setting, id_: str) -> Points:
    days = setting.days(id_, setting.today - _OWN)
    digits = 2 if id_.startswith("FUNDING") else 0
    return [(day, round(value, digits)) for day, value in zip(days, setting.run(id_, days), strict=True)]


MAKES: dict[str, Make] = {
    **{f"COT.{code}.{kind}": reported for code in _STARTS for kind in _PARTS},
    **{f"OI.{venue}": open_interest for venue in VENUES},
    **{f"FUNDING.{venue}": own for venue in VENUES},
    **dict.fromkeys(("LIQ.LONG", "LIQ.SHORT"), own),
}
