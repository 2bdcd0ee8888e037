"""What the simulated venues tell of their open interest of the past is what the parsers read in it."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from feeds.facts import PastInterest
from feeds.simulate import past_interest
from feeds.simulate.events import Day, Ticker
from feeds.simulate.listings import of
from feeds.simulate.standing import Standing
from feeds.venue import Http, More, Out
from feeds.venues import VENUES

NOW = 1_790_000_100_000
STEP, DAY = 300_000, 86_400_000
NAMES = ("binance_usdm", "binance_coinm", "bybit", "okx", "gate", "kraken_futures")


def standing(name: str) -> Standing:
    made = Standing(lambda: NOW)
    for listing in of(name):
        day = Day(77_000.0, 78_000.0, 76_000.0, 1.0, 1.0, 1.0)
        ticker = Ticker(listing, NOW, 77_000.0, 76_999.0, 77_001.0, 77_000.0, 77_000.0, 0.0, NOW, 10_000.0, day)
        made.tickers[listing.symbol] = ticker
    return made


def read(name: str, url: str) -> list[Out]:
    """All pages of a history, as its parser reads them."""
    pages = past_interest.pages({name: standing(name) for name in NAMES})
    outs: list[Out] = []
    while url:
        parts = urlsplit(url)
        answer = pages[name, parts.path](dict(parse_qsl(parts.query)))
        found = VENUES[name].parser().answer(f"{name}.http", Http(url, answer.status, answer.body), NOW)
        outs += [out for out in found if not isinstance(out, More)]
        url = next((out.url for out in found if isinstance(out, More)), "")
    return outs


@pytest.mark.parametrize("name", NAMES)
def test_every_five_minutes_of_the_day_are_told_once(name: str) -> None:
    for url in VENUES[name].interest(NOW - DAY - 600_000, NOW + 1):
        held = [out for out in read(name, url) if isinstance(out, PastInterest)]
        assert len(held) == len(read(name, url))
        by_time = {one.ts_ms: one.btc for one in held}
        assert len(by_time) == len(held)
        assert by_time.keys() >= set(range(NOW - DAY, NOW + 1, STEP))
        assert by_time[NOW] == pytest.approx(10_000.0, rel=1e-6)
        assert by_time[NOW - DAY] == pytest.approx(9_800.0, rel=1e-6)
