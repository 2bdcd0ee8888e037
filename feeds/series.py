"""The table of slow series: one row each, or one for a family of them.

An id is the name traders use, mostly FRED's. Values are kept in `unit`; where a publisher writes another one,
`published` says which, and its file in `feeds.sources` converts. `low` and `high` are no thresholds but a check of
magnitude: a value outside of them comes in another unit, or is no value of this series, and is refused. Within them
`nature` says what it is held against before it is used: see `feeds.doubt`.
"""

import re
from functools import cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import Beside, Release

Group = Literal[
    "repo", "liquidity", "rates", "inflation", "growth", "risk", "dollar", "oil", "bitcoin", "etf", "positions",
    "fragility", "own", "imported",
]  # fmt: skip
"""What drives what; the order in which the groups are shown."""
Nature = Literal["level", "rate", "index", "flow"]
"""What a series' values can do. `level`: all are positive, and move by a share of themselves. `rate`: it may come near
zero and pass it, as percent do, and the price of oil for a day; moves are counted in its unit. `index`: it swings about
zero. `flow`: it is usually nil, or of either sign. The last two can be held against fixed bounds only."""
Revised = Literal["never", "tail", "whole"]
"""What its publisher changes afterwards by rule: nothing, its last values or years, or all of it."""
JUMPS: dict[Nature, float] = {"level": 5, "rate": 10, "index": 0, "flow": 0}
"""The largest move that is believed at once where a row gives no other: times as much, or points.

Five times in a day, week or month is more than any index, price or balance has done: a doubling of VIX, four times the
unemployment of the month before (2020-04), 60 % off bitcoin; and a factor of ten is caught either way. Ten points are
more than SOFR's 99th percentile did on 2019-09-17 (6.4)."""
NEAR_ZERO: dict[Nature, float] = {"level": 0, "rate": 0.05, "index": 0, "flow": 0}
"""What counts as zero where a row gives no other: a rate of less than 5 bp may be 1 bp tomorrow."""


class Series(Struct, frozen=True):
    """One row of the table.

    `sources`: publishers, best first; a later one is asked where the one before fails or is off, and never
    overrules it. `stale_days`: days from the period's end after which even an unchanged number is called stale.
    `absent`: periods that were never published. `step`: whether the last value holds until the next (rates of an
    administration), so that a missing day is no hole. `digits`: places to show. `family`: the id of the family's row.
    `snapshot`: the figure of a moment, so that the first one seen of a period stays.
    `settles`: days from the start of a period for which its number moves; one read later was not known before.
    `jump`: of a level times as much or as little, of a rate points: what goes beyond is doubted. `grain`: the smallest
    size that means anything. Below it levels and rates are not told from zero; a flow that is smaller and not zero is
    doubted. Both 0: as is usual for its nature. `beside`: days beside those of its calendar that it has values of; its
    rule names the others, and a value of any other day is refused.
    """

    id: str
    label: str
    unit: str
    group: Group
    sources: tuple[str, ...]
    release: Release
    low: float
    high: float
    stale_days: int
    digits: int = 2
    published: str = ""
    absent: tuple[str, ...] = ()
    step: bool = False
    use: str = ""
    family: str = ""
    snapshot: bool = False
    settles: int = 0
    nature: Nature = "level"
    revised: Revised = "never"
    jump: float = 0
    grain: float = 0
    beside: Beside = ""


REPO = Release("day", "08:00", "repo")
UNSECURED = Release("day", "09:00", "fed")
OPERATION = Release("day", "14:00", "repo", lag=0)
STATEMENT = Release("day", "16:00", "federal")
H41 = Release("week", "16:30", lag=1, weekday=2)
H8 = Release("week", "16:15", lag=9, weekday=2, eve="statute")
CLAIMS = Release("week", "08:30", lag=5, weekday=5, eve="federal")
YIELDS = Release("day", "18:00", "sifma", lag=0, grace_h=3)
H15 = Release("day", "16:15", "sifma", grace_h=6)
CLOSE = Release("day", "18:00", "nyse", lag=0, grace_h=6)
FUTURES = Release("day", "18:00", "nymex", lag=0, grace_h=6)
BUDGET = Release("month", "14:00", lag=8, working=True, usual=True, grace_h=24 * 7)  # September's comes some days later
CONTINUOUS = Release("day", "18:00", "weekdays", lag=0, grace_h=12)
COT = Release("week", "15:30", lag=3, weekday=1, working=True, grace_h=4)
FLOWS = Release("day", "07:00", "nyse", lag=1, grace_h=6)
UTC_DAY = Release("day", "20:00", "all", lag=0, grace_h=12)


