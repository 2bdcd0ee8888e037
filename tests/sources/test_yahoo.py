"""Yahoo's charts: whose day a price is, what may still change, which contracts are asked for, what is not believed."""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Page, Span
from feeds.sources.yahoo import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
PAGES = {page.name: page for page in SOURCE.pages}
SYMBOLS = {
    "move": "%5EMOVE", "dxy": "DX-Y.NYB", "gold": "GC%3DF", "hkd": "HKD%3DX", "front": "CL%3DF", "igv": "IGV",
    "qqq": "QQQ", "spy": "SPY", "rsp": "RSP", "nvda": "NVDA", "smh": "SMH", "gld": "GLD",
}  # fmt: skip
SPAN = Span(date(2026, 11, 16), date(2026, 11, 20))


def at(text: str, zone: ZoneInfo = NEW_YORK) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def body(symbol: str, bars: list[tuple[int, Any]], hours: tuple[int, int] | None = None, **meta: Any) -> str:
    """A chart as Yahoo sends it."""
    closes = [close for _, close in bars]
    period = {"timezone": "EST", "gmtoffset": -18000}
    current = {"currentTradingPeriod": {"regular": period | {"start": hours[0], "end": hours[1]}}} if hours else {}
    about = {
        "currency": "USD",
        "symbol": symbol,
        "exchangeName": "NGM",
        "instrumentType": "ETF",
        "firstTradeDate": 921076200,
        "regularMarketTime": bars[-1][0] if bars else 0,
        "exchangeTimezoneName": "America/New_York",
        "regularMarketPrice": closes[-1] if closes else None,
        "dataGranularity": "1d",
        **current,
        **meta,
    }
    quote = {"open": closes, "high": closes, "low": closes, "close": closes, "volume": [1] * len(closes)}
    indicators = {"quote": [quote], "adjclose": [{"adjclose": [0.5 for _ in closes]}]}
    result = {"meta": about, "timestamp": [time for time, _ in bars], "indicators": indicators}
    return json.dumps({"chart": {"result": [result], "error": None}})


def read(page: str, symbol: str, text: str, recv: str, prefix: str = "") -> list[Observation | Rejected]:
    url = f"https://query1.finance.yahoo.com{prefix}/v8/finance/chart/{symbol}?period1=1&period2=2&interval=1d"
    return list(PAGES[page].parse(Http(url, 200, text), at(recv) * 1000))


def points(rows: list[Observation | Rejected]) -> list[tuple[str, str, float, bool]]:
    return [
        (row.series, row.period, row.value, row.provisional) if isinstance(row, Observation) else pytest.fail(str(row))
        for row in rows
    ]


def asked(page: Page, span: Span = SPAN) -> list[str]:
    return [ask.url for ask in page.ask(span, None)]


FUND = [(at("2026-11-18 09:30"), 512.25), (at("2026-11-19 09:30"), 515.5)]
OPEN = (at("2026-11-19 09:30"), at("2026-11-19 16:00"))


def test_a_close_is_read_with_its_day_its_time_of_receipt_and_its_source() -> None:
    rows = read("qqq", "QQQ", body("QQQ", FUND, OPEN), "2026-11-19 18:05")
    recv_ms = at("2026-11-19 18:05") * 1000
    assert rows == [
        Observation("QQQ", "2026-11-18", 512.25, recv_ms, "yahoo", False),
        Observation("QQQ", "2026-11-19", 515.5, recv_ms, "yahoo", False),
    ]


@pytest.mark.parametrize(("page", "symbol"), SYMBOLS.items())
def test_each_page_asks_for_its_symbol_with_the_span_in_seconds_of_utc_and_its_end_excluded(
    page: str, symbol: str
) -> None:
    assert asked(PAGES[page]) == [
        f"https://query1.finance.yahoo.com/v8/finance/chart/{symbol}?period1=1794787200&period2=1795219200&interval=1d"
    ]


@pytest.mark.parametrize(
    "page", [page for page in SOURCE.pages if page.name not in ("wti", "btc")], ids=lambda p: p.name
)
def test_each_page_fills_the_series_that_it_names(page: Page) -> None:
    symbol = page.series[0] if page.series[0] not in ("MOVE", "DXY", "GOLD", "HKD") else ""
    symbol = symbol or {"MOVE": "^MOVE", "DXY": "DX-Y.NYB", "GOLD": "GC=F", "HKD": "HKD=X"}[page.series[0]]
    rows = read(page.name, SYMBOLS[page.name], body(symbol, [(at("2026-11-18 12:00"), 75.5)]), "2026-11-20 12:00")
    assert points(rows) == [(page.series[0], "2026-11-18", 75.5, False)]
    row = series(page.series[0])
    assert row is not None and row.sources == ("yahoo",)


