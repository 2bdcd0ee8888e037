"""Days on which a spike of repo rates is half expected: ends of months, and days on which taxes are due."""

from datetime import date, timedelta

import pytest

from feeds.signals.marks import marks, next_mark


def marked(mark: str, first: str, last: str) -> list[str]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    days = (day + timedelta(n) for n in range((end - day).days + 1))
    return [one.isoformat() for one in days if mark in marks(one)]


@pytest.mark.parametrize(
    ("mark", "days"),
    [
        ("month-end", "2027-01-29 2027-02-26 2027-04-30 2027-05-28 2027-07-30 2027-08-31 2027-10-29 2027-11-30"),
        ("quarter-end", "2027-03-31 2027-06-30 2027-09-30"),
        ("year-end", "2026-12-31 2027-12-31"),  # offices rest on the last day of 2027, and repo does not
    ],
)
def test_months_end_on_their_last_day_of_repo(mark: str, days: str) -> None:
    assert marked(mark, "2026-12-01", "2027-12-31") == days.split()


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-12-01", "2028-01-31", "2026-12-15 2027-01-15 2027-04-15 2027-06-15 2027-09-15 2027-12-15 2028-01-18"),
        # the 15th at a weekend, then Emancipation Day in Washington
        ("2023-04-01", "2023-04-30", "2023-04-18"),
        ("2018-04-01", "2018-04-30", "2018-04-17"),
        ("2028-04-01", "2028-04-30", "2028-04-18"),
        ("2022-04-01", "2022-04-30", "2022-04-18"),  # Good Friday
        # both instalments of the spring of 2020 were put off
        ("2020-04-01", "2020-09-30", "2020-07-15 2020-09-15"),
    ],
)
def test_taxes_are_due_on_the_15th_or_the_next_day_of_business_in_washington(first: str, last: str, days: str) -> None:
    assert marked("tax date", first, last) == days.split()


def test_the_next_mark_is_after_the_day_itself() -> None:
    assert next_mark(date(2026, 11, 30)) == (date(2026, 12, 15), ("tax date",))
    assert next_mark(date(2026, 12, 15)) == (date(2026, 12, 31), ("year-end",))
