"""What this program counts itself and stores once a day, because nobody can be asked for it later."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from feeds.facts import Observation
from feeds.state import State
from feeds.views.derivatives import derivatives
from feeds.views.liquidations import liquidations

SOURCE = "own"


def daily(state: State) -> Iterator[Observation]:
    """Taken at the turn of a day in UTC: liquidations of the day that ended, funding at the start of the new one.

    The window of 24 hours that ends at midnight is the day. A total that is not whole (an outage, a start within the
    day, a venue that publishes a sample) is provisional, and will remain so: it is at least so much.
    """
    now_ms = state.now_ms
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    ended = (today - timedelta(1)).isoformat()
    view = liquidations(state)
    total, whole = view.windows["24h"], view.quality["24h"] == "exact"
    for side, usd in (("LONG", total.long_usd), ("SHORT", total.short_usd)):
        if usd is not None:
            yield Observation(f"LIQ.{side}", ended, usd, now_ms, SOURCE, not whole)
    told: set[str] = set()
    for row in derivatives(state).rows:
        if row.kind == "perpetual" and row.funding is not None and row.state == "live" and row.venue not in told:
            told.add(row.venue)
            yield Observation(f"FUNDING.{row.venue.upper()}", today.isoformat(), row.funding, now_ms, SOURCE)
