"""Cboe's file of the VIX: the close of each day since 2013, by the name of its column."""

from datetime import date

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Span
from feeds.sources.cboe import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

PAGE = SOURCE.pages[0]
URL = "https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"
RECV = 1795305600000  # 2026-11-22 00:00 UTC, the evening of 2026-11-21 in New York
FILE = """DATE,OPEN,HIGH,LOW,CLOSE\r
01/02/1990,17.240000,17.240000,17.240000,17.240000\r
12/31/2012,20.880000,23.230000,17.950000,18.020000\r
01/02/2013,15.240000,15.930000,14.510000,14.680000\r
11/19/2026,16.900000,18.100000,16.500000,17.410000\r
11/20/2026,17.500000,17.800000,15.900000,16.050000\r
"""


def read(text: str) -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(URL, 200, text), RECV))


def values(rows: list[Observation | Rejected]) -> list[tuple[str, float]]:
    return [(row.period, row.value) for row in rows if isinstance(row, Observation)]


def reasons(rows: list[Observation | Rejected]) -> list[str]:
    return [row.reason for row in rows if isinstance(row, Rejected)]


GOOD = [("2013-01-02", 14.68), ("2026-11-19", 17.41), ("2026-11-20", 16.05)]


def test_the_closes_since_2013_are_read() -> None:
    assert read(FILE) == [Observation("VIXCLS", period, value, RECV, "cboe") for period, value in GOOD]


def test_the_whole_file_is_asked_for_whatever_the_span() -> None:
    assert PAGE.ask(Span(date(2026, 11, 1), date(2026, 11, 20)), None) == (Ask(URL),)


def test_columns_go_by_their_names() -> None:
    moved = "CLOSE,NOTE,DATE\n14.68,a,01/02/2013\n17.41,b,11/19/2026\n16.05,c,11/20/2026\n"
    assert values(read(moved)) == GOOD


def test_a_file_without_closes_is_refused() -> None:
    with pytest.raises(Reject, match="no column 'CLOSE'"):
        read("DATE,OPEN\n11/20/2026,17.5\n")


@pytest.mark.parametrize("word", ["", ".", "NA", "N/A", "null", "-", "ND"])
def test_a_day_without_a_close_is_skipped(word: str) -> None:
    assert values(read(f"{FILE}11/21/2026,1,1,1,{word}\n")) == GOOD
    assert reasons(read(f"{FILE}11/21/2026,1,1,1,{word}\n")) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-11-21,1,1,1,16", "no date of the form"),
        ("21/11/2026,1,1,1,16", "no day of the calendar"),
        ("02/30/2026,1,1,1,16", "no day of the calendar"),
        ("11/24/2026,16,17,15,16", "2026-11-24 is yet to come"),
        ("11/21/2026,1,1,1,NaN", "CLOSE is nan"),
        ("11/21/2026,1,1,1,inf", "CLOSE is inf"),
        ("11/21/2026,1,1,1,(16.0)", "CLOSE is no number"),
        ('11/21/2026,1,1,1,"1,600.0"', "CLOSE is no number"),
        ("11/21/2026,1,1,1,0", "CLOSE is not above zero"),
        ("11/21/2026,1,1", "the row is cut short"),
        ("11/20/2026,16,17,15,16.15", "stands there twice: 16.05, then 16.15"),
    ],
)
def test_a_row_that_cannot_be_believed_is_rejected_beside_the_good_ones(row: str, reason: str) -> None:
    rows = read(f"{FILE}{row}\n")
    assert len(values(rows)) == 3
    (said,) = reasons(rows)
    assert reason in said
    assert {bad.feed for bad in rows if isinstance(bad, Rejected)} == {"cboe.vix"}


def test_a_row_that_is_there_twice_counts_once() -> None:
    rows = read(f"{FILE}11/20/2026,17.500000,17.800000,15.900000,16.050000\n")
    assert (values(rows), reasons(rows)) == (GOOD, [])


def test_rows_in_any_order_are_read() -> None:
    head, *lines = FILE.splitlines()
    assert sorted(values(read("\n".join([head, *lines[::-1]])))) == GOOD


def test_a_file_of_mostly_bad_rows_is_refused() -> None:
    with pytest.raises(Reject, match="3 of 4 rows cannot be believed"):
        read("DATE,CLOSE\n11/20/2026,16\nx,1\ny,1\nz,1\n")


@pytest.mark.parametrize("text", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read(text)


def test_a_file_that_breaks_off_in_a_row_gives_what_is_whole() -> None:
    rows = read(FILE[: FILE.index(",15.900000")])
    assert values(rows) == GOOD[:2]
    assert reasons(rows) == ["the row is cut short"]


def test_a_close_beyond_the_range_of_its_day_is_another_column() -> None:
    found = read(FILE.replace("15.900000,16.050000", "15.900000,19.050000"))
    assert reasons(found) == ["closed at 19.05, between 15.9 and 17.8"]
    assert values(found) == GOOD[:2]
