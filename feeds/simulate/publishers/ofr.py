"""The OFR's short-term funding monitor: the New York Fed's rates once more, volumes in dollars.

Format: data.financialresearch.gov/v1, series/timeseries.
"""

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import Span, World, routed, scaled, spaced, written

_RATES = ("SOFR", "TGCR", "BGCR", "EFFR", "OBFR")
_SERIES = {
    **{f"FNYR-{rate}-A": rate for rate in _RATES},
    **{f"FNYR-{rate}_{p}Pctl-A": f"{rate}{p}" for rate in _RATES for p in (1, 25, 75, 99)},
    **{f"FNYR-{rate}_UV-A": f"{rate}VOL" for rate in _RATES},
}


def site(world: World) -> Site:
    """One mnemonic a request; weekdays without a value are `null`."""

    def timeseries(request: Request) -> Answer:
        mnemonic = request.query.get("mnemonic", "")
        if mnemonic not in _SERIES:
            return Answer(404, '{"error":"Unknown mnemonic"}')
        dollars = mnemonic.endswith("_UV-A")
        span = Span(request.query.get("start_date"), request.query.get("end_date"))
        rows = [
            f'["{day}",{"null" if value is None else scaled(value, 9) if dollars else written(value, 2)}]'
            for day, value in spaced(world.points(_SERIES[mnemonic]), span, holes=True)
        ]
        return Answer(200, f"[{','.join(rows)}]")

    return routed({"/v1/series/timeseries": timeseries})
