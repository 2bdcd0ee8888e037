"""The market's own behaviour, stepped without a clock."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest

from feeds.simulate.events import Beat, Event, Liquidated, Outage, Sweep, Ticker
from feeds.simulate.listings import LISTINGS
from feeds.simulate.market import Market
from feeds.simulate.scenes import named

START_MS = 1_790_000_000_000
STEP_MS = 100
DOLLARS = {
    ("bybit", "BTCUSD"): 1,
    ("okx", "BTC-USD-SWAP"): 100,
    ("binance_coinm", "BTCUSD_PERP"): 100,
    ("kraken_futures", "PI_XBTUSD"): 1,
    ("deribit", "BTC-PERPETUAL"): 10,
}
BITCOIN = {
    ("okx", "BTC-USDT-SWAP"): 0.01,
    ("gate", "BTC_USDT"): 1e-4,
    ("htx", "BTC-USDT"): 1e-3,
}
"""What a unit of quantity is worth, where it is not a bitcoin."""


def market(scene: str = "quiet", seed: int = 7, **options: float) -> Market:
    return Market(named(scene), seed, START_MS, **options)


def played(what: Market, seconds: float) -> Iterator[Event]:
    """Everything that happens in so many seconds."""
    for now_ms in range(START_MS + STEP_MS, START_MS + round(seconds * 1000) + 1, STEP_MS):
        yield from what.step(now_ms, STEP_MS)


def test_the_same_seed_gives_the_same_events() -> None:
    first = list(played(market("cascade"), 120))
    assert first == list(played(market("cascade"), 120))
    assert len(first) > 3000


def test_another_seed_gives_other_events() -> None:
    assert list(played(market(seed=7), 5)) != list(played(market(seed=8), 5))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_cascade_falls_by_six_percent_in_ten_minutes(seed: int) -> None:
    cascade = market("cascade", seed, speed=5)
    prices = {}
    for now_ms in range(START_MS + STEP_MS, START_MS + 130_000, STEP_MS):
        cascade.step(now_ms, STEP_MS)
        prices[round(cascade.scene_s, 1)] = cascade.price
    assert prices[15.0] == pytest.approx(cascade.start_price, rel=0.004)
    assert 100 * (prices[615.0] / prices[15.0] - 1) == pytest.approx(-6, abs=1)


def test_the_cascade_recovers_about_half_of_its_fall() -> None:
    cascade = market("cascade", speed=20)
    list(played(cascade, 1400 / 20))
    assert 100 * (cascade.price / cascade.start_price - 1) == pytest.approx(-3, abs=1)


def test_the_cascade_liquidates_mostly_longs_but_shorts_too() -> None:
    totals: Counter[str] = Counter()
    for event in played(market("cascade", speed=5), 124):
        if isinstance(event, Liquidated):
            totals[event.position] += 1
            totals[f"{event.position} usd"] += round(event.usd)
    assert totals["long"] > 4 * totals["short"] > 400
    assert totals["long usd"] > 100_000_000 > totals["short usd"] > 5_000_000


def test_the_cascade_begins_within_twenty_seconds_and_ends_quiet() -> None:
    cascade = market("cascade", speed=5)
    minutes: Counter[int] = Counter()
    early = 0
    for now_ms in range(START_MS + STEP_MS, START_MS + 300_000, STEP_MS):
        found = sum(isinstance(event, Liquidated) for event in cascade.step(now_ms, STEP_MS))
        minutes[int(cascade.scene_s // 60)] += found
        early += found if cascade.scene_s < 30 else 0
    assert early >= 3
    assert minutes[8] > 300
    assert minutes[23] < 20


def test_a_venue_drops_out_of_the_cascade_for_forty_seconds() -> None:
    cascade = market("cascade", speed=5)
    outages = []
    for now_ms in range(START_MS + STEP_MS, START_MS + 80_000, STEP_MS):
        outages += [
            (event.venue, event.down, round(cascade.scene_s))
            for event in cascade.step(now_ms, STEP_MS)
            if isinstance(event, Outage)
        ]
    assert outages == [("bybit", True, 250), ("bybit", False, 290)]


def test_speed_brings_the_same_scene_in_less_time() -> None:
    cascade = market("cascade", speed=60)
    events = list(played(cascade, 615 / 60))
    longs = sum(isinstance(event, Liquidated) and event.position == "long" for event in events)
    assert cascade.scene_s == pytest.approx(615, abs=6)
    assert cascade.price / cascade.start_price == pytest.approx(0.94, abs=0.01)
    assert longs == pytest.approx(2000, rel=0.2)
    assert [event.venue for event in events if isinstance(event, Outage)] == ["bybit", "bybit"]


def test_a_scene_can_begin_later_than_the_market() -> None:
    cascade = market("cascade", speed=10, earlier_ms=5000)
    assert cascade.scene_s == -50
    list(played(cascade, 5))
    assert cascade.scene_s == pytest.approx(0)


def test_a_quiet_market_has_a_few_small_liquidations_a_minute() -> None:
    quiet = market(speed=5)
    found = [event for event in played(quiet, 240) if isinstance(event, Liquidated)]
    assert 2 <= len(found) / 20 <= 6
    assert sorted(event.usd for event in found)[len(found) // 2] < 20_000
    assert {event.position for event in found} == {"long", "short"}
    assert quiet.price == pytest.approx(64_000, rel=0.02)


def test_a_rate_multiplies_the_trades_and_nothing_else() -> None:
    def counts(rate: float) -> Counter[type]:
        return Counter(type(event) for event in played(market(rate=rate), 30))

    one, ten = counts(1), counts(10)
    assert ten[Sweep] / one[Sweep] == pytest.approx(10, rel=0.15)
    assert (ten[Ticker], ten[Beat]) == (one[Ticker], one[Beat]) == (60 * len(LISTINGS), 300)
    assert ten[Liquidated] < 10


def test_takers_sell_in_a_fall() -> None:
    sides = Counter(
        event.trades[0].side for event in played(market("cascade", speed=5), 115) if isinstance(event, Sweep)
    )
    assert sides["sell"] > 1.2 * sides["buy"]


def test_every_instrument_trades_with_consecutive_ids_in_the_order_of_time() -> None:
    trades: dict[tuple[str, str], list[tuple[int, int]]] = {row.key: [] for row in LISTINGS}
    for event in played(market(), 60):
        if isinstance(event, Sweep):
            trades[event.listing.key] += [(trade.id, trade.ts_ms) for trade in event.trades]
    for found in trades.values():
        assert len(found) > 5
        assert [number for number, _ in found] == list(range(found[0][0], found[0][0] + len(found)))
        assert [ts_ms for _, ts_ms in found] == sorted(ts_ms for _, ts_ms in found)


def test_prices_and_quantities_lie_on_the_venue_s_grid() -> None:
    for event in played(market("cascade", speed=30), 20):
        if isinstance(event, Liquidated):
            listing = event.listing
            assert event.price == round(event.price, listing.tick)
            assert event.quantity == round(event.quantity, listing.lot) > 0


def test_a_liquidation_is_worth_the_same_in_dollars_and_in_bitcoin() -> None:
    kinds = set()
    for event in played(market("cascade", speed=30), 20):
        if isinstance(event, Liquidated):
            assert event.usd == pytest.approx(event.btc * event.price)
            listing = event.listing
            kinds.add(listing.key)
            if listing.key in DOLLARS:
                assert event.usd == pytest.approx(event.quantity * DOLLARS[listing.key])
            else:
                assert event.btc == pytest.approx(event.quantity * BITCOIN.get(listing.key, 1))
    assert kinds == {row.key for row in LISTINGS if row.share}


def test_tickers_take_turns_and_come_twice_a_second_for_each_instrument() -> None:
    found = [event for event in played(market(), 10) if isinstance(event, Ticker)]
    for listing in LISTINGS:
        times = [event.ts_ms for event in found if event.listing is listing]
        assert {b - a for a, b in pairwise(times)} == {500}
    for event in found:
        assert event.bid < event.ask
        assert event.day.low <= event.last <= event.day.high


def test_open_interest_falls_with_what_is_liquidated() -> None:
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    for event in played(market("cascade", speed=30), 20.5):
        if isinstance(event, Ticker) and event.oi_btc:
            first.setdefault(event.listing.venue, event.oi_btc)
            last[event.listing.venue] = event.oi_btc
    assert last["binance_usdm"] < first["binance_usdm"] - 500
    assert set(first) == {row.venue for row in LISTINGS if row.oi_btc}


def test_funding_turns_negative_in_the_cascade() -> None:
    rates = [
        event.funding
        for event in played(market("cascade", speed=30), 20.5)
        if isinstance(event, Ticker) and event.listing.venue == "binance_usdm"
    ]
    assert rates[0] == pytest.approx(0.0001, abs=0.00001)
    assert rates[-1] < 0
