"""How the feeds do."""

from feeds.state import State
from feeds.topics import Feeds, GapRow

GAP_ROWS = 30


def feeds(state: State) -> Feeds:
    """Draw up how the feeds do, in the order in which they were registered."""
    rows = tuple(
        feed.row(state.now_ms, state.venues[feed.venue].note)
        for feed in state.feeds.values()
        if feed.venue in state.venues
    )
    gaps = sorted((gap for feed in state.feeds.values() for gap in feed.gaps), key=lambda gap: -gap.from_ms)
    return Feeds(
        rows, tuple(GapRow(gap.feed, gap.from_ms, gap.to_ms, gap.reason, gap.filled) for gap in gaps[:GAP_ROWS])
    )
