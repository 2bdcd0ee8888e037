"""What the slow series add up to: the pages of the signals, and their readings as metrics.

They are worked out anew when a slow series has news, and once a minute because what is due may not have come; and
then not more often than every few seconds, so that a first fill does not take the market's time.
"""

from collections.abc import Callable, Mapping, Sequence

from feeds.signals.flows import flows
from feeds.signals.repo import repo
from feeds.signals.share import share
from feeds.state import State
from feeds.topics import Flows, Metric, Reading, Repo, Share
from feeds.views.readings import metrics
from feeds.vintages import Known

EVERY_MS = 60_000
LEAST_MS = 5_000

Page = Repo | Flows | Share
Make = Callable[[State, Known], Page]


def _flows(state: State, known: Known) -> Flows:
    rows = [row for id_ in known.series("ETF.") for row in state.slow.vintages.rows(id_)]
    return flows(known, state.rules.flows, _spot(state), rows)


def _spot(state: State) -> float | None:
    """The reference price while it is fresh."""
    from feeds.views.price import price

    reference = price(state).reference
    return reference.value if reference.state == "fresh" and isinstance(reference.value, float) else None


MAKES: dict[str, Make] = {
    "repo": lambda state, known: repo(known, state.rules.repo),
    "flows": _flows,
    "share": lambda state, known: share(known, state.rules.share),
}
"""Pages by the name of their topic. A new signal with a page is one row."""


class Pages:
    """The newest of each page."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._at_ms = 0
        self._revision = -1
        self.pages: dict[str, Page] = {}
        self.metrics: dict[str, Metric] = {}
        self.faults: dict[str, str] = {}
        """Signals that failed, and how: one that does stops no other, and its page stays as it was."""

    def refresh(self, *, whole: bool = False) -> Mapping[str, Page]:
        """Work out what is due; return the pages that may have changed."""
        slow, now_ms = self._state.slow, self._state.now_ms
        age_ms = now_ms - self._at_ms
        if not whole and (age_ms < LEAST_MS or (slow.revision == self._revision and age_ms < EVERY_MS)):
            return {}
        self._at_ms, self._revision = now_ms, slow.revision
        known = slow.vintages.known(now_ms)
        for name, make in MAKES.items():
            try:
                page = make(self._state, known)
            except Exception as error:  # noqa: BLE001  one signal's fault is shown, and stops no other
                self.faults[name] = f"{name} cannot be worked out ({type(error).__name__}: {error})"
            else:
                self.faults.pop(name, None)
                self.pages[name] = page
                self.metrics |= metrics(_readings(page))
        return self.pages


def _readings(page: Page) -> Sequence[Reading]:
    return page.readings
