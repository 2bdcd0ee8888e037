"""Cboe's history of the VIX, in one file. Format: cdn.cboe.com, VIX_History.csv."""

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import CSV, World, routed, written


def site(world: World) -> Site:
    """The close is the series; the day opened where the one before closed."""

    def history(request: Request) -> Answer:
        lines = ["DATE,OPEN,HIGH,LOW,CLOSE"]
        opened: float | None = None
        for day, close in world.points("VIXCLS"):
            first = close if opened is None else opened
            four = (first, max(first, close), min(first, close), close)
            lines.append(f"{day:%m/%d/%Y},{','.join(written(value, 6) for value in four)}")
            opened = close
        return Answer(200, "\n".join(lines) + "\n", CSV)

    return routed({"/api/global/us_indices/daily_prices/VIX_History.csv": history})
