"""CoinGlass' history of what flowed into the bitcoin funds, in dollars. Asked with a key in a header.

Format: docs.coinglass.com, v4. A refusal has status 200.
"""

from datetime import UTC, datetime

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import World, routed, scaled


def site(world: World) -> Site:
    """All days, oldest first, at midnight UTC; by fund as well, in dollars."""

    def flows(request: Request) -> Answer:
        if not request.headers.get("cg-api-key"):
            return Answer(200, dump({"code": "401", "msg": "API key missing.", "data": None}))
        prices = dict(world.points("BTC"))
        funds = {fund: dict(world.points(f"ETF.{fund}")) for fund in world.funds()}
        rows = [
            {
                "timestamp": int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000,
                "flow_usd": flow,
                "price_usd": prices.get(day),
                "etf_flows": [
                    {"etf_ticker": fund, "flow_usd": float(scaled(points[day], 6))}
                    for fund, points in funds.items()
                    if day in points
                ],
            }
            for day, flow in world.points("COINGLASS.FLOW")
        ]
        return Answer(200, dump({"code": "0", "msg": None, "data": rows}))

    return routed({"/api/etf/bitcoin/flow-history": flows})
