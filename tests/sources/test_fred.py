from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import TABLE
from feeds.source import Ask, Page, Span
from feeds.sources.fred import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

RECV = 1_795_208_400_000  # 2026-11-20 21:00 UTC
GRAPH = "https://fred.stlouisfed.org/graph/fredgraph.csv?id=SOFR&cosd=2026-08-01&coed=2026-08-07"
API = (
    "https://api.stlouisfed.org/fred/series/observations?series_id=WALCL&file_type=json"
    "&observation_start=2026-06-01&sort_order=asc&limit=100000"
)
PAGES = {page.name: page for page in SOURCE.pages}


def parsed(id_: str, body: str) -> list[Observation | Rejected]:
    return list(PAGES[id_].parse(Http(GRAPH, 200, body), RECV))


def seen(id_: str, period: str, value: float) -> Observation:
    return Observation(id_, period, value, RECV, "fred")


def envelope(observations: str) -> str:
    return (
        '{"realtime_start":"2026-07-02","realtime_end":"2026-07-02","observation_start":"2026-06-01",'
        '"observation_end":"9999-12-31","units":"lin","output_type":1,"file_type":"json","order_by":"observation_date",'
        f'"sort_order":"asc","count":2,"offset":0,"limit":100000,"observations":[{observations}]}}'
    )


def row(day: str, value: str) -> str:
    return f'{{"realtime_start":"2026-07-02","realtime_end":"2026-07-02","date":"{day}","value":{value}}}'


def test_a_graph_file_gives_its_values_in_freds_own_unit() -> None:
    body = "observation_date,RRPONTSYD\n2026-06-30,26.900\n2026-07-01,1.001\n"
    assert parsed("RRPONTSYD", body) == [seen("RRPONTSYD", "2026-06-30", 26.9), seen("RRPONTSYD", "2026-07-01", 1.001)]


def test_the_older_header_of_a_graph_file_is_read_as_well() -> None:
    assert parsed("SOFR", "DATE,SOFR\r\n2026-08-05,3.64\r\n") == [seen("SOFR", "2026-08-05", 3.64)]


def test_an_answer_of_the_api_gives_numbers_out_of_its_strings() -> None:
    body = envelope(row("2026-06-24", '"6735645"') + "," + row("2026-07-01", '"6724564"'))
    assert parsed("WALCL", body) == [seen("WALCL", "2026-06-24", 6_735_645.0), seen("WALCL", "2026-07-01", 6_724_564.0)]


def test_millions_stay_millions_beside_billions() -> None:
    assert parsed("WALCL", envelope(row("2026-07-01", '"6724564"'))) == [seen("WALCL", "2026-07-01", 6_724_564.0)]
    assert parsed("M2SL", envelope(row("2026-07-01", '"22680.3"'))) == [seen("M2SL", "2026-07-01", 22_680.3)]


@pytest.mark.parametrize("nothing", [".", "", "NA", "N/A", "null", "-", "ND"])
def test_a_day_without_a_value_is_left_out_and_is_no_zero(nothing: str) -> None:
    body = f"observation_date,SOFR\n2026-06-18,3.61\n2026-06-19,{nothing}\n2026-06-22,0.00\n"
    assert parsed("SOFR", body) == [seen("SOFR", "2026-06-18", 3.61), seen("SOFR", "2026-06-22", 0.0)]


def test_the_apis_point_and_null_are_no_values() -> None:
    body = envelope(",".join((row("2026-06-19", '"."'), row("2026-06-20", "null"), row("2026-06-22", '"3.6"'))))
    assert parsed("SOFR", body) == [seen("SOFR", "2026-06-22", 3.6)]


def test_a_file_of_another_series_is_refused() -> None:
    with pytest.raises(Reject, match="no column 'SOFR' among 'observation_date, SOFR99'"):
        parsed("SOFR", "observation_date,SOFR99\n2026-08-05,3.73\n")


def test_columns_in_another_order_or_beside_a_new_one_are_still_told_apart() -> None:
    expected = [seen("SOFR", "2026-08-05", 3.64)]
    assert parsed("SOFR", "SOFR,observation_date\n3.64,2026-08-05\n") == expected
    assert parsed("SOFR", "observation_date,SOFR,SOFR99\n2026-08-05,3.64,3.73\n") == expected


def test_a_file_that_lacks_the_date_is_refused() -> None:
    with pytest.raises(Reject, match="no date of the form"):
        parsed("SOFR", "SOFR\n3.64\n3.65\n")


