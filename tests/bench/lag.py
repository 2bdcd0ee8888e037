"""From a frame on the wire to the number on the screen, under load; and what the engine spends on that load.

All venues are simulated but Coinbase, which is this process: it sends trades at prices that nobody else quotes, each
once the one before it was seen, at no fixed phase of the tick, and looks for them beside the candles, where the last
price of the chart's venue stands.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from statistics import quantiles

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from feeds import text
from tests.bench.market import MarketProcess
from tests.bench.pace import Pace
from tests.bench.processes import cpu_s
from tests.bench.rig import Rig, wait_for
from tests.bench.rows import Row
from tests.bench.terminal import Terminal

RATES = {500: 14.0, 2_000: 59.1}
"""Frames a second, and the simulator's `rate` at which the other fifteen venues send so many."""
TICK_MS = 250.0
ALLOWED_MS = TICK_MS + 50.0
PATIENCE_S = 3.0
FIRST_PRICE = 64_300.0
"""Near where the simulated market begins, so that the candles look as they do."""


def rows(pace: Pace) -> Iterator[Row]:
    """Latencies at each rate. A trade that is not seen in time counts as the longest wait."""
    for frames_s, rate in RATES.items():
        with Coinbase.served() as (venue, address), MarketProcess("quiet", rate=rate) as market:
            endpoints = {**market.endpoints, "coinbase.ws": address}
            with _rig(endpoints, pace) as rig, rig.viewer(120, 40, screen=True) as viewer:
                yield from _measured(frames_s, venue, rig, viewer, pace)


def _rig(endpoints: Mapping[str, str], pace: Pace) -> Rig:
    return Rig(endpoints, silent=("coinbase",), past=pace.publishers, publishers=pace.publishers)


def _measured(frames_s: int, venue: "Coinbase", rig: Rig, viewer: Terminal, pace: Pace) -> Iterator[Row]:
    wait_for(lambda: venue.subscribed, "subscription to the trades")
    _waits(venue, viewer, pace.settle_s)
    cpu, began = cpu_s(rig.pid), time.monotonic()
    waits = _waits(venue, viewer, pace.lag_s)
    spent = (cpu_s(rig.pid) - cpu) / (time.monotonic() - began) * 100
    load = f"{rig.rate():,.0f} frames/s"
    cuts = quantiles(waits, n=100, method="inclusive")
    missed = sum(wait >= PATIENCE_S * 1000 for wait in waits)
    note = f"{load}, {len(waits)} trades" + (f", {missed} not seen" if missed else "")
    yield Row(f"lag.{frames_s}.p50", cuts[49], "ms", note=note)
    yield Row(f"lag.{frames_s}.p99", cuts[98], "ms", ALLOWED_MS, note="target: a tick of 250 ms, and 50 ms")
    yield Row(f"cpu.engine.{frames_s}", spent, "% of a core", 15.0 if frames_s == 500 else None, note=load)


def _waits(venue: "Coinbase", viewer: Terminal, for_s: float) -> list[float]:
    """Send trades for so long; give the milliseconds from the sending of each to the bytes that show it."""
    random, until, waits = Random(1), time.monotonic() + for_s, []
    while time.monotonic() < until:
        shown, sent = venue.trade()
        seen = viewer.seen(shown, PATIENCE_S)
        waits.append(PATIENCE_S * 1000 if seen is None else (seen - sent) * 1000)
        time.sleep(random.uniform(0, TICK_MS / 1000))
    return waits


class Coinbase:
    """The venue's websocket with one subscriber, and trades at the asking.

    Format: docs.cdp.coinbase.com/exchange, websocket channels `matches` and `heartbeat` (2025-11).
    """

    def __init__(self) -> None:
        self._connection: ServerConnection | None = None
        self._number = 0

    @classmethod
    @contextmanager
    def served(cls) -> Iterator[tuple["Coinbase", str]]:
        """Listen on loopback; give the venue and its address."""
        venue = cls()
        with serve(venue._serve, "127.0.0.1", 0, compression=None) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield venue, f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
            finally:
                server.shutdown()
                thread.join()

    @property
    def subscribed(self) -> bool:
        return self._connection is not None

    def trade(self) -> tuple[str, float]:
        """Send a trade at a new price; give that price as the chart shows it, and when it was sent."""
        self._number += 1
        price = FIRST_PRICE + self._number * 0.1
        match = {
            "type": "match",
            "trade_id": self._number,
            "maker_order_id": "ac928c66-ca53-498f-9c13-a110027a60e8",
            "taker_order_id": "132fb6ae-456b-4654-b4e0-d681ac05cea1",
            "side": "sell",
            "size": "0.01000000",
            "price": f"{price:.2f}",
            "product_id": "BTC-USD",
            "sequence": self._number,
            "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }
        assert self._connection is not None
        message = json.dumps(match)
        sent = time.monotonic()
        self._connection.send(message)
        return f"◂{text.price(price)}", sent

    def _serve(self, connection: ServerConnection) -> None:
        try:
            for message in connection:
                channels = [{"name": "matches", "product_ids": json.loads(message)["product_ids"]}]
                connection.send(json.dumps({"type": "subscriptions", "channels": channels}))
                self._connection = connection
        except ConnectionClosed:
            return
