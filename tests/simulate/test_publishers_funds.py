"""The simulated publishers of what funds hold and what flows into them."""

from io import BytesIO

import openpyxl
import pytest

from tests.simulate.small import Asked, Small

FLOWS = {
    "ETF.IBIT": [("2026-11-17", 1373.8), ("2026-11-18", -44.5), ("2026-11-19", 209.4)],
    "ETF.GBTC": [("2026-11-17", -1113.7), ("2026-11-18", 0.0)],
}


def page(text: str) -> list[list[str]]:
    """The cells of the table's rows, as a person sees them."""
    from selectolax.lexbor import LexborHTMLParser

    return [[cell.text().strip() for cell in row.css("th, td")] for row in LexborHTMLParser(text).css("table.etf tr")]


def test_a_page_has_three_headers_the_days_and_four_sums() -> None:
    world = Small(FLOWS, today="2026-11-19", funds=("IBIT", "GBTC"))
    assert page(Asked(world).text("farside", "/btc/")) == [
        ["", "", "", "Total"],
        ["", "IBIT", "GBTC", ""],
        ["Fee", "0.25%", "0.25%", ""],
        ["17 Nov 2026", "1,373.8", "(1,113.7)", "260.1"],
        ["18 Nov 2026", "(44.5)", "0.0", "(44.5)"],
        ["19 Nov 2026", "209.4", "-", "209.4"],
        ["Total", "1,539", "(1,114)", "425"],
        ["Average", "512.9", "(556.9)", "141.7"],
        ["Maximum", "1,373.8", "0.0", "260.1"],
        ["Minimum", "(44.5)", "(1,113.7)", "(44.5)"],
    ]


def test_cells_are_written_as_on_the_page() -> None:
    text = Asked(Small(FLOWS, today="2026-11-19", funds=("IBIT", "GBTC"))).text("farside", "/btc/")
    assert (
        '<td><div align="right"><span class="tabletext"><span class="redFont">(44.5)</span></span></div></td>'
        '<td class="zero-flow"><div align="right"><span class="tabletext">0.0</span></div></td>'
    ) in text
    assert '<td class="zero-flow"><div align="right"><span class="tabletext">-</span></div></td>' in text
    assert text.count("background-color: #99ff99") == 1


def test_the_session_that_has_begun_has_a_row_without_numbers() -> None:
    rows = page(Asked(Small(FLOWS, today="2026-11-20", funds=("IBIT", "GBTC"))).text("farside", "/btc/"))
    assert rows[6] == ["20 Nov 2026", "-", "-", "0.0"]
    holiday = {"ETF.IBIT": [("2026-11-25", 1.0)]}  # the day before Thanksgiving
    assert page(Asked(Small(holiday, today="2026-11-26", funds=("IBIT",))).text("farside", "/btc/"))[4][0] == "Total"


def test_the_short_page_has_the_last_days_and_the_sums_of_all() -> None:
    flows = {"ETF.IBIT": [(f"2026-10-{day:02}", 1.0) for day in range(1, 31)]}
    asked = Asked(Small(flows, today="2026-10-30", funds=("IBIT",)))
    short, long = page(asked.text("farside", "/btc/")), page(asked.text("farside", "/bitcoin-etf-flow-all-data/"))
    assert [row[0] for row in short[3:-4]] == [f"{day} Oct 2026" for day in range(18, 31)]
    assert (len(long[3:-4]), long[1]) == (30, ["", "IBIT", "Total"])
    assert short[-4] == long[-4] == ["Total", "30", "30"]


SOSO = Small(
    {"SOSO.FLOW": [("2026-11-18", -937.9e6), ("2026-11-19", 1e6)], "SOSO.ASSETS": [("2026-11-19", 1.1e11)]},
)
HISTORY = "/openapi/v2/etf/historicalInflowChart"


def test_sosovalue_answers_a_post_for_a_kind_of_fund_without_a_key_too() -> None:
    asked = Asked(SOSO)
    assert asked("sosovalue", HISTORY).status == 405
    assert asked.json("sosovalue", HISTORY, {}, '{"type":"us-btc-spot"}')["code"] == 0
    other = asked.json("sosovalue", HISTORY, {"x-soso-api-key": "k"}, '{"type":"us-doge-spot"}')
    assert (other["code"], other["data"]) == (400, None)


