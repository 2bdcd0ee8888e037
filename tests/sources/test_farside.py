"""Farside's tables: pages in, flows in millions of dollars out."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Span
from feeds.sources.farside import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

ALL, DAILY = SOURCE.pages
RECV = int(datetime(2026, 7, 8, 22, 30, tzinfo=UTC).timestamp() * 1000)
TICKERS = ("IBIT", "FBTC", "GBTC")
MONDAY = ("06 Jul 2026", "209.4", "(24.9)", "(1,044.5)", "(860.0)")
TUESDAY = ("07 Jul 2026", "54.8", "0.0", "12.3", "67.1")
WEDNESDAY = ("08 Jul 2026", "-", "-", "-", "0.0")
TOTALS = ("264", "(25)", "(1,032)", "(793)")
"""Of Monday and Tuesday: 264.2, -24.9, -1032.2, -792.9."""

Line = Sequence[str]


def cell(text: str) -> str:
    inner = f'<span class="redFont">{text}</span>' if text.startswith("(") else text
    return f'<td><div align="right"><span class="tabletext">{inner}</span></div></td>'


def line(cells: Line) -> str:
    return f'<tr>\n<td><span class="tabletext">{cells[0]}</span></td>\n{"".join(map(cell, cells[1:]))} </tr>\n'


def page(*days: Line, tickers: Line = TICKERS, totals: Line = TOTALS, last: str = "&nbsp;", first: str = "") -> str:
    logos = "".join(f'<th><img src="/images/etf/{n}.jpg" alt="Fund {n}"></th>' for n, _ in enumerate(tickers))
    names = "".join(f'<th><div align="center"><span class="tabletext">{name}</span></div></th>' for name in tickers)
    fees = "".join(cell("0.25%") for _ in tickers)
    zeros = ["0.0"] * (len(tickers) + 1)
    return (
        "<!DOCTYPE html>\n<html><head><title>Bitcoin ETF Flow &#8211; Farside Investors</title></head><body>\n"
        "<table><tr><td>Home</td><td>About</td></tr></table>\n"
        f'<table class="etf">\n<thead>\n<tr><th></th>{logos}<th>Total</th></tr>\n'
        f'<tr><th><span class="tabletext">{first}</span></th>{names}<th>{last}</th></tr>\n'
        f'<tr><th>Fee</th>{fees}<th></th></tr>\n</thead>\n<tbody>\n<tr><td colspan="5"></td></tr>\n'
        f"{''.join(map(line, days))}{line(['', *[''] * len(zeros)])}"
        f"{line(['Total', *totals])}{line(['Average', *zeros])}{line(['Maximum', *zeros])}{line(['Minimum', *zeros])}"
        "</tbody></table>\n<p>Source: Farside Investors</p></body></html>"
    )


def read(body: str, name: str = "daily", recv_ms: int = RECV) -> list[Observation | Rejected]:
    chosen = {one.name: one for one in SOURCE.pages}[name]
    return list(chosen.parse(Http("https://farside.co.uk/btc/", 200, body), recv_ms))


def flows(found: Iterable[Observation | Rejected]) -> dict[tuple[str, str], float]:
    return {(row.series, row.period): row.value for row in found if isinstance(row, Observation)}


def provisional(found: Iterable[Observation | Rejected]) -> set[tuple[str, str]]:
    return {(row.series, row.period) for row in found if isinstance(row, Observation) and row.provisional}


def reasons(found: Iterable[Observation | Rejected]) -> list[str]:
    return [row.reason for row in found if isinstance(row, Rejected)]


EXPECTED = {
    ("ETF.IBIT", "2026-07-06"): 209.4,
    ("ETF.FBTC", "2026-07-06"): -24.9,
    ("ETF.GBTC", "2026-07-06"): -1044.5,
    ("ETF.TOTAL", "2026-07-06"): -860.0,
    ("ETF.IBIT", "2026-07-07"): 54.8,
    ("ETF.FBTC", "2026-07-07"): 0.0,
    ("ETF.GBTC", "2026-07-07"): 12.3,
    ("ETF.TOTAL", "2026-07-07"): 67.1,
}


@pytest.mark.parametrize("name", ["all", "daily"])
def test_each_fund_and_the_total_of_a_day_in_millions(name: str) -> None:
    found = read(page(MONDAY, TUESDAY), name)
    assert flows(found) == EXPECTED
    assert provisional(found) == set()
    assert found[0] == Observation("ETF.IBIT", "2026-07-06", 209.4, RECV, "farside")
    assert {row.unit for one in EXPECTED if (row := series(one[0]))} == {"$M"}


@pytest.mark.parametrize("name", ["all", "daily"])
def test_a_row_of_dashes_tells_nothing_and_its_total_of_zero_neither(name: str) -> None:
    found = read(page(MONDAY, TUESDAY, WEDNESDAY), name)
    assert flows(found) == EXPECTED
    assert not reasons(found)


def test_while_a_fund_has_not_reported_the_total_and_each_zero_are_provisional() -> None:
    partial = ("08 Jul 2026", "46.6", "0.0", "-", "46.6")
    found = read(page(MONDAY, TUESDAY, partial))
    wednesday = {key: value for key, value in flows(found).items() if key[1] == "2026-07-08"}
    assert wednesday == {
        ("ETF.IBIT", "2026-07-08"): 46.6,
        ("ETF.FBTC", "2026-07-08"): 0.0,
        ("ETF.TOTAL", "2026-07-08"): 46.6,
    }
    assert provisional(found) == {("ETF.FBTC", "2026-07-08"), ("ETF.TOTAL", "2026-07-08")}


def test_a_row_of_nothing_but_zeros_is_provisional() -> None:
    found = read(page(MONDAY, TUESDAY, ("08 Jul 2026", "0.0", "0.0", "0.0", "0.0")))
    assert provisional(found) == {(f"ETF.{name}", "2026-07-08") for name in (*TICKERS, "TOTAL")}


def test_a_new_fund_is_a_column_by_its_ticker_and_its_days_before_are_whole() -> None:
    days = [(*MONDAY[:3], "-", *MONDAY[3:]), (*TUESDAY[:3], "11.0", "12.3", "78.1")]
    body = page(*days, tickers=("IBIT", "FBTC", "MSBT", "GBTC"), totals=("264", "(25)", "11", "(1,032)", "(782)"))
    found = read(body, "all")
    assert flows(found) == EXPECTED | {("ETF.MSBT", "2026-07-07"): 11.0, ("ETF.TOTAL", "2026-07-07"): 78.1}
    assert provisional(found) == set()


def test_a_column_that_is_gone_leaves_the_others_where_they_are() -> None:
    days = [("06 Jul 2026", "209.4", "(1,044.5)", "(835.1)"), ("07 Jul 2026", "54.8", "12.3", "67.1")]
    found = read(page(*days, tickers=("IBIT", "GBTC"), totals=("264", "(1,032)", "(768)")))
    assert flows(found)["ETF.GBTC", "2026-07-06"] == -1044.5
    assert flows(found)["ETF.TOTAL", "2026-07-06"] == -835.1
    assert ("ETF.FBTC", "2026-07-06") not in flows(found)


def test_columns_in_another_order_keep_their_values() -> None:
    def moved(cells: Line) -> Line:
        date_, ibit, fbtc, gbtc, total = cells
        return (date_, total, gbtc, ibit, fbtc)

    totals = moved(("Total", *TOTALS))[1:]
    body = page(moved(MONDAY), moved(TUESDAY), tickers=("Total", "GBTC", "IBIT"), last="FBTC", totals=totals)
    assert flows(read(body, "all")) == EXPECTED


@pytest.mark.parametrize(("first", "last"), [("Date", "Total"), ("", ""), ("Date", "&nbsp;")])
def test_the_header_is_known_by_its_tickers(first: str, last: str) -> None:
    assert flows(read(page(MONDAY, TUESDAY, first=first, last=last))) == EXPECTED


def test_a_dash_between_numbers_is_a_fund_that_did_not_report() -> None:
    days = [MONDAY, ("07 Jul 2026", "54.8", "-", "12.3", "67.1"), ("08 Jul 2026", "1.0", "2.0", "3.0", "6.0")]
    found = read(page(*days))
    assert ("ETF.FBTC", "2026-07-07") not in flows(found)
    assert provisional(found) == {("ETF.TOTAL", "2026-07-07")}


def weeks(dashes: int) -> list[Line]:
    """Days of which the last so many have no number for FBTC."""
    days = [date(2026, 6, 1) + timedelta(n) for n in range(15)]
    return [
        (
            f"{day:%d} Jun {day.year}",
            "1.0",
            "-" if n >= 15 - dashes else "2.0",
            "3.0",
            "4.0" if n >= 15 - dashes else "6.0",
        )
        for n, day in enumerate(days)
    ]


def test_a_fund_without_a_number_for_ten_rows_is_closed() -> None:
    found = read(page(*weeks(10), totals=("15", "10", "45", "70")), "all")
    assert provisional(found) == set()
    assert flows(found)["ETF.TOTAL", "2026-06-15"] == 4.0


def test_a_fund_without_a_number_for_nine_rows_is_late() -> None:
    found = read(page(*weeks(9), totals=("15", "12", "45", "72")), "all")
    assert provisional(found) == {("ETF.TOTAL", f"2026-06-{day:02}") for day in range(7, 16)}


def test_a_fund_without_a_number_on_a_short_page_is_late() -> None:
    found = read(page(("07 Jul 2026", "54.8", "-", "12.3", "67.1")))
    assert provisional(found) == {("ETF.TOTAL", "2026-07-07")}


@pytest.mark.parametrize("name", ["all", "daily"])
def test_a_page_whose_funds_do_not_make_a_days_total_is_refused_whole(name: str) -> None:
    with pytest.raises(Reject, match=r"2026-07-06: the funds sum to -860\.0, and the page says -859\.0"):
        read(page((*MONDAY[:4], "(859.0)"), TUESDAY), name)


def test_parentheses_read_as_zero_would_not_pass() -> None:
    with pytest.raises(Reject, match=r"2026-07-06: the funds sum to -835\.1"):
        read(page(("06 Jul 2026", "209.4", "0.0", *MONDAY[3:]), TUESDAY))


def test_rounding_of_each_number_passes() -> None:
    rounded = ("06 Jul 2026", "209.4", "(24.9)", "(1,044.5)", "(860.2)")
    assert flows(read(page(rounded, TUESDAY)))["ETF.TOTAL", "2026-07-06"] == -860.2
    with pytest.raises(Reject, match="the page says -860"):
        read(page((*rounded[:4], "(860.3)"), TUESDAY))


@pytest.mark.parametrize("name", ["all", "daily"])
def test_a_page_whose_sums_do_not_make_its_total_is_refused_whole(name: str) -> None:
    with pytest.raises(Reject, match=r"the page's sums: the funds sum to -793\.0, and the page says -733\.0"):
        read(page(MONDAY, TUESDAY, totals=(*TOTALS[:3], "(733)")), name)


def test_on_the_page_of_all_days_the_days_make_the_total() -> None:
    totals = ("364", "(125)", "(1,032)", "(793)")
    with pytest.raises(Reject, match=r"IBIT: the days sum to 264\.2, and the page says 364\.0"):
        read(page(MONDAY, TUESDAY, totals=totals), "all")


def test_the_short_page_shows_sums_of_days_that_it_does_not_show() -> None:
    assert flows(read(page(MONDAY, TUESDAY, totals=("60,809", "10,048", "(27,416)", "43,441")))) == EXPECTED


def test_on_the_page_of_all_days_a_day_that_cannot_be_read_spoils_the_sum() -> None:
    with pytest.raises(Reject, match="IBIT: the days sum to"):
        read(page(MONDAY, TUESDAY, ("08 Jul 2026", "9x", "1.0", "2.0", "3.0"), totals=("364", "1", "2", "367")), "all")


def test_a_page_that_is_cut_off_is_refused() -> None:
    body = page(MONDAY, TUESDAY)
    with pytest.raises(Reject, match="the table ends before its row of totals"):
        read(body[: body.index("Total</span>")])


def test_a_row_that_cannot_be_believed_leaves_the_others() -> None:
    garbled = ("08 Jul 2026", "4o.1", "0.0", "0.0", "40.1")
    found = read(page(MONDAY, TUESDAY, garbled))
    assert flows(found) == EXPECTED
    assert reasons(found) == ["IBIT is no number: '4o.1'"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (("08/07/2026", "1.0", "0.0", "0.0", "1.0"), "no date with its month in words: '08/07/2026'"),
        (("31 Jun 2026", "1.0", "0.0", "0.0", "1.0"), "no day of the calendar: 31 Jun 2026"),
        (("08 Jul 2026", "NaN", "0.0", "0.0", "1.0"), "IBIT is nan"),
        (("08 Jul 2026", "Infinity", "0.0", "0.0", "1.0"), "IBIT is inf"),
        (("08 Jul 2026", "1.0", "0.0", "1.0"), "4 cells where 5 are due"),
        (("08 Jul 2026", "1.0", "0.0", "0.0", "0.0", "1.0"), "6 cells where 5 are due"),
        (("08 Jul 2026", "1.0", "0.0", "0.0", ""), "no total to hold the funds against"),
        (("10 Jul 2026", "1.0", "0.0", "0.0", "1.0"), "2026-07-10 is yet to come"),
    ],
)
def test_why_a_row_is_not_believed(bad: Line, reason: str) -> None:
    found = read(page(MONDAY, TUESDAY, bad))
    assert flows(found) == EXPECTED
    assert reasons(found) == [reason]


def test_most_rows_bad_is_a_bad_page() -> None:
    with pytest.raises(Reject, match="2 of 3 rows"):
        read(page(MONDAY, ("a day", *TUESDAY[1:]), ("another", *TUESDAY[1:])))


def test_a_day_that_stands_there_twice_counts_once() -> None:
    found = read(page(MONDAY, TUESDAY, TUESDAY), "all")
    assert flows(found) == EXPECTED
    assert not reasons(found)


def test_of_a_day_that_contradicts_itself_the_later_row_counts() -> None:
    found = read(page(("06 Jul 2026", "200.0", "(24.9)", "(1,044.5)", "(869.4)"), MONDAY, TUESDAY))
    assert flows(found) == EXPECTED
    assert reasons(found) == [
        "ETF.IBIT of 2026-07-06 stands there twice: 200, then 209.4",
        "ETF.TOTAL of 2026-07-06 stands there twice: -869.4, then -860",
    ]


def test_days_in_another_order_are_the_same_days() -> None:
    found = read(page(WEDNESDAY, TUESDAY, MONDAY), "all")
    assert flows(found) == EXPECTED
    assert provisional(found) == set()


@pytest.mark.parametrize("word", ["", "-", ".", "NA", "n/a", "null"])
def test_a_word_for_nothing_is_no_zero(word: str) -> None:
    found = read(page(MONDAY, ("07 Jul 2026", "54.8", word, "12.3", "67.1")))
    assert ("ETF.FBTC", "2026-07-07") not in flows(found)
    assert ("ETF.TOTAL", "2026-07-07") in provisional(found)


def test_a_table_without_days_is_refused() -> None:
    with pytest.raises(Reject, match="a table without a single day"):
        read(page())


@pytest.mark.parametrize("tickers", [("IBIT", "IBIT", "GBTC"), ("IBIT", "Fund 2", "GBTC"), ("IBIT", "", "GBTC")])
def test_columns_that_cannot_be_told_apart_are_refused(tickers: Line) -> None:
    with pytest.raises(Reject, match="no table of flows on the page"):
        read(page(MONDAY, TUESDAY, tickers=tickers))


@pytest.mark.parametrize("body", BAD_BODIES)
@pytest.mark.parametrize("name", ["all", "daily"])
def test_a_body_that_is_nothing_is_refused(name: str, body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read(body, name)


def test_a_captcha_is_called_by_its_name() -> None:
    with pytest.raises(Reject, match=r"no table of flows on the page, which says 'Just a moment\.\.\.'"):
        read("<html><head><title>Just a moment...</title></head><body></body></html>")


def test_the_long_page_is_asked_on_a_first_start_and_after_a_hole() -> None:
    today = date(2026, 7, 8)
    long, short = "https://farside.co.uk/bitcoin-etf-flow-all-data/", "https://farside.co.uk/btc/"
    assert [ask.url for ask in ALL.ask(Span(ALL.first, today), None)] == [long]
    hole = Span(today - timedelta(ALL.overlap + 11), today)
    assert [ask.url for ask in ALL.ask(hole, None)] == [long]
    usual = Span(today - timedelta(ALL.overlap + 10), today)
    assert ALL.ask(usual, None) == ()
    for span in (usual, hole, Span(DAILY.first, today)):
        assert [ask.url for ask in DAILY.ask(span, None)] == [short]


def test_the_publisher_is_asked_seldom_and_slowly() -> None:
    assert [page.first for page in SOURCE.pages] == [date(2024, 1, 11)] * 2
    assert SOURCE.spacing_s == 5.0
    assert len(DAILY.times) == 3
    assert not ALL.times
