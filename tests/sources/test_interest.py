"""Open interest of four exchanges in bitcoin, one-sided: units, sides, days, and sums that are whole or nothing."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Ask, Page, Span
from feeds.sources.interest import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

PAGES = {page.name: page for page in SOURCE.pages if not page.late}
LATE = {page.name: page for page in SOURCE.pages if page.late}
DAY_MS = 86_400_000
THE_18TH = 1794960000000  # 2026-11-18 00:00 UTC
THE_19TH = THE_18TH + DAY_MS
RECV = THE_19TH + 300_000
SPAN = Span(date(2026, 11, 1), date(2026, 11, 19))


def read(page: str, answer: Any, recv_ms: int = RECV) -> list[Observation | Rejected]:
    url = PAGES[page].ask(SPAN, None)[0].url
    return list(PAGES[page].parse(Http(url, 200, json.dumps(answer)), recv_ms))


def values(rows: list[Observation | Rejected]) -> list[tuple[str, str, float]]:
    return [(row.series, row.period, row.value) for row in rows if isinstance(row, Observation)]


def reasons(rows: list[Observation | Rejected]) -> list[str]:
    return [row.reason for row in rows if isinstance(row, Rejected)]


def binance(time: Any = THE_19TH, size: Any = "111988.12300000", **more: Any) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "sumOpenInterest": size,
        "sumOpenInterestValue": "7951156733.00000000",
        "CMCCirculatingSupply": "19950000.00000000",
        "timestamp": time,
    } | more


def bybit(*rows: dict[str, Any], **result: Any) -> dict[str, Any]:
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": {"symbol": "BTCUSDT", "category": "linear", "list": list(rows), "nextPageCursor": "abc"} | result,
        "retExtInfo": {},
        "time": RECV,
    }


def okx(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"code": "0", "msg": "", "data": list(rows)}


def swap(name: str, btc: Any, time: Any = str(RECV - 400)) -> dict[str, Any]:
    return {"instId": name, "instType": "SWAP", "oi": "2660239.59", "oiCcy": btc, "oiUsd": "1900000000.1", "ts": time}


def deribit(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "result": list(rows), "usIn": 1, "usOut": 2, "usDiff": 1, "testnet": False}


def future(name: str, dollars: Any, mark: Any, time: int = RECV - 400) -> dict[str, Any]:
    return {
        "instrument_name": name,
        "open_interest": dollars,
        "mark_price": mark,
        "creation_timestamp": time,
        "estimated_delivery_price": 71000.0,
        "quote_currency": "USD",
        "base_currency": "BTC",
        "volume": 1.5,
    }


SWAPS = (swap("BTC-USDT-SWAP", "26602.3959"), swap("BTC-USD-SWAP", "5000.25"))
FUTURES = (future("BTC-PERPETUAL", 710_000_000, 71_000.0), future("BTC-25JUN27", 7_300_000.0, 73_000.0))


@pytest.mark.parametrize(
    ("page", "url", "endpoint"),
    [
        (
            "binance",
            "https://fapi.binance.com/futures/data/openInterestHist?symbol=BTCUSDT&period=1d&limit=30",
            "binance_usdm.http",
        ),
        (
            "bybit",
            "https://api.bybit.com/v5/market/open-interest?category=linear&symbol=BTCUSDT&intervalTime=1d&limit=200",
            "bybit.http",
        ),
        ("okx", "https://www.okx.com/api/v5/public/open-interest?instType=SWAP", "okx.http"),
        (
            "deribit",
            "https://www.deribit.com/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=future",
            "deribit.http",
        ),
    ],
)
def test_each_exchange_is_asked_for_all_it_has_at_the_address_that_moves_with_it(
    page: str, url: str, endpoint: str
) -> None:
    assert PAGES[page].ask(SPAN, None) == (Ask(url),)
    assert PAGES[page].endpoint == endpoint


@pytest.mark.parametrize("page", SOURCE.pages, ids=lambda page: page.name)
def test_each_page_fills_a_series_of_the_table(page: Page) -> None:
    (id_,) = page.series
    row = series(id_)
    assert row is not None and (row.family, row.sources, row.unit) == ("OI.*", ("interest",), "BTC")


# ---------------------------------------------------------------------------------------------------------- Binance


def test_binance_counts_in_bitcoin_and_its_time_is_the_start_of_the_day() -> None:
    assert read("binance", [binance(THE_18TH, "109000.5"), binance()]) == [
        Observation("OI.BINANCE", "2026-11-18", 109000.5, RECV, "interest"),
        Observation("OI.BINANCE", "2026-11-19", 111988.123, RECV, "interest"),
    ]


def test_a_time_within_the_day_is_rejected() -> None:
    rows = read("binance", [binance(), binance(THE_18TH + 300_000)])
    assert reasons(rows) == [f"not at 00:00 in UTC: {THE_18TH + 300_000}"]


def test_another_symbol_is_rejected() -> None:
    rows = read("binance", [binance(), binance(THE_18TH, symbol="ETHUSDT")])
    assert (values(rows), reasons(rows)) == (
        [("OI.BINANCE", "2026-11-19", 111988.123)],
        ["'ETHUSDT' was not asked for"],
    )


def test_a_refusal_of_binance_is_told_in_its_words() -> None:
    with pytest.raises(Reject, match=r"Binance refuses: Invalid symbol\."):
        read("binance", {"code": -1121, "msg": "Invalid symbol."})


# ------------------------------------------------------------------------------------------------------------ Bybit


def test_bybits_single_side_is_taken_where_it_is_told() -> None:
    row = {"openInterest": "106000.0", "singleOpenInterest": "53000.25", "timestamp": str(THE_19TH)}
    assert read("bybit", bybit(row)) == [Observation("OI.BYBIT", "2026-11-19", 53000.25, RECV, "interest")]


@pytest.mark.parametrize("single", [{}, {"singleOpenInterest": ""}, {"singleOpenInterest": None}])
def test_bybits_both_sides_are_halved_where_they_alone_are_told(single: dict[str, Any]) -> None:
    row = {"openInterest": "106000.5", "timestamp": str(THE_19TH)} | single
    assert values(read("bybit", bybit(row))) == [("OI.BYBIT", "2026-11-19", 53000.25)]


@pytest.mark.parametrize("other", [{"category": "inverse"}, {"symbol": "BTCUSD"}])
def test_an_answer_of_another_contract_is_refused_for_its_unit_is_another(other: dict[str, str]) -> None:
    with pytest.raises(Reject, match="was not asked for"):
        read("bybit", bybit({"openInterest": "1", "timestamp": str(THE_19TH)}, **other))


def test_a_refusal_of_bybit_is_told_in_its_words() -> None:
    with pytest.raises(Reject, match="Bybit refuses: params error"):
        read("bybit", {"retCode": 10001, "retMsg": "params error", "result": {}})


# -------------------------------------------------------------------------------------------------------------- OKX


def test_okxs_swaps_of_bitcoin_are_added_in_coins_and_no_others() -> None:
    others = (swap("ETH-USDT-SWAP", "600000"), swap("BTC-EUR-SWAP", "7"), swap("BTC-USDT-261225", "900"))
    rows = read("okx", okx(*others, *SWAPS, swap("BTC-USDC-SWAP", "100.5"), swap("BTC-USD_UM-SWAP", "")))
    assert rows == [Observation("OI.OKX", "2026-11-19", 31703.1459, RECV, "interest")]


@pytest.mark.parametrize("missing", [0, 1])
def test_a_sum_without_one_of_the_two_swaps_is_refused(missing: int) -> None:
    name = SWAPS[missing]["instId"]
    with pytest.raises(Reject, match=f"no open interest of {name}"):
        read("okx", okx(SWAPS[1 - missing]))


@pytest.mark.parametrize("size", ["", None, "0", "-5", "NaN", "1,000", "(5)"])
def test_a_sum_with_a_garbled_part_is_refused(size: Any) -> None:
    with pytest.raises(Reject):
        read("okx", okx(SWAPS[0], swap("BTC-USD-SWAP", size)))
    if size not in ("", None, "0"):
        with pytest.raises(Reject):
            read("okx", okx(*SWAPS, swap("BTC-USDC-SWAP", size)))


def test_garbage_about_other_coins_costs_nothing() -> None:
    rows = read("okx", okx(swap("DOGE-USDT-SWAP", "much"), {"x": 1}, *SWAPS))
    assert values(rows) == [("OI.OKX", "2026-11-19", 31602.6459)]


def test_a_snapshot_is_of_the_day_of_the_exchanges_clock() -> None:
    before = tuple(row | {"ts": str(THE_19TH - 1)} for row in SWAPS)
    assert values(read("okx", okx(*before))) == [("OI.OKX", "2026-11-18", 31602.6459)]


def test_a_sum_across_midnight_is_refused() -> None:
    with pytest.raises(Reject, match="its parts are of 2 days"):
        read("okx", okx(SWAPS[0], SWAPS[1] | {"ts": str(THE_19TH - 1)}))


def test_a_refusal_of_okx_is_told_in_its_words() -> None:
    with pytest.raises(Reject, match="OKX refuses: Parameter instType error"):
        read("okx", {"code": "51000", "msg": "Parameter instType error", "data": []})


# ---------------------------------------------------------------------------------------------------------- Deribit


def test_deribits_dollars_are_turned_into_bitcoin_at_each_futures_own_mark() -> None:
    assert read("deribit", deribit(*FUTURES)) == [Observation("OI.DERIBIT", "2026-11-19", 10_100.0, RECV, "interest")]


def test_linear_futures_and_combinations_are_no_part_of_the_sum() -> None:
    others = (future("BTC_USDC-PERPETUAL", 5000.0, 71_000.0), future("BTC-FS-25JUN27_PERP", 100_000, 2_000.0))
    assert values(read("deribit", deribit(*others, *FUTURES))) == [("OI.DERIBIT", "2026-11-19", 10_100.0)]


def test_a_future_that_has_expired_is_no_part_of_the_sum() -> None:
    expired, late = future("BTC-18NOV26", 710_000, 71_000.0), future("BTC-19NOV26", 71_000, 71_000.0)
    assert values(read("deribit", deribit(*FUTURES, expired))) == [("OI.DERIBIT", "2026-11-19", 10_100.0)]
    assert values(read("deribit", deribit(*FUTURES, late))) == [("OI.DERIBIT", "2026-11-19", 10_101.0)]


def test_a_new_future_without_positions_needs_no_price() -> None:
    rows = read("deribit", deribit(*FUTURES, future("BTC-24SEP27", 0, None)))
    assert values(rows) == [("OI.DERIBIT", "2026-11-19", 10_100.0)]


@pytest.mark.parametrize(
    "row",
    [
        future("BTC-24SEP27", 1_000_000, None),
        future("BTC-24SEP27", 1_000_000, 0),
        future("BTC-24SEP27", -5, 71_000.0),
        future("BTC-24SEP27", "much", 71_000.0),
        future("BTC-31FEB27", 1_000_000, 71_000.0),
        future("BTC-24XXX27", 1_000_000, 71_000.0),
    ],
)
def test_a_sum_with_a_future_that_cannot_be_counted_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(Reject):
        read("deribit", deribit(*FUTURES, row))


def test_a_sum_without_the_perpetual_is_refused() -> None:
    with pytest.raises(Reject, match="no open interest of BTC-PERPETUAL"):
        read("deribit", deribit(FUTURES[1]))


def test_a_refusal_of_deribit_is_told_in_its_words() -> None:
    with pytest.raises(Reject, match="Deribit refuses: too_many_requests"):
        read("deribit", {"jsonrpc": "2.0", "error": {"message": "too_many_requests", "code": 10028}})


# --------------------------------------------------------------------------------------------------------- All four

HISTORY: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "binance": lambda time, size: binance(time, size),
    "bybit": lambda time, size: {"singleOpenInterest": size, "timestamp": time},
}


def past(page: str, *rows: tuple[Any, Any]) -> list[Observation | Rejected]:
    made = [HISTORY[page](time, size) for time, size in rows]
    return read(page, made if page == "binance" else bybit(*made))


GOOD = [(THE_18TH - 2 * DAY_MS, "50000"), (THE_18TH - DAY_MS, "51000"), (THE_18TH, "52000")]


@pytest.mark.parametrize("page", HISTORY)
@pytest.mark.parametrize(
    ("time", "size", "reason"),
    [
        (THE_19TH, "NaN", "nan"),
        (THE_19TH, "Infinity", "inf"),
        (THE_19TH, "0", ""),
        (THE_19TH, "-1", "not above zero"),
        (THE_19TH, "(5,000)", "is no number"),
        (THE_19TH, True, "Expected"),
        ("2026-11-19", "53000", "timestamp is no time"),
        (None, "53000", "timestamp is missing"),
        (THE_19TH + 9 * DAY_MS, "53000", "2026-11-28 is yet to come"),
    ],
)
def test_a_day_that_cannot_be_believed_is_rejected_beside_the_good_ones(
    page: str, time: Any, size: Any, reason: str
) -> None:
    rows = past(page, *GOOD, (time, size))
    assert [value for *_, value in values(rows)] == [50000.0, 51000.0, 52000.0]
    (said,) = reasons(rows)
    assert reason in said
    assert {bad.feed for bad in rows if isinstance(bad, Rejected)} == {f"interest.{page}"}


@pytest.mark.parametrize("page", HISTORY)
def test_days_newest_first_are_read_and_one_that_is_there_twice_counts_once(page: str) -> None:
    rows = past(page, *GOOD[::-1], GOOD[0])
    assert sorted(period for _, period, _ in values(rows)) == ["2026-11-16", "2026-11-17", "2026-11-18"]
    assert reasons(rows) == []
    rows = past(page, *GOOD, (THE_18TH, "52500"))
    assert [value for *_, value in values(rows)] == [50000.0, 51000.0, 52500.0]
    assert ["stands there twice" in reason for reason in reasons(rows)] == [True]


@pytest.mark.parametrize("page", ["okx", "deribit"])
def test_a_snapshot_of_a_day_to_come_is_refused(page: str) -> None:
    answer = okx(*SWAPS) if page == "okx" else deribit(*FUTURES)
    with pytest.raises(Reject, match="2026-11-19 is yet to come"):
        read(page, answer, RECV - 9 * DAY_MS)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("text", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(page: str, text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        list(PAGES[page].parse(Http("https://x.test", 200, text), RECV))


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ("binance", [binance()]),
        ("bybit", bybit({"singleOpenInterest": "1", "timestamp": "1"})),
        ("okx", okx(*SWAPS)),
        ("deribit", deribit(*FUTURES)),
    ],
)
def test_a_body_that_breaks_off_is_refused(page: str, answer: Any) -> None:
    with pytest.raises(MsgspecError):
        list(PAGES[page].parse(Http("https://x.test", 200, json.dumps(answer)[:-8]), RECV))
