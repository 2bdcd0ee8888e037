"""The New York Fed: bodies of the Markets API and of the elasticity's file in, observations out."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Ask, Page, Span
from feeds.sources.nyfed import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

PAGES = {page.name: page for page in SOURCE.pages}
URL = "https://markets.newyorkfed.org/api/rates/secured/sofr/search.json?startDate=2026-08-01&endDate=2026-08-06"


def new_york(day: int, hour: int, minute: int = 0) -> int:
    """A time of August 2026, when New York is four hours behind UTC."""
    return int(datetime(2026, 8, day, hour + 4, minute, tzinfo=UTC).timestamp()) * 1000


RECV = new_york(6, 8, 5)
SOFR_BODY = """{ "refRates": [ { "effectiveDate": "2026-08-05", "type": "SOFR" ,"percentRate": 3.64 \
,"percentPercentile1": 3.60 ,"percentPercentile25": 3.63 ,"percentPercentile75": 3.70 ,"percentPercentile99": 3.73 \
,"volumeInBillions": 2989 ,"revisionIndicator": "" }, { "effectiveDate": "2026-08-04", "type": "SOFR" \
,"percentRate": 3.66 ,"percentPercentile1": 3.60 ,"percentPercentile25": 3.64 ,"percentPercentile75": 3.71 \
,"percentPercentile99": 3.74 ,"volumeInBillions": 3036 ,"revisionIndicator": "" } ] }"""
EFFR_BODY = """{ "refRates": [ { "effectiveDate": "2026-08-05", "type": "EFFR" ,"percentRate": 3.63 \
,"percentPercentile1": 3.60 ,"percentPercentile25": 3.62 ,"percentPercentile75": 3.63 ,"percentPercentile99": 3.65 \
,"targetRateFrom": 3.50 ,"targetRateTo": 3.75 ,"volumeInBillions": 114 ,"revisionIndicator": "" } ] }"""
ROW = {"effectiveDate": "2026-08-05", "type": "SOFR", "percentRate": 3.64, "volumeInBillions": 2989}


def parsed(page: str, body: str, recv_ms: int = RECV) -> list[Observation | Rejected]:
    return list(PAGES[page].parse(Http(URL, 200, body), recv_ms))


def values(found: Iterable[Observation | Rejected]) -> dict[tuple[str, str], float]:
    return {(one.series, one.period): one.value for one in found if isinstance(one, Observation)}


def reasons(found: Iterable[Observation | Rejected]) -> list[str]:
    return [one.reason for one in found if isinstance(one, Rejected)]


def rates(*rows: object) -> str:
    return json.dumps({"refRates": rows})


@pytest.mark.parametrize("page", SOURCE.pages, ids=lambda page: page.name)
@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(page: Page, body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        list(page.parse(Http(URL, 200, body), RECV))


@pytest.mark.parametrize("page", SOURCE.pages, ids=lambda page: page.name)
def test_each_page_fills_series_that_name_this_source(page: Page) -> None:
    rows = [series(id_) for id_ in page.series]
    assert all(row and "nyfed" in row.sources for row in rows)


# Reference rates


def test_sofr_comes_with_its_percentiles_and_its_volume_in_billions() -> None:
    found = parsed("sofr", SOFR_BODY)

    assert found[0] == Observation("SOFR", "2026-08-05", 3.64, RECV, "nyfed")
    assert values(found) == {
        ("SOFR", "2026-08-05"): 3.64,
        ("SOFR1", "2026-08-05"): 3.60,
        ("SOFR25", "2026-08-05"): 3.63,
        ("SOFR75", "2026-08-05"): 3.70,
        ("SOFR99", "2026-08-05"): 3.73,
        ("SOFRVOL", "2026-08-05"): 2989,
        ("SOFR", "2026-08-04"): 3.66,
        ("SOFR1", "2026-08-04"): 3.60,
        ("SOFR25", "2026-08-04"): 3.64,
        ("SOFR75", "2026-08-04"): 3.71,
        ("SOFR99", "2026-08-04"): 3.74,
        ("SOFRVOL", "2026-08-04"): 3036,
    }


def test_effr_carries_the_target_range() -> None:
    assert values(parsed("effr", EFFR_BODY)) == {
        ("EFFR", "2026-08-05"): 3.63,
        ("EFFR1", "2026-08-05"): 3.60,
        ("EFFR25", "2026-08-05"): 3.62,
        ("EFFR75", "2026-08-05"): 3.63,
        ("EFFR99", "2026-08-05"): 3.65,
        ("EFFRVOL", "2026-08-05"): 114,
        ("DFEDTARU", "2026-08-05"): 3.75,
        ("DFEDTARL", "2026-08-05"): 3.50,
    }


def test_the_target_range_is_taken_from_effr_only() -> None:
    body = rates({**ROW, "type": "OBFR", "targetRateFrom": 3.5, "targetRateTo": 3.75})
    assert values(parsed("obfr", body)) == {("OBFR", "2026-08-05"): 3.64, ("OBFRVOL", "2026-08-05"): 2989}


@pytest.mark.parametrize("nothing", ["NA", "", "null", "-", "N/A", None])
def test_what_is_not_known_is_skipped_and_is_no_zero(nothing: object) -> None:
    body = rates({**ROW, "percentPercentile1": nothing, "volumeInBillions": nothing})
    assert parsed("sofr", body) == [Observation("SOFR", "2026-08-05", 3.64, RECV, "nyfed")]


def test_percentiles_that_are_absent_are_not_made_up() -> None:
    body = rates({"effectiveDate": "2026-08-05", "type": "TGCR", "percentRate": 3.61})
    assert parsed("tgcr", body) == [Observation("TGCR", "2026-08-05", 3.61, RECV, "nyfed")]


def test_a_row_of_another_type_is_skipped() -> None:
    index = {"effectiveDate": "2026-08-06", "type": "SOFRAI", "average30day": 3.65, "index": 1.23456789}
    found = parsed("sofr", rates(index, {**ROW, "type": "BGCR"}, ROW))
    assert values(found) == {("SOFR", "2026-08-05"): 3.64, ("SOFRVOL", "2026-08-05"): 2989}
    assert reasons(found) == []


def test_a_revised_row_is_read_like_any_other() -> None:
    found = parsed("sofr", rates({**ROW, "percentRate": 3.66, "revisionIndicator": "r"}), new_york(6, 14, 35))
    assert found[0] == Observation("SOFR", "2026-08-05", 3.66, new_york(6, 14, 35), "nyfed")


def test_rows_may_come_in_any_order_and_with_fields_that_are_new() -> None:
    older = {"stdDeviation": 0.04, "volumeInBillions": 3036, "percentRate": 3.66, "type": "SOFR"}
    body = rates({**older, "effectiveDate": "2026-08-04"}, ROW)
    assert values(parsed("sofr", body)) == {
        ("SOFR", "2026-08-04"): 3.66,
        ("SOFRVOL", "2026-08-04"): 3036,
        ("SOFR", "2026-08-05"): 3.64,
        ("SOFRVOL", "2026-08-05"): 2989,
    }


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"percentRate": "NaN"}, "SOFR is nan"),
        ({"percentRate": "Infinity"}, "SOFR is inf"),
        ({"percentRate": "3,66"}, "SOFR is no number: '3,66'"),
        ({"percentRate": "(3.66)"}, "SOFR is no number: '(3.66)'"),
        ({"effectiveDate": "08/03/2026"}, "no date of the form 2026-08-05: '08/03/2026'"),
        ({"effectiveDate": "20260803"}, "no date of the form 2026-08-05: '20260803'"),
        ({"effectiveDate": "2026-02-30"}, "no day of the calendar: 2026-02-30"),
        ({"effectiveDate": "2026-08-08"}, "2026-08-08 is yet to come"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_beside_the_good_one(bad: dict[str, object], reason: str) -> None:
    found = parsed("sofr", rates({**ROW, "effectiveDate": "2026-08-03", **bad}, ROW))
    assert values(found) == {("SOFR", "2026-08-05"): 3.64, ("SOFRVOL", "2026-08-05"): 2989}
    assert reasons(found) == [reason]
    assert next(one.feed for one in found if isinstance(one, Rejected)) == "nyfed.sofr"


def test_a_row_without_its_date_is_refused_beside_the_good_one() -> None:
    found = parsed("sofr", rates({"type": "SOFR", "percentRate": 3.6}, ROW))
    assert ("SOFR", "2026-08-05") in values(found)
    assert len(reasons(found)) == 1


def test_an_answer_of_which_most_is_bad_is_refused_whole() -> None:
    bad = {**ROW, "effectiveDate": "5 Aug 2026"}
    with pytest.raises(Reject, match="2 of 3 rows cannot be believed"):
        parsed("sofr", rates(bad, bad, ROW))


def test_the_same_row_twice_counts_once() -> None:
    assert len(parsed("sofr", rates(ROW, ROW))) == 2


def test_of_two_rows_that_contradict_one_another_the_later_counts_and_it_is_said() -> None:
    found = parsed("sofr", rates(ROW, {**ROW, "percentRate": 3.70}))
    assert values(found)["SOFR", "2026-08-05"] == 3.70
    assert reasons(found) == ["SOFR of 2026-08-05 stands there twice: 3.64, then 3.7"]


def test_a_body_cut_short_is_refused() -> None:
    with pytest.raises(MsgspecError):
        parsed("sofr", SOFR_BODY[:-40])


def test_days_without_a_rate_are_an_empty_answer_and_no_fault() -> None:
    assert parsed("sofr", '{"refRates":[]}') == []


def test_rates_are_asked_for_a_span_at_once() -> None:
    span = Span(date(2018, 4, 2), date(2026, 8, 6))
    ends = "startDate=2018-04-02&endDate=2026-08-06"
    assert [PAGES[name].ask(span, None) for name in ("sofr", "tgcr", "bgcr", "effr", "obfr")] == [
        (Ask(f"https://markets.newyorkfed.org/api/rates/{path}/search.json?{ends}"),)
        for path in ("secured/sofr", "secured/tgcr", "secured/bgcr", "unsecured/effr", "unsecured/obfr")
    ]
    assert PAGES["sofr"].first == date(2018, 4, 2)


# Operations


def operation(dollars: object, **parts: object) -> dict[str, object]:
    return {
        "operationId": "RP 080526 9",
        "auctionStatus": "Results",
        "operationDate": "2026-08-05",
        "settlementDate": "2026-08-05",
        "maturityDate": "2026-08-06",
        "operationType": "Repo",
        "operationMethod": "Full Allotment",
        "settlementType": "Same Day",
        "termCalenderDays": 1,
        "term": "Overnight",
        "releaseTime": "13:30",
        "closeTime": "13:45",
        "note": "",
        "lastUpdated": "2026-08-05 13:46:19",
        "totalAmtSubmitted": dollars,
        "totalAmtAccepted": dollars,
        "details": [
            {"securityType": "Treasury", "amtSubmitted": dollars, "amtAccepted": dollars},
            {"securityType": "Agency", "amtSubmitted": 0, "amtAccepted": 0},
        ],
        **parts,
    }


def operations(*rows: object) -> str:
    return json.dumps({"repo": {"operations": rows}})


MORNING = {"releaseTime": "08:15", "closeTime": "08:30"}
REVERSE = {"operationType": "Reverse Repo", "operationMethod": "Fixed Rate", "closeTime": "13:15"}


def test_standing_repo_is_the_sum_of_both_operations_in_dollars() -> None:
    body = operations(operation(50_350_000_000, **MORNING), operation(24_250_000_000))
    assert parsed("repo", body) == [Observation("SRF", "2026-08-05", 74_600_000_000, RECV, "nyfed")]


@pytest.mark.parametrize(
    "method", ["Multiple Price", "Single Price", "Full Allotment", "Fixed Rate", "of a kind to come"]
)
def test_standing_repo_is_counted_by_whatever_method_it_is_lent(method: str) -> None:
    body = operations(operation(50_350_000_000, operationMethod=method, **MORNING), operation(24_250_000_000))
    assert values(parsed("repo", body)) == {("SRF", "2026-08-05"): 74_600_000_000}


def test_an_operation_under_50_million_is_a_test_and_is_left_out_of_the_sum() -> None:
    body = operations(operation(49_999_999, **MORNING), operation(50_000_000))
    assert values(parsed("repo", body)) == {("SRF", "2026-08-05"): 50_000_000}


def test_a_larger_operation_that_calls_itself_an_exercise_is_left_out_too() -> None:
    note = "Statement Regarding Repurchase Agreement Small-Value Exercise"
    body = operations(operation(116_000_000, note=note, closeTime="10:30"), operation(60_000_000, note=None))
    assert values(parsed("repo", body)) == {("SRF", "2026-08-05"): 60_000_000}


@pytest.mark.parametrize("dollars", [0, 1_000_000])
def test_a_day_on_which_nothing_or_only_a_test_was_taken_is_a_reported_zero(dollars: int) -> None:
    body = operations(operation(0, **MORNING), operation(dollars))
    assert parsed("repo", body) == [Observation("SRF", "2026-08-05", 0, RECV, "nyfed")]


def test_a_day_without_an_operation_gives_no_row() -> None:
    assert parsed("repo", operations()) == []
    assert parsed("reverserepo", operations(operation(0))) == []


def test_a_day_is_provisional_until_its_second_operation_is_in() -> None:
    body = operations(operation(60_000_000, **MORNING))
    at = [new_york(5, 8, 35), new_york(5, 13, 49), new_york(5, 13, 50), new_york(6, 8, 35)]
    assert [parsed("repo", body, recv_ms) for recv_ms in at] == [
        [Observation("SRF", "2026-08-05", 60_000_000, recv_ms, "nyfed", provisional)]
        for recv_ms, provisional in zip(at, (True, True, False, False), strict=True)
    ]


@pytest.mark.parametrize("awaited", [{"totalAmtAccepted": None}, {"totalAmtAccepted": "NA"}, {"auctionStatus": "Open"}])
def test_an_operation_without_its_result_is_no_zero(awaited: dict[str, object]) -> None:
    body = operations(operation(60_000_000, **MORNING), {**operation(0), **awaited})
    assert parsed("repo", body) == [Observation("SRF", "2026-08-05", 60_000_000, RECV, "nyfed", True)]
    assert parsed("repo", operations({**operation(0), **awaited})) == []


def test_one_garbled_operation_spoils_its_day_and_no_other() -> None:
    bad = operation("1e", operationDate="2026-08-04")
    good = operation(60_000_000, operationDate="2026-08-04")
    found = parsed("repo", operations(operation(70_000_000), bad, good))
    assert values(found) == {("SRF", "2026-08-05"): 70_000_000}
    assert reasons(found) == ["totalAmtAccepted is no number: '1e'"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"totalAmtAccepted": -1_000}, "an operation took -1,000 dollars"),
        ({"totalAmtAccepted": "NaN"}, "totalAmtAccepted is nan"),
        ({"operationDate": "08/04/2026"}, "no date of the form 2026-08-05: '08/04/2026'"),
        ({"operationDate": "2026-09-01"}, "2026-09-01 is yet to come"),
    ],
)
def test_an_operation_that_cannot_be_believed_is_refused(bad: dict[str, object], reason: str) -> None:
    other = operation(0, operationDate="2026-08-04") | bad
    found = parsed("repo", operations(operation(60_000_000), other))
    assert values(found) == {("SRF", "2026-08-05"): 60_000_000}
    assert reasons(found) == [reason]


def test_an_operation_without_its_kind_is_refused() -> None:
    nameless = {"operationDate": "2026-08-04", "totalAmtAccepted": 60_000_000}
    assert len(reasons(parsed("repo", operations(operation(0), nameless)))) == 1


def test_a_term_operation_is_no_standing_repo() -> None:
    term = operation(5_000_000_000, term="Term", termCalenderDays=14)
    assert values(parsed("repo", operations(term, operation(60_000_000)))) == {("SRF", "2026-08-05"): 60_000_000}
    assert parsed("repo", operations(term)) == []


def test_overnight_over_a_weekend_is_overnight() -> None:
    body = operations(operation(60_000_000, operationDate="2026-07-31", termCalenderDays=3))
    assert values(parsed("repo", body)) == {("SRF", "2026-07-31"): 60_000_000}


def test_each_page_takes_its_own_kind_where_the_server_sends_both() -> None:
    body = operations(operation(60_000_000), operation(545_000_000, **REVERSE))
    assert values(parsed("repo", body)) == {("SRF", "2026-08-05"): 60_000_000}
    assert values(parsed("reverserepo", body)) == {("RRPONTSYD", "2026-08-05"): 0.545}


def test_the_reverse_repo_is_in_billions() -> None:
    body = operations(operation(2_553_716_000_000, **REVERSE))
    assert parsed("reverserepo", body) == [Observation("RRPONTSYD", "2026-08-05", 2553.716, RECV, "nyfed")]


def test_a_reverse_repo_exercise_of_the_morning_is_not_added_to_the_days_operation() -> None:
    silent = operation(99_000_000, **REVERSE | {"closeTime": "9:30"})
    noted = operation(116_000_000, **REVERSE | {"closeTime": "14:00", "note": "Small Value Exercise"})
    body = operations(operation(2_000_000_000, **REVERSE), silent, noted)
    assert values(parsed("reverserepo", body)) == {("RRPONTSYD", "2026-08-05"): 2.0}


def test_two_reverse_repos_are_refused_where_it_is_not_known_which_was_last() -> None:
    timeless = operation(99_000_000, **REVERSE | {"closeTime": None})
    earlier = operation(3_000_000_000, **REVERSE, operationDate="2026-08-04")
    found = parsed("reverserepo", operations(operation(2_000_000_000, **REVERSE), timeless, earlier))
    assert values(found) == {("RRPONTSYD", "2026-08-04"): 3.0}
    assert reasons(found) == ["2 operations of 2026-08-05, and not when each closed"]


def test_a_reverse_repo_seen_before_the_days_operation_closed_is_provisional() -> None:
    recv_ms = new_york(5, 10, 20)
    body = operations(operation(99_000_000, **REVERSE | {"closeTime": "10:00"}))
    assert parsed("reverserepo", body, recv_ms) == [
        Observation("RRPONTSYD", "2026-08-05", 0.099, recv_ms, "nyfed", True)
    ]


def test_operations_of_every_method_are_asked_for() -> None:
    """Auctions stood under another path than what is lent at a fixed rate: the search without a method has both."""
    for name in ("repo", "reverserepo"):
        for ask in PAGES[name].ask(Span(date(2025, 12, 1), date(2026, 1, 31)), None):
            address, _, query = ask.url.partition("?")
            assert address == "https://markets.newyorkfed.org/api/rp/results/search.json"
            assert "method" not in query.casefold()


def test_operations_are_asked_for_year_by_year() -> None:
    span = Span(date(2024, 12, 20), date(2026, 8, 6))
    address = "https://markets.newyorkfed.org/api/rp/results/search.json"
    assert PAGES["repo"].ask(span, None) == (
        Ask(f"{address}?startDate=2024-12-20&endDate=2024-12-31&operationTypes=Repo"),
        Ask(f"{address}?startDate=2025-01-01&endDate=2025-12-31&operationTypes=Repo"),
        Ask(f"{address}?startDate=2026-01-01&endDate=2026-08-06&operationTypes=Repo"),
    )
    assert PAGES["reverserepo"].ask(Span(span.last, span.last), None) == (
        Ask(f"{address}?startDate=2026-08-06&endDate=2026-08-06&operationTypes=Reverse%20Repo"),
    )


# The elasticity of the demand for reserves

HEADER = (
    "Date,Elasticity - 50th percentile (main),Elasticity - 2.5th percentile,Elasticity - 97.5th percentile,"
    "Elasticity - 16th percentile,Elasticity - 84th percentile"
)
RDE_BODY = f"""{HEADER}
6/18/2026,-0.31,-0.62,0.01,-0.47,-0.15
6/25/2026,-0.29,-0.6,0.05,-0.45,-0.12
7/6/2026,-0.267904,-0.592405,0.084762,-0.439382,-0.093415
7/13/2026,-0.27,-0.6,0.08,-0.44,-0.1
"""


def test_the_elasticity_of_a_month_is_its_last_estimate_and_the_newest_month_is_provisional() -> None:
    found = parsed("rde", RDE_BODY)
    assert found[0] == Observation("RDE", "2026-06-01", -0.29, RECV, "nyfed")
    assert {(one.series, one.period, one.value, one.provisional) for one in found if isinstance(one, Observation)} == {
        ("RDE", "2026-06-01", -0.29, False),
        ("RDE.LOW", "2026-06-01", -0.6, False),
        ("RDE.HIGH", "2026-06-01", 0.05, False),
        ("RDE", "2026-07-01", -0.27, True),
        ("RDE.LOW", "2026-07-01", -0.6, True),
        ("RDE.HIGH", "2026-07-01", 0.08, True),
    }


def test_elasticities_are_found_by_the_names_of_their_columns() -> None:
    body = "97.5th percentile,note,2.5th percentile,median,date\n0.08,x,-0.6,-0.27,2026-07-13\n"
    assert values(parsed("rde", body)) == {
        ("RDE", "2026-07-01"): -0.27,
        ("RDE.LOW", "2026-07-01"): -0.6,
        ("RDE.HIGH", "2026-07-01"): 0.08,
    }


def test_an_elasticity_file_that_lacks_a_column_is_refused() -> None:
    with pytest.raises(Reject, match=r"no column named '97\.5'"):
        parsed("rde", RDE_BODY.replace("97.5th", "upper"))
    with pytest.raises(Reject, match="no rows"):
        parsed("rde", HEADER)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7/20/2026,-0.27,-0.6", "the row is cut short"),
        ("7/20/2026,NaN,-0.6,0.08,-0.44,-0.1", "RDE is nan"),
        ("7/20/2026,(0.27),-0.6,0.08,-0.44,-0.1", "RDE is no number: '(0.27)'"),
        ("20/7/2026,-0.27,-0.6,0.08,-0.44,-0.1", "no day of the calendar: 20/7/2026"),
        ("20 Jul 2026,-0.27,-0.6,0.08,-0.44,-0.1", "no date of the form 2026-08-05: '20 Jul 2026'"),
        ("9/20/2026,-0.27,-0.6,0.08,-0.44,-0.1", "2026-09-20 is yet to come"),
    ],
)
def test_a_bad_row_of_the_elasticity_is_refused_beside_the_good_ones(row: str, reason: str) -> None:
    found = parsed("rde", f"{RDE_BODY}{row}\n")
    assert values(found) == values(parsed("rde", RDE_BODY))
    assert reasons(found) == [reason]


@pytest.mark.parametrize("nothing", ["", ".", "NA", "null", "-"])
def test_an_elasticity_that_is_not_known_is_skipped(nothing: str) -> None:
    body = f"{HEADER}\n7/13/2026,-0.27,{nothing},0.08,-0.44,-0.1\n"
    assert values(parsed("rde", body)) == {("RDE", "2026-07-01"): -0.27, ("RDE.HIGH", "2026-07-01"): 0.08}


def test_rows_of_the_elasticity_may_be_twice_and_out_of_order() -> None:
    head, *rows = RDE_BODY.strip().splitlines()
    body = "\n".join([head, *reversed(rows), rows[0]])
    assert values(parsed("rde", body)) == values(parsed("rde", RDE_BODY))


def test_a_real_spreadsheet_and_an_html_page_are_refused_in_clear_words() -> None:
    with pytest.raises(Reject, match="a spreadsheet where CSV was due"):
        list(PAGES["rde"].parse(Http(URL, 200, "", b"PK\x03\x04\x14\x00"), RECV))
    with pytest.raises(Reject, match="bytes where CSV was due"):
        list(PAGES["rde"].parse(Http(URL, 200, "", b"\x00\x01"), RECV))
    with pytest.raises(Reject, match="an HTML page where CSV was due"):
        parsed("rde", "<!DOCTYPE html>\n<html><body>Moved</body></html>")
    with pytest.raises(Reject, match="JSON where CSV was due"):
        parsed("rde", '{"error":"moved"}')


def test_the_elasticity_is_one_file_whatever_the_span() -> None:
    folder = "https://www.newyorkfed.org/medialibrary/Research/Interactives/Data/elasticity"
    assert PAGES["rde"].ask(Span(date(2026, 1, 1), date(2026, 8, 6)), None) == (Ask(f"{folder}/elasticity-data.xlsx"),)


def test_amounts_in_billions_are_another_unit_and_not_a_day_without_repo() -> None:
    body = operations(operation(20.35, **MORNING), operation(30.0))
    with pytest.raises(Reject, match=r"an operation took 20\.35 dollars: another unit"):
        parsed("repo", body)


def test_a_day_in_another_unit_is_refused_beside_a_good_one_even_if_it_is_called_an_exercise() -> None:
    note = "Small Value Exercise"
    body = operations(operation(1.0, note=note), operation(0), operation(0, operationDate="2026-08-04"))
    found = list(parsed("repo", body))
    assert values(found) == {("SRF", "2026-08-04"): 0.0}
    assert [one.reason for one in found if isinstance(one, Rejected)] == ["an operation took 1 dollars: another unit"]


def test_a_reverse_repo_in_billions_is_refused() -> None:
    with pytest.raises(Reject, match="an operation took 105 dollars: another unit"):
        parsed("reverserepo", operations(operation(105.0, **REVERSE)))
