"""Daylight overdrafts: the Board's tables of text in, observations out."""

from datetime import UTC, date, datetime

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Ask, Page, Span
from feeds.sources.board import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

AVERAGE, PEAK = SOURCE.pages
URL = "https://www.federalreserve.gov/paymentsystems/files/psr_dlodavgqtr.txt"
RECV = int(datetime(2024, 3, 28, 15, tzinfo=UTC).timestamp()) * 1000
HEADING = """Average Daylight Overdrafts - Quarterly Data [1]
(in billions of dollars)

Date        Total      Funds    Book-entry   Collateralized   Percent
                                              Overdrafts[2]   of Total
"""
NOTES = """
[1] The averages are of the two-week maintenance periods that end in the quarter.
[2] Reported since March 24, 2011.
2 Overdrafts of 2011 are partly collateralized.
"""
BODY = f"""{HEADING}2023:Q4      $0.93      $0.90        $0.03          $0.90       97%
2023:Q3      $0.99      $0.97        $0.02          $0.95       96%
2020:Q1      $3.22      $2.54        $0.67          $2.95       92%
{NOTES}"""


def parsed(body: str, page: Page = AVERAGE) -> list[Observation | Rejected]:
    return list(page.parse(Http(URL, 200, body), RECV))


def table(*rows: str) -> str:
    return HEADING + "\n".join(rows) + "\n" + NOTES


def test_the_total_is_read_for_each_quarter_in_billions() -> None:
    assert parsed(BODY) == [
        Observation("DLOD", "2023-10-01", 0.93, RECV, "board"),
        Observation("DLOD", "2023-07-01", 0.99, RECV, "board"),
        Observation("DLOD", "2020-01-01", 3.22, RECV, "board"),
    ]


def test_the_peak_is_a_series_of_its_own() -> None:
    body = BODY.replace("Average", "Peak").replace("$0.93", "$18.20")
    assert parsed(body, PEAK)[0] == Observation("DLOD.PEAK", "2023-10-01", 18.2, RECV, "board")


def test_the_peak_in_place_of_the_average_is_refused() -> None:
    with pytest.raises(Reject, match="another body: the peak in its heading"):
        parsed(BODY.replace("Average", "Peak"))
    with pytest.raises(Reject, match="another body: the average in its heading"):
        parsed(BODY, PEAK)


def test_millions_become_billions() -> None:
    body = BODY.replace("billions", "millions").replace("$0.93      $0.90        $0.03", "$930 $901 $30")
    body = body.replace("$0.99      $0.97        $0.02", "$1,234 $1,200 $34").replace("$3.22", "$3.21")
    assert [one.value for one in parsed(body) if isinstance(one, Observation)][:2] == [0.93, 1.234]


def test_a_table_that_names_no_unit_is_refused() -> None:
    with pytest.raises(Reject, match="the heading names no unit"):
        parsed(BODY.replace("(in billions of dollars)", ""))
    with pytest.raises(Reject, match="the heading names two units"):
        parsed(BODY.replace("(in billions", "(millions until 1990, billions"))


@pytest.mark.parametrize(
    "label", ["2023:Q4", "2023Q4", "4Q 2023", "Q4 2023", "2023 Q4", "2023-Q4", "4q2023", "Q4:2023"]
)
def test_a_quarter_may_be_written_in_several_ways(label: str) -> None:
    assert parsed(table(f"{label}   $0.93   $0.90   $0.03")) == [Observation("DLOD", "2023-10-01", 0.93, RECV, "board")]


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("Date\tFunds\tTotal\tBook-entry", "2023:Q4\t0.90\t0.93\t0.03"),
        ("Date,New column,Total,Funds", "2023:Q4,7.00,0.93,0.90"),
        ("Date   Fees charged   Total   Funds", "2023:Q4   7.00   $0.93   $0.90"),
        ("Quarter Total Funds", "2023:Q4, $ 0.93, $ 0.90"),
        ("Date  Total", "2023:Q4  0.93"),
    ],
)
def test_the_total_is_found_by_the_name_of_its_column(heading: str, row: str) -> None:
    body = f"Average daylight overdrafts\nBillions of dollars\n{heading}\n{row}\n"
    assert parsed(body) == [Observation("DLOD", "2023-10-01", 0.93, RECV, "board")]


def test_a_table_without_a_total_is_refused() -> None:
    with pytest.raises(Reject, match="no column named 'Total'"):
        parsed(BODY.replace("Total      Funds", "Funds      Other"))


