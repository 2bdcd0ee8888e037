"""The no-trade zone: what arms it, what releases it, what ends it, and that lost data does none of these."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

import pytest

from feeds.calendars import business_day, new_york_ms, release_ms, shift
from feeds.facts import Observation
from feeds.series import series
from feeds.signals._reading import Used
from feeds.signals.knowledge import exactly
from feeds.signals.thresholds import VerdictRule
from feeds.signals.verdict import verdict
from feeds.signals.verdict_events import Shock, StressDay
from feeds.topics.base import Input, Note, Reading
from feeds.topics.regime import Change, Trigger, Verdict
from feeds.vintages import Point, Vintages

RULE = VerdictRule()
MONDAY = date(2026, 3, 2)
LATER = new_york_ms(date(2026, 12, 31), "12:00")
Stress = Sequence[tuple[date, int, float | None]]
Shocks = Sequence[tuple[date, int, bool]]
CALM: Stress = [(date(2026, 2, 27), new_york_ms(MONDAY, "08:00"), 10.0)]
NO_SHOCK: Shocks = [(date(2026, 2, 27), new_york_ms(date(2026, 2, 27), "18:00"), False)]
NO_STRESS = Reading("repo.stress", None, "", notes=(Note("why", "SOFR is not known"),), missing=("SOFR",))


def day(n: int) -> date:
    """The n-th weekday from `MONDAY` on, 0 for itself."""
    return shift("weekdays", MONDAY, n) if n else MONDAY


def out(id_: str, period: date) -> int:
    row = series(id_)
    assert row
    return release_ms(row.release, period)


def row(id_: str, period: date, value: float, known_ms: int | None = None, *, provisional: bool = False) -> Observation:
    return Observation(id_, period.isoformat(), value, known_ms or out(id_, period), "x", provisional)


def move(*values: float | None) -> list[Observation]:
    """MOVE's closes of the weekdays from `MONDAY` on."""
    return [row("MOVE", day(n), value) for n, value in enumerate(values) if value is not None]


def wednesdays(id_: str, *values: float) -> list[Observation]:
    """A level in $M on the Wednesdays from 4 weeks before `MONDAY`'s week on."""
    first = date(2026, 2, 4)
    return [row(id_, first + timedelta(weeks=n), value) for n, value in enumerate(values)]


def quiet() -> list[Observation]:
    """What releases the verdict as it was told in autumn 2025: nothing."""
    flat = [
        row(id_, date(2025, 10, 1) + timedelta(weeks=n), value)
        for id_, value in (("WALCL", 6_600_000.0), ("WLCFLPCL", 6_600.0))
        for n in range(6)
    ]
    return [*flat, *(row("SRF", date(2025, 11, n), 0.0) for n in (3, 4, 5, 6, 7))]


def _shock(of: date, known_ms: int, on: bool) -> Shock:
    """A session with the close of its front contract."""
    return Shock(of, known_ms, on, (Used("CLJ26", Point(of, 80.0, known_ms, "yahoo")),))


def at(rows: Iterable[Observation], as_of_ms: int | None = None, stress: Stress = (), shocks: Shocks = ()) -> Verdict:
    """The verdict when the last of that has become known; every trigger of release was seen the autumn before."""
    given = [*rows]
    vintages = Vintages([*quiet(), *given])
    if as_of_ms is None:
        as_of_ms = max([*(one.known_ms for one in given), *(one[1] for one in (*stress, *shocks))], default=LATER)
    looks = [StressDay(day, known_ms, None if value is None else exactly(value)) for day, known_ms, value in stress]
    told = [one for one in looks if one.known_ms <= as_of_ms]
    now = NO_STRESS
    if told and told[-1].stress:
        given = Input("SOFR", told[-1].day, 4.0, told[-1].known_ms, "nyfed")
        value = told[-1].stress.least
        now = Reading("repo.stress", value, "", told[-1].day, told[-1].known_ms, "fresh", inputs=(given,))
    return verdict(
        vintages.known(as_of_ms), vintages.rows, looks, [_shock(*one) for one in shocks], RULE, stress_now=now
    )


def states(found: Verdict) -> list[tuple[date, str]]:
    return [(change.day, change.after) for change in found.changes]


def trigger(found: Verdict, name: str) -> Trigger:
    return next(one for one in found.triggers if one.name == name)


# ---- arming


