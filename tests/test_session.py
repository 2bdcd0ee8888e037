"""From frames to topics and metrics: the one path, with the venues' own parsers and frames in their own formats."""

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest

from feeds.facts import Bar, Gap, Liquidation, Observation
from feeds.replay import replay
from feeds.session import Session, line
from feeds.state import KNOWN_TRADES, Past, State
from feeds.topics import TOPICS, Engine, Metric, Study
from feeds.venue import Alive
from feeds.venues import VENUES
from feeds.wire import Frame

T0 = 1_789_669_800_000  # 2026-09-17 18:30:00 UTC


def session() -> Session:
    return Session(State(VENUES), Engine("replay", "a test", 0, writing=False))


def coinbase(t: int, price: str, size: str = "0.5", id: int = 1) -> Frame:
    # The maker's side is told: a maker that buys means a taker that sells.
    stamp = f"{_iso(t - 30)}Z"
    data = {"type": "match", "trade_id": id, "side": "buy", "size": size, "price": price, "product_id": "BTC-USD"}
    return Frame("coinbase", t, json.dumps(data | {"sequence": id, "time": stamp}))


def kraken(t: int, price: float, id: int = 1) -> Frame:
    row = {"symbol": "BTC/USD", "side": "sell", "price": price, "qty": 0.1, "ord_type": "market", "trade_id": id}
    message = {"channel": "trade", "type": "update", "data": [row | {"timestamp": f"{_iso(t - 40)}Z"}]}
    return Frame("kraken", t, json.dumps(message))


