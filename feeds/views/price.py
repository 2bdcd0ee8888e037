"""The reference price, the venues' prices, changes and the Coinbase premium."""

from msgspec import structs

from feeds.facts import Timeframe
from feeds.health import metric_state
from feeds.prices import Last
from feeds.signals.price import SpotPrice, reference
from feeds.state import State
from feeds.topics import Metric, Price, VenuePrice, worst
from feeds.topics import State as Worth

CHANGES: dict[str, tuple[int, Timeframe]] = {
    "1h": (3_600_000, "1m"),
    "24h": (86_400_000, "5m"),
    "7d": (7 * 86_400_000, "1h"),
}
"""How far back a change looks, and in which candles."""


def price(state: State) -> Price:
    """Draw up the price topic."""
    spots, perpetuals = _said(state, spot=True), _said(state, spot=False)
    ref = reference(spots, state.now_ms, state.fresh_ms, perpetuals)
    if said := state.clock.words():
        ref = structs.replace(ref, note=f"{ref.note}; {said}" if ref.note else said)
    sure = ref.state == "fresh" and ref.quality != "doubted"
    fresh = ref.value if sure and isinstance(ref.value, float) else None
    rows = []
    for name, venue in state.venues.items():
        last = state.venue_price(name)
        if last is None and not any(feed.venue == name for feed in state.feeds.values()):
            continue
        metric = _venue_metric(state, name, last)
        premium = None
        if last and fresh and metric.state == "fresh" and not last.doubt:
            premium = round((last.price / fresh - 1) * 10_000, 1)
        symbol = last.symbol if last else venue.prices[0]
        rows.append(VenuePrice(name, symbol, venue.quote, symbol == venue.spot, metric, premium))
    return Price(ref, {name: _change(state, name) for name in CHANGES}, _premium(state), tuple(rows))


def metrics(view: Price) -> dict[str, Metric]:
    """Metrics of the price topic, by name."""
    result = {"btc.price": view.reference, "btc.premium.coinbase": view.premium_coinbase}
    result |= {f"btc.change.{name}": metric for name, metric in view.changes.items()}
    return result | {f"btc.{row.venue}.price": row.price for row in view.venues}


def _said(state: State, *, spot: bool) -> list[SpotPrice]:
    """The last prices of the spot venues, or of those without spot."""
    found = []
    for name, venue in state.venues.items():
        last = state.spot_price(name) if venue.spot else state.venue_price(name)
        if last and spot == bool(venue.spot):
            worth = _worth(state, name, last)
            dollars = venue.quote == "USD"
            found.append(SpotPrice(name, dollars, last.price, last.as_of_ms, worth, doubted=bool(last.doubt)))
    return found


def _venue_metric(state: State, name: str, last: Last | None) -> Metric:
    venue = state.venues[name]
    feed = state.venue_state(name)
    if last is None:
        return Metric(None, venue.quote, None, name, "none", note=f"no trade heard yet ({feed})")
    note = "cached from an earlier run" if last.cached else "" if feed == "live" else f"feed is {feed}"
    if last.doubt:
        note = "; ".join(filter(None, [last.doubt.words(last.price), note]))
    quality = "doubted" if last.doubt else "exact"
    source = f"{name} {last.symbol}"
    return Metric(last.price, venue.quote, last.as_of_ms, source, _worth(state, name, last), quality, note)


def _worth(state: State, name: str, last: Last) -> Worth:
    """What a venue's last price is worth, by its age and by how its feed is."""
    feed = state.venue_state(name)
    by_feed = "stale" if feed == "connecting" else metric_state(feed)  # not heard yet, but known from an earlier run
    age = state.now_ms - last.as_of_ms
    by_age: Worth = "fresh" if age < state.fresh_ms else "late" if age < 3 * state.fresh_ms else "stale"
    return worst(["stale" if last.cached else by_age, by_feed])


def _change(state: State, name: str) -> Metric:
    venue = state.chart_venue()
    last = state.believed_price(venue) if venue else None
    if venue is None or last is None:
        return Metric(None, "%", None, "", "none", note="no price yet")
    back_ms, timeframe = CHANGES[name]
    before = state.candles[venue].close_before(state.now_ms - back_ms, timeframe)
    source = f"{venue} {last.symbol}, {timeframe} candles"
    if before is None:
        return Metric(None, "%", None, source, "none", note=f"no {venue} candle {name} back")
    metric = _venue_metric(state, venue, last)
    return Metric((last.price / before - 1) * 100, "%", last.as_of_ms, source, metric.state, note=metric.note)


def _premium(state: State) -> Metric:
    source = "coinbase BTC-USD against binance BTCUSDT, 1 min mean"
    recent = [(bp, as_of_ms) for second, bp, as_of_ms in state.premium if second > state.now_ms // 1000 - 60]
    if not recent:
        return Metric(None, "bp", None, source, "none", note="needs coinbase and binance, both fresh and of one moment")
    as_of = recent[-1][1]
    worth: Worth = "fresh" if state.now_ms - as_of < state.fresh_ms else "late"
    whole = len(recent) >= 55
    note = "" if whole else f"{len(recent)} s of the last 60 s"
    return Metric(
        sum(bp for bp, _ in recent) / len(recent), "bp", as_of, source, worth, "exact" if whole else "partial", note
    )
