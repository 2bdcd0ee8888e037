"""The US Census Bureau's foreign trade by end use: nonmonetary gold, in dollars a month.

An answer is an array of arrays, the names first (https://www.census.gov/data/developers/data-sets/international-trade.html).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from urllib.parse import quote

import msgspec
from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, iso, missing
from feeds.text import plain
from feeds.venue import Http, Reject, number

_BASE = "https://api.census.gov/data/timeseries/intltrade"


class Flow(Struct, frozen=True):
    """One direction of trade: the names that its table has for the code and the value."""

    page: str
    series: str
    code: str
    gold: str
    value: str


EXPORTS = Flow("exports", "GOLD.EXPORTS", "E_ENDUSE", "12260", "ALL_VAL_MO")
IMPORTS = Flow("imports", "GOLD.IMPORTS", "I_ENDUSE", "14270", "GEN_VAL_MO")


def ask(flow: Flow, span: Span, key: str | None) -> tuple[Ask, ...]:
    """One request for all months of the span; nothing can be asked without a key."""
    if key is None:
        return ()
    return (
        Ask(
            f"{_BASE}/{flow.page}/enduse?get={flow.code},{flow.code}_LDESC,{flow.value}&{flow.code}={flow.gold}"
            f"&time=from+{span.first:%Y-%m}+to+{span.last:%Y-%m}&key={quote(key, safe='')}"
        ),
    )


def parse(flow: Flow, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Dollars of each month."""
    rows = msgspec.json.decode(due(http.body, "JSON"), type=list[list[str | float | None]])
    if not rows:
        raise Reject("an answer without its line of names")
    names = rows[0]
    lacking = [name for name in ("time", flow.code, flow.value) if name not in names]
    if lacking:
        raise Reject(f"no column {lacking[0]!r} among {plain(str(names), 80)}")

    def read(cells: list[str | float | None]) -> Iterable[Observation]:
        if len(cells) != len(names):
            raise Reject(f"{len(cells)} cells below {len(names)} names")
        row: Mapping[str | float | None, str | float | None] = dict(zip(names, cells, strict=True))
        if row[flow.code] != flow.gold:
            raise Reject(f"end use {plain(str(row[flow.code]), 20)} was not asked for")
        period = iso(f"{row['time']}-01").isoformat()
        if not missing(row[flow.value]):
            yield Observation(flow.series, period, number(row[flow.value], flow.value), recv_ms, "census")

    return believed(f"census.{flow.page}", recv_ms, rows[1:], read)


def _page(flow: Flow) -> Page:
    # Each report revises the months of its year, and June's those of the year before.
    return Page(
        name=flow.page,
        series=(flow.series,),
        ask=partial(ask, flow),
        parse=partial(parse, flow),
        first=date(2013, 1, 1),
        overlap=400,
        quiet=(204,),  # no month of the span is out yet
    )


SOURCE = Source(
    name="census",
    title="US Census Bureau, foreign trade",
    address="https://www.census.gov/foreign-trade/",
    terms="public domain; uses the Census Bureau Data API but is not endorsed or certified by the Census Bureau",
    pages=(_page(EXPORTS), _page(IMPORTS)),
    key="census",
    needs_key=True,
    how="free at https://api.census.gov/data/key_signup.html",
)
