"""HTX linear swaps: a socket for the market, one for notifications. Formats: HTX of 2025, captures of 2020 and 2026.

Over REST it speaks both generations: `/linear-swap-api/v1|v3`, and the `/v5` of July 2026.

Every frame is gzip. Volumes of trades and open interest count both sides; those of liquidations do not.
"""

import gzip
from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec import Struct

from feeds.simulate.curve import dated, mark, quarters
from feeds.simulate.desk import Message, Session, Text, dump
from feeds.simulate.events import Beat, Event, Liquidated, Sweep, Ticker, Trade
from feeds.simulate.http import Answer, Page
from feeds.simulate.listings import of
from feeds.simulate.standing import Standing

_LISTING = of("htx")[0]
_CODE = _LISTING.symbol
_TRADES = f"market.{_CODE}.trade.detail"
_FUNDING = f"public.{_CODE}.funding_rate"
_LIQUIDATIONS = f"public.{_CODE}.liquidation_orders"
_ALL_LIQUIDATIONS = "public.*.liquidation_orders"
_TOPICS = (_FUNDING, _LIQUIDATIONS, _ALL_LIQUIDATIONS)
_PINGS = "ping"
_PING = 50  # tenths of a second between pings
_FUNDING_PUSH = 600  # tenths of a second
_OTHER_COIN = 190  # tenths of a second between liquidations of another coin
_UNANSWERED = 5
"""Pings after which the market socket is closed."""
_DEAF_MS = 30_000
"""After which the notification socket is closed."""


class _Request(Struct):
    """A market request has `sub`, `unsub` or `pong`, one of the other socket `op`."""

    sub: str = ""
    unsub: str = ""
    id: str = ""
    pong: int | None = None
    op: str = ""
    topic: str = ""
    cid: str = ""
    ts: int | str | None = None


class _Session(Session):
    """What both sockets share: compression, and pings that have to be answered to the letter."""

    def __init__(self, desk: "Htx", now_ms: int) -> None:
        super().__init__(now_ms)
        self._desk = desk
        self.channels.add(_PINGS)
        self._pings: dict[int | str, int] = {}  # not answered, and when they were sent

    def on_message(self, text: str, now_ms: int) -> list[Text]:
        try:
            request = msgspec.json.decode(text, type=_Request)
        except msgspec.DecodeError:
            return [_packed(self._refuse(now_ms))]
        return [_packed(answer) for answer in self._answers(request, now_ms)]

    def take(self, message: Message, now_ms: int) -> Text | None:
        if message.channel not in self.channels:
            return None
        return _packed(self._ping(now_ms) if message.channel == _PINGS else message.body)

    def _answers(self, request: _Request, now_ms: int) -> list[str]:
        raise NotImplementedError

    def _refuse(self, now_ms: int) -> str:
        raise NotImplementedError

    def _ping(self, now_ms: int) -> str:
        raise NotImplementedError


class _Market(_Session):
    def overdue(self, now_ms: int) -> bool:
        return len(self._pings) > _UNANSWERED

    def _answers(self, request: _Request, now_ms: int) -> list[str]:
        if request.pong is not None:
            self._pings.pop(request.pong, None)
            return []
        topic = request.sub or request.unsub
        if topic != _TRADES:
            return [self._refuse(now_ms, request.id, f"invalid topic {topic}")]
        done = {"id": request.id, "ts": now_ms, "status": "ok"}
        if request.unsub:
            self.channels.discard(topic)
            return [dump({**done, "unsubbed": topic})]
        self.channels.add(topic)
        return [dump({**done, "subbed": topic}), *self._desk.latest()]

    def _refuse(self, now_ms: int, id: str = "", said: str = "invalid request") -> str:
        return dump({"status": "error", "ts": now_ms, "id": id, "err-code": "bad-request", "err-msg": said})

    def _ping(self, now_ms: int) -> str:
        self._pings[now_ms] = now_ms
        return dump({"ping": now_ms})


