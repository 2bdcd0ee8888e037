"""What the simulated venues say they sent is what the venues' parsers read: two independent readings of the formats."""

from collections import Counter
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from feeds.facts import Bar, Funding, Instrument, Liquidation, OpenInterest, Quote, Repriced, Timeframe, Trade
from feeds.simulate.candles import Candles
from feeds.simulate.contracts import Contracts
from feeds.simulate.desk import Text
from feeds.simulate.events import Liquidated, Sweep, Ticker
from feeds.simulate.history import History
from feeds.simulate.listings import VENUES as SIMULATED
from feeds.simulate.listings import of
from feeds.simulate.market import Market
from feeds.simulate.scenes import named
from feeds.simulate.server import PAGES
from feeds.venue import Alive, Http, Out, Parser, Send, Stream, Venue
from feeds.venues import VENUES as ROWS
from tests.simulate.line import START_MS, STEP_MS, Line

BINANCE = "binance_usdm"
SAMPLED = (BINANCE, "binance_coinm")
STREAMS = [(venue, stream) for venue in ROWS.values() if venue.name in SIMULATED for stream in venue.streams]
NO_TIME = ("deribit",)
"""Venues where funding is paid all the time."""
DATED = {"binance_coinm": 2, "kraken_futures": 3, "deribit": 3, "gate": 2, "htx": 2}
"""How many dated contracts venues list on pages of their own."""
NO_BOOK = ("binance", "binance_usdm", "binance_coinm", "bitstamp", "gate", "htx", "hyperliquid")
"""Venues whose best prices are not read."""
TOLD_MS: dict[str, Callable[[int], int]] = {
    "gate": lambda ts_ms: ts_ms // 1000 * 1000,
}
"""At which time a liquidation is read, where it is not that of the event."""
PUSHED_MS = {"bitget": 20_000, "gate": 1000}
"""How often liquidations are told, where it is not at once or twice a second."""
KINDS: dict[str, list[type]] = {BINANCE: [Quote, Funding], "htx.market": [Quote, OpenInterest]}
"""What is read of a perpetual, where it is not all."""
HOUR_MS = 3_600_000
SECONDS: dict[str, float] = {"bitget": 36, "bitfinex": 30}
"""How long to play what comes seldom."""


class Played:
    """A stretch of the cascade as one stream of a venue sent it and its parser read it.

    `sweeps`, `tickers` and `told` are what was published while the stream was subscribed, `earlier` and `known` what
    was before.
    """

    def __init__(self, venue: Venue, stream: Stream) -> None:
        self.outs: list[Out] = []
        self.venue, self.stream, self._parser = venue, stream, venue.parser()
        self.feed = self._feed = venue.feed(stream)
        parts = urlsplit(stream.url)
        target = f"{parts.path}?{parts.query}"
        self.line = Line(venue.name, target, scene=named("cascade"), speed=30, earlier_ms=5000)
        self.known = [*self.line.published]
        self._parser.opened(self._feed, self.line.now_ms)
        if venue.name in PAGES:
            self._fetch(*venue.setup, *(poll.url for poll in venue.polls))
        self._read(self.line.greeting)
        for request in stream.hello:
            self._read(self.line.send(request))
        for step in range(round(SECONDS.get(venue.name, 12) * 1000 / STEP_MS)):
            for text in self.line.step():
                self._read([text])
            if venue.name in PAGES and step % 100 == 99:
                self._fetch(*(poll.url for poll in venue.polls))
        symbols = {row.symbol for row in of(venue.name)}
        if venue.name == "bybit":
            symbols = {row.symbol for row in of("bybit") if row.inverse is (stream.name == "inverse")}
        events = [
            event for event in self.line.events if not hasattr(event, "listing") or event.listing.symbol in symbols
        ]
        self.sweeps = [event for event in events if isinstance(event, Sweep)]
        self.tickers = [event for event in events if isinstance(event, Ticker)]
        self.happened = [event for event in events if isinstance(event, Liquidated)]
        self.earlier = [event for event in self.line.before if isinstance(event, Ticker | Sweep)]
        self.told = self.line.told
        if venue.name == "gate":  # read from the list
            self._fetch(*(poll.url for poll in venue.polls))
            self.told = self.line.published[len(self.known) :]

    def _read(self, texts: Sequence[Text]) -> None:
        for text in texts:
            for out in self._parser.parse(self._feed, text, self.line.now_ms):
                self.outs.append(out)
                if isinstance(out, Send):
                    self._read(self.line.send(out.text))

    def _fetch(self, *urls: str) -> None:
        for url in urls:
            answer = self.line.answer(url)
            http = Http(url, answer.status, answer.body)
            self.outs += self._parser.answer(self.venue.name, http, self.line.now_ms)


@pytest.fixture(scope="module", params=STREAMS, ids=lambda row: row[0].feed(row[1]))
def stream(request: pytest.FixtureRequest) -> tuple[Venue, Played]:
    venue, row = request.param
    return venue, Played(venue, row)


def told_ms(event: Liquidated) -> int:
    rounded = TOLD_MS.get(event.listing.venue)
    return rounded(event.ts_ms) if rounded else event.ts_ms


