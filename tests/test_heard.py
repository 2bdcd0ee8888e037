"""What a total over venues is worth while some are not heard, and what may be said of the last minute."""

import pytest

from feeds.facts import FeedStatus
from feeds.session import Session
from feeds.state import Past, State
from feeds.topics import Engine, Lack, Metric
from feeds.venues import VENUES
from feeds.views.liquidations import liquidations
from feeds.wire import Frame
from tests.sixteen import FEEDS, T0, Sixteen

SAMPLED = "binance_usdm, binance_coinm, okx, bitget sampled"
BYBIT = ("bybit.linear", "bybit.inverse")


def cascading() -> Sixteen:
    """At 70 s bybit tells a cascade of $6M; from 75 s on it is silent."""
    market = Sixteen()
    market.opened()
    market.until(70)
    market.liquidated("Buy", "100", "60000")
    market.until(75)
    market.silent |= {*BYBIT}
    return market


def metric(market: Sixteen, name: str) -> Metric:
    return market.session.metrics()[name]


def test_in_a_cascade_the_total_goes_on_without_the_venue_that_fell_silent_and_names_it() -> None:
    market = cascading()
    market.until(131)
    now = T0 + 131_000
    total = metric(market, "liq.long.usd.5m")
    assert (total.value, total.state, total.quality, total.as_of_ms) == (6_000_000.0, "fresh", "floor", now)
    assert (total.least, total.note.split("; ")[:2]) == (6_000_000.0, ["without bybit, 56s", SAMPLED])
    for part, value in (("btc", 100.0), ("count", 1)):
        other = metric(market, f"liq.long.{part}.5m")
        assert (other.value, other.state, other.quality) == (value, "fresh", "floor")
    own = metric(market, "liq.bybit.long.usd.5m")
    assert (own.value, own.state, own.as_of_ms) == (6_000_000.0, "down", T0 + 75_000)
    level = metric(market, "liq.state")
    assert (level.value, level.state, level.quality) == ("cascade", "fresh", "floor")
    assert "without bybit, 56s" in level.note


@pytest.mark.parametrize(
    ("second", "note"),
    [
        (89, SAMPLED),  # late: it may still be heard
        (91, "without bybit, 16s"),
        (121, "without bybit, 46s"),
    ],
)
def test_who_is_late_goes_in_and_who_is_stale_or_down_does_not(second: int, note: str) -> None:
    market = cascading()
    market.until(second)
    total = metric(market, "liq.long.usd.1h")
    assert (total.state, total.note.split("; ")[0]) == ("fresh", note)
    assert total.as_of_ms == (T0 + 75_000 if note == SAMPLED else market.now_ms)


def test_a_total_is_stale_and_down_only_where_everybody_is() -> None:
    market = Sixteen()
    market.opened()
    market.until(70)
    market.silent |= {feed for feed in FEEDS if feed != "okx"}
    market.until(120)
    assert metric(market, "liq.long.usd.1h").state == "fresh"
    market.silent.add("okx")
    states = []
    for second in (130, 140, 170):
        market.until(second)
        total = metric(market, "liq.long.usd.1h")
        states.append((total.state, total.as_of_ms))
    # At 140 s HTX, whose proofs of life are far apart, is stale as well, since 70 s.
    assert states == [("late", T0 + 120_000), ("stale", T0 + 70_000), ("down", T0 + 70_000)]


def test_what_all_venues_lack_is_said_once() -> None:
    market = Sixteen()
    market.opened()
    market.until(70)
    assert metric(market, "liq.long.usd.1h").note == f"{SAMPLED}; heard for 70s only"
    assert metric(market, "liq.bybit.long.usd.1h").note == "bybit: heard for 70s only"


def test_one_of_two_feeds_of_a_venue_that_is_silent_is_named_alone() -> None:
    market = Sixteen()
    market.opened()
    market.until(70)
    market.silent.add("bybit.inverse")
    market.until(120)
    own, total = metric(market, "liq.bybit.long.usd.1m"), metric(market, "liq.long.usd.1m")
    assert (own.state, own.quality, own.note) == ("fresh", "partial", "bybit: without bybit.inverse, 50s")
    assert (total.state, total.note) == ("fresh", f"without bybit.inverse, 50s; {SAMPLED}")


def test_calm_cannot_be_told_while_a_venue_that_is_usually_heard_is_not() -> None:
    market = Sixteen()
    market.opened()
    market.until(75)
    assert metric(market, "liq.state").value == "calm"
    market.silent |= {*BYBIT}
    market.until(89)
    assert metric(market, "liq.state").value == "calm"
    market.until(131)
    level = metric(market, "liq.state")
    assert (level.value, level.state, level.quality) == (None, "none", None)
    assert level.note == "cannot be told: without bybit, 56s"
    market.silent -= {*BYBIT}
    market.until(133)
    assert metric(market, "liq.state").value == "calm"  # it never hung up, so nothing was lost


def test_a_venue_that_comes_back_by_a_new_connection_must_have_been_heard_for_a_minute() -> None:
    market = Sixteen()
    market.opened()
    market.until(75)
    market.silent.add("deribit")
    market.until(100)
    market.silent.remove("deribit")
    market.session.frame(Frame("deribit", market.now_ms, None))
    market.until(150)
    assert metric(market, "liq.state").note == "cannot be told: deribit: 1 gap, 11s"
    market.until(161)
    assert metric(market, "liq.state").value == "calm"


