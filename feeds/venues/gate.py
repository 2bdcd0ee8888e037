"""Gate futures: the BTC_USDT perpetual's trades and ticker, its liquidations read over REST, and the dated futures.

Formats: Gate API v4, futures and delivery, 2025-11 to 2026-08, and real rows of 2026-09. Everything is counted in
contracts: decimal text for those who send `X-Gate-Size-Decimal: 1`, else whole numbers with the fraction cut off.

Liquidations come from the lists of liquidation orders alone, those of BTC_USDT and of the inverse BTC_USD; of dated
contracts none are published (`public_liquidates` fails on delivery: tardis-dev/tardis-node 18.5.1). The stream's
`futures.public_liquidates` gives a signed size of which sources disagree what the sign means, and no fill price;
counting it too would count everything twice.
"""

import re
from collections.abc import Sequence
from functools import partial

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Funding, Instrument, OpenInterest, Quote, Side, Trade
from feeds.text import plain
from feeds.venue import Http, Out, Poll, Reconnect, Refused, Reject, Stream, Venue, number, optional, positive
from feeds.venues import _json
from feeds.venues._beginning import TOLERANCE_MS
from feeds.venues._common import Number, Time, asked, each_row, ms
from feeds.venues._gate_orders import INVERSE, LISTS, LONGEST, NAME, SYMBOL, Orders, between, time_ms
from feeds.venues._past_interest import Row, past_interest

REST = "https://api.gateio.ws"
CONTRACT = f"/futures/usdt/contracts/{SYMBOL}"
DATED = "/delivery/usdt/contracts"
STATS = "/futures/usdt/contract_stats"
"""Of every five minutes, with the `time` when they began. Of which moment of them open interest is, is not said."""

DEFAULT = 0.0001
"""BTC in one contract, until the venue has said it."""
HELD = 300
"""Times in one answer of open interest."""
READ_EVERY_S = 10.0
UNREAD_MS = 30_000
"""Three readings. Liquidations that were not read for longer are not quiet, they are not heard."""
_TAKER: dict[bool, Side] = {True: "buy", False: "sell"}  # by whether the size is above zero
_DATED = re.compile(r"BTC_USDT_20[0-9]{6}")


class _Error(Struct, gc=False):
    code: int | str | None = None
    message: str = ""


class _Frame(Struct, gc=False):
    channel: str = ""
    event: str = ""
    time: Time = None
    time_ms: Time = None
    error: _Error | None = None
    result: Raw = Raw()
    type: str = ""
    msg: str = ""


class _Notice(Struct, gc=False):
    type: str = ""
    msg: str = ""


class _Named(Struct, gc=False):
    contract: str


class _Trade(Struct, gc=False):
    """`size` is positive where the taker bought. `is_internal`: taken over in a liquidation, at no market's price."""

    contract: str
    id: int | str
    size: Number
    price: Number
    create_time_ms: Number = None
    create_time: Number = None
    is_internal: bool | None = None


class _Ticker(Struct, gc=False):
    contract: str
    last: Number = None
    mark_price: Number = None
    index_price: Number = None
    funding_rate: Number = None
    total_size: Number = None


class _Listed(Struct, gc=False):
    name: str


class _Contract(Struct, gc=False):
    """A perpetual or a dated contract. Times are in seconds."""

    name: str
    quanto_multiplier: Number = None
    funding_interval: Number = None
    funding_next_apply: Number = None
    mark_price: Number = None
    index_price: Number = None
    position_size: Number = None
    expire_time: Time = None
    in_delisting: bool | None = None


class _Stat(Struct, gc=False):
    """`open_interest` is in contracts."""

    time: Time
    open_interest: Number


_STAT = Decoder(_Stat)
_FRAME = Decoder(_Frame)
_NOTICE = Decoder(_Notice)
_NAMED = Decoder(_Named)
_TRADE = Decoder(_Trade)
_TICKER = Decoder(_Ticker)
_LISTED = Decoder(_Listed)
_CONTRACT = Decoder(_Contract)


