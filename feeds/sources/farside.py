"""Flows of the American bitcoin funds in millions of dollars, read off the tables of Farside Investors.

The tables are made for people. (44.5) is an outflow; a dash is "not reported", which is not zero, while 0.0 is a
reported zero. Issuers report from the evening on until the next morning in Britain. As long as a fund of a row has not,
its row is incomplete: the total is provisional, and so is each 0.0, for zeros have been filled in and put right later.
Any other number is what an issuer reported. Where no fund has reported, the 0.0 under Total means nothing and is left
out. A row of nothing but zeros has never been true and counts as incomplete.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, missing
from feeds.sources._written import parenthesised, spelled
from feeds.text import plain
from feeds.venue import Empty, Http, Reject

_FIRST = date(2024, 1, 11)  # the first day on which the funds traded
_OVERLAP = 10
_SHOWN = 20
"""Days: `/btc/` shows some 13 rows, so it has all of a span up to this long whose first days are known already."""

_TICKER = re.compile(r"[A-Z][A-Z0-9]{1,5}", re.ASCII)
_TOTAL = "TOTAL"
_SUMMARIES = frozenset({"fee", "seed", "average", "maximum", "minimum"})
_CLOSED = 10  # rows without a number, the last ones of the page, after which a fund is closed and not late
_ROUNDING, _SUM_ROUNDING = 0.05, 0.5  # flows are rounded to 0.1, sums of all days to 1
_DUST = 1e-6


class _Table(NamedTuple):
    """What stands under which ticker: a line of each day, and the line of sums at the end."""

    names: Sequence[str]
    lines: Sequence[Sequence[str]]
    totals: dict[str, float]


def ask_all(span: Span, key: str | None) -> tuple[Ask, ...]:
    """The long page on a first start and after a hole; nothing where the short one has all that is new."""
    if (span.last - span.first).days <= _SHOWN:
        return ()
    return (Ask("https://farside.co.uk/bitcoin-etf-flow-all-data/"),)


def ask_daily(span: Span, key: str | None) -> tuple[Ask, ...]:
    """The short page, whatever the span."""
    return (Ask("https://farside.co.uk/btc/"),)


def parse(page: str, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Flows of each fund and in total. A page whose sums are wrong is refused whole."""
    if not http.body.strip():
        raise Empty("an empty answer")
    table = _table(http.body)
    found = believed(f"farside.{page}", recv_ms, table.lines, _reader(table, recv_ms))
    flows = [row for row in found if isinstance(row, Observation)]
    _check_days(flows)
    funds = {name: value for name, value in table.totals.items() if name != _TOTAL}
    _check_sum("the page's sums", funds, table.totals[_TOTAL], _SUM_ROUNDING)
    if page == "all":
        _check_totals(flows, table.totals)
    return found


def _table(body: str) -> _Table:
    tree = LexborHTMLParser(body)
    for node in tree.css("table"):
        lines = [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in node.css("tr")]
        for at, line in enumerate(lines):
            if names := _tickers(line):
                return _sorted_out(names, lines[at + 1 :])
    title = tree.css_first("title")
    said = f", which says {plain(title.text(), 60)!r}" if title else ""
    raise Reject(f"no table of flows on the page{said}")


def _tickers(line: Sequence[str]) -> list[str]:
    """The columns after the date, where this is the row that names them. The one of totals may have no name."""
    if len(line) < 4 or line[0].lower() not in ("", "date"):
        return []
    names = [name.upper() if name.lower() == "total" else name for name in line[1:]]
    if _TOTAL not in names and not names[-1]:
        names[-1] = _TOTAL
    whole = _TOTAL in names and len(set(names)) == len(names) and all(map(_TICKER.fullmatch, names))
    return names if whole else []


def _sorted_out(names: Sequence[str], lines: Iterable[Sequence[str]]) -> _Table:
    days: list[Sequence[str]] = []
    totals: dict[str, float] = {}
    for line in lines:
        label = line[0].lower() if line else ""
        if label == "total":
            sums = dict(zip(names, line[1:], strict=False))
            totals = {name: parenthesised(cell, f"Total of {name}") for name, cell in sums.items() if not missing(cell)}
        elif len(line) > 1 and any(line) and label not in _SUMMARIES:
            days.append(line)
    if _TOTAL not in totals:
        raise Reject("the table ends before its row of totals")
    if not days:
        raise Reject("a table without a single day")
    return _Table(names, days, totals)


