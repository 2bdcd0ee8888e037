import json
from datetime import date

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Span
from feeds.sources.cftc import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

RECV = 1_795_208_400_000  # 2026-11-20 21:00 UTC
(PAGE,) = SOURCE.pages
URL = "https://publicreporting.cftc.gov/resource/gpe5-46if.json"
Found = list[Observation | Rejected]


def row(day: str = "2026-07-07", code: str = "133741", **more: str | None) -> dict[str, str | None]:
    """A row as Socrata gives it. A part given as `None` is left out, as Socrata leaves out what has no value."""
    parts = {
        "market_and_exchange_names": "BITCOIN - CHICAGO MERCANTILE EXCHANGE",
        "report_date_as_yyyy_mm_dd": f"{day}T00:00:00.000",
        "contract_market_name": "BITCOIN",
        "cftc_contract_market_code": code,
        "cftc_market_code": "CME",
        "open_interest_all": "18832",
        "dealer_positions_long_all": "1201",
        "dealer_positions_short_all": "2302",
        "dealer_positions_spread_all": "77",
        "asset_mgr_positions_long": "6404",
        "asset_mgr_positions_short": "505",
        "lev_money_positions_long": "3606",
        "lev_money_positions_short": "9707",
        "tot_rept_positions_long_all": "17000",
    }
    return {name: value for name, value in (parts | more).items() if value is not None}


def parsed(*rows: dict[str, str | None]) -> Found:
    return list(PAGE.parse(Http(URL, 200, json.dumps(rows)), RECV))


def values(rows: Found) -> dict[tuple[str, str], float]:
    return {(item.series, item.period): item.value for item in rows if isinstance(item, Observation)}


def reasons(rows: Found) -> list[str]:
    return [item.reason for item in rows if isinstance(item, Rejected)]


def test_a_row_gives_open_interest_and_each_group_by_side_in_contracts() -> None:
    assert parsed(row()) == [
        Observation(f"COT.133741.{what}", "2026-07-07", value, RECV, "cftc")
        for what, value in (
            ("OI", 18_832.0),
            ("LEV.LONG", 3606.0),
            ("LEV.SHORT", 9707.0),
            ("AM.LONG", 6404.0),
            ("AM.SHORT", 505.0),
            ("DEALER.LONG", 1201.0),
            ("DEALER.SHORT", 2302.0),
        )
    ]


def test_both_contracts_of_2026_07_07_are_96625_bitcoin() -> None:
    found = values(parsed(row(), row(code="133742", open_interest_all="24658")))
    big, micro = found["COT.133741.OI", "2026-07-07"], found["COT.133742.OI", "2026-07-07"]
    assert big * 5 + micro * 0.1 == pytest.approx(96_625.8)


def test_a_report_of_a_monday_keeps_its_date() -> None:
    rows = parsed(row("2025-11-10"), row("2023-07-03"), row("2018-12-24"))
    days = [item.period for item in rows if isinstance(item, Observation) and item.series == "COT.133741.OI"]
    assert days == ["2025-11-10", "2023-07-03", "2018-12-24"]


def test_each_field_may_end_in_all_or_not() -> None:
    parts = row()
    swapped = {
        (name.removesuffix("_all") if name.endswith("_all") else f"{name}_all") if "positions" in name or "open" in name
        else name: value
        for name, value in parts.items()
    }  # fmt: skip
    assert "lev_money_positions_long_all" in swapped
    assert "dealer_positions_long" in swapped
    assert "open_interest" in swapped
    assert parsed(swapped) == parsed(parts)


def test_a_field_that_one_row_lacks_is_left_out_and_is_no_zero() -> None:
    found = parsed(row("2026-07-07", lev_money_positions_short=None), row("2026-07-14", lev_money_positions_short="0"))
    assert values(found)["COT.133741.LEV.SHORT", "2026-07-14"] == 0.0
    assert ("COT.133741.LEV.SHORT", "2026-07-07") not in values(found)
    assert reasons(found) == []


