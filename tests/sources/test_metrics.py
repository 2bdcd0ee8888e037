"""Open interest of years ago: Bybit's by the two hundred days, Binance's out of the files of the CFTC's Tuesdays."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from feeds.facts import Observation
from feeds.source import Span
from feeds.sources.interest import SOURCE
from feeds.venue import Http, Reject

PAGES = {page.name: page for page in SOURCE.pages if page.late}
TODAY = date(2026, 11, 30)
RECV = 1_796_025_600_000
FILES = "https://data.binance.vision/data/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-"
HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)


def asks(page: str) -> list[str]:
    return [ask.url for ask in PAGES[page].ask(Span(PAGES[page].first, TODAY), None)]


def row(time: str, size: str, symbol: str = "BTCUSDT") -> str:
    return f'{time},{symbol},{size},8458277452.57,"","",1.5,'


NEWER = [
    row("2023-11-14 00:00:00", "101000.1"),
    row("2023-11-14 23:50:00", "107000"),
    row("2023-11-14 23:55:00", "1.5e5"),
]
OLDER = [
    row("2023-11-14 00:05:00", "101000.1"),
    row("2023-11-14 23:55:00", "106000"),
    row("2023-11-15 00:00:00", "107500"),
]


def zipped(lines: Sequence[str], *more: str, header: str = HEADER) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("BTCUSDT-metrics-2023-11-14.csv", "\n".join([header, *lines]) + "\n")
        for name in more:
            archive.writestr(name, "")
    return file.getvalue()


def read(data: bytes, body: str = "", day: str = "2023-11-14") -> list[object]:
    return list(PAGES["binance_2023"].parse(Http(f"{FILES}{day}.zip", 200, body, data), RECV))


def midnight(value: float) -> list[object]:
    return [Observation("OI.BINANCE", "2023-11-15", value, RECV, "interest")]


# ---- what is asked


def test_the_files_of_the_tuesdays_of_a_year_are_asked_for_and_none_that_the_api_tells_of_itself() -> None:
    of_2023, of_2026 = asks("binance_2023"), asks("binance_2026")
    assert (of_2023[0], of_2023[-1]) == (f"{FILES}2023-01-03.zip", f"{FILES}2023-12-26.zip")
    assert (len(of_2023), len(set(of_2023))) == (52, 52)
    assert (of_2026[0], of_2026[-1]) == (f"{FILES}2026-01-06.zip", f"{FILES}2026-10-27.zip")
    assert asks("binance_2027") == []
    assert sum(len(asks(f"binance_{year}")) for year in range(2022, 2027)) == 252


def test_years_come_newest_first_after_all_that_is_asked_daily() -> None:
    names = [page.name for page in SOURCE.pages]
    assert names[:5] == ["binance", "bybit", "okx", "deribit", "bybit_past"]
    assert names[5:] == sorted(names[5:], reverse=True)
    assert SOURCE.spacing_s == 1.0


def test_bybit_is_asked_for_two_hundred_days_at_a_time_back_to_its_listing_and_none_twice() -> None:
    spans = []
    for url in asks("bybit_past"):
        first, last = (int(url.partition(f"{name}=")[2].partition("&")[0]) for name in ("startTime", "endTime"))
        assert first % 86_400_000 == last % 86_400_000 == 0
        spans.append((date(1970, 1, 1) + timedelta(first // 86_400_000), (last - first) // 86_400_000 + 1))
    assert spans[0][0] == date(2020, 8, 1)
    assert [days for _, days in spans[1:]] == [200] * (len(spans) - 1)
    assert spans[0][1] <= 200
    assert spans[0][0] + timedelta(sum(days for _, days in spans)) == TODAY - timedelta(198)


# ---- what a file says


def test_a_newer_file_names_the_beginning_of_its_five_minutes_and_an_older_one_their_end() -> None:
    assert read(zipped(NEWER)) == midnight(150_000.0)
    assert read(zipped(OLDER)) == midnight(107_500.0)


def test_rows_may_be_unsorted_and_columns_elsewhere() -> None:
    assert read(zipped(NEWER[::-1])) == midnight(150_000.0)
    moved = ["107000.25,x,2023-11-14 23:55:00,BTCUSDT"]
    assert read(zipped(moved, header="sum_open_interest,new,create_time,symbol")) == midnight(107_000.25)


@pytest.mark.parametrize("size", ["0", "0.00", "", '""'])
def test_zeros_and_empty_fields_are_holes(size: str) -> None:
    assert read(zipped([NEWER[0], row("2023-11-14 23:55:00", size)])) == []
    assert read(zipped(NEWER[:2])) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped([NEWER[0], row("2023-11-14 23:55:00", "-5")]), "is not above zero"),
        (zipped([NEWER[0], row("2023-11-14 23:55:00", "much")]), "is no number"),
        (zipped([NEWER[0], row("2023-11-14 23:55:00", "nan")]), "nan"),
        (zipped([*NEWER, row("2023-11-14 12:00:00", "5", "ETHUSDT")]), "metrics of 'ETHUSDT'"),
        (zipped([line.replace("11-14", "11-07") for line in NEWER]), "nothing of 2023-11-14"),
        (zipped(NEWER, header=HEADER.replace("sum_open_interest,", "oi,")), "no column 'sum_open_interest'"),
        (zipped(NEWER, "second.csv"), "a zip of 2 files"),
        (zipped([row("2023-11-14 00:00:00", "1" + "0" * 2_000_000)]), "unpacks to far too much"),
        (zipped(NEWER)[:-30], "a broken zip"),
        (zipped(NEWER).replace(b"BTCUSDT-metrics-2023-11-14.csv", b"BTCUSDT-metrics-2023-11-14.exe"), "where one CSV"),
        (b"\x00\x01", "an empty answer"),
    ],
)
def test_a_file_that_cannot_be_believed_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        read(data)


def test_a_page_in_place_of_a_file_is_refused() -> None:
    with pytest.raises(Reject, match="an HTML page where a zip was due"):
        read(b"", "<html>moved</html>")


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_a_zip_with_a_broken_byte_is_refused_or_read_as_it_was(at: int) -> None:
    data = bytearray(zipped(NEWER))
    data[at % len(data)] ^= 0xFF
    with suppress(Reject):
        assert read(bytes(data)) == midnight(150_000.0)
