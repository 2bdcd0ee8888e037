"""What is known now. `apply` takes one fact at a time; nothing here reads a clock or draws."""

from collections import deque
from collections.abc import Callable, Mapping
from statistics import median
from typing import Literal

from msgspec import Struct

from feeds import text
from feeds.bars import Candles
from feeds.cascades import MINUTE_MS, Cascades, Market
from feeds.facts import (
    TIMEFRAME_MS,
    Bar,
    FeedStatus,
    Funding,
    Gap,
    Instrument,
    Liquidation,
    Observation,
    OpenInterest,
    PastInterest,
    Quote,
    Rejected,
    Repriced,
    Trade,
)
from feeds.health import Feed, Limits
from feeds.heard import channels, unheard
from feeds.liquidated import Book
from feeds.our_clock import Evidence, Exchange, OurClock, Pong, Stepped
from feeds.positions import PART_MS, Positions
from feeds.prices import Held, Last, Prices
from feeds.seen import Seen
from feeds.signals.derivatives import annualised, together
from feeds.signals.price import FAR_LIQUIDATED
from feeds.signals.rules import Rules
from feeds.slow import LISTED, Doubting, Polled, Slow
from feeds.source import Source
from feeds.topics import Cascade, Change, Course
from feeds.venue import Alive, Out, Refused, Venue

KNOWN_TRADES = 4_096
"""So many trades of an instrument are known again; a power of two."""
PREMIUM_SECONDS = 60
NEAR_MS = 60_000
"""A stored time of a venue that is further from its receipt was told by another clock than ours."""
RECENT_REFUSED = 200
"""Liquidations that were refused are counted once, if no more than so many have been since."""


Kept = Bar | Liquidation | Repriced | Gap | Cascade | Observation | Polled | Doubting | Change | Course
"""What is worth storing."""


class Past(Struct, frozen=True):
    """What earlier runs left, oldest first. They collected `feeds` since `since_ms`, the last till `alive_ms`."""

    bars: list[Bar] = []
    liquidations: list[Liquidation] = []
    gaps: list[Gap] = []
    cascades: list[Cascade] = []
    feeds: set[str] = set()
    since_ms: int | None = None
    alive_ms: int | None = None
    listed: dict[str, int] = {}
    """By feed, when its liquidations were last read, where they are polled."""


