"""The New York Fed: reference rates, its repo operations, and the elasticity of the demand for reserves.

Rates and operations are documented at https://markets.newyorkfed.org/static/docs/markets-api.html.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import american, believed, csv_rows, due, iso, missing
from feeds.venue import Http, Reject, number

NAME = "nyfed"
API = "https://markets.newyorkfed.org/api"
SITE = "https://www.newyorkfed.org"
# CSV in spite of its name; where the file has moved, the site sends one on to a page of HTML.
ELASTICITY = f"{SITE}/medialibrary/Research/Interactives/Data/elasticity/elasticity-data.xlsx"
TEST = 50_000_000
"""Dollars. The Desk tries its machinery with a million or so; an operation that took less than this was such a test."""
LEAST = 100_000
"""Dollars. Tests take a million or so; no operation takes less, so that such an amount is in millions or billions."""
EXERCISE = "small value"
"""Stands in the note of most tests, some of which took more than that."""
ALL_IN = time(13, 50)
"""The second standing repo of a day ends at 13:45, the reverse repo at 13:15; the results follow within minutes."""
_NEW_YORK = ZoneInfo("America/New_York")
Value = str | float | None


class _Rates(Struct, rename="camel"):
    ref_rates: list[object]


class _Rate(Struct, rename="camel"):
    """`percent_rate` is the median weighted by volume. A correction of the afternoon changes the numbers in place."""

    effective_date: str
    type: str
    percent_rate: Value = None
    percent_percentile1: Value = None
    percent_percentile25: Value = None
    percent_percentile75: Value = None
    percent_percentile99: Value = None
    volume_in_billions: Value = None
    target_rate_from: Value = None
    target_rate_to: Value = None


class _Operations(Struct):
    operations: list[object]


class _Repo(Struct):
    repo: _Operations


class _Operation(Struct, rename="camel"):
    """Amounts are dollars, of all kinds of collateral together."""

    operation_date: str
    operation_type: str
    total_amt_accepted: Value = None
    auction_status: str | None = None
    term: str | None = None
    close_time: str | None = None
    note: str | None = None

    @property
    def overnight(self) -> bool:
        """`term` tells, not the days: what is lent overnight on a Friday runs for three."""
        return (self.term or "Overnight").casefold() == "overnight"

    @property
    def exercise(self) -> bool:
        """Whether it says that it is one."""
        return EXERCISE in (self.note or "").casefold().replace("-", " ")

    @property
    def dollars(self) -> float | None:
        """What was accepted; `None` before the result."""
        if missing(self.total_amt_accepted) or (self.auction_status or "Results").casefold() != "results":
            return None
        dollars = number(self.total_amt_accepted, "totalAmtAccepted")
        if dollars < 0 or 0 < dollars < LEAST:
            raise Reject(f"an operation took {dollars:,.12g} dollars" + (": another unit" if dollars > 0 else ""))
        return dollars


def _ask_rate(path: str, span: Span, key: str | None) -> tuple[Ask, ...]:
    return (Ask(f"{API}/rates/{path}/search.json?startDate={span.first}&endDate={span.last}"),)


def _parse_rate(name: str, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_Rates)

    def read(fields: object) -> Iterator[Observation]:
        row = msgspec.convert(fields, _Rate)
        if row.type != name:
            return
        period = iso(row.effective_date).isoformat()
        values = {
            name: row.percent_rate,
            f"{name}1": row.percent_percentile1,
            f"{name}25": row.percent_percentile25,
            f"{name}75": row.percent_percentile75,
            f"{name}99": row.percent_percentile99,
            f"{name}VOL": row.volume_in_billions,
        }
        if name == "EFFR":
            values |= {"DFEDTARU": row.target_rate_to, "DFEDTARL": row.target_rate_from}
        for id_, value in values.items():
            if not missing(value):
                yield Observation(id_, period, number(value, id_), recv_ms, NAME)

    return believed(f"{NAME}.{name.lower()}", recv_ms, answer.ref_rates, read)


def _ask_operations(kind: str, span: Span, key: str | None) -> tuple[Ask, ...]:
    """One request for each year: a day's operations take some 3 kB."""
    asks, first = [], span.first
    while first <= span.last:
        last = min(span.last, date(first.year, 12, 31))
        asks.append(Ask(f"{API}/rp/results/search.json?startDate={first}&endDate={last}&operationTypes={kind}"))
        first = last + timedelta(days=1)
    return tuple(asks)


def _parse_operations(
    page: str,
    kind: str,
    value: Callable[[str, list[_Operation], bool, int], Iterator[Observation]],
    http: Http,
    recv_ms: int,
) -> Iterable[Observation | Rejected]:
    """A day is read whole or not at all: what one garbled operation took cannot be left out of a sum."""
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_Repo)
    days: dict[str, list[object]] = {}
    for fields in answer.repo.operations:
        row = fields if isinstance(fields, dict) else {}
        if str(row.get("operationType", kind)).casefold() == kind:  # the server has been seen to ignore the type
            days.setdefault(str(row.get("operationDate")), []).append(fields)
    now = datetime.fromtimestamp(recv_ms / 1000, _NEW_YORK)

    def read(rows: list[object]) -> Iterator[Observation]:
        operations = [msgspec.convert(row, _Operation) for row in rows]
        period = iso(operations[0].operation_date).isoformat()
        early = period == now.date().isoformat() and now.time() < ALL_IN
        return value(period, [one for one in operations if one.overnight], early, recv_ms)

    return believed(f"{NAME}.{page}", recv_ms, days.values(), read)


