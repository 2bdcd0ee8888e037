"""An engine that is killed again and again in a cascade, against what the market's ledger says was published."""

import signal
import time
from collections import Counter
from functools import partial

import pytest

from feeds import simulate
from feeds.facts import Gap, Liquidation
from feeds.simulate.ledger import Ledger
from feeds.store import Store
from tests.e2e.world import Viewer, World, until
from tests.long import LONG

KILLS = 20 if LONG else 2
VENUES = ["coinbase", "gate", "okx"]
LONGEST_S = 12.0
UNREAD_MS = 6_000
Key = tuple[int, str, int]
"""Second, position and dollars: what an event is known again by on either side."""


def published(ledger: Ledger, since_ms: int, until_ms: int) -> Counter[Key]:
    """What Gate told of in that time, but for the events that fell into a second of an end."""
    found = [one for one in ledger.liquidations if one.listing.venue == "gate" and since_ms <= one.ts_ms < until_ms]
    return Counter((one.ts_ms // 1000, one.position, round(one.usd)) for one in found)


def kept(events: list[Liquidation]) -> Counter[Key]:
    return Counter((one.ts_ms // 1000, one.position, round(one.usd)) for one in events if one.venue == "gate")


def _unread(ledger: Ledger, viewer: Viewer, began_ms: int) -> bool:
    """Whether some happened so long ago that a new connection would take them for history, and were not read yet."""
    rows = [row for row in viewer.topics.get("tape", ()) if row["venue"] == "gate"]
    read_ms = max((row["ts_ms"] for row in rows), default=began_ms)
    return published(ledger, max(read_ms + 1_000, began_ms), now_ms() - UNREAD_MS).total() > 0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.mark.timeout(150)
async def test_no_liquidation_that_is_polled_is_lost_by_a_kill_but_those_of_the_last_second(world: World) -> None:
    last_seconds: list[tuple[int, int]] = []
    async with simulate.serve("cascade", seed=5, speed=30) as market:
        world.settings(market.endpoints, venues=VENUES)
        first_ms = 0
        for _ in range(KILLS):
            engine = await world.engine()
            async with world.viewer() as viewer:
                await until(lambda: viewer.feed("gate").get("state") == "live", "gate is heard", 15)
                began_ms = now_ms()
                first_ms = first_ms or began_ms + 1_000
                await until(partial(_unread, market.ledger, viewer, began_ms), "some are not read for long", 40)
            killed_ms = now_ms()
            engine.send(signal.SIGKILL)
            await engine.ended(2)
            last_seconds.append((killed_ms - 1_000, killed_ms + 1_000))
        engine = await world.engine()
        async with world.viewer() as viewer:
            await until(
                lambda: (gaps := viewer.gaps("gate")) and all(gap["filled"] for gap in gaps), "the gaps are read", 40
            )
            end_ms = viewer.t - 12_000
        engine.send(signal.SIGTERM)
        await engine.ended(5)
        told = published(market.ledger, first_ms, max(end_ms, last_seconds[-1][0]))
    store = Store(world.places.data / "history.sqlite")
    had = kept(store.liquidations(0))
    gaps = [gap for gap in store.gaps(0) if gap.feed == "gate"]
    store.close()
    spared = {second for low, high in last_seconds for second in range(low // 1000, high // 1000 + 1)}
    lost = {key for key in told - had if key[0] not in spared}
    assert told.total() >= 4
    assert lost == set()
    assert max(had.values()) == 1
    _are_honest(gaps, [high - 1_000 for _, high in last_seconds])


def _are_honest(gaps: list[Gap], kills: list[int]) -> None:
    """Each kill lies in a gap that begins with the last reading before it, and is filled."""
    for killed_ms in kills:
        (gap,) = [gap for gap in gaps if gap.to_ms and gap.from_ms <= killed_ms - 500 and killed_ms < gap.to_ms]
        assert gap.filled
        assert killed_ms - gap.from_ms < (LONGEST_S + 1.0) * 1000
