"""chinadata.live: months of CIPS in, number and value in RMB 100M out."""

import json
from datetime import UTC, date, datetime

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Ask, Span
from feeds.sources.cips import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

(PAGE,) = SOURCE.pages
URL = "https://chinadata.live/api/v2/data/china-cips-payment-system-monthly"
RECV = int(datetime(2026, 6, 20, 12, 0, tzinfo=UTC).timestamp() * 1000)
MARCH = {"date": "2025-03", "transactions": 677460, "amount_100m_rmb": 15910.44}
OCTOBER = {"date": "2025-10", "transactions": 506160, "amount_100m_rmb": 9934.38}
EXPECTED = {
    ("CIPS.VALUE", "2025-03-01"): 15910.44,
    ("CIPS.COUNT", "2025-03-01"): 677460.0,
    ("CIPS.VALUE", "2025-10-01"): 9934.38,
    ("CIPS.COUNT", "2025-10-01"): 506160.0,
}
CSV = 'Month,Transactions,Amount 100m rmb\r\n2025-03,"677,460","15,910.44"\r\n2025-10,"506,160","9,934.38"\r\n'


def body(*rows: object) -> str:
    return json.dumps({"success": True, "data": {"title": "China CIPS", "unit": None, "data": list(rows)}})


def read(text: str) -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(URL, 200, text), RECV))


def values(text: str) -> dict[tuple[str, str], float]:
    return {(row.series, row.period): row.value for row in read(text) if isinstance(row, Observation)}


def reasons(text: str) -> list[str]:
    return [row.reason for row in read(text) if isinstance(row, Rejected)]


def renamed(row: dict[str, object], **names: str) -> dict[str, object]:
    return {names.get(name, name): value for name, value in row.items()}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(body(MARCH, OCTOBER), id="JSON as the site's other sets come"),
        pytest.param(json.dumps({"data": [MARCH, OCTOBER]}), id="rows under data"),
        pytest.param(json.dumps([MARCH, OCTOBER]), id="rows alone"),
        pytest.param(CSV, id="CSV"),
        pytest.param("\ufeff" + CSV.replace("Month", "Year"), id="CSV as the page heads its table"),
    ],
)
def test_number_and_value_of_each_month(text: str) -> None:
    assert values(text) == EXPECTED
    assert not reasons(text)


def test_the_unit_is_rmb_100m() -> None:
    row = series("CIPS.VALUE")
    assert row
    assert row.unit == "RMB 100M"
    assert read(body(MARCH))[0] == Observation("CIPS.VALUE", "2025-03-01", 15910.44, RECV, "cips")


def test_billions_of_rmb_are_ten_times_as_much() -> None:
    march = {"date": "2025-03", "Official RMB value (Billion RMB)": "1,591.044", "USD value / equivalent": "219.5"}
    october = {"date": "2025-10", "Official RMB value (Billion RMB)": 993.438, "USD value / equivalent": None}
    assert values(body(march, october)) == {key: value for key, value in EXPECTED.items() if key[0] == "CIPS.VALUE"}


def test_dollars_are_not_taken_for_rmb() -> None:
    with pytest.raises(Reject, match="no column for the month or the value among 'date, usd_value'"):
        read(body({"date": "2025-03", "usd_value": 219.5}))


@pytest.mark.parametrize("name", ["value", "amount", "total_value"])
def test_a_value_without_a_unit_is_believed_by_the_month_that_is_known(name: str) -> None:
    march, october = (renamed(row, amount_100m_rmb=name, transactions="volume") for row in (MARCH, OCTOBER))
    assert values(body(march, october)) == EXPECTED
    with pytest.raises(Reject, match="a value without a unit, and without the month that would tell it"):
        read(body(october))


@pytest.mark.parametrize(("amount", "shown"), [(1591.044, "1,591.04"), (1_591_044_000_000, "1,591,044,000,000.00")])
def test_another_unit_is_noticed_by_the_month_that_is_known(amount: float, shown: str) -> None:
    with pytest.raises(Reject, match=f"CIPS.VALUE of March 2025 was 15,910.44, and is {shown} here: another unit"):
        read(body({**MARCH, "amount_100m_rmb": amount}, OCTOBER))


