"""FRED of the St. Louis Fed: one page for each series of the table that it has, in FRED's own units.

With a key the API is asked, without one the file behind the graph (https://fred.stlouisfed.org/docs/api/fred/). With
one, what is revised is asked for a second time, as it was published.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from urllib.parse import quote

import msgspec
from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.series import TABLE, Series
from feeds.source import Ask, Page, Source, Span
from feeds.sources import _alfred
from feeds.sources._rows import believed, csv_rows, due, iso, missing
from feeds.venue import Http, Reject, number

# Since 2026 the graph's host leaves a User-Agent of one's own or a browser's hanging, and answers what an HTTP library
# says of itself by default.
_GRAPH_HEADERS = {"User-Agent": "python-httpx/0.28"}

# What changes over a year or 13 weeks needs to be known from 2015 on.
_FIRST = date(2013, 1, 1)
_FIRST_REPO = date(2015, 1, 1)
_FIRSTS = {
    **dict.fromkeys(("SOFR", "SOFR1", "SOFR25", "SOFR75", "SOFR99", "SOFRVOL"), date(2018, 4, 2)),
    "IORB": date(2021, 7, 29),  # the rate before it was IOER, which is another series and at its end
    # ICE lets FRED serve three years of its spreads.
    **dict.fromkeys(("BAMLH0A0HYM2", "BAMLC0A0CM"), date(2023, 1, 1)),
}
_EVERY_S = {"GDPNOW": 6 * 3600.0}
"""What changes several times a month at no fixed time."""
_VINTAGES_S = 7 * 24 * 3600.0
"""What came out while this program ran it has seen itself; this is for the time in which it did not."""
_OVERLAP = {"day": 15, "week": 60, "month": 400, "quarter": 800}  # days that a yearly revision reaches back


_Row = Mapping[str, str | float | None]
"""A "date" and a "value", as they came."""


class _Answer(Struct, frozen=True):
    observations: list[dict[str, str | float | None]] | None = None
    error_message: str = ""


def ask(id_: str, span: Span, key: str | None) -> tuple[Ask, ...]:
    """The API of the one who has a key, the graph's file for all others."""
    if key is None:
        graph = f"https://fred.stlouisfed.org/graph/fredgraph.csv?id={id_}&cosd={span.first}&coed={span.last}"
        return (Ask(graph, _GRAPH_HEADERS),)
    return (
        Ask(
            f"https://api.stlouisfed.org/fred/series/observations?series_id={id_}&api_key={quote(key, safe='')}"
            f"&file_type=json&observation_start={span.first}&sort_order=asc&limit=100000"
        ),
    )


def parse(id_: str, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Observations of one series, out of either answer."""
    body = due(http.body, "JSON or CSV")
    rows = _json(body) if body.lstrip().startswith("{") else _csv(id_, body)

    def read(row: _Row) -> Iterable[Observation]:
        period = iso(row.get("date")).isoformat()
        if "value" not in row:
            raise Reject("the row is cut short")
        if not missing(row["value"]):
            yield Observation(id_, period, number(row["value"], id_), recv_ms, "fred")

    return believed(f"fred.{id_}", recv_ms, rows, read)


def _json(body: str) -> Sequence[_Row]:
    answer = msgspec.json.decode(body, type=_Answer)
    if answer.observations is None:
        raise _alfred.refusal(answer.error_message)
    return answer.observations


def _csv(id_: str, body: str) -> Sequence[_Row]:
    """The graph's file has two columns: the date, whose name has changed before, and one named after the series."""
    rows = csv_rows(body, id_)
    day = next((name for name in rows[0] if name != id_), "") if rows else ""
    names = {day: "date", id_: "value"}
    return [{names[name]: cell for name, cell in row.items() if name in names} for row in rows]


def _first(row: Series) -> date:
    return _FIRSTS.get(row.id, _FIRST_REPO if row.group == "repo" else _FIRST)


def _page(row: Series) -> Page:
    return Page(
        name=row.id,
        series=(row.id,),
        ask=partial(ask, row.id),
        parse=partial(parse, row.id),
        first=_first(row),
        overlap=_OVERLAP[row.release.every],
        every_s=_EVERY_S.get(row.id),
    )


def _vintages(row: Series) -> Page:
    return Page(
        name=f"{row.id}.vintages",
        series=(),
        ask=partial(_alfred.ask, row, _first(row)),
        parse=partial(_alfred.parse, row),
        first=_first(row),
        overlap=0,
        every_s=_VINTAGES_S,
        vintages=row.id,
    )


_ROWS = tuple(row for row in TABLE.values() if "fred" in row.sources)

SOURCE = Source(
    name="fred",
    title="FRED, Federal Reserve Bank of St. Louis",
    address="https://fred.stlouisfed.org",
    terms="personal use; no redistribution and no training of models; ICE's, Cboe's and S&P's series are theirs",
    pages=(*(_page(row) for row in _ROWS), *(_vintages(row) for row in _ROWS if row.revised != "never")),
    key="fred",
    how="free at https://fredaccount.stlouisfed.org/apikeys; without one the files behind FRED's graphs are read, "
    "and of the past what FRED says today",
)
