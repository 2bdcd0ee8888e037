"""Gate's lists of liquidation orders over REST: of the perpetual in USDT, and of the inverse one settled in bitcoin."""

from collections.abc import Callable, Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Liquidation, Position, Rejected
from feeds.venue import Http, Out, Reject, number, optional, positive
from feeds.venues._common import Number, each_row, ms, numbered
from feeds.venues._lists import asking, onward, query_of

NAME = "gate"
SYMBOL, INVERSE = "BTC_USDT", "BTC_USD"
LISTS = {SYMBOL: "/futures/usdt/liq_orders", INVERSE: "/futures/btc/liq_orders"}
LONGEST = 1000
"""Rows in one answer: enough for a cascade between two readings, and for hours in which nothing was read."""
REMEMBERED = 4 * LONGEST
HOUR_S = 3600
MOST_HOURS = 24

_POSITIONS: dict[bool, Position] = {True: "long", False: "short"}  # by whether the closing order sells


class _Named(Struct, gc=False):
    contract: str


class _Liquidated(Struct, gc=False):
    """`size` is the position before this order, not what was closed; `order_size` is the order, of opposite sign."""

    time: Number
    order_size: Number
    left: Number = None
    size: Number = None
    fill_price: Number = None
    order_price: Number = None


_NAMED = Decoder(_Named)
_LIQUIDATED = Decoder(_Liquidated)


class Orders:
    """Reads one list, and remembers which of its rows were told already. `size` is BTC of some linear contracts."""

    def __init__(self, symbol: str, size: Callable[[str, float], float]) -> None:
        self._symbol, self._size = symbol, size
        self._told: dict[str, None] = {}  # oldest first

    def news(self, feed: str, rows: list[Raw], oldest_ms: int, recv_ms: int) -> Sequence[Out]:
        """Read the list, which is newest first, and tell what it did not hold before, but nothing of before a time."""
        known, again = len(self._told), 0
        seen: dict[str, int] = {}

        def read(raw: Raw) -> Sequence[Out]:
            nonlocal again
            row, nth = _nth(raw, seen)
            if row in self._told:
                again += 1
                del self._told[row]
                self._told[row] = None  # the newest of those that are remembered
                return ()
            self._told[row] = None
            event = self._liquidation(raw, nth, recv_ms)
            return (event,) if event and event.ts_ms >= oldest_ms else ()

        outs = each_row(feed, recv_ms, reversed(rows), read)
        if known and len(rows) >= LONGEST and not again:
            outs.append(Rejected(feed, recv_ms, "more liquidations came between two readings than one answer holds"))
        while len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return outs

    def missed(self, feed: str, http: Http, rows: list[Raw], recv_ms: int) -> Sequence[Out]:
        """Read the orders of a gap. The venue was seen to ignore `from` and `to`, so they are held to here.

        A page that ends within a second is asked for again with that second in it: orders are known by their ids.
        """
        seen: dict[str, int] = {}
        from_ms, to_ms = (time_ms(query_of(http, name), name) for name in ("from", "to"))
        reached_ms = to_ms

        def read(raw: Raw) -> Sequence[Out]:
            nonlocal reached_ms
            event = self._liquidation(raw, _nth(raw, seen)[1], recv_ms)
            reached_ms = min(reached_ms, event.ts_ms) if event else reached_ms
            return (event,) if event and from_ms <= event.ts_ms <= to_ms else ()

        outs = each_row(feed, recv_ms, reversed(rows), read)
        if len(rows) < LONGEST:
            return outs
        return [*outs, *onward(reached_ms, from_ms, to_ms, asking(http, to=reached_ms // 1000))]

    def _liquidation(self, raw: Raw, nth: str, recv_ms: int) -> Liquidation | None:
        """Read an order of the list; `None` where it is another contract's, or closed nothing."""
        symbol = self._symbol
        if _NAMED.decode(raw).contract != symbol:
            return None
        row = _LIQUIDATED.decode(raw)
        ts_ms, order = time_ms(row.time, "time"), number(row.order_size, "order_size")
        left = abs(_or_zero(row.left, "left"))
        size, limit = _or_zero(row.size, "size"), optional(row.order_price, "order_price")
        if size * order > 0:
            raise Reject(f"an order of {order:g} cannot close a position of {size:g}")
        closed = abs(order) - left
        if closed < 0:
            raise Reject(f"of an order of {order:g}, {left:g} cannot be left")
        if closed == 0:
            return None
        price = optional(row.fill_price, "fill_price") or positive(row.order_price, "order_price")
        # A contract of the inverse perpetual is a dollar: its multiplier is told as 0.
        btc = positive(closed / price, "size in BTC") if symbol == INVERSE else self._size(symbol, closed)
        usd = closed if symbol == INVERSE else positive(btc * price, "size in dollars")
        id = f"{ts_ms}:{symbol}:{order}:{left}:{size}:{price}:{limit}{nth}"
        return Liquidation(NAME, symbol, ts_ms, recv_ms, _POSITIONS[order < 0], btc, usd, price, id)


def time_ms(value: Number, what: str) -> int:
    """A time in s or ms, with or without a fraction."""
    return ms(int(number(value, what)), what)


def between(rest: str, from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Addresses of the liquidations of a gap, an hour each, as the venue's documents want it; none for a longer one."""
    from_s, to_s = from_ms // 1000, -(-to_ms // 1000)
    if to_s - from_s > MOST_HOURS * HOUR_S:
        return ()
    return tuple(
        f"{rest}/api/v4{path}?contract={symbol}&limit={LONGEST}&from={start}&to={min(start + HOUR_S, to_s)}"
        for symbol, path in LISTS.items()
        for start in range(from_s, to_s, HOUR_S)
    )


def _nth(raw: Raw, seen: dict[str, int]) -> tuple[str, str]:
    """The row's text, numbered where it repeats one of the same answer, and that number: "" or "#2", "#3", ...

    Several orders of one second can be alike in everything that the list says of them.
    """
    text = bytes(raw).decode("utf-8", "replace")
    row = numbered(text, seen)
    return row, row[len(text) :]


def _or_zero(value: Number, what: str) -> float:
    return 0.0 if value in (None, "") else number(value, what)
