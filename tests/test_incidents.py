"""Answers that are another page's, as far as can be seen: whole pages misdated, and revisions where there are none."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from feeds.calendars import business_day
from feeds.facts import Observation
from feeds.series import series
from feeds.slow import Slow, Taken
from feeds.sources import SOURCES

NEW_YORK = ZoneInfo("America/New_York")
Days = dict[str, float]


def ms(text: str) -> int:
    """The time in New York."""
    return round(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp() * 1000)


class Page:
    """A page of one series, and what is known after it was read."""

    def __init__(self, feed: str, id_: str) -> None:
        self.feed, self.id = feed, id_
        self.slow = Slow(SOURCES)
        self.now_ms = ms("2026-11-30T16:30")

    def says(self, days: Days, minutes: int = 1) -> Taken:
        self.now_ms += minutes * 60_000
        source = self.feed.partition(".")[0]
        outs = [Observation(self.id, day, value, self.now_ms, source) for day, value in days.items()]
        polled = self.slow.polled.get(self.feed)
        reached = self.slow.reach(list(outs), polled.through or "" if polled else "", self.feed, self.now_ms)
        taken = self.slow.take(self.feed, self.now_ms, reached)
        if taken.refused and not taken.values:
            self.slow.failed(self.feed, self.now_ms, taken.refused[0])
        else:
            self.slow.read(self.feed, self.now_ms, taken)
        return taken

    @property
    def known(self) -> Days:
        return {point.period.isoformat(): point.value for point in self.slow.vintages.points(self.id, self.now_ms)}


def closes(id_: str, last: str, count: int, base: float = 16.0) -> Days:
    """A value for each business day of the series, no two neighbours alike, oldest first."""
    row = series(id_)
    assert row is not None
    found: Days = {}
    day = date.fromisoformat(last)
    while len(found) < count:
        if business_day(row.release.days, day):
            found[day.isoformat()] = round(base + (day.toordinal() * 37 % 101) / 100, 2)
        day -= timedelta(1)
    return dict(sorted(found.items()))


def moved(days: Days, by: int) -> Days:
    return {(date.fromisoformat(day) + timedelta(by)).isoformat(): value for day, value in days.items()}


@pytest.mark.parametrize(("feed", "id_", "base"), [("cboe.vix", "VIXCLS", 16.0), ("nyfed.sofr", "SOFR", 3.6)])
@pytest.mark.parametrize("by", [400, 1])
def test_of_a_page_whose_dates_are_moved_no_value_is_used_and_the_right_one_is_taken_at_once(
    feed: str, id_: str, base: float, by: int
) -> None:
    page = Page(feed, id_)
    right = closes(id_, "2026-11-27", 1_200, base)
    assert page.says(right).values == 1_200
    taken = page.says(moved(right, by))
    assert (taken.values, taken.new) == (0, 0)
    assert "kept apart until it says so again" in taken.refused[0]
    assert page.known == right
    assert page.slow.wrong[id_].why == taken.refused[0].removeprefix(f"{id_}: ")
    assert page.slow.in_question(id_)
    taken = page.says(right)
    assert (taken.refused, page.known, page.slow.wrong) == ((), right, {})


@pytest.mark.parametrize(("feed", "id_", "base"), [("cboe.vix", "VIXCLS", 16.0), ("nyfed.sofr", "SOFR", 3.6)])
@pytest.mark.parametrize("by", [-1, -400])
def test_of_a_page_whose_dates_are_moved_back_no_value_is_used_when_it_comes_again_either(
    feed: str, id_: str, base: float, by: int
) -> None:
    page = Page(feed, id_)
    right = closes(id_, "2026-11-27", 1_200, base)
    page.says(right)
    first, second = page.says(moved(right, by)), page.says(moved(right, by))
    assert first.refused[0].startswith("it ends with 202")
    assert "kept apart until it says so again" in second.refused[0]
    assert (first.values, second.values, page.known) == (0, 0, right)
    assert (page.says(right).refused, page.slow.wrong) == ((), {})


def test_of_ten_days_that_are_a_day_late_none_is_used() -> None:
    page = Page("nyfed.sofr", "SOFR")
    right = closes("SOFR", "2026-11-27", 10, 3.6)
    page.says(right)
    assert page.says(moved(right, 1)).values == 0
    assert page.known == right


def test_an_answer_that_is_moved_by_a_row_says_by_how_many_days_and_both_numbers() -> None:
    page = Page("cboe.vix", "VIXCLS")
    right = closes("VIXCLS", "2026-11-27", 40)
    page.says(right)
    late = dict(zip([*right][1:], [*right.values()][:-1], strict=True))
    (why,) = page.says(late).refused
    both = f"{late['2026-11-27']:g} for {right['2026-11-27']:g} of 2026-11-27"
    assert why == f"VIXCLS: 39 values are those of other days, 1 later: {both}; kept apart until it says so again"


def test_what_a_page_says_twice_is_taken_and_so_is_the_right_one_after_it() -> None:
    page = Page("cboe.vix", "VIXCLS")
    right = closes("VIXCLS", "2026-11-27", 40)
    page.says(right)
    other = right | {day: value + 0.5 for day, value in [*right.items()][-9:]}
    (why,) = page.says(other).refused
    both = f"{other['2026-11-27']:g} for {right['2026-11-27']:g} of 2026-11-27"
    said = f"VIXCLS: 9 of 40 values that are not revised by rule are others than before: {both}"
    assert why == f"{said}; kept apart until it says so again"
    assert page.known == right
    taken = page.says(other)
    assert (taken.refused, taken.revised) == ((), 9)
    assert page.known == other
    assert page.says(right).values == 0
    assert page.says(right).revised == 9
    assert (page.known, page.slow.wrong) == (right, {})


def test_a_correction_of_a_value_or_two_is_taken_at_once() -> None:
    page = Page("cboe.vix", "VIXCLS")
    right = closes("VIXCLS", "2026-11-27", 10)
    page.says(right)
    corrected = right | {"2026-11-27": 17.5, "2026-11-25": 16.5}
    assert (page.says(corrected).revised, page.known) == (2, corrected)


def months(first: int, last: int, value: Callable[[int], float]) -> Days:
    """By month, counted from January 2000."""
    return {f"{2000 + n // 12}-{n % 12 + 1:02d}-01": value(n) for n in range(first, last)}


def test_what_is_revised_whole_by_rule_is_taken_whole() -> None:
    page = Page("fred.M2SL", "M2SL")
    page.says(months(120, 322, lambda n: 10_000.0 + n * 9))
    revised = months(120, 322, lambda n: 10_000.0 + n * 9 + n % 7)
    assert (page.says(revised).refused, page.known) == ((), revised)


def test_what_is_revised_at_its_end_by_rule_is_taken_there_and_not_before() -> None:
    page = Page("fred.CPIAUCSL", "CPIAUCSL")
    right = months(120, 321, lambda n: 200.0 + n * n / 1_000)
    page.says(right)
    seasonal = right | months(262, 321, lambda n: 200.0 + n * n / 1_000 + (n % 5 - 2) / 100)
    assert (page.says(seasonal).refused, page.known) == ((), seasonal)
    other = seasonal | months(140, 200, lambda n: 200.0 + n * n / 1_000 + (n % 5 - 2) / 100)
    assert page.says(other).values == 0
    assert page.known == seasonal


def test_of_a_series_that_the_user_trusts_nothing_is_kept_apart() -> None:
    page = Page("cboe.vix", "VIXCLS")
    page.slow.trust(["VIXCLS"])
    right = closes("VIXCLS", "2026-11-27", 40)
    page.says(right)
    assert page.says({day: value + 1 for day, value in right.items()}).revised == 40


@pytest.mark.parametrize(
    ("id_", "day", "why"),
    [
        ("SOFR", "2026-11-28", "Saturday 2026-11-28 is a day off"),
        ("SOFR", "2026-11-26", "Thursday 2026-11-26 is a day off"),
        ("CLZ26", "2026-11-29", "Sunday 2026-11-29 is a day off"),
        ("VIXCLS", "2026-11-29", "Sunday 2026-11-29 is a day off"),
        ("BAMLH0A0HYM2", "2026-11-28", "Saturday 2026-11-28 is a day off"),
        ("WALCL", "2026-11-26", "Thursday 2026-11-26 is not its day of the week"),
        ("COT.TOTAL", "2026-11-25", "Wednesday 2026-11-25 is not its day of the week"),
        ("UNRATE", "2026-10-02", "2026-10-02 is not the first of a month"),
        ("GDPC1", "2026-08-01", "2026-08-01 is not the first of a quarter"),
    ],
)
def test_a_period_that_is_no_day_of_its_series_is_refused(id_: str, day: str, why: str) -> None:
    row = series(id_)
    assert row is not None
    slow, at_ms, source = Slow(SOURCES), ms("2026-11-30T16:30"), row.sources[0]
    value = max(1.0, row.low + 1)
    (reason,) = slow.take(f"{source}.x", at_ms, [Observation(id_, day, value, at_ms, source)], sifted=True).refused
    assert reason == f"{id_}: {why}"


@pytest.mark.parametrize(
    ("id_", "day"),
    [
        ("VIXCLS", "2026-11-26"),  # Cboe has values of some holidays
        ("BAMLH0A0HYM2", "2026-10-31"),  # a Saturday, and the end of a month
        ("BAMLH0A0HYM2", "2026-11-26"),
        ("DFEDTARU", "2026-11-28"),  # a target holds on each day
        ("BTC", "2026-11-29"),
        ("COT.TOTAL", "2026-11-23"),  # a Monday
        ("SOFR", "2026-11-27"),
    ],
)
def test_days_on_which_publishers_do_bring_out_values_are_taken(id_: str, day: str) -> None:
    row = series(id_)
    assert row is not None
    slow, at_ms, source = Slow(SOURCES), ms("2026-11-30T16:30"), row.sources[0]
    taken = slow.take(f"{source}.x", at_ms, [Observation(id_, day, max(1.0, row.low + 1), at_ms, source)])
    assert (taken.values, taken.refused) == (1, ())


@pytest.mark.parametrize(
    ("id_", "day", "before", "after"),
    [
        ("VIXCLS", "2026-11-30", "2026-11-30T15:59", "2026-11-30T16:00"),
        ("CLF27", "2026-11-30", "2026-11-30T14:29", "2026-11-30T14:30"),
        ("DXY", "2026-11-30", "2026-11-30T16:59", "2026-11-30T17:00"),
        ("BTC", "2026-11-30", "2026-11-30T18:59", "2026-11-30T19:00"),
    ],
)
def test_there_is_no_close_of_a_day_before_it_has_ended(id_: str, day: str, before: str, after: str) -> None:
    row = series(id_)
    assert row is not None
    source, slow = row.sources[0], Slow(SOURCES)
    for when, value in ((before, 70.0), (after, 71.0)):
        slow.take(f"{source}.x", ms(when), [Observation(id_, day, value, ms(when), source)])
    assert [(one.value, one.provisional) for one in slow.vintages.rows(id_)] == [(70.0, True), (71.0, False)]


def test_a_close_of_tomorrow_is_refused() -> None:
    page = Page("cboe.vix", "VIXCLS")
    (reason,) = page.says({"2026-12-01": 16.33}).refused
    assert reason == "2026-12-01 is yet to come"


def test_a_page_that_ends_earlier_than_before_is_refused_once_and_taken_the_second_time() -> None:
    page = Page("fiscaldata.deficit", "DEFICIT")
    page.says({"2026-09-01": 1e11, "2026-10-01": 2e11})
    short = {"2026-08-01": 3e11, "2026-09-01": 1.5e11}
    assert page.says(short).refused == ("it ends with 2026-09-01, and went to 2026-10-01 before",)
    assert page.says({"2026-08-01": 3e11, "2026-09-01": 1.6e11}).values == 0
    assert page.says(short).values == 0
    assert page.says(short).values == 2
    assert page.known["2026-09-01"] == 1.5e11
    assert page.slow.polled["fiscaldata.deficit"].through == "2026-09-01"
