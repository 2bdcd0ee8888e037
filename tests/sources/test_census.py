import json
from datetime import date

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Span
from feeds.sources.census import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

RECV = 1_795_208_400_000  # 2026-11-20 21:00 UTC
EXPORTS, IMPORTS = SOURCE.pages
BASE = "https://api.census.gov/data/timeseries/intltrade"
NAMES = ["E_ENDUSE", "E_ENDUSE_LDESC", "ALL_VAL_MO", "E_ENDUSE", "time"]
Found = list[Observation | Rejected]


def gold(month: str, value: str | None) -> list[str | None]:
    return ["12260", "NONMONETARY GOLD", value, "12260", month]


def exports(*rows: list[str | None], names: list[str] = NAMES) -> Found:
    return list(EXPORTS.parse(Http(BASE, 200, json.dumps([names, *rows])), RECV))


def seen(period: str, value: float, series: str = "GOLD.EXPORTS") -> Observation:
    return Observation(series, period, value, RECV, "census")


def reasons(rows: Found) -> list[str]:
    return [row.reason for row in rows if isinstance(row, Rejected)]


def test_exports_of_gold_are_dollars_of_the_month() -> None:
    assert exports(gold("2026-07", "8123456789"), gold("2026-08", "9123456789")) == [
        seen("2026-07-01", 8_123_456_789.0),
        seen("2026-08-01", 9_123_456_789.0),
    ]


def test_imports_have_names_of_their_own() -> None:
    rows = [
        ["I_ENDUSE", "I_ENDUSE_LDESC", "GEN_VAL_MO", "I_ENDUSE", "time"],
        ["14270", "NONMONETARY GOLD", "5123456789", "14270", "2026-08"],
    ]
    assert list(IMPORTS.parse(Http(BASE, 200, json.dumps(rows)), RECV)) == [
        seen("2026-08-01", 5_123_456_789.0, "GOLD.IMPORTS")
    ]


def test_columns_in_another_order_and_new_ones_change_nothing() -> None:
    names = ["time", "SUMMARY_LVL", "ALL_VAL_MO", "E_ENDUSE"]
    assert exports(["2026-08", "DET", "9123456789", "12260"], names=names) == [seen("2026-08-01", 9_123_456_789.0)]


@pytest.mark.parametrize("lost", ["ALL_VAL_MO", "time"])
def test_a_column_that_is_gone_refuses_the_page(lost: str) -> None:
    names = [name for name in ("E_ENDUSE", "ALL_VAL_MO", "time") if name != lost]
    with pytest.raises(Reject, match=f"no column '{lost}' among"):
        exports(["12260", "1"], names=names)


@pytest.mark.parametrize("nothing", [None, "", ".", "NA", "N/A", "null", "-"])
def test_a_month_without_a_value_is_left_out_and_is_no_zero(nothing: str | None) -> None:
    assert exports(gold("2026-07", nothing), gold("2026-08", "0")) == [seen("2026-08-01", 0.0)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (gold("08/2026", "1"), "no date of the form 2026-08-05: '08/2026-01'"),
        (gold("2026-13", "1"), "no day of the calendar: 2026-13-01"),
        (gold("2026-12", "1"), "2026-12-01 is yet to come"),
        (gold("2026-08", "NaN"), "ALL_VAL_MO is nan"),
        (gold("2026-08", "Infinity"), "ALL_VAL_MO is inf"),
        (gold("2026-08", "(1)"), "ALL_VAL_MO is no number: '(1)'"),
        (gold("2026-08", "1,000"), "ALL_VAL_MO is no number: '1,000'"),
        (["12260", "NONMONETARY GOLD", "1"], "3 cells below 5 names"),
        (["12270", "OTHER", "1", "12270", "2026-08"], "end use 12270 was not asked for"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_beside_the_good_ones(bad: list[str | None], reason: str) -> None:
    rows = exports(gold("2026-07", "8123456789"), bad)
    assert rows[0] == seen("2026-07-01", 8_123_456_789.0)
    assert reasons(rows) == [reason]


def test_equal_rows_count_once_and_of_contradicting_ones_the_later_whatever_their_order() -> None:
    rows = exports(gold("2026-08", "9"), gold("2026-08", "9"), gold("2026-07", "7"), gold("2026-07", "8"))
    assert rows[:2] == [seen("2026-08-01", 9.0), seen("2026-07-01", 8.0)]
    assert reasons(rows) == ["GOLD.EXPORTS of 2026-07-01 stands there twice: 7, then 8"]


def test_a_page_of_names_alone_has_no_news_and_one_without_them_is_refused() -> None:
    assert exports() == []
    with pytest.raises(Reject, match="an answer without its line of names"):
        EXPORTS.parse(Http(BASE, 200, "[]"), RECV)


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    for page in SOURCE.pages:
        with pytest.raises((Reject, MsgspecError)):
            list(page.parse(Http(BASE, 200, body), RECV))


def test_a_truncated_answer_is_refused() -> None:
    with pytest.raises(MsgspecError):
        list(EXPORTS.parse(Http(BASE, 200, json.dumps([NAMES, gold("2026-08", "9")])[:-5]), RECV))


def test_all_months_of_a_span_are_one_request() -> None:
    span = Span(date(2013, 1, 1), date(2026, 8, 31))
    assert EXPORTS.ask(span, "secret") == (
        Ask(
            f"{BASE}/exports/enduse?get=E_ENDUSE,E_ENDUSE_LDESC,ALL_VAL_MO&E_ENDUSE=12260"
            "&time=from+2013-01+to+2026-08&key=secret"
        ),
    )
    assert IMPORTS.ask(span, "se cret") == (
        Ask(
            f"{BASE}/imports/enduse?get=I_ENDUSE,I_ENDUSE_LDESC,GEN_VAL_MO&I_ENDUSE=14270"
            "&time=from+2013-01+to+2026-08&key=se%20cret"
        ),
    )


def test_without_a_key_nothing_is_asked() -> None:
    assert SOURCE.needs_key
    assert EXPORTS.ask(Span(date(2026, 1, 1), date(2026, 8, 31)), None) == ()


def test_an_answer_that_does_not_say_of_which_end_use_it_is_is_another_body() -> None:
    with pytest.raises(Reject, match="no column 'E_ENDUSE'"):
        exports(["2026-08", "9123456789"], names=["time", "ALL_VAL_MO"])
