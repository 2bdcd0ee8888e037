"""What the slow series add up to: the pages of the signals, and their readings as metrics.

They are worked out anew when a slow series has news, and once a minute because what is due may not have come; and
then not more often than every few seconds, so that a first fill does not take the market's time.
"""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from feeds.calendars import new_york_day
from feeds.signals.curve import curve
from feeds.signals.flows import flows
from feeds.signals.oil import oil
from feeds.signals.repo import repo
from feeds.signals.share import share
from feeds.state import State
from feeds.topics import Curve, Flows, Metric, Oil, Repo, Share
from feeds.views.derivatives import derivatives
from feeds.views.readings import metrics
from feeds.vintages import Known

EVERY_MS = 60_000
LEAST_MS = 5_000

FINE_DAYS = 400
"""Of a long history that is only drawn, days before the last so many are told by the week."""

Page = Curve | Flows | Oil | Repo | Share
Make = Callable[[State, Known], Page]


def _flows(state: State, known: Known) -> Flows:
    rows = [row for id_ in known.series("ETF.") for row in state.slow.vintages.rows(id_)]
    return flows(known, state.rules.flows, _spot(state), rows)


def _spot(state: State) -> float | None:
    """The reference price while it is fresh."""
    from feeds.views.price import price

    reference = price(state).reference
    return reference.value if reference.state == "fresh" and isinstance(reference.value, float) else None


def _oil(state: State, known: Known) -> Oil:
    page = oil(known, state.rules.oil, new_york_day(state.now_ms))
    first = len(page.front) - FINE_DAYS
    return replace(page, front=tuple(point for at, point in enumerate(page.front) if at >= first or at % 5 == 0))


def _curve(state: State, known: Known) -> Curve:
    return curve(derivatives(state).rows, known, state.now_ms, state.rules.curve)


MAKES: dict[str, Make] = {
    "repo": lambda state, known: repo(known, state.rules.repo),
    "flows": _flows,
    "share": lambda state, known: share(known, state.rules.share),
    "oil": _oil,
    "curve": _curve,
}
"""Pages by the name of their topic. A new signal with a page is one row."""
LIVE = frozenset({"curve"})
"""Pages that move with the market: worked out anew every few seconds."""


class Pages:
    """The newest of each page."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._at_ms = self._live_ms = 0
        self._revision = -1
        self.metrics: dict[str, Metric] = {}
        self.faults: dict[str, str] = {}
        """Signals that failed, and how: one that does stops no other, and its page stays as it was."""

    def refresh(self, *, whole: bool = False) -> Mapping[str, Page]:
        """Work out what is due; return the pages that may have changed."""
        slow, now_ms = self._state.slow, self._state.now_ms
        if not whole and now_ms - self._live_ms < LEAST_MS:
            return {}
        self._live_ms = now_ms
        whole |= slow.revision != self._revision or now_ms - self._at_ms >= EVERY_MS
        if whole:
            self._at_ms, self._revision = now_ms, slow.revision
        known = slow.vintages.known(now_ms)
        return {name: page for name in MAKES if whole or name in LIVE if (page := self._made(name, known))}

    def _made(self, name: str, known: Known) -> Page | None:
        """A page and its metrics, or `None` where its signal failed; the page then stays as it was."""
        try:
            page = MAKES[name](self._state, known)
        except Exception as error:  # noqa: BLE001  one signal's fault is shown, and stops no other
            self.faults[name] = f"{name} cannot be worked out ({type(error).__name__}: {error})"
            return None
        self.faults.pop(name, None)
        self.metrics |= metrics(page.readings)
        return page
