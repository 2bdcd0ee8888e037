"""Payments through China's CIPS by month, number and value in RMB 100M, from the private aggregator chinadata.live.

There is no official interface, and here is much that is not known. The format of this data set is documented nowhere;
other sets of the same site are served as {"success": true, "data": {"data": [{"date": "2026-03", ...}]}}, or as CSV, so
columns are found by what their names contain. Its page has shown the value as "Amount 100m rmb" and, later, in billions
of RMB: the unit is taken from the column's name. March 2025, of which the numbers are known, has to agree, and a value
whose column names no unit is believed by that month alone. The site says that it computes months from daily averages
and working days: they are not CIPS's own totals.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from msgspec import Struct

from feeds.calendars import new_york_day
from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, csv_rows, due, iso, missing
from feeds.sources._written import grouped
from feeds.text import plain
from feeds.venue import Http, Reject

_KNOWN_MONTH = "2025-03-01"
_KNOWN = {"CIPS.VALUE": 15_910.44, "CIPS.COUNT": 677_460.0}
_AGREES = 0.01
_FIRST = date(2025, 3, 1)

_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_PERIOD_NAMES = frozenset({"date", "month", "period", "time", "year"})
_UNITS = {"100m": 1.0, "100 million": 1.0, "亿": 1.0, "billion": 0.1, "": 1.0}
"""Of the value's column, best first: what to divide by for RMB 100M."""

_Row = dict[str, object]


class _Nested(Struct, frozen=True):
    data: Sequence[_Row]


class _Answer(Struct, frozen=True):
    data: Sequence[_Row] | _Nested | None = None
    success: bool = True
    error: object = None


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """All months, whatever the span."""
    return (Ask("https://chinadata.live/api/v2/data/china-cips-payment-system-monthly"),)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Number and value of each month; the running month is provisional."""
    rows = _rows(due(http.body, "JSON or CSV"))
    names = {name: " ".join(re.findall(r"[^\W_]+", name.lower())) for row in rows for name in row}
    month = next((name for name, plain_name in names.items() if plain_name in _PERIOD_NAMES), None)
    count = next((name for name, plain_name in names.items() if _counts(plain_name)), None)
    value, unit = _value_column(names)
    if month is None or value is None:
        raise Reject(f"no column for the month or the value among {plain(', '.join(names), 80)!r}")
    running = new_york_day(recv_ms).replace(day=1)

    def read(row: _Row) -> Iterable[Observation]:
        period = _first_of_month(row.get(month))
        for id_, column, divisor in (("CIPS.VALUE", value, _UNITS[unit]), ("CIPS.COUNT", count, 1.0)):
            if column is not None and not missing(row.get(column)):
                number = grouped(row[column], id_) / divisor
                yield Observation(id_, period.isoformat(), number, recv_ms, "cips", period >= running)

    found = believed("cips.monthly", recv_ms, rows, read)
    _check(found, unit)
    return found


def _rows(body: str) -> Sequence[_Row]:
    if not body.lstrip().startswith(("{", "[")):
        return [dict(row) for row in csv_rows(body)]
    answer = msgspec.json.decode(body, type=_Answer | Sequence[_Row])
    if isinstance(answer, _Answer):
        if not answer.success or answer.data is None:
            raise Reject(f"chinadata.live refuses: {plain(str(answer.error or 'it does not say why'))}")
        answer = answer.data.data if isinstance(answer.data, _Nested) else answer.data
    if not answer:
        raise Reject("an answer without rows")
    return answer


def _counts(name: str) -> bool:
    return not _worth(name) and any(word in name for word in ("transaction", "count", "volume", "number", "items"))


def _worth(name: str) -> bool:
    return "usd" not in name and ("value" in name or "amount" in name)


def _value_column(names: dict[str, str]) -> tuple[str | None, str]:
    """The column of the value and its unit: the finest unit that is named, or, with none, ""."""
    for unit in _UNITS:
        for name, plain_name in names.items():
            if _worth(plain_name) and unit in plain_name:
                return name, unit
    return None, ""


def _first_of_month(text: object) -> date:
    return iso(f"{text}-01" if isinstance(text, str) and _MONTH.fullmatch(text) else text).replace(day=1)


def _check(found: Iterable[Observation | Rejected], unit: str) -> None:
    """Hold the month that is known against what came. Raises `Reject`."""
    told = {row.series: row.value for row in found if isinstance(row, Observation) and row.period == _KNOWN_MONTH}
    for id_, known in _KNOWN.items():
        if abs(told.get(id_, known) - known) > known * _AGREES:
            raise Reject(f"{id_} of March 2025 was {known:,.2f}, and is {told[id_]:,.2f} here: another unit")
    if not unit and "CIPS.VALUE" not in told:
        raise Reject("a value without a unit, and without the month that would tell it")


SOURCE = Source(
    name="cips",
    title="chinadata.live",
    address="https://chinadata.live/data/china-cips-payment-system-monthly/",
    terms="A small private aggregator of what CIPS posts, without a stated licence: for personal use, with its name.",
    pages=(Page("monthly", ("CIPS.VALUE", "CIPS.COUNT"), ask, parse, _FIRST, overlap=400),),
    opt_in=True,
    spacing_s=5.0,
)
