import json
from datetime import date

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Span
from feeds.sources.fiscaldata import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

RECV = 1_795_208_400_000  # 2026-11-20 21:00 UTC
TGA, DEFICIT = SOURCE.pages
BASE = "https://api.fiscaldata.treasury.gov/services/api/fiscal_service/v1/accounting"
CLOSING = "Treasury General Account (TGA) Closing Balance"
OPENING = "Treasury General Account (TGA) Opening Balance"

Found = list[Observation | Rejected]


def envelope(rows: list[dict[str, str | None]], pages: int = 1) -> str:
    meta = {"count": len(rows), "labels": {}, "total-count": len(rows), "total-pages": pages}
    links = {"self": "&page%5Bnumber%5D=1&page%5Bsize%5D=10000", "next": None}
    return json.dumps({"data": rows, "meta": meta, "links": links})


def account(day: str, label: str, opening: str | None, closing: str | None = "null") -> dict[str, str | None]:
    return {"record_date": day, "account_type": label, "open_today_bal": opening, "close_today_bal": closing}


def tga(*rows: dict[str, str | None]) -> Found:
    return list(TGA.parse(Http(BASE, 200, envelope(list(rows))), RECV))


def month(day: str, name: str, sequence: str, receipts: str, outlays: str, deficit: str) -> dict[str, str | None]:
    return {
        "record_date": day,
        "classification_desc": name,
        "current_month_gross_rcpt_amt": receipts,
        "current_month_gross_outly_amt": outlays,
        "current_month_dfct_sur_amt": deficit,
        "sequence_number_cd": sequence,
    }


def deficit(*rows: dict[str, str | None]) -> Found:
    return list(DEFICIT.parse(Http(BASE, 200, envelope(list(rows))), RECV))


def balance(period: str, value: float) -> Observation:
    return Observation("TGA", period, value, RECV, "fiscaldata")


def reasons(rows: Found) -> list[str]:
    return [row.reason for row in rows if isinstance(row, Rejected)]


def test_the_closing_balance_stands_under_open_today_and_is_in_millions() -> None:
    assert tga(
        account("2026-11-18", OPENING, "931007"),
        account("2026-11-18", "Total TGA Deposits (Table II)", "24518"),
        account("2026-11-18", "Total TGA Withdrawals (Table II) (-)", "19405"),
        account("2026-11-18", CLOSING, "936120"),
    ) == [balance("2026-11-18", 936_120.0)]


def test_the_older_labels_have_their_balance_under_close_today() -> None:
    assert tga(
        account("2021-09-30", "Federal Reserve Account", "173745", "215160"),
        account("2021-09-30", "Short-Term Cash Investments (Table V)", "0", "0"),
        account("2021-10-01", "Treasury General Account (TGA)", "215160", "159033"),
    ) == [balance("2021-09-30", 215_160.0), balance("2021-10-01", 159_033.0)]


def test_where_two_labels_have_a_balance_the_closing_balance_counts_in_either_order() -> None:
    old = account("2022-04-18", "Treasury General Account (TGA)", "800000", "900000")
    new = account("2022-04-18", CLOSING, "910000")
    assert tga(old, new) == [balance("2022-04-18", 910_000.0)]
    assert tga(new, old) == [balance("2022-04-18", 910_000.0)]


def test_where_the_closing_balance_is_null_the_older_label_counts() -> None:
    old = account("2022-04-18", "Treasury General Account (TGA)", "800000", "900000")
    assert tga(account("2022-04-18", CLOSING, "null"), old) == [balance("2022-04-18", 900_000.0)]


@pytest.mark.parametrize("nothing", ["null", None, "", ".", "NA", "N/A", "-"])
def test_a_day_without_a_balance_is_left_out_and_is_no_zero(nothing: str | None) -> None:
    assert tga(account("2026-11-17", CLOSING, nothing), account("2026-11-18", CLOSING, "0")) == [
        balance("2026-11-18", 0.0)
    ]


def test_a_page_on_which_the_account_has_another_name_is_refused() -> None:
    with pytest.raises(Reject, match="the Treasury's account is not among the 1 rows"):
        tga(account("2026-11-18", "TGA, end of day", "936120"))


def test_an_empty_page_has_no_news() -> None:
    assert tga() == []
    assert deficit() == []


