"""The Board of Governors: daylight overdrafts by quarter, average and peak, as tables of plain text.

    Average Daylight Overdrafts - Quarterly Data [1]
    (in billions of dollars)

    Date      Total    Funds    Book-entry    Collateralized    Percent
                                              Overdrafts[2]     of Total
    2023:Q4   $0.93    $0.90    $0.03         $0.90             97%

The form is not documented, so the quarter may be written in other ways; the unit has to be named.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, missing
from feeds.text import plain
from feeds.venue import Http, Reject, number

FILES = "https://www.federalreserve.gov/paymentsystems/files"
_QUARTER = re.compile(
    r"\s*(?:(?P<year>\d{4})\s*[:-]?\s*Q(?P<q>[1-4])|(?:Q(?P<q2>[1-4])|(?P<q3>[1-4])Q)\s*[:-]?\s*(?P<year2>\d{4}))"
    r"(?![\w/])[\s,]*",
    re.ASCII | re.IGNORECASE,
)
_ROW = re.compile(r"\s*(?:\d[\w:/\-]*|Q\d[\w:/\-]*|[A-Z][a-z]{2}[ \-]\d+)[\s,]+[$(\d.N-]", re.ASCII)
_AMOUNT = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_PER_BILLION = {"billions": 1.0, "millions": 1e3}
_PARTS = ("funds", "book-entry")
_APART = 0.025
"""What rounding may do to a sum of two that are written with cents, and a hundred times that without."""
_OTHER = {"average": "peak", "peak": "average"}


def ask(file: str, span: Span, key: str | None) -> tuple[Ask, ...]:
    """The whole table, whatever the span."""
    return (Ask(f"{FILES}/{file}"),)


def parse(id_: str, kind: str, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """The column "Total", in billions of dollars."""
    lines = due(http.body, "a table of text").splitlines()
    rows = [line for line in lines if _QUARTER.match(line) or _ROW.match(line)]
    if not rows:
        raise Reject("no table of quarters")
    heading = lines[: lines.index(rows[0])]
    columns = _columns(heading)
    if kind == "peak":  # the peaks of its parts are of other times than the peak of all
        columns = columns[:1]
    read = _reader(id_, _divisor(heading, kind), columns, recv_ms)
    return believed(f"board.{kind}", recv_ms, rows, read)


def _divisor(heading: list[str], kind: str) -> float:
    """How many of the table's units are a billion dollars."""
    words = set(re.findall(r"[a-z]+", " ".join(heading).lower()))
    if kind not in words:
        raise Reject(f"another body: {f'the {_OTHER[kind]}' if _OTHER[kind] in words else 'no ' + kind} in its heading")
    units = [unit for unit in _PER_BILLION if unit in words]
    if len(units) != 1:
        raise Reject("the heading names no unit" if not units else "the heading names two units")
    return _PER_BILLION[units[0]]


def _columns(heading: list[str]) -> tuple[int, ...]:
    """Which of a row's numbers is the total, and which are the parts that add up to it where both are there.

    The column of quarters is the first of the heading.
    """
    for line in heading:
        for cells in (re.split(r"\t|,|\s{2,}", line.strip().lower()), line.lower().split()):
            names = [cell.strip() for cell in cells]
            if "total" in names and names[0] in ("date", "quarter", "period"):
                parts = [names.index(name) - 1 for name in _PARTS if name in names]
                return (names.index("total") - 1, *(parts if len(parts) == len(_PARTS) else ()))
    raise Reject("no column named 'Total'")


def _reader(id_: str, divisor: float, columns: tuple[int, ...], recv_ms: int) -> Callable[[str], Iterator[Observation]]:
    def read(line: str) -> Iterator[Observation]:
        found = _QUARTER.match(line)
        if not found:
            raise Reject(f"no quarter of the form 2023:Q4: {plain(line.split()[0], 40)!r}")
        year, quarter = int(found["year"] or found["year2"]), int(found["q"] or found["q2"] or found["q3"])
        if not 1980 <= year <= 2200:
            raise Reject(f"no year of overdrafts: {year}")
        cells = [cell.rstrip(",") for cell in re.sub(r"\$\s*", "", line[found.end() :]).split()]
        if len(cells) == 1 and "," in cells[0]:
            cells = cells[0].split(",")
        if len(cells) <= columns[0]:
            raise Reject("the row is cut short")
        if missing(cells[columns[0]]):
            return
        total = _amount(cells[columns[0]], id_)
        parts = [cells[column] for column in columns[1:] if column < len(cells) and _AMOUNT.fullmatch(cells[column])]
        together = sum(_amount(cell, id_) for cell in parts)
        if len(parts) == len(_PARTS) and abs(total - together) > _APART * (1 if "." in cells[columns[0]] else 100):
            raise Reject(f"the total is {total:g}, and its parts are {together:.6g}")
        yield Observation(id_, date(year, 3 * quarter - 2, 1).isoformat(), total / divisor, recv_ms, "board")

    return read


def _amount(cell: str, id_: str) -> float:
    if not _AMOUNT.fullmatch(cell):
        raise Reject(f"the total is no number: {plain(cell, 40)!r}")
    return number(cell.replace(",", ""), id_)


def _page(id_: str, kind: str, file: str) -> Page:
    return Page(
        name=kind,
        series=(id_,),
        ask=partial(ask, file),
        parse=partial(parse, id_, kind),
        first=date(2014, 1, 1),
        overlap=400,
    )


SOURCE = Source(
    name="board",
    title="Board of Governors of the Federal Reserve System",
    address="https://www.federalreserve.gov/paymentsystems/psr_data.htm",
    terms="public domain (US government)",
    pages=(
        _page("DLOD", "average", "psr_dlodavgqtr.txt"),
        _page("DLOD.PEAK", "peak", "psr_dlodpeakqtr.txt"),
    ),
)
