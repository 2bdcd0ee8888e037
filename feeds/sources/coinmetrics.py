"""Coin Metrics' community data: bitcoin's price and market over realised value, day by day in UTC.

The value of a day is that of its end, 00:00 UTC of the next (https://docs.coinmetrics.io/api/v4).
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, iso, missing
from feeds.text import plain
from feeds.venue import Http, Reject, positive

_ADDRESS = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
METRICS = {"CapMVRVCur": "BTC.MVRV", "PriceUSD": "BTC"}

Row = Mapping[str, str | float | None]


class _Error(Struct, frozen=True):
    message: str = ""


class _Answer(Struct, frozen=True):
    data: list[dict[str, str | float | None]] | None = None
    error: _Error | str = ""
    next_page_token: str | None = None


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """One request: an answer can hold 27 years."""
    return (
        Ask(
            f"{_ADDRESS}?assets=btc&metrics={','.join(METRICS)}&frequency=1d&page_size=10000"
            f"&start_time={span.first}&end_time={span.last}"
        ),
    )


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Both series. An answer that announces another page is read as it is, and a `Rejected` says that it was cut."""
    answer = msgspec.json.decode(due(http.body, "JSON"), type=_Answer)
    if answer.data is None:
        words = answer.error if isinstance(answer.error, str) else answer.error.message
        raise Reject(f"Coin Metrics refuses: {plain(words) or 'it does not say why'}")
    rows = answer.data
    gone = [name for name in METRICS if rows and not any(name in row for row in rows)]
    if len(gone) == len(METRICS):
        raise Reject("no row has any of the metrics")

    def read(row: Row) -> Iterable[Observation]:
        if row.get("asset", "btc") != "btc":
            raise Reject(f"asset {plain(str(row['asset']), 20)!r} was not asked for")
        day, _, time = str(row.get("time")).partition("T")
        if not time.startswith("00:00:00") and time:
            raise Reject(f"{plain(str(row['time']), 40)} is no day")
        period = iso(day).isoformat()
        for name, id_ in METRICS.items():
            value = row.get(name)
            if not missing(value):
                yield Observation(id_, period, positive(value, name), recv_ms, "coinmetrics")

    said = [f"no row has {name}" for name in gone] + ["the page was cut"] * bool(answer.next_page_token)
    cut = [Rejected("coinmetrics.btc", recv_ms, reason) for reason in said]
    return [*believed("coinmetrics.btc", recv_ms, rows, read), *cut]


SOURCE = Source(
    name="coinmetrics",
    title="Coin Metrics, community data",
    address="https://coinmetrics.io/community-network-data/",
    terms="CC BY-NC 4.0: with attribution, not for commercial use",
    pages=(Page("btc", ("BTC.MVRV", "BTC"), ask, parse, first=date(2013, 1, 1)),),
)
