"""Each price at its own age, and held against the other venues before it is believed."""

import json
from collections.abc import Sequence

import pytest

from feeds.facts import Bar, Liquidation, OpenInterest, Quote, Trade
from feeds.prices import HELD_MS, MOST_HELD
from feeds.session import Session
from feeds.state import State
from feeds.topics import Derivative, Engine, Metric
from feeds.venues import VENUES
from feeds.views.derivatives import derivatives
from feeds.views.price import metrics, price
from feeds.wire import Frame

T0 = 1_790_000_040_000  # a whole minute
MIN = 60_000
FEEDS = {"bybit": "bybit.linear", "htx": "htx.market"}


class Market:
    """A state, and venues that trade."""

    def __init__(self) -> None:
        self.kept: list[Bar] = []
        self.state = State(VENUES, keep=lambda fact: self.kept.append(fact) if isinstance(fact, Bar) else None)
        self._ids = 0

    def trade(self, venue: str, price: float, at_ms: int = 0, btc: float = 1.0) -> None:
        self._ids += 1
        symbol = VENUES[venue].spot or VENUES[venue].prices[0]
        at = T0 + at_ms
        fact = Trade(venue, symbol, at, at, price, btc, "buy", str(self._ids))
        self.state.heard(FEEDS.get(venue, venue), at, [fact])

    def all(self, price: float, at_ms: int = 0, *, but: str = "") -> None:
        for venue in ("coinbase", "kraken", "bitstamp", "binance", "bybit", "deribit"):
            if venue != but:
                self.trade(venue, price, at_ms)

    def metric(self, name: str) -> Metric:
        return metrics(price(self.state))[name]

    def minute(self, venue: str) -> Bar | None:
        return self.state.candles[venue].running("1m")

    def range(self, venue: str, timeframe: str = "1d") -> tuple[float, float]:
        bar = self.state.candles[venue].running(timeframe)  # type: ignore[arg-type]
        assert bar is not None
        return bar.low, bar.high


def quiet() -> Market:
    """Six venues at 64,000, one second ago."""
    market = Market()
    market.all(64_000.0)
    market.state.advance(T0 + 1_000)
    return market


# ---- each price at its own age


def session() -> Session:
    return Session(State(VENUES), Engine("replay", "a test", 0, writing=False))


def rows(run: Session) -> Sequence[Derivative]:
    return derivatives(run.state).rows


def bybit(kind: str, t_ms: int, **parts: str) -> Frame:
    message = {"topic": "tickers.BTCUSDT", "type": kind, "ts": t_ms, "data": {"symbol": "BTCUSDT", **parts}}
    return Frame("bybit.linear", t_ms, json.dumps(message))


def test_marks_do_not_make_the_last_price_of_bybit_younger_nor_its_index() -> None:
    run, began = session(), T0 + 500
    run.frame(Frame("bybit.linear", T0, None))
    begun = {"lastPrice": "77000", "markPrice": "77000", "indexPrice": "77000", "fundingRate": "0.0001"}
    run.frame(bybit("snapshot", began, **begun))
    states: dict[str, int] = {}
    for second in range(1, 121):
        run.frame(bybit("delta", began + second * 1_000, markPrice=str(77_000 - 10 * second)))
        found = run.metrics()["btc.bybit.price"]
        assert (found.value, found.as_of_ms) == (77_000.0, began)
        states.setdefault(found.state, second)
        (row,) = rows(run)
        assert (row.premium_bp is None) is (second > 10), second
    assert states == {"fresh": 1, "late": 10, "stale": 30}


