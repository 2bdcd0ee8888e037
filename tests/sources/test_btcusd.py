"""Bitcoin's days in UTC out of Coinbase's candles: close and low, what is still open, requests of 300 days."""

import json
from datetime import date
from typing import Any

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Span
from feeds.sources.btcusd import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

PAGE = SOURCE.pages[0]
ADDRESS = "https://api.exchange.coinbase.com/products/BTC-USD/candles?granularity=86400"
DAY = 86_400
THE_18TH = 1794960000  # 2026-11-18 00:00 UTC
RECV = (THE_18TH + 2 * DAY + 300) * 1000  # five past midnight of the 20th in UTC
# time, low, high, open, close, volume
ROWS: list[list[Any]] = [
    [THE_18TH + 2 * DAY, 71000.0, 71300.5, 71200.0, 71100.25, 12.5],
    [THE_18TH + DAY, 69500.01, 71800.0, 70000.0, 71200.0, 6400.75],
    [THE_18TH, 68900.0, 70500.0, 69000.0, 70000.0, 7100.0],
]


def read(rows: Any, recv_ms: int = RECV) -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(f"{ADDRESS}&start=x&end=y", 200, json.dumps(rows)), recv_ms))


def reasons(rows: list[Observation | Rejected]) -> list[str]:
    return [row.reason for row in rows if isinstance(row, Rejected)]


def test_close_and_low_of_each_day_are_read_and_the_day_that_is_not_over_is_provisional() -> None:
    assert read(ROWS) == [
        Observation("BTC", "2026-11-20", 71100.25, RECV, "btcusd", True),
        Observation("BTC.LOW", "2026-11-20", 71000.0, RECV, "btcusd", True),
        Observation("BTC", "2026-11-19", 71200.0, RECV, "btcusd", False),
        Observation("BTC.LOW", "2026-11-19", 69500.01, RECV, "btcusd", False),
        Observation("BTC", "2026-11-18", 70000.0, RECV, "btcusd", False),
        Observation("BTC.LOW", "2026-11-18", 68900.0, RECV, "btcusd", False),
    ]


@pytest.mark.parametrize(("left_ms", "provisional"), [(1, True), (0, False)])
def test_a_day_is_over_at_midnight_in_utc_and_not_before(left_ms: int, provisional: bool) -> None:
    rows = read(ROWS[2:], (THE_18TH + DAY) * 1000 - left_ms)
    assert [row.provisional for row in rows if isinstance(row, Observation)] == [provisional, provisional]


def test_a_span_is_asked_for_to_the_day_after_it_for_utc_is_ahead_of_new_york() -> None:
    asks = PAGE.ask(Span(date(2026, 11, 17), date(2026, 11, 20)), None)
    assert [ask.url for ask in asks] == [f"{ADDRESS}&start=2026-11-17T00:00:00Z&end=2026-11-21T00:00:00Z"]


def test_a_long_span_is_asked_for_in_pieces_of_300_days_that_meet() -> None:
    asks = PAGE.ask(Span(PAGE.first, date(2017, 3, 31)), None)
    assert [ask.url.removeprefix(f"{ADDRESS}&") for ask in asks] == [
        "start=2015-07-20T00:00:00Z&end=2016-05-14T00:00:00Z",
        "start=2016-05-14T00:00:00Z&end=2017-03-09T00:00:00Z",
        "start=2017-03-09T00:00:00Z&end=2017-04-01T00:00:00Z",
    ]
    assert (date(2016, 5, 14) - date(2015, 7, 20)).days + 1 == 300


def test_it_is_moved_with_the_exchange_that_it_comes_from() -> None:
    assert PAGE.endpoint == "coinbase.http"


def test_numbers_as_text_are_read() -> None:
    rows = read([[THE_18TH, "68900", "70500", "69000", "70000.5", "1"]])
    assert [row.value for row in rows if isinstance(row, Observation)] == [70000.5, 68900.0]


def test_no_candles_are_no_values() -> None:
    assert read([]) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([THE_18TH + 3600, 1.0, 2.0, 1.0, 2.0, 1.0], "does not open at 00:00 in UTC"),
        ([THE_18TH, 68900.0, 70500.0, 69000.0, None, 1.0], "close is missing"),
        ([THE_18TH, 0, 70500.0, 69000.0, 70000.0, 1.0], "low is not above zero"),
        ([THE_18TH, 70500.0, 68900.0, 69000.0, 70000.0, 1.0], "the candle's 70500 to 68900"),
        ([THE_18TH, 68900.0, 70500.0, 69000.0, "NaN", 1.0], "close is nan"),
        ([THE_18TH, 68900.0, 70500.0, 69000.0, "Infinity", 1.0], "close is inf"),
        ([THE_18TH, 68900.0, 70500.0, 69000.0, "(70000)", 1.0], "close is no number"),
        ([THE_18TH, 68900.0, 70500.0, 69000.0, 70000.0, -1.0], "volume is below zero"),
        ([THE_18TH, 68900.0, 70500.0], "length"),
        (["2026-11-18", 68900.0, 70500.0, 69000.0, 70000.0, 1.0], "Expected `int`"),
        ([THE_18TH + 7 * DAY, 68900.0, 70500.0, 69000.0, 70000.0, 1.0], "2026-11-25 is yet to come"),
        ({"time": THE_18TH}, "Expected"),
    ],
)
def test_a_candle_that_cannot_be_believed_is_rejected_beside_the_good_ones(row: Any, reason: str) -> None:
    rows = read([*ROWS[:2], row])
    assert len(rows) == 5
    (said,) = reasons(rows)
    assert reason in said
    assert {bad.feed for bad in rows if isinstance(bad, Rejected)} == {"btcusd.daily"}


def test_of_two_candles_of_a_day_the_later_counts_and_a_rejection_says_so() -> None:
    rows = read([*ROWS, [THE_18TH, 68900.0, 70500.0, 69000.0, 70010.0, 1.0]])
    assert [row.value for row in rows if isinstance(row, Observation) and row.period == "2026-11-18"] == [
        70010.0,
        68900.0,
    ]
    assert reasons(rows) == ["BTC of 2026-11-18 stands there twice: 70000, then 70010"]


def test_the_same_candle_twice_counts_once_and_the_order_does_not_matter() -> None:
    assert sorted(map(repr, read([*ROWS[::-1], ROWS[0]]))) == sorted(map(repr, read(ROWS)))


def test_a_refusal_is_told_in_the_exchanges_words() -> None:
    with pytest.raises(Reject, match="Coinbase refuses: granularity too small for the requested time range"):
        read({"message": "granularity too small for the requested time range"})


@pytest.mark.parametrize("text", [*BAD_BODIES, pytest.param(json.dumps(ROWS)[:60], id="cut short")])
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        list(PAGE.parse(Http(ADDRESS, 200, text), RECV))


@pytest.mark.parametrize("word", ["NaN", "Infinity"])
def test_numbers_that_json_does_not_know_are_refused(word: str) -> None:
    with pytest.raises(MsgspecError):
        list(PAGE.parse(Http(ADDRESS, 200, json.dumps(ROWS).replace("71200.0", word)), RECV))