def test_a_file_with_nothing_under_its_header_has_no_news() -> None:
    assert parsed("SOFR", "observation_date,SOFR\n") == []
    assert parsed("SOFR", envelope("")) == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("08/05/2026,3.64", "no date of the form 2026-08-05: '08/05/2026'"),
        ("2026-02-30,3.64", "no day of the calendar: 2026-02-30"),
        ("2026-11-22,3.64", "2026-11-22 is yet to come"),
        ("2026-08-05,NaN", "SOFR is nan"),
        ("2026-08-05,Infinity", "SOFR is inf"),
        ("2026-08-05,3.6x", "SOFR is no number: '3.6x'"),
        ("2026-08-05", "the row is cut short"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_beside_the_good_ones(bad: str, reason: str) -> None:
    good, rejected = parsed("SOFR", f"observation_date,SOFR\n2026-08-04,3.66\n{bad}\n")
    assert good == seen("SOFR", "2026-08-04", 3.66)
    assert isinstance(rejected, Rejected)
    assert (rejected.feed, rejected.recv_ms, rejected.reason) == ("fred.SOFR", RECV, reason)


def test_a_file_of_mostly_bad_rows_is_refused_as_a_whole() -> None:
    with pytest.raises(Reject, match="2 of 3 rows cannot be believed"):
        parsed("SOFR", "observation_date,SOFR\n2026-08-04,3.66\n2026-08-05,x\n2026-08-06,x\n")


def test_equal_rows_count_once_and_of_contradicting_ones_the_later() -> None:
    body = "observation_date,SOFR\n2026-08-05,3.64\n2026-08-05,3.64\n2026-08-04,3.66\n2026-08-04,3.67\n"
    first, second, rejected = parsed("SOFR", body)
    assert (first, second) == (seen("SOFR", "2026-08-05", 3.64), seen("SOFR", "2026-08-04", 3.67))
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "SOFR of 2026-08-04 stands there twice: 3.66, then 3.67"


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        parsed("SOFR", body)


@pytest.mark.parametrize("length", [20, 150, 300])
def test_a_truncated_answer_of_the_api_is_refused(length: int) -> None:
    with pytest.raises(MsgspecError):
        parsed("WALCL", envelope(row("2026-06-24", '"6735645"'))[:length])


def test_a_page_of_html_says_what_it_is() -> None:
    with pytest.raises(Reject, match="an HTML page where JSON or CSV was due"):
        parsed("SOFR", "<!DOCTYPE html><html><head><title>Error</title></head></html>")


def test_a_refusal_of_the_api_is_told_without_the_key() -> None:
    key = "0123456789abcdef0123456789abcdef"
    message = f"Bad Request.  The value for variable api_key is not registered: {key}"
    with pytest.raises(Reject) as refused:
        parsed("WALCL", f'{{"error_code":400,"error_message":"{message}"}}')
    assert str(refused.value) == ("FRED refuses: Bad Request.  The value for variable api_key is not registered: …")


def test_without_a_key_the_graphs_file_is_asked_with_the_clients_own_user_agent() -> None:
    assert PAGES["SOFR"].ask(Span(date(2026, 8, 1), date(2026, 8, 7)), None) == (
        Ask(GRAPH, {"User-Agent": "python-httpx/0.28"}),
    )


def test_with_a_key_the_api_is_asked() -> None:
    (asked,) = PAGES["WALCL"].ask(Span(date(2026, 6, 1), date(2026, 7, 9)), "a key&more")
    assert asked == Ask(API.replace("&file_type", "&api_key=a%20key%26more&file_type"))


def test_each_series_that_fred_has_is_a_page_of_its_name() -> None:
    pages = [page for page in SOURCE.pages if not page.vintages]
    assert [page.name for page in pages] == [id_ for id_, of in TABLE.items() if "fred" in of.sources]
    assert all(page.series == (page.name,) for page in pages)


def test_fred_is_not_asked_for_tri_party_and_broad_rates_which_it_has_not_or_under_other_names() -> None:
    assert not [name for name in PAGES if name.startswith(("TGCR", "BGCR"))]


def test_a_page_asks_for_no_day_before_its_series_and_back_over_its_revisions() -> None:
    def starts(page: Page) -> tuple[date, int]:
        return page.first, page.overlap

    assert starts(PAGES["IORB"]) == (date(2021, 7, 29), 15)
    assert starts(PAGES["SOFR99"]) == (date(2018, 4, 2), 15)
    assert starts(PAGES["BAMLH0A0HYM2"]) == (date(2023, 1, 1), 15)
    assert starts(PAGES["WALCL"]) == (date(2013, 1, 1), 60)
    assert starts(PAGES["CPILFESL"]) == (date(2013, 1, 1), 400)
    assert starts(PAGES["GDPC1"]) == (date(2013, 1, 1), 800)
    assert starts(PAGES["EFFR"]) == (date(2015, 1, 1), 15)


def test_fred_needs_no_key_and_is_asked_once_a_second_at_most() -> None:
    assert (SOURCE.key, SOURCE.needs_key, SOURCE.spacing_s) == ("fred", False, 1.0)


# --- the past as it was published

ARCHIVE = (
    "https://api.stlouisfed.org/fred/series/observations?series_id=UNRATE&api_key={key}&file_type=json"
    "&observation_start=2013-01-01&realtime_start=2012-12-31&realtime_end=9999-12-31&output_type=1&sort_order=asc"
    "&limit=100000"
)


def archived(
    id_: str, *rows: tuple[str, str, str], since: str = "2012-12-31", count: int | None = None
) -> list[object]:
    """Rows of (first day of the value, period, value)."""
    listed = ",".join(
        f'{{"realtime_start":"{said}","realtime_end":"9999-12-31","date":"{period}","value":"{value}"}}'
        for said, period, value in rows
    )
    body = f'{{"realtime_start":"{since}","count":{len(rows) if count is None else count},"observations":[{listed}]}}'
    url = ARCHIVE.replace("2012-12-31", since, 1).format(key="***")
    return list(PAGES[f"{id_}.vintages"].parse(Http(url, 200, body), RECV))


def new_york_1ms(day: str, at: str) -> int:
    return (
        round(datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo("America/New_York")).timestamp() * 1000) + 1
    )