def test_a_ticker_of_deribit_that_repeats_the_last_price_is_no_news_and_one_that_changes_it_is() -> None:
    run = session()

    def ticker(second: int, last: float) -> None:
        t_ms = T0 + second * 1_000
        data = {"instrument_name": "BTC-PERPETUAL", "timestamp": t_ms, "last_price": last, "mark_price": 76_000.5}
        data |= {"best_bid_price": 76_000.0, "best_ask_price": 76_001.0, "index_price": 76_000.0, "state": "open"}
        params = {"channel": "ticker.BTC-PERPETUAL.100ms", "data": data}
        run.frame(Frame("deribit", t_ms, json.dumps({"jsonrpc": "2.0", "method": "subscription", "params": params})))

    run.frame(Frame("deribit", T0, None))
    for second in range(121):
        ticker(second, 77_000.0)
    found = run.metrics()["btc.deribit.price"]
    assert (found.value, found.as_of_ms, found.state) == (77_000.0, T0, "stale")
    ticker(121, 76_000.5)
    found = run.metrics()["btc.deribit.price"]
    assert (found.value, found.as_of_ms, found.state) == (76_000.5, T0 + 121_000, "fresh")


def test_a_trade_at_the_same_price_is_news() -> None:
    market = Market()
    market.trade("coinbase", 64_000.0)
    market.trade("coinbase", 64_000.0, 20_000)
    assert market.metric("btc.coinbase.price").as_of_ms == T0 + 20_000


def test_a_silent_index_of_okx_makes_no_premium_with_a_mark_that_moves() -> None:
    run = session()

    def push(second: int, channel: str, symbol: str, **row: str) -> None:
        t_ms = T0 + second * 1_000
        message = {"arg": {"channel": channel, "instId": symbol}, "data": [{"instId": symbol, "ts": str(t_ms), **row}]}
        run.frame(Frame("okx", t_ms + 200, json.dumps(message)))

    run.frame(Frame("okx", T0, None))
    push(1, "index-tickers", "BTC-USDT", idxPx="77000")
    funded = {"instType": "SWAP", "fundingRate": "0.0001", "fundingTime": str(T0 + 100_000_000)}
    push(1, "funding-rate", "BTC-USDT-SWAP", nextFundingTime=str(T0 + 128_800_000), **funded)
    for second in range(3, 149, 5):
        push(second, "mark-price", "BTC-USDT-SWAP", instType="SWAP", markPx=str(77_000 - 10 * second))
    (row,) = rows(run)
    assert (row.mark, row.index, row.premium_bp) == (75_520.0, 77_000.0, None)
    assert row.apart == "its index is 2m older"
    assert row.as_of_ms is not None
    assert row.as_of_ms <= T0 + 3_200


def test_the_premium_of_coinbase_is_of_prices_of_one_moment_and_as_old_as_the_older() -> None:
    market = Market()
    for second in range(4):
        market.trade("binance", 64_000.0, second * 1_000)
        market.trade("coinbase", 64_064.0, second * 1_000 - 900)
    market.state.advance(T0 + 4_000)
    found = market.metric("btc.premium.coinbase")
    assert (found.value, found.as_of_ms) == (pytest.approx(10.0), T0 + 2_100)
    for second in range(4, 70):  # Binance falls by two percent, and Coinbase does not trade
        market.trade("binance", 62_720.0, second * 1_000)
    market.state.advance(T0 + 70_000)
    found = market.metric("btc.premium.coinbase")
    assert (found.value, found.note) == (None, "needs coinbase and binance, both fresh and of one moment")


def test_the_chart_is_of_a_venue_that_trades_not_of_one_whose_book_alone_moves() -> None:
    market = quiet()
    for second in range(1, 31):
        now = T0 + second * 1_000
        market.trade("kraken", 64_000.0, second * 1_000)
        halted = Quote("coinbase", "BTC-USD", now, now, 64_000.0, 63_000.0 + second, 63_001.0 + second)
        market.state.heard("coinbase", now, [halted])
        assert market.state.chart_venue() == ("coinbase" if second < 30 else "kraken"), second


# ---- held against the other venues


