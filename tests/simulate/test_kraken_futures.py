"""The simulated Kraken Futures."""

from datetime import UTC, datetime

import pytest

from feeds.simulate.events import Sweep
from tests.simulate.line import START_MS, Line

PATH = "/ws/v1"
BOTH = ["PF_XBTUSD", "PI_XBTUSD"]
API = "/derivatives/api/v3"


def subscribe(feed: str, *products: str) -> dict[str, object]:
    return {"event": "subscribe", "feed": feed, "product_ids": products}


def test_each_product_is_acknowledged_for_itself_and_begins_with_its_past() -> None:
    line = Line("kraken_futures", PATH)
    assert line.frames == [{"event": "info", "version": 1}]
    answers = line.ask(subscribe("trade", *BOTH))
    assert [answer.get("event") for answer in answers] == ["subscribed", None, "subscribed", None]
    assert [answer["product_ids"] for answer in answers[::2]] == [["PF_XBTUSD"], ["PI_XBTUSD"]]
    for answer, product in zip(answers[1::2], BOTH, strict=True):
        assert (answer["feed"], answer["product_id"]) == ("trade_snapshot", product)
        times = [row["time"] for row in answer["trades"]]
        assert times == sorted(times, reverse=True)
        assert len(times) > 0


@pytest.mark.parametrize(
    ("sent", "event"),
    [
        ("{", "alert"),
        ({"event": "dance"}, "alert"),
        (subscribe("dances", "PI_XBTUSD"), "alert"),
        (subscribe("trade", "PI_NOTHING"), "error"),
    ],
)
def test_a_wrong_request_is_answered_with_a_message(sent: object, event: str) -> None:
    (answer,) = Line("kraken_futures", PATH).ask(sent)
    assert answer["event"] == event


def test_liquidations_are_trades_of_their_own_type_by_the_taker() -> None:
    line = Line("kraken_futures", PATH, subscribe("trade", *BOTH))
    line.play(30)
    trades = [frame for frame in line.frames if "uid" in frame]
    forced = [row for row in trades if row["type"] == "liquidation"]
    assert len(forced) == len(line.told) > 10
    for row, event in zip(forced, line.told, strict=True):
        assert row["side"] == {"long": "sell", "short": "buy"}[event.position]
        assert (row["product_id"], row["price"], row["time"]) == (event.listing.symbol, event.price, event.ts_ms)
        assert row["qty"] == (event.btc if row["product_id"] == "PF_XBTUSD" else event.usd)
    assert {row["product_id"] for row in forced} == set(BOTH)
    assert {row["type"] for row in trades} == {"fill", "liquidation"}
    for product in BOTH:
        numbers = [row["seq"] for row in trades if row["product_id"] == product]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(trades) == sum(len(event.trades) for event in line.events if isinstance(event, Sweep))


def test_funding_is_of_one_hour_and_told_relative_and_absolute() -> None:
    line = Line("kraken_futures", PATH, subscribe("ticker", *BOTH))
    linear, inverse = [frame for frame in line.frames if "markPrice" in frame]
    for frame in (linear, inverse):
        assert frame["relative_funding_rate"] == pytest.approx(0.0001 / 8, rel=0.2)
        assert frame["next_funding_rate_time"] % 3_600_000 == 0
        assert 0 < frame["next_funding_rate_time"] - frame["time"] <= 3_600_000
    assert linear["funding_rate"] == pytest.approx(linear["relative_funding_rate"] * linear["index"])
    assert inverse["openInterest"] / inverse["markPrice"] == pytest.approx(900, rel=0.02)


def test_tickers_come_once_a_second_and_heartbeats_too_where_asked_for() -> None:
    line = Line("kraken_futures", PATH, subscribe("ticker", "PI_XBTUSD"), {"event": "subscribe", "feed": "heartbeat"})
    frames = line.play(5)
    assert [frame["feed"] for frame in frames].count("ticker") == 5
    assert [frame["feed"] for frame in frames].count("heartbeat") == 5
    line.ask({"event": "unsubscribe", "feed": "ticker", "product_ids": ["PI_XBTUSD"]})
    assert {frame["feed"] for frame in line.play(5)} == {"heartbeat"}


def test_dated_ones_end_at_four_in_the_afternoon_in_london() -> None:
    rows = Line("kraken_futures", PATH).get(f"{API}/instruments")["instruments"]
    ends = {row["symbol"]: row.get("lastTradingTime") for row in rows}
    assert ends == {
        "PF_XBTUSD": None,
        "PI_XBTUSD": None,
        "FI_XBTUSD_260925": "2026-09-25T15:00:00.000Z",
        "FI_XBTUSD_261225": "2026-12-25T16:00:00.000Z",
        "FF_XBTUSD_261225": "2026-12-25T16:00:00.000Z",
    }


def test_the_history_reaches_back_from_a_time() -> None:
    line = Line("kraken_futures", PATH, subscribe("trade", *BOTH))
    line.play(20)
    last = START_MS + 15_000
    when = datetime.fromtimestamp(last / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    rows = line.get(f"{API}/history?symbol=PF_XBTUSD&lastTime={when}")["history"]
    known = [event for event in line.published if event.listing.symbol == "PF_XBTUSD" and event.ts_ms <= last]
    assert [(row["size"], row["price"]) for row in rows] == [(event.btc, event.price) for event in reversed(known)]
    assert {row["type"] for row in rows} == {"liquidation"}
