"""Frames as the venues document them, written by hand, all dated in June 2021.

Each function makes one whole envelope. What the numbers come to is said in `LIQUIDATED` and `PRICES`.
"""

import json

DAY = "2021-06-15"
T = 1_623_754_800_000  # 2021-06-15 11:00:00 UTC

Sums = dict[tuple[str, str], tuple[int, float, float]]
"""Count, dollars and bitcoin by venue and position."""


def coinbase(price: str, size: str, id: int, at: str = "11:00:00.100000") -> str:
    row = {"type": "match", "trade_id": id, "maker_order_id": "a", "taker_order_id": "b", "side": "buy", "size": size}
    return json.dumps(row | {"price": price, "product_id": "BTC-USD", "sequence": id, "time": f"{DAY}T{at}Z"})


def kraken(price: float, qty: float, id: int) -> str:
    row = {"symbol": "BTC/USD", "side": "sell", "price": price, "qty": qty, "ord_type": "market", "trade_id": id}
    row |= {"timestamp": f"{DAY}T11:00:00.200000Z"}
    return json.dumps({"channel": "trade", "type": "update", "data": [row]})


def bitstamp(price: str, amount: str, id: int) -> str:
    data = {"id": id, "timestamp": str(T // 1000), "amount": float(amount), "amount_str": amount, "price": float(price)}
    data |= {"price_str": price, "type": 1, "microtimestamp": f"{T + 300}000", "buy_order_id": 1, "sell_order_id": 2}
    return json.dumps({"data": data, "channel": "live_trades_btcusd", "event": "trade"})


def binance(price: str, quantity: str, id: int) -> str:
    data = {"e": "aggTrade", "E": T + 5, "s": "BTCUSDT", "a": id, "p": price, "q": quantity, "f": id, "l": id}
    return json.dumps({"stream": "btcusdt@aggTrade", "data": data | {"T": T, "m": True, "M": True}})


def usdm(price: str, quantity: str, id: int) -> str:
    data = {"e": "aggTrade", "E": T + 5, "s": "BTCUSDT", "a": id, "p": price, "q": quantity, "nq": quantity, "f": id}
    return json.dumps({"stream": "btcusdt@aggTrade", "data": data | {"l": id, "T": T, "m": False, "st": 1}})


def forced(side: str, quantity: str, average: str, later_ms: int = 0) -> str:
    """Binance's liquidation: `side` is that of the order, so SELL closes a long."""
    order = {"s": "BTCUSDT", "S": side, "o": "LIMIT", "f": "IOC", "q": quantity, "p": "1.00", "ap": average}
    order |= {"X": "FILLED", "l": quantity, "z": quantity, "T": T + later_ms}
    data = {"e": "forceOrder", "E": T + later_ms + 5, "o": order}
    return json.dumps({"stream": "btcusdt@forceOrder", "data": data})


def bybit(price: str, size: str, id: str, symbol: str = "BTCUSDT") -> str:
    row = {"T": T, "s": symbol, "S": "Buy", "v": size, "p": price, "L": "PlusTick", "i": id, "BT": False, "seq": 1}
    return json.dumps({"topic": f"publicTrade.{symbol}", "type": "snapshot", "ts": T + 2, "data": [row]})


def closed(*rows: tuple[str, str, str], symbol: str = "BTCUSDT") -> str:
    """Bybit's liquidations, as (side, size, price): `side` is that of the position, so Buy is a long."""
    data = [{"T": T + i, "s": symbol, "S": side, "v": size, "p": price} for i, (side, size, price) in enumerate(rows)]
    return json.dumps({"topic": f"allLiquidation.{symbol}", "type": "snapshot", "ts": T + 9, "data": data})


def okx(price: str, size: str, id: str, symbol: str = "BTC-USDT-SWAP") -> str:
    row = {"instId": symbol, "tradeId": id, "px": price, "sz": size, "side": "buy", "ts": str(T), "count": "1"}
    return json.dumps({"arg": {"channel": "trades", "instId": symbol}, "data": [row]})


def okx_closed(*rows: tuple[str, str, str], later_ms: int = 0, family: str = "BTC-USDT") -> str:
    """OKX's liquidations, as (side, contracts, price): `side` is that of the order, so sell closes a long."""
    details = [
        {"bkLoss": "0", "bkPx": price, "ccy": "", "posSide": "net", "side": side, "sz": size, "ts": str(T + later_ms)}
        for side, size, price in rows
    ]
    row = {"details": details, "instFamily": family, "instId": f"{family}-SWAP", "instType": "SWAP", "uly": family}
    return json.dumps({"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": [row]})


SCRIPTS: dict[str, tuple[str, ...]] = {
    "coinbase": (coinbase("40000.50", "0.5", 11), coinbase("40010.25", "0.1", 12, "11:00:00.900000")),
    "kraken": (kraken(40020.5, 0.2, 21),),
    "bitstamp": (bitstamp("40001.00", "1.50000000", 31),),
    "binance": (binance("40033.10000000", "0.01000000", 41),),
    "binance_usdm": (
        usdm("39990.10", "0.250", 51),
        forced("SELL", "0.500", "39900.00"),
        forced("SELL", "0.020", "39950.50", later_ms=1_000),
        forced("BUY", "1.250", "40100.00", later_ms=2_000),
        forced("BUY", "1.250", "40100.00", later_ms=2_000),  # the same order said twice
    ),
    "bybit.linear": (
        bybit("39988.50", "0.010", "t1"),
        closed(("Buy", "0.200", "39000.00"), ("Buy", "0.200", "39000.00"), ("Sell", "0.100", "41000.00")),
    ),
    "bybit.inverse": (
        bybit("39987.00", "4000", "t2", "BTCUSD"),
        closed(("Buy", "39000", "39000.00"), symbol="BTCUSD"),  # 39,000 contracts of a dollar
    ),
    "okx": (
        okx("39991.2", "5", "61"),
        okx_closed(
            ("sell", "900", "35000"), later_ms=-3_600_000
        ),  # the record of an hour before, which OKX sends first
        okx_closed(("sell", "120", "39800"), ("buy", "50", "40200"), later_ms=500),  # contracts of 0.01 BTC
        okx_closed(("buy", "3", "40000"), later_ms=700, family="BTC-USD"),  # contracts of 100 dollars
    ),
}
"""What each feed says, in order."""

PRICES = {
    "coinbase": 40010.25,
    "kraken": 40020.5,
    "bitstamp": 40001.0,
    "binance": 40033.1,
    "binance_usdm": 39990.1,
    "bybit": 39988.5,
    "okx": 39991.2,
}
REFERENCE = 40010.25
"""The median of Coinbase, Kraken and Bitstamp."""

LIQUIDATED: Sums = {
    ("binance_usdm", "long"): (2, 0.5 * 39900 + 0.02 * 39950.5, 0.52),
    ("binance_usdm", "short"): (1, 1.25 * 40100, 1.25),
    ("bybit", "long"): (3, 2 * 0.2 * 39000 + 39000, 1.4),
    ("bybit", "short"): (1, 0.1 * 41000, 0.1),
    ("okx", "long"): (1, 1.2 * 39800, 1.2),
    ("okx", "short"): (2, 0.5 * 40200 + 300, 0.5 + 300 / 40000),
}
