"""What is read over REST beside the streams: contract sizes, and the candles behind the chart."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import cycle

from feeds.facts import TIMEFRAME_MS
from feeds.poll import Fetcher, FetchError
from feeds.settings import Settings
from feeds.state import State
from feeds.venue import Control, Http, Poll, Venue
from feeds.wire import Frame

SETUP_EVERY_S = 6 * 3600
RETRY_S = 30
CHECK_S = 5.0
OLDEST_GAP_MS = 86_400_000
"""Totals look no further back than a day."""
MARGIN_MS = 2_000


class Backfill:
    """Keeps the chart's venue supplied with candles, and every venue's parser with its contract sizes.

    What it reads goes into `sink` as frames, like everything else. While no venue is heard yet, the chart's order is
    tried in turn.
    """

    def __init__(
        self,
        state: State,
        settings: Settings,
        fetcher: Fetcher,
        sink: Callable[[Frame], Sequence[Control]],
    ) -> None:
        self._state, self._settings, self._fetcher = state, settings, fetcher
        self._sink = sink
        self._filled: dict[str, object] = {}

    async def setup(self, venue: Venue) -> None:
        """Read contract sizes now and every few hours, for ever."""
        while venue.setup:
            answers = [await self._read(venue, url) for url in venue.setup]
            await asyncio.sleep(SETUP_EVERY_S if all(answers) else RETRY_S)

    async def missed(self, venue: Venue) -> None:
        """Read the liquidations of each gap once it has ended, where the venue offers them; for ever."""
        streams = {venue.feed(stream) for stream in venue.streams if stream.liquidations}
        while True:
            wait_s = CHECK_S
            for gap in [gap for name in streams for gap in self._state.feeds[name].gaps]:
                if gap.to_ms is None or gap.filled or gap.to_ms < self._state.now_ms - OLDEST_GAP_MS:
                    continue
                urls = venue.missed(gap.from_ms - MARGIN_MS, gap.to_ms + MARGIN_MS)
                if (
                    urls
                    and all([await self._read(venue, url) for url in urls])
                    and gap in self._state.feeds[gap.feed].gaps
                ):
                    self._state.fill(gap)
                elif urls:
                    wait_s = RETRY_S
            await asyncio.sleep(wait_s)

    async def poll(self, venue: Venue, poll: Poll) -> None:
        """Read one address again and again, for ever. A miss is said, and the next time is the next try."""
        while True:
            asked_ms = self._state.now_ms
            if await self._read(venue, poll.url) and poll.liquidations:
                self._state.listed(venue, asked_ms)
            await asyncio.sleep(poll.every_s)

    async def candles(self) -> None:
        """Fill the chart's candles on start, after a cut, and when another venue takes the chart over; for ever."""
        order = cycle(name for name in self._settings.chart.venues if name in self._state.candles)
        for name in order:
            chart = self._state.chart_venue() or name
            marks = self._marks(chart)
            if self._filled.get(chart) == marks:
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
        return bool(urls) and all([await self._read(venue, url) for url in urls])

    async def _read(self, venue: Venue, url: str) -> bool:
        """Read one address into the session; `True` if all of the answer was believed."""
        feed = f"{venue.name}.http"
        try:
            address = self._settings.endpoint(f"{venue.name}.http", url)
            frame = await self._fetcher.fetch(feed, address, venue.headers)
        except FetchError as error:
            self._fault(venue, str(error))
            return False
        refused = self._sink(frame)
        return not refused and isinstance(frame.data, Http) and frame.data.status == 200

    def _fault(self, venue: Venue, reason: str) -> None:
        feed = next((feed for feed in self._state.feeds.values() if feed.venue == venue.name), None)
        if feed:
            feed.fault(f"REST: {reason}", self._state.now_ms)
