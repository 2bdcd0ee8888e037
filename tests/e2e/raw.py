"""A second, independent reading of raw frames, as plain as can be: prices and liquidations of the simulated venues."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.e2e.frames import Sums

Row = tuple[int, str, Any]


def rows(file: Path) -> list[Row]:
    """The lines of a recording without its header; what is cut off at the end is left out."""
    data = file.read_bytes()
    text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()
    lines = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    assert json.loads(lines[0])["tidegauge"] == 1
    return [(recv_ms, feed, data) for recv_ms, feed, data in map(json.loads, lines[1:])]


def messages(recorded: list[Row]) -> list[tuple[int, str, Any]]:
    """Those that came over a websocket, read as JSON where they are."""
    return [(t, feed, json.loads(data)) for t, feed, data in recorded if isinstance(data, str) and data != "pong"]


def liquidated(recorded: list[Row]) -> Sums:
    """Count, dollars and bitcoin by venue and position."""
    found: Counter[tuple[str, str, int]] = Counter()
    seen = set()
    for t, feed, said in messages(recorded):
        for event in _events(t, feed, said):
            if event[0] != "okx" or event not in seen:  # OKX begins each connection with its latest record
                seen.add(event)
                venue, position, _, usd, btc = event
                for part, value in enumerate((1, usd, btc)):
                    found[venue, position, part] += value  # type: ignore[assignment]
    return {(v, p): (found[v, p, 0], found[v, p, 1], found[v, p, 2]) for v, p, part in found if part == 0}


def _events(t: int, feed: str, said: Any) -> list[tuple[str, str, object, float, float]]:
    """Each liquidation as venue, position, what names it, dollars, bitcoin."""
    if feed == "binance_usdm" and said.get("data", {}).get("e") == "forceOrder":
        order = said["data"]["o"]
        btc, price = float(order["z"]), float(order["ap"])
        return [(feed, {"SELL": "long", "BUY": "short"}[order["S"]], None, btc * price, btc)]
    if feed.startswith("bybit") and said.get("topic", "").startswith("allLiquidation."):
        return [("bybit", {"Buy": "long", "Sell": "short"}[row["S"]], None, *_bybit(row)) for row in said["data"]]
    if feed == "okx" and said.get("arg", {}).get("channel") == "liquidation-orders" and "data" in said:
        return [
            ("okx", row["posSide"], json.dumps(row), *_okx(of["instId"], row))
            for of in said["data"]
            for row in of["details"]
            if of["uly"].startswith("BTC-") and int(row["ts"]) > t - 60_000
        ]
    return []


def _bybit(row: Any) -> tuple[float, float]:
    size, price = float(row["v"]), float(row["p"])
    return (size * price, size) if row["s"] == "BTCUSDT" else (size, size / price)


def _okx(symbol: str, row: Any) -> tuple[float, float]:
    size, price = float(row["sz"]), float(row["bkPx"])
    return (size * 0.01 * price, size * 0.01) if symbol == "BTC-USDT-SWAP" else (size * 100, size * 100 / price)


def last_prices(recorded: list[Row]) -> dict[str, float]:
    """The price of the last trade or ticker of each venue's main instrument."""
    found = {}
    for _, feed, said in messages(recorded):
        match feed:
            case "binance" | "binance_usdm" if said.get("data", {}).get("e") == "aggTrade":
                found[feed] = float(said["data"]["p"])
            case "binance" if said.get("data", {}).get("e") == "24hrMiniTicker":
                found[feed] = float(said["data"]["c"])
            case "bybit.linear" if said.get("topic") == "publicTrade.BTCUSDT":
                found["bybit"] = float(said["data"][-1]["p"])
            case "bybit.linear" if "lastPrice" in said.get("data", {}):
                found["bybit"] = float(said["data"]["lastPrice"])
            case "okx" if "data" in said and said["arg"].get("instId") == "BTC-USDT-SWAP":
                row = said["data"][-1]
                if said["arg"]["channel"] in ("trades", "tickers"):
                    found["okx"] = float(row["px"] if "px" in row else row["last"])
            case "coinbase" if said["type"] in ("match", "last_match", "ticker"):
                found["coinbase"] = float(said["price"])
            case "kraken" if said.get("channel") == "trade":
                found["kraken"] = float(said["data"][-1]["price"])
            case "kraken" if said.get("channel") == "ticker":
                found["kraken"] = float(said["data"][-1]["last"])
            case "bitstamp" if said["event"] == "trade":
                found["bitstamp"] = float(said["data"]["price_str"])
    return found
