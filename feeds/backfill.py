"""What is read over REST beside the streams: contract sizes, the candles behind the chart, and what a gap cost."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import cycle
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds.facts import TIMEFRAME_MS, Gap
from feeds.poll import Fetcher, FetchError
from feeds.settings import Settings
from feeds.state import State
from feeds.venue import Control, Http, More, Poll, Refused, Short, Venue
from feeds.wire import Frame

SETUP_EVERY_S = 6 * 3600
RETRY_S = 30
CHECK_S = 5.0
OLDEST_GAP_MS = 86_400_000
"""Totals look no further back than a day."""
MARGIN_MS = 2_000
MOST_PAGES = 20
"""Pages of one list that are read for one gap."""
PAST_MS = 86_400_000 + 600_000
"""Changes of open interest are told over a day."""
PAST_EVERY_S, PAST_MOST_S = 300.0, 3_600.0
"""Histories of open interest go by five minutes; where one is refused, it is asked for less and less often."""
GONE = (404, 410)
"""Statuses that say that there is nothing at an address, and nothing will be."""


class _Answer(Struct, frozen=True):
    """What became of one address. `good`: it answered as documented. `gone`: nothing is there any more.

    `more` is the address of the next page; `short` says why the list does not reach back.
    """

    good: bool
    gone: bool = False
    more: str = ""
    short: str = ""


class Backfill:
    """Keeps the chart's venue supplied with candles, and every venue's parser with its contract sizes.

    What it reads goes into `sink` as frames, like everything else. While no venue is heard yet, the chart's order is
    tried in turn. Of several addresses of the same, the first that answers as documented is used until it does not;
    `say` is told which, by its subject, where it is not the first.
    """

    def __init__(
        self,
        state: State,
        settings: Settings,
        fetcher: Fetcher,
        sink: Callable[[Frame], Sequence[Control]],
        say: Callable[[str, str], None] = lambda subject, said: None,
    ) -> None:
        self._state, self._settings, self._fetcher = state, settings, fetcher
        self._sink, self._say = sink, say
        self._filled: dict[str, object] = {}
        self._used: dict[tuple[str, str], int] = {}  # by venue and path: which of its addresses answered last
        self._gone: set[tuple[str, str]] = set()  # lists that are no more
        self._repairs: dict[tuple[str, int], dict[str, str]] = {}
        self._listed: dict[tuple[str, str], int] = {}  # when each list that is polled was last asked for and read

    async def setup(self, venue: Venue) -> None:
        """Read contract sizes now and every few hours, for ever."""
        while venue.setup:
            answers = [await self.read(venue, url) for url in venue.setup]
            good = all(answer.good or answer.gone for answer in answers)
            await asyncio.sleep(SETUP_EVERY_S if good else RETRY_S)

    async def missed(self, venue: Venue) -> None:
        """Read the liquidations of each gap once it has ended, where the venue offers them; for ever."""
        streams = {venue.feed(stream) for stream in venue.streams if stream.liquidations}
        while True:
            heard = [self._state.feeds[name] for name in streams if name in self._state.feeds]
            oldest_ms = self._state.now_ms - 2 * OLDEST_GAP_MS
            for key in [key for key in self._repairs if key[1] < oldest_ms]:
                del self._repairs[key]
            again = False
            for gap in [gap for feed in heard for gap in feed.gaps]:
                if gap.to_ms is not None and not gap.filled and gap.to_ms >= self._state.now_ms - OLDEST_GAP_MS:
                    again = not await self.repair(venue, gap) or again
            await asyncio.sleep(RETRY_S if again else CHECK_S)

    async def repair(self, venue: Venue, gap: Gap) -> bool:
        """Read every list of a gap that has ended, back to its beginning; what was read once is not read again.

        The gap is filled if all of them reached back. Where one cannot, it stays a gap and says why. `False` where a
        list has to be read again.
        """
        to_ms = (gap.to_ms or gap.from_ms) + MARGIN_MS
        urls = venue.missed(gap.from_ms - MARGIN_MS, to_ms)
        outcomes = self._repairs.setdefault((gap.feed, gap.from_ms), {})
        if len(outcomes) >= max(1, len(urls)):
            return True
        if not urls:
            outcomes[""] = "it is longer than is asked for" if venue.missed(to_ms - MARGIN_MS, to_ms) else ""
            if outcomes[""]:
                self._state.fill(gap, but=outcomes[""])
            return True
        for url in urls:
            if url not in outcomes and (outcome := await self._list(venue, url)) is not None:
                outcomes[url] = outcome
        feed = self._state.feeds.get(gap.feed)
        if len(outcomes) < len(urls) or feed is None or gap not in feed.gaps:
            return len(outcomes) >= len(urls)
        why = "; ".join(dict.fromkeys(outcome for outcome in outcomes.values() if outcome))
        self._state.fill(gap, but=why)
        if why:
            self._fault(venue, f"a gap cannot be filled: {why}")
        return True

    async def interest(self, venue: Venue) -> None:
        """Read what the venue tells of its open interest of the past day, at start and after each cut; for ever."""
        read: dict[int, object] = {}
        again_s = float(RETRY_S)
        while venue.interest(0, PAST_MS):
            if await self.past_interest(venue, read):
                again_s = float(RETRY_S)
                await asyncio.sleep(PAST_EVERY_S)
            else:
                await asyncio.sleep(again_s)
                again_s = min(2 * again_s, PAST_MOST_S)

    async def past_interest(self, venue: Venue, read: dict[int, object]) -> bool:
        """Read the histories that were not read since the last cut, each for itself; `False` where one was refused.

        `read` holds of each, by its place among them, after which cuts it was read.
        """
        marks, now_ms = self._marks(venue.name), self._state.now_ms
        urls = venue.interest(now_ms - PAST_MS, now_ms)
        for at, url in enumerate(urls):
            if read.get(at) != marks and await self._list(venue, url) is not None:
                read[at] = marks
        return all(read.get(at) == marks for at in range(len(urls)))

    async def poll(self, venue: Venue, poll: Poll) -> None:
        """Read one address again and again, for ever. A miss is said, and the next time is the next try."""
        while True:
            asked_ms = self._state.now_ms
            answer = await self.read(venue, poll.url)
            if answer.good and poll.liquidations:
                self._listed[venue.name, poll.url] = asked_ms
                read = [self._listed.get((venue.name, one.url)) for one in venue.polls if one.liquidations]
                if None not in read:
                    self._state.listed(venue, min(ms for ms in read if ms is not None))
            await asyncio.sleep(SETUP_EVERY_S if answer.gone else poll.every_s)

    async def candles(self) -> None:
        """Fill the chart's candles on start, after a cut, and when another venue takes the chart over; for ever."""
        order = cycle(name for name in self._settings.chart.venues if name in self._state.candles)
        for name in order:
            chart = self._state.chart_venue() or name
            marks = self._marks(chart)
            if self._filled.get(chart) == marks or chart not in self._state.venues:
                await asyncio.sleep(CHECK_S)
            elif await self._fill(self._state.venues[chart]):
                self._filled[chart] = marks
            else:
                await asyncio.sleep(RETRY_S if self._state.chart_venue() else CHECK_S)

    def _marks(self, name: str) -> object:
        """Differ after the venue's feed was cut and heard again: then there is a hole to mend."""
        gaps = [gap for feed in self._state.feeds.values() if feed.venue == name for gap in feed.gaps]
        return tuple(gap.to_ms for gap in gaps if gap.to_ms is not None)

    async def _fill(self, venue: Venue) -> bool:
        urls = [url for name in TIMEFRAME_MS if (url := venue.bars(name))]
        return bool(urls) and all([(await self.read(venue, url)).good for url in urls])

    async def _list(self, venue: Venue, url: str) -> str | None:
        """Read a list back to its beginning. Return "" if it got there, why it cannot, or `None` to try again."""
        path = urlsplit(url).path
        if (venue.name, path) in self._gone:
            return f"{path} is no more"
        for _ in range(MOST_PAGES):
            answer = await self.read(venue, url)
            if answer.gone:
                self._gone.add((venue.name, path))
                return f"{path} is no more"
            if not answer.good:
                return None
            if answer.short or not answer.more:
                return answer.short
            url = answer.more
        return f"it is longer than {MOST_PAGES} pages of {path}"

    async def read(self, venue: Venue, url: str) -> _Answer:
        """Read one address, or where it does not answer as documented the others of the same, into the session."""
        path = urlsplit(url).path
        asked = {self._settings.endpoint(f"{venue.name}.http", at): at for at in (*reversed(venue.also(url)), url)}
        urls = list(asked)[::-1]
        first = self._used.get((venue.name, path), 0) % len(urls)
        answers = []
        for at in (*range(first, len(urls)), *range(first)):
            answer = await self._ask(venue, urls[at])
            if answer.good:
                self._use(venue, path, at, urls)
                return replace(answer, more=_of(asked[urls[at]], answer.more))
            answers.append(answer)
        return _Answer(False, gone=all(answer.gone for answer in answers))

    def _use(self, venue: Venue, path: str, at: int, urls: list[str]) -> None:
        if self._used.get((venue.name, path), 0) != at:
            self._used[venue.name, path] = at
            used, usual = (urlsplit(urls[which]) for which in (at, 0))
            said = f"{venue.title}: {used.netloc}{used.path} is read in place of {usual.netloc}{usual.path}"
            self._say(f"{venue.name} {path}", said if at else "")

    async def _ask(self, venue: Venue, url: str) -> _Answer:
        try:
            frame = await self._fetcher.fetch(f"{venue.name}.http", url, venue.headers)
        except FetchError as error:
            self._fault(venue, str(error))
            return _Answer(False)
        controls = self._sink(frame)
        status = frame.data.status if isinstance(frame.data, Http) else 0
        more = next((control.url for control in controls if isinstance(control, More)), "")
        short = next((control.reason for control in controls if isinstance(control, Short)), "")
        refused = any(isinstance(control, Refused) for control in controls)
        return _Answer(status == 200 and not refused, status in GONE, more, short)

    def _fault(self, venue: Venue, reason: str) -> None:
        feed = next((feed for feed in self._state.feeds.values() if feed.venue == venue.name), None)
        if feed:
            feed.fault(f"REST: {reason}", self._state.now_ms)


def _of(url: str, more: str) -> str:
    """The next page of `url`, told by the address that was asked in its place, which a setting may have moved."""
    parts = urlsplit(more)
    return urlsplit(url)._replace(query=parts.query, fragment=parts.fragment).geturl() if more else ""