def _standing(period: str, operations: list[_Operation], early: bool, recv_ms: int) -> Iterator[Observation]:
    """What all operations of the day took, without tests; 0 where none took anything."""
    amounts = [one.dollars for one in operations]  # of exercises as well: another unit shows in them too
    taken = [0.0 if one.exercise else amount for one, amount in zip(operations, amounts, strict=True)]
    results = [dollars for dollars in taken if dollars is not None]
    if results:
        whole = sum(dollars for dollars in results if dollars >= TEST)
        yield Observation("SRF", period, whole, recv_ms, NAME, early or None in taken)


def _reverse(period: str, operations: list[_Operation], early: bool, recv_ms: int) -> Iterator[Observation]:
    """What the day's last operation took: an exercise, which its note does not always call so, is held before it."""
    amounts = [one.dollars for one in operations]
    results = [
        (one.close_time, amount)
        for one, amount in zip(operations, amounts, strict=True)
        if not one.exercise and amount is not None
    ]
    if len(results) > 1 and not all(closed for closed, _ in results):
        raise Reject(f"{len(results)} operations of {period}, and not when each closed")
    if results:
        _, dollars = max(results, key=lambda result: (result[0] or "").rjust(5, "0"))
        yield Observation("RRPONTSYD", period, dollars / 1e9, recv_ms, NAME, early)


def _ask_elasticity(span: Span, key: str | None) -> tuple[Ask, ...]:
    return (Ask(ELASTICITY),)


def _parse_elasticity(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """One estimate for each month, its last: they are made every five business days and come out once a month.

    The newest month of a file is not whole: the next file goes on in it.
    """
    if http.data:
        raise Reject("a spreadsheet where CSV was due" if http.data[:2] == b"PK" else "bytes where CSV was due")
    rows = csv_rows(http.body)
    named = {id_: _column(rows, words) for id_, words in _ELASTICITY_COLUMNS.items()}
    day = _column(rows, ("date",))

    def read(row: dict[str, str]) -> Iterator[Observation]:
        text = row.get(day, "")
        period = (american(text) if "/" in text else iso(text)).isoformat()
        for id_, column in named.items():
            if column not in row:
                raise Reject("the row is cut short")
            if not missing(row[column]):
                yield Observation(id_, period, number(row[column], id_), recv_ms, NAME)

    found = believed(f"{NAME}.rde", recv_ms, rows, read)
    estimates = sorted((one for one in found if isinstance(one, Observation)), key=lambda one: one.period)
    newest = estimates[-1].period[:7] if estimates else ""
    months = {(one.series, one.period[:7]): one for one in estimates}
    return [
        *(
            Observation(id_, f"{month}-01", one.value, recv_ms, NAME, month == newest)
            for (id_, month), one in months.items()
        ),
        *(one for one in found if isinstance(one, Rejected)),
    ]


_ELASTICITY_COLUMNS = {"RDE": ("50th", "median", "main"), "RDE.LOW": (" 2.5",), "RDE.HIGH": ("97.5",)}


def _column(rows: list[dict[str, str]], words: tuple[str, ...]) -> str:
    """The first column whose name has one of these words, such as "Elasticity - 2.5th percentile"."""
    for name in rows[0] if rows else ():
        if any(word in f" {name.lower()}" for word in words):
            return name
    raise Reject(f"no column named {words[0].strip()!r}" if rows else "no rows")


def _rate(path: str, first: date, *, targets: bool = False) -> Page:
    page = path.rpartition("/")[2]
    name = page.upper()
    return Page(
        name=page,
        series=(
            *(f"{name}{part}" for part in ("", 1, 25, 75, 99, "VOL")),
            *(("DFEDTARU", "DFEDTARL") if targets else ()),
        ),
        ask=partial(_ask_rate, path),
        parse=partial(_parse_rate, name),
        first=first,
        times=("14:35",),  # a correction comes out at 14:30 of the same day
    )


SOURCE = Source(
    name=NAME,
    title="Federal Reserve Bank of New York",
    address=f"{SITE}/markets/reference-rates",
    terms="free to use with the source named and no endorsement implied; SOFR as a benchmark has terms of its own",
    pages=(
        _rate("secured/sofr", date(2018, 4, 2)),
        _rate("secured/tgcr", date(2018, 4, 2)),
        _rate("secured/bgcr", date(2018, 4, 2)),
        _rate("unsecured/effr", date(2014, 10, 1), targets=True),
        _rate("unsecured/obfr", date(2016, 3, 1)),
        Page(
            name="repo",
            series=("SRF",),
            ask=partial(_ask_operations, "Repo"),
            parse=partial(_parse_operations, "repo", "repo", _standing),
            # Standing repo began on 2021-07-29. What the Desk lent overnight before, as in September 2019, answered the
            # same want of cash, and is the only measure of it then.
            first=date(2019, 1, 1),
            times=("08:35", "13:50"),
        ),
        Page(
            name="reverserepo",
            series=("RRPONTSYD",),
            ask=partial(_ask_operations, "Reverse%20Repo"),
            parse=partial(_parse_operations, "reverserepo", "reverse repo", _reverse),
            first=date(2014, 10, 1),
            times=("13:20",),
        ),
        Page(
            name="rde",
            series=tuple(_ELASTICITY_COLUMNS),
            ask=_ask_elasticity,
            parse=_parse_elasticity,
            first=date(2010, 1, 1),
            overlap=400,
        ),
    ),
    spacing_s=2.0,
)
