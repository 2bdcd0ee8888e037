"""Binance's daily files of metrics: open interest of a perpetual every five minutes, a CSV in a zip for each day.

They are open where the API is not, from 2020-09 on. `create_time` is UTC. The last of a file's 288 rows is how it stood
at the day's end: older files begin at 00:05 and name the end of each five minutes, newer ones begin at 00:00 and name
their beginning (so compared with the API, September 2026). Rows may be unsorted, and some spans hold zeros, or nothing.
"""

import zlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Span
from feeds.sources._rows import csv_rows, due, missing
from feeds.text import plain
from feeds.venue import Http, Reject, number, positive

FILES = "https://data.binance.vision/data/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-{}.zip"
YEARS = range(2022, 2036)
TOLD_DAYS = 31
"""The API tells of the last thirty days itself."""
TUESDAY = 1
_ZIP = b"PK"
_UNPACKED = 1024 * 1024  # a file has 288 rows, some 30 kB
_COLUMNS = ("create_time", "symbol", "sum_open_interest")


def pages(source: str) -> Iterator[Page]:
    """A page for each year, the newest first. A file that is not there is a hole, and not asked for again."""
    for year in reversed(YEARS):
        yield Page(
            f"binance_{year}",
            ("OI.BINANCE",),
            _ask,
            lambda http, recv_ms: parse(source, http, recv_ms),
            first=date(year, 1, 1),
            quiet=(404,),
            patience_min=180,
            late=True,
        )


def _ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """The files of the Tuesdays of which the CFTC reports, in the year in which the span begins."""
    first = span.first + timedelta((TUESDAY - span.first.weekday()) % 7)
    last = min(span.last - timedelta(TOLD_DAYS), date(span.first.year, 12, 31))
    return tuple(Ask(FILES.format(first + timedelta(at))) for at in range(0, (last - first).days + 1, 7))


def parse(source: str, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """How it stood at 00:00 UTC after the day that the address names. Nothing where the file has no such number."""
    try:
        day = date.fromisoformat(http.url.removesuffix(".zip")[-10:])
    except ValueError:
        raise Reject("a file of no day") from None
    after = day + timedelta(1)
    rows = csv_rows(_unzipped(http), *_COLUMNS)
    if strange := next((row for row in rows if row.get("symbol") != "BTCUSDT"), None):
        raise Reject(f"metrics of {plain(str(strange.get('symbol')), 20)!r}, and not of BTCUSDT")
    told = {row.get("create_time", ""): row.get("sum_open_interest") for row in rows}
    ends = f"{after} 00:00:00", f"{day} 23:55:00"
    if not any(time.startswith(str(day)) for time in told):
        raise Reject(f"a file that holds nothing of {day}")
    size = next((told[end] for end in ends if end in told), None)
    if missing(size) or not number(size, "sum_open_interest"):
        return ()
    return (Observation("OI.BINANCE", after.isoformat(), positive(size, "sum_open_interest"), recv_ms, source),)


def _unzipped(http: Http) -> str:
    """The one CSV of a zip. Raises `Reject` for what is no such file, or unpacks to more than is believable."""
    if not http.data.startswith(_ZIP):
        raise Reject(f"no zip, but {plain(due(http.body, 'a zip'), 40) or 'other bytes'!r}")
    try:
        with ZipFile(BytesIO(http.data)) as archive:
            files = archive.infolist()
            if len(files) != 1 or not files[0].filename.endswith(".csv"):
                raise Reject(f"a zip of {len(files)} files where one CSV was due")
            with archive.open(files[0]) as file:
                data = file.read(_UNPACKED + 1)
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error) as error:
        raise Reject(f"a broken zip: {plain(str(error), 80)}") from None
    if len(data) > _UNPACKED:
        raise Reject("a zip that unpacks to far too much")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Reject("a zip of something that is no text") from None