class State:
    """Everything the views are drawn from. One writer; bounded whatever comes. `keep` is given what is to be stored."""

    def __init__(
        self,
        venues: Mapping[str, Venue],
        *,
        limits: Limits | None = None,
        fresh_ms: int = 10_000,
        chart: tuple[str, ...] = ("coinbase", "kraken", "bitstamp", "binance"),
        keep: Callable[[Kept], object] = lambda fact: None,
        sources: Mapping[str, Source] | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.venues = dict(venues)
        self.closed: dict[str, int] = {}
        """Venues that have closed for good, and when: awaited in nothing, but what they told still counts."""
        self._ends = sorted((row.life.ends_ms, name) for name, row in venues.items() if row.life.ends_ms is not None)
        self.rules = rules or Rules()
        self.slow = Slow(sources or {}, keep=keep)
        self.limits = limits or Limits()
        self.fresh_ms = fresh_ms
        self.now_ms = 0
        self._life_s = {venue.feed(stream): stream.life_s for venue in venues.values() for stream in venue.streams}
        self.feeds: dict[str, Feed] = {}
        self.clock = OurClock()
        self.book = Book()
        self.cascades = Cascades()
        self.saturations: dict[str, float] = {}
        """How full each venue that publishes a sample was in the last minute, by the last whole second."""
        self.unheard: tuple[str, ...] = ()
        """Why the total of the last minute may be far less than there was, by the last whole second."""
        self.keep = keep
        self.premium: deque[tuple[int, float, int]] = deque(maxlen=PREMIUM_SECONDS)
        """By second: basis points of Coinbase over Binance, and as of when the older of the two prices is."""
        self.positions = Positions({name for name, venue in venues.items() if venue.changes})
        self.prices = Prices(venues, fresh_ms)
        self.candles = {
            name: Candles(name, venue.spot, derive_4h=venue.bars("4h") is None)
            for name, venue in venues.items()
            if venue.spot
        }
        self._chart = tuple(name for name in chart if name in self.candles)
        self._seen: dict[tuple[str, str], Seen] = {}
        self._refused: deque[tuple[str, str]] = deque(maxlen=RECENT_REFUSED)
        self._second = 0

    # Facts in ------------------------------------------------------------------------------------------------------

    def register(self, feed: str, now_ms: int) -> None:
        """Expect a feed, so that it is shown before it is first heard."""
        if feed not in self.feeds:
            limits = self.limits.for_life(self._life_s.get(feed, 0.0) * 1000)
            self.feeds[feed] = Feed(feed, limits, now_ms, self.clock)

    def heard(self, feed: str, recv_ms: int, outs: list[Out]) -> bool:
        """Take what one websocket frame of a feed gave, be it nothing; `True` if that proves the feed alive."""
        self.advance(recv_ms)
        if feed.partition(".")[0] in self.closed:
            return False
        row = self.feeds.get(feed) or self._feed(feed)
        row.frame(recv_ms)
        lively = False
        for out in outs:
            lively |= self.apply(out, row)
        if lively:
            self._alive(row, recv_ms)
        return lively

    def answered(self, feed: str, recv_ms: int, outs: list[Out]) -> None:
        """Take what one HTTP answer gave. It proves nothing of the venue's stream; its faults show in that row."""
        self.advance(recv_ms)
        venue = feed.partition(".")[0]
        if venue in self.closed:
            return
        row = next((row for row in self.feeds.values() if row.venue == venue), None) or self._feed(feed)
        for out in outs:
            match out:
                case Quote():
                    self.positions.take(out, row.dated(out.ts_ms, recv_ms))
                case Liquidation():
                    self._liquidation(out, row.dated(out.ts_ms, recv_ms), row)
                case _:
                    self.apply(out, row)

    def measured(self, fact: Evidence, recv_ms: int) -> None:
        """Take what is known of our clock, or of a connection's queue."""
        self.advance(recv_ms)
        match fact:
            case Exchange():
                self.clock.heard(fact)
            case Pong():
                if fact.feed in self.feeds:
                    self.feeds[fact.feed].clock.pong(fact.took_ms, recv_ms)
            case Stepped():
                self.clock.stepped(fact)
                if fact.step_ms > 0:  # set back, our clock goes on at its own pace
                    for feed in self.feeds.values():
                        feed.clock.opened()

    def apply(self, fact: Out, feed: Feed) -> bool:
        """Take one fact or control; `True` if it proves the feed alive."""
        match fact:
            case Trade():
                self._trade(fact, feed)
            case Quote():
                self._quote(fact, feed)
            case Liquidation():
                self._liquidation(fact, feed.as_of(fact.ts_ms, fact.recv_ms), feed)
            case Repriced():
                if self.book.reprice(fact):
                    self.keep(fact)
            case Funding() | OpenInterest():
                self.positions.take(fact)
            case Alive():
                pass
            case Gap():
                self.keep(feed.lose(fact))
                if feed.venue in self.candles:
                    self.candles[feed.venue].cut()
                return False
            case Instrument() | PastInterest():
                self.positions.take(fact)
                return False
            case Bar():
                self._bar(fact)
                return False
            case FeedStatus():
                self.status(fact)
                return False
            case Rejected():
                feed.reject(fact)
                return False
            case Refused():
                feed.fault(fact.reason, self.now_ms)
                feed.rejected += 1
                if fact.liquidations:
                    feed.deaf = feed.error
                return False
            case _:
                return False
        return True

    def status(self, event: FeedStatus) -> None:
        """Take what a driver says of its connection."""
        if event.feed.partition(".")[0] in self.closed:
            return
        feed = self.feeds.get(event.feed) or self._feed(event.feed)
        gap = feed.status(event)
        if gap:
            self.keep(gap)
        if event.phase != "connecting" and feed.venue in self.candles:
            self.candles[feed.venue].cut()

    def advance(self, now_ms: int) -> None:
        """Let time pass up to `now_ms`; a clock that was set back does not take anything back."""
        self.now_ms = self.prices.now_ms = max(self.now_ms, now_ms)
        while self._ends and self._ends[0][0] <= self.now_ms:
            self._close(*self._ends.pop(0))
        second = self.now_ms // 1000
        if second == self._second:
            return
        self._second = second
        self._look_at_clocks()
        self.prices.advance()
        self._confirm()
        self.book.advance(self.now_ms)
        self.positions.expire(self.now_ms)
        shares = self.book.saturations(self.now_ms)
        sampled = (name for name, venue in self.venues.items() if venue.liquidations == "sampled")
        self.saturations = {name: shares.get(name, 0.0) for name in sampled}
        self.unheard = unheard(channels(self.venues, self.feeds.values()), self.saturations, self.now_ms)
        cascade = self.cascades.advance(self.now_ms, self._market(), whole=not self.unheard)
        if cascade:
            self.keep(cascade)
        self._sample_premium(second)
        for candles in self.candles.values():
            self._keep_all(candles.advance(self.now_ms))
            self._keep_all(candles.open_bars())

    # What an earlier run left --------------------------------------------------------------------------------------

    def fill(self, gap: Gap, but: str = "") -> None:
        """Take note that the liquidations of a gap have been read afterwards: it makes no window partial any more.

        `but`: why they could not all be read; the gap then stays one, and says so.
        """
        self.keep(self.feeds[gap.feed].fill(gap, but))

    def listed(self, venue: Venue, asked_ms: int) -> None:
        """Take note that liquidations that are polled were read: an engine that ends now has heard them so far.

        While a connection has heard nothing yet, what was read is not told.
        """
        for stream in venue.streams:
            feed = self.feeds.get(venue.feed(stream))
            if feed and stream.liquidations and not feed.broken:
                self.keep(Polled(f"{feed.name}{LISTED}", asked_ms, asked_ms))

    def restore(self, past: Past, now_ms: int) -> None:
        """Take what the store kept. It is shown as cached until live; the time away is a gap of every feed."""
        self.advance(now_ms)
        for name, candles in self.candles.items():
            own = [bar for bar in past.bars if bar.venue == name and bar.symbol == candles.symbol]
            candles.restore(own, now_ms)
            if own:
                newest = max(own, key=_end)
                # A candle that was open when the engine ended tells nothing of the time after.
                as_of = min(_end(newest), now_ms, now_ms if past.alive_ms is None else past.alive_ms)
                self.prices.last[name, candles.symbol] = Last(candles.symbol, newest.close, as_of, cached=True)
        for event in past.liquidations:
            near = abs(event.recv_ms - event.ts_ms) <= NEAR_MS
            self.book.add(event, min(event.ts_ms, event.recv_ms) if near else event.recv_ms, cached=True)
        self.book.advance(now_ms)
        self.cascades.remember(past.cascades)
        for feed in self.feeds.values():
            if past.since_ms is None or past.alive_ms is None or feed.name not in past.feeds:
                self.keep(feed.expect(now_ms))
            else:
                own_gaps = [gap for gap in past.gaps if gap.feed == feed.name]
                alive_ms = min(past.alive_ms, past.listed.get(feed.name, past.alive_ms))
                self.keep(feed.away(past.since_ms, alive_ms, own_gaps))

    # What views ask ------------------------------------------------------------------------------------------------

    def venue_price(self, name: str) -> Last | None:
        """The last price of a venue: of the first of its instruments that trades, else of the first that has one."""
        found = [last for symbol in self.venues[name].prices if (last := self.prices.last.get((name, symbol)))]
        live = [last for last in found if not last.cached]
        return next((last for last in live if self._trades(last)), next(iter((*live, *found)), None))

    def spot_price(self, name: str) -> Last | None:
        """The last price of a venue's spot instrument; it may be doubted."""
        spot = self.venues[name].spot
        return self.prices.last.get((name, spot)) if spot else None

    def believed_price(self, name: str) -> Last | None:
        """The last price of a venue's spot instrument that is not doubted."""
        spot = self.venues[name].spot
        return self.prices.believed((name, spot)) if spot else None

    def chart_venue(self) -> str | None:
        """The venue whose candles are drawn: the first of the settings' order that trades.

        Else the first that is heard, else the first that has candles.
        """
        live = [name for name in self._chart if self.venue_state(name) in ("live", "late")]
        heard = [name for name in live if (last := self.believed_price(name)) and not last.cached]
        trading = (name for name in heard if (last := self.believed_price(name)) and self._trades(last))
        return next(trading, None) or next(
            iter(heard), next((name for name in self._chart if self.candles[name].closed("1m")), None)
        )

    def venue_state(self, venue: str) -> Literal["live", "connecting", "late", "stale", "down", "blocked"]:
        """State of the best-heard feed of a venue; `connecting` where it has none."""
        return min(
            (feed.state(self.now_ms) for feed in self.feeds.values() if feed.venue == venue),
            key=_RANK.index,
            default="connecting",
        )

    # ---------------------------------------------------------------------------------------------------------------

    def _look_at_clocks(self) -> None:
        """Tell our clock, venue by venue, what the messages and pongs of its best connection say."""
        slow: dict[str, int] = {}
        late: dict[str, int] = {}
        queues: dict[str, int] = {}
        for feed in self.feeds.values():
            found = feed.late(self.now_ms)
            if found is None:
                continue
            late[feed.venue] = min(found, late.get(feed.venue, found))
            slow[feed.venue] = min(feed.clock.low or 0, slow.get(feed.venue, 0))
            if (took := feed.clock.queue(self.now_ms)) is not None:
                queues[feed.venue] = min(took, queues.get(feed.venue, took))
        self.clock.look(self.now_ms, slow.values(), late.values(), queues.values())

    def _close(self, at_ms: int, name: str) -> None:
        """Await nothing more of a venue that has closed for good. What it told until then stays in the totals."""
        self.closed[name] = at_ms
        self.venues.pop(name)
        for feed in [feed for feed in self.feeds.values() if feed.venue == name]:
            gap = feed.alive(at_ms)
            if gap:
                self.keep(gap)
            del self.feeds[feed.name]
        self.positions.forget(name)
        self.candles.pop(name, None)
        self._chart = tuple(other for other in self._chart if other != name)
        self.prices.forget(name)

    def _feed(self, name: str) -> Feed:
        self.register(name, self.now_ms)
        return self.feeds[name]

    def _trades(self, last: Last) -> bool:
        """Whether an instrument's last price is young enough not to be stale."""
        return self.now_ms - last.as_of_ms < 3 * self.fresh_ms

    def _alive(self, feed: Feed, recv_ms: int) -> None:
        gap = feed.alive(recv_ms)
        if gap:
            self.keep(gap)
        candles = self.candles.get(feed.venue)
        if candles:
            candles.heard(recv_ms)

    def _trade(self, trade: Trade, feed: Feed) -> None:
        key = (trade.venue, trade.symbol)
        if trade.id:
            seen = self._seen.get(key)
            if seen is None:
                seen = self._seen[key] = Seen(KNOWN_TRADES)
            if seen.again(trade.id):
                return
        t_ms = feed.as_of(trade.ts_ms, trade.recv_ms)
        believed = self.prices.trade(key, trade.price, t_ms)
        if self.prices.unsettled:
            self._confirm()
        candles = self.candles.get(trade.venue)
        if candles and candles.symbol == trade.symbol:
            if believed:
                self._keep_all(candles.trade(t_ms, trade.price, trade.btc))
            else:
                self.prices.hold(key, Held(t_ms, trade.price, trade.btc))

    def _confirm(self) -> None:
        """Put trades that were held back, and that another venue confirmed, into their candles."""
        if self.prices.unsettled:
            for (venue, _), held in self.prices.confirm():
                self._keep_all(self.candles[venue].trade(held.t_ms, held.price, held.btc))

    def _keep_all(self, bars: list[Bar]) -> None:
        for bar in bars:
            self.keep(bar)

    def _liquidation(self, event: Liquidation, t_ms: int, feed: Feed) -> None:
        why = self._impossible(event, t_ms)
        if why:
            if (event.venue, event.id) not in self._refused:  # a list that is read again tells it again
                self._refused.append((event.venue, event.id))
                feed.reject(Rejected(feed.name, event.recv_ms, why))
        elif self.book.add(event, t_ms):
            self.keep(event)
            if self.now_ms - t_ms < MINUTE_MS:  # what is back-filled later was no part of this minute
                self.cascades.add(event, t_ms)

    def _impossible(self, event: Liquidation, t_ms: int) -> str:
        """Why a liquidation cannot be as it is told; "" if it can.

        Its price is held against prices of now if it is of this minute; its size against what its venue tells of all
        its contracts, if that contract's open interest is among them.
        """
        if self.now_ms - t_ms < MINUTE_MS and not self.prices.near(event.price, FAR_LIQUIDATED):
            return f"a liquidation at {text.price(event.price)}, where the venues are at {text.price(self.prices.most)}"
        open_btc = self.positions.interest_of(event.venue, event.symbol)
        if open_btc is not None and event.btc > open_btc:
            return f"a liquidation of {text.btc(event.btc)} BTC, of {text.btc(open_btc)} BTC of open interest"
        return ""

    def _quote(self, quote: Quote, feed: Feed) -> None:
        # Where the venue tells no time, receipt stands in, which says nothing of its clock.
        t_ms = quote.recv_ms if quote.ts_ms == quote.recv_ms else feed.as_of(quote.ts_ms, quote.recv_ms)
        self.positions.take(quote, t_ms)
        if quote.last is not None:
            self.prices.told((quote.venue, quote.symbol), quote.last, t_ms)
            if self.prices.unsettled:
                self._confirm()

    def _bar(self, bar: Bar) -> None:
        candles = self.candles.get(bar.venue)
        if candles and candles.symbol == bar.symbol:
            taken = candles.merge(bar, self.now_ms)
            if taken:
                self.keep(taken)

    def _market(self) -> Market:
        """Price, open interest and funding at this moment, for what is measured against them."""
        prices = [last.price for name in self.candles if (last := self._young(name))]
        since_ms = self.now_ms - PART_MS
        interest = {key: fact.btc for key, fact in self.positions.interest.items() if fact.recv_ms > since_ms}
        rates = [annualised(fact) for fact in self.positions.funding.values() if fact.recv_ms > since_ms]
        return Market(median(prices) if prices else None, interest, median(rates) if rates else None)

    def _sample_premium(self, second: int) -> None:
        """Set Coinbase against Binance, if both prices are young and of the same moment."""
        ours, theirs = self._young("coinbase"), self._young("binance")
        if ours and theirs:
            every_s = [self.venues[name].every("last") for name in ("coinbase", "binance")]
            if together(ours.as_of_ms, theirs.as_of_ms, *every_s):
                bp = (ours.price / theirs.price - 1) * 10_000
                self.premium.append((second, bp, min(ours.as_of_ms, theirs.as_of_ms)))

    def _young(self, venue: str) -> Last | None:
        last = self.spot_price(venue) if venue in self.venues else None
        return last if last and not last.doubt and self.now_ms - last.as_of_ms < self.fresh_ms else None


_RANK = ("live", "late", "stale", "connecting", "down", "blocked")


def _end(bar: Bar) -> int:
    return bar.open_ms + TIMEFRAME_MS[bar.timeframe]
