import json
from datetime import date

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Span
from feeds.sources.coinmetrics import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

RECV = 1_795_208_400_000  # 2026-11-20 21:00 UTC
(PAGE,) = SOURCE.pages
URL = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
Found = list[Observation | Rejected]


def row(day: str, **more: str | None) -> dict[str, str | None]:
    return {"asset": "btc", "time": f"{day}T00:00:00.000000000Z"} | more


def parsed(*rows: dict[str, str | None], **more: str) -> Found:
    return list(PAGE.parse(Http(URL, 200, json.dumps({"data": rows} | more)), RECV))


def seen(series: str, period: str, value: float) -> Observation:
    return Observation(series, period, value, RECV, "coinmetrics")


def reasons(rows: Found) -> list[str]:
    return [item.reason for item in rows if isinstance(item, Rejected)]


def test_a_day_gives_its_close_in_dollars_and_market_over_realised_value() -> None:
    assert parsed(row("2026-08-16", CapMVRVCur="1.193", PriceUSD="62874.5")) == [
        seen("BTC.MVRV", "2026-08-16", 1.193),
        seen("BTC", "2026-08-16", 62_874.5),
    ]


def test_a_time_may_be_a_plain_day() -> None:
    rows = parsed({"asset": "btc", "time": "2026-07-15", "CapMVRVCur": "1.2245", "PriceUSD": "64765.05"})
    assert rows == [seen("BTC.MVRV", "2026-07-15", 1.2245), seen("BTC", "2026-07-15", 64_765.05)]


@pytest.mark.parametrize("nothing", [None, "", ".", "NA", "N/A", "null", "-"])
def test_a_metric_without_a_value_is_left_out(nothing: str | None) -> None:
    rows = parsed(
        row("2026-08-15", CapMVRVCur="1.2", PriceUSD="62000"), row("2026-08-16", CapMVRVCur=nothing, PriceUSD="63000")
    )
    assert rows[2:] == [seen("BTC", "2026-08-16", 63_000.0)]


def test_a_metric_that_no_row_has_any_more_is_said_once() -> None:
    rows = parsed(row("2026-08-15", PriceUSD="62000"), row("2026-08-16", PriceUSD="63000"))
    assert rows[:2] == [seen("BTC", "2026-08-15", 62_000.0), seen("BTC", "2026-08-16", 63_000.0)]
    assert reasons(rows) == ["no row has CapMVRVCur"]
    with pytest.raises(Reject, match="no row has any of the metrics"):
        parsed(row("2026-08-15", PriceEUR="56000"))


def test_a_page_that_announces_another_is_read_and_said_to_be_cut() -> None:
    rows = parsed(
        row("2026-08-16", CapMVRVCur="1.193", PriceUSD="62874.5"), next_page_token="0.MjAyNi0wOC0xNg", next_page_url=URL
    )
    assert rows[:2] == [seen("BTC.MVRV", "2026-08-16", 1.193), seen("BTC", "2026-08-16", 62_874.5)]
    assert reasons(rows) == ["the page was cut"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("15/08/2026", PriceUSD="1"), "no date of the form 2026-08-05: '15/08/2026'"),
        (row("2026-02-30", PriceUSD="1"), "no day of the calendar: 2026-02-30"),
        (row("2026-11-22", PriceUSD="1"), "2026-11-22 is yet to come"),
        (row("2026-08-15") | {"time": "2026-08-15T01:00:00.000000000Z"}, "2026-08-15T01:00:00.000000000Z is no day"),
        (row("2026-08-15") | {"asset": "eth"}, "asset 'eth' was not asked for"),
        (row("2026-08-15", PriceUSD="NaN"), "PriceUSD is nan"),
        (row("2026-08-15", PriceUSD="Infinity"), "PriceUSD is inf"),
        (row("2026-08-15", PriceUSD="62,000"), "PriceUSD is no number: '62,000'"),
        (row("2026-08-15", PriceUSD="(62000)"), "PriceUSD is no number: '(62000)'"),
        (row("2026-08-15", CapMVRVCur="0"), "CapMVRVCur is not above zero: 0"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_beside_the_good_ones(bad: dict[str, str | None], reason: str) -> None:
    good = row("2026-08-16", CapMVRVCur="1.193", PriceUSD="62874.5")
    rows = parsed(bad, good)
    assert rows[:2] == [seen("BTC.MVRV", "2026-08-16", 1.193), seen("BTC", "2026-08-16", 62_874.5)]
    assert reasons(rows) == [reason]


def test_equal_rows_count_once_and_of_contradicting_ones_the_later() -> None:
    one = row("2026-08-16", CapMVRVCur="1.2", PriceUSD="62000")
    rows = parsed(one, one, one | {"PriceUSD": "62001"})
    assert rows[:2] == [seen("BTC.MVRV", "2026-08-16", 1.2), seen("BTC", "2026-08-16", 62_001.0)]
    assert reasons(rows) == ["BTC of 2026-08-16 stands there twice: 62000, then 62001"]


def test_a_span_without_days_has_no_news() -> None:
    assert parsed() == []


def test_an_error_of_the_publisher_is_told() -> None:
    body = '{"error":{"type":"forbidden","message":"Requested metric is not available with supplied credentials."}}'
    with pytest.raises(Reject, match=r"^Coin Metrics refuses: Requested metric is not available with supplied"):
        PAGE.parse(Http(URL, 200, body), RECV)


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_nothing_is_refused(body: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        list(PAGE.parse(Http(URL, 200, body), RECV))


def test_a_truncated_answer_is_refused() -> None:
    body = json.dumps({"data": [row("2026-08-16", PriceUSD="62000")]})[:-9]
    with pytest.raises(MsgspecError):
        list(PAGE.parse(Http(URL, 200, body), RECV))


def test_both_metrics_are_asked_for_at_once() -> None:
    assert PAGE.ask(Span(date(2013, 1, 1), date(2026, 11, 20)), None) == (
        Ask(
            f"{URL}?assets=btc&metrics=CapMVRVCur,PriceUSD&frequency=1d&page_size=10000"
            "&start_time=2013-01-01&end_time=2026-11-20"
        ),
    )