@pytest.mark.parametrize("nothing", ["", ".", "NA", "N/A", "null", "-"])
def test_a_word_for_nothing_is_no_zero(nothing: str) -> None:
    found = parsed(row(asset_mgr_positions_long=nothing))
    assert ("COT.133741.AM.LONG", "2026-07-07") not in values(found)
    assert reasons(found) == []


def test_a_field_that_no_row_has_any_more_is_said_once() -> None:
    found = parsed(row("2026-07-07", lev_money_positions_long=None), row("2026-07-14", lev_money_positions_long=None))
    assert len(values(found)) == 12
    assert reasons(found) == ["no row has lev_money_positions_long"]


def test_rows_without_any_of_the_positions_are_refused() -> None:
    with pytest.raises(Reject, match="no row has any of the positions"):
        parsed({"report_date_as_yyyy_mm_dd": "2026-07-07T00:00:00.000", "cftc_contract_market_code": "133741"})


def test_weeks_without_a_report_have_no_news() -> None:
    assert parsed() == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("07/14/2026"), "no date of the form 2026-08-05: '07/14/2026'"),
        (row("2026-02-30"), "no day of the calendar: 2026-02-30"),
        (row("2026-11-24"), "2026-11-24 is yet to come"),
        (row(code="13874A"), "contract '13874A' was not asked for"),
        (row("2026-07-14", open_interest_all="NaN"), "open_interest is nan"),
        (row("2026-07-14", open_interest_all="Infinity"), "open_interest is inf"),
        (row("2026-07-14", open_interest_all="18,832"), "open_interest is no number: '18,832'"),
        (row("2026-07-14", open_interest_all="(18832)"), "open_interest is no number: '(18832)'"),
        (row("2026-07-14", open_interest_all="-18832"), "open_interest is -18832"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_whole_beside_the_good_ones(
    bad: dict[str, str | None], reason: str
) -> None:
    found = parsed(row(), bad)
    assert values(found) == values(parsed(row()))
    assert reasons(found) == [reason]


def test_equal_rows_count_once_and_of_contradicting_ones_the_later() -> None:
    found = parsed(row(), row(), row(open_interest_all="18833"))
    assert len(values(found)) == 7
    assert values(found)["COT.133741.OI", "2026-07-07"] == 18_833.0
    assert reasons(found) == ["COT.133741.OI of 2026-07-07 stands there twice: 18832, then 18833"]


def test_an_error_of_the_publisher_is_told() -> None:
    body = '{"code":"query.soql.no-such-column","error":true,"message":"No such column: lev_money"}'
    with pytest.raises(Reject, match=r"the CFTC refuses: .*No such column: lev_money"):
        PAGE.parse(Http(URL, 200, body), RECV)


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        list(PAGE.parse(Http(URL, 200, body), RECV))


def test_a_truncated_answer_is_refused() -> None:
    with pytest.raises(MsgspecError):
        list(PAGE.parse(Http(URL, 200, json.dumps([row()])[:-30]), RECV))


def test_both_contracts_are_asked_for_at_once_and_the_query_is_encoded() -> None:
    assert PAGE.ask(Span(date(2025, 1, 1), date(2026, 11, 20)), None) == (
        Ask(
            f"{URL}?%24where=cftc_contract_market_code%20in%28%27133741%27%2C%27133742%27%29%20AND%20"
            "report_date_as_yyyy_mm_dd%3E%3D%272025-01-01T00%3A00%3A00%27"
            "&%24order=report_date_as_yyyy_mm_dd%20ASC&%24limit=5000"
        ),
    )


def test_futures_and_options_together_are_another_body() -> None:
    with pytest.raises(Reject, match="another body: futures and options combined"):
        parsed(row(futonly_or_combined="Combined"))
    assert len(values(parsed(row(futonly_or_combined="FutOnly")))) == 7