@pytest.mark.parametrize("nothing", ["NA", "N/A", "-", ".", "ND"])
def test_a_quarter_that_is_not_known_is_skipped_and_is_no_zero(nothing: str) -> None:
    body = table(f"2024:Q1      {nothing}     $0.90", "2023:Q4      $0.93      $0.90")
    assert parsed(body) == [Observation("DLOD", "2023-10-01", 0.93, RECV, "board")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2023:Q5      $0.93      $0.90", "no quarter of the form 2023:Q4: '2023:Q5'"),
        ("12/31/2023   $0.93      $0.90", "no quarter of the form 2023:Q4: '12/31/2023'"),
        ("3/2023       $0.93      $0.90", "no quarter of the form 2023:Q4: '3/2023'"),
        ("Dec 2023     $0.93      $0.90", "no quarter of the form 2023:Q4: 'Dec'"),
        ("2024:Q4      $0.93      $0.90", "2024-10-01 is yet to come"),
        ("1023:Q4      $0.93      $0.90", "no year of overdrafts: 1023"),
        ("2023:Q2      ($0.93)    $0.90", "the total is no number: '(0.93)'"),
        ("2023:Q2      $0,93      $0.90", "the total is no number: '0,93'"),
        ("2023:Q2      NaN        $0.90", "the total is no number: 'NaN'"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_beside_the_good_one(row: str, reason: str) -> None:
    good, bad = parsed(table("2023:Q4      $0.93      $0.90", row))
    assert good == Observation("DLOD", "2023-10-01", 0.93, RECV, "board")
    assert isinstance(bad, Rejected)
    assert (bad.feed, bad.reason) == ("board.average", reason)


def test_a_row_cut_short_is_refused_beside_the_good_ones() -> None:
    body = "Average\nbillions\nDate  Funds  Total\n2023:Q4  0.90  0.93\n2023:Q3  0.9"
    good, bad = parsed(body)
    assert good == Observation("DLOD", "2023-10-01", 0.93, RECV, "board")
    assert isinstance(bad, Rejected)
    assert bad.reason == "the row is cut short"


def test_a_quarter_that_stands_there_twice_counts_once_and_a_contradiction_is_said() -> None:
    row = "2023:Q4      $0.93      $0.90"
    assert len(parsed(table(row, row))) == 1
    good, said = parsed(table(row, row.replace("0.93", "0.95")))
    assert good == Observation("DLOD", "2023-10-01", 0.95, RECV, "board")
    assert isinstance(said, Rejected)
    assert said.reason == "DLOD of 2023-10-01 stands there twice: 0.93, then 0.95"


@pytest.mark.parametrize("page", SOURCE.pages, ids=lambda page: page.name)
@pytest.mark.parametrize("body", [*BAD_BODIES, pytest.param(HEADING, id="a heading alone")])
def test_a_body_that_is_nothing_is_refused(page: Page, body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parsed(body, page)


def test_each_table_is_one_file_whatever_the_span() -> None:
    span = Span(date(2020, 1, 1), date(2024, 3, 28))
    folder = "https://www.federalreserve.gov/paymentsystems/files"
    assert AVERAGE.ask(span, None) == (Ask(f"{folder}/psr_dlodavgqtr.txt"),)
    assert PEAK.ask(span, None) == (Ask(f"{folder}/psr_dlodpeakqtr.txt"),)


def test_each_page_fills_a_series_that_names_this_source() -> None:
    rows = [series(id_) for page in SOURCE.pages for id_ in page.series]
    assert all(row and "board" in row.sources for row in rows)


def test_a_total_that_is_not_the_sum_of_funds_and_book_entries_is_another_column() -> None:
    found = parsed(BODY.replace("$0.93      $0.90        $0.03", "$0.90      $0.90        $0.03"))
    assert [one.reason for one in found if isinstance(one, Rejected)] == ["the total is 0.9, and its parts are 0.93"]
    assert [one.period for one in found if isinstance(one, Observation)] == ["2023-07-01", "2020-01-01"]


def test_the_peaks_of_the_parts_are_of_other_times_and_add_up_to_nothing() -> None:
    (found,) = parsed(table("2023:Q4 $18.20 $15.00 $4.00").replace("Average", "Peak"), PEAK)
    assert isinstance(found, Observation)
    assert found.value == 18.2


def test_a_table_of_neither_averages_nor_peaks_is_another_body() -> None:
    with pytest.raises(Reject, match="another body: no average in its heading"):
        parsed(BODY.replace("Average Daylight", "Daylight"))
