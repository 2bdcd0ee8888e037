"""What was known when: rows are never overwritten, and a look back sees none that came later."""

from datetime import date

from feeds.facts import Observation
from feeds.vintages import Point, Vintages, given


def row(period: str, value: float, known_ms: int, source: str = "nyfed", provisional: bool = False) -> Observation:
    return Observation("SOFR", period, value, known_ms, source, provisional)


def test_a_revision_is_another_row_and_the_first_value_stays_known_before_it() -> None:
    known = Vintages([row("2026-08-05", 3.64, 1_000), row("2026-08-05", 3.65, 2_000)])
    assert [point.value for point in known.points("SOFR", 1_999)] == [3.64]
    assert [point.value for point in known.points("SOFR", 2_000)] == [3.65]
    assert known.count("SOFR", "2026-08-05") == 2


def test_the_same_value_again_is_no_revision() -> None:
    known = Vintages([row("2026-08-05", 3.64, 1_000)])
    assert not known.put(row("2026-08-05", 3.64, 2_000))
    assert known.revisions == {"SOFR": 1}


def test_a_value_that_becomes_final_is_a_row_even_if_it_is_the_same() -> None:
    known = Vintages([row("2026-08-05", 3.64, 1_000, provisional=True)])
    assert known.put(row("2026-08-05", 3.64, 2_000))
    assert [point.provisional for point in known.points("SOFR", 1_500)] == [True]
    assert [point.provisional for point in known.points("SOFR", 2_500)] == [False]


def test_a_value_that_goes_back_to_what_it_was_is_a_row() -> None:
    known = Vintages([row("2026-08-05", 3.64, 1_000), row("2026-08-05", 3.65, 2_000)])
    assert known.put(row("2026-08-05", 3.64, 3_000))
    assert [point.value for point in known.points("SOFR", 9_000)] == [3.64]


def test_periods_come_in_order_however_they_were_put() -> None:
    known = Vintages([row("2026-08-05", 3.64, 5), row("2026-08-03", 3.66, 3), row("2026-08-04", 3.65, 4)])
    assert [(str(point.period), point.value) for point in known.points("SOFR", 9)] == [
        ("2026-08-03", 3.66),
        ("2026-08-04", 3.65),
        ("2026-08-05", 3.64),
    ]
    assert known.newest("SOFR") == date(2026, 8, 5)
    assert known.oldest("SOFR") == date(2026, 8, 3)


def test_nothing_is_known_before_its_time_whatever_its_period() -> None:
    known = Vintages([row("2020-01-01", 1.55, 1_000), row("2026-08-05", 3.64, 500)]).known(999)
    assert known.points("SOFR") == [Point(date(2026, 8, 5), 3.64, 500, "nyfed")]
    assert known.last("SOFR", date(2026, 8, 4)) is None
    assert known.series() == ["SOFR"]
    assert Vintages([row("2026-08-05", 3.64, 500)]).known(499).series() == []


def test_known_answers_by_day() -> None:
    known = given({"IORB": [("2025-10-30", 3.9), ("2025-12-11", 3.65)]})
    step = known.last("IORB", date(2025, 12, 10))
    assert step is not None
    assert step.value == 3.9
    assert known.on("IORB", date(2025, 12, 10)) is None
    exact = known.on("IORB", date(2025, 12, 11))
    assert exact is not None
    assert exact.value == 3.65
    assert [point.value for point in known.points("IORB", since=date(2025, 11, 1))] == [3.65]
    assert [point.value for point in known.points("IORB", until=date(2025, 11, 1))] == [3.9]
    assert known.points("IORB", date(2025, 10, 31), date(2025, 12, 1)) == []
    assert known.points("SOFR") == []


def test_rows_tell_who_said_what_since_when() -> None:
    rows = [row("2026-08-05", 3.64, 1_000, "fred"), row("2026-08-05", 3.65, 2_000, "nyfed", provisional=True)]
    assert list(Vintages(rows).rows("SOFR")) == rows
    assert list(Vintages(rows).rows("SOFR", since=date(2026, 8, 6))) == []
    assert list(Vintages().rows("EFFR")) == []


# What was read afterwards: unemployment of August 2023 came out as 3.8 on September 1st, and is 3.7 today.