class Parser:
    """Remembers contract sizes and funding times, which the stream lacks, and what the lists of liquidations told."""

    def __init__(self) -> None:
        self._contracts: dict[str, Instrument] = {}
        self._funding: tuple[float | None, int | None] = (None, None)
        self._orders = {symbol: Orders(symbol, self._btc) for symbol in LISTS}
        self._since_ms: int | None = None  # when the venue was first heard, by its own clock
        self._heard = False  # on this connection
        self._read_ms: int | None = None  # when the list of liquidations was last read
        self._deaf = False
        self._channels = {"futures.trades": self._trade, "futures.tickers": self._ticker}

    def opened(self, feed: str, recv_ms: int) -> None:
        """A new connection has heard nothing yet, and liquidations have anew the time to be read."""
        self._heard, self._read_ms, self._deaf = False, recv_ms, False

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Trades and tickers; and whether liquidations are still read."""
        frame = _FRAME.decode(_json.text(data))
        outs = [*self._frame(feed, frame, recv_ms)]
        outs.extend(self._watch(recv_ms))
        return outs

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Liquidations, the perpetual's contract and its open interest of the past, or the dated ones."""
        path, query = asked(http)
        for symbol, orders in self._orders.items():
            if path.endswith(LISTS[symbol]) and query.get("contract") == symbol:
                rows = _json.ROWS.decode(_json.answer(http))
                if "from" in query:
                    return orders.missed(feed, http, rows, recv_ms)
                return self._liquidations(feed, orders, rows, recv_ms, main=symbol == SYMBOL)
        if path.endswith(CONTRACT):
            return self._perpetual(_CONTRACT.decode(_json.answer(http)))
        if path.endswith(DATED):
            rows = _json.ROWS.decode(_json.answer(http))
            return each_row(feed, recv_ms, rows, lambda raw: self._dated(raw, recv_ms))
        if path.endswith(STATS) and (query.get("contract"), query.get("interval")) == (SYMBOL, "5m"):
            rows = _json.ROWS.decode(_json.answer(http))
            return past_interest((NAME, SYMBOL), feed, recv_ms, rows, self._held)
        raise Reject(f"an answer that nobody asked for: {plain(path, 60)}")

    def _frame(self, feed: str, frame: _Frame, recv_ms: int) -> Sequence[Out]:
        if frame.channel == "futures.system" or frame.type:
            return _system(frame)
        if frame.error is not None:
            return (Refused(plain(f"{frame.channel}: {frame.error.code}: {frame.error.message}")),)
        if not frame.channel:
            raise Reject("neither a channel nor a notice")
        read = self._channels.get(frame.channel)
        if read is None:
            return ()
        if frame.event == "subscribe" and not _is_list(frame.result):  # an acknowledgement; in 2020 it held data
            return ()
        return each_row(feed, recv_ms, _rows(frame.result), lambda raw: read(raw, frame, recv_ms))

    def _watch(self, recv_ms: int) -> Sequence[Out]:
        """Say once that liquidations are not read any more. Only a new connection takes that back."""
        if self._read_ms is None:
            self._read_ms = recv_ms
        unread = recv_ms - self._read_ms > UNREAD_MS
        if unread and not self._deaf:
            self._deaf = True
            return (Refused(f"liquidations were not read for {UNREAD_MS // 1000} s", liquidations=True),)
        if self._deaf and not unread:
            return (Reconnect("liquidations can be read again"),)
        return ()

    def _trade(self, raw: Raw, frame: _Frame, recv_ms: int) -> Sequence[Out]:
        row = _TRADE.decode(raw)
        if row.contract != SYMBOL:
            return ()
        price, contracts = positive(row.price, "price"), number(row.size, "size")
        if row.is_internal or contracts == 0:  # zero: less than a whole contract, cut off
            return ()
        btc, side = self._btc(SYMBOL, abs(contracts)), _TAKER[contracts > 0]
        ts_ms = self._clock(time_ms(row.create_time_ms or row.create_time, "create_time"))
        return (Trade(NAME, SYMBOL, ts_ms, recv_ms, price, btc, side, str(row.id)),)

    def _ticker(self, raw: Raw, frame: _Frame, recv_ms: int) -> Sequence[Out]:
        row = _TICKER.decode(raw)
        if row.contract != SYMBOL:
            return ()
        last, mark = optional(row.last, "last"), optional(row.mark_price, "mark_price")
        index, contracts = optional(row.index_price, "index_price"), optional(row.total_size, "total_size")
        rate = None if row.funding_rate in (None, "") else number(row.funding_rate, "funding_rate")
        ts_ms = self._clock(ms(frame.time_ms or frame.time, "time"))
        facts: list[Out] = [Quote(NAME, SYMBOL, ts_ms, recv_ms, last, mark=mark, index=index)]
        if rate is not None:
            interval_h, next_ms = self._funding
            due_ms = next_ms if next_ms and next_ms > ts_ms else None  # what has passed is not known anew yet
            facts.append(Funding(NAME, SYMBOL, ts_ms, recv_ms, rate, interval_h, due_ms))
        if contracts is not None:
            facts.append(OpenInterest(NAME, SYMBOL, ts_ms, recv_ms, self._btc(SYMBOL, contracts)))
        return facts

    def _clock(self, ts_ms: int) -> int:
        """Take note that the venue was heard, and give the time back."""
        self._heard = True
        if self._since_ms is None:
            self._since_ms = ts_ms
        return ts_ms

    def _liquidations(self, feed: str, orders: Orders, rows: list[Raw], recv_ms: int, *, main: bool) -> Sequence[Out]:
        """Tell what a list did not hold before.

        What is older than the first time that the venue was heard is history. That is measured by the venue's clock,
        which the stream tells: until a connection has heard it, the rows wait for the next reading.
        """
        if main:
            self._read_ms = recv_ms
        if self._since_ms is None or not self._heard:
            return ()
        return orders.news(feed, rows, self._since_ms - TOLERANCE_MS, recv_ms)

    def _btc(self, symbol: str, contracts: float) -> float:
        known = self._contracts.get(symbol)
        return positive(contracts * (known.contract if known else DEFAULT), "size in BTC")

    def _held(self, raw: Raw) -> Row:
        row = _STAT.decode(raw)
        return ms(row.time, "time"), self._btc(SYMBOL, positive(row.open_interest, "open_interest"))

    def _perpetual(self, row: _Contract) -> Sequence[Out]:
        if row.name != SYMBOL:
            raise Reject(f"the contract of {plain(row.name, 40)} where {SYMBOL} was asked for")
        interval_s = optional(row.funding_interval, "funding_interval")
        next_ms = time_ms(row.funding_next_apply, "funding_next_apply") if row.funding_next_apply else None
        self._funding = (interval_s / 3600 if interval_s else None, next_ms)
        return self._learn(Instrument(NAME, SYMBOL, "perpetual", "USDT", False, _multiplier(row)))

    def _dated(self, raw: Raw, recv_ms: int) -> Sequence[Out]:
        """Read a dated contract. The answer has no time of its own, so its prices have that of receipt."""
        symbol = _LISTED.decode(raw).name
        if not _DATED.fullmatch(symbol):
            return ()
        row = _CONTRACT.decode(raw)
        expiry_ms = time_ms(row.expire_time, "expire_time")
        if row.in_delisting or expiry_ms <= recv_ms:
            self._contracts.pop(symbol, None)
            return ()
        facts = [*self._learn(Instrument(NAME, symbol, "future", "USDT", False, _multiplier(row), expiry_ms))]
        mark, index = optional(row.mark_price, "mark_price"), optional(row.index_price, "index_price")
        facts.append(Quote(NAME, symbol, recv_ms, recv_ms, mark=mark, index=index))
        contracts = optional(row.position_size, "position_size")
        if contracts is not None:
            facts.append(OpenInterest(NAME, symbol, recv_ms, recv_ms, self._btc(symbol, contracts)))
        return facts

    def _learn(self, contract: Instrument) -> Sequence[Out]:
        if self._contracts.get(contract.symbol) == contract:
            return ()
        self._contracts[contract.symbol] = contract
        return (contract,)