def test_every_trade_is_read_as_it_was_sent(stream: tuple[Venue, Played]) -> None:
    venue, played = stream
    past = [sweep for sweep in played.earlier if isinstance(sweep, Sweep)]
    known = {(sweep.listing.symbol, row.ts_ms, row.price) for sweep in past for row in sweep.trades}
    found = [out for out in played.outs if isinstance(out, Trade)]
    read = [out for out in found if (out.symbol, out.ts_ms, out.price) not in known]
    assert read == found or venue.name in ("htx", "hyperliquid")  # begin with what was traded seconds ago
    sent = [(sweep.listing, trade) for sweep in played.sweeps for trade in sweep.trades]
    if played.feed == "htx.notification":
        assert found == []
        return
    assert len(read) == len(sent) > 10
    for out, (listing, trade) in zip(read, sent, strict=True):
        assert (out.venue, out.symbol, out.ts_ms) == (venue.name, listing.symbol, trade.ts_ms)
        assert (out.price, out.side) == (trade.price, trade.side)
        assert out.btc == pytest.approx(trade.btc, rel=1e-9)
    assert len({(out.symbol, out.id) for out in read}) == len(read)


def test_every_liquidation_is_read_as_it_was_sent(stream: tuple[Venue, Played]) -> None:
    venue, played = stream
    known = {(event.listing.symbol, told_ms(event), event.price) for event in played.known}
    prices = {out.id: {"usd": out.usd, "price": out.price} for out in played.outs if isinstance(out, Repriced)}
    found = [replace(out, **prices.get(out.id, {})) for out in played.outs if isinstance(out, Liquidation)]
    read = [out for out in found if (out.symbol, out.ts_ms, out.price) not in known]
    assert read == found or venue.name in ("okx", "gate", "bitfinex")  # begin with what happened seconds ago
    assert len(read) == len(played.told)
    for out, event in zip(read, played.told, strict=True):
        assert (out.venue, out.symbol, out.ts_ms) == (*event.listing.key, told_ms(event))
        assert (out.position, out.price) == (event.position, event.price)
        assert out.btc == pytest.approx(event.btc, rel=1e-9)
        assert out.usd == pytest.approx(event.usd, rel=1e-9)
    assert len({out.id for out in read}) == len(read)
    assert bool(read) is played.stream.liquidations
    assert any(row.liquidations for row in venue.streams) is (venue.liquidations != "none")


def test_only_the_venues_that_sample_leave_liquidations_out(stream: tuple[Venue, Played]) -> None:
    venue, played = stream
    told, happened = Counter(e.position for e in played.told), Counter(e.position for e in played.happened)
    if venue.name in SAMPLED:
        assert happened.total() > told.total() > 5
    elif played.stream.liquidations:  # all but the latest, which have not been pushed yet
        since_ms = played.line.now_ms - PUSHED_MS.get(venue.name, 500)
        assert happened.total() - told.total() <= sum(event.ts_ms > since_ms for event in played.happened)


def test_nothing_that_is_sent_is_refused(stream: tuple[Venue, Played]) -> None:
    _, played = stream
    kinds = (Trade, Quote, Liquidation, Repriced, Funding, OpenInterest, Instrument, Alive, Send)
    assert {type(out).__name__ for out in played.outs} <= {kind.__name__ for kind in kinds}


def test_marks_funding_and_open_interest_are_read_as_they_were_sent(stream: tuple[Venue, Played]) -> None:
    venue, played = stream
    tickers = [row for row in (*played.earlier, *played.tickers) if isinstance(row, Ticker)]
    swaps = {row.listing.symbol for row in played.tickers if row.listing.kind == "perpetual"}
    read: set[tuple[str, type]] = set()
    for out in played.outs:
        known = isinstance(out, OpenInterest | Funding) or (isinstance(out, Quote) and out.mark is not None)
        if known and out.symbol in swaps:
            sent = [row for row in tickers if row.listing.symbol == out.symbol and row.ts_ms <= out.ts_ms][-1]
            match out:
                case Quote():
                    assert out.mark == pytest.approx(sent.mark, abs=0.06)  # OKX writes one place
                case Funding():
                    hours = out.interval_h or 8
                    assert out.rate == pytest.approx(sent.funding * hours / 8, abs=1e-8)
                    next_ms = sent.ts_ms - sent.ts_ms % (hours * HOUR_MS) + hours * HOUR_MS
                    assert out.next_ms == (None if venue.name in NO_TIME else next_ms)
                case OpenInterest():
                    assert out.btc == pytest.approx(sent.oi_btc, rel=1e-4)
            read.add((out.symbol, type(out)))
    kinds = KINDS.get(played.feed, [Quote, Funding, OpenInterest])
    assert read == {(symbol, kind) for symbol in swaps for kind in kinds}


