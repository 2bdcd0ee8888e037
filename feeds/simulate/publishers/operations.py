"""The New York Fed's repo and reverse repo operations. All amounts are dollars.

Formats: markets.newyorkfed.org/static/docs/markets-api.html and bodies of 2025 and 2026.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request
from feeds.simulate.publishers.world import DAY, Span, World

Operation = dict[str, object]

_PATH = re.compile(
    r"/api/rp/(?:(all|repo|reverserepo)/(all|fixed|single|multiple)/)?"
    r"results/(latest|lastTwoWeeks|last/(\d+)|search)\.json"
)
_METHODS = {"fixed": "Fixed Rate", "single": "Single Price", "multiple": "Multiple Price"}
_TYPES = {"repo": "Repo", "reverserepo": "Reverse Repo"}
_TWICE = date(2025, 6, 26)  # two standing repo operations a day from here on
_FULL = date(2025, 12, 11)  # no limit from here on
_LEAST = 50_000_000  # what is smaller is a test
_TEST = 1_000_000
_MOST = 500  # rows that may be asked for
_COLLATERAL = ("Treasury", "Agency", "Mortgage-Backed")


def answer(world: World, request: Request) -> Answer | None:
    """Operations, newest first; `None` where the path is none of theirs."""
    found = _PATH.fullmatch(request.path)
    if found is None:
        return None
    kind, method, which, newest = found.groups()
    if newest and not 0 < int(newest) <= _MOST:
        return Answer(400, "Bad Request", "text/plain")
    query = request.query
    types = [name.strip() for name in query.get("operationTypes", "Repo,Reverse Repo").split(",")]
    if kind in _TYPES:
        types = [_TYPES[kind]]
    span = Span(query.get("startDate"), query.get("endDate"))
    if which == "lastTwoWeeks":
        span.first = world.today() - 13 * DAY
    rows = [row for row in _all(world, types, span) if method in (None, "all", *_of(row))]
    if which == "latest":
        rows = [row for row in rows if row["operationDate"] == rows[0]["operationDate"]]
    return Answer(200, dump({"repo": {"operations": rows[: int(newest)] if newest else rows}}))


def _of(row: Operation) -> list[str]:
    """The words of the path that its method goes by."""
    return [word for word, method in _METHODS.items() if method == row["operationMethod"]]


def _all(world: World, types: list[str], span: Span) -> list[Operation]:
    rows: list[Operation] = []
    if "Repo" in types:
        for day, dollars in world.points("SRF"):
            if day in span:
                rows += _standing(day, int(dollars))
    if "Reverse Repo" in types:
        for day, billions in world.points("RRPONTSYD"):
            if day in span:
                rows += _reverse(day, int(Decimal(repr(billions)).scaleb(9)))
    return sorted(rows, key=lambda row: (row["operationDate"], row["closeTime"]), reverse=True)


def _standing(day: date, dollars: int) -> Iterator[Operation]:
    """The day's take-up in two parts, if both are more than a test; some days have a test as well."""
    first = dollars * 3 // 10 // _TEST * _TEST if day >= _TWICE else 0
    if min(first, dollars - first) < _LEAST:
        first = 0
    method = "Full Allotment" if day >= _FULL else "Multiple Price"
    if day >= _TWICE:
        yield _operation(day, "Repo", method, ("08:15", "08:30"), first)
    if day.day == 15:
        note = "Small Value Exercise (SVE)"
        yield _operation(day, "Repo", method, ("10:30", "10:45"), 60 * _TEST, note)
    last = dollars - first
    quiet_wednesday = last == 0 and day.weekday() == 2
    yield _operation(day, "Repo", method, ("13:30", "13:45"), _TEST if quiet_wednesday else last)


def _reverse(day: date, dollars: int) -> Iterator[Operation]:
    if day.day == 15:
        yield _operation(day, "Reverse Repo", "Fixed Rate", ("09:00", "09:15"), 2 * _TEST)
    yield _operation(day, "Reverse Repo", "Fixed Rate", ("12:45", "13:15"), dollars)


def _operation(day: date, kind: str, method: str, hours: tuple[str, str], dollars: int, note: str = "") -> Operation:
    """One overnight operation. What is lent against is Treasuries for a half, then mortgages, then agencies."""
    kinds = ("Treasury",) if kind == "Reverse Repo" else _COLLATERAL
    agency = dollars // 10 if len(kinds) > 1 else 0
    mortgages = dollars * 4 // 10 if len(kinds) > 1 else 0
    amounts = dict(zip(_COLLATERAL, (dollars - agency - mortgages, agency, mortgages), strict=True))
    nights = 3 if day.weekday() == 4 else 1
    return {
        "operationId": f"RP {day:%m%d%y} {int(hours[0][:2])}",
        "auctionStatus": "Results",
        "operationDate": str(day),
        "settlementDate": str(day),
        "maturityDate": str(day + nights * DAY),
        "operationType": kind,
        "operationMethod": method,
        "settlementType": "Same Day",
        "termCalenderDays": nights,
        "term": "Overnight",
        "releaseTime": hours[0],
        "closeTime": hours[1],
        "note": note,
        "totalAmtSubmitted": dollars,
        "totalAmtAccepted": dollars,
        "details": [
            {"securityType": name, "amtSubmitted": amounts[name], "amtAccepted": amounts[name]} for name in kinds
        ],
    }