def test_a_close_of_move_above_130_arms_and_130_itself_does_not() -> None:
    assert at(move(100.0, 130.0)).state.value == "NO-TRADE"
    found = at(move(100.0, 130.0, 130.01))
    assert found.state.value == "ARMED"
    assert found.changes == (
        Change(
            day(2), new_york_ms(day(2), "18:00"), "NO-TRADE", "ARMED", "move", "MOVE closed at 130.01 on 2026-03-04"
        ),
    )
    assert found.state.words[:3] == (
        "ARMED, 4 of 6 triggers seen",
        "ARMED since 2026-03-04: MOVE closed at 130.01 on 2026-03-04",
        "0 of 20 business days without a trigger",
    )


def test_move_counts_from_when_its_close_was_known() -> None:
    rows = [*move(100.0), row("MOVE", day(1), 140.0, new_york_ms(day(2), "00:20"))]
    assert at(rows, new_york_ms(day(2), "00:19")).state.value == "NO-TRADE"
    found = at(rows, new_york_ms(day(2), "00:20"))
    assert (found.state.value, found.changes[0].day) == ("ARMED", day(1))


def test_where_move_stands_while_the_market_is_open_is_no_close() -> None:
    open_ = row("MOVE", day(1), 140.0, new_york_ms(day(1), "11:00"), provisional=True)
    found = at([*move(100.0), open_], new_york_ms(day(1), "12:00"))
    assert found.state.value == "NO-TRADE"
    armer = trigger(found, "move")
    assert (armer.reading.value, armer.distance, armer.on) == (100.0, 30.0, False)
    assert armer.reading.words == ("closed at 100.00 on 2026-03-02", "140.00 on 2026-03-03, not closed")
    closed = row("MOVE", day(1), 125.0, new_york_ms(day(2), "00:20"))
    assert at([*move(100.0), open_, closed]).state.value == "NO-TRADE"


def test_a_close_that_is_revised_over_the_mark_arms_when_that_is_known() -> None:
    revised = row("MOVE", day(0), 131.0, new_york_ms(day(3), "09:00"))
    found = at([*move(129.0, 100.0), revised])
    assert [(change.day, change.known_ms) for change in found.changes] == [(day(0), new_york_ms(day(3), "09:00"))]


def test_a_close_that_is_revised_away_has_armed_all_the_same() -> None:
    revised = row("MOVE", day(0), 99.0, new_york_ms(day(3), "09:00"))
    assert at([*move(135.0, 100.0), revised]).state.value == "ARMED"


def test_a_close_that_comes_to_light_after_its_twenty_days_is_no_news() -> None:
    rows = move(100.0, None, *[100.0] * 30)
    old = row("MOVE", day(1), 150.0, new_york_ms(day(22), "12:00"))
    recent = row("MOVE", day(1), 150.0, new_york_ms(day(21), "12:00"))
    assert at([*rows, old], new_york_ms(day(22), "13:00")).state.value == "NO-TRADE"
    assert at([*rows, recent], new_york_ms(day(22), "13:00")).state.value == "ARMED"


def test_repo_stress_of_75_arms() -> None:
    known = new_york_ms(day(1), "08:00")
    assert at([], stress=[(day(0), known, 74.9)]).state.value == "NO-TRADE"
    found = at([], stress=[(day(0), known, 75.0)])
    assert found.changes[0].cause == "repo stress 75.0 on 2026-03-02"
    assert at([], known - 1, stress=[(day(0), known, 75.0)]).state.value is None


def test_an_oil_shock_arms() -> None:
    found = at([], shocks=[(day(0), new_york_ms(day(0), "18:00"), False), (day(1), new_york_ms(day(1), "18:00"), True)])
    assert (found.state.value, found.changes[0].trigger, found.changes[0].day) == ("ARMED", "oil", day(1))
    assert trigger(found, "oil").reading.value == "shock"


# ---- releasing

QUIET = [100.0]
ASSETS = [6_600_000.0, 6_610_000, 6_620_000, 6_630_000, 6_640_000]
"""To 2026-03-04: up 40 $bn in four weeks."""


