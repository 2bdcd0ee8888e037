"""Times off the wire: what they count, what is believable, and names for rows that have none."""

import pytest

from feeds.venue import Reject
from feeds.venues._common import iso_ms, ms, numbered


@pytest.mark.parametrize(
    "value",
    [
        1695628177,
        1695628177000,
        1695628177000000,
        1695628177000000000,
        "1695628177",
        "1695628177000",
        "1695628177000000",
    ],
)
def test_seconds_milliseconds_microseconds_and_nanoseconds_are_told_apart_by_size(value: int | str) -> None:
    assert ms(value, "time") == 1695628177000


def test_what_is_finer_than_a_millisecond_is_cut_off() -> None:
    assert ms(1695628177708706, "time") == 1695628177708
    assert ms("1695628177708999999", "time") == 1695628177708


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        True,
        0,
        -1695628177000,
        1262303999999,
        4102444800000,
        10**40,
        "soon",
        "1_695_628_177",
        "-5",
        "٣" * 13,
        "9" * 99,
    ],
)
def test_a_time_outside_2010_to_2100_or_no_time_at_all_is_rejected(value: int | str | None) -> None:
    with pytest.raises(Reject, match="trade time"):
        ms(value, "trade time")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-09-25T07:49:37Z", 1695628177000),
        ("2023-09-25T07:49:37.7Z", 1695628177700),
        ("2023-09-25T07:49:37.708Z", 1695628177708),
        ("2023-09-25T07:49:37.708706Z", 1695628177708),
        ("2023-09-25T07:49:37.708999999Z", 1695628177708),
        ("2023-09-25T09:49:37.708+02:00", 1695628177708),
    ],
)
def test_an_iso_time_is_read_to_the_millisecond(text: str, expected: int) -> None:
    assert iso_ms(text, "time") == expected


@pytest.mark.parametrize(
    "text", [None, "", "soon", "2023-09-25T07:49:37", "1999-09-25T07:49:37Z", "2023-13-25T07:49:37Z"]
)
def test_an_iso_time_without_zone_or_sense_is_rejected(text: str | None) -> None:
    with pytest.raises(Reject, match="time"):
        iso_ms(text, "time")


def test_equal_rows_of_one_frame_are_numbered_apart() -> None:
    seen: dict[str, int] = {}
    assert [numbered(key, seen) for key in ("a", "b", "a", "a")] == ["a", "b", "a#2", "a#3"]
