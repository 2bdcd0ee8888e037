"""Coin Metrics' community API: numbers as text, oldest first, in pages. Format: docs.coinmetrics.io, API v4."""

from datetime import date
from urllib.parse import urlencode

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import Span, World, routed, written

_METRICS = {"CapMVRVCur": "BTC.MVRV", "PriceUSD": "BTC"}
_PATH = "/v4/timeseries/asset-metrics"


def site(world: World) -> Site:
    """Bitcoin's two metrics by the day. Where there are more rows than `page_size`, it pages backward from the end."""

    def metrics(request: Request) -> Answer:
        query = request.query
        names = query.get("metrics", "").split(",")
        unknown = next((name for name in names if name not in _METRICS), None)
        if query.get("assets") != "btc" or unknown is not None:
            said = f"Bad parameter 'metrics'. Metric '{unknown}' is not supported."
            return Answer(400, dump({"error": {"type": "bad_parameter", "message": said}}))
        found = {name: dict(world.points(_METRICS[name])) for name in names}
        span = Span(_day(query.get("start_time")), _day(query.get("next_page_token") or query.get("end_time")))
        days = sorted({day for points in found.values() for day in points if day in span})
        size, forward = int(query.get("page_size", "100")), query.get("paging_from") == "start"
        kept = days[:size] if forward else days[-size:]
        rows = [_row(day, found) for day in kept]
        return Answer(200, dump({"data": rows, **_next(query, days, kept, forward)}))

    return routed({_PATH: metrics})


def _row(day: date, found: dict[str, dict[date, float]]) -> dict[str, str]:
    values = {name: written(points[day], 2) for name, points in found.items() if day in points}
    return {"asset": "btc", "time": f"{day}T00:00:00.000000000Z", **values}


def _next(query: dict[str, str], days: list[date], kept: list[date], forward: bool) -> dict[str, str]:
    """Where the next page begins, if there is one."""
    if len(kept) == len(days):
        return {}
    if forward:
        token, name = str(days[len(kept)]), "start_time"
    else:
        token, name = str(days[-len(kept) - 1]), "next_page_token"
    asked = urlencode({**query, name: token})
    return {"next_page_token": token, "next_page_url": f"https://community-api.coinmetrics.io{_PATH}?{asked}"}


def _day(text: str | None) -> str | None:
    return text[:10] if text else None