def test_each_value_is_known_since_the_hour_of_its_release_on_the_day_on_which_it_came_out() -> None:
    found = archived("UNRATE", ("2023-09-01", "2023-08-01", "3.8"), ("2024-01-05", "2023-08-01", "3.7"))
    assert found == [
        Observation("UNRATE", "2023-08-01", 3.8, new_york_1ms("2023-09-01", "08:30"), "alfred"),
        Observation("UNRATE", "2023-08-01", 3.7, new_york_1ms("2024-01-05", "08:30"), "alfred"),
    ]
    (credit,) = archived("TOTBKCR", ("2026-11-13", "2026-11-04", "18765.4"))
    assert isinstance(credit, Observation)
    assert credit.known_ms == new_york_1ms("2026-11-13", "16:15")


def test_a_value_that_comes_before_its_hour_is_known_since_it_was_read() -> None:
    (row,) = archived("UNRATE", ("2026-11-21", "2026-10-01", "4.2"))
    assert isinstance(row, Observation)
    assert row.known_ms == RECV


def test_what_had_come_out_before_the_days_asked_for_is_left_out() -> None:
    rows = (("2023-08-01", "2023-07-01", "3.5"), ("2023-09-01", "2023-08-01", "3.8"), ("2023-09-01", "2023-07-01", "."))
    found = archived("UNRATE", *rows, since="2023-08-01")
    assert [row.period for row in found if isinstance(row, Observation)] == ["2023-08-01"]


def test_an_answer_that_does_not_hold_all_is_refused() -> None:
    with pytest.raises(Reject, match="3 rows, of which only 1 came"):
        archived("UNRATE", ("2023-09-01", "2023-08-01", "3.8"), count=3)


def test_a_row_of_the_archive_that_cannot_be_believed_is_refused_beside_the_good_ones() -> None:
    rows = (
        ("2023-09-01", "2023-08-01", "3.8"),
        ("2030-01-01", "2023-08-01", "3.9"),
        ("2023-10-06", "2023-09-01", "3.8"),
    )
    _, refused, _ = archived("UNRATE", *rows)
    assert isinstance(refused, Rejected)
    assert refused.reason == "2030-01-01 is yet to come"


def test_the_archive_is_asked_with_a_key_only_and_from_a_day_before_the_first_that_counts() -> None:
    page = PAGES["UNRATE.vintages"]
    assert page.ask(Span(page.first, date(2026, 11, 20)), None) == ()
    assert page.ask(Span(page.first, date(2026, 11, 20)), "k") == (Ask(ARCHIVE.format(key="k")),)
    (again,) = page.ask(Span(date(2026, 10, 1), date(2026, 11, 20)), "k")
    assert "&observation_start=2013-01-01&realtime_start=2026-09-30&" in again.url


def test_of_a_past_that_is_estimated_anew_each_week_only_the_first_words_are_asked_for() -> None:
    (asked,) = PAGES["NFCI.vintages"].ask(Span(date(2026, 10, 1), date(2026, 11, 20)), "k")
    assert "&realtime_start=2012-12-31&" in asked.url
    assert "&output_type=4&" in asked.url


def test_a_refusal_of_the_archive_is_told_without_the_key() -> None:
    body = (
        '{"error_code":400,"error_message":"Bad Request. api_key 0123456789abcdef0123456789abcdef is not registered"}'
    )
    with pytest.raises(Reject) as refused:
        list(PAGES["UNRATE.vintages"].parse(Http(ARCHIVE, 200, body), RECV))
    assert str(refused.value) == "FRED refuses: Bad Request. api_key … is not registered"


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_no_archive_is_refused(body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        list(PAGES["UNRATE.vintages"].parse(Http(ARCHIVE, 200, body), RECV))


def test_what_is_revised_has_an_archive_and_nothing_else() -> None:
    asked = {page.vintages for page in SOURCE.pages if page.vintages}
    assert {"UNRATE", "PAYEMS", "CPIAUCSL", "GDPC1", "M2SL", "TOTBKCR", "NFCI", "STLFSI4", "CFNAI", "GDPNOW"} <= asked
    assert not asked & {"SOFR", "WALCL", "IORB", "VIXCLS", "DGS10", "BAMLH0A0HYM2"}
