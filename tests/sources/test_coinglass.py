"""CoinGlass: answers of its history of flows in, dollars out."""

import json
from datetime import UTC, date, datetime

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.source import Ask, Span
from feeds.sources.coinglass import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

(PAGE,) = SOURCE.pages
URL = "https://open-api-v4.coinglass.com/api/etf/bitcoin/flow-history"
RECV = int(datetime(2026, 7, 8, 12, 0, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
FIRST = {
    "timestamp": 1704931200000,
    "flow_usd": 655300000,
    "price_usd": 46663,
    "etf_flows": [{"etf_ticker": "GBTC", "flow_usd": -95100000}, {"etf_ticker": "BTC"}],
}
SECOND = {"timestamp": 1780272000000, "flow_usd": -483800000.0, "price_usd": 73653.2, "etf_flows": []}
EXPECTED = {"2024-01-11": 655300000.0, "2026-06-01": -483800000.0}


def body(*rows: object, **parts: object) -> str:
    return json.dumps({"code": "0", "msg": None, "data": list(rows), **parts})


def read(text: str, recv_ms: int = RECV) -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(URL, 200, text), recv_ms))


def values(text: str) -> dict[str, float]:
    return {row.period: row.value for row in read(text) if isinstance(row, Observation)}


def reasons(text: str) -> list[str]:
    return [row.reason for row in read(text) if isinstance(row, Rejected)]


def test_the_flow_of_each_day_in_dollars() -> None:
    assert values(body(FIRST, SECOND)) == EXPECTED
    assert read(body(FIRST)) == [Observation("COINGLASS.FLOW", "2024-01-11", 655300000.0, RECV, "coinglass")]
    row = series("COINGLASS.FLOW")
    assert row
    assert row.unit == "$"


def test_order_and_further_fields_do_not_matter() -> None:
    assert values(body({"new": 1, **SECOND}, FIRST)) == EXPECTED
    assert values(body(FIRST, SECOND, code=0, msg="success")) == EXPECTED


@pytest.mark.parametrize("word", [None, "", "-", "null", "NA", "."])
def test_a_word_for_nothing_is_no_zero(word: str | None) -> None:
    assert values(body(FIRST, {**SECOND, "flow_usd": word})) == {"2024-01-11": 655300000.0}


def test_a_field_that_is_gone_is_no_zero() -> None:
    assert read(body({"timestamp": FIRST["timestamp"], "price_usd": 46663})) == []


def test_a_day_is_provisional_until_the_morning_after() -> None:
    row = {"timestamp": 1783382400000, "flow_usd": 1}  # 2026-07-07
    morning = int(datetime(2026, 7, 8, 11, 0, tzinfo=UTC).timestamp() * 1000)  # 07:00 in New York
    assert read(body(row), morning - 1) == [
        Observation("COINGLASS.FLOW", "2026-07-07", 1, morning - 1, "coinglass", True)
    ]
    assert read(body(row), morning) == [Observation("COINGLASS.FLOW", "2026-07-07", 1, morning, "coinglass", False)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"timestamp": 1780272000, "flow_usd": 1}, "no time in milliseconds since the funds trade: 1780272000"),
        ({"timestamp": 9e14, "flow_usd": 1}, "no time in milliseconds since the funds trade: 900000000000000"),
        ({"timestamp": "2026-06-02", "flow_usd": 1}, "timestamp is no number: '2026-06-02'"),
        ({"flow_usd": 1}, "timestamp is missing"),
        ({"timestamp": 1780358400000, "flow_usd": "4x"}, "COINGLASS.FLOW is no number: '4x'"),
        ({"timestamp": 1780358400000, "flow_usd": "NaN"}, "COINGLASS.FLOW is nan"),
        ({"timestamp": 1780358400000, "flow_usd": "Infinity"}, "COINGLASS.FLOW is inf"),
        ({"timestamp": 1783641600000, "flow_usd": 1}, "2026-07-10 is yet to come"),
    ],
)
def test_a_row_that_cannot_be_believed_leaves_the_others(bad: object, reason: str) -> None:
    text = body(FIRST, SECOND, bad)
    assert values(text) == EXPECTED
    assert reasons(text) == [reason]


def test_a_day_that_stands_there_twice() -> None:
    assert reasons(body(FIRST, FIRST)) == []
    later = {**SECOND, "flow_usd": 5, "timestamp": 1780272000000 + DAY_MS // 2}
    assert values(body(SECOND, later)) == {"2026-06-01": 5.0}
    assert reasons(body(SECOND, later)) == ["COINGLASS.FLOW of 2026-06-01 stands there twice: -4.838e+08, then 5"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (body(code="30001", msg="API key missing.", data=None), "CoinGlass refuses: API key missing."),
        (body(code="401", msg="Upgrade plan", data=[]), "CoinGlass refuses: Upgrade plan"),
        (body(code="500", data=[]), "CoinGlass refuses: code 500"),
        (body(), "an answer without rows"),
        (body(data=None), "an answer without rows"),
    ],
)
def test_a_code_other_than_0_is_a_refusal(text: str, reason: str) -> None:
    with pytest.raises(Reject, match=f"^{reason}$"):
        read(text)


@pytest.mark.parametrize("text", [*BAD_BODIES, body(FIRST, SECOND)[:-9], body(FIRST).replace("655300000", "NaN")])
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read(text)


def test_it_is_asked_with_the_users_key_in_a_header() -> None:
    assert PAGE.ask(Span(PAGE.first, date(2026, 7, 8)), "k3y") == (
        Ask(URL, {"CG-API-KEY": "k3y", "accept": "application/json"}),
    )
    assert (SOURCE.key, SOURCE.needs_key) == ("coinglass", True)
