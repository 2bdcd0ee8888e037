"""The simulated FiscalData, CFTC and Census Bureau."""

from urllib.parse import quote

from tests.simulate.small import Asked, Small

BASE = "/services/api/fiscal_service/v1/accounting"
TGA = Small(
    {
        "TGA": [
            ("2021-09-30", 215160.0),
            ("2021-10-01", 173745.0),
            ("2022-04-18", 911000.0),
            ("2022-04-19", 905000.0),
        ]
    }
)


def test_the_closing_balance_stands_under_open_and_close_is_the_text_null() -> None:
    filter_ = quote("record_date:gte:2022-04-19,account_type:eq:Treasury General Account (TGA) Closing Balance")
    query = f"filter={filter_}&fields=record_date,account_type,open_today_bal,close_today_bal&page%5Bsize%5D=50"
    answer = Asked(TGA).json("fiscaldata", f"{BASE}/dts/operating_cash_balance?{query}")
    assert answer["data"] == [
        {
            "record_date": "2022-04-19",
            "account_type": "Treasury General Account (TGA) Closing Balance",
            "open_today_bal": "905000",
            "close_today_bal": "null",
        }
    ]
    assert (answer["meta"]["count"], answer["meta"]["total-count"], answer["meta"]["total-pages"]) == (1, 1, 1)


def test_the_account_has_had_three_labels() -> None:
    query = "fields=record_date,account_type,open_today_bal,close_today_bal&sort=record_date"
    rows = Asked(TGA).json("fiscaldata", f"{BASE}/dts/operating_cash_balance?{query}")["data"]
    assert [tuple(row.values()) for row in rows][:7] == [
        ("2021-09-30", "Federal Reserve Account", "0", "215160"),
        ("2021-09-30", "Short-Term Cash Investments (Table V)", "0", "0"),
        ("2021-10-01", "Treasury General Account (TGA)", "215160", "173745"),
        ("2022-04-18", "Treasury General Account (TGA) Opening Balance", "173745", "null"),
        ("2022-04-18", "Total TGA Deposits (Table II)", "757255", "null"),
        ("2022-04-18", "Total TGA Withdrawals (Table II) (-)", "20000", "null"),
        ("2022-04-18", "Treasury General Account (TGA) Closing Balance", "911000", "null"),
    ]


def test_rows_come_in_pages_and_newest_first_on_demand() -> None:
    query = "fields=record_date&sort=-record_date&page%5Bsize%5D=4&page%5Bnumber%5D=3"
    answer = Asked(TGA).json("fiscaldata", f"{BASE}/dts/operating_cash_balance?{query}")
    assert (
        answer["data"]
        == [{"record_date": "2021-10-01"}, {"record_date": "2021-09-30"}, {"record_date": "2021-09-30"}][:3]
    )
    assert (answer["meta"]["count"], answer["meta"]["total-count"], answer["meta"]["total-pages"]) == (3, 11, 3)


def test_a_statement_lists_two_fiscal_years_and_a_deficit_is_positive() -> None:
    world = Small({"DEFICIT": [("2025-09-01", -198e9), ("2025-10-01", 257450036967.21), ("2026-09-01", 50e9)]})
    filter_ = "filter=record_date:eq:2026-09-30"
    rows = Asked(world).json("fiscaldata", f"{BASE}/mts/mts_table_1?{filter_}")["data"]
    names = ("classification_desc", "sequence_number_cd", "data_type_cd", "current_month_dfct_sur_amt")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("FY 2025", "1", "S", "null"),
        ("September", "1.1", "D", "-198000000000.00"),
        ("Year-to-Date", "1.2", "T", "-198000000000.00"),
        ("FY 2026", "2", "S", "null"),
        ("October", "2.1", "D", "257450036967.21"),
        ("September", "2.2", "D", "50000000000.00"),
        ("Year-to-Date", "2.3", "T", "307450036967.21"),
    ]
    assert rows[4]["current_month_gross_rcpt_amt"] == "400000000000.00"
    assert rows[4]["current_month_gross_outly_amt"] == "657450036967.21"


