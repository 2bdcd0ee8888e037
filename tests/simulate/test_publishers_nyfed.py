"""The simulated New York Fed."""

from tests.simulate.small import Asked, Small

RATES = {
    "SOFR": [("2026-08-04", 3.66), ("2026-08-05", 3.64)],
    "SOFR1": [("2026-08-04", 3.6), ("2026-08-05", 3.6)],
    "SOFR25": [("2026-08-04", 3.64), ("2026-08-05", 3.63)],
    "SOFR75": [("2026-08-04", 3.71), ("2026-08-05", 3.7)],
    "SOFR99": [("2026-08-04", 3.74)],
    "SOFRVOL": [("2026-08-04", 3036.0), ("2026-08-05", 2989.0)],
    "EFFR": [("2026-08-05", 3.63)],
    "EFFRVOL": [("2026-08-05", 114.0)],
    "DFEDTARL": [("2026-08-03", 3.5)],
    "DFEDTARU": [("2026-08-03", 3.75)],
}
NEWEST = (
    '{ "effectiveDate": "2026-08-05", "type": "SOFR" ,"percentRate": 3.64 ,"percentPercentile1": 3.60 '
    ',"percentPercentile25": 3.63 ,"percentPercentile75": 3.70 ,"percentPercentile99": "NA" '
    ',"volumeInBillions": 2989 ,"revisionIndicator": "" }'
)
BEFORE = (
    '{ "effectiveDate": "2026-08-04", "type": "SOFR" ,"percentRate": 3.66 ,"percentPercentile1": 3.60 '
    ',"percentPercentile25": 3.64 ,"percentPercentile75": 3.71 ,"percentPercentile99": 3.74 '
    ',"volumeInBillions": 3036 ,"revisionIndicator": "" }'
)


def test_rates_are_newest_first_and_what_is_not_known_is_na() -> None:
    text = Asked(Small(RATES)).text("nyfed", "/api/rates/secured/sofr/last/2.json")
    assert text == f'{{ "refRates": [ {NEWEST}, {BEFORE} ] }}'


def test_a_search_gives_the_days_from_start_to_end() -> None:
    asked = Asked(Small(RATES))
    search = "/api/rates/secured/sofr/search.json?startDate=2026-08-01&endDate=2026-08-04"
    assert asked.text("nyfed", search) == f'{{ "refRates": [ {BEFORE} ] }}'
    nothing = "/api/rates/secured/sofr/search.json?startDate=2026-08-06&endDate=2026-08-09"
    assert asked.json("nyfed", nothing) == {"refRates": []}


def test_effr_comes_with_its_target_before_the_volume() -> None:
    (row,) = Asked(Small(RATES)).json("nyfed", "/api/rates/unsecured/effr/last/1.json")["refRates"]
    assert list(row)[-4:] == ["targetRateFrom", "targetRateTo", "volumeInBillions", "revisionIndicator"]
    assert list(row.values())[-4:] == [3.5, 3.75, 114, ""]


def test_the_latest_of_all_rates_is_one_row_each() -> None:
    rows = Asked(Small(RATES)).json("nyfed", "/api/rates/all/latest.json")["refRates"]
    assert [(row["type"], row["effectiveDate"]) for row in rows] == [("EFFR", "2026-08-05"), ("SOFR", "2026-08-05")]


def test_a_rate_of_another_kind_is_a_bad_request() -> None:
    assert Asked(Small(RATES))("nyfed", "/api/rates/secured/effr/last/1.json").status == 400


OPERATIONS = {
    "SRF": [("2025-06-18", 60e6), ("2025-10-31", 50_350_000_000.0), ("2026-04-21", 55e6), ("2026-04-22", 0.0)],
    "RRPONTSYD": [("2026-04-15", 2.175), ("2026-04-22", 0.0)],
}


def operations(query: str) -> list[dict[str, object]]:
    rows = Asked(Small(OPERATIONS)).json("nyfed", f"/api/rp/{query}")["repo"]["operations"]
    assert isinstance(rows, list)
    return rows