def test_elevated_and_cascade_are_told_from_what_is_heard() -> None:
    market = Sixteen()
    market.opened(*BYBIT[1:])
    market.until(5)
    for usd, word in (("20", None), ("20", "elevated"), ("70", "cascade")):
        market.liquidated("Buy", usd, f"{49_000 if word is None else 50_000}")
        market.until((market.now_ms - T0) // 1000 + 1)
        assert metric(market, "liq.state").value == word, usd


def test_a_cascade_that_was_said_stays_for_two_minutes_and_is_then_not_called_calm_while_a_venue_is_missing() -> None:
    market = cascading()
    market.until(249)  # the event left the last minute at 130 s
    assert metric(market, "liq.state").value == "cascade"
    market.until(250)
    level = metric(market, "liq.state")
    assert (level.value, level.note) == (None, "cannot be told: without bybit, 2m")
    assert liquidations(market.session.state).risen
    (cascade,) = market.session.state.cascades.past
    assert (cascade.from_ms, cascade.to_ms, cascade.long_usd) == (T0 + 70_000, T0 + 130_000, 6_000_000.0)
    market.silent -= {*BYBIT}
    market.until(300)
    assert metric(market, "liq.state").note == "cannot be told: all is heard, but not for 2m since it was above calm"
    market.until(371)
    assert metric(market, "liq.state").value is None
    market.until(372)
    assert metric(market, "liq.state").value == "calm"
    assert not liquidations(market.session.state).risen


def test_a_sampled_venue_at_its_limit_hides_others_so_nothing_is_called_calm() -> None:
    market = Sixteen()
    market.opened()
    market.until(70)
    for _ in range(29):
        market.forced("0.001", "60000")
        market.until((market.now_ms - T0) // 1000 + 1)
    assert metric(market, "liq.state").value == "calm"
    for _ in range(2):
        market.forced("0.001", "60000")
        market.until((market.now_ms - T0) // 1000 + 1)
    level = metric(market, "liq.state")
    assert (level.value, level.note) == (
        None,
        "cannot be told: binance_usdm at its limit in 52% of the last minute's seconds",
    )


def test_who_was_never_heard_is_waited_for_until_it_is_given_up_and_named_all_the_same() -> None:
    market = Sixteen()
    market.opened("htx.market", "htx.notification", "binance_usdm")
    market.session.state.status(FeedStatus("binance_usdm", T0, "blocked", "HTTP 451"))
    market.until(44)
    assert "without htx, not heard yet" in metric(market, "liq.state").note
    assert "binance_usdm" not in metric(market, "liq.state").note
    market.until(90)
    level, total = metric(market, "liq.state"), metric(market, "liq.long.usd.1m")
    assert (level.value, level.quality, total.quality) == ("calm", "floor", "floor")
    assert total.note.startswith("without binance_usdm, blocked; without htx, never heard; ")


def test_who_was_heard_within_a_day_is_missed_after_a_restart_and_no_longer_after_that() -> None:
    state = State({name: VENUES[name] for name in ("bybit", "deribit")})
    session = Session(state, Engine("live", "", 0, writing=False))
    for feed in (*BYBIT, "deribit"):
        state.register(feed, T0)
    hour, day = 3_600_000, 86_400_000
    state.restore(Past(feeds={*BYBIT, "deribit"}, since_ms=T0 - day, alive_ms=T0 - hour), T0)
    state.status(FeedStatus("deribit", T0, "blocked", "HTTP 451"))
    for second in range(0, day // 1_000 - 3_600 + 2, 10):
        for feed in BYBIT:
            session.frame(Frame(feed, T0 + second * 1_000, '{"success":true,"ret_msg":"pong","op":"ping"}'))
        if second == 120:
            assert metrics(session)["liq.state"].note == "cannot be told: without deribit, blocked 62m"
    assert metrics(session)["liq.state"].value == "calm"
    assert metrics(session)["liq.long.usd.1h"].note == "without deribit, blocked 24h"


def metrics(session: Session) -> dict[str, Metric]:
    return session.snapshot()["metrics"]


def test_a_venue_whose_liquidations_are_no_longer_told_keeps_those_that_were_and_is_missing() -> None:
    market = Sixteen()
    market.opened()
    market.until(90)
    market.liquidated("Buy", "1", "50000")
    refusal = '{"success": false, "ret_msg": "error:handler not found", "req_id": "2", "op": "subscribe"}'
    market.session.frame(Frame("bybit.linear", market.now_ms, refusal))
    market.until(130)
    own, total, level = (metric(market, name) for name in ("liq.bybit.long.usd.5m", "liq.long.usd.5m", "liq.state"))
    assert (own.value, own.state, own.as_of_ms) == (50_000.0, "down", T0 + 90_000)
    assert (total.value, total.state) == (50_000.0, "fresh")
    assert total.note.startswith("without bybit, liquidations refused: error:handler not found 40s; ")
    assert (level.value, level.note.split(": ")[0]) == (None, "cannot be told")


def test_before_anybody_is_heard_nothing_is_called_calm() -> None:
    market = Sixteen()
    market.silent = set(FEEDS)
    market.until(10)
    level = metric(market, "liq.state")
    assert (level.value, level.note) == (None, "cannot be told: nothing is heard yet")
    market.until(100)
    assert metric(market, "liq.state").note == "cannot be told: nobody is heard"


def test_the_topic_names_the_missing_for_whoever_draws_it() -> None:
    market = cascading()
    market.until(131)
    assert liquidations(market.session.state).without == (Lack("bybit", "down", T0 + 75_000),)