COT = Small(
    {
        "COT.133741.OI": [("2026-06-30", 18000.0), ("2026-07-07", 18832.0)],
        "COT.133741.LEV.SHORT": [("2026-07-07", 9000.0)],
        "COT.133742.OI": [("2026-07-07", 24658.0)],
    }
)
WHERE = "cftc_contract_market_code in('133741','133742') AND report_date_as_yyyy_mm_dd>='2026-07-01T00:00:00'"


def test_positions_are_text_and_what_is_missing_is_left_out() -> None:
    rows = Asked(COT).json(
        "cftc", f"/resource/gpe5-46if.json?$where={quote(WHERE)}&$order=report_date_as_yyyy_mm_dd%20ASC"
    )
    assert rows == [
        {
            "id": "260707133741F",
            "market_and_exchange_names": "BITCOIN - CHICAGO MERCANTILE EXCHANGE",
            "report_date_as_yyyy_mm_dd": "2026-07-07T00:00:00.000",
            "contract_market_name": "BITCOIN",
            "cftc_contract_market_code": "133741",
            "open_interest_all": "18832",
            "lev_money_positions_short": "9000",
            "futonly_or_combined": "FutOnly",
        },
        {
            "id": "260707133742F",
            "market_and_exchange_names": "MICRO BITCOIN - CHICAGO MERCANTILE EXCHANGE",
            "report_date_as_yyyy_mm_dd": "2026-07-07T00:00:00.000",
            "contract_market_name": "MICRO BITCOIN",
            "cftc_contract_market_code": "133742",
            "open_interest_all": "24658",
            "futonly_or_combined": "FutOnly",
        },
    ]


def test_one_contract_newest_first_up_to_the_limit() -> None:
    where = quote("cftc_contract_market_code='133741' AND report_date_as_yyyy_mm_dd<='2026-07-07'")
    query = f"$where={where}&$order=report_date_as_yyyy_mm_dd DESC&$limit=1"
    (row,) = Asked(COT).json("cftc", f"/resource/gpe5-46if.json?{query}")
    assert (row["report_date_as_yyyy_mm_dd"], row["open_interest_all"]) == ("2026-07-07T00:00:00.000", "18832")


TRADE = Small(
    {"GOLD.EXPORTS": [("2026-08-01", 3_215_000_123.0), ("2026-09-01", 4e9)], "GOLD.IMPORTS": [("2026-08-01", 1e9)]}
)
EXPORTS = "/data/timeseries/intltrade/exports/enduse?get=E_ENDUSE,E_ENDUSE_LDESC,ALL_VAL_MO&E_ENDUSE=12260"


def test_trade_is_an_array_of_arrays_of_text() -> None:
    asked = Asked(TRADE)
    assert asked.text("census", f"{EXPORTS}&time=2026-08&key=k") == (
        '[["E_ENDUSE","E_ENDUSE_LDESC","ALL_VAL_MO","E_ENDUSE","time"],'
        '["12260","Nonmonetary gold","3215000123","12260","2026-08"]]'
    )
    months = asked.json("census", f"{EXPORTS}&time=from+2026-08&key=k")
    assert [row[-1] for row in months] == ["time", "2026-08", "2026-09"]
    imports = (
        "/data/timeseries/intltrade/imports/enduse?get=GEN_VAL_MO&I_ENDUSE=14270&time=from+2026-08+to+2026-09&key=k"
    )
    assert asked.json("census", imports) == [["GEN_VAL_MO", "I_ENDUSE", "time"], ["1000000000", "14270", "2026-08"]]


def test_trade_needs_a_key_a_known_name_and_a_month_that_is_out() -> None:
    asked = Asked(TRADE)
    page = asked("census", f"{EXPORTS}&time=2026-08")
    assert (page.status, page.content_type) == (200, "text/html; charset=UTF-8")
    assert b"<title>Missing Key</title>" in page.data
    wrong = asked("census", EXPORTS.replace("ALL_VAL_MO", "ALL_VAL") + "&time=2026-08&key=k")
    assert (wrong.status, wrong.body) == (400, "error: unknown variable 'ALL_VAL'")
    assert asked("census", f"{EXPORTS}&time=2026-10&key=k").status == 204
