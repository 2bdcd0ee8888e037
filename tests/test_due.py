"""When a page is asked, and for which days: by the calendar of its series, in New York time."""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from feeds.due import GIVE_UP, given_up, needed, next_ms, span
from feeds.facts import Observation
from feeds.slow import Polled, Slow
from feeds.source import Ask, Page, Source
from feeds.sources import SOURCES

NEW_YORK = ZoneInfo("America/New_York")
MINUTE = 60_000
DAY = timedelta(days=1)


def ms(text: str) -> int:
    """The time in New York."""
    return round(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp() * 1000)


def page(name: str, *series: str, **options: object) -> Page:
    made = Page(
        name, series, lambda span, key: (Ask("https://127.0.0.1/"),), lambda http, recv_ms: (), date(2018, 4, 2)
    )
    return replace(made, **options)


def source(name: str, *pages: Page) -> Source:
    return Source(name, name, "https://127.0.0.1/", "", pages)


def slow(*sources: Source, **known: str) -> Slow:
    """What is known: the newest period of each series, with `_` for `.`."""
    made = Slow({one.name: one for one in sources})
    made.add(Observation(id_.replace("_", "."), day, 5.0, 0, "nyfed") for id_, day in known.items())
    return made


def read(slow: Slow, feed: str, when: str, through: str | None = None) -> None:
    slow.polled[feed] = Polled(feed, ms(when), ms(when), through)


def failed(slow: Slow, feed: str, when: str, times: int) -> None:
    slow.polled[feed] = Polled(feed, ms(when), failures=times, error="HTTP 503", error_ms=ms(when))


def at(slow: Slow, feed: str, now: str) -> int | None:
    source, page = slow.pages[feed]
    return next_ms(slow, source, page, ms(now))


SOFR = page("sofr", "SOFR")
NYFED = source("nyfed", SOFR)


def about(text: str, most_s: float = 60.0) -> "Near":
    """That time, or later by the little that spreads requests apart."""
    return Near(ms(text), most_s * 1000)


class Near:
    def __init__(self, from_ms: int, most_ms: float) -> None:
        self.from_ms, self.most_ms = from_ms, most_ms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and self.from_ms <= other <= self.from_ms + self.most_ms

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return f"{self.from_ms} to {self.from_ms + self.most_ms:.0f}"


# --- first, and by the calendar


def test_a_page_that_was_never_read_is_asked_now() -> None:
    assert at(slow(NYFED), "nyfed.sofr", "2026-11-21T03:00") == ms("2026-11-21T03:00")


def test_nothing_is_asked_before_the_next_release_and_five_minutes() -> None:
    known = slow(NYFED, SOFR="2026-11-18")
    read(known, "nyfed.sofr", "2026-11-19T08:05")
    for now in ("2026-11-19T08:06", "2026-11-19T23:00", "2026-11-20T07:59", "2026-11-20T08:04"):
        assert at(known, "nyfed.sofr", now) == about("2026-11-20T08:05")


def test_what_was_missed_while_nothing_ran_is_asked_at_once() -> None:
    known = slow(NYFED, SOFR="2026-11-16")
    read(known, "nyfed.sofr", "2026-11-17T08:05")
    found = at(known, "nyfed.sofr", "2026-11-20T12:00")
    assert found is not None
    assert found < ms("2026-11-20T12:00")


def test_no_release_of_a_weekend_or_of_thanksgiving_is_waited_for() -> None:
    known = slow(NYFED, SOFR="2026-11-24")
    read(known, "nyfed.sofr", "2026-11-25T08:05")
    assert at(known, "nyfed.sofr", "2026-11-25T09:00") == about("2026-11-27T08:05")
    known = slow(NYFED, SOFR="2026-11-19")
    read(known, "nyfed.sofr", "2026-11-20T08:05")
    assert at(known, "nyfed.sofr", "2026-11-20T09:00") == about("2026-11-23T08:05")


def test_a_page_of_two_series_is_asked_for_the_first_to_come_out() -> None:
    both = source("fred", page("both", "SOFR", "WALCL"))
    known = slow(both, SOFR="2026-11-18", WALCL="2026-11-11")
    read(known, "fred.both", "2026-11-19T12:00")
    assert at(known, "fred.both", "2026-11-19T12:01") == about("2026-11-19T16:35")


