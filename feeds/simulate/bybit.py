"""Bybit v5, linear and inverse. Formats: bybit-exchange/docs of 2026-07."""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.desk import Message, Session, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker
from feeds.simulate.listings import Listing, of

_TOPICS = ("publicTrade", "tickers", "allLiquidation")
_CATEGORIES = {
    f"/v5/public/{name}": {row.symbol for row in of("bybit") if row.inverse is inverse}
    for name, inverse in (("linear", False), ("inverse", True))
}
_FURTHER = re.compile(r"BTCPERP|BTC(USDT)?-[0-9]{1,2}[A-Z]{3}[0-9]{2}|BTCUSD[HMUZ][0-9]{2}")
_BATCH = 5  # tenths of a second between liquidation pushes (docs: 500 ms)


class _Request(Struct):
    op: str = ""
    args: list[str] = []
    req_id: str = ""


class _Session(Session):
    def __init__(self, desk: "Bybit", symbols: set[str], number: int, now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk, self._symbols = desk, symbols
        self._id = f"00000000-0000-4000-8000-{number:012x}"

    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [self._answer(_Request(), "error:invalid request", success=False)]
        match request.op:
            case "ping":
                return [self._answer(request, "pong")]
            case "subscribe":
                return self._subscribe(request, now_ms)
            case "unsubscribe":
                self.channels -= set(request.args)
                return [self._answer(request)]
            case _:
                return [self._answer(request, f"error:request not supported,op:{request.op}", success=False)]

    def overdue(self, now_ms: int) -> bool:
        return now_ms - self.heard_ms > 600_000

    def _subscribe(self, request: _Request, now_ms: int) -> list[str]:
        """One topic that does not exist fails the whole request."""
        for topic in request.args:
            kind, _, symbol = topic.partition(".")
            further = kind == "allLiquidation" and _FURTHER.fullmatch(symbol)  # of which nobody is ever liquidated
            if not further and (kind not in _TOPICS or symbol not in self._symbols):
                return [self._answer(request, f"error:handler not found,topic:{topic}", success=False)]
        self.channels |= set(request.args)
        return [self._answer(request), *self._desk.snapshots(request.args, now_ms)]

    def _answer(self, request: _Request, said: str = "", *, success: bool = True) -> str:
        ids = {"conn_id": self._id, "req_id": request.req_id}
        return dump({"success": success, "ret_msg": said, **ids, "op": request.op})


class Bybit:
    """All three topics of both categories; their symbols differ."""

    def __init__(self) -> None:
        self._tickers: dict[str, dict[str, str]] = {}
        self._waiting: dict[str, list[Liquidated]] = {}
        self._sequence = 25_000_000_000
        self._sessions = 0

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        symbols = _CATEGORIES.get(path)
        if symbols is None:
            return None
        self._sessions += 1
        return _Session(self, symbols, self._sessions, now_ms)

    def snapshots(self, topics: list[str], now_ms: int) -> list[str]:
        """The whole ticker, for whoever subscribed to it just now."""
        known = [topic for topic in topics if topic in self._tickers]
        return [self._ticker_frame(topic, "snapshot", self._tickers[topic], now_ms) for topic in known]

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing.venue == "bybit":
                self._sequence += 1
                return [self._trades(event)]
            case Ticker(listing=listing) if listing.venue == "bybit":
                return self._changes(event)
            case Liquidated(listing=listing) if listing.venue == "bybit":
                self._waiting.setdefault(listing.symbol, []).append(event)
            case Beat(ts_ms=ts_ms, count=count) if count % _BATCH == 0 and self._waiting:
                batches, self._waiting = self._waiting, {}
                return [_liquidations(symbol, rows, ts_ms) for symbol, rows in batches.items()]
        return []

    def _trades(self, sweep: Sweep) -> Message:
        listing = sweep.listing
        rows = [
            {
                "T": trade.ts_ms,
                "s": listing.symbol,
                "S": "Buy" if trade.side == "buy" else "Sell",
                "v": listing.quantity_text(trade.quantity),
                "p": listing.price_text(trade.price),
                "L": "PlusTick" if trade.side == "buy" else "MinusTick",
                "i": f"00000000-0000-5000-8000-{trade.id:012x}",
                "BT": False,
                "RPI": False,
                "seq": self._sequence,
            }
            for trade in sweep.trades
        ]
        topic = f"publicTrade.{listing.symbol}"
        return Message(topic, dump({"topic": topic, "type": "snapshot", "ts": rows[-1]["T"], "data": rows}))

    def _changes(self, ticker: Ticker) -> list[Message]:
        """What differs from the last time; the first time all of it."""
        topic = f"tickers.{ticker.listing.symbol}"
        before, now = self._tickers.get(topic), _fields(ticker)
        self._tickers[topic] = now
        if before is None:
            return [Message(topic, self._ticker_frame(topic, "snapshot", now, ticker.ts_ms))]
        changed = {name: text for name, text in now.items() if before[name] != text}
        if not changed:
            return []
        data = {"symbol": ticker.listing.symbol, **changed}
        return [Message(topic, self._ticker_frame(topic, "delta", data, ticker.ts_ms))]

    def _ticker_frame(self, topic: str, kind: str, data: dict[str, str], ts_ms: int) -> str:
        return dump({"topic": topic, "type": kind, "data": data, "cs": self._sequence, "ts": ts_ms})


def _liquidations(symbol: str, rows: list[Liquidated], ts_ms: int) -> Message:
    data = [
        {
            "T": row.ts_ms,
            "s": symbol,
            "S": "Buy" if row.position == "long" else "Sell",  # the side of the position, as documented
            "v": row.listing.quantity_text(row.quantity),
            "p": row.listing.price_text(row.price),
        }
        for row in rows
    ]
    topic = f"allLiquidation.{symbol}"
    return Message(topic, dump({"topic": topic, "type": "snapshot", "ts": ts_ms, "data": data}), tuple(rows))


def _fields(ticker: Ticker) -> dict[str, str]:
    listing, day, price = ticker.listing, ticker.day, ticker.listing.price_text
    size = listing.quantity_text(listing.quantity(listing.mean_btc * 40, ticker.last))
    return {
        "symbol": listing.symbol,
        "tickDirection": "ZeroPlusTick",
        "price24hPcnt": f"{ticker.last / day.open - 1:.6f}",
        "lastPrice": price(ticker.last),
        "prevPrice24h": price(day.open),
        "highPrice24h": price(day.high),
        "lowPrice24h": price(day.low),
        "markPrice": f"{ticker.mark:.2f}",
        "indexPrice": f"{ticker.index:.2f}",
        **_open_interest(listing, ticker),
        "turnover24h": f"{day.btc if listing.inverse else day.usd:.4f}",
        "volume24h": listing.quantity_text(day.quantity),
        "nextFundingTime": str(ticker.next_funding_ms),
        "fundingRate": f"{ticker.funding:.8f}",
        "fundingIntervalHour": "8",
        "bid1Price": price(ticker.bid),
        "bid1Size": size,
        "ask1Price": price(ticker.ask),
        "ask1Size": size,
    }


def _open_interest(listing: Listing, ticker: Ticker) -> dict[str, str]:
    """`openInterest` counts longs and shorts, `singleOpenInterest` (since 2026-06) once. Inverse counts dollars."""
    btc, usd = ticker.oi_btc, ticker.oi_btc * ticker.mark
    size, worth = (usd, btc) if listing.inverse else (btc, usd)
    return {
        "openInterest": f"{2 * size:.{listing.lot}f}",
        "openInterestValue": f"{2 * worth:.4f}",
        "singleOpenInterest": f"{size:.{listing.lot}f}",
        "singleOpenInterestValue": f"{worth:.4f}",
    }
