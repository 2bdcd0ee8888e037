"""iShares: the file of IBIT's holdings in, shares, bitcoin and the value of a share out."""

from datetime import UTC, date, datetime

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Span
from feeds.sources.ishares import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

(PAGE,) = SOURCE.pages
URL = "https://www.ishares.com/us/products/333011/fund/1467271812596.ajax?fileType=csv&fileName=IBIT_holdings&dataType=fund"
RECV = int(datetime(2026, 11, 20, 14, 0, tzinfo=UTC).timestamp() * 1000)
FILE = """\ufeffiShares Bitcoin Trust ETF
Fund Holdings as of,"Nov 19, 2026"
Inception Date,"Jan 05, 2024"
Shares Outstanding,"1,448,200,000.00"
Stock,"-"
Bond,"-"
Cash,"-"
Other,"-"
\u00a0
Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Market Currency,Accrual Date
"BTC","BITCOIN","-","Alternative","65,235,223,675.00","100.00","65,235,223,675.00","817,092.85700","BTC","-"
"USD","USD CASH","-","Cash","21,827.32","0.00","21,827.32","21,827.32","USD","-"
\u00a0
"The content contained herein is owned or licensed by BlackRock."
"""
EXPECTED = {"IBIT.SHARES": 1_448_200_000.0, "IBIT.BTC": 817_092.857, "IBIT.NAV": 45.045743}


def read(text: str) -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(URL, 200, text), RECV))


def values(text: str) -> dict[str, float]:
    return {row.series: row.value for row in read(text) if isinstance(row, Observation)}


def reasons(text: str) -> list[str]:
    return [row.reason for row in read(text) if isinstance(row, Rejected)]


def without(name: str) -> str:
    return "".join(line for line in FILE.splitlines(keepends=True) if not line.startswith(name))


def test_shares_bitcoin_and_the_value_of_a_share_of_the_files_day() -> None:
    assert values(FILE) == EXPECTED
    assert read(FILE)[0] == Observation("IBIT.SHARES", "2026-11-19", 1_448_200_000.0, RECV, "ishares")
    assert {row.period for row in read(FILE) if isinstance(row, Observation)} == {"2026-11-19"}


def test_line_ends_of_windows_are_line_ends() -> None:
    assert values(FILE.replace("\n", "\r\n")) == EXPECTED


def test_columns_go_by_their_names() -> None:
    moved = FILE.replace("Ticker,Name,Sector", "Quantity,Ticker,Name").replace("Notional Value,Quantity", "Sector,New")
    moved = moved.replace('"BTC","BITCOIN","-"', '"1.5","BTC","BITCOIN"').replace('"USD","USD CASH"', '"2","USD"')
    assert values(moved)["IBIT.BTC"] == 1.5


def test_without_the_share_count_neither_it_nor_the_value_of_a_share_is_known() -> None:
    assert values(without("Shares Outstanding")) == {"IBIT.BTC": 817_092.857}


@pytest.mark.parametrize("word", ["", "-", "N/A", "null", "."])
def test_a_word_for_nothing_is_no_zero(word: str) -> None:
    assert "IBIT.SHARES" not in values(FILE.replace("1,448,200,000.00", word))
    assert "IBIT.BTC" not in values(FILE.replace("817,092.85700", word))


def test_the_value_of_a_share_is_what_all_holdings_are_worth_over_the_shares() -> None:
    text = FILE.replace("1,448,200,000.00", "1,412,720,000.00").replace('"65,235,223,675.00"', '"66,755,340,897.25"')
    text = text.replace('"21,827.32"', '"22,646.77"')
    assert values(text)["IBIT.NAV"] == round((66_755_340_897.25 + 22_646.77) / 1_412_720_000, 6)
    assert f"{values(text)['IBIT.NAV']:.4f}" == "47.2531"


def test_numbers_may_stand_without_commas() -> None:
    plain = FILE.replace("1,448,200,000.00", "1448200000.00").replace("65,235,223,675.00", "65235223675.00")
    assert values(plain.replace("817,092.85700", "817092.85700")) == EXPECTED


def test_a_holding_without_its_value_leaves_the_value_of_a_share_unknown() -> None:
    assert "IBIT.NAV" not in values(FILE.replace('"Cash","21,827.32"', '"Cash","-"'))


@pytest.mark.parametrize("garbled", ["1,44,820", "NaN", "Infinity", "0", "-5", "1.4 bn"])
def test_a_number_that_cannot_be_believed_leaves_the_others(garbled: str) -> None:
    text = FILE.replace("1,448,200,000.00", garbled)
    assert values(text) == {"IBIT.BTC": 817_092.857}
    assert len(reasons(text)) == 1
    assert reasons(text)[0].startswith("IBIT.SHARES is ")


def test_a_market_value_that_cannot_be_believed_leaves_the_others() -> None:
    text = FILE.replace('"Cash","21,827.32"', '"Cash","21.8 k"')
    assert values(text) == {"IBIT.BTC": 817_092.857, "IBIT.SHARES": 1_448_200_000.0}
    assert reasons(text) == ["a market value is no number: '21.8 k'"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"Nov 19, 2026"', '"-"', "the file does not say of which day it is"),
        ('Fund Holdings as of,"Nov 19, 2026"\n', "", "the file does not say of which day it is"),
        ('"Nov 19, 2026"', "11/19/2026", "no date with its month in words: '11/19/2026'"),
        ('"Nov 19, 2026"', '"Nov 31, 2026"', "no day of the calendar: Nov 31, 2026"),
        ('"Nov 19, 2026"', '"Nov 22, 2026"', "3 of 3 rows cannot be believed; the first: 2026-11-22 is yet to come"),
        ('"BTC","BITCOIN"', '"ETH","ETHER"', "0 rows of bitcoin among 2 holdings"),
        ('"USD","USD CASH"', '"BTC","BITCOIN"', "2 rows of bitcoin among 2 holdings"),
        ("Quantity", "Units", "no table of holdings in what begins with 'iShares Bitcoin Trust ETF"),
    ],
)
def test_why_a_file_is_refused(old: str, new: str, reason: str) -> None:
    with pytest.raises(Reject) as caught:
        read(FILE.replace(old, new))
    assert str(caught.value).startswith(reason)


def test_a_page_that_asks_for_consent_is_called_so() -> None:
    with pytest.raises(Reject, match="an HTML page where CSV was due"):
        read("<!DOCTYPE html><html><head><title>Investor type</title></head></html>")


@pytest.mark.parametrize("text", [*BAD_BODIES, FILE[: FILE.index("Ticker")], FILE[: FILE.index('"BTC"') + 20]])
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read(text)


def test_it_is_asked_as_a_browser_asks() -> None:
    (ask,) = PAGE.ask(Span(PAGE.first, date(2026, 11, 20)), None)
    assert (ask.url, ask.body) == (URL, None)
    assert ask.headers["User-Agent"].startswith("Mozilla/5.0 ")
