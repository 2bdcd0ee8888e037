"""Gate, USDT futures. Formats: Gate API v4 of 2025 and 2026, rows of 2026-09, as for who asks for decimal sizes.

Everything is counted in contracts. Liquidations come with a sign that sources read in different ways: here it is that
of the closing order, as the documentation's words are. Over REST both the position's and the order's are told.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import Message, Session, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import Listing, of
from feeds.simulate.standing import Standing

_LISTING = of("gate")[0]
_FUNDING_S = 28_800
_LONGEST = 1000
_STAGED = 5  # every so many an order closes only a part, and the rest of the position stays
_PAYLOADS = {
    "futures.trades": (_LISTING.symbol,),
    "futures.tickers": (_LISTING.symbol,),
    "futures.public_liquidates": (_LISTING.symbol, "!all"),
}


class _Request(Struct):
    channel: str
    event: str = ""
    payload: list[str] = []


class _Session(Session):
    def on_message(self, text: str, now_ms: int) -> list[str]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [_frame(now_ms, "", "", error={"code": 1, "message": "invalid request"})]
        channel, event = request.channel, request.event
        if channel == "futures.ping":
            return [_frame(now_ms, "futures.pong", "", result=None)]
        if channel not in _PAYLOADS or event not in ("subscribe", "unsubscribe"):
            return [_frame(now_ms, channel, event, error={"code": 1, "message": f"unknown channel {channel}"})]
        unknown = [name for name in request.payload if name not in _PAYLOADS[channel]]
        if unknown:  # one fails the whole request
            return [_frame(now_ms, channel, event, error={"code": 2, "message": f"unknown contract {unknown[0]}"})]
        if event == "subscribe":
            self.channels.add(channel)
        else:
            self.channels.discard(channel)
        return [_frame(now_ms, channel, event, error=None, result={"status": "success"})]


class Gate:
    """One perpetual; liquidations of each second together."""

    def __init__(self) -> None:
        self._waiting: list[Liquidated] = []

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        return _Session(now_ms) if path == "/v4/ws/usdt" else None

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is _LISTING:
                rows = [
                    {
                        "size": _signed(trade.quantity, positive=trade.side == "buy"),
                        "id": trade.id,
                        "create_time": trade.ts_ms // 1000,
                        "create_time_ms": trade.ts_ms,
                        "price": listing.price_text(trade.price),
                        "contract": listing.symbol,
                    }
                    for trade in event.trades
                ]
                return [_update("futures.trades", event.trades[-1].ts_ms, rows)]
            case Ticker(listing=listing) if listing is _LISTING and event.ts_ms % 1000 < 500:  # once a second
                return [_update("futures.tickers", event.ts_ms, [_state(event)])]
            case Liquidated(listing=listing) if listing is _LISTING:
                self._waiting.append(event)
            case Beat(ts_ms=ts_ms, count=count) if count % 10 == 0 and self._waiting:
                told, self._waiting = tuple(self._waiting), []
                return [_update("futures.public_liquidates", ts_ms, [_liquidated(row) for row in told], told)]
        return []


def _frame(ts_ms: int, channel: str, event: str, **more: object) -> str:
    return dump({"time": ts_ms // 1000, "time_ms": ts_ms, "channel": channel, "event": event, **more})


def _update(channel: str, ts_ms: int, rows: object, told: tuple[Liquidated, ...] = ()) -> Message:
    return Message(channel, _frame(ts_ms, channel, "update", result=rows), told)


def _text(contracts: float) -> str:
    return f"{contracts:.1f}".removesuffix(".0")


def _signed(contracts: float, *, positive: bool) -> str:
    return ("" if positive else "-") + _text(contracts)


def _state(ticker: Ticker) -> dict[str, str]:
    listing, day, price = ticker.listing, ticker.day, ticker.listing.price_text
    rate = f"{ticker.funding:.8f}"
    return {
        "contract": listing.symbol,
        "last": price(ticker.last),
        "change_percentage": f"{100 * (ticker.last / day.open - 1):.2f}",
        "funding_rate": rate,
        "funding_rate_indicative": rate,
        "mark_price": f"{ticker.mark:.2f}",
        "index_price": f"{ticker.index:.2f}",
        "total_size": _text(listing.quantity(ticker.oi_btc, ticker.mark)),
        "volume_24h": f"{day.quantity:.0f}",
        "volume_24h_base": f"{day.btc:.4f}",
        "volume_24h_quote": f"{day.usd:.0f}",
        "quanto_base_rate": "",
        "low_24h": price(day.low),
        "high_24h": price(day.high),
    }


def _limit(row: Liquidated) -> str:
    """The order's limit, near bankruptcy: beyond the average price that it got."""
    return _LISTING.price_text(row.price * (0.997 if row.position == "long" else 1.003))


