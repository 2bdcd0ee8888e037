"""The same frames through cryptofeed's own playback, from files in the format of its own recorder."""

import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from cryptofeed.defines import BINANCE, BINANCE_FUTURES, FUNDING, LIQUIDATIONS, OKX, OPEN_INTEREST, TICKER, TRADES
from cryptofeed.raw_data_collection import playback
from cryptofeed.symbols import Symbols

from feeds.wire import Frame

PERPETUAL, SPOT = "BTC-USDT-PERP", "BTC-USDT"
NAMES = {"binance": BINANCE, "binance_usdm": BINANCE_FUTURES, "okx": OKX}
SYMBOLS = {
    BINANCE: {SPOT: "BTCUSDT"},
    BINANCE_FUTURES: {PERPETUAL: "BTCUSDT"},
    OKX: {SPOT: "BTC-USDT", PERPETUAL: "BTC-USDT-SWAP"},
}
"""What it would ask the venues for."""
CHANNELS = {
    BINANCE: {TRADES: [SPOT]},
    BINANCE_FUTURES: {TRADES: [PERPETUAL], FUNDING: [PERPETUAL], LIQUIDATIONS: [PERPETUAL]},
    OKX: {
        TRADES: [SPOT, PERPETUAL],
        TICKER: [PERPETUAL],
        OPEN_INTEREST: [PERPETUAL],
        FUNDING: [PERPETUAL],
    },
}


class Playback:
    """Writes the files once; `play` runs all of them, one venue after the other."""

    def __init__(self, folder: Path, made: list[Frame]) -> None:
        self._files: dict[str, list[str]] = {}
        self._frames = sum(frame.data is not None for frame in made)
        for venue, name in NAMES.items():
            Symbols.set(name, SYMBOLS[name], defaultdict(dict))
            settings, wire = folder / f"{name}.0", folder / f"{name}.ws.1.0"
            settings.write_text(f"configuration: {msgspec.json.encode(CHANNELS[name]).decode()}\n")
            lines = [
                f"{frame.recv_ms / 1000}: {frame.data!s}\n" for frame in made if frame.feed == venue and frame.data
            ]
            wire.write_text("".join(lines))
            self._files[name] = [str(settings), str(wire)]

    def play(self) -> float:
        """Seconds for all frames; no callback but its own, which counts."""
        began = time.perf_counter()
        played = sum(playback(name, files)["messages_processed"] for name, files in self._files.items())
        spent = time.perf_counter() - began
        if played != self._frames:
            raise RuntimeError(f"{played} of {self._frames} frames were played")
        return spent

    def seen(self) -> Counter[tuple[str, str, str]]:
        """Trades and liquidations by venue and side, as its callbacks get them."""
        counted: Counter[tuple[str, str, str]] = Counter()

        def count(venue: str, kind: str) -> Callable[[Any, float], Awaitable[None]]:
            async def callback(event: Any, receipt: float) -> None:
                counted[venue, kind, event.side] += 1

            return callback

        async def ignore(event: Any, receipt: float) -> None:
            return

        for venue, name in NAMES.items():
            callbacks = dict.fromkeys(CHANNELS[name], ignore)
            callbacks |= {TRADES: count(venue, "trade"), LIQUIDATIONS: count(venue, "liquidation")}
            playback(name, self._files[name], callbacks={kind: callbacks[kind] for kind in CHANNELS[name]})
        return counted
