"""Deribit, JSON-RPC over websocket, and what is read over REST. Formats: docs.deribit.com of 2025 and captures of 2020.

Liquidations are trades with a mark. Amounts are dollars on inverse instruments, bitcoin on linear ones.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import Message, Session, Text, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import Listing, of
from feeds.simulate.standing import Standing

_INSTRUMENTS = {row.symbol: row for row in of("deribit")}
_CURRENCIES = {"BTC": "BTC-PERPETUAL", "USDC": "BTC_USDC-PERPETUAL"}
_CHANNELS = {
    *(f"trades.future.{currency}.100ms" for currency in _CURRENCIES),
    *(f"ticker.{symbol}.{every}" for symbol in _INSTRUMENTS for every in ("100ms", "agg2")),
}
_PERPETUAL_MS = 32_503_708_800_000  # the expiry of what never expires
_LONGEST = 1000


class _Params(Struct, frozen=True):
    channels: list[str] = []
    interval: int = 0


class _Request(Struct):
    method: str
    id: int | str | None = None
    params: _Params = _Params()


class _Session(Session):
    """`_every_ms`: how often the client wants a sign of life, and is asked for one itself; 0 is never."""

    def __init__(self, desk: "Deribit", now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk
        self._every_ms = 0
        self._beat_ms = now_ms
        self._asked_ms: int | None = None

    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [self._error(None, -32700, "Parse error")]
        channels = request.params.channels
        match request.method:
            case "public/subscribe" if any(channel.endswith(".raw") for channel in channels):
                return [self._error(request.id, 13778, "raw_subscriptions_not_available_for_unauthorized")]
            case "public/subscribe":
                accepted = [channel for channel in channels if channel in _CHANNELS]
                self.channels |= set(accepted)
                first = (self._desk.first(channel) for channel in accepted)
                return [self._result(request.id, accepted, now_ms), *(frame for frame in first if frame)]
            case "public/unsubscribe":
                ended = [channel for channel in channels if channel in self.channels]
                self.channels -= set(ended)
                return [self._result(request.id, ended, now_ms)]
            case "public/set_heartbeat" if request.params.interval < 10:
                return [self._error(request.id, -32602, "Invalid params")]
            case "public/set_heartbeat":
                self._every_ms, self._beat_ms = request.params.interval * 1000, now_ms
                return [self._result(request.id, "ok", now_ms)]
            case "public/test":
                self._asked_ms = None
                return [self._result(request.id, {"version": "1.2.26"}, now_ms)]
            case _:
                return [self._error(request.id, -32601, "Method not found")]

    def take(self, message: Message, now_ms: int) -> Text | None:
        if message.channel != "heartbeat":
            return super().take(message, now_ms)
        if not self._every_ms or now_ms - self._beat_ms < self._every_ms / 2:
            return None
        self._beat_ms = now_ms
        if self._asked_ms is not None or now_ms - self.heard_ms < self._every_ms:
            return _push("heartbeat", {"type": "heartbeat"})
        self._asked_ms = now_ms
        return _push("heartbeat", {"type": "test_request"})

    def overdue(self, now_ms: int) -> bool:
        return self._asked_ms is not None and now_ms - self._asked_ms > self._every_ms

    def _result(self, id: int | str | None, result: object, now_ms: int) -> str:
        times = {"usIn": now_ms * 1000, "usOut": now_ms * 1000 + 120, "usDiff": 120, "testnet": False}
        return dump({"jsonrpc": "2.0", "id": id, "result": result, **times})

    def _error(self, id: int | str | None, code: int, said: str) -> str:
        return dump({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": said}, "testnet": False})


class Deribit:
    """Trades of each currency's futures, in which liquidations are marked, and tickers."""

    def __init__(self) -> None:
        self._tickers: dict[str, Ticker] = {}

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(self, now_ms) if path == "/ws/api/v2" else None

    def first(self, channel: str) -> str | None:
        """A new subscriber of a ticker gets it at once."""
        ticker = self._tickers.get(channel.split(".")[1])
        return _push("subscription", {"channel": channel, "data": _state(ticker)}) if ticker else None

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing.venue == "deribit":
                return [self._trades(event)]
            case Ticker(listing=listing) if listing.venue == "deribit":
                self._tickers[listing.symbol] = event
                names = ("100ms", "agg2") if event.ts_ms % 1000 < 500 else ("100ms",)
                channels = [f"ticker.{listing.symbol}.{name}" for name in names]
                state = _state(event)
                return [_message(channel, state) for channel in channels]
            case Beat(count=count) if count % 10 == 0:
                return [Message("heartbeat", "")]
        return []

    def _trades(self, sweep: Sweep) -> Message:
        currency = next(name for name, symbol in _CURRENCIES.items() if symbol == sweep.listing.symbol)
        ticker = self._tickers.get(sweep.listing.symbol)
        known = {} if ticker is None else {"mark_price": ticker.mark, "index_price": ticker.index}
        marks = {row.id: _mark(row) for row in sweep.liquidated}
        rows = [
            _trade(sweep.listing, trade.id, trade.ts_ms, trade.price, trade.quantity, trade.side)
            | known
            | marks.get(trade.id, {})
            for trade in sweep.trades
        ]
        return _message(f"trades.future.{currency}.100ms", rows, sweep.liquidated)


def _push(method: str, params: object) -> str:
    return dump({"jsonrpc": "2.0", "method": method, "params": params})


def _message(channel: str, data: object, told: tuple[Liquidated, ...] = ()) -> Message:
    return Message(channel, _push("subscription", {"channel": channel, "data": data}), told)


def _amount(listing: Listing, quantity: float) -> float:
    return quantity * listing.contract if listing.inverse else quantity


