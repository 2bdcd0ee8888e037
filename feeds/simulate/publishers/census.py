"""The Census Bureau's trade in gold: an array of arrays, names first, all values text. Format: api.census.gov."""

import re
from datetime import date

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import HTML, Handler, World, routed, scaled

_BASE = "/data/timeseries/intltrade"
_TIME = re.compile(r"(?:from )?(\d{4}-\d\d)(?: to (\d{4}-\d\d))?")
_KEYLESS = (
    "<html>\n<head><title>Missing Key</title></head>\n<body>\n<p>A valid <em>key</em> must be included with each data "
    'API request.</p>\n<p>You may sign up for one <a href="/data/key_signup.html">here</a>.</p>\n</body>\n</html>\n'
)


def site(world: World) -> Site:
    """Exports and imports of nonmonetary gold. Without a key it answers a page of HTML, with status 200."""
    return routed(
        {
            f"{_BASE}/exports/enduse": _flow(world, "GOLD.EXPORTS", "E_ENDUSE", "12260", "ALL_VAL_MO"),
            f"{_BASE}/imports/enduse": _flow(world, "GOLD.IMPORTS", "I_ENDUSE", "14270", "GEN_VAL_MO"),
        }
    )


def _flow(world: World, series: str, code: str, gold: str, amount: str) -> Handler:
    def months(request: Request) -> Answer:
        query = request.query
        if not query.get("key"):
            return Answer(200, _KEYLESS, HTML)
        names = query.get("get", "").split(",")
        unknown = next((name for name in names if name not in (code, f"{code}_LDESC", amount)), None)
        asked = _TIME.fullmatch(query.get("time", ""))
        if unknown is not None or asked is None:
            return Answer(400, f"error: unknown variable '{unknown or 'time'}'", "text/plain")
        from_ = date.fromisoformat(f"{asked[1]}-01")
        to = date.fromisoformat(f"{asked[2]}-01") if asked[2] else date.max if "from" in query["time"] else from_
        rows = []
        for day, value in world.points(series):
            if from_ <= day <= to:
                cells = {code: gold, amount: scaled(value, 0)}
                rows.append([*(cells.get(name, "Nonmonetary gold") for name in names), gold, f"{day:%Y-%m}"])
        if query.get(code, gold) != gold or not rows:
            return Answer(204, "")
        return Answer(200, dump([[*names, code, "time"], *rows]))

    return months