@pytest.mark.parametrize(("level", "after"), [(6_709_999.0, "ARMED"), (6_710_000.0, "RELEASED")])
def test_fed_assets_up_100_billion_in_four_weeks_release(level: float, after: str) -> None:
    found = at([*move(140.0), *wednesdays("WALCL", *ASSETS, level)])
    assert found.state.value == after
    if after == "RELEASED":
        assert states(found) == [(day(0), "ARMED"), (date(2026, 3, 11), "RELEASED")]
        assert found.changes[1].known_ms == new_york_ms(date(2026, 3, 12), "16:30")
        assert found.changes[1].cause == "Fed assets +100.0 $bn in 4 weeks to 2026-03-11"
        assert trigger(found, "assets").distance == 0.0


def test_primary_credit_up_50_billion_in_two_weeks_releases() -> None:
    found = at([*move(140.0), *wednesdays("WLCFLPCL", 5_000, 5_000, 5_000, 5_000, 54_999)])
    assert (found.state.value, trigger(found, "primary").distance) == ("ARMED", pytest.approx(0.001))
    found = at([*move(140.0), *wednesdays("WLCFLPCL", 5_000, 5_000, 5_000, 5_000, 55_000)])
    assert (found.state.value, found.changes[1].cause) == (
        "RELEASED",
        "primary credit +50.0 $bn in 2 weeks to 2026-03-04",
    )


def srf(*billions: float | None) -> list[Observation]:
    return [row("SRF", day(n), value * 1e9) for n, value in enumerate(billions) if value is not None]


def test_standing_repo_of_50_billion_on_three_of_five_days_releases() -> None:
    assert at([*move(140.0), *srf(60, 60, 49.9, 10, 49.9, 60)]).state.value == "ARMED"
    found = at([*move(140.0), *srf(60, 0, 50, 0, 50)])
    assert states(found)[1] == (day(4), "RELEASED")
    assert found.changes[1].cause == "standing repo of $50 bn on 3 of 5 days to 2026-03-06"
    assert (trigger(found, "srf").reading.value, trigger(found, "srf").distance) == (50.0, 0.0)


def test_standing_repo_of_a_day_that_is_missing_decides_nothing() -> None:
    found = at([*move(140.0), *srf(60, None, 60, 0, 0)])
    assert (found.state.value, trigger(found, "srf").on) == ("ARMED", None)
    assert trigger(found, "srf").reading.words == ("$50 bn or more on 2 of the last 5 days", "4 of 5 days known")
    assert trigger(at([*move(140.0), *srf(60, 0, 0, None, 0)]), "srf").on is False


def test_the_first_operation_of_a_day_can_only_add_to_it() -> None:
    noon = new_york_ms(day(2), "09:00")
    first = row("SRF", day(2), 55e9, noon, provisional=True)
    assert at([*move(140.0), *srf(60, 60), first], noon).state.value == "RELEASED"
    morning = new_york_ms(day(4), "09:00")
    little = row("SRF", day(4), 5e9, morning, provisional=True)
    assert trigger(at([*move(140.0), *srf(60, 60, 0, 0), little], morning), "srf").on is None
    assert trigger(at([*move(140.0), *srf(60, 0, 0, 0), little], morning), "srf").on is False


def test_a_release_while_nothing_is_armed_is_noted_and_changes_nothing() -> None:
    found = at([*move(100.0), *wednesdays("WALCL", *ASSETS, 6_720_000, 6_730_000)])
    assert (found.state.value, found.changes) == ("NO-TRADE", ())
    assert [(note.day, note.trigger) for note in found.noted] == [(date(2026, 3, 11), "assets")]
    assert found.noted[0].words == "Fed assets +110.0 $bn in 4 weeks to 2026-03-11: nothing was armed"


def test_what_was_known_before_the_arming_is_no_answer_to_it() -> None:
    rows = [*move(*[100.0] * 9, 140.0), *wednesdays("WALCL", *ASSETS, 6_720_000)]
    assert day(9) == date(2026, 3, 13), "the day after Fed assets of the 11th were out"
    found = at(rows, None, CALM, NO_SHOCK)
    assert (found.state.value, trigger(found, "assets").on) == ("ARMED", True)
    later = at([*rows, row("WALCL", date(2026, 3, 18), 6_730_000)], None, CALM, NO_SHOCK)
    assert states(later) == [(day(9), "ARMED"), (date(2026, 3, 18), "RELEASED")]


def test_of_what_is_known_at_once_what_arms_comes_first() -> None:
    at_once = new_york_ms(date(2026, 3, 12), "16:30")
    rows = [row("MOVE", date(2026, 3, 11), 140.0, at_once), *wednesdays("WALCL", *ASSETS, 6_720_000)]
    assert [after for _, after in states(at(rows))] == ["ARMED", "RELEASED"]