def test_a_number_taken_for_a_value_is_noticed() -> None:
    with pytest.raises(Reject, match=r"CIPS\.VALUE of March 2025 was 15,910\.44, and is 677,460\.00 here"):
        read(body({"date": "2025-03", "value": 677460}))


def test_the_known_month_may_be_revised_a_little() -> None:
    assert values(body({**MARCH, "amount_100m_rmb": 15999.0}))["CIPS.VALUE", "2025-03-01"] == 15999.0


def test_order_and_further_columns_do_not_matter() -> None:
    rows = [{"note": "-", "amount_100m_rmb": row["amount_100m_rmb"], **row} for row in (OCTOBER, MARCH)]
    assert values(body(*rows)) == EXPECTED


def test_a_column_that_is_gone_leaves_the_other() -> None:
    rows = [{k: v for k, v in row.items() if k != "transactions"} for row in (MARCH, OCTOBER)]
    assert values(body(*rows)) == {key: value for key, value in EXPECTED.items() if key[0] == "CIPS.VALUE"}


@pytest.mark.parametrize("word", [None, "", "-", "NA", "null", "."])
def test_a_word_for_nothing_is_no_zero(word: str | None) -> None:
    found = values(body(MARCH, {**OCTOBER, "amount_100m_rmb": word}))
    assert found == {key: value for key, value in EXPECTED.items() if key != ("CIPS.VALUE", "2025-10-01")}


def test_the_running_month_is_provisional() -> None:
    running = {"date": "2026-06", "transactions": 300000, "amount_100m_rmb": 7000.0}
    found = read(body(MARCH, {**running, "date": "2026-05"}, running))
    assert {row.period for row in found if isinstance(row, Observation) and row.provisional} == {"2026-06-01"}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"date": "2025/11"}, "no date of the form 2026-08-05: '2025/11'"),
        ({"date": "2025-13"}, "no day of the calendar: 2025-13-01"),
        ({"date": 202511}, "no date of the form 2026-08-05: '202511'"),
        ({"date": "2025-11", "amount_100m_rmb": "14,9"}, "CIPS.VALUE is no number: '14,9'"),
        ({"date": "2025-11", "amount_100m_rmb": "NaN"}, "CIPS.VALUE is nan"),
        ({"date": "2025-11", "transactions": "inf"}, "CIPS.COUNT is inf"),
        ({"date": "2026-07", "transactions": 1}, "2026-07-01 is yet to come"),
    ],
)
def test_a_row_that_cannot_be_believed_leaves_the_others(bad: object, reason: str) -> None:
    text = body(MARCH, OCTOBER, bad)
    assert values(text) == EXPECTED
    assert reasons(text) == [reason]


def test_a_month_that_stands_there_twice() -> None:
    assert reasons(body(MARCH, MARCH)) == []
    assert reasons(body(OCTOBER, {**OCTOBER, "transactions": 5})) == [
        "CIPS.COUNT of 2025-10-01 stands there twice: 506160, then 5"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"success":false,"error":"Dataset not found","data":null}', "chinadata.live refuses: Dataset not found"),
        ('{"success":false}', "chinadata.live refuses: it does not say why"),
        ("[]", "an answer without rows"),
        (body(), "an answer without rows"),
    ],
)
def test_a_refusal_is_said_in_its_words(text: str, reason: str) -> None:
    with pytest.raises(Reject, match=f"^{reason}$"):
        read(text)


@pytest.mark.parametrize("text", [*BAD_BODIES, body(MARCH, OCTOBER)[:-9], body(MARCH).replace("15910.44", "NaN")])
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read(text)


def test_it_is_asked_for_all_months_and_only_by_those_who_want_it() -> None:
    assert PAGE.ask(Span(PAGE.first, date(2026, 6, 20)), None) == (Ask(URL),)
    assert SOURCE.opt_in
