"""What HTX's stream and its list over REST tell alike: liquidations of bitcoin contracts."""

import re
from collections.abc import Callable, Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from feeds.facts import Liquidation, Position
from feeds.venue import Out, Reject, optional, positive
from feeds.venues._common import Number, Time, ms, numbered
from feeds.venues._contract import Contract

NAME = "htx"
SYMBOL = "BTC-USDT"
OURS = re.compile(r"BTC-USDT(-[0-9]{6})?")

# The direction is that of the order that closes the position: selling closes a long. (The documentation's words,
# "long or short", are not what is sent.)
POSITIONS: dict[str | None, Position] = {"sell": "long", "buy": "short"}


class Named(Struct, gc=False):
    """Any row, as far as it tells whether the rest is ours to read."""

    contract_code: str = ""


class _Liquidation(Struct, gc=False):
    """`volume` is in contracts, `amount` in bitcoin, `trade_turnover` in dollars, `price` that of bankruptcy."""

    direction: str | None
    volume: Number
    price: Number
    created_at: Time
    amount: Number = None
    trade_turnover: Number = None


_NAMED = Decoder(Named)
_LIQUIDATION = Decoder(_Liquidation)


def liquidation(raw: Raw, size: Callable[[str], Contract], recv_ms: int, seen: dict[str, int]) -> Sequence[Out]:
    """Read a row of a notification, or of the old list; nothing where it is no bitcoin contract against USDT."""
    symbol = _NAMED.decode(raw).contract_code
    if not OURS.fullmatch(symbol):
        return ()
    row = _LIQUIDATION.decode(raw)
    position = POSITIONS.get(row.direction)
    if position is None:
        raise Reject(f"direction is neither buy nor sell: {str(row.direction)[:20]!r}")
    ts_ms, price = ms(row.created_at, "created_at"), positive(row.price, "price")
    contracts = positive(row.volume, "volume")
    btc, usd = size(symbol).btc_usd(contracts, price)
    btc = optional(row.amount, "amount") or btc
    usd = optional(row.trade_turnover, "trade_turnover") or positive(btc * price, "size in dollars")
    id = numbered(f"{ts_ms}:{symbol}:{row.direction}:{contracts}:{price}", seen)
    return (Liquidation(NAME, symbol, ts_ms, recv_ms, position, btc, usd, price, id),)
