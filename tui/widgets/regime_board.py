"""All that the regime pane draws from, at one time, and the readings in each of its views. Pure."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, Literal

from msgspec import Struct

from feeds.topics import Price, Reading
from feeds.topics.dollar import Unpublished
from feeds.topics.regime import Level, Regime, Verdict
from feeds.topics.scenarios import Scenarios

View = Literal["overview", "chain", "history", "scenarios", "levels", "hedge & dollar"]
VIEWS: tuple[View, ...] = ("overview", "chain", "history", "scenarios", "levels", "hedge & dollar")
TOPICS = ("verdict", "regime", "levels", "scenarios", "hedge", "dollar", "fragility")


class Board(Struct, frozen=True):
    """What the topics say; `None` for one that has not come. `readings` are those of hedge, dollar and fragility."""

    verdict: Verdict | None
    regime: Regime | None
    levels: tuple[Level, ...] | None
    scenarios: Scenarios | None
    lists: Mapping[str, tuple[Reading, ...] | None]
    unpublished: tuple[Unpublished, ...]
    price: Price | None
    now_ms: int
    zone: tzinfo

    @property
    def empty(self) -> bool:
        parts = (self.verdict, self.regime, self.levels, self.scenarios, *self.lists.values())
        return all(part is None for part in parts)


LISTS = {
    "hedge": "hedge or high beta",
    "dollar": "dollar exit",
    "fragility": "fragility",
}
"""Topics that are told as lists of readings, and what stands above each."""
NOT_PUBLIC = "without a public number"
WAITING = "waiting for the engine"


def board(topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> Board:
    found = {name: topics.get(name) for name in LISTS}
    return Board(
        topics.get("verdict"),
        topics.get("regime"),
        topics.get("levels"),
        topics.get("scenarios"),
        {name: None if topic is None else topic.readings for name, topic in found.items()},
        found["fragility"].unpublished if found["fragility"] is not None else (),
        topics.get("price"),
        now_ms,
        zone,
    )


def readings(of: Board, view: View) -> list[Reading]:
    """All readings that a view shows, each once, in the order in which it shows them."""
    parts: dict[View, tuple[Iterable[Reading], ...]] = {
        "overview": (*_verdict(of), *_regime(of), _levels(of), _scenarios(of), *_lists(of)),
        "chain": _regime(of),
        "history": (*_verdict(of), *_regime(of)),
        "scenarios": (_scenarios(of),),
        "levels": (_levels(of),),
        "hedge & dollar": _lists(of),
    }
    return list({reading.name: reading for part in parts[view] for reading in part}.values())


def _verdict(of: Board) -> tuple[Iterable[Reading], ...]:
    return () if of.verdict is None else ((of.verdict.state,), (one.reading for one in of.verdict.triggers))


def _regime(of: Board) -> tuple[Iterable[Reading], ...]:
    if of.regime is None:
        return ()
    drivers = (reading for one in of.regime.drivers for reading in (one.push, *one.values))
    return (of.regime.label,), drivers, (of.regime.money.reading, of.regime.custody)


def _levels(of: Board) -> Iterable[Reading]:
    return (reading for level in of.levels or () for reading in level.readings)


def _scenarios(of: Board) -> Iterable[Reading]:
    board_ = of.scenarios
    if board_ is None:
        return ()
    return (*board_.readings, *(part for one in board_.evidence for part in one.parts))


def _lists(of: Board) -> tuple[Iterable[Reading], ...]:
    return tuple(one for one in of.lists.values() if one is not None)
