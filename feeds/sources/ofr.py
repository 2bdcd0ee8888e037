"""The Office of Financial Research repeats the New York Fed's SOFR in its short-term funding monitor.

One request for each series; the answer does not name it, so the address tells (https://www.financialresearch.gov/
short-term-funding-monitor/api-specs/).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import msgspec

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, iso, missing
from feeds.venue import Http, Reject, number

API = "https://data.financialresearch.gov/v1/series/timeseries"
MNEMONICS = {
    "FNYR-SOFR-A": "SOFR",
    "FNYR-SOFR_1Pctl-A": "SOFR1",
    "FNYR-SOFR_25Pctl-A": "SOFR25",
    "FNYR-SOFR_75Pctl-A": "SOFR75",
    "FNYR-SOFR_99Pctl-A": "SOFR99",
    "FNYR-SOFR_UV-A": "SOFRVOL",
}
VOLUME = "SOFRVOL"
"""Comes in dollars; the rates in percent."""


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """All that is from the first day of the span on, series by series."""
    return tuple(Ask(f"{API}?mnemonic={mnemonic}&start_date={span.first}") for mnemonic in MNEMONICS)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Pairs of date and value, null where there is none."""
    mnemonic = parse_qs(urlsplit(http.url).query).get("mnemonic", [""])[0]
    id_ = MNEMONICS.get(mnemonic)
    if id_ is None:
        raise Reject(f"an answer to what was not asked: {mnemonic[:40]!r}")
    divisor = 1e9 if id_ == VOLUME else 1.0

    def read(pair: object) -> Iterator[Observation]:
        day, value = msgspec.convert(pair, tuple[str, str | float | None])
        period = iso(day).isoformat()
        if not missing(value):
            yield Observation(id_, period, number(value, id_) / divisor, recv_ms, "ofr")

    rows = msgspec.json.decode(due(http.body, "JSON"), type=list[object])
    return believed("ofr.sofr", recv_ms, rows, read)


SOURCE = Source(
    name="ofr",
    title="Office of Financial Research",
    address="https://www.financialresearch.gov/short-term-funding-monitor/",
    terms="public domain (US government)",
    pages=(Page(name="sofr", series=tuple(MNEMONICS.values()), ask=ask, parse=parse, first=date(2018, 4, 2)),),
)
