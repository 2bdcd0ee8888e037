"""What could break, from hand-made numbers."""

from collections.abc import Mapping
from datetime import date

import pytest

from feeds.calendars import day_end_ms
from feeds.signals.fragility import fragility
from feeds.signals.thresholds import FragilityRule
from feeds.topics.base import Reading
from feeds.topics.dollar import Fragility
from feeds.vintages import given

Points = list[tuple[str, float]]


def page(values: Mapping[str, Points], until: str = "2026-08-06") -> Fragility:
    return fragility(given(values, day_end_ms(date.fromisoformat(until))), FragilityRule())


def one(found: Fragility, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def test_spreads_are_in_percent_as_they_are_published() -> None:
    found = page({"BAMLH0A0HYM2": [("2026-08-05", 2.75)], "BAMLC0A0CM": [("2026-08-05", 0.81)]})
    assert (one(found, "fragility.hy").value, one(found, "fragility.hy").unit) == (2.75, "%")
    assert one(found, "fragility.ig").value == 0.81
    assert one(found, "fragility.hy").state == "fresh"


def test_concentration_is_the_ratio_of_a_day_that_has_both_and_its_change_goes_by_the_date() -> None:
    found = page(
        {
            "RSP": [("2025-08-04", 180.0), ("2025-08-05", 150.0), ("2026-08-05", 189.0), ("2026-08-06", 500.0)],
            "SPY": [("2025-08-04", 600.0), ("2026-08-05", 700.0)],
        }
    )
    ratio = one(found, "fragility.rsp_spy")
    assert (ratio.value, ratio.period) == (0.27, date(2026, 8, 5))
    change = one(found, "fragility.rsp_spy.1y")
    assert (change.value, change.unit) == (-10.0, "%")
    assert change.words == (
        "S&P 500 of equal weights over that by size -10.00 % over the year",
        "0.3000 to 0.2700, 2025-08-04 to 2026-08-05",
        "2025-08-04 stands for 2025-08-05",
        "closes, without what the funds pay out",
    )


def test_the_year_to_a_29th_of_february_begins_on_the_28th() -> None:
    rows = [("2027-02-26", 100.0), ("2028-02-29", 110.0)]
    change = one(page({"RSP": rows, "SPY": [(day, 100.0) for day, _ in rows]}, "2028-02-29"), "fragility.rsp_spy.1y")
    assert change.value == 10.0
    assert "2027-02-26 stands for 2027-02-28" in change.words


@pytest.mark.parametrize(
    ("weight", "band", "words"),
    [
        (38.25, "under the mark", "1.75 points under 40 %"),
        (40.0, "over the mark", "at the mark"),
        (41.5, "over the mark", "1.50 points over 40 %"),
    ],
)
def test_the_ten_largest_are_held_against_the_mark(weight: float, band: str, words: str) -> None:
    reading = one(page({"SPY.TOP10": [("2026-08-05", weight)]}), "fragility.top10")
    assert (reading.value, reading.band, reading.words[0]) == (weight, band, words)


def test_card_debt_is_held_against_the_same_quarter_of_the_year_before() -> None:
    rows = [("2025-01-01", 9.99), ("2025-04-01", 3.05), ("2025-10-01", 3.10), ("2026-04-01", 3.21)]
    found = page({"DRCCLACBS": rows}, "2026-08-25")
    change = one(found, "fragility.cards.4q")
    assert (change.value, change.unit, change.period) == (0.16, "points", date(2026, 4, 1))
    assert change.words[0] == "card delinquency +0.16 points over 4 quarters"
    assert one(found, "fragility.cards").value == 3.21
    assert one(page({"DRCCLACBS": [rows[0], rows[3]]}, "2026-08-25"), "fragility.cards.4q").value is None


def test_youth_unemployment_of_october_2025_is_not_waited_for_because_nobody_asked() -> None:
    reading = one(page({"LNS14024887": [("2025-09-01", 10.4)]}, "2025-11-18"), "fragility.youth")
    assert (reading.value, reading.state) == (10.4, "fresh")


def test_nvidia_is_held_against_the_nasdaq_over_twenty_trading_days_and_not_over_rows() -> None:
    """Twenty days of the exchange before 2026-08-05 is 2026-07-08: the 3rd of July, a holiday, lies before it."""
    found = page(
        {
            "NVDA": [("2026-07-07", 1.0), ("2026-07-08", 200.0), ("2026-08-05", 231.0)],
            "QQQ": [("2026-07-07", 500.0), ("2026-07-08", 500.0), ("2026-08-05", 525.0)],
        }
    )
    assert one(found, "fragility.nvda_qqq.20d").value == 10.0
    assert one(found, "fragility.smh_qqq.20d").words == ("semiconductors over the Nasdaq 100: not known: SMH",)


def test_what_has_no_public_number_is_listed_with_a_reason() -> None:
    found = page({})
    labels = [row.label for row in found.unpublished]
    assert "Oracle's credit default swaps" in labels
    assert len(labels) == 6
    assert all(row.words for row in found.unpublished)


def test_with_nothing_known_every_number_is_missing_with_a_reason() -> None:
    found = page({})
    assert {reading.value for reading in found.readings} == {None}
    assert all(reading.words and reading.missing for reading in found.readings)
    assert len({reading.name for reading in found.readings}) == len(found.readings) == 11
