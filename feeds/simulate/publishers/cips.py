"""chinadata.live's count of CIPS payments by month, in RMB 100M. Format: other data sets of its API, 2026."""

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import World, routed


def site(world: World) -> Site:
    """All months, oldest first."""

    def monthly(request: Request) -> Answer:
        counts = dict(world.points("CIPS.COUNT"))
        rows = [
            {"date": f"{month:%Y-%m}", "transaction_volume": counts.get(month), "amount_100m_rmb": value}
            for month, value in world.points("CIPS.VALUE")
        ]
        return Answer(200, dump({"success": True, "data": {"data": rows}}))

    return routed({"/api/v2/data/china-cips-payment-system-monthly": monthly})
