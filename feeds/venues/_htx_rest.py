"""HTX over REST: contracts, prices of what no stream carries, open interest, and the liquidations of a gap.

The old USDT-M interface ended on 2026-07-13, market data excepted (htx.com/support/95034086350701, 2026-05-26). Open
interest and liquidations are asked of its successor first (ccxt 4.5.84 and thrasher-corp/gocryptotrader of September
2026 read `/v5/market/...`), and of the old addresses where that does not answer; contracts, index and elements have no
successor that is known. Either may be asked at api.hbdm.com or at api.hbdm.vn.
"""

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import parse_qs, urlsplit

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Instrument, Kind, Liquidation, OpenInterest, Position, Quote
from feeds.text import plain
from feeds.venue import Http, More, Out, Reject, Short, optional, positive
from feeds.venues import _json
from feeds.venues._common import Number, Time, asked, each_row, ms, numbered
from feeds.venues._contract import Contract
from feeds.venues._htx_rows import NAME, OURS, POSITIONS, SYMBOL, Named, liquidation
from feeds.venues._lists import asking

REST, OTHER = "https://api.hbdm.com", "https://api.hbdm.vn"
API = "/linear-swap-api/v1"
INTEREST, OLD_INTEREST = "/v5/market/open_interest", f"{API}/swap_open_interest"
MISSED, OLD_MISSED = "/v5/market/liquidation_orders", "/linear-swap-api/v3/swap_liquidation_orders"
MARK = "/index/market/history/linear_swap_mark_price_kline"
PRICES = "/linear-swap-ex/market/detail/batch_merged"

WINDOW_MS, LONGEST_MS = 7_200_000, 86_400_000
"""Liquidations are listed for two hours at a time (HTX docs); what is older than a day is in no total."""
LONGEST = 100
"""Rows of one answer of the new list. The old one was seen to give a single row (September 2026)."""

DEFAULT = Contract(0.001, inverse=False)
LISTED = 1
_KINDS: dict[str, Kind] = {"swap": "perpetual", "futures": "future"}
_UNSURE = "HTX's new interface does not say whether it counts both sides; halved, as the old one did"


class _Answer(Struct, gc=False):
    """An answer of any of the interfaces: they say `status` or `code`, and `data` or `ticks`."""

    status: str = ""
    code: int | str = 0
    err_code: int | str = ""
    err_msg: str | None = None
    msg: str | None = None
    message: str | None = None
    ts: Time = None
    data: Raw = Raw(b"[]")
    ticks: Raw = Raw()


class _Contract(Struct, gc=False):
    contract_code: str
    contract_size: Number
    contract_status: int
    business_type: str = "swap"
    delivery_time: Time = None


class _Elements(Struct, gc=False):
    settle_period: Number = None


class _OpenInterest(Struct, gc=False):
    """`amount` is in bitcoin, `volume` in contracts."""

    amount: Number
    volume: Number = None


class _Index(Struct, gc=False):
    index_price: Number
    index_ts: Time


class _Kline(Struct, gc=False):
    close: Number


class _Merged(Struct, gc=False):
    """`bid` and `ask` are each a price and a size; null where that side of the book is empty."""

    ts: Time
    close: Number = None
    bid: tuple[Number, Number] | None = None
    ask: tuple[Number, Number] | None = None


class _Liquidation(Struct, gc=False):
    """A liquidation of the new list. `position_side` is "both" where positions are held one way."""

    side: str | None
    liquidation_time: Time
    volume: Number
    bankrupt_price: Number
    position_side: str | None = None
    amount: Number = None
    trade_turnover: Number = None


class _Listed(Struct, gc=False):
    """What tells how far a page goes: the new list has an `id`, the old one a `query_id`."""

    id: int | str | None = None
    query_id: int | str | None = None
    liquidation_time: Time = None
    created_at: Time = None


_ANSWER = Decoder(_Answer)
_NAMED = Decoder(Named)
_CONTRACT = Decoder(_Contract)
_ELEMENTS = Decoder(_Elements)
_OPEN_INTEREST = Decoder(_OpenInterest)
_INDEX = Decoder(_Index)
_KLINE = Decoder(_Kline)
_MERGED = Decoder(_Merged)
_LIQUIDATION = Decoder(_Liquidation)
_LISTED = Decoder(_Listed)