def test_a_release_keeps_its_hour_in_new_york_when_the_clocks_change() -> None:
    for before, after in (("2026-03-05", "2026-03-09"), ("2026-10-29", "2026-11-02")):
        known = slow(NYFED, SOFR=before)
        read(known, "nyfed.sofr", f"{date.fromisoformat(before) + DAY}T08:05")
        assert at(known, "nyfed.sofr", f"{date.fromisoformat(before) + DAY}T09:00") == about(f"{after}T08:05")
    # The two are 71 and 73 hours apart on the clock that knows no summer.
    assert ms("2026-03-09T08:05") - ms("2026-03-06T08:05") == 71 * 60 * MINUTE
    assert ms("2026-11-02T08:05") - ms("2026-10-30T08:05") == 73 * 60 * MINUTE


# --- times of day, and every so often


def test_times_of_day_are_asked_as_well_and_on_every_day() -> None:
    ny = source("nyfed", page("sofr", "SOFR", times=("14:35",)))
    known = slow(ny, SOFR="2026-11-19")
    read(known, "nyfed.sofr", "2026-11-20T08:05")
    assert at(known, "nyfed.sofr", "2026-11-20T08:06") == about("2026-11-20T14:35")
    read(known, "nyfed.sofr", "2026-11-20T14:35")
    assert at(known, "nyfed.sofr", "2026-11-20T14:36") == about("2026-11-21T14:35")


@pytest.mark.parametrize(
    ("last", "time", "expected"),
    [
        ("2026-03-08T01:00", "02:30", "2026-03-08T03:30"),  # there is no half past two that night
        ("2026-11-01T00:30", "01:30", "2026-11-01T01:30"),  # there are two: the first
        ("2026-10-31T23:00", "22:00", "2026-11-01T22:00"),
        ("2026-03-07T22:00", "22:00", "2026-03-08T22:00"),
    ],
)
def test_times_of_day_on_days_on_which_the_clocks_change(last: str, time: str, expected: str) -> None:
    ny = source("nyfed", page("sofr", "SOFR", times=(time,)))
    known = slow(ny, SOFR=last[:10])
    read(known, "nyfed.sofr", last)
    found = at(known, "nyfed.sofr", last)
    assert found == about(expected)


def test_a_page_that_is_read_every_so_often_is_on_weekdays_only() -> None:
    often = source("yahoo", page("gold", "GOLD", every_s=900.0))
    known = slow(often, GOLD="2026-11-20")
    read(known, "yahoo.gold", "2026-11-20T12:00")
    assert at(known, "yahoo.gold", "2026-11-20T12:01") == ms("2026-11-20T12:15")
    read(known, "yahoo.gold", "2026-11-20T23:58")
    assert at(known, "yahoo.gold", "2026-11-21T00:01") == about("2026-11-23T18:05")


# --- what is due and has not come


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2026-11-20T08:05", "2026-11-20T08:10"),  # long before its grace is over
        ("2026-11-20T08:15", "2026-11-20T08:20"),
        ("2026-11-20T08:25", "2026-11-20T08:35"),
        ("2026-11-20T08:45", "2026-11-20T09:05"),
        ("2026-11-20T10:00", "2026-11-20T10:40"),
        ("2026-11-20T12:00", "2026-11-20T13:00"),
        ("2026-11-21T12:00", "2026-11-21T15:00"),
    ],
)
def test_what_is_due_and_not_there_is_looked_for_less_and_less_often(last: str, expected: str) -> None:
    known = slow(NYFED, SOFR="2026-11-18")
    read(known, "nyfed.sofr", last)
    assert at(known, "nyfed.sofr", last) == about(expected)


def test_what_has_come_is_not_looked_for_any_more() -> None:
    known = slow(NYFED, SOFR="2026-11-19")
    read(known, "nyfed.sofr", "2026-11-20T08:10")
    assert at(known, "nyfed.sofr", "2026-11-20T08:11") == about("2026-11-23T08:05")


def test_a_release_that_is_only_usual_is_looked_for_from_its_usual_hour_on() -> None:
    fred = source("fred", page("CPIAUCSL", "CPIAUCSL"))
    known = slow(fred, CPIAUCSL="2026-07-01")
    read(known, "fred.CPIAUCSL", "2026-09-14T08:35")
    assert at(known, "fred.CPIAUCSL", "2026-09-14T08:36") == about("2026-09-14T08:40")
    read(known, "fred.CPIAUCSL", "2026-09-16T08:35")
    assert at(known, "fred.CPIAUCSL", "2026-09-16T08:36") == about("2026-09-16T11:35")


