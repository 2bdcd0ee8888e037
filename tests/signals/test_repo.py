"""Repo stress as readings and as a page, from hand-made days."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.marks import marks, next_mark
from feeds.signals.repo import repo
from feeds.signals.thresholds import RepoRule
from feeds.topics.base import Reading
from feeds.topics.repo import Repo
from feeds.vintages import Vintages, given

RULE = RepoRule()
Days = Mapping[str, float | None]
AUG_3 = {"SOFR1": 3.60, "SOFR25": 3.62, "SOFR": 3.63, "SOFR75": 3.68, "SOFR99": 3.72, "SOFRVOL": 3000.0, "EFFR": 3.63}
AUG_4 = {"SOFR1": 3.60, "SOFR25": 3.64, "SOFR": 3.66, "SOFR75": 3.71, "SOFR99": 3.74, "SOFRVOL": 3036.0, "EFFR": 3.63}
AUG_5 = {"SOFR1": 3.60, "SOFR25": 3.63, "SOFR": 3.64, "SOFR75": 3.70, "SOFR99": 3.73, "SOFRVOL": 2989.0, "EFFR": 3.63}
SRF = {f"2026-{day}": 0.0 for day in ("07-29", "07-30", "07-31", "08-03", "08-04", "08-05")}


def page(
    days: Mapping[str, Days],
    iorb: Mapping[str, float] | None = None,
    srf: Mapping[str, float] | None = None,
    until: str = "2026-08-06",
    **others: list[tuple[str, float]],
) -> Repo:
    values: dict[str, list[tuple[str, float]]] = {}
    for day, numbers in days.items():
        for name, value in numbers.items():
            if value is not None:
                values.setdefault(name, []).append((day, value))
    values["IORB"] = list((iorb if iorb is not None else dict.fromkeys([*days, until], 3.65)).items())
    values["SRF"] = list((SRF if srf is None else srf).items())
    return repo(given({**values, **others}, day_end_ms(date.fromisoformat(until))), RULE)


def one(found: Repo, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def test_the_fifth_of_august_2026_to_the_printed_digits() -> None:
    found = page({"2026-08-04": AUG_4, "2026-08-05": AUG_5})
    low, mid, high = (one(found, f"repo.share.{name}") for name in ("low", "mid", "high"))
    assert (low.value, high.value, low.unit) == (25.0, 50.0, "%")
    assert isinstance(mid.value, float)
    assert round(mid.value, 1) == 45.8
    assert (mid.period, mid.state, mid.quality, mid.missing) == (date(2026, 8, 5), "fresh", "exact", ())
    assert mid.words == ("25 to 50 % of $2,989 bn at or above 3.65 %",)
    assert [row.series for row in mid.inputs] == ["SOFR1", "SOFR25", "SOFR", "SOFR75", "SOFR99", "SOFRVOL", "IORB"]


def test_the_seventeenth_of_september_2019_has_a_range_and_no_middle_but_counts_in_full() -> None:
    day = {"SOFR1": 2.25, "SOFR25": 5.00, "SOFR": 5.25, "SOFR75": 5.85, "SOFR99": 9.00, "SOFRVOL": 1177.0, "EFFR": 2.30}
    found = page({"2019-09-17": day}, {"2019-08-01": 2.10}, {}, until="2019-09-18")
    assert [one(found, f"repo.share.{name}").value for name in ("low", "mid", "high")] == [99.0, None, 100.0]
    assert one(found, "repo.share.mid").state == "none"
    assert one(found, "repo.share.mid").words == (
        "IORB lies outside of the percentiles known, so there is only a range",
        "99 to 100 % of $1,177 bn at or above 2.10 %",
        "IORB of 2019-08-01, which holds until it is changed",
    )
    stress = one(found, "repo.stress")
    assert (stress.value, stress.least, stress.most) == pytest.approx((79.9, 79.9, 99.9))
    assert (stress.band, stress.quality, stress.missing) == ("stress", "partial", ("SRF",))
    assert stress.words[0] == "at least 79.9, at most 99.9 of 100, 4 of 5 parts"
    assert "standing repo, 5-day maximum: no standing repo is known of those days" in stress.words
    assert [part.score for part in found.parts] == [99.5, 100.0, 100.0, 100.0, None]
    assert found.parts[0].note == "the middle of 99 to 100 %"


def test_spreads_are_in_basis_points_and_say_on_which_side_of_the_rate_they_lie() -> None:
    found = page({"2026-08-04": AUG_4, "2026-08-05": AUG_5}, TGCR=[("2026-08-05", 3.65)])
    assert one(found, "repo.sofr_iorb").value == -1.0
    assert one(found, "repo.sofr_iorb").words == ("SOFR 1 bp under IORB",)
    assert one(found, "repo.p99_iorb").value == 8.0
    assert one(found, "repo.p99_iorb").words == ("SOFR's 99th percentile 8 bp over IORB",)
    assert one(found, "repo.effr_iorb").value == -2.0
    assert (one(found, "repo.tgcr_iorb").value, one(found, "repo.tgcr_iorb").words) == (0.0, ("TGCR at IORB",))
    assert {one(found, name).unit for name in ("repo.sofr_iorb", "repo.tgcr_iorb")} == {"bp"}


def test_how_often_it_was_at_or_over_the_rate_is_of_the_last_five_days() -> None:
    days = {f"2026-07-{day}": AUG_4 for day in (29, 30, 31)} | {"2026-08-04": AUG_4, "2026-08-05": AUG_5}
    assert one(page(days), "repo.sofr_iorb").words[1] == "at or over IORB on 4 of the last 5 days"


def test_stress_is_the_mean_of_five_parts() -> None:
    found = page({"2026-08-05": AUG_5}, srf={**SRF, "2026-07-31": 10e9})
    share = 100 - (50 + 25 / 6)
    scores = [share, (-1 + 15) / 40 * 100, 8 / 50 * 100, (-2 + 10) / 15 * 100, 20.0]
    assert [part.score for part in found.parts] == pytest.approx(scores)
    stress = one(found, "repo.stress")
    assert stress.value == pytest.approx(sum(scores) / 5)
    assert (stress.band, stress.quality, one(found, "repo.band").value) == ("watch", "exact", "watch")
    assert stress.words[:2] == ("EFFR - IORB: 53", "volume at or above IORB: 46")
    assert found.history[-1].stress == stress.value
    assert found.history[-1].parts == 5


@pytest.mark.parametrize(("sofr", "band"), [(3.51, "calm"), (3.65, "watch"), (3.78, "tight"), (4.20, "stress")])
def test_bands_lie_between_their_edges(sofr: float, band: str) -> None:
    day = dict.fromkeys(("SOFR1", "SOFR25", "SOFR", "SOFR75", "SOFR99"), sofr) | {"SOFRVOL": 3000.0, "EFFR": sofr}
    assert one(page({"2026-08-05": day}), "repo.band").value == band


def test_a_day_without_the_rate_on_reserves_takes_the_last_that_was_set() -> None:
    found = page({"2026-08-04": AUG_4, "2026-08-05": AUG_5}, {"2026-08-04": 3.65})
    assert one(found, "repo.sofr_iorb").value == -1.0
    assert one(found, "repo.sofr_iorb").words[-1] == "IORB of 2026-08-04, which holds until it is changed"
    assert one(found, "repo.sofr_iorb").period == date(2026, 8, 5)


def test_before_any_rate_on_reserves_is_known_there_is_no_number_and_it_is_said() -> None:
    found = page({"2026-08-05": AUG_5}, {"2026-08-06": 3.65})
    for name in ("share.low", "share.mid", "share.high", "sofr_iorb", "p99_iorb", "effr_iorb", "stress", "band"):
        reading = one(found, f"repo.{name}")
        assert (reading.value, reading.state, reading.missing) == (None, "none", ("IORB",)), name
        assert reading.words == ("IORB of 2026-08-05 is not known",)
    assert found.history[-1].stress is None
    assert found.history[-1].low is None


def test_a_rate_on_reserves_that_is_no_longer_heard_ages_all_that_rests_on_it() -> None:
    found = page({"2026-08-05": AUG_5}, {"2026-07-30": 3.65}, until="2026-08-10")
    assert one(found, "repo.sofr_iorb").words[-1] == "IORB of 2026-07-30, which holds until it is changed"
    assert one(found, "repo.stress").state == "stale"
    assert one(found, "repo.share.low").state == "stale"


def test_a_percentile_that_is_not_published_widens_the_bounds_and_is_named() -> None:
    found = page({"2026-08-05": {**AUG_5, "SOFR75": None}})
    low = one(found, "repo.share.low")
    assert (low.value, one(found, "repo.share.high").value) == (1.0, 50.0)
    assert (low.quality, low.missing) == ("partial", ("SOFR75",))
    assert low.words == ("1 to 50 % of $2,989 bn at or above 3.65 %", "without SOFR75: the bounds are wider")


def test_without_the_percentiles_above_the_share_is_no_part_of_stress() -> None:
    found = page({"2026-08-04": AUG_4, "2026-08-05": {**AUG_5, "SOFR75": None, "SOFR99": None}})
    assert found.parts[0].score is None
    assert found.parts[0].note == "only 0 to 50 % is known"
    stress = one(found, "repo.stress")
    assert stress.words[0] == "at least 17.7, at most 47.7 of 100, 3 of 5 parts"
    assert stress.missing == ("SOFR", "SOFR99")
    p99 = one(found, "repo.p99_iorb")
    assert (p99.value, p99.period) == (9.0, date(2026, 8, 4))
    assert p99.words[1] == "of 2026-08-04: there is none of 2026-08-05"


def test_percentiles_out_of_order_give_no_share() -> None:
    found = page({"2026-08-05": {**AUG_5, "SOFR25": 3.80}})
    assert one(found, "repo.share.low").value is None
    assert one(found, "repo.share.low").words == ("the percentiles of that day are out of order",)
    assert one(found, "repo.stress").words[0] == "at least 20.9, at most 40.9 of 100, 4 of 5 parts"


def test_equal_percentiles_count_as_at_or_above() -> None:
    found = page({"2026-08-05": {**AUG_5, "SOFR25": 3.65, "SOFR": 3.65, "SOFR75": 3.65}})
    assert [one(found, f"repo.share.{name}").value for name in ("low", "mid", "high")] == [75.0, 75.0, 99.0]


def test_a_holiday_on_one_leg_only_leaves_its_part_out_and_the_spread_at_the_last_common_day() -> None:
    """On Good Friday there are fed funds and no repo; on a day of mourning it may be the other way round."""
    found = page({"2026-08-04": AUG_4, "2026-08-05": {**AUG_5, "EFFR": None}})
    effr = one(found, "repo.effr_iorb")
    assert (effr.value, effr.period) == (-2.0, date(2026, 8, 4))
    assert effr.words == ("EFFR 2 bp under IORB", "of 2026-08-04: there is none of 2026-08-05")
    stress = one(found, "repo.stress")
    sure = "at least 19.4, at most 39.4 of 100, 4 of 5 parts"
    assert (stress.words[0], stress.quality, stress.missing) == (sure, "partial", ("EFFR",))
    assert "EFFR - IORB: EFFR of 2026-08-05 is not known" in stress.words
    other = page({"2026-04-02": AUG_4, "2026-04-03": {"EFFR": 3.64}}, srf={}, until="2026-04-03")
    assert (one(other, "repo.effr_iorb").value, one(other, "repo.effr_iorb").period) == (-1.0, date(2026, 4, 3))
    assert [row.day for row in other.history] == [date(2026, 4, 2)]
    assert other.parts[3].value == -2.0


def test_standing_repo_is_the_largest_of_five_business_days_and_an_older_one_no_longer_counts() -> None:
    taken = {**SRF, "2026-07-29": 40e9, "2026-07-30": 30e9, "2026-08-05": 1e9}
    reading = one(page({"2026-08-05": AUG_5}, srf=taken), "repo.srf.5d")
    assert (reading.value, reading.unit, reading.period, reading.quality) == (30e9, "$", date(2026, 8, 5), "exact")
    assert reading.words == ("$1.00 bn on 2026-08-05", "most of 5 business days: $30.00 bn on 2026-07-30")


def test_with_a_day_missing_standing_repo_is_at_least_so_much() -> None:
    taken = {day: value for day, value in SRF.items() if day != "2026-08-03"} | {"2026-07-29": 40e9, "2026-07-30": 2e9}
    found = page({f"2026-{day}": AUG_4 for day in ("07-29", "07-30", "07-31", "08-03", "08-04", "08-05")}, srf=taken)
    reading = one(found, "repo.srf.5d")
    assert (reading.value, reading.quality, reading.words[-1]) == (2e9, "floor", "4 of 5 days known: at least so much")
    assert found.parts[4].note == "4 of 5 days known"
    assert one(found, "repo.stress").quality == "partial"


def test_the_fed_writes_millions_and_billions_and_a_wednesday_is_no_week() -> None:
    found = page(
        {"2026-08-05": AUG_5},
        RRPONTSYD=[("2026-08-05", 2.175)],
        WRESBAL=[("2026-08-05", 2_935_287.0)],
        WRBWFRBL=[("2026-08-05", 2_901_004.0)],
        TGA=[("2026-08-05", 912_345.0)],
    )
    assert (one(found, "repo.rrp").value, one(found, "repo.rrp").unit) == (2.175, "$bn")
    reserves = one(found, "repo.reserves")
    assert (reserves.value, reserves.unit) == (2935.287, "$bn")
    assert reserves.words == ("reserves, average of the week, 2026-08-05", "Wednesday 2026-08-05: $2,901 bn")
    assert one(found, "repo.reserves.wednesday").value == 2901.004
    assert one(found, "repo.tga").value == 912.345


def test_with_nothing_known_every_number_is_missing_and_none_is_zero() -> None:
    found = repo(given({}, day_end_ms(date(2026, 8, 6))), RULE)
    assert {reading.value for reading in found.readings} == {None}
    assert all(reading.words and reading.missing and reading.state == "none" for reading in found.readings)
    assert {part.score for part in found.parts} == {None}
    assert (found.day, found.history, found.weeks, found.next_mark) == (None, (), (), None)
    assert {cohort.stress for cohort in found.cohorts} == {None}


def test_an_old_number_is_late_and_then_stale() -> None:
    assert one(page({"2026-08-05": AUG_5}, until="2026-08-06"), "repo.sofr_iorb").state == "fresh"
    ahead = page({"2026-08-05": AUG_5}, {"2026-08-05": 3.65, "2026-08-06": 3.65}, until="2026-08-06")
    assert one(ahead, "repo.sofr_iorb").state == "fresh", "the rate on reserves is out a day before SOFR is"
    iorb = {f"2026-08-{day:02}": 3.65 for day in range(5, 31)}
    assert one(page({"2026-08-05": AUG_5}, iorb, until="2026-08-10"), "repo.sofr_iorb").state == "late"
    assert one(page({"2026-08-05": AUG_5}, iorb, until="2026-08-13"), "repo.sofr_iorb").state == "stale"


def test_a_number_that_is_not_final_makes_its_readings_provisional() -> None:
    rows = [Observation(name, "2026-08-05", value, 0, "nyfed") for name, value in {**AUG_5, "IORB": 3.65}.items()]
    taken = [Observation("SRF", day, 0.0, 0, "nyfed", day == "2026-08-05") for day in SRF]
    found = repo(Vintages([*rows, *taken]).known(day_end_ms(date(2026, 8, 6))), RULE)
    assert one(found, "repo.stress").quality == "partial", "another operation of that day can only add"
    assert one(found, "repo.srf.5d").quality == "provisional"
    assert one(found, "repo.sofr_iorb").quality == "exact"


def test_what_was_not_yet_known_does_not_count() -> None:
    early, late = 1_000, day_end_ms(date(2026, 8, 6))
    rows = [Observation(name, "2026-08-05", value, early, "nyfed") for name, value in {**AUG_5, "IORB": 3.65}.items()]
    rows.append(Observation("SOFR", "2026-08-05", 3.69, late, "nyfed"))
    vintages = Vintages(rows)
    assert one(repo(vintages.known(late - 1), RULE), "repo.sofr_iorb").value == -1.0
    after = one(repo(vintages.known(late), RULE), "repo.sofr_iorb")
    assert (after.value, after.known_ms) == (4.0, late)


def test_weeks_and_months_are_weighted_by_volume() -> None:
    found = page({"2026-07-31": AUG_3, "2026-08-03": AUG_3, "2026-08-04": {**AUG_4, "SOFRVOL": 1000.0}})
    assert [(week.first, week.last, week.days) for week in found.weeks] == [
        (date(2026, 7, 31), date(2026, 7, 31), 1),
        (date(2026, 8, 3), date(2026, 8, 4), 2),
    ]
    assert found.weeks[1].low == pytest.approx((25 * 3000 + 50 * 1000) / 4000)
    assert found.weeks[1].high == pytest.approx((50 * 3000 + 75 * 1000) / 4000)
    assert [month.first for month in found.months] == [date(2026, 7, 31), date(2026, 8, 3)]


def test_cohorts_say_of_how_many_days_they_are_and_lack_what_did_not_exist() -> None:
    old = {"SOFR1": 2.25, "SOFR25": 5.00, "SOFR": 5.25, "SOFR75": 5.85, "SOFR99": 9.00, "SOFRVOL": 1000.0, "EFFR": 2.30}
    found = page(
        {"2019-09-17": old, "2019-09-18": old, "2026-08-04": AUG_4, "2026-08-05": AUG_5},
        {"2019-08-01": 2.10, "2026-08-04": 3.65},
    )
    by_name = {cohort.name: cohort for cohort in found.cohorts}
    assert list(by_name) == [
        "2018-04..2019-08", "September 2019", "June 2025", "October 2025", "last 20 business days",
    ]  # fmt: skip
    september = by_name["September 2019"]
    assert (september.days, september.scores, september.counts) == (2, (99.5, 100, 100, 100, None), (2, 2, 2, 2, 0))
    assert by_name["June 2025"].days == 0
    assert by_name["June 2025"].scores == (None,) * 5
    assert by_name["last 20 business days"].days == 4
    assert (by_name["last 20 business days"].first, by_name["last 20 business days"].last) == (
        date(2019, 9, 17),
        date(2026, 8, 5),
    )


def test_two_of_the_five_indicators_are_not_published_and_the_page_says_just_that() -> None:
    found = page(
        {"2026-08-05": AUG_5},
        **{"RDE": [("2026-06-01", -0.4)], "RDE.LOW": [("2026-06-01", -1.1)], "RDE.HIGH": [("2026-06-01", 0.2)]},
        DLOD=[("2026-01-01", 9.5)],
    )
    assert [(row.value, row.low, row.high, row.note) for row in found.indicators] == [
        (-0.4, -1.1, 0.2, "monthly; 95 % range"),
        (9.5, None, None, "quarterly; the upper number is the peak"),
        (pytest.approx(45.8333333), 25.0, 50.0, "computed here from the percentiles of SOFR"),
        (None, None, None, "not published"),
        (None, None, None, "not published"),
    ]


def test_ends_of_months_and_tax_dates_are_marked_on_business_days() -> None:
    assert marks(date(2026, 6, 30)) == ("quarter-end",)
    assert marks(date(2026, 7, 31)) == ("month-end",)
    assert marks(date(2026, 5, 29)) == ("month-end",)
    assert marks(date(2026, 5, 31)) == ()
    assert marks(date(2025, 12, 31)) == ("year-end",)
    assert marks(date(2024, 3, 28)) == ("quarter-end",), "the 29th was Good Friday, without repo"
    assert marks(date(2026, 4, 15)) == ("tax date",)
    assert marks(date(2025, 6, 16)) == ("tax date",), "the 15th was a Sunday"
    assert marks(date(2025, 6, 15)) == ()
    assert marks(date(2025, 12, 15)) == ("tax date",), "corporations only"
    assert marks(date(2026, 1, 15)) == ("tax date",), "persons only"
    assert marks(date(2026, 3, 16)) == ()
    assert next_mark(date(2026, 8, 5)) == (date(2026, 8, 31), ("month-end",))


def test_a_marked_day_says_that_its_spike_is_half_expected() -> None:
    found = page({"2026-06-30": AUG_4}, srf={"2026-06-30": 0.0}, until="2026-07-01")
    assert one(found, "repo.stress").words[-1] == "2026-06-30 is a quarter-end: a spike is half expected"
    assert found.history[-1].marks == ("quarter-end",)


def test_thresholds_that_measure_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="effr_iorb_low_bp is to be below effr_iorb_high_bp"):
        RepoRule(effr_iorb_low_bp=5.0)
    with pytest.raises(ValueError, match="are to rise"):
        RepoRule(tight_from=80.0)


def test_history_goes_back_as_far_as_sofr_does_and_holds_only_its_days() -> None:
    first = date(2018, 4, 2)
    days = {(first + timedelta(days=n)).isoformat(): AUG_4 for n in range(60)}
    found = page(days, {"2018-03-22": 3.65}, srf={}, until="2018-06-10")
    assert len(found.history) == 60
    assert found.history[0].day == first
    assert found.history[0].parts == 4
