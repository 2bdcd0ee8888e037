"""Asks the publishers of slow series: each page when its calendar says, politely, and what is new only."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from feeds.answers import answered
from feeds.due import GIVE_UP, next_ms, span
from feeds.filling import Filling
from feeds.poll import Fetcher, FetchError, Validators
from feeds.settings import Keys, Secret, Settings
from feeds.slow import Slow, Taken
from feeds.source import Ask, Page, Source
from feeds.venue import Http
from feeds.watchdog import fault, tend
from feeds.wire import Frame

LOOK_S = 60.0
"""No longer than this passes between two looks at what is due: a clock may have been set, a publisher may fail."""

WILL_NOT = (401, 403, 404, 410, 451)
"""Answers that say that it would be of no use to ask again soon."""

DUE, PAST, LATER = 1_000, 1_001, 1_002
"""How soon pages are wanted that were read before, a past that nothing waits for, and those that are not due."""
Sink = Callable[[Frame, str], Awaitable[Taken]]
"""Takes a frame into the session, and the day to which it has to reach: "" where that is not known."""
Rank = Callable[[Iterable[str]], int]
"""How soon series are wanted that were never read: the lowest first."""


class Wrong(NamedTuple):
    """What was wrong with an answer, in words; "" where nothing was. `final`: it says that none will come."""

    words: str
    final: bool = False


RIGHT = Wrong("")


class Gather:
    """Keeps the slow series supplied. One task per publisher; what fails there stops no other."""

    def __init__(
        self,
        slow: Slow,
        settings: Settings,
        fetcher: Fetcher,
        sink: Sink,
        now_ms: Callable[[], int],
        *,
        hurried: bool,
        rank: Rank = lambda series: 0,
        told: Callable[[], object] = lambda: None,
        say: Callable[[str, str], object] = lambda name, text: None,
    ) -> None:
        """`hurried`: the publishers are simulated ones that need no sparing. `told`: called after each page.

        `say`: told of a fault that is no page's, with the publisher's name; "" once all is well again.
        """
        self._slow, self._settings, self._fetcher = slow, settings, fetcher
        self._sink, self._now_ms, self._hurried = sink, now_ms, hurried
        self._rank, self._told, self._say = rank, told, say
        slow.off = {name: why for name, source in slow.sources.items() if (why := off(source, settings))}
        slow.keyed = frozenset(name for name, source in slow.sources.items() if key_of(source, settings.keys))
        self._filling = Filling(slow)

    async def run(self) -> None:
        """Ask what is due, for ever."""
        async with asyncio.TaskGroup() as group:
            for source in self._slow.sources.values():
                if source.pages and source.name not in self._slow.off:
                    group.create_task(tend(partial(self._keep, source), partial(self._say, source.name)))

    async def once(self, source: Source, page: Page) -> tuple[Taken, str]:
        """Ask for one page now. Returns what came, and what was wrong, in words; "" where all was believed."""
        try:
            taken, wrong = await self._asked(source, page)
        except Exception as error:  # noqa: BLE001  one page's fault is shown, and stops no other
            taken, wrong = Taken(), Wrong(fault(error))
        if wrong.words:
            least = GIVE_UP if wrong.final else 1
            self._slow.failed(source.feed(page), self._now_ms(), wrong.words, least=least)
        self._filling.look()
        self._told()
        return taken, wrong.words

    async def _asked(self, source: Source, page: Page) -> tuple[Taken, Wrong]:
        feed, now_ms = source.feed(page), self._now_ms()
        asks = page.ask(span(self._slow, source, page, now_ms), key_of(source, self._settings.keys))
        polled = self._slow.polled.get(feed)
        # Of several requests each would want its own: what one address gave means nothing at another.
        had = Validators(polled.etag, polled.modified) if polled and polled.ok_ms and len(asks) == 1 else None
        through = polled.through or "" if polled and len(asks) == 1 else ""
        came: Validators | None = Validators()
        total, wrongs = Taken(), list[Wrong]()
        for ask in reversed(asks):  # the newest days first: they are what people look at
            self._slow.asking(feed)
            try:
                taken, came, wrong = await self._one(source, page, ask, had, through)
            except FetchError as error:
                taken, wrong = Taken(), Wrong(str(error))
            total += taken
            wrongs += [wrong] * bool(wrong.words)
            if len(wrongs) == GIVE_UP:
                break
        if wrongs:
            return total, Wrong(wrongs[0].words, all(wrong.final for wrong in wrongs) and len(wrongs) == len(asks))
        if not asks or came is None:
            self._slow.unchanged(feed, self._now_ms())
        else:
            # What holds something refused is read again, so that this is still said after another start.
            kept = came if len(asks) == 1 and not total.refused else Validators()
            self._slow.read(feed, self._now_ms(), total, kept.etag, kept.modified)
        return total, RIGHT

    async def _one(
        self, source: Source, page: Page, ask: Ask, validators: Validators | None, through: str
    ) -> tuple[Taken, Validators | None, Wrong]:
        """One request. Gives what came, what to ask with the next time (`None`: unchanged), and what was wrong."""
        feed = source.feed(page)
        name = page.endpoint or f"{source.name}.http"
        key = key_of(source, self._settings.keys)
        fetched = await self._fetcher.ask(
            feed,
            Ask(self._settings.endpoint(name, ask.url), ask.headers, ask.body),
            secrets=(key,) if key else (),
            validators=validators,
            spacing_s=0.0 if self._hurried else source.spacing_s,
        )
        http = fetched.frame.data
        assert isinstance(http, Http)
        if http.status == 304 and validators and validators.headers():
            return Taken(), None, RIGHT
        taken = await self._sink(fetched.frame, through)
        if http.status != 200 and http.status not in page.quiet:
            return taken, fetched.validators, Wrong(answered(http.status, http.body), http.status in WILL_NOT)
        if taken.refused and not taken.values:
            return taken, fetched.validators, Wrong(taken.refused[0])
        return taken, fetched.validators, RIGHT

    async def _keep(self, source: Source) -> None:
        while True:
            now_ms = self._now_ms()
            at, page = min(self._turns(source, now_ms), key=lambda one: one[0], default=((LATER, 0), None))
            _, at_ms = at
            if page is None or at_ms > now_ms:
                await asyncio.sleep(LOOK_S if page is None else min(LOOK_S, (at_ms - now_ms) / 1000))
                continue
            await self.once(source, page)

    def _turns(self, source: Source, now_ms: int) -> Iterator[tuple[tuple[int, int], Page]]:
        """When each page is asked next, and before it how soon it is wanted: what is due and was never read first."""
        for page in source.pages:
            at_ms = next_ms(self._slow, source, page, now_ms)
            if at_ms is not None and not (page.late and self._slow.unread):
                first = at_ms <= now_ms and self._filling.reads(source.feed(page))
                due = PAST if page.late else DUE
                rank = self._rank(page.series) if first else due if at_ms <= now_ms else LATER
                yield (rank, at_ms), page


def off(source: Source, settings: Settings) -> str:
    """Why a publisher is not asked, and what to do about it; "" where it is."""
    if source.name in settings.sources.off:
        return "off, as the settings say"
    keyed = key_of(source, settings.keys) is not None
    if source.opt_in and source.name not in settings.sources.opt_in and not keyed:
        key = f", or give its key. {source.how}" if source.key else ""
        return f'off: {source.terms} To ask it, set sources.opt_in = ["{source.name}"]{key}'
    if source.needs_key and not keyed:
        return f"off: it wants a key. {source.how}"
    return ""


def nearby(sources: Iterable[Source], settings: Settings) -> bool:
    """Whether all of them are on this machine, as the settings have it: such publishers need no sparing."""
    names = {page.endpoint or f"{source.name}.http" for source in sources for page in source.pages}
    hosts = {urlsplit(settings.endpoint(name, "https://elsewhere.invalid")).hostname for name in names}
    return hosts <= {"127.0.0.1", "::1", "localhost"}


def key_of(source: Source, keys: Keys) -> str | None:
    """The user's key for a publisher, in the clear; `None` where none is set, or none is wanted."""
    secret: Secret | None = getattr(keys, source.key) if source.key else None
    return secret.reveal() if secret else None
