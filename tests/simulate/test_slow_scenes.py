"""Each slow scene is what its title says, by the rules of the signals, whatever the seed and the day."""

from datetime import date, timedelta
from itertools import pairwise
from statistics import correlation

import pytest

from feeds.calendars import shift
from feeds.simulate.slow import SLOW_SCENES, SlowWorld, scene
from feeds.simulate.slow import september_2019 as september
from tests.simulate.rules import (
    Clock,
    armed,
    back,
    backwardation,
    before,
    change,
    last,
    leg,
    legs,
    net_liquidity,
    released,
    share,
    shock,
    stress,
    world,
)

# A Saturday in New York, a session's morning, the morning after a quarter's end, a holiday, and a day of many releases
NOWS = ("2026-11-21T06:20", "2026-09-15T14:00", "2026-10-01T13:00", "2027-01-01T18:00", "2026-12-10T22:00")
CASES = [(now, seed) for seed, now in enumerate(NOWS)] + [(NOWS[0], 7), (NOWS[0], 8)]
every_world = pytest.mark.parametrize(("now", "seed"), CASES)


def against_treasuries_and_shares(slow: SlowWorld) -> bool:
    return back(slow, "DGS10", 20) > 0 > back(slow, "SPY", 20)


def yearly(slow: SlowWorld, series: str) -> float:
    """Percent against the same month of the year before."""
    points = dict(slow.points(series))
    newest = max(points)
    return 100 * (points[newest] / points[date(newest.year - 1, newest.month, 1)] - 1)


def test_there_are_seven_scenes() -> None:
    assert list(SLOW_SCENES) == ["calm", "quarter-end", "repo-2019", "tollbooth", "blockade", "empire", "release"]
    assert all(row.title and row.note for row in SLOW_SCENES.values())


def test_an_unknown_scene_is_named_with_those_that_are_there() -> None:
    with pytest.raises(ValueError, match=r"'storm'.*calm, quarter-end"):
        scene("storm")


@every_world
def test_nothing_is_armed_or_released_in_the_calm_world(now: str, seed: int) -> None:
    slow = world("calm", now, seed)
    assert stress(slow) < 25
    assert 80 <= last(slow, "MOVE") <= 95
    assert max(value for _, value in slow.points("MOVE")[-25:]) < 110
    assert leg(slow, 5) in ("quiet", "parallel")
    assert 0.5 < backwardation(slow) < 3
    assert released(slow) == set()


@every_world
def test_money_and_flows_are_flat_to_up_in_the_calm_world(now: str, seed: int) -> None:
    slow = world("calm", now, seed)
    levels = list(net_liquidity(slow).values())
    assert levels[-1] >= levels[-14]
    assert back(slow, "WSEFINTL1", 13) >= 0
    assert sum(value for _, value in slow.points("ETF.TOTAL")[-20:]) > 0
    assert not against_treasuries_and_shares(slow)


@every_world
def test_a_quarter_end_is_tight_on_its_day_and_not_before(now: str, seed: int) -> None:
    slow = world("quarter-end", now, seed)
    day = slow.points("SOFR")[-1][0]
    lent = dict(slow.points("SRF"))
    assert 50 <= stress(slow) < 75
    assert share(slow, day)[0] >= 75
    assert 1e9 < lent[day] < 10e9
    assert share(slow, slow.points("SOFR")[-3][0])[1] < 50
    assert not armed(slow)
    assert released(slow) == set()


@every_world
def test_september_2019_is_played_to_today_figure_by_figure(now: str, seed: int) -> None:
    slow = world("repo-2019", now, seed)
    typed = [row for day, row in september.DAYS.items() if day <= september.TODAY]
    days = [day for day, _ in slow.points("SOFR")[-20:]]
    for series, field in (("SOFR", "sofr"), ("SOFR1", "p1"), ("SOFR25", "p25"), ("SOFR75", "p75"), ("SOFR99", "p99")):
        assert slow.points(series)[-20:] == [(day, getattr(row, field)) for day, row in zip(days, typed, strict=True)]
    effr = dict(slow.points("EFFR"))
    assert [effr[day] for day in days] == [row.effr for row in typed]
    assert [dict(slow.points("SRF"))[day] for day in days[-4:]] == [53.15e9, 75e9, 75e9, 75e9]
    rates = dict(slow.points("IORB"))
    assert [rates[day] for day in days] == [2.10] * 18 + [1.80] * 2
    assert [dict(slow.points("DFEDTARU"))[day] for day in days[17:19]] == [2.25, 2.00]


@every_world
def test_september_2019_arms_and_releases(now: str, seed: int) -> None:
    slow = world("repo-2019", now, seed)
    spike = slow.points("SOFR")[-4][0]
    assert share(slow, spike)[0] == pytest.approx(99)
    assert stress(slow) >= 75
    assert "repo" in released(slow)
    assert last(slow, "MOVE") < 130
    assert not shock(slow)


