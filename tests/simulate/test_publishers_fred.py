"""The simulated FRED, OFR and Treasury."""

import pytest

from tests.simulate.small import Asked, Small

WORLD = Small(
    {
        "DGS10": [("2026-11-09", 4.5), ("2026-11-10", 4.55), ("2026-11-12", 4.6)],
        "WALCL": [("2026-11-11", 6724564.0), ("2026-11-18", 6735645.0)],
        "RRPONTSYD": [("2026-11-18", 2.175), ("2026-11-19", 0.0)],
        "CPIAUCSL": [("2025-09-01", 324.368), ("2025-11-01", 325.031)],
        "DFEDTARU": [("2026-11-18", 3.75), ("2026-11-20", 3.75)],
        "BTC": [("2026-11-18", 90_000.0)],
    }
)
GRAPH = "/graph/fredgraph.csv?id="


def test_a_graph_s_file_has_a_line_for_each_weekday_of_a_daily_series() -> None:
    asked = Asked(WORLD)
    answer = asked("fred", f"{GRAPH}DGS10&cosd=2026-11-10&coed=2026-11-12")
    assert answer.content_type == "text/csv"
    assert answer.body == "observation_date,DGS10\n2026-11-10,4.55\n2026-11-11,\n2026-11-12,4.60\n"


def test_other_series_have_no_lines_without_a_value() -> None:
    asked = Asked(WORLD)
    assert asked.text("fred", f"{GRAPH}WALCL") == "observation_date,WALCL\n2026-11-11,6724564\n2026-11-18,6735645\n"
    assert (
        asked.text("fred", f"{GRAPH}CPIAUCSL") == "observation_date,CPIAUCSL\n2025-09-01,324.368\n2025-11-01,325.031\n"
    )
    assert asked.text("fred", f"{GRAPH}DFEDTARU") == "observation_date,DFEDTARU\n2026-11-18,3.75\n2026-11-20,3.75\n"


def test_a_zero_is_no_hole() -> None:
    assert (
        Asked(WORLD).text("fred", f"{GRAPH}RRPONTSYD&cosd=2026-11-19")
        == "observation_date,RRPONTSYD\n2026-11-19,0.000\n"
    )


@pytest.mark.parametrize("id_", ["NAPM", "BTC", ""])
def test_a_graph_that_fred_has_not_is_a_page_with_404(id_: str) -> None:
    answer = Asked(WORLD)("fred", f"{GRAPH}{id_}")
    assert (answer.status, answer.content_type) == (404, "text/html; charset=UTF-8")
    assert answer.data.startswith(b"<!DOCTYPE html>")


API = "/fred/series/observations?file_type=json&series_id="


def test_the_api_says_what_it_was_asked_and_when_it_knew() -> None:
    query = f"{API}DGS10&api_key=k&sort_order=desc&limit=2&observation_start=2026-11-10"
    assert Asked(WORLD).json("fred", query) == {
        "realtime_start": "2026-11-20",
        "realtime_end": "2026-11-20",
        "observation_start": "2026-11-10",
        "observation_end": "9999-12-31",
        "units": "lin",
        "output_type": 1,
        "file_type": "json",
        "order_by": "observation_date",
        "sort_order": "desc",
        "count": 3,
        "offset": 0,
        "limit": 2,
        "observations": [
            {"realtime_start": "2026-11-20", "realtime_end": "2026-11-20", "date": "2026-11-12", "value": "4.60"},
            {"realtime_start": "2026-11-20", "realtime_end": "2026-11-20", "date": "2026-11-11", "value": "."},
        ],
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            f"{API}DGS10",
            "Bad Request.  Variable api_key is not set.  Read https://fred.stlouisfed.org/docs/api/api_key.html "
            "for more information.",
        ),
        (f"{API}NAPM&api_key=k", "Bad Request.  The series does not exist."),
    ],
)
def test_the_api_refuses_in_json(query: str, said: str) -> None:
    answer = Asked(WORLD)("fred", query)
    assert (answer.status, answer.body) == (400, f'{{"error_code":400,"error_message":"{said}"}}')


def test_the_ofr_has_pairs_and_volumes_in_dollars() -> None:
    world = Small(
        {
            "SOFR": [("2025-01-02", 4.4), ("2025-01-08", 4.32)],
            "SOFR99": [("2025-01-08", 4.5)],
            "SOFRVOL": [("2025-01-08", 2350.0)],
        }
    )
    asked = Asked(world)
    path = "/v1/series/timeseries?mnemonic="
    assert asked.text("ofr", f"{path}FNYR-SOFR-A&start_date=2025-01-03") == (
        '[["2025-01-03",null],["2025-01-06",null],["2025-01-07",null],["2025-01-08",4.32]]'
    )
    assert asked.text("ofr", f"{path}FNYR-SOFR_99Pctl-A") == '[["2025-01-08",4.50]]'
    assert asked.text("ofr", f"{path}FNYR-SOFR_UV-A") == '[["2025-01-08",2350000000000]]'
    assert asked("ofr", f"{path}FNYR-SOFR").status == 404


YIELDS = "/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"


def yields(asked: Asked, year: int, type_: str = "daily_treasury_yield_curve") -> str:
    return asked.text("treasury", f"{YIELDS}/{year}/all?type={type_}&field_tdr_date_value={year}&page&_format=csv")


def test_a_year_of_yields_is_newest_first_and_has_the_maturities_of_its_time() -> None:
    days = [("2021-12-31", 1.0), ("2025-02-14", 4.0), ("2025-02-18", 4.1)]
    ids = ("DGS1MO", "DGS3MO", "DGS6MO", "DGS1", "DGS2", "DGS5", "DGS10")
    asked = Asked(Small(dict.fromkeys(ids, days) | {"DGS30": days[:1]}))
    assert yields(asked, 2025) == (
        'Date,"1 Mo","1.5 Month","2 Mo","3 Mo","4 Mo","6 Mo",'
        '"1 Yr","2 Yr","3 Yr","5 Yr","7 Yr","10 Yr","20 Yr","30 Yr"\n'
        "02/18/2025,4.10,4.10,4.10,4.10,4.10,4.10,4.10,4.10,4.10,4.10,4.10,4.10,4.10,\n"
        "02/14/2025,4.00,,4.00,4.00,4.00,4.00,4.00,4.00,4.00,4.00,4.00,4.00,4.00,\n"
    )
    assert yields(asked, 2021).startswith('Date,"1 Mo","2 Mo","3 Mo","6 Mo","1 Yr"')
    assert yields(asked, 2017) == (
        'Date,"1 Mo","3 Mo","6 Mo","1 Yr","2 Yr","3 Yr","5 Yr","7 Yr","10 Yr","20 Yr","30 Yr"\n'
    )


def test_real_yields_have_a_file_of_their_own() -> None:
    asked = Asked(Small({"DFII5": [("2026-11-19", 1.5)], "DFII10": [("2026-11-19", 1.9)]}))
    assert yields(asked, 2026, "daily_treasury_real_yield_curve") == (
        'Date,"5 YR","7 YR","10 YR","20 YR","30 YR"\n11/19/2026,1.50,1.50,1.90,1.90,1.90\n'
    )
    assert asked("treasury", f"{YIELDS}/2026/all?type=daily_treasury_bill_rates").status == 404
