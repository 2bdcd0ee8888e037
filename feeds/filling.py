"""The first reading of the past: how many pages of it are in, and whose series have to wait for more.

A page is being read where its publisher is asked, nobody else has given a series of its own, it was never read to its
end, and it has not failed so often that it is given up. What is given up is missing, and waited for no longer; where
another publisher takes its place, that one's page is being read next.
"""

from collections.abc import Collection, Iterable, Iterator

from feeds.due import GIVE_UP, given_up, rows, wanted
from feeds.series import series
from feeds.slow import Slow


class Names(Collection[str]):
    """Ids of series, and patterns of families such as "ETF.*".

    A member of a family that is among them is among them too, and so is a pattern that one of them begins like.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(names)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not self._names:
            return False
        if name in self._names:
            return True
        if name.endswith("*"):
            return any(one.startswith(name[:-1]) for one in self._names)
        row = series(name)
        return row is not None and row.family in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def any_of(self, names: Iterable[str]) -> bool:
        """Whether one of `names` is among them."""
        return bool(self._names) and any(name in self for name in names)


class Filling:
    """Keeps `slow.unread`, `slow.filled` and `slow.to_fill`; `look` is called after each answer.

    Pages that are read are never taken back, and what was given up once is not waited for again. What is still to be
    read may become more, where a publisher fails and another is asked, and less, where nobody else has what it had.
    """

    def __init__(self, slow: Slow) -> None:
        self._slow = slow
        for feed, polled in tuple(slow.polled.items()):
            if polled.ok_ms is None and polled.failures < GIVE_UP:
                del slow.polled[feed]  # an earlier run did not get far with it: that counts for nothing now
        self._waiting: frozenset[str] = frozenset()
        self._read: set[str] = set()
        self._given_up: set[str] = set()
        self.look()

    def reads(self, feed: str) -> bool:
        """Whether that page is being read for the first time."""
        return feed in self._waiting

    def look(self) -> None:
        """See which pages are being read, and which are read by now."""
        slow = self._slow
        self._given_up |= {feed for feed, (source, page) in slow.pages.items() if given_up(slow, source, page)}
        by_feed = {feed: names for feed in slow.pages.keys() - self._given_up if (names := _waits(slow, feed))}
        self._read |= {feed for feed in self._waiting - by_feed.keys() if _whole(slow, feed)}
        self._waiting = frozenset(by_feed)
        slow.unread = Names(name for names in by_feed.values() for name in names)
        slow.filled, slow.to_fill = len(self._read), len(self._read) + len(self._waiting)


def _waits(slow: Slow, feed: str) -> list[str]:
    """The series of a page that wait for it to be read for the first time."""
    source, page = slow.pages[feed]
    if source.name in slow.off or page.vintages or page.late or _whole(slow, feed):
        return []
    return [row.id for row in rows(page) if wanted(slow, row, source.name) and not _had(slow, row.id, source.name)]


def _had(slow: Slow, id_: str, name: str) -> bool:
    """Whether another publisher's page has given the series: then its past is known, whoever is asked now."""
    return any(
        id_ in page.series and _whole(slow, feed) for feed, (source, page) in slow.pages.items() if source.name != name
    )


def _whole(slow: Slow, feed: str) -> bool:
    polled = slow.polled.get(feed)
    return polled is not None and polled.ok_ms is not None
