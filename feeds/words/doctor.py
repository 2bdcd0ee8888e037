"""`tidegauge doctor`: each endpoint once, the clock, the terminal and the folders: what works, and why not."""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from feeds import text
from feeds.attach import connect
from feeds.calendars import new_york_day
from feeds.decode import Decoder
from feeds.engine import Collector
from feeds.facts import Observation, Rejected
from feeds.gather import key_of, off
from feeds.health import Feed
from feeds.life import today
from feeds.loop import run as run_loop
from feeds.our_clock import OurClock
from feeds.poll import Fetcher, FetchError
from feeds.settings import Paths, Settings, load, paths
from feeds.source import Ask, Source, Span
from feeds.sources import SOURCES
from feeds.store import Store
from feeds.venue import Venue
from feeds.venues import VENUES
from feeds.words.record import seconds

PATIENCE_S = 12.0
SKEW_MS = 2_000
LAST_DAYS = 40
"""Days of a publisher that are asked for: a monthly series has a value in them."""


class Finding(Struct, frozen=True):
    """One line of the report."""

    good: bool
    what: str
    said: str


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", type=seconds, default=PATIENCE_S, metavar="TIME", help="for the streams to speak")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    places = paths(os.environ)
    streams, addresses, publishers = run_loop(_ask(settings, args.wait))
    for title, findings in (
        ("streams", [*streams, *_closed(time.time_ns() // 1_000_000)]),
        ("REST", addresses),
        ("publishers", publishers),
        ("values that are doubted, and not used", _doubted(settings, places)),
        ("here", [*_here(settings, places), *_terminal()]),
    ):
        if findings:
            print(title)
        for finding in findings:
            print(f"  {'ok' if finding.good else '!!'}  {finding.what:<24} {finding.said}")
    reached = sum(finding.good for finding in streams)
    return 0 if reached == len(streams) else 3 if reached else 4


async def _ask(settings: Settings, wait_s: float) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """Connect every stream for a while, and ask every REST host and every publisher for one thing."""
    collector = Collector(settings, publishers=False)
    collecting = asyncio.create_task(collector.run())
    fetcher = Fetcher(now_ms=collector.clock.now_ms, told=collector.told)
    venues = collector.state.venues.values()
    addresses = ((venue, _address(venue, collector.clock.now_ms())) for venue in venues)
    probes = [_probe(fetcher, settings, venue, url) for venue, url in addresses if url]
    asked = asyncio.gather(*probes)
    published = asyncio.gather(*(_publisher(fetcher, settings, source) for source in SOURCES.values() if source.pages))
    clock = asyncio.get_running_loop().time
    end = clock() + wait_s
    while clock() < end and not all(feed.seen_ms for feed in collector.state.feeds.values()):
        await asyncio.sleep(0.1)
        collector.tick()
        if collecting.done():
            collecting.result()
    found = [line for feed in collector.state.feeds.values() for line in _stream(feed, collector.clock.now_ms())]
    collecting.cancel()
    await asyncio.gather(collecting, return_exceptions=True)
    answered, told = await asked, await published
    await fetcher.aclose()
    return found, [*answered, _clock(collector.state.clock)], told


def _closed(now_ms: int) -> Iterator[Finding]:
    """Venues that are not listened to because they closed for good."""
    for name, venue in VENUES.items():
        if venue.life.over(today(now_ms)):
            yield Finding(True, name, venue.life.words(today(now_ms)))


def _stream(feed: Feed, now_ms: int) -> Iterator[Finding]:
    row = feed.row(now_ms)
    if row.seen_ms is not None:
        lag = f"lag {text.lag(row.lag_p50)}" if row.lag_p50 is not None else "no dated message yet"
        yield Finding(True, feed.name, f"{row.state}, {lag}, {row.rate:g} messages/s")
    else:
        yield Finding(False, feed.name, f"{row.state}: {row.error or 'connected, but nothing came'}")
    if row.odd:
        yield Finding(False, f"{feed.name} dates", f"{row.odd:,} messages dated far after they came")
    for rejected in feed.rejects:
        yield Finding(False, f"{feed.name} rejected", f"{rejected.reason}: {rejected.sample}")


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


async def _publisher(fetcher: Fetcher, settings: Settings, source: Source) -> Finding:
    """Ask for the last days of a publisher's first page, and read what it answers as the engine would."""
    if why := off(source, settings):
        return Finding(True, source.name, why)
    page, now_ms = source.pages[0], time.time_ns() // 1_000_000
    today = new_york_day(now_ms)
    key = key_of(source, settings.keys)
    asks = page.ask(Span(max(page.first, today - timedelta(LAST_DAYS)), today), key)
    if not asks:
        return Finding(True, source.name, "nothing is to be asked")
    url = settings.endpoint(page.endpoint or f"{source.name}.http", asks[-1].url)
    ask = Ask(url, asks[-1].headers, asks[-1].body)
    try:
        fetched = await fetcher.ask(source.feed(page), ask, secrets=(key,) if key else ())
    except FetchError as error:
        return Finding(False, source.name, str(error))
    outs = Decoder({}, {source.feed(page): (source, page)}).decode(fetched.frame)
    refused = next((out.reason for out in outs if isinstance(out, Rejected)), "")
    values = sum(isinstance(out, Observation) for out in outs)
    said = f"{page.name}: {values:,} values" + (f", refused: {refused}" if refused else "")
    return Finding(values > 0, source.name, said)


def _doubted(settings: Settings, places: Paths) -> list[Finding]:
    """Newest values of the history that nothing has confirmed yet."""
    store = Store(places.data / "history.sqlite")
    try:
        kept, _ = store.slow()
    finally:
        store.close()
    kept.trust(settings.sources.believe)
    newest = ((id_, day, kept.in_doubt(id_, day)) for id_ in sorted(kept.series()) if (day := kept.newest(id_)))
    return [Finding(False, id_, f"{day}: {doubt.why}") for id_, day, doubt in newest if doubt]


def _here(settings: Settings, places: Paths) -> Iterator[Finding]:
    engine = connect(places.runtime / "engine.sock")
    yield Finding(True, "engine", "runs" if engine else "none runs; one is started with the first viewer")
    if engine:
        engine.close()
    yield Finding(True, "settings", str(places.config / "config.toml"))
    free = shutil.disk_usage(next(p for p in (places.data, *places.data.parents) if p.exists())).free
    yield Finding(free > 1 << 28, "history", f"{places.data}, {free / (1 << 30):.1f} GiB free")
    for notice in settings.notices:
        yield Finding(False, "settings", notice)


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    tty = sys.stdout.isatty()
    yield Finding(
        tty, "terminal", f"{os.environ.get('TERM', 'no TERM')}, {size.columns}x{size.lines}" if tty else "none"
    )
    encoding = (sys.stdout.encoding or "").lower()
    yield Finding(encoding.replace("-", "") == "utf8", "characters", encoding or "unknown")
    colours = (
        "none, as NO_COLOR asks" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM", "16 of the scheme")
    )
    yield Finding(True, "colours", colours)
    if os.environ.get("TMUX"):
        yield Finding(True, "tmux", _tmux() or "version unknown")


def _tmux() -> str:
    """What tmux says of itself; "" where it is not found from here, as over SSH or in a container."""
    program = shutil.which("tmux")
    if program is None:
        return ""
    return text.plain(subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stdout, 40)  # noqa: S603
