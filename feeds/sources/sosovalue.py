"""Flows and assets of the American bitcoin funds as SoSoValue counts them, in dollars: a second count beside Farside's.

One POST answers for some 300 days. The rows come under "data", or under "list" within it. Two hosts answer the same
path: openapi.sosovalue.com to those with a key, which is sent nowhere else, and api.sosovalue.xyz to anyone.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from msgspec import Struct

from feeds.calendars import release_ms
from feeds.facts import Observation, Rejected
from feeds.series import FLOWS
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, iso, missing
from feeds.sources._written import grouped
from feeds.text import plain
from feeds.venue import Http, Reject

_FIELDS = {"totalNetInflow": "SOSO.FLOW", "totalNetAssets": "SOSO.ASSETS"}
_PATH = "/openapi/v2/etf/historicalInflowChart"
_Row = dict[str, object]


class _List(Struct, frozen=True):
    list: Sequence[_Row]


class _Answer(Struct, frozen=True):
    code: int | str = 0
    msg: str | None = None
    data: Sequence[_Row] | _List | None = None


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """All that it gives, whatever the span; of the host that wants a key where there is one, else of the other."""
    headers, body = {"Content-Type": "application/json"}, '{"type":"us-btc-spot"}'
    if key is None:
        return (Ask(f"https://api.sosovalue.xyz{_PATH}", headers, body),)
    return (Ask(f"https://openapi.sosovalue.com{_PATH}", {"x-soso-api-key": key, **headers}, body),)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Net flow and net assets of each day; provisional until the morning on which the day is complete."""
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_Answer)
    if str(answer.code) != "0":
        raise Reject(f"SoSoValue refuses: {plain(answer.msg or '') or f'code {answer.code}'}")
    rows = answer.data.list if isinstance(answer.data, _List) else answer.data
    if not rows:
        raise Reject("an answer without rows")

    def read(row: _Row) -> Iterable[Observation]:
        day = iso(row.get("date"))
        early = recv_ms < release_ms(FLOWS, day)
        for field, id_ in _FIELDS.items():
            if not missing(row.get(field)):
                value = grouped(row[field], id_)
                yield Observation(id_, day.isoformat(), value, recv_ms, "sosovalue", early)

    return believed("sosovalue.flows", recv_ms, rows, read)


SOURCE = Source(
    name="sosovalue",
    title="SoSoValue",
    address="https://sosovalue.com/assets/etf/us-btc-spot",
    terms="by the terms of SoSoValue's API with the user's own key; without one, by terms that are not known.",
    pages=(Page("flows", tuple(_FIELDS.values()), ask, parse, date(2024, 1, 11)),),
    key="sosovalue",
    opt_in=True,
    how="Free for those who register at https://sosovalue.com",
)
