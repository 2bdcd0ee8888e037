"""The S&P 500 fund's holdings: a spreadsheet of the newest day. Format: ssga.com, holdings-daily-us-en-spy.xlsx."""

from datetime import date
from functools import lru_cache
from io import BytesIO

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import World, not_found, routed

_PATH = "/us/en/intermediary/library-content/products/fund-data/etfs/us/holdings-daily-us-en-spy.xlsx"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADER = ("Name", "Ticker", "Identifier", "SEDOL", "Weight", "Sector", "Shares Held", "Local Currency")
_SHARES = {
    "MSFT": 0.17, "AAPL": 0.16, "AMZN": 0.11, "GOOGL": 0.06, "GOOG": 0.05, "META": 0.07, "AVGO": 0.08, "TSLA": 0.05,
    "BRK.B": 0.04, "JPM": 0.03,
}  # fmt: skip
"""What part of the ten largest each is; NVDA is the rest. Two of them are one company."""

_OTHERS = 490
_GRAIN = 256
"""Weights in such parts of a percent are exact, and so is their sum with what is left to the first."""


def site(world: World) -> Site:
    """The newest day's file."""

    def holdings(request: Request) -> Answer:
        points = world.points("SPY.TOP10")
        return Answer(200, _workbook(*points[-1]), _XLSX) if points else not_found()

    return routed({_PATH: holdings})


@lru_cache(maxsize=4)
def _workbook(day: date, top: float) -> bytes:
    """Kept, because a spreadsheet holds the time when it was made, and another time would be another ETag."""
    from openpyxl import Workbook  # type: ignore[import-untyped]  # 90 ms to import

    ten = {name: int(top * share * _GRAIN) / _GRAIN for name, share in _SHARES.items()}
    weights = {"NVDA": top - sum(ten.values()), **ten}
    weights |= {f"CO{number}": round((100 - top) / _OTHERS, 6) for number in range(_OTHERS)}
    book = Workbook(write_only=True)
    sheet = book.create_sheet("holdings")
    sheet.append(("Fund Name:", "State Street SPDR S&P 500 ETF Trust"))
    sheet.append(("Ticker Symbol:", "SPY"))
    sheet.append(("Holdings:", f"As of {day:%d-%b-%Y}"))
    sheet.append(())
    sheet.append(_HEADER)
    for name, weight in weights.items():
        sheet.append((f"{name} INC", name, "000000000", "0000000", weight, "-", 1000.0, "USD"))
    sheet.append(("US DOLLAR", "-", "CASH_USD", "-", 0.01, "-", 1000.0, "USD"))
    sheet.append(())
    sheet.append(("Past performance is not a reliable indicator of future performance.",))
    file = BytesIO()
    book.save(file)
    return file.getvalue()
