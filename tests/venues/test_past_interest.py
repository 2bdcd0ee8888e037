"""Open interest of the past as the venues tell it: units, sides, pages, and what a refusal costs."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from feeds.backfill import PAST_MS, Backfill
from feeds.decode import Decoder
from feeds.facts import FeedStatus, OpenInterest, PastInterest
from feeds.positions import Before
from feeds.session import Session
from feeds.settings import Settings
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http, More, Out
from feeds.venues import VENUES
from feeds.views.derivatives import derivatives
from feeds.wire import Frame

NOW = 1_790_000_100_000  # 2026-09-21 14:15:00 UTC, on a whole five minutes
STEP, HOUR, DAY = 300_000, 3_600_000, 86_400_000
THEN = NOW - HOUR


def asks(name: str) -> tuple[str, ...]:
    return VENUES[name].interest(NOW - PAST_MS, NOW)


def read(name: str, body: object, url: str = "", status: int = 200) -> list[Out]:
    text = body if isinstance(body, str) else json.dumps(body)
    frame = Frame(f"{name}.http", NOW, Http(url or asks(name)[0], status, text))
    return Decoder(VENUES).decode(frame)


def reason(outs: list[Out]) -> str:
    (out,) = outs
    return str(getattr(out, "reason", ""))


# ---- units and sides


def test_binance_tells_its_linear_contract_in_bitcoin() -> None:
    row = {"symbol": "BTCUSDT", "sumOpenInterest": "84617.188", "sumOpenInterestValue": "6473214882.5"}
    (held,) = read("binance_usdm", [row | {"timestamp": str(THEN)}])
    assert held == PastInterest("binance_usdm", "BTCUSDT", THEN, NOW, 84_617.188)


def test_binance_tells_its_inverse_contract_in_contracts_and_beside_it_in_bitcoin() -> None:
    row = {"pair": "BTCUSD", "contractType": "PERPETUAL", "sumOpenInterest": "5578700", "timestamp": THEN}
    (held,) = read("binance_coinm", [row | {"sumOpenInterestValue": "18265.009"}])
    assert held == PastInterest("binance_coinm", "BTCUSD_PERP", THEN, NOW, 18_265.009)
    dollars = read("binance_coinm", [row | {"sumOpenInterestValue": "557870000"}])
    assert reason(dollars) == "557,870,000 dollars as 557,870,000.0000 BTC"


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("binance_usdm", {"symbol": "ETHUSDT"}),
        ("binance_coinm", {"pair": "BTCUSD", "contractType": "CURRENT_QUARTER"}),
        ("binance_coinm", {"pair": "ETHUSD", "contractType": "PERPETUAL"}),
    ],
)
def test_another_contract_than_was_asked_for_is_none_of_ours(name: str, row: dict[str, Any]) -> None:
    more = {"sumOpenInterest": "100", "sumOpenInterestValue": "5", "timestamp": THEN}
    assert "where BTCUSD" in reason(read(name, [row | more]))


def bybit(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"retCode": 0, "retMsg": "OK", "result": {"symbol": "BTCUSDT", "category": "linear", "list": list(rows)}}


def test_bybit_counts_both_sides_unless_it_tells_the_single_one() -> None:
    both, single = {"openInterest": "59972.256", "timestamp": str(THEN)}, {"singleOpenInterest": "29986.130"}
    assert read("bybit", bybit(both)) == [PastInterest("bybit", "BTCUSDT", THEN, NOW, 29_986.128)]
    assert read("bybit", bybit(both | single)) == [PastInterest("bybit", "BTCUSDT", THEN, NOW, 29_986.13)]
    assert read("bybit", bybit(both | {"singleOpenInterest": ""})) == read("bybit", bybit(both))


def test_okx_tells_contracts_coins_and_dollars_and_the_coins_count() -> None:
    linear, inverse = asks("okx")
    rows = [[str(THEN), "2500000", "25000.5", "1925038500"]]
    (held,) = read("okx", {"code": "0", "data": rows, "msg": ""}, linear)
    assert held == PastInterest("okx", "BTC-USDT-SWAP", THEN, NOW, 25_000.5)
    (held,) = read("okx", {"code": "0", "data": rows, "msg": ""}, inverse)
    assert isinstance(held, PastInterest)
    assert (held.symbol, held.btc) == ("BTC-USD-SWAP", 25_000.5)


def test_gate_tells_contracts_of_which_ten_thousand_are_a_bitcoin() -> None:
    rows = [{"time": THEN // 1000, "open_interest": 250_005_000, "open_interest_usd": 1.9e9}]
    assert read("gate", rows) == [PastInterest("gate", "BTC_USDT", THEN, NOW, 25_000.5)]


def test_of_krakens_five_minutes_the_first_number_is_of_their_beginning() -> None:
    result = {"timestamp": [THEN // 1000], "data": [["2192.5", "2193.8", "2192.1", "2193.7"]], "more": False}
    (held,) = read("kraken_futures", {"result": result, "errors": []})
    assert held == PastInterest("kraken_futures", "PF_XBTUSD", THEN, NOW, 2_192.5)


REFUSED: list[tuple[str, int, object]] = [
    ("binance_usdm", 451, {"code": 0, "msg": "Service unavailable from a restricted location"}),
    ("binance_coinm", 200, {"code": -1130, "msg": "parameter 'period' is invalid."}),
    ("bybit", 403, "<html>The Amazon CloudFront distribution is configured to block access</html>"),
    ("bybit", 200, {"retCode": 10001, "retMsg": "params error", "result": {}}),
    ("okx", 200, {"code": "50011", "msg": "Too Many Requests", "data": []}),
    ("gate", 400, {"label": "INVALID_PARAM_VALUE"}),
    ("kraken_futures", 400, {"errors": [{"severity": "error", "error_class": "Validation"}]}),
    ("kraken_futures", 200, {"result": None, "errors": [{"error_class": "Validation", "msg": "interval"}]}),
    ("kraken_futures", 200, {"result": {"timestamp": [1790000000], "data": []}, "errors": []}),
]


@pytest.mark.parametrize(("name", "status", "body"), REFUSED)
def test_a_refusal_is_one_rejected_answer(name: str, status: int, body: object) -> None:
    outs = read(name, body, status=status)
    assert len(outs) == 1
    assert reason(outs)


@pytest.mark.parametrize("size", ["NaN", "0", "-5", "", None, "1e99", "(5)"])
def test_a_row_that_cannot_be_believed_leaves_the_good_one_beside_it(size: str | None) -> None:
    good = [str(THEN), "1", "25000.5", "1"]
    bad, held = read("okx", {"code": "0", "data": [[str(THEN + STEP), "1", size, "1"], good]})
    assert not isinstance(bad, PastInterest)
    assert isinstance(held, PastInterest)
    assert reason(read("okx", {"code": "0", "data": [[str(NOW + 2 * STEP), "1", "25000.5", "1"]]})).startswith(
        "open interest of a time to come"
    )


# ---- pages, start, cuts


class Run:
    """A session of one venue that is being listened to, and its back-fill, whose answers are written by hand."""

    def __init__(self, name: str, answers: Callable[[str], tuple[int, object]]) -> None:
        self.venue, self.answers, self.urls = VENUES[name], answers, list[str]()
        self.state = State({name: self.venue})
        self.session = Session(self.state, Engine("live", "", 0, writing=False))
        self.feed = self.venue.feed(self.venue.streams[0])
        self.state.advance(NOW)
        self.state.status(FeedStatus(self.feed, NOW, "open"))
        self.state.heard(self.feed, NOW, [Alive()])
        fetcher: Any = self
        self.backfill = Backfill(self.state, Settings(), fetcher, self.session.frame)

    async def fetch(self, feed: str, url: str, headers: object = None) -> Frame:
        self.urls.append(url)
        status, body = self.answers(url)
        return Frame(feed, self.state.now_ms, Http(url, status, body if isinstance(body, str) else json.dumps(body)))

    def tell(self, symbol: str, btc: float) -> None:
        now_ms = self.state.now_ms
        self.state.heard(self.feed, now_ms, [OpenInterest(self.venue.name, symbol, now_ms, now_ms, btc)])

    def before(self, symbol: str, ago_ms: int) -> Before | None:
        return self.state.positions.interest_before((self.venue.name, symbol), self.state.now_ms - ago_ms)


def swap(url: str) -> tuple[int, object]:
    """Five minutes after five minutes, back to `begin`: 31,000 BTC now, and one less each five minutes before."""
    query = {name: one for name, (one, *_) in parse_qs(urlsplit(url).query).items()}
    times = range(NOW, int(query["begin"]), -STEP)
    listed = [at for at in times if at < int(query["end"])][: int(query["limit"])]
    return 200, {"code": "0", "data": [[str(at), "1", str(31_000 - (NOW - at) // STEP), "1"] for at in listed]}


async def test_changes_over_an_hour_and_a_day_are_known_in_the_first_minute() -> None:
    run = Run("okx", swap)
    run.tell("BTC-USDT-SWAP", 31_100.0)
    assert run.before("BTC-USDT-SWAP", HOUR) is None
    assert await run.backfill.past_interest(run.venue, {})
    assert run.before("BTC-USDT-SWAP", HOUR) == Before((NOW - HOUR) // 60_000, 30_988.0, heard=False)
    assert run.before("BTC-USDT-SWAP", DAY) == Before((NOW - DAY) // 60_000, 30_712.0, heard=False)
    (row,) = derivatives(run.state).rows
    assert (row.open_interest_1h, row.open_interest_24h, row.told) == (112.0, 388.0, ("1h", "24h"))
    assert len(run.urls) == 6  # three pages of a hundred, of two swaps
    assert all(urlsplit(url).path == "/api/v5/rubik/stat/contracts/open-interest-history" for url in run.urls)


async def test_what_was_heard_goes_before_what_is_told_afterwards() -> None:
    run = Run("okx", swap)
    run.tell("BTC-USDT-SWAP", 31_100.0)
    await run.backfill.past_interest(run.venue, {})
    run.state.advance(NOW + HOUR)
    run.tell("BTC-USDT-SWAP", 31_200.0)
    assert run.before("BTC-USDT-SWAP", HOUR) == Before(NOW // 60_000, 31_100.0, heard=True)
    (row,) = derivatives(run.state).rows
    assert (row.open_interest_1h, row.open_interest_24h, row.told) == (100.0, 476.0, ("24h",))


async def test_it_is_asked_once_and_again_after_a_cut() -> None:
    run = Run("okx", swap)
    read: dict[int, object] = {}
    await run.backfill.past_interest(run.venue, read)
    run.urls.clear()
    assert await run.backfill.past_interest(run.venue, read)
    assert run.urls == []
    run.state.status(FeedStatus(run.feed, NOW + 60_000, "closed", "cut"))
    run.state.status(FeedStatus(run.feed, NOW + 120_000, "open"))
    run.state.heard(run.feed, NOW + 120_000, [Alive()])
    assert await run.backfill.past_interest(run.venue, read)
    assert len(run.urls) == 6


async def test_one_that_is_refused_costs_the_other_nothing_and_is_asked_again_alone() -> None:
    refusing = True

    def answers(url: str) -> tuple[int, object]:
        return (200, {"code": "50011", "msg": "Too Many Requests"}) if refusing and "BTC-USDT" in url else swap(url)

    run = Run("okx", answers)
    run.tell("BTC-USD-SWAP", 31_000.0)
    read: dict[int, object] = {}
    assert not await run.backfill.past_interest(run.venue, read)
    assert run.before("BTC-USD-SWAP", HOUR) is not None
    assert run.state.venue_state("okx") == "live"
    run.urls.clear()
    refusing = False
    assert await run.backfill.past_interest(run.venue, read)
    assert ["BTC-USDT-SWAP" in url for url in run.urls] == [True] * 3


async def test_a_past_that_counts_otherwise_than_now_is_set_against_nothing() -> None:
    run = Run("okx", swap)
    await run.backfill.past_interest(run.venue, {})
    assert run.before("BTC-USDT-SWAP", HOUR) is None  # nothing is known of now
    run.tell("BTC-USDT-SWAP", 310.0)
    assert run.before("BTC-USDT-SWAP", HOUR) is None
    run.tell("BTC-USDT-SWAP", 62_000.0)
    assert run.before("BTC-USDT-SWAP", HOUR) is not None


def test_bybits_full_page_leads_to_the_one_before_it() -> None:
    (url,) = asks("bybit")
    rows = [{"openInterest": "60000", "timestamp": str(NOW - at * STEP)} for at in range(200)]
    *held, more = read("bybit", bybit(*rows))
    assert len(held) == 200
    assert isinstance(more, More)
    query = parse_qs(urlsplit(more.url).query)
    assert query["endTime"] == [str(NOW - 199 * STEP - 1)]
    assert query["startTime"] == parse_qs(urlsplit(url).query)["startTime"]
    assert len(read("bybit", bybit(*rows), more.url)) == 200  # the same once more: it does not go back, and that is all


def test_krakens_pages_go_on_from_the_newest_until_it_says_that_there_is_no_more() -> None:
    at = (NOW - PAST_MS) // 1000
    result = {"timestamp": [at, at + 300], "data": [["1", "1", "1", "1"]] * 2, "more": True}
    *_, more = read("kraken_futures", {"result": result, "errors": []})
    assert isinstance(more, More)
    assert parse_qs(urlsplit(more.url).query) == {"since": [str(at + 600)], "interval": ["300"]}


def test_deribit_and_hyperliquid_tell_nothing_of_it() -> None:
    assert asks("deribit") == asks("hyperliquid") == ()