def _mark(row: Liquidated) -> dict[str, object]:
    """T where the taker was liquidated, M where the maker was."""
    return {"liquidation": "M" if row.maker else "T"}


def _trade(
    listing: Listing, number: int, ts_ms: int, price: float, quantity: float, direction: str
) -> dict[str, object]:
    return {
        "trade_seq": number,
        "trade_id": str(number) if listing.inverse else f"BTC_USDC-{number}",
        "timestamp": ts_ms,
        "tick_direction": 0 if direction == "buy" else 2,
        "price": price,
        "instrument_name": listing.symbol,
        "direction": direction,
        "contracts": quantity,
        "amount": _amount(listing, quantity),
    }


def _state(ticker: Ticker) -> dict[str, object]:
    listing, day = ticker.listing, ticker.day
    return {
        "timestamp": ticker.ts_ms,
        "instrument_name": listing.symbol,
        "state": "open",
        "last_price": ticker.last,
        "best_bid_price": ticker.bid,
        "best_bid_amount": 12_000.0,
        "best_ask_price": ticker.ask,
        "best_ask_amount": 9_000.0,
        "mark_price": ticker.mark,
        "index_price": ticker.index,
        "estimated_delivery_price": ticker.index,
        "settlement_price": day.open,
        "open_interest": _open_interest(listing, ticker.oi_btc, ticker.mark),
        "current_funding": 0.0,
        "funding_8h": ticker.funding,
        "stats": {"volume": round(day.btc, 4), "volume_usd": round(day.usd, 2), "low": day.low, "high": day.high},
    }


def _open_interest(listing: Listing, btc: float, price: float) -> float:
    return float(round(btc * price, -1)) if listing.inverse else round(btc, 4)


def pages(standing: Standing) -> dict[str, Page]:
    """What is listed, what it costs, and liquidations of the past. (Other trades of the past are left out.)"""

    def instruments(query: dict[str, str]) -> Answer:
        return _answer([_listed(*row) for row in _futures(query.get("currency", ""), standing.now_ms())])

    def summaries(query: dict[str, str]) -> Answer:
        currency = query.get("currency", "")
        ticker = standing.tickers.get(_CURRENCIES.get(currency, ""))
        rows = [] if ticker is None else _futures(currency, ticker.ts_ms)
        return _answer([_summary(ticker, *row) for row in rows if ticker is not None])

    def trades(query: dict[str, str]) -> Answer:
        symbol = _CURRENCIES.get(query.get("currency", ""), "")
        first, last = int(query["start_timestamp"]), int(query["end_timestamp"])
        told = standing.told(symbol, from_ms=first, to_ms=last)
        if query.get("sorting") == "asc":
            told.reverse()
        longest = min(int(query.get("count", "10")), _LONGEST)
        rows = [_past(row) for row in told[:longest]]
        return _answer({"trades": rows, "has_more": len(told) > longest})

    return {
        "/api/v2/public/get_instruments": instruments,
        "/api/v2/public/get_book_summary_by_currency": summaries,
        "/api/v2/public/get_last_trades_by_currency_and_time": trades,
    }


def _answer(result: object) -> Answer:
    return Answer(200, dump({"jsonrpc": "2.0", "result": result, "usDiff": 240, "testnet": False}))


def _futures(currency: str, now_ms: int) -> list[tuple[str, int]]:
    """Name and expiry of the futures of a currency, its perpetual first, and one of another coin."""
    near, far = quarters(now_ms)
    match currency:
        case "BTC":
            quarterlies = [(f"BTC-{dated(ms, '%-d%b%y').upper()}", ms) for ms in (near, far)]
            return [("BTC-PERPETUAL", _PERPETUAL_MS), *quarterlies]
        case "USDC":
            quarterly = (f"BTC_USDC-{dated(far, '%-d%b%y').upper()}", far)
            return [("BTC_USDC-PERPETUAL", _PERPETUAL_MS), quarterly, ("ETH_USDC-PERPETUAL", _PERPETUAL_MS)]
    return []


def _listed(symbol: str, expiry_ms: int) -> dict[str, object]:
    linear = "_USDC" in symbol
    return {
        "instrument_name": symbol,
        "kind": "future",
        "is_active": True,
        "expiration_timestamp": expiry_ms,
        "settlement_period": "perpetual" if expiry_ms == _PERPETUAL_MS else "month",
        "instrument_type": "linear" if linear else "reversed",
        "contract_size": 0.001 if linear else 10.0,
        "base_currency": symbol[:3],
        "quote_currency": "USDC" if linear else "USD",
    }


def _summary(ticker: Ticker, symbol: str, expiry_ms: int) -> dict[str, object]:
    listing, perpetual = ticker.listing, expiry_ms == _PERPETUAL_MS
    price = ticker.mark if perpetual else round(mark(ticker, expiry_ms), 2)
    if symbol.startswith("ETH"):
        price = round(price / 27, 2)
    return {
        "instrument_name": symbol,
        "creation_timestamp": ticker.ts_ms,
        "mark_price": price,
        "mid_price": price,
        "bid_price": round(price - 2.5, 2),
        "ask_price": round(price + 2.5, 2),
        "last": round(price),
        "estimated_delivery_price": ticker.index,
        "open_interest": _open_interest(listing, ticker.oi_btc * (1 if perpetual else 0.2), price),
        "volume_usd": round(ticker.day.usd, 2),
    }


def _past(row: Liquidated) -> dict[str, object]:
    direction = "sell" if (row.position == "long") is not row.maker else "buy"
    return _trade(row.listing, row.id, row.ts_ms, row.price, row.quantity, direction) | _mark(row)
