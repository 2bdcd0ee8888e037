"""What is doubted of a series, what passes, and what confirms a value that was doubted."""

from datetime import date, timedelta

import pytest

from feeds.doubt import Row, judge
from feeds.facts import Observation
from feeds.magnitude import factor
from feeds.series import Series, series
from feeds.simulate.slow import SlowWorld, scene
from feeds.slow import Slow, known_ms
from feeds.sources import SOURCES
from feeds.vintages import Vintages

NOW_MS = 1_795_132_800_000
"""The evening of 2026-11-19 in New York."""
LATER_MS = 1_800_000_000_000
DAY_MS = 86_400_000


def of(id_: str) -> Series:
    row = series(id_)
    assert row is not None
    return row


def seen(id_: str, period: str, value: float, source: str = "", at_ms: int | None = None) -> Observation:
    """A value that is known since it was due, or since `at_ms`."""
    row = of(id_)
    since_ms = known_ms(row, date.fromisoformat(period), LATER_MS) if at_ms is None else at_ms
    return Observation(id_, period, value, since_ms, source or row.sources[0])


def told(id_: str, first: str, step: int, *values: float) -> list[Observation]:
    """One value after another, so many days apart."""
    day = date.fromisoformat(first)
    return [seen(id_, (day + timedelta(step * n)).isoformat(), value) for n, value in enumerate(values)]


def used(rows: Vintages, id_: str, at_ms: int = LATER_MS) -> list[float]:
    return [point.value for point in rows.points(id_, at_ms)]


def doubted(rows: Vintages, id_: str) -> list[float]:
    """What waits to be confirmed."""
    return [point.value for point, doubt in rows.doubts(id_) if doubt.since_ms is None]


# --- what passes


@pytest.mark.parametrize(
    ("id_", "step", "values"),
    [
        pytest.param("SRF", 1, (0, 0, 74.6e9, 0), id="standing repo from nothing to 74.6 bn"),
        pytest.param("RRPONTSYD", 1, (3.6, 2.5, 105.0), id="reverse repo at a quarter's end"),
        pytest.param("CL=F", 1, (18.27, -37.63, 10.01), id="the front oil contract below zero"),
        pytest.param("CLK20", 1, (18.27, -37.63, 10.01), id="one oil contract below zero"),
        pytest.param("BTC", 1, (10_000, 4_000), id="a fall of 60 %"),
        pytest.param("SOFR", 1, (2.2, 2.43, 5.25, 2.55), id="SOFR in September 2019"),
        pytest.param("SOFR99", 1, (2.6, 9.0, 2.8), id="its 99th percentile"),
        pytest.param("EFFR", 1, (1.1, 1.1, 0.25, 0.1, 0.05), id="rates in March 2020"),
        pytest.param("SOFR", 1, (1.1, 0.10, 0.01, 0.03), id="rates near zero"),
        pytest.param("DFEDTARL", 1, (1.0, 1.0, 0.0), id="a target of zero"),
        pytest.param("DFII5", 1, (0.1, -0.02, 0.05), id="a real yield that passes zero"),
        pytest.param("VIXCLS", 1, (17.3, 37.3), id="VIX in February 2018"),
        pytest.param("ICSA", 7, (282_000, 3_307_000, 6_867_000), id="claims in March 2020"),
        pytest.param("UNRATE", 31, (3.5, 4.4, 14.8), id="unemployment in April 2020"),
        pytest.param("WLCFLPCL", 7, (4_581, 152_853, 110_248), id="the discount window in March 2023"),
        pytest.param("SWPT", 7, (45, 206_051, 327_751), id="swap lines in March 2020"),
        pytest.param("TGA", 1, (48_512, 22_892, 150_000), id="the Treasury's account after a debt limit"),
        pytest.param("ETF.IBIT", 1, (0.0, 1_119.9, -0.1, -430.8), id="flows of a fund"),
    ],
)
def test_what_has_happened_passes(id_: str, step: int, values: tuple[float, ...]) -> None:
    rows = Vintages(told(id_, "2020-03-02", step, *values))
    assert used(rows, id_) == list(values)
    assert doubted(rows, id_) == []
    by_one = [Row(n, n, value, "a") for n, value in enumerate(values)]
    assert judge(of(id_), by_one) == {}, "nor when it is looked at closely"