def test_every_request_is_made_as_a_browser_makes_it() -> None:
    for page in SOURCE.pages:
        assert all(ask.headers["User-Agent"].startswith("Mozilla/5.0 ") for ask in page.ask(SPAN, None))


def test_yahoo_is_asked_by_those_only_who_chose_to_and_slowly() -> None:
    assert (SOURCE.opt_in, SOURCE.spacing_s, {page.every_s for page in SOURCE.pages}) == (True, 2.0, {900.0})


def test_the_curve_is_asked_for_by_fourteen_contracts_from_the_front_one() -> None:
    urls = asked(PAGES["wti"])
    assert len(urls) == 14
    assert urls[0].split("?")[0] == "https://query1.finance.yahoo.com/v8/finance/chart/CLZ26.NYM"
    assert urls[13].split("?")[0].endswith("/CLF28.NYM")
    assert all("?period1=1794787200&period2=1795219200&interval=1d" in url for url in urls)


def test_the_front_contract_is_asked_for_until_its_last_close_can_be_had() -> None:
    after = asked(PAGES["wti"], Span(date(2026, 11, 16), date(2026, 11, 25)))
    assert ["/CLZ26.NYM?" in after[0], "/CLF27.NYM?" in after[1], len(after)] == [True, True, 15]
    later = asked(PAGES["wti"], Span(date(2026, 11, 16), date(2026, 11, 26)))
    assert ["/CLF27.NYM?" in later[0], len(later)] == [True, 14]


def test_six_months_of_bitcoin_are_asked_for_across_the_turn_of_the_year() -> None:
    symbols = [url.split("/")[-1].split("?")[0] for url in asked(PAGES["btc"])]
    assert symbols == ["BTCX26.CME", "BTCZ26.CME", "BTCF27.CME", "BTCG27.CME", "BTCH27.CME", "BTCJ27.CME"]


def test_a_bitcoin_contract_is_asked_for_to_its_last_friday_and_not_after() -> None:
    friday = asked(PAGES["btc"], Span(SPAN.first, date(2026, 11, 27)))
    assert "/BTCX26.CME?" in friday[0]
    symbols = [url.split("/")[-1].split("?")[0] for url in asked(PAGES["btc"], Span(SPAN.first, date(2026, 11, 28)))]
    assert symbols[0] == "BTCZ26.CME" and len(symbols) == 6


@pytest.mark.parametrize(("page", "symbol", "id_"), [("wti", "CLF27.NYM", "CLF27"), ("btc", "BTCZ26.CME", "BTCZ26")])
def test_a_contract_is_a_series_by_its_own_name(page: str, symbol: str, id_: str) -> None:
    rows = read(page, symbol, body(symbol, [(at("2026-11-18 00:00"), 61.37)]), "2026-11-19 01:00")
    assert points(rows) == [(id_, "2026-11-18", 61.37, False)]


def test_a_contract_that_is_not_listed_is_no_fault_and_a_fund_that_is_not_is_one() -> None:
    assert {page.name for page in SOURCE.pages if 404 in page.quiet} == {"wti", "btc"}


def test_an_answer_about_another_contract_than_was_asked_for_is_refused() -> None:
    with pytest.raises(Reject, match=r"'CLG27\.NYM' in answer to 'CLF27\.NYM'"):
        read("wti", "CLF27.NYM", body("CLG27.NYM", [(at("2026-11-18 00:00"), 61.37)]), "2026-11-19 01:00")


def test_an_answer_to_what_nobody_asked_is_refused() -> None:
    with pytest.raises(Reject, match=r"'CLA27\.NYM' was not asked for"):
        read("wti", "CLA27.NYM", body("CLA27.NYM", []), "2026-11-19 01:00")


def test_the_symbol_is_found_behind_another_host_and_prefix() -> None:
    rows = read("move", "%5EMOVE", body("^MOVE", [(at("2026-11-18 09:30"), 72.1)]), "2026-11-19 01:00", "/proxy/yahoo")
    assert points(rows) == [("MOVE", "2026-11-18", 72.1, False)]


