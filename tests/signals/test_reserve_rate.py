"""The rate on reserves: a step holds until something that is known says otherwise."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.repo import repo
from feeds.signals.reserve_rate import Rate, ReserveRate
from feeds.signals.thresholds import RepoRule
from feeds.sources import steps
from feeds.topics.base import Reading
from feeds.topics.repo import Repo
from feeds.vintages import Vintages

OLD, NEW = (3.50, 3.75), (3.75, 4.00)


def row(id_: str, day: str, value: float, source: str = "nyfed") -> Observation:
    return Observation(id_, day, value, 1, source)


def ranges(days: Iterable[str], ends: tuple[float, float]) -> list[Observation]:
    return [row(id_, day, value) for day in days for id_, value in zip(("DFEDTARL", "DFEDTARU"), ends, strict=True)]


def rate(day: str, *rows: Observation) -> Rate:
    return ReserveRate(Vintages(rows).known(day_end_ms(date(2027, 12, 31)))).on(date.fromisoformat(day))


TABLE = [row("IORB", "2026-09-17", 3.90, "steps")]


def test_a_rate_that_a_publisher_gave_for_the_very_day_is_exact():
    found = rate("2026-08-05", row("IORB", "2026-08-05", 3.65, "fred"))
    assert (found.percent, found.quality, found.notes) == (3.65, "exact", ())


def test_a_step_that_the_target_range_has_left_behind_is_not_known_and_it_is_said():
    old = row("IORB", "2025-12-11", 3.65, "steps")
    found = rate("2026-09-29", old, *ranges(["2025-12-11"], OLD), *ranges(["2026-09-29"], NEW))
    assert found.percent is None
    assert [(note.kind, note.text) for note in found.notes] == [
        (
            "doubt",
            "the target range is 3.75 to 4.00 % on 2026-09-29: IORB 3.65 of 2025-12-11 does not hold any more",
        )
    ]
    assert [used.series for used in found.used] == ["IORB", "DFEDTARL", "DFEDTARU"]


def test_it_stays_not_known_on_later_days_whose_range_is_not_there_yet():
    old = row("IORB", "2026-09-16", 3.65, "fred")
    found = rate("2026-09-18", old, *ranges(["2026-09-16"], OLD), *ranges(["2026-09-17"], NEW))
    assert found.percent is None


def test_a_rate_of_that_day_outside_of_the_range_of_that_day_is_not_believed():
    found = rate("2026-09-17", row("IORB", "2026-09-17", 3.65, "fred"), *ranges(["2026-09-17"], NEW))
    assert (found.percent, found.notes[0].kind) == (None, "doubt")


def test_the_eve_of_a_decision_says_nothing_of_the_day_after_it():
    eve = row("IORB", "2026-10-28", 3.90, "fred")
    found = rate("2026-10-29", eve, *ranges(["2026-10-28"], NEW))
    assert found.percent is None
    assert found.notes[0].text == (
        "a decision took effect after 2026-10-28: neither IORB nor the target range of 2026-10-29 is known yet"
    )


def test_between_two_decisions_a_step_holds_without_being_told_again():
    found = rate("2026-08-07", row("IORB", "2026-08-05", 3.65, "fred"))
    assert (found.percent, found.quality, found.holding) == (3.65, "exact", False)
    assert found.notes[0].text == "IORB of 2026-08-05, which holds until it is changed"


def test_the_table_is_sure_to_the_eve_of_the_first_decision_that_it_does_not_know():
    found = rate("2026-10-28", *TABLE)
    assert (found.percent, found.quality, found.holding) == (3.90, "exact", True)
    assert found.notes[0].text == "IORB of 2026-09-17, which holds until it is changed, sure to 2026-10-28"


def test_after_that_the_table_stands_as_an_estimate_while_the_range_of_that_day_carries_it():
    found = rate("2026-11-05", *TABLE, *ranges(["2026-11-05"], NEW))
    assert (found.percent, found.quality, found.holding) == (3.90, "estimated", True)
    assert rate("2026-11-05", *TABLE, *ranges(["2026-11-04"], NEW)).percent is None, "the range of another day"
    assert rate("2026-11-05", *TABLE, *ranges(["2026-11-05"], (4.0, 4.25))).percent is None


def test_a_technical_change_within_the_range_holds_while_the_range_stays():
    """At times the rate lay 10 and 20 bp over the lower bound; since July 2021 always 15."""
    told = row("IORB", "2026-08-03", 3.60, "fred")
    found = rate("2026-08-05", told, *ranges(["2026-08-03", "2026-08-05"], OLD))
    assert (found.percent, found.holding) == (3.60, True)


@pytest.mark.parametrize("day", ["2019-07-30", "2019-09-17", "2020-03-10", "2021-07-28"])
def test_before_july_2021_it_only_has_to_lie_in_the_range(day):
    bounds = {"2019-07-30": (2.25, 2.50), "2019-09-17": (2.0, 2.25), "2020-03-10": (1.0, 1.25), "2021-07-28": (0, 0.25)}
    rows = list(steps.observations(date(2021, 7, 29)))
    expected = {"2019-07-30": 2.35, "2019-09-17": 2.10, "2020-03-10": 1.10, "2021-07-28": 0.15}
    assert rate(day, *rows, *ranges([day], bounds[day])).percent == expected[day]


def test_the_table_has_every_decision_to_september_2026():
    rows = list(steps.observations(date(2026, 12, 31)))
    assert [(one.period, one.value) for one in rows[-2:]] == [("2025-12-11", 3.65), ("2026-09-17", 3.90)]
    assert date(2026, 10, 28) == steps.SURE_TO


# ---- September 2026: the rise of the 16th, seen with and without the publisher of the rate


def autumn(*iorb: Observation) -> Repo:
    """The New York Fed's rates of 17 to 30 September, six points higher on the last two days; no FRED."""
    days = [date(2026, 9, 17) + timedelta(n) for n in range(14)]
    rows: list[Observation] = [*iorb, *ranges(["2025-12-11"], OLD), row("SRF", "2026-10-01", 0.0)]
    for day in (one for one in days if one.weekday() < 5):
        more = 0.06 if day >= date(2026, 9, 29) else 0.0
        fan = {"SOFR1": 3.83, "SOFR25": 3.86, "SOFR": 3.88, "SOFR75": 3.94, "SOFR99": 4.00}
        rows += [row(id_, day.isoformat(), round(value + more, 2)) for id_, value in fan.items()]
        rows += [row("SOFRVOL", day.isoformat(), 2_900.0), row("SRF", day.isoformat(), 0.0)]
        rows += [row("EFFR", day.isoformat(), 3.88), *ranges([day.isoformat()], NEW)]
    return repo(Vintages(rows).known(day_end_ms(date(2026, 10, 1))), RepoRule())


def one(found: Repo, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def test_a_table_that_has_not_heard_of_the_rise_knows_no_stress_instead_of_a_wrong_one():
    found = autumn(row("IORB", "2025-12-11", 3.65, "steps"))
    for name in ("share.low", "sofr_iorb", "effr_iorb", "stress", "band"):
        assert one(found, f"repo.{name}").value is None, name
    assert one(found, "repo.stress").said("doubt") == (
        "the target range is 3.75 to 4.00 % on 2026-09-30: IORB 3.65 of 2025-12-11 does not hold any more",
    )


def test_with_the_rate_of_that_day_the_end_of_september_is_watch():
    found = autumn(*TABLE)
    assert one(found, "repo.share.low").value == 75.0
    assert one(found, "repo.share.high").value == 99.0
    assert one(found, "repo.sofr_iorb").value == 4.0
    assert one(found, "repo.effr_iorb").value == -2.0
    stress = one(found, "repo.stress")
    assert isinstance(stress.value, float)
    assert (round(stress.value, 1), stress.band, stress.quality, stress.state) == (44.8, "watch", "exact", "fresh")
