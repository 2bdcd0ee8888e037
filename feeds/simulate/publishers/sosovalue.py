"""SoSoValue's history of what flowed into all bitcoin funds, in dollars, to a POST, with a key or without.

Format: sosovalue.gitbook.io, openapi/v2/etf.
"""

import msgspec

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import World, routed

_MOST = 300
_KIND = "us-btc-spot"


def site(world: World) -> Site:
    """The newest days first."""

    def history(request: Request) -> Answer:
        if request.method != "POST":
            return Answer(405, dump({"code": 405, "msg": "Method Not Allowed", "data": None}))
        asked = msgspec.json.decode(request.body or b"{}")
        if asked.get("type") != _KIND:
            return Answer(200, dump({"code": 400, "msg": "type is invalid", "data": None}))
        assets = dict(world.points("SOSO.ASSETS"))
        rows = []
        whole = 0.0
        for day, flow in world.points("SOSO.FLOW"):
            whole += flow
            parts = {"totalNetInflow": flow, "totalValueTraded": abs(flow) * 8, "totalNetAssets": assets.get(day)}
            rows.append({"date": str(day), **parts, "cumNetInflow": whole})
        return Answer(200, dump({"code": 0, "msg": None, "data": rows[: -_MOST - 1 : -1]}))

    return routed({"/openapi/v2/etf/historicalInflowChart": history})