def _liquidated(row: Liquidated) -> dict[str, object]:
    return {
        "price": _limit(row),
        "size": _signed(row.quantity, positive=row.position == "short"),
        "time_ms": row.ts_ms,
        "contract": row.listing.symbol,
    }


def pages(standing: Standing) -> dict[str, Page]:
    """The list of liquidation orders, the perpetual, and the dated ones."""

    def orders(query: dict[str, str]) -> Answer:
        """List the latest; `from` and `to` are documented, and were seen to be ignored (2026-09)."""
        told = standing.told(query.get("contract", _LISTING.symbol))
        kept = told[: min(int(query.get("limit", "100")), _LONGEST)]
        return Answer(200, dump([_order(row) for row in kept]))

    def perpetual(_: dict[str, str]) -> Answer:
        ticker = standing.tickers.get(_LISTING.symbol)
        if ticker is None:
            return Answer(404, dump({"label": "CONTRACT_NOT_FOUND", "message": ""}))
        row = {
            **_contract(_LISTING, _LISTING.symbol, ticker, ticker.mark, ticker.oi_btc),
            "funding_rate": f"{ticker.funding:.8f}",
            "funding_interval": _FUNDING_S,
            "funding_next_apply": ticker.next_funding_ms // 1000,
        }
        return Answer(200, dump(row))

    def delivered(_: dict[str, str]) -> Answer:
        ticker = standing.tickers.get(_LISTING.symbol)
        rows = [_dated(ticker, ms) for ms in quarters(ticker.ts_ms)] if ticker else []
        return Answer(200, dump(rows))

    return {
        "/api/v4/futures/usdt/liq_orders": orders,
        "/api/v4/futures/btc/liq_orders": orders,  # of which nobody is ever liquidated
        f"/api/v4/futures/usdt/contracts/{_LISTING.symbol}": perpetual,
        "/api/v4/delivery/usdt/contracts": delivered,
    }


def _order(row: Liquidated) -> dict[str, object]:
    """A closing order. `size` is the position before it, and `left` what it could not close."""
    staged = row.id % _STAGED == 0
    left = 2.0 if staged else 0.0
    size = row.quantity + (12.0 if staged else 0.0)
    long = row.position == "long"
    return {
        "contract": row.listing.symbol,
        "left": _signed(left, positive=not long or not left),
        "size": _signed(size, positive=long),
        "order_size": _signed(row.quantity + left, positive=not long),
        "fill_price": row.listing.price_text(row.price),
        "order_price": _limit(row),
        "time": row.ts_ms // 1000,
    }


def _contract(listing: Listing, symbol: str, ticker: Ticker, price: float, oi_btc: float) -> dict[str, object]:
    return {
        "name": symbol,
        "type": "direct",
        "quanto_multiplier": f"{listing.contract:g}",
        "mark_price": f"{price:.2f}",
        "index_price": f"{ticker.index:.2f}",
        "last_price": listing.price_text(price),
        "position_size": _text(listing.quantity(oi_btc, price)),
        "in_delisting": False,
    }


def _dated(ticker: Ticker, expiry_ms: int) -> dict[str, object]:
    symbol = f"{_LISTING.symbol}_{dated(expiry_ms, '%Y%m%d')}"
    row = _contract(_LISTING, symbol, ticker, mark(ticker, expiry_ms), ticker.oi_btc * 0.01)
    return {**row, "cycle": "QUARTERLY", "expire_time": expiry_ms // 1000, "underlying": _LISTING.symbol}