class Rest:
    """Reads answers. Holds contract sizes, expiries and the funding interval, which outlive every connection."""

    def __init__(self) -> None:
        self.interval_h: float | None = None
        self._contracts: dict[str, Contract] = {}
        self._expiries: dict[str, int] = {}
        self._answers: dict[str, Callable[[Raw, _Answer, int], Sequence[Out]]] = {
            f"{API}/swap_contract_info": self._contract,
            f"{API}/swap_query_elements": self._elements,
            INTEREST: self._new_interest,
            OLD_INTEREST: self._old_interest,
            f"{API}/swap_index": _index,
            MARK: _mark,
            PRICES: self._merged,
        }

    def size(self, symbol: str) -> Contract:
        """What one contract is worth."""
        return self._contracts.get(symbol, DEFAULT)

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Read any answer, recognised by its path."""
        path, query = asked(http)
        if path.endswith((MISSED, OLD_MISSED)):
            rows = _json.ROWS.decode(_answered(http).data)
            new, seen = path.endswith(MISSED), dict[str, int]()
            read = partial(self._missed, recv_ms, seen) if new else partial(self._old, recv_ms, seen)
            return [*each_row(feed, recv_ms, rows, read), *_onward(http, rows, LONGEST if new else 1)]
        read_row = next((row for name, row in self._answers.items() if path.endswith(name)), None)
        if read_row is None or query.get("contract_code", SYMBOL) != SYMBOL:
            raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")
        answer = _answered(http)
        data = answer.ticks or answer.data
        one = path.endswith(INTEREST) and bytes(data)[:1] == b"{"
        rows = [data] if one else _json.ROWS.decode(data)
        return each_row(feed, recv_ms, rows, lambda raw: read_row(raw, answer, recv_ms))

    def _old(self, recv_ms: int, seen: dict[str, int], raw: Raw) -> Sequence[Out]:
        return liquidation(raw, self.size, recv_ms, seen)

    def _missed(self, recv_ms: int, seen: dict[str, int], raw: Raw) -> Sequence[Out]:
        """Read a row of the new list, which says the position's side beside that of the order that closed it."""
        symbol = _NAMED.decode(raw).contract_code
        if not OURS.fullmatch(symbol):
            return ()
        row = _LIQUIDATION.decode(raw)
        position: Position | None = POSITIONS.get(row.side)
        if position is None:
            raise Reject(f"side is neither buy nor sell: {str(row.side)[:20]!r}")
        if row.position_side in ("long", "short") and row.position_side != position:
            raise Reject(f"side {row.side} contradicts position_side {row.position_side}")
        ts_ms, price = ms(row.liquidation_time, "liquidation_time"), positive(row.bankrupt_price, "bankrupt_price")
        contracts = positive(row.volume, "volume")
        btc, usd = self.size(symbol).btc_usd(contracts, price)
        btc = optional(row.amount, "amount") or btc
        usd = optional(row.trade_turnover, "trade_turnover") or positive(btc * price, "size in dollars")
        id = numbered(f"{ts_ms}:{symbol}:{row.side}:{contracts}:{price}", seen)
        return (Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, id),)

    def _contract(self, raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
        """Learn of a contract; one that cannot be believed leaves what was known of it standing."""
        symbol = _NAMED.decode(raw).contract_code
        if not OURS.fullmatch(symbol):
            return ()
        row = _CONTRACT.decode(raw)
        kind = _KINDS.get(row.business_type)
        if kind is None or (kind == "perpetual") is not (symbol == SYMBOL):
            raise Reject(f"{symbol} as a contract of type {row.business_type[:20]!r}")
        value = positive(row.contract_size, "contract_size")
        expiry_ms = ms(row.delivery_time, "delivery_time") if kind == "future" else None
        self._contracts[symbol] = Contract(value, inverse=False)
        if expiry_ms is not None:
            self._expiries[symbol] = expiry_ms
        if row.contract_status != LISTED or (expiry_ms is not None and expiry_ms <= recv_ms):
            self._expiries.pop(symbol, None)
            return ()
        return (Instrument(NAME, symbol, kind, "USDT", False, value, expiry_ms),)

    def _elements(self, raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
        """Learn every how many hours funding is paid."""
        if _NAMED.decode(raw).contract_code == SYMBOL:
            self.interval_h = optional(_ELEMENTS.decode(raw).settle_period, "settle_period")
        return ()

    def _merged(self, raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
        """Quote a dated contract that is listed and has not expired. No list gives their mark or index."""
        symbol = _NAMED.decode(raw).contract_code
        if self._expiries.get(symbol, 0) <= recv_ms:
            return ()
        row = _MERGED.decode(raw)
        last = optional(row.close, "close")
        bid, ask = (optional(side[0], "price") if side else None for side in (row.bid, row.ask))
        if last is bid is ask is None:
            return ()
        return (Quote(NAME, symbol, ms(row.ts, "ts"), recv_ms, last, bid, ask),)

    def _old_interest(self, raw: Raw, answer: _Answer, recv_ms: int, unsure: str = "") -> Sequence[Out]:
        """Halve it: HTX counts longs and shorts."""
        symbol = _NAMED.decode(raw).contract_code
        if not OURS.fullmatch(symbol):
            return ()
        both = optional(_OPEN_INTEREST.decode(raw).amount, "amount")
        if both is None:  # a contract that nobody holds
            return ()
        return (OpenInterest(NAME, symbol, ms(answer.ts, "ts"), recv_ms, both / 2, unsure),)

    def _new_interest(self, raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
        """Read one row of text numbers, whose contracts and bitcoin have to agree."""
        if _NAMED.decode(raw).contract_code != SYMBOL:
            raise Reject(f"open interest that is not of {SYMBOL}")
        row = _OPEN_INTEREST.decode(raw)
        amount, volume = optional(row.amount, "amount"), optional(row.volume, "volume")
        if amount and volume and not 0.99 < volume * self.size(SYMBOL).value / amount < 1.01:
            raise Reject(f"open interest of {amount:g} BTC in {volume:g} contracts: these do not agree")
        return self._old_interest(raw, answer, recv_ms, _UNSURE)


def _onward(http: Http, rows: list[Raw], longest: int) -> tuple[Out, ...]:
    """The next page of a list that was asked for by its times, where this one is full and does not reach back."""
    _, query = asked(http)
    if len(rows) < longest or "start_time" not in query:
        return ()
    last = _LISTED.decode(rows[-1])
    if ms(last.liquidation_time or last.created_at, "time") <= ms(query["start_time"], "start_time"):
        return ()
    name, id = ("from", last.id) if last.query_id is None else ("from_id", last.query_id)
    if id is None or str(id) == query.get(name):
        return (Short("the list does not go back as far as the gap"),)
    return (More(asking(http, **{name: id})),)


def _index(raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
    if _NAMED.decode(raw).contract_code != SYMBOL:
        return ()
    row = _INDEX.decode(raw)
    index = positive(row.index_price, "index_price")
    return (Quote(NAME, SYMBOL, ms(row.index_ts, "index_ts"), recv_ms, index=index),)


def _mark(raw: Raw, answer: _Answer, recv_ms: int) -> Sequence[Out]:
    """Read the running candle of the mark price; its close is the price now."""
    mark = positive(_KLINE.decode(raw).close, "close")
    return (Quote(NAME, SYMBOL, ms(answer.ts, "ts"), recv_ms, mark=mark),)


def _answered(http: Http) -> _Answer:
    answer = _ANSWER.decode(_json.answer(http))
    if answer.status != "ok" and str(answer.code) != "200":
        said = answer.err_msg or answer.msg or answer.message or "without a text"
        raise Reject(f"refused: {plain(f'{answer.err_code or answer.code}: {said}')}")
    return answer


def between(from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Addresses of the liquidations of two hours each, newest first, for no more than a day.

    Those of the perpetual by its name; those of the dated contracts, whose names change, by their pair.
    """
    starts = range(max(from_ms, to_ms - LONGEST_MS), to_ms, WINDOW_MS)
    return tuple(
        f"{REST}{MISSED}?{which}={SYMBOL}&start_time={start}&end_time={min(start + WINDOW_MS, to_ms)}"
        f"&limit={LONGEST}&direct=prev"
        for start in reversed(starts)
        for which in ("contract_code", "pair")
    )


def also(url: str) -> tuple[str, ...]:
    """The same of the other host, and of the interface of before where there is one."""
    older = _older(url)
    return tuple(at.replace(REST, OTHER) if host else at for at in (url, *older) for host in (0, 1))[1:]


def _older(url: str) -> tuple[str, ...]:
    if INTEREST in url:
        return (url.replace(INTEREST, OLD_INTEREST),)
    if MISSED not in url:
        return ()
    query = parse_qs(urlsplit(url).query)
    which = "pair" if "pair" in query else "contract"
    times = f"start_time={query['start_time'][0]}&end_time={query['end_time'][0]}"
    return (f"{REST}{OLD_MISSED}?{which}={SYMBOL}&trade_type=0&{times}&direct=prev",)
