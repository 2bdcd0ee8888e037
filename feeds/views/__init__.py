"""The state as viewers see it: topics and metrics. Pure: the same state gives the same views."""

from feeds.state import State
from feeds.topics import Metric
from feeds.views import derivatives, liquidations, macro, price
from feeds.views.bars import bars, live_bar
from feeds.views.daily import daily
from feeds.views.feeds import feeds
from feeds.views.liquidations import cascades, ladder, tape
from feeds.views.pages import Pages

__all__ = [
    "Pages",
    "bars",
    "cascades",
    "daily",
    "derivatives",
    "feeds",
    "ladder",
    "liquidations",
    "live_bar",
    "macro",
    "metrics",
    "price",
    "tape",
]


def metrics(state: State) -> dict[str, Metric]:
    """Every metric by its name."""
    return (
        price.metrics(price.price(state))
        | liquidations.metrics(liquidations.liquidations(state))
        | derivatives.metrics(state, derivatives.derivatives(state))
    )