def test_a_page_that_was_cut_is_refused() -> None:
    body = envelope([account("2026-11-18", CLOSING, "936120")], pages=2)
    for page in SOURCE.pages:
        with pytest.raises(Reject, match="the answer is the first of 2 pages"):
            page.parse(Http(BASE, 200, body), RECV)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (account("11/17/2026", CLOSING, "1"), "no date of the form 2026-08-05: '11/17/2026'"),
        (account("2026-11-31", CLOSING, "1"), "no day of the calendar: 2026-11-31"),
        (account("2026-11-22", CLOSING, "1"), "2026-11-22 is yet to come"),
        (account("2026-11-17", CLOSING, "NaN"), "TGA is nan"),
        (account("2026-11-17", CLOSING, "Infinity"), "TGA is inf"),
        (account("2026-11-17", CLOSING, "(1)"), "TGA is no number: '(1)'"),
        (account("2026-11-17", CLOSING, "936,120"), "TGA is no number: '936,120'"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_beside_the_good_ones(bad: dict[str, str | None], reason: str) -> None:
    rows = tga(account("2026-11-18", CLOSING, "936120"), bad)
    assert rows[0] == balance("2026-11-18", 936_120.0)
    assert reasons(rows) == [reason]


def test_of_contradicting_rows_the_later_counts_and_equal_ones_count_once() -> None:
    rows = tga(
        account("2026-11-18", CLOSING, "936120"),
        account("2026-11-18", CLOSING, "936120"),
        account("2026-11-17", CLOSING, "931007"),
        account("2026-11-17", CLOSING, "931008"),
    )
    assert rows[:2] == [balance("2026-11-18", 936_120.0), balance("2026-11-17", 931_008.0)]
    assert reasons(rows) == ["TGA of 2026-11-17 stands there twice: 931007, then 931008"]


def test_only_the_month_of_the_statement_itself_is_read_and_a_deficit_is_positive() -> None:
    assert deficit(
        month("2026-07-31", "FY 2025", "1", "null", "null", "null"),
        month("2026-07-31", "July", "1.10", "338000000000.10", "630000000000.20", "292000000000.10"),
        month("2026-07-31", "Year-to-Date", "1.13", "4347000000000.00", "5976000000000.00", "1629000000000.00"),
        month("2026-07-31", "FY 2026", "2", "null", "null", "null"),
        month("2026-07-31", "June", "2.9", "526000000000.00", "499000000000.00", "-27000000000.00"),
        month("2026-07-31", "July", "2.10", "361000000000.25", "559000000000.50", "198000000000.25"),
        month("2026-07-31", "Year-to-Date", "2.13", "4600000000000.00", "6000000000000.00", "1400000000000.00"),
    ) == [Observation("DEFICIT", "2026-07-01", 198_000_000_000.25, RECV, "fiscaldata")]


def test_a_surplus_is_a_negative_deficit() -> None:
    assert deficit(month("2026-04-30", "April", "2.7", "850000000000", "592000000000", "-258000000000")) == [
        Observation("DEFICIT", "2026-04-01", -258e9, RECV, "fiscaldata")
    ]


def test_a_deficit_whose_sign_is_not_that_of_outlays_less_receipts_is_refused() -> None:
    rows = deficit(
        month("2026-06-30", "June", "2.9", "526000000000", "499000000000", "-27000000000"),
        month("2026-07-31", "July", "2.10", "361000000000", "559000000000", "-198000000000"),
    )
    assert rows[0] == Observation("DEFICIT", "2026-06-01", -27e9, RECV, "fiscaldata")
    assert reasons(rows) == ["outlays less receipts are 198000000000, but the deficit -198000000000"]


def test_a_deficit_without_outlays_and_receipts_is_believed() -> None:
    assert deficit(month("2026-07-31", "July", "2.10", "null", "null", "198000000000")) == [
        Observation("DEFICIT", "2026-07-01", 198e9, RECV, "fiscaldata")
    ]


def test_statements_that_do_not_say_which_year_their_months_are_of_are_refused() -> None:
    row = month("2026-07-31", "July", "2.10", "361000000000", "559000000000", "198000000000")
    del row["sequence_number_cd"]
    with pytest.raises(Reject, match="no month of its own among the 1 rows"):
        deficit(row)


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    for page in SOURCE.pages:
        with pytest.raises((Reject, MsgspecError)):
            list(page.parse(Http(BASE, 200, body), RECV))


@pytest.mark.parametrize("length", [10, 80, 150])
def test_a_truncated_answer_is_refused(length: int) -> None:
    body = envelope([account("2026-11-18", CLOSING, "936120")])[:length]
    with pytest.raises(MsgspecError):
        list(TGA.parse(Http(BASE, 200, body), RECV))


def tga_ask(first: str, last: str) -> Ask:
    return Ask(
        f"{BASE}/dts/operating_cash_balance?filter=record_date:gte:{first},record_date:lte:{last}"
        "&fields=record_date,account_type,open_today_bal,close_today_bal&sort=record_date&page%5Bsize%5D=10000"
    )


def test_the_account_is_asked_for_in_spans_of_three_years() -> None:
    assert TGA.ask(Span(date(2026, 11, 8), date(2026, 11, 20)), None) == (tga_ask("2026-11-08", "2026-11-20"),)
    assert TGA.ask(Span(date(2020, 1, 1), date(2026, 11, 20)), None) == (
        tga_ask("2020-01-01", "2022-12-31"),
        tga_ask("2023-01-01", "2025-12-31"),
        tga_ask("2026-01-01", "2026-11-20"),
    )


def test_the_deficit_is_asked_for_up_to_the_end_of_the_last_month() -> None:
    (asked,) = DEFICIT.ask(Span(date(2025, 10, 1), date(2026, 11, 20)), None)
    assert asked == Ask(
        f"{BASE}/mts/mts_table_1?filter=record_date:gte:2025-10-01,record_date:lte:2026-11-30"
        "&fields=record_date,classification_desc,current_month_gross_rcpt_amt,current_month_gross_outly_amt,"
        "current_month_dfct_sur_amt,sequence_number_cd&sort=record_date&page%5Bsize%5D=10000"
    )