def _monthly(lag: int, at: str = "08:30") -> Release:
    return Release("month", at, lag=lag, usual=True, grace_h=24 * 7)


def _quarterly(lag: int, at: str = "08:30") -> Release:
    return Release("quarter", at, lag=lag, usual=True, grace_h=24 * 21)


def _fan(name: str, label: str, release: Release, *others: str) -> tuple[Series, ...]:
    """A reference rate with its percentiles and volume; `percentRate` is the volume-weighted median.

    `others`: who has all of them besides the New York Fed. Of TGCR and BGCR FRED has but two, under other names.
    """
    sources = ("nyfed", *others)
    use = "repo stress: the share of volume at or above IORB" if name == "SOFR" else "repo stress"
    return (
        Series(name, label, "%", "repo", sources, release, -1, 25, 7, use=use, nature="rate"),
        *(
            Series(
                f"{name}{p}",
                f"{label}, {p}{_nth(p)} percentile",
                "%",
                "repo",
                sources,
                release,
                -1,
                25,
                7,
                use=use,
                nature="rate",
            )
            for p in (1, 25, 75, 99)
        ),
        Series(f"{name}VOL", f"{label}, volume", "$bn", "repo", sources, release, 1, 20_000, 7, 0, use=use),
    )


def _nth(n: int) -> str:
    return "st" if n == 1 else "th"


def _h41(
    id_: str, label: str, high: float, use: str, low: float = 0, nature: Nature = "level", jump: float = 0
) -> Series:
    """A line of the H.4.1; of a flow the smallest that it can say is a million."""
    grain = 1 if nature == "flow" else 0
    return Series(
        id_, label, "$M", "liquidity", ("fred",), H41, low, high, 14, 0, use=use, nature=nature, jump=jump, grain=grain
    )


def _yield(id_: str, label: str, use: str = "rates", low: float = -2) -> Series:
    return Series(id_, label, "%", "rates", ("treasury", "fred"), YIELDS, low, 25, 7, use=use, nature="rate")


def _fund(id_: str, label: str, use: str, low: float = 0.5, high: float = 50_000) -> Series:
    return Series(id_, label, "$", "risk", ("yahoo",), CLOSE, low, high, 7, use=use)


