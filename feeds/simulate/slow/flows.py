"""What flows into the bitcoin funds day by day, and what one of them holds for it."""

from datetime import date

from feeds.simulate.slow.paths import Path
from feeds.simulate.slow.setting import Make, Points, Setting

# Ticker, first day, part of what flows; GBTC began with bitcoin of its own, and has a path of what leaves it.
_FUNDS: tuple[tuple[str, date, float], ...] = (
    ("IBIT", date(2024, 1, 11), 0.52),
    ("FBTC", date(2024, 1, 11), 0.20),
    ("BITB", date(2024, 1, 11), 0.05),
    ("ARKB", date(2024, 1, 11), 0.07),
    ("BTCO", date(2024, 1, 11), 0.015),
    ("EZBC", date(2024, 1, 11), 0.015),
    ("BRRR", date(2024, 1, 11), 0.01),
    ("HODL", date(2024, 1, 11), 0.02),
    ("BTCW", date(2024, 1, 11), 0.01),
    ("MSBT", date(2026, 4, 8), 0.06),
    ("GBTC", date(2024, 1, 11), 0.0),
    ("BTC", date(2024, 7, 31), 0.04),
)
FUNDS = tuple(ticker for ticker, _, _ in _FUNDS)
_FIRST = date(2024, 1, 11)
_COIN = 0.00057  # of a bitcoin, in a share of IBIT on its first day
_FEE = 0.0025  # a year, paid in bitcoin

PATHS = {
    "flow": Path(  # millions of dollars a day, into all but GBTC
        (("2024-01-11", 650), ("2024-01-25", 300), ("2024-02-12", 560), ("2024-03-12", 780), ("2024-03-25", 160),
         ("2024-05-01", 20), ("2024-06-05", 260), ("2024-08-01", 60), ("2024-10-10", 130), ("2024-11-20", 450),
         ("2025-01-20", 260), ("2025-02-25", -260), ("2025-04-10", -60), ("2025-05-10", 320), ("2025-07-12", 430),
         ("2025-08-20", -40), ("2025-10-05", 330), ("2025-10-20", -60), ("2025-11-20", -260), ("2026-02-10", -130),
         ("2026-04-20", 40)),
        ((-120, -10), (-60, 20), (-30, 140), (0, 190)), vol=75, pull=0.55, market=35,
    ),
    "flow.gbtc": Path(
        (("2024-01-11", -330), ("2024-01-22", -480), ("2024-02-20", -140), ("2024-03-19", -380), ("2024-05-03", -35),
         ("2024-08-01", -25), ("2025-01-01", -10)),
        ((-120, -6), (0, -5)), vol=6, pull=0.5,
    ),
}  # fmt: skip


def flow(setting: Setting, id_: str) -> Points:
    """Of one fund, in tenths of a million; small funds report zero on many days."""
    ticker = id_.removeprefix("ETF.")
    first, part = next((first, part) for name, first, part in _FUNDS if name == ticker)
    days, chance = setting.days(id_, _FIRST), setting.chance(id_)
    result = []
    for day, total, old in zip(days, setting.run("flow", days), setting.run("flow.gbtc", days), strict=True):
        own = old if ticker == "GBTC" else total * part * (1 + chance.gauss(0, 0.25)) + chance.gauss(0, 25 * part)
        if day >= first:
            result.append((day, 0.0 if abs(own) < 1.5 else round(own, 1)))
    return result


def total(setting: Setting, id_: str) -> Points:
    """The sum of the funds' tenths, exactly."""
    sums: dict[date, int] = {}
    for ticker in FUNDS:
        for day, value in setting.points(f"ETF.{ticker}"):
            sums[day] = sums.get(day, 0) + round(value * 10)
    return [(day, tenths / 10) for day, tenths in sums.items()]


def in_dollars(setting: Setting, id_: str) -> Points:
    """The total in dollars: to the dollar that of the page, or another's count of it that differs a little."""
    chance = setting.chance(id_)
    if id_ == "COINGLASS.FLOW":
        return [(day, round(value * 1e6, -5)) for day, value in setting.points("ETF.TOTAL")]
    return [(day, float(round(value * 1e6 * chance.uniform(0.96, 1.03)))) for day, value in setting.points("ETF.TOTAL")]


def assets(setting: Setting, id_: str) -> Points:
    """Of all funds: the 619,000 BTC that GBTC began with, and what was bought since."""
    price, coins, result = setting.known("BTC"), 619_000.0, []
    for day, value in setting.points("ETF.TOTAL"):
        coins += value * 1e6 / price[day]
        result.append((day, float(round(coins * price[day]))))
    return result


def _coin(day: date) -> float:
    """Bitcoin in one share: less each year by the fee."""
    return float(_COIN * (1 - _FEE) ** ((day - _FIRST).days / 365))


def shares(setting: Setting, id_: str) -> Points:
    """The count of a day has the flows up to the day before."""
    price, count, result = setting.known("BTC"), 400_000.0, []
    for day, value in setting.points("ETF.IBIT"):
        result.append((day, round(count / 40_000) * 40_000.0))
        count += value * 1e6 / (price[day] * _coin(day))
    return result


def asset_value(setting: Setting, id_: str) -> Points:
    price = setting.known("BTC")
    return [(day, round(price[day] * _coin(day), 2)) for day, _ in setting.points("ETF.IBIT")]


def held(setting: Setting, id_: str) -> Points:
    return [(day, round(count * _coin(day), 1)) for day, count in setting.points("IBIT.SHARES")]


MAKES: dict[str, Make] = {
    **{f"ETF.{ticker}": flow for ticker in FUNDS},
    "ETF.TOTAL": total,
    **dict.fromkeys(("COINGLASS.FLOW", "SOSO.FLOW"), in_dollars),
    "SOSO.ASSETS": assets,
    "IBIT.SHARES": shares,
    "IBIT.NAV": asset_value,
    "IBIT.BTC": held,
}
