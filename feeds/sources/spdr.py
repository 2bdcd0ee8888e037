"""How much of the S&P 500 its ten largest companies are, by the holdings of State Street's SPY: a spreadsheet.

Four lines come before the table, one of which says "As of 19-Nov-2026"; a paragraph of fine print comes after it.
Both classes of Alphabet's shares are one company.
"""

import re
import warnings
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from math import fsum
from zipfile import BadZipFile, ZipFile

from feeds.calendars import new_york_day
from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._browser import BROWSER
from feeds.sources._rows import due, iso, missing
from feeds.sources._written import grouped, spelled
from feeds.text import plain
from feeds.venue import Http, Reject

_FEED = "spdr.spy"
_ZIP = b"PK\x03\x04"
_UNPACKED = 32 * 1024 * 1024  # the file has 54 kB, and some 300 kB unpacked
_ROWS, _COLUMNS = 2_000, 40
_WEIGHTS = (95.0, 101.0)  # percent that all holdings may sum to
_AS_OF = re.compile(r"\bas of:?\s+(.+)", re.IGNORECASE)
_SAME_COMPANY = {"GOOG": "GOOGL"}

_Line = Sequence[object]


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """The newest file, whatever the span. What is no browser gets a page instead."""
    folder = "https://www.ssga.com/us/en/intermediary/library-content/products/fund-data/etfs/us"
    return (Ask(f"{folder}/holdings-daily-us-en-spy.xlsx", BROWSER),)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """The weight of the ten largest in percent. A file whose weights do not make a whole is refused."""
    if not http.data.startswith(_ZIP):
        raise Reject(f"no spreadsheet, but {plain(due(http.body, 'a spreadsheet'), 40) or 'other bytes'!r}")
    lines = _sheet(http.data)
    at = next((n for n, line in enumerate(lines) if _column(line, "ticker") >= 0 and _column(line, "weight") >= 0), -1)
    if at < 0:
        raise Reject("a spreadsheet without a table of tickers and weights")
    period = _as_of(lines[:at])
    if period > new_york_day(recv_ms) + timedelta(1):
        raise Reject(f"{period} is yet to come")
    weights, refused = _weights(lines[at], lines[at + 1 :], recv_ms)
    total = fsum(weights.values())
    if not _WEIGHTS[0] <= total <= _WEIGHTS[1]:
        raise Reject(f"the weights sum to {total:.2f} and not to 100")
    companies: dict[str, list[float]] = {}
    for ticker, weight in weights.items():
        if ticker:
            companies.setdefault(_SAME_COMPANY.get(ticker, ticker), []).append(weight)
    largest = sorted((fsum(parts) for parts in companies.values()), reverse=True)[:10]
    if len(largest) < 10:
        raise Reject(f"only {len(largest)} companies")
    return [Observation("SPY.TOP10", period.isoformat(), fsum(largest), recv_ms, "spdr"), *refused]


def _weights(header: _Line, lines: Iterable[_Line], recv_ms: int) -> tuple[dict[str, float], list[Rejected]]:
    """Percent by ticker; what has none, cash that is, under ""."""
    ticker_at, weight_at = _column(header, "ticker"), _column(header, "weight")
    weights: dict[str, float] = {}
    refused: list[Rejected] = []
    for line in lines:
        ticker, weight = _cell(line, ticker_at), line[weight_at] if weight_at < len(line) else None
        fine_print = sum(bool(_cell(line, at)) for at in range(len(line))) < 2
        if missing(weight) or fine_print:
            continue
        try:
            value = grouped(weight, f"the weight of {ticker}")
        except Reject as error:
            refused.append(Rejected(_FEED, recv_ms, plain(str(error)), plain(str(line))))
            continue
        if missing(ticker):
            weights[""] = weights.get("", 0.0) + value
            continue
        if weights.get(ticker, value) != value:
            reason = f"{ticker} stands there twice: {weights[ticker]:g}, then {value:g}"
            refused.append(Rejected(_FEED, recv_ms, plain(reason), plain(str(line))))
        weights[ticker] = value
    return weights, refused


def _as_of(lines: Iterable[_Line]) -> date:
    """The day that the lines before the table name."""
    for line in lines:
        if found := _AS_OF.search(" ".join(_cell(line, at) for at in range(len(line))).strip()):
            return iso(found[1]) if found[1][:4].isdigit() else spelled(found[1])
    raise Reject("the spreadsheet does not say of which day it is")


def _column(line: _Line, name: str) -> int:
    """Where the column of that name, or of one that begins with it ("Weight (%)"), stands; -1: nowhere."""
    return next((at for at in range(len(line)) if _cell(line, at).lower().startswith(name)), -1)


def _cell(line: _Line, at: int) -> str:
    """A cell as text, a date as 2026-11-19, "" where there is none."""
    value = line[at] if at < len(line) else None
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def _sheet(data: bytes) -> list[_Line]:
    """The cells of the first sheet. Raises `Reject` for what is no such file, or unpacks to more than is believable."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _UNPACKED:
                raise Reject("a spreadsheet that unpacks to far too much")
    except BadZipFile:
        raise Reject("a spreadsheet that is cut short") from None
    import openpyxl  # type: ignore[import-untyped]  # 90 ms to import, for one file a day

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl misses a style in files that others wrote
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        try:
            rows = book.worksheets[0].iter_rows(max_row=_ROWS, max_col=_COLUMNS, values_only=True)
            return [tuple(row) for row in rows]
        finally:
            book.close()
    except Exception as error:  # noqa: BLE001  what is wrong within a file shows in a dozen kinds of exceptions
        raise Reject(f"a broken spreadsheet: {plain(repr(error.__context__ or error), 80)}") from None


SOURCE = Source(
    name="spdr",
    title="State Street SPDR",
    address="https://www.ssga.com/us/en/intermediary/etfs/spdr-sp-500-etf-trust-spy",
    terms="State Street's site, for personal use; the index is S&P's",
    pages=(Page("spy", ("SPY.TOP10",), ask, parse, date(2024, 1, 1)),),
    spacing_s=5.0,
)
