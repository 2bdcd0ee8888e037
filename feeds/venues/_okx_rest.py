"""OKX over REST: what is listed, and the liquidations of a gap, whose rows are those of the stream.

OKX names openapi.okx.com as its base since 2026-05-20 (sieblyio/okx-api#190); www.okx.com goes on. The list of
liquidation orders is in no current guide, but answered in September 2026 (thrasher-corp/gocryptotrader#2407): `state`
has to be given, and of futures an `alias` for each time to expiry, of which 51021 says that none is listed.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Instrument, Kind, Liquidation, Position, Side
from feeds.text import plain
from feeds.venue import Http, Out, Reject, positive
from feeds.venues import _json
from feeds.venues._common import LATEST_MS, Number, each_row, ms, numbered
from feeds.venues._contract import Contract
from feeds.venues._lists import asking, onward, query_of, since, wanted_ms
from feeds.venues._past_interest import Row, earlier, past_interest

NAME = "okx"
LIQUIDATED = ("SWAP", "FUTURES")
REST, OTHER = "https://www.okx.com", "https://openapi.okx.com"
INSTRUMENTS = "/api/v5/public/instruments"
MISSED = "/api/v5/public/liquidation-orders"
INTEREST = "/api/v5/rubik/stat/contracts/open-interest-history"
"""Every five minutes, a hundred at a time from the newest on (OKX API guide, "contract open interest history")."""
UNDERLYINGS = ("BTC-USDT", "BTC-USD", "BTC-USDC")
"""An underlying covers its families: BTC-USD is that of BTC-USD_UM too."""
FUTURES = ("BTC-USDT", "BTC-USD")
ALIASES = ("this_week", "next_week", "this_month", "next_month", "quarter", "next_quarter")
SWAPS = ("BTC-USDT-SWAP", "BTC-USD-SWAP")
NOT_LISTED = ("51001", "51021")
LONGEST = 100
"""Liquidations in one answer, and times in one of open interest."""

CLOSED: dict[Side, Position] = {"sell": "long", "buy": "short"}
"""By the side of the order that closed the position."""


DEFAULTS = {"BTC-USDT": Contract(0.01, False), "BTC-USD": Contract(100.0, True), "BTC-USDC": Contract(0.0001, False)}
"""By family, until the venue has said it of the instrument itself. BTC-USD_UM has none: nothing documents it."""

Size = Callable[[str], Contract]


class _Named(Struct, gc=False):
    instId: str = ""


class _Liquidated(Struct, gc=False):
    """One instrument of a liquidation message. All coins come; `details` is read for bitcoin only."""

    instId: str = ""
    instFamily: str = ""
    uly: str = ""
    details: Raw = Raw()


class _Detail(Struct, gc=False):
    side: Side
    sz: Number
    bkPx: Number
    ts: str
    posSide: str = ""


class _Held(Struct, gc=False, array_like=True):
    """Open interest in contracts, in coins and in dollars."""

    ts: str
    oi: Number
    oiCcy: Number


class _Instrument(Struct, gc=False):
    instId: str
    instType: str
    ctType: str = ""
    ctVal: Number = None
    ctMult: Number = None
    ctValCcy: str = ""
    expTime: str = ""
    state: str = "live"


class _Answer(Struct, gc=False):
    code: str | int
    msg: str = ""
    data: Raw = Raw(b"[]")


_HELD = Decoder(_Held)
_NAMED = Decoder(_Named)
_LIQUIDATED = Decoder(_Liquidated)
_DETAIL = Decoder(_Detail)
_INSTRUMENT = Decoder(_Instrument)
_ANSWER = Decoder(_Answer)


class Contracts:
    """Contract sizes and expiries, which outlive a connection."""

    def __init__(self) -> None:
        self.expiries: dict[str, int] = {}
        self._contracts: dict[str, Contract] = {}

    def size(self, symbol: str) -> Contract:
        """What one contract is worth. Raises `Reject` where nothing documents it."""
        contract = self._contracts.get(symbol) or DEFAULTS.get(symbol.rpartition("-")[0])
        if contract is None:
            raise Reject(f"the contract size of {symbol[:40] or 'an unnamed instrument'} is not known")
        return contract

    def learn(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Learn a contract's size and expiry; one that cannot be believed leaves the old one standing."""
        if not _NAMED.decode(raw).instId.startswith("BTC-USD"):
            return ()
        row = _INSTRUMENT.decode(raw)
        if row.instType not in LIQUIDATED:
            return ()
        if (row.ctType, row.ctValCcy) not in (("linear", "BTC"), ("inverse", "USD")):
            raise Reject(f"contract type {row.ctType[:20]!r} does not go with a value in {row.ctValCcy[:20]!r}")
        value = positive(positive(row.ctVal, "ctVal") * positive(row.ctMult, "ctMult"), "ctVal times ctMult")
        # An X-Perp is listed among the futures with an expiry years away, but is a perpetual with funding.
        dated = row.instType == "FUTURES" and "XPERP" not in row.instId
        expiry_ms = ms(row.expTime, "expTime") if dated else None
        inverse = row.ctType == "inverse"
        self._contracts[row.instId] = Contract(value, inverse)
        self.expiries.pop(row.instId, None)
        if row.state != "live" or (expiry_ms is not None and expiry_ms <= recv_ms):
            return ()
        if expiry_ms is not None:
            self.expiries[row.instId] = expiry_ms
        quote = row.instId.split("-")[1].partition("_")[0]
        kind: Kind = "future" if dated else "perpetual"
        return (Instrument(NAME, row.instId, kind, quote, inverse, value, expiry_ms),)


