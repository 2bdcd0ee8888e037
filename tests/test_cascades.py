"""Cascades: when one begins, when it ends, and what is kept of it."""

import pytest

from feeds.cascades import Cascades, Market
from feeds.facts import Liquidation
from feeds.signals.liquidations import CascadeRule, level
from feeds.topics import Cascade

T0 = 1_700_000_000_000
RULE = CascadeRule()


@pytest.mark.parametrize(
    ("usd", "expected"),
    [(999_999.0, "calm"), (1_000_000.0, "elevated"), (4_999_999.0, "elevated"), (5_000_000.0, "cascade")],
)
def test_with_little_history_dollars_alone_decide(usd: float, expected: str) -> None:
    assert level(usd, [0.0, 1e9], RULE.history_ms - 1, RULE) == expected


@pytest.mark.parametrize(
    ("usd", "expected"),
    [
        (5_000_000.0, "elevated"),  # enough dollars for a cascade, but more than one in two hundred minutes had more
        (9_000_000.0, "elevated"),
        (9_500_000.0, "elevated"),
        (9_700_000.0, "cascade"),
        (900_000.0, "calm"),
    ],
)
def test_with_history_a_level_must_be_rare_as_well(usd: float, expected: str) -> None:
    day = sorted([float(i) * 1_000 for i in range(970)] + [4e6] * 10 + [9.5e6] * 15 + [9.9e6] * 5)
    assert level(usd, day, RULE.history_ms, RULE) == expected


def event(id: str, usd: float, position: str = "long", venue: str = "bybit", price: float = 64_000.0) -> Liquidation:
    return Liquidation(venue, "BTCUSDT", T0, T0, position, usd / price, usd, price, id)  # type: ignore[arg-type]


def test_a_cascade_is_an_event_with_its_totals_and_what_came_after() -> None:
    c = Cascades()
    changes: list[tuple[int, Cascade]] = []

    def run(seconds: range, price: float, interest: float = 1_000.0, funding: float = 10.0) -> None:
        for second in seconds:
            done = c.advance(T0 + second * 1_000, Market(price, {("bybit", "BTCUSDT"): interest}, funding), whole=True)
            if done:
                changes.append((second, done))

    run(range(10), 64_000.0)
    c.add(event("1", 3e6), T0 + 10_000)
    run(range(10, 20), 63_900.0)
    assert c.level == "elevated"
    c.add(event("2", 2.5e6, venue="okx", price=63_500.0), T0 + 20_000)
    run(range(20, 21), 63_500.0)
    assert (c.level, c.since_ms) == ("cascade", T0 + 20_000)
    c.add(event("3", 4e5, "short"), T0 + 30_000)
    run(range(21, 60), 62_000.0)
    run(range(60, 400), 62_500.0, interest=900.0, funding=-5.0)
    run(range(400, 4_000), 63_000.0)
    assert (changes[0][0], changes[0][1].to_ms) == (20, None)
    ended_at, ended = changes[1]
    # Below $1 M from the 80th second on, and calm once that has lasted two minutes.
    assert (ended_at, c.level) == (200, "calm")
    assert ended == Cascade(
        T0 + 10_000,
        T0 + 80_000,
        long_usd=5.5e6,
        short_usd=4e5,
        count=3,
        venues={"bybit": (3e6, 4e5), "okx": (2.5e6, 0.0)},
        worst_usd=3e6,
        worst_venue="bybit",
        worst_price=64_000.0,
        worst_position="long",
        price_from=63_500.0,
        price_low=62_000.0,
        price_high=63_500.0,
        price_to=62_500.0,
        open_interest_change=-100.0,
        funding=-5.0,
    )
    hour_at, after = changes[2]
    assert (hour_at, after.price_hour_after) == (3_680, 63_000.0)
    assert len(changes) == 3


def test_what_is_not_known_beside_it_stays_not_known() -> None:
    c = Cascades()
    c.add(event("1", 6e6), T0)
    c.advance(T0, Market(None, {}, None), whole=True)
    for second in range(1, 200):
        done = c.advance(T0 + second * 1_000, Market(None, {}, None), whole=True)
        if done:
            assert done.price_from is done.price_to is done.open_interest_change is done.funding is None
    assert c.past[0].long_usd == 6e6


def test_memory_is_bounded_to_a_day() -> None:
    c = Cascades()
    for i in range(0, 200_000, 10):
        c.advance(T0 + i * 1_000, Market(64_000.0, {}, None), whole=True)
    assert len(c._samples) == len(c._sorted) == 8_640


@pytest.mark.parametrize(
    ("usd", "expected"), [(0.0, None), (999_999.0, None), (1_000_000.0, "elevated"), (5_000_000.0, "cascade")]
)
def test_a_floor_is_enough_to_rise_and_never_to_be_calm(usd: float, expected: str | None) -> None:
    assert level(usd, [], 0, RULE, whole=False) == expected
    day = sorted([float(i) * 1_000 for i in range(1_000)])
    assert level(usd, day, RULE.history_ms, RULE, whole=False) == expected


def test_minutes_that_were_not_whole_are_no_measure_for_others() -> None:
    c = Cascades()
    for second in range(3_600):
        c.advance(T0 + second * 1_000, Market(None, {}, None), whole=second < 600)
    assert c.history_ms == 600_000
    assert (c.level, c.since_ms) == (None, None)


def test_a_hole_in_what_is_heard_begins_the_two_minutes_before_calm_anew() -> None:
    c = Cascades()
    c.add(event("1", 6e6), T0)
    told = {}
    for second in range(400):
        c.advance(T0 + second * 1_000, Market(None, {}, None), whole=not 100 <= second < 130)
        told[second] = c.level
    assert [told[second] for second in (0, 179, 180, 249, 250)] == ["cascade", "cascade", None, None, "calm"]
    assert c.past[0].to_ms == T0 + 60_000


def test_open_interest_changes_by_the_contracts_that_were_told_at_both_ends() -> None:
    c = Cascades()
    c.add(event("1", 6e6), T0)
    perpetual, other, listed = ("bybit", "BTCUSDT"), ("okx", "BTC-USDT-SWAP"), ("gate", "BTC_USDT")
    for second in range(200):
        after = {perpetual: 900.0, listed: 5_000.0}
        interest = {perpetual: 1_000.0, other: 3_000.0} if second < 100 else after
        c.advance(T0 + second * 1_000, Market(None, interest, None), whole=True)
    assert c.past[0].open_interest_change == -100.0