def test_sosovalue_is_newest_first_in_dollars() -> None:
    answer = Asked(SOSO).json("sosovalue", HISTORY, {"x-soso-api-key": "k"}, '{"type":"us-btc-spot"}')
    assert answer == {
        "code": 0,
        "msg": None,
        "data": [
            {
                "date": "2026-11-19",
                "totalNetInflow": 1e6,
                "totalValueTraded": 8e6,
                "totalNetAssets": 1.1e11,
                "cumNetInflow": -936.9e6,
            },
            {
                "date": "2026-11-18",
                "totalNetInflow": -937.9e6,
                "totalValueTraded": 7503.2e6,
                "totalNetAssets": None,
                "cumNetInflow": -937.9e6,
            },
        ],
    }


def test_coinglass_is_oldest_first_in_dollars_and_refuses_with_200() -> None:
    world = Small(
        {
            "COINGLASS.FLOW": [("2026-06-01", -483.8e6), ("2026-06-02", 1e6)],
            "ETF.IBIT": [("2026-06-01", -483.8)],
            "BTC": [("2026-06-01", 73653.2)],
        },
        funds=("IBIT",),
    )
    asked = Asked(world)
    path = "/api/etf/bitcoin/flow-history"
    assert asked.json("coinglass", path) == {"code": "401", "msg": "API key missing.", "data": None}
    assert asked.text("coinglass", path, {"CG-API-KEY": "k"}) == (
        '{"code":"0","msg":null,"data":[{"timestamp":1780272000000,"flow_usd":-483800000.0,"price_usd":73653.2,'
        '"etf_flows":[{"etf_ticker":"IBIT","flow_usd":-483800000.0}]},'
        '{"timestamp":1780358400000,"flow_usd":1000000.0,"price_usd":null,"etf_flows":[]}]}'
    )


IBIT = "/us/products/333011/fund/1467271812596.ajax?fileType=csv&fileName=IBIT_holdings&dataType=fund"


def test_ishares_tells_of_the_newest_whole_day_in_text_with_commas() -> None:
    world = Small(
        {
            "IBIT.SHARES": [("2026-11-18", 1.4e9), ("2026-11-19", 1_448_200_000.0)],
            "IBIT.NAV": [("2026-11-18", 51.0), ("2026-11-19", 51.23), ("2026-11-20", 52.0)],
            "IBIT.BTC": [("2026-11-18", 800_000.0), ("2026-11-19", 801_234.5)],
        }
    )
    text = Asked(world).text("ishares", IBIT)
    assert text.startswith('\ufeffiShares Bitcoin Trust ETF\nFund Holdings as of,"Nov 19, 2026"\n')
    assert '\nShares Outstanding,"1,448,200,000.00"\nStock,"-"\n' in text
    assert '\n"BTC","BITCOIN","-","Alternative","74,191,284,750.00","99.99",' in text
    assert ',"801,234.5000","92,596.22",' in text
    assert Asked(Small({})).text("ishares", IBIT) == 'iShares Bitcoin Trust ETF\nFund Holdings as of,"-"\n'


SPY = "/us/en/intermediary/library-content/products/fund-data/etfs/us/holdings-daily-us-en-spy.xlsx"


def test_the_holdings_of_the_s_p_500_are_a_spreadsheet_of_the_newest_day() -> None:
    asked = Asked(Small({"SPY.TOP10": [("2026-11-18", 38.0), ("2026-11-19", 37.65)]}))
    answer = asked("spdr", SPY)
    assert answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = openpyxl.load_workbook(BytesIO(answer.data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[:2] for row in rows[:3]] == [
        ("Fund Name:", "State Street SPDR S&P 500 ETF Trust"),
        ("Ticker Symbol:", "SPY"),
        ("Holdings:", "As of 19-Nov-2026"),
    ]
    assert rows[3] == (None,) * 8
    assert rows[4] == ("Name", "Ticker", "Identifier", "SEDOL", "Weight", "Sector", "Shares Held", "Local Currency")
    weights = {row[1]: row[4] for row in rows[5:] if row[1]}
    assert sum(weights[name] for name in weights if not str(name).startswith(("CO", "-"))) == 37.65
    assert weights["GOOGL"] + weights["GOOG"] > weights["META"] > weights["CO0"]
    assert sum(weights.values()) == pytest.approx(100, abs=0.02)
    assert asked("spdr", SPY).data == answer.data  # and has one ETag, whenever it is asked
    assert Asked(Small({}))("spdr", SPY).status == 404