def test_a_weekly_re_estimate_of_the_whole_index_passes() -> None:
    before = told("NFCI", "2026-01-02", 7, -0.52, -0.50, -0.47, -0.55, -0.51)
    at_ms = before[-1].known_ms + 7 * DAY_MS
    again = [
        seen("NFCI", row.period, value, at_ms=at_ms)
        for row, value in zip(before, (-0.49, -0.46, -0.45, -0.50, -0.49), strict=True)
    ]
    rows = Vintages([*before, *again])
    assert used(rows, "NFCI") == [-0.49, -0.46, -0.45, -0.50, -0.49]


def test_the_yearly_benchmark_of_all_payrolls_passes() -> None:
    months = [f"2025-{month:02}-01" for month in range(1, 13)]
    before = [seen("PAYEMS", month, 159_000.0 + 50 * n) for n, month in enumerate(months)]
    again = [seen("PAYEMS", row.period, round(row.value * 0.995), at_ms=LATER_MS - 1) for row in before]
    rows = Vintages([*before, *again])
    assert used(rows, "PAYEMS") == [one.value for one in again]


# --- what is doubted


def test_a_hundredfold_close_of_one_day_is_shown_and_not_used() -> None:
    rows = Vintages(told("BTC", "2026-03-02", 1, 64_000, 65_000, 6_500_000, 66_000))
    assert used(rows, "BTC") == [64_000, 65_000, 66_000]
    ((point, doubt),) = rows.doubts("BTC")
    assert (point.period, point.value, doubt.since_ms) == (date(2026, 3, 4), 6_500_000, None)
    assert doubt.why == (
        "6,500,000 $ after 65,000 of 2026-03-03, 100 times as much: another unit? It waits for another publisher, "
        "or your word"
    )


def test_a_doubted_value_leaves_the_one_before_it_the_newest() -> None:
    rows = Vintages(told("SOFR", "2026-03-02", 1, 3.64, 3.65, 0.0365))
    last = rows.known(LATER_MS).last("SOFR")
    assert last is not None
    assert (last.period, last.value) == (date(2026, 3, 3), 3.65)
    assert [row.value for row in rows.rows("SOFR")] == [3.64, 3.65]
    assert [row.value for row in rows.raw("SOFR")] == [3.64, 3.65, 0.0365]
    assert rows.newest("SOFR") == date(2026, 3, 4), "it came, and is not asked for again"


@pytest.mark.parametrize("value", [20.35, 30.0, 999_999.0])
def test_a_flow_of_less_than_it_can_be_is_doubted_and_nothing_is_not(value: float) -> None:
    rows = Vintages(told("SRF", "2025-10-30", 1, 0.0, value, 0.0))
    assert used(rows, "SRF") == [0.0, 0.0]
    assert doubted(rows, "SRF") == [value]


def test_a_wrong_value_of_the_past_is_held_against_both_sides() -> None:
    rows = told("WALCL", "2026-01-07", 7, 6_580_000, 6_590_000, 6_600_000, 6_610_000)
    late = seen("WALCL", rows[1].period, 659_000.0, at_ms=LATER_MS - 1)
    vintages = Vintages([*rows, late])
    assert used(vintages, "WALCL") == [6_580_000, 6_590_000, 6_600_000, 6_610_000]
    assert doubted(vintages, "WALCL") == [659_000]


def test_over_a_long_hole_more_may_have_moved() -> None:
    assert used(Vintages([seen("BTC", "2013-01-02", 13.3), seen("BTC", "2015-01-02", 150.0)]), "BTC") == [13.3, 150.0]
    assert used(Vintages([seen("BTC", "2015-01-01", 13.3), seen("BTC", "2015-01-02", 150.0)]), "BTC") == [13.3]


# --- what confirms


