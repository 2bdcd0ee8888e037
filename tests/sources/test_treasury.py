from datetime import date

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Span
from feeds.sources.treasury import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

RECV = 1_795_208_400_000  # 2026-11-20 21:00 UTC
PAR, REAL = SOURCE.pages
BASE = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"
HEADER = (
    'Date,"1 Mo","1.5 Month","2 Mo","3 Mo","4 Mo","6 Mo","1 Yr","2 Yr","3 Yr","5 Yr","7 Yr","10 Yr","20 Yr","30 Yr"'
)
ROW = "08/05/2026,3.77,3.79,3.84,3.89,3.91,3.98,4.03,4.18,4.24,4.33,4.47,4.63,5.18,5.17"
SMALL = 'Date,"1 Mo","3 Mo","6 Mo","1 Yr","2 Yr","5 Yr","10 Yr","30 Yr"'


def par(body: str) -> list[Observation | Rejected]:
    return list(PAR.parse(Http(f"{BASE}/2026/all", 200, body), RECV))


def seen(id_: str, period: str, value: float) -> Observation:
    return Observation(id_, period, value, RECV, "treasury")


def of(id_: str, rows: list[Observation | Rejected]) -> list[tuple[str, float]]:
    return [(row.period, row.value) for row in rows if isinstance(row, Observation) and row.series == id_]


def reasons(rows: list[Observation | Rejected]) -> list[str]:
    return [row.reason for row in rows if isinstance(row, Rejected)]


def test_a_day_of_par_yields_goes_by_the_names_of_its_columns() -> None:
    assert par(f"{HEADER}\n{ROW}\n") == [
        seen("DGS1MO", "2026-08-05", 3.77),
        seen("DGS3MO", "2026-08-05", 3.89),
        seen("DGS6MO", "2026-08-05", 3.98),
        seen("DGS1", "2026-08-05", 4.03),
        seen("DGS2", "2026-08-05", 4.18),
        seen("DGS5", "2026-08-05", 4.33),
        seen("DGS10", "2026-08-05", 4.63),
        seen("DGS30", "2026-08-05", 5.17),
    ]


def test_a_day_of_real_yields_is_read_from_capital_headings() -> None:
    body = 'Date,"5 YR","7 YR","10 YR","20 YR","30 YR"\n08/05/2026,1.61,1.86,2.11,2.55,2.66\n'
    assert list(REAL.parse(Http(f"{BASE}/2026/all", 200, body), RECV)) == [
        seen("DFII5", "2026-08-05", 1.61),
        seen("DFII10", "2026-08-05", 2.11),
    ]


@pytest.mark.parametrize("heading", ["10 Yr", "10 YR", "10Yr", "10 Year"])
def test_a_heading_may_be_written_in_several_ways(heading: str) -> None:
    assert of("DGS10", par(SMALL.replace("10 Yr", heading) + "\n08/05/2026,1,2,3,4,5,6,4.63,8\n")) == [
        ("2026-08-05", 4.63)
    ]


def test_a_file_of_before_the_new_maturities_and_with_short_years_is_read() -> None:
    rows = par(f"{SMALL}\n01/02/13,0.07,0.08,0.12,0.15,0.27,0.76,1.86,3.04\n")
    assert of("DGS1MO", rows) == [("2013-01-02", 0.07)]
    assert of("DGS30", rows) == [("2013-01-02", 3.04)]


def test_columns_in_another_order_give_the_same() -> None:
    header = '"30 Yr","10 Yr","5 Yr","2 Yr","1 Yr","6 Mo","3 Mo","1 Mo",Date'
    body = f"{header}\n5.17,4.63,4.33,4.18,4.03,3.98,3.89,3.77,08/05/2026\n"
    assert par(body) == par(f"{HEADER}\n{ROW}\n")


def test_a_maturity_that_is_gone_is_said_once_and_the_others_stay() -> None:
    header = SMALL.removesuffix(',"30 Yr"')
    body = f"{header}\n08/05/2026,1,2,3,4,5,6,7\n08/04/2026,1,2,3,4,5,6,7\n"
    rows = par(body)
    assert of("DGS10", rows) == [("2026-08-05", 7.0), ("2026-08-04", 7.0)]
    assert of("DGS30", rows) == []
    (reason,) = reasons(rows)
    assert reason.startswith("no column for DGS30 among")


