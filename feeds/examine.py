"""Asks everything once, as the engine would, and keeps what came of it: the streams, REST, and the publishers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import structs

from feeds import text
from feeds.answers import answered
from feeds.backfill import Backfill
from feeds.calendars import new_york_day
from feeds.checkup import Finding, PageFound, PublisherFound
from feeds.engine import Collector
from feeds.facts import Observation, Rejected
from feeds.gather import key_of, nearby, off
from feeds.health import Feed
from feeds.life import today
from feeds.our_clock import OurClock
from feeds.poll import Fetcher, FetchError
from feeds.settings import Settings
from feeds.slow import Polled
from feeds.source import Ask, Page, Source, Span
from feeds.sources import SOURCES
from feeds.text import plain
from feeds.venue import Http, Venue
from feeds.venues import VENUES
from feeds.vintages import Vintages
from feeds.wire import Recorder
from feeds.witness import SAMPLE, VenueFound, Witness

PATIENCE_S = 12.0
SKEW_MS = 2_000
LAST_DAYS = 280
"""Days of a publisher that are asked for: a quarterly series, dated by its quarter's first day, has a value in them."""
LOOK_S = 0.1
AGAIN_S = 4.0
"""What is polled is asked for again after so long: open interest in contracts of dollars says nothing before a mark."""
SHORTEST_KEY = 4
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class Examination:
    """One round of questions, with connections of its own. What was found so far may be asked for at any time."""

    def __init__(
        self, settings: Settings, wait_s: float, *, recorder: Recorder | None, history: tuple[Vintages, list[Polled]]
    ) -> None:
        """`history`: what is known of the slow series, against which their values are held."""
        self._settings, self._wait_s = settings, wait_s
        # What is all on this machine needs no sparing, like the demo's market.
        self.collector = Collector(
            settings, mode="demo" if _near(settings) else "live", recorder=recorder, publishers=False
        )
        self._state = self.collector.state
        self._state.slow.restore(*history)
        self._witness = Witness(self._state.venues, self._hide)
        self.collector.session.witness = self._witness.take
        self._secrets = [
            secret.reveal() for name in settings.keys.__struct_fields__ if (secret := getattr(settings.keys, name))
        ]
        self.streams: list[Finding] = []
        self.venues: list[VenueFound] = []
        self.rest: list[Finding] = []
        self._publishers = {
            source.name: PublisherFound(source.name, source.title, off=off(source, settings), unasked=len(source.pages))
            for source in SOURCES.values()
            if source.pages
        }
        self.asked = [name for name, found in self._publishers.items() if not found.off]
        self._told: set[str] = set()  # publishers that were asked all there was time for

    @property
    def publishers(self) -> list[PublisherFound]:
        """What the publishers answered so far."""
        return list(self._publishers.values())

    async def run(self, progress: Callable[[str], object]) -> None:
        """Ask until all that is documented came, or the time is up. `progress` is told how far it is."""
        clock = asyncio.get_running_loop().time
        end = clock() + self._wait_s
        near = self.collector.session.engine.mode == "demo"
        spacing_s, timeout_s = (0.0 if near else 0.5), max(self._wait_s, PATIENCE_S)
        now_ms, told = self.collector.clock.now_ms, self.collector.told
        fetcher = Fetcher(spacing_s=spacing_s, timeout_s=timeout_s, tries=1, now_ms=now_ms, told=told)
        backfill = Backfill(self._state, self._settings, fetcher, self.collector.take)
        jobs = [self._rest(fetcher, backfill), *(self._ask_all(fetcher, SOURCES[name], end) for name in self.asked)]
        asking = asyncio.gather(*jobs)
        collecting = asyncio.create_task(self.collector.run())
        again = asyncio.create_task(self._again(backfill))
        try:
            while clock() < end and not (asking.done() and self._complete()):
                progress(self._progress(end - clock()))
                await asyncio.sleep(LOOK_S)
                self.collector.tick()
                for task in (collecting, again):
                    if task.done():
                        task.result()
            while not asking.done():  # what was asked is waited for, which is bounded by the time for an answer
                progress(self._progress(0))
                await asyncio.wait((asking,), timeout=LOOK_S)
            await asking
            self.streams = [self._stream(feed) for feed in self._state.feeds.values()]
            self.venues = list(self._venues())
            self.rest += [_clock(self._state.clock), *self._notices()]
        finally:
            running = (asking, again, collecting)
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await fetcher.aclose()

    def doubted(self) -> list[Finding]:
        """Newest values that nothing has confirmed yet."""
        kept = self._state.slow.vintages
        newest = ((id_, day, kept.in_doubt(id_, day)) for id_ in sorted(kept.series()) if (day := kept.newest(id_)))
        return [Finding(False, id_, f"{day}: {doubt.why}") for id_, day, doubt in newest if doubt]

    def _venues(self) -> Iterator[VenueFound]:
        for venue in self._state.venues.values():
            yield self._found(venue)
        now_ms = today(self.collector.clock.now_ms())
        for name, venue in VENUES.items():
            if venue.life.over(now_ms):
                yield VenueFound(name, venue.title, "", closed=venue.life.words(now_ms))

    def _notices(self) -> Iterator[Finding]:
        """What the engine would say of its own: faults, and addresses that are read in place of others."""
        for name, said in self.collector.notices.items():
            if said and name not in ("settings", "recording"):
                yield Finding(not name.startswith("fault."), "notice", plain(self._hide(said), SAMPLE))

    def _complete(self) -> bool:
        """Whether nothing more is to be waited for: whoever is whole has also traded."""
        found = map(self._found, self._state.venues.values())
        return all(
            venue.whole and all(part.state == "came" for part in venue.parts if part.part == "trade") for venue in found
        )

    def _progress(self, left_s: float) -> str:
        venues = [*map(self._found, self._state.venues.values())]
        whole = sum(venue.whole for venue in venues)
        told = f"; {len(self._told)} of {len(self.asked)} publishers asked" if self.asked else ""
        left = f"; {left_s:.0f} s at most" if left_s > 0 else "; waiting for the last answers"
        return f"{whole} of {len(venues)} venues whole{told}{left}"

    def _stream(self, feed: Feed) -> Finding:
        row = feed.row(self.collector.clock.now_ms())
        if row.seen_ms is None:
            why = plain(self._hide(row.error), SAMPLE) or "connected, but nothing came"
            return Finding(False, feed.name, f"{row.state}: {why}", why.removeprefix("REST: "))
        lag = f"lag {text.lag(row.lag_p50)}" if row.lag_p50 is not None else "no dated message yet"
        odd = f", {row.odd:,} dated far after they came" if row.odd else ""
        return Finding(True, feed.name, f"{row.state}, {lag}, {row.rate:g} messages/s{odd}")

    async def _rest(self, fetcher: Fetcher, backfill: Backfill) -> None:
        """Measure every REST host, and read the candles of every venue that has some."""
        venues, now_ms = self._state.venues.values(), self.collector.clock.now_ms()
        addresses = ((venue, _address(venue, now_ms)) for venue in venues)
        probes = [_probe(fetcher, self._settings, venue, url) for venue, url in addresses if url]
        candles = [backfill.read(venue, url) for venue in venues if (url := venue.bars("1d"))]
        found, _ = await asyncio.gather(asyncio.gather(*probes), asyncio.gather(*candles))
        self.rest.extend(found)

    async def _again(self, backfill: Backfill) -> None:
        """Read once more, from time to time, what is polled of venues that are heard and lack a part; for ever."""
        while True:
            await asyncio.sleep(AGAIN_S)
            for venue in self._state.venues.values():
                if any(part.state == "missing" for part in self._found(venue).parts):
                    for poll in venue.polls:
                        await backfill.read(venue, poll.url)

    def _found(self, venue: Venue) -> VenueFound:
        return self._witness.found(venue, self._state.feeds.values())

    async def _ask_all(self, fetcher: Fetcher, source: Source, end: float) -> None:
        """Ask a publisher for each of its pages, one after the other; the first in any case, the others in time."""
        clock, found = asyncio.get_running_loop().time, self._publishers[source.name]
        for page in source.pages:
            if found.pages and clock() >= end:
                break
            with suppress(LookupError):
                asked = await self._page(fetcher, source, page)
                found = structs.replace(found, pages=(*found.pages, asked))
            found = structs.replace(found, unasked=found.unasked - 1)
            self._publishers[source.name] = found
        self._told.add(source.name)

    async def _page(self, fetcher: Fetcher, source: Source, page: Page) -> PageFound:
        """Ask for the last days of a page, and take the answer as the engine would.

        Raises `LookupError` where there is nothing to ask for.
        """
        key, day = key_of(source, self._settings.keys), new_york_day(self.collector.clock.now_ms())
        if page.vintages and key is None:
            raise LookupError
        asks = page.ask(Span(max(page.first, day - timedelta(LAST_DAYS)), day), key)
        if not asks:
            raise LookupError
        last = asks[-1]
        url = self._settings.endpoint(page.endpoint or f"{source.name}.http", last.url)
        spacing_s = 0.0 if nearby((source,), self._settings) else source.spacing_s
        try:
            ask = Ask(url, last.headers, last.body)
            secrets = (key,) if key else ()
            fetched = await fetcher.ask(source.feed(page), ask, secrets=secrets, spacing_s=spacing_s)
        except FetchError as error:
            return PageFound(page.name, 0, fault=self._hide(str(error)))
        frame = fetched.frame
        self.collector.record(frame)
        outs = await asyncio.to_thread(self.collector.session.decode, frame)
        taken = self.collector.session.take(frame, outs)
        values = [out for out in outs if isinstance(out, Observation)]
        newest = max((out.period for out in values), default="")
        refused = next((out for out in outs if isinstance(out, Rejected)), None)
        status = frame.data.status if isinstance(frame.data, Http) else 0
        fault = refused.reason if refused else taken.refused[0] if taken.refused else ""
        if not (fault or values):
            http = frame.data
            body = http.body if isinstance(http, Http) else ""
            fault = "no values" if status == 200 else "" if status in page.quiet else answered(status, body)
        fault = plain(self._hide(fault), SAMPLE)
        sample = plain(self._hide(refused.sample), SAMPLE) if refused else ""
        doubted = tuple(plain(self._hide(why), SAMPLE) for why in taken.doubted)
        return PageFound(page.name, status, len(values), newest, fault, sample, doubted)

    def _hide(self, said: str) -> str:
        """Put `***` for each key of the user's, whoever repeats it."""
        for secret in self._secrets:
            if len(secret) >= SHORTEST_KEY:
                said = said.replace(secret, "***")
        return said