def _multiplier(row: _Contract) -> float:
    """BTC in one contract. Zero has a meaning on the inverse BTC_USD only, which is not read here: one dollar."""
    return positive(row.quanto_multiplier, "quanto_multiplier")


def _is_list(raw: Raw) -> bool:
    return bytes(raw)[:1] == b"["


def _rows(result: Raw) -> list[Raw]:
    """Rows of a message, in the three shapes that were seen: a list, a list in a list (2020), one row alone (2022)."""
    if not _is_list(result):
        return [result]
    rows = _json.ROWS.decode(result)
    return [row for outer in rows for row in (_json.ROWS.decode(outer) if _is_list(outer) else (outer,))]


def _system(frame: _Frame) -> Sequence[Out]:
    """Read what the service says of itself; before an upgrade it asks for a new connection."""
    notice = _NOTICE.decode(frame.result) if bytes(frame.result)[:1] == b"{" else frame
    kind, said = notice.type or frame.type, notice.msg or frame.msg
    return (Reconnect(plain(said or kind)),) if kind == "upgrade" else ()


def _subscribe(channel: str) -> str:
    # The time is of no consequence on public channels, but must be there.
    return f'{{"time":1767225600,"channel":"futures.{channel}","event":"subscribe","payload":["{SYMBOL}"]}}'


VENUE = Venue(
    name=NAME,
    title="Gate",
    streams=(
        Stream(
            name="",
            url="wss://fx-ws.gateio.ws/v4/ws/usdt",
            hello=(_subscribe("trades"), _subscribe("tickers")),  # apart: one bad symbol fails a whole request
            limit_s=20.0,
            life_s=2.5,
            liquidations=True,
        ),
    ),
    parser=Parser,
    prices=(SYMBOL,),
    spot=None,
    quote="USDT",
    liquidations="all",
    http=REST,
    polls=(
        *(
            Poll(f"{REST}/api/v4{path}?contract={symbol}&limit={LONGEST}", READ_EVERY_S, liquidations=True)
            for symbol, path in LISTS.items()
        ),
        Poll(f"{REST}/api/v4{CONTRACT}", 60.0),
        Poll(f"{REST}/api/v4{DATED}", 60.0),
    ),
    missed=partial(between, REST),
    interest=lambda from_ms, to_ms: (
        f"{REST}/api/v4{STATS}?contract={SYMBOL}&interval=5m&from={from_ms // 1000}&limit={HELD}",
    ),
    headers={"X-Gate-Size-Decimal": "1"},  # without it, fractions of a contract are cut off
    note=f"liquidations of {SYMBOL} and {INVERSE}, read over REST every {READ_EVERY_S:g} s and so up to that late",
)
