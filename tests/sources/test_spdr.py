"""State Street: the spreadsheet of SPY's holdings in, the weight of its ten largest companies out."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Span
from feeds.sources.spdr import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

(PAGE,) = SOURCE.pages
URL = "https://www.ssga.com/us/en/intermediary/library-content/products/fund-data/etfs/us/holdings-daily-us-en-spy.xlsx"
RECV = int(datetime(2026, 11, 20, 14, 0, tzinfo=UTC).timestamp() * 1000)
HEADER = ("Name", "Ticker", "Identifier", "SEDOL", "Weight", "Sector", "Shares Held", "Local Currency")
LARGEST = {
    "NVDA": 8.0, "AAPL": 7.0, "MSFT": 6.5, "AMZN": 4.0, "GOOGL": 3.0, "AVGO": 2.75, "GOOG": 2.5, "META": 2.25,
    "TSLA": 2.0, "BRK.B": 1.75, "JPM": 1.5, "LLY": 1.0,
}  # fmt: skip
"""Both classes of Alphabet make 5.5, so that JPM is the tenth and LLY is not among them."""
TOP10 = 8.0 + 7.0 + 6.5 + 5.5 + 4.0 + 2.75 + 2.25 + 2.0 + 1.75 + 1.5
REST = {f"R{n}": 0.5 for n in range(115)}

Cells = Sequence[object]


def holding(ticker: str, weight: object) -> Cells:
    return (f"{ticker} CORP", ticker, "67066G104", "2379504", weight, "-", 295150616, "USD")


def holdings(**changed: object) -> list[Cells]:
    return [holding(ticker, weight) for ticker, weight in {**LARGEST, **REST, **changed}.items()]


CASH = ("US DOLLAR", "-", "CASH_USD", "-", 0.04, "-", 1000, "USD")
PREAMBLE: list[Cells] = [
    ("Fund Name:", "State Street SPDR S&P 500 ETF Trust"),
    ("Ticker Symbol:", "SPY"),
    ("Holdings:", "As of 19-Nov-2026"),
    (),
]
FINE_PRINT: list[Cells] = [(), ("Past performance is not a reliable indicator of future performance. Weight: 100",)]


def sheet(
    rows: Sequence[Cells], preamble: Sequence[Cells] = PREAMBLE, header: Cells = HEADER, cash: Cells = CASH
) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [*preamble, header, *rows, cash, *FINE_PRINT]:
        page.append(list(row))
    packed = BytesIO()
    book.save(packed)
    return packed.getvalue()


def read(data: bytes, text: str = "") -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(URL, 200, text, data), RECV))


def test_the_ten_largest_companies_with_both_classes_of_alphabet_as_one() -> None:
    assert read(sheet(holdings())) == [Observation("SPY.TOP10", "2026-11-19", TOP10, RECV, "spdr")]
    assert TOP10 == 41.25


@pytest.mark.parametrize(
    "line",
    [
        ("Holdings:", "As of 19-Nov-2026"),
        ("Holdings As Of:", "Nov 19, 2026"),
        ("Holdings As Of", datetime(2026, 11, 19)),
        ("As of 19 Nov 2026",),
    ],
)
def test_the_day_is_found_however_it_is_written(line: Cells) -> None:
    (found,) = read(sheet(holdings(), [*PREAMBLE[:2], line]))
    assert isinstance(found, Observation)
    assert (found.period, found.value) == ("2026-11-19", TOP10)


def test_columns_go_by_their_names() -> None:
    def moved(row: Cells) -> Cells:
        return (row[4], "new", *row[:4], *row[5:])

    header = ("Weight (%)", "New", *HEADER[:4], *HEADER[5:])
    (found,) = read(sheet([moved(row) for row in holdings()], header=header, cash=moved(CASH)))
    assert isinstance(found, Observation)
    assert found.value == TOP10


def test_order_does_not_matter_and_text_is_a_number_too() -> None:
    (found,) = read(sheet(holdings(NVDA="8.0")[::-1]))
    assert isinstance(found, Observation)
    assert found.value == TOP10


def test_cash_is_no_company() -> None:
    rows = [row for row in holdings() if row[1] not in ("R0", "R1", "R2", "R3", "R4", "R5")]
    (found,) = read(sheet([*rows, ("US DOLLAR", "-", "", "", 3.0, "-", 1, "USD")]))
    assert isinstance(found, Observation)
    assert found.value == TOP10


@pytest.mark.parametrize("word", [None, "", "-", "N/A", "null"])
def test_a_word_for_nothing_is_left_out(word: object) -> None:
    assert read(sheet(holdings(R7=word))) == [Observation("SPY.TOP10", "2026-11-19", TOP10, RECV, "spdr")]


@pytest.mark.parametrize("garbled", ["0.5x", "NaN", "Infinity", "0,5"])
def test_a_weight_that_cannot_be_believed_is_said(garbled: str) -> None:
    found, refused = read(sheet(holdings(R7=garbled)))
    assert isinstance(found, Observation)
    assert found.value == TOP10
    assert isinstance(refused, Rejected)
    assert refused.feed == "spdr.spy"
    assert refused.reason.startswith("the weight of R7 is ")


def test_a_holding_that_stands_there_twice() -> None:
    assert read(sheet([*holdings(), holding("NVDA", 8.0)])) == read(sheet(holdings()))
    found, refused = read(sheet([*holdings(), holding("NVDA", 7.75)]))
    assert isinstance(found, Observation)
    assert found.value == TOP10 - 0.25
    assert isinstance(refused, Rejected)
    assert refused.reason == "NVDA stands there twice: 8, then 7.75"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (sheet(holdings(AAPL="garbled")), "the weights sum to 92.79 and not to 100"),
        (sheet([holding(str(row[1]), row[4] / 100) for row in holdings() if isinstance(row[4], float)]),
         "the weights sum to 1.04 and not to 100"),
        (sheet([*holdings(), holding("TWICE", 2.0)]), "the weights sum to 101.79 and not to 100"),
        (sheet([holding("A", 50.0), holding("B", 49.0)]), "only 2 companies"),
        (sheet(holdings(), header=("Name", "Symbol", *HEADER[2:])), "a spreadsheet without a table of tickers"),
        (sheet(holdings(), PREAMBLE[:2]), "the spreadsheet does not say of which day it is"),
        (sheet(holdings(), [("Holdings:", "As of 11/19/2026")]), "no date with its month in words: '11/19/2026'"),
        (sheet(holdings(), [("Holdings:", "As of 31-Nov-2026")]), "no day of the calendar: 31-Nov-2026"),
        (sheet(holdings(), [("Holdings:", "As of 22-Nov-2026")]), "2026-11-22 is yet to come"),
        (sheet(holdings())[:3000], "a spreadsheet that is cut short"),
    ],
)  # fmt: skip
def test_why_a_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Reject) as caught:
        read(data)
    assert str(caught.value).startswith(reason)


def zipped(name: str, content: bytes) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def test_a_file_that_would_fill_the_memory_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Reject, match="a spreadsheet that unpacks to far too much"):
        read(zipped("xl/worksheets/sheet1.xml", bytes(33 * 1024 * 1024)))


def with_doctype(declared: str) -> bytes:
    packed = BytesIO()
    with ZipFile(BytesIO(sheet(holdings()))) as source, ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                content = f"<!DOCTYPE worksheet [{declared}]>{content}"
            target.writestr(name, content)
    return packed.getvalue()


def test_a_file_that_declares_entities_is_refused() -> None:
    assert read(with_doctype("")) == read(sheet(holdings()))
    with pytest.raises(Reject, match="a broken spreadsheet: EntitiesForbidden"):
        read(with_doctype('<!ENTITY a "a"><!ENTITY b "&a;&a;&a;&a;">'))


@pytest.mark.parametrize("data", [zipped("a.txt", b"words"), zipped("[Content_Types].xml", b"<a/>"), b"PK\x03\x04"])
def test_an_archive_that_is_no_spreadsheet_is_refused(data: bytes) -> None:
    with pytest.raises(Reject, match="spreadsheet"):
        read(data)


@pytest.mark.parametrize("text", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read(b"", text)


def test_a_page_is_called_so() -> None:
    with pytest.raises(Reject, match="an HTML page where a spreadsheet was due"):
        read(b"", "<!DOCTYPE html><html></html>")
    with pytest.raises(Reject, match="no spreadsheet, but 'Access denied'"):
        read(b"", "Access denied")


def test_it_is_asked_as_a_browser_asks() -> None:
    (ask,) = PAGE.ask(Span(PAGE.first, date(2026, 11, 20)), None)
    assert (ask.url, ask.body) == (URL, None)
    assert ask.headers["User-Agent"].startswith("Mozilla/5.0 ")