def test_a_price_below_zero_is_one_of_oil_only() -> None:
    bar, good = (at("2020-04-20 00:00"), -37.63), (at("2020-04-21 00:00"), 10.01)
    rows = read("front", "CL%3DF", body("CL=F", [bar, good]), "2020-04-22 12:00")
    assert points(rows) == [("CL=F", "2020-04-20", -37.63, False), ("CL=F", "2020-04-21", 10.01, False)]
    gold = read("gold", "GC%3DF", body("GC=F", [bar, good]), "2020-04-22 12:00")
    assert [row.reason for row in gold if isinstance(row, Rejected)] == ["close is not above zero: -37.63"]


def test_the_close_is_stored_and_not_what_is_adjusted_for_dividends() -> None:
    assert [value for _, _, value, _ in points(read("spy", "SPY", body("SPY", FUND), "2026-11-20 12:00"))] == [
        512.25,
        515.5,
    ]


def test_days_without_a_price_are_skipped() -> None:
    bars = [(at("2026-11-17 09:30"), 70.5), (at("2026-11-18 09:30"), None), (at("2026-11-19 09:30"), 71.0)]
    rows = points(read("move", "%5EMOVE", body("^MOVE", bars), "2026-11-20 12:00"))
    assert [(period, value) for _, period, value, _ in rows] == [("2026-11-17", 70.5), ("2026-11-19", 71.0)]


@pytest.mark.parametrize(
    ("recv", "provisional"),
    [("2026-11-19 12:00", True), ("2026-11-19 16:14", True), ("2026-11-19 16:15", False), ("2026-11-20 08:00", False)],
)
def test_a_funds_price_is_its_close_a_quarter_of_an_hour_after_the_session(recv: str, provisional: bool) -> None:
    for hours in (OPEN, None):
        rows = points(read("qqq", "QQQ", body("QQQ", FUND, hours), recv))
        assert [late for *_, late in rows] == [False, provisional]


def test_on_half_a_day_of_trading_the_answer_tells_when_the_session_ends() -> None:
    bars = [(at("2026-11-27 09:30"), 516.0)]
    hours = (at("2026-11-27 09:30"), at("2026-11-27 13:00"))
    for recv, provisional in (("2026-11-27 13:14", True), ("2026-11-27 13:15", False)):
        assert points(read("qqq", "QQQ", body("QQQ", bars, hours), recv)) == [("QQQ", "2026-11-27", 516.0, provisional)]


def test_hours_of_the_next_session_say_nothing_of_the_last_one() -> None:
    monday = (at("2026-11-23 09:30"), at("2026-11-23 16:00"))
    bars = [(at("2026-11-20 09:30"), 517.0)]
    rows = read("qqq", "QQQ", body("QQQ", bars, monday), "2026-11-23 08:00")
    assert points(rows) == [("QQQ", "2026-11-20", 517.0, False)]


def test_the_quote_of_the_moment_stands_for_the_price_of_its_day_and_is_provisional() -> None:
    bars = [*FUND, (at("2026-11-19 15:31"), 516.75)]
    rows = points(read("qqq", "QQQ", body("QQQ", bars, OPEN), "2026-11-19 15:31"))
    assert rows == [("QQQ", "2026-11-18", 512.25, False), ("QQQ", "2026-11-19", 516.75, True)]


def test_a_quote_that_differs_from_the_close_after_the_session_is_provisional_and_one_that_agrees_is_not() -> None:
    for last, provisional in ((515.75, True), (515.5, False)):
        bars = [*FUND, (at("2026-11-19 16:00"), last)]
        rows = points(read("qqq", "QQQ", body("QQQ", bars, OPEN), "2026-11-19 20:00"))
        assert rows[1:] == [("QQQ", "2026-11-19", last, provisional)]


def test_an_empty_place_for_today_leaves_the_days_before() -> None:
    bars = [FUND[0], (at("2026-11-19 09:30"), None)]
    assert points(read("qqq", "QQQ", body("QQQ", bars, OPEN), "2026-11-19 09:31")) == [
        ("QQQ", "2026-11-18", 512.25, False)
    ]


ROUND = (at("2026-11-19 00:00"), at("2026-11-19 23:59"))


@pytest.mark.parametrize(("recv", "provisional"), [("2026-11-19 18:05", True), ("2026-11-20 00:14", False)])
def test_a_future_on_a_weekday_is_provisional_through_the_evening(recv: str, provisional: bool) -> None:
    bars = [(at("2026-11-19 00:00"), 61.5)]
    assert points(read("wti", "CLF27.NYM", body("CLF27.NYM", bars, ROUND), recv)) == [
        ("CLF27", "2026-11-19", 61.5, provisional)
    ]
    assert points(read("wti", "CLF27.NYM", body("CLF27.NYM", bars), recv.replace(":14", ":15"))) == [
        ("CLF27", "2026-11-19", 61.5, provisional)
    ]