def test_dated_contracts_are_read_with_their_expiry_at_what_they_cost(stream: tuple[Venue, Played]) -> None:
    venue, played = stream
    listed = {row.symbol for row in of(venue.name)}
    expiries = {out.symbol: out.expiry_ms for out in played.outs if isinstance(out, Instrument) and out.expiry_ms}
    marks = [out for out in played.outs if isinstance(out, Quote) and out.symbol not in listed]
    assert {out.symbol for out in marks} == expiries.keys()
    assert len(expiries) == DATED.get(venue.name, 0)
    tickers = [row for row in (*played.earlier, *played.tickers) if isinstance(row, Ticker)]
    for out in marks:
        index = [row.index for row in tickers if row.ts_ms <= out.ts_ms][-1]
        mark = ((out.bid or 0) + (out.ask or 0)) / 2 if venue.name == "htx" else out.mark
        assert out.index == (None if venue.name == "htx" else pytest.approx(index, rel=0.005))
        assert mark is not None
        days = (mark / (out.index or index) - 1) / 0.05 * 365
        assert days == pytest.approx((expiries[out.symbol] - out.ts_ms) / (24 * HOUR_MS), abs=0.2)


def test_best_prices_are_read_as_they_were_sent(stream: tuple[Venue, Played]) -> None:
    venue, played = stream
    sent = {(row.bid, row.ask) for row in (*played.earlier, *played.tickers, *played.sweeps)}
    listed = {row.symbol for row in of(venue.name)}
    quotes = [out for out in played.outs if isinstance(out, Quote) and out.symbol in listed]
    read = {(out.bid, out.ask) for out in quotes if out.bid is not None}
    assert read <= sent
    assert bool(read) is (venue.name not in NO_BOOK)


@pytest.mark.parametrize("frame", ["1m", "5m", "15m", "1h", "4h", "1d"])
@pytest.mark.parametrize("name", [name for name, venue in ROWS.items() if venue.bars("1m")])
def test_candles_are_read_as_they_were_sent(name: str, frame: Timeframe) -> None:
    venue = ROWS[name]
    url = venue.bars(frame)
    if url is None:
        assert (name, frame) == ("coinbase", "4h")
        return
    read = [out for out in answered(venue, url) if isinstance(out, Bar)]
    listing = next(row for row in of(name) if row.symbol == read[0].symbol)
    step_ms = read[1].open_ms - read[0].open_ms
    kept = HISTORY.candles(listing, step_ms)[-len(read) :]
    assert len(read) >= 300
    for out, bar in zip(read, kept, strict=True):
        assert (out.venue, out.timeframe, out.open_ms) == (name, frame, bar.open_ms)
        assert (out.open, out.high, out.low, out.close) == (bar.open, bar.high, bar.low, bar.close)
        assert out.btc == pytest.approx(bar.btc, abs=0.001)


def test_okx_s_contracts_are_read_as_they_were_sent() -> None:
    venue = ROWS["okx"]
    found = {out.symbol: out for url in venue.setup for out in answered(venue, url) if isinstance(out, Instrument)}
    assert (found["BTC-USDT-SWAP"].contract, found["BTC-USDT-SWAP"].inverse) == (0.01, False)
    assert (found["BTC-USD-SWAP"].contract, found["BTC-USD-SWAP"].inverse) == (100.0, True)
    assert "ETH-USDT-SWAP" not in found


def test_binance_s_futures_their_marks_and_open_interest_are_read_as_they_were_sent() -> None:
    venue = ROWS[BINANCE]
    parser = venue.parser()
    events = Market(named("quiet"), 7, START_MS).step(START_MS + 500, 500)
    ticker = next(event for event in events if isinstance(event, Ticker) and event.listing.venue == BINANCE)
    CONTRACTS.note(ticker)
    listed = {out.symbol: out for url in venue.setup for out in answered(venue, url, parser)}
    # START_MS is of September 2026, whose last Friday is the 25th.
    assert {symbol: out.kind for symbol, out in listed.items() if isinstance(out, Instrument)} == {
        "BTCUSDT": "perpetual",
        "BTCUSDT_260925": "future",
        "BTCUSDT_261225": "future",
    }
    polled = [out for poll in venue.polls for out in answered(venue, poll.url, parser)]
    (interest,) = [out for out in polled if isinstance(out, OpenInterest)]
    assert (interest.btc, interest.ts_ms) == (pytest.approx(ticker.oi_btc, abs=0.001), ticker.ts_ms)
    marks = {out.symbol: out.mark for out in polled if isinstance(out, Quote)}
    days = (pytest.approx(4.1, abs=0.9), pytest.approx(95.1, abs=0.9))
    for symbol, distance in zip(("BTCUSDT_260925", "BTCUSDT_261225"), days, strict=True):
        assert (marks[symbol] / ticker.index - 1) / 0.05 * 365 == distance


HISTORY = History(7, START_MS, 64_000.0)
CONTRACTS = Contracts(lambda: START_MS)
COMMON = Candles(HISTORY, lambda: START_MS).pages | CONTRACTS.pages


def answered(venue: Venue, url: str, parser: Parser | None = None) -> list[Out]:
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    answer = COMMON[venue.name, parts.path](query)
    return [*(parser or venue.parser()).answer(venue.name, Http(url, answer.status, answer.body), START_MS)]