def _near(settings: Settings) -> bool:
    """Whether all venues are on this machine, as the settings have it."""
    rows = [VENUES[name] for name in settings.venues]
    return {urlsplit(settings.endpoint(f"{venue.name}.http", venue.http)).hostname for venue in rows} <= _HERE


def _clock(ours: OurClock) -> Finding:
    """Our clock by the dates of all that answered, and what the streams are late by."""
    if said := ours.words():
        return Finding(False, "clock", said)
    known = ours.proven is not None
    return Finding(known, "clock", "right within a second" if known else "no two servers have told the same time")


def _address(venue: Venue, now_ms: int) -> str | None:
    """Something that is read at the venue's REST host; `None` where nothing is."""
    polled = (poll.url for poll in venue.polls)
    known = (venue.bars("1d"), *venue.setup, *polled, *venue.missed(now_ms - 60_000, now_ms))
    return next((url for url in known if url), None)


async def _probe(fetcher: Fetcher, settings: Settings, venue: Venue, url: str) -> Finding:
    what = f"{venue.name}.http"
    try:
        probe = await fetcher.probe(settings.endpoint(what, url), what)
    except FetchError as error:
        return Finding(False, what, str(error))
    skew = probe.skew_ms
    clock = "its clock is not told" if skew is None else f"our clock {skew / 1000:+.1f} s from its"
    good = probe.status == 200 and (skew is None or abs(skew) < SKEW_MS)
    return Finding(good, what, f"HTTP {probe.status}, {probe.bytes:,} bytes in {probe.ms:.0f} ms, {clock}")


def offline(examined: Examination) -> bool:
    """Whether nothing at all answered."""
    pages = [page for found in examined.publishers for page in found.pages]
    heard = any(finding.good for finding in examined.streams)
    return not heard and not any(probe.good for probe in examined.rest) and not any(page.status for page in pages)
