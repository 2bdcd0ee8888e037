"""Contracts whose names are learnt over REST, and subscribed to on the connections that are open."""

from collections.abc import Callable

from feeds.venue import Send


class Names:
    """What is listed, and what was already asked for on each connection. `request` makes the words for some names."""

    def __init__(self, request: Callable[[list[str]], str]) -> None:
        self._request = request
        self._listed: dict[str, str] = {}
        self._asked: dict[str, set[str]] = {}
        self._due: set[str] = set()  # connections on which something may have to be asked for

    def opened(self, feed: str) -> None:
        """A new connection has asked for nothing of this yet."""
        self._asked[feed] = set()
        self._due.add(feed)

    def list(self, name: str, feed: str) -> None:
        """A contract is listed, and told of on `feed`."""
        if name not in self._listed:
            self._listed[name] = feed
            self._due.add(feed)

    def drop(self, name: str) -> None:
        """A contract is listed no more."""
        self._listed.pop(name, None)

    def due(self, feed: str) -> tuple[Send, ...]:
        """What to ask for now on a connection whose beginning was seen; mostly nothing."""
        if feed not in self._due:
            return ()
        self._due.remove(feed)
        asked = self._asked.get(feed)
        if asked is None:
            return ()
        new = sorted(name for name, on in self._listed.items() if on == feed and name not in asked)
        asked.update(new)
        return (Send(self._request(new)),) if new else ()