class _Notification(_Session):
    """The time of a ping is text here, and has to come back as text."""

    def overdue(self, now_ms: int) -> bool:
        return any(now_ms - sent_ms > _DEAF_MS for sent_ms in self._pings.values())

    def take(self, message: Message, now_ms: int) -> Text | None:
        if message.channel == _LIQUIDATIONS and _ALL_LIQUIDATIONS in self.channels:
            return _packed(message.body)
        return super().take(message, now_ms)

    def _answers(self, request: _Request, now_ms: int) -> list[str]:
        match request.op:
            case "pong":
                if request.ts in self._pings:
                    self._pings = {}
                return []
            case "sub" if request.topic in self.channels:
                return [self._said(request, now_ms, 2014, "Can't repeat subscription")]
            case "sub" if request.topic in _TOPICS:
                self.channels.add(request.topic)
                return [self._said(request, now_ms), *self._desk.first(request.topic, now_ms)]
            case "unsub":
                self.channels.discard(request.topic)
                return [self._said(request, now_ms)]
            case "sub":
                return [self._said(request, now_ms, 2011, "Invalid topic")]
            case _:
                return [self._refuse(now_ms)]

    def _said(self, request: _Request, now_ms: int, code: int = 0, text: str = "") -> str:
        problem = {"err-msg": text} if code else {}
        ids = {"op": request.op, "cid": request.cid, "topic": request.topic}
        return dump({**ids, "ts": now_ms, "err-code": code, **problem})

    def _refuse(self, now_ms: int) -> str:
        return dump({"op": "error", "ts": now_ms, "err-code": 2002, "err-msg": "invalid request"})

    def _ping(self, now_ms: int) -> str:
        self._pings[str(now_ms)] = now_ms
        return dump({"op": "ping", "ts": str(now_ms)})


class Htx:
    """One perpetual, on both sockets."""

    def __init__(self) -> None:
        self._last: str | None = None
        self._ticker: Ticker | None = None

    def session(self, path: str, query: str, now_ms: int) -> Session | None:
        kind = {"/linear-swap-ws": _Market, "/linear-swap-notification": _Notification}.get(path)
        return kind(self, now_ms) if kind else None

    def latest(self) -> list[str]:
        """The trades of before, with which a subscription begins."""
        return [self._last] if self._last else []

    def first(self, topic: str, now_ms: int) -> list[str]:
        """The funding rate of the moment; of liquidations nothing."""
        return [_funding(self._ticker, now_ms)] if topic == _FUNDING and self._ticker else []

    def publish(self, event: Event) -> Sequence[Message]:
        match event:
            case Sweep(listing=listing) if listing is _LISTING:
                self._last = _trades(event)
                return [Message(_TRADES, self._last)]
            case Ticker(listing=listing) if listing is _LISTING:
                self._ticker = event
            case Liquidated(listing=listing) if listing is _LISTING:
                return [Message(_LIQUIDATIONS, _notice(_LIQUIDATIONS, event.ts_ms, [_liquidated(event)]), (event,))]
            case Beat():
                return self._beat(event)
        return []

    def _beat(self, beat: Beat) -> list[Message]:
        result = []
        if beat.count % _PING == 0:
            result.append(Message(_PINGS, ""))
        if beat.count % _FUNDING_PUSH == 0 and self._ticker:
            result.append(Message(_FUNDING, _funding(self._ticker, beat.ts_ms)))
        if beat.count % _OTHER_COIN == _OTHER_COIN - 1:
            row = {"symbol": "ETH", "contract_code": "ETH-USDT", "direction": "buy", "offset": "close"}
            size = {"volume": 319, "price": 2411.87, "created_at": beat.ts_ms, "amount": 3.19, "trade_turnover": 7693.9}
            body = _notice("public.ETH-USDT.liquidation_orders", beat.ts_ms, [{**row, **size}])
            result.append(Message(_ALL_LIQUIDATIONS, body))
        return result


def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), compresslevel=1, mtime=0)


def _notice(topic: str, ts_ms: int, rows: object) -> str:
    return dump({"op": "notify", "topic": topic, "ts": ts_ms, "data": rows})


def _trades(sweep: Sweep) -> str:
    first = sweep.trades[0]
    tick = {"id": first.id, "ts": first.ts_ms, "data": [_trade(trade) for trade in sweep.trades]}
    return dump({"ch": _TRADES, "ts": first.ts_ms + 3, "tick": tick})