def amounts(rows: list[dict[str, object]]) -> list[tuple[object, object, object]]:
    return [(row["operationDate"], row["closeTime"], row["totalAmtAccepted"]) for row in rows]


def test_a_day_s_standing_repo_is_in_two_operations_once_there_are_two() -> None:
    rows = operations("repo/all/results/search.json?startDate=2025-06-01&endDate=2026-04-21")
    assert amounts(rows) == [
        ("2026-04-21", "13:45", 55_000_000),
        ("2026-04-21", "08:30", 0),
        ("2025-10-31", "13:45", 35_245_000_000),
        ("2025-10-31", "08:30", 15_105_000_000),
        ("2025-06-18", "13:45", 60_000_000),
    ]
    assert {row["operationMethod"] for row in rows[:2]} == {"Full Allotment"}
    assert {row["operationMethod"] for row in rows[2:]} == {"Multiple Price"}


def test_the_kinds_of_collateral_add_up_to_the_operation() -> None:
    row = operations("repo/all/results/search.json?startDate=2025-10-31&endDate=2025-10-31")[0]
    assert row["details"] == [
        {"securityType": "Treasury", "amtSubmitted": 17_622_500_000, "amtAccepted": 17_622_500_000},
        {"securityType": "Agency", "amtSubmitted": 3_524_500_000, "amtAccepted": 3_524_500_000},
        {"securityType": "Mortgage-Backed", "amtSubmitted": 14_098_000_000, "amtAccepted": 14_098_000_000},
    ]
    assert (row["maturityDate"], row["termCalenderDays"]) == ("2025-11-03", 3)  # over a weekend


def test_a_quiet_wednesday_has_a_test_of_a_million() -> None:
    rows = operations("repo/all/results/search.json?startDate=2026-04-22&endDate=2026-04-22")
    assert [row["totalAmtAccepted"] for row in rows] == [1_000_000, 0]


def test_reverse_repo_is_in_dollars_and_its_exercise_comes_before_it() -> None:
    rows = operations("results/search.json?startDate=2026-04-01&endDate=2026-04-30&operationTypes=Reverse%20Repo")
    assert amounts(rows) == [
        ("2026-04-22", "13:15", 0),
        ("2026-04-15", "13:15", 2_175_000_000),
        ("2026-04-15", "09:15", 2_000_000),
    ]
    assert {row["operationType"] for row in rows} == {"Reverse Repo"}


def test_the_last_so_many_operations_are_500_at_most() -> None:
    assert amounts(operations("reverserepo/fixed/results/last/1.json")) == [("2026-04-22", "13:15", 0)]
    assert operations("reverserepo/multiple/results/last/1.json") == []
    assert Asked(Small(OPERATIONS))("nyfed", "/api/rp/repo/all/results/last/1000.json").status == 400


def test_the_latest_operations_are_those_of_one_day() -> None:
    rows = operations("all/all/results/latest.json")
    assert [(row["operationType"], row["operationDate"]) for row in rows] == [
        ("Repo", "2026-04-22"),
        ("Reverse Repo", "2026-04-22"),
        ("Repo", "2026-04-22"),
    ]


def test_elasticity_is_csv_and_a_month_ends_at_its_value() -> None:
    world = Small({"RDE": [("2026-10-01", -0.4)], "RDE.LOW": [("2026-10-01", -0.8)], "RDE.HIGH": [("2026-10-01", 0.1)]})
    path = "/medialibrary/Research/Interactives/Data/elasticity/elasticity-data.xlsx"
    assert Asked(world).text("nyfed", path) == (
        "Date,50th percentile,2.5th percentile,16th percentile,84th percentile,97.5th percentile\n"
        "2026-10-07,-0.100,-0.500,-0.300,0.150,0.400\n"
        "2026-10-14,-0.200,-0.600,-0.400,0.050,0.300\n"
        "2026-10-21,-0.300,-0.700,-0.500,-0.050,0.200\n"
        "2026-10-28,-0.400,-0.800,-0.600,-0.150,0.100\n"
    )
