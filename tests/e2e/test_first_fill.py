"""A first start on simulated publishers: no word is said before its past is read, and none is taken back.

The scenes of the market have the calm publishers behind them, so that these are all the pasts there are.
"""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from feeds.engine import Collector
from feeds.settings import SOURCES, Keys, Publishers, Secret, Settings
from feeds.signals.rules import Rules
from feeds.simulate.slow import SLOW_SCENES
from feeds.store import Store
from feeds.topics import Change, Verdict
from feeds.views.pages import Worked, work_out
from tests.long import LONG
from tests.publishers import Market

WORDS = ("verdict.state", "regime.label", "etf.run", "level.60000.tests", "level.60000.held", "level.60000.held_in_row")
"""What looks back, and is one word or one count."""
PAGES = ("verdict", "regime", "flows", "levels")
KEY = Secret("a-key-of-a-test")


class Run:
    """An engine that asks all publishers, and what it published: of each word its values in their order."""

    def __init__(self, market: Market, store: Store | None = None) -> None:
        settings = Settings(
            venues=(),
            sources=Publishers(opt_in=SOURCES),
            endpoints=market.endpoints,
            keys=Keys(census=KEY, sosovalue=KEY, coinglass=KEY),
        )
        self.collector = Collector(settings, mode="demo", store=store)
        self.said: dict[str, list[Any]] = {name: [] for name in WORDS}
        self.notes: dict[str, list[str]] = {name: [] for name in WORDS}
        self.first: dict[str, tuple[int, int]] = {}
        """How many pages had been read, of how many, when each was said first."""
        self.progress: list[tuple[int, int]] = []

    async def until(self, done: Callable[[], bool]) -> None:
        """Run and listen until it is so."""
        running = asyncio.create_task(self.collector.run())
        try:
            while not done():
                self._listen()
                if running.done():
                    running.result()
                await asyncio.sleep(0.05)
            self._listen()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    def _listen(self) -> None:
        _, changed = self.collector.tick()
        if "engine" in changed:
            engine = json.loads(changed["engine"])
            self.progress.append((engine["read"], engine["pages"]))
        for name in WORDS:
            if name in changed:
                metric = json.loads(changed[name])
                self.said[name].append(metric["value"])
                self.notes[name].append(metric["note"])
                if metric["value"] is not None:
                    slow = self.collector.state.slow
                    self.first.setdefault(name, (slow.filled, slow.to_fill))

    @property
    def read(self) -> bool:
        """Whether all of the past is in, that has been told, and every word too."""
        slow = self.collector.state.slow
        told = self.progress[-1:] == [(0, 0)] and all(self.words(name) for name in WORDS)
        return told and slow.filled == slow.to_fill > 0

    def whole(self) -> Worked:
        """The pages as they are with all that was read."""
        now_ms = self.collector.clock.now_ms()
        return work_out(self.collector.state.slow.vintages, now_ms, Rules(), None, {}, only=PAGES)

    def words(self, name: str) -> list[Any]:
        """The values that were told, each once in a row, without the times at which none was."""
        told = [value for value in self.said[name] if value is not None]
        return [value for at, value in enumerate(told) if at == 0 or told[at - 1] != value]


def market(played: str) -> Market:
    return Market(time.time_ns() // 1_000_000, played)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("played", sorted(SLOW_SCENES) if LONG else ("empire", "release"))
async def test_a_word_is_said_once_its_past_is_read_and_is_never_taken_back_by_the_fill(played: str) -> None:
    served = market(played)
    try:
        run = Run(served)
        await run.until(lambda: run.read)
    finally:
        await asyncio.to_thread(served.close)
    whole = run.whole()
    assert whole.faults == {}
    for name in WORDS:
        assert run.words(name) == [whole.metrics[name].value], name
        waited = [note for note, value in zip(run.notes[name], run.said[name], strict=True) if value is None]
        assert waited, name
        assert all(note.startswith("reading the past, ") for note in waited), name
    read, pages = run.first["verdict.state"]
    assert read < pages  # as soon as all that it needs is in, and not at the end of everything
    reads = [read for read, pages in run.progress if pages]
    assert reads == sorted(reads)


@pytest.mark.timeout(300)
async def test_only_changes_of_the_whole_history_are_kept_and_a_second_start_has_nothing_to_read(
    tmp_path: Path,
) -> None:
    served = market("release")
    store = Store(tmp_path / "history.sqlite", commit_s=0.05)
    store.open()
    kept: list[Change] = []
    try:
        first = Run(served, store)
        keep = first.collector.state.keep
        first.collector.state.keep = lambda fact: (kept.append(fact) if isinstance(fact, Change) else None, keep(fact))
        await first.until(lambda: first.read)
        page = first.whole().pages["verdict"]
        assert isinstance(page, Verdict)
        assert kept == list(page.changes)
        assert len(kept) > 3
        assert store.flush(60)
        second = Run(served, store)
        await second.until(lambda: all(second.words(name) for name in WORDS))
    finally:
        await asyncio.to_thread(served.close)
        store.close()
    assert set(second.progress) == {(0, 0)}
    assert {name: second.words(name) for name in WORDS} == {name: [first.whole().metrics[name].value] for name in WORDS}