@pytest.mark.parametrize("times", [10.0, 100.0, 1.5, 1 / 1000])
def test_a_price_far_from_all_others_is_shown_with_both_numbers_and_enters_nothing(times: float) -> None:
    market = quiet()
    market.trade("coinbase", 64_000.0 * times, 1_100)
    own = market.metric("btc.coinbase.price")
    assert (own.value, own.state, own.quality) == (64_000.0 * times, "fresh", "doubted")
    assert "64,000.0, the median of 5 other venues: not confirmed" in own.note
    ref = market.metric("btc.price")
    assert (ref.value, ref.quality, ref.source) == (64_000.0, "exact", "median of kraken, bitstamp")
    assert ref.note.startswith("coinbase ")
    assert market.range("coinbase") == (64_000.0, 64_000.0)
    row = price(market.state).venues[[one.venue for one in price(market.state).venues].index("coinbase")]
    assert row.premium_bp is None
    market.state.advance(T0 + 2_000)
    assert [bp for second, bp, _ in market.state.premium if second == T0 // 1000 + 2] == []
    market.trade("coinbase", 64_001.0, 2_100)
    own = market.metric("btc.coinbase.price")
    assert (own.value, own.quality, own.note) == (64_001.0, "exact", "")
    assert market.range("coinbase") == (64_000.0, 64_001.0)
    market.state.advance(T0 + 2 * MIN)
    assert {bar.high for bar in market.kept if bar.venue == "coinbase"} <= {64_000.0, 64_001.0}


@pytest.mark.parametrize(("fallen", "quality"), [(57_600.0, "exact"), (57_599.9, "doubted"), (70_400.1, "doubted")])
def test_far_is_more_than_ten_percent_from_the_middle_of_the_others(fallen: float, quality: str) -> None:
    market = quiet()
    market.trade("kraken", fallen, 1_100)
    assert market.metric("btc.kraken.price").quality == quality


def test_a_crash_is_believed_as_soon_as_a_second_venue_has_it_and_what_was_held_back_enters_its_candle() -> None:
    market = quiet()
    market.trade("coinbase", 55_000.0, 1_100, btc=2.0)
    market.trade("coinbase", 54_900.0, 1_200, btc=3.0)
    assert market.metric("btc.coinbase.price").quality == "doubted"
    assert market.minute("coinbase") == Bar(
        "coinbase", "BTC-USD", "1m", T0, 64_000.0, 64_000.0, 64_000.0, 64_000.0, 1.0, False
    )
    market.trade("kraken", 55_100.0, 1_300, btc=1.0)
    for venue, value in (("coinbase", 54_900.0), ("kraken", 55_100.0)):
        assert (market.metric(f"btc.{venue}.price").value, market.metric(f"btc.{venue}.price").quality) == (
            value,
            "exact",
        )
    assert market.minute("coinbase") == Bar(
        "coinbase", "BTC-USD", "1m", T0, 64_000.0, 64_000.0, 54_900.0, 54_900.0, 6.0, False
    )
    assert market.range("kraken") == (55_100.0, 64_000.0)
    market.all(55_000.0, 1_400)
    ref = market.metric("btc.price")
    assert (ref.value, ref.state, ref.quality, ref.note) == (55_000.0, "fresh", "exact", "")


def test_what_a_perpetual_confirms_between_two_trades_is_believed_within_the_second() -> None:
    market = quiet()
    market.trade("coinbase", 57_000.0, 1_100)
    market.trade("bybit", 60_000.0, 1_200)  # within ten percent of the others, and of what Coinbase says
    market.state.advance(T0 + 2_000)
    assert market.metric("btc.coinbase.price").quality == "exact"
    assert market.range("coinbase") == (57_000.0, 64_000.0)


def test_a_trade_that_none_confirmed_within_a_minute_is_not_waited_for() -> None:
    market = quiet()
    market.trade("coinbase", 32_000.0, 1_100)
    for second in range(2, 2 + HELD_MS // 1_000):
        market.all(64_000.0, second * 1_000)
    market.trade("kraken", 32_000.0, 1_100 + HELD_MS + 1_000)
    market.trade("bitstamp", 32_000.0, 1_200 + HELD_MS + 1_000)
    assert market.range("coinbase") == (64_000.0, 64_000.0)
    assert market.range("kraken") == (32_000.0, 64_000.0)


def test_a_token_off_its_peg_is_its_venues_premium_and_leaves_the_dollar_venues_alone() -> None:
    market = quiet()
    for venue in ("binance", "bybit"):
        market.trade(venue, 76_800.0, 1_100)
    for venue in ("coinbase", "kraken", "bitstamp", "deribit"):
        market.trade(venue, 64_000.0, 1_200)
    rows = {row.venue: row for row in price(market.state).venues}
    assert {row.price.quality for row in rows.values()} == {"exact"}
    assert (rows["binance"].premium_bp, rows["coinbase"].premium_bp) == (2_000.0, 0.0)
    ref = market.metric("btc.price")
    assert (ref.value, ref.quality) == (64_000.0, "exact")
    assert ref.note == "binance +20.0% at 76,800.0, bybit +20.0% at 76,800.0"


def test_two_of_three_dollar_venues_that_are_wrong_never_make_a_price_that_is_exact() -> None:
    market = quiet()
    for second in range(2, 20):
        for venue in ("bitstamp", "binance", "bybit", "deribit"):
            market.trade(venue, 64_000.0, second * 1_000)
        for venue in ("coinbase", "kraken"):
            market.trade(venue, 96_000.0, second * 1_000)
        ref = market.metric("btc.price")
        assert (ref.value, ref.quality) == (64_000.0, "estimated")
        own = market.metric("btc.coinbase.price")
        if second < 4:  # each confirms the other, and the venues that trade on have to be heard first
            assert "coinbase, kraken at 96,000.0, but other dollar venues at 64,000.0, token spot" in ref.note
            assert own.quality == "exact"
        else:
            assert ref.note.startswith("only bitstamp of the dollar venues is fresh and not doubted; median of 2 spot")
            assert ref.note.endswith("; coinbase +50.0% at 96,000.0, kraken +50.0% at 96,000.0")
            assert (own.quality, own.note[:29]) == ("doubted", "96,000.0 is 50.0% off 64,000.")
    for venue in ("coinbase", "kraken"):
        market.trade(venue, 64_000.0, 21_000)
    assert market.metric("btc.coinbase.price").quality == "exact"


def test_a_crash_in_which_all_venues_follow_stays_believed() -> None:
    market = quiet()
    for second in range(2, 20):
        market.all(48_000.0 - second, second * 1_000)
        assert {row.price.quality for row in price(market.state).venues} == {"exact"}, second
    assert market.metric("btc.price").quality == "exact"


def test_what_is_held_back_is_bounded() -> None:
    market = quiet()
    for at in range(MOST_HELD + 10):
        market.trade("coinbase", 640_000.0, 1_100 + at // 100)
    assert [len(held) for held in market.state.prices.held.values()] == [MOST_HELD]


def test_a_venue_that_is_the_only_one_heard_is_used_whatever_it_says() -> None:
    market = Market()
    market.trade("coinbase", 64_000.0)
    market.trade("coinbase", 32_000.0, 500)
    assert market.range("coinbase") == (32_000.0, 64_000.0)
    ref = market.metric("btc.price")
    assert (ref.value, ref.quality) == (32_000.0, "estimated")
    assert ref.note.endswith("; no other venue confirms it")


def test_of_two_venues_the_one_that_comes_with_another_price_is_doubted_not_the_one_that_was_there() -> None:
    market = Market()
    market.trade("coinbase", 64_000.0)
    market.trade("kraken", 640_000.0, 100)
    market.trade("coinbase", 64_010.0, 200)
    assert market.metric("btc.coinbase.price").quality == "exact"
    found = market.metric("btc.kraken.price")
    assert found.note == "640,000.0 is 900.0% off 64,000.0, of the only other venue: not confirmed"


def test_a_wrong_price_that_came_first_is_doubted_once_two_others_agree() -> None:
    market = Market()
    market.trade("coinbase", 640_000.0)
    market.trade("kraken", 64_000.0, 100)
    assert market.metric("btc.kraken.price").quality == "doubted"
    market.trade("bitstamp", 64_010.0, 200)
    assert {market.metric(f"btc.{name}.price").quality for name in ("kraken", "bitstamp")} == {"exact"}
    market.trade("coinbase", 640_000.0, 300)
    assert market.metric("btc.coinbase.price").quality == "doubted"
    assert market.metric("btc.price").value == 64_005.0
    assert market.range("kraken") == (64_000.0, 64_000.0)


def test_what_was_doubted_is_not_believed_because_the_others_fall_silent() -> None:
    market = quiet()
    market.trade("coinbase", 640_000.0, 1_100)
    market.trade("coinbase", 640_000.0, 15_000)
    assert market.metric("btc.coinbase.price").quality == "doubted"
    assert market.range("coinbase") == (64_000.0, 64_000.0)
    market.trade("coinbase", 64_500.0, 16_000)
    assert market.metric("btc.coinbase.price").quality == "exact"
    assert market.range("coinbase") == (64_000.0, 64_500.0)


def test_a_change_is_never_of_a_price_that_is_doubted() -> None:
    market = quiet()
    hour_ago = T0 - 60 * MIN
    market.state.apply(
        Bar("coinbase", "BTC-USD", "1m", hour_ago - MIN, 60_000.0, 60_000.0, 60_000.0, 60_000.0, 1.0),
        market.state.feeds["coinbase"],
    )
    market.trade("coinbase", 640_000.0, 1_100)
    assert market.metric("btc.change.1h").value == pytest.approx(6.6667, abs=1e-3)


def test_a_dated_future_has_a_price_of_its_own() -> None:
    market = quiet()
    symbol = "BTC-25JUN27"
    fact = Trade("deribit", symbol, T0 + 1_100, T0 + 1_100, 72_000.0, 1.0, "buy", "x")
    market.state.heard("deribit", T0 + 1_100, [fact])
    assert market.state.prices.last["deribit", symbol].doubt is None


# ---- liquidations


def liquidation(btc: float, at: float, venue: str = "bybit", id: str = "a") -> Liquidation:
    symbol = VENUES[venue].prices[0]
    return Liquidation(venue, symbol, T0 + 1_100, T0 + 1_100, "long", btc, btc * at, at, id)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (liquidation(9_000_000.0, 64_000.0), "a liquidation of 9,000,000 BTC, of 34,000 BTC of open interest"),
        (liquidation(34_001.0, 64_000.0), "a liquidation of 34,001 BTC, of 34,000 BTC of open interest"),
        (liquidation(1.0, 640_000.0), "a liquidation at 640,000.0, where the venues are at 64,000.0"),
        (liquidation(1.0, 64.0), "a liquidation at 64.00, where the venues are at 64,000.0"),
    ],
)
def test_a_liquidation_that_cannot_be_is_refused_and_the_one_beside_it_counts(bad: Liquidation, why: str) -> None:
    market = quiet()
    for symbol, btc in (("BTCUSDT", 26_000.0), ("BTCUSD", 8_000.0)):
        market.state.positions.take(OpenInterest("bybit", symbol, T0, T0, btc))
    market.state.heard("bybit.linear", T0 + 1_100, [bad, liquidation(2.0, 63_000.0, id="b")])
    assert market.state.book.total("1h", ["bybit"]).long_usd == 126_000.0
    feed = market.state.feeds["bybit.linear"]
    assert (feed.rejected, feed.error) == (1, why)
    market.state.answered("bybit", T0 + 11_100, [bad])
    assert feed.rejected == 1


def test_a_liquidation_at_bankruptcy_in_a_fall_counts() -> None:
    market = quiet()
    market.state.heard("bybit.linear", T0 + 1_100, [liquidation(2.0, 45_000.0)])
    assert market.state.book.total("1h", ["bybit"]).long_usd == 90_000.0
