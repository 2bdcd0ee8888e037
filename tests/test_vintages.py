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
