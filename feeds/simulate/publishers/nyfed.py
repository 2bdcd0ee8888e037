"""The New York Fed: reference rates, repo operations, and the elasticity of the demand for reserves.

Formats: markets.newyorkfed.org/static/docs/markets-api.html and bodies of 2026.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers import operations
from feeds.simulate.publishers.world import CSV, Point, Span, World, not_found, written

_RATES = re.compile(r"/api/rates/(all|secured|unsecured)/(?:(\w+)/)?(latest|search|last/(\d+))\.json")
_KINDS = {"secured": ("SOFR", "TGCR", "BGCR"), "unsecured": ("EFFR", "OBFR")}
_KINDS["all"] = (*_KINDS["unsecured"], *_KINDS["secured"])
_ELASTICITY = "/medialibrary/Research/Interactives/Data/elasticity/elasticity-data.xlsx"


def site(world: World) -> Site:
    """Rates and operations of the Markets API, and one file of research."""

    def answer(request: Request) -> Answer:
        if found := _RATES.fullmatch(request.path):
            return _rates(world, found, request.query)
        if request.path == _ELASTICITY:
            return _elasticity(world)
        return operations.answer(world, request) or not_found()

    return answer


def _rates(world: World, asked: re.Match[str], query: dict[str, str]) -> Answer:
    names = _KINDS[asked[1]]
    if asked[2] and asked[2] != "all":
        names = tuple(name for name in names if name == asked[2].upper())
        if not names:
            return Answer(400, "Bad Request", "text/plain")
    span = Span(query.get("startDate"), query.get("endDate"))
    rows: list[tuple[date, str]] = []
    for name in names:
        found = list(_rate(world, name, span))
        rows += found if asked[3] == "search" else found[-int(asked[4] or 1) :]
    rows.sort(key=lambda row: row[0], reverse=True)
    return Answer(200, f'{{ "refRates": [ {", ".join(row for _, row in rows)} ] }}')


def _rate(world: World, name: str, span: Span) -> Iterator[tuple[date, str]]:
    """Rows as the API writes them, its odd spaces included. What is not known is the text NA."""
    parts = {part: dict(world.points(f"{name}{part}")) for part in ("1", "25", "75", "99", "VOL")}
    targets = [world.points(id_) for id_ in ("DFEDTARL", "DFEDTARU")] if name == "EFFR" else []
    for day, rate in world.points(name):
        if day not in span:
            continue
        fields = [("percentRate", written(rate, 2))]
        fields += [(f"percentPercentile{p}", _known(parts[p].get(day), 2)) for p in ("1", "25", "75", "99")]
        ends = zip(("targetRateFrom", "targetRateTo"), targets, strict=False)
        fields += [(end, _known(_standing(points, day), 2)) for end, points in ends]
        fields += [("volumeInBillions", _known(parts["VOL"].get(day), 0)), ("revisionIndicator", '""')]
        row = " ".join(f',"{field}": {text}' for field, text in fields)
        yield day, f'{{ "effectiveDate": "{day}", "type": "{name}" {row} }}'


def _known(value: float | None, places: int) -> str:
    return '"NA"' if value is None else written(value, places)


def _standing(points: Sequence[Point], day: date) -> float | None:
    """The last value on or before that day."""
    at = bisect_right(points, day, key=lambda point: point[0])
    return points[at - 1][1] if at else None


def _elasticity(world: World) -> Answer:
    """CSV, in spite of the file's name: an estimate every seven days, of which a month's last is the series'."""
    lines = ["Date,50th percentile,2.5th percentile,16th percentile,84th percentile,97.5th percentile"]
    low, high = dict(world.points("RDE.LOW")), dict(world.points("RDE.HIGH"))
    before = 0.0
    for month, median in world.points("RDE"):
        last = (median, low[month], high[month])
        for week in range(1, 5):
            moved = median + (before - median) * (4 - week) / 4
            middle, bottom, top = last if week == 4 else (round(value - median + moved, 3) for value in last)
            inner = f"{(middle + bottom) / 2:.3f},{(middle + top) / 2:.3f}"
            day = month + timedelta(days=7 * week - 1)
            lines.append(f"{day},{written(middle, 3)},{written(bottom, 3)},{inner},{written(top, 3)}")
        before = median
    return Answer(200, "\n".join(lines) + "\n", CSV)
