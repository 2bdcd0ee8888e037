"""iShares' file of what IBIT holds: lines about the fund, then a table. Format: ishares.com, product 333011, CSV.

It tells of one day only. Shares, bitcoin and dollars are text with commas. The value of a share is not told: it is what
the holdings are worth over the shares.
"""

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import CSV, World, grouped, routed

_CASH = 1_250.0
_PATH = "/us/products/333011/fund/1467271812596.ajax"
_HEADER = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,Location,Exchange,Currency,"
    "FX Rate,Market Currency,Accrual Date"
)


def site(world: World) -> Site:
    """The newest day that has shares, value of a share, and bitcoin."""

    def holdings(request: Request) -> Answer:
        shares, navs, held = (dict(world.points(f"IBIT.{what}")) for what in ("SHARES", "NAV", "BTC"))
        days = [day for day in shares if day in navs and day in held]
        if not days:
            return Answer(200, 'iShares Bitcoin Trust ETF\nFund Holdings as of,"-"\n', CSV)
        day = days[-1]
        dollars, value = shares[day] * navs[day] - _CASH, "{:,.2f}".format
        lines = [
            "iShares Bitcoin Trust ETF",
            f'Fund Holdings as of,"{day:%b %d, %Y}"',
            'Inception Date,"Jan 05, 2024"',
            f'Shares Outstanding,"{grouped(shares[day], 2)}"',
            *(f'{kind},"-"' for kind in ("Stock", "Bond", "Cash", "Other")),
            "\u00a0",
            _HEADER,
            f'"BTC","BITCOIN","-","Alternative","{value(dollars)}","99.99","{value(dollars)}",'
            f'"{grouped(held[day], 4)}","{value(dollars / held[day])}","-","-","USD","1.00","USD","-"',
            f'"USD","USD CASH","Cash and/or Derivatives","Cash","{value(_CASH)}","0.01","{value(_CASH)}",'
            f'"{value(_CASH)}","100.00","United States","-","USD","1.00","USD","-"',
            "\u00a0",
            '"The content contained herein is owned or licensed by BlackRock."',
        ]
        return Answer(200, "\ufeff" + "\n".join(lines) + "\n", CSV)

    return routed({_PATH: holdings})
