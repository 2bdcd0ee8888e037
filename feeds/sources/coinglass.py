"""Total flow of the American bitcoin funds as CoinGlass passes it on, in dollars.

Its numbers are Farside's: of 30 days none differed. Its total stands in for days that Farside does not have, and checks
nothing.
Format: https://docs.coinglass.com/reference/etf-flows-history
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec import Struct

from feeds.calendars import release_ms
from feeds.facts import Observation, Rejected
from feeds.series import FLOWS
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, missing
from feeds.sources._written import grouped
from feeds.text import plain
from feeds.venue import Http, Reject

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = date(2024, 1, 11)
_Row = dict[str, object]


class _Answer(Struct, frozen=True):
    code: int | str
    msg: str | None = None
    data: Sequence[_Row] | None = None


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """All that it gives, whatever the span."""
    address = "https://open-api-v4.coinglass.com/api/etf/bitcoin/flow-history"
    return (Ask(address, {"CG-API-KEY": key or "", "accept": "application/json"}),)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Net flow of each day; provisional until the morning on which the day is complete."""
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_Answer)
    if str(answer.code) != "0":
        raise Reject(f"CoinGlass refuses: {plain(answer.msg or '') or f'code {answer.code}'}")
    if not answer.data:
        raise Reject("an answer without rows")

    def read(row: _Row) -> Iterable[Observation]:
        day = _day(row.get("timestamp"))
        if not missing(row.get("flow_usd")):
            flow = grouped(row["flow_usd"], "COINGLASS.FLOW")
            early = recv_ms < release_ms(FLOWS, day)
            yield Observation("COINGLASS.FLOW", day.isoformat(), flow, recv_ms, "coinglass", early)

    return believed("coinglass.flows", recv_ms, answer.data, read)


def _day(value: object) -> date:
    """The day in UTC of a time in milliseconds. Seconds would be a day of 1970, and are refused as one."""
    at_ms = grouped(value, "timestamp")
    try:
        day = (_EPOCH + timedelta(milliseconds=at_ms)).date()
    except OverflowError:
        day = date.max
    if not _FIRST <= day < date.max:
        raise Reject(f"no time in milliseconds since the funds trade: {at_ms:.0f}")
    return day


SOURCE = Source(
    name="coinglass",
    title="CoinGlass",
    address="https://www.coinglass.com/bitcoin-etf",
    terms="by the terms of the user's own plan with CoinGlass",
    pages=(Page("flows", ("COINGLASS.FLOW",), ask, parse, _FIRST),),
    key="coinglass",
    needs_key=True,
    how="It comes with a plan: https://www.coinglass.com/pricing",
)
