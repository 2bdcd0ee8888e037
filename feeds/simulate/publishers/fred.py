"""FRED: the file behind a graph, and the API for those with a key.

Formats: fred.stlouisfed.org/docs/api/fred and bodies of 2026.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from feeds.calendars import new_york_day, next_due, release_ms
from feeds.series import TABLE, Series
from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import CSV, DAY, Span, World, not_found, routed, spaced, written

_KEYLESS = (
    "Bad Request.  Variable api_key is not set.  Read https://fred.stlouisfed.org/docs/api/api_key.html "
    "for more information."
)
FOREVER = "9999-12-31"
_UNKNOWN = "Bad Request.  The series does not exist."
_NO_FILE = "Bad Request.  This server speaks file_type json."


def site(world: World) -> Site:
    """Every series of the table that names FRED. Of daily ones, weekdays without a value are there, empty."""

    def graph(request: Request) -> Answer:
        row = _row(request.query.get("id"))
        if row is None:
            return not_found()
        rows = _rows(world, row, Span(request.query.get("cosd"), request.query.get("coed")))
        lines = [f"observation_date,{row.id}", *(f"{day},{value or ''}" for day, value in rows)]
        return Answer(200, "\n".join(lines) + "\n", CSV)

    def observations(request: Request) -> Answer:
        query = request.query
        row = _row(query.get("series_id"))
        if not query.get("api_key"):
            return _refused(_KEYLESS)
        if row is None:
            return _refused(_UNKNOWN)
        if query.get("file_type") != "json":
            return _refused(_NO_FILE)
        if "realtime_end" in query:
            return _archive(world, row, query)
        today = str(world.today())
        first, last = query.get("observation_start"), query.get("observation_end")
        found = list(_rows(world, row, Span(first, last)))
        order, limit, offset = query.get("sort_order", "asc"), query.get("limit", "100000"), query.get("offset", "0")
        if order == "desc":
            found.reverse()
        kept = found[int(offset) : int(offset) + int(limit)]
        head = {
            "realtime_start": today,
            "realtime_end": today,
            "observation_start": first or "1600-01-01",
            "observation_end": last or "9999-12-31",
            "units": "lin",
            "output_type": 1,
            "file_type": "json",
            "order_by": "observation_date",
            "sort_order": order,
            "count": len(found),
            "offset": int(offset),
            "limit": int(limit),
        }
        listed = [
            {"realtime_start": today, "realtime_end": today, "date": str(day), "value": value or "."}
            for day, value in kept
        ]
        return Answer(200, dump({**head, "observations": listed}))

    return routed({"/graph/fredgraph.csv": graph, "/fred/series/observations": observations})


def _archive(world: World, row: Series, query: Mapping[str, str]) -> Answer:
    """What was said of each period and from when to when, cut off at the days that were asked for."""
    first, last = query["realtime_start"], query["realtime_end"]
    listed = [
        {"realtime_start": max(since, first), "realtime_end": min(until, last), "date": str(day), "value": value}
        for day, said in _vintages(world, row, Span(query.get("observation_start"), query.get("observation_end")))
        for since, until, value in (said[:1] if query.get("output_type") == "4" else said)
        if first <= until and since <= last
    ]
    head = {"realtime_start": first, "realtime_end": last, "count": len(listed), "offset": 0, "limit": 100_000}
    return Answer(200, dump({**head, "observations": listed}))


def _vintages(world: World, row: Series, span: Span) -> Iterable[tuple[date, list[tuple[str, str, str]]]]:
    """What was said of each period, oldest first: from which day, to which, and the value.

    Of what is revised, the first value of every third period was one more in its last place until the next release.
    """
    now_ms = world.now_ms()
    for n, (day, value) in enumerate(world.points(row.id)):
        if day not in span:
            continue
        out_ms = release_ms(row.release, day)
        next_ms = next_due(row.release, out_ms)[1]
        since, after = (new_york_day(at).isoformat() for at in (out_ms, next_ms))
        said = written(value, row.digits)
        if row.revised == "never" or n % 3 or next_ms > now_ms:
            yield day, [(since, FOREVER, said)]
            continue
        until = (date.fromisoformat(after) - DAY).isoformat()
        first = written(round(value + 10**-row.digits, row.digits), row.digits)
        yield day, [(since, until, first), (after, FOREVER, said)]


def _row(id_: str | None) -> Series | None:
    row = TABLE.get(id_ or "")
    return row if row and "fred" in row.sources else None


def _rows(world: World, row: Series, span: Span) -> Iterable[tuple[date, str | None]]:
    """Dates with the value as text, or `None` where FRED has a line without one."""
    holes = row.release.every == "day" and not row.step
    for day, value in spaced(world.points(row.id), span, holes):
        yield day, None if value is None else written(value, row.digits)


def _refused(why: str) -> Answer:
    return Answer(400, dump({"error_code": 400, "error_message": why}))
