"""The CFTC's positions of futures alone, as Socrata gives them: all values are text, and what is missing is left out.

Format: publicreporting.cftc.gov, dataset gpe5-46if.
"""

import re
from collections.abc import Iterator

from feeds.simulate.desk import dump
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import Span, World, routed, written

_DATE = "report_date_as_yyyy_mm_dd"
_NAMES = {"133741": "BITCOIN", "133742": "MICRO BITCOIN"}
_FIELDS = {
    "open_interest_all": "OI",
    "dealer_positions_long_all": "DEALER.LONG",
    "dealer_positions_short_all": "DEALER.SHORT",
    "asset_mgr_positions_long": "AM.LONG",
    "asset_mgr_positions_short": "AM.SHORT",
    "lev_money_positions_long": "LEV.LONG",
    "lev_money_positions_short": "LEV.SHORT",
}
_CODES = re.compile(r"cftc_contract_market_code\s*(?:in\s*\(([^)]*)\)|=\s*('[^']*'))", re.IGNORECASE)
_FROM = re.compile(rf"{_DATE}\s*>=\s*'(\d{{4}}-\d\d-\d\d)")
_TO = re.compile(rf"{_DATE}\s*<=\s*'(\d{{4}}-\d\d-\d\d)")


def site(world: World) -> Site:
    """Of `$where`, codes and dates count; of `$order`, which way."""

    def resource(request: Request) -> Answer:
        where = request.query.get("$where", "")
        codes = _CODES.search(where)
        wanted = re.findall(r"\w+", codes[1] or codes[2]) if codes else list(_NAMES)
        first, last = _FROM.search(where), _TO.search(where)
        span = Span(first and first[1], last and last[1])
        rows = sorted(
            (row for code in wanted if code in _NAMES for row in _rows(world, code, span)),
            key=lambda row: row[_DATE],
            reverse=request.query.get("$order", "").upper().endswith("DESC"),
        )
        return Answer(200, dump(rows[: int(request.query.get("$limit", "1000"))]))

    return routed({"/resource/gpe5-46if.json": resource})


def _rows(world: World, code: str, span: Span) -> Iterator[dict[str, str]]:
    values = {field: dict(world.points(f"COT.{code}.{what}")) for field, what in _FIELDS.items()}
    for day in values["open_interest_all"]:
        if day in span:
            yield {
                "id": f"{day:%y%m%d}{code}F",
                "market_and_exchange_names": f"{_NAMES[code]} - CHICAGO MERCANTILE EXCHANGE",
                _DATE: f"{day}T00:00:00.000",
                "contract_market_name": _NAMES[code],
                "cftc_contract_market_code": code,
                **{field: written(points[day], 0) for field, points in values.items() if day in points},
                "futonly_or_combined": "FutOnly",
            }
