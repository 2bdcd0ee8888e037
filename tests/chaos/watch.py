"""What a viewer is told, several times a second, in the few words that the judge needs."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

from msgspec import Struct

from feeds.facts import Position
from tests.chaos.truth import now_ms
from tests.e2e.world import Viewer

EVERY_S = 0.2
STALL_S = 1.0
"""When the watch itself comes so late, this machine is too busy for anyone to be on time."""
_WORDS_EVERY = 5
_LONG = ("bars", "ladder", "live")
"""Topics of numbers alone, that need not be read for words."""
_PACE = frozenset({"state", "seen_ms", "rate", "lag_p50", "lag_p95", "gaps", "gap_ms"})
"""What moves in the row of a feed while all is well, and its state."""
POSITIONS: tuple[Position, ...] = ("long", "short")


class Shown(Struct, frozen=True):
    """A number as it stands on the screen. `of`: the instrument that it is of, where it is one's."""

    value: float | None
    as_of_ms: int | None
    state: str
    quality: str | None
    note: str
    of: tuple[str, str] = ("", "")

    @property
    def believed(self) -> bool:
        """Whether it is shown as a number that may be acted on."""
        return self.value is not None and self.quality != "doubted"


class Row(Struct, frozen=True):
    """A feed as it stands on the feeds page. `told`: all that is said of it beyond its state, pace and gaps."""

    feed: str
    venue: str
    state: str
    told: str = ""


class Sample(Struct, frozen=True):
    """All that at one time. `sums`: count and dollars of the last hour. `late_s`: by how much the watch was late.

    `signs`: those in any text that a terminal might obey.
    """

    at_ms: int
    prices: dict[str, Shown]
    reference: Shown
    sums: dict[tuple[str, Position], tuple[int, float, Shown]]
    rows: tuple[Row, ...]
    gaps: tuple[dict[str, Any], ...]
    late_s: float
    signs: tuple[str, ...] = ()

    def calm(self) -> bool:
        """Whether every feed is live and every price fresh."""
        live = bool(self.rows) and all(row.state == "live" for row in self.rows)
        return live and all(self.fine(venue) for venue in {row.venue for row in self.rows})

    def fine(self, venue: str) -> bool:
        """Whether a venue is heard and its price is fresh."""
        own = [row.state for row in self.rows if row.venue == venue]
        price = self.prices.get(venue)
        return bool(own) and set(own) == {"live"} and price is not None and price.state == "fresh" and price.believed


class Watch:
    """Keeps samples of one viewer for as long as `run` runs."""

    def __init__(self, ahead_ms: Collection[int] = (0,)) -> None:
        """`ahead_ms`: by how much the engine's clock may be ahead of ours."""
        self._ahead_ms = ahead_ms
        self.samples: list[Sample] = []
        self.viewer: Viewer | None = None

    @property
    def last(self) -> Sample:
        return self.samples[-1]

    async def run(self) -> None:
        """Look until cancelled. Without a viewer there is nothing to see: the engine is away."""
        due = time.monotonic()
        while True:
            due += EVERY_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            late_s, due = time.monotonic() - due, max(due, time.monotonic() - EVERY_S)
            if self.viewer and not self.viewer.closed and "liquidations" in self.viewer.topics:
                words = len(self.samples) % _WORDS_EVERY == 0
                self.samples.append(sample(self.viewer, late_s, self._ahead_ms, words=words))


def sample(viewer: Viewer, late_s: float, ahead_ms: Collection[int], *, words: bool) -> Sample:
    """What this viewer has been told up to now, its times by our clock."""
    at_ms = now_ms()
    by_ms = min(ahead_ms, key=lambda ms: abs(viewer.t - at_ms - ms))
    topics = viewer.topics
    feeds, liquidations = topics.get("feeds", {}), topics["liquidations"]
    rows = tuple(Row(row["feed"], row["venue"], row["state"], _told(row)) for row in feeds.get("rows", ()))
    prices = {
        row.venue: _shown(topics[name], by_ms) for row in rows if (name := f"btc.{row.venue}.price") in topics
    }  # fmt: skip
    sums = {
        (row["venue"], side): (
            row["windows"]["1h"][f"{side}_count"] or 0,
            row["windows"]["1h"][f"{side}_usd"] or 0.0,
            _shown(topics.get(f"liq.{row['venue']}.{side}.usd.1h", {}), by_ms),
        )
        for row in liquidations["venues"]
        for side in POSITIONS
    }
    signs = tuple(_signs(topics)) if words else ()
    gaps = tuple(feeds.get("gaps", ()))
    return Sample(at_ms, prices, _shown(topics.get("btc.price", {}), by_ms), sums, rows, gaps, late_s, signs)


def _told(row: dict[str, Any]) -> str:
    return repr({name: value for name, value in row.items() if name not in _PACE})


def _shown(metric: dict[str, Any], by_ms: int) -> Shown:
    as_of_ms = metric.get("as_of_ms")
    venue, _, symbol = metric.get("source", "").partition(" ")
    return Shown(
        metric.get("value"),
        None if as_of_ms is None else as_of_ms - by_ms,
        metric.get("state", "none"),
        metric.get("quality"),
        metric.get("note", ""),
        (venue, symbol),
    )


def _signs(topics: dict[str, Any]) -> Iterator[str]:
    for name, topic in topics.items():
        if not name.startswith(_LONG):
            for text in _texts(topic):
                if not text.isprintable():
                    yield f"{name}: {text!r}"


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from value
            for part in value.values():
                yield from _texts(part)
        case list():
            for part in value:
                yield from _texts(part)


async def until(true: Callable[[], bool], within_s: float) -> bool:
    """Wait until `true()`, and say whether it came to that in time."""
    end = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.05)
    return True