def test_once_released_what_arms_again_changes_nothing_but_how_long_it_lasts() -> None:
    rows = [*move(140.0, *[100.0] * 9, 150.0), *wednesdays("WALCL", *ASSETS, 6_720_000)]
    found = at(rows, new_york_ms(day(10), "19:00"))
    assert (found.state.value, found.quiet_days) == ("RELEASED", 0)
    again = at([*rows, row("WALCL", date(2026, 3, 18), 6_800_000)])
    assert [after for _, after in states(again)] == ["ARMED", "RELEASED"]


def test_price_is_not_looked_at() -> None:
    rows = [*move(140.0), *wednesdays("WALCL", *ASSETS)]
    bounce = [Observation("BTC", day(n).isoformat(), 60_000.0 * 1.1**n, out("BTC", day(n)), "x") for n in range(9)]
    known = new_york_ms(day(9), "20:00")
    assert at([*rows, *bounce], known) == at(rows, known)


# ---- ending


def test_it_ends_after_twenty_business_days_without_a_trigger() -> None:
    closes = [140.0, *[100.0] * 20]
    assert at(move(*closes[:20])).quiet_days == 19
    found = at(move(*closes))
    assert states(found) == [(day(0), "ARMED"), (day(20), "NO-TRADE")]
    assert found.changes[1].cause == (
        "20 business days without a trigger, the last: MOVE closed at 140.00 on 2026-03-02"
    )
    assert found.quiet_days is None


def test_each_trigger_begins_the_count_anew() -> None:
    found = at(move(140.0, *[100.0] * 19, 131.0, *[100.0] * 19))
    assert (found.state.value, found.quiet_days) == ("ARMED", 19)


def test_a_release_ends_twenty_business_days_after_its_last_trigger_too() -> None:
    levels = [*ASSETS, 6_720_000, 6_640_000, 6_640_000, 6_640_000, 6_640_000]
    rows = [*move(140.0, *[100.0] * 40), *wednesdays("WALCL", *levels)]
    found = at(rows)
    assert states(found) == [(day(0), "ARMED"), (date(2026, 3, 11), "RELEASED"), (date(2026, 4, 8), "NO-TRADE")]


def test_a_verdict_stays_when_its_data_vanish() -> None:
    rows = move(140.0, *[100.0] * 5)
    found = at(rows, new_york_ms(date(2026, 9, 1), "12:00"))
    assert (found.state.value, found.state.state, found.quiet_days) == ("ARMED", "stale", 5)
    assert "without MOVE: none since 2026-03-09: days without it do not count" in found.state.words


def test_another_input_that_goes_on_does_not_stand_for_the_one_that_is_lost() -> None:
    calm = [(day(n), new_york_ms(day(n + 1), "08:00"), 10.0) for n in range(60)]
    found = at(move(140.0), new_york_ms(day(61), "12:00"), stress=calm)
    assert (found.state.value, found.quiet_days) == ("ARMED", 0)


def test_days_that_are_not_known_do_not_count() -> None:
    holes = [140.0, *[100.0] * 10, None, None, None, *[100.0] * 9]
    assert at(move(*holes)).quiet_days == 19
    assert states(at(move(*holes, 100.0)))[-1] == (day(23), "NO-TRADE")


def test_days_of_repo_stress_that_cannot_be_told_do_not_count() -> None:
    days_ = [(day(n), new_york_ms(day(n + 1), "08:00"), value) for n, value in enumerate([80.0, *[None] * 30, 20.0])]
    found = at([], stress=days_)
    assert (found.state.value, found.quiet_days) == ("ARMED", 1)


def test_a_revision_is_not_another_day() -> None:
    again = [row("MOVE", day(1), 100.0 + n / 10, new_york_ms(day(2), "00:20") + n) for n in range(1, 40)]
    assert at([*move(140.0, 100.0), *again]).quiet_days == 1


# ---- what there is to see