def test_a_page_of_the_other_curve_or_without_its_date_is_refused() -> None:
    with pytest.raises(Reject, match="none of the maturities is there"):
        par('Date,"20 YR","LT"\n08/05/2026,5.18,5.20\n')
    with pytest.raises(Reject, match="no column 'Date'"):
        par('Day,"10 Yr"\n08/05/2026,4.63\n')


@pytest.mark.parametrize("nothing", ["", "N/A", "NA", ".", "null", "-", "ND"])
def test_a_maturity_without_a_value_is_left_out_and_is_no_zero(nothing: str) -> None:
    rows = par(f"{SMALL}\n08/05/2026,{nothing},0.00,3,4,5,6,7,8\n")
    assert of("DGS1MO", rows) == []
    assert of("DGS3MO", rows) == [("2026-08-05", 0.0)]
    assert reasons(rows) == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("2026-08-04,1,2,3,4,5,6,7,8", "no date of the form 08/05/2026: '2026-08-04'"),
        ("13/04/2026,1,2,3,4,5,6,7,8", "no day of the calendar: 13/04/2026"),
        ("11/22/2026,1,2,3,4,5,6,7,8", "2026-11-22 is yet to come"),
        ("08/04/2026,NaN,2,3,4,5,6,7,8", "DGS1MO is nan"),
        ("08/04/2026,1,2,3,4,5,6,7,Infinity", "DGS30 is inf"),
        ("08/04/2026,1,2,3,4,(5),6,7,8", "DGS2 is no number: '(5)'"),
        ("08/04/2026,1,2,3", "the row is cut short"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_beside_the_good_ones(bad: str, reason: str) -> None:
    rows = par(f"{SMALL}\n08/05/2026,1,2,3,4,5,6,7,8\n{bad}\n")
    assert of("DGS2", rows) == [("2026-08-05", 5.0)]
    assert reasons(rows) == [reason]
    assert all(row.feed == "treasury.par" for row in rows if isinstance(row, Rejected))


def test_equal_rows_count_once_and_of_contradicting_ones_the_later() -> None:
    rows = par(f"{SMALL}\n08/04/2026,1,2,3,4,5,6,7,8\n08/05/2026,1,2,3,4,5,6,7,8\n08/05/2026,1,2,3,4,5,6,7,9\n")
    assert of("DGS2", rows) == [("2026-08-04", 5.0), ("2026-08-05", 5.0)]
    assert of("DGS30", rows) == [("2026-08-04", 8.0), ("2026-08-05", 9.0)]
    assert reasons(rows) == ["DGS30 of 2026-08-05 stands there twice: 8, then 9"]


def test_the_file_of_a_new_year_may_be_empty_below_its_header() -> None:
    assert par(f"{HEADER}\n") == []


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    for page in SOURCE.pages:
        with pytest.raises((Reject, MsgspecError)):
            list(page.parse(Http(BASE, 200, body), RECV))


def test_each_year_of_a_span_is_one_request() -> None:
    span = Span(date(2025, 12, 22), date(2026, 1, 5))
    type_ = "daily_treasury_yield_curve"
    assert PAR.ask(span, None) == (
        Ask(f"{BASE}/2025/all?type={type_}&field_tdr_date_value=2025&page&_format=csv"),
        Ask(f"{BASE}/2026/all?type={type_}&field_tdr_date_value=2026&page&_format=csv"),
    )
    assert REAL.ask(Span(date(2026, 1, 1), date(2026, 1, 5)), None) == (
        Ask(f"{BASE}/2026/all?type=daily_treasury_real_yield_curve&field_tdr_date_value=2026&page&_format=csv"),
    )


def test_both_pages_say_what_they_fill() -> None:
    assert PAR.series == ("DGS1MO", "DGS3MO", "DGS6MO", "DGS1", "DGS2", "DGS5", "DGS10", "DGS30")
    assert REAL.series == ("DFII5", "DFII10")


def test_real_yields_where_par_yields_were_due_are_another_body() -> None:
    body = 'Date,"5 YR","7 YR","10 YR","20 YR","30 YR"\n08/05/2026,1.91,2.02,2.21,2.44,2.61\n'
    with pytest.raises(Reject, match="another body: real yields, for there are no bills"):
        par(body)


def test_par_yields_where_real_yields_were_due_are_another_body() -> None:
    with pytest.raises(Reject, match="another body: nominal yields, for there are bills"):
        list(REAL.parse(Http(f"{BASE}/2026/all", 200, f"{HEADER}\n{ROW}\n"), RECV))