def test_the_next_value_where_it_lies_confirms_one_and_it_is_known_since_then() -> None:
    values = told("GLD", "2026-03-02", 1, 400.0, 401.0, 57.0, 57.5)
    rows = Vintages(values)
    assert used(rows, "GLD") == [400.0, 401.0, 57.0, 57.5]
    assert used(rows, "GLD", values[3].known_ms - 1) == [400.0, 401.0], "a look back sees it as it then was"
    assert [row.known_ms for row in rows.rows("GLD")] == [
        values[0].known_ms,
        values[1].known_ms,
        values[3].known_ms,
        values[3].known_ms,
    ]
    assert rows.points("GLD", LATER_MS)[2].known_ms == values[3].known_ms


def test_what_lay_far_off_alone_follows_once_the_days_between_are_known() -> None:
    first, last = told("BTC", "2020-11-01", 60, 13_800.0, 95_000.0)
    rows = Vintages([first, last])
    assert used(rows, "BTC") == [13_800.0]
    between = seen("BTC", "2020-12-01", 30_000.0, at_ms=last.known_ms + 7)
    rows.put(between)
    assert [(point.value, point.known_ms) for point in rows.points("BTC", LATER_MS)] == [
        (13_800.0, first.known_ms),
        (30_000.0, between.known_ms),
        (95_000.0, between.known_ms),
    ]


def test_no_further_value_of_the_same_publisher_confirms_a_jump_by_a_power_of_ten() -> None:
    rows = Vintages(told("VIXCLS", "2026-03-02", 1, 17.0, 18.0, 1_810.0 / 10, 182.0))
    assert used(rows, "VIXCLS") == [17.0, 18.0, 181.0, 182.0], "ten times: VIX might"
    cents = Vintages(told("GLD", "2026-03-02", 1, 400.0, 401.0, *[40_200.0] * 9))
    assert used(cents, "GLD") == [400.0, 401.0]
    assert len(doubted(cents, "GLD")) == 9


def test_nothing_where_there_was_something_is_not_confirmed_by_more_of_it() -> None:
    rows = Vintages(told("TGA", "2026-03-02", 1, 800_000, 810_000, 0, 0, 0))
    assert used(rows, "TGA") == [800_000, 810_000]


def test_another_publisher_that_says_the_same_confirms_a_value_and_those_like_it() -> None:
    values = told("SOFR", "2026-03-02", 1, 3.64, 3.65, 0.0365, 0.0364)
    at_ms = values[-1].known_ms + 1
    rows = Vintages([*values, seen("SOFR", values[3].period, 0.0364, "ofr", at_ms)])
    assert used(rows, "SOFR") == [3.64, 3.65, 0.0365, 0.0364]
    assert used(rows, "SOFR", at_ms - 1) == [3.64, 3.65]


def test_another_publisher_that_says_otherwise_is_believed_instead() -> None:
    values = told("SOFR", "2026-03-02", 1, 3.64, 3.65, 0.0365)
    rows = Vintages([*values, seen("SOFR", values[2].period, 3.66, "ofr", values[2].known_ms + 1)])
    assert [(point.value, point.source) for point in rows.points("SOFR", LATER_MS)][-1] == (3.66, "ofr")
    assert doubted(rows, "SOFR") == [0.0365]


def test_what_its_publisher_has_corrected_is_confirmed_by_nobody() -> None:
    values = told("GLD", "2026-03-02", 1, 400.0, 401.0, 57.0)
    corrected = seen("GLD", values[2].period, 402.0, at_ms=values[2].known_ms + 1)
    rows = Vintages([*values, corrected, *told("GLD", "2026-03-05", 1, 57.2)])
    assert used(rows, "GLD") == [400.0, 401.0, 402.0]
    assert doubted(rows, "GLD") == [57.0, 57.2]


def test_what_has_gone_back_in_between_is_confirmed_by_nothing() -> None:
    rows = Vintages(told("GLD", "2026-03-02", 1, 400.0, 401.0, 57.0, 402.0, 57.0))
    assert used(rows, "GLD") == [400.0, 401.0, 402.0]


def test_the_user_s_own_row_is_believed_and_confirms() -> None:
    values = told("SOFR", "2026-03-02", 1, 3.64, 3.65, 0.0365)
    rows = Vintages([*values, seen("SOFR", values[2].period, 0.0365, "import", values[2].known_ms + 5)])
    assert used(rows, "SOFR") == [3.64, 3.65, 0.0365]
    assert rows.in_doubt("SOFR", date(2026, 3, 4)) is None


