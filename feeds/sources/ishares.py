"""The largest bitcoin fund, IBIT, by its own file of holdings: shares outstanding, bitcoin held, value of a share.

The file is a CSV of the newest day only: lines of a name and a value, then a table of holdings. The share count that it
gives for a day is that of the business day before: its changes follow Farside's flows by one day. It does not tell the
value of a share, which is computed: the market values of all holdings over the shares outstanding. On some days it
leaves the share count out, and then there is no value of a share either.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._browser import BROWSER
from feeds.sources._rows import believed, due, missing
from feeds.sources._written import grouped, spelled
from feeds.text import plain
from feeds.venue import Http, Reject, positive

PLACES = 6
"""To which the value of a share is rounded: cents over a billion shares have no more."""


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """The newest file, whatever the span. What is no browser is asked what kind of investor it is."""
    address = "https://www.ishares.com/us/products/333011/fund/1467271812596.ajax"
    return (Ask(f"{address}?fileType=csv&fileName=IBIT_holdings&dataType=fund", BROWSER),)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """What the file says of its day. What it leaves out is left out here."""
    facts, columns, holdings = _read(due(http.body, "CSV"))
    as_of = facts.get("fund holdings as of", "")
    if missing(as_of):
        raise Reject("the file does not say of which day it is")
    period = spelled(as_of).isoformat()
    bitcoin = [row for row in holdings if row.get("Ticker") == "BTC"]
    if len(bitcoin) != 1:
        raise Reject(f"{len(bitcoin)} rows of bitcoin among {len(holdings)} holdings")
    if len(bitcoin[0]) < len(columns):
        raise Reject("the row of bitcoin is cut short")

    shares = facts.get("shares outstanding", "")

    def read(row: tuple[str, str]) -> Iterable[Observation]:
        id_, text = row
        if missing(text):
            return
        value = _of_a_share(holdings, text) if id_ == "IBIT.NAV" else positive(grouped(text, id_), id_)
        if value is not None:
            yield Observation(id_, period, value, recv_ms, "ishares")

    values = [("IBIT.SHARES", shares), ("IBIT.BTC", bitcoin[0]["Quantity"]), ("IBIT.NAV", shares)]
    return believed("ishares.ibit", recv_ms, values, read)


def _of_a_share(holdings: Sequence[dict[str, str]], shares: str) -> float | None:
    """The market values of all holdings over the shares; `None` where one is missing or the shares are no number."""
    values = [row.get("Market Value", "") for row in holdings]
    if any(missing(value) for value in values):
        return None
    try:
        count = positive(grouped(shares, "shares outstanding"), "shares outstanding")
    except Reject:
        return None  # that they are no number is said of the shares
    return round(sum(grouped(value, "a market value") for value in values) / count, PLACES)


def _read(body: str) -> tuple[dict[str, str], set[str], list[dict[str, str]]]:
    """The facts before the table, by their names in small letters; the columns of the table, and its rows."""
    try:
        lines = [[cell.strip() for cell in line] for line in csv.reader(StringIO(body, newline=""))]
    except csv.Error as error:
        raise Reject(f"no CSV: {error}") from None
    at = next((n for n, line in enumerate(lines) if {"Ticker", "Quantity"} <= set(line)), None)
    if at is None:
        raise Reject(f"no table of holdings in what begins with {plain(body, 40)!r}")
    facts = {line[0].lower().rstrip(":"): line[1] for line in lines[:at] if len(line) > 1}
    return (
        facts,
        set(lines[at]),
        [dict(zip(lines[at], line, strict=False)) for line in lines[at + 1 :] if len(line) > 1],
    )


SOURCE = Source(
    name="ishares",
    title="iShares by BlackRock",
    address="https://www.ishares.com/us/products/333011/ishares-bitcoin-trust-etf",
    terms="BlackRock's site, for personal use",
    pages=(Page("ibit", ("IBIT.SHARES", "IBIT.NAV", "IBIT.BTC"), ask, parse, date(2024, 1, 11)),),
    spacing_s=5.0,
)