def test_each_trigger_has_its_value_its_threshold_and_its_distance() -> None:
    known = new_york_ms(date(2026, 3, 6), "20:00")
    rows = [
        *move(*[92.1] * 5),
        *wednesdays("WALCL", *ASSETS),
        *wednesdays("WLCFLPCL", 5_000, 5_000, 5_000, 5_000, 6_500),
        *srf(0, 0, 1, 2, 0.5),
        row("CLJ26", day(4), 80.0),
    ]
    stress = [(day(3), new_york_ms(day(4), "08:00"), 41.5)]
    shocks = [(day(4), new_york_ms(day(4), "18:00"), False)]
    found = at(rows, known, stress, shocks)
    told = [
        (one.name, one.arms, one.reading.value, one.reading.unit, one.sign, one.threshold, one.distance)
        for one in found.triggers
    ]
    assert told == [
        ("move", True, 92.1, "", ">", 130.0, 37.9),
        ("oil", True, "no shock", "", "", None, None),
        ("stress", True, 41.5, "", ">=", 75.0, 33.5),
        ("assets", False, 40.0, "$bn", ">=", 100.0, 60.0),
        ("srf", False, 0.5, "$bn", ">=", 50.0, 49.5),
        ("primary", False, 1.5, "$bn", ">=", 50.0, 48.5),
    ]
    assert {(one.on, one.last, one.reading.state) for one in found.triggers} == {(False, None, "fresh")}
    assert (found.state.value, found.state.quality, found.state.state) == ("NO-TRADE", "exact", "fresh")
    assert found.state.words == (
        "nothing has armed it since 2018-01-01",
        "MOVE 92.1, arms at > 130",
        "repo stress 41.5, arms at >= 75",
    )


def test_without_anything_that_would_arm_it_there_is_no_verdict() -> None:
    found = at([*wednesdays("WALCL", *ASSETS), *srf(0, 0, 0, 0, 0)])
    assert (found.state.value, found.state.state) == (None, "none")
    assert found.state.words[0] == "nothing that would arm it is known"
    assert "without MOVE: no close is known" in found.state.said("lacks")


def test_a_verdict_without_a_part_is_partial_and_names_it() -> None:
    found = at(move(100.0), new_york_ms(day(0), "19:00"))
    assert (found.state.value, found.state.quality) == ("NO-TRADE", "partial")
    assert found.state.missing == ("CL*", "SOFR")
    assert found.state.words[0] == "NO-TRADE, 4 of 6 triggers seen"
    assert "without oil shock: no session's label is known" in found.state.words


def test_fed_assets_without_the_wednesday_four_weeks_before_are_not_zero() -> None:
    found = trigger(at([*move(100.0), *wednesdays("WALCL", *ASSETS[:4])]), "assets")
    assert (found.reading.value, found.on, found.distance) == (None, None, None)
    assert found.reading.words == ("that of 2026-01-28 is not known",)


def test_repo_stress_that_is_lost_does_not_undo_that_it_was_known() -> None:
    stress = [(day(0), new_york_ms(day(1), "08:00"), 20.0), (day(1), new_york_ms(day(2), "08:00"), None)]
    found = at([], new_york_ms(day(2), "12:00"), stress)
    assert found.state.value == "NO-TRADE"
    assert trigger(found, "stress").on is None
    assert trigger(found, "stress").reading.words == ("SOFR is not known",)


@pytest.mark.parametrize("seed", range(6))
def test_a_look_back_to_any_time_has_the_changes_until_then(seed: int) -> None:
    random = Random(seed)
    rows = []
    for n in range(300):
        late = random.choice((0, 0, 0, 9 * 86_400_000))
        high, taken = random.random() < 0.02, random.random() < 0.1
        rows.append(row("MOVE", day(n), 140.0 if high else 95.0, out("MOVE", day(n)) + late))
        if business_day("repo", day(n)):
            rows.append(row("SRF", day(n), 60e9 if taken else 0.0))
    rows += wednesdays("WALCL", *(6_600_000 + 120_000 * (random.random() < 0.02) for _ in range(60)))
    whole = at(rows, 1 << 46)
    assert len(whole.changes) > 3
    for _ in range(20):
        known = random.randrange(out("MOVE", MONDAY), out("MOVE", day(300)))
        expected = tuple(change for change in whole.changes if change.known_ms <= known)
        assert at(rows, known).changes == expected
        assert at([one for one in rows if one.known_ms <= known], known).changes == expected


def test_rules_that_nothing_can_fulfil_are_refused() -> None:
    with pytest.raises(ValueError, match="srf_hits"):
        VerdictRule(srf_hits=6)
    with pytest.raises(ValueError, match="quiet_days"):
        VerdictRule(quiet_days=0)
