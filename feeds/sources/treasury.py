"""The US Treasury's par yields, nominal and real: a CSV for each year, complete on the evening of each day.

Since 2022 new maturities have come in between the old ones ("1.5 Month"), and the two files write "5 Yr" and "5 YR":
columns go by their names, without case and spaces. The files do not name themselves: only the nominal one has bills.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, csv_rows, missing
from feeds.text import plain
from feeds.venue import Http, Reject, number

_ADDRESS = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d\d|\d{4})", re.ASCII)

PAR = {
    "1mo": "DGS1MO", "3mo": "DGS3MO", "6mo": "DGS6MO", "1yr": "DGS1", "2yr": "DGS2", "5yr": "DGS5", "10yr": "DGS10",
    "30yr": "DGS30",
}  # fmt: skip
REAL = {"5yr": "DFII5", "10yr": "DFII10"}


def ask(type_: str, span: Span, key: str | None) -> tuple[Ask, ...]:
    """One request for each year that the span touches."""
    return tuple(
        Ask(f"{_ADDRESS}/{year}/all?type={type_}&field_tdr_date_value={year}&page&_format=csv")
        for year in range(span.first.year, span.last.year + 1)
    )


def parse(page: str, columns: Mapping[str, str], http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Yields of one year in percent. A maturity that the page no longer has is said once."""
    feed = f"treasury.{page}"
    rows = [{_column(name): cell for name, cell in row.items()} for row in csv_rows(http.body, "Date")]
    had = {name for row in rows for name in row}
    lacking = [name for name in columns if name not in had] if rows else []
    if len(lacking) == len(columns):
        raise Reject(f"none of the maturities is there: {plain(', '.join(had), 80)!r}")
    bills = any(name.endswith("mo") for name in had)
    if rows and bills is not (columns is PAR):
        raise Reject(
            f"another body: {'nominal' if bills else 'real'} yields, for there are {'' if bills else 'no '}bills"
        )

    def read(row: Mapping[str, str]) -> Iterable[Observation]:
        period = _day(row["date"])
        if any(name not in row for name in had):
            raise Reject("the row is cut short")
        for name, id_ in columns.items():
            if name in row and not missing(row[name]):
                yield Observation(id_, period, number(row[name], id_), recv_ms, "treasury")

    gone = [Rejected(feed, recv_ms, f"no column for {columns[name]} among {sorted(had)}") for name in lacking]
    return [*believed(feed, recv_ms, rows, read), *gone]


def _column(name: str) -> str:
    """`1.5mo` for "1.5 Month", `10yr` for "10 YR"."""
    return name.lower().replace(" ", "").replace("month", "mo").replace("year", "yr")


def _day(text: str) -> str:
    """ISO date of one written 08/05/2026, or 08/05/26 as in files of before."""
    found = _DATE.fullmatch(text)
    if not found:
        raise Reject(f"no date of the form 08/05/2026: {plain(text, 40)!r}")
    month, day, year = found.groups()
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat()
    except ValueError:
        raise Reject(f"no day of the calendar: {text}") from None


def _page(name: str, type_: str, columns: Mapping[str, str]) -> Page:
    return Page(
        name=name,
        series=tuple(columns.values()),
        ask=partial(ask, type_),
        parse=partial(parse, name, columns),
        first=date(2013, 1, 1),
    )


SOURCE = Source(
    name="treasury",
    title="US Treasury, par yields",
    address="https://home.treasury.gov/policy-issues/financing-the-government/interest-rate-statistics",
    terms="public domain (US government)",
    pages=(
        _page("par", "daily_treasury_yield_curve", PAR),
        _page("real", "daily_treasury_real_yield_curve", REAL),
    ),
)
