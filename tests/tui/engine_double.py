"""An engine's socket as a viewer sees it, with topics written by hand. As a program: `engine_double.py SOCKET`."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from feeds.topics import (
    PROTOCOL,
    Bars,
    Engine,
    FeedRow,
    Feeds,
    GapRow,
    Liquidations,
    LiqVenue,
    LiveBar,
    Metric,
    Price,
    TapeRow,
    Total,
    VenuePrice,
)

HEARTBEAT_S = 0.5


def now() -> int:
    return time.time_ns() // 1_000_000


def metric(value: float | None, unit: str = "USD", state: str = "fresh", age_ms: int = 200, **more: Any) -> Metric:
    return Metric(value, unit, now() - age_ms, "test", state, **more)  # type: ignore[arg-type]


def price(value: float = 64_210.5, state: str = "fresh", age_ms: int = 200) -> Price:
    changes = {"1h": metric(0.31, "%"), "24h": metric(-1.24, "%"), "7d": metric(None, "%", "none", note="no candle")}
    venues = (VenuePrice("coinbase", "BTC-USD", "USD", True, metric(value), 0.0),)
    return Price(metric(value, state=state, age_ms=age_ms), changes, metric(3.2, "bp"), venues)


def total(times: float) -> Total:
    return Total(1_300_000 * times, 400_000 * times, 20 * times, 6 * times, int(30 * times), int(9 * times))


def liquidations() -> Liquidations:
    windows = {"1m": total(0.1), "5m": total(1), "1h": total(9), "4h": total(20), "24h": total(88)}
    venue = LiqVenue("okx", "sampled", "live", windows, {})
    sampled = dict.fromkeys(windows, "okx sampled")
    return Liquidations(
        windows, "fresh", dict.fromkeys(windows, "floor"), sampled, (venue,), (0.0,) * 30, (0.0,) * 30, now() - 100
    )


def feed(name: str, state: str = "live", seen_ago_ms: int = 100, **more: Any) -> FeedRow:
    values: dict[str, Any] = {
        "feed": name,
        "venue": name.partition(".")[0],
        "state": state,
        "seen_ms": now() - seen_ago_ms,
        "rate": 12.3,
        "lag_p50": 34.0,
        "lag_p95": 88.0,
        "reconnects": 0,
        "rejected": 0,
        "error": "",
        "error_ms": None,
        "gaps": 0,
        "gap_ms": 0,
    }
    return FeedRow(**(values | more))


def feeds(*rows: FeedRow, gaps: tuple[GapRow, ...] = ()) -> Feeds:
    return Feeds(rows or (feed("binance"), feed("okx"), feed("coinbase")), gaps)


def everything(**more: object) -> dict[str, object]:
    """A whole first line; `more` replaces topics."""
    topics: dict[str, object] = {
        "engine": Engine("live", "", now() - 60_000, True),
        "price": price(),
        "liquidations": liquidations(),
        "tape": (TapeRow(now() - 5_000, "okx", "BTC-USDT-SWAP", "long", 12_345.0, 0.1923, 64_190.0),),
        "feeds": feeds(),
        "bars.1m": Bars("coinbase", "BTC-USD", "1m", ()),
        "bar.1m": LiveBar("coinbase", "1m", None),
    }
    return topics | more


def line(topics: dict[str, object], t_ms: int | None = None, **hello: object) -> bytes:
    return msgspec.json.encode({**hello, "t": now() if t_ms is None else t_ms, "set": topics}) + b"\n"


class EngineDouble:
    """Listens at `path`, greets each viewer with `topics`, and beats like an engine until told to `hush`."""

    def __init__(self, path: Path, topics: dict[str, object]) -> None:
        self.path = path
        self.hello: dict[str, object] = {"tidegauge": "0.2.0", "protocol": PROTOCOL}
        self.topics = topics
        self.hushed = False
        self.attached = 0
        self.wishes: list[list[str]] = []
        """What viewers asked for, newest last."""
        self.shown: list[list[str]] = []
        """What they said they show, newest last."""
        self.wanted: dict[str, object] = {}
        """Topics that are told only to who asks."""
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._beat: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "EngineDouble":
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        self._beat = asyncio.create_task(self._heartbeat())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None and self._beat is not None
        self._beat.cancel()
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)
        self.path.unlink(missing_ok=True)

    def say(self, **topics: object) -> None:
        """Publish topics; names with a dot are given as `bars_1m`."""
        self.send(line({name.replace("_", "."): value for name, value in topics.items()}))

    def send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.attached += 1
        self._writers.add(writer)
        try:
            writer.write(line(self.topics, **self.hello))
            while said := await reader.readline():
                wish: dict[str, list[str]] = msgspec.json.decode(said)
                self.shown += [wish["shows"]] if "shows" in wish else []
                if "want" not in wish:
                    continue
                self.wishes.append(wish["want"])
                writer.write(line({name: self.wanted[name] for name in self.wishes[-1] if name in self.wanted}))
        except OSError:
            return  # the viewer was killed in the middle of something
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if not self.hushed:
                self.send(line({}))


async def _main(path: Path) -> None:
    async with EngineDouble(path, everything()):
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