def test_a_family_is_there_once_any_of_it_is() -> None:
    cftc = source("cftc", page("btc", "COT.*"))
    known = slow(cftc, COT_133741_OI="2026-11-10", COT_133741_LEV="2024-01-02")
    read(known, "cftc.btc", "2026-11-20T15:35")
    assert at(known, "cftc.btc", "2026-11-20T15:36") == about("2026-11-20T15:40")
    known.add([Observation("COT.133741.OI", "2026-11-17", 5.0, 0, "cftc")])
    assert at(known, "cftc.btc", "2026-11-20T15:41") == about("2026-11-30T15:35")  # a holiday's week comes later


def test_who_asks_for_patience_is_not_looked_at_more_often_for_being_late() -> None:
    shy = source("farside", page("daily", "ETF.*", patience_min=240))
    known = slow(shy, ETF_TOTAL="2026-11-18")
    read(known, "farside.daily", "2026-11-20T07:05")
    assert at(known, "farside.daily", "2026-11-20T07:06") == about("2026-11-20T11:05")


# --- failures


@pytest.mark.parametrize(("times", "minutes"), [(1, 1), (2, 2), (3, 5), (4, 10), (5, 20), (6, 40), (7, 60), (99, 60)])
def test_after_failures_a_page_is_left_alone_for_longer_and_longer(times: int, minutes: int) -> None:
    known = slow(NYFED, SOFR="2026-11-18")
    failed(known, "nyfed.sofr", "2026-11-20T08:05", times)
    expected = ms("2026-11-20T08:05") + minutes * MINUTE
    found = at(known, "nyfed.sofr", "2026-11-20T08:05")
    assert found is not None
    assert expected <= found <= expected + min(MINUTE, minutes * MINUTE // 10)


def test_who_asks_for_patience_is_given_it_after_a_failure() -> None:
    shy = source("farside", page("all", "ETF.*", patience_min=360))
    known = slow(shy)
    failed(known, "farside.all", "2026-11-20T08:05", 1)
    assert at(known, "farside.all", "2026-11-20T08:06") == about("2026-11-20T14:05")


def test_requests_are_spread_by_up_to_a_minute_and_the_same_wait_has_one_end() -> None:
    pages = [page(f"p{n}", "SOFR") for n in range(50)]
    known = slow(source("nyfed", *pages), SOFR="2026-11-19")
    for one in pages:
        read(known, f"nyfed.{one.name}", "2026-11-20T08:10")
    found = [at(known, f"nyfed.{one.name}", "2026-11-20T08:11") for one in pages]
    assert all(when == about("2026-11-23T08:05") for when in found)
    assert len(set(found)) > 40
    assert found == [at(known, f"nyfed.{one.name}", "2026-11-22T23:00") for one in pages]


def test_a_page_read_in_what_is_now_the_future_is_asked_now() -> None:
    known = slow(NYFED, SOFR="2026-11-18")
    read(known, "nyfed.sofr", "2030-01-01T12:00")
    assert at(known, "nyfed.sofr", "2026-11-20T12:00") == ms("2026-11-20T12:00")


# --- publishers that stand in


FRED = source("fred", page("SOFR", "SOFR"))


def test_a_publisher_that_stands_in_is_not_asked_while_the_first_answers() -> None:
    known = slow(NYFED, FRED)
    assert at(known, "fred.SOFR", "2026-11-20T12:00") is None
    for times in (1, 2):
        failed(known, "nyfed.sofr", "2026-11-20T12:00", times)
        assert at(known, "fred.SOFR", "2026-11-20T12:00") is None


def test_a_publisher_that_stands_in_is_asked_when_the_first_has_failed_three_times() -> None:
    known = slow(NYFED, FRED)
    failed(known, "nyfed.sofr", "2026-11-20T12:00", 3)
    assert at(known, "fred.SOFR", "2026-11-20T12:00") == ms("2026-11-20T12:00")
    assert at(known, "nyfed.sofr", "2026-11-20T12:00") == about("2026-11-20T12:05")  # the first goes on trying
    read(known, "nyfed.sofr", "2026-11-20T12:05")
    assert at(known, "fred.SOFR", "2026-11-20T12:06") is None


def test_a_publisher_that_stands_in_is_asked_while_the_newest_value_of_the_first_is_doubted() -> None:
    known = slow(NYFED, source("ofr", SOFR), SOFR="2026-11-18")
    read(known, "nyfed.sofr", "2026-11-20T09:00", "2026-11-19")
    read(known, "ofr.sofr", "2026-11-18T09:00", "2026-11-17")
    assert at(known, "ofr.sofr", "2026-11-20T09:30") is None
    known.add([Observation("SOFR", "2026-11-17", 5.0, 0, "nyfed"), Observation("SOFR", "2026-11-19", 0.05, 9, "nyfed")])
    assert at(known, "ofr.sofr", "2026-11-20T09:30") is not None


def test_a_publisher_that_stands_in_is_asked_while_the_first_answers_in_another_unit() -> None:
    known = slow(NYFED, source("ofr", SOFR))
    read(known, "nyfed.sofr", "2026-11-20T09:00", "2026-11-19")
    days = ("2026-11-17", "2026-11-18", "2026-11-19")
    known.add(Observation("SOFR", day, 5.0 + n / 10, n, "nyfed") for n, day in enumerate(days))
    said = [Observation("SOFR", day, (5.0 + n / 10) / 100, n, "nyfed") for n, day in enumerate(days)]
    assert at(known, "ofr.sofr", "2026-11-20T09:30") is None
    known.take("nyfed.sofr", ms("2026-11-20T09:20"), said)
    assert at(known, "ofr.sofr", "2026-11-20T09:30") is not None


def test_a_publisher_that_stands_in_is_asked_where_the_first_is_off_and_itself_not_where_it_is() -> None:
    known = slow(NYFED, FRED)
    known.off = {"nyfed": "off, as the settings say"}
    assert at(known, "fred.SOFR", "2026-11-20T12:00") == ms("2026-11-20T12:00")
    assert at(known, "nyfed.sofr", "2026-11-20T12:00") is None
    known.off["fred"] = "off, as the settings say"
    assert at(known, "fred.SOFR", "2026-11-20T12:00") is None


def test_a_third_stands_in_only_where_both_before_it_fail() -> None:
    ofr = source("ofr", SOFR)
    known = slow(NYFED, ofr, FRED)
    failed(known, "nyfed.sofr", "2026-11-20T12:00", 3)
    assert at(known, "ofr.sofr", "2026-11-20T12:00") == ms("2026-11-20T12:00")
    assert at(known, "fred.SOFR", "2026-11-20T12:00") is None
    failed(known, "ofr.sofr", "2026-11-20T12:00", 3)
    assert at(known, "fred.SOFR", "2026-11-20T12:00") == ms("2026-11-20T12:00")


def test_a_page_that_alone_has_one_of_its_series_is_asked_always() -> None:
    both = source("coinmetrics", page("btc", "BTC.MVRV", "BTC"))
    known = slow(source("btcusd", page("daily", "BTC")), both)
    assert needed(known, both, both.pages[0])


# --- which days


def days(slow: Slow, feed: str, now: str) -> tuple[str, str]:
    source, page = slow.pages[feed]
    first, last = span(slow, source, page, ms(now))
    return str(first), str(last)


def test_a_first_reading_is_of_everything() -> None:
    assert days(slow(NYFED), "nyfed.sofr", "2026-11-20T12:00") == ("2018-04-02", "2026-11-20")


def test_later_readings_begin_a_little_before_where_the_page_left_off_itself() -> None:
    known = slow(NYFED, SOFR="2026-11-19")  # which another publisher brought
    read(known, "nyfed.sofr", "2026-11-13T12:00", "2026-11-12")
    assert days(known, "nyfed.sofr", "2026-11-20T12:00") == ("2026-11-02", "2026-11-20")


def test_after_a_failure_a_page_still_knows_where_it_left_off() -> None:
    known = slow(NYFED)
    read(known, "nyfed.sofr", "2026-11-13T12:00", "2026-11-12")
    known.failed("nyfed.sofr", ms("2026-11-14T12:00"), "HTTP 503")
    assert days(known, "nyfed.sofr", "2026-11-20T12:00") == ("2026-11-02", "2026-11-20")


def test_a_page_whose_first_reading_failed_is_asked_for_everything_again() -> None:
    known = slow(NYFED)
    failed(known, "nyfed.sofr", "2026-11-13T12:00", 1)
    assert days(known, "nyfed.sofr", "2026-11-20T12:00")[0] == "2018-04-02"


def test_no_day_before_the_first_or_after_today_is_asked_for() -> None:
    known = slow(NYFED)
    read(known, "nyfed.sofr", "2026-11-13T12:00", "2018-04-05")
    assert days(known, "nyfed.sofr", "2026-11-20T12:00") == ("2018-04-02", "2026-11-20")
    read(known, "nyfed.sofr", "2026-11-13T12:00", "2031-01-01")
    assert days(known, "nyfed.sofr", "2026-11-20T12:00") == ("2026-11-10", "2026-11-20")


def test_today_is_the_day_in_new_york() -> None:
    known = slow(NYFED)
    assert days(known, "nyfed.sofr", "2026-11-19T23:30")[1] == "2026-11-19"


# --- vintages


VINTAGES = next(one for one in SOURCES["fred"].pages if one.vintages == "UNRATE")


def test_vintages_are_asked_with_a_key_only_and_once_a_week_on_any_day() -> None:
    fred = SOURCES["fred"]
    known = Slow({"fred": fred})
    ask = partial(next_ms, known, fred, VINTAGES)
    assert ask(ms("2026-11-20T12:00")) is None
    known.keyed = frozenset(["fred"])
    assert ask(ms("2026-11-20T12:00")) == ms("2026-11-20T12:00")
    read(known, "fred.UNRATE.vintages", "2026-11-20T12:00")
    saturday = ms("2026-11-21T12:00")
    assert ask(saturday) == ms("2026-11-27T12:00")


def test_vintages_come_after_everything_newest_of_their_publisher() -> None:
    fred = SOURCES["fred"]
    known = Slow({"fred": fred})
    known.keyed = frozenset(["fred"])
    now = ms("2026-11-20T12:00")
    order = [page for page in fred.pages if next_ms(known, fred, page, now) == now]
    assert [bool(page.vintages) for page in order] == sorted(bool(page.vintages) for page in order)


# --- the whole registry


ALL = [(name, one) for name, publisher in SOURCES.items() for one in publisher.pages if not one.late]


@pytest.mark.parametrize(("name", "asked"), ALL, ids=[f"{name}.{one.name}" for name, one in ALL])
def test_every_page_is_asked_again_after_it_was_read_and_never_at_once(name: str, asked: Page) -> None:
    publisher = SOURCES[name]
    known = Slow({name: publisher})
    known.keyed = frozenset([name])
    feed = publisher.feed(asked)
    for when in ("2026-03-08T01:59", "2026-11-01T01:30", "2026-11-20T12:00", "2026-12-31T23:59", "2025-10-15T09:00"):
        next_ = partial(next_ms, known, publisher, asked)
        assert next_(ms(when)) == ms(when)
        read(known, feed, when)
        found = next_(ms(when))
        assert found is not None
        assert ms(when) + MINUTE // 2 <= found <= ms(when) + 110 * 24 * 60 * MINUTE
        known.polled.clear()


# --- a past that is read late


def late(first: date) -> Page:
    return replace(SOURCES["interest"].pages[0], name="past", first=first, late=True)


def test_a_late_past_is_asked_once_from_its_beginning_on_and_never_again() -> None:
    past = late(date(2026, 1, 1))
    source = replace(SOURCES["interest"], pages=(*SOURCES["interest"].pages, past))
    known = Slow({"interest": source})
    assert next_ms(known, source, past, ms("2025-12-31T12:00")) is None
    assert next_ms(known, source, past, ms("2026-11-20T12:00")) == ms("2026-11-20T12:00")
    known.failed("interest.past", ms("2026-11-20T12:00"), "HTTP 503")
    assert ms("2026-11-20T12:00") < (next_ms(known, source, past, ms("2026-11-20T12:00")) or 0)
    read(known, "interest.past", "2026-11-20T13:00")
    for when in ("2026-11-20T13:00", "2026-12-31T12:00", "2036-01-01T12:00"):
        assert next_ms(known, source, past, ms(when)) is None


def test_a_late_past_that_fails_gives_up_nothing_but_itself() -> None:
    pages = [replace(late(date(2022, 1, 1)), name=f"past{at}") for at in range(GIVE_UP)]
    source = replace(SOURCES["interest"], pages=(*SOURCES["interest"].pages, *pages))
    known = Slow({"interest": source})
    for one in pages:
        known.failed(source.feed(one), ms("2026-11-20T12:00"), "HTTP 503")
    assert not given_up(known, source, source.pages[0])