def test_of_a_series_that_the_user_trusts_nothing_is_doubted_and_taking_it_back_doubts_again() -> None:
    rows = Vintages(told("NVDA", "2026-03-02", 1, 180.0, 181.0, 1.81))
    rows.trust(["NVDA"])
    assert used(rows, "NVDA") == [180.0, 181.0, 1.81]
    revision = rows.revisions["NVDA"]
    rows.trust([])
    assert used(rows, "NVDA") == [180.0, 181.0]
    assert rows.revisions["NVDA"] > revision
    rows.trust(["ETF.*"])
    assert rows.trusts("ETF.IBIT")


def test_a_single_value_is_no_past_and_the_next_tells_which_of_two_was_wrong() -> None:
    rows = Vintages(told("WALCL", "2026-01-07", 7, 658_000_0, 6_590_000 / 10, 6_600_000 / 10))
    assert used(rows, "WALCL")[-1] == 660_000.0
    first = Vintages(told("GLD", "2026-03-02", 1, 4.0, 400.0, 401.0, 402.0))
    assert used(first, "GLD") == [4.0, 400.0, 401.0, 402.0]


# --- whole answers


def test_an_answer_by_one_factor_that_was_stored_is_judged_on_load() -> None:
    before = told("WALCL", "2026-01-07", 7, 6_580_000, 6_592_000, 6_601_000, 6_618_000)
    again = [seen("WALCL", row.period, row.value * 1.5, at_ms=LATER_MS - 1) for row in before]
    rows = Vintages([*before, *again])
    assert used(rows, "WALCL") == [6_580_000, 6_592_000, 6_601_000, 6_618_000]
    assert {doubt.why for _, doubt in rows.doubts("WALCL")} == {
        "1.5 times larger than what was known of 4 weeks: another unit or base"
    }
    confirmed = seen("WALCL", before[0].period, again[0].value, "treasury", LATER_MS)
    assert used(Vintages([*before, *again, confirmed]), "WALCL") == [one.value for one in again]


@pytest.mark.parametrize(
    ("id_", "pairs", "by"),
    [
        pytest.param("SOFR", [(3.64, 0.0364), (3.65, 0.0365), (3.7, 0.037)], 0.01, id="percent as a fraction"),
        pytest.param("SOFR", [(3.64, 0.04), (3.65, 0.04), (3.7, 0.04)], 0.011, id="written with two places"),
        pytest.param("WALCL", [(6e6, 6e3), (6.1e6, 6.1e3), (6.2e6, 6.2e3)], 0.001, id="millions as billions"),
        pytest.param("NVDA", [(1200.0, 120.0), (1210.0, 121.0), (1190.0, 119.0)], 0.1, id="a split of shares"),
        pytest.param("CPIAUCSL", [(310.3, 103.4), (311.1, 103.7), (313.0, 104.3)], 0.333, id="a rebased index"),
        pytest.param("DEFICIT", [(1e11, -1e11), (2e11, -2e11), (-3e10, 3e10)], -1.0, id="the other sign"),
        pytest.param("RRPONTSYD", [(3.6, 3600.0), (0.0, 0.0), (2.5, 2500.0), (105.0, 1.05e5)], 1e3, id="nil is nil"),
        pytest.param("UNRATE", [(3.7, 3.8), (3.7, 3.8), (3.8, 3.9)], None, id="a tenth more in each month"),
        pytest.param("NFCI", [(-0.02, -0.04), (-0.02, -0.04), (-0.02, -0.04)], None, id="a shift of an index"),
        pytest.param("WALCL", [(6e6, 6e3), (6.1e6, 6.1e3)], None, id="two are too few"),
        pytest.param("PAYEMS", [(159e3, 158.2e3), (160e3, 159.2e3), (161e3, 160.2e3)], None, id="a benchmark"),
        pytest.param("WALCL", [(6e6, 6e6), (6.1e6, 6.1e6), (6.2e6, 6.2e3)], None, id="one of three"),
    ],
)
def test_one_factor_between_two_answers(id_: str, pairs: list[tuple[float, float]], by: float | None) -> None:
    found = factor(pairs, of(id_))
    assert found == (None if by is None else pytest.approx(by, rel=0.02))


