"""Numbers and dates as people write them."""

from datetime import date

import pytest

from feeds.sources._written import grouped, parenthesised, spelled
from feeds.venue import Reject


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,448,200,000", 1_448_200_000.0), ("1,373.8", 1373.8), ("0.0", 0.0), ("-1,000", -1000.0), (12, 12.0)],
)
def test_commas_stand_between_thousands(text: object, value: float) -> None:
    assert grouped(text, "it") == value


@pytest.mark.parametrize(
    "text", ["1,37", "1,3738.0", ",100", "12,", "1.373,8", "", None, "NaN", "inf", "-Infinity", True, [1], "１"]
)
def test_what_is_no_number_is_refused(text: object) -> None:
    with pytest.raises(Reject, match=r"^it is"):
        grouped(text, "it")


@pytest.mark.parametrize(
    ("text", "value"), [("(44.5)", -44.5), ("(1,113.7)", -1113.7), ("44.5", 44.5), ("-44.5", -44.5), ("(0.0)", 0.0)]
)
def test_parentheses_are_a_minus(text: str, value: float) -> None:
    found = parenthesised(text, "it")
    assert (found, str(found)[0] == "-") == (value, value < 0)


@pytest.mark.parametrize("text", ["(44.5", "44.5)", "((44.5))", "(-44.5)", "()", "(NaN)"])
def test_half_a_parenthesis_is_no_minus(text: str) -> None:
    with pytest.raises(Reject, match=r"^it is"):
        parenthesised(text, "it")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("06 Jul 2026", date(2026, 7, 6)),
        ("6 July 2026", date(2026, 7, 6)),
        ("19-Nov-2026", date(2026, 11, 19)),
        ("Nov 19, 2026", date(2026, 11, 19)),
        ("Sept. 1, 2026", date(2026, 9, 1)),
        ("29 Feb 2028", date(2028, 2, 29)),
    ],
)
def test_a_month_in_words_tells_it_from_the_day(text: str, day: date) -> None:
    assert spelled(text) == day


@pytest.mark.parametrize(
    "text", ["06/07/2026", "2026-07-06", "06 Jul 26", "06 Jui 2026", "30 Feb 2026", "00 Jan 2026", "06 Jul", "", "-"]
)
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(Reject):
        spelled(text)
