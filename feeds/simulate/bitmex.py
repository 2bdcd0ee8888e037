"""BitMEX: tables over websocket, and the active instruments over REST. Formats: captures of 2020, 2021 and 2026.

One contract is a dollar on XBTUSD, and a millionth of a bitcoin on XBTUSDT.
"""

from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import Message, Session, Text, dump, iso
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker, Trade
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import Listing, of
from feeds.simulate.standing import Standing

_INSTRUMENTS = {row.symbol: row for row in of("bitmex")}
_TABLES = ("trade", "instrument", "liquidation")
_RECENT = 20
_OPEN = 12  # tenths of a second that a liquidation order takes; after half of them, half is left
_OTHER_COIN = 170  # tenths of a second between liquidations of another coin
_MONTHS = {3: "H", 6: "M", 9: "U", 12: "Z"}
_FUNDING_INTERVAL = "2000-01-01T08:00:00.000Z"


class _Request(Struct):
    op: str
    args: list[str] = []


class _Session(Session):
    def __init__(self, desk: "Bitmex", now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk

    def on_open(self, now_ms: int) -> list[str]:
        welcome = {"info": "Welcome to the BitMEX Realtime API.", "version": "2.0.0", "timestamp": iso(now_ms, 3)}
        return [dump({**welcome, "docs": "https://www.bitmex.com/app/wsAPI", "limit": {"remaining": 39}})]

    def on_message(self, text: str, now_ms: int) -> list[str]:
        if text == "ping":
            return ["pong"]
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [self._error("Unrecognized request. See the documentation.", {"op": text[:40]})]
        if request.op not in ("subscribe", "unsubscribe"):
            return [self._error(f"Unknown op: {request.op}", request)]
        return [answer for topic in request.args for answer in self._one(request, topic)]

    def take(self, message: Message, now_ms: int) -> Text | None:
        """A table without a symbol is that of all symbols."""
        wanted = self.channels & {message.channel, message.channel.partition(":")[0]}
        return message.body if wanted else None

    def _one(self, request: _Request, topic: str) -> list[str]:
        table, _, symbol = topic.partition(":")
        if table not in _TABLES:
            return [self._error(f"Unknown table: {table}", request)]
        if request.op == "unsubscribe":
            self.channels.discard(topic)
            return [dump({"success": True, "unsubscribe": topic, "request": request})]
        self.channels.add(topic)
        return [dump({"success": True, "subscribe": topic, "request": request}), self._desk.partial(table, symbol)]

    def _error(self, said: str, request: object) -> str:
        return dump({"status": 400, "error": said, "meta": {}, "request": request})


class Bitmex:
    """Trades, instruments by what changes, and the liquidation orders that are in the book."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[dict[str, object]]] = {name: deque(maxlen=_RECENT) for name in _INSTRUMENTS}
        self._states: dict[str, dict[str, object]] = {}
        self._orders: dict[str, tuple[dict[str, object], int]] = {}  # and for how many more tenths of a second

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(self, now_ms) if path == "/realtime" else None

    def partial(self, table: str, symbol: str) -> str:
        """The table as it is: the latest trades, whole instruments, or the orders that are open."""
        match table:
            case "trade":
                rows = [row for name, recent in self._recent.items() if symbol in ("", name) for row in recent]
            case "instrument":
                rows = [row for name, row in self._states.items() if symbol in ("", name)]
            case _:
                rows = [row for row, _ in self._orders.values() if symbol in ("", row["symbol"])]
        filters = {"symbol": symbol} if symbol else {}
        keys = {"keys": ["orderID"] if table == "liquidation" else ["symbol"], "types": {}, "filter": filters}
        return dump({"table": table, "action": "partial", **keys, "data": rows})

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing.venue == "bitmex":
                rows = [_trade(listing, trade) for trade in event.trades]
                self._recent[listing.symbol].extend(rows)
                return [_message("trade", "insert", rows)]
            case Ticker(listing=listing) if listing.venue == "bitmex":
                return self._changes(event)
            case Liquidated(listing=listing) if listing.venue == "bitmex":
                return [self._order(event)]
            case Beat():
                return self._beat(event)
        return []

    def _changes(self, ticker: Ticker) -> list[Message]:
        """What differs from the last time; once a second."""
        symbol, now = ticker.listing.symbol, _state(ticker)
        before = self._states.get(symbol)
        if before is not None and ticker.ts_ms % 1000 >= 500:
            return []
        self._states[symbol] = now
        if before is None:
            return []
        changed = {name: value for name, value in now.items() if before[name] != value}
        return [_message("instrument", "update", [{"symbol": symbol, **changed}])]

    def _order(self, event: Liquidated) -> Message:
        listing = event.listing
        row: dict[str, object] = {
            "orderID": _uuid(listing, event.id),
            "symbol": listing.symbol,
            "side": "Sell" if event.position == "long" else "Buy",  # of the order, not of the position
            "price": event.price,
            "leavesQty": round(event.quantity),
        }
        self._orders[str(row["orderID"])] = (row, _OPEN)
        return _message("liquidation", "insert", [row], (event,))

    def _beat(self, beat: Beat) -> list[Message]:
        """Orders are worked off, and then gone; now and then another coin has one."""
        result = []
        for number, (row, tenths) in [*self._orders.items()]:
            self._orders[number] = (row, tenths - 1)
            name = {"orderID": number, "symbol": row["symbol"]}
            if tenths == _OPEN // 2:
                row["leavesQty"] = int(str(row["leavesQty"])) // 2
                result.append(_message("liquidation", "update", [{**name, "leavesQty": row["leavesQty"]}]))
            elif tenths <= 1:
                del self._orders[number]
                result.append(_message("liquidation", "delete", [name]))
        if beat.count % _OTHER_COIN == _OTHER_COIN - 1:
            number = f"{beat.ts_ms:08x}-0000-4000-8000-000000000000"
            other = {"orderID": number, "symbol": "ETHUSD", "side": "Buy", "price": 2410.35, "leavesQty": 1200}
            result.append(_message("liquidation", "insert", [other]))
        return result


def _message(table: str, action: str, rows: list[dict[str, object]], told: tuple[Liquidated, ...] = ()) -> Message:
    return Message(f"{table}:{rows[0]['symbol']}", dump({"table": table, "action": action, "data": rows}), told)


def _uuid(listing: Listing, number: int) -> str:
    return f"{len(listing.symbol):08x}-0000-4000-8000-{number:012x}"


def _trade(listing: Listing, trade: Trade) -> dict[str, object]:
    usd = listing.usd(trade.quantity, trade.price)
    return {
        "timestamp": iso(trade.ts_ms, 3),
        "symbol": listing.symbol,
        "side": "Buy" if trade.side == "buy" else "Sell",
        "size": round(trade.quantity),
        "price": trade.price,
        "tickDirection": "PlusTick" if trade.side == "buy" else "MinusTick",
        "trdMatchID": _uuid(listing, trade.id),
        "grossValue": round(trade.btc * 1e8),
        "homeNotional": trade.btc,
        "foreignNotional": usd,
        "trdType": "Regular",
    }


def _state(ticker: Ticker) -> dict[str, object]:
    listing = ticker.listing
    return {
        "symbol": listing.symbol,
        "lastPrice": ticker.last,
        "bidPrice": ticker.bid,
        "askPrice": ticker.ask,
        "markPrice": ticker.mark,
        "indicativeSettlePrice": ticker.index,
        "fundingRate": ticker.funding,
        "fundingTimestamp": iso(ticker.next_funding_ms, 3),
        "fundingInterval": _FUNDING_INTERVAL,
        "openInterest": round(listing.quantity(ticker.oi_btc, ticker.mark)),
        "timestamp": iso(ticker.ts_ms, 3),
    }


def pages(standing: Standing) -> dict[str, Page]:
    """The instruments that are active, with all that is known of them."""

    def active(_: dict[str, str]) -> Answer:
        rows: list[dict[str, object]] = []
        for listing in of("bitmex"):
            ticker = standing.tickers.get(listing.symbol)
            if ticker is not None:
                rows.append(_kind(listing.symbol, listing.inverse) | _state(ticker))
                rows += [_dated(ticker, ms) for ms in quarters(ticker.ts_ms, 12) if listing.inverse]
        return Answer(200, dump([*rows, _SPOT, _QUANTO]))

    return {"/api/v1/instrument/active": active}


def _kind(symbol: str, inverse: bool, expiry_ms: int | None = None) -> dict[str, object]:
    """What does not change. A contract is worth `multiplier` over the settle multiplier."""
    return {
        "symbol": symbol,
        "rootSymbol": "XBT",
        "typ": "FFCCSX" if expiry_ms else "FFWCSX",
        "state": "Open",
        "quoteCurrency": "USD" if inverse else "USDT",
        "settlCurrency": "XBt" if inverse else "USDt",
        "isInverse": inverse,
        "isQuanto": False,
        "lotSize": 100,
        "multiplier": -100_000_000 if inverse else 1,
        "underlyingToPositionMultiplier": None if inverse else 1_000_000,
        "underlyingToSettleMultiplier": -100_000_000 if inverse else None,
        "quoteToSettleMultiplier": None if inverse else 1_000_000,
        "expiry": iso(expiry_ms, 3) if expiry_ms else None,
    }


def _dated(ticker: Ticker, expiry_ms: int) -> dict[str, object]:
    """A quarterly, XBTZ26 for one that expires in December 2026; it has no funding."""
    symbol = f"XBT{_MONTHS[int(dated(expiry_ms, '%m'))]}{dated(expiry_ms, '%y')}"
    price = round(mark(ticker, expiry_ms), 2)
    prices = {"lastPrice": price, "bidPrice": round(price - 4, 1), "askPrice": round(price + 4, 1), "markPrice": price}
    return {
        **_kind(symbol, True, expiry_ms),
        **prices,
        "indicativeSettlePrice": ticker.index,
        "fundingRate": None,
        "fundingTimestamp": None,
        "fundingInterval": None,
        "openInterest": 38_000_000,
        "timestamp": iso(ticker.ts_ms, 3),
    }


_SPOT = {"symbol": "XBT_USDT", "rootSymbol": "XBT", "typ": "IFXXXP", "state": "Open", "quoteCurrency": "USDT"}
_QUANTO = {"symbol": "ETHUSD", "rootSymbol": "ETH", "typ": "FFWCSX", "state": "Open", "isQuanto": True}
"""Two that a reader has to leave out."""