def bybit(t: int, side: str, btc: str, price: str) -> Frame:
    row = {"T": t - 400, "s": "BTCUSDT", "S": side, "v": btc, "p": price}
    message = {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": t - 100, "data": [row]}
    return Frame("bybit.linear", t, json.dumps(message))


def usdm(t: int, side: str, btc: str, price: str) -> Frame:
    order = {"s": "BTCUSDT", "S": side, "o": "LIMIT", "f": "IOC", "q": btc, "p": "1", "ap": price, "X": "FILLED"}
    data = {"e": "forceOrder", "E": t - 20, "o": order | {"l": btc, "z": btc, "T": t - 25}}
    return Frame("binance_usdm", t, json.dumps({"stream": "btcusdt@forceOrder", "data": data}))


def _iso(t: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(t / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def metrics(s: Session) -> dict[str, Metric]:
    return s.snapshot()["metrics"]


def test_prices_of_two_dollar_venues_make_the_reference_price() -> None:
    s = session()
    s.frame(coinbase(T0, "64000.50"))
    s.frame(kraken(T0 + 1_000, 64010.5))
    m = metrics(s)
    assert m["btc.price"] == Metric(64_005.5, "USD", T0 - 30, "median of coinbase, kraken", "fresh")
    assert m["btc.coinbase.price"] == Metric(64_000.5, "USD", T0 - 30, "coinbase BTC-USD", "fresh")
    assert m["btc.kraken.price"].as_of_ms == T0 + 960


def test_opposite_conventions_end_up_on_the_same_side() -> None:
    s = session()
    s.frame(bybit(T0, "Buy", "0.250", "64000"))  # Bybit names the position: a long was closed
    s.frame(usdm(T0 + 100, "SELL", "0.100", "63990.0"))  # Binance names the order that closed it: a long as well
    s.frame(bybit(T0 + 200, "Sell", "1.5", "64100"))
    m = metrics(s)
    assert m["liq.long.usd.1m"].value == 0.25 * 64_000 + 0.1 * 63_990
    assert m["liq.long.btc.1m"].value == 0.35
    assert m["liq.long.count.1m"].value == 2
    assert m["liq.short.usd.24h"].value == 1.5 * 64_100
    assert m["liq.bybit.long.usd.1h"].value == 16_000
    assert m["liq.binance_usdm.long.usd.1h"].value == 6_399
    assert m["liq.binance_usdm.short.usd.1h"].value == 0


def test_a_total_with_a_sampled_venue_in_it_is_a_floor_and_says_why() -> None:
    s = session()
    s.frame(bybit(T0, "Buy", "0.250", "64000"))
    assert metrics(s)["liq.long.usd.1m"].quality == "partial"  # heard for less than the window
    s.frame(usdm(T0 + 61_000, "SELL", "0.100", "63990.0"))
    s.frame(bybit(T0 + 61_000, "Buy", "0.250", "64000"))
    m = metrics(s)
    assert m["liq.long.usd.1m"].quality == "floor"
    assert m["liq.long.usd.1m"].note.startswith("binance_usdm sampled")
    assert m["liq.bybit.long.usd.1m"].quality == "exact"
    assert m["liq.bybit.long.usd.1h"].quality == "partial"
    assert m["liq.bybit.long.usd.1h"].note == "bybit: heard for 61s only"


def test_before_anything_is_heard_there_is_no_number_anywhere() -> None:
    s = session()
    s.state.register("bybit.linear", T0)
    s.changes(T0)
    m = metrics(s)
    assert m["liq.long.usd.1h"].value is None
    assert m["liq.bybit.long.usd.1h"].value is None
    assert m["btc.price"].value is None
    assert {metric.state for metric in m.values()} == {"none"}
    # How many rows of a scenario are not known is itself known.
    assert {name for name, metric in m.items() if metric.value is not None} == {
        f"scenario.{name}.unknown" for name in ("normal", "tollbooth", "blockade", "empire")
    }


def test_a_frame_that_gives_facts_proves_life_and_one_that_gives_none_does_not() -> None:
    s = session()
    assert s.frame(coinbase(T0, "64000.50")) == [Alive()]
    assert s.frame(Frame("coinbase", T0 + 1, '{"type":"subscriptions","channels":[]}')) == []
    assert s.frame(Frame("coinbase", T0 + 2, "{broken")) == []
    assert s.state.feeds["coinbase"].seen_ms == T0


@pytest.mark.parametrize(
    "data",
    [
        "{broken",
        "<html>blocked</html>",
        b"\x00\xff\xfe",
        "[1,2",
        '{"type":"match","trade_id":2,"side":"buy","size":"1","price":"NaN","product_id":"BTC-USD","time":"2026-09-17T18:30:00Z"}',
        '{"type":"match","trade_id":2,"side":"buy","size":"1","price":"-5","product_id":"BTC-USD","time":"2026-09-17T18:30:00Z"}',
        '{"type":"match","trade_id":2,"side":"buy","size":"1","price":"0","product_id":"BTC-USD","time":"2026-09-17T18:30:00Z"}',
        '{"type":"match","trade_id":2,"side":"buy","size":"1","price":"5","product_id":"BTC-USD","time":"yesterday"}',
        "x" * 5_000_000,
    ],
    ids=["json", "html", "binary", "cut", "nan", "negative", "zero", "time", "5MB"],
)
def test_a_bad_frame_is_counted_and_shown_and_moves_nothing(data: str | bytes) -> None:
    s = session()
    s.frame(coinbase(T0, "64000.50"))
    before = metrics(s)
    assert s.frame(Frame("coinbase", T0 + 1, data)) == []
    after = metrics(s)
    assert after["btc.coinbase.price"] == before["btc.coinbase.price"]
    row = s.state.feeds["coinbase"].row(T0 + 1)
    assert (row.rejected, row.error_ms) == (1, T0 + 1)
    assert row.error
    assert len(s.state.feeds["coinbase"].rejects[0].sample) <= 160
    s.frame(coinbase(T0 + 2, "64001", id=2))
    assert metrics(s)["btc.coinbase.price"].value == 64_001


def test_duplicated_and_old_trades_do_not_move_the_price() -> None:
    s = session()
    s.frame(coinbase(T0 + 1_000, "64000", id=2))
    s.frame(coinbase(T0 + 2_000, "64000", id=2))
    s.frame(coinbase(T0 - 5_000, "60000", id=1))
    m = metrics(s)
    assert m["btc.coinbase.price"].value == 64_000
    assert m["btc.coinbase.price"].as_of_ms == T0 + 970
    assert s.state.candles["coinbase"].running("1d").btc == 1.0  # type: ignore[union-attr]


def test_a_trade_is_known_again_after_thousands_of_others() -> None:
    s = session()
    for id in range(1, KNOWN_TRADES + 1):
        s.frame(coinbase(T0, "64000", "0.5", id))
    for id in (1, 2, KNOWN_TRADES // 2, KNOWN_TRADES):
        s.frame(coinbase(T0, "64000", "0.5", id))
    running = s.state.candles["coinbase"].running("1m")
    assert running is not None
    assert running.btc == KNOWN_TRADES / 2


def test_a_frame_of_more_than_two_mebibytes_is_refused_unread() -> None:
    s = session()
    frame = coinbase(T0, "64000")
    assert isinstance(frame.data, str)
    s.frame(Frame("coinbase", T0, frame.data.ljust(2 * 1024 * 1024)))
    assert metrics(s)["btc.coinbase.price"].value == 64_000.0
    s.frame(Frame("coinbase", T0 + 1, coinbase(T0, "65000", id=2).data.ljust(2 * 1024 * 1024 + 1)))  # type: ignore[union-attr, arg-type]
    assert metrics(s)["btc.coinbase.price"].value == 64_000.0
    (refused,) = s.state.feeds["coinbase"].rejects
    assert refused.reason == "a frame of 2,097,153 bytes"


def test_an_unknown_feed_is_said_once() -> None:
    s = session()
    for i in range(3):
        s.frame(Frame("nowhere.x", T0 + i, "{}"))
    assert s.state.feeds["nowhere.x"].rejected == 1


def test_the_same_liquidation_after_a_reconnect_counts_once() -> None:
    s = session()
    s.frame(bybit(T0, "Buy", "0.250", "64000"))
    s.frame(Frame("bybit.linear", T0 + 1_000, None))
    s.frame(Frame("bybit.linear", T0 + 2_000, bybit(T0, "Buy", "0.250", "64000").data))
    assert metrics(s)["liq.long.count.1h"].value == 1


def test_a_gap_makes_the_windows_that_touch_it_partial() -> None:
    s = session()
    s.frame(bybit(T0, "Buy", "0.250", "64000"))
    for i in range(1, 40):
        s.frame(bybit(T0 + i * 10_000, "Buy", "0.1", f"6{i:04}"))
    assert metrics(s)["liq.bybit.long.usd.5m"].quality == "exact"
    s.frame(Frame("bybit.linear", T0 + 400_000, None))
    s.frame(bybit(T0 + 420_000, "Buy", "0.1", "64000"))
    m = metrics(s)["liq.bybit.long.usd.5m"]
    assert (m.quality, m.note) == ("partial", "bybit: 1 gap, 30s")
    for i in range(43, 80):
        s.frame(bybit(T0 + i * 10_000, "Buy", "0.1", f"6{i:04}"))
    assert metrics(s)["liq.bybit.long.usd.5m"].quality == "exact"


def test_a_gap_that_has_not_ended_makes_the_windows_partial_while_the_price_goes_on() -> None:
    s = session()
    feed = s.state.feeds
    s.frame(bybit(T0, "Buy", "0.250", "64000"))
    for i in range(1, 40):
        s.frame(bybit(T0 + i * 10_000, "Buy", "0.1", f"6{i:04}"))
    assert metrics(s)["liq.bybit.long.usd.1m"].quality == "exact"
    s.frame(Frame("bybit.linear", T0 + 393_000, None))
    assert [gap.to_ms for gap in feed["bybit.linear"].gaps] == [None]
    m = metrics(s)["liq.bybit.long.usd.1m"]
    assert (m.state, m.quality, m.note) == ("fresh", "partial", "bybit: 1 gap, 3s")


def test_ages_turn_into_states_by_themselves() -> None:
    s = session()
    s.frame(coinbase(T0, "64000"))
    s.frame(kraken(T0, 64000.0))
    states = []
    for after in (1_000, 5_000, 16_000, 46_000):
        s.changes(T0 + after)
        states.append((metrics(s)["btc.price"].state, s.state.feeds["coinbase"].state(T0 + after)))
    assert states == [("fresh", "live"), ("late", "late"), ("stale", "stale"), ("down", "down")]


def recording() -> list[Frame]:
    frames = [Frame("coinbase", T0 - 5, None), Frame("bybit.linear", T0 - 4, None)]
    for i in range(200):
        t = T0 + i * 450
        frames += [coinbase(t, f"{64000 + i % 7}.25", id=i + 10), kraken(t + 100, 64001.0 + i % 5, id=i)]
        if i % 20 == 0:
            frames.append(bybit(t + 200, "Buy" if i % 40 else "Sell", "0.5", "64000"))
    frames.append(Frame("kraken", T0 + 200_000, "{broken"))
    frames.append(coinbase(T0 + 7_200_000, "65000", id=900))
    return frames


def test_a_recording_replayed_twice_publishes_identical_lines() -> None:
    runs = [[line(t, c) for t, c in replay(recording(), session())] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 500


def test_lines_and_snapshot_of_one_recording_agree() -> None:
    s = session()
    seen: dict[str, object] = {}
    for t, changed in replay(recording(), s):
        seen |= json.loads(line(t, changed))["set"]
    snapshot = json.loads(_json(s))
    assert seen.keys() == snapshot["metrics"].keys() | snapshot["topics"].keys()
    assert {k: seen[k] for k in snapshot["metrics"]} == snapshot["metrics"]
    assert set(snapshot["topics"]) <= set(TOPICS)
    assert snapshot["now_ms"] == T0 + 7_200_000
    fresh = session()
    for frame in recording():
        fresh.frame(frame)
    assert json.loads(_json(fresh)) == snapshot


def _json(s: Session) -> bytes:
    import msgspec

    return msgspec.json.encode(s.snapshot())


def test_a_change_is_measured_on_one_venue() -> None:
    s = session()
    s.frame(coinbase(T0, "60000"))
    s.frame(coinbase(T0 + 61_000, "61000", id=2))
    s.frame(coinbase(T0 + 3_660_000, "63000", id=3))
    m = metrics(s)["btc.change.1h"]
    assert m.value == pytest.approx(5.0)
    assert m.source == "coinbase BTC-USD, 1m candles"
    assert metrics(s)["btc.change.24h"].value is None


def test_the_coinbase_premium_is_the_mean_of_a_minute_of_seconds() -> None:
    s = session()
    agg = {"e": "aggTrade", "s": "BTCUSDT", "q": "0.1", "f": 1, "l": 1, "m": False, "M": True}
    for i in range(61):
        t = T0 + i * 1_000
        s.frame(coinbase(t, "64064", id=i + 1))
        trade = agg | {"E": t, "T": t, "a": i + 1, "p": "64000"}
        s.frame(Frame("binance", t, json.dumps({"stream": "btcusdt@aggTrade", "data": trade})))
    m = metrics(s)["btc.premium.coinbase"]
    assert m.value == pytest.approx(10.0)
    assert (m.unit, m.quality, m.state) == ("bp", "exact", "fresh")


def test_what_was_kept_is_shown_as_cached_until_live() -> None:
    s = session()
    kept: list[Bar | Liquidation | Gap] = []
    first = Session(State(VENUES, keep=kept.append), Engine("live", "", 0, writing=True))
    for frame in recording()[:-1]:
        first.frame(frame)
    bars = [k for k in kept if isinstance(k, Bar)]
    events = [k for k in kept if isinstance(k, Liquidation)]
    now = T0 + 600_000
    s.state.register("bybit.linear", now)
    s.state.register("coinbase", now)
    s.state.restore(Past(bars, events, feeds=set(s.state.feeds), since_ms=T0, alive_ms=T0 + 200_000), now)
    m = metrics(s)
    assert m["btc.coinbase.price"].note == "cached from an earlier run"
    assert m["btc.coinbase.price"].state == "stale"
    assert m["btc.price"].state != "fresh"
    assert m["liq.long.count.1h"].value == 5
    assert m["liq.bybit.long.usd.1h"].quality == "partial"
    tape = json.loads(s.everything()["tape"])
    assert all(row["cached"] for row in tape)
    assert json.loads(s.everything()["bars.1m"])["cached"]
    s.frame(coinbase(now, "66000"))
    assert metrics(s)["btc.coinbase.price"].note == ""
    assert not json.loads(s.everything()["bars.1m"])["cached"]


def test_a_cached_price_is_no_younger_than_the_engine_that_heard_it() -> None:
    s = session()
    open_bar = Bar("coinbase", "BTC-USD", "1m", T0, 64_000.0, 64_001.0, 63_999.0, 64_000.5, 1.0, complete=False)
    s.state.restore(Past([open_bar], feeds={"coinbase"}, since_ms=T0, alive_ms=T0 + 20_000), T0 + 25_000)
    last = s.state.venue_price("coinbase")
    assert last is not None
    assert (last.price, last.as_of_ms, last.cached) == (64_000.5, T0 + 20_000, True)


@pytest.mark.parametrize(
    ("ahead_ms", "at_ms"), [(60_000, 0), (60_001, 0), (20_000, 0), (-60_000, -60_000), (-60_001, 0)]
)
def test_a_stored_liquidation_is_dated_by_its_venue_if_that_agrees_with_its_receipt(ahead_ms: int, at_ms: int) -> None:
    s = session()
    kept: list[object] = []
    first = Session(State(VENUES, keep=kept.append), Engine("live", "", 0, writing=True))
    first.frame(bybit(T0, "Buy", "0.1", "64000"))
    (event,) = (fact for fact in kept if isinstance(fact, Liquidation))
    stored = msgspec.structs.replace(event, ts_ms=T0 + ahead_ms, recv_ms=T0)
    s.state.restore(Past(liquidations=[stored]), T0 + 70_000)
    assert s.state.book.last_ms == T0 + at_ms


def test_evidence_of_clocks_that_cannot_be_read_changes_nothing() -> None:
    s = session()
    s.frame(coinbase(T0, "66000"))
    before = s.snapshot()
    for data in ('{"kind":"moon"}', "", b"\xff", '{"kind":"pong","feed":"nobody","took_ms":9}', None):
        assert s.frame(Frame("clock", T0, data)) == []
    assert s.snapshot() == before


def test_hostile_text_is_inert_in_every_topic(tmp_path: Path) -> None:
    s = session()
    evil = "\x1b]0;owned\x07\x1b[2J[bold red]x[/]\u202e"
    s.frame(Frame("coinbase", T0, json.dumps({"type": "error", "message": evil, "reason": evil})))
    s.frame(Frame("kraken", T0, evil))
    s.changes(T0 + 1_000)
    text = line(T0, s.everything()).decode()
    assert "\\u001b" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert s.state.feeds["coinbase"].error_ms == T0


def test_a_refused_subscription_to_liquidations_is_not_a_quiet_market() -> None:
    s = session()
    ticker = {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": T0}
    row = {"T": T0, "s": "BTCUSDT", "S": "Buy", "v": "0.1", "p": "64000", "i": "a", "BT": False}
    s.frame(Frame("bybit.linear", T0, None))
    s.frame(Frame("bybit.linear", T0, json.dumps(ticker | {"data": [row]})))
    assert metrics(s)["liq.bybit.long.usd.1h"].value == 0
    refusal = {"success": False, "ret_msg": "error:handler not found", "req_id": "2", "op": "subscribe"}
    s.frame(Frame("bybit.linear", T0 + 10, json.dumps(refusal)))
    m = metrics(s)["liq.bybit.long.usd.1h"]
    assert (m.value, m.state) == (None, "none")
    assert "liquidations refused: error:handler not found" in m.note
    assert metrics(s)["liq.long.usd.1h"].value is None
    s.frame(Frame("bybit.linear", T0 + 20, None))
    assert metrics(s)["liq.bybit.long.usd.1h"].value == 0


def test_a_gap_that_was_read_afterwards_makes_no_window_partial() -> None:
    s = session()
    for i in range(40):
        s.frame(bybit(T0 + i * 10_000, "Buy", "0.1", f"6{i:04}"))
    s.frame(Frame("bybit.linear", T0 + 400_000, None))
    s.frame(bybit(T0 + 420_000, "Buy", "0.1", "64000"))
    (gap,) = s.state.feeds["bybit.linear"].gaps
    assert metrics(s)["liq.bybit.long.usd.5m"].quality == "partial"
    s.state.fill(gap)
    assert metrics(s)["liq.bybit.long.usd.5m"].quality == "exact"
    assert json.loads(s.everything()["feeds"])["gaps"][0]["filled"] is True


def test_a_liquidation_of_an_hour_ago_that_is_read_now_is_no_part_of_a_cascade_now() -> None:
    s = session()
    s.frame(bybit(T0, "Buy", "0.1", "64000"))

    def told(ago_ms: int) -> Liquidation:
        then = T0 - ago_ms
        return Liquidation("bybit", "BTCUSDT", then, T0, "long", 1_000.0, 64e6, 64_000.0, f"of {then}")

    s.state.answered("bybit.http", T0 + 1_000, [told(3_600_000), told(61_000)])
    s.state.advance(T0 + 2_000)
    assert s.state.book.total("4h", ("bybit",)).long_usd == 128_006_400.0
    assert (s.state.cascades.level, s.state.cascades.running) == (None, None)
    s.state.answered("bybit.http", T0 + 3_000, [told(1_000)])
    s.state.advance(T0 + 4_000)
    assert s.state.cascades.level == "cascade"


def test_the_level_of_liquidations_is_a_metric_and_a_cascade_a_topic() -> None:
    s = session()
    s.frame(bybit(T0, "Buy", "10", "64000"))
    s.changes(T0 + 1_000)
    m = metrics(s)["liq.state"]
    assert (m.value, m.state, m.note) == (None, "none", "cannot be told: heard for 1s of the last 60s")
    s.frame(bybit(T0 + 2_000, "Buy", "100", "60000"))
    s.changes(T0 + 3_000)
    m = metrics(s)["liq.state"]
    assert (m.value, m.state, m.quality) == ("cascade", "fresh", "partial")
    assert m.note == "by dollars alone: 0s of history, 2h needed; bybit: heard for 3s only"
    for i in range(4, 300, 10):
        s.frame(bybit(T0 + i * 1_000, "Sell", "0.001", f"{64_000 + i}"))
        for second in range(i, i + 10):
            s.changes(T0 + second * 1_000)
    m = metrics(s)["liq.state"]
    assert (m.value, m.state, m.quality) == ("calm", "late", "exact")  # silent for nine seconds
    (cascade,) = json.loads(s.everything()["cascades"])
    assert (cascade["long_usd"], cascade["from_ms"], cascade["to_ms"]) == (6_640_000.0, T0 - 400, T0 + 62_000)


def test_a_feed_that_no_earlier_run_listened_for_is_not_taken_for_heard() -> None:
    s = session()
    s.state.register("bybit.linear", T0)
    s.state.register("okx", T0)
    s.state.restore(Past(feeds={"bybit.linear"}, since_ms=T0 - 3_600_000, alive_ms=T0 - 1_000), T0)
    m = metrics(s)
    assert m["liq.bybit.long.usd.1h"].value == 0
    assert (m["liq.okx.long.usd.1h"].value, m["liq.okx.long.usd.1h"].state) == (None, "none")


def test_at_the_turn_of_a_day_what_cannot_be_had_later_is_stored() -> None:
    kept: list[object] = []
    state = State({"bybit": VENUES["bybit"]}, keep=kept.append)
    session = Session(state, Engine("live", "", 0, writing=False))
    midnight = 1_700_006_400_000  # 2023-11-15T00:00Z
    session.frame(Frame("bybit.linear", midnight - 5_000, None))
    session.frame(bybit(midnight - 4_000, "Buy", "0.5", "36000"))
    session.changes(midnight - 1_000)
    session.changes(midnight)
    rows = [fact for fact in kept if isinstance(fact, Observation)]
    assert rows == [
        Observation("LIQ.LONG", "2023-11-14", 18_000.0, midnight, "own", True),  # not the whole day was heard
        Observation("LIQ.SHORT", "2023-11-14", 0.0, midnight, "own", True),
    ]
    session.changes(midnight + 1_000)
    assert len([fact for fact in kept if isinstance(fact, Observation)]) == 2


def test_a_study_is_told_to_who_asks_and_a_rule_that_is_none_is_answered_with_the_reason() -> None:
    s = session()
    s.state.slow.add([Observation("MOVE", f"2026-01-{day:02}", 90.0 + day, T0 - 1, "yahoo") for day in range(1, 20)])
    s.changes(T0)
    told = s.wanted("study.MOVE above 100")
    assert told is not None
    found = msgspec.json.decode(told, type=Study)
    assert (found.rule, found.seen, found.first, found.last) == (
        "MOVE above 100",
        19,
        date(2026, 1, 1),
        date(2026, 1, 19),
    )
    refused = s.wanted("study.NOBODY above 1")
    assert refused is not None
    assert msgspec.json.decode(refused, type=Study).answer[0].startswith("'NOBODY' is no series")
