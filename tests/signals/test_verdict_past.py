"""What the verdict is fed with: stress and oil shocks as they were known at each day's end."""

from datetime import date, timedelta

import pytest

from feeds.calendars import day_end_ms, release_ms
from feeds.facts import Observation
from feeds.series import FUTURES, REPO, UNSECURED
from feeds.signals.thresholds import OilRule, RepoRule
from feeds.signals.verdict_past import shock_past, stress_past
from feeds.vintages import Vintages

DAY = date(2026, 8, 4)
REVISED_MS = day_end_ms(date(2026, 9, 1)) - 3_600_000


def published(series: str, day: date, value: float, known_ms: int | None = None) -> Observation:
    rule = UNSECURED if series == "EFFR" else REPO
    return Observation(series, day.isoformat(), value, known_ms or release_ms(rule, day), "nyfed")


def repo(day: date) -> list[Observation]:
    values = {
        "SOFR1": 3.60,
        "SOFR25": 3.63,
        "SOFR": 3.64,
        "SOFR75": 3.70,
        "SOFR99": 3.73,
        "SOFRVOL": 2989,
        "EFFR": 3.63,
    }
    return [published(name, day, value) for name, value in values.items()]


IORB = Observation("IORB", "2026-08-01", 3.65, 1, "steps")
EARLIER = [published("SRF", DAY - timedelta(n), 0.0) for n in (1, 4, 5, 6)]


def test_stress_of_a_day_is_known_at_the_end_of_the_day_that_brought_it() -> None:
    rows = Vintages([IORB, *repo(DAY), *repo(DAY + timedelta(1))])
    found = stress_past(rows.rows, day_end_ms(date(2026, 8, 6)), RepoRule())
    # Share 45.83, SOFR - IORB -1 bp: 35, p99 - IORB 8 bp: 16, EFFR - IORB -2 bp: 53.33; standing repo is not known.
    stress = (45.0 + 5 / 6 + 35 + 16 + 53 + 1 / 3) / 5
    assert [(day, known_ms) for day, known_ms, _ in found] == [
        (date(2026, 8, 4), day_end_ms(date(2026, 8, 5))),
        (date(2026, 8, 5), day_end_ms(date(2026, 8, 6))),
    ]
    assert [one.stress for one in found] == [pytest.approx((stress, stress + 20))] * 2


def test_a_day_is_told_again_when_a_part_comes_that_it_lacked() -> None:
    late = published("EFFR", DAY, 3.63, day_end_ms(date(2026, 8, 6)) - 3_600_000)
    rows = Vintages([IORB, *(row for row in repo(DAY) if row.series != "EFFR"), late])
    found = stress_past(rows.rows, day_end_ms(date(2026, 8, 7)), RepoRule())
    three = (45.0 + 5 / 6 + 35 + 16) / 5
    four = three + (53 + 1 / 3) / 5
    assert found == [
        (DAY, day_end_ms(date(2026, 8, 5)), pytest.approx((three, three + 40))),
        (DAY, day_end_ms(date(2026, 8, 6)), pytest.approx((four, four + 20))),
    ]


def test_a_later_correction_changes_no_earlier_day() -> None:
    rows = Vintages([IORB, *repo(DAY), published("SRF", DAY, 0.0), *EARLIER])
    before = stress_past(rows.rows, day_end_ms(date(2026, 9, 2)), RepoRule())
    rows.put(published("SOFR99", DAY, 9.99, REVISED_MS))
    rows.put(published("SOFR", DAY, 5.25, REVISED_MS))
    assert stress_past(rows.rows, day_end_ms(date(2026, 9, 2)), RepoRule()) == before


def test_two_parts_of_five_leave_it_between_bounds() -> None:
    rows = Vintages([IORB, published("SOFR", DAY, 5.25), published("EFFR", DAY, 4.0)])
    # SOFR and EFFR are far over IORB: 100 each, and at least half of the volume is at or above it.
    assert stress_past(rows.rows, day_end_ms(date(2026, 8, 6)), RepoRule()) == [
        (DAY, day_end_ms(date(2026, 8, 5)), (50.0, 100.0))
    ]


def test_nothing_that_becomes_known_later_is_seen() -> None:
    rows = Vintages([IORB, *repo(DAY)])
    assert stress_past(rows.rows, release_ms(REPO, DAY) - 1, RepoRule()) == []


def test_oil_is_in_shock_where_the_back_leads_by_three_dollars_in_five_sessions() -> None:
    days = [date(2026, 8, day) for day in (3, 4, 5, 6, 7, 10, 11)]
    front, back = (80, 80, 80, 80, 80, 81, 81), (70, 70, 70, 70, 70, 73, 72)
    rows = Vintages(
        Observation(code, day.isoformat(), value, release_ms(FUTURES, day), "yahoo")
        for code, closes in (("CLU26", front), ("CLG27", back))
        for day, value in zip(days, closes, strict=True)
    )
    found = shock_past(rows.known(day_end_ms(date(2026, 8, 11))), OilRule())
    assert {id_ for one in found for id_, _ in one.used} == {"CLU26", "CLG27"}
    assert [one[:3] for one in found] == [
        (date(2026, 8, 10), release_ms(FUTURES, date(2026, 8, 10)), True),
        (date(2026, 8, 11), release_ms(FUTURES, date(2026, 8, 11)), False),
    ]