@pytest.mark.parametrize(("recv", "provisional"), [("2026-11-20 17:14", True), ("2026-11-20 17:15", False)])
def test_on_a_friday_all_markets_have_closed_at_five_in_new_york(recv: str, provisional: bool) -> None:
    hours = (at("2026-11-20 00:00"), at("2026-11-20 23:59"))
    text = body("CLF27.NYM", [(at("2026-11-20 00:00"), 61.5)], hours)
    assert points(read("wti", "CLF27.NYM", text, recv)) == [("CLF27", "2026-11-20", 61.5, provisional)]
    london = (at("2026-11-20 00:00", LONDON), at("2026-11-20 23:59", LONDON))
    text = body("HKD=X", [(london[0], 7.7821)], london, exchangeTimezoneName="Europe/London")
    assert points(read("hkd", "HKD%3DX", text, recv)) == [("HKD", "2026-11-20", 7.7821, provisional)]


def test_from_six_in_the_evening_a_future_trades_for_the_next_day() -> None:
    bars = [(at("2026-11-19 00:00"), 61.5), (at("2026-11-19 20:00"), 61.9)]
    assert points(read("front", "CL%3DF", body("CL=F", bars, ROUND), "2026-11-19 20:00")) == [
        ("CL=F", "2026-11-19", 61.5, True),
        ("CL=F", "2026-11-20", 61.9, True),
    ]


def test_a_quote_of_sunday_evening_is_mondays() -> None:
    bars = [(at("2026-11-20 00:00"), 61.5), (at("2026-11-22 18:30"), 62.0)]
    assert points(read("front", "CL%3DF", body("CL=F", bars), "2026-11-22 18:30")) == [
        ("CL=F", "2026-11-20", 61.5, False),
        ("CL=F", "2026-11-23", 62.0, True),
    ]


def test_what_bitcoin_costs_at_cme_on_a_weekend_or_a_holiday_is_no_close() -> None:
    """Thanksgiving, the Saturday after, and Sunday evening, from which Monday's session goes on."""
    bars = [
        *((at(f"2026-11-{day} 00:00"), float(close)) for day, close in ((25, 91_000), (26, 91_500), (27, 92_000))),
        *((at(f"2026-11-{day} 00:00"), float(close)) for day, close in ((28, 93_000), (29, 93_500))),
        (at("2026-11-29 18:30"), 93_700.0),
    ]
    text = body("BTCZ26.CME", bars)
    assert points(read("btc", "BTCZ26.CME", text, "2026-11-29 18:30")) == [
        ("BTCZ26", "2026-11-25", 91_000.0, False),
        ("BTCZ26", "2026-11-27", 92_000.0, False),
        ("BTCZ26", "2026-11-30", 93_700.0, True),
    ]
    assert points(read("btc", "BTCZ26.CME", body("BTCZ26.CME", [bars[3]]), "2026-11-28 12:00")) == []


def test_a_currencys_day_is_that_of_its_own_zone() -> None:
    midnight = at("2026-06-17 00:00", LONDON)  # 19:00 of the day before in New York
    text = body("HKD=X", [(midnight, 7.7821)], exchangeTimezoneName="Europe/London", currency="HKD")
    assert points(read("hkd", "HKD%3DX", text, "2026-06-18 12:00")) == [("HKD", "2026-06-17", 7.7821, False)]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "America", ""])
def test_a_zone_that_nobody_knows_is_refused(zone: str) -> None:
    with pytest.raises(Reject, match="a time zone that nobody knows"):
        read("qqq", "QQQ", body("QQQ", FUND, exchangeTimezoneName=zone), "2026-11-20 12:00")


def test_prices_by_the_month_are_refused() -> None:
    with pytest.raises(Reject, match="prices by '1mo', not by the day"):
        read("qqq", "QQQ", body("QQQ", FUND, dataGranularity="1mo"), "2026-11-20 12:00")


def test_an_error_with_status_200_is_told_in_yahoos_words_without_its_signs() -> None:
    error = {"code": "Not Found", "description": "No data found,\x1b[31m symbol may be delisted"}
    text = json.dumps({"chart": {"result": None, "error": error}})
    with pytest.raises(Reject, match=r"^Yahoo refuses: No data found, symbol may be delisted$"):
        read("wti", "CLF27.NYM", text, "2026-11-20 12:00")


