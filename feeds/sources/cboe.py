"""Cboe's own file of the VIX: every day since 1990, MM/DD/YYYY, with the close as its last column."""

from collections.abc import Iterable, Iterator
from datetime import date

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import american, believed, csv_rows, missing
from feeds.venue import Http, Reject, positive

ADDRESS = "https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"
FIRST = date(2013, 1, 1)


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """The file, which is always whole."""
    return (Ask(ADDRESS),)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Closes since `FIRST`. The file does not name itself; a close beyond the day's range is another column's."""

    def read(row: dict[str, str]) -> Iterator[Observation]:
        day = american(row["DATE"])
        if "CLOSE" not in row:
            raise Reject("the row is cut short")
        if day < FIRST or missing(row["CLOSE"]):
            return
        close = positive(row["CLOSE"], "CLOSE")
        if not missing(row.get("LOW")) and not missing(row.get("HIGH")):
            low, high = positive(row["LOW"], "LOW"), positive(row["HIGH"], "HIGH")
            if not low <= close <= high:
                raise Reject(f"closed at {close:g}, between {low:g} and {high:g}")
        yield Observation("VIXCLS", day.isoformat(), close, recv_ms, "cboe")

    return believed("cboe.vix", recv_ms, csv_rows(http.body, "DATE", "CLOSE"), read)


SOURCE = Source(
    name="cboe",
    title="Cboe, VIX",
    address="https://www.cboe.com/tradable_products/vix/vix_historical_data/",
    terms="free to read, for personal use; the VIX is Cboe's",
    pages=(Page("vix", ("VIXCLS",), ask, parse, first=FIRST),),
)