# fmt: off
_TABLE: tuple[Series, ...] = (
    # Repo and the Fed's own rates
    *_fan("SOFR", "SOFR", REPO, "ofr", "fred"),
    *_fan("TGCR", "Tri-party general collateral rate", REPO),
    *_fan("BGCR", "Broad general collateral rate", REPO),
    *_fan("EFFR", "Effective fed funds rate", UNSECURED, "fred"),
    *_fan("OBFR", "Overnight bank funding rate", UNSECURED, "fred"),
    Series("IORB", "Interest on reserve balances", "%", "repo", ("fred", "steps"), Release("day", "17:00", "all", 0),
           -0.5, 25, 7, step=True, use="repo stress: what a bank earns without lending", nature="rate"),
    Series("DFEDTARU", "Fed funds target, upper", "%", "repo", ("nyfed", "fred"), UNSECURED, -0.5, 25, 7, step=True,
           use="the standing repo rate (its minimum bid before 2025-12-11)", nature="rate"),
    Series("DFEDTARL", "Fed funds target, lower", "%", "repo", ("nyfed", "fred"), UNSECURED, -0.5, 25, 7, step=True,
           nature="rate"),
    Series("SRF", "Repo lent overnight by the Fed on the day (standing since 2021-07-29)", "$", "repo", ("nyfed",),
           OPERATION, 0, 2e12, 7, 0, use="repo stress; released by three days at $50 bn", nature="flow", grain=1e6),
    Series("RRPONTSYD", "Overnight reverse repo", "$bn", "liquidity", ("nyfed", "fred"), OPERATION, 0, 5_000, 7, 3,
           published="$ at the New York Fed", use="net liquidity", nature="flow", grain=1e-3),
    Series("RDE", "Reserve demand elasticity, median", "", "repo", ("nyfed",),
           Release("month", "10:00", lag=20, usual=True, grace_h=240), -10, 10, 75, 3,
           use="one of the New York Fed's five indicators", nature="index", revised="whole"),
    Series("RDE.LOW", "Reserve demand elasticity, 2.5th percentile", "", "repo", ("nyfed",),
           Release("month", "10:00", lag=20, usual=True, grace_h=240), -10, 10, 75, 3, nature="index", revised="whole"),
    Series("RDE.HIGH", "Reserve demand elasticity, 97.5th percentile", "", "repo", ("nyfed",),
           Release("month", "10:00", lag=20, usual=True, grace_h=240), -10, 10, 75, 3, nature="index", revised="whole"),
    Series("DLOD", "Daylight overdrafts, average", "$bn", "repo", ("board",), _quarterly(90), 0, 1_000, 270,
           use="one of the New York Fed's five indicators", revised="tail"),
    Series("DLOD.PEAK", "Daylight overdrafts, peak", "$bn", "repo", ("board",), _quarterly(90), 0, 2_000, 270,
           revised="tail"),
    # The quantity of money
    _h41("WALCL", "Fed total assets, Wednesday", 2e7, "net liquidity; released by +$100 bn in 4 weeks", 4e5),
    _h41("WRESBAL", "Reserves, average of the week", 8e6, "repo stress", 4e3),
    _h41("WRBWFRBL", "Reserves, Wednesday", 8e6, "repo stress", 4e3),
    _h41("WDTGAL", "Treasury's account, Wednesday", 3e6, "net liquidity", jump=10),
    _h41("WTREGEN", "Treasury's account, average of the week", 3e6, "liquidity", jump=10),
    _h41("WLRRAFOIAL", "Reverse repo of foreign officials, Wednesday", 2e6, "liquidity"),
    _h41("H41RESPPALGTRFNWW", "Repo of foreign officials (FIMA), Wednesday", 2e6, "dollar squeeze", nature="flow"),
    _h41("WLCFLPCL", "Discount window, primary credit, Wednesday", 1e6, "released by +$50 bn in 2 weeks",
           nature="flow"),
    _h41("SWPT", "Swap lines, Wednesday", 2e6, "dollar squeeze", nature="flow"),
    _h41("WSEFINTL1", "Custody for foreign officials, Wednesday", 8e6, "dollar exit", 1e5),
    _h41("WSEFINT1", "Custody for foreign officials, average of the week", 8e6, "dollar exit", 1e5),
    _h41("WMTSECL1", "Custody: Treasuries, Wednesday", 8e6, "dollar exit", 1e5),
    _h41("WFASECL1", "Custody: agencies, Wednesday", 4e6, "dollar exit"),
    _h41("WSEFINOL", "Custody: other, Wednesday", 4e6, "dollar exit"),
    Series("TGA", "Treasury's account, daily close", "$M", "liquidity", ("fiscaldata",), STATEMENT, 0, 3e6, 7, 0,
           use="liquidity, day by day", jump=10),
    Series("M2SL", "M2, monthly", "$bn", "liquidity", ("fred",), _monthly(25, "13:00"), 200, 1e5, 75, 1,
           use="liquidity: M2 year on year", revised="whole"),
    Series("WM2NS", "M2, weekly, not adjusted", "$bn", "liquidity", ("fred",),
           Release("week", "13:00", lag=22, weekday=0, usual=True, grace_h=240), 200, 1e5, 60, 1, revised="whole"),
    Series("TOTBKCR", "Bank credit", "$bn", "liquidity", ("fred",), H8, 300, 1e5, 21, 1, use="quantity of money",
           revised="whole"),
    Series("ECBASSETSW", "ECB assets", "EUR M", "liquidity", ("fred",),
           Release("week", "12:00", "target", lag=7, weekday=4, usual=True, grace_h=120), 5e5, 3e7, 28, 0,
           use="liquidity elsewhere, in dollars", revised="tail"),
    Series("JPNASSETS", "Bank of Japan assets", "JPY 100M", "liquidity", ("fred",), _monthly(12), 5e5, 3e7, 75, 0,
           use="liquidity elsewhere, in dollars"),
    # The price of money
    _yield("DGS1MO", "Treasury bill, 1 month"),
    _yield("DGS3MO", "Treasury bill, 3 months", "carry over cash"),
    _yield("DGS6MO", "Treasury bill, 6 months"),
    _yield("DGS1", "Treasury, 1 year"),
    _yield("DGS2", "Treasury, 2 years", "hikes or cuts priced; price of money"),
    _yield("DGS5", "Treasury, 5 years"),
    _yield("DGS10", "Treasury, 10 years", "curve; scenarios"),
    _yield("DGS30", "Treasury, 30 years"),
    _yield("DFII5", "Treasury, real, 5 years"),
    _yield("DFII10", "Treasury, real, 10 years", "rates: the real yield's 13-week change"),
    Series("T10YIE", "Breakeven inflation, 10 years", "%", "rates", ("fred",), H15, -5, 15, 7, use="inflation",
           nature="rate"),
    Series("T5YIFR", "Inflation, 5 years in 5 years", "%", "rates", ("fred",), H15, -5, 15, 7, use="inflation",
           nature="rate"),
    Series("T10Y2Y", "Curve, 10 years less 2", "%", "rates", ("fred",), H15, -10, 10, 7, use="rates", nature="index"),
    # Inflation and growth
    Series("CPIAUCSL", "Consumer prices", "index", "inflation", ("fred",), _monthly(12), 10, 2_000, 75, 3,
           absent=("2025-10-01",), use="inflation, year on year by date", revised="tail"),
    Series("CPILFESL", "Consumer prices without food and energy", "index", "inflation", ("fred",), _monthly(12), 10,
           2_000, 75, 3, absent=("2025-10-01",), use="inflation, 3 months annualised", revised="tail"),
    Series("PCEPI", "PCE prices", "index", "inflation", ("fred",), _monthly(28), 5, 1_000, 90, 3, revised="whole"),
    Series("PCEPILFE", "PCE prices without food and energy", "index", "inflation", ("fred",), _monthly(28), 5, 1_000,
           90, 3, use="inflation", revised="whole"),
    Series("GDPC1", "Real GDP", "$bn of 2017", "growth", ("fred",), _quarterly(28), 1_000, 1e5, 150, 1,
           revised="whole"),
    Series("GDPNOW", "GDPNow", "% a year", "growth", ("fred",), _quarterly(-60), -60, 60, 120, use="growth now",
           settles=92 + 28, nature="index", revised="tail"),
    Series("UNRATE", "Unemployment", "%", "growth", ("fred",), _monthly(5), 0, 40, 60, 1, absent=("2025-10-01",),
           revised="tail"),
    Series("PAYEMS", "Payrolls", "thousands", "growth", ("fred",), _monthly(5), 2e4, 4e5, 60, 0, revised="whole"),
    Series("ICSA", "Jobless claims", "persons", "growth", ("fred",), CLAIMS, 5e4, 2e7, 21, 0, use="growth",
           revised="tail", jump=15),
    Series("CFNAI", "Chicago Fed activity index", "index", "growth", ("fred",), _monthly(24), -30, 30, 75,
           nature="index", revised="whole"),
    Series("GACDISA066MSFRBNY", "New York Fed survey (for PMI)", "index", "growth", ("fred",), _monthly(-15), -150,
           150, 60, 1, nature="index", revised="tail"),
    Series("GACDFSA066MSFRBPHI", "Philadelphia Fed survey (for PMI)", "index", "growth", ("fred",), _monthly(-12),
           -150, 150, 60, 1, nature="index", revised="tail"),
    # Risk appetite
    Series("VIXCLS", "VIX", "index", "risk", ("cboe", "fred"), CLOSE, 3, 200, 7, use="risk appetite",
           beside="holidays"),
    Series("MOVE", "MOVE", "index", "risk", ("yahoo",), CLOSE, 20, 400, 10, use="arms the verdict above 130"),
    Series("BAMLH0A0HYM2", "High-yield spread", "%", "risk", ("fred",), H15, 0.5, 40, 7, use="risk appetite",
           beside="month ends"),
    Series("BAMLC0A0CM", "Investment-grade spread", "%", "risk", ("fred",), H15, 0.1, 15, 7, use="risk appetite",
           beside="month ends"),
    Series("NFCI", "Chicago Fed financial conditions", "index", "risk", ("fred",),
           Release("week", "08:30", "fed", lag=5, weekday=4), -5, 10, 21, 3, use="risk appetite",
           nature="index", revised="whole"),
    Series("STLFSI4", "St. Louis Fed financial stress", "index", "risk", ("fred",),
           Release("week", "10:00", "fed", lag=6, weekday=4), -5, 20, 21, 3, nature="index", revised="whole"),
    _fund("QQQ", "Nasdaq 100 fund", "hedge or high beta"),
    _fund("SPY", "S&P 500 fund", "scenarios; concentration"),
    _fund("RSP", "S&P 500, equal weight", "concentration"),
    _fund("IGV", "Software fund", "BTC against IGV"),
    _fund("NVDA", "Nvidia", "fragility", 0.01),
    _fund("SMH", "Semiconductor fund", "fragility"),
    _fund("GLD", "Gold fund", "hedge or high beta"),
    Series("GOLD", "Gold, front future", "$/oz", "risk", ("yahoo",), FUTURES, 100, 50_000, 7,
           use="scenarios; revaluation"),
    # The dollar
    Series("DTWEXBGS", "Broad dollar, Fed", "index 2006", "dollar", ("fred",),
           Release("day", "16:15", lag=6, usual=True, grace_h=72), 50, 250, 21, use="dollar exit", revised="tail"),
    Series("DXY", "Dollar index, ICE", "index", "dollar", ("yahoo",), CONTINUOUS, 50, 200, 7, use="dollar exit"),
    Series("DEXHKUS", "Hong Kong dollars for one US dollar, Fed", "HKD", "dollar", ("fred",),
           Release("day", "16:15", lag=6, usual=True, grace_h=72), 7, 9, 21, 4),
    Series("HKD", "Hong Kong dollars for one US dollar", "HKD", "dollar", ("yahoo",), CONTINUOUS, 7, 9, 7, 4,
           use="distance to the strong side"),
    Series("DEXUSEU", "US dollars for one euro, Fed", "$", "dollar", ("fred",),
           Release("day", "16:15", lag=6, usual=True, grace_h=72), 0.5, 2.5, 21, 4, use="ECB assets in dollars"),
    Series("DEXJPUS", "Yen for one US dollar, Fed", "JPY", "dollar", ("fred",),
           Release("day", "16:15", lag=6, usual=True, grace_h=72), 50, 400, 21,
           use="Bank of Japan assets in dollars"),
    Series("GOLD.EXPORTS", "US exports of nonmonetary gold", "$", "dollar", ("census",), _monthly(36), 0, 1e11, 110,
           0, use="scenarios: metal leaves", revised="tail", jump=10),
    Series("GOLD.IMPORTS", "US imports of nonmonetary gold", "$", "dollar", ("census",), _monthly(36), 0, 1e11, 110,
           0, revised="tail", jump=10),
    Series("CIPS.VALUE", "CIPS payments, value", "RMB 100M", "dollar", ("cips",), _monthly(20), 1, 1e7, 150,
           use="scenarios: payments around the dollar", revised="tail"),
    Series("CIPS.COUNT", "CIPS payments, number", "payments", "dollar", ("cips",), _monthly(20), 1, 1e9, 150, 0,
           revised="tail"),
    Series("DEFICIT", "Treasury deficit of the month", "$", "dollar", ("fiscaldata",), BUDGET, -1e12,
           2e12, 75, 0, use="dollar exit", nature="flow", grain=1e7),
    # Oil
    Series("CL*", "WTI, one contract", "$/bbl", "oil", ("yahoo",), FUTURES, -100, 400, 7, use="the curve",
           nature="rate", jump=60, grain=2),
    Series("CL=F", "WTI, front contract, not adjusted for rolls", "$/bbl", "oil", ("yahoo",), FUTURES, -100, 400, 7,
           use="oil history before the first stored curve", nature="rate", jump=60, grain=2),
    Series("DCOILWTICO", "WTI spot, Cushing", "$/bbl", "oil", ("fred",),
           Release("day", "16:15", lag=5, usual=True, grace_h=72), -100, 400, 21, nature="rate", jump=60, grain=2),
    # Bitcoin
    Series("BTC", "Bitcoin, close of the day in UTC", "$", "bitcoin", ("btcusd", "coinmetrics"), UTC_DAY, 0.01, 1e8,
           3, use="cost basis, levels, studies"),
    Series("BTC.LOW", "Bitcoin, low of the day in UTC", "$", "bitcoin", ("btcusd",), UTC_DAY, 0.01, 1e8, 3),
    Series("BTC.MVRV", "Market over realised value", "", "bitcoin", ("coinmetrics",),
           Release("day", "20:00", "all", 1, usual=True, grace_h=24), 0.1, 20, 5, 4, use="realised price"),
    Series("BTC*", "CME bitcoin, one contract", "$", "bitcoin", ("yahoo",), FUTURES, 0.01, 1e8, 7, use="the basis"),
    # Flows
    Series("ETF.*", "Bitcoin fund, net flow", "$M", "etf", ("farside",), FLOWS, -5_000, 5_000, 5, 1, use="ETF flows",
           nature="flow", revised="tail", grain=0.05),
    Series("SOSO.FLOW", "Bitcoin funds, net flow by SoSoValue", "$", "etf", ("sosovalue",), FLOWS, -1e10, 1e10, 5, 0,
           use="a second count of the flows", nature="flow", revised="tail", grain=1e4),
    Series("SOSO.ASSETS", "Bitcoin funds, assets by SoSoValue", "$", "etf", ("sosovalue",), FLOWS, 0, 1e12, 5, 0),
    Series("COINGLASS.FLOW", "Bitcoin funds, net flow by CoinGlass (same origin as Farside)", "$", "etf",
           ("coinglass",), FLOWS, -1e10, 1e10, 5, 0, nature="flow", revised="tail", grain=1e4),
    Series("IBIT.SHARES", "IBIT, shares outstanding", "shares", "etf", ("ishares",), FLOWS, 1e5, 1e11, 7, 0, jump=40),
    Series("IBIT.NAV", "IBIT, value of a share, computed: holdings / shares", "$", "etf", ("ishares",), FLOWS,
           0.1, 1e4, 7),
    Series("IBIT.BTC", "IBIT, bitcoin held", "BTC", "etf", ("ishares",), FLOWS, 100, 3e6, 7, 1, jump=40),
    # Who sets the price
    Series("COT.*", "CME bitcoin positions", "contracts", "positions", ("cftc",), COT, 0, 1e6, 18, 0,
           use="who sets the price", jump=20, grain=100),
    Series("OI.*", "Open interest, the first seen of the day in UTC", "BTC", "positions", ("interest",), UTC_DAY, 100,
           2e6, 4, 0, use="who sets the price", snapshot=True, jump=10),
    # Fragility
    Series("DRCCLACBS", "Card delinquency", "%", "fragility", ("fred",), _quarterly(50), 0, 30, 200, revised="tail"),
    Series("LNS14024887", "Youth unemployment", "%", "fragility", ("fred",), _monthly(5), 0, 60, 60, 1,
           absent=("2025-10-01",), revised="tail"),
    Series("SPY.TOP10", "Ten largest of the S&P 500", "%", "fragility", ("spdr",),
           Release("day", "09:00", "nyse", 1, usual=True, grace_h=24), 5, 90, 10,
           use="concentration; 40 % is the mark"),
    # What this program counts itself, stored once a day because it cannot be had later
    Series("LIQ.LONG", "Longs liquidated in the day, all venues heard", "$", "own", ("own",), UTC_DAY, 0, 1e12, 3, 0,
           nature="flow"),
    Series("LIQ.SHORT", "Shorts liquidated in the day, all venues heard", "$", "own", ("own",), UTC_DAY, 0, 1e12, 3,
           0, nature="flow"),
    Series("FUNDING.*", "Funding at the start of the day in UTC", "% a year", "own", ("own",), UTC_DAY, -2e3, 2e3, 3,
           nature="index"),
)
# fmt: on

_CONTRACT = re.compile(r"(CL|BTC)[FGHJKMNQUVXZ]\d\d")
TABLE: dict[str, Series] = {row.id: row for row in _TABLE if "*" not in row.id}
FAMILIES: dict[str, Series] = {row.id: row for row in _TABLE if "*" in row.id}


@cache
def series(id_: str) -> Series | None:
    """The row of a series, or its family's under its own id; `None` where there is none. Small letters will do."""
    name = id_.upper()
    if name in TABLE or name in FAMILIES:
        return TABLE.get(name) or FAMILIES[name]
    contract = _CONTRACT.fullmatch(name)
    family = f"{contract[1]}*" if contract else f"{name.partition('.')[0]}.*"
    row = FAMILIES.get(family)
    if row is None:
        return None
    return replace(row, id=name, family=family, label=f"{row.label}: {name if contract else name.partition('.')[2]}")


def imported(id_: str, unit: str) -> Series:
    """The row of a series that a user brought and that no row of the table describes."""
    whenever = Release("day", "23:59", "all", 0, usual=True, grace_h=1e6)
    return Series(id_, id_, unit, "imported", ("import",), whenever, -1e18, 1e18, 36_500, nature="index")
