"""The regime week by week: labels, two closes for a change, and nothing that was not known when a week closed."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest

from feeds.calendars import day_end_ms, new_york_day, new_york_ms, release_ms
from feeds.facts import Observation
from feeds.series import series
from feeds.signals.by_date import WEEKS_13
from feeds.signals.liquidity import change_13w, net
from feeds.signals.past import Past
from feeds.signals.regime import regime
from feeds.signals.risk import composite
from feeds.signals.thresholds import DriversRule, RegimeRule
from feeds.signals.weeks import Course, timeline
from feeds.topics.regime import Regime, RegimeLabel, RegimeWeek
from feeds.vintages import Known, Vintages

RULE = DriversRule(risk_least_parts=1, risk_apart_z=0.0)
"""Risk appetite by the VIX alone: what is missing is taken to say the same."""
FIRST = date(2026, 1, 7)
"""A Wednesday; net liquidity is given from 13 weeks before it on."""
WEEKLY = RegimeRule(since=FIRST)
LATER = 1 << 50
CALM, SCARED, NEITHER = 14.0, 60.0, 20.0
"""Values of the VIX, of which the weeks before are 10 and 30 in turn."""
UP, FLAT, DOWN = 5_100.0, 5_010.0, 4_900.0
"""Net liquidity in $bn against 5,000: +2, +0.2 and -2 percent in 13 weeks."""


def week(n: int) -> date:
    return FIRST + timedelta(weeks=n)


def released(day: date) -> int:
    row = series("WALCL")
    assert row
    return release_ms(row.release, day)


def wednesday(day: date, bn: float, vix: float | None, known_ms: int | None = None) -> list[Observation]:
    """Net liquidity of a Wednesday, as the Fed brings it out on Thursday, and the VIX of the day."""
    at, iso = known_ms or released(day), day.isoformat()
    rows = [
        Observation("WALCL", iso, (bn + 900) * 1000, at, "fred"),
        Observation("WDTGAL", iso, 800_000, at, "fred"),
        Observation("RRPONTSYD", iso, 100.0, new_york_ms(day, "14:00"), "nyfed"),
    ]
    return rows if vix is None else [*rows, Observation("VIXCLS", iso, vix, new_york_ms(day, "18:00"), "cboe")]


def before() -> list[Observation]:
    """The 13 weeks before, flat at 5,000, and a year of the VIX."""
    flat = [row for n in range(-13, 0) for row in wednesday(week(n), 5_000, None)]
    return [
        *flat,
        *(
            Observation("VIXCLS", week(n).isoformat(), 20 - 4 * (-1) ** n, new_york_ms(week(n), "18:00"), "cboe")
            for n in range(-52, 0)
        ),
    ]


def world(*weeks: tuple[float, float | None], more: Iterable[Observation] = ()) -> Vintages:
    """One week after another from `FIRST` on, each with net liquidity and the VIX, and rows besides."""
    given = [row for n, (bn, vix) in enumerate(weeks) for row in wednesday(week(n), bn, vix)]
    return Vintages([*before(), *given, *more])


def closes(vintages: Vintages, as_of_ms: int = LATER, rule: RegimeRule = WEEKLY) -> list[RegimeWeek]:
    return [close.week for close in timeline(vintages.rows, as_of_ms, RULE, rule)]


def page(vintages: Vintages, as_of_ms: int) -> Regime:
    return regime(vintages.known(as_of_ms), vintages.rows, RULE, WEEKLY)


def after(*weeks: tuple[float, float | None]) -> Regime:
    return page(world(*weeks), released(week(len(weeks) - 1)))


@pytest.mark.parametrize(
    ("bn", "vix", "label", "pushes"),
    [
        (UP, CALM, "easy", (1, 1)),
        (UP, SCARED, "repair", (1, -1)),
        (DOWN, CALM, "late", (-1, 1)),
        (DOWN, SCARED, "drain", (-1, -1)),
        (FLAT, CALM, "mixed", (0, 1)),
        (UP, NEITHER, "mixed", (1, 0)),
        (UP, None, None, (1, None)),
    ],
)
def test_the_label_goes_by_both_pushes(
    bn: float, vix: float | None, label: str | None, pushes: tuple[int | None, int | None]
) -> None:
    vintages = world((bn, vix))
    if vix is None:
        vintages = Vintages(row for row in wednesday_rows(vintages) if row.series != "VIXCLS")
    (only,) = closes(vintages)
    assert (only.raw, only.label, only.liquidity, only.risk) == (label, label, *pushes)
    assert (only.day, only.known_ms) == (FIRST, new_york_ms(date(2026, 1, 8), "16:30"))
    assert only.netliq == pytest.approx((bn / 5_000 - 1) * 100)


def wednesday_rows(vintages: Vintages) -> list[Observation]:
    return [row for name in vintages.series() for row in vintages.rows(name)]


def test_a_change_needs_two_weekly_closes_in_a_row() -> None:
    found = closes(world((UP, CALM), (DOWN, SCARED), (UP, CALM), (DOWN, SCARED), (DOWN, SCARED), (DOWN, SCARED)))
    assert [one.raw for one in found] == ["easy", "drain", "easy", "drain", "drain", "drain"]
    assert [one.label for one in found] == ["easy", "easy", "easy", "easy", "drain", "drain"]


def test_two_weeks_that_say_different_things_change_nothing() -> None:
    found = closes(world((UP, CALM), (DOWN, SCARED), (UP, SCARED), (DOWN, SCARED), (UP, SCARED)))
    assert {one.label for one in found} == {"easy"}


def test_a_week_that_is_read_again_and_revised_is_still_one_close() -> None:
    again = [
        Observation("WALCL", week(1).isoformat(), 5_800_000 - n, released(week(1)) + n * 60_000, "fred")
        for n in range(1, 30)
    ]
    vintages = world((UP, CALM), (DOWN, SCARED), more=again)
    assert [(one.day, one.label) for one in closes(vintages)] == [(week(0), "easy"), (week(1), "easy")]
    found = page(vintages, released(week(1)) + 3_600_000)
    assert (found.label.value, found.pending) == ("easy", "drain at 1 of 2 weekly closes")


def test_a_week_without_a_close_may_have_said_anything() -> None:
    rows = [
        *before(),
        *wednesday(week(0), UP, CALM),
        *wednesday(week(1), DOWN, SCARED),
        *wednesday(week(3), DOWN, SCARED),
    ]
    assert [one.label for one in closes(Vintages(rows))] == ["easy", "easy", None]
    found = page(Vintages(rows), released(week(3)))
    assert (found.label.value, found.label.period, found.pending) == ("easy", week(1), "")
    rows += wednesday(week(4), DOWN, SCARED)
    assert closes(Vintages(rows))[-1].label == "drain"


@pytest.mark.parametrize(
    ("said", "held"),
    [
        (("easy", None, "easy"), ("easy", "easy", "easy")),
        (("easy", None, None, "easy", "easy"), ("easy", "easy", None, None, "easy")),
        (("easy", "drain", None, "drain", "drain"), ("easy", "easy", None, None, "drain")),
        (("easy", "drain", None, "easy"), ("easy", "easy", None, None)),
        (("easy", None, "drain", "drain"), ("easy", "easy", None, "drain")),
        ((None, "easy", "easy"), (None, None, "easy")),
    ],
)
def test_a_close_that_cannot_be_told_neither_confirms_a_change_nor_breaks_it(
    said: tuple[RegimeLabel | None, ...], held: tuple[RegimeLabel | None, ...]
) -> None:
    course = Course(WEEKLY)
    assert tuple(course.after(week(n), raw) for n, raw in enumerate(said)) == held


@pytest.mark.parametrize("closes_", [1, 2, 3])
def test_whatever_the_closes_that_cannot_be_told_said_no_other_label_would_hold(closes_: int) -> None:
    rule, random = RegimeRule(since=FIRST, closes=closes_), Random(closes_)
    for _ in range(300):
        said = [random.choice(("easy", "easy", "drain", "mixed")) for _ in range(12)]
        lost = [one if random.random() < 0.8 else None for one in said]
        whole, partly = Course(rule), Course(rule)
        for n, (one, other) in enumerate(zip(said, lost, strict=True)):
            held = whole.after(week(n), one)  # type: ignore[arg-type]
            assert partly.after(week(n), other) in (held, None)  # type: ignore[arg-type]


def test_the_newest_close_that_cannot_be_told_leaves_the_label_of_the_one_before_it() -> None:
    rows = [*wednesday_rows(world((UP, CALM), (UP, CALM))), *wednesday(week(2), UP, CALM)]
    rows = [row for row in rows if not (row.series == "WDTGAL" and row.period == week(2).isoformat())]
    at = released(week(2)) + 24 * 3_600_000
    found = page(Vintages(rows), at).label
    assert (found.value, found.period, found.state, found.quality) == ("easy", week(1), "late", "partial")
    assert found.said("older") == ("easy as of the close of 2026-01-14",)
    assert found.said("lacks")[0] == "the close of 2026-01-21 cannot be told: 13-week net liquidity not known"
    assert found.said("since") == ()
    month = page(Vintages(rows), at + 14 * 86_400_000).label
    assert (month.value, month.state) == ("easy", "stale"), "so old that nothing is to be done by it"
    year = page(Vintages(rows), at + 90 * 86_400_000).label
    assert (year.value, year.state) == (None, "none")
    assert year.words[0] == "easy as of the close of 2026-01-14"
    assert year.words[1].startswith("the close of 2026-01-21 cannot be told")


def test_where_no_close_was_ever_told_there_is_no_label_and_a_reason() -> None:
    rows = [row for row in wednesday_rows(world(*[(UP, CALM)] * 3)) if row.series != "WDTGAL"]
    found = page(Vintages(rows), released(week(2)) + 24 * 3_600_000)
    assert (found.label.value, found.label.state, found.label.quality) == (None, "none", None)
    assert found.label.words[0] == "the close of 2026-01-21 cannot be told: 13-week net liquidity not known"
    assert {one.label for one in found.timeline} == {None}
    assert found.pending == ""


def test_risk_appetite_that_spans_an_edge_tells_nothing_of_a_close() -> None:
    near = DriversRule(risk_least_parts=1, risk_apart_z=1.0)
    (only,) = (close.week for close in timeline(world((UP, CALM)).rows, LATER, near, WEEKLY))
    assert only.z == pytest.approx(-1.4552, abs=1e-4)
    assert (only.z_least, only.z_most) == (pytest.approx(-2.2552, abs=1e-4), pytest.approx(-0.6552, abs=1e-4))
    assert (only.raw, only.risk) == ("easy", 1), "four of five parts may be 1 higher, which is 0.8 of the mean"
    vintages = world((UP, CALM))
    (wide,) = (close.week for close in timeline(vintages.rows, LATER, DriversRule(risk_least_parts=1), WEEKLY))
    assert (wide.raw, wide.label, wide.risk, wide.liquidity) == (None, None, None, 1)
    found = regime(vintages.known(wide.known_ms), vintages.rows, DriversRule(risk_least_parts=1), WEEKLY)
    assert found.label.value is None
    assert "risk appetite, mean z, between -3.06 and +0.14: no push can be told" in found.label.words[0]
    needs = [need for flip in found.flips for need in flip.needs if need.name == "risk.z"]
    assert {need.distance for need in needs} == {None}
    assert found.flips[0].words.endswith("now between -3.06 and +0.14, at 2 weekly closes")


def test_a_part_that_is_late_at_a_close_is_none_of_that_week() -> None:
    rows = wednesday_rows(world((UP, CALM), (UP, CALM)))
    rows = [row for row in rows if not (row.series == "VIXCLS" and row.period == week(1).isoformat())]
    found = closes(Vintages(rows))
    assert [(one.raw, one.parts) for one in found] == [("easy", 1), (None, 0)]
    part = composite(Vintages(rows).known(released(week(1))), week(1), RULE, late=False).parts[0]
    assert part.why == "late, the last is of 2026-01-07"


def test_while_the_past_is_read_there_is_no_regime() -> None:
    vintages = world((UP, CALM))
    at = released(week(0))
    known = Known(at, vintages.known(at).points, vintages.series, {"NFCI"}, (38, 91))
    found = regime(known, vintages.rows, RULE, WEEKLY)
    assert (found.label.value, found.label.words) == (None, ("reading the past, 38 of 91 pages",))
    assert (found.timeline, found.flips, found.pending, found.changed) == ((), (), "", ())
    other = Known(at, vintages.known(at).points, vintages.series, {"SPY"}, (38, 91))
    assert regime(other, vintages.rows, RULE, WEEKLY).label.value == "easy"


def test_more_closes_can_be_asked_for() -> None:
    weeks = [(UP, CALM), *[(DOWN, SCARED)] * 3]
    assert [one.label for one in closes(world(*weeks), rule=RegimeRule(since=FIRST, closes=3))] == [
        "easy", "easy", "easy", "drain",
    ]  # fmt: skip
    assert closes(world(*weeks), rule=RegimeRule(since=FIRST, closes=1))[1].label == "drain"
    with pytest.raises(ValueError, match="1 or more"):
        RegimeRule(closes=0)


# ---- when a week closes


def test_a_week_closes_when_its_last_part_is_known() -> None:
    late = released(week(0)) + 40_000
    rows = [row for row in wednesday(week(0), UP, CALM) if row.series != "WDTGAL"]
    rows.append(Observation("WDTGAL", FIRST.isoformat(), 800_000, late, "fred"))
    vintages = Vintages([*before(), *rows])
    assert closes(vintages, late - 1) == []
    (only,) = closes(vintages, late)
    assert (only.known_ms, only.label) == (late, "easy")


def test_a_part_that_does_not_come_is_waited_for_a_day_and_then_it_is_missing() -> None:
    rows = [row for row in wednesday(week(0), UP, CALM) if row.series != "WDTGAL"]
    at = released(week(0)) + 24 * 3_600_000
    late = Observation("WDTGAL", FIRST.isoformat(), 800_000, at + 1, "fred")
    vintages = Vintages([*before(), *rows, late])
    assert closes(vintages, at - 1) == []
    (only,) = closes(vintages)
    assert (only.known_ms, only.raw, only.liquidity, only.netliq, only.risk) == (at, None, None, None, 1)
    found = page(vintages, at)
    assert "net liquidity" in found.label.missing
    assert (found.label.value, found.label.words[1]) == (None, "13-week net liquidity not known")


def test_a_week_that_closes_after_a_later_one_is_passed_over() -> None:
    late = released(week(2)) + 1
    rows = [*before(), *wednesday(week(0), UP, CALM), *wednesday(week(2), UP, CALM)]
    rows += wednesday(week(1), DOWN, SCARED, late)
    found = closes(Vintages(rows))
    assert [(one.day, one.raw) for one in found] == [(week(0), "easy"), (week(2), "easy")]


def test_a_holiday_wednesday_closes_with_the_reverse_repo_of_the_day_before() -> None:
    veterans = date(2026, 11, 11)
    start = veterans - timedelta(weeks=13)
    rows = [
        *wednesday(start, 5_000, None),
        *(row for row in wednesday(veterans, UP, None) if row.series != "RRPONTSYD"),
    ]
    rows.append(Observation("RRPONTSYD", "2026-11-10", 100.0, new_york_ms(date(2026, 11, 10), "14:00"), "nyfed"))
    (only,) = closes(Vintages(rows), rule=RegimeRule(since=veterans))
    assert (only.day, only.netliq, only.known_ms) == (
        veterans,
        pytest.approx(2.0),
        new_york_ms(date(2026, 11, 12), "16:30"),
    )


# ---- what was known when


def test_a_later_revision_does_not_change_an_earlier_week() -> None:
    weeks = [(UP, CALM), (UP, CALM), (UP, CALM)]
    first = closes(world(*weeks))
    revised = [Observation("WALCL", week(n).isoformat(), 5_700_000, released(week(1)) + 1, "fred") for n in (0, 1)] + [
        Observation("VIXCLS", week(0).isoformat(), 65.0, released(week(1)) + 1, "cboe")
    ]
    again = closes(world(*weeks, more=revised))
    assert again[:2] == first[:2]
    assert again[2].z != first[2].z, "a revision counts in the weeks that close after it"


def test_what_came_out_after_the_close_is_not_in_it() -> None:
    next_day = Observation("VIXCLS", "2026-01-08", SCARED, new_york_ms(date(2026, 1, 8), "18:00"), "cboe")
    soon = Observation("VIXCLS", "2026-01-08", SCARED, new_york_ms(date(2026, 1, 8), "12:00"), "cboe")
    plain = closes(world((UP, CALM)))
    assert closes(world((UP, CALM), more=[next_day])) == plain
    assert closes(world((UP, CALM), more=[soon])) == plain, "a week is of its Wednesday"


def random_world(random: Random, weeks: int) -> Vintages:
    """Weeks with parts that come late or not at all, and revisions of what has been."""
    rows = before()
    for n in range(weeks):
        for row in wednesday(week(n), random.choice((UP, FLAT, DOWN)), random.choice((CALM, SCARED, NEITHER))):
            if random.random() < 0.05:
                continue
            delay = random.choice((0, 0, 0, 60_000, 30 * 3_600_000, 9 * 86_400_000))
            rows.append(Observation(row.series, row.period, row.value, row.known_ms + delay, row.source))
            if random.random() < 0.2:
                at = row.known_ms + delay + random.randrange(1, 40 * 86_400_000)
                rows.append(Observation(row.series, row.period, row.value * random.uniform(0.9, 1.1), at, row.source))
    return Vintages(rows)


@pytest.mark.parametrize("seed", range(5))
def test_a_look_back_to_any_time_is_the_timeline_until_then(seed: int) -> None:
    random = Random(seed)
    vintages = random_world(random, 60)
    whole = closes(vintages)
    assert len(whole) > 40
    for _ in range(15):
        at = random.randrange(released(week(0)), released(week(62)))
        until = Vintages(row for row in wednesday_rows(vintages) if row.known_ms <= at)
        expected = [one for one in whole if one.known_ms <= at]
        assert closes(vintages, at) == expected
        assert closes(until, at) == expected, "rows of later make no difference"
        if told := [one for one in expected if one.raw and one.label]:
            label = page(until, at).label
            if new_york_day(at) - told[-1].day <= WEEKS_13:
                assert (label.value, label.period) == (told[-1].label, told[-1].day)
            else:
                assert label.value is None


@pytest.mark.parametrize("seed", range(3))
def test_each_week_says_what_a_look_back_to_its_close_says(seed: int) -> None:
    vintages = random_world(Random(seed), 40)
    for one in closes(vintages):
        known = vintages.known(one.known_ms)
        now = net(known, one.day)
        moved = change_13w(known, now)[0] if now else None
        assert (one.netliq, one.z) == (moved, composite(known, one.day, RULE, late=False).z)


def test_asking_about_the_past_goes_forward_only() -> None:
    past = Past(world((UP, CALM)).rows, FIRST)
    known = past.at(released(FIRST))
    assert [point.value for point in known.points("WALCL")] == [6_000_000]
    later = past.at(released(week(1)))
    with pytest.raises(AssertionError, match="a later time"):
        known.points("WDTGAL")
    assert [point.period for point in later.points("VIXCLS")] == [FIRST]
    with pytest.raises(AssertionError, match="forward"):
        past.at(released(FIRST))


# ---- the page


def test_the_page_says_since_when_and_why() -> None:
    found = after((UP, CALM), (DOWN, SCARED), (DOWN, SCARED))
    assert (found.label.name, found.label.value, found.label.band) == ("regime.label", "drain", "drain")
    assert (found.label.period, found.label.known_ms) == (week(2), released(week(2)))
    assert found.label.words[:2] == ("drain since the weekly close of 2026-01-21", "13-week net liquidity -2.00 %: -1")
    assert found.label.words[3] == "risk appetite from 1 of 5 parts"
    assert (found.label.quality, found.label.missing) == ("partial", ("MOVE", "BAMLH0A0HYM2", "BAMLC0A0CM", "NFCI"))
    assert found.pending == ""
    assert [one.day for one in found.timeline] == [week(0), week(1), week(2)]


def test_the_distance_to_the_next_change_is_in_words_and_numbers() -> None:
    found = after((FLAT, SCARED))
    assert found.label.value == "mixed"
    nearest = found.flips[0]
    assert (nearest.label, len(nearest.needs)) == ("repair", 1)
    need = nearest.needs[0]
    assert (need.name, need.sign, need.threshold, need.unit) == ("netliq.13w", ">=", 1.0, "%")
    assert (need.now, need.distance) == (pytest.approx(0.2), pytest.approx(0.8))
    assert nearest.words == "flips to repair if 13-week net liquidity >= +1.00 %, now +0.20 %, at 2 weekly closes"
    drain = next(flip for flip in found.flips if flip.label == "drain")
    assert drain.words == "flips to drain if 13-week net liquidity <= -1.00 %, now +0.20 %, at 2 weekly closes"
    assert {flip.label for flip in found.flips} == {"easy", "repair", "late", "drain"}
    easy = next(flip for flip in found.flips if flip.label == "easy")
    assert [need.name for need in easy.needs] == ["netliq.13w", "risk.z"]


def test_a_label_that_holds_says_what_would_end_it() -> None:
    found = after((DOWN, SCARED))
    mixed = [flip for flip in found.flips if flip.label == "mixed"]
    assert [(flip.needs[0].name, flip.needs[0].sign, flip.needs[0].threshold) for flip in mixed] == [
        ("netliq.13w", ">", -1.0),
        ("risk.z", "<", 1.0),
    ]
    assert mixed[0].needs[0].distance == pytest.approx(1.0)


def test_a_change_that_waits_for_its_second_close_comes_first() -> None:
    found = after((UP, CALM), (DOWN, SCARED))
    assert found.pending == "drain at 1 of 2 weekly closes"
    assert (found.flips[0].label, found.flips[0].needs) == ("drain", ())
    assert found.flips[0].words == "drain if the next weekly closes say so again"


def test_what_is_not_known_is_not_called_near() -> None:
    rows = [row for row in wednesday_rows(world((UP, CALM))) if row.series != "VIXCLS"]
    found = page(Vintages(rows), released(week(0)))
    assert (found.label.value, found.label.words[2]) == (None, "risk appetite, mean z, not known")
    assert {(need.now, need.distance) for flip in found.flips for need in flip.needs if need.name == "risk.z"} == {
        (None, None)
    }
    assert "now not known" in found.flips[0].words


def test_what_the_newest_close_changed_is_said() -> None:
    found = after((UP, CALM), (DOWN, SCARED), (DOWN, SCARED))
    assert found.changed[:2] == ("since the close of 2026-01-14:", "risk appetite, mean z, +5.85 → +4.55")
    assert found.changed[-1] == "regime easy → drain"
    second = after((UP, CALM), (DOWN, SCARED)).changed
    assert second[1] == "13-week net liquidity +2.00 % → -2.00 %"
    assert second[3:] == ("push of liquidity +1 → -1", "push of risk +1 → -1")
    assert after((UP, CALM)).changed == ()


def test_with_nothing_known_there_is_no_regime() -> None:
    found = page(Vintages(), day_end_ms(date(2026, 8, 20)))
    assert (found.label.value, found.label.state, found.label.missing) == (None, "none", ("WALCL",))
    assert (found.pending, found.changed, found.flips, found.timeline) == ("", (), (), ())
    assert found.money.reading.value is None
    assert found.custody.value is None


def test_a_week_is_marked_where_a_number_of_it_was_read_only_afterwards() -> None:
    first, second = (new_york_ms(week(n), "08:30") for n in (0, 1))
    read_ms = released(week(1)) - 1
    nfci = [
        *(
            Observation("NFCI", week(n).isoformat(), 0.1 * (-1) ** n, new_york_ms(week(n), "08:30"), "fred")
            for n in RANGE
        ),
        Observation("NFCI", week(0).isoformat(), -0.5, first, "fred", read_ms=read_ms),
        Observation("NFCI", week(1).isoformat(), -0.4, second, "fred", read_ms=read_ms),
    ]
    vintages = world((UP, CALM), (UP, CALM), more=nfci)
    assert [one.later for one in closes(vintages)] == [True, False]
    read = {one.quality for one in page(vintages, released(week(0))).label.inputs if one.series == "NFCI"}
    assert read == {"later"}


RANGE = range(-52, 0)
