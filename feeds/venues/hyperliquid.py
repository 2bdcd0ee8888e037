"""Hyperliquid: the BTC perpetual's trades, prices, funding and open interest. No liquidations are public.

Numbers are text, times milliseconds. Formats: Hyperliquid's API documentation (November 2025) and captures of 2024.
"""

from collections.abc import Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Funding, OpenInterest, Quote, Side, Trade
from feeds.text import plain
from feeds.venue import Alive, Http, Out, Refused, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._beginning import Beginning
from feeds.venues._common import Number, Time, asked, each_row, ms

NAME = "hyperliquid"
COIN = "BTC"
HOUR_MS = 3_600_000
SIDES: dict[str | None, Side] = {"B": "buy", "A": "sell"}
"""The taker's: B hit the ask, A the bid."""


class _Frame(Struct, gc=False):
    channel: str
    data: Raw = Raw()


class _Trade(Struct, gc=False):
    coin: str
    side: str | None
    px: Number
    sz: Number
    time: Time
    tid: int


class _Context(Struct, gc=False):
    """`funding` is for an hour, `openInterest` in coins and one-sided; the oracle's is the index. There is no time."""

    markPx: Number = None
    oraclePx: Number = None
    funding: Number = None
    openInterest: Number = None


class _Asset(Struct, gc=False):
    coin: str
    ctx: Raw


class _Subscription(Struct, frozen=True, gc=False):
    type: str = ""


class _Acknowledged(Struct, gc=False):
    subscription: _Subscription = _Subscription()


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_CONTEXT = Decoder(_Context)
_ASSET = Decoder(_Asset)
_ACKNOWLEDGED = Decoder(_Acknowledged)
_SAID = Decoder(str)
_ALIVE = Alive()


class Parser:
    """Holds when the connection began: the first trades that come are those of some time before."""

    def __init__(self) -> None:
        self._beginning = Beginning(("trades",))

    def opened(self, feed: str, recv_ms: int) -> None:
        """The first trades will be old ones."""
        self._beginning.opened(recv_ms)

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades, and the perpetual's context: mark, oracle, funding, open interest."""
        frame = _FRAME.decode(_json.text(data))
        match frame.channel:
            case "trades":
                oldest_ms = self._beginning.oldest_news_ms("trades")
                rows = _json.ROWS.decode(frame.data)
                return each_row(feed, recv_ms, rows, lambda raw: self._trade(raw, oldest_ms, recv_ms))
            case "activeAssetCtx":
                asset = _ASSET.decode(frame.data)
                return _context(asset.ctx, recv_ms) if asset.coin == COIN else ()
            case "pong":
                return (_ALIVE,)
            case "error":
                return (Refused(plain(_SAID.decode(frame.data)) or "an error without a text"),)
            case "subscriptionResponse":
                if _ACKNOWLEDGED.decode(frame.data).subscription.type == "trades":
                    self._beginning.subscribed("trades", recv_ms)
        return ()

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Nothing: no address of this venue can be read without a body."""
        raise Reject(f"an answer that nobody asked for: {plain(asked(http)[0], 60)}")

    def _trade(self, raw: Raw, oldest_ms: int, recv_ms: int) -> Sequence[Out]:
        row = _TRADE.decode(raw)
        if row.coin != COIN:
            return ()
        ts_ms = ms(row.time, "time")
        if ts_ms < oldest_ms:
            return ()
        side = SIDES.get(row.side)
        if side is None:
            raise Reject(f"side is neither B nor A: {str(row.side)[:20]!r}")
        price, btc = positive(row.px, "px"), positive(row.sz, "sz")
        return (Trade(NAME, COIN, ts_ms, recv_ms, price, btc, side, str(row.tid)),)


def _context(raw: Raw, recv_ms: int) -> Sequence[Out]:
    """Facts of a context, which carries no time: it is taken to be as old as its receipt."""
    row = _CONTEXT.decode(raw)
    mark, index = optional(row.markPx, "markPx"), optional(row.oraclePx, "oraclePx")
    facts: list[Out] = [Quote(NAME, COIN, recv_ms, recv_ms, mark=mark, index=index)]
    if row.funding not in (None, ""):
        rate, next_ms = number(row.funding, "funding"), (recv_ms // HOUR_MS + 1) * HOUR_MS  # paid on every whole hour
        facts.append(Funding(NAME, COIN, recv_ms, recv_ms, rate, 1.0, next_ms))
    open_interest = optional(row.openInterest, "openInterest")
    if open_interest is not None:
        facts.append(OpenInterest(NAME, COIN, recv_ms, recv_ms, open_interest))
    return facts


def _subscribe(channel: str) -> str:
    return f'{{"method":"subscribe","subscription":{{"type":"{channel}","coin":"{COIN}"}}}}'


VENUE = Venue(
    name=NAME,
    title="Hyperliquid",
    streams=(
        Stream(
            name="",
            url="wss://api.hyperliquid.xyz/ws",
            hello=(_subscribe("trades"), _subscribe("activeAssetCtx")),
            ping='{"method":"ping"}',
            ping_s=30.0,  # cut off after a minute of silence
            limit_s=20.0,
            life_s=3.0,
        ),
    ),
    parser=Parser,
    prices=(COIN,),
    spot=None,
    quote="USD",
    liquidations="none",
    http="https://api.hyperliquid.xyz",
    note="no liquidations: Hyperliquid tells of them only to the user who is liquidated",
)
