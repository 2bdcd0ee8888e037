"""SoSoValue: answers of its chart of flows in, dollars out."""

import json
from datetime import UTC, date, datetime

import pytest
from msgspec import MsgspecError

from feeds.facts import Observation, Rejected
from feeds.gather import off
from feeds.series import series
from feeds.settings import Keys, Publishers, Secret, Settings
from feeds.source import Ask, Span
from feeds.sources.sosovalue import SOURCE
from feeds.venue import Http, Reject
from tests.sources.bad_bodies import BAD_BODIES

(PAGE,) = SOURCE.pages
URL = "https://openapi.sosovalue.com/openapi/v2/etf/historicalInflowChart"
RECV = int(datetime(2026, 7, 8, 12, 0, tzinfo=UTC).timestamp() * 1000)  # 08:00 in New York
FIRST = {
    "date": "2025-02-25",
    "totalNetInflow": -937900000.5,
    "totalValueTraded": 6120000000,
    "totalNetAssets": 101590000000.25,
    "cumNetInflow": 38000000000,
}
SECOND = {"date": "2025-02-26", "totalNetInflow": "-754600000", "totalNetAssets": "98700000000"}
EXPECTED = {
    ("SOSO.FLOW", "2025-02-25"): -937900000.5,
    ("SOSO.ASSETS", "2025-02-25"): 101590000000.25,
    ("SOSO.FLOW", "2025-02-26"): -754600000.0,
    ("SOSO.ASSETS", "2025-02-26"): 98700000000.0,
}


def body(*rows: object, **parts: object) -> str:
    return json.dumps({"code": 0, "msg": "success", "traceId": "f0a1", "data": list(rows), **parts})


def read(text: str, recv_ms: int = RECV) -> list[Observation | Rejected]:
    return list(PAGE.parse(Http(URL, 200, text), recv_ms))


def values(text: str) -> dict[tuple[str, str], float]:
    return {(row.series, row.period): row.value for row in read(text) if isinstance(row, Observation)}


def reasons(text: str) -> list[str]:
    return [row.reason for row in read(text) if isinstance(row, Rejected)]


def test_flow_and_assets_of_each_day_in_dollars() -> None:
    assert values(body(FIRST, SECOND)) == EXPECTED
    assert read(body(FIRST))[0] == Observation("SOSO.FLOW", "2025-02-25", -937900000.5, RECV, "sosovalue")
    assert {row.unit for name in PAGE.series if (row := series(name))} == {"$"}


def test_the_rows_may_come_in_a_list_within_the_data() -> None:
    assert values(body(data={"list": [FIRST, SECOND]})) == EXPECTED
    assert values(json.dumps({"data": {"list": [FIRST, SECOND]}})) == EXPECTED


def test_order_and_further_fields_do_not_matter() -> None:
    assert values(body(SECOND, {"new": None, **FIRST})) == EXPECTED


@pytest.mark.parametrize("word", [None, "", "-", "null", "NA", "."])
def test_a_word_for_nothing_is_no_zero(word: str | None) -> None:
    assert values(body({**FIRST, "totalNetInflow": word})) == {("SOSO.ASSETS", "2025-02-25"): 101590000000.25}


def test_a_field_that_is_gone_leaves_the_other() -> None:
    rest = {name: value for name, value in FIRST.items() if name != "totalNetAssets"}
    assert values(body(rest)) == {("SOSO.FLOW", "2025-02-25"): -937900000.5}


def test_a_day_is_provisional_until_the_morning_after() -> None:
    row = {"date": "2026-07-07", "totalNetInflow": 1, "totalNetAssets": 2}
    morning = int(datetime(2026, 7, 8, 11, 0, tzinfo=UTC).timestamp() * 1000)  # 07:00 in New York
    early = [row.provisional for row in read(body(row), morning - 1) if isinstance(row, Observation)]
    due = [row.provisional for row in read(body(row), morning) if isinstance(row, Observation)]
    assert (early, due) == ([True, True], [False, False])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"date": "07/07/2026"}, "no date of the form 2026-08-05: '07/07/2026'"),
        ({"date": "2026-02-30"}, "no day of the calendar: 2026-02-30"),
        ({"totalNetInflow": 1}, "no date of the form 2026-08-05: 'None'"),
        ({"date": "2026-07-07", "totalNetInflow": "1,2"}, "SOSO.FLOW is no number: '1,2'"),
        ({"date": "2026-07-07", "totalNetInflow": "NaN"}, "SOSO.FLOW is nan"),
        ({"date": "2026-07-07", "totalNetInflow": "-Infinity"}, "SOSO.FLOW is -inf"),
        ({"date": "2026-07-07", "totalNetInflow": {"value": 1}}, "SOSO.FLOW is no number: \"{'value': 1}\""),
        ({"date": "2026-07-10", "totalNetInflow": 1}, "2026-07-10 is yet to come"),
    ],
)
def test_a_row_that_cannot_be_believed_leaves_the_others(bad: object, reason: str) -> None:
    text = body(FIRST, SECOND, bad)
    assert values(text) == EXPECTED
    assert reasons(text) == [reason]


def test_a_day_that_stands_there_twice() -> None:
    assert reasons(body(FIRST, FIRST)) == []
    assert reasons(body(SECOND, {**SECOND, "totalNetInflow": "5"})) == [
        "SOSO.FLOW of 2025-02-26 stands there twice: -7.546e+08, then 5"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (body(code=401, msg="invalid api key", data=None), "SoSoValue refuses: invalid api key"),
        (body(code="40301", msg=None, data=None), "SoSoValue refuses: code 40301"),
        (body(), "an answer without rows"),
        (body(data=None), "an answer without rows"),
        (body(data={"list": []}), "an answer without rows"),
    ],
)
def test_a_refusal_is_said_in_its_words(text: str, reason: str) -> None:
    with pytest.raises(Reject, match=f"^{reason}$"):
        read(text)


@pytest.mark.parametrize("text", [*BAD_BODIES, body(FIRST, SECOND)[:-9], body(FIRST).replace("-937900000.5", "NaN")])
def test_a_body_that_is_nothing_is_refused(text: str) -> None:
    with pytest.raises((Reject, MsgspecError)):
        read(text)


def test_with_a_key_it_is_asked_at_the_host_that_wants_one() -> None:
    assert PAGE.ask(Span(PAGE.first, date(2026, 7, 8)), "k3y") == (
        Ask(URL, {"x-soso-api-key": "k3y", "Content-Type": "application/json"}, '{"type":"us-btc-spot"}'),
    )


def test_without_a_key_it_is_asked_at_the_other_host_which_gets_none() -> None:
    (ask,) = PAGE.ask(Span(PAGE.first, date(2026, 7, 8)), None)
    assert ask == Ask(
        "https://api.sosovalue.xyz/openapi/v2/etf/historicalInflowChart",
        {"Content-Type": "application/json"},
        '{"type":"us-btc-spot"}',
    )


@pytest.mark.parametrize(
    ("keys", "opt_in", "on"),
    [(Keys(), (), False), (Keys(sosovalue=Secret("k3y")), (), True), (Keys(), ("sosovalue",), True)],
)
def test_it_is_asked_by_those_who_have_a_key_or_say_so(keys: Keys, opt_in: tuple[str, ...], on: bool) -> None:
    why = off(SOURCE, Settings(keys=keys, sources=Publishers(opt_in=opt_in)))
    assert (why == "") is on
    assert on or 'sources.opt_in = ["sosovalue"], or give its key. Free for those who register' in why