def _reader(table: _Table, recv_ms: int) -> Callable[[Sequence[str]], Iterable[Observation]]:
    absent = _absent(table)

    def read(line: Sequence[str]) -> Iterable[Observation]:
        if len(line) != len(table.names) + 1:
            raise Reject(f"{len(line)} cells where {len(table.names) + 1} are due")
        period = spelled(line[0]).isoformat()
        cells = dict(zip(table.names, line[1:], strict=True))
        flows = {name: parenthesised(cell, name) for name, cell in cells.items() if not missing(cell)}
        total = flows.pop(_TOTAL, None)
        late = any(name not in flows and (name, period) not in absent for name in cells if name != _TOTAL)
        incomplete = late or not any(flows.values())
        if total is None and not late:
            raise Reject("no total to hold the funds against")
        for name, flow in flows.items():
            yield Observation(f"ETF.{name}", period, flow, recv_ms, "farside", incomplete and not flow)
        if flows and total is not None:
            yield Observation(f"ETF.{_TOTAL}", period, total, recv_ms, "farside", incomplete)

    return read


def _absent(table: _Table) -> set[tuple[str, str]]:
    """Fund and day where a dash is no delay: before the fund's first number on the page, or long after its last."""
    days: dict[str, Sequence[str]] = {}
    for line in table.lines:
        try:
            days[spelled(line[0]).isoformat()] = line
        except Reject:
            continue  # the row is refused, and that is said, when it is read
    order = sorted(days)
    absent: set[tuple[str, str]] = set()
    for column, name in enumerate(table.names, 1):
        told = [n for n, day in enumerate(order) if not missing(days[day][column] if column < len(days[day]) else "")]
        before = order[: told[0]] if told else []
        after = order[told[-1] + 1 :] if told else order
        absent |= {(name, day) for day in [*before, *(after if len(after) >= _CLOSED else [])]}
    return absent


def _check_days(flows: Iterable[Observation]) -> None:
    """In a complete row the funds make the total."""
    days: dict[str, dict[str, Observation]] = {}
    for row in flows:
        days.setdefault(row.period, {})[row.series.removeprefix("ETF.")] = row
    for period, day in days.items():
        total = day.pop(_TOTAL, None)
        if total is not None and not total.provisional:
            _check_sum(period, {name: row.value for name, row in day.items()}, total.value, _ROUNDING)


def _check_totals(flows: Iterable[Observation], totals: dict[str, float]) -> None:
    """On the page of all days, what stands at the end is the sum of the days."""
    columns: dict[str, list[float]] = {}
    for row in flows:
        columns.setdefault(row.series.removeprefix("ETF."), []).append(row.value)
    for name, total in totals.items():
        column = columns.get(name, [])
        if abs(sum(column) - total) > _SUM_ROUNDING + _ROUNDING * len(column) + _DUST:
            raise Reject(f"{name}: the days sum to {sum(column):,.1f}, and the page says {total:,.1f}")


def _check_sum(what: str, parts: dict[str, float], total: float, rounding: float) -> None:
    found = sum(parts.values())
    if abs(found - total) > rounding * (len(parts) + 1) + _DUST:
        raise Reject(f"{what}: the funds sum to {found:,.1f}, and the page says {total:,.1f}")


SOURCE = Source(
    name="farside",
    title="Farside Investors",
    address="https://farside.co.uk/btc/",
    terms="public tables of Farside Investors, who ask to be named; not to be asked more than a few times a night",
    pages=(
        Page("all", ("ETF.*",), ask_all, partial(parse, "all"), _FIRST, _OVERLAP, patience_min=360),
        # With the hour of the release, four times a night while issuers report.
        Page("daily", ("ETF.*",), ask_daily, partial(parse, "daily"), _FIRST, _OVERLAP,
             times=("19:00", "22:00", "02:00"), patience_min=240),
    ),
    spacing_s=5.0,
)  # fmt: skip