@pytest.mark.parametrize("result", [None, []])
def test_an_answer_without_a_chart_is_refused(result: Any) -> None:
    with pytest.raises(Reject, match="an answer without a chart"):
        read("qqq", "QQQ", json.dumps({"chart": {"result": result, "error": None}}), "2026-11-20 12:00")


def test_a_contract_that_has_not_traded_in_the_span_is_empty() -> None:
    text = '{"chart":{"result":[{"meta":{"symbol":"CLF28.NYM","exchangeTimezoneName":"America/New_York",'
    text += '"dataGranularity":"1d"},"indicators":{"quote":[{}],"adjclose":[{}]}}],"error":null}}'
    assert read("wti", "CLF28.NYM", text, "2026-11-20 12:00") == []


def test_closes_that_do_not_go_with_the_days_are_refused() -> None:
    text = body("QQQ", FUND).replace('"close": [512.25, 515.5]', '"close": [512.25]')
    with pytest.raises(Reject, match="1 closes for 2 days"):
        read("qqq", "QQQ", text, "2026-11-20 12:00")


def test_a_day_in_the_middle_that_is_there_twice_is_the_later_and_said() -> None:
    bars = [FUND[0], (FUND[0][0] + 60, 513.0), FUND[1]]
    rows = read("qqq", "QQQ", body("QQQ", bars), "2026-11-20 12:00")
    assert points(rows[:2]) == [("QQQ", "2026-11-18", 513.0, False), ("QQQ", "2026-11-19", 515.5, False)]
    assert [row.reason for row in rows if isinstance(row, Rejected)] == [
        "QQQ of 2026-11-18 stands there twice: 512.25, then 513"
    ]


def test_days_in_any_order_are_read() -> None:
    rows = points(read("qqq", "QQQ", body("QQQ", FUND[::-1]), "2026-11-20 12:00"))
    assert sorted(rows) == [("QQQ", "2026-11-18", 512.25, False), ("QQQ", "2026-11-19", 515.5, False)]


def test_a_price_of_a_day_to_come_is_rejected_beside_the_good_ones() -> None:
    bars = [*FUND, (at("2026-11-24 09:30"), 520.0)]
    rows = read("qqq", "QQQ", body("QQQ", bars), "2026-11-20 12:00")
    assert [row.reason for row in rows if isinstance(row, Rejected)] == ["2026-11-24 is yet to come"]
    assert len(points(rows[:2])) == 2
    assert {row.feed for row in rows if isinstance(row, Rejected)} == {"yahoo.qqq"}


@pytest.mark.parametrize("close", ["n/a", 0, -1.0, 1e300, "NaN", "Infinity"])
def test_a_close_that_is_no_price_is_rejected_beside_the_good_ones(close: Any) -> None:
    bars = [*FUND, (at("2026-11-20 09:30"), close)]
    rows = read("qqq", "QQQ", body("QQQ", bars), "2026-11-20 18:00")
    assert [type(row) for row in rows] == [Observation, Observation, Rejected]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_know_are_refused(word: str) -> None:
    with pytest.raises(MsgspecError):
        read("qqq", "QQQ", body("QQQ", FUND).replace("515.5", word), "2026-11-20 12:00")


@pytest.mark.parametrize("seconds", [-5, 0, 10**18])
def test_a_time_of_no_century_of_ours_is_refused(seconds: int) -> None:
    with pytest.raises(Reject):
        read("qqq", "QQQ", body("QQQ", [(seconds, 1.0), *FUND]), "2026-11-20 12:00")


def test_a_new_field_changes_nothing_and_a_missing_one_is_refused() -> None:
    text = body("QQQ", FUND, fullExchangeName="NasdaqGM").replace('"error": null', '"error": null, "more": 1')
    assert len(points(read("qqq", "QQQ", text, "2026-11-20 12:00"))) == 2
    with pytest.raises((Reject, MsgspecError)):
        read("qqq", "QQQ", text.replace('"close"', '"last"'), "2026-11-20 12:00")
    with pytest.raises(MsgspecError):
        read("qqq", "QQQ", text.replace('"symbol"', '"ticker"'), "2026-11-20 12:00")


@pytest.mark.parametrize("text", [*BAD_BODIES, pytest.param(body("QQQ", FUND)[:200], id="cut short")])
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read("qqq", "QQQ", text, "2026-11-20 12:00")
