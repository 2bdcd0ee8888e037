"""The Treasury's par yields, nominal and real: a CSV for each year, newest day first.

Format: home.treasury.gov, daily-treasury-rates.csv, files of 2018 to 2026.
"""

import re
from datetime import date

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import CSV, World, not_found, written

_PATH = re.compile(r"/resource-center/data-chart-center/interest-rates/daily-treasury-rates\.csv/(\d{4})/all")
_COLUMNS = {
    "daily_treasury_yield_curve": {
        "1 Mo": "DGS1MO",
        "1.5 Month": "",
        "2 Mo": "",
        "3 Mo": "DGS3MO",
        "4 Mo": "",
        "6 Mo": "DGS6MO",
        "1 Yr": "DGS1",
        "2 Yr": "DGS2",
        "3 Yr": "",
        "5 Yr": "DGS5",
        "7 Yr": "",
        "10 Yr": "DGS10",
        "20 Yr": "",
        "30 Yr": "DGS30",
    },
    "daily_treasury_real_yield_curve": {"5 YR": "DFII5", "7 YR": "", "10 YR": "DFII10", "20 YR": "", "30 YR": ""},
}
"""What a file has in which order. Of maturities that are no series, the file says what the next shorter one yields."""

_SINCE = {"1.5 Month": date(2025, 2, 18), "2 Mo": date(2018, 10, 16), "4 Mo": date(2022, 10, 19)}
"""Maturities that were not always issued: earlier days of that year are empty, and earlier years lack the column."""


def site(world: World) -> Site:
    """Both files of any year; a year without days has only the header."""

    def answer(request: Request) -> Answer:
        found = _PATH.fullmatch(request.path)
        columns = _COLUMNS.get(request.query.get("type", ""))
        if not found or columns is None:
            return not_found()
        year = int(found[1])
        columns = {name: id_ for name, id_ in columns.items() if name not in _SINCE or _SINCE[name].year <= year}
        yields = {id_: {day: v for day, v in world.points(id_) if day.year == year} for id_ in columns.values() if id_}
        days = sorted({day for points in yields.values() for day in points}, reverse=True)
        header = ",".join(["Date", *(f'"{name}"' for name in columns)])
        lines = [f"{day:%m/%d/%Y},{','.join(_cells(day, columns, yields))}" for day in days]
        return Answer(200, "\n".join([header, *lines]) + "\n", CSV)

    return answer


def _cells(day: date, columns: dict[str, str], yields: dict[str, dict[date, float]]) -> list[str]:
    cells: list[str] = []
    shorter = ""
    for name, id_ in columns.items():
        value = yields[id_].get(day) if id_ else None
        text = shorter if not id_ else "" if value is None else written(value, 2)
        cells.append("" if day < _SINCE.get(name, day) else text)
        shorter = text
    return cells