def missed(feed: str, http: Http, size: Size, recv_ms: int) -> Sequence[Out]:
    """Read one page of a gap, newest first, and go on to the next where this one is full and not far enough back.

    What is newer than the gap would be known already, and is told by its id.
    """
    rows = answered(http, NOT_LISTED)
    times = [time for raw in rows for time in _times(raw)]
    outs = [*liquidations(feed, rows, 0, size, recv_ms)]
    if len(times) < LONGEST:
        return outs
    before_ms = ms(query_of(http, "after"), "after")
    return [*outs, *onward(min(times), wanted_ms(http), before_ms, asking(http, after=min(times)))]


def interest(feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
    """Read a page of a swap's open interest of the past."""
    symbol, rows = query_of(http, "instId"), answered(http)
    if symbol not in SWAPS or query_of(http, "period") != "5m":
        raise Reject("open interest that nobody asked for")
    outs = past_interest((NAME, symbol), feed, recv_ms, rows, _held)
    return earlier(http, outs, len(rows), LONGEST, "begin", "end")


def past(from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Addresses of the swaps' open interest of the past."""
    span = f"period=5m&begin={from_ms}&end={to_ms}&limit={LONGEST}"
    return tuple(f"{REST}{INTEREST}?instId={symbol}&{span}" for symbol in SWAPS)


def _held(raw: Raw) -> Row:
    row = _HELD.decode(raw)
    return ms(row.ts, "ts"), positive(row.oiCcy, "oiCcy")


def liquidations(feed: str, rows: list[Raw], oldest_ms: int, size: Size, recv_ms: int) -> Sequence[Out]:
    """Rows of a message or of the list behind it, which are the same; what is older than `oldest_ms` is none."""
    seen: dict[str, int] = {}

    def instrument(raw: Raw) -> Sequence[Out]:
        row = _LIQUIDATED.decode(raw)
        if not (row.instFamily or row.uly or row.instId).startswith("BTC-"):
            return ()
        details = _json.ROWS.decode(row.details)
        return each_row(feed, recv_ms, details, lambda detail: liquidation(row.instId, detail))

    def liquidation(symbol: str, raw: Raw) -> Sequence[Out]:
        row = _DETAIL.decode(raw)
        ts_ms = ms(row.ts, "ts")
        if ts_ms < oldest_ms:
            return ()
        position = CLOSED[row.side]
        if row.posSide in ("long", "short") and row.posSide != position:
            raise Reject(f"side {row.side} contradicts posSide {row.posSide}")
        price, contracts = positive(row.bkPx, "bkPx"), positive(row.sz, "sz")
        btc, usd = size(symbol).btc_usd(contracts, price)
        key = numbered(f"{symbol}:{ts_ms}:{contracts}:{price}:{row.side}", seen)
        return (Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, key),)

    return each_row(feed, recv_ms, rows, instrument)


def _times(raw: Raw) -> Iterator[int]:
    """Times of the liquidations of one instrument; what cannot be read is rejected elsewhere, and counts as new."""
    for detail in _json.ROWS.decode(_LIQUIDATED.decode(raw).details):
        try:
            yield ms(_DETAIL.decode(detail).ts, "ts")
        except (Reject, MsgspecError):
            yield LATEST_MS


def answered(http: Http, nothing: tuple[str, ...] = ()) -> list[Raw]:
    """Rows of an answer. `nothing` are the codes that say that there is nothing of the kind; they come as HTTP 400."""
    if nothing and http.status == 400:
        http = Http(http.url, 200, http.body)
    answer = _ANSWER.decode(_json.answer(http))
    if str(answer.code) in nothing:
        return []
    if str(answer.code) != "0":
        raise Reject(plain(f"refused: {answer.code}: {answer.msg}"))
    return _json.ROWS.decode(answer.data)


def between(from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Addresses of the liquidations before the end of a gap, newest first: the list takes no beginning."""
    families = [f"instType=SWAP&state=filled&uly={uly}" for uly in UNDERLYINGS]
    families += [f"instType=FUTURES&state=filled&uly={uly}&alias={alias}" for uly in FUTURES for alias in ALIASES]
    return tuple(since(f"{REST}{MISSED}?{family}&after={to_ms}&limit={LONGEST}", from_ms) for family in families)
