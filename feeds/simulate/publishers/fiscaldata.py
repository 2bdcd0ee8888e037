"""FiscalData of the Treasury: its account by the day, and the deficit by the month. All values are text.

Formats: fiscaldata.treasury.gov/api-documentation; the tables operating_cash_balance and mts_table_1.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from math import ceil

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import DAY, World, routed, written

Row = dict[str, str]

_BASE = "/services/api/fiscal_service/v1/accounting"
_TERM = re.compile(r"(\w+):(eq|in|gte|gt|lte|lt):(.*?)(?=,\w+:(?:eq|in|gte|gt|lte|lt):|$)")
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted.removeprefix("(").removesuffix(")").split(","),
    "gte": lambda value, wanted: value >= wanted,
    "gt": lambda value, wanted: value > wanted,
    "lte": lambda value, wanted: value <= wanted,
    "lt": lambda value, wanted: value < wanted,
}
_RENAMED = date(2021, 10, 1)
_CLOSING_ROW = date(2022, 4, 18)
_FLOW = 20_000.0  # $M that come in on any day
_RECEIPTS = 400e9  # of any month


def site(world: World) -> Site:
    """Two tables, with `filter`, `fields`, `sort` and pages."""
    return routed(
        {
            f"{_BASE}/dts/operating_cash_balance": lambda request: _table(request, list(_accounts(world))),
            f"{_BASE}/mts/mts_table_1": lambda request: _table(request, list(_statements(world))),
        }
    )


def _accounts(world: World) -> Iterator[Row]:
    """The Treasury's account, under the label and in the field of the time."""
    opened = 0.0
    for day, closed in world.points("TGA"):
        if day < _RENAMED:
            yield _account(day, "Federal Reserve Account", opened, closed, 1)
            yield _account(day, "Short-Term Cash Investments (Table V)", 0.0, 0.0, 2)
        elif day < _CLOSING_ROW:
            yield _account(day, "Treasury General Account (TGA)", opened, closed, 1)
        else:
            deposits = max(_FLOW, closed - opened + _FLOW)
            name = "Treasury General Account (TGA)"
            yield _account(day, f"{name} Opening Balance", opened, None, 1)
            yield _account(day, "Total TGA Deposits (Table II)", deposits, None, 2)
            yield _account(day, "Total TGA Withdrawals (Table II) (-)", opened + deposits - closed, None, 3)
            yield _account(day, f"{name} Closing Balance", closed, None, 4)
        opened = closed


def _account(day: date, name: str, opened: float, closed: float | None, line: int) -> Row:
    """`closed` is `None` since each balance has a row of its own: the balance stands under `open_today_bal` then."""
    return {
        "record_date": str(day),
        "account_type": name,
        "close_today_bal": "null" if closed is None else written(closed, 0),
        "open_today_bal": written(opened, 0),
        "open_month_bal": "null",
        "open_fiscal_year_bal": "null",
        "table_nbr": "I",
        "table_nm": "Operating Cash Balance",
        "src_line_nbr": str(line),
    }


def _statements(world: World) -> Iterator[Row]:
    """For each month its statement: the months of the fiscal year before, those of its own so far, and the sums."""
    deficits = dict(world.points("DEFICIT"))
    for month in deficits:
        record = (month + timedelta(days=31)).replace(day=1) - DAY
        fiscal = month.year + (month.month > 9)
        for block, year in ((1, fiscal - 1), (2, fiscal)):
            head = {"record_date": str(record), "record_fiscal_year": str(fiscal)}
            yield _statement(head, f"FY {year}", None, "S", f"{block}")
            months = [date(year - (number > 9), number, 1) for number in (10, 11, 12, *range(1, 10))]
            listed = [(row, deficits[row]) for row in months if row in deficits and row <= month]
            for number, (row, deficit) in enumerate(listed, 1):
                yield _statement(head, f"{row:%B}", deficit, "D", f"{block}.{number}")
            total = round(sum(deficit for _, deficit in listed), 2)
            yield _statement(head, "Year-to-Date", total, "T", f"{block}.{len(listed) + 1}", months=len(listed))


def _statement(head: Row, name: str, deficit: float | None, kind: str, sequence: str, months: int = 1) -> Row:
    """A deficit is positive here. A heading has no amounts."""
    receipts = _RECEIPTS * months
    amounts = ("null",) * 3
    if deficit is not None:
        amounts = (written(receipts, 2), written(round(receipts + deficit, 2), 2), written(deficit, 2))
    names = ("current_month_gross_rcpt_amt", "current_month_gross_outly_amt", "current_month_dfct_sur_amt")
    return {
        **head,
        "classification_desc": name,
        **dict(zip(names, amounts, strict=True)),
        "data_type_cd": kind,
        "sequence_number_cd": sequence,
    }


def _table(request: Request, rows: list[Row]) -> Answer:
    query = request.query
    for name, test, wanted in _TERM.findall(query.get("filter", "")):
        rows = [row for row in rows if _TESTS[test](row[name], wanted)]
    sort = query.get("sort", "record_date")
    rows.sort(key=lambda row: row[sort.removeprefix("-")], reverse=sort.startswith("-"))
    size, number = int(query.get("page[size]", "100")), int(query.get("page[number]", "1"))
    fields = query["fields"].split(",") if "fields" in query else list(rows[0]) if rows else []
    kept = [{name: row[name] for name in fields} for row in rows[(number - 1) * size : number * size]]
    meta = {
        "count": len(kept),
        "labels": {name: name.replace("_", " ").title() for name in fields},
        "dataTypes": dict.fromkeys(fields, "STRING"),
        "dataFormats": dict.fromkeys(fields, "String"),
        "total-count": len(rows),
        "total-pages": ceil(len(rows) / size),
    }
    page = f"&page%5Bnumber%5D={number}&page%5Bsize%5D={size}"
    links = {"self": page, "first": page, "prev": None, "next": None, "last": page}
    return Answer(200, dump({"data": kept, "meta": meta, "links": links}))
