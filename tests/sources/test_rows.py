"""CSV that breaks off in its middle."""

import pytest

from feeds.sources._rows import csv_rows

HEAD = "date,low,close\n2026-08-04,3.60,3.65\n"


def test_a_last_line_with_an_end_is_whole_however_long() -> None:
    assert csv_rows(f"{HEAD}2026-08-05,3.61,3.6\n")[-1] == {"date": "2026-08-05", "low": "3.61", "close": "3.6"}


@pytest.mark.parametrize("line", ["2026-08-05,3.61,3.6", "2026-08-05,3.61,3.", "2026-08-05,3.61,"])
def test_a_number_that_a_file_breaks_off_in_is_left_out(line: str) -> None:
    assert csv_rows(HEAD + line)[-1] == {"date": "2026-08-05", "low": "3.61"}


@pytest.mark.parametrize("line", ["2026-08-05,3.61", "2026-08-05,3.6", "2026-08-05,"])
def test_so_is_one_in_a_column_before_the_last(line: str) -> None:
    assert csv_rows(HEAD + line)[-1] == {"date": "2026-08-05"}


def test_a_number_as_long_as_the_one_above_is_whole_without_an_end() -> None:
    assert csv_rows(f"{HEAD}2026-08-05,3.61,3.64")[-1] == {"date": "2026-08-05", "low": "3.61", "close": "3.64"}
