"""FiscalData of the US Treasury: its account at the Fed day by day, and the deficit of each month.

Formats: https://fiscaldata.treasury.gov/api-documentation and the tables "Operating Cash Balance" of the Daily and
"Summary of Receipts and Outlays" of the Monthly Treasury Statement. All values are strings, and "null" is one.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec
from msgspec import Struct, field

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, iso, missing
from feeds.venue import Http, Reject, number

_BASE = "https://api.fiscaldata.treasury.gov/services/api/fiscal_service/v1/accounting"
_ROWS = 10_000  # the most that one answer can hold
_SPAN = timedelta(days=3 * 365)  # has some 4,000 rows, for the table has up to five accounts a day

# Which account is the Treasury's, and which field holds its balance at the end of the day, best first. Since April
# 2022 the closing balance has a row of its own and stands under "open" there; `close_today_bal` is "null".
_ACCOUNTS = {
    "Treasury General Account (TGA) Closing Balance": "open_today_bal",
    "Treasury General Account (TGA)": "close_today_bal",  # October 2021 to April 2022
    "Federal Reserve Account": "close_today_bal",
}
_RECEIPTS, _OUTLAYS = "current_month_gross_rcpt_amt", "current_month_gross_outly_amt"
_DEFICIT = "current_month_dfct_sur_amt"
_APART = 1e8  # dollars. Outlays less receipts are the deficit; so far off, a sign or a column is another
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

Row = Mapping[str, str | None]


class _Meta(Struct, frozen=True):
    pages: int = field(name="total-pages", default=1)


class _Answer(Struct, frozen=True):
    data: list[dict[str, str | None]]
    meta: _Meta = _Meta()


def ask_account(span: Span, key: str | None) -> tuple[Ask, ...]:
    """Requests for three years each. All accounts come along: `in:(...)` cannot take names that have parentheses."""
    asks: list[Ask] = []
    first = span.first
    while first <= span.last:
        last = min(first + _SPAN, span.last)
        asks.append(_ask("dts/operating_cash_balance", first, last, "account_type,open_today_bal,close_today_bal"))
        first = last + timedelta(days=1)
    return tuple(asks)


def ask_deficit(span: Span, key: str | None) -> tuple[Ask, ...]:
    """One request; a statement bears the last day of its month."""
    last = (span.last.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    fields = f"classification_desc,{_RECEIPTS},{_OUTLAYS},{_DEFICIT},sequence_number_cd"
    return (_ask("mts/mts_table_1", span.first, last, fields),)


def _ask(table: str, first: date, last: date, fields: str) -> Ask:
    return Ask(
        f"{_BASE}/{table}?filter=record_date:gte:{first},record_date:lte:{last}&fields=record_date,{fields}"
        f"&sort=record_date&page%5Bsize%5D={_ROWS}"
    )


def parse_account(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Closing balances in $M. Where two accounts of a day have one, the newer label counts."""
    rows = [(row, row.get("account_type") or "") for row in _rows(http)]
    best: dict[str | None, str] = {}
    for account, balance in reversed(_ACCOUNTS.items()):
        best |= {
            row.get("record_date"): account for row, name in rows if name == account and not missing(row.get(balance))
        }
    if rows and not any(name in _ACCOUNTS for _, name in rows):
        raise Reject(f"the Treasury's account is not among the {len(rows)} rows")

    def read(row: Row) -> Iterable[Observation]:
        period = iso(row.get("record_date")).isoformat()
        balance = row.get(_ACCOUNTS[row["account_type"] or ""])
        if not missing(balance):
            yield Observation("TGA", period, number(balance, "TGA"), recv_ms, "fiscaldata")

    ours = [row for row, name in rows if name in _ACCOUNTS and best.get(row.get("record_date"), name) == name]
    return believed("fiscaldata.tga", recv_ms, ours, read)


def parse_deficit(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Deficits in dollars; a surplus is negative, as the Treasury writes it.

    Each statement lists the months of the fiscal year before (`sequence_number_cd` 1.1 to 1.12), those of its own
    (2.1 and on) and sums of both. Only its own month is read: the others were published before.
    """

    def read(row: Row) -> Iterable[Observation]:
        month = iso(row.get("record_date")).replace(day=1)
        own = (row.get("classification_desc") or "").strip() == _MONTHS[month.month - 1]
        if own and (row.get("sequence_number_cd") or "").startswith("2.") and not missing(row.get(_DEFICIT)):
            yield Observation("DEFICIT", month.isoformat(), _deficit(row), recv_ms, "fiscaldata")

    rows = _rows(http)
    found = believed("fiscaldata.deficit", recv_ms, rows, read)
    if rows and not found:
        raise Reject(f"no month of its own among the {len(rows)} rows")
    return found


def _deficit(row: Row) -> float:
    """The deficit of a row in dollars, held against its outlays and receipts where it has them."""
    deficit = number(row.get(_DEFICIT), "the deficit")
    receipts, outlays = row.get(_RECEIPTS), row.get(_OUTLAYS)
    if not missing(receipts) and not missing(outlays):
        difference = number(outlays, "outlays") - number(receipts, "receipts")
        if abs(difference - deficit) > _APART:
            raise Reject(f"outlays less receipts are {difference:.0f}, but the deficit {deficit:.0f}")
    return deficit


def _rows(http: Http) -> list[dict[str, str | None]]:
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_Answer)
    if answer.meta.pages > 1:
        raise Reject(f"the answer is the first of {answer.meta.pages} pages")
    return answer.data


SOURCE = Source(
    name="fiscaldata",
    title="FiscalData, US Treasury",
    address="https://fiscaldata.treasury.gov",
    terms="public domain (US government)",
    pages=(
        Page("tga", ("TGA",), ask_account, parse_account, first=date(2013, 1, 1)),
        Page("deficit", ("DEFICIT",), ask_deficit, parse_deficit, first=date(2015, 1, 1), overlap=400),
    ),
)