OUT, REVISED, READ = 1_000, 5_000, 9_000
"""When it came out, when that was revised, and when it was read for the first time."""


def rate(value: float, known_ms: int, read_ms: int = 0) -> Observation:
    return Observation("UNRATE", "2023-08-01", value, known_ms, "fred", read_ms=read_ms)


def told(known: Vintages, t_ms: int) -> tuple[float, str]:
    (point,) = known.points("UNRATE", t_ms)
    return point.value, point.quality


def test_what_was_read_afterwards_is_marked_before_it_was_read_and_not_after() -> None:
    known = Vintages([rate(3.7, OUT, READ)])
    assert known.points("UNRATE", OUT - 1) == []
    assert told(known, OUT) == (3.7, "later")
    assert told(known, READ - 1) == (3.7, "later")
    assert told(known, READ) == (3.7, "exact")


def test_what_was_published_then_goes_before_what_was_read_afterwards_in_whatever_order_they_come() -> None:
    rows = [rate(3.7, OUT + 7, READ), rate(3.8, OUT), rate(3.7, REVISED)]
    for order in (rows, rows[::-1], [rows[1], rows[0], rows[2]]):
        known = Vintages(order)
        assert known.count("UNRATE", "2023-08-01") == 3
        assert told(known, OUT) == (3.8, "exact")
        assert told(known, OUT + 7) == (3.8, "exact")
        assert told(known, REVISED) == (3.7, "exact")
        assert told(known, READ) == (3.7, "exact")


def test_the_same_value_published_then_takes_the_mark_away() -> None:
    known = Vintages([rate(3.7, OUT, READ)])
    assert known.put(rate(3.7, OUT + 1))
    assert told(known, OUT) == (3.7, "later")
    assert told(known, OUT + 1) == (3.7, "exact")
    assert not known.put(rate(3.7, READ + 1))


def test_what_was_read_afterwards_is_the_newest_word_until_something_comes_after_it_was_read() -> None:
    known = Vintages([rate(3.7, OUT, READ), rate(3.8, REVISED)])
    assert told(known, READ) == (3.7, "exact")
    latest = known.latest("UNRATE", date(2023, 8, 1))
    assert latest is not None
    assert latest.value == 3.7
    assert known.put(rate(3.6, READ + 5))
    assert told(known, READ + 5) == (3.6, "exact")


def test_a_value_is_revised_where_another_was_said_of_its_period() -> None:
    august = date(2023, 8, 1)
    assert not Vintages([rate(3.7, OUT, READ), rate(3.7, OUT + 1)]).revised("UNRATE", august)
    assert Vintages([rate(3.7, OUT, READ), rate(3.8, OUT + 1)]).revised("UNRATE", august)


def test_of_what_is_never_revised_it_does_not_matter_when_it_was_read() -> None:
    known = Vintages([Observation("SOFR", "2023-08-01", 5.3, OUT, "nyfed", read_ms=READ)])
    assert [point.quality for point in known.points("SOFR", OUT)] == ["exact"]
    assert [row.read_ms for row in known.rows("SOFR")] == [0]


def test_a_copy_keeps_when_each_row_was_read() -> None:
    rows = [rate(3.8, OUT), rate(3.7, OUT + 7, READ)]
    assert list(Vintages(rows).copy().rows("UNRATE")) == rows


def test_watched_rows_are_the_same_and_note_who_is_asked_for() -> None:
    asked: set[str] = set()
    known = Vintages([row("2026-08-05", 3.64, 500)]).watched(asked).known(500, unread=("EFFR",), progress=(1, 2))
    assert [point.value for point in known.points("SOFR")] == [3.64]
    assert known.last("WALCL") is None
    assert known.series("CL") == []
    assert "EFFR" in known.unread
    assert "IORB" not in known.unread
    assert known.progress == (1, 2)
    assert asked == {"SOFR", "WALCL", "CL*", "EFFR", "IORB"}


def test_the_rows_of_watched_ones_are_noted_when_they_are_asked_for_though_none_is_looked_at() -> None:
    asked: set[str] = set()
    Vintages().watched(asked).rows("SRF")
    assert asked == {"SRF"}
