"""The simulated Bitfinex."""

import pytest

from feeds.simulate.events import Sweep
from feeds.simulate.scenes import Scene
from tests.simulate.line import Frame, Line

PATH = "/ws/2"
SPOT, PERPETUAL = "tBTCUSD", "tBTCF0:USTF0"
LIQUIDATIONS = {"event": "subscribe", "channel": "status", "key": "liq:global"}


def trades(symbol: str) -> dict[str, str]:
    return {"event": "subscribe", "channel": "trades", "symbol": symbol}


def test_it_says_its_version_and_numbers_each_channel() -> None:
    line = Line("bitfinex", PATH, trades(SPOT), trades(PERPETUAL))
    info, one, _, two, _ = line.frames
    assert (info["event"], info["version"], info["platform"]) == ("info", 2, {"status": 1})
    assert (one["event"], one["symbol"], two["symbol"]) == ("subscribed", SPOT, PERPETUAL)
    assert one["chanId"] != two["chanId"]


@pytest.mark.parametrize(
    ("sent", "code"), [("{", 10000), ({"event": "dance"}, 10000), (trades("tNOTHING"), 10300), (LIQUIDATIONS, 10301)]
)
def test_a_wrong_request_is_an_error(sent: object, code: int) -> None:
    line = Line("bitfinex", PATH, LIQUIDATIONS)
    (answer,) = line.ask(sent)
    assert (answer["event"], answer["code"]) == ("error", code)


def test_a_trade_comes_as_executed_and_as_booked_with_its_sign() -> None:
    line = Line("bitfinex", PATH, trades(SPOT), rate=10)
    line.play(5)
    sent = [
        [trade.id, trade.ts_ms, trade.btc if trade.side == "buy" else -trade.btc, trade.price]
        for event in line.events
        if isinstance(event, Sweep) and event.listing.symbol == SPOT
        for trade in event.trades
    ]
    for kind in ("te", "tu"):
        assert [frame[2] for frame in line.frames[3:] if frame[1] == kind] == sent


@pytest.mark.parametrize(("flags", "length"), [(0, 2), (32_768, 3), (65_536, 3), (98_304, 4)])
def test_times_and_numbers_are_at_the_end_where_asked_for(flags: int, length: int) -> None:
    line = Line("bitfinex", PATH)
    (answer,) = line.ask({"event": "conf", "flags": flags})
    assert answer == {"event": "conf", "status": "OK", "flags": flags}
    (_, first) = line.ask({"event": "subscribe", "channel": "ticker", "symbol": SPOT})
    assert len(first) == length
    if flags & 32_768:
        assert first[-1] == line.now_ms
    if flags & 65_536:
        assert first[2] == 1


def test_a_silent_channel_beats_every_fifteen_seconds() -> None:
    silent = Scene("silent", "nobody is liquidated", longs=((0, 0),), shorts=((0, 0),))
    line = Line("bitfinex", PATH, LIQUIDATIONS, scene=silent)
    spoke_ms, beats = line.now_ms, 0
    for _ in range(5):
        frame = line.until(lambda _: True)
        if frame[1] == "hb":
            assert 15_000 <= line.now_ms - spoke_ms <= 16_000
            beats += 1
        spoke_ms = line.now_ms
    assert beats >= 2


def positions(line: Line) -> list[Frame]:
    return [row for frame in line.frames[3:] if frame[1] != "hb" for row in frame[1]]


def test_a_position_is_told_as_triggered_as_acquired_and_by_its_execution_with_its_own_sign() -> None:
    line = Line("bitfinex", PATH, LIQUIDATIONS)
    line.play(30)
    rows = [row for row in positions(line) if row[4] == PERPETUAL]
    assert len(rows) == 3 * len(line.told) > 20
    for whole, acquired, executed, event in zip(rows[::3], rows[1::3], rows[2::3], line.told, strict=True):
        assert ("pos", whole[1], event.ts_ms) == (whole[0], acquired[1], whole[2])
        assert (whole[1], acquired[2]) == (executed[1], event.ts_ms + 1)
        assert (whole[8], acquired[8], executed[8]) == (0, 0, 1)
        assert whole[5] == acquired[5] == executed[5] == (event.btc if event.position == "long" else -event.btc)
        assert (whole[11], acquired[11], executed[11]) == (None, event.price, event.price)
        assert abs(whole[6] / event.price - 1) > 0.05  # what was once paid


def test_liquidations_begin_with_an_old_one_and_hold_other_pairs() -> None:
    line = Line("bitfinex", PATH, LIQUIDATIONS, earlier_ms=0)
    (row,) = line.frames[2][1]
    assert line.now_ms - row[2] == 43_200_000
    line.play(22)
    assert "tETHF0:USTF0" in {row[4] for row in positions(line)}


def test_the_derivative_s_status_has_its_parts_in_their_places() -> None:
    line = Line("bitfinex", PATH)
    _, (_, row) = line.ask({"event": "subscribe", "channel": "status", "key": f"deriv:{PERPETUAL}"})
    assert row[7] % 28_800_000 == 0
    assert (row[11], row[17]) == (pytest.approx(0.0001, rel=0.2), pytest.approx(1_300, rel=0.02))
    assert row[14] == pytest.approx(row[3], rel=0.001)
    assert row[1] is row[4] is row[16] is None


def test_past_liquidations_are_each_in_a_list_of_their_own() -> None:
    line = Line("bitfinex", PATH)
    line.play(15)
    first, last = line.now_ms - 12_000, line.now_ms - 1000
    rows = line.get(f"/v2/liquidations/hist?start={first}&end={last}&limit=500&sort=-1")
    known = [event.ts_ms for event in line.published if first <= event.ts_ms <= last]
    assert [row[0][2] for row in rows] == [ts_ms + later for ts_ms in reversed(known) for later in (5, 1, 0)]
    assert len(known) > 1


def test_ping_and_unsubscribing() -> None:
    line = Line("bitfinex", PATH, trades(SPOT), rate=20)
    (answer,) = line.ask({"event": "ping", "cid": 9})
    assert answer == {"event": "pong", "ts": line.now_ms, "cid": 9}
    (ended,) = line.ask({"event": "unsubscribe", "chanId": line.frames[1]["chanId"]})
    assert ended["status"] == "OK"
    assert line.play(3) == []
