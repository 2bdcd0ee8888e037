"""Telling news from history where the first message of a subscription can be an old record."""

TOLERANCE_MS = 5_000
"""A row is not pushed the moment it happens, and clocks differ a little: what is only this much older is news."""


class Beginning:
    """When the connection began, for the first message of each of its subscriptions.

    History is what is older than the connection. That is measured on the venue's own clock, by the smallest time
    that its busy channels have shown since the beginning, because ours may be wrong. Where none has come yet, ours
    has to serve. A recording that starts in the middle has no beginning: nothing in it is history, until the venue
    acknowledges a subscription; that is then its beginning.
    """

    def __init__(self, subscriptions: tuple[str, ...]) -> None:
        self._subscriptions = subscriptions
        self._opened = False
        self._recv_ms = 0
        self._venue_ms: int | None = None
        self._to_come: set[str] = set()  # subscriptions whose first message has not come yet

    def opened(self, recv_ms: int) -> None:
        """A new connection: each subscription may start with an old record."""
        self._opened = True
        self._recv_ms, self._venue_ms = recv_ms, None
        self._to_come = set(self._subscriptions)

    def subscribed(self, subscription: str, recv_ms: int) -> None:
        """A subscription was acknowledged: its next message is its first."""
        self._to_come.add(subscription)
        if not self._opened:
            self._recv_ms, self._venue_ms = recv_ms, None

    def heard(self, ts_ms: int) -> int:
        """Take note of the venue's clock, and give the time back."""
        if self._venue_ms is None or ts_ms < self._venue_ms:
            self._venue_ms = ts_ms
        return ts_ms

    def oldest_news_ms(self, subscription: str) -> int:
        """The time before which the rows of this message are history. To be asked once for every message."""
        if subscription not in self._to_come:
            return 0
        self._to_come.remove(subscription)
        return (self._recv_ms if self._venue_ms is None else self._venue_ms) - TOLERANCE_MS
