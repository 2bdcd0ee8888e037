"""Asks the publishers of slow series: each page when its calendar says, politely, and what is new only."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from urllib.parse import urlsplit

from feeds.answers import answered
from feeds.due import GIVE_UP, needed, next_ms, span
from feeds.poll import Fetcher, FetchError, Validators
from feeds.settings import Keys, Secret, Settings
from feeds.slow import Slow, Taken
from feeds.source import Ask, Page, Source
from feeds.venue import Http
from feeds.wire import Frame

LOOK_S = 60.0
"""No longer than this passes between two looks at what is due: a clock may have been set, a publisher may fail."""

Sink = Callable[[Frame, str], Awaitable[Taken]]
"""Takes a frame into the session, and the day to which it has to reach: "" where that is not known."""


class Gather:
    """Keeps the slow series supplied. One task per publisher; what fails there stops no other."""

    def __init__(
        self, slow: Slow, settings: Settings, fetcher: Fetcher, sink: Sink, now_ms: Callable[[], int], *, hurried: bool
    ) -> None:
        """`hurried`: the publishers are simulated ones that need no sparing."""
        self._slow, self._settings, self._fetcher = slow, settings, fetcher
        self._sink, self._now_ms, self._hurried = sink, now_ms, hurried
        slow.off = {name: why for name, source in slow.sources.items() if (why := off(source, settings))}

    async def run(self) -> None:
        """Ask what is due, for ever."""
        first = [page for page in self._needed() if self._slow.polled.get(page) is None]
        self._slow.filled, self._slow.to_fill = 0, len(first)
        async with asyncio.TaskGroup() as group:
            for source in self._slow.sources.values():
                if source.pages and source.name not in self._slow.off:
                    group.create_task(self._keep(source))

    async def once(self, source: Source, page: Page) -> tuple[Taken, str]:
        """Ask for one page now. Returns what came, and what was wrong, in words; "" where all was believed."""
        try:
            taken, wrong = await self._asked(source, page)
        except Exception as error:  # noqa: BLE001  one page's fault is shown, and stops no other
            taken, wrong = Taken(), f"fault of this program: {type(error).__name__}"
        if wrong:
            self._slow.failed(source.feed(page), self._now_ms(), wrong)
        return taken, wrong

    async def _asked(self, source: Source, page: Page) -> tuple[Taken, str]:
        feed, now_ms = source.feed(page), self._now_ms()
        asks = page.ask(span(self._slow, source, page, now_ms), key_of(source, self._settings.keys))
        polled = self._slow.polled.get(feed)
        # Of several requests each would want its own: what one address gave means nothing at another.
        had = Validators(polled.etag, polled.modified) if polled and polled.ok_ms and len(asks) == 1 else None
        through = polled.through or "" if polled and len(asks) == 1 else ""
        came: Validators | None = Validators()
        total, wrongs = Taken(), list[str]()
        for ask in reversed(asks):  # the newest days first: they are what people look at
            self._slow.asking(feed)
            try:
                taken, came, wrong = await self._one(source, page, ask, had, through)
            except FetchError as error:
                taken, wrong = Taken(), str(error)
            total += taken
            wrongs += [wrong] * bool(wrong)
            if len(wrongs) == GIVE_UP:
                break
        if wrongs:
            return total, wrongs[0]
        if not asks or came is None:
            self._slow.unchanged(feed, self._now_ms())
        else:
            # What holds something refused is read again, so that this is still said after another start.
            kept = came if len(asks) == 1 and not total.refused else Validators()
            self._slow.read(feed, self._now_ms(), total, kept.etag, kept.modified)
        return total, ""

    async def _one(
        self, source: Source, page: Page, ask: Ask, validators: Validators | None, through: str
    ) -> tuple[Taken, Validators | None, str]:
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
            return Taken(), None, ""
        taken = await self._sink(fetched.frame, through)
        if http.status != 200 and http.status not in page.quiet:
            return taken, fetched.validators, answered(http.status, http.body)
        if taken.refused and not taken.values:
            return taken, fetched.validators, taken.refused[0]
        return taken, fetched.validators, ""

    async def _keep(self, source: Source) -> None:
        while True:
            now_ms = self._now_ms()
            due = [(at, page) for page in source.pages if (at := next_ms(self._slow, source, page, now_ms)) is not None]
            at, page = min(due, key=lambda one: one[0], default=(now_ms + round(LOOK_S * 1000), None))
            if page is None or at > now_ms:
                await asyncio.sleep(min(LOOK_S, (at - now_ms) / 1000))
                continue
            await self.once(source, page)

    def _needed(self) -> Sequence[str]:
        now_ms = self._now_ms()
        return [
            source.feed(page)
            for source in self._slow.sources.values()
            for page in source.pages
            if needed(self._slow, source, page, now_ms)
        ]


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