def _trade(trade: Trade) -> dict[str, object]:
    """Amount, quantity and turnover are of both sides."""
    return {
        "amount": 2 * round(trade.quantity),
        "quantity": round(2 * trade.btc, 6),
        "trade_turnover": round(2 * trade.btc * trade.price, 4),
        "ts": trade.ts_ms,
        "id": trade.id * 10_000,
        "price": trade.price,
        "direction": trade.side,
    }


def _funding(ticker: Ticker, now_ms: int) -> str:
    row = {
        "symbol": "BTC",
        "contract_code": _CODE,
        "fee_asset": "USDT",
        "funding_time": str(now_ms - now_ms % 60_000),
        "funding_rate": f"{ticker.funding:.18f}",
        "estimated_rate": None,
        "settlement_time": str(ticker.next_funding_ms),
    }
    return _notice(_FUNDING, now_ms, [row])


def _liquidated(row: Liquidated) -> dict[str, object]:
    return {
        "symbol": "BTC",
        "contract_code": _CODE,
        "direction": "sell" if row.position == "long" else "buy",  # of the order, whatever the documentation says
        "offset": "close",
        "volume": round(row.quantity),
        "price": row.price,
        "created_at": row.ts_ms,
        "amount": round(row.btc, 6),
        "trade_turnover": round(row.usd, 6),
        "contract_type": "swap",
        "pair": _CODE,
        "business_type": "swap",
        "trade_partition": "USDT",
    }


_V1 = "/linear-swap-api/v1"


def pages(standing: Standing) -> dict[str, Page]:
    """Contracts, where they stand, and past liquidations."""
    makers = {
        f"{_V1}/swap_contract_info": _contracts,
        f"{_V1}/swap_query_elements": _elements,
        f"{_V1}/swap_open_interest": _open_interest,
        "/v5/market/open_interest": _new_interest,
        "/v5/market/liquidation_orders": _new_past,
        f"{_V1}/swap_index": _index,
        "/index/market/history/linear_swap_mark_price_kline": _mark_candle,
        "/linear-swap-ex/market/detail/batch_merged": _merged,
        "/linear-swap-api/v3/swap_liquidation_orders": _past,
    }
    return {path: partial(make, standing) for path, make in makers.items()}


def _answer(standing: Standing, rows: object, name: str = "data", **head: object) -> Answer:
    return Answer(200, dump({"status": "ok", **head, name: rows, "ts": standing.now_ms()}))


def _contracts(standing: Standing, query: dict[str, str]) -> Answer:
    if query.get("business_type", "swap") == "futures":
        rows = [_contract(f"{_CODE}-{dated(ms)}", "futures", ms) for ms in quarters(standing.now_ms())]
    else:
        rows = [_contract(_CODE, "swap"), _contract("ETH-USDT", "swap")]
    kept = [row for row in rows if row["contract_code"] == query.get("contract_code", row["contract_code"])]
    return _answer(standing, kept)


def _contract(code: str, kind: str, expiry_ms: int | None = None) -> dict[str, object]:
    coin = code[:3]
    return {
        "symbol": coin,
        "contract_code": code,
        "contract_size": 0.001 if coin == "BTC" else 0.01,
        "price_tick": 0.1,
        "delivery_date": dated(expiry_ms, "%Y%m%d") if expiry_ms else "",
        "delivery_time": str(expiry_ms) if expiry_ms else "",
        "contract_status": 1,
        "business_type": kind,
        "pair": f"{coin}-USDT",
        "contract_type": "quarter" if expiry_ms else "swap",
        "trade_partition": "USDT",
    }


def _elements(standing: Standing, query: dict[str, str]) -> Answer:
    return _answer(standing, [{"contract_code": _CODE, "mode_type": 1, "instrument_type": 2, "settle_period": 8}])


def _open_interest(standing: Standing, query: dict[str, str]) -> Answer:
    """Both sides, in contracts and in coins."""
    ticker = standing.tickers.get(_CODE)
    if ticker is None:
        return _answer(standing, [])
    contracts = round(_LISTING.quantity(2 * ticker.oi_btc, ticker.mark))
    amount = contracts * _LISTING.contract
    row = {"symbol": "BTC", "contract_code": _CODE, "volume": contracts, "amount": amount, "business_type": "swap"}
    return _answer(standing, [{**row, "value": round(amount * ticker.mark, 4), "pair": _CODE}])