# --- every series in another unit

UNITS = (100.0, 1000.0, 0.001, 0.01)
FEW = ("AM.SHORT", "DEALER.LONG", "DEALER.SHORT")
"""Of so few contracts no more than the family's grain may be left a week later."""


@pytest.fixture(scope="module")
def world() -> SlowWorld:
    return SlowWorld(scene("calm"), 1, lambda: NOW_MS)


def silently(world: SlowWorld, id_: str, by: float) -> bool:
    """Whether the newest value, times a factor, would be used as if it were right."""
    row, points = of(id_), world.points(id_)[-10:]
    slow = Slow(SOURCES)
    slow.add(
        Observation(id_, day.isoformat(), value, known_ms(row, day, NOW_MS), row.sources[0])
        for day, value in points[:-1]
    )
    day, value = points[-1]
    given = Observation(id_, day.isoformat(), value * by, NOW_MS, row.sources[0])
    slow.take(f"{row.sources[0]}.page", NOW_MS, [given])
    return value != 0 and slow.vintages.points(id_, NOW_MS)[-1].value == value * by


def test_no_level_and_no_rate_is_used_in_another_unit(world: SlowWorld) -> None:
    told = [id_ for id_ in world.series() if of(id_).nature in ("level", "rate")]
    assert len(told) > 100
    used_ = {(id_, by) for id_ in told for by in UNITS if silently(world, id_, by)}
    assert {id_ for id_, by in used_} <= {id_ for id_ in told if id_.startswith("COT.") and id_.endswith(FEW)}
    assert {by for _, by in used_} <= {0.001, 0.01}


def test_of_what_swings_about_zero_or_is_mostly_nil_only_the_bounds_tell(world: SlowWorld) -> None:
    names = {of(id_).family or id_ for id_ in world.series() if of(id_).nature in ("index", "flow")}
    used_ = {
        of(id_).family or id_
        for id_ in world.series()
        if of(id_).nature in ("index", "flow")
        for by in UNITS
        if silently(world, id_, by)
    }
    cannot_be_told = {
        *("ETF.*", "COINGLASS.FLOW", "SOSO.FLOW", "DEFICIT", "LIQ.LONG", "LIQ.SHORT", "RRPONTSYD", "SWPT", "WLCFLPCL"),
        *("FUNDING.*", "GDPNOW", "NFCI", "STLFSI4", "T10Y2Y", "RDE", "RDE.LOW", "RDE.HIGH"),
        *("GACDISA066MSFRBNY", "GACDFSA066MSFRBPHI"),
    }
    nil = {"SRF", "H41RESPPALGTRFNWW", "CFNAI"}  # in this scene
    assert used_ == cannot_be_told
    assert names == cannot_be_told | nil


def test_a_whole_answer_in_another_unit_is_refused_whatever_its_nature(world: SlowWorld) -> None:
    for id_ in ("NFCI", "GDPNOW", "T10Y2Y", "RDE", "ETF.IBIT", "DEFICIT", "WLCFLPCL", "RRPONTSYD", "SOFR", "WALCL"):
        row, points = of(id_), world.points(id_)[-30:]
        slow = Slow(SOURCES)
        page = f"{row.sources[0]}.page"
        slow.take(page, NOW_MS - 1, [Observation(id_, day.isoformat(), v, 0, row.sources[0]) for day, v in points])
        for by in UNITS:
            again = [Observation(id_, day.isoformat(), v * by, 0, row.sources[0]) for day, v in points]
            assert slow.take(page, NOW_MS, again).values == 0, (id_, by)


def test_nothing_of_a_simulated_world_is_doubted(world: SlowWorld) -> None:
    for id_ in world.series():
        row = of(id_)
        rows = Vintages(
            Observation(id_, day.isoformat(), value, known_ms(row, day, NOW_MS), row.sources[0])
            for day, value in world.points(id_)
        )
        assert rows.doubts(id_) == [], id_