def test_september_2019_goes_on_as_time_does() -> None:
    clock = Clock("2026-11-20T15:00")
    slow = SlowWorld(scene("repo-2019"), 1, clock)
    assert slow.points("SRF")[-1] == (date(2026, 11, 19), 75e9)
    clock.ahead(hours=6)  # after the operations of the day, before its rate
    assert slow.points("SRF")[-1] == (date(2026, 11, 20), 65.75e9)
    assert slow.points("SOFR")[-1] == (date(2026, 11, 19), 1.86)
    clock.ahead(hours=66)
    assert slow.points("SOFR")[-1] == (date(2026, 11, 20), 1.85)


@every_world
def test_the_toll_booth_has_its_evidence_and_the_others_have_not(now: str, seed: int) -> None:
    slow = world("tollbooth", now, seed)
    assert 5 < backwardation(slow) < 8
    assert back(slow, "MOVE", 20) > 0
    assert last(slow, "MOVE") < 130
    assert back(slow, "WSEFINTL1", 13) <= -40_000
    assert change(slow, "GOLD", 91) > 0 > change(slow, "DXY", 91)
    assert change(slow, "DTWEXBGS", 91) < 0
    assert yearly(slow, "GOLD.EXPORTS") > 50
    assert yearly(slow, "CIPS.VALUE") > 0
    assert against_treasuries_and_shares(slow)
    assert leg(slow, 5) in ("quiet", "parallel")
    assert not armed(slow)


@every_world
def test_the_blockade_squeezes_the_front(now: str, seed: int) -> None:
    slow = world("blockade", now, seed)
    assert leg(slow, 5) == "front-led squeeze"
    assert backwardation(slow) > 8
    assert back(slow, "MOVE", 20) > 0
    assert last(slow, "MOVE") < 130
    assert -40_000 < back(slow, "WSEFINTL1", 13) < 0
    assert change(slow, "DXY", 91) < 0
    assert change(slow, "GOLD", 91) < 0
    assert yearly(slow, "GOLD.EXPORTS") < 50
    assert against_treasuries_and_shares(slow)
    assert not armed(slow)


@every_world
def test_the_empire_prices_the_shock_as_lasting(now: str, seed: int) -> None:
    slow = world("empire", now, seed)
    assert leg(slow, 5) == "back-led catch-up"
    assert legs(slow, 5)[1] >= 3
    assert shock(slow)
    assert 3 < backwardation(slow) < 5
    assert last(slow, "MOVE") > 130
    assert back(slow, "MOVE", 20) < 0
    assert -40_000 < back(slow, "WSEFINTL1", 13) < 0
    assert change(slow, "GOLD", 91) > 0
    assert change(slow, "DXY", 91) > 0
    assert against_treasuries_and_shares(slow)
    assert released(slow) == set()


@every_world
def test_the_back_of_the_empires_curve_rises_toward_the_front(now: str, seed: int) -> None:
    slow = world("empire", now, seed)
    d_front, d_back = legs(slow, 5)
    spread = backwardation(slow)
    front = last(slow, "CL=F")
    assert (front - spread) / front > (front - spread - d_back) / (front - d_front)


@every_world
def test_a_release_follows_its_arming(now: str, seed: int) -> None:
    slow = world("release", now, seed)
    move = slow.points("MOVE")
    over = [day for day, value in move if value > 130 and day > slow.today() - timedelta(days=60)]
    assert shift("nyse", slow.today(), -20) <= over[-1] <= shift("nyse", slow.today(), -9)
    assert last(slow, "MOVE") < 130
    assert {"assets", "window"} <= released(slow)
    assert change(slow, "WALCL", 28) >= 100_000
    assert before(slow, "WALCL", 28) - before(slow, "WALCL", 56) < 100_000
    assert stress(slow) < 25


@every_world
def test_bitcoin_moves_with_the_nasdaq(now: str, seed: int) -> None:
    slow = world("calm", now, seed)
    fund, coin = dict(slow.points("QQQ")[-251:]), dict(slow.points("BTC"))
    days = sorted(fund.keys() & coin.keys())
    of_fund = [fund[b] / fund[a] - 1 for a, b in pairwise(days)]
    of_coin = [coin[b] / coin[a] - 1 for a, b in pairwise(days)]
    assert 0.3 < correlation(of_fund, of_coin) < 0.85


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("calm", {"quiet", "parallel"}),
        ("tollbooth", {"quiet", "parallel"}),
        ("blockade", {"front-led squeeze"}),
        ("empire", {"back-led catch-up"}),
    ],
)
@pytest.mark.parametrize("first", ["2026-11-20T14:00", "2026-11-21T06:20", "2026-12-18T15:00", "2026-10-06T21:00"])
def test_oil_keeps_its_label_for_three_days_and_over_a_roll(name: str, labels: set[str], first: str) -> None:
    clock = Clock(first)
    slow = SlowWorld(scene(name), 3, clock)
    found = {leg(slow, 5)}
    for _ in range(6):
        clock.ahead(hours=12)
        found.add(leg(slow, 5))
    assert found <= labels
