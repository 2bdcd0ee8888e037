"""`tidegauge poll [SOURCE...]`: ask publishers once, store what is new, and say in one line each what came."""

import argparse
import asyncio
import os
from collections.abc import Iterator

from msgspec import Struct

from feeds.due import needed, next_ms
from feeds.engine import Collector
from feeds.gather import Gather, nearby
from feeds.loop import run as run_loop
from feeds.poll import Fetcher
from feeds.run import say
from feeds.settings import SOURCES, SettingsError, load, paths
from feeds.slow import Slow, Taken
from feeds.source import Page, Source
from feeds.store import Store
from feeds.text import age

AT_ONCE = 6
"""Publishers that are asked at the same time; each has its own pace."""


class Told(Struct, frozen=True):
    """How one page went; `wrong` is "" where all was believed, `asked` is `False` where nothing was due."""

    feed: str
    said: str
    wrong: str = ""
    asked: bool = True


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="publishers to ask now, whether something is due or not (default: all, for what is due)",
    )


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    unknown = [name for name in args.sources if name not in SOURCES]
    if unknown:
        raise SettingsError(f"no publisher is called {unknown[0]}; there are: {', '.join(SOURCES)}")
    store = Store(paths(os.environ).data / "history.sqlite", keep_days=settings.history.keep_days)
    store.open()
    try:
        if not store.writing:
            say(f"{store.notice}; an engine that runs asks the publishers itself")
            return 1
        collector = Collector(settings, store=store)
        told = run_loop(_ask(collector, store, args.sources))
        whole = store.flush(60.0)
    finally:
        store.close()
    if not whole:
        say(store.notice or "not all of it could be stored in time")
        return 1
    bad, asked = sum(bool(one.wrong) for one in told), sum(one.asked for one in told)
    if args.sources and not asked:  # those that were named are off
        return 4
    return 0 if not bad else 4 if bad == asked else 3


async def _ask(collector: Collector, store: Store, names: list[str]) -> list[Told]:
    slow, now_ms = collector.state.slow, collector.clock.now_ms
    slow.restore(*store.slow())
    sources = [source for source in slow.sources.values() if source.pages and (not names or source.name in names)]
    near = nearby(sources, collector.settings)
    fetcher = Fetcher(spacing_s=0.0) if near else Fetcher()
    gather = Gather(slow, collector.settings, fetcher, collector.take_slow, now_ms, hurried=near)
    turn = asyncio.Semaphore(AT_ONCE)
    told: list[Told] = []
    try:
        if not names:
            # Those that only stand in for others are asked last, once it is known who failed.
            await asyncio.gather(*(_source(gather, slow, source, False, now_ms(), turn, told) for source in sources))
            sources = [source for source in sources if _stands_in(slow, source)]
        await asyncio.gather(*(_source(gather, slow, source, bool(names), now_ms(), turn, told) for source in sources))
    finally:
        await fetcher.aclose()
    return told


def _stands_in(slow: Slow, source: Source) -> bool:
    """Whether a publisher has a page that was not asked yet and is needed now."""
    return any(needed(slow, source, page) and slow.polled.get(source.feed(page)) is None for page in _pages(source))


def _pages(source: Source) -> list[Page]:
    """What is asked: not a past of hundreds of files, which an engine reads beside everything else."""
    return [page for page in source.pages if not page.late]


async def _source(
    gather: Gather, slow: Slow, source: Source, now: bool, now_ms: int, turn: asyncio.Semaphore, told: list[Told]
) -> None:
    if source.name in slow.off:
        if all(one.feed != source.name for one in told):
            _tell(told, Told(source.name, slow.off[source.name], asked=False))
        return
    async with turn:
        for page in _pages(source):
            due = next_ms(slow, source, page, now_ms)
            if (due is None and (page.vintages or not now)) or any(one.feed == source.feed(page) for one in told):
                continue
            if not now and due is not None and due > now_ms:
                said = f"nothing new is due for {age(due - now_ms)}; {_reach(slow, source, page)}"
                _tell(told, Told(source.feed(page), said, asked=False))
                continue
            taken, wrong = await gather.once(source, page)
            _tell(told, Told(source.feed(page), f"{_came(taken)}; {_reach(slow, source, page)}", wrong))
            for reason in dict.fromkeys(taken.refused):
                print(f"      {source.feed(page)}: refused: {reason}", flush=True)
            for reason in taken.doubted:
                print(f"      {source.feed(page)}: doubted: {reason}", flush=True)


def _tell(told: list[Told], one: Told) -> None:
    told.append(one)
    mark = "!!" if one.wrong else "ok" if one.asked else "--"
    print(f"  {mark}  {one.feed:<26} {one.wrong or one.said}", flush=True)


def _came(taken: Taken) -> str:
    parts = [f"{taken.values:,} values", f"{taken.new:,} new"]
    parts += [f"{taken.revised:,} revised"] * bool(taken.revised)
    parts += [f"{len(taken.refused):,} refused"] * bool(taken.refused)
    parts += [f"{len(taken.doubted):,} doubted"] * bool(taken.doubted)
    return ", ".join(parts)


def _reach(slow: Slow, source: Source, page: Page) -> str:
    found = sorted(str(day) for day in _days(slow, source, page))
    return f"{found[0]} to {found[-1]}" if found else "nothing is known"


def _days(slow: Slow, source: Source, page: Page) -> Iterator[object]:
    for id_ in slow.ids(source.feed(page)):
        ends = slow.vintages.newest(id_), slow.vintages.oldest(id_)
        yield from (day for day in ends if day)