def _index(standing: Standing, query: dict[str, str]) -> Answer:
    ticker = standing.tickers.get(_CODE)
    rows = [{"contract_code": _CODE, "index_price": ticker.index, "index_ts": ticker.ts_ms}] if ticker else []
    return _answer(standing, rows)


def _mark_candle(standing: Standing, query: dict[str, str]) -> Answer:
    """The running candle alone: its close is the price now."""
    ticker = standing.tickers.get(_CODE)
    if ticker is None:
        return _answer(standing, [])
    text = f"{ticker.mark:.2f}"
    prices = dict.fromkeys(("open", "close", "high", "low"), text)
    volumes = dict.fromkeys(("amount", "count", "trade_turnover", "vol"), "0")
    row = {"id": ticker.ts_ms // 60_000 * 60, **prices, **volumes}
    return _answer(standing, [row], ch=f"market.{_CODE}.mark_price.1min")


def _merged(standing: Standing, query: dict[str, str]) -> Answer:
    ticker = standing.tickers.get(_CODE)
    rows = []
    if ticker and query.get("business_type") == "futures":
        for expiry_ms in quarters(ticker.ts_ms):
            price = round(mark(ticker, expiry_ms), 1)
            book = {"bid": [round(price - 3, 1), 120], "ask": [round(price + 3, 1), 80]}
            code = f"{_CODE}-{dated(expiry_ms)}"
            rows.append({"contract_code": code, "ts": ticker.ts_ms, "close": f"{price:.1f}", **book})
    return _answer(standing, rows, "ticks")


def _new_interest(standing: Standing, query: dict[str, str]) -> Answer:
    """The same of the interface of 2026: one object, all numbers as text."""
    ticker = standing.tickers.get(_CODE)
    contracts = round(_LISTING.quantity(2 * ticker.oi_btc, ticker.mark)) if ticker else 0
    amount = contracts * _LISTING.contract
    worth = {"amount": f"{amount:.3f}", "value": f"{amount * ticker.mark:.4f}" if ticker else "0"}
    row = {**worth, "volume": str(contracts), "contract_code": _CODE, "trade_amount": "0"}
    return Answer(200, dump({"code": 200, "message": "Success", "data": row, "ts": standing.now_ms()}))


def _new_past(standing: Standing, query: dict[str, str]) -> Answer:
    """List what was told between two times, newest first, a page at a time. No dated contract is ever liquidated."""
    first, last = int(query.get("start_time") or 0), int(query.get("end_time") or 1 << 60)
    told = standing.told(query.get("contract_code") or query.get("pair", _CODE), from_ms=first, to_ms=last)
    rows = [_new_liquidated(row) for row in told]
    after = next((at + 1 for at, row in enumerate(rows) if row["id"] == query.get("from")), 0)
    page = rows[after : after + min(int(query.get("limit", "20")), 100)]
    return Answer(200, dump({"code": 200, "message": "Success", "data": page, "ts": standing.now_ms()}))


def _new_liquidated(row: Liquidated) -> dict[str, object]:
    return {
        "id": str(row.id),
        "contract_code": _CODE,
        "liquidation_time": str(row.ts_ms),
        "side": "sell" if row.position == "long" else "buy",
        "position_side": row.position,
        "volume": str(round(row.quantity)),
        "amount": f"{row.btc:.6f}",
        "bankrupt_price": str(row.price),
        "trade_turnover": f"{row.usd:.6f}",
    }


def _past(standing: Standing, query: dict[str, str]) -> Answer:
    """List what was told between two times, newest first."""
    first, last = int(query.get("start_time") or 0), int(query.get("end_time") or 1 << 60)
    told = standing.told(query.get("contract", _CODE), from_ms=first, to_ms=last)
    rows = [{"query_id": row.id, **_liquidated(row)} for row in told]
    return Answer(200, dump({"code": 200, "msg": "ok", "data": rows, "ts": standing.now_ms()}))
